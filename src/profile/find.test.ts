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
