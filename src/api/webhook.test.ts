import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, fakeProfile, readKey, secretKey, startedAt, type FakeHouse } from '../../test/support/house.ts';
import {
  deviceEcid,
  platformSecret,
  shopifyCheckout,
  shopifyCustomer,
  shopifyOrder,
  shopifyProductBody,
  shopifyRefund,
  signed,
  wooCustomer,
  wooOrder,
  wooProduct,
} from '../../test/support/shop-platforms.ts';
import type { Store } from '../store/index.ts';
import type { WebhookRequest, WebhookView } from './contract-webhook.ts';
import { buildServer } from './server.ts';
import { migrations } from './table.ts';
import { Webhooks } from './webhooks.ts';

let shared: Promise<Store> | undefined;
let store: Store;
let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  shared ??= freshStore(migrations);
  store = await shared;
  await store.run({ text: 'truncate webhook, webhook_delivery, webhook_newest, webhook_order, webhook_request' });
  house = fakeHouse();
  const { clock, ids, random, settings } = house;
  const { secret, publicUrl } = settings;
  house.webhooks = new Webhooks({ store, clock, ids, random, secret, publicUrl });
  app = await buildServer(house);
});

const admin = { authorization: `Bearer ${secretKey}` };
const put = (key: string, payload: object) =>
  app.inject({ method: 'PUT', url: `/v1/webhooks/${key}`, payload, headers: admin });
const view = async (key: string) =>
  (await app.inject({ url: `/v1/webhooks/${key}`, headers: admin })).json<WebhookView>();

interface Report {
  kept: number;
  repeated: number;
  items: number;
  refused: { why: string }[];
  ignored?: string;
}

