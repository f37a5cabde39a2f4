import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { commerce, knownVisitor, origin, pageView, state } from '../../test/support/alloy.ts';
import { traceBy } from '../base/index.ts';
import { demoStream, fakeHouse, type FakeHouse } from '../../test/support/house.ts';
import { buildServer } from './server.ts';

/** What is sent, beside what the Web SDK always sends. */
interface Sent {
  url?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

interface Heard {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

const open: FastifyInstance[] = [];
afterEach(() => Promise.all(open.splice(0).map((app) => app.close())));

async function served(over: Partial<FakeHouse['settings']> = {}): Promise<{ house: FakeHouse; app: FastifyInstance }> {
  const house = fakeHouse(over);
  const app = await buildServer(house);
  open.push(app);
  return { house, app };
}

function whole({ url = '/ee/v1/interact?configId=demo&requestId=r1', headers = {}, body = pageView }: Sent) {
  const payload = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const usual = { host: 'localhost:8080', 'content-type': 'text/plain; charset=UTF-8', origin, referer: `${origin}/p` };
  return {
    method: 'POST' as const,
    url,
    headers: { ...usual, 'content-length': String(payload.length), ...headers },
    payload,
  };
}

/** By Fastify, as `inject` goes. */
async function generally(app: FastifyInstance, sent: Sent): Promise<Heard> {
  const answer = await app.inject(whole(sent));
  return { status: answer.statusCode, headers: answer.headers as IncomingHttpHeaders, body: answer.body };
}

/** By a socket, where what is plain goes straight. */
async function bySocket(app: FastifyInstance, sent: Sent): Promise<Heard> {
  const { method, url: path, headers, payload } = whole(sent);
  const { port } = app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const asking = httpRequest({ port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(pieces).toString(),
        }),
      );
    });
    asking.on('error', reject);
    asking.end(payload);
  });
}

/** Without what the connection says of itself. */
function said({ status, headers, body }: Heard) {
  const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...rest } = headers;
  return { status, headers: rest, body };
}

const bought = commerce('purchases', knownVisitor, {
  order: { purchaseID: 'o-1', priceTotal: 20, currencyCode: 'EUR' },
});
const cases: [what: string, sent: Sent][] = [
  ['a first view', {}],
  ['a view by somebody known', { body: { ...pageView, meta: knownVisitor } }],
  ['the same again', { body: { ...pageView, meta: knownVisitor } }],
  ['a purchase', { body: bought, url: '/ee/v1/interact?configId=demo&requestId=r2' }],
  ['a region', { url: '/ee/irl1/v1/interact?configId=demo&requestId=r3' }],
  ['a beacon', { url: '/ee/v1/collect?configId=demo&requestId=r4' }],
  ['only the identity', { url: '/ee/v1/identity/acquire?configId=demo&requestId=r5', body: { meta: state() } }],
  [
    'a consent',
    {
      url: '/ee/v1/privacy/set-consent?configId=demo&requestId=r6',
      body: { consent: [{ standard: 'Adobe', version: '1.0', value: { general: 'out' } }], meta: knownVisitor },
    },
  ],
  ['a consent that is none', { url: '/ee/v1/privacy/set-consent?configId=demo&requestId=r7', body: { consent: [] } }],
  ['a request without an id', { url: '/ee/v1/interact?configId=demo' }],
  ['an environment, and a key twice', { url: '/ee/v1/interact?configId=demo%3Adev&requestId=a&requestId=b' }],
  ['no datastream', { url: '/ee/v1/interact' }],
  ['an unknown datastream', { url: '/ee/v1/interact?configId=nobody&requestId=r8' }],
  [
    'a foreign page',
    { headers: { origin: 'https://elsewhere.example' }, url: '/ee/v1/interact?configId=shut&requestId=r9' },
  ],
  ['no origin at all', { headers: { origin: '' } }],
  ['broken JSON', { body: '{"events": [' }],
  ['JSON that is refused', { body: '{"events": [], "events": []}' }],
  ['a body that is no object', { body: '[]' }],
  ['too many events', { body: { events: Array.from({ length: 101 }, () => ({})) } }],
  ['an event that is too large', { body: { events: [{ xdm: { _shop: { text: 'x'.repeat(300 * 1024) } } }] } }],
  ['a body that is too large', { body: 'x'.repeat(1024 * 1024 + 1) }],
  [
    'letters beyond ASCII',
    {
      body: {
        events: [
          { xdm: { eventType: 'web.webpagedetails.pageViews', web: { webPageDetails: { name: 'Grüße ☕ 👋' } } } },
        ],
      },
    },
  ],
  ['a packed body', { body: gzipSync(JSON.stringify(pageView)), headers: { 'content-encoding': 'gzip' } }],
  ['an encoding nobody knows', { headers: { 'content-encoding': 'zstd' } }],
  ['an odd content type', { headers: { 'content-type': 'application/octet-stream' } }],
  ['a content type that is none', { headers: { 'content-type': 'nonsense' } }],
  ['an address with a slash at its end', { url: '/ee/v1/interact/?configId=demo&requestId=r10' }],
  ['an address nobody knows', { url: '/ee/v1/intercept?configId=demo' }],
  ['a machine', { headers: { 'user-agent': 'Googlebot/2.1' }, url: '/ee/v1/interact?configId=demo&requestId=r11' }],
  [
    'a language',
    { headers: { 'accept-language': 'sv-SE,sv;q=0.9' }, url: '/ee/v1/interact?configId=demo&requestId=r12' },
  ],
  ['cookies', { headers: { cookie: `kndctr_DEMO_AdobeOrg_consent=general%3Dout` } }],
];

