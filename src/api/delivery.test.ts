import * as fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeHouse, fakeProfile, publishableKey, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { deliver as post, ecid, mbox, type DeliveryAnswer as Answer } from '../../test/support/target.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

const deliver = (body: unknown, more: Parameters<typeof post>[2] = {}) => post(app, body, more);

describe('the delivery door', () => {
  it('answers an mbox that names a criterion with JSON (capture 20)', async () => {
    const reply = await deliver({
      requestId: '1bcf34504b89435581d95feb0a6d1cf0',
      ...mbox('cart-based', { parameters: { cartIds: 'SKU-1,SKU-2', excludedIds: 'SKU-3', limit: '4' } }),
    });
    const answer = reply.json<Answer>();
    expect(answer).toMatchObject({
      status: 200,
      requestId: '1bcf34504b89435581d95feb0a6d1cf0',
      client: 'DEMO@AdobeOrg',
    });
    expect(answer.execute.mboxes[0]).toMatchObject({
      index: 0,
      name: 'cart-based',
      options: [{ type: 'json', content: { status: 'ok' } }],
    });
    expect(house.asked[0]!.request).toEqual({
      criterion: 'cart-based',
      cart: ['SKU-1', 'SKU-2'],
      excludedIds: ['SKU-3'],
      limit: 4,
    });
    expect(house.received).toEqual([]);
  });

  it('never gives an edgeHost, and never a tntId with a dot (edge trap 3)', async () => {
    const fresh = (await deliver(mbox('popular'))).json<Answer>();
    expect(fresh.id.tntId).toMatch(/^[0-9a-f]{32}$/);
    const returning = (await deliver({ id: { tntId: 'abc.35_0' }, ...mbox('popular') })).json<Answer>();
    expect(returning.id.tntId).toBe('abc');
    expect('edgeHost' in returning).toBe(false);
  });

  it('answers 200 without options for what it does not know (edge trap 4)', async () => {
    const reply = await deliver(mbox('home-hero'));
    expect([reply.statusCode, reply.json<Answer>().execute.mboxes]).toEqual([200, [{ index: 0, name: 'home-hero' }]]);
    expect((await deliver({ context: { channel: 'web' } })).statusCode).toBe(200);
    house.recommend.answer = () => {
      throw new Error('no memory');
    };
    expect((await deliver(mbox('popular'))).statusCode).toBe(200);
  });

  it('takes the criterion from a parameter, for mboxes with names of their own', async () => {
    await deliver(mbox('email-recent', { parameters: { criterion: 'recently-viewed' } }));
    expect(house.asked[0]!.request.criterion).toBe('recently-viewed');
  });

  it('prefetches with a token, and hears of it by notification (capture 21)', async () => {
    const id = { marketingCloudVisitorId: ecid };
    const prefetched = await deliver({ id, prefetch: { mboxes: [{ index: 1, name: 'popular' }] } });
    const [shown] = prefetched.json<Answer>().prefetch.mboxes;
    const token = shown!.options![0]!.eventToken;
    expect(shown!.metrics).toEqual([{ type: 'click', eventToken: token }]);
    const notification = { id: 'n1', type: 'display', timestamp: 1, tokens: [token], mbox: { name: 'popular' } };
    const told = await deliver({ requestId: 'r9', id, notifications: [notification] });
    expect(told.json<Answer>().notifications).toEqual([{ id: 'n1' }]);
    expect(house.received).toMatchObject([
      {
        source: 'delivery:demo',
        types: ['decisioning.propositionDisplay'],
        recommendation: { id: 'token-1', criterion: 'popular' },
        level: 0,
      },
    ]);
  });

  it('counts a view and an order once over the SDK’s eleven tries, at level 0', async () => {
    const order = { id: 'ORD-1', total: 49.5, purchasedProductIds: ['SKU-1'] };
    const body = {
      requestId: 'r1',
      id: { marketingCloudVisitorId: ecid },
      ...mbox('popular', { order, product: { id: 'SKU-1' } }),
    };
    for (let i = 0; i < 11; i++) await deliver(body);
    expect(house.received).toMatchObject([
      { types: ['commerce.productViews'], items: [{ id: 'SKU-1' }], level: 0, visitor: `ecid:${ecid}` },
      { types: ['commerce.purchases'], order: { id: 'ORD-1', totalMinor: 4950, currency: 'EUR' }, level: 0 },
    ]);
  });

  it('counts no view for a mail’s question (BEH-2)', async () => {
    await deliver(mbox('popular', { product: { id: 'SKU-9' }, parameters: { 'entity.event.detailsOnly': 'true' } }));
    expect(house.received).toEqual([]);
    expect(house.asked[0]!.request.item).toBe('SKU-9');
  });
});

