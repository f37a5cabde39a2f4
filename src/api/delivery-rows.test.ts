import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeHouse, fakeProfile, publishableKey, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { deliver as post, ecid, mbox, type DeliveryAnswer } from '../../test/support/target.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;
let requests = 0;
const device = { marketingCloudVisitorId: ecid };

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

/** Asks as the device of these tests, under a request id of its own. */
async function ask(body: object, more: Parameters<typeof post>[2] = {}): Promise<DeliveryAnswer> {
  const reply = await post(app, { requestId: `r${++requests}`, id: device, ...body }, more);
  expect([reply.statusCode, reply.statusCode === 200 ? '' : reply.body]).toEqual([200, '']);
  return reply.json<DeliveryAnswer>();
}
const about = (parameters: object, more: object = {}) => ask(mbox('popular', { parameters, ...more }));

describe('what visitors do (recommendations §1.2)', () => {
  it('BEH-1: any request that names an item is one view of it, once, in however many places it stands', async () => {
    const parameters = { 'entity.id': 'SKU-1', 'entity.name': 'Coat', 'entity.sizes': ['S', 'M'] };
    const boxes = [0, 1].map((index) => ({ index, name: 'popular', parameters }));
    await ask({
      context: { channel: 'web', address: { url: 'https://shop.example/p/1', referringUrl: 'https://x.example/' } },
      execute: { pageLoad: { product: { id: 'SKU-1' } }, mboxes: boxes },
    });
    expect(house.received).toMatchObject([
      {
        types: ['commerce.productViews'],
        items: [{ id: 'SKU-1' }],
        page: { url: 'https://shop.example/p/1', referrer: 'https://x.example/' },
        data: { entity: { name: 'Coat', sizes: '["S","M"]' } },
        visitor: `ecid:${ecid}`,
      },
    ]);
    expect(house.written).toEqual([]);
    expect(house.asked[0]!.request).toMatchObject({ item: 'SKU-1', pageItem: 'SKU-1' });
  });

  it('CAT-11: what a page says of an item goes to the catalogue where the shop lets it, details only and all', async () => {
    const told: object[] = [];
    const page = { 'entity.id': 'SKU-1', 'entity.name': 'Coat', 'entity.categoryId': 'women,women:coats' };
    const listening = { isOn: true, tell: (id: string, said: object) => (told.push({ id, ...said }), null) };
    await about(page);
    house.pageItems = { ...listening, isOn: false };
    await about(page);
    expect(told).toEqual([]);
    house.pageItems = listening;
    await about({ ...page, 'entity.event.detailsOnly': 'true' });
    await about({ 'entity.name': 'Of nothing' });
    await ask({ ...mbox('popular', { parameters: page }), context: { channel: 'web', userAgent: 'Googlebot/2.1' } });
    expect(told).toEqual([{ id: 'SKU-1', name: 'Coat', categoryId: ['women', 'women:coats'] }]);
    house.pageItems = { isOn: true, tell: (id) => ({ row: 1, id, code: 'ITEM_PAGE_REFUSED', why: 'leads elsewhere' }) };
    await about(page);
    expect(house.turnedAway).toMatchObject([{ source: 'delivery:demo', why: 'leads elsewhere' }]);
  });

  it('BEH-1 and nested names (§4.3): a custom action can send no dots', async () => {
    await about({ entity: { id: 'SKU-2', event: { detailsOnly: false } } });
    expect(house.received).toMatchObject([{ items: [{ id: 'SKU-2' }] }]);
  });

  it('BEH-2: with detailsOnly nothing is behaviour, an order all the same', async () => {
    const parameters = { 'entity.id': 'SKU-1', 'entity.event.detailsOnly': 'true', 'user.categoryId': 'coats' };
    await about(parameters, { order: { id: 'o1', total: 5 } });
    await about({ entity: { id: 'SKU-1', event: { detailsOnly: true } } });
    expect(house.received.map(({ types }) => types[0])).toEqual(['commerce.purchases']);
    expect(house.asked[0]!.request).toEqual({ criterion: 'popular', item: 'SKU-1' });
  });

  it('BEH-3: an order, as the API has it and as parameters, either spelling (C-15); one flagged as told before is none', async () => {
    await ask(mbox('popular', { order: { id: 'o1', total: 49.5, purchasedProductIds: ['a', 'b'] } }));
    await about({ orderId: 'o2', orderTotal: '10.10', productPurchasedId: 'a, b,a' });
    await about({ orderId: 'o3', orderTotal: '3', productPurchaseId: '["a","b"]', currency: 'sek' });
    await ask(mbox('popular', { order: { id: 'o4', total: 1, duplicate: true } }));
    const items = ['a', 'b'].map((id) => ({ id, quantity: 1 }));
    expect(house.received.map(({ order, items: bought, level }) => [order, bought, level])).toEqual([
      [{ id: 'o1', totalMinor: 4950, currency: 'EUR' }, items, 0],
      [{ id: 'o2', totalMinor: 1010, currency: 'EUR' }, items, 0],
      [{ id: 'o3', totalMinor: 300, currency: 'SEK' }, items, 0],
    ]);
  });

  it('BEH-3: an order that cannot be read is told to whoever looks at what comes in', async () => {
    await about({ orderId: 'o5', orderTotal: '$10' });
    await ask(mbox('popular', { order: { id: 'x'.repeat(251), total: 1 } }));
    expect(house.turnedAway).toMatchObject([
      { source: 'delivery:demo', why: expect.stringContaining('o5 has no total') },
      { why: expect.stringContaining('1 to 250') },
    ]);
    expect(house.received.map(({ order }) => order)).toEqual([undefined]);
  });

  it('BEH-3: the server’s word has its own time, a page’s has not (trust row 73)', async () => {
    const order = { id: 'o1', total: 1, time: '2026-11-20T10:00:00Z' };
    await ask(mbox('popular', { order }), { key: secretKey });
    await ask(mbox('popular', { order }));
    await ask(mbox('popular', { order: { ...order, time: '2099-01-01T00:00:00Z' } }), { key: secretKey });
    const now = house.clock.now();
    expect(house.received.map(({ happenedAt, level }) => [happenedAt, level])).toEqual([
      [Date.UTC(2026, 10, 20, 10), 3],
      [now, 0],
      [now, 3],
    ]);
  });

  it('BEH-4: a cart is asked with and never stored; all of it counts, and an empty one is empty', async () => {
    const cart = Array.from({ length: 12 }, (_, index) => `s${index}`);
    await about({ cartIds: cart.join(',') });
    await about({ cartIds: '' });
    await about({});
    expect(house.asked.map(({ request }) => request.cart)).toEqual([cart, [], undefined]);
    expect(house.received).toEqual([]);
  });

  it('BEH-5: the category of a page without an item was looked through; of several the longest (golden example 5)', async () => {
    const categories = 'Womens, Womens:Outerwear:Jackets:Parka, Womens:Outerwear:Jackets:Caban';
    await about({ 'entity.categoryId': categories });
    await ask(mbox('popular', { product: { categoryId: 'shoes' } }));
    await ask(mbox('popular', { product: { id: 'a', categoryId: 'shoes' } }));
    expect(house.received).toMatchObject([
      { types: ['web.categoryViews'], page: { section: 'Womens:Outerwear:Jackets:Caban' } },
      { types: ['web.categoryViews'], page: { section: 'shoes' } },
      { types: ['commerce.productViews'], data: { entity: { category: 'shoes' } } },
    ]);
    expect(house.received.map(({ categories: liked }) => liked)).toEqual([undefined, undefined, undefined]);
  });

  it('BEH-6: user.categoryId feeds the favourite category, once a request', async () => {
    const parameters = { 'user.categoryId': 'mens,accessories' };
    await ask({ execute: { mboxes: [0, 1].map((index) => ({ index, name: 'popular', parameters })) } });
    expect(house.received).toMatchObject([{ types: ['web.categoryViews'], categories: ['mens', 'accessories'] }]);
  });

  it('BEH-10: with a key every name of a person is joined; who is merely recognised or logged out is not', async () => {
    const states = ['authenticated', 'unknown', 'logged_out'];
    const customerIds = states.map((authenticatedState, i) => ({
      id: `c${i}`,
      integrationCode: 'CRM',
      authenticatedState,
    }));
    const own = { id: '01900000-0000-7000-8000-000000000001', integrationCode: 'profile' };
    const mail = { id: 'no address', integrationCode: 'email' };
    const id = { ...device, tntId: 'abc.35_0', thirdPartyId: 'u42', customerIds: [...customerIds, own, mail] };
    const answer = await ask({ ...mbox('popular', { product: { id: 'a' } }), id }, { key: secretKey });
    expect(house.received[0]).toMatchObject({
      level: 3,
      visitor: `ecid:${ecid}`,
      identities: [
        { namespace: 'ecid', id: ecid },
        { namespace: 'tntid', id: 'abc' },
        { namespace: 'crm', id: 'c0' },
        { namespace: 'thirdpartyid', id: 'u42' },
      ],
    });
    expect(answer.id).toMatchObject({ tntId: 'abc', thirdPartyId: 'u42', customerIds: [...customerIds, own, mail] });
  });

  it('BEH-10: without a key they are claims of the device, an address by its hash only (trust row 75)', async () => {
    const customerIds = [{ id: 'Jane@Example.com', integrationCode: 'email' }];
    await ask({ ...mbox('popular', { product: { id: 'a' } }), id: { ...device, thirdPartyId: 'u42', customerIds } });
    const [event] = house.received;
    expect([event!.level, event!.identities]).toEqual([1, [{ namespace: 'ecid', id: ecid }]]);
    expect(event!.claims!.map(({ namespace }) => namespace)).toEqual(['email_lc_sha256', 'thirdpartyid']);
    expect(JSON.stringify(event)).not.toMatch(/jane/i);
  });

  it('BEH-12: several items of a cart are no view of the first', async () => {
    await about({ cartIds: 'a,b', productPurchasedId: 'a,b' });
    expect(house.received).toEqual([]);
  });

  it.each([{ qaMode: { token: 't' } }, { preview: { token: 't' } }])(
    'BEH-15: a preview writes nothing: %o',
    async (preview) => {
      const answer = await ask({
        ...mbox('popular', { product: { id: 'a' }, order: { id: 'o', total: 1 } }),
        ...preview,
      });
      expect(answer.execute.mboxes[0]!.options).toHaveLength(1);
      expect(house.received).toEqual([]);
    },
  );

  it('BEH-16: a machine gets nothing and trains nothing; whom the server asks for is told by the context, not the header', async () => {
    house.known.set(`ecid:${ecid}`, fakeProfile('own'));
    const body = { ...mbox('popular', { product: { id: 'a' } }), context: { userAgent: 'Googlebot/2.1' } };
    expect((await ask(body)).execute.mboxes).toEqual([{ index: 0, name: 'popular' }]);
    expect([house.received[0]!.bot, house.asked]).toEqual([true, []]);
    await ask({ ...body, context: {} }, { headers: { 'user-agent': 'curl/8.0' } });
    expect([house.received[1]!.bot, house.asked[0]!.person?.profileId]).toEqual([undefined, 'own']);
  });

  it('golden example 12: excludedIds hold for one answer', async () => {
    await about({ excludedIds: 'a,b' });
    await about({});
    expect(house.asked.map(({ request }) => request.excludedIds)).toEqual([['a', 'b'], undefined]);
  });

  it('nothing of a device that declined is kept; the shop’s own orders are (trust row 87)', async () => {
    const out = { consent: { collect: { state: 'out', at: 1, source: 'x' } } } as const;
    house.known.set(`ecid:${ecid}`, fakeProfile('own', out));
    house.known.set('tntid:abc', fakeProfile('other', out));
    const said = { product: { id: 'a' }, order: { id: 'o', total: 1 }, parameters: { 'user.categoryId': 'c' } };
    await ask(mbox('popular', said));
    await ask({ ...mbox('popular', said), id: { tntId: 'abc' } });
    expect(house.received).toEqual([]);
    await ask(mbox('popular', said), { key: secretKey });
    expect(house.received.map(({ types }) => types[0])).toEqual(['commerce.purchases']);
    expect(house.asked.every(({ person }) => person === null)).toBe(true);
  });
});

