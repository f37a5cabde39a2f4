import type { FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import type { Datastream, DeviceKind } from '../event/index.ts';
import { decoded, readCookies } from './cookie.ts';
import { resolveIdentity, stateEntries, type Resolved } from './edge-identity.ts';
import { cookieRoute, type CookieRoute } from './edge-reply.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asList, asNumber, asObject, asText, dig, edgeLimits, parseJson } from './json.ts';
import { isBot } from './bot.ts';
import { deviceKind } from './device.ts';
import { hostName, isLoopback } from './session.ts';
import { asLanguage } from './xdm.ts';

/** A request as it came, whichever way it comes in: of Fastify's, what the edge reads. */
export type EdgeRequest = Pick<FastifyRequest, 'headers' | 'query' | 'body' | 'host' | 'protocol' | 'ip'>;

/** A request of the Web SDK, read. */
export interface EdgeCall {
  requestId: string;
  datastream: Datastream;
  orgId: string;
  body: Record<string, unknown>;
  events: unknown[];
  entries: ReadonlyMap<string, string>;
  cookies: ReadonlyMap<string, string>;
  who: Resolved;
  /** Identity maps that all events of the request share. */
  sharedMaps: unknown[];
  route: CookieRoute;
  receivedAt: number;
  happenedAt: number;
  bot: boolean;
  device: DeviceKind | undefined;
  /** The browser's first language, BCP 47. */
  language: string | undefined;
}

const maxEvents = 100;
const maxEventCharacters = 256 * 1024;
const maxQueueMs = 300_000;

/** The organisation of cookies when neither the datastream nor the request names one. */
export const defaultOrg = 'BECKON@AdobeOrg';

/** `abc:dev` → `abc`: the part after the colon is an environment (edge-protocol §2). */
export function datastreamId(query: unknown): string | undefined {
  const id = asText(dig(query, 'configId') ?? dig(query, 'dataStreamId') ?? dig(query, 'datastreamId'), 128);
  return id?.split(':', 1)[0];
}

/** The id that is the same on every retry (edge trap 12); a new one when it is missing or unreadable. */
export function requestIdOf(query: unknown, next: () => string): string {
  const id = asText(dig(query, 'requestId'), 128);
  return id !== undefined && /^[\w.:-]+$/.test(id) ? id : next();
}

/** May pages of this origin send to the datastream? Hygiene, not authentication: a request without Origin passes. */
export function originAllowed(
  origin: string | undefined,
  datastream: Pick<Datastream, 'allowedOrigins'>,
  publicUrl: string,
): boolean {
  if (origin === undefined) return true;
  if (datastream.allowedOrigins.length > 0) return datastream.allowedOrigins.includes(origin);
  const own = ownOf(publicUrl);
  return own.isLocal || origin === own.origin;
}

/** Of the address asked for last: asked on every request, and always for the same. */
let lastOwn = { publicUrl: '', origin: '', isLocal: false };

function ownOf(publicUrl: string): typeof lastOwn {
  if (lastOwn.publicUrl === publicUrl) return lastOwn;
  const { host, origin } = new URL(publicUrl);
  const name = hostName(host);
  const isLocal = name === 'localhost' || isLoopback(name.replace(/^\[|\]$/g, ''));
  return (lastOwn = { publicUrl, origin, isLocal });
}

/** Reads body, identity and times. Throws API_JSON_… and API_INPUT_INVALID. */
export function readCall(
  request: EdgeRequest,
  { datastream, requestId }: Pick<EdgeCall, 'datastream' | 'requestId'>,
  house: House,
): EdgeCall {
  const body = readBody(request.body);
  const events = asList(body['events']);
  checkEvents(body['events'], events, String(request.body).length);
  const entries = stateEntries(body['meta']);
  const cookies = readCookies(request.headers.cookie);
  const orgId = datastream.orgId ?? orgOf([...entries.keys(), ...cookies.keys()]) ?? defaultOrg;
  const sharedMaps = [dig(body, 'xdm', 'identityMap'), body['identityMap']];
  const maps = [...events.map((event) => dig(event, 'xdm', 'identityMap')), ...sharedMaps];
  const { fpidCookie } = datastream;
  const { secret } = house.settings;
  const who = resolveIdentity(
    { maps, entries, cookies, orgId, fpidCookie },
    { secret, random: house.random, requestId },
  );
  const receivedAt = house.clock.now();
  return {
    requestId,
    datastream,
    orgId,
    body,
    events,
    entries,
    cookies,
    who,
    sharedMaps,
    route: cookieRoute({
      hostname: hostName(request.host),
      cookiesEnabled: dig(body, 'meta', 'state', 'cookiesEnabled'),
      domain: dig(body, 'meta', 'state', 'domain'),
      https: request.protocol === 'https',
      referer: request.headers.referer,
      origin: request.headers.origin,
    }),
    receivedAt,
    happenedAt: receivedAt - queueTime(dig(body, 'meta', 'queueTimeMillis')),
    bot: isBot(request.headers['user-agent']),
    device: deviceKind(request.headers['user-agent']),
    language: asLanguage(request.headers['accept-language']),
  };
}

/** The body as an object. Throws API_JSON_… and API_INPUT_INVALID. */
export function readBody(body: unknown): Record<string, unknown> {
  const read = asObject(parseJson(typeof body === 'string' ? body : '', edgeLimits));
  if (read) return read;
  throw new BeckonError(errors.API_INPUT_INVALID, 'The body is not a JSON object');
}

/** Events must be a list of at most 100 objects of at most 256 KB. Throws API_INPUT_INVALID, API_BODY_TOO_LARGE. */
export function checkEvents(stated: unknown, events: unknown[], characters: number): void {
  if (stated !== undefined && !Array.isArray(stated)) {
    throw new BeckonError(errors.API_INPUT_INVALID, '"events" is not a list', { where: 'events' });
  }
  if (events.length > maxEvents) {
    throw new BeckonError(errors.API_INPUT_INVALID, `${events.length} events in one request; ${maxEvents} are allowed`);
  }
  const wrong = events.findIndex((event) => !asObject(event));
  if (wrong >= 0)
    throw new BeckonError(errors.API_INPUT_INVALID, `Event ${wrong} is not an object`, { where: `events[${wrong}]` });
  if (characters <= maxEventCharacters) return;
  const large = events.findIndex((event) => JSON.stringify(event).length > maxEventCharacters);
  if (large < 0) return;
  throw new BeckonError(errors.API_BODY_TOO_LARGE, `Event ${large} is larger than 256 KB`, {
    where: `events[${large}]`,
  });
}

/** Age of the event when it was sent; the client's own clock is not asked (edge-protocol §3). */
function queueTime(value: unknown): number {
  return Math.min(Math.max(asNumber(value) ?? 0, 0), maxQueueMs);
}

/** The organisation out of cookie names such as `kndctr_ABC_AdobeOrg_identity` and `AMCV_ABC%40AdobeOrg`. */
function orgOf(names: string[]): string | undefined {
  for (const name of names) {
    const org =
      /^kndctr_([A-Za-z0-9._-]{1,80}?)_AdobeOrg_(?:identity|consent|cluster)$/.exec(name)?.[1] ??
      /^AMCV_([A-Za-z0-9._-]{1,80})@AdobeOrg$/.exec(decoded(name))?.[1];
    if (org !== undefined) return `${org}@AdobeOrg`;
  }
  return undefined;
}
