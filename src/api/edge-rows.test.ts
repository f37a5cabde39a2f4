import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  captured,
  commerce,
  ecid,
  fetchEcid,
  handleOf,
  identityCookie,
  knownVisitor,
  origin,
  pageView,
  sendTo,
  state,
  stored,
  type Answer,
  type Sent,
} from '../../test/support/alloy.ts';
import { demoStream, fakeHouse, startedAt, type FakeHouse } from '../../test/support/house.ts';
import { sha256 } from '../base/index.ts';
import { decodeIdentity } from './edge-identity.ts';
import { buildServer } from './server.ts';

/** Rows of edge-protocol.md, section by section, that other suites do not name. */
let house: FakeHouse;
let app: FastifyInstance;
let requests = 0;

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

const send = (sent: Sent) => sendTo(app, { query: `configId=demo&requestId=r${++requests}`, ...sent });
const uuid = '0f1e2d3c-1111-4222-8333-444455556666';
const xdmOf = async (xdm: object, more: object = {}) => {
  await send({ body: { events: [{ xdm, ...more }], meta: knownVisitor } });
  return house.received.at(-1)!;
};
const asked = (answer: Answer) => handleOf(answer, 'identity:result')!.payload[0]!.id!;

describe('§2 endpoints', () => {
  it.each(['', 'or2/', 'va6/', 'irl1/', 'weird/', 't35/'])('region "%s" is a door like any other', async (region) => {
    for (const action of ['interact', 'collect', 'identity/acquire']) {
      const reply = await send({ action, region, body: { ...pageView, meta: knownVisitor } });
      expect(reply.statusCode).toBe(action === 'collect' ? 204 : 200);
    }
  });

  it.each([
    ['an environment behind the datastream', 'configId=demo:dev&requestId=r1'],
    ['a validation token of Adobe’s debugger', 'configId=demo&requestId=r1&adobeAepValidationToken=a%7Cb'],
    ['no request id', 'configId=demo'],
    ['a request id that is none', 'configId=demo&requestId=%00%3Cx%3E'],
  ])('the query may have %s', async (_what, query) => {
    expect((await send({ query, body: pageView })).statusCode).toBe(200);
    expect(house.received).toHaveLength(1);
  });

  it('overrides and the original datastream in meta cost nothing', async () => {
    const meta = {
      ...state(),
      configOverrides: { com_adobe_target: {} },
      sdkConfig: { datastream: { original: 'x' } },
      target: { migration: true },
    };
    expect((await send({ body: { ...pageView, meta } })).statusCode).toBe(200);
  });

  it('every 200 is JSON with a list of handles, every collect an empty 204 (trap 6)', async () => {
    for (const action of ['interact', 'identity/acquire']) {
      for (const body of [{}, { events: [] }, pageView, { query: {} }]) {
        const reply = await send({ action, body });
        expect([reply.statusCode, Array.isArray(reply.json<Answer>().handle)]).toEqual([200, true]);
      }
    }
    for (const body of [{}, { events: [] }, pageView]) {
      const reply = await send({ action: 'collect', body });
      expect([reply.statusCode, reply.body]).toEqual([204, '']);
    }
  });

  it('a body of a megabyte in many events is taken; alloy’s own limit is 64 KB', async () => {
    const event = {
      xdm: {},
      data: Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`k${i}`, 'x'.repeat(25_000)])),
    };
    const reply = await send({
      action: 'collect',
      body: { events: [event, event, event, event, event], meta: knownVisitor },
    });
    expect(reply.statusCode).toBe(204);
    expect(house.received).toHaveLength(5);
  });

  it('answers carry every header, on success, on 204, on errors and on preflight', async () => {
    const first = `r${requests + 1}`;
    const replies = [
      await send({ body: pageView }),
      await send({ action: 'collect', body: pageView }),
      await send({ body: '{' }),
      await send({ query: 'configId=nobody', body: pageView }),
      await send({ action: 'nothing', body: pageView }),
      await app.inject({ method: 'OPTIONS', url: '/ee/v1/collect', headers: { origin } }),
    ];
    for (const { headers } of replies) {
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'Retry-After, X-Adobe-Edge, X-Request-ID',
        vary: 'Origin',
        'cache-control': 'no-cache, no-store, max-age=0, no-transform, private',
        'x-adobe-edge': expect.stringMatching(/^[A-Za-z0-9]+;\d+$/),
        'x-request-id': expect.stringMatching(/./),
      });
    }
    expect(replies[0]!.headers['x-request-id']).toBe(first);
  });
});

