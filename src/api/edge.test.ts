import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { demoStream, fakeHouse, fakeProfile, startedAt, type FakeHouse } from '../../test/support/house.ts';
import { BeckonError } from '../base/index.ts';
import { decodeIdentity } from './edge-identity.ts';
import { errors } from './error.ts';
import { buildServer } from './server.ts';

const ecid = '68187600317341425678987023915110697186';
const captured = 'CiY2ODE4NzYwMDMxNzM0MTQyNTY3ODk4NzAyMzkxNTExMDY5NzE4NlIOCLrHntGgNBgBKgNPUjLwAbrHntGgNA==';
const identityCookie = 'kndctr_DEMO_AdobeOrg_identity';
const consentCookie = 'kndctr_DEMO_AdobeOrg_consent';
const origin = 'http://localhost:8080';

let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

interface Sent {
  action?: string;
  body?: unknown;
  headers?: Record<string, string>;
  query?: string;
  region?: string;
}

/** Sends as alloy does: JSON as text/plain, from a page on localhost. */
function send({
  action = 'interact',
  body = {},
  headers = {},
  query = 'configId=demo&requestId=r1',
  region = '',
}: Sent) {
  return app.inject({
    method: 'POST',
    url: `/ee/${region}v1/${action}?${query}`,
    headers: {
      host: 'localhost:8080',
      'content-type': 'text/plain; charset=UTF-8',
      origin,
      referer: `${origin}/page.html`,
      ...headers,
    },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const state = (entries?: { key: string; value: string }[]) => ({
  queueTimeMillis: 41,
  state: { domain: '', cookiesEnabled: true, ...(entries ? { entries } : {}) },
});
const fetchEcid = { identity: { fetch: ['ECID'] } };
const knownVisitor = state([{ key: identityCookie, value: captured }]);

const pageView = {
  events: [
    {
      xdm: {
        eventType: 'web.webpagedetails.pageViews',
        web: { webPageDetails: { URL: `${origin}/page.html`, name: 'home', pageViews: { value: 1 } } },
        placeContext: { ianaTimezone: 'UTC' },
        timestamp: '2026-11-23T20:44:59.652Z',
      },
      query: { personalization: { schemas: [], decisionScopes: ['__view__'], surfaces: [] } },
    },
  ],
  query: fetchEcid,
  meta: state(),
};

const commerce = (measure: string, meta: object = knownVisitor, more: object = {}) => ({
  events: [
    {
      xdm: {
        eventType: `commerce.${measure}`,
        commerce: { [measure]: { value: 1 }, ...more },
        productListItems: [{ SKU: 'SKU-1', name: 'Blue shoe', quantity: 1, priceTotal: 49.5, currencyCode: 'EUR' }],
      },
    },
  ],
  query: fetchEcid,
  meta,
});

interface Answer {
  requestId: string;
  handle: {
    type: string;
    payload: { key?: string; value?: string; id?: string; attrs?: object }[];
    eventIndex?: number;
  }[];
}
const handleOf = (answer: Answer, type: string) => answer.handle.find((handle) => handle.type === type);
const stored = (answer: Answer, key: string) =>
  handleOf(answer, 'state:store')?.payload.find((entry) => entry.key === key)?.value;

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

describe('consent', () => {
  const say = (consent: object, meta: object = knownVisitor) =>
    send({
      action: 'privacy/set-consent',
      body: { consent: [consent], query: fetchEcid, meta, identityMap: { Email: [{ id: 'jane@example.com' }] } },
    });
  const adobe1 = (general: string) => ({ standard: 'Adobe', version: '1.0', value: { general } });

  it('answers with identity and consent cookie, so that the page goes on (capture 05)', async () => {
    for (const general of ['in', 'out']) {
      const answer = (await say(adobe1(general), state())).json<Answer>();
      expect(stored(answer, consentCookie)).toBe(`general=${general}`);
      expect(stored(answer, identityCookie)).toBeDefined();
    }
  });

  it('keeps only the consent, not who the browser claims to be', async () => {
    await say(adobe1('out'));
    expect(house.received).toEqual([
      expect.objectContaining({
        types: ['profile.consent'],
        level: 0,
        consent: { collect: 'out' },
        identities: [{ namespace: 'ecid', id: ecid }],
      }),
    ]);
    expect(JSON.stringify(house.received)).not.toContain('jane');
  });

  it('reads Adobe 2.0 and IAB TCF 2.0, and never takes consent to mail from a browser', async () => {
    const value = { collect: { val: 'y' }, personalize: { content: { val: 'n' } }, marketing: { email: { val: 'y' } } };
    await say({ standard: 'Adobe', version: '2.0', value });
    expect(house.received[0]!.consent).toEqual({ collect: 'in', personalize: 'out' });
    const tcf = { standard: 'IAB TCF', version: '2.0', gdprApplies: true, value: `C${'A'.repeat(40)}` };
    const answer = (
      await send({
        action: 'privacy/set-consent',
        query: 'configId=demo&requestId=r2',
        body: { consent: [tcf], meta: knownVisitor },
      })
    ).json<Answer>();
    expect(stored(answer, consentCookie)).toBe('general=out');
  });

  it('refuses with Adobe’s codes', async () => {
    const codes = [];
    for (const consent of [
      { standard: 'X', version: '9', value: {} },
      { standard: 'Adobe', version: '1.0' },
      adobe1('maybe'),
    ]) {
      const reply = await say(consent);
      codes.push([reply.statusCode, reply.json<{ type: string }>().type.split('/').at(-1)]);
    }
    expect(codes).toEqual([
      [400, 'EXEG-0102-400'],
      [400, 'EXEG-0103-400'],
      [422, 'EXEG-0104-422'],
    ]);
    expect(house.received).toEqual([]);
  });

  it('out is honoured later: nothing is stored and the page is told', async () => {
    house.known.set(
      `ecid:${ecid}`,
      fakeProfile('p1', { consent: { collect: { state: 'out', at: 1, source: 'edge:demo' } } }),
    );
    const answer = (await send({ body: commerce('productViews') })).json<Answer>();
    expect(stored(answer, consentCookie)).toBe('general=out');
    const entries = [{ key: consentCookie, value: 'general=out' }];
    await send({ body: commerce('productViews', state(entries)) });
    await send({ action: 'collect', body: commerce('productViews') });
    expect(house.received).toEqual([]);
  });
});

describe('headers and errors', () => {
  it('echo the origin with credentials on success, on errors and on preflight (edge trap 7)', async () => {
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: '/ee/or2/v1/interact?configId=demo',
      headers: { origin },
    });
    expect(preflight.statusCode).toBe(204);
    const broken = await send({ body: '{' });
    const fine = await send({ body: pageView, headers: { origin: 'null' } });
    for (const [reply, from] of [
      [preflight, origin],
      [broken, origin],
      [fine, 'null'],
    ] as const) {
      expect(reply.headers['access-control-allow-origin']).toBe(from);
      expect(reply.headers['access-control-allow-credentials']).toBe('true');
      expect(reply.headers['access-control-expose-headers']).toContain('Retry-After');
      expect(reply.headers['vary']).toBe('Origin');
    }
  });

  it('name an unknown datastream as Adobe does, and know one with an environment', async () => {
    const reply = await send({ body: pageView, query: 'configId=nobody&requestId=r1' });
    expect(reply.statusCode).toBe(400);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect(reply.json()).toMatchObject({
      type: 'https://ns.adobe.com/aep/errors/EXEG-0003-400',
      report: { requestId: 'r1', configId: 'nobody' },
    });
    expect((await send({ body: pageView, query: 'configId=demo:dev&requestId=r1' })).statusCode).toBe(200);
  });

  it('refuse a foreign origin before anything is kept', async () => {
    await house.events.putDatastream({ ...demoStream, allowedOrigins: ['https://shop.example'] });
    const reply = await send({ body: pageView });
    expect(reply.statusCode).toBe(403);
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    expect(house.received).toEqual([]);
    expect((await send({ body: pageView, headers: { origin: 'https://shop.example' } })).statusCode).toBe(200);
  });

  it('keep a retried request once (edge trap 12)', async () => {
    await send({ body: commerce('purchases') });
    await send({ body: commerce('purchases') });
    expect(house.received).toHaveLength(1);
  });

  it('say overload so that alloy tries again (capture 09)', async () => {
    Object.assign(house.events, { waiting: 30_000 });
    const busy = await send({ body: pageView });
    expect([busy.statusCode, Number(busy.headers['retry-after']) >= 1]).toEqual([503, true]);
    Object.assign(house.events, { waiting: 0 });
    house.events.receive = async () => {
      throw new BeckonError(errors.API_BUSY, 'no disk', { retryAfter: 3 });
    };
    const full = await send({ body: pageView });
    expect(full.statusCode).toBe(503);
    expect(Number(full.headers['retry-after'])).toBeGreaterThanOrEqual(3);
    expect(full.headers['access-control-allow-origin']).toBe(origin);
  });

  it('refuse deep, poisoned and oversized bodies with 400 and 413 (trust rows 80–82)', async () => {
    const deep = await send({ body: '{"events":'.padEnd(100_000, '[') });
    const poisoned = await send({ body: '{"events":[{"xdm":{"__proto__":{"admin":true}}}]}' });
    const large = await send({ body: JSON.stringify({ x: 'y'.repeat(1024 * 1024) }) });
    const event = { data: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, 'z'.repeat(20_000)])) };
    const largeEvent = await send({ body: { events: [event] } });
    expect([deep, poisoned, large, largeEvent].map(({ statusCode }) => statusCode)).toEqual([400, 400, 413, 413]);
    expect(large.headers['access-control-allow-origin']).toBe(origin);
    expect(house.received).toEqual([]);
  });

  it('never redirect, and answer 404 with a problem for doors that are not there', async () => {
    expect((await send({ body: pageView, action: 'interact/', query: 'configId=demo&requestId=r1' })).statusCode).toBe(
      200,
    );
    const media = await app.inject({
      method: 'POST',
      url: '/ee/va/v1/sessionstart',
      headers: { origin },
      payload: '{}',
    });
    expect(media.statusCode).toBe(404);
    expect(media.headers['content-type']).toContain('application/problem+json');
  });

  it('keep what a machine sends, marked (trust row 85)', async () => {
    await send({ body: pageView, headers: { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' } });
    expect(house.received[0]!.bot).toBe(true);
  });
});
