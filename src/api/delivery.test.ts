import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeHouse, fakeProfile, publishableKey, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { buildServer } from './server.ts';

const ecid = '68187600317341425678987023915110697186';
let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

function deliver(body: unknown, more: { key?: string; url?: string } = {}) {
  return app.inject({
    method: 'POST',
    url: more.url ?? '/rest/v1/delivery?imsOrgId=DEMO%40AdobeOrg&sessionId=s1',
    headers: { 'content-type': 'application/json', ...(more.key ? { authorization: `Bearer ${more.key}` } : {}) },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const mbox = (name: string, more: object = {}) => ({
  context: { channel: 'web' },
  execute: { mboxes: [{ index: 0, name, ...more }] },
});

interface Answer {
  id: { tntId: string };
  requestId: string;
  client: string;
  edgeHost?: string;
  execute: {
    mboxes: { index: number; name: string; options?: { type: string; content: object; eventToken?: string }[] }[];
  };
  prefetch: Answer['execute'];
  notifications: { id: string }[];
}

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

  it('prefetches with a token and echoes notices, which it keeps (capture 21)', async () => {
    const answer = (
      await deliver({
        requestId: 'r9',
        id: { marketingCloudVisitorId: ecid },
        prefetch: { mboxes: [{ index: 1, name: 'popular' }] },
        notifications: [{ id: 'n1', type: 'click', timestamp: 1, tokens: ['t'], mbox: { name: 'popular' } }],
      })
    ).json<Answer>();
    expect(answer.prefetch.mboxes[0]!.options![0]!.eventToken).toBe('token-1');
    expect(answer.notifications).toEqual([{ id: 'n1' }]);
    expect(house.received).toMatchObject([
      { id: 'r9:notice:n1', types: ['decisioning.propositionInteract'], level: 0 },
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

it('says what is wrong with a malformed request, in Target’s words', async () => {
  for (const [body, url] of [
    ['{', undefined],
    ['[]', undefined],
    [{ execute: { mboxes: 'x' } }, undefined],
    [{}, '/rest/v1/delivery'],
  ] as const) {
    const reply = await deliver(body, url === undefined ? {} : { url });
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ status: 400, message: expect.any(String) });
  }
});
