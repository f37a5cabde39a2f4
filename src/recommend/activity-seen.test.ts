import { beforeEach, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { fakeProfile, startedAt } from '../../test/support/house.ts';
import type { ShopEvent } from '../event/index.ts';
import type { Fact, Profile } from '../profile/index.ts';
import type { Store } from '../store/index.ts';
import { ActivitySeen } from './activity-seen.ts';
import { migrations } from './migration.ts';

const ada = '01900000-0000-7000-8000-00000000000a';
const bob = '01900000-0000-7000-8000-00000000000b';
const hourMs = 3_600_000;
let store: Store;
let seen: ActivitySeen;
let profiles: Map<string, Profile>;

beforeEach(async () => {
  store = await freshStore(migrations);
  seen = new ActivitySeen(store);
  profiles = new Map(
    [ada, bob].map((id) => [id, fakeProfile(id, { identities: [{ namespace: 'ecid', id: `e-${id}` }] })]),
  );
});

function notice(who: string, kind: 'Display' | 'Interact', over: Partial<ShopEvent> = {}): ShopEvent {
  return {
    id: 'x',
    source: 'edge:demo',
    types: [`decisioning.proposition${kind}` as 'decisioning.propositionDisplay'],
    happenedAt: startedAt,
    receivedAt: startedAt,
    level: 0,
    visitor: `ecid:e-${who}`,
    identities: [{ namespace: 'ecid', id: `e-${who}` }],
    recommendation: { id: 'r', criterion: 'popular', activity: 'home', experience: 'popular.row' },
    ...over,
  };
}

const order = (profileId: string, orderId: string, at: number): Fact => ({
  name: 'ordered',
  profileId,
  at,
  id: orderId,
  data: { orderId, total: 19.5, currency: 'EUR', items: [] },
  bot: false,
});

const listen = (events: ShopEvent[], facts: Fact[] = []) =>
  store.inTransaction((tx) => seen.listen(tx, { seen: events, facts, profiles }));

it('counts impressions, clicks and people by experience, and orders within five days of a click', async () => {
  await listen([notice(ada, 'Display'), notice(ada, 'Display'), notice(ada, 'Interact'), notice(bob, 'Display')]);
  await listen(
    [],
    [
      order(ada, 'o-1', startedAt + hourMs),
      order(ada, 'o-2', startedAt + 121 * hourMs),
      order(bob, 'o-3', startedAt + hourMs),
    ],
  );
  expect(await seen.numbers('home')).toEqual([
    {
      experience: 'popular.row',
      people: 2,
      impressions: 3,
      clicks: 1,
      clickers: 1,
      orders: 1,
      revenue: [{ amount: 19.5, currency: 'EUR' }],
    },
  ]);
  await listen([], [order(ada, 'o-1', startedAt + hourMs)]);
  expect((await seen.numbers('home'))[0]!.orders).toBe(1);
});

it('an order is credited to the experience of each activity that was clicked last', async () => {
  const other = { id: 'r', criterion: 'popular', activity: 'home', experience: 'other' };
  await listen([
    notice(ada, 'Interact'),
    notice(ada, 'Interact', { recommendation: other, happenedAt: startedAt + hourMs }),
  ]);
  await listen([], [order(ada, 'o-1', startedAt + 2 * hourMs)]);
  expect((await seen.numbers('home')).map(({ experience, orders }) => [experience, orders])).toEqual([
    ['other', 1],
    ['popular.row', 0],
  ]);
});

it('machines, named test profiles, strangers and notices without an activity are not counted', async () => {
  profiles.get(bob)!.state.test = true;
  const bare = { id: 'r', criterion: 'popular' };
  await listen(
    [
      notice(ada, 'Display', { bot: true }),
      notice(bob, 'Display'),
      notice('nobody', 'Display'),
      notice(ada, 'Display', { recommendation: bare }),
    ],
    [order(bob, 'o-1', startedAt)],
  );
  expect(await seen.numbers('home')).toEqual([]);
});

it('a merge adds up, and parting gives each their own back', async () => {
  await listen(
    [notice(ada, 'Display'), notice(ada, 'Interact'), notice(bob, 'Display')],
    [order(ada, 'o-1', startedAt + hourMs)],
  );
  const before = [await seen.exportFor(ada), await seen.exportFor(bob)];
  const carried = await store.inTransaction((tx) => seen.merge(tx, ada, bob));
  expect(await seen.exportFor(ada)).toEqual({ activity_seen: [], activity_order: [] });
  expect((await seen.exportFor(bob))['activity_seen']).toMatchObject([{ shown: 2, clicked: 1 }]);
  await store.inTransaction((tx) =>
    seen.unmerge(tx, { from: ada, into: bob, carried: JSON.parse(JSON.stringify(carried)) }),
  );
  const [back] = [await seen.exportFor(ada)];
  expect(back).toEqual(before[0]);
  expect(await seen.exportFor(bob)).toEqual(before[1]);
});

it('forgetting somebody leaves nothing of them', async () => {
  await listen([notice(ada, 'Interact')], [order(ada, 'o-1', startedAt + hourMs)]);
  await store.inTransaction((tx) => seen.forget(tx, ada));
  expect(await seen.exportFor(ada)).toEqual({ activity_seen: [], activity_order: [] });
  expect(await seen.numbers('home')).toEqual([]);
});