/** Posts a body as the sender's bytes, and gives status and answer. */
async function post(key: string, body: unknown, headers: Record<string, string>): Promise<[number, Report]> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const reply = await app.inject({
    method: 'POST',
    url: `/hooks/${key}`,
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return [reply.statusCode, reply.json<Report>()];
}

describe('Shopify', () => {
  const settings = { deviceField: '_ecid', shopUrl: 'https://shop.example' };
  beforeEach(async () => void (await put('shop', { kind: 'shopify', secret: platformSecret, settings })));
  const deliver = (topic: string, body: object, more: Record<string, string> = {}) => {
    const text = JSON.stringify(body);
    const id = {
      'x-shopify-webhook-id': 'b54557e4-0000-0000-0000-000000000000',
      'x-shopify-shop-domain': 'x.myshopify.com',
    };
    return post('shop', text, { 'x-shopify-topic': topic, 'x-shopify-hmac-sha256': signed(text), ...id, ...more });
  };

  it('an order is the shop speaking: who, what, how much, when, on which device, and consent with its own time', async () => {
    expect(await deliver('orders/create', shopifyOrder())).toEqual([
      200,
      { kept: 2, repeated: 0, items: 0, refused: [] },
    ]);
    expect(house.received).toEqual([
      {
        id: 'order:5550001112223',
        source: 'webhook:shop',
        types: ['commerce.purchases'],
        happenedAt: Date.UTC(2026, 10, 23, 8, 29, 58),
        receivedAt: startedAt,
        level: 3,
        visitor: 'shopify:7012345678901',
        identities: [
          { namespace: 'shopify', id: '7012345678901' },
          { namespace: 'email', id: 'ada.lovelace@example.com' },
          { namespace: 'ecid', id: deviceEcid },
        ],
        items: [
          { id: '8001', quantity: 2, priceMinor: 12_900, currency: 'EUR' },
          { id: '8002', quantity: 1, priceMinor: 2090, currency: 'EUR' },
        ],
        order: { id: '5550001112223', totalMinor: 27_890, currency: 'EUR' },
        cartId: 'cart-token-1',
      },
      expect.objectContaining({
        types: ['profile.consent'],
        consent: { 'email-marketing': 'in' },
        happenedAt: Date.UTC(2026, 8, 1, 8, 5),
        proof: { channel: 'email', basis: 'consent', place: 'Shopify' },
        data: { optInLevel: 'confirmed_opt_in' },
      }),
    ]);
  });

  it('the same order created, paid and updated counts once (trust rows 71, 74)', async () => {
    await deliver('orders/create', shopifyOrder());
    await deliver('orders/paid', shopifyOrder({ financial_status: 'paid', updated_at: '2026-11-23T09:31:00+01:00' }));
    const [, report] = await deliver('orders/updated', shopifyOrder({ financial_status: 'paid', tags: 'x' }));
    expect(report).toMatchObject({ kept: 0, repeated: 2 });
    expect(house.received.filter(({ types }) => types.includes('commerce.purchases'))).toHaveLength(1);
  });

  it('the same delivery again, even under another topic or delivery id, has no effect (replay)', async () => {
    await deliver('orders/create', shopifyOrder());
    const before = house.received.length;
    const [status, report] = await deliver('orders/cancelled', shopifyOrder(), { 'x-shopify-webhook-id': 'another' });
    expect([status, report.repeated, house.received.length]).toEqual([200, 1, before]);
    expect((await view('shop')).counts).toMatchObject({ taken: 1, repeated: 1 });
  });

  it('a refund goes to whose order it is, once, whether told alone or within the order', async () => {
    await deliver('orders/create', shopifyOrder());
    await deliver('refunds/create', shopifyRefund());
    await deliver(
      'orders/updated',
      shopifyOrder({ refunds: [shopifyRefund()], financial_status: 'partially_refunded' }),
    );
    const refunds = house.received.filter(({ types }) => types.includes('commerce.refunds'));
    expect(refunds).toEqual([
      expect.objectContaining({
        id: 'refund:990001',
        level: 3,
        visitor: 'shopify:7012345678901',
        identities: [{ namespace: 'shopify', id: '7012345678901' }],
        items: [{ id: '8001', quantity: 1, priceMinor: 12_900, currency: 'EUR' }],
        order: { id: '5550001112223', totalMinor: 12_900, currency: 'EUR', refundId: '990001' },
      }),
    ]);
  });

  it('a refund that comes before its order waits for being told again', async () => {
    expect((await deliver('refunds/create', shopifyRefund()))[1]).toMatchObject({
      kept: 0,
      ignored: 'Order 5550001112223 is not known here',
    });
    await deliver('orders/create', shopifyOrder());
    expect((await deliver('refunds/create', shopifyRefund()))[1]).toMatchObject({ kept: 1 });
  });

  it('money paid back in another currency counts as the shop counts it', async () => {
    const transactions = [{ kind: 'refund', status: 'success', amount: '1450.00', currency: 'SEK' }];
    await deliver('orders/updated', shopifyOrder({ refunds: [shopifyRefund({ transactions })] }));
    expect(house.received.find(({ types }) => types.includes('commerce.refunds'))!.order).toMatchObject({
      totalMinor: 12_900,
      currency: 'EUR',
    });
  });

  it('a cancelled order is void, and keeps the visitor it was first told under', async () => {
    await deliver('orders/create', shopifyOrder({ customer: null }));
    const changed = shopifyOrder({ cancelled_at: '2026-11-23T09:55:00+01:00', email: 'new@example.com' });
    await deliver('orders/updated', changed);
    const cancelled = house.received.find(({ types }) => types.includes('commerce.orderCancellations'));
    expect(cancelled).toMatchObject({ visitor: 'email:ada.lovelace@example.com', order: { id: '5550001112223' } });
    expect(house.received.filter(({ types }) => types.includes('commerce.purchases'))).toHaveLength(1);
  });

  it('a checkout is the cart of its customer; an address that was only typed is not believed (trust row 77)', async () => {
    await deliver('checkouts/create', shopifyCheckout());
    expect(house.received[0]).toMatchObject({
      types: ['commerce.checkouts', 'commerce.productListReopens'],
      cartId: 'cart-token-1',
      items: [{ id: '8001', quantity: 1 }],
    });
    const [, typed] = await deliver('checkouts/create', shopifyCheckout({ token: 't2', customer: null }));
    expect([typed.kept, typed.ignored]).toEqual([0, expect.stringContaining('typed')]);
    const [, done] = await deliver('checkouts/update', shopifyCheckout({ completed_at: '2026-11-23T08:05:00Z' }));
    expect(done.kept).toBe(0);
  });

  it('a body of one kind posted as another is not taken for it', async () => {
    const [, asOrder] = await deliver('orders/create', shopifyCheckout());
    const [, asRefund] = await deliver('refunds/create', shopifyOrder());
    const [, asCheckout] = await deliver('checkouts/create', shopifyOrder({ token: 'x' }));
    expect([asOrder, asRefund, asCheckout].map(({ refused }) => refused.length)).toEqual([1, 1, 1]);
    expect(house.received).toEqual([]);
    expect(house.turnedAway.map(({ source }) => source)).toEqual(['webhook:shop', 'webhook:shop', 'webhook:shop']);
  });

  it('a customer is known by number and address; what changes later does not renew a consent', async () => {
    await deliver('customers/create', shopifyCustomer());
    await deliver('customers/update', shopifyCustomer({ updated_at: '2026-11-22T12:00:00Z', first_name: 'Augusta' }));
    const [asserted, consent, again] = house.received;
    expect(asserted).toMatchObject({
      types: ['profile.asserted'],
      attributes: { firstName: 'Ada', email: 'Ada.Lovelace@Example.com', country: 'SE', city: 'Malmö' },
    });
    expect(consent).toMatchObject({ consent: { 'email-marketing': 'in' }, happenedAt: Date.UTC(2026, 8, 1, 8, 5) });
    expect(again).toMatchObject({ attributes: { firstName: 'Augusta' } });
    expect(house.received).toHaveLength(3);
  });

  it.each([
    ['unsubscribed', 'out'],
    ['redacted', 'out'],
    ['not_subscribed', undefined],
    ['pending', undefined],
  ])('consent "%s" says %s', async (state, said) => {
    const consent = { state, opt_in_level: null, consent_updated_at: '2026-11-01T00:00:00Z' };
    await deliver('customers/update', shopifyCustomer({ email_marketing_consent: consent }));
    expect(house.received.find((event) => event.consent)?.consent?.['email-marketing']).toBe(said);
    const change = {
      customer_id: 7012345678901,
      email_address: 'ada.lovelace@example.com',
      email_marketing_consent: consent,
    };
    const [, report] = await deliver('customers_email_marketing_consent/update', change);
    expect(report.repeated).toBe(said === undefined ? 0 : 1);
  });

  it('a product goes to the catalogue, and out of it when it is sold no more; late news are no news', async () => {
    await deliver('products/create', shopifyProductBody());
    expect(house.written).toEqual([
      {
        id: '8001',
        name: 'Winter coat',
        categories: ['Coats'],
        price: 119,
        currency: 'EUR',
        stock: 3,
        url: 'https://shop.example/products/winter-coat',
        imageUrl: 'https://cdn.shop.example/coat.png',
        attributes: { brand: 'Nord', tags: ['wool', 'warm'] },
      },
    ]);
    const [, late] = await deliver(
      'products/update',
      shopifyProductBody({ updated_at: '2026-11-19T10:00:00Z', title: 'Old' }),
    );
    expect([late.items, late.ignored]).toEqual([0, 'Something newer is known of product:8001']);
    await deliver('products/update', shopifyProductBody({ updated_at: '2026-11-21T10:00:00Z', status: 'draft' }));
    await deliver('products/delete', { id: 8002 });
    expect(house.removed).toEqual(['8001', '8002']);
    expect(house.written).toHaveLength(1);
  });

  it('items may be variants, and what is not counted or sells on has no stock', async () => {
    await put('shop', { kind: 'shopify', settings: { itemId: 'sku', currency: 'SEK' } });
    const variants = (shopifyProductBody()['variants'] as object[]).map((one, at) => ({
      ...one,
      ...(at === 0 ? { inventory_management: null } : {}),
    }));
    await deliver('products/update', shopifyProductBody({ variants }));
    expect(house.written).toMatchObject([
      { id: 'COAT-M', name: 'Winter coat – M', price: 129, currency: 'SEK', stock: null },
      { id: 'COAT-L', price: 119, stock: -1, imageUrl: 'https://cdn.shop.example/coat-l.png' },
    ]);
    expect(house.written[1]!['url']).toBe('https://x.myshopify.com/products/winter-coat?variant=9003');
  });

  it('privacy: whom Shopify wants erased is erased, and named nowhere; a copy and a shop that leaves wait for somebody', async () => {
    const profile = fakeProfile('p1');
    house.known.set('shopify:7012345678901', profile).set('email:ada@example.com', profile);
    const erased: string[] = [];
    const { erase } = house.privacy;
    house.privacy.erase = (whom) => erase((erased.push(whom.id), whom));
    const customer = { id: 7012345678901, email: 'Ada@example.com' };
    const about = { shop_id: 1, shop_domain: 'x.myshopify.com', customer };
    for (const [topic, body] of [
      ['customers/redact', { ...about, orders_to_redact: [5550001112223] }],
      ['customers/redact', { ...about, customer: { id: 9, email: 'nobody@example.com' }, orders_to_redact: [] }],
      ['customers/data_request', { ...about, orders_requested: [], data_request: { id: 9 } }],
      ['shop/redact', { shop_id: 1, shop_domain: 'x.myshopify.com' }],
    ] as const) {
      expect([topic, (await deliver(topic, body))[0]]).toEqual([topic, 200]);
    }
    expect([erased, house.received]).toEqual([['p1'], []]);
    const url = '/v1/webhooks/shop/requests';
    const { requests } = (await app.inject({ url, headers: admin })).json<{ requests: WebhookRequest[] }>();
    const redacted = requests.filter(({ topic }) => topic === 'customers/redact');
    expect(redacted.map(({ doneAt }) => doneAt === null)).toEqual([false, false]);
    expect(JSON.stringify(redacted)).toContain('erasures');
    expect(JSON.stringify(redacted)).not.toMatch(/example\.com|7012345678901/);
    const open = requests.filter(({ doneAt }) => doneAt === null);
    expect(new Set(open.map(({ topic }) => topic))).toEqual(new Set(['customers/data_request', 'shop/redact']));
    const done = () => app.inject({ method: 'POST', url: `${url}/${open[0]!.id}/done`, headers: admin, payload: {} });
    expect((await done()).json()).toEqual({ done: true });
    expect((await done()).statusCode).toBe(404);
    expect(await (house.webhooks as Webhooks).openRequests()).toBe(1);
  });

  it.each([
    ['a test order', shopifyOrder({ test: true }), 'test order'],
    [
      'the notification that Shopify sends to try an address',
      shopifyOrder({ test: true, id: 2 ** 60, admin_graphql_api_id: 'gid://shopify/Order/820982911946154508' }),
      'Order 820982911946154508 is a test order',
    ],
    [
      'an order of nobody',
      shopifyOrder({ customer: null, email: '', contact_email: null, note_attributes: [] }),
      'nobody',
    ],
    ['a deleted order', { id: 450789469 }, 'orders/cancelled', 'orders/delete'],
    ['a deleted customer', { id: 7012345678901 }, 'customers/redact', 'customers/delete'],
    ['stock by place', { inventory_item_id: 1, available: 3 }, 'products/update', 'inventory_levels/update'],
    ['a collection', { id: 1, title: 'Coats' }, '"collections/update" means nothing', 'collections/update'],
  ])('%s is ignored, and said so', async (_, body, why, topic = 'orders/create') => {
    const [status, report] = await deliver(topic, body);
    expect([status, report.ignored]).toEqual([200, expect.stringContaining(why)]);
    expect(house.received).toEqual([]);
  });

  it('an order without money is refused and shown, but answered, so that Shopify does not end the subscription', async () => {
    const [status, report] = await deliver('orders/create', shopifyOrder({ total_price: 'twelve' }));
    expect([status, report.refused.length]).toEqual([200, 1]);
    expect((await view('shop')).lastRefusal?.why).toContain('no total');
  });

  it('forgets under which name an order was told, and whom a request was about', async () => {
    await deliver('orders/create', shopifyOrder());
    const customer = { id: 7012345678901, email: 'Ada.Lovelace@example.com' };
    await deliver('customers/data_request', { shop_domain: 'x.myshopify.com', customer, orders_requested: [] });
    const webhooks = house.webhooks as Webhooks;
    expect(await webhooks.forget(store, ['shopify:7012345678901'])).toBe(2);
    expect(await webhooks.forget(store, ['shopify:7012345678901'])).toBe(0);
    expect((await webhooks.requests('shop'))[0]!.body).toEqual({ shop_domain: 'x.myshopify.com' });
    expect((await deliver('refunds/create', shopifyRefund()))[1].kept).toBe(0);
  });
});

describe('WooCommerce', () => {
  const settings = { deviceField: '_ecid', consentField: 'newsletter' };
  beforeEach(async () => void (await put('woo', { kind: 'woocommerce', secret: platformSecret, settings })));
  const deliver = (topic: string, body: object) => {
    const text = JSON.stringify(body);
    return post('woo', text, { 'x-wc-webhook-topic': topic, 'x-wc-webhook-signature': signed(text) });
  };

  it('answers the test call at saving, which is a form and not signed, without effect', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post('woo', 'webhook_id=12', headers))[0]).toBe(200);
    expect((await post('woo', 'webhook_id=12&order=1', headers))[0]).toBe(401);
    expect(house.received).toEqual([]);
  });

  it('an order counts once it is placed, with its refunds and the consent that was ticked', async () => {
    expect((await deliver('order.created', wooOrder({ status: 'pending' })))[1].ignored).toContain('not placed');
    await deliver('order.updated', wooOrder());
    const refunds = [{ id: 741, reason: '', total: '-150.00' }];
    await deliver(
      'order.updated',
      wooOrder({ status: 'completed', refunds, date_modified_gmt: '2026-11-23T08:50:00' }),
    );
    expect(house.received).toMatchObject([
      {
        id: 'order:727',
        visitor: 'woocommerce:25',
        happenedAt: Date.UTC(2026, 10, 23, 8, 40),
        identities: [
          { namespace: 'woocommerce', id: '25' },
          { namespace: 'email', id: 'ada@example.com' },
          { namespace: 'ecid', id: deviceEcid },
        ],
        items: [
          { id: '93', quantity: 1, priceMinor: 99_000, currency: 'SEK' },
          { id: '94', quantity: 2 },
        ],
        order: { id: '727', totalMinor: 129_000, currency: 'SEK' },
      },
      { types: ['profile.consent'], consent: { 'email-marketing': 'in' }, happenedAt: Date.UTC(2026, 10, 23, 8, 40) },
      { types: ['commerce.refunds'], order: { id: '727', totalMinor: 15_000, refundId: '741' } },
    ]);
  });

  it('a guest is known by address; an order that was never placed cannot be cancelled', async () => {
    await deliver('order.updated', wooOrder({ id: 1, status: 'cancelled', customer_id: 0 }));
    expect(house.received).toEqual([]);
    await deliver('order.created', wooOrder({ id: 2, customer_id: 0, meta_data: [] }));
    await deliver('order.deleted', { id: 2 });
    expect(house.received).toMatchObject([
      { visitor: 'email:ada@example.com' },
      { types: ['commerce.orderCancellations'], visitor: 'email:ada@example.com', order: { id: '2' } },
    ]);
  });

  it('a customer, whose ticked box keeps the time of the registration', async () => {
    await deliver('customer.updated', wooCustomer());
    expect(house.received).toMatchObject([
      { types: ['profile.asserted'], attributes: { firstName: 'Ada', email: 'ada@example.com', country: 'SE' } },
      { consent: { 'email-marketing': 'in' }, happenedAt: Date.UTC(2026, 9, 1, 8) },
    ]);
  });

  it('products, with stock as the shop counts it', async () => {
    await deliver('product.updated', wooProduct());
    const changed = { date_modified_gmt: '2026-11-21T08:00:00' };
    await deliver('product.updated', wooProduct({ ...changed, stock_status: 'outofstock', price: '' }));
    expect(house.written).toMatchObject([
      {
        id: '93',
        name: 'Coat',
        categories: ['Coats'],
        price: 990,
        currency: 'EUR',
        stock: 4,
        attributes: { tags: ['Wool'] },
      },
      { stock: 0, price: null },
    ]);
    await deliver('product.updated', wooProduct({ date_modified_gmt: '2026-11-22T08:00:00', status: 'private' }));
    await deliver('product.deleted', { id: 94 });
    expect(house.removed).toEqual(['93', '94']);
  });
});

