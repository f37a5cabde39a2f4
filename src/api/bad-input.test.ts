import { gzipSync } from 'node:zlib';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeHouse, publishableKey, secretKey } from '../../test/support/house.ts';
import type { Intake } from '../event/index.ts';
import type { House } from './house.ts';
import { buildServer } from './server.ts';

type FakeHouse = ReturnType<typeof fakeHouse>;
let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});
afterEach(async () => app.close());

const ecid = '2'.repeat(38);
const interact = (payload: string | Buffer, more: { headers?: Record<string, string>; remoteAddress?: string } = {}) =>
  app.inject({
    method: 'POST',
    url: '/ee/v1/interact?configId=demo',
    payload,
    ...(more.remoteAddress === undefined ? {} : { remoteAddress: more.remoteAddress }),
    headers: { host: 'localhost:8080', 'content-type': 'text/plain', ...more.headers },
  });
const server = (url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secretKey}`, ...headers },
  });
const view = (more: object = {}) =>
  JSON.stringify({ events: [{ xdm: { eventType: 'web.webpagedetails.pageViews', ...more } }] });
const row = (more: object = {}) => ({
  id: 'e1',
  type: 'commerce.productViews',
  identities: { ECID: ecid },
  items: [{ id: 'coat-1' }],
  ...more,
});
const readBack = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

describe('what senders get wrong', () => {
  it('dates of 1970 are refused, dates of 2099 become now and stay noted (trust row 73)', async () => {
    const old = await server('/v1/events', JSON.stringify([row({ at: '1970-01-01T00:00:00Z' })]));
    expect([old.json().kept, old.json().refused[0].why]).toEqual([0, expect.stringContaining('before the year 2000')]);
    await server('/v1/events', JSON.stringify([row({ at: '2099-01-01T00:00:00Z' })]));
    const [event] = house.received;
    expect([event!.happenedAt, event!.data]).toEqual([house.clock.now(), { statedAt: '2099-01-01T00:00:00Z' }]);
  });

  it('a browser that dates its events 1970 or 2099 is not asked for the time (trust row 73)', async () => {
    await interact(view({ timestamp: '1970-01-01T00:00:00.000Z' }));
    await interact(view({ timestamp: '2099-01-01T00:00:00.000Z' }));
    expect(house.received.map(({ happenedAt }) => happenedAt)).toEqual([house.clock.now(), house.clock.now()]);
  });

  it('200 and 100,000 levels are refused before anything is built, and the house goes on (trust row 80)', async () => {
    for (const depth of [200, 100_000]) {
      const deep = `{"events":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      const reply = await interact(deep);
      expect(reply.statusCode).toBe(400);
    }
    expect((await interact(view())).statusCode).toBe(200);
  });

  it('__proto__ and constructor.prototype are refused and change nothing (trust row 81)', async () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const reply = await interact(`{"events":[],"${key}":{"admin":true}}`);
      expect(reply.statusCode).toBe(400);
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('each oddity of JSON has its defined result (trust row 82)', async () => {
    const keys = Array.from({ length: 10_000 }, (_, n) => `"k${n}":1`).join(',');
    const cases: [string, number][] = [
      [`{"events":[],"a":"${'x'.repeat(1_000_000)}"}`, 400],
      [`{"events":[],"a":{${keys}}}`, 400],
      ['{"events":[],"events":[]}', 400],
      ['{"events":[],"a":"\\u0000"}', 400],
      ['{"events":[],"a":1e400}', 400],
      ['{"events":[],"a":-0,"b":"\\ud800"}', 200],
      ['{"events":[],"a":9007199254740993}', 200],
      [`{"events":[]}${' '.repeat(1_100_000)}`, 413],
    ];
    for (const [body, status] of cases)
      expect([body.slice(0, 40), (await interact(body)).statusCode]).toEqual([body.slice(0, 40), status]);
  });

  it('a request that breaks off keeps nothing and costs nothing (trust row 83)', async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const closed = (text: string) =>
      new Promise<void>((done) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text));
        socket.on('close', () => done());
        socket.on('error', () => {});
        socket.on('data', () => socket.destroy());
        if (text.includes('content-length: 500')) socket.once('connect', () => setImmediate(() => socket.destroy()));
      });
    const head = 'POST /ee/v1/interact?configId=demo HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\n';
    await closed(`${head}content-length: 500\r\n\r\n{"events":[`);
    await closed(`${head}content-length: 5\r\ncontent-length: 7\r\n\r\n{}`);
    await closed(`${head}transfer-encoding: chunked\r\n\r\nZZ\r\n{}`);
    expect(house.received).toEqual([]);
    expect((await interact(view())).statusCode).toBe(200);
  });
});

