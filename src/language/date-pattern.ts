import { partsOf } from './intl.ts';
import type { Run } from './run.ts';
import { fromWall, offsetAt, offsetText, wallOf } from './moment.ts';
import type { Moment } from './moment.ts';
import { isoWeekOf, dayOfYear } from './calendar.ts';

/** A part of a pattern: words as they are, or a letter and how often it stands. */
type Part = { words: string } | { letter: string; count: number };

/** Patterns taken apart are kept: mails use few, and each recipient the same ones. */
const known = new Map<string, readonly Part[] | null>();
const knownMost = 500;

/** Longest run of each letter that has a meaning; Java's letters (journeys.md §2.4 Date). */
const longest = new Map(
  'G4 y9 u9 Y9 Q4 q4 M4 L4 w2 d2 D3 E4 e1 c1 a1 h2 H2 k2 K2 m2 s2 S9 z4 V2 X3 x3 Z4 O4'
    .split(' ')
    .map((pair) => [pair[0], Number(pair[1])] as const),
);

/** The parts of a pattern; null when it has letters without a meaning, or a quote that does not end. */
function partsOfPattern(run: Run, pattern: string): readonly Part[] | null {
  const found = known.get(pattern);
  if (found !== undefined) return found;
  run.charge(4 + (pattern.length >> 1));
  const parts = pattern.length > 200 ? null : takenApart(pattern);
  if (known.size >= knownMost) known.clear();
  if (pattern.length <= 200) known.set(pattern, parts);
  return parts;
}

function takenApart(pattern: string): readonly Part[] | null {
  const parts: Part[] = [];
  for (const [whole, quoted, letters] of pattern.matchAll(/'((?:[^']|'')*)'|(?:([A-Za-z])\2*)|[^A-Za-z']+|'/g)) {
    if (quoted !== undefined) parts.push({ words: whole === "''" ? "'" : quoted.replaceAll("''", "'") });
    else if (letters === undefined && whole === "'") return null;
    else if (letters === undefined) parts.push({ words: whole });
    else if (whole.length <= (longest.get(letters) ?? 0)) parts.push({ letter: letters, count: whole.length });
    else return null;
  }
  return parts;
}

/** What a field is taken from. */
interface Place {
  run: Run;
  moment: Moment;
  /** What the wall shows, as milliseconds in UTC. */
  wall: number;
  locale: string;
}

/** A moment by a pattern in its zone; null when the pattern cannot be read. */
export function writtenBy(run: Run, moment: Moment, how: { pattern: string; locale: string }): string | null {
  const parts = partsOfPattern(run, how.pattern);
  if (parts === null) return null;
  const place: Place = { run, moment, wall: wallOf(run, moment), locale: how.locale };
  return parts.map((part) => ('words' in part ? part.words : field(place, part.letter, part.count))).join('');
}

