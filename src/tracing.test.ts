import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { isTraced, quietLog, traced, traceHere } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { recipes, type JourneyDefinition } from './journey/index.ts';
import { readSettings } from './settings.ts';
import { repository } from '../test/support/tree.ts';
import { sourcesBelow } from '../tool/source.ts';
import { readParent, startTracing, wantsTraces } from './tracing.ts';

/** One span as OTLP has it. */
interface Told {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  links?: { traceId: string }[];
}

const caller = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const planted = ['ada.lovelace@example.com', 'Lovelace', '198.51.100.7'];
/** What came to the receiver, and to the shop's own service. */
const received: { type: string | undefined; body: Buffer }[] = [];
const called: IncomingHttpHeaders[] = [];
let server: Server;
let rooms: Rooms;
let doors: Doors;
let stop = async () => {};
const kept = { ...process.env };

beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (request.url === '/v1/traces')
        received.push({ type: request.headers['content-type'], body: Buffer.concat(pieces) });
      else called.push(request.headers);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'shop-mail',
  };
  Object.assign(process.env, env); // its packages read them there
  stop = await startTracing(env, { version: '0.0.0', roles: ['collect'], log: quietLog });
  const store = await freshStore(migrations);
  const settings = {
    ...readSettings([], { BECKON_ALLOWED_HOSTS: host, BECKON_MAIL_THREADS: '0' }),
    secret: 's'.repeat(40),
    demo: false,
    databaseUrl: store.url,
  };
  rooms = await joinRooms(settings, { store, log: quietLog });
  const about = { name: 'Coat', price: 20, currency: 'EUR', stock: 3, url: '/p/coat', imageUrl: '/p/coat.png' };
  await rooms.catalog.upsert([{ id: 'coat', ...about }]);
  const recipe = recipes().find((one) => one.key === 'abandoned-cart')!;
  const ask = { kind: 'action', name: 'Ask', method: 'POST', url: `http://${host}/asked`, retries: 0 };
  const body = { who: '=profile.email' };
  const { reachable } = recipe.activities as unknown as { reachable: { paths: object[] } };
  const asking = {
    ...recipe,
    holdout: 0,
    activities: {
      ...recipe.activities,
      reachable: { ...reachable, paths: [{ ...reachable.paths[0], next: 'ask' }] },
      ask: { ...ask, body, next: 'recommend', onError: 'unanswered' },
    },
  };
  doors = await openDoors(rooms);
  rooms.slots.callOwn = doors.callAsJourney;
  rooms.folder.start();
  await rooms.journeys.put(asking as unknown as JourneyDefinition);
  await rooms.journeys.publish('abandoned-cart');
});
afterAll(async () => {
  await stop();
  for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
  await doors.close();
  await rooms.folder.stop();
  await rooms.transport.close();
  server.closeAllConnections();
  server.close();
});

const spansOf = (bodies: readonly Buffer[]): Told[] =>
  bodies.flatMap((body) => {
    const { resourceSpans } = JSON.parse(body.toString()) as { resourceSpans: { scopeSpans: { spans: Told[] }[] }[] };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans));
  });
const valueOf = ({ attributes }: Told, name: string) =>
  Object.values(attributes.find((one) => one.key === name)?.value ?? {})[0];

async function ask(method: 'GET' | 'POST', url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = body === undefined ? null : JSON.stringify(body);
  const json: Record<string, string> = text === null ? {} : { 'content-type': 'application/json' };
  return (await doors.callOwn({ method, url, headers: { ...json, ...headers }, body: text, timeoutMs: 9000 })).status;
}

