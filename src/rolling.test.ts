import { afterAll, beforeAll, expect, it } from 'vitest';
import { Campaign, type Nature } from '../test/support/campaign.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog, SeededRandom, UuidIds, VirtualClock } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { migrate, openStore, type Migration, type Store } from './store/index.ts';

/** One version is put in place of another: the next one's schema stands while the processes of this one are at work. */
const hour = 3_600_000;
let campaign: Campaign;
const opened: { rooms: Rooms; doors: Doors; store: Store }[] = [];
const mails: string[] = [];

beforeAll(async () => {
  campaign = await Campaign.open(69);
  await campaign.rooms.catalog.upsert([{ id: 'coat', name: 'Coat', price: 20, currency: 'EUR', stock: 3, url: '/p' }]);
  await campaign.rooms.journeys.load();
  catchMails(campaign.rooms);
  await campaign.publish('story', {
    start: 'wait',
    holdout: 0,
    quietHours: null,
    activities: {
      wait: { kind: 'wait', for: 'PT4H', next: 'ask' },
      ask: {
        kind: 'action',
        name: 'Recommend',
        method: 'POST',
        url: '/v1/recommendations',
        body: { criterion: 'popular', limit: 2, backup: 'none' },
        next: 'mail',
        onError: 'failed',
      },
      mail: { kind: 'message', message: 'reminder', next: 'done' },
      done: { kind: 'end', label: 'Reminded' },
      failed: { kind: 'end', label: 'Failed' },
    },
  });
});
afterAll(async () => {
  for (const { rooms, doors, store } of opened) {
    await doors.close();
    await rooms.transport.close();
    await store.close();
  }
  await campaign.close();
});

function catchMails({ transport }: Rooms): void {
  transport.catchAll(async (_raw, to) => void mails.push(to));
}

/** A further process on the same database, at the same time of the shop. */
async function join(seed: number): Promise<Rooms> {
  const { settings, clock: before } = campaign.rooms;
  const store = await openStore(campaign.rooms.store.url, { connections: 4 });
  const clock = new VirtualClock();
  clock.freeze(before.now());
  const random = new SeededRandom(seed);
  const ids = new UuidIds({ now: () => clock.now(), real: () => clock.now() }, random);
  const rooms = await joinRooms(settings, { store, log: quietLog, clock, random, ids });
  const doors = await openDoors(rooms);
  rooms.slots.callOwn = doors.callAsJourney;
  catchMails(rooms);
  opened.push({ rooms, doors, store });
  return rooms;
}

/** Each table gains a column, and there is a new table with an index: what a release may do to the one before. */
async function nextVersion(store: Store): Promise<Migration[]> {
  const tables = await store.rows<{ name: string }>({
    text: `select format('%I', relname) as name from pg_class
      where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace and relname <> 'schema_migration' order by 1`,
  });
  const grown = tables.map(({ name }) => `alter table ${name} add column of_the_next text default 'new'`);
  const made = [
    'create table next_thing (id uuid primary key, at timestamptz)',
    'create index next_at on next_thing (at)',
  ];
  return [{ name: '9999-next', sql: [...grown, ...made].map((one) => `${one};\n`).join('') }];
}

const people = (name: string) => Array.from({ length: 4 }, (_, n) => campaign.person(`${name}-${n}`));

async function come(rooms: Rooms, natures: readonly Nature[]): Promise<void> {
  const left = natures.map((one) => campaign.event(one, { types: ['left.story'], items: [{ id: 'coat' }] }));
  await rooms.events.receive([...natures.map((one) => campaign.introduced(one)), ...left]);
}

/** Time passes for all processes at once; each does what it gets hold of. */
async function pass(ms: number, ...all: Rooms[]): Promise<void> {
  const now = Math.max(...all.map(({ clock }) => clock.now())) + ms;
  for (const { clock } of all) (clock as VirtualClock).freeze(now);
  await Promise.all(all.map(({ folder }) => folder.drain()));
  for (let n = 0; n < 3; n++) await Promise.all(all.map(({ pulse }) => pulse.settle()));
}

it('processes of two versions work side by side while one is put in place of the other (trust row 69)', async () => {
  const [early, waiting, both, late, back] = ['early', 'waiting', 'both', 'late', 'back'].map(people) as Nature[][];
  const old = campaign.rooms;
  await come(old, early!);
  await pass(0, old);
  await pass(5 * hour, old);
  await come(old, waiting!);
  await pass(0, old);
  // Every statement that the old process keeps prepared has been prepared by now.
  const next = await nextVersion(old.store);
  expect(await migrate(old.store, [...migrations, ...next])).toEqual(['9999-next']);

  const fresh = await join(70);
  await come(fresh, both!.slice(0, 2));
  await come(old, both!.slice(2));
  await pass(0, old, fresh);
  await pass(5 * hour, old, fresh);

  await old.folder.stop(); // it gives its shards back, as at the end of a process
  await come(fresh, late!);
  await pass(0, fresh);
  await pass(5 * hour, fresh);

  // The new version was no good: the one before starts again on the schema that stands.
  expect(await migrate(fresh.store, migrations)).toEqual([]);
  await fresh.folder.stop();
  const again = await join(71);
  await come(again, back!);
  await pass(0, again);
  await pass(5 * hour, again);

  const all = [early, waiting, both, late, back].flatMap((natures) => natures!.map(({ email }) => email));
  expect([...mails].sort()).toEqual([...all].sort());
  const ends = await again.store.rows<{ end: string; n: number }>({
    text: 'select end_reason as "end", count(*)::int as n from journey_run group by 1',
  });
  expect(ends).toEqual([{ end: 'Reminded', n: all.length }]);
  const states = await again.store.rows<{ state: string; n: number }>({
    text: 'select state, count(*)::int as n from message group by 1',
  });
  expect(states).toEqual([{ state: 'accepted', n: all.length }]);
  const [grown] = await again.store.rows<{ n: number }>({
    text: "select count(*)::int as n from journey_run where of_the_next = 'new'",
  });
  expect(grown!.n, 'a row of the old version has what the new one expects').toBe(all.length);
});
