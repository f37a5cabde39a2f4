import type { FastifyInstance, InjectOptions } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  fakeHouse,
  fakeProfile,
  publishableKey,
  readKey,
  secretKey,
  startedAt,
  type FakeHouse,
} from '../../test/support/house.ts';
import type { Problem } from './contract.ts';
import { buildServer } from './server.ts';

const ecid = '68187600317341425678987023915110697186';
let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

function call(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  more: { body?: unknown; type?: string; key?: string | null } = {},
) {
  const options: InjectOptions = { method, url, headers: {} };
  if (more.key !== null) options.headers = { authorization: `Bearer ${more.key ?? secretKey}` };
  if (more.body !== undefined) {
    options.headers = { ...options.headers, 'content-type': more.type ?? 'application/json' };
    options.payload = typeof more.body === 'string' ? more.body : JSON.stringify(more.body);
  }
  return app.inject(options);
}

describe('profiles', () => {
  it('are asserted at level 3, with consent, and keep the address as it was spelled', async () => {
    const reply = await call('POST', '/v1/profiles', {
      body: {
        identities: { email: 'Ada@Example.com', ECID: ecid },
        attributes: { firstName: 'Ada', timeZone: 'Europe/Stockholm' },
        consent: { 'email-marketing': 'in' },
      },
    });
    expect(reply.json()).toEqual({ kept: 1, repeated: 0, refused: [] });
    expect(house.received).toMatchObject([
      {
        source: 'server',
        types: ['profile.asserted', 'profile.consent'],
        level: 3,
        visitor: `ecid:${ecid}`,
        identities: [
          { namespace: 'email', id: 'ada@example.com' },
          { namespace: 'ecid', id: ecid },
        ],
        attributes: { firstName: 'Ada', timeZone: 'Europe/Stockholm', email: 'Ada@Example.com' },
        consent: { 'email-marketing': 'in' },
      },
    ]);
  });

  it('come as NDJSON too; a bad row costs no other', async () => {
    const rows = [
      '{"identities":{"email":"a@example.com"}}',
      'not json',
      '{"identities":{"email":"nobody"}}',
      '{"identities":{"crm":"7"}}',
    ];
    const report = (await call('POST', '/v1/profiles', { body: rows.join('\n'), type: 'application/x-ndjson' })).json<{
      kept: number;
      refused: { row: number; code: string; why: string }[];
    }>();
    expect(report.kept).toBe(2);
    expect(report.refused.map(({ row, code }) => [row, code])).toEqual([
      [2, 'API_JSON_UNREADABLE'],
      [3, 'API_INPUT_INVALID'],
    ]);
    expect(report.refused[1]!.why).toContain('"nobody" is not an e-mail address');
  });

  it('refuse a single object that is wrong, with the place', async () => {
    const bad = [
      { identities: {} },
      { identities: { ecid: '123' } },
      { identities: { id: 'x' } },
      { identities: { email: 'a@example.com' }, consent: { 'email-marketing': 'maybe' } },
      { identities: { email: 'a@example.com' }, consent: { sms: 'in' } },
      { identities: { email: 'a@example.com' }, attributes: { email: 'b@example.com' } },
      { identities: { email: 'a@example.com' }, attributes: { timeZone: 'Mars/Olympus' } },
      { identities: { email: 'a@example.com\r\nBcc: x@example.com' } },
    ];
    for (const body of bad) {
      const reply = await call('POST', '/v1/profiles', { body });
      expect([reply.statusCode, reply.json<Problem>().code]).toEqual([400, 'API_INPUT_INVALID']);
    }
    expect(house.received).toEqual([]);
  });

  it('are read by any name, and by profile id', async () => {
    const id = '01900000-0000-7000-8000-000000000009';
    house.known.set(
      'email:ada@example.com',
      fakeProfile(id, { cart: { id: 'c', changedAt: 1, lines: [{ item: 'coat-1', quantity: 2, addedAt: 1 }] } }),
    );
    for (const name of ['email:Ada%40example.com', `id:${id}`]) {
      const detail = (await call('GET', `/v1/profiles/${name}`)).json<{ id: string; cart: object }>();
      expect(detail.id).toBe(id);
      expect(detail.cart).toEqual({
        id: 'c',
        lines: [{ item: 'coat-1', name: 'Winter coat', quantity: 2, imageUrl: 'https://shop.example/coat.png' }],
      });
    }
    expect((await call('GET', `/v1/profiles/id:${id}/timeline`)).json()).toMatchObject({
      entries: [{ kind: 'event' }],
    });
    expect((await call('GET', '/v1/profiles/email:nobody@example.com')).statusCode).toBe(404);
    expect((await call('GET', '/v1/profiles/nobody')).statusCode).toBe(400);
  });
});