describe('traces by the standard variables (stack §H)', () => {
  it('go from the door through the log, the fold, the journey and its calls to the mail, and name nobody', async () => {
    const [email, lastName, ip] = planted as [string, string, string];
    const who = { identities: { email, ECID: '1'.repeat(38) } };
    const forwarded = { traceparent: caller, 'x-forwarded-for': ip };
    const told = { ...who, attributes: { email, lastName }, consent: { 'email-marketing': 'in' } };
    expect(await ask('POST', '/v1/profiles', told, forwarded)).toBeLessThan(300);
    const adds = { id: 'e1', type: 'commerce.productListAdds', ...who, items: [{ id: 'coat', quantity: 1 }] };
    expect(await ask('POST', '/v1/events', [adds])).toBeLessThan(300);
    await rooms.pulse.settle();
    await rooms.pulse.advance(rooms.clock as never, 16 * 3_600_000); // four hours of waiting, and a night
    expect(await rooms.mailbox.list({ limit: 5 })).toMatchObject([{ to: email }]);
    expect(await ask('GET', `/v1/profiles/email:${email}`, undefined)).toBe(200);
    await stop();

    expect(isTraced()).toBe(false);
    expect(received.every(({ type }) => type === 'application/json')).toBe(true);
    const bodies = received.splice(0).map(({ body }) => body);
    const spans = spansOf(bodies);
    const named = (name: string) => spans.filter((one) => one.name === name);
    const [profiles] = named('POST /v1/profiles');
    expect(profiles).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) });
    expect(valueOf(profiles!, 'http.response.status_code')).toBe(200);
    const ofProfiles = spans.filter(({ traceId }) => traceId === profiles!.traceId).map(({ name }) => name);
    expect(ofProfiles).toEqual(expect.arrayContaining(['event.store', 'event.fold', 'journey.listen']));
    const calls = named('journey.call');
    const outside = calls.find((one) => valueOf(one, 'server.address') !== 'here')!;
    expect(called[0]!['traceparent']).toBe(`00-${outside.traceId}-${outside.spanId}-01`);
    const own = calls.find((one) => valueOf(one, 'server.address') === 'here')!;
    expect(named('POST /v1/recommendations')).toMatchObject([{ traceId: own.traceId, parentSpanId: own.spanId }]);
    const [act] = named('journey.act').filter(({ traceId }) => traceId === own.traceId);
    expect(own.parentSpanId).toBe(act!.spanId);
    const [sent] = named('message.send');
    expect(valueOf(sent!, 'beckon.result')).toBe('accepted');
    expect(named('message.work').map(({ spanId }) => spanId)).toContain(sent!.parentSpanId);
    for (const name of ['journey.wake', 'message.render', 'GET /v1/profiles/:name'])
      expect(named(name), name).not.toEqual([]);
    const text = Buffer.concat(bodies).toString();
    expect(text).toContain('shop-mail');
    for (const word of planted) expect(text).not.toContain(word);
  });

  it('cost nothing where nobody asks for them: the work is called as it is, and no package is loaded but there', async () => {
    const work = async () => 7;
    expect(traceHere()).toBeUndefined();
    expect(await traced('x', { of: () => expect.fail('asked') }, work)).toBe(7);
    const loads = sourcesBelow(repository, 'src').filter(
      ({ path, text }) => !path.endsWith('.test.ts') && text.includes("'@opentelemetry/"),
    );
    expect(loads.map(({ path }) => path)).toEqual(['src/tracing.ts']);
    expect(loads[0]!.text).not.toMatch(/^import (?!type ).*@opentelemetry/m);
  });

  it('go out as protobuf by default, do what the sampler says, and do not hold up what they tell of when nobody takes them', async () => {
    delete process.env['OTEL_EXPORTER_OTLP_PROTOCOL'];
    const log = { ...quietLog, warn: (event: string) => void warned.push(event) };
    const warned: string[] = [];
    const about = { version: '0.0.0', roles: [], log };
    let end = await startTracing(process.env, about);
    await traced('seen', {}, async () => {});
    await expect(traced('failed', {}, () => Promise.reject(new Error(planted[0]!)))).rejects.toThrow();
    await end();
    expect(received).toMatchObject([{ type: 'application/x-protobuf' }]);
    const [{ body } = { body: Buffer.alloc(0) }] = received.splice(0);
    expect([body.includes('seen'), body.includes('failed'), body.includes(planted[0]!)]).toEqual([true, true, false]);

    process.env['OTEL_TRACES_SAMPLER'] = 'always_off';
    end = await startTracing(process.env, about);
    await traced('unseen', {}, async () => {});
    await end();
    expect(received).toEqual([]);
    delete process.env['OTEL_TRACES_SAMPLER'];

    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = 'http://127.0.0.1:9';
    process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] = '50';
    end = await startTracing(process.env, about);
    expect(await traced('lost', {}, async () => 'done')).toBe('done');
    await end();
    expect(warned).toEqual(['tracing.failed']);
  });

  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x' }, true],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }, false],
    [{ OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }, false],
    [{ OTEL_SERVICE_NAME: 'x' }, false],
  ])('%o: %s', (env, wanted) => expect(wantsTraces(env)).toBe(wanted));

  it.each(['', '00-x', `01-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`])(
    'traceparent "%s" is as if it were not there',
    (text) => expect(readParent(text)).toBeNull(),
  );
});
