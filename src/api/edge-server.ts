import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { normalIdentity, type Datastream, type Identity, type ShopEvent } from '../event/index.ts';
import type { Profile } from '../profile/index.ts';
import { isBot } from './bot.ts';
import { deviceKind } from './device.ts';
import { visitorOf } from './activity-answer.ts';
import { decide, placesOf } from './edge-decide.ts';
import { ecidOfRequest, isEcid, knownIdentity, mintEcid, stateEntries, type Resolved } from './edge-identity.ts';
import { exegType, identityEntry, identityHandle, sendEdgeProblem } from './edge-reply.ts';
import { checkEvents, datastreamId, defaultOrg, readBody, requestIdOf } from './edge-request.ts';
import { readCookies } from './cookie.ts';
import { readShownToken } from './edge-shown.ts';
import type { House } from './house.ts';
import { asList, asObject, asText, dig } from './json.ts';
import { isOwnNamespace, personIfAllowed } from './person.ts';
import { assertNotBusy } from './problem.ts';
import { readTimes } from './row.ts';
import { eventsOfXdm } from './xdm.ts';

const region = ':region(^[a-z0-9]{1,32}$)';

/** One event of a server, with everybody it names. */
interface ServerEvent {
  event: unknown;
  /** The device, when one is named. */
  device: Resolved | null;
  /** Asserted: `loggedOut` and expressly `ambiguous` ones are not. */
  identities: Identity[];
  /** What the event is kept under; undefined when it says nothing of whom it is about. */
  primary: Identity | undefined;
}

interface ServerCall {
  requestId: string;
  datastream: Datastream;
  body: Record<string, unknown>;
  events: ServerEvent[];
  receivedAt: number;
}

/**
 * `/ee[/region]/v2/interact` and `…/collect`: what the shop's own server says, with a secret key (edge-protocol §12). Its
 * word has level 3: who somebody is, and what was bought. The browser's rules of origin and cookies do not apply.
 * Registered inside the edge, whose errors and content types it shares.
 */
export function serverRoutes(app: FastifyInstance, house: House): void {
  const actions = { interact, collect };
  for (const [name, action] of Object.entries(actions)) {
    for (const url of [`/ee/v2/${name}`, `/ee/${region}/v2/${name}`]) {
      app.route({
        method: 'POST',
        url,
        schema: { hide: true },
        config: { asks: { scope: 'events' } },
        handler: (request, reply) => answer(request, reply, { house, action }),
      });
    }
  }
}

type Action = (
  call: ServerCall,
  request: FastifyRequest,
  hands: { reply: FastifyReply; house: House },
) => Promise<FastifyReply>;

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { house, action }: { house: House; action: Action },
): Promise<FastifyReply> {
  const id = datastreamId(request.query);
  const datastream = id === undefined ? undefined : house.events.datastream(id);
  const requestId = requestIdOf(request.query, () => house.ids.next());
  void reply.header('x-request-id', requestId);
  if (!datastream) {
    const detail = id === undefined ? 'The request names no datastream' : `There is no datastream "${id}"`;
    const problem = { type: exegType('EXEG-0003-400'), status: 400, title: 'Unknown datastream', detail };
    return sendEdgeProblem(reply, problem, { requestId, ...(id === undefined ? {} : { configId: id }) });
  }
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  const body = readBody(request.body);
  // interact has one `event`, collect a list of `events`; either is taken from either.
  const stated = body['event'] === undefined ? body['events'] : [body['event']];
  checkEvents(stated, asList(stated), String(request.body).length);
  const events = asList(stated).map((event) => readServerEvent(event, { request, body, datastream, house }));
  return action({ requestId, datastream, body, events, receivedAt: house.clock.now() }, request, { reply, house });
}

function readServerEvent(
  event: unknown,
  {
    request,
    body,
    datastream,
    house,
  }: { request: FastifyRequest; body: Record<string, unknown>; datastream: Datastream; house: House },
): ServerEvent {
  const maps = [dig(event, 'xdm', 'identityMap'), dig(body, 'xdm', 'identityMap'), body['identityMap']];
  const parts = {
    maps,
    entries: stateEntries(body['meta']),
    cookies: readCookies(asText(request.headers.cookie, 16_384)),
    orgId: datastream.orgId ?? defaultOrg,
    fpidCookie: datastream.fpidCookie,
  };
  const device = knownIdentity(parts, house.settings.secret);
  const named = maps.flatMap(namedIn);
  const others = named.filter(({ identity }) => identity.namespace !== 'ecid' && identity.namespace !== 'fpid');
  const ecid = device ? [{ namespace: 'ecid', id: device.ecid }] : [];
  const identities = [...ecid, ...others.map(({ identity }) => identity)];
  return { event, device, identities, primary: ecid[0] ?? others.find(({ primary }) => primary)?.identity };
}

/** Names in an identity map that a server asserts; `primary` also as the text "true" (edge-protocol §12). */
function namedIn(map: unknown): { identity: Identity; primary: boolean }[] {
  return Object.entries(asObject(map) ?? {}).flatMap(([namespace, list]) =>
    asList(list)
      .slice(0, 20)
      .flatMap((entry) => {
        const state = dig(entry, 'authenticatedState');
        const said = dig(entry, 'primary');
        const primary = said === true || said === 'true';
        const [name, id] = [asText(namespace, 64), asText(dig(entry, 'id'), 254)];
        const doubted = state === 'loggedOut' || (state === 'ambiguous' && !primary);
        if (name === undefined || id === undefined || doubted) return [];
        const identity = normalIdentity(name, id);
        const known = identity.namespace !== 'ecid' || isEcid(identity.id);
        return known && !isOwnNamespace(identity.namespace) ? [{ identity, primary }] : [];
      }),
  );
}