function field(place: Place, letter: string, count: number): string {
  const number = numberOf(place.wall, letter);
  if (number !== null && !((letter === 'M' || letter === 'L' || letter === 'Q' || letter === 'q') && count > 2)) {
    return padded(letter, number, count);
  }
  if (letter === 'S')
    return String(new Date(place.wall).getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0').slice(0, count);
  return 'zVXxZO'.includes(letter) ? zone(place, letter, count) : word(place, letter, count);
}

function padded(letter: string, number: number, count: number): string {
  const year = letter === 'y' || letter === 'u' || letter === 'Y';
  const shown = year && count === 2 ? ((number % 100) + 100) % 100 : number;
  return shown < 0 ? `-${String(-shown).padStart(count, '0')}` : String(shown).padStart(count, '0');
}

const numbers: Readonly<Record<string, (date: Date) => number>> = {
  y: (date) => (date.getUTCFullYear() > 0 ? date.getUTCFullYear() : 1 - date.getUTCFullYear()),
  u: (date) => date.getUTCFullYear(),
  Y: (date) => isoWeekOf(date.getTime()).year,
  w: (date) => isoWeekOf(date.getTime()).week,
  Q: (date) => Math.floor(date.getUTCMonth() / 3) + 1,
  q: (date) => Math.floor(date.getUTCMonth() / 3) + 1,
  M: (date) => date.getUTCMonth() + 1,
  L: (date) => date.getUTCMonth() + 1,
  d: (date) => date.getUTCDate(),
  D: (date) => dayOfYear(date.getTime()),
  e: (date) => date.getUTCDay() || 7,
  c: (date) => date.getUTCDay() || 7,
  H: (date) => date.getUTCHours(),
  k: (date) => date.getUTCHours() || 24,
  h: (date) => date.getUTCHours() % 12 || 12,
  K: (date) => date.getUTCHours() % 12,
  m: (date) => date.getUTCMinutes(),
  s: (date) => date.getUTCSeconds(),
};

function numberOf(wall: number, letter: string): number | null {
  return Object.hasOwn(numbers, letter) ? numbers[letter]!(new Date(wall)) : null;
}

/** Names in the language asked for. The wall's time is given to Intl as if it were UTC. */
function word({ run, wall, locale }: Place, letter: string, count: number): string {
  if (letter === 'Q' || letter === 'q')
    return `${count === 3 ? 'Q' : ''}${numberOf(wall, 'Q')}${count === 4 ? '. quarter' : ''}`;
  const length = count > 3 ? 'long' : 'short';
  const [options, part] = wordsOf(letter, length);
  return partsOf(run, wall, { locale, options: { ...options, timeZone: 'UTC' } }).get(part) ?? '';
}

function wordsOf(letter: string, length: 'long' | 'short'): [Intl.DateTimeFormatOptions, string] {
  switch (letter) {
    case 'M': // Beside a day some languages bend the month's name: 1 мая, but май.
      return [{ month: length, day: 'numeric' }, 'month'];
    case 'L':
      return [{ month: length }, 'month'];
    case 'E':
      return [{ weekday: length }, 'weekday'];
    case 'G':
      return [{ era: length, year: 'numeric' }, 'era'];
    default:
      return [{ hour: 'numeric', hourCycle: 'h12' }, 'dayPeriod'];
  }
}

function zone({ run, moment, locale }: Place, letter: string, count: number): string {
  if (letter === 'V') return moment.zone;
  if (letter === 'z') {
    const options = { hour: 'numeric', timeZone: moment.zone, timeZoneName: count > 3 ? 'long' : 'short' } as const;
    return partsOf(run, moment.at, { locale, options }).get('timeZoneName') ?? '';
  }
  const offset = offsetAt(run, moment.at, moment.zone);
  if (letter === 'O' || (letter === 'Z' && count === 4)) return offset === 0 ? 'GMT' : `GMT${offsetText(offset)}`;
  if (letter === 'X' && offset === 0) return 'Z';
  const text = offsetText(offset, count > 2 && letter !== 'Z' ? ':' : '');
  return count === 1 && letter !== 'Z' && text.endsWith('00') ? text.slice(0, -2) : text;
}

/** What was read so far. */
interface Read {
  [letter: string]: number;
}

/** A moment out of a text, by a pattern, in a zone unless the text names an offset; null when it does not fit. */
export function readBy(run: Run, text: string, how: { pattern: string; locale: string; zone: string }): number | null {
  const parts = partsOfPattern(run, how.pattern);
  if (parts === null || text.length > 200) return null;
  const read: Read = {};
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const next = parts[i + 1];
    const taken =
      'words' in part
        ? text.startsWith(part.words, at) && part.words.length
        : take({ run, text, at, read, locale: how.locale, close: next !== undefined && 'letter' in next }, part);
    if (taken === false) return null;
    at += taken;
  }
  return at === text.length ? joined(run, read, how.zone) : null;
}

