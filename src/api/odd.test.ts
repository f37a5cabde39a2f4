import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeHouse, publishableKey, secretKey, startedAt, type FakeHouse } from '../../test/support/house.ts';
import {
  shopifyCheckout,
  shopifyCustomer,
  shopifyOrder,
  shopifyProductBody,
} from '../../test/support/shop-platforms.ts';
import { shopifyRefund, wooCustomer, wooOrder, wooProduct } from '../../test/support/shop-platforms.ts';
import { adminLimits, parseJson } from './json.ts';
import { buildServer } from './server.ts';
import { readShopify } from './shopify.ts';
import { compileMapping } from './webhook-mapping.ts';
import { readWooCommerce } from './woocommerce.ts';

/** Every place of a right body, each odd value in it: where chance has to be lucky, this is not. */
let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

const ecid = '7'.repeat(38);
const odds: unknown[] = [
  {},
  { id: {} },
  [],
  [[]],
  [{}],
  [null],
  null,
  true,
  false,
  0,
  -1,
  1e300,
  '',
  ' ',
  'x',
  '{{x}}',
];

/** The body with each of its nodes replaced by each odd value. */
function* changed(body: unknown): Generator<{ place: string; body: unknown }> {
  for (const path of pathsOf(body, [])) {
    for (const odd of odds) {
      const copy: unknown = structuredClone(body);
      let here = copy as Record<string, unknown>;
      for (const key of path.slice(0, -1)) here = here[key] as Record<string, unknown>;
      here[path.at(-1)!] = odd;
      yield { place: `${path.join('.')} = ${JSON.stringify(odd)}`, body: copy };
    }
  }
}

function pathsOf(node: unknown, path: string[]): string[][] {
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) => [[...path, key], ...pathsOf(value, [...path, key])]);
}

const identityMap = {
  ECID: [{ id: ecid, primary: true, authenticatedState: 'ambiguous' }],
  Email: [{ id: 'a@b.example' }],
};
const target = {
  'entity.id': 'coat-1',
  'entity.event.detailsOnly': 'false',
  'user.categoryId': 'coats',
  cartIds: 'coat-1',
  excludedIds: '[]',
  orderId: 'o1',
  orderTotal: '10',
  productPurchasedId: 'coat-1',
};
const edgeEvent = {
  xdm: {
    eventType: 'commerce.purchases',
    timestamp: '2026-11-01T10:00:00Z',
    identityMap,
    web: {
      webPageDetails: { URL: 'https://x', name: 'n', siteSection: 's', pageViews: { value: 1 } },
      webReferrer: { URL: '' },
    },
    placeContext: { ianaTimezone: 'UTC' },
    environment: { browserDetails: { acceptLanguage: 'sv', userAgent: 'x' } },
    commerce: {
      purchases: { value: 1 },
      checkouts: { totalCheckouts: { value: 1 } },
      order: { purchaseID: 'o1', priceTotal: 10, currencyCode: 'EUR' },
      cart: { cartID: 'c', ID: 'c' },
    },
    productListItems: [{ SKU: 'coat-1', quantity: 1, priceTotal: 10, currencyCode: 'EUR' }],
    _experience: {
      decisioning: {
        propositions: [
          { id: 'p', scope: 's', scopeDetails: { characteristics: { eventToken: 't' } }, items: [{ id: 'i' }] },
        ],
        propositionEventType: { display: 1, interact: 1 },
        propositionAction: { label: 'coat-1', tokens: ['coat-1'] },
      },
    },
    _shop: { size: 'L' },
  },
  data: { __adobe: { target }, __beckon: { identityToken: 'v1.a.b.c.d.e', signOut: true }, note: 'x' },
  query: { personalization: { decisionScopes: ['popular'], surfaces: ['web://x/y#z'], schemas: ['s'], enabled: true } },
};
const meta = {
  queueTimeMillis: 5,
  state: { domain: '', cookiesEnabled: true, entries: [{ key: 'kndctr_DEMO_AdobeOrg_identity', value: 'CiY' }] },
};
const query = { identity: { fetch: ['ECID'] } };
const products = [{ product_id: 'coat-1', sku: 's', quantity: 1, price: 10, currency: 'EUR' }];
const context = {
  page: { url: 'https://x', title: 't', referrer: 'r' },
  traits: { email: 'a@b.example' },
  timezone: 'UTC',
  userAgent: 'x',
  campaign: { name: 'n' },
  ecid,
};
const track = {
  type: 'track',
  messageId: 'm1',
  anonymousId: 'a1',
  userId: 'u1',
  event: 'Order Completed',
  properties: {
    order_id: 'o1',
    total: 10,
    currency: 'EUR',
    products,
    cart_id: 'c',
    category: 'k',
    email: 'a@b.example',
  },
  context,
  timestamp: '2026-11-01T10:00:00Z',
};
const identify = {
  type: 'identify',
  messageId: 'm2',
  userId: 'u1',
  traits: {
    email: 'a@b.example',
    firstName: 'A',
    timezone: 'UTC',
    address: { city: 'L' },
    consent: { 'email-marketing': true },
  },
};
const mbox = {
  index: 0,
  name: 'popular',
  parameters: { ...target, entity: { id: 'x' }, limit: '2' },
  profileParameters: { tier: 'gold' },
  order: { id: 'o1', total: 10, purchasedProductIds: ['coat-1'], time: '2026-11-01T10:00:00Z' },
  product: { id: 'coat-1', categoryId: 'coats' },
};

