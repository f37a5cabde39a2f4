import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Engine, ListQuery } from '../src/recommend/index.ts';
import { asBuilt } from './built.ts';
import { figure, percentile } from './figure.ts';
import { InventedHistory } from './recommend-data.ts';

const bench = 'recommend';
const rounds = 3;
/** Lessons read at once, as the follower does. */
const goSize = 1000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What the rest of the run is about. */
export interface Ground {
  history: InventedHistory;
  engine: Engine;
  size: string;
}

/**
 * Learning in process. Times are processor time of the whole process, garbage collection in all its threads included,
 * so that other work on the machine lengthens them little.
 */
export async function learn(history: InventedHistory): Promise<Ground> {
  const { Engine } = await asBuilt<typeof import('../src/recommend/index.ts')>('recommend/index');
  const size = `${history.size} invented events, ${history.items} items, Zipf popularity with walks among neighbours, ids as long as real ones`;
  const memoryBefore = usedBytes();
  const engine = new Engine();
  const least = new LeastLog(history.size);
  let [seconds, limitSeconds, heardGc] = [0, 0, 0];
  for (let from = 0; from < history.size; from += goSize) {
    const lessons = history.lessons(from, from + goSize);
    limitSeconds += timed(() => least.write(from, lessons));
    seconds += timed(() => {
      engine.learnAll(lessons, history.now);
    });
    heardGc++;
  }
  if (heardGc === 0) throw new Error('Nothing was learned');
  figure({
    bench,
    figure: 'learn',
    value: history.size / seconds,
    unit: 'events/s',
    limit: history.size / limitSeconds,
    note: `${size}; processor time, from lessons as JSON.parse gives them, a thousand at once as the feed is followed, to the next list; limit: the same loop that hashes the ids of visit and item and writes hashes, kind and time into typed arrays; it leaves out every index`,
  });
  const memory = usedBytes() - memoryBefore - least.bytes;
  const note = `${size}; session index: visits, who made them, and sequential rules, rings of ${engine.tuning.learn.ring} and ${engine.tuning.learn.visitSteps} steps; limit: the 60 bytes an event that were set as the goal; ${mb(engine.bytes)} MB are all arrays with pairs, carts and popularity, ${mb(memory)} MB the process holds more than before it learned, names of items included`;
  figure({ bench, figure: 'bytes-per-event', value: engine.sessionBytes / history.size, unit: 'B', limit: 60, note });
  return { history, engine, size };
}

/** The four numbers of each event, found as any index must find them. */
class LeastLog {
  readonly #numbers: Int32Array;
  readonly #times: Float64Array;

  constructor(size: number) {
    this.#numbers = new Int32Array(size * 3);
    this.#times = new Float64Array(size);
  }

  write(from: number, lessons: ReturnType<InventedHistory['lessons']>): void {
    for (let i = 0; i < lessons.length; i++) {
      const lesson = lessons[i]!;
      const at = (from + i) * 3;
      this.#numbers[at] = hash(lesson.s);
      this.#numbers[at + 1] = hash(lesson.i);
      this.#numbers[at + 2] = lesson.k.length;
      this.#times[from + i] = lesson.t;
    }
  }

  get bytes(): number {
    return this.#numbers.byteLength + this.#times.byteLength;
  }
}

function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum;
}

/** Questions for lists of 20, a twentieth of all items filtered out, after everything was learned. */
export function ask({ history, engine, size }: Ground, count: number): void {
  const queries = Array.from({ length: count }, (_, i) => inventQuery(history, engine, i));
  const accept = (item: number) => item % 20 !== 7;
  for (const query of queries.slice(0, 2000)) engine.list(query, 20, accept);
  const times = quietest(queries, (query) => engine.list(query, 20, accept));
  const scratch = new Float64Array(128);
  const limits = quietest(queries, (query) => leastWork(query, engine, scratch));
  const note = `${count} lists of 20 by the engine after ${size}: half for a visit of about 5 views, a fifth each for a cart of 1 to 5 lines and for what goes with an item, a tenth for a person; reasons with counts included, rules of the shop not; processor time, best of ${rounds} rounds; limit: filling and sorting 128 scores for each key and naming 20 items; it leaves out finding neighbours and adding them up`;
  const rate = (of: Float64Array) => (of.length * 1000) / of.reduce((sum, ms) => sum + ms, 0);
  const told = { bench, note } as const;
  for (const [name, share] of [
    ['query-p50-ms', 0.5],
    ['query-p99-ms', 0.99],
  ] as const) {
    figure({ ...told, figure: name, value: percentile(times, share), unit: 'ms', limit: percentile(limits, share) });
  }
  figure({ ...told, figure: 'queries', value: rate(times), unit: 'queries/s', limit: rate(limits) });
}

function inventQuery(history: InventedHistory, engine: Engine, i: number): ListQuery {
  const { now } = history;
  const home = history.zipf();
  const length = 1 + Math.floor(-4 * Math.log(1 - history.chance()));
  const walk = Array.from({ length }, (_, n) => ({
    item: engine.items.find(history.itemId(history.near(home))),
    at: now - (length - n) * 20_000,
  }));
  const kind = i % 10;
  if (kind < 5) return { kind: 'session', steps: walk.slice(-20), now };
  if (kind < 7) return { kind: 'cart', cart: walk.slice(-5).map(({ item }) => item), now };
  if (kind < 9) {
    return { kind: 'related', action: 'viewed-viewed', key: walk[0]!.item, basis: 'session', windowMs: null, now };
  }
  return { kind: 'for-you', viewed: walk.slice(-20), carted: walk.slice(0, 1), bought: walk.slice(1, 2), now };
}

/** What no list can do without. */
function leastWork(query: ListQuery, engine: Engine, scratch: Float64Array): string[] {
  const keys = query.kind === 'session' ? query.steps.length : query.kind === 'cart' ? query.cart.length : 1;
  for (let key = 0; key < keys; key++) {
    for (let i = 0; i < scratch.length; i++) scratch[i] = (i * 7919 + key) % 128;
    scratch.sort();
  }
  return Array.from({ length: 20 }, (_, i) => engine.items.name(i));
}

/** The round with the lowest 99th percentile: other work on the machine only adds, garbage collection is in every round. */
function quietest<T>(all: readonly T[], work: (one: T) => unknown): Float64Array {
  const each = Array.from({ length: rounds }, () => timesOf(all, work));
  return each.sort((a, b) => percentile(a, 0.99) - percentile(b, 0.99))[0]!;
}

function timesOf<T>(all: readonly T[], work: (one: T) => unknown): Float64Array {
  const times = new Float64Array(all.length);
  all.forEach((one, i) => {
    const start = process.cpuUsage();
    work(one);
    times[i] = milliseconds(process.cpuUsage(start));
  });
  return times.sort();
}

/** Processor time, seconds. */
export function timed(work: () => void): number {
  const start = process.cpuUsage();
  work();
  return milliseconds(process.cpuUsage(start)) / 1000;
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

function usedBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

export function mb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
