import { Session } from 'node:inspector/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { EventLog, Folder, migrations as eventMigrations, type ShopEvent } from '../event/index.ts';
import type { Runner, Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { declinedSql, migrations, Profiles } from './index.ts';

/** What an event costs, as counts that do not depend on the machine: statements, scans, entries of indexes, bytes allocated. */
const people = 240;
let store: Store;
let clock: FakeClock;
let log: EventLog;
/** The same log, of which the folder hears nothing. */
let quiet: EventLog;
let folder: Folder;
let count = 0;
/** What passes did to each table, as PostgreSQL counts it. */
let passes: Map<string, Touched>[] = [];

interface Touched {
  scans: number;
  updated: number;
  hot: number;
}

/** What `work` did to each table, in the transaction. */
async function touchedBy(tx: Runner, work: () => Promise<unknown>): Promise<Map<string, Touched>> {
  const count = () =>
    tx.rows<Touched & { name: string }>({
      text: 'select relname as name, seq_scan as scans, n_tup_upd as updated, n_tup_hot_upd as hot from pg_stat_xact_user_tables',
    });
  const before = new Map((await count()).map(({ name, ...row }) => [name, row]));
  await work();
  return new Map(
    (await count()).map(({ name, scans, updated, hot }) => {
      const was = before.get(name) ?? { scans: 0, updated: 0, hot: 0 };
      return [name, { scans: scans - was.scans, updated: updated - was.updated, hot: hot - was.hot }];
    }),
  );
}

beforeAll(async () => {
  store = await freshStore([...eventMigrations, ...migrations]);
  clock = new FakeClock(Date.UTC(2026, 10, 24, 9));
  const ids = new UuidIds(clock, new SeededRandom(3));
  log = new EventLog({ store, ids, declined: declinedSql });
  quiet = new EventLog({ store, ids, declined: declinedSql });
  const profiles = new Profiles({ store, clock, ids, log, onMerge: async () => undefined });
  folder = new Folder({
    store,
    clock,
    log: quietLog,
    owner: 'test',
    fold: async (tx, events) => {
      const feed = new Map<number, unknown[]>();
      const made = await touchedBy(tx, async () => {
        const { lessons } = await profiles.fold(tx, events);
        for (const { shard, lesson } of lessons) feed.set(shard, [...(feed.get(shard) ?? []), lesson]);
      });
      passes.push(made);
      return feed;
    },
  });
  profiles.whileFolding(() => folder.holdsAll);
  log.onStored((rows) => folder.give(rows));
  folder.start();
  // Everybody is known and remembered, and plans are made for tables with something in them.
  for (let round = 0; round < 2; round++) await take(views(people));
  await store.run({ text: 'vacuum analyze' });
});
afterAll(() => folder.stop());

function view(person: number): ShopEvent {
  const id = String(person).padStart(38, '0');
  clock.advance(1);
  return {
    id: `e${++count}`,
    source: 'edge:default',
    types: ['commerce.productViews'],
    happenedAt: clock.now(),
    receivedAt: clock.now(),
    level: 0,
    visitor: `ecid:${id}`,
    identities: [{ namespace: 'ecid', id }],
    items: [{ id: `item-${count}`, quantity: 1, priceMinor: 4950, currency: 'EUR' }],
    page: { url: `http://localhost:8080/shop/p/item-${count}`, name: `Item ${count}` },
    timeZone: 'Europe/Stockholm',
  };
}

/** One of each of so many people. */
const views = (number: number, from = 0) => Array.from({ length: number }, (_, n) => view(from + n));

async function take(events: ShopEvent[]): Promise<void> {
  await log.receive(events, { unless: 'declined' });
  await folder.drain();
}

/** Names of the statements that `work` sends, `begin` and `commit` among them, each connection's together. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[][]> {
  const spy = vi.spyOn(Client.prototype, 'query');
  try {
    await work();
    const sent = new Map<unknown, string[]>();
    for (const [place, [one]] of spy.mock.calls.entries()) {
      const { name, text } = one as unknown as { name?: string; text: string };
      const client = spy.mock.contexts[place];
      sent.set(client, [...(sent.get(client) ?? []), name ?? text]);
    }
    return [...sent.values()];
  } finally {
    spy.mockRestore();
  }
}

/** The statements of the transaction that folds what was given. */
async function passOf(events: ShopEvent[]): Promise<string[]> {
  const sent = (await statementsOf(() => take(events))).flat();
  const given = sent.indexOf('event.take-given');
  const pass = sent.slice(sent.lastIndexOf('begin', given), sent.indexOf('commit', given) + 1);
  // A look for what others stored falls into some passes, and these count for themselves.
  return pass.filter((name) => name !== 'event.take' && !name.includes('pg_stat_xact'));
}

interface Sampled {
  profile: { samples: { size: number }[] };
}

/** Bytes of objects that `work` allocates, collected ones among them, about. */
async function allocatedBy(work: () => Promise<unknown>): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 2048,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await work();
  const { profile } = (await session.post('HeapProfiler.stopSampling')) as unknown as Sampled;
  session.disconnect();
  return profile.samples.reduce((sum, { size }) => sum + size, 0);
}

