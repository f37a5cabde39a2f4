import { array, asyncProperty, assert, constantFrom, dictionary, oneof, record, string, uint8Array } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { readSettings } from './settings.ts';

let rooms: Rooms;
let doors: Doors;

beforeAll(async () => {
  const store = await freshStore(migrations);
  const settings = readSettings(['--no-demo', '--smtp', 'smtp://127.0.0.1:9'], {
    BECKON_FROM: 'Shop <shop@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Street 1, Town',
  });
  rooms = await joinRooms({ ...settings, secret: 's'.repeat(40), databaseUrl: store.url }, { store, log: quietLog });
  doors = await openDoors(rooms);
  await rooms.forms.put('news', {});
});
afterAll(() => doors.close());

const odd = oneof(
  string({ unit: 'binary', maxLength: 40 }),
  constantFrom(
    '',
    '\0',
    '\ud800',
    '\r\nBcc: x@y.example',
    '__proto__',
    '{{shop.name}}',
    "'; drop table form;--",
    'a@b.example',
    'ö@å.example',
    '1e400',
  ),
);
const post = (url: string, kind: string, body: string) =>
  doors.callOwn({ method: 'POST', url, headers: { 'content-type': kind }, body, timeoutMs: 20_000 });

describe('whatever is sent to', () => {
  it('a form, it answers without a fault of its own, and keeps only addresses', async () => {
    const name = constantFrom(
      'email',
      'consent',
      'firstName',
      'language',
      'timeZone',
      'page',
      'website',
      '__proto__',
      'x',
    );
    const kind = constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=b',
      'text/plain',
    );
    const shape = record({ kind, fields: dictionary(name, odd), raw: odd });
    await assert(
      asyncProperty(shape, async ({ kind: type, fields, raw }) => {
        const given = { consent: 'yes', ...fields };
        const encoded = type === 'application/json' ? JSON.stringify(given) : String(new URLSearchParams(given));
        for (const body of [encoded, raw]) expect((await post('/forms/news', type, body)).status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
    const right = 'email=ada%40example.com&consent=yes';
    expect((await post('/forms/news', 'application/x-www-form-urlencoded', right)).status).toBeLessThan(400);
    const signUps = await rooms.forms.signUps('news', 500);
    expect(signUps.map(({ email }) => email)).toContain('ada@example.com');
    for (const { email } of signUps) expect(email).toMatch(/^[^\s@]+@[^\s@]+\.[^\s@]+$/);
  }, 120_000);

  it('a link, it is said not to be one of ours', async () => {
    await assert(
      asyncProperty(odd, async (token) => {
        const url = `/o/${encodeURIComponent(token.replace(/\p{Surrogate}/gu, '?'))}`;
        expect((await post(url, 'application/x-www-form-urlencoded', 'confirm=yes')).status).toBe(404);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('the import of contacts, it answers without a fault of its own, and what is kept can be read back', async () => {
    const bytes = uint8Array({ maxLength: 200 }).map((given) => Buffer.from(given).toString('latin1'));
    const rows = array(
      array(odd, { maxLength: 4 }).map((cells) => cells.join(',')),
      { maxLength: 6 },
    );
    const file = oneof(
      bytes,
      rows.map((lines) => ['email,first name,consent', ...lines].join('\n')),
    );
    await assert(
      asyncProperty(file, async (csv) => {
        const answer = await post('/v1/imports/contacts', 'text/csv', csv);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
    await rooms.folder.drain();
    expect(await rooms.events.setAside()).toBe(0);
  }, 120_000);
});