describe('§3 the request', () => {
  it('any content type is read as JSON, and a body without one (trap 5)', async () => {
    for (const type of ['text/plain; charset=UTF-8', 'text/plain;charset=utf-8', 'application/json', 'x/y']) {
      expect((await send({ body: pageView, headers: { 'content-type': type } })).statusCode).toBe(200);
    }
    expect(house.received).toHaveLength(4);
  });

  it('n events are kept in their order, each under its place', async () => {
    const events = ['a', 'b', 'c'].map((name) => ({ xdm: { eventType: name } }));
    await send({ query: 'configId=demo&requestId=many', body: { events, meta: knownVisitor } });
    expect(house.received.map(({ id, types }) => [id, types[0]])).toEqual([
      ['many:0', 'a'],
      ['many:1', 'b'],
      ['many:2', 'c'],
    ]);
  });

  it.each([
    [0, 0],
    [41, 41],
    [300_000, 300_000],
    [9e9, 300_000],
    [-5, 0],
    ['1000', 1000],
    ['soon', 0],
  ])(
    'queueTimeMillis %s is an age of %i ms; the page’s own clock is not believed (trust row 73)',
    async (queueTimeMillis, age) => {
      const xdm = { timestamp: '2099-01-01T00:00:00Z' };
      await send({ body: { events: [{ xdm }], meta: { queueTimeMillis } } });
      expect(house.received[0]!.happenedAt).toBe(startedAt - age);
    },
  );

  it('CORE beside ECID is answered with the ECID alone, and with a warning (trap 2)', async () => {
    const answer = (await send({ body: { ...pageView, query: { identity: { fetch: ['ECID', 'CORE'] } } } })).json<
      Answer & { warnings: { title: string }[] }
    >();
    expect(handleOf(answer, 'identity:result')!.payload).toHaveLength(1);
    expect(answer.warnings.map(({ title }) => title)).toEqual(['thirdPartyCookiesEnabled is not false']);
  });

  it('identity is told only to who asks, and its cookie is refreshed for all', async () => {
    const answer = (await send({ body: { events: [], meta: knownVisitor } })).json<Answer>();
    expect(handleOf(answer, 'identity:result')).toBeUndefined();
    expect(decodeIdentity(stored(answer, identityCookie)!)!.ecid).toBe(ecid);
  });
});

