import { durationMs } from '../base/index.ts';
import { errors, shown } from './error.ts';
import { zoneFormat } from './intl.ts';
import type { Run } from './run.ts';

const dayMs = 86_400_000;
/** The farthest moment that JavaScript, Intl and PostgreSQL agree on, less two days for the zones. */
const farthest = 8.64e15 - 2 * dayMs;
/** Before the year 100 an offset is what it was then. */
const earliest = Date.UTC(100, 0, 1);

/** A moment and the zone it is read in. Most moments are bare numbers and are read in the zone of the run. */
export interface Moment {
  /** UTC milliseconds. */
  at: number;
  /** IANA zone, or an offset such as `+02:00`. */
  zone: string;
}

/**
 * A moment that carries its zone, made by `updateTimeZone`. It is compared, added to and sorted as the moment it is,
 * printed and taken apart in its zone. Its fields are not own properties, so no path of the language sees them.
 */
export class Zoned implements Moment {
  readonly #at: number;
  readonly #zone: string;
  readonly #offset: number;

  /** @param offset milliseconds that the zone is ahead of UTC then */
  constructor({ at, zone }: Moment, offset: number) {
    this.#at = at;
    this.#zone = zone;
    this.#offset = offset;
  }
  get at(): number {
    return this.#at;
  }
  get zone(): string {
    return this.#zone;
  }
  /** ISO 8601 with the offset, `2026-11-23T11:00:00.000+01:00`. */
  toString(): string {
    const local = new Date(this.#at + this.#offset).toISOString().slice(0, -1);
    return local + (this.#offset === 0 ? 'Z' : offsetText(this.#offset));
  }
  valueOf(): number {
    return this.#at;
  }
  toJSON(): string {
    return this.toString();
  }
}

/** `+01:00`; seconds of old local times are left out. */
export function offsetText(offset: number, colon = ':'): string {
  const minutes = Math.floor(Math.abs(offset) / 60_000);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${colon}${two(minutes % 60)}`;
}

/** What leaves the language, or goes into arithmetic: the bare number of a moment with a zone, anything else as it is. */
export function unzoned(value: unknown): unknown {
  return value instanceof Zoned ? value.at : value;
}

/** The order of two values of which one carries a zone; null when they are not both moments. */
export function zonedOrder(a: unknown, b: unknown): number | null {
  const [left, right] = [unzoned(a), unzoned(b)];
  return typeof left === 'number' && typeof right === 'number' ? left - right : null;
}

const isoPattern =
  /^(\d{4}-\d{2}-(\d{2}))(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?(?:\[([\w+/:-]{1,60})\])?$/;

/**
 * A moment: UTC milliseconds, a moment with its zone, or a text in ISO 8601. A text with a time and without an offset
 * is UTC; a date alone is the start of that day in the run's zone. `[Europe/Berlin]` at the end names a zone. Nothing,
 * and other texts, are null; other values are refused with RENDER_TYPE.
 */
export function momentOf(run: Run, value: unknown): Moment | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Zoned) return value;
  if (typeof value === 'string') return ofIso(run, value);
  if (typeof value === 'number' && Math.abs(value) <= 8.64e15) return { at: value, zone: run.timeZone };
  const what = 'a moment, in milliseconds or as "2026-11-23T10:00:00Z",';
  throw run.error(errors.RENDER_TYPE, `${shown(value)} was given where ${what} was expected`);
}

/** The same, as bare milliseconds. */
export function millisecondsOf(run: Run, value: unknown): number | null {
  return typeof value === 'number' && Math.abs(value) <= 8.64e15 ? value : (momentOf(run, value)?.at ?? null);
}

function ofIso(run: Run, text: string): Moment | null {
  if (text.length > 120) return null;
  const [, date, day, time, offset, bracket] = isoPattern.exec(text) ?? [];
  if (date === undefined) return null;
  const zone = bracket ?? run.timeZone;
  const wall = Date.parse(`${date}${time ?? 'T00:00'}Z`);
  // JavaScript takes 30 February for 2 March; a day that is not in the calendar is no moment.
  if (Number.isNaN(wall) || (new Date(wall).getUTCDate() !== Number(day) && !time?.startsWith('T24'))) return null;
  if (time === undefined && offset === undefined) return { at: fromWall(run, wall, zone), zone };
  if (offset === undefined) return { at: bracket === undefined ? wall : fromWall(run, wall, zone), zone };
  return { at: wall - (fixedOffset(offset) ?? 0), zone };
}

/** A result as the argument was: a moment with its zone when that had one, otherwise milliseconds; null beyond time. */
export function alike(run: Run, value: unknown, at: number): number | Zoned | null {
  if (!(Math.abs(at) <= farthest)) return null;
  return value instanceof Zoned ? zonedAt(run, at, value.zone) : at;
}

/** A moment that carries a zone. */
export function zonedAt(run: Run, at: number, zone: string): Zoned {
  return new Zoned({ at, zone }, offsetAt(run, at, zone));
}

function fixedOffset(zone: string): number | null {
  if (zone === 'UTC' || zone === 'Z' || zone === 'GMT' || zone === 'Etc/UTC') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  if (sign === undefined) return null;
  return (sign === '-' ? -60_000 : 60_000) * (Number(hours) * 60 + Number(minutes));
}

/** Milliseconds that a zone is ahead of UTC at a moment. An unknown zone is refused with RENDER_TYPE. */
export function offsetAt(run: Run, at: number, zone: string): number {
  const fixed = fixedOffset(zone);
  if (fixed !== null) return fixed;
  run.charge(2);
  const second = Math.floor(Math.min(Math.max(at, earliest), farthest) / 1000) * 1000;
  const shape = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)/.exec(zoneFormat(run, zone).format(second))!;
  const [month, day, year, hour, minute, sec] = shape.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, sec) - second;
}

/** What a clock on the wall shows in the moment's zone, as the milliseconds that it would be in UTC. */
export function wallOf(run: Run, { at, zone }: Moment): number {
  return at + offsetAt(run, at, zone);
}

/**
 * The moment at which a clock on the wall shows a time. A time that is skipped, in spring, becomes as much later as is
 * skipped; of a time that comes twice, in autumn, the first is meant. So it is in Java, and so in Journey Optimizer.
 */
export function fromWall(run: Run, wall: number, zone: string): number {
  const before = offsetAt(run, wall - dayMs, zone);
  const after = offsetAt(run, wall + dayMs, zone);
  if (before === after || offsetAt(run, wall - before, zone) === before) return wall - before;
  return offsetAt(run, wall - after, zone) === after ? wall - after : wall - before;
}

const units: Record<string, string> = { week: 'W', day: 'D', hour: 'H', minute: 'M', second: 'S' };

/** A duration in milliseconds out of ISO 8601, `P1DT2H`, or words, `7 days`; null for other texts. A day has 24 hours. */
export function durationOf(text: string): number | null {
  if (text.length > 60) return null;
  const words = /^\s*(\d{1,9}) +(week|day|hour|minute|second)s?\s*$/.exec(text);
  const unit = words?.[2];
  const iso = unit === undefined ? text : `P${'HMS'.includes(units[unit]!) ? 'T' : ''}${words![1]}${units[unit]}`;
  const negative = iso.startsWith('-');
  try {
    const length = durationMs(negative ? iso.slice(1) : iso);
    return Number.isSafeInteger(Math.round(length)) ? (negative ? -length : length) : null;
  } catch {
    return null;
  }
}
