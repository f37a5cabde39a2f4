import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { EventLog, Folder, migrations as eventMigrations, type ShopEvent } from '../event/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { declinedSql, migrations, Profiles } from './index.ts';
import { blankState } from './fold.ts';
import { bytesOf, ProfileMemory } from './memory.ts';
import { ConsentRecall } from './recall.ts';

const ecid = '1'.repeat(38);
let store: Store;
let clock: FakeClock;
let log: EventLog;
let profiles: Profiles;
let folder: Folder;
let count = 0;

beforeEach(async () => {
  store = await freshStore([...eventMigrations, ...migrations]);
  clock = new FakeClock(Date.UTC(2026, 10, 24, 9));
  const ids = new UuidIds(clock, new SeededRandom(3));
  log = new EventLog({ store, ids, declined: declinedSql });
  profiles = new Profiles({ store, clock, ids, log, onMerge: async () => undefined });
  folder = new Folder({
    store,
    clock,
    log: quietLog,
    owner: 'test',
    fold: async (tx, events) => {
      await profiles.fold(tx, events);
      if (events.some(({ event }) => event.data?.['poison'] === true)) throw new TypeError('cannot fold');
      return new Map();
    },
  });
  profiles.whileFolding(() => folder.holdsAll);
});

function event(more: Partial<ShopEvent> = {}): ShopEvent {
  return {
    id: `e${++count}`,
    source: 'edge:demo',
    types: ['commerce.productViews'],
    happenedAt: clock.now(),
    receivedAt: clock.now(),
    level: 0,
    visitor: `ecid:${ecid}`,
    identities: [{ namespace: 'ecid', id: ecid }],
    items: [{ id: `item-${count}` }],
    ...more,
  };
}

const views = async () => (await profiles.find({ namespace: 'ecid', id: ecid }))?.state.viewed.length;
const take = async (...events: ShopEvent[]) => {
  await log.receive(events);
  await folder.drain();
};

describe('what is remembered of people', () => {
  const person = (id: string, views: number) => ({
    id,
    shard: 1,
    version: 1,
    state: {
      ...blankState(0),
      identities: [{ namespace: 'ecid', id }],
      viewed: Array.from({ length: views }, (_, n) => ({ item: `item-${n}`, at: n })),
    },
  });

  it('is bounded by its size, not by how many they are: the least recently used go first', () => {
    const [small, large] = [person('a', 1), person('b', 100)];
    const memory = new ProfileMemory(bytesOf(large.state) + 3 * bytesOf(small.state));
    for (const one of ['c', 'd', 'e', 'f']) memory.keep([person(one, 1)], memory.begin());
    expect([...'cdef'].map((id) => memory.ownerOf(`ecid:${id}`)?.id)).toEqual(['c', 'd', 'e', 'f']);

    memory.keep([large], memory.begin());
    expect([...'cdefb'].map((id) => memory.ownerOf(`ecid:${id}`)?.id)).toEqual([undefined, 'd', 'e', 'f', 'b']);

    memory.keep([person('b', 1)], memory.begin());
    memory.drop(['d', 'e', 'f', 'b', 'b']);
    expect(memory.bytes).toBe(0);
  });
});

describe('the remembered profile', () => {
  it('gives way when somebody else has changed the person meanwhile: nothing of either is lost', async () => {
    await take(event());
    await store.run({
      text: `update profile set version = version + 1, state = jsonb_set(state, '{language}', '"sv"')`,
    });
    await take(event());
    const found = await profiles.find({ namespace: 'ecid', id: ecid });
    expect([found?.state.viewed.length, found?.state.language]).toEqual([2, 'sv']);
  });

  it('is not left changed by a pass that was rolled back, in whole or to a savepoint', async () => {
    await take(event());
    await take(event(), event({ data: { poison: true } }), event());
    expect(await views()).toBe(3);
    expect(await log.setAside()).toBe(1);
    await take(event());
    expect(await views()).toBe(4);
  });

  it('does not bring a person back whose row is gone', async () => {
    await take(event());
    await store.run({ text: 'delete from identity' });
    await store.run({ text: 'delete from profile' });
    await take(event());
    expect(await views()).toBe(1);
  });
});

