import { sha256 } from '../base/index.ts';
import type { RenderOptions, Scope } from '../language/index.ts';
import { expressionOf, filledBody, verdictOf, type Verdict } from './action.ts';
import type { CustomAction } from './definition.ts';

/** What one run asks within a call for many. */
export interface Entry {
  /** Stands in the list `batch` that the body sees. */
  each: unknown;
  /** By which its answer is found; null where answers come in the order of the questions. */
  key: string | null;
}

/** The entry of one run. Pure. Throws what the language throws. */
export function entryOf({ batch, nulls }: CustomAction, scope: Scope, options: RenderOptions): Entry {
  const each = filledBody(batch!.each, { scope, options, keepsNull: nulls === 'send' });
  if (batch!.key === undefined) return { each, key: null };
  const key = expressionOf(batch!.key).evaluate(scope, options);
  if (typeof key !== 'string' && typeof key !== 'number')
    throw new Error(`The key of its answer is ${key === null ? 'missing' : 'no text'}`);
  return { each, key: String(key) };
}

/** The idempotency key of a call for many: the same for the same runs, whatever their order. */
export function batchKeyOf(keys: readonly string[]): string {
  return `batch/${sha256([...keys].sort().join('\n')).slice(0, 32)}`;
}

/**
 * What the answer to a call for many says to each who asked, in their order: an answer of its own, its own failure, or that
 * there was none for it (journeys §5 17). Pure.
 */
export function verdictsOf(
  { batch }: CustomAction,
  whole: Verdict,
  { entries, options, real }: { entries: readonly Entry[]; options: RenderOptions; real: number },
): Verdict[] {
  if (!whole.ok) return entries.map(() => whole);
  const evaluate = (source: string, scope: Scope) => expressionOf(source).evaluate(scope, options);
  const none = { ok: false, status: 'internalError', value: {}, heard: 'none', again: true, wantedMs: null } as const;
  const failed = (reason: string): Verdict => ({ ...none, reason });
  try {
    const answers = batch!.answers === undefined ? whole.value : evaluate(batch!.answers, { response: whole.value });
    const found = finderOf(answers, {
      entries,
      keyOf: batch!.of === undefined ? undefined : (one) => evaluate(batch!.of!, { one }),
    });
    if (typeof found === 'string') return entries.map(() => failed(found));
    return entries.map((entry, place) => {
      const one = found(entry, place);
      if (one === undefined) return failed('There is no answer for it in the answer for all');
      const status = batch!.status === undefined ? null : Number(evaluate(batch!.status, { one }));
      if (status === null) return { ...whole, value: one };
      if (!Number.isInteger(status) || status < 100 || status > 599) return failed(`Its status is ${status}`);
      return verdictOf({ status, headers: {}, text: JSON.stringify(one) }, real);
    });
  } catch (error) {
    return entries.map(() => failed((error as Error).message));
  }
}

/** Finds the answer of each: by its place, by a key in each answer, or by name; a text says why that cannot be. */
function finderOf(
  answers: unknown,
  { entries, keyOf }: { entries: readonly Entry[]; keyOf: ((one: unknown) => unknown) | undefined },
): string | ((entry: Entry, place: number) => unknown) {
  const isKeyed = entries.some(({ key }) => key !== null);
  if (!isKeyed) {
    if (!Array.isArray(answers)) return 'The answers are no list';
    if (answers.length !== entries.length) return `${entries.length} asked, and ${answers.length} answers came`;
    return (_, place) => answers[place];
  }
  if (keyOf !== undefined) {
    if (!Array.isArray(answers)) return 'The answers are no list';
    const known = new Map(answers.map((one: unknown) => [String(keyOf(one)), one]));
    return ({ key }) => known.get(key!);
  }
  if (typeof answers !== 'object' || answers === null || Array.isArray(answers))
    return 'The answers are no object by key';
  return ({ key }) => (Object.hasOwn(answers, key!) ? (answers as Record<string, unknown>)[key!] : undefined);
}

/** Lists of at most so many, in order. */
export function chunksOf<T>(list: readonly T[], most: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < list.length; at += most) chunks.push(list.slice(at, at + most));
  return chunks;
}