const doors: [url: string, body: unknown][] = [
  ['/ee/v1/interact?configId=demo', { events: [edgeEvent], xdm: { identityMap }, identityMap, query, meta }],
  ['/ee/v1/collect?configId=demo', { events: [edgeEvent], meta }],
  ['/ee/v1/identity/acquire?configId=demo', { query, meta, identityMap }],
  [
    '/ee/v1/privacy/set-consent?configId=demo',
    {
      consent: [
        { standard: 'Adobe', version: '2.0', value: { collect: { val: 'y' }, personalize: { content: { val: 'y' } } } },
        { standard: 'IAB TCF', version: '2.0', value: `C${'A'.repeat(40)}`, gdprApplies: true },
      ],
      identityMap,
      query,
      meta,
    },
  ],
  ['/ee/v2/interact?datastreamId=demo', { event: edgeEvent, query, meta }],
  ['/ee/v2/collect?datastreamId=demo', { events: [edgeEvent] }],
  [
    '/rest/v1/delivery?client=acme&sessionId=s',
    {
      requestId: 'r1',
      id: {
        tntId: 't',
        thirdPartyId: 'p',
        marketingCloudVisitorId: ecid,
        customerIds: [{ id: '1', integrationCode: 'crm', authenticatedState: 'authenticated' }],
      },
      property: { token: 'x' },
      context: {
        channel: 'web',
        userAgent: 'x',
        address: { url: 'https://x', referringUrl: 'y' },
        browser: { language: 'sv' },
        beacon: false,
      },
      execute: { pageLoad: { parameters: target }, mboxes: [mbox] },
      prefetch: { mboxes: [mbox], views: [{ name: 'cart', key: 'k' }] },
      notifications: [
        { id: 'n1', type: 'click', timestamp: 1, tokens: ['t'], mbox: { name: 'popular' }, product: { id: 'coat-1' } },
      ],
      trace: { authorizationToken: 'x' },
      qaMode: { token: 't' },
      preview: { token: 't' },
    },
  ],
  [
    '/rest/v1/mbox?client=acme',
    {
      mbox: 'popular',
      tntId: 't',
      thirdPartyId: 'p',
      requestLocation: { host: 'x' },
      profileParameters: { a: 'b' },
      mboxParameters: target,
      contentAsJson: true,
    },
  ],
  ['/v1/batch', { batch: [track, identify], sentAt: '2026-11-01T10:00:01Z', writeKey: 'x' }],
  ['/v1/track', track],
  ['/v1/identify', identify],
  [
    '/v1/events',
    [
      {
        id: 'e1',
        type: ['commerce.purchases'],
        at: '2026-11-01T10:00:00Z',
        identities: { ECID: ecid, email: ['a@b.example'] },
        items: [{ id: 'coat-1', quantity: 1, price: 10, currency: 'EUR' }],
        order: { id: 'o1', total: 10, currency: 'EUR', refundId: 'r' },
        page: { url: 'https://x' },
        categories: ['coats'],
        data: { a: 1 },
      },
    ],
  ],
  [
    '/v1/profiles',
    [
      {
        id: 'p1',
        identities: { email: 'a@b.example' },
        attributes: { firstName: 'A', timeZone: 'UTC' },
        consent: { 'email-marketing': 'in' },
        proof: { wording: 'w', place: 'p' },
      },
    ],
  ],
];