describe('§5 cookies', () => {
  it('are named by the organisation, live as long as Adobe’s, and can be read by the page', async () => {
    const consent = { consent: [{ standard: 'Adobe', version: '1.0', value: { general: 'in' } }], meta: state() };
    const answer = (await send({ action: 'privacy/set-consent', body: consent })).json<Answer>();
    expect(handleOf(answer, 'state:store')!.payload).toMatchObject([
      { key: 'kndctr_DEMO_AdobeOrg_identity', value: expect.stringMatching(/^CiY/), maxAge: 34_128_000 },
      { key: 'kndctr_DEMO_AdobeOrg_consent', value: 'general=in', maxAge: 15_552_000 },
    ]);
    const firstParty = { ...pageView, meta: { state: { domain: 'shop.test', cookiesEnabled: true } } };
    const reply = await send({ body: firstParty, headers: { host: 'edge.shop.test' } });
    expect(String(reply.headers['set-cookie'])).not.toMatch(/HttpOnly/i);
  });

  it.each([
    ['padding', `${captured}`],
    ['no padding', captured.replace(/=+$/, '')],
    ['%3D', captured.replaceAll('=', '%3D')],
    ['url-safe letters', captured.replaceAll('+', '-').replaceAll('/', '_')],
  ])('an identity value with %s is read', async (_what, value) => {
    const answer = (
      await send({ body: { ...pageView, meta: state([{ key: identityCookie, value }]) } })
    ).json<Answer>();
    expect(asked(answer)).toBe(ecid);
  });

  it('of an organisation that nobody set are found by the request’s own names', async () => {
    await house.events.putDatastream({ ...demoStream, orgId: null });
    const other = 'kndctr_ABC123_AdobeOrg_identity';
    const answer = (
      await send({ body: { ...pageView, meta: state([{ key: other, value: captured }]) } })
    ).json<Answer>();
    expect([asked(answer), stored(answer, other) !== undefined]).toEqual([ecid, true]);
    const legacy = (
      await send({ body: pageView, headers: { cookie: `AMCV_XYZ%40AdobeOrg=MCMID|${ecid}` } })
    ).json<Answer>();
    expect([asked(legacy), stored(legacy, 'kndctr_XYZ_AdobeOrg_identity') !== undefined]).toEqual([ecid, true]);
    expect(stored((await send({ body: pageView })).json<Answer>(), 'kndctr_BECKON_AdobeOrg_identity')).toBeDefined();
  });

  it('go through the page when it is plain and the edge is not, and it is told why that loses visitors', async () => {
    house = fakeHouse({ trustProxy: true });
    app = await buildServer(house);
    const meta = { state: { domain: 'shop.test', cookiesEnabled: true } };
    const headers = { host: 'edge.shop.test', 'x-forwarded-proto': 'https', referer: 'http://shop.test/' };
    const reply = await send({ body: { ...pageView, meta }, headers });
    expect(reply.headers['set-cookie']).toBeUndefined();
    const answer = reply.json<Answer & { warnings: { title: string }[] }>();
    expect(handleOf(answer, 'state:store')!.payload[0]!.attrs).toBeUndefined();
    expect(answer.warnings[0]!.title).toBe('A plain http page before an https edge');
  });

  it('are Secure by X-Forwarded-Proto only when a proxy is trusted (§14)', async () => {
    const headers = { host: 'edge.shop.test', 'x-forwarded-proto': 'https', referer: 'https://shop.test/' };
    const reply = await send({
      body: { ...pageView, meta: { state: { domain: 'shop.test', cookiesEnabled: true } } },
      headers,
    });
    expect(String(reply.headers['set-cookie'])).not.toContain('Secure');
  });

  it('are never set for a whole top-level domain', async () => {
    const meta = { state: { domain: 'test', cookiesEnabled: true } };
    expect(
      (await send({ body: { ...pageView, meta }, headers: { host: 'edge.shop.test' } })).headers['set-cookie'],
    ).toBeUndefined();
  });
});