describe('whose memory an answer may rest on', () => {
  const victim = {
    thirdPartyId: 'u42',
    customerIds: [{ id: 'jane@example.com', integrationCode: 'email', authenticatedState: 'authenticated' }],
  };
  beforeEach(() => {
    house.known.set('thirdpartyid:u42', fakeProfile('victim'));
    house.known.set('email:jane@example.com', fakeProfile('victim'));
    house.known.set(`ecid:${ecid}`, fakeProfile('own'));
  });

  it('is the caller’s own device without a secret key, whatever else is claimed (trust row 75)', async () => {
    await deliver({ id: victim, ...mbox('recently-viewed') });
    await deliver({ id: victim, ...mbox('recently-viewed') }, { key: publishableKey });
    await deliver({ id: { ...victim, marketingCloudVisitorId: ecid }, ...mbox('recently-viewed') });
    expect(house.asked.map(({ person }) => person?.profileId ?? null)).toEqual([null, null, 'own']);
  });

  it('is anybody the shop’s server names with a secret key, by header or in the address', async () => {
    await deliver({ id: victim, ...mbox('recently-viewed') }, { key: secretKey });
    await deliver(
      { id: { thirdPartyId: 'u42' }, ...mbox('recently-viewed') },
      { url: `/t/${secretKey}/rest/v1/delivery?client=acme` },
    );
    expect(house.asked.map(({ person }) => person?.profileId)).toEqual(['victim', 'victim']);
  });

  it('is each recipient of a mailer that asks by a session of its own; nothing counts, and nothing fills an empty answer (EML-1)', async () => {
    const toMail = { parameters: { 'entity.id': 'a', 'entity.event.detailsOnly': 'true' } };
    for (const [session, place] of [
      ['mail-1', 'recently-viewed'],
      ['mail-2', 'no-such-place'],
    ] as const) {
      const url = `/t/${secretKey}/rest/v1/delivery?client=acme&sessionId=${session}`;
      const reply = await deliver({ id: { thirdPartyId: 'u42' }, ...mbox(place, toMail) }, { url });
      const { execute } = reply.json<Answer>();
      expect(execute.mboxes[0]!.options === undefined).toBe(place === 'no-such-place');
    }
    expect(house.asked.map(({ person }) => person?.profileId)).toEqual(['victim']);
    expect(house.received).toEqual([]);
  });

  it('is nobody’s once consent was taken back', async () => {
    house.known.set(
      `ecid:${ecid}`,
      fakeProfile('own', { consent: { personalize: { state: 'out', at: 1, source: 'x' } } }),
    );
    await deliver({ id: { marketingCloudVisitorId: ecid }, ...mbox('recently-viewed') });
    expect(house.asked[0]!.person).toBeNull();
  });

  it('profile parameters and orders count for something only from the shop’s server', async () => {
    const body = {
      requestId: 'r1',
      id: { thirdPartyId: 'u42' },
      ...mbox('popular', { profileParameters: { tier: 'gold' } }),
    };
    await deliver(body);
    expect(house.received).toEqual([]);
    await deliver(body, { key: secretKey });
    expect(house.received).toMatchObject([
      { types: ['profile.asserted'], level: 3, attributes: { tier: 'gold' }, visitor: 'thirdpartyid:u42' },
    ]);
  });
});

