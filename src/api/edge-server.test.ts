import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { ecid, handleOf, identityCookie, type Answer } from '../../test/support/alloy.ts';
import {
  fakeHouse,
  fakeProfile,
  publishableKey,
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

const uuid = '0f1e2d3c-1111-4222-8333-444455556666';
const call = (
  action: string,
  body: unknown,
  {
    key = secretKey,
    query = `datastreamId=demo&requestId=${uuid}`,
    headers = {},
  }: { key?: string | null; query?: string; headers?: Record<string, string> } = {},
) =>
  app.inject({
    method: 'POST',
    url: `/ee/v2/${action}?${query}`,
    headers: {
      'content-type': 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    payload: JSON.stringify(body),
  });

const purchase = {
  eventType: 'commerce.purchases',
  timestamp: '2026-11-22T08:00:00Z',
  commerce: { purchases: { value: 1 }, order: { purchaseID: 'O-1', priceTotal: 100, currencyCode: 'EUR' } },
  productListItems: [{ SKU: 'coat-1', quantity: 2, priceTotal: 100 }],
};
const named = { Email: [{ id: 'Ada@Example.com', primary: 'true' }], CRM: [{ id: '42' }] };

describe('/ee/v2 (edge §12)', () => {
  it('answers only to a secret key with the scope for events, never to the browser’s rules', async () => {
    const body = { events: [{ xdm: { ...purchase, identityMap: named } }] };
    const codes = [];
    for (const key of [null, 'sk_wrong', publishableKey]) codes.push((await call('collect', body, { key })).statusCode);
    expect(codes).toEqual([401, 401, 403]);
    expect(house.received).toEqual([]);
    const denied = await call('collect', body, { key: null });
    expect(denied.headers['content-type']).toContain('application/problem+json');
  });

  it('collect keeps what the server asserts at level 3 with its own time, and answers 202', async () => {
    const reply = await call('collect', { events: [{ xdm: { ...purchase, identityMap: named } }] });
    expect([reply.statusCode, reply.json()]).toEqual([202, { requestId: uuid }]);
    expect(house.received).toMatchObject([
      {
        id: `${uuid}:0`,
        source: 'server',
        level: 3,
        visitor: 'email:ada@example.com',
        identities: [
          { namespace: 'email', id: 'ada@example.com' },
          { namespace: 'crm', id: '42' },
        ],
        happenedAt: Date.parse('2026-11-22T08:00:00Z'),
        receivedAt: startedAt,
        order: { id: 'O-1', totalMinor: 10_000, currency: 'EUR' },
      },
    ]);
  });

  it('answers 204 with silent=true, takes dataStreamId and a region, and keeps a repeated event once', async () => {
    const body = { events: [{ xdm: { ...purchase, _id: 'server-1', identityMap: named } }] };
    const silent = await call('collect', body, { query: 'dataStreamId=demo&silent=true' });
    expect([silent.statusCode, silent.body]).toEqual([204, '']);
    const again = await app.inject({
      method: 'POST',
      url: '/ee/or2/v2/collect?dataStreamId=demo',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secretKey}` },
      payload: JSON.stringify(body),
    });
    expect(again.statusCode).toBe(202);
    expect(house.received.map(({ id }) => id)).toEqual(['server-1']);
  });

  it('collect refuses all of a request in which an event names nobody: EXEG-0306-400', async () => {
    const body = {
      events: [
        { xdm: { ...purchase, identityMap: named } },
        { xdm: { ...purchase, identityMap: { CRM: [{ id: '1' }] } } },
      ],
    };
    const reply = await call('collect', body);
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({
      type: 'https://ns.adobe.com/aep/errors/EXEG-0306-400',
      detail: expect.stringContaining('Event 1'),
      report: { requestId: uuid, configId: 'demo' },
    });
    expect(house.received).toEqual([]);
    const unknown = await call('collect', body, { query: 'datastreamId=nope' });
    expect(unknown.json<{ type: string }>().type).toContain('EXEG-0003-400');
  });

  it('leaves out names that are said to be logged out or ambiguous, and profile ids of ours (edge §6)', async () => {
    const identityMap = {
      ECID: [{ id: ecid }],
      Email: [{ id: 'a@example.com', authenticatedState: 'loggedOut' }],
      CRM: [
        { id: '1', authenticatedState: 'ambiguous' },
        { id: '2', authenticatedState: 'authenticated' },
      ],
      Profile: [{ id: 'p1' }],
    };
    await call('collect', { events: [{ xdm: { identityMap } }] });
    expect(house.received[0]!.identities).toEqual([
      { namespace: 'ecid', id: ecid },
      { namespace: 'crm', id: '2' },
    ]);
  });

  it('interact takes one event, answers its scopes to the person named, and hands out a new ECID where nobody is', async () => {
    house.known.set('email:ada@example.com', fakeProfile('p1', { viewed: [{ item: 'watch-1', at: 1 }] }));
    const query = { personalization: { decisionScopes: ['popular'] } };
    const known = await call('interact', { event: { xdm: { identityMap: named }, query } });
    expect(handleOf(known.json<Answer>(), 'personalization:decisions')!.payload).toHaveLength(1);
    expect(house.asked[0]!.person).toMatchObject({ profileId: 'p1' });
    expect(handleOf(known.json<Answer>(), 'state:store')).toBeUndefined();

    const fresh = {
      event: { xdm: { eventType: 'web.webpagedetails.pageViews' } },
      query: { identity: { fetch: ['ECID'] } },
    };
    const [first, again] = [await call('interact', fresh), await call('interact', fresh)].map((one) =>
      one.json<Answer>(),
    );
    const made = handleOf(first!, 'identity:result')!.payload[0]!.id!;
    expect(made).toMatch(/^\d{38}$/);
    expect(handleOf(first!, 'state:store')!.payload[0]!.key).toBe(identityCookie);
    // The same request id, sent again, is the same visitor.
    expect(handleOf(again!, 'identity:result')!.payload[0]!.id).toBe(made);
    expect(house.received.at(-1)).toMatchObject({ visitor: `ecid:${made}`, source: 'edge:demo', level: 3 });
  });

  it('a request without an id gets one, the same in the header and the body', async () => {
    for (const action of ['interact', 'collect']) {
      const event = { xdm: { eventType: 'x', identityMap: named } };
      const body = action === 'interact' ? { event } : { events: [event] };
      const reply = await call(action, body, { query: 'datastreamId=demo' });
      const { requestId } = reply.json<Answer>();
      expect([requestId.length > 0, reply.headers['x-request-id']]).toEqual([true, requestId]);
    }
  });

  it('finds the ECID in the legacy cookie and the state, as a page’s server hands them on', async () => {
    const event = { xdm: { eventType: 'web.webpagedetails.pageViews' } };
    await call('interact', { event }, { headers: { cookie: `AMCV_DEMO%40AdobeOrg=MCMID|${ecid}` } });
    expect(house.received[0]!.visitor).toBe(`ecid:${ecid}`);
  });

  it('keeps nothing of a visitor’s behaviour after a no, and what was bought all the same', async () => {
    const out = { consent: { collect: { state: 'out' as const, at: 1, source: 'edge:demo' } } };
    house.known.set(`ecid:${ecid}`, fakeProfile('p1', out));
    const identityMap = { ECID: [{ id: ecid, primary: true }] };
    await call('collect', {
      events: [{ xdm: { eventType: 'commerce.productViews', identityMap } }, { xdm: { ...purchase, identityMap } }],
    });
    expect(house.received.map(({ types }) => types[0])).toEqual(['commerce.purchases']);
  });

  it('refuses what the edge refuses, with problems, and never 500', async () => {
    for (const body of ['x', [], { events: 1 }, { events: [1] }, { events: Array.from({ length: 101 }, () => ({})) }]) {
      expect((await call('collect', body)).statusCode).toBe(400);
    }
    expect((await call('interact', {})).statusCode).toBe(200);
    expect((await call('collect', {})).statusCode).toBe(202);
  });
});