describe('what is received', () => {
  it.each([1, people])('is one statement, of %i events', async (number) => {
    const sent = await statementsOf(() => quiet.receive(views(number), { unless: 'declined' }));
    await folder.drain();

    expect(sent.flat().filter((name) => name.startsWith('event.store'))).toEqual(['event.store']);
    expect(sent.flat()).not.toContain('begin');
  });

  it('reads no table as a whole', async () => {
    let found = new Map<string, Touched>();
    await store.inTransaction(async (tx) => {
      found = await touchedBy(tx, () => quiet.append(tx, views(50)));
    });
    await folder.drain();

    // Nobody waits there, and that is seen at its first page.
    found.delete('event_consenting');
    expect([...found].filter(([, { scans }]) => scans > 0)).toEqual([]);
  });

  it('allocates a few kilobytes an event', async () => {
    const events = Array.from({ length: 3 }, () => views(people)).flat();

    const bytes = await allocatedBy(() => quiet.receive(events, { unless: 'declined' }));
    await folder.drain();

    expect(bytes / events.length).toBeLessThan(7000);
  });
});

describe('a pass over people who are remembered', () => {
  it('asks for each thing once, however many they are', async () => {
    const once = [
      'begin',
      'event.take-given',
      'profile.save-remembered',
      'audience.standings',
      'audience.marks',
      'event.version',
      'event.feed',
      'commit',
    ];

    expect(await passOf(views(1))).toEqual(once);
    expect(await passOf(views(people))).toEqual(once);
  });

  it('reads no table as a whole, but for audiences, and enters no profile into an index anew', async () => {
    passes = [];
    await take(views(people / 4));

    // These are empty here.
    const small = ['audience', 'audience_watch', 'audience_member'];
    const read = passes.flatMap((pass) => [...pass].filter(([name, { scans }]) => scans > 0 && !small.includes(name)));
    expect(read).toEqual([]);
    const sum = (name: 'updated' | 'hot') => passes.reduce((all, pass) => all + (pass.get('profile')?.[name] ?? 0), 0);
    expect(sum('updated')).toBe(people / 4);
    // Of a full page whose old rows another transaction still sees, a row moves; with an index entered anew all would.
    expect(sum('hot')).toBeGreaterThan((people / 4) * 0.8);
  });

  it('allocates little more than the events and what is written of their people', async () => {
    const events = Array.from({ length: 3 }, () => views(people)).flat();
    await quiet.receive(events, { unless: 'declined' });

    const bytes = await allocatedBy(() => folder.drain());

    expect(bytes / events.length).toBeLessThan(20_000);
  });
});
