import { durationMs } from '../base/index.ts';
import { checkExpression, checkTemplate } from '../language/index.ts';
import type { Problem as LanguageProblem, Schema } from '../language/index.ts';
import type { JourneyDefinition } from './definition.ts';

/** Tells of one thing wrong: where, and what. */
export type Say = (where: string, what: string) => void;

/** What a check of a part is given. */
export interface PartHands {
  say: Say;
  sees: Schema;
}

/** What a check of an activity is given. */
export interface ActivityHands extends PartHands {
  /** Is it the name of an activity? */
  goes: (where: string, to: unknown) => void;
  templates: ReadonlySet<string>;
  definition: JourneyDefinition;
}

export function template(
  where: string,
  source: unknown,
  { say, sees, mode = 'text' }: PartHands & { mode?: 'text' | 'url' },
): void {
  if (typeof source !== 'string' || !source.includes('{')) return;
  tell(where, checkTemplate(source, { mode, schema: sees }), say);
}

export function expression(where: string, source: unknown, { say, sees }: PartHands): void {
  if (typeof source !== 'string') return say(where, 'An expression is a text');
  tell(where, checkExpression(source, sees), say);
}

/** Warnings may stay; errors may not. */
function tell(where: string, problems: LanguageProblem[], say: Say): void {
  for (const { severity, message, line, column } of problems) {
    if (severity === 'error') say(where, `${message} (line ${line}, column ${column})`);
  }
}

export function duration(where: string, text: unknown, say: Say): void {
  try {
    durationMs(String(text));
  } catch {
    say(where, `"${String(text)}" is no duration; write PT4H, P1D or PT30M`);
  }
}

/** A duration within bounds, which are told in words. */
export function durationWithin(
  where: string,
  text: unknown,
  { from, to, words, say }: { from: number; to: number; words: string; say: Say },
): void {
  let ms: number;
  try {
    ms = durationMs(String(text));
  } catch {
    return duration(where, text, say);
  }
  if (ms < from || ms > to) say(where, `"${String(text)}" is not within ${words}`);
}

/** A time of the day, "09:00". */
export function timeOfDay(where: string, text: unknown, say: Say): void {
  if (typeof text !== 'string' || !/^([01]\d|2[0-3]):[0-5]\d$/.test(text))
    say(where, `"${String(text)}" is no time of day; write 10:00`);
}

/** A list of whole numbers within bounds, such as the days of the week. */
export function numbers(where: string, list: unknown, { from, to, say }: { from: number; to: number; say: Say }): void {
  const good = (n: unknown) => Number.isInteger(n) && Number(n) >= from && Number(n) <= to;
  if (!Array.isArray(list) || list.length === 0 || !list.every(good))
    say(where, `${JSON.stringify(list)} is no list of whole numbers from ${from} to ${to}`);
}