describe('a generic sender', () => {
  const signature = { header: 'X-Signature', encoding: 'base64' };
  const mapping = [
    {
      when: 'headers["x-event"] = "order"',
      type: '"commerce.purchases"',
      id: '"till:" + body.number',
      at: 'body.at',
      identities: { email: 'body.buyer.email', crm: 'body.buyer.id' },
      items: { each: 'body.lines', id: 'line.sku', quantity: 'line.pieces', price: 'line.price' },
      order: { id: 'body.number', total: 'body.sum', currency: 'body.currency' },
    },
    {
      when: 'headers["x-event"] = "member"',
      type: '"profile.asserted"',
      id: 'body.id',
      identities: { email: 'body.email' },
      attributes: { firstName: 'body.first', city: 'body.city' },
      consent: { 'email-marketing': 'body.news' },
    },
  ];
  const generic = { kind: 'generic', secret: platformSecret, signature, mapping };
  const deliver = (event: string, body: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return post('till', text, { 'x-event': event, 'x-signature': signed(text) });
  };
  const sale = {
    number: 'A-17',
    at: 1_795_000_000,
    buyer: { email: 'Ada@Example.com', id: 42 },
    lines: [{ sku: 'coat-1', pieces: 2, price: '64.50' }],
    sum: '129.00',
    currency: 'eur',
  };

  it('says by expressions over body and headers what its bodies mean', async () => {
    expect((await put('till', generic)).statusCode).toBe(200);
    expect((await deliver('order', sale))[1]).toEqual({ kept: 1, repeated: 0, items: 0, refused: [] });
    expect((await deliver('member', { id: 'm1', email: 'b@example.com', first: 'Bo', news: true }))[1].kept).toBe(1);
    expect((await deliver('weather', {}))[1].ignored).toBe('No mapping holds for this body');
    expect(house.received).toMatchObject([
      {
        id: 'till:A-17',
        source: 'webhook:till',
        level: 3,
        types: ['commerce.purchases'],
        happenedAt: 1_795_000_000_000,
        identities: [
          { namespace: 'email', id: 'ada@example.com' },
          { namespace: 'crm', id: '42' },
        ],
        items: [{ id: 'coat-1', quantity: 2, priceMinor: 6450, currency: 'EUR' }],
        order: { id: 'A-17', totalMinor: 12_900, currency: 'EUR' },
      },
      {
        types: ['profile.asserted', 'profile.consent'],
        attributes: { firstName: 'Bo' },
        consent: { 'email-marketing': 'in' },
      },
    ]);
    expect(house.received[1]!.attributes).not.toHaveProperty('city');
  });

  it('a body that gives no id, nobody, or no total is refused with the field', async () => {
    await put('till', generic);
    for (const [body, why] of [
      [{ ...sale, number: null }, 'id: '],
      [{ ...sale, buyer: {} }, 'identities'],
      [{ ...sale, sum: 'much' }, 'required properties total'],
      [{ ...sale, lines: 'none' }, 'items.each'],
    ] as const) {
      const [status, answer] = await deliver('order', body);
      const { detail } = answer as unknown as { detail: string };
      expect([status, detail]).toEqual([400, expect.stringContaining(why)]);
    }
    expect(house.received).toEqual([]);
  });

  it('a mapping or signature that cannot work is refused when it is set, with the place', async () => {
    const bad = async (over: object) =>
      (await put('till', { ...generic, ...over })).json<{ code: string; where: string }>();
    expect(await bad({ mapping: [{ ...mapping[0], id: 'body.(' }] })).toMatchObject({
      code: expect.stringMatching(/^LANGUAGE_/) as string,
      where: expect.stringContaining('mapping[0].id') as string,
    });
    expect(await bad({ signature: { ...signature, signs: '{timestamp}' } })).toMatchObject({
      where: 'signature.signs',
    });
    expect((await put('till', { kind: 'generic', secret: platformSecret })).statusCode).toBe(400);
    expect((await put('till', { kind: 'shopify', secret: platformSecret, mapping })).statusCode).toBe(400);
    expect((await put('till', { ...generic, secret: 'short' })).statusCode).toBe(400);
    expect((await put('no spaces', generic)).statusCode).toBe(400);
  });
});

