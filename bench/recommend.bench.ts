import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FakeClock, SeededRandom } from '../src/base/index.ts';
import { viewOf, type Item } from '../src/catalog/index.ts';
import type { Lesson } from '../src/profile/index.ts';
import { Recommender, type Person, type RecommendRequest } from '../src/recommend/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';

/**
 * Learning and answering in process, without HTTP and without the database: `npm run bench -- recommend`.
 * Times are processor time of the whole process, garbage collection in all its threads included, so that other work on
 * the machine does not lengthen them. Flags: --events, --items, --queries, --seed.
 */
const bench = 'recommend';
const events = numberFlag('events', 1_000_000);
const itemCount = numberFlag('items', 50_000);
const queryCount = numberFlag('queries', 20_000);
const random = new SeededRandom(numberFlag('seed', 1));
const now = Date.UTC(2026, 10, 23);
const day = 24 * 3600 * 1000;
const kinds = ['view', 'cart', 'purchase'] as const;
const size = `${events} invented events, ${itemCount} items, Zipf popularity with walks among neighbours`;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const ids = Array.from({ length: itemCount }, (_, i) => `item-${i}`);
const catalog = inventCatalog();
const log = inventEvents();

const rounds = 3;
const limitLearn = Math.max(...Array.from({ length: rounds }, learnLimit));
const memoryBefore = usedBytes();
const recommender = new Recommender({ catalog, clock: new FakeClock(now), ids: { next: () => 'id' } });
const learnTimes = Array.from({ length: rounds }, () => {
  recommender.reset();
  return timed(() => {
    for (let i = 0; i < events; i++) recommender.learn(lessonAt(i));
  });
});
const memory = usedBytes() - memoryBefore;

figure({
  bench,
  figure: 'learn',
  value: events / Math.min(...learnTimes),
  unit: 'events/s',
  limit: limitLearn,
  note: `${size}; processor time, best of ${rounds} rounds; limit: the same loop that only writes the numbers of visit, item, kind and time into typed arrays; it leaves out the dictionary, once per visit, pairs and ranking`,
});
figure({
  bench,
  figure: 'bytes-per-event',
  value: memory / events,
  unit: 'B',
  limit: 17,
  note: `${size}; heap and buffers after garbage collection, most of it rows by item and not by event; limit: the four numbers of an event; it leaves out every index`,
});
measureQueries();

function measureQueries(): void {
  const queries = Array.from({ length: queryCount }, inventQuery);
  for (const { request, person } of queries.slice(0, 2000)) recommender.answer(request, person);
  const times = quietest(queries, ({ request, person }) => recommender.answer(request, person));
  const scratch = new Float64Array(128);
  const limits = quietest(queries, (query) => leastWork(query, scratch));
  const note = `${queryCount} queries of 4 items after ${size}: one third cart-based with 1–5 lines, one third viewed-together, the rest recently viewed and popular; processor time, best of ${rounds} rounds; limit: looking keys and answered items up in a Map, sorting 128 scores a key, building the items; it leaves out adding up counts, filters and reasons`;
  const rate = (of: Float64Array) => (of.length * 1000) / of.reduce((sum, ms) => sum + ms, 0);
  figure({
    bench,
    figure: 'query-p50-ms',
    value: percentile(times, 0.5),
    unit: 'ms',
    limit: percentile(limits, 0.5),
    note,
  });
  figure({
    bench,
    figure: 'query-p99-ms',
    value: percentile(times, 0.99),
    unit: 'ms',
    limit: percentile(limits, 0.99),
    note,
  });
  figure({ bench, figure: 'queries', value: rate(times), unit: 'queries/s', limit: rate(limits), note });
}

interface Query {
  request: RecommendRequest;
  person: Person;
}

/** What no answer can do without. */
function leastWork({ request, person }: Query, scratch: Float64Array): unknown[] {
  const keys = request.cart ?? (request.item === undefined ? [] : [request.item]);
  for (const key of keys) {
    scratch.fill(catalog.get(key)!.priceMinor ?? 0);
    for (let i = 0; i < scratch.length; i++) scratch[i]! += (i * 7919) % 128;
    scratch.sort();
  }
  const shown = [...keys, ...person.viewed.map(({ item }) => item), 'item-0', 'item-1', 'item-2', 'item-3'].slice(0, 4);
  return shown.map((id, i) => ({
    ...viewOf(catalog.get(id)!),
    source: 'criteria',
    score: 0,
    rank: i + 1,
    because: [],
  }));
}

