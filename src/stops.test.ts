import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { privacyDoor } from './erasing.ts';
import type { ShopEvent } from './event/index.ts';
import { exportTo, importFrom, readMovingFlags } from './moving.ts';
import { readSettings } from './settings.ts';
import { openStore, type Store } from './store/index.ts';

const secret = 's'.repeat(40);
const folder = mkdtempSync(join(tmpdir(), 'beckon-stops-'));
const said: string[] = [];
let store: Store;
let rooms: Rooms;
let backup = '';
let list = '';
let count = 0;

const settingsOf = (url: string, own = secret) => ({
  ...readSettings(['--no-demo', '--smtp', 'smtp://127.0.0.1:9', '--data', folder], {
    BECKON_FROM: 'Shop <shop@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Street 1, Town',
  }),
  secret: own,
  leaseMs: 1,
  databaseUrl: url,
});
const joined = (on: Store) => joinRooms(settingsOf(on.url), { store: on, log: quietLog });
const mailOf = (name: string) => `${name}@example.com`;

function told(name: string, consent: 'in' | 'out'): ShopEvent {
  const now = rooms.clock.now();
  return {
    id: `e${++count}`,
    source: 'server',
    types: ['profile.asserted'],
    happenedAt: now,
    receivedAt: now,
    level: 3,
    visitor: `email:${mailOf(name)}`,
    identities: [{ namespace: 'email', id: mailOf(name) }],
    attributes: { email: mailOf(name) },
    consent: { 'email-marketing': consent },
  };
}

async function tell(...events: ShopEvent[]): Promise<void> {
  await rooms.events.receive(events);
  await rooms.folded();
}

async function erase(on: Rooms, name: string): Promise<void> {
  const profile = (await on.profiles.find({ namespace: 'email', id: mailOf(name) }))!;
  await privacyDoor(on, on.folded).erase(profile);
}

async function work(on: Rooms): Promise<void> {
  while ((await on.erasures.work()) > 0);
}

const hands = (url: string, own = secret) => ({
  settings: settingsOf(url, own),
  log: quietLog,
  say: (line: string) => void said.push(line),
});