describe('at the door', () => {
  beforeEach(async () => void (await put('shop', { kind: 'shopify', secret: platformSecret })));
  const headersOf = (text: string) => ({ 'x-shopify-topic': 'orders/create', 'x-shopify-hmac-sha256': signed(text) });

  it('the secret is sealed, never shown, and bound to its webhook', async () => {
    const stored = JSON.stringify(await store.rows({ text: 'select * from webhook' }));
    expect(stored).not.toContain(platformSecret);
    expect(JSON.stringify([await view('shop'), await house.webhooks.list()])).not.toContain(platformSecret);
    await put('other', { kind: 'shopify', secret: 'another-secret' });
    await store.run({
      text: "update webhook set secret = (select secret from webhook where key = 'shop') where key = 'other'",
    });
    await expect(house.webhooks.open('other')).rejects.toMatchObject({ code: 'WEBHOOK_SECRET_LOST' });
  });

  it('what is wrongly signed is answered 401, counted, and has no effect', async () => {
    const text = JSON.stringify(shopifyOrder());
    const wrong: Record<string, string>[] = [
      {},
      { 'x-shopify-hmac-sha256': signed(text, 'another-secret') },
      { 'x-shopify-hmac-sha256': signed(`${text} `) },
      { 'x-shopify-hmac-sha256': 'x'.repeat(5000) },
    ];
    for (const headers of wrong) {
      const [status] = await post('shop', text, { 'x-shopify-topic': 'orders/create', ...headers });
      expect(status).toBe(401);
    }
    expect(house.received).toEqual([]);
    const { counts, lastRefusal } = await view('shop');
    expect(Date.parse(lastRefusal!.at)).toBe(house.clock.now());
    expect([counts.turnedAway, lastRefusal?.why]).toEqual([
      4,
      'The signature is not that of this body under our secret',
    ]);
    expect(house.turnedAway).toHaveLength(4);
  });

  it('an unknown address is 404, a large body 413, and a signed body that is no JSON 400', async () => {
    expect((await post('nobody', '{}', {}))[0]).toBe(404);
    const large = `{"x":"${'x'.repeat(1024 * 1024)}"}`;
    expect((await post('shop', large, headersOf(large)))[0]).toBe(413);
    for (const text of ['', 'no json', '{"id":1,"id":2}', '{"__proto__":{"admin":true}}', '['.repeat(100_000)]) {
      expect([text.slice(0, 20), (await post('shop', text, headersOf(text)))[0]]).toEqual([text.slice(0, 20), 400]);
    }
    for (const text of ['null', '7', '[]', '"x"', '{}']) {
      expect([text, (await post('shop', text, headersOf(text)))[1].refused.length]).toEqual([text, 1]);
    }
    expect(house.received).toEqual([]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('a body that could not be kept may come again', async () => {
    const text = JSON.stringify(shopifyOrder());
    const { receive } = house.events;
    house.events.receive = () => Promise.reject(Object.assign(new Error('gone'), { code: '57P01' }));
    expect((await post('shop', text, headersOf(text)))[0]).toBe(503);
    house.events.receive = receive;
    expect((await post('shop', text, headersOf(text)))[1].kept).toBe(2);
  });

  it('settings need the scope, and an ended webhook is gone', async () => {
    const url = '/v1/webhooks/shop';
    const weak = { authorization: `Bearer ${readKey}` };
    expect((await app.inject({ method: 'PUT', url, payload: { kind: 'shopify' }, headers: weak })).statusCode).toBe(
      403,
    );
    expect((await app.inject({ method: 'DELETE', url, headers: admin })).json()).toEqual({ removed: true });
    expect((await post('shop', '{}', {}))[0]).toBe(404);
    expect((await app.inject({ url, headers: admin })).statusCode).toBe(404);
  });
});
