import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ecid,
  captured,
  identityCookie,
  origin,
  state,
  fetchEcid,
  knownVisitor,
  pageView,
  commerce,
  handleOf,
  stored,
  sendTo,
  type Answer,
  type Sent,
} from '../../test/support/alloy.ts';
import { fakeHouse, fakeProfile, startedAt, type FakeHouse } from '../../test/support/house.ts';
import { decodeIdentity } from './edge-identity.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

const send = (sent: Sent) => sendTo(app, sent);

describe('interact', () => {
  it('answers a first visit with an identity, its cookie and a decisions handle (capture 01)', async () => {
    const reply = await send({ body: pageView });
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['content-type']).toBe('application/json;charset=utf-8');
    const answer = reply.json<Answer>();
    expect(answer.requestId).toBe('r1');
    const made = handleOf(answer, 'identity:result')!.payload[0]!.id!;
    expect(made).toMatch(/^\d{38}$/);
    expect(decodeIdentity(stored(answer, identityCookie)!)?.ecid).toBe(made);
    expect(handleOf(answer, 'personalization:decisions')).toEqual({
      type: 'personalization:decisions',
      payload: [],
      eventIndex: 0,
    });
    expect(house.received).toMatchObject([
      {
        id: 'r1:0',
        source: 'edge:demo',
        level: 0,
        visitor: `ecid:${made}`,
        happenedAt: startedAt - 41,
        receivedAt: startedAt,
      },
    ]);
  });

  it('never answers with pixels, id syncs or a location (edge-protocol §14)', async () => {
    const { handle } = (await send({ body: pageView })).json<Answer>();
    expect(handle.map(({ type }) => type).sort()).toEqual([
      'identity:result',
      'personalization:decisions',
      'state:store',
    ]);
  });

  it('keeps adds, removals, checkouts and purchases of a returning visitor, with or without a region (capture 03)', async () => {
    const order = { order: { purchaseID: 'ORD-1', priceTotal: 49.5, currencyCode: 'EUR' } };
    const measures = ['productViews', 'productListAdds', 'productListRemovals', 'checkouts', 'purchases'];
    for (const [index, measure] of measures.entries()) {
      const body = commerce(measure, knownVisitor, measure === 'purchases' ? order : {});
      const reply = await send({ body, query: `configId=demo&requestId=r${index}`, region: index % 2 ? 'or2/' : '' });
      expect(handleOf(reply.json(), 'identity:result')!.payload[0]!.id).toBe(ecid);
    }
    expect(house.received.map(({ types }) => types[0])).toEqual(measures.map((measure) => `commerce.${measure}`));
    expect(house.received.every(({ visitor }) => visitor === `ecid:${ecid}`)).toBe(true);
    expect(house.received[4]!.order).toEqual({ id: 'ORD-1', totalMinor: 4950, currency: 'EUR' });
  });

  it('takes display notices and proposition fetches (captures 02, 06, 07)', async () => {
    const decisioning = { propositionEventType: { display: 1 }, propositions: [{ id: 'p', scope: 's' }] };
    await send({
      body: {
        events: [{ xdm: { eventType: 'decisioning.propositionDisplay', _experience: { decisioning } } }],
        meta: state(),
      },
    });
    expect(house.received[0]!.types).toEqual(['decisioning.propositionDisplay']);
  });

  it('answers a criterion asked for as a scope, to the visitor’s own device only (trust row 75)', async () => {
    house.known.set(`ecid:${ecid}`, fakeProfile('p1', { viewed: [{ item: 'watch-1', at: 1 }] }));
    const event = {
      xdm: { identityMap: { Email: [{ id: 'victim@example.com', authenticatedState: 'authenticated' }] } },
      query: { personalization: { decisionScopes: ['recommend:recently-viewed', 'home'] } },
      data: { __adobe: { target: { cartIds: 'a,b', excludedIds: 'c' } } },
    };
    const answer = (await send({ body: { events: [event], meta: knownVisitor } })).json<Answer>();
    const { payload } = handleOf(answer, 'personalization:decisions')!;
    expect(payload).toMatchObject([
      {
        scope: 'recommend:recently-viewed',
        items: [{ data: { format: 'application/json', content: { status: 'ok' } } }],
      },
    ]);
    expect(house.asked).toMatchObject([
      { request: { criterion: 'recently-viewed', cart: ['a', 'b'], excludedIds: ['c'] }, person: { profileId: 'p1' } },
    ]);
  });

  it('keeps the event and answers without decisions when the recommender fails (edge-protocol §11)', async () => {
    house.recommend.answer = () => {
      throw new Error('no memory');
    };
    const event = { xdm: {}, query: { personalization: { decisionScopes: ['popular'] } } };
    const reply = await send({ body: { events: [event], meta: state() } });
    expect(reply.statusCode).toBe(200);
    expect(handleOf(reply.json(), 'personalization:decisions')!.payload).toEqual([]);
    expect(house.received).toHaveLength(1);
  });
});

