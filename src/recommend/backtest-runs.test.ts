import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { Jobs, migrations as jobMigrations } from '../job/index.ts';
import type { Lesson } from '../profile/index.ts';
import type { Store } from '../store/index.ts';
import type { BacktestResult } from './backtest.ts';
import type { ShopToTry } from './backtest-criteria.ts';
import { Past, replaying } from './backtest-past.ts';
import { Replays, type ReplayParts } from './backtest-runs.ts';
import type { OpenThread } from './backtest-thread.ts';
import { shippedOnly } from './criteria.ts';
import { shippedCriteria } from './criteria-shipped.ts';
import { migrations } from './migration.ts';
import type { TuneResult } from './tune.ts';
import { shippedTuning, type Tuning } from './tuning.ts';

vi.setConfig({ testTimeout: 60_000 });
const start = Date.UTC(2026, 10, 1);
const day = 24 * 3600 * 1000;

let store: Store;
let clock: FakeClock;
let tuned: Tuning[];
let feed: { shard: number; version: number; lessons: Lesson[] }[];
const opened: Replays[] = [];

beforeAll(async () => {
  store = await freshStore([...jobMigrations, ...migrations]);
});

beforeEach(async () => {
  await store.run({ text: 'delete from replay' });
  await store.run({ text: 'delete from job' });
  clock = new FakeClock(start + 40 * day);
  tuned = [];
  feed = pages();
});

afterEach(async () => {
  for (const replays of opened.splice(0)) await replays.stop();
});

/** Visits over 12 days whose ways change after the seventh, in two shards, a page a day. */
function pages(): typeof feed {
  const random = new SeededRandom(5);
  return Array.from({ length: 24 }, (_, n) => {
    const [d, shard] = [Math.floor(n / 2), n % 2];
    const lessons = Array.from({ length: 40 }, (_unused, v) => {
      let item = Math.floor(random.next() * 60);
      return Array.from({ length: 4 }, (_none, i): Lesson => {
        const t = start + d * day + v * 60_000 + i * 1000;
        const lesson: Lesson = { p: `p${shard}-${v}`, s: `${n}-${v}`, i: `i${item}`, k: 'view', t };
        item = random.next() < 0.8 ? (item + (d < 7 ? 1 : 9)) % 60 : Math.floor(random.next() * 60);
        return lesson;
      });
    }).flat();
    return { shard, version: d + 1, lessons };
  });
}

function replays(more: Partial<ReplayParts> = {}): Replays {
  const ids = new UuidIds(clock, new SeededRandom(Math.floor(clock.now() % 1000) + opened.length));
  const made = new Replays({
    store,
    clock,
    ids,
    jobs: new Jobs({ store, clock, ids, leaseMs: 60_000 }),
    log: quietLog,
    read: async (cursors) =>
      feed
        .filter(({ shard, version }) => version > (cursors.get(shard) ?? 0))
        .sort((a, b) => a.shard - b.shard || a.version - b.version)
        .slice(0, 5),
    onTuned: (tuning) => tuned.push(tuning),
    items: () =>
      Array.from({ length: 60 }, (_, i) => ({
        id: `i${i}`,
        name: `A warm coat of line ${i % 5}`,
        categories: [`c${i % 6}`],
        attributes: {},
        priceMinor: 100 * (i + 1),
        currency: 'EUR',
        stock: null,
        url: null,
        imageUrl: null,
        variantOf: null,
        updatedAt: 0,
      })),
    ...more,
  });
  opened.push(made);
  return made;
}

/** Does the work in this thread, `step` by `step`. */
const here =
  (onStep: (done: number) => void = () => {}): OpenThread =>
  (order, onProgress) => {
    const past = new Past(order.task);
    let stopped = false;
    return {
      give: (lessons) => past.add(lessons),
      describe: (items) => past.describe(items),
      go: async () => {
        const work = replaying(order, past);
        for (;;) {
          const step = work.next();
          if (step.done) return step.value;
          onProgress(step.value);
          onStep(step.value.done);
          await new Promise((done) => setImmediate(done));
          if (stopped) throw new Error('stopped');
        }
      },
      stop: async () => void (stopped = true),
    };
  };

test('a backtest is done in a thread of its own, beside everything else, and its result is kept', async () => {
  const service = replays();
  const asked = await service.ask('backtest', { questions: 300 });
  expect(asked).toMatchObject({ state: 'waiting', settings: { questions: 300, share: 0.5 }, result: null });
  await service.finish();
  const done = await service.get(asked.id, 'backtest');
  expect(done).toMatchObject({ state: 'done', fault: null, inUse: false });
  const result = done.result as BacktestResult;
  expect(result).toMatchObject({ events: 3840, items: 60 });
  const hit = (criterion: string) => result.rows.find((row) => row.criterion === criterion)!.scores.hitRate[5]!.value;
  expect(hit('session')).toBeGreaterThan(2 * hit('popular-viewed'));
  expect(result.described).toBe(60);
  const similar = result.rows.find(({ criterion }) => criterion === 'similar')!;
  expect(similar.scores.answered).toBeGreaterThan(0);
  expect(await service.list('backtest')).toEqual([done]);
});

