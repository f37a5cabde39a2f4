import type { Runner } from '../store/index.ts';
import { contextOf, type Run } from './run.ts';
import { runsById } from './table.ts';
import { lastRunIds } from './table-journey.ts';

/** A field that expressions of a journey can look into, as recent runs really had it. */
export interface SeenField {
  /** As it is written in an expression: `event.cartId`. */
  path: string;
  kind: 'text' | 'number' | 'flag' | 'list' | 'nothing';
  /** One value, shortened; of a list how many it had. */
  sample: string;
  /** In how many of the runs it had a value. */
  runs: number;
}

const most = { fields: 200, deep: 6, sample: 60 };
const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Fields that the last runs of a journey brought along, and how many runs were looked at. */
export async function fieldsSeen(runner: Runner, journey: string): Promise<{ runs: number; fields: SeenField[] }> {
  const runs = await runsById(runner, await lastRunIds(runner, journey, 20));
  return { runs: runs.length, fields: seenFields(runs.toReversed()) };
}

/** Every field of what these runs brought along, in the order of its path; the newest run gives the sample. Pure. */
export function seenFields(runs: readonly Run[]): SeenField[] {
  const found = new Map<string, SeenField>();
  for (const run of runs) {
    const { journey } = contextOf(run) as { journey: Record<string, unknown> };
    const event = run.context.events.entry ?? {};
    for (const [path, value] of [...leaves(event, 'event', 0), ...leaves(journey['actions'], actionsAt, 0)]) {
      const known = found.get(path);
      const has = value !== null && value !== undefined;
      if (known && (known.kind !== 'nothing' || !has)) known.runs += has ? 1 : 0;
      else if (found.size < most.fields) found.set(path, { path, ...shown(value), runs: has ? 1 : 0 });
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

const actionsAt = 'context.journey.actions';

/** Values with their paths; of a list only that it is one, since expressions walk it with functions. */
function leaves(value: unknown, path: string, depth: number): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  if (depth > most.deep) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    plainName.test(name) ? leaves(one, `${path}.${name}`, depth + 1) : [],
  );
}

function shown(value: unknown): Pick<SeenField, 'kind' | 'sample'> {
  if (Array.isArray(value)) return { kind: 'list', sample: String(value.length) };
  if (typeof value === 'number') return { kind: 'number', sample: String(value) };
  if (typeof value === 'boolean') return { kind: 'flag', sample: String(value) };
  if (typeof value !== 'string') return { kind: 'nothing', sample: '' };
  return { kind: 'text', sample: value.length > most.sample ? `${value.slice(0, most.sample - 1)}…` : value };
}
