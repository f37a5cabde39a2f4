import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../base/index.ts';
import {
  fakeHouse,
  fakeProfile,
  publishableKey,
  readKey,
  secretKey,
  startedAt,
  type FakeHouse,
} from '../../test/support/house.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });
const device = '8f1c7c1e-0b64-4a3c-9f0e-0e6a3f3a1b22';

interface Sent {
  url?: string;
  key?: string | null;
  type?: string;
  headers?: Record<string, string>;
}

function send(
  body: unknown,
  { url = '/v1/track', key = secretKey, type = 'application/json', headers = {} }: Sent = {},
) {
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const auth = key === null ? {} : basic(key);
  return app.inject({ method: 'POST', url, payload, headers: { 'content-type': type, ...auth, ...headers } });
}

const track = (event: string, properties: object = {}, more: object = {}) => ({
  type: 'track',
  messageId: `m-${event}`,
  anonymousId: device,
  event,
  properties,
  ...more,
});

describe('who sends', () => {
  it('a publishable key speaks for its device only: the rest is a claim, with no raw address kept', async () => {
    const context = { traits: { email: 'Victim@Example.com' } };
    const message = track(
      'Product Viewed',
      { product_id: 'coat-1', email: 'victim@example.com' },
      { userId: 'u1', context },
    );
    expect((await send(message, { key: publishableKey })).json()).toEqual({ success: true });
    expect(house.received[0]).toMatchObject({
      level: 1,
      visitor: `anonymousid:${device}`,
      identities: [{ namespace: 'anonymousid', id: device }],
      claims: [
        { namespace: 'crm', id: 'u1' },
        { namespace: 'email_lc_sha256', id: sha256('victim@example.com') },
      ],
    });
    expect(JSON.stringify(house.received).toLowerCase()).not.toContain('victim@');
  });

  it('a secret key is the shop speaking (level 3), with device, number and address as one', async () => {
    const traits = { email: 'Ada@Example.com', firstName: 'Ada', timezone: 'Europe/Stockholm', plan: null };
    await send({ messageId: 'i1', anonymousId: device, userId: 'u1', traits }, { url: '/v1/identify' });
    expect(house.received[0]).toMatchObject({
      level: 3,
      types: ['profile.asserted'],
      visitor: `anonymousid:${device}`,
      identities: [
        { namespace: 'anonymousid', id: device },
        { namespace: 'crm', id: 'u1' },
        { namespace: 'email', id: 'ada@example.com' },
      ],
      attributes: { email: 'Ada@Example.com', firstName: 'Ada', timeZone: 'Europe/Stockholm', plan: null },
    });
  });

  it('consent to mail comes from the shop only; a page may speak for its own device', async () => {
    const traits = { consent: { 'email-marketing': 'in', collect: 'out' } };
    await send({ messageId: 'c1', anonymousId: device, traits }, { url: '/v1/identify', key: publishableKey });
    await send({ messageId: 'c2', userId: 'u1', traits }, { url: '/v1/identify' });
    expect(house.received.map(({ types, consent }) => ({ types, consent }))).toEqual([
      { types: ['profile.consent'], consent: { collect: 'out' } },
      { types: ['profile.asserted', 'profile.consent'], consent: { 'email-marketing': 'in', collect: 'out' } },
    ]);
  });

  it('a device that declined to be recorded leaves nothing (trust row 87)', async () => {
    const declined = { collect: { state: 'out' as const, at: 1, source: 'segment' } };
    house.known.set(`anonymousid:${device}`, fakeProfile('p1', { consent: declined }));
    expect((await send(track('Product Viewed', { sku: 'a' }), { key: publishableKey })).statusCode).toBe(200);
    expect(house.received).toEqual([]);
  });

  const page = { origin: 'https://shop.example' };
  it.each([
    ['no key', { key: null }, 401, 'SEGMENT_KEY_MISSING'],
    ['an unknown key', { key: 'pk_nobody-knows-this-one' }, 401, 'API_KEY_UNKNOWN'],
    ['a key without the scope', { key: readKey }, 400, 'API_INPUT_INVALID'],
    ['a secret key in a page', { headers: page }, 403, 'API_KEY_NOT_ENOUGH'],
    [
      'a secret key in the address',
      { key: null, url: `/beacon/v1/batch?writeKey=${secretKey}` },
      403,
      'API_KEY_NOT_ENOUGH',
    ],
  ])('%s is turned away', async (_, sent: Sent, status, code) => {
    const reply = await send(sent.url ? { batch: [track('A')] } : track('A'), sent);
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([status, code]);
    expect(house.received).toEqual([]);
  });

  it('a key for a datastream holds to its allowed origins, and events carry its name', async () => {
    house.keys.admit = async () => ({ id: 'k', kind: 'publishable', scopes: [], datastream: 'demo' });
    await house.events.putDatastream({ ...house.events.datastream('demo')!, allowedOrigins: ['https://shop.example'] });
    const wrong = await send(track('A'), { key: publishableKey, headers: { origin: 'https://evil.example' } });
    expect([wrong.statusCode, house.received.length]).toEqual([403, 0]);
    const right = await send(track('A'), { key: publishableKey, headers: { origin: 'https://shop.example' } });
    expect([right.statusCode, house.received[0]!.source]).toEqual([200, 'segment:demo']);
    expect(right.headers['access-control-allow-origin']).toBe('https://shop.example');
  });
});

