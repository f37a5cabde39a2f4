import { errors, shown } from './error.ts';
import { asText, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { partsOf } from './intl.ts';
import type { Run } from './run.ts';

const dayMs = 86_400_000;
const isoPattern = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** A moment: UTC milliseconds, or a text in ISO 8601 (without an offset it is UTC). Nothing, and other texts, are null. */
export function moment(run: Run, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') {
    const parsed = isoPattern.test(value) ? Date.parse(zoned(value)) : Number.NaN;
    return Number.isNaN(parsed) ? null : parsed;
  }
  if (typeof value === 'number' && Math.abs(value) <= 8.64e15) return value;
  const what = 'a moment, in milliseconds or as "2026-11-23T10:00:00Z",';
  throw run.error(errors.RENDER_TYPE, `${shown(value)} was given where ${what} was expected`);
}

function zoned(iso: string): string {
  return /T.*(Z|[+-]\d{2}:?\d{2})$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`;
}

/** What a letter of a pattern asks Intl for, by how often it stands. */
const letters: Record<string, (count: number) => [Intl.DateTimeFormatOptions, part: string]> = {
  y: (n) => [{ year: n === 2 ? '2-digit' : 'numeric' }, 'year'],
  M: (n) => [n > 2 ? { month: n === 3 ? 'short' : 'long', day: 'numeric' } : { month: 'numeric' }, 'month'],
  L: (n) => [{ month: n > 3 ? 'long' : n === 3 ? 'short' : 'numeric' }, 'month'],
  d: () => [{ day: 'numeric' }, 'day'],
  E: (n) => [{ weekday: n > 3 ? 'long' : 'short' }, 'weekday'],
  H: () => [{ hour: 'numeric', hourCycle: 'h23' }, 'hour'],
  h: () => [{ hour: 'numeric', hourCycle: 'h12' }, 'hour'],
  m: () => [{ minute: 'numeric' }, 'minute'],
  s: () => [{ second: 'numeric' }, 'second'],
  a: () => [{ hour: 'numeric', hourCycle: 'h12' }, 'dayPeriod'],
};

/** Java's patterns (journeys.md §2.4), as far as Intl has the words; null when the pattern has other letters. */
function byPattern(run: Run, at: number, how: { pattern: string; locale: string }): string | null {
  let text = '';
  for (const [whole, quoted, run_, other] of how.pattern.matchAll(
    /'((?:[^']|'')*)'|(([A-Za-z])\3*)|([^A-Za-z']+)/g,
  ) as Iterable<string[]>) {
    if (quoted !== undefined) text += whole === "''" ? "'" : quoted.replaceAll("''", "'");
    else if (run_ === undefined) text += other ?? whole;
    else {
      const made = field(run, at, { letter: run_[0]!, count: run_.length, locale: how.locale });
      if (made === null) return null;
      text += made;
    }
  }
  return text;
}

function field(run: Run, at: number, how: { letter: string; count: number; locale: string }): string | null {
  const { letter, count } = how;
  if (!Object.hasOwn(letters, letter) || count > 4) return null;
  const [options, part] = letters[letter]!(count);
  const words = (letter === 'M' || letter === 'L') && count > 2;
  const locale = letter === 'E' || letter === 'a' || words ? how.locale : 'en';
  const value = partsOf(run, at, { locale, options: { ...options, timeZone: run.timeZone } }).get(part) ?? '';
  const padded =
    letter !== 'E' && letter !== 'a' && !words ? value.padStart(letter === 'y' && count < 4 ? 1 : count, '0') : value;
  return padded;
}

function formatDate(run: Run, [value, pattern, locale]: unknown[]): string | null {
  const at = moment(run, value);
  if (at === null) return null;
  const language = asText(run, locale ?? null) ?? run.locale;
  const text = asText(run, pattern ?? null) ?? 'yyyy-MM-dd';
  return run.bounded(byPattern(run, at, { pattern: text, locale: language }) ?? new Date(at).toISOString());
}

function between(unit: number, whole: boolean): LanguageFunction['run'] {
  return (run, [from, to]) => {
    const [start, end] = [moment(run, from), moment(run, to)];
    if (start === null || end === null) return null;
    return whole ? Math.trunc((end - start) / unit) : (end - start) / unit;
  };
}

function since(unit: number): LanguageFunction['run'] {
  const difference = between(unit, false);
  return (run, [at]) => difference(run, [at, run.now]);
}

/** Functions of moments. All take UTC milliseconds or ISO 8601 texts. */
export const dateFunctions: LanguageFunction[] = [
  row(
    ['now|currentTimeInMillis()', 'The moment of the evaluation, in milliseconds.'],
    ['now()', Date.UTC(2026, 10, 23, 10)],
    (run) => run.now,
  ),
  row(
    ['daysSince(moment)', 'How many days of 24 hours have passed, with fractions.'],
    ['daysSince("2026-11-22T22:00:00Z")', 0.5],
    since(dayMs),
  ),
  row(
    ['hoursSince(moment)', 'How many hours have passed, with fractions.'],
    ['hoursSince("2026-11-23T09:30:00Z")', 0.5],
    since(dayMs / 24),
  ),
  row(
    ['dateDiff(from, to)', 'Whole days of 24 hours from one moment to the other; negative when the first is later.'],
    ['dateDiff("2026-11-01", "2026-11-23")', 22],
    between(dayMs, true),
  ),
  row(
    ['toDateTime|stringToDate(value)', 'A moment in milliseconds out of an ISO 8601 text.'],
    ['toDateTime("1970-01-02")', dayMs],
    (run, [value]) => moment(run, value),
  ),
  row(
    [
      'formatDate(moment, pattern?, locale?)',
      "A moment in the recipient's zone, by a pattern of y M d E H h m s a; other letters give ISO 8601.",
    ],
    ['formatDate(now(), "EEEE d MMMM yyyy \'at\' HH:mm")', 'Monday 23 November 2026 at 10:00'],
    formatDate,
  ),
];
