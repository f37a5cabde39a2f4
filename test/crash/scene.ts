import { joinRooms, migrations, type Rooms } from '../../src/app.ts';
import { quietLog, VirtualClock } from '../../src/base/index.ts';
import type { ShopEvent } from '../../src/event/index.ts';
import { recipes } from '../../src/journey/index.ts';
import type { MessageRow, Plan } from '../../src/message/index.ts';
import type { Profile } from '../../src/profile/index.ts';
import type { Store } from '../../src/store/index.ts';
import { freshStore } from '../support/database.ts';
import { answerOf, settingsOf } from './ground.ts';
import { openSink, type Sink } from './sink.ts';

/**
 * One database, one mail server, and the rooms as the watcher sees them: it sets the scene, and afterwards reads what is
 * there. Everything that is tested is done by other processes.
 */
export interface Scene {
  store: Store;
  rooms: Rooms;
  sink: Sink;
  where: { databaseUrl: string; smtpUrl: string };
  /** Business time, which a worker may have moved. */
  now(): Promise<number>;
  /** Somebody who may be written to. */
  person(name: string): Promise<Profile>;
  /** Leases of processes that died, as they are a minute later. */
  letLeasesLapse(): Promise<void>;
  close(): Promise<void>;
}

/** The device of a person. */
export const ecidOf = (name: string) => name.padStart(38, '4');

/** @param given a database of its own; otherwise one on the server of the tests */
export async function setScene(slowMs?: () => number, given?: Store): Promise<Scene> {
  const store = given ?? (await freshStore(migrations, { connections: 6 }));
  await store.run({ text: 'create table crash_told (run_id text primary key, outcome text not null)' });
  await store.run({ text: 'create table crash_call (key text not null, body text not null)' });
  const sink = await openSink(slowMs);
  const where = { databaseUrl: store.url, smtpUrl: sink.url };
  const rooms = await joinRooms(settingsOf(where), { store, log: quietLog });
  await rooms.catalog.upsert(
    ['coat-1', 'coat-2', 'scarf'].map((id) => ({
      id,
      name: `The ${id}`,
      price: 129,
      currency: 'EUR',
      stock: 4,
      url: `/shop/p/${id}`,
      imageUrl: `/shop/picture/${id}.png`,
    })),
  );
  const recipe = recipes().find(({ key }) => key === 'abandoned-cart')!;
  await rooms.journeys.put({ ...recipe, holdout: 0, quietHours: null });
  await rooms.journeys.publish(recipe.key);
  const now = async () => {
    const clock = rooms.clock as VirtualClock;
    clock.moveTo(clock.real() + ((await rooms.memory.get<number>('clock-offset')) ?? 0));
    return clock.now();
  };
  return {
    store,
    rooms,
    sink,
    where,
    now,
    person: async (name) => {
      await rooms.events.receive([asserted(name, await now())]);
      await rooms.folder.drain();
      await rooms.folder.stop();
      return (await rooms.profiles.find({ namespace: 'ecid', id: ecidOf(name) }))!;
    },
    letLeasesLapse: async () => {
      await store.run({
        text: "update event_shard set lease_until = now() - interval '1 second' where owner is not null",
      });
      await store.run({
        text: "update recommend_snapshot set lease_until = now() - interval '1 second' where state = 'writing'",
      });
      await store.run({
        text: "update job set lease_until = now() - interval '1 second' where lease_until is not null",
      });
    },
    close: async () => {
      await rooms.transport.close();
      await sink.close();
    },
  };
}

/** The shop's server says who a device is, and that they want mail. */
function asserted(name: string, at: number): ShopEvent {
  return {
    id: `asserted-${name}`,
    source: 'server',
    types: ['profile.asserted'],
    happenedAt: at,
    receivedAt: at,
    level: 3,
    visitor: `ecid:${ecidOf(name)}`,
    identities: [
      { namespace: 'ecid', id: ecidOf(name) },
      { namespace: 'email', id: `${name}@example.com` },
    ],
    attributes: { firstName: 'Ada' },
    consent: { 'email-marketing': 'in' },
  };
}

/** A device puts so many of an item into its cart. */
export function added(name: string, line: { item: string; quantity: number }, at: number): ShopEvent {
  return {
    id: `add-${name}-${line.item}`,
    source: 'edge:default',
    types: ['commerce.productListAdds'],
    happenedAt: at,
    receivedAt: at,
    level: 0,
    visitor: `ecid:${ecidOf(name)}`,
    identities: [{ namespace: 'ecid', id: ecidOf(name) }],
    items: [{ id: line.item, quantity: line.quantity }],
    cartId: `cart-${name}`,
  };
}

/** What a journey would order for a profile. */
export function planOf(profile: Profile, now: number, more: Pick<Plan, 'class' | 'runId'>): Plan {
  return {
    journey: 'abandoned-cart',
    journeyVersion: 1,
    activity: 'mail',
    visit: 1,
    profileId: profile.id,
    shard: profile.shard,
    message: 'abandoned-cart',
    context: { journey: { events: {}, actions: { Recommend: answerOf(['coat-1', 'coat-2'], ['scarf']) } } },
    deadline: now + 86_400_000,
    holdout: 0,
    quietHours: null,
    ...more,
  };
}

/** A message with its attempts, and how often the mail server has it. */
export interface Kept {
  row: Pick<MessageRow, 'id' | 'state' | 'class' | 'runId' | 'reason'>;
  attempts: number;
  mails: number;
}

/** States in which a message stays. */
const final = ['accepted', 'rejected', 'render_failed', 'skipped', 'expired', 'cancelled', 'abandoned', 'quarantined'];

/** Works, pass after pass, until every message has come to its end; fails after half a minute. */
export async function workOff(scene: Scene, work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    await work();
    const [row] = await scene.store.rows<{ n: number }>({
      text: 'select count(*)::int as n from message where state <> all($1)',
      values: [final],
    });
    if (row!.n === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100)); // leases run out by the database's clock
  }
  throw new Error(`Messages do not come to an end: ${JSON.stringify(await compare(scene))}`);
}

/** The whole ledger beside the whole mail server. A mail there that no attempt announced fails at once (invariant I9). */
export async function compare(scene: Scene): Promise<Kept[]> {
  const rows = await scene.store.rows<Kept['row'] & { ids: string[]; attempts: number }>({
    text: `select m.id, m.state, m.class, m.run_id as "runId", m.reason, count(a.no)::int as attempts,
        array_agg(distinct trim(both '<>' from a.mail_id)) filter (where a.mail_id is not null) as ids
      from message m left join attempt a on a.shard = m.shard and a.message_id = m.id
      group by m.id, m.state, m.class, m.run_id, m.reason, m.planned_at order by m.planned_at, m.id`,
  });
  const announced = new Set(rows.flatMap(({ ids }) => ids ?? []));
  const strange = [...scene.sink.mails.keys()].filter((id) => !announced.has(id));
  if (strange.length > 0) throw new Error(`The mail server has mails without an attempt: ${strange.join(', ')}`);
  return rows.map(({ ids, attempts, ...row }) => ({
    row,
    attempts,
    mails: (ids ?? []).reduce((sum, id) => sum + (scene.sink.mails.get(id) ?? 0), 0),
  }));
}