describe('collect', () => {
  it('answers a beacon with 204 and no body, and keeps a link click (capture 10, edge trap 6)', async () => {
    const event = {
      xdm: { eventType: 'web.webinteraction.linkClicks', web: { webInteraction: { linkClicks: { value: 1 } } } },
    };
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'sec-fetch-mode': 'no-cors' };
    const reply = await send({ action: 'collect', headers, body: { events: [event], meta: knownVisitor } });
    expect([reply.statusCode, reply.body]).toEqual([204, '']);
    expect(reply.headers['access-control-allow-origin']).toBe(origin);
    expect(house.received[0]!.types).toEqual(['web.webinteraction.linkClicks']);
  });
});

describe('identity', () => {
  it('is acquired without an event (capture 04)', async () => {
    const answer = (
      await send({ action: 'identity/acquire', body: { query: fetchEcid, meta: state() } })
    ).json<Answer>();
    expect(handleOf(answer, 'identity:result')!.payload[0]!.id).toMatch(/^\d{38}$/);
    expect(house.received).toEqual([]);
  });

  it('is read from a request-level map, the entries and the cookie (edge traps 9, 10, 11)', async () => {
    const asked = { query: fetchEcid };
    const bodies = [
      { body: { ...asked, xdm: { identityMap: { ECID: [{ id: ecid }] } }, meta: state() } },
      { body: { ...asked, identityMap: { ECID: [{ id: ecid }] }, meta: state() } },
      { body: { ...asked, meta: knownVisitor } },
      { body: { ...asked, meta: state() }, headers: { cookie: `${identityCookie}=${encodeURIComponent(captured)}` } },
      { body: { ...asked, meta: state() }, headers: { cookie: `AMCV_DEMO%40AdobeOrg=MCMID|${ecid}` } },
    ];
    for (const sent of bodies) {
      const answer = (await send({ action: 'identity/acquire', ...sent })).json<Answer>();
      expect(handleOf(answer, 'identity:result')!.payload[0]!.id).toBe(ecid);
    }
  });

  it('is minted anew and overwritten when the cookie is garbage', async () => {
    const meta = state([{ key: identityCookie, value: 'garbage' }]);
    const answer = (await send({ body: { ...pageView, meta } })).json<Answer>();
    expect(decodeIdentity(stored(answer, identityCookie)!)).not.toBeNull();
  });
});

describe('cookies', () => {
  const firstParty = { ...pageView, meta: { state: { domain: 'shop.test', cookiesEnabled: true } } };

  it('go by Set-Cookie when the edge lies in the page’s domain, and not twice (capture 08)', async () => {
    house = fakeHouse({ trustProxy: true });
    app = await buildServer(house);
    const headers = { host: 'edge.shop.test', 'x-forwarded-proto': 'https', referer: 'https://shop.test/page.html' };
    const reply = await send({ body: firstParty, headers });
    expect(String(reply.headers['set-cookie'])).toMatch(
      /^kndctr_DEMO_AdobeOrg_identity=CiY[^;]+; Max-Age=34128000; Domain=shop\.test; Path=\/; Secure; SameSite=None$/,
    );
    expect(handleOf(reply.json(), 'state:store')).toBeUndefined();
  });

  it('are never Secure on plain http, nor when only one side is https (edge trap 8)', async () => {
    const reply = await send({ body: firstParty, headers: { host: 'edge.shop.test', referer: 'https://shop.test/' } });
    expect(String(reply.headers['set-cookie'])).not.toContain('Secure');
    const other = (await send({ body: pageView })).json<Answer>();
    expect(handleOf(other, 'state:store')!.payload[0]!.attrs).toBeUndefined();
  });

  it('are never written to a domain that is not ours', async () => {
    for (const domain of ['evil.test', 'hop.test', 'test; Secure', 'edge.shop.test.evil']) {
      const meta = { state: { domain, cookiesEnabled: true } };
      const reply = await send({ body: { ...pageView, meta }, headers: { host: 'edge.shop.test' } });
      expect(reply.headers['set-cookie']).toBeUndefined();
      expect(handleOf(reply.json(), 'state:store')).toBeDefined();
    }
  });

  it('are host-only on an address (edge trap 9)', async () => {
    const meta = { state: { domain: '127.0.0.1', cookiesEnabled: true } };
    const reply = await send({ body: { ...pageView, meta }, headers: { host: '127.0.0.1:8080' } });
    expect(String(reply.headers['set-cookie'])).not.toContain('Domain');
  });
});
