import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { point } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import type { Profile } from '../profile/index.ts';
import { decoded } from './cookie.ts';
import { generalOf, isFault, readConsent, type StatedConsent } from './edge-consent.ts';
import { asksForPerson, decide } from './edge-decide.ts';
import { isEcid, orgKey, type Resolved } from './edge-identity.ts';
import {
  carry,
  consentEntry,
  corsHeaders,
  edgeProblemOf,
  exegType,
  identityEntry,
  identityHandle,
  sendEdgeProblem,
  type Handle,
  type StateEntry,
} from './edge-reply.ts';
import { datastreamId, originAllowed, readCall, requestIdOf, type EdgeCall } from './edge-request.ts';
import type { House } from './house.ts';
import { asList, asObject, asText, dig } from './json.ts';
import { personIfAllowed } from './person.ts';
import { asBeckonError, assertNotBusy } from './problem.ts';
import { eventsOfXdm } from './xdm.ts';

const mebibyte = 1024 * 1024;
const region = ':region(^[a-z0-9]{1,32}$)';

type Action = (call: EdgeCall, reply: FastifyReply, house: House) => Promise<FastifyReply>;

const actions: Readonly<Record<string, Action>> = {
  interact,
  collect,
  'identity/acquire': acquire,
  'privacy/set-consent': setConsent,
};

/** The doors of the unmodified Web SDK: `/ee[/region]/v1/…` (edge-protocol §2). */
export async function edgeRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  // The SDK sends JSON as text/plain (edge trap 5), so every content type is read as text here.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: mebibyte }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      ...corsHeaders(request.headers.origin),
      'x-request-id': requestIdOf(request.query, () => request.id),
    });
  });
  app.setErrorHandler((error, request, reply) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('edge.failed', { code: known.code, error });
    return sendEdgeProblem(
      reply,
      edgeProblemOf(known, house.settings.publicUrl, house.random.next()),
      reportOf(request),
    );
  });
  for (const [name, action] of Object.entries(actions)) {
    for (const url of [`/ee/v1/${name}`, `/ee/${region}/v1/${name}`]) {
      app.route({
        method: 'POST',
        url,
        bodyLimit: mebibyte,
        schema: { hide: true },
        handler: (request, reply) => answer(request, reply, { house, action }),
      });
      app.route({ method: 'OPTIONS', url, schema: { hide: true }, handler: preflight });
    }
  }
  app.all('/ee/*', { schema: { hide: true } }, (request, reply) =>
    sendEdgeProblem(
      reply,
      { type: exegType('EXEG-0001-404'), status: 404, title: 'Not found', detail: 'There is no such door at the edge' },
      reportOf(request),
    ),
  );
}

async function preflight(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply
    .headers({
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'Content-Type',
      'access-control-max-age': '600',
    })
    .code(204)
    .send();
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { house, action }: { house: House; action: Action },
): Promise<FastifyReply> {
  const id = datastreamId(request.query);
  const datastream = id === undefined ? undefined : house.events.datastream(id);
  if (!datastream) {
    const detail = id === undefined ? 'The request names no datastream' : `There is no datastream "${id}"`;
    const problem = { type: exegType('EXEG-0003-400'), status: 400, title: 'Unknown datastream', detail };
    return sendEdgeProblem(reply, problem, reportOf(request));
  }
  // Browsers deliver the request even when CORS fails later, so the origin is judged before anything is kept.
  if (!originAllowed(request.headers.origin, datastream, house.settings.publicUrl)) {
    void reply.removeHeader('access-control-allow-origin').removeHeader('access-control-allow-credentials');
    const detail = `Origin ${request.headers.origin} may not send to datastream "${datastream.id}"`;
    const type = `${house.settings.publicUrl}/docs/error/API_ORIGIN_REFUSED`;
    return sendEdgeProblem(reply, { type, status: 403, title: 'Origin refused', detail }, reportOf(request));
  }
  const call = readCall(request, datastream, house);
  void reply.header('x-request-id', call.requestId);
  return action(call, reply, house);
}

async function interact(call: EdgeCall, reply: FastifyReply, house: House): Promise<FastifyReply> {
  if ((await keep(call, house)) === 'out') return sendHandles(call, reply, { house, general: 'out' });
  const person = asksForPerson(call.events, house) ? personIfAllowed(await visitor(call.who, house), house) : null;
  const handles = call.events.flatMap((event, index) => decide(event, index, person, house) ?? []);
  return sendHandles(call, reply, { house, handles });
}