test('criteria of the shop are tried as they are when their turn comes, and one that is not there is refused', async () => {
  const own = {
    ...shippedCriteria.find(({ key }) => key === 'viewed-together')!,
    key: 'dear',
    version: 3,
    rules: ['item.price >= 30'],
  };
  let criteria = [own];
  const find = (key: string) => criteria.find((one) => one.key === key);
  const shop: ShopToTry = {
    criteria: {
      find,
      get: (key) => find(key) ?? shippedOnly.get(key),
    },
    exclusions: () => [{ name: 'No c5', rules: ['anyEqual(item.categories, "c5")'] }],
    zone: 'UTC',
  };
  const service = replays({ shop });
  await expect(service.ask('backtest', { criteria: ['dear', 'crystal-ball'] })).rejects.toMatchObject({
    code: 'CRITERION_UNKNOWN',
  });
  await expect(replays().ask('backtest', { criteria: ['dear'] })).rejects.toMatchObject({ code: 'CRITERION_UNKNOWN' });
  const { id } = await service.ask('backtest', { questions: 200, criteria: ['session', 'dear'] });
  criteria = [{ ...own, version: 4 }];
  await service.finish();
  const { result } = (await service.get(id, 'backtest')) as { result: BacktestResult };
  expect(result.criteria).toEqual([{ criterion: 'dear', name: own.name, version: 4, evaluated: true, lacks: [] }]);
  expect(result.rows.map(({ criterion }) => criterion)).toEqual(['session', 'dear']);
  const dear = result.rows.at(-1)!.scores;
  expect(dear.hitRate[10]!.value).toBeGreaterThan(0.1);
  // 31 items are dear enough, of which five are of the excluded category.
  expect(dear.coverage).toBeLessThanOrEqual(26 / 60);
});

test('while one waits or runs it is the answer to whoever asks again; what is over is not', async () => {
  const service = replays({ open: here() });
  const first = await service.ask('backtest', { questions: 100 });
  expect((await service.ask('backtest')).id).toBe(first.id);
  const tuning = await service.ask('tuning');
  expect(tuning.id).not.toBe(first.id);
  await service.cancel(tuning.id, 'tuning');
  await service.finish();
  expect((await service.ask('backtest')).id).not.toBe(first.id);
});

test('one that is cancelled while it waits is never begun', async () => {
  const service = replays({ open: () => expect.fail('begun') });
  const { id } = await service.ask('backtest');
  expect(await service.cancel(id, 'backtest')).toMatchObject({ state: 'cancelled' });
  await service.finish();
  expect(await service.get(id, 'backtest')).toMatchObject({ state: 'cancelled', result: null });
});

test('one that is cancelled at its last moment keeps no result, and its constants are not used', async () => {
  let cancelling: Promise<unknown> | null = null;
  const service = replays({ open: here(() => (cancelling ??= service.cancel(id, 'tuning'))) });
  const { id } = await service.ask('tuning');
  await service.finish();
  await cancelling;
  expect(await service.get(id, 'tuning')).toMatchObject({ state: 'cancelled', result: null, inUse: false });
  expect(tuned).toEqual([]);
});

test('a tuning that is better is used at once and at the next start, until it is taken out of use', async () => {
  const service = replays({ open: here() });
  const { id } = await service.ask('tuning');
  await service.finish();
  const done = await service.get(id, 'tuning');
  const result = done.result as TuneResult;
  expect(result.outcomes.find(({ part }) => part === 'session')).toMatchObject({ taken: true });
  expect(done).toMatchObject({ state: 'done', inUse: true });
  expect(tuned).toEqual([{ ...shippedTuning, ...result.own }]);

  const next = replays({ open: here() });
  await next.start();
  expect(tuned).toHaveLength(2);
  expect(tuned[1]).toEqual(tuned[0]);
  await next.untune();
  expect(tuned[2]).toEqual(shippedTuning);
  expect((await next.list('tuning'))[0]).toMatchObject({ inUse: false });
  expect(await next.use(id)).toMatchObject({ id, inUse: true });
  expect(tuned[3]).toEqual(tuned[0]);
});

test('a tuning may leave it to somebody to use what it found', async () => {
  const service = replays({ open: here() });
  const { id } = await service.ask('tuning', { adopt: false });
  await service.finish();
  const { inUse, result } = await service.get(id, 'tuning');
  expect([inUse, tuned]).toEqual([false, []]);
  await service.use(id);
  expect(tuned).toEqual([{ ...shippedTuning, ...(result as TuneResult).own }]);
  expect(await service.inUse()).toMatchObject({ id });
});

test('one that fails says why, and one whose process died is begun anew', async () => {
  const broken = replays({
    open: () => ({
      give() {},
      describe() {},
      go: () => Promise.reject(new Error('out of memory')),
      stop: async () => {},
    }),
  });
  const { id } = await broken.ask('backtest');
  await broken.finish();
  expect(await broken.get(id, 'backtest')).toMatchObject({ state: 'failed', fault: 'out of memory' });

  const service = replays({ open: here() });
  const again = await service.ask('backtest', { questions: 100 });
  await store.run({ text: `update replay set state = 'running' where id = $1`, values: [again.id] });
  await store.run({ text: `update job set lease_until = now() - interval '1 second', fence = 7, attempt = 2` });
  await service.finish();
  expect(await service.get(again.id, 'backtest')).toMatchObject({ state: 'done' });
});

test('a history too short to tell anything is done without a result', async () => {
  feed = [];
  const service = replays({ open: here() });
  const [backtest, tuning] = [await service.ask('backtest'), await service.ask('tuning')];
  await service.finish();
  expect(await service.get(backtest.id, 'backtest')).toMatchObject({ state: 'done', result: null });
  expect(await service.get(tuning.id, 'tuning')).toMatchObject({ state: 'done', result: null, inUse: false });
  await expect(service.use(tuning.id)).rejects.toMatchObject({ code: 'TUNING_WITHOUT_GAIN' });
});

test('an unknown one is refused', async () => {
  const service = replays();
  await expect(service.get('nope', 'backtest')).rejects.toMatchObject({ code: 'REPLAY_UNKNOWN' });
  const { id } = await service.ask('tuning');
  await expect(service.get(id, 'backtest')).rejects.toMatchObject({ code: 'REPLAY_UNKNOWN' });
});