describe('§6 identity', () => {
  it('an event’s own ECID goes before the request’s, the cookie’s and the FPID; an ECID always beats an FPID', async () => {
    const [own, request] = ['1'.repeat(38), '2'.repeat(38)];
    const fpid = { FPID: [{ id: uuid }] };
    const both = {
      events: [{ xdm: { identityMap: { ECID: [{ id: own }], ...fpid } } }],
      xdm: { identityMap: { ECID: [{ id: request }] } },
      query: fetchEcid,
      meta: knownVisitor,
    };
    expect(asked((await send({ body: both })).json<Answer>())).toBe(own);
    const shared = { ...both, events: [{ xdm: { identityMap: fpid } }] };
    expect(asked((await send({ body: shared })).json<Answer>())).toBe(request);
    expect(asked((await send({ body: { ...shared, xdm: {} } })).json<Answer>())).toBe(ecid);
    expect(house.received.map(({ visitor }) => visitor)).toEqual([own, request, ecid].map((one) => `ecid:${one}`));
  });

  it('an FPID of the datastream’s cookie gives the same ECID each time, another version none', async () => {
    const by = async (device: string) =>
      asked((await send({ body: pageView, headers: { cookie: `FPID=${device}` } })).json<Answer>());
    expect(await by(uuid)).toBe(await by(uuid.toUpperCase()));
    const version1 = '0f1e2d3c-1111-1222-8333-444455556666';
    expect(await by(version1)).not.toBe(await by(version1));
  });

  it('a retry of a first request finds the same visitor; a request id that is no random one does not (trap 12)', async () => {
    const by = async (requestId: string) =>
      asked((await send({ query: `configId=demo&requestId=${requestId}`, body: pageView })).json<Answer>());
    expect(await by(uuid)).toBe(await by(uuid));
    expect(await by('1')).not.toBe(await by('1'));
    expect(house.received.filter(({ id }) => id === `${uuid}:0`)).toHaveLength(1);
  });

  it.each([
    ['no list', { Email: 'a@example.com' }],
    ['no text', { Email: [{ id: 5.5 }, { id: {} }, {}, null, 'x'] }],
    ['a state that is none', { Email: [{ id: ['a'], authenticatedState: 'sure' }] }],
    ['an ECID that is none', { ECID: [{ id: '123' }] }],
    ['a map that is none', 'Email'],
  ])('a map with %s is passed over, because onBeforeEventSend may write anything', async (_what, identityMap) => {
    const event = await xdmOf({ identityMap });
    expect([event.visitor, event.claims]).toEqual([`ecid:${ecid}`, undefined]);
  });

  it('claims: any case of a namespace, e-mail as the hash that both forms meet in, logged out is no claim', async () => {
    const hash = sha256('jane@example.com');
    for (const [namespace, id] of [
      ['Email', ' Jane@Example.com'],
      ['EMAIL', 'jane@example.com'],
      ['Email_LC_SHA256', hash],
    ] as const) {
      const event = await xdmOf({
        identityMap: { [namespace]: [{ id, authenticatedState: 'authenticated', primary: true }] },
      });
      expect([event.claims, event.level]).toEqual([[{ namespace: 'email_lc_sha256', id: hash }], 1]);
    }
    const out = await xdmOf({ identityMap: { Email: [{ id: 'a@example.com', authenticatedState: 'loggedOut' }] } });
    expect([out.claims, out.level]).toEqual([undefined, 0]);
  });

  it('a map of the request counts for each of its events, once', async () => {
    const identityMap = { CRM: [{ id: '7' }] };
    await send({
      body: { events: [{ xdm: { identityMap } }, { xdm: {} }], xdm: { identityMap }, identityMap, meta: knownVisitor },
    });
    expect(house.received.map(({ claims }) => claims)).toEqual([
      [{ namespace: 'crm', id: '7' }],
      [{ namespace: 'crm', id: '7' }],
    ]);
  });
});