describe('limits of one sender', () => {
  const limited = async (rates: House['settings']['rates']) => {
    await app.close();
    house = fakeHouse();
    house = { ...house, settings: { ...house.settings, rates: rates! } };
    app = await buildServer(house);
  };

  it('answers 429 with Retry-After and the headers a page needs, and nobody else notices (trust row 84)', async () => {
    await limited({ address: 1 });
    const from = (remoteAddress: string) =>
      interact(view(), { remoteAddress, headers: { origin: 'http://localhost:8080' } });
    const answers = [];
    for (let n = 0; n < 12; n++) answers.push(await from('203.0.113.7'));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
    expect(Number(answers.at(-1)!.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(answers.at(-1)!.headers['access-control-allow-origin']).toBe('http://localhost:8080');
    expect(house.received).toHaveLength(10);
    expect((await from('203.0.113.8')).statusCode).toBe(200);
  });

  it('counts a /64 network of IPv6 as one, and this machine not at all', async () => {
    await limited({ address: 1 });
    let last = 0;
    for (let n = 0; n < 11; n++) last = (await interact(view(), { remoteAddress: `2001:db8::${n + 1}` })).statusCode;
    expect(last).toBe(429);
    for (let n = 0; n < 11; n++) last = (await interact(view(), { remoteAddress: '127.0.0.1' })).statusCode;
    expect(last).toBe(200);
  });

  it('counts a key wherever it comes from (trust row 84)', async () => {
    await limited({ key: 1 });
    let last = 0;
    for (let n = 0; n < 11; n++) last = (await server('/v1/events', JSON.stringify([row({ id: `e${n}` })]))).statusCode;
    expect(last).toBe(429);
  });

  it('bounds the new visitors of one address: of 100,000 ids as many are taken as the limit says', async () => {
    await limited({ address: 0, newVisitors: 50 });
    let kept = 0;
    for (let n = 0; n < 200; n++) {
      const id = String(n).padStart(6, '0').padStart(38, '3');
      const body = view({ identityMap: { ECID: [{ id }] } });
      if ((await interact(body, { remoteAddress: '203.0.113.7' })).statusCode === 200) kept++;
    }
    expect(kept).toBe(50);
    const known = view({ identityMap: { ECID: [{ id: '000000'.padStart(38, '3') }] } });
    expect((await interact(known, { remoteAddress: '203.0.113.7' })).statusCode).toBe(200);
  });

  it('counts new visitors of one address also where many come in one request, by any door', async () => {
    const remoteAddress = '203.0.113.7';
    const id = (n: number) => String(n).padStart(3, '0').padStart(38, '4');
    const many = (from: number) =>
      JSON.stringify({
        events: Array.from({ length: 20 }, (_, n) => ({ xdm: { identityMap: { ECID: [{ id: id(from + n) }] } } })),
      });
    const batch = (from: number) => ({
      writeKey: publishableKey,
      batch: Array.from({ length: 20 }, (_, n) => ({ type: 'page', anonymousId: `a${from + n}` })),
    });
    const segment = async (from: number) =>
      (await app.inject({ method: 'POST', url: '/v1/batch', payload: batch(from), remoteAddress })).statusCode;
    for (const door of ['edge', 'segment']) {
      await limited({ address: 0, newVisitors: 50 });
      const statuses = [];
      for (const from of [0, 20, 40])
        statuses.push(
          door === 'edge' ? (await interact(many(from), { remoteAddress })).statusCode : await segment(from),
        );
      expect([door, statuses, house.received.length]).toEqual([door, [200, 200, 429], 40]);
    }
  });

  it('takes a visitor who looks at a page a moment, for minutes, for a machine; a person is none (trust row 85)', async () => {
    await limited({ address: 0, pace: 1 });
    const remoteAddress = '203.0.113.7';
    const looks = (id: string) => interact(view({ identityMap: { ECID: [{ id }] } }), { remoteAddress });
    for (let n = 0; n < 150; n++) await looks(ecid);
    await looks('5'.repeat(38));
    const marked = house.received.filter(({ bot }) => bot);
    expect([house.received.length, marked.length, house.received.at(-1)!.bot]).toEqual([151, 30, undefined]);
    house.clock.advance(60_000);
    await looks(ecid);
    expect(house.received.at(-1)!.bot).toBeUndefined();

    const batch = Array.from({ length: 121 }, () => ({ type: 'track', event: 'Looked', anonymousId: 'a1' }));
    const payload = { writeKey: publishableKey, batch: [...batch, { type: 'page', anonymousId: 'a2' }] };
    await app.inject({ method: 'POST', url: '/v1/batch', payload, remoteAddress });
    const sent = house.received.slice(-122).map(({ bot }) => bot);
    expect([sent.filter(Boolean).length, sent.at(-1)]).toEqual([121, undefined]);
  });

  it('counts a write key as a key, however it is sent (trust row 84)', async () => {
    await limited({ key: 1 });
    const authorization = `Basic ${Buffer.from(`${publishableKey}:`).toString('base64')}`;
    const payload = { type: 'page', anonymousId: 'a1' };
    const statuses = [];
    for (let n = 0; n < 12; n++)
      statuses.push(
        (await app.inject({ method: 'POST', url: '/v1/page', payload, headers: { authorization } })).statusCode,
      );
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
  });

  it('gives nobody for ever: a request that drips is cut off (trust row 83)', () => {
    const { requestTimeout, headersTimeout } = app.server;
    expect([requestTimeout > 0 && requestTimeout <= 30_000, headersTimeout > 0 && headersTimeout <= 30_000]).toEqual([
      true,
      true,
    ]);
  });
});

describe('compressed bodies', () => {
  it('are read', async () => {
    const reply = await server('/v1/events', gzipSync(JSON.stringify([row()])), { 'content-encoding': 'gzip' });
    expect([reply.statusCode, reply.json().kept]).toEqual([200, 1]);
  });

  it('that would become too large are cut off at the limit of the door; broken and unknown ones are refused', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect((await interact(bomb, { headers: { 'content-encoding': 'gzip' } })).statusCode).toBe(413);
    expect((await interact('not gzip', { headers: { 'content-encoding': 'gzip' } })).statusCode).toBe(400);
    expect((await interact(view(), { headers: { 'content-encoding': 'zstd' } })).statusCode).toBe(415);
    expect(house.received).toEqual([]);
  });
});

describe('what just came in', () => {
  it('shows what was refused, by datastream, with the reason', async () => {
    await interact('{"events":7}');
    await server('/v1/events', JSON.stringify([row({ type: 7 })]));
    const reply = await app.inject({
      url: '/v1/intake?outcome=refused',
      headers: { authorization: `Bearer ${secretKey}` },
    });
    const lines = reply.json().lines as { datastream: string | null; door: string; code: string; why: string }[];
    expect(lines.map(({ datastream, code }) => [datastream, code])).toEqual(
      expect.arrayContaining([
        ['demo', 'API_INPUT_INVALID'],
        [null, 'API_INPUT_INVALID'],
      ]),
    );
    expect(lines.find(({ datastream }) => datastream === 'demo')!.why).toContain('"events" is not a list');
  });
});

it('what came in with a write key goes by the name of the key', async () => {
  const made = { kind: 'publishable' as const, scopes: [], datastream: null, createdAt: '', lastUsedAt: null };
  house.keys.list = async () => [{ id: 'publishable', name: 'Shop pages', ...made }];
  await app.inject({ method: 'POST', url: '/v1/page', payload: { anonymousId: 'a1', writeKey: publishableKey } });
  await interact(view());
  (house.events.intake as Intake).kept(house.received, 'kept');
  const seen = (await app.inject({ url: '/v1/intake', headers: { authorization: `Bearer ${secretKey}` } })).json();
  const by = ({ source, sender }: { source: string; sender: string | null }) => [source, sender];
  const named = [
    ['edge:demo', null],
    ['segment:publishable', 'Shop pages'],
  ];
  expect([seen.lines.map(by), seen.sources.map(by)]).toEqual([named, named]);
});

describe('a history brought in', () => {
  const call = (method: 'GET' | 'POST' | 'PUT', url: string, payload?: string) =>
    app.inject({
      method,
      url,
      ...(payload === undefined ? {} : { payload }),
      headers: {
        authorization: `Bearer ${secretKey}`,
        'content-type': method === 'PUT' ? 'application/x-ndjson' : 'application/json',
      },
    });
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) =>
      JSON.stringify(row({ id: `h${from + n}`, at: '2026-01-01T10:00:00Z' })),
    ).join('\n');

  it('goes on where it stood, in pieces of any size, and reports lines it could not read', async () => {
    const { id } = (await call('POST', '/v1/imports', '{"name":"history"}')).json();
    const first = await call('PUT', `/v1/imports/${id}`, `${lines(1, 1200)}\nnot json\n`);
    expect(first.json()).toMatchObject({ lines: 1201, next: 1202, kept: 1200, refused: 1, done: false });
    expect(first.json().faults).toEqual([expect.objectContaining({ line: 1201, code: 'API_JSON_UNREADABLE' })]);
    const again = await call(
      'PUT',
      `/v1/imports/${id}?from=1000&last=true`,
      `${lines(1000, 1200)}\nnot json\n${lines(1202, 1300)}`,
    );
    expect(again.json()).toMatchObject({ lines: 1300, kept: 1299, repeated: 0, done: true });
    expect(house.received).toHaveLength(1299);
    expect(house.received[0]!.happenedAt).toBe(Date.UTC(2026, 0, 1, 10));
    expect((await call('PUT', `/v1/imports/${id}`, lines(1, 1))).statusCode).toBe(400);
  });

  it('may send its whole file again, also when it is done: the answer may have been lost', async () => {
    const { id } = (await call('POST', '/v1/imports', '{"name":"history"}')).json();
    await call('PUT', `/v1/imports/${id}?from=1`, lines(1, 600));
    const whole = () => call('PUT', `/v1/imports/${id}?from=1&last=true`, `${lines(1, 700)}\n`);
    const done = { lines: 700, kept: 700, repeated: 0, refused: 0, done: true };
    expect((await whole()).json()).toMatchObject(done);
    expect((await whole()).json()).toMatchObject(done);
    const longer = await call('PUT', `/v1/imports/${id}?from=1&last=true`, lines(1, 701));
    expect([longer.statusCode, longer.json().detail]).toEqual([400, expect.stringContaining('700 lines')]);
    expect(house.received).toHaveLength(700);
  });

  it('takes a body far above a mebibyte, and a line above 256 KB costs just itself (journeys E7)', async () => {
    const { id } = (await call('POST', '/v1/imports', '{"name":"large"}')).json();
    const long = JSON.stringify(row({ id: 'long', data: { a: 'x'.repeat(300_000) } }));
    const reply = await call('PUT', `/v1/imports/${id}`, `${lines(1, 5000)}\n${long}\n${lines(5001, 12_000)}`);
    expect(reply.json()).toMatchObject({ lines: 12_001, kept: 12_000, refused: 1 });
    expect(reply.json().faults[0]).toMatchObject({ line: 5001, code: 'API_BODY_TOO_LARGE' });
  });

  it('refuses a gap and an import that does not exist', async () => {
    const { id } = (await call('POST', '/v1/imports', '{"name":"gap"}')).json();
    expect((await call('PUT', `/v1/imports/${id}?from=2`, lines(2, 3))).json().where).toBe('from');
    expect((await call('GET', '/v1/imports/x')).statusCode).toBe(404);
  });
});

it('whatever is kept can be read back as it was, and a refused row costs no other', async () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.json(),
    fc.constant('\u0000'),
    fc.constant('\ud800'),
  );
  const seed = Number(process.env['BECKON_FUZZ_SEED'] ?? 20261124);
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), odd, { maxKeys: 4 }), async (data) => {
      const before = house.received.length;
      const good = row({ id: `good-${before}` });
      const reply = await server(
        '/v1/events',
        [JSON.stringify(row({ id: `odd-${before}`, data })), JSON.stringify(good)].join('\n'),
        {
          'content-type': 'application/x-ndjson',
        },
      );
      expect(reply.statusCode).toBe(200);
      const kept = house.received.slice(before);
      expect(kept.some(({ id }) => id === good.id)).toBe(true);
      for (const event of kept) {
        expect(readBack(event)).toEqual(event);
        expect(JSON.stringify(event)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
      }
    }),
    { numRuns: Number(process.env['BECKON_FUZZ'] ?? 200), seed },
  );
});
