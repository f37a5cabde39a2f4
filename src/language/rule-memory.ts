import { DecimalSum } from './decimal.ts';
import { dayMs } from './history-run.ts';
import type { Atom } from './rule-plan.ts';

/** An event that fits: when, its id, and what is read of it. Lists of them are newest first. */
export type Entry = [at: number, id: string, value?: unknown];

/** What is remembered for one question. Plain JSON, of bounded size. */
export interface AtomMemory {
  readonly e: readonly Entry[];
  /** Events at this moment and before may have been let go. */
  readonly d?: number;
  /** How many were let go but counted, and their sum as text. */
  readonly n?: number;
  readonly s?: string;
  /** It can no longer tell. */
  readonly x?: true;
}

/** The times a question is about: `after < at`, `since <= at`, `at <= now`. */
export interface Bounds {
  now: number;
  after: number;
  since: number;
}

/** How many events a memory keeps of one question. */
export const memoryLimits = { newest: 8, all: 512, picked: 4000 };
/** Thrown when a memory cannot tell. */
export const unknown = Symbol('unknown');

/** Are events that are let go counted, since nothing takes them out again? */
function folds({ call, moving }: Atom): boolean {
  return call.within === null && !moving && (call.name === 'count' || call.name === 'sum');
}

/** Takes an event that fits into the memory. The same memory comes back when nothing changed. */
export function remember(atom: Atom, memory: AtomMemory, entry: Entry): AtomMemory {
  if (memory.x) return memory;
  const { e, d } = memory;
  const place = e.findIndex((other) => newer(other, entry) >= 0);
  if (place >= 0 && newer(e[place]!, entry) === 0) return memory;
  if (d !== undefined && entry[0] <= d && atom.keep === 'all') return folds(atom) ? { ...memory, x: true } : memory;
  const entries = [...e];
  entries.splice(place < 0 ? e.length : place, 0, entry);
  if (atom.keep === 'oldest') {
    const oldest = entries.at(-1)!;
    return oldest === e.at(-1) ? memory : { e: [oldest] };
  }
  if (atom.keep === 'all') return shortened(atom, memory, entries);
  if (entries.length <= memoryLimits.newest) return { ...memory, e: entries };
  const dropped = entries.pop()!;
  return { e: entries, d: Math.max(d ?? -Infinity, dropped[0]) };
}

/** Positive when `b` is newer than `a`; zero when they are the same. */
function newer(a: Entry, b: Entry): number {
  return b[0] - a[0] || (a[1] < b[1] ? 1 : a[1] > b[1] ? -1 : 0);
}

function shortened(atom: Atom, memory: AtomMemory, entries: Entry[]): AtomMemory {
  const { within, name } = atom.call;
  const over = within === null ? -Infinity : entries[0]![0] - within - dayMs;
  let { d, n = 0 } = memory;
  const sum = new DecimalSum();
  if (memory.s !== undefined) sum.addText(memory.s);
  while (entries.length > memoryLimits.all || entries.at(-1)![0] <= over) {
    const [at, , value] = entries.pop()!;
    d = Math.max(d ?? -Infinity, at);
    n++;
    if (name === 'sum') sum.addText(String(value));
  }
  if (d === undefined) return { e: entries };
  if (!folds(atom)) return { e: entries, d };
  return name === 'sum' ? { e: entries, d, s: sum.text() } : { e: entries, d, n };
}

/** The value of a question out of its memory. Throws `unknown`. For `last` and `first` it is the entry. */
export function recall(atom: Atom, memory: AtomMemory, bounds: Bounds): unknown {
  if (memory.x) throw unknown;
  if (atom.keep === 'all') return recallAll(atom, memory, bounds);
  const found = inBounds(foundIn(memory, bounds.now), bounds);
  if (atom.call.name === 'happened') return found !== null;
  if (atom.call.name === 'daysSince') return found && (bounds.now - found[0]) / dayMs;
  return found;
}

/** The newest that has happened; for a memory of the oldest alone it is that one. */
function foundIn({ e, d }: AtomMemory, now: number): Entry | null {
  const found = e.find(([at]) => at <= now) ?? null;
  if (found === null && d !== undefined) throw unknown;
  return found;
}

function inBounds(entry: Entry | null, { after, since }: Bounds): Entry | null {
  return entry !== null && entry[0] > after && entry[0] >= since ? entry : null;
}

function recallAll(atom: Atom, memory: AtomMemory, bounds: Bounds): unknown {
  const { e, d } = memory;
  const whole = d === undefined || bounds.after >= d || bounds.since > d || (folds(atom) && bounds.now >= d);
  if (!whole) throw unknown;
  const inside = e.filter((entry) => entry[0] <= bounds.now && inBounds(entry, bounds) !== null);
  if (atom.call.name === 'first') return inside.at(-1) ?? null;
  if (atom.call.name === 'count') return inside.length + (memory.n ?? 0);
  const sum = new DecimalSum();
  if (memory.s !== undefined) sum.addText(memory.s);
  for (const [, , value] of inside) sum.addText(String(value));
  return sum.value();
}

/** The next moment after `now` at which time alone may change the value; Infinity if none. */
export function nextMoment(atom: Atom, { e }: AtomMemory, now: number): number {
  let next = Infinity;
  const { within } = atom.call;
  for (const [at] of e) if (at > now) next = Math.min(next, at);
  if (within === null) return next;
  const past = e.filter(([at]) => at <= now && at + within > now);
  const leaving = atom.keep === 'newest' ? past[0] : past.at(-1);
  return leaving === undefined ? next : Math.min(next, Math.ceil(leaving[0] + within));
}