async function collect(
  call: ServerCall,
  request: FastifyRequest,
  { reply, house }: { reply: FastifyReply; house: House },
): Promise<FastifyReply> {
  const nobody = call.events.findIndex(({ primary }) => primary === undefined);
  if (nobody >= 0) return refuseNobody(reply, call, nobody);
  await keep(call, house);
  if (asText(dig(request.query, 'silent'), 8) === 'true') return reply.code(204).send();
  return sendJson(reply, 202, { requestId: call.requestId });
}

/** A visitor whom nobody names gets an ECID, which the shop's server hands on to the page. */
async function interact(
  call: ServerCall,
  _request: FastifyRequest,
  { reply, house }: { reply: FastifyReply; house: House },
): Promise<FastifyReply> {
  const orgId = call.datastream.orgId ?? defaultOrg;
  const ecid = ecidOfRequest(house.settings.secret, orgId, call.requestId) ?? mintEcid(house.random);
  const minted: Resolved = { ecid, source: 0, createdAt: 0, fresh: true };
  const events = call.events.map((one) => (one.primary ? one : withDevice(one, minted)));
  await keep({ ...call, events }, house);
  const who = events[0]?.device ?? (events.length === 0 ? minted : null);
  const handle = await decisions(events, call.datastream, house);
  const asked = asList(dig(call.body, 'query', 'identity', 'fetch')).includes('ECID');
  if (who && asked) handle.unshift(identityHandle(who.ecid));
  if (who)
    handle.push({
      type: 'state:store',
      payload: [identityEntry(orgId, who, house.clock.now())],
    });
  return sendJson(reply, 200, { requestId: call.requestId, handle });
}

async function decisions(events: readonly ServerEvent[], datastream: Datastream, house: House) {
  const made = await Promise.all(
    events.map(async ({ event, primary }, index) => {
      const places = placesOf(event, { datastream, house });
      const asks = places.length > 0;
      const profile: Profile | null = asks && primary ? await house.profiles.find(primary) : null;
      const who = {
        device: primary ?? { namespace: 'anonymousid', id: '' },
        profile,
        person: personIfAllowed(profile, house),
      };
      const names = places.map(({ name }) => name);
      return decide(event, index, { datastream, house, visitor: await visitorOf(who, names, house), places });
    }),
  );
  return made.filter((handle) => handle !== null);
}

function withDevice(one: ServerEvent, device: Resolved): ServerEvent {
  const identity = { namespace: 'ecid', id: device.ecid };
  return { ...one, device, identities: [identity, ...one.identities], primary: identity };
}

async function keep(call: ServerCall, house: House): Promise<void> {
  const made = await Promise.all(
    call.events.map(async (one, index) => {
      const events = eventsOf(one, index, { call, house });
      const isOut = one.device !== null && (await house.profiles.collectConsent(one.device.ecid)) === 'out';
      // A visitor who said no to being recorded said it of the pages, whoever draws them; an order is the shop's own.
      return isOut ? events.filter(({ source }) => source === 'server') : events;
    }),
  );
  const events = made.flat();
  if (events.length > 0) await house.events.receive(events);
}

function eventsOf(one: ServerEvent, index: number, { call, house }: { call: ServerCall; house: House }): ShopEvent[] {
  const xdm = dig(one.event, 'xdm');
  const agent = asText(dig(xdm, 'environment', 'browserDetails', 'userAgent'), 512);
  const { receivedAt, happenedAt } = readTimes(asText(dig(xdm, 'timestamp'), 40), call.receivedAt);
  const events = eventsOfXdm(one.event, {
    id: asText(dig(xdm, '_id'), 128) ?? `${call.requestId}:${index}`,
    source: 'server',
    visitor: `${one.primary!.namespace}:${one.primary!.id}`,
    identities: one.identities,
    level: 3,
    claims: [],
    receivedAt,
    happenedAt,
    bot: agent !== undefined && isBot(agent),
    device: deviceKind(agent),
    readToken: (token) => readShownToken(house.settings.secret, token),
  });
  // What a visitor does on a page that the server draws is behaviour; what the server tells of itself is not.
  const isBehaviour = one.device !== null && !events.some(({ types }) => types.includes('commerce.purchases'));
  return isBehaviour ? events.map((event) => ({ ...event, source: `edge:${call.datastream.id}` })) : events;
}

function refuseNobody(reply: FastifyReply, call: ServerCall, index: number): FastifyReply {
  const problem = {
    type: exegType('EXEG-0306-400'),
    status: 400,
    title: 'No primary identity',
    detail: `Event ${index} names neither an ECID nor an identity with "primary": true; nothing of the request was kept`,
  };
  return sendEdgeProblem(reply, problem, { requestId: call.requestId, configId: call.datastream.id });
}

function sendJson(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.code(status).header('content-type', 'application/json;charset=utf-8').send(JSON.stringify(body));
}
