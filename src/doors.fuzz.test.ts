import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { change, changed } from '../test/support/odd.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { readSettings } from './settings.ts';
import type { Store } from './store/index.ts';

vi.setConfig({ testTimeout: 600_000 }); // many runs on request: BECKON_FUZZ
/** The whole house on a real database, asked with bodies that are right but for one place. */
let store: Store;
let rooms: Rooms;
let doors: Doors;

beforeAll(async () => {
  store = await freshStore(migrations);
  const settings = readSettings(['--no-demo', '--smtp', 'smtp://127.0.0.1:9'], {
    BECKON_FROM: 'Shop <shop@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Street 1, Town',
  });
  rooms = await joinRooms({ ...settings, secret: 's'.repeat(40), databaseUrl: store.url }, { store, log: quietLog });
  await rooms.events.putDatastream({ id: 'default', name: '', orgId: null, allowedOrigins: [], fpidCookie: null });
  doors = await openDoors(rooms);
});
afterAll(() => doors.close());

const device = (no: number) => String(no).padStart(38, '7');

/** A right body for each door, by the number of its request. */
const bodies: Record<string, (no: number) => unknown> = {
  '/ee/v1/interact?configId=default': (no) => ({ events: [edgeEvent(no)], meta: { state: { domain: 'x' } } }),
  '/ee/v1/collect?configId=default': (no) => ({ events: [edgeEvent(no)] }),
  '/ee/v1/privacy/set-consent?configId=default': (no) => ({
    identityMap: { ECID: [{ id: device(no) }] },
    consent: [{ standard: 'Adobe', version: '1.0', value: { general: 'in' } }],
  }),
  '/ee/v1/identity/acquire?configId=default': () => ({ query: { identity: { fetch: ['ECID'] } } }),
  '/ee/v2/interact?datastreamId=default': (no) => ({ event: edgeEvent(no) }),
  '/ee/v2/collect?datastreamId=default': (no) => ({ events: [edgeEvent(no)] }),
  '/v1/batch': (no) => ({ batch: [track(no)], sentAt: '2026-11-01T10:00:00Z' }),
  '/rest/v1/delivery?client=acme&sessionId=s1': (no) => ({
    context: { channel: 'web', browser: { host: 'shop.example' }, timeOffsetInMinutes: 60 },
    id: { marketingCloudVisitorId: device(no) },
    execute: { mboxes: [{ name: 'recs', index: 0, parameters: { 'entity.id': 'coat-1', 'user.categoryId': 'c' } }] },
  }),
  '/v1/designs/validate': (no) => ({
    name: `Row ${no}`,
    type: 'json',
    language: 'velocity',
    script: '#foreach($e in $entities)#if($foreach.count > 2)#break#end{"a": "$e.name"}#end',
    slots: 1,
  }),
  '/v1/items': (no) => [
    {
      id: `i${no}`,
      name: 'Coat',
      categories: ['coats'],
      price: 129.5,
      currency: 'EUR',
      stock: 4,
      attributes: { a: 1 },
    },
  ],
  '/v1/profiles': (no) => ({
    identities: { email: `p${no}@example.com`, ECID: device(no) },
    attributes: { firstName: 'Ada', timeZone: 'Europe/Stockholm' },
    consent: { 'email-marketing': 'in' },
  }),
  '/v1/track': (no) => ({
    type: 'track',
    messageId: `m${no}`,
    anonymousId: `a${no}`,
    event: 'Product Added',
    properties: { cart_id: 'c', product_id: 'coat-1', price: 12.5, quantity: 2, currency: 'EUR' },
    timestamp: '2026-11-01T10:00:00Z',
  }),
};

function edgeEvent(no: number): unknown {
  return {
    xdm: {
      eventType: 'commerce.purchases',
      timestamp: '2026-11-01T10:00:00.000Z',
      identityMap: { ECID: [{ id: device(no), primary: true, authenticatedState: 'ambiguous' }] },
      commerce: { order: { purchaseID: `o${no}`, priceTotal: 99.5, currencyCode: 'EUR' }, cart: { cartID: 'c1' } },
      productListItems: [{ SKU: 'coat-1', quantity: 2, priceTotal: 99.5, currencyCode: 'EUR' }],
      web: { webPageDetails: { URL: 'https://shop.example/p/1', name: 'Coat', pageViews: { value: 1 } } },
    },
    data: {
      note: 'x',
      __adobe: { target: { 'entity.id': 'coat-1', 'entity.event.detailsOnly': 'false', 'user.categoryId': 'coats' } },
    },
  };
}

