import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { quietLog, SystemClock, SystemRandom, UuidIds } from '../../src/base/index.ts';
import {
  EventLog,
  Folder,
  migrations,
  openFront,
  type Carrier,
  type Front,
  type ShopEvent,
} from '../../src/event/index.ts';
import type { Store } from '../../src/store/index.ts';
import { freshStore } from '../support/database.ts';
import { Nats, natsServer } from '../support/nats.ts';

/**
 * What every log promises, whichever stands where: what is acknowledged takes effect, once, and a visitor's events in the order
 * in which they were acknowledged. The table alone, and NATS JetStream (three servers on this machine) before it.
 */
const clock = new SystemClock();
const ids = new UuidIds(clock, new SystemRandom());
const table = [
  ...migrations,
  {
    name: '0999-test-effect',
    sql: `create table effect (no bigint generated always as identity, id text primary key, visitor text not null);
      create table decline (visitor text primary key);`,
  },
];

let nats: Nats | undefined;
let store: Store;
let count = 0;
/** What runs, to be stopped. */
let houses: House[] = [];

/** One process, as far as the log goes. */
interface House {
  log: EventLog;
  folder: Folder;
  carrier: Carrier | null;
  front: Front | null;
}

beforeAll(async () => {
  if (natsServer() === null) return;
  nats = await Nats.start(3);
  await (await openFront(nats.place('warm'))).close();
});
afterAll(() => nats?.stop());
beforeEach(async () => {
  store ??= await freshStore(table, { connections: 6 });
  await store.run({ text: 'truncate event, event_key, event_inbox, event_consenting, event_quarantine, feed, effect' });
  await store.run({ text: 'update event_shard set owner = null, lease_until = null' });
  await store.run({ text: `update event_part set owner = null, lease_until = null, origin = '', place = 0` });
  await store.run({ text: `delete from decline` });
  await store.run({ text: `insert into decline values ('ecid:declined')` });
});
afterEach(async () => {
  for (const { carrier, folder, front } of houses.splice(0)) {
    await carrier?.stop();
    await folder.stop();
    await front?.close();
  }
});

const event = (visitor: string, more: Partial<ShopEvent> = {}): ShopEvent => ({
  id: `e${++count}`,
  source: 'edge:demo',
  types: ['web.webpagedetails.pageViews'],
  happenedAt: clock.now(),
  receivedAt: clock.now(),
  level: 0,
  visitor: `ecid:${visitor}`,
  identities: [{ namespace: 'ecid', id: visitor }],
  ...more,
});

async function open(front: Front | null, sharing = 1): Promise<House> {
  const log = new EventLog({
    store,
    ids,
    front,
    declined: 'exists (select from decline d where d.visitor = input.visitor)',
  });
  const owner = `h${houses.length}`;
  const share = (all: number) => Math.ceil(all / sharing);
  const folder = new Folder({
    store,
    clock,
    log: quietLog,
    owner,
    share: () => share(64),
    fold: async (tx, events) => {
      for (const { event: one } of events) {
        const values = [one.id, one.visitor];
        await tx.run({ text: 'insert into effect (id, visitor) values ($1, $2)', values });
        if (one.consent?.['collect'] === 'out')
          await tx.run({ text: 'insert into decline values ($1)', values: [one.visitor] });
      }
      return new Map();
    },
  });
  log.onStored((rows) => folder.give(rows));
  const carrier = log.carrier({
    log: quietLog,
    owner,
    share,
    permits: (visitor) => permits(log, visitor),
  });
  carrier?.start();
  const house = { log, folder, carrier, front };
  houses.push(house);
  return house;
}

/** Does the visitor let itself be recorded, what no fold has taken yet included? */
async function permits(log: EventLog, visitor: string): Promise<boolean> {
  const unread = await log.unread(visitor);
  const isOut = await store.rows({ text: 'select from decline where visitor = $1', values: [visitor] });
  return isOut.length === 0 && !unread.some(({ consent }) => consent?.['collect'] === 'out');
}

/** As a door keeps what is only for visitors who let themselves be recorded. */
async function keep({ log }: House, one: ShopEvent): Promise<void> {
  const { doubted } = await log.receive([one], { unless: 'declined' });
  if (doubted > 0 && (await permits(log, one.visitor))) await log.receive([one]);
}