async function collect(call: EdgeCall, reply: FastifyReply, house: House): Promise<FastifyReply> {
  await keep(call, house);
  const { headers } = carry([identityEntry(call.orgId, call.who, call.receivedAt)], call.route);
  if (headers.length > 0) void reply.header('set-cookie', headers);
  return reply.code(204).send();
}

async function acquire(call: EdgeCall, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const consent = await collectConsent(call, house);
  return sendHandles(call, reply, { house, ...(consent === 'out' ? { general: 'out' as const } : {}) });
}

async function setConsent(call: EdgeCall, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const stated = readConsent(call.body['consent']);
  if (isFault(stated)) {
    const problem = {
      type: exegType(stated.code),
      status: stated.status,
      title: 'Consent refused',
      detail: stated.detail,
    };
    return sendEdgeProblem(reply, problem, { requestId: call.requestId, configId: call.datastream.id });
  }
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  const general = stated.collect ?? (await collectConsent(call, house)) ?? 'in';
  await house.events.receive([consentEvent(call, stated)]);
  return sendHandles(call, reply, { house, general });
}

/** Only the consent and the device: what else the request claims is not kept with it (edge-protocol §7). */
function consentEvent(call: EdgeCall, consent: StatedConsent): ShopEvent {
  return {
    id: `${call.requestId}:consent`,
    source: `edge:${call.datastream.id}`,
    types: ['profile.consent'],
    happenedAt: call.happenedAt,
    receivedAt: call.receivedAt,
    level: 0,
    visitor: `ecid:${call.who.ecid}`,
    identities: [{ namespace: 'ecid', id: call.who.ecid }],
    consent: { ...consent },
  };
}

/** Stores the events unless the visitor said no. Resolves after the commit. */
async function keep(call: EdgeCall, house: House): Promise<'kept' | 'out'> {
  if (call.events.length === 0) return 'kept';
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  if ((await collectConsent(call, house)) === 'out') return 'out';
  const events = call.events.flatMap((event, index) =>
    eventsOfXdm(event, {
      id: `${call.requestId}:${index}`,
      source: `edge:${call.datastream.id}`,
      ecid: ownEcid(event) ?? call.who.ecid,
      receivedAt: call.receivedAt,
      happenedAt: call.happenedAt,
      bot: call.bot,
      sharedMaps: call.sharedMaps,
    }),
  );
  await house.events.receive(events);
  point('api.edge-kept', call.requestId);
  return 'kept';
}

/** The device an event names itself; several events of one request may name several. */
function ownEcid(event: unknown): string | undefined {
  for (const [namespace, list] of Object.entries(asObject(dig(event, 'xdm', 'identityMap')) ?? {})) {
    const id = dig(asList(list)[0], 'id');
    if (namespace.toLowerCase() === 'ecid' && isEcid(id)) return id;
  }
  return undefined;
}

/** What the visitor last said about being recorded: our record wins over the browser's copy of it. */
async function collectConsent(call: EdgeCall, house: House): Promise<'in' | 'out' | undefined> {
  const name = `kndctr_${orgKey(call.orgId)}_consent`;
  const copy = generalOf(call.entries.get(name) ?? decoded(call.cookies.get(name) ?? ''));
  if (call.who.fresh) return copy;
  return (await house.profiles.collectConsent(call.who.ecid)) ?? copy;
}

function visitor(who: Resolved, house: House): Promise<Profile | null> {
  return house.profiles.find({ namespace: 'ecid', id: who.ecid });
}

/** The answer of interact, acquire and set-consent: identity when asked for, cookies, and what else there is. */
function sendHandles(
  call: EdgeCall,
  reply: FastifyReply,
  { house, handles = [], general }: { house: House; handles?: Handle[]; general?: 'in' | 'out' },
): FastifyReply {
  const entries: StateEntry[] = [identityEntry(call.orgId, call.who, house.clock.now())];
  if (general !== undefined) entries.push(consentEntry(call.orgId, general));
  const carried = carry(entries, call.route);
  if (carried.headers.length > 0) void reply.header('set-cookie', carried.headers);
  const asked = asList(dig(call.body, 'query', 'identity', 'fetch')).includes('ECID');
  const handle = [...(asked ? [identityHandle(call.who.ecid)] : []), ...handles, ...carried.handles];
  return reply
    .code(200)
    .header('content-type', 'application/json;charset=utf-8')
    .send(JSON.stringify({ requestId: call.requestId, handle }));
}

function reportOf(request: FastifyRequest): { requestId: string; configId?: string } {
  const configId = asText(dig(request.query, 'configId'), 128);
  const requestId = requestIdOf(request.query, () => request.id);
  return configId === undefined ? { requestId } : { requestId, configId };
}
