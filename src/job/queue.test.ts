import { beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { FakeClock, SeededRandom, UuidIds } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { emptyJobs, Jobs, migrations } from './index.ts';

let shared: Promise<Store> | undefined;
let store: Store;
const start = Date.UTC(2026, 10, 24, 9);

/** A worker's queue; its clock may go wrong. */
function worker(aheadMs = 0): { jobs: Jobs; clock: FakeClock } {
  const clock = new FakeClock(start + aheadMs);
  return { jobs: new Jobs({ store, clock, ids: new UuidIds(clock, new SeededRandom(aheadMs)) }), clock };
}

const work = (key: string, due = start) => ({ shard: 1, kind: 'work', key, due, payload: { key } });
const lapse = () => store.run({ text: `update job set lease_until = now() - interval '1 second'` });

beforeEach(async () => {
  shared ??= freshStore(migrations);
  store = await shared;
  await emptyJobs(store);
});

describe('a queue of work', () => {
  it('takes a key once, and gives it to one of many', async () => {
    const { jobs } = worker();
    await jobs.enqueue(store, [work('a'), work('b')]);
    await jobs.enqueue(store, [work('a', start - 1000)]);
    const claims = await Promise.all([jobs.claim('work', 2), worker().jobs.claim('work', 2), jobs.claim('work', 2)]);
    expect(
      claims
        .flat()
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['a', 'b']);
  });

  it('is leased by the clock of the database: a worker an hour ahead steals nothing (trust row 54)', async () => {
    const { jobs } = worker();
    await jobs.enqueue(store, [work('a')]);
    const [mine] = await jobs.claim('work', 1);
    expect(await worker(3_600_000).jobs.claim('work', 1)).toEqual([]);
    expect(await jobs.finish(store, mine!)).toBe(true);
  });

  it('set back an hour, does nothing twice, and sooner than due nothing at all (trust row 55)', async () => {
    const { jobs, clock } = worker();
    await jobs.enqueue(store, [work('a'), work('b', start + 60_000)]);
    const [mine] = await jobs.claim('work', 5);
    await jobs.finish(store, mine!);
    clock.set(start - 3_600_000);
    expect(await jobs.claim('work', 5)).toEqual([]);
    clock.set(start + 60_000);
    expect((await jobs.claim('work', 5)).map(({ key }) => key)).toEqual(['b']);
    expect(await jobs.claim('work', 5)).toEqual([]);
  });

  it('believes only the newest claim: whoever lost the lease ends nothing, gives nothing back', async () => {
    const { jobs } = worker();
    await jobs.enqueue(store, [work('a')]);
    const [lost] = await jobs.claim('work', 1);
    await lapse();
    const [won] = await jobs.claim('work', 1);
    expect([won!.attempt, won!.fence]).toEqual([2, lost!.fence + 1]);
    await jobs.retry(lost!, start, 'late');
    expect(await jobs.extend(store, lost!)).toBe(false);
    expect(await jobs.finish(store, lost!)).toBe(false);
    expect(await jobs.extend(store, won!)).toBe(true);
    expect(await jobs.finish(store, won!)).toBe(true);
  });

  it('ends with the transaction that holds its effect, or not at all', async () => {
    const { jobs } = worker();
    await jobs.enqueue(store, [work('a')]);
    const [mine] = await jobs.claim('work', 1);
    const broken = store.inTransaction(async (tx) => {
      await jobs.finish(tx, mine!);
      throw new Error('the effect failed');
    });
    await expect(broken).rejects.toThrow('the effect failed');
    expect([...(await jobs.queued(store, 'work', ['a', 'z']))]).toEqual(['a']);
  });

  it('counts a try that failed and no look that came too soon, and says why', async () => {
    const { jobs, clock } = worker();
    await jobs.enqueue(store, [work('a')]);
    await jobs.retry((await jobs.claim('work', 1))[0]!, start + 1000, 'http_503');
    clock.advance(1000);
    await jobs.postpone((await jobs.claim('work', 1))[0]!, start + 2000, 'paused');
    expect(await jobs.nextDue('work')).toBe(start + 2000);
    expect(await jobs.troubled('work', 5)).toMatchObject([{ attempt: 1, error: 'paused' }]);
    clock.advance(1000);
    expect((await jobs.claim('work', 1))[0]!.attempt).toBe(2);
  });
});