interface Reading {
  run: Run;
  text: string;
  at: number;
  read: Read;
  locale: string;
  /** Another letter follows without words between, so that just as many digits are taken as letters stand. */
  close: boolean;
}

/** How many characters were taken; false when the text does not fit. */
function take(reading: Reading, { letter, count }: { letter: string; count: number }): number | false {
  const { text, at, read } = reading;
  if ('XxZ'.includes(letter)) return takeOffset(reading);
  if (letter === 'a' || letter === 'E' || ('ML'.includes(letter) && count > 2)) return takeWord(reading, letter, count);
  if (!'yuMLdHhkKmsS'.includes(letter)) return false;
  const most =
    reading.close || letter === 'S'
      ? count
      : letter === 'y' || letter === 'u'
        ? Math.max(count, 4)
        : Math.max(count, 2);
  const digits = /^\d+/.exec(text.slice(at, at + most))?.[0];
  if (digits === undefined || digits.length < Math.min(count, 2)) return false;
  const short = (letter === 'y' || letter === 'u') && count === 2 && digits.length === 2;
  const value = Number(letter === 'S' ? digits.padEnd(3, '0').slice(0, 3) : digits) + (short ? 2000 : 0);
  read[letter === 'L' ? 'M' : letter === 'u' ? 'y' : letter] = value;
  return digits.length;
}

function takeOffset({ text, at, read }: Reading): number | false {
  const [whole, sign, hours, minutes = '0'] = /^(?:Z|([+-])(\d{2}):?(\d{2})?)/.exec(text.slice(at, at + 6)) ?? [];
  if (whole === undefined) return false;
  read['X'] = (sign === '-' ? -60_000 : 60_000) * (Number(hours ?? 0) * 60 + Number(minutes));
  return whole.length;
}

const dayMs = 86_400_000;

/** A name of the language asked for: of a month, of a day (which says nothing new), or of the half of the day. */
function takeWord({ run, text, at, read, locale }: Reading, letter: string, count: number): number | false {
  const samples =
    letter === 'a'
      ? [0, 12 * 3_600_000]
      : Array.from({ length: letter === 'E' ? 7 : 12 }, (_, i) => (letter === 'E' ? i * dayMs : Date.UTC(2026, i, 1)));
  const rest = text.slice(at).toLowerCase();
  for (const [i, sample] of samples.entries()) {
    const [options, part] = wordsOf(letter, count > 3 ? 'long' : 'short');
    const name = partsOf(run, sample, { locale, options: { ...options, timeZone: 'UTC' } })
      .get(part)
      ?.toLowerCase();
    run.charge(1);
    if (!name || !rest.startsWith(name)) continue;
    if (letter !== 'E') read[letter === 'a' ? 'a' : 'M'] = letter === 'a' ? i : i + 1;
    return name.length;
  }
  return false;
}

function joined(run: Run, read: Read, zone: string): number | null {
  const { y = 1970, M = 1, d = 1, m = 0, s = 0, S = 0 } = read;
  const hour = hourOf(read);
  if (M < 1 || M > 12 || d < 1 || hour < 0 || hour > 23 || m > 59 || s > 59) return null;
  const day = new Date(Date.UTC(2000, M - 1, d));
  day.setUTCFullYear(y, M - 1, d);
  if (day.getUTCDate() !== d) return null;
  const wall = day.getTime() + ((hour * 60 + m) * 60 + s) * 1000 + S;
  return read['X'] === undefined ? fromWall(run, wall, zone) : wall - read['X'];
}

function hourOf({ H, k, h, K, a = 0 }: Read): number {
  if (H !== undefined) return H;
  if (k !== undefined) return k > 24 ? -1 : k % 24;
  const half = h === undefined ? K : h < 1 || h > 12 ? -1 : h % 12;
  if (half === undefined) return 0;
  return half < 0 || half > 11 ? -1 : half + 12 * a;
}
