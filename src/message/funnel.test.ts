import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import type { Store } from '../store/index.ts';
import { migrations } from './migration.ts';
import { Counts } from './counts.ts';
import type { FunnelQuery } from './table-tally.ts';

let store: Store;
const monday = Date.parse('2026-11-23T22:30:00Z'); // already Tuesday in Berlin from 23:00 UTC on

beforeAll(async () => {
  store = await freshStore(migrations);
  const rows = [
    ['accepted', null, 'treated', 'mail', 0],
    ['accepted', null, 'treated', 'reminder', 1],
    ['skipped', 'no consent', null, 'mail', 0],
    ['skipped', 'held out', 'control', 'mail', 1],
    ['in_doubt', 'no answer', 'treated', 'mail', 1],
  ] as const;
  for (const [i, [state, reason, arm, activity, hours]] of rows.entries()) {
    await store.run({
      text: `insert into message (shard, id, key, run_id, journey, journey_version, activity, visit, profile_id, template, context, class,
          holdout, state, reason, arm, planned_at, due, deadline, changed_at)
        values (1, $1::uuid, $1, 'r', 'cart', 1, $2, 1, $1::uuid, 't', '{}', 'marketing', 0.1, $3, $4, $5, $6, $6, $6, $6)`,
      values: [id(i), activity, state, reason, arm, new Date(monday + hours * 3_600_000)],
    });
  }
  await store.run({
    text: `insert into message_heard (shard, message_id, kind, at, weight, journey, activity, profile_id, test)
      values (1, $1, 'bounced', now(), 1, 'cart', 'mail', $1, false), (1, $2, 'complained', now(), 1, 'cart', 'reminder', $2, false)`,
    values: [id(0), id(1)],
  });
});
afterAll(() => store.close());

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const query = { journey: 'cart', zone: 'Europe/Berlin', from: null, until: null } as const;
/** What is read with nothing counted yet, then from the roll-up, and then from one that was made anew: it must be the same. */
const funnel = async (of: FunnelQuery) => {
  const counts = new Counts(store, of.zone);
  await store.run({ text: 'truncate message_hour, message_day, message_open' });
  await store.run({ text: 'insert into message_open select journey, shard, id from message' });
  await store.run({ text: 'update message_heard set counted = false' });
  const open = await counts.funnel(of);
  while ((await counts.rollUp()) > 0);
  expect(await counts.funnel(of)).toEqual(open);
  await store.inTransaction((tx) => counts.rebuild(tx));
  expect(await counts.funnel(of)).toEqual(open);
  return open;
};

it('counts by the day of the shop, and by activity, the same whether it is counted up or still open', async () => {
  const byDay = (await funnel({ ...query, by: 'day' })).states;
  expect(byDay).toHaveLength(5);
  expect(
    byDay
      .filter(({ group }) => group === '2026-11-23')
      .map(({ state }) => state)
      .sort(),
  ).toEqual(['accepted', 'skipped']);
  expect(
    byDay
      .filter(({ group }) => group === '2026-11-24')
      .map(({ heldOut, state }) => `${state} ${heldOut}`)
      .sort(),
  ).toEqual(['accepted false', 'in_doubt false', 'skipped true']);
  const byActivity = (await funnel({ ...query, by: 'activity' })).states;
  expect(byActivity.filter(({ group }) => group === 'reminder')).toEqual([
    { group: 'reminder', state: 'accepted', reason: null, heldOut: false, count: 1 },
  ]);
});

it.each([
  [1, null, 3], // the moment after the first two
  [0, 60_000, 2],
  [-30 * 60_000, 31 * 60_000, 2], // from a whole hour into another
  [-24 * 3_600_000, 48 * 3_600_000, 5], // days, hours and moments
  [-24 * 3_600_000, 3_600_000, 2],
  [3_600_000, 3_600_001, 3],
])('counts what was planned from %s ms after the first until %s, to the moment', async (from, until, planned) => {
  const span = { from: monday + from, until: until === null ? null : monday + until };
  const { states } = await funnel({ ...query, ...span, by: 'whole' });
  expect(states.reduce((sum, { count }) => sum + count, 0)).toBe(planned);
});

it('tells what was heard of them, and agrees with the counts of the whole journey', async () => {
  expect((await funnel({ ...query, by: 'activity' })).heard).toEqual([
    { group: 'mail', kind: 'bounced', count: 1 },
    { group: 'reminder', kind: 'complained', count: 1 },
  ]);
  expect(await new Counts(store, query.zone).of('cart')).toEqual({
    byState: { accepted: 2, skipped: 2, in_doubt: 1 },
    excluded: { 'no consent': 1 },
    heldOut: 1,
    opened: { openedByReader: 0, openedUnknown: 0, openedByMachine: 0 },
  });
});

it('counts only what has ended, once, and days anew when the shop moves to another zone', async () => {
  await funnel({ ...query, by: 'day' });
  const open = () => store.rows({ text: 'select id from message_open' });
  expect(await open()).toHaveLength(1);
  const kiritimati = new Counts(store, 'Pacific/Kiritimati');
  const days = async () => {
    const { states } = await kiritimati.funnel({ ...query, by: 'day', zone: 'Pacific/Kiritimati' });
    return [...new Set(states.map(({ group }) => group))];
  };
  while ((await kiritimati.rollUp()) > 0);
  expect(await days()).toEqual(['2026-11-24']);
  expect(await open()).toHaveLength(1);
  await store.run({ text: `update message set state = 'abandoned' where state = 'in_doubt'` });
  expect(await kiritimati.rollUp()).toBe(1);
  expect(await kiritimati.rollUp()).toBe(0);
  expect((await kiritimati.of('cart')).byState).toEqual({ accepted: 2, skipped: 2, abandoned: 1 });
});
