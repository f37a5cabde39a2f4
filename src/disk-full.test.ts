import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../test/support/beckon.ts';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { readSettings } from './settings.ts';
import type { Store } from './store/index.ts';

/** The whole house, behind a real socket, while the database has no room left. */
let store: Store;
let rooms: Rooms;
let doors: Doors;
let origin = '';

beforeAll(async () => {
  store = await freshStore(migrations);
  const port = await freePort();
  const settings = { ...readSettings(['--no-demo'], {}), secret: 's'.repeat(40), databaseUrl: store.url, port };
  rooms = await joinRooms(settings, { store, log: quietLog });
  await rooms.events.putDatastream({ id: 'default', name: '', orgId: null, allowedOrigins: [], fpidCookie: null });
  doors = await openDoors(rooms);
  await doors.listen();
  origin = `http://127.0.0.1:${port}`;
});
afterAll(() => doors.close());

const device = '7'.repeat(38);
const xdm = {
  _id: 'e1',
  eventType: 'commerce.productViews',
  timestamp: '2026-11-24T10:00:00Z',
  identityMap: { ECID: [{ id: device }] },
  productListItems: [{ SKU: 'coat', quantity: 1 }],
};
const track = {
  type: 'track',
  messageId: 'm1',
  anonymousId: 'a1',
  event: 'Product Viewed',
  properties: { product_id: 'coat' },
};

/** Each door that takes what happens, with what it is sent. */
const collecting: [string, unknown][] = [
  ['/ee/v1/interact?configId=default&requestId=r1', { events: [{ xdm }], meta: { state: { domain: 'x' } } }],
  ['/ee/v1/collect?configId=default&requestId=r2', { events: [{ xdm: { ...xdm, _id: 'e2' } }] }],
  ['/ee/v2/interact?datastreamId=default&requestId=r3', { event: { xdm: { ...xdm, _id: 'e3' } } }],
  ['/v1/batch', { batch: [track] }],
  ['/v1/track', { ...track, messageId: 'm2' }],
];

async function send(url: string, body: unknown): Promise<{ status: number; retryAfter: number | null; text: string }> {
  const answer = await fetch(`${origin}${url}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${rooms.ownKey}` },
    body: JSON.stringify(body),
  });
  const header = answer.headers.get('retry-after');
  return { status: answer.status, retryAfter: header === null ? null : Number(header), text: await answer.text() };
}

const kept = async () => (await store.rows<{ n: number }>({ text: 'select count(*)::int as n from event' }))[0]!.n;

it('every door that collects says 503 and when to try again, keeps nothing, and the same requests are kept once when there is room (trust row 53)', async () => {
  await fillDisk(true);
  for (const [url, body] of collecting) {
    const { status, retryAfter, text } = await send(url, body);
    expect(status, `${url} ${text}`).toBe(503);
    expect(retryAfter, url).toBeGreaterThan(0);
    expect(text, url).not.toContain('no space');
  }
  expect(await kept()).toBe(0);

  await fillDisk(false);
  for (const [url, body] of [...collecting, ...collecting])
    expect((await send(url, body)).status, url).toBeLessThan(300);
  expect(await kept()).toBe(collecting.length);
  await rooms.folder.drain();
  expect(await rooms.profiles.count()).toMatchObject({ people: 2 });
});

/** What PostgreSQL says when a row finds no room: SQLSTATE 53100. */
async function fillDisk(isFull: boolean): Promise<void> {
  await store.run({
    text: `create or replace function no_room() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file: no space left on device' using errcode = '53100'; end $$`,
  });
  const text = isFull
    ? 'create trigger no_room before insert on event_inbox for each row execute function no_room()'
    : 'drop trigger no_room on event_inbox';
  await store.run({ text });
}