const track = (no: number) => ({
  type: 'track',
  messageId: `b${no}`,
  anonymousId: `a${no}`,
  context: { ecid: device(no), timezone: 'UTC', traits: { email: `p${no}@example.com` } },
  event: 'Order Completed',
  properties: { order_id: `s${no}`, total: 10, currency: 'EUR', products: [{ product_id: 'coat-1', price: 10 }] },
});

const row = (id: string, no: number) => ({
  id,
  at: '2026-11-01T10:00:00Z',
  type: 'commerce.purchases',
  identities: { ECID: device(no) },
  items: [{ id: 'coat-1', quantity: 1, price: 12.5 }],
  order: { id: `order-${id}`, total: 12.5, currency: 'EUR' },
});

const seed = Number(process.env['BECKON_FUZZ_SEED'] ?? 20261124);
const numRuns = Number(process.env['BECKON_FUZZ'] ?? 250);

async function post(url: string, body: unknown): Promise<{ status: number; text: string }> {
  const lines = typeof body === 'string';
  const type = lines ? 'application/x-ndjson' : url.startsWith('/ee/v1') ? 'text/plain' : 'application/json';
  const headers = { 'content-type': type, host: 'localhost' };
  return doors.callOwn({ method: 'POST', url, headers, body: lines ? body : JSON.stringify(body), timeoutMs: 20_000 });
}

/** What once made a door fail, as it was sent: an event, a field of it, and the value there. */
const kept: [what: string, url: string, body: unknown][] = [
  [
    'an object in the place of a truth, among the parameters of Target',
    '/ee/v1/interact?configId=default',
    { events: [{ xdm: {}, data: { __adobe: { target: { 'entity.id': 'a', 'entity.event.detailsOnly': {} } } } }] },
  ],
  ['an object in the place of a call', '/v1/batch', { batch: [{ type: {}, userId: 'u1' }] }],
  [
    'an object in the place of a time zone',
    '/v1/profiles',
    [{ identities: { email: 'a@example.com' }, attributes: { timeZone: {} } }],
  ],
];

it.each(kept)('%s is no failure of the house', async (_, url, body) => {
  const { status, text } = await post(url, body);
  expect([status < 500, text]).toEqual([true, text]);
});

it(`what one door or another takes in can be folded and read back, and no body makes the house fail (seed ${seed})`, async () => {
  let no = 0;
  const known = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(bodies)), change, async (url, { pick, value, drop }) => {
      const body = changed(bodies[url]!(++no), pick, value, drop);
      const { status, text } = await post(url, body);
      expect([url, status < 500, text.slice(0, 300)]).toEqual([url, true, text.slice(0, 300)]);
      if (status < 300) known.add(device(no));
    }),
    { numRuns, seed, endOnFailure: true },
  );
  await rooms.folder.drain();
  expect(await rooms.events.setAside(), 'nothing was taken in that cannot be folded').toBe(0);
  expect(known.size).toBeGreaterThan(numRuns / 5);
  for (const ecid of known) {
    for (const what of ['', '/timeline']) {
      const headers = { host: 'localhost' };
      const url = `/v1/profiles/ecid:${ecid}${what}`;
      const { status, text } = await doors.callOwn({ method: 'GET', url, headers, body: null, timeoutMs: 20_000 });
      expect([url, [200, 404].includes(status), text.slice(0, 200)]).toEqual([url, true, text.slice(0, 200)]);
      JSON.parse(text);
    }
  }
});

it(`a row that is refused loses nothing beside it (seed ${seed})`, async () => {
  let no = 0;
  await fc.assert(
    fc.asyncProperty(change, async ({ pick, value, drop }) => {
      const [before, after] = [`f${++no}-before`, `f${no}-after`];
      const bad = changed(row(`f${no}-bad`, 9000 + no), pick, value, drop);
      const lines = [row(before, 9000 + no), bad, row(after, 9000 + no)].map((one) => JSON.stringify(one));
      const { status, text } = await post('/v1/events', lines.join('\n'));
      expect([status, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
      const report = JSON.parse(text) as { kept: number; repeated: number; refused: { row: number }[] };
      expect(report.kept + report.repeated + report.refused.length).toBe(3);
      expect(report.refused.every((one) => one.row === 2)).toBe(true);
      const stored = await store.rows<{ n: number }>({
        text: 'select count(*)::int as n from event_key where id = any($1)',
        values: [[before, after]],
      });
      expect(stored[0]!.n).toBe(2);
    }),
    { numRuns: Math.ceil(numRuns / 3), seed, endOnFailure: true },
  );
});