function inventQuery(): Query {
  const of = (count: number) => [...new Set(Array.from({ length: count }, () => ids[zipf()]!))];
  const person: Person = { profileId: 'p', viewed: [], cart: [], purchased: of(2), seed: 'p' };
  const dice = random.next();
  if (dice < 1 / 3) {
    return { request: { criterion: 'cart-based', cart: of(1 + Math.floor(random.next() * 5)), limit: 4 }, person };
  }
  if (dice < 2 / 3) return { request: { criterion: 'viewed-together', item: ids[zipf()]!, limit: 4 }, person };
  if (dice > 0.95) return { request: { criterion: 'popular', limit: 4 }, person };
  const viewed = of(20).map((item, i) => ({ item, at: now - i * 1000 }));
  return { request: { criterion: 'recently-viewed', limit: 4 }, person: { ...person, viewed } };
}

function learnLimit(): number {
  const [visits, items, kindsSeen] = [new Int32Array(events), new Int32Array(events), new Uint8Array(events)];
  const times = new Float64Array(events);
  const seconds = timed(() => {
    for (let i = 0; i < events; i++) {
      const lesson = lessonAt(i);
      visits[i] = log.visit[i]!;
      items[i] = log.item[i]!;
      kindsSeen[i] = lesson.k.length;
      times[i] = lesson.t;
    }
  });
  return events / seconds;
}

/** The lesson as it comes out of the feed: a fresh object with texts. */
function lessonAt(i: number): Lesson {
  return { p: 'p', s: `visit-${log.visit[i]!}`, i: ids[log.item[i]!]!, k: kinds[log.kind[i]!]!, t: log.at[i]! };
}

function inventCatalog() {
  const items = new Map<string, Item>();
  for (const id of ids) {
    items.set(id, {
      id,
      name: `Item ${id}`,
      categories: ['all'],
      priceMinor: 1000,
      currency: 'EUR',
      stock: random.next() < 0.05 ? 0 : 5,
      url: `/p/${id}`,
      imageUrl: `/p/${id}.png`,
      attributes: {},
      variantOf: null,
      updatedAt: now,
    });
  }
  return { get: (id: string) => items.get(id), all: () => items.values(), version: 1 };
}

/** Thirty days of visits, some hundreds at a time: views near a popular item, every eighth puts in the cart, every third of these buys. */
function inventEvents() {
  const visit = new Int32Array(events);
  const item = new Int32Array(events);
  const kind = new Uint8Array(events);
  const at = new Float64Array(events);
  const running: { number: number; home: number; views: number; queue: number[] }[] = [];
  let visits = 0;
  for (let i = 0; i < events; i++) {
    const place = Math.floor(random.next() * 500);
    let one = running[place];
    if (one === undefined || (one.views <= 0 && one.queue.length === 0)) {
      one = { number: visits++, home: zipf(), views: 1 + Math.floor(-4 * Math.log(1 - random.next())), queue: [] };
      running[place] = one;
    }
    visit[i] = one.number;
    at[i] = now - 30 * day + (i / events) * 30 * day;
    const queued = one.queue.pop();
    if (queued !== undefined) {
      [item[i], kind[i]] = [queued >> 2, queued & 3];
      continue;
    }
    one.views--;
    item[i] = (one.home + Math.floor(random.next() ** 3 * 60)) % itemCount;
    if (random.next() > 1 / 8) continue;
    if (random.next() < 1 / 3) one.queue.push((item[i]! << 2) | 2);
    one.queue.push((item[i]! << 2) | 1);
  }
  return { visit, item, kind, at };
}

/** An item by Zipf's law with exponent near one; spread over the range, so that neighbours differ in popularity. */
function zipf(): number {
  const rank = Math.floor(itemCount ** random.next()) - 1;
  return Math.imul(rank, 7919) % itemCount;
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

/** The round with the lowest 99th percentile: other work on the machine only adds, garbage collection is in every round. */
function quietest<T>(all: readonly T[], work: (one: T) => unknown): Float64Array {
  const each = Array.from({ length: rounds }, () => timesOf(all, work));
  return each.sort((a, b) => percentile(a, 0.99) - percentile(b, 0.99))[0]!;
}

function timed(work: () => void): number {
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