describe('the remembered consent', () => {
  const says = (collect: 'in' | 'out') => event({ types: ['profile.consent'], consent: { collect }, items: [] });

  it('is known without asking once it was folded or asked for, and never by a process that does not fold', async () => {
    await take(event());
    expect(profiles.recallConsent('other')).toBeUndefined();
    await profiles.collectConsent('other');
    expect(profiles.recallConsent('other')).toMatchObject({ answer: undefined });
    expect(profiles.recallConsent(ecid)).toMatchObject({ answer: undefined });
    profiles.whileFolding(() => false);
    expect(profiles.recallConsent(ecid)).toBeUndefined();
  });

  it('does not outlive a consent that is folded, and one that is not the log sees as it stores', async () => {
    await take(event());
    await profiles.collectConsent(ecid);
    await log.receive([says('out')]);
    expect(await log.receive([event()], { unless: 'consenting' })).toEqual({ kept: 0, repeated: 0, doubted: 1 });
    expect(await profiles.collectConsent(ecid)).toBe('out');
    await folder.drain();
    expect(profiles.recallConsent(ecid)).toMatchObject({ answer: 'out' });
    await take(says('in'));
    expect(profiles.recallConsent(ecid)).toMatchObject({ answer: 'in' });
  });

  it('is not taken from an answer that is older than the last change of the same device', () => {
    const recall = new ConsentRecall(() => 0);
    const { age } = recall;
    recall.forget(['ecid:1']);
    recall.keep('ecid:1', 'in', age);
    recall.keep('ecid:2', 'in', age);
    expect([recall.recall('ecid:1'), recall.recall('ecid:2')]).toMatchObject([undefined, { answer: 'in' }]);
    recall.forgetAll();
    recall.keep('ecid:2', 'in', age);
    expect(recall.recall('ecid:2')).toBeUndefined();
  });

  it('is not taken from a fold that was rolled back to a savepoint', async () => {
    await log.receive([says('in'), says('out'), event({ data: { poison: true } })]);
    await folder.drain();
    expect(profiles.recallConsent(ecid)).toBeUndefined();
    expect(await profiles.collectConsent(ecid)).toBe('out');
  });

  it('need not be there: the log asks the profiles as it stores, for whoever has not', async () => {
    const stranger = event({ visitor: 'ecid:other', identities: [{ namespace: 'ecid', id: 'other' }] });
    const unasked = { unless: 'declined' } as const;
    await take(says('out'));
    expect((await log.receive([event()], { unless: 'consenting' })).kept).toBe(1);
    const [mine, theirs] = await Promise.all([log.receive([event()], unasked), log.receive([stranger], unasked)]);
    expect([mine.doubted, theirs.kept]).toEqual([1, 1]);
    await take(says('in'));
    expect((await log.receive([event()], unasked)).kept).toBe(1);
    await log.receive([says('out')]);
    expect((await log.receive([event()], unasked)).doubted).toBe(1);
  });

  it('is doubted by a log that cannot ask', async () => {
    const deaf = new EventLog({ store, ids: new UuidIds(clock, new SeededRandom(4)) });
    expect((await deaf.receive([event()], { unless: 'declined' })).doubted).toBe(1);
  });

  it('is not known of a fold that failed alone, whatever it was about to say', async () => {
    await log.receive([
      event(),
      event({ types: ['profile.consent'], consent: { collect: 'out' }, data: { poison: true } }),
    ]);
    await folder.drain();
    expect(profiles.recallConsent(ecid)?.answer).toBeUndefined();
  });

  it('holds nobody else up: others of the same batch are kept', async () => {
    await log.receive([says('in')]);
    const other = event({ visitor: 'ecid:other', identities: [{ namespace: 'ecid', id: 'other' }] });
    const [mine, theirs] = await Promise.all([
      log.receive([event()], { unless: 'consenting' }),
      log.receive([other], { unless: 'consenting' }),
    ]);
    expect([mine.doubted, theirs.kept]).toEqual([1, 1]);
  });
});