describe('the straight path', () => {
  it('answers, keeps and notes as the general way does', async () => {
    const [general, straight] = [await served(), await served()];
    for (const { house } of [general, straight])
      await house.events.putDatastream({ ...demoStream, id: 'shut', allowedOrigins: ['https://shop.example'] });
    await straight.app.listen({ port: 0, host: '127.0.0.1' });
    for (const [what, sent] of cases) {
      const [one, other] = [await generally(general.app, sent), await bySocket(straight.app, sent)];
      expect(said(other), what).toEqual(said(one));
    }
    expect(straight.house.received).toEqual(general.house.received);
    expect(straight.house.received.length).toBeGreaterThan(8);
    const refused = ({ house }: { house: FakeHouse }) =>
      house.events.intake.list({ outcome: 'refused', limit: 100 }).map(({ at: _at, number: _number, ...line }) => line);
    expect(refused(straight)).toEqual(refused(general));
    expect(refused(straight).length).toBeGreaterThan(10);
  });

  it('believes a proxy as the general way does', async () => {
    const over = { trustProxy: true, rates: { address: 1, loopback: false } };
    const [general, straight] = [await served(over), await served(over)];
    await straight.app.listen({ port: 0, host: '127.0.0.1' });
    const forwarded = (address: string) => ({
      'x-forwarded-for': address,
      'x-forwarded-proto': 'http, https',
      'x-forwarded-host': 'inner.example, shop.example',
      referer: 'https://shop.example/',
    });
    const meta = { state: { domain: 'shop.example', cookiesEnabled: true, entries: [] } };
    for (const address of [...Array.from({ length: 12 }, () => '203.0.113.9, 10.0.0.1'), ' , 198.51.100.7', '']) {
      const sent = { headers: forwarded(address), body: { ...pageView, meta } };
      const [one, other] = [await generally(general.app, sent), await bySocket(straight.app, sent)];
      expect(said(other), address).toEqual(said(one));
    }
    const last = await bySocket(straight.app, { headers: forwarded('203.0.113.9'), body: { ...pageView, meta } });
    expect([last.status, last.headers['retry-after'] !== undefined]).toEqual([429, true]);
  });

  it('bears a body in pieces, and a sender who goes away in the middle (trust row 83)', async () => {
    const { house, app } = await served();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { url, headers, payload } = whole({});
    const { port } = app.server.address() as AddressInfo;
    const head = `POST ${url} HTTP/1.1\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`;
    const leaving = connect(port, '127.0.0.1');
    leaving.write(head + payload.subarray(0, 40).toString());
    await new Promise((done) => leaving.once('ready', done));
    leaving.destroy();
    const staying = connect(port, '127.0.0.1');
    staying.write(head);
    await new Promise((done) => staying.write(payload.subarray(0, 40), done));
    staying.write(payload.subarray(40));
    const answer = await new Promise<string>((done) => staying.once('data', (piece) => done(piece.toString())));
    staying.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(house.received).toHaveLength(1);
  });
});

it('is traced as the general way is, by its route; a browser does not say what trace it is part of', async () => {
  const told: { name: string; of: readonly unknown[]; fields: Record<string, unknown> }[] = [];
  traceBy({
    here: () => undefined,
    run: async (name, { fields, of }, work) => {
      const one = { name, of: (of?.() ?? []).filter(Boolean), fields: { ...fields } };
      told.push(one);
      return work((more) => void Object.assign(one.fields, more));
    },
  });
  try {
    const { app } = await served();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await bySocket(app, { headers: { traceparent } });
    await generally(app, { headers: { traceparent } });
    await app.inject({ method: 'GET', url: '/v1/keys', headers: { traceparent, authorization: 'Bearer sk_no' } });
    await app.inject({ method: 'GET', url: '/healthz' });
  } finally {
    traceBy(null);
  }
  const ok = { 'http.request.method': 'POST', 'http.response.status_code': 200 };
  expect(told).toEqual([
    { name: 'POST /ee/v1/interact', of: [], fields: { ...ok, 'http.route': '/ee/v1/interact' } },
    { name: 'POST /ee/v1/interact', of: [], fields: { ...ok, 'http.route': '/ee/v1/interact' } },
    expect.objectContaining({ name: 'GET /v1/keys', of: [] }),
  ]);
  expect(told[2]!.fields['http.response.status_code']).toBe(401);
});
