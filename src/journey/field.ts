import { SeenFields, type SeenField } from '../language/index.ts';
import type { Runner } from '../store/index.ts';
import { contextOf, type Run } from './run.ts';
import { runsById } from './table.ts';
import { lastRunIds } from './table-journey.ts';

/** A field that expressions of a journey can look into, and in how many of the recent runs it had a value. */
type RunField = Omit<SeenField, 'seen'> & { runs: number };

const mostFields = 200;
const actionsAt = 'context.journey.actions';

/** Fields that the last runs of a journey brought along, and how many runs were looked at. */
export async function fieldsSeen(runner: Runner, journey: string): Promise<{ runs: number; fields: RunField[] }> {
  const runs = await runsById(runner, await lastRunIds(runner, journey, 20));
  return { runs: runs.length, fields: seenFields(runs.toReversed()) };
}

/** Every field of what these runs brought along, in the order of its path; the newest run gives the sample. Pure. */
export function seenFields(runs: readonly Run[]): RunField[] {
  const found = new SeenFields(mostFields);
  for (const run of runs) {
    const { journey } = contextOf(run) as { journey: Record<string, unknown> };
    found.add(run.context.events.entry ?? {}, 'event');
    found.add(journey['actions'], actionsAt);
  }
  return found.list().map(({ seen, ...field }) => ({ ...field, runs: seen }));
}