describe('what libraries post', () => {
  it('analytics.js: /v1/t and its like, as text/plain with the key in the body, and its batches to /v1/b', async () => {
    const browser = { key: null, type: 'text/plain', headers: { origin: 'https://shop.example' } };
    for (const [url, type] of [
      ['/v1/t', 'track'],
      ['/v1/i', 'identify'],
      ['/v1/p', 'page'],
      ['/v1/g', 'group'],
      ['/v1/a', 'alias'],
      ['/v1/s', 'screen'],
    ] as const) {
      const message = { ...track('Quiz Finished'), type, messageId: type, writeKey: publishableKey };
      expect([url, (await send(message, { ...browser, url })).statusCode]).toEqual([url, 200]);
    }
    const batch = { writeKey: publishableKey, batch: [track('In a batch')] };
    expect((await send(batch, { ...browser, url: '/v1/b' })).statusCode).toBe(200);
    expect(house.received.map(({ types }) => types[0])).toEqual([
      'Quiz Finished',
      'segment.identify',
      'web.webpagedetails.pageViews',
      'segment.group',
      'segment.alias',
      'web.webpagedetails.pageViews',
      'In a batch',
    ]);
  });

  it('analytics.js gets its settings from us, pointing back at us', async () => {
    const reply = await app.inject({ url: `/v1/projects/${publishableKey}/settings` });
    expect(reply.json()).toMatchObject({
      integrations: { 'Segment.io': { apiKey: publishableKey, apiHost: 'localhost:8080/v1', protocol: 'http' } },
    });
    expect((await app.inject({ url: `/v1/projects/${secretKey}/settings` })).statusCode).toBe(401);
  });

  it('RudderStack: whole names with Basic, a preflight before, its control plane, and beacons with the key in the address', async () => {
    const asked = {
      origin: 'https://shop.example',
      'access-control-request-headers': 'anonymousid,authorization,content-type',
    };
    const preflight = await app.inject({ method: 'OPTIONS', url: '/v1/page', headers: asked });
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-headers': 'anonymousid,authorization,content-type',
    });
    const config = await app.inject({ url: '/sourceConfig/?p=npm&v=3', headers: basic(publishableKey) });
    expect(config.json()).toMatchObject({ source: { enabled: true, writeKey: publishableKey, destinations: [] } });
    const url = `/beacon/v1/batch?writeKey=${publishableKey}`;
    expect((await send({ batch: [track('A')] }, { url, key: null, type: 'text/plain' })).statusCode).toBe(200);
    expect(house.received).toHaveLength(1);
  });

  it('a gzipped body is unpacked, and a bomb is cut at one mebibyte', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const url = '/v1/batch';
    expect((await send(gzipSync(JSON.stringify({ batch: [track('A')] })), { url, headers })).statusCode).toBe(200);
    const bomb = await send(gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20)), { url, headers });
    expect([bomb.statusCode, bomb.json<{ code: string }>().code]).toEqual([400, 'SEGMENT_BODY_TOO_LARGE']);
    expect((await send('no gzip', { url, headers })).statusCode).toBe(400);
  });
});

