import { beforeAll, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { FakeClock, SeededRandom, UuidIds } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { Jobs, migrations } from './index.ts';

let store: Store;
let jobs: Jobs;
beforeAll(async () => {
  store = await freshStore(migrations);
  const clock = new FakeClock(1000);
  jobs = new Jobs({ store, clock, ids: new UuidIds(clock, new SeededRandom(1)), leaseMs: 600 });
});

const leases = async () =>
  (await store.rows<{ until: Date | null }>({ text: 'select lease_until as until from job order by key' })).map(
    ({ until }) => until?.getTime() ?? null,
  );
/** Looks again and again until it is so; fails by the time of the test. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

it('work that lasts longer than its lease is held, what was given back meanwhile is not, and a stop lets go', async () => {
  const job = (key: string) => ({ shard: 0, kind: 'slow', key, due: 1000, payload: {} });
  await jobs.enqueue(store, [job('a'), job('b')]);
  const [a, b] = (await jobs.claim('slow', 9)).sort((one, other) => (one.key < other.key ? -1 : 1));
  const [, begun] = [await jobs.postpone(a!, 5000, null), (await leases())[1]!];
  const held = jobs.hold([a!, b!]);
  await until(async () => (await leases())[1]! > begun + 1200);
  expect(await jobs.claim('slow', 9), 'nobody else has taken it, twice its lease later').toEqual([]);
  expect((await leases())[0]).toBeNull();
  held.stop();
  await until(async () => (await jobs.claim('slow', 9)).length === 1);
});
