import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import { basicOf, bearerOf } from './auth.ts';
import type { RefusedRow } from './contract-in.ts';
import { originAllowed } from './edge-request.ts';
import { errors } from './error.ts';
import { openToAll } from './guard.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';
import type { Admitted } from './keys.ts';
import { limitsOf } from './limit.ts';
import { asBeckonError, assertNotBusy, sendProblem } from './problem.ts';
import { readBatch, readSingle, tooLarge, type SegmentBody } from './segment-body.ts';
import { calls, segmentEvent, type SegmentCall, type SegmentContext } from './segment-message.ts';

const mebibyte = 1024 * 1024;

/** Addresses of the batch call: of the API itself, of analytics.js, of older libraries. */
const batches = ['/v1/batch', '/v1/b', '/v1/import'];
/** RudderStack's beacon can send no header, so its key stands in the address. */
const beacon = '/beacon/v1/batch';

/**
 * The doors of Segment's Tracking API, version 1, for libraries as they are: analytics.js posts `/v1/t` and its like,
 * RudderStack and the server libraries the whole names.
 */
export async function segmentRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  openToAll(app, 'a write key is asked for by the call itself');
  app.removeAllContentTypeParsers();
  // Browsers send JSON as text/plain, which needs no preflight; so every content type is read as text here.
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: mebibyte }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => void reply.headers(corsHeaders(request)));
  app.setErrorHandler((error, _request, reply) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('segment.failed', { code: known.code, error });
    // 400, not 413: every library takes that for "do not send this again".
    const told = known.status === 413 ? tooLarge('The body') : known;
    return sendProblem(reply, told, house.settings.publicUrl);
  });
  for (const call of calls) {
    for (const url of [`/v1/${call}`, `/v1/${call[0]}`]) {
      post(app, url, async (request, reply) => answer(request, reply, { house, call }));
    }
  }
  for (const url of [...batches, beacon]) {
    post(app, url, async (request, reply) => answer(request, reply, { house, call: null }));
  }
  const hidden = { schema: { hide: true } };
  app.get('/v1/projects/:key/settings', hidden, (request, reply) => browserSettings(request, reply, house));
  app.get('/sourceConfig', hidden, (request, reply) => rudderSettings(request, reply, house));
  app.route({ method: 'OPTIONS', url: '/sourceConfig', ...hidden, handler: preflight });
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

function post(app: FastifyInstance, url: string, handler: Handler): void {
  app.route({ method: 'POST', url, bodyLimit: mebibyte, schema: { hide: true }, handler });
  app.route({ method: 'OPTIONS', url, schema: { hide: true }, handler: preflight });
}

/** A write-only door: any page may send, and no cookie goes along, so no credentials are allowed. */
function corsHeaders(request: FastifyRequest): Record<string, string> {
  const { origin } = request.headers;
  return { ...(origin === undefined ? {} : { 'access-control-allow-origin': origin }), vary: 'Origin' };
}

async function preflight(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const asked = asText(request.headers['access-control-request-headers'], 512) ?? '';
  const allowed = /^[\w-]+(?: *, *[\w-]+)*$/.test(asked) ? asked : 'authorization, content-type';
  return reply
    .headers({
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': allowed,
      'access-control-max-age': '600',
    })
    .code(204)
    .send();
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { house, call }: { house: House; call: SegmentCall | null },
): Promise<FastifyReply> {
  const text = typeof request.body === 'string' ? request.body : '';
  const body = call === null ? readBatch(text) : readSingle(text);
  const key = await admit(request, body, house);
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  const context: SegmentContext = {
    source: `segment:${key.datastream ?? key.id}`,
    secret: key.kind === 'secret',
    receivedAt: house.clock.now(),
    sentAt: body.head['sentAt'],
    currency: house.settings.currency,
    userAgent: request.headers['user-agent'],
    mintId: () => house.ids.next(),
  };
  const { events, refused } = readMessages(body, { call, key, context });
  house.intake?.refused(context.source, refused);
  const devices = context.secret ? [] : devicesOf(events);
  for (const id of devices) limitsOf(house).visitor(request, `anonymousid:${id}`);
  markMachines(events, devices, { request, house });
  await house.events.receive(await allowed(events, devices, house));
  const [first] = refused;
  // A library shows a 400 to its developer and does not send again; in a batch that would cost the good messages.
  if (first && events.length === 0) throw new BeckonError(errors.API_INPUT_INVALID, first.why);
  return sendJson(reply, refused.length === 0 ? { success: true } : { success: true, refused });
}

function readMessages(
  { messages }: SegmentBody,
  { call, key, context }: { call: SegmentCall | null; key: Admitted; context: SegmentContext },
): { events: ShopEvent[]; refused: RefusedRow[] } {
  const made: { events: ShopEvent[]; refused: RefusedRow[] } = { events: [], refused: [] };
  for (const [index, { value, fault }] of messages.entries()) {
    try {
      if (fault) throw fault;
      assertMay(key, call ?? dig(value, 'type'));
      made.events.push(segmentEvent(value, call, context));
    } catch (error) {
      if (!(error instanceof BeckonError)) throw error;
      const why = error.where === undefined ? error.message : `${error.where}: ${error.message}`;
      made.refused.push({ row: index + 1, id: asText(dig(value, 'messageId'), 128) ?? null, code: error.code, why });
    }
  }
  return made;
}