describe('commerce, e-commerce specification version 2', () => {
  const products = [
    { product_id: 'coat-1', quantity: 2, price: '64.50' },
    { sku: 'scarf-2', price: 20 },
  ];
  const order = { order_id: 'o-1', total: 149, currency: 'eur', products };

  it.each([
    ['Product Viewed', { product_id: 'coat-1' }, 'commerce.productViews'],
    ['Product Added', { product_id: 'coat-1', cart_id: 'c1' }, 'commerce.productListAdds'],
    ['Product Removed', { sku: 'coat-1' }, 'commerce.productListRemovals'],
    ['Product Added to Wishlist', { sku: 'coat-1' }, 'commerce.saveForLaters'],
    ['Cart Viewed', { products }, 'commerce.productListViews'],
    ['Checkout Started', { products }, 'commerce.checkouts'],
    ['Products Searched', { query: 'wool' }, 'web.siteSearches'],
    ['Product List Viewed', { category: 'Coats' }, 'web.categoryViews'],
    ['Product Clicked', { product_id: 'coat-1' }, 'web.webinteraction.linkClicks'],
    ['Order Updated', order, 'commerce.orderUpdates'],
    ['Order Cancelled', order, 'commerce.orderCancellations'],
    ['order  completed', order, 'commerce.purchases'],
    ['product list filtered', { category: 'Coats' }, 'web.categoryViews'],
    ['Promotion Viewed', { promotion_id: 'p1' }, 'Promotion Viewed'],
    ['Promotion Clicked', { promotion_id: 'p1' }, 'web.webinteraction.linkClicks'],
    ['Checkout Step Viewed', { step: 1 }, 'Checkout Step Viewed'],
    ['checkout step completed', { step: 1 }, 'Checkout Step Completed'],
    ['Payment Info Entered', { order_id: 'o-1' }, 'Payment Info Entered'],
    ['Coupon Entered', { coupon_id: 'x' }, 'Coupon Entered'],
    ['COUPON APPLIED', { coupon_id: 'x' }, 'Coupon Applied'],
    ['Coupon Denied', { coupon_id: 'x' }, 'Coupon Denied'],
    ['Coupon Removed', { coupon_id: 'x' }, 'Coupon Removed'],
    ['Product Removed from Wishlist', { product_id: 'coat-1' }, 'commerce.saveForLaterRemove'],
    ['Wishlist Product Added to Cart', { product_id: 'coat-1', cart_id: 'c1' }, 'commerce.productListAdds'],
    ['Product Shared', { product_id: 'coat-1' }, 'Product Shared'],
    ['Product Reviewed', { product_id: 'coat-1' }, 'Product Reviewed'],
    ['Cart Shared', { cart_id: 'c1', products }, 'Cart Shared'],
    ['Order Refunded', order, 'commerce.refunds'],
    ['Spun the wheel', {}, 'Spun the wheel'],
  ])('%s', async (name, properties, type) => {
    await send(track(name, properties));
    const [event] = house.received;
    expect(event!.types).toEqual([type]);
    const said = properties as { products?: object; product_id?: string; sku?: string; cart_id?: string };
    const one = said.product_id ?? said.sku;
    const named = said.products ? ['coat-1', 'scarf-2'] : one === undefined ? [] : [one];
    expect((event!.items ?? []).map(({ id }) => id)).toEqual(named);
    expect(event!.cartId).toBe(said.cart_id);
  });

  it('a list that was looked through feeds the favourite category', async () => {
    await send(track('Product List Viewed', { category: 'Coats', products }), { key: publishableKey });
    expect(house.received[0]).toMatchObject({ categories: ['Coats'], page: { section: 'Coats' } });
  });

  it('Order Completed carries lines with unit prices and a total, also where money is text', async () => {
    await send(track('Order Completed', order, { userId: 'u1' }));
    expect(house.received[0]).toMatchObject({
      items: [
        { id: 'coat-1', quantity: 2, priceMinor: 6450, currency: 'EUR' },
        { id: 'scarf-2', priceMinor: 2000, currency: 'EUR' },
      ],
      order: { id: 'o-1', totalMinor: 14_900, currency: 'EUR' },
    });
  });

  it('Order Refunded names its order, what goes back, and itself', async () => {
    await send(track('Order Refunded', { order_id: 'o-1', total: 20, currency: 'EUR', products: [products[1]] }));
    expect(house.received[0]).toMatchObject({
      types: ['commerce.refunds'],
      order: { id: 'o-1', totalMinor: 2000, currency: 'EUR', refundId: 'm-Order Refunded' },
    });
  });

  it('of the shop an order without number or total is refused; of a page it stays a claim (trust row 77)', async () => {
    const reply = await send(track('Order Completed', { total: 5 }));
    expect([reply.statusCode, reply.json<{ detail: string }>().detail]).toEqual([
      400,
      expect.stringContaining('order_id'),
    ]);
    await send(track('Order Completed', { total: 5 }), { key: publishableKey });
    expect(house.received).toEqual([expect.objectContaining({ level: 0, types: ['commerce.purchases'] })]);
  });

  it('a custom event cannot take a name of our own', async () => {
    for (const name of ['message.clicked', 'profile.asserted', 'COMMERCE.purchases', 'audience.entered', 'Refunded']) {
      expect((await send(track(name), { key: publishableKey })).statusCode).toBe(400);
    }
    expect(house.received).toEqual([]);
  });
});