beforeAll(async () => {
  chmodSync(folder, 0o711);
  store = await freshStore(migrations);
  rooms = await joined(store);
  const names = ['adalbert', 'boris', 'cyrus', 'diana', 'evelyn', 'florence', 'gilbert'];
  await tell(...names.map((name) => told(name, 'in')));
  // Eve was forgotten before, and came back.
  await erase(rooms, 'evelyn');
  await work(rooms);
  await tell(told('evelyn', 'in'), told('gilbert', 'out'));
  const early = await exportTo(readMovingFlags(['--stops', join(folder, 'early.ndjson')]), hands(store.url));
  expect(early).toBe(join(folder, 'early.ndjson'));
  backup = await exportTo(readMovingFlags([folder]), hands(store.url));

  // After the backup: Ada takes her consent back, Bo and Flo are to be forgotten, Cy's address bounces, Gil says yes again.
  await tell(told('adalbert', 'out'), told('gilbert', 'in'));
  await erase(rooms, 'boris');
  await work(rooms);
  await erase(rooms, 'florence'); // and nobody has done it yet
  await rooms.messages.suppressions.add([{ address: mailOf('cyrus'), scope: 'marketing' }], 'manual');
  list = await exportTo(readMovingFlags([folder, '--stops', '--keep', '3']), hands(store.url));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const reasons = async (on: Rooms, name: string) =>
  (await on.messages.suppressions.of(mailOf(name))).map(({ reason }) => reason);

describe('a backup that is brought back (trust row 67)', () => {
  it('is held back, and knows who unsubscribed, bounced and was erased since, from the newest list beside it', async () => {
    const url = await freshDatabase();
    await importFrom(readMovingFlags([backup]), hands(url));
    const back = await openStore(url, { connections: 4 });
    const again = await joined(back);

    expect(await again.messages.sending.state()).toMatchObject({ frozen: true, cause: 'restored' });
    expect(await reasons(again, 'adalbert')).toEqual(['unsubscribed']);
    expect(await reasons(again, 'boris')).toEqual(['erased']);
    expect(await reasons(again, 'cyrus')).toEqual(['manual']);
    expect(await reasons(again, 'diana')).toEqual([]);
    expect(said.at(-2)).toContain('2 people are forgotten at the next start');
    const known = async () => {
      const all = await again.profiles.findAll(
        ['adalbert', 'boris', 'cyrus', 'diana', 'evelyn', 'florence', 'gilbert'].map((name) => ({
          namespace: 'email',
          id: mailOf(name),
        })),
      );
      return [...all.keys()].map((key) => key.replace(/^email:|@.*/g, '')).sort();
    };
    expect(await known()).toEqual(['adalbert', 'boris', 'cyrus', 'diana', 'evelyn', 'florence', 'gilbert']);
    await work(again);
    expect(await known()).toEqual(['adalbert', 'cyrus', 'diana', 'evelyn', 'gilbert']);

    // Once more changes nothing, and a new consent counts.
    await importFrom(readMovingFlags(['--stops', list]), hands(url));
    expect(said.at(-1)).toContain('0 people');
    const was = rooms;
    rooms = again;
    await again.folded();
    expect((await again.profiles.find({ namespace: 'email', id: mailOf('adalbert') }))!.state.consent).toMatchObject({
      'email-marketing': { state: 'out' },
    });
    await tell(told('adalbert', 'in'));
    rooms = was;
    expect(await reasons(again, 'adalbert')).toEqual([]);
    await again.transport.close();
    await back.close();
  });

  it('says so where no list is newer, and lets a list that is older say nothing', async () => {
    const url = await freshDatabase();
    await importFrom(readMovingFlags([backup, '--stops', join(folder, 'early.ndjson')]), hands(url));
    expect(said.join('\n')).toContain('is older than the export');
    const alone = mkdtempSync(join(folder, 'alone-'));
    const copy = join(alone, 'one.beckon');
    writeFileSync(copy, readFileSync(backup));
    const other = await freshDatabase();
    await importFrom(readMovingFlags([copy]), hands(other));
    expect(said.join('\n')).toContain('No list of stops lies beside');
    const back = await openStore(other, { connections: 1 });
    const [state] = await back.rows({ text: 'select frozen, cause from sending' });
    expect(state).toEqual({ frozen: true, cause: 'restored' });
    await back.close();
  });
});

describe('a list of stops', () => {
  it('names nobody, by address or by id', async () => {
    const text = readFileSync(list, 'utf8');
    const rows = await store.rows<{ id: string }>({ text: 'select id from profile' });
    for (const name of ['adalbert', 'boris', 'cyrus', 'florence', 'example.com', ...rows.map(({ id }) => id)])
      expect(text).not.toContain(name);
    expect(text.split('\n').length).toBeGreaterThan(6);
  });

  it.each([
    ['a line is left out', (lines: string[]) => lines.splice(2, 1)],
    ['a line is changed', (lines: string[]) => (lines[1] = lines[1]!.replace('"at":1', '"at":2'))],
    ['its end is cut off', (lines: string[]) => lines.splice(-2)],
    ['it is something else', (lines: string[]) => lines.splice(0, Infinity, '{"a":1}')],
  ])('takes no effect at all where %s', async (_what, harm) => {
    const lines = readFileSync(list, 'utf8').split('\n');
    harm(lines);
    const path = join(folder, 'harmed.ndjson');
    writeFileSync(path, lines.join('\n'));
    const failed = importFrom(readMovingFlags([backup, '--stops', path]), hands(store.url));
    await expect(failed).rejects.toMatchObject({ code: 'STOPS_UNREADABLE' });
  });

  it('is of one secret only', async () => {
    const failed = importFrom(readMovingFlags(['--stops', list]), hands(store.url, 't'.repeat(40)));
    await expect(failed).rejects.toMatchObject({
      code: 'STOPS_UNREADABLE',
      message: expect.stringContaining('secret'),
    });
    expect((await rooms.messages.sending.state()).frozen).toBe(false);
  });
});
