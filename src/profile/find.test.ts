import { beforeEach, expect, it } from 'vitest';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { EventLog, Folder, migrations as eventMigrations, type ShopEvent } from '../event/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { Profiles } from './profiles.ts';
import { migrations } from './table.ts';

const ecid = '11111111111111111111111111111111111111';
const visitor = `ecid:${ecid}`;
let log: EventLog;
let profiles: Profiles;
let folder: Folder;
let count = 0;

beforeEach(async () => {
  const store = await freshStore([...eventMigrations, ...migrations]);
  const clock = new FakeClock(Date.UTC(2026, 10, 24, 9));
  const ids = new UuidIds(clock, new SeededRandom(7));
  log = new EventLog({ store, ids });
  profiles = new Profiles({ store, clock, ids, log, onMerge: async () => {} });
  folder = new Folder({
    store,
    clock,
    log: quietLog,
    owner: 'test',
    fold: async (tx, events) => {
      await profiles.fold(tx, events);
      return new Map();
    },
  });
});

const happened = (more: Partial<ShopEvent>) =>
  log.receive([
    {
      id: `e${++count}`,
      source: 'edge:demo',
      types: ['commerce.productListAdds'],
      happenedAt: Date.UTC(2026, 10, 24, 9, count),
      receivedAt: Date.UTC(2026, 10, 24, 9, count),
      level: 0,
      visitor,
      identities: [{ namespace: 'ecid', id: ecid }],
      ...more,
    },
  ]);
const quantity = async () => (await profiles.find({ namespace: 'ecid', id: ecid }))?.state.cart?.lines[0]?.quantity;

/** Folds everything just before or just after the nth look at what is unread: between two reads of one question. */
function foldAround(nth: number, when: 'before' | 'after'): void {
  const look = log.unread.bind(log);
  let looks = 0;
  log.unread = async (asked) => {
    const isIt = ++looks === nth;
    if (isIt && when === 'before') await folder.drain();
    const found = await look(asked);
    if (isIt && when === 'after') await folder.drain();
    return found;
  };
}

it('what was acknowledged is seen once, wherever in between a fold takes it (design §7 "Log")', async () => {
  const add = { items: [{ id: 'coat-1', quantity: 1 }] };
  let expected = 0;
  for (const when of ['before', 'after'] as const) {
    for (const nth of [1, 2]) {
      await happened(add);
      await happened(add);
      expected += 2;
      const { unread } = log;
      foldAround(nth, when);
      expect([when, nth, await quantity()]).toEqual([when, nth, expected]);
      log.unread = unread;
      expect(await quantity()).toBe(expected);
      await folder.drain();
    }
  }
});

it('a yes after a no is heard at once, also while it is being folded', async () => {
  await happened({ types: ['profile.consent'], consent: { collect: 'out' } });
  await folder.drain();
  await happened({ types: ['profile.consent'], consent: { collect: 'in' } });
  foldAround(1, 'before');
  expect(await profiles.collectConsent(ecid)).toBe('in');
});

it('finds people by the beginning of their address, name or identity, the latest seen first, and says how many it leaves out', async () => {
  const known = (no: number, email: string, firstName: string) =>
    happened({
      source: 'server',
      level: 3,
      types: ['profile.asserted'],
      visitor: `email:${email}`,
      identities: [{ namespace: 'email', id: email }],
      attributes: { firstName },
      receivedAt: Date.UTC(2026, 10, 24, 9, no),
    });
  await known(1, 'ada@example.com', 'Ada');
  await known(2, 'adam@example.com', 'Adam');
  await known(3, 'bob@example.com', '100%_Bob');
  await happened({ visitor, identities: [{ namespace: 'ecid', id: ecid }] });
  await folder.drain();
  const addresses = async (text: string, limit = 10) => {
    const { found, left, more } = await profiles.search(text, limit);
    return [found.map(({ state }) => state.email), left, more];
  };

  expect(await addresses('ADA')).toEqual([['adam@example.com', 'ada@example.com'], 0, false]);
  expect(await addresses('ada', 1)).toEqual([['adam@example.com'], 1, false]);
  expect(await addresses('100%_b')).toEqual([['bob@example.com'], 0, false]);
  expect(await addresses('100__b')).toEqual([[], 0, false]);
  expect(await addresses('11111')).toEqual([[null], 0, false]);
  expect((await profiles.search('', 3)).left).toBe(1);
});