/** What a device does faster than people do is a machine's (trust row 85). */
function markMachines(
  events: readonly ShopEvent[],
  devices: readonly string[],
  { request, house }: { request: FastifyRequest; house: House },
): void {
  for (const id of devices) {
    const own = events.filter(({ identities }) => identities[0]!.id === id);
    if (!limitsOf(house).isMachine(request, `anonymousid:${id}`, own.length)) continue;
    for (const event of own) event.bot = true;
  }
}

/** The devices that pages speak for; the shop's server is believed about everybody. */
function devicesOf(events: readonly ShopEvent[]): string[] {
  return [...new Set(events.map(({ identities }) => identities[0]!.id))];
}

/** What a device has declined to have recorded is not kept; what the shop's server says is not the device's to decline. */
async function allowed(events: ShopEvent[], devices: readonly string[], house: House): Promise<ShopEvent[]> {
  const states = await Promise.all(devices.map((id) => house.profiles.collectConsent(id, 'anonymousid')));
  const out = new Set(devices.filter((_, index) => states[index] === 'out'));
  return events.filter(({ identities, consent }) => consent !== undefined || !out.has(identities[0]!.id));
}

/** Who sends: by Basic with the key as user name, as Bearer, by `writeKey` in the body, or for a beacon in the address. */
async function admit(request: FastifyRequest, body: SegmentBody, house: House): Promise<Admitted> {
  const inAddress = asText(dig(request.query, 'writeKey'), 256);
  const inBody = asText(body.head['writeKey'], 256) ?? asText(dig(body.messages[0]?.value, 'writeKey'), 256);
  const text = basicOf(request) ?? bearerOf(request) ?? inBody ?? inAddress;
  if (text === undefined) throw new BeckonError(errors.SEGMENT_KEY_MISSING, 'The call has no write key');
  const key = await house.keys.admit(text);
  if (!key) throw new BeckonError(errors.API_KEY_UNKNOWN, 'The write key is not known, or was revoked');
  if (key.kind === 'secret') assertFromServer(request, text === inAddress);
  else assertOrigin(request, key, house);
  return key;
}

/** A secret key that comes from a page or stands in an address is lost: it is refused, so that somebody notices. */
function assertFromServer(request: FastifyRequest, inAddress: boolean): void {
  if (!inAddress && request.headers.origin === undefined) return;
  const where = inAddress ? 'stands in the address' : `comes from the page ${request.headers.origin}`;
  const mend = 'Revoke this key, and let pages use a publishable one';
  throw new BeckonError(errors.API_KEY_NOT_ENOUGH, `A secret key ${where}, where everybody reads it`, { mend });
}

function assertOrigin(request: FastifyRequest, key: Admitted, house: House): void {
  if (key.datastream === null || key.datastream === undefined) return;
  const datastream = house.events.datastream(key.datastream);
  if (!datastream) {
    throw new BeckonError(
      errors.API_KEY_NOT_ENOUGH,
      `The key writes to the datastream "${key.datastream}", which is gone`,
    );
  }
  if (originAllowed(request.headers.origin, datastream, house.settings.publicUrl)) return;
  const why = `Origin ${request.headers.origin} may not send to datastream "${datastream.id}"`;
  throw new BeckonError(errors.API_ORIGIN_REFUSED, why);
}

const aboutPeople = new Set<unknown>(['identify', 'alias', 'group']);

/** A secret key needs the scope of what it says: `profiles` for who somebody is, `events` for what has happened. */
function assertMay(key: Admitted, call: unknown): void {
  const scope = aboutPeople.has(call) ? 'profiles' : 'events';
  if (key.kind === 'publishable' || key.scopes.includes('*') || key.scopes.includes(scope)) return;
  throw new BeckonError(errors.API_KEY_NOT_ENOUGH, `The key lacks the scope "${scope}"`);
}

/** What analytics.js asks its CDN for: no integration but ours, and where to send. */
async function browserSettings(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const key = await publishable(asText(dig(request.params, 'key'), 256), house);
  const { host, protocol } = new URL(house.settings.publicUrl);
  const ours = { apiKey: key, apiHost: `${host}/v1`, protocol: protocol.slice(0, -1), type: 'browser' };
  return sendJson(reply, {
    integrations: {
      'Segment.io': { ...ours, addBundledMetadata: false, unbundledIntegrations: [], bundlingStatus: '' },
    },
    plan: { track: { __default: { enabled: true, integrations: {} } } },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  });
}

/** What RudderStack's libraries ask their control plane for: an enabled source without destinations. */
async function rudderSettings(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const key = await publishable(basicOf(request) ?? asText(dig(request.query, 'writeKey'), 256), house);
  const source = { id: 'beckon', name: 'Beckon', writeKey: key, enabled: true, workspaceId: 'beckon' };
  const config = { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } };
  const updatedAt = new Date(house.clock.real()).toISOString();
  return sendJson(reply, {
    source: { ...source, config, connections: [], destinations: [], dataplanes: {}, updatedAt },
    updatedAt,
  });
}

async function publishable(text: string | undefined, house: House): Promise<string> {
  if (text === undefined) throw new BeckonError(errors.SEGMENT_KEY_MISSING, 'The call has no write key');
  const key = await house.keys.admit(text);
  if (key?.kind === 'publishable') return text;
  throw new BeckonError(errors.API_KEY_UNKNOWN, 'The write key is not a publishable key in force');
}

function sendJson(reply: FastifyReply, answer: unknown): FastifyReply {
  return reply
    .headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .send(JSON.stringify(answer));
}