describe('events', () => {
  const order = {
    id: 'e1',
    at: '2026-11-22T10:00:00Z',
    type: 'commerce.purchases',
    identities: { email: 'ada@example.com' },
    items: [{ id: 'coat-1', quantity: 2, price: 129 }],
    order: { id: 'O-1', total: 258, currency: 'EUR' },
  };

  it('are kept at level 3 with their own time and prices in minor units, each id once', async () => {
    expect((await call('POST', '/v1/events', { body: [order] })).json()).toMatchObject({ kept: 1 });
    expect((await call('POST', '/v1/events', { body: [order] })).json()).toMatchObject({ kept: 0, repeated: 1 });
    expect(house.received).toMatchObject([
      {
        level: 3,
        happenedAt: Date.UTC(2026, 10, 22, 10),
        items: [{ id: 'coat-1', quantity: 2, priceMinor: 12900, currency: 'EUR' }],
        order: { id: 'O-1', totalMinor: 25800, currency: 'EUR' },
      },
    ]);
  });

  it('of a far future are set to now and flagged; of 1970 refused (trust row 73)', async () => {
    await call('POST', '/v1/events', { body: [{ ...order, at: '2099-01-01T00:00:00Z' }] });
    expect(house.received[0]).toMatchObject({ happenedAt: startedAt, data: { statedAt: '2099-01-01T00:00:00Z' } });
    const report = (
      await call('POST', '/v1/events', { body: [{ ...order, id: 'e2', at: '1970-01-01T00:00:00Z' }] })
    ).json<{ refused: unknown[] }>();
    expect(report.refused).toHaveLength(1);
  });

  it('cannot pretend to be ours', async () => {
    for (const type of [
      'message.clicked',
      'audience.entered',
      'consent.given',
      'ordered',
      'refunded',
      'order.cancelled',
    ])
      expect([type, (await call('POST', '/v1/events', { body: { ...order, type } })).statusCode]).toEqual([type, 400]);
    expect((await call('POST', '/v1/events', { body: { ...order, type: 'order.shipped' } })).statusCode).toBe(200);
  });

  it('take sign-out, and a time that is left out is now', async () => {
    await call('POST', '/v1/events', { body: [{ id: 's1', type: 'profile.signedOut', identities: { ECID: ecid } }] });
    expect(house.received[0]).toMatchObject({ types: ['profile.signedOut'], happenedAt: startedAt });
  });
});

it('items go to the catalogue as JSON, NDJSON or CSV', async () => {
  await call('POST', '/v1/items', { body: { id: 'coat-1' } });
  await call('POST', '/v1/items', { body: '{"id":"a"}\n{"id":"b"}', type: 'application/x-ndjson' });
  await call('POST', '/v1/items', { body: 'id,name\na,A', type: 'text/csv; charset=utf-8' });
  expect(house.loaded.map(({ format }) => format)).toEqual(['json', 'ndjson', 'csv']);
  expect(house.loaded[0]!.text).toBe('[{"id":"coat-1"}]');
  expect((await call('POST', '/v1/items', { body: '<x/>', type: 'application/xml' })).statusCode).toBe(415);
});

