import { durationMs } from '../base/index.ts';
import type { Type } from '../language/index.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import type { RunContext } from './run.ts';
import { answerSchema } from './schema.ts';

/** What a run may keep of one answer, in characters of JSON. */
const keptLimit = 256 * 1024;

/** What a run takes in of an answer. */
export interface Taken {
  /** Under the action's name in `context.journey.actions`. */
  kept: Record<string, unknown>;
  ok: boolean;
  /** For the history, where something is not as it should be. */
  why: string | null;
  /** Too few items came, and how many they are. */
  few: number | null;
}

/** What is kept of an answer, and whether it is enough to go on with (journeys §5 20). Pure. */
export function takenIn(
  action: CustomAction,
  answer: { ok: boolean; status: string; value: unknown; reason: string | null },
  evaluate: (source: string, scope: Record<string, unknown>) => unknown,
): Taken {
  const status = { jo_status_code: answer.status };
  if (!answer.ok) return { kept: { ...named(answer.value), ...status }, ok: false, why: answer.reason, few: null };
  const response = trimmed(answer.value, answerSchema(action));
  const part = named(action.answer === undefined ? response : evaluate(action.answer, { response }));
  const { length } = JSON.stringify(part);
  if (length > keptLimit) {
    const why = `${length} characters would be kept of the answer, more than ${keptLimit}; declare its fields, or pick a part`;
    return { kept: { jo_status_code: 'internalError' }, ok: false, why, few: null };
  }
  const { enough } = action;
  if (enough === undefined) return { kept: { ...part, ...status }, ok: true, why: null, few: null };
  const list = enough.items === undefined ? (part['items'] ?? part['value']) : evaluate(enough.items, { response });
  const count = Array.isArray(list) ? list.length : 0;
  const isFew = count < enough.least;
  const why = isFew ? `${count} of at least ${enough.least} items came` : null;
  return { kept: { ...part, jo_enough: !isFew, ...status }, ok: true, why, few: isFew ? count : null };
}

/** Whatever has no names stands under `value`: a list at the root, or a single text. */
function named(value: unknown): Record<string, unknown> {
  const hasNames = typeof value === 'object' && value !== null && !Array.isArray(value);
  return hasNames ? (value as Record<string, unknown>) : { value };
}

/** Only the declared fields, at any depth; where nothing is declared, everything (journeys §4). Pure. */
export function trimmed(value: unknown, type: Type): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return type.kind === 'list' ? value.map((one) => trimmed(one, type.of)) : value;
  if (type.kind !== 'map') return value;
  const pairs = Object.entries(value).flatMap(([name, one]): [string, unknown][] => {
    if (Object.hasOwn(type.fields, name)) return [[name, trimmed(one, type.fields[name]!.type)]];
    return type.rest === null ? [] : [[name, trimmed(one, type.rest)]];
  });
  return Object.fromEntries(pairs);
}

/** An action whose answer has grown too old to be sent. */
export interface Stale {
  /** Name of its activity. */
  activity: string;
  action: CustomAction;
  reason: string;
}

/** The first action whose answer is older than it may be when a mail leaves; null when all are fresh (journeys §5 19). Pure. */
export function staleIn(
  { activities }: JourneyDefinition,
  answered: RunContext['answered'],
  now: number,
): Stale | null {
  for (const { at, by } of Object.values(answered ?? {})) {
    const action = Object.hasOwn(activities, by) ? activities[by] : undefined;
    if (action?.kind !== 'action' || action.maxAge === undefined || now - at <= durationMs(action.maxAge)) continue;
    return { activity: by, action, reason: `The answer of ${action.name} is older than ${action.maxAge}` };
  }
  return null;
}