describe('§9 the words of shops', () => {
  it.each([
    ['purchases', 'commerce.purchases'],
    ['checkouts', 'commerce.checkouts'],
    ['productListRemovals', 'commerce.productListRemovals'],
    ['productListAdds', 'commerce.productListAdds'],
    ['productListReopens', 'commerce.productListReopens'],
    ['productListOpens', 'commerce.productListOpens'],
    ['productViews', 'commerce.productViews'],
    ['productListViews', 'commerce.productListViews'],
    ['saveForLaters', 'commerce.saveForLaters'],
    ['cartAbandons', 'commerce.cartAbandons'],
    ['inStorePurchase', 'commerce.inStorePurchase'],
    ['quickView', 'commerce.quickView'],
    ['productCompare', 'commerce.productCompare'],
    ['backofficeOrderCancelled', 'commerce.backofficeOrderCancelled'],
  ])('the measure %s is known without an event type, also as text; zero denies it', async (measure, type) => {
    expect((await xdmOf({ commerce: { [measure]: { value: '1' } } })).types).toEqual([type]);
    expect((await xdmOf({ eventType: type, commerce: { [measure]: { value: 0 } } })).types).toEqual(['web.other']);
  });

  it.each(['web.formFilledOut', 'advertising.clicks', 'media.play', 'myshop.spunTheWheel'])(
    'the type %s of the shop’s own is kept',
    async (eventType) => {
      expect((await xdmOf({ eventType })).types).toEqual([eventType]);
    },
  );

  it.each([
    'profile.signedOut',
    'profile.asserted',
    'message.clicked',
    'visit.ended',
    'cart.changed',
    'audience.left',
    'ordered',
    'refunded',
  ])('a page that says %s, as only we do, does not steer by it (trust row 77)', async (eventType) => {
    expect((await xdmOf({ eventType })).types).toEqual([`shop.${eventType}`]);
  });

  it('language by the event’s word or the request’s, and nothing that is none', async () => {
    const of = async (header: string, acceptLanguage?: unknown) => {
      const xdm = { environment: { browserDetails: { acceptLanguage } } };
      await send({ body: { events: [{ xdm }], meta: knownVisitor }, headers: { 'accept-language': header } });
      return house.received.at(-1)!.language;
    };
    expect(await of('sv-SE,sv;q=0.9,en;q=0.8')).toBe('sv-SE');
    expect(await of('sv', 'de-at')).toBe('de-AT');
    for (const none of ['*', '', 'x'.repeat(40), 'en_US', '<b>']) expect(await of(none)).toBeUndefined();
  });

  it('Target’s user.categoryId is what the visitor likes (§10, recommendations BEH-6)', async () => {
    const event = await xdmOf({}, { data: { __adobe: { target: { 'user.categoryId': 'coats, watches,coats' } } } });
    expect(event.categories).toEqual(['coats', 'watches']);
  });

  it('what a page says of an item, in Target’s words or the product’s, is told where somebody listens (recommendations CAT-11)', async () => {
    const told: object[] = [];
    house.pageItems = { isOn: true, tell: (id, said) => (told.push({ id, ...said }), null) };
    const target = { 'entity.id': 'coat', 'entity.name': 'Coat', 'entity.categoryId': 'a,b', 'entity.brand': 'Nord' };
    await xdmOf({}, { data: { __adobe: { target } } });
    const line = {
      SKU: 'hat',
      name: 'Hat',
      priceTotal: 30,
      quantity: 2,
      currencyCode: 'EUR',
      productImageUrl: '/h.png',
    };
    await xdmOf({ commerce: { productViews: { value: 1 } }, productListItems: [line] });
    await xdmOf({ commerce: { productListAdds: { value: 1 } }, productListItems: [line] });
    expect(told).toEqual([
      { id: 'coat', name: 'Coat', categoryId: 'a,b', brand: 'Nord' },
      { id: 'hat', name: 'Hat', value: 15, currency: 'EUR', thumbnailUrl: '/h.png' },
    ]);
  });

  it('fields that nobody knows never cost an event, and a tenant’s own are kept', async () => {
    const event = await xdmOf({ eventType: 'x', made: { up: [1] }, _tenant: { size: 'L' } });
    expect(event.data).toMatchObject({ _tenant: { size: 'L' } });
  });

  it('a line’s priceTotal is of the whole line, numbers come as text', async () => {
    const line = { SKU: 'a', quantity: '2', priceTotal: '20.50', currencyCode: 'eur' };
    expect((await xdmOf({ ...commerce('productListAdds').events[0]!.xdm, productListItems: [line] })).items).toEqual([
      { id: 'a', quantity: 2, priceMinor: 1025, currency: 'EUR' },
    ]);
  });
});

describe('§11 errors', () => {
  it('are problems with a report, and 503 says when to come back', async () => {
    Object.assign(house.events, { waiting: 30_000 });
    for (const action of ['interact', 'collect', 'privacy/set-consent']) {
      const consent = [{ standard: 'Adobe', version: '1.0', value: { general: 'in' } }];
      const reply = await send({ action, body: { ...pageView, consent } });
      expect(reply.statusCode).toBe(503);
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
      expect(reply.headers['content-type']).toContain('application/problem+json');
      expect(reply.json()).toMatchObject({
        status: 503,
        title: expect.any(String),
        detail: expect.any(String),
        report: { requestId: `r${requests}`, configId: 'demo' },
      });
    }
  });

  it('what we do not serve is 404 with a problem: media, streaming, other verbs (§12)', async () => {
    for (const url of ['/ee/va/v1/sessionstart', '/ee/v1/media', '/ee/v3/interact', '/ee/v1/interact/more']) {
      const reply = await app.inject({ method: 'POST', url, headers: { origin }, payload: '{}' });
      expect([url, reply.statusCode]).toEqual([url, 404]);
    }
    expect((await app.inject({ method: 'GET', url: '/ee/v1/interact?configId=demo' })).statusCode).toBe(404);
  });
});