describe('a consent that is remembered', () => {
  it('spares the question, unless the visitor has just stated another', async () => {
    house.profiles.recallConsent = () => ({ answer: undefined });
    let asked = 0;
    house.profiles.collectConsent = async () => (asked++, 'out');
    await about({ 'entity.id': 'a' });
    expect([house.received.length, asked]).toEqual([1, 0]);
    house.received.length = 0;
    const { receive } = house.events;
    house.events.receive = async (events, how) =>
      how?.unless ? { kept: 0, repeated: 0, doubted: events.length } : receive(events);
    await about({ 'entity.id': 'b' });
    expect([house.received, asked]).toEqual([[], 1]);
  });
});

it('machines that make up visitors are stopped; the shop’s server with a key is not (trust §3.4)', async () => {
  house = fakeHouse({ rates: { newVisitors: 3, loopback: true } });
  app = await buildServer(house);
  const arrive = async (key?: string) =>
    (await post(app, { id: { tntId: `t${++requests}` }, ...mbox('popular') }, key === undefined ? {} : { key }))
      .statusCode;
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push(await arrive());
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  expect(await arrive(secretKey)).toBe(200);
});

describe('keys', () => {
  it('one that is not in force makes the answer one for a stranger, and is told', async () => {
    house.known.set('thirdpartyid:u42', fakeProfile('victim'));
    const body = { ...mbox('popular', { order: { id: 'o', total: 1 } }), id: { thirdPartyId: 'u42' } };
    await ask(body, { key: 'sk_revoked-long-ago' });
    expect([house.asked[0]!.person, house.received[0]!.level]).toEqual([null, 1]);
    expect(house.turnedAway).toMatchObject([{ why: expect.stringContaining('revoked') }]);
  });

  it('a secret one that comes from a page is refused, so that somebody notices', async () => {
    const reply = await post(app, mbox('popular'), { key: secretKey, headers: { origin: 'https://shop.example' } });
    expect([reply.statusCode, reply.json<{ message: string }>().message]).toEqual([
      403,
      expect.stringContaining('shop.example'),
    ]);
  });

  it('a publishable one in a page changes nothing', async () => {
    const body = { ...mbox('popular', { order: { id: 'o', total: 1 } }), id: { tntId: 'abc', thirdPartyId: 'u42' } };
    house.known.set('thirdpartyid:u42', fakeProfile('victim'));
    await ask(body, { key: publishableKey, headers: { origin: 'https://shop.example' } });
    expect([house.asked[0]!.person, house.received[0]!.level]).toEqual([null, 1]);
  });

  it('lets its holder do what its scopes say, and no more', async () => {
    house.known.set('thirdpartyid:u42', fakeProfile('u42'));
    const scoped = (scopes: string[]) => {
      house.keys = { ...house.keys, admit: async () => ({ id: 'k', kind: 'secret', scopes, datastream: null }) };
    };
    const profileParameters = { tier: 'gold' };
    const body = {
      ...mbox('popular', { order: { id: 'o', total: 1 }, profileParameters }),
      id: { thirdPartyId: 'u42' },
    };
    const seen = [];
    for (const scopes of [['recommend'], ['events'], ['events', 'profiles'], ['read']]) {
      scoped(scopes);
      house.received.length = 0;
      await ask(body, { key: 'sk_some-key' });
      seen.push([
        house.asked.at(-1)!.person?.profileId,
        house.received.map(({ types, level }) => `${types[0]} ${level}`),
      ]);
    }
    expect(seen).toEqual([
      ['u42', ['commerce.purchases 1']],
      [undefined, ['commerce.purchases 3']],
      [undefined, ['commerce.purchases 3', 'profile.asserted 3']],
      [undefined, ['commerce.purchases 1']],
    ]);
  });
});