describe('recommendations', () => {
  it('rest on the profile or the identities that are given', async () => {
    house.known.set(`ecid:${ecid}`, fakeProfile('p1'));
    const body = {
      criterion: 'cart-based',
      identities: { email: 'unknown@example.com', ECID: ecid },
      cart: ['coat-1'],
      limit: 4,
    };
    expect((await call('POST', '/v1/recommendations', { body })).json()).toMatchObject({ status: 'ok' });
    expect(house.asked).toMatchObject([
      { request: { criterion: 'cart-based', cart: ['coat-1'], limit: 4 }, person: { profileId: 'p1' } },
    ]);
  });

  it('come for many recipients at once, in order, each with its own profile and what it says besides (EML-4)', async () => {
    house.known.set(`ecid:${ecid}`, fakeProfile('p1'));
    const recipients = [{ identities: { ECID: ecid } }, { criterion: 'cart-based', cart: ['coat-1'] }];
    const body = { criterion: 'popular', limit: 2, recipients };
    const reply = await call('POST', '/v1/recommendations:batch', { body });
    const { answers } = reply.json<{ answers: { criterion: { key: string } }[] }>();
    expect(answers.map(({ criterion }) => criterion.key)).toEqual(['popular', 'cart-based']);
    expect(house.asked).toMatchObject([
      { request: { criterion: 'popular', limit: 2 }, person: { profileId: 'p1' } },
      { request: { criterion: 'cart-based', limit: 2, cart: ['coat-1'] }, person: null },
    ]);
    const many = { criterion: 'popular', recipients: Array.from({ length: 1001 }, () => ({})) };
    expect((await call('POST', '/v1/recommendations:batch', { body: many })).statusCode).toBe(400);
  });

  it('about this item need an item: a question without one is a mistake', async () => {
    const ask = async (body: object) => {
      const reply = await call('POST', '/v1/recommendations', { body });
      return reply.json<{ code?: string; status?: string }>();
    };
    expect((await ask({ criterion: 'viewed-together' })).code).toBe('CRITERION_ITEM_MISSING');
    expect((await ask({ criterion: 'viewed-together', item: 'coat-1' })).status).toBe('ok');
    expect((await ask({ criterion: 'popular-in-category' })).code).toBe('CRITERION_CATEGORY_MISSING');
    expect((await ask({ criterion: 'popular-in-category', category: 'coats' })).status).toBe('ok');
    expect((await ask({ criterion: 'popula' })).code).toBe('CRITERION_UNKNOWN');
  });

  it('answer this process’s own key, as journeys use it', async () => {
    const reply = await call('POST', '/v1/recommendations', { body: { criterion: 'popular' }, key: secretKey });
    expect(reply.statusCode).toBe(200);
  });
});

describe('journeys', () => {
  it('are written under the key of the address', async () => {
    expect((await call('PUT', '/v1/journeys/my-journey', { body: { name: 'x' } })).json()).toMatchObject({
      key: 'my-journey',
    });
    expect((await call('PUT', '/v1/journeys/my-journey', { body: { key: 'other' } })).statusCode).toBe(400);
    expect((await call('GET', '/v1/journeys/nothing')).json<Problem>().code).toBe('API_NOT_FOUND');
    expect((await call('GET', '/v1/journeys/abandoned-cart/people?activity=wait')).json()).toEqual({ people: [] });
  });
});

