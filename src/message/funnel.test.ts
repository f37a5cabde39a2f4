import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import type { Store } from '../store/index.ts';
import { migrations } from './migration.ts';
import { countsOf, funnelHeard, funnelStates } from './table-report.ts';

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

it('counts by the day of the shop, and by activity', async () => {
  expect(await funnelStates(store, { ...query, by: 'day' })).toHaveLength(5);
  const byDay = await funnelStates(store, { ...query, by: 'day' });
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
  const byActivity = await funnelStates(store, { ...query, by: 'activity' });
  expect(byActivity.filter(({ group }) => group === 'reminder')).toEqual([
    { group: 'reminder', state: 'accepted', reason: null, heldOut: false, count: 1 },
  ]);
  expect(await funnelStates(store, { ...query, by: 'day', from: monday + 1 })).toHaveLength(3);
});

it('tells what was heard of them, and agrees with the counts of the whole journey', async () => {
  expect(await funnelHeard(store, { ...query, by: 'activity' })).toEqual([
    { group: 'mail', kind: 'bounced', count: 1 },
    { group: 'reminder', kind: 'complained', count: 1 },
  ]);
  expect(await countsOf(store, 'cart')).toEqual({
    byState: { accepted: 2, skipped: 2, in_doubt: 1 },
    excluded: { 'no consent': 1 },
    heldOut: 1,
  });
});