it('the visitor of a first request is the same in all eleven tries, and another session’s is another (edge trap 4)', async () => {
  const first = { requestId: 'first', ...mbox('popular', { product: { id: 'a' } }) };
  const tries = await Promise.all(Array.from({ length: 11 }, () => post(app, first)));
  expect(new Set(tries.map((reply) => reply.json<DeliveryAnswer>().id.tntId)).size).toBe(1);
  expect(house.received).toHaveLength(1);
  const other = await post(app, first, { url: '/rest/v1/delivery?client=demo&sessionId=s2' });
  expect(other.json<DeliveryAnswer>().id.tntId).not.toBe(tries[0]!.json<DeliveryAnswer>().id.tntId);
});

it('a memory that cannot be read in time costs a page nothing but itself; a server waits for it (edge-protocol §14)', async () => {
  house = fakeHouse({ decideMs: 20 });
  app = await buildServer(house);
  let answerIt: (profile: null) => void = () => {};
  house.profiles.find = ({ namespace }) =>
    new Promise((resolve) => void (namespace === 'thirdpartyid' ? (answerIt = resolve) : null));
  let isAnswered = false;
  const waiting = ask({ ...mbox('popular'), id: { thirdPartyId: 'u42' } }, { key: secretKey });
  const mark = waiting.then(() => (isAnswered = true));
  await ask(mbox('popular', { product: { id: 'a' } }));
  expect([house.asked[0]!.person, house.received.length, isAnswered]).toEqual([null, 1, false]);
  answerIt(null);
  await mark;
});