describe('time', () => {
  const iso = (ms: number) => new Date(ms).toISOString();

  it('is that of arrival minus how long the sender kept it, whatever its clock says (trust row 73)', async () => {
    for (const [id, clock] of [
      ['a', Date.UTC(1970, 0, 2)],
      ['b', Date.UTC(2099, 0, 1)],
    ] as const) {
      const message = { ...track('A'), messageId: id, timestamp: iso(clock - 90_000), sentAt: iso(clock) };
      await send(message, { key: publishableKey });
    }
    expect(house.received.map(({ happenedAt }) => happenedAt)).toEqual([startedAt - 90_000, startedAt - 90_000]);
  });

  it('of an imported message is the stated one; never later than now', async () => {
    await send(
      {
        batch: [
          { ...track('A'), timestamp: '2026-05-01T10:00:00Z' },
          { ...track('B'), timestamp: '2099-01-01T00:00:00Z' },
        ],
      },
      { url: '/v1/batch' },
    );
    expect(house.received.map(({ happenedAt }) => happenedAt)).toEqual([Date.UTC(2026, 4, 1, 10), startedAt]);
  });
});

describe('bad input', () => {
  it('one bad message of a batch loses no other, whatever is wrong with it, and is recorded', async () => {
    const good = (id: string) => JSON.stringify({ ...track('A'), messageId: id });
    const bad = [
      '{"type":"track","messageId":"p","__proto__":{"admin":true},"anonymousId":"x","event":"A"}',
      '{"type":"track","event":"A","event":"B","anonymousId":"x"}',
      `{"type":"track","event":"A","anonymousId":"x","properties":{"deep":${'['.repeat(60)}${']'.repeat(60)}}}`,
      `{"type":"track","event":"A","anonymousId":"x","properties":{"long":"${'x'.repeat(40_000)}"}}`,
      '{"type":"track","event":"nul\\u0000","anonymousId":"x"}',
      '{"type":"track","anonymousId":"x"}',
      '{"type":"track","event":"nobody"}',
      '{"type":"teleport","anonymousId":"x"}',
      '[1]',
      '7',
      'null',
    ];
    const body = `{"sentAt":"2026-11-23T09:00:00Z","batch":[${good('one')},${bad.join(',')},${good('two')}],"x":"}]\\"["}`;
    const reply = await send(body, { url: '/v1/batch' });
    const { success, refused } = reply.json<{ success: boolean; refused: { row: number; why: string }[] }>();
    expect([reply.statusCode, success]).toEqual([200, true]);
    expect(house.received.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(refused.map(({ row }) => row)).toEqual(bad.map((_, index) => index + 2));
    expect(house.turnedAway).toHaveLength(bad.length);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([
    ['no JSON', 'not json'],
    ['a list', '[]'],
    ['no batch', '{}'],
    ['a batch that is none', '{"batch":{}}'],
    ['an end too early', '{"batch":[{"type":"track"'],
    ['100,000 levels', `{"batch":${'['.repeat(100_000)}`],
    ['nothing', ''],
  ])('%s is 400, with a reason', async (_, body) => {
    const reply = await send(body, { url: '/v1/batch' });
    expect(reply.statusCode).toBe(400);
    expect(reply.json<{ detail: string }>().detail).not.toBe('');
  });

  it('a batch beyond the limits is 400, which no library sends again', async () => {
    const long = await send({ batch: Array.from({ length: 1001 }, () => track('A')) }, { url: '/v1/batch' });
    const large = await send(`{"batch":[],"x":"${'x'.repeat(1_100_000)}"}`, { url: '/v1/batch' });
    for (const reply of [long, large]) {
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([400, 'SEGMENT_BODY_TOO_LARGE']);
    }
    expect(house.received).toEqual([]);
  });

  it('the same messageId again is kept once (trust row 71)', async () => {
    for (let i = 0; i < 3; i++) await send(track('A'));
    expect(house.received).toHaveLength(1);
  });

  it('an overfull log says so with Retry-After', async () => {
    Object.assign(house.events, { waiting: 30_000 });
    const reply = await send(track('A'));
    expect([reply.statusCode, reply.headers['retry-after']]).toEqual([503, '2']);
  });
});