/** Sent until somebody acknowledges it, as every sender does. */
async function insist({ log }: House, one: ShopEvent): Promise<void> {
  for (;;) {
    const isKept = await log.receive([one]).then(
      () => true,
      () => false,
    );
    if (isKept) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (const began = performance.now(); !(await isSo());) {
    if (performance.now() - began > 45_000) throw new Error(`Not within 45 s: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

const effects = () =>
  store.rows<{ id: string; visitor: string }>({ text: 'select id, visitor from effect order by no' });
const effectIds = async () => (await effects()).map(({ id }) => id);
async function settle({ log, folder }: House): Promise<string[]> {
  await log.carried();
  await folder.drain();
  return effectIds();
}
/** Everything that was acknowledged has one effect, and nothing else has. */
async function expectOnce(house: House, sent: readonly ShopEvent[]): Promise<void> {
  const wanted = sent.map(({ id }) => id).sort();
  await until('all has taken effect', async () => {
    await settle(house).catch(() => {});
    return (await effectIds().catch(() => [])).length >= wanted.length;
  });
  expect((await effectIds()).sort()).toEqual(wanted);
  expect((await store.rows({ text: 'select from event' })).length).toBe(wanted.length);
}

/** Connections of everybody to the database are cut, and it takes none for as long as `away`. */
async function cutDatabase(away: () => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: inject('databaseUrl') });
  await client.connect();
  const name = new URL(store.url).pathname.slice(1);
  try {
    await client.query(`alter database ${name} allow_connections false`);
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await away();
  } finally {
    await client.query(`alter database ${name} allow_connections true`);
    await client.end();
  }
}

const opens = {
  'The table': async () => null,
  'NATS JetStream before the table': async () => openFront(nats!.place(`T${randomBytes(4).toString('hex')}`)),
};

for (const [name, openIt] of Object.entries(opens)) {
  describe.skipIf(name.startsWith('NATS') && natsServer() === null)(name, () => {
    it('gives what it acknowledged one effect, and who sent it reads it at once', async () => {
      const house = await open(await openIt());
      const sent = Array.from({ length: 60 }, (_, no) => event(`v${no % 7}`));
      const answers = await Promise.all([0, 20, 40].map((at) => house.log.receive(sent.slice(at, at + 20))));
      expect(answers).toEqual(answers.map(() => ({ kept: 20, repeated: 0, doubted: 0 })));
      await house.log.carried();
      expect((await store.rows({ text: 'select from event' })).length).toBe(60);
      await expectOnce(house, sent);
    });

    it('takes what is sent twice, at once and later, for one', async () => {
      const house = await open(await openIt());
      const [one, other] = [event('ada'), event('ada')];
      const sums = await Promise.all([house.log.receive([one]), house.log.receive([one])]);
      expect(sums.map(({ kept }) => kept).sort()).toEqual([0, 1]);
      expect(await settle(house)).toEqual([one.id]);
      expect(await house.log.receive([one, other])).toMatchObject({ kept: 1, repeated: 1 });
      await expectOnce(house, [one, other]);
    });

    it('keeps the events of a visitor who waits for each answer in their order', async () => {
      const house = await open(await openIt());
      const sent = new Map<string, string[]>();
      const walk = async (visitor: string) => {
        for (let no = 0; no < 15; no++) {
          const one = event(visitor);
          sent.set(one.visitor, [...(sent.get(one.visitor) ?? []), one.id]);
          await house.log.receive([one]);
          if (no % 5 === 0) house.folder.wake();
        }
      };
      house.folder.start();
      await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(walk));
      await expectOnce(
        house,
        [...sent.values()].flat().map((id) => event('x', { id })),
      );
      for (const [visitor, inOrder] of sent)
        expect((await effects()).filter((row) => row.visitor === visitor).map(({ id }) => id)).toEqual(inOrder);
    });

    it('keeps nothing of a visitor who has just declined, nor of one who had', async () => {
      const house = await open(await openIt());
      const [no, yes] = [event('bo', { consent: { collect: 'out' } }), event('ada', { consent: { collect: 'in' } })];
      await house.log.receive([no, yes]);
      const ofAda = event('ada');
      await Promise.all([event('bo'), ofAda, event('declined')].map((one) => keep(house, one)));
      await settle(house);
      await keep(house, event('bo'));
      await expectOnce(house, [no, yes, ofAda]);
    });

    it('loses and doubles nothing when all connections to the database are cut under load', async () => {
      const house = await open(await openIt());
      house.folder.start();
      const sent = Array.from({ length: 150 }, (_, no) => event(`v${no % 20}`));
      const sending = (async () => {
        for (let at = 0; at < sent.length; at += 5)
          await Promise.all(sent.slice(at, at + 5).map((one) => insist(house, one)));
      })();
      for (let cut = 0; cut < 2; cut++) await cutDatabase(() => new Promise((done) => setTimeout(done, 100)));
      await sending;
      await expectOnce(house, sent);
    });

    it('shares the work among processes, and what one that dies had begun another ends', async () => {
      const front = await openIt();
      const [one, other] = [await open(front, 2), await open(front, 2)];
      const sent = Array.from({ length: 80 }, (_, no) => event(`v${no}`));
      await one.log.receive(sent.slice(0, 40));
      await Promise.all([one.folder.drain(), other.folder.drain()]);
      // It is not there any more: its leases lapse.
      houses.splice(houses.indexOf(other), 1);
      await other.carrier?.stop();
      await store.run({ text: `update event_shard set lease_until = now() - interval '1 s' where owner = 'h1'` });
      const heir = await open(front);
      await one.log.receive(sent.slice(40));
      await until('the heir has folded the rest', async () => {
        await one.folder.drain();
        await heir.folder.drain();
        return (await effectIds()).length === 80;
      });
      await expectOnce(one, sent);
    });
  });
}

describe.skipIf(natsServer() === null)('With NATS JetStream before the table', () => {
  const openNats = opens['NATS JetStream before the table'];

  it('an event that the log holds twice has one effect, and is counted', async () => {
    const front = await openNats();
    const house = await open(front);
    const one = event('ada');
    await house.log.receive([one]);
    // As after the window in which the servers know keys again.
    const part = [0, 1, 2, 3, 4, 5, 6, 7].map((no) =>
      front.keep(no, { key: `again ${no}`, text: `0${JSON.stringify(one)}` }),
    );
    await Promise.all(part);
    await until('all of it is carried', () => house.carrier!.carried.events === 9);
    expect(house.carrier!.carried).toEqual({ events: 9, repeated: 8, setAside: 0 });
    await expectOnce(house, [one]);
  });

  it('what is no event, and one that the table refuses, is set aside, and those behind it go on', async () => {
    const front = await openNats();
    const house = await open(front);
    const refused = event('ada', { data: { text: '\u0000' } });
    const after = event('ada');
    await front.keep(5, { key: 'strange', text: '{"not":"ours"}' });
    await house.log.receive([event('ada', { id: 'before' }), refused]);
    await house.log.receive([after]);
    await until('all is carried', () => house.carrier!.carried.setAside === 2);
    await settle(house);
    const aside = (await house.log.quarantine(10)).map(({ events, error }) => [events.map(({ id }) => id), error]);
    expect(aside.sort()).toEqual([
      [[], expect.stringContaining('This is no event: {"not":"ours"}')],
      [[refused.id], expect.stringMatching(/^Record \d+ of part \d: .*Unicode/)],
    ]);
    expect(await effectIds()).toEqual(['before', after.id]);
  });

  it('a stream that is full refuses more, and takes events again once the table has some', async () => {
    const place = nats!.place('SMALL');
    const connection = await connect({ servers: place.servers });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'SMALL', subjects: ['SMALL.*'], max_msgs: 5, discard: 'new', num_replicas: 3 });
    await connection.close();
    const house = await open(await openFront(place));
    await house.carrier!.stop();
    const sent = Array.from({ length: 5 }, (_, no) => event(`v${no}`));
    await house.log.receive(sent);
    const more = event('ada');
    await expect(house.log.receive([more])).rejects.toMatchObject({ code: 'EVENT_LOG_AWAY', status: 503 });
    expect(house.log.waiting).toBe(0);
    house.carrier!.start();
    await insist(house, more);
    await expectOnce(house, [...sent, more]);
  });

  it('the doors go on while the database is away, and what they took has its effect afterwards', async () => {
    const house = await open(await openNats());
    await house.log.receive([event('ada', { id: 'before' })]);
    await settle(house);
    const sent = Array.from({ length: 300 }, (_, no) => event(`v${no % 9}`));
    await cutDatabase(async () => {
      const answers = await Promise.all(sent.map((one) => house.log.receive([one])));
      expect(answers.every(({ kept }) => kept === 1)).toBe(true);
      expect(house.log.waiting).toBe(0);
      expect(await house.log.waitingToCarry()).toBeGreaterThanOrEqual(300);
    });
    await expectOnce(house, [event('ada', { id: 'before' }), ...sent]);
    await until('the servers need not keep it any longer', async () => (await house.log.waitingToCarry()) === 0);
  });

  it('kill -9 of one server of three under load loses and doubles nothing', async () => {
    const house = await open(await openNats());
    house.folder.start();
    const sent = Array.from({ length: 400 }, (_, no) => event(`v${no % 20}`));
    const killing = nats!.kill(nats!.nodes[0]!);
    for (let at = 0; at < sent.length; at += 10)
      await Promise.all(sent.slice(at, at + 10).map((one) => insist(house, one)));
    await killing;
    await expectOnce(house, sent);
    nats!.revive(nats!.nodes[0]!);
  }, 100_000);

  it('without a majority of them senders are told to come back, and afterwards it goes on', async () => {
    const house = await open(await openNats());
    await house.log.receive([event('ada', { id: 'before' })]);
    await settle(house);
    const gone = nats!.nodes.slice(0, 2);
    for (const node of gone) await nats!.kill(node);
    await expect(house.log.receive([event('ada', { id: 'lost?' })])).rejects.toMatchObject({
      code: 'EVENT_LOG_AWAY',
      status: 503,
      retryAfter: 2,
    });
    expect([house.log.waiting, house.log.isThere]).toEqual([0, false]);
    for (const node of gone) nats!.revive(node);
    const one = event('ada', { id: 'after' });
    await insist(house, one);
    await until('it has taken effect', async () => (await settle(house)).includes('after'));
    expect(house.log.isThere).toBe(true);
    expect((await effectIds()).slice(0, 1)).toEqual(['before']);
  }, 100_000);
});