describe('bad input', () => {
  const malformed: [string, unknown, string?][] = [
    ['half a body', '{'],
    ['no body', ''],
    ['a list', '[]'],
    ['mboxes that are no list', { execute: { mboxes: 'x' } }],
    ['an mbox without a name', { execute: { mboxes: [{ index: 0 }] } }],
    ['a name of 251 characters (LIM-1)', { execute: { mboxes: [{ name: 'x'.repeat(251) }] } }],
    ['51 mboxes (LIM-1)', { prefetch: { mboxes: Array.from({ length: 51 }, () => ({ name: 'x' })) } }],
    ['51 views', { prefetch: { views: Array.from({ length: 51 }, () => ({})) } }],
    ['a property token that is none', { property: { token: { a: 1 } } }],
    ['a duplicate key (trust row 81)', '{"execute":{},"execute":{}}'],
    ['__proto__ (trust row 81)', '{"execute":{"__proto__":{}}}'],
    ['NUL in a name', { execute: { mboxes: [{ name: 'a\u0000b' }] } }],
    ['nesting without end (trust row 80)', '['.repeat(100_000)],
    ['neither client nor imsOrgId', {}, '/rest/v1/delivery'],
  ];

  it.each(malformed)('%s is refused in Target’s words and by the reason phrase', async (_, body, url) => {
    const reply = await deliver(body, url === undefined ? {} : { url });
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ status: 400, message: expect.any(String) });
    expect(reply.statusMessage).not.toBe('Bad Request');
    expect(reply.statusMessage).toMatch(/^[ -~]{10,200}$/);
    expect(house.received).toEqual([]);
  });

  it('a body over a mebibyte is 413', async () => {
    expect((await deliver(' '.repeat(1024 * 1024 + 1))).statusCode).toBe(413);
  });

  it('what is not understood costs nothing else: the places beside it are answered (edge trap 4)', async () => {
    const reply = await deliver({
      requestId: 7,
      id: { tntId: ['x'], marketingCloudVisitorId: 'abc', customerIds: [null, 3, { id: 'x' }] },
      context: 'web',
      trace: 'yes',
      notifications: [null, { id: 'n1' }, { id: 'n2', type: 'view' }, { type: 'click' }],
      execute: {
        mboxes: [
          { name: 'popular', index: 'x', parameters: ['a'], product: 4, order: 'x', profileParameters: 1 },
          { name: 'popular', parameters: { limit: 1e99, backup: 'x', format: {}, cartIds: '[1,{}' } },
          { name: 'popular', parameters: { a: 'x'.repeat(5001), 'entity.id': 'a\u0007b' } },
        ],
      },
    });
    const answer = reply.json<Answer>();
    expect([reply.statusCode, answer.execute.mboxes.map(({ index }) => index)]).toEqual([200, [0, 1, 2]]);
    expect(answer.execute.mboxes.every(({ options }) => options?.length === 1)).toBe(true);
    expect(answer.notifications).toEqual([]);
    expect(house.received).toEqual([]);
    expect(house.asked.map(({ request }) => request.limit)).toEqual([undefined, 100, undefined]);
  });

  it('a log that is full says so, and keeps nothing (edge-protocol §11)', async () => {
    house.events = { ...house.events, waiting: 30_000 };
    const reply = await deliver(mbox('popular', { product: { id: 'SKU-1' } }));
    expect([reply.statusCode, reply.headers['retry-after']]).toEqual([503, '2']);
    expect(house.received).toEqual([]);
  });

  it('no request makes the house fail, and what it stores can be read back', async () => {
    const names = [
      'name',
      'mboxes',
      'views',
      'pageLoad',
      'parameters',
      'product',
      'order',
      'id',
      'total',
      'tokens',
      'type',
    ];
    const more = ['entity.id', 'user.categoryId', 'cartIds', 'orderId', 'notifications', 'profileParameters', 'trace'];
    const node = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.double(),
        fc.constantFrom('popular', 'click', 'display', null, true),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, ...more), tie('node'), { maxKeys: 5 }),
      ),
    })).node;
    await fc.assert(
      fc.asyncProperty(node, node, fc.boolean(), async (execute, rest, byServer) => {
        house.received.length = 0;
        const body = { id: rest, execute, prefetch: rest, notifications: [rest, execute], trace: rest };
        const reply = await deliver(body, byServer ? { key: secretKey } : {});
        expect([200, 400]).toContain(reply.statusCode);
        const text = JSON.stringify(house.received);
        // PostgreSQL keeps neither.
        expect(/\p{Surrogate}/u.test(text) || text.includes('\\u0000')).toBe(false);
        for (const { id, source } of house.received) expect(Buffer.byteLength(id + source)).toBeLessThan(2000);
      }),
      { numRuns: Number(process.env['BECKON_FUZZ'] ?? 300) },
    );
  });
});