describe('the house', () => {
  it('moves its clock by a duration, where there is a virtual one', async () => {
    expect((await call('POST', '/v1/clock/advance', { body: { by: 'PT24H' } })).json()).toMatchObject({ steps: 1 });
    expect(house.clock.now()).toBe(startedAt + 24 * 3_600_000);
    expect((await call('POST', '/v1/clock/advance', { body: { by: 'a day' } })).json<Problem>().code).toBe(
      'DURATION_UNREADABLE',
    );
    house.time.advance = null;
    expect((await call('POST', '/v1/clock/advance', { body: { by: 'PT1H' } })).statusCode).toBe(409);
  });

  it('has a mailbox only while mail goes there', async () => {
    expect((await call('GET', '/v1/mailbox')).statusCode).toBe(404);
    house.mailbox = { list: async () => [], get: async () => null };
    expect((await call('GET', '/v1/mailbox')).json()).toEqual([]);
  });

  it('changes a datastream field by field', async () => {
    const body = { allowedOrigins: ['https://shop.example'] };
    expect((await call('PUT', '/v1/datastreams/demo', { body })).json()).toMatchObject({
      orgId: 'DEMO@AdobeOrg',
      ...body,
    });
    expect((await call('PUT', '/v1/datastreams/a%20b', { body })).statusCode).toBe(400);
    expect(
      (await call('PUT', '/v1/datastreams/demo', { body: { allowedOrigins: ['shop.example'] } })).json<Problem>().where,
    ).toContain('allowedOrigins');
  });

  it('says that it is well', async () => {
    expect((await call('GET', '/healthz', { key: null })).json()).toMatchObject({ ok: true, store: 'ok' });
  });

  it('says that it is ready, or is not yet', async () => {
    expect((await call('GET', '/readyz', { key: null })).json()).toMatchObject({ ready: true });
    const described = { items: 2, whole: false };
    house.ready = () => ({ ready: false, learned: 7, lagMs: null, described });
    const answer = await call('GET', '/readyz', { key: null });
    expect([answer.statusCode, answer.json()]).toEqual([503, { ready: false, learned: 7, lagMs: null, described }]);
  });

  it('describes each door in OpenAPI 3.1', async () => {
    const document = (await call('GET', '/openapi.json', { key: null })).json<{
      openapi: string;
      paths: Record<string, object>;
    }>();
    expect(document.openapi).toBe('3.1.0');
    for (const path of [
      '/v1/items',
      '/v1/profiles/{name}/timeline',
      '/v1/recommendations',
      '/v1/clock/advance',
      '/v1/keys',
      '/rest/v1/delivery',
      '/healthz',
      '/readyz',
    ]) {
      expect(Object.keys(document.paths)).toContain(path);
    }
    expect(JSON.stringify(document.paths['/v1/recommendations'])).toContain('trackingToken');
  });
});

describe('who may', () => {
  it('is who has a secret key with the scope', async () => {
    const status = async (key: string | null, url = '/v1/overview') => (await call('GET', url, { key })).statusCode;
    expect(await status(null)).toBe(401);
    expect(await status('sk_wrong-key-of-somebody')).toBe(401);
    expect(await status(publishableKey)).toBe(403);
    expect(await status(readKey)).toBe(200);
    expect(await status(readKey, '/v1/people')).toBe(403);
    expect(await status(readKey, '/v1/keys')).toBe(403);
  });

  it('is nobody with a key in the address (trust row 101)', async () => {
    const reply = await call('GET', `/v1/overview?key=${secretKey}`, { key: null });
    expect(reply.json<Problem>()).toMatchObject({
      status: 401,
      code: 'API_KEY_MISSING',
      detail: 'The key stands in the address, where it is not read',
    });
  });
});

it('says what, where and how to mend, as problem+json', async () => {
  const reply = await call('POST', '/v1/recommendations', { body: { criterion: 'popular', limit: 1000 } });
  expect(reply.headers['content-type']).toContain('application/problem+json');
  expect(reply.json<Problem>()).toMatchObject({
    type: 'http://localhost:8080/docs/error/API_INPUT_INVALID',
    status: 400,
    where: 'limit',
    detail: expect.stringContaining('limit'),
    mend: expect.any(String),
  });
  expect((await call('GET', '/v1/nothing')).json<Problem>().code).toBe('API_NOT_FOUND');
  house.overview = async () => {
    throw new Error('secret detail');
  };
  const inside = await call('GET', '/v1/overview');
  expect([inside.statusCode, inside.body.includes('secret detail')]).toEqual([500, false]);
});