describe('no odd value in any place makes the house fail, at', () => {
  it.each(doors)('%s', async (url, body) => {
    const failed: string[] = [];
    for (const one of changed(body)) {
      const reply = await app.inject({
        method: 'POST',
        url,
        payload: JSON.stringify(one.body),
        headers: {
          host: 'localhost:8080',
          'content-type': url.startsWith('/ee/v1') ? 'text/plain' : 'application/json',
          ...(url.startsWith('/ee/v1') ? {} : { authorization: `Bearer ${secretKey}` }),
        },
      });
      if (reply.statusCode >= 500) failed.push(`${one.place}: ${reply.statusCode}`);
    }
    expect(failed).toEqual([]);
  });

  it('/v1/batch, and it costs no message beside it', async () => {
    const lost: string[] = [];
    for (const { place, body } of changed(track)) {
      const id = `good-${house.received.length}`;
      const good = { type: 'page', messageId: id, anonymousId: 'a1' };
      const payload = { writeKey: publishableKey, batch: [body, good] };
      await app.inject({ method: 'POST', url: '/v1/batch', payload });
      if (!house.received.some((event) => event.id === id)) lost.push(place);
    }
    expect(lost).toEqual([]);
  });
});

describe('no odd value in a signed body makes its reading fail:', () => {
  const settings = { deviceField: '_ecid', consentField: 'newsletter', shopUrl: 'https://shop.example' };
  const context = { source: 'webhook:x', settings, currency: 'EUR', now: startedAt, headers: {} };
  const consent = { email_marketing_consent: { state: 'subscribed', consent_updated_at: '2026-11-01T00:00:00Z' } };
  const meta_data = [
    { key: 'newsletter', value: 'yes' },
    { key: '_ecid', value: ecid },
  ];

  it.each([
    ['orders/create', shopifyOrder()],
    ['refunds/create', shopifyRefund()],
    ['checkouts/update', shopifyCheckout()],
    ['customers/update', shopifyCustomer()],
    ['customers_email_marketing_consent/update', { customer_id: 1, email_address: 'a@b.example', ...consent }],
    ['products/update', shopifyProductBody()],
    ['customers/redact', { shop_domain: 'x', customer: { id: 1, email: 'a@b.example' }, orders_to_redact: [1] }],
  ])('Shopify, %s', (topic, body) => {
    for (const itemId of ['product', 'variant', 'sku'] as const)
      for (const one of changed(body))
        expect(
          () => readShopify(topic, nullProto(one.body), { ...context, settings: { ...settings, itemId } }),
          one.place,
        ).not.toThrow();
  });

  it.each([
    ['order.updated', wooOrder({ meta_data })],
    ['order.deleted', { id: 1 }],
    ['customer.updated', wooCustomer({ meta_data })],
    ['product.updated', wooProduct()],
    ['product.deleted', { id: 1 }],
  ])('WooCommerce, %s', (topic, body) => {
    for (const itemId of ['product', 'sku'] as const)
      for (const one of changed(body))
        expect(
          () => readWooCommerce(topic, nullProto(one.body), { ...context, settings: { ...settings, itemId } }),
          one.place,
        ).not.toThrow();
  });
});

it('a mapping makes an event of an odd body, or says which field is wrong', () => {
  const mapper = compileMapping([
    {
      when: 'headers["x-event"] = "sale" and not isEmpty(body.number)',
      type: '"commerce.purchases"',
      id: '"till:" + body.number',
      at: 'body.at',
      identities: { email: 'lowerCase(body.buyer.email)', crm: 'body.buyer.id' },
      items: { each: 'body.lines', id: 'line.sku', quantity: 'line.pieces', price: 'line.price' },
      order: { id: 'body.number', total: 'body.sum', currency: 'upperCase(body.currency)' },
      cartId: 'body.cart',
    },
    {
      type: '"profile.asserted"',
      id: 'body.number',
      identities: { email: 'body.buyer.email' },
      attributes: { firstName: 'body.buyer.name' },
      consent: { 'email-marketing': 'body.news' },
    },
  ]);
  const sale = {
    number: 'A-17',
    at: 1_795_000_000,
    buyer: { email: 'a@b.example', id: 42, name: 'A' },
    lines: [{ sku: 'coat-1', pieces: 2, price: '64.50' }],
    sum: '129.00',
    currency: 'eur',
    cart: 'c1',
    news: true,
  };
  const around = { now: startedAt, source: 'webhook:till', mintId: () => 'x' };
  const headers = { 'x-event': 'sale' };
  expect(mapper({ body: nullProto(sale), headers }, around).events).toHaveLength(2);
  for (const { place, body } of changed(sale))
    expect(() => mapper({ body: nullProto(body), headers }, around), place).not.toThrow();
});

/** As a door reads it: objects without a prototype. */
function nullProto(body: unknown): unknown {
  return parseJson(JSON.stringify(body), adminLimits);
}
