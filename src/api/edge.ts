import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { point } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import { decoded } from './cookie.ts';
import { generalOf, isFault, readConsent, type StatedConsent } from './edge-consent.ts';
import { visitorOf, type Visitor } from './activity-answer.ts';
import { decide, placesOf } from './edge-decide.ts';
import { isEcid, orgKey } from './edge-identity.ts';
import { linkOf, saysWho, signOutEvent, unlinked, type Link } from './edge-link.ts';
import {
  carry,
  consentEntry,
  corsHeaders,
  edgeProblemOf,
  exegType,
  identityEntry,
  identityHandle,
  problemAnswer,
  sendAnswer,
  sendEdgeProblem,
  warnings,
  type EdgeAnswer,
  type EdgeReport,
  type EdgeWarning,
  type Handle,
  type StateEntry,
} from './edge-reply.ts';
import { datastreamId, originAllowed, readCall, requestIdOf, type EdgeCall, type EdgeRequest } from './edge-request.ts';
import { readShownToken } from './edge-shown.ts';
import { serverRoutes } from './edge-server.ts';
import { openToAll } from './guard.ts';
import type { House } from './house.ts';
import { asList, asObject, asText, dig } from './json.ts';
import { limitsOf } from './limit.ts';
import { inTime, personIfAllowed } from './person.ts';
import { itemsOfXdm, tellItems } from './page-item.ts';
import { asBeckonError, assertNotBusy } from './problem.ts';
import { claimsOf, eventsOfXdm } from './xdm.ts';

const mebibyte = 1024 * 1024;
const region = ':region(^[a-z0-9]{1,32}$)';

type Action = (call: EdgeCall, house: House) => Promise<EdgeAnswer>;

/** What the Web SDK asks for, by the end of the address. */
export const actions: Readonly<Record<string, Action>> = {
  interact,
  collect,
  'identity/acquire': acquire,
  'privacy/set-consent': setConsent,
};

/** The doors of the unmodified Web SDK: `/ee[/region]/v1/…` (edge-protocol §2). */
export async function edgeRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  openToAll(app, 'what visitors do comes in by claims');
  // The SDK sends JSON as text/plain (edge trap 5), so every content type is read as text here.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: mebibyte }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(corsHeaders(request.headers.origin));
    void reply.header(
      'x-request-id',
      requestIdOf(request.query, () => house.ids.next()),
    );
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    return sendAnswer(reply, failure(error, reportOf(request.query, requestIdIn(reply)), house));
  });
  for (const [name, action] of Object.entries(actions)) {
    for (const url of [`/ee/v1/${name}`, `/ee/${region}/v1/${name}`]) {
      app.route({
        method: 'POST',
        url,
        bodyLimit: mebibyte,
        schema: { hide: true },
        handler: async (request, reply) =>
          sendAnswer(reply, await answer(request, requestIdIn(reply), { house, action })),
      });
      app.route({ method: 'OPTIONS', url, schema: { hide: true }, handler: preflight });
    }
  }
  serverRoutes(app, house);
  app.all('/ee/*', { schema: { hide: true } }, (request, reply) =>
    sendEdgeProblem(
      reply,
      { type: exegType('EXEG-0001-404'), status: 404, title: 'Not found', detail: 'There is no such door at the edge' },
      reportOf(request.query, requestIdIn(reply)),
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

/** Whatever failed, as the edge says it. */
export function failure(error: unknown, report: EdgeReport, house: House): EdgeAnswer {
  const known = asBeckonError(error);
  if (known.status >= 500) house.log.error('edge.failed', { code: known.code, error });
  return problemAnswer(edgeProblemOf(known, house.settings.publicUrl, house.random.next()), report);
}

/** Answers a request that Fastify has let pass, or the straight path. */
export async function answer(
  request: EdgeRequest,
  requestId: string,
  { house, action }: { house: House; action: Action },
): Promise<EdgeAnswer> {
  const id = datastreamId(request.query);
  const datastream = id === undefined ? undefined : house.events.datastream(id);
  if (!datastream) {
    const detail = id === undefined ? 'The request names no datastream' : `There is no datastream "${id}"`;
    const problem = { type: exegType('EXEG-0003-400'), status: 400, title: 'Unknown datastream', detail };
    return problemAnswer(problem, reportOf(request.query, requestId));
  }
  // Browsers deliver the request even when CORS fails later, so the origin is judged before anything is kept.
  if (!originAllowed(request.headers.origin, datastream, house.settings.publicUrl)) {
    const detail = `Origin ${request.headers.origin} may not send to datastream "${datastream.id}"`;
    const type = `${house.settings.publicUrl}/docs/error/API_ORIGIN_REFUSED`;
    const problem = { type, status: 403, title: 'Origin refused', detail };
    return { ...problemAnswer(problem, reportOf(request.query, requestId)), closed: true };
  }
  const call = readCall(request, { datastream, requestId }, house);
  const limits = limitsOf(house);
  limits.visitor(request, call.who.ecid);
  for (const ecid of othersIn(call)) limits.visitor(request, ecid);
  call.bot ||= limits.isMachine(request, call.who.ecid, call.events.length);
  return action(call, house);
}

async function interact(call: EdgeCall, house: House): Promise<EdgeAnswer> {
  const kept = await keep(call, house);
  const { datastream } = call;
  if (kept.consent === 'out') return withHandles(call, { house, general: 'out', warnings: kept.warnings });
  const places = call.events.map((event) => placesOf(event, { datastream, house }));
  const names = places.flatMap((some) => some.map(({ name }) => name));
  const found = names.length > 0 ? await inTime(visitor(call, names, house), house) : { value: unasked(call) };
  const asked = found && { datastream, visitor: found.value, house };
  const handles = asked
    ? call.events.flatMap((event, index) => decide(event, index, { ...asked, places: places[index]! }) ?? [])
    : [];
  const late = found ? [] : [warnings.late(house.settings.publicUrl)];
  return withHandles(call, { house, handles, warnings: [...kept.warnings, ...late] });
}

async function collect(call: EdgeCall, house: House): Promise<EdgeAnswer> {
  await keep(call, house);
  const { headers } = carry([identityEntry(call.orgId, call.who, call.receivedAt)], call.route);
  return { status: 204, headers: headers.length > 0 ? { 'set-cookie': headers } : {} };
}

async function acquire(call: EdgeCall, house: House): Promise<EdgeAnswer> {
  const consent = await collectConsent(call, house);
  const warned = setupWarnings(call, house);
  return withHandles(call, { house, warnings: warned, ...(consent === 'out' ? { general: 'out' } : {}) });
}

async function setConsent(call: EdgeCall, house: House): Promise<EdgeAnswer> {
  const stated = readConsent(call.body['consent']);
  if (isFault(stated)) {
    const problem = {
      type: exegType(stated.code),
      status: stated.status,
      title: 'Consent refused',
      detail: stated.detail,
    };
    return problemAnswer(problem, { requestId: call.requestId, configId: call.datastream.id });
  }
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  const general = stated.collect ?? (await collectConsent(call, house)) ?? 'in';
  await house.events.receive([consentEvent(call, stated)]);
  return withHandles(call, { house, general });
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
async function keep(call: EdgeCall, house: House): Promise<{ consent: 'in' | 'out'; warnings: EdgeWarning[] }> {
  const warned = setupWarnings(call, house);
  if (call.events.length === 0) return { consent: 'in', warnings: warned };
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  const recalled = call.who.fresh ? undefined : house.profiles.recallConsent(call.who.ecid);
  const said = recalled?.answer ?? copyOfConsent(call);
  // A yes, or nothing, is doubted when the events are stored; a no is asked for, or a yes just given is lost.
  if (said === 'out' && (await collectConsent(call, house)) === 'out') return { consent: 'out', warnings: warned };
  const silent = await silentIn(call, house);
  const links = call.events.some(saysWho)
    ? await Promise.all(call.events.map((event) => linkOf(event, deviceOf(event, call.who), house)))
    : [];
  const read = call.events.map((event, index) =>
    silent?.has(deviceOf(event, call.who))
      ? { events: [], warnings: [] }
      : readEvent(event, index, { call, house, link: links[index] ?? unlinked }),
  );
  const events = read.flatMap((one) => one.events);
  const unless = recalled || call.who.fresh || said === 'out' ? 'consenting' : 'declined';
  const { doubted } = await house.events.receive(events, { unless });
  // The visitor has just stated a consent: now it is asked for, and counts.
  if (doubted > 0) {
    if ((await collectConsent(call, house)) === 'out') return { consent: 'out', warnings: warned };
    await house.events.receive(events);
  }
  if (!call.bot) tellItems(house, `edge:${call.datastream.id}`, () => call.events.flatMap(itemsOfXdm));
  point('api.edge-kept', call.requestId);
  return { consent: 'in', warnings: [...warned, ...read.flatMap((one) => one.warnings)] };
}

/** What the request tells of how the page is set up. */
function setupWarnings({ body, entries, route }: EdgeCall, house: House): EdgeWarning[] {
  const { publicUrl } = house.settings;
  // `CORE` is asked for only while thirdPartyCookiesEnabled is on, and then Adobe was asked first (edge trap 2).
  const asksAdobe = asList(dig(body, 'query', 'identity', 'fetch')).includes('CORE');
  const domain = asText(dig(body, 'meta', 'state', 'domain'), 253) ?? '';
  const losesCookies = route.isMixed && domain !== '' && entries.size === 0;
  return [...(asksAdobe ? [warnings.thirdParty(publicUrl)] : []), ...(losesCookies ? [warnings.mixed(publicUrl)] : [])];
}

function readEvent(
  event: unknown,
  index: number,
  { call, house, link }: { call: EdgeCall; house: House; link: Link },
): { events: ShopEvent[]; warnings: EdgeWarning[] } {
  const device = { namespace: 'ecid', id: deviceOf(event, call.who) };
  const { receivedAt, happenedAt, bot, device: kind, language } = call;
  const id = `${call.requestId}:${index}`;
  const source = `edge:${call.datastream.id}`;
  const events = eventsOfXdm(event, {
    id,
    source,
    visitor: `ecid:${device.id}`,
    identities: link.person ? [device, link.person.identity] : [device],
    level: link.person ? 3 : 0,
    claims: claimsOf([dig(event, 'xdm', 'identityMap'), ...call.sharedMaps]),
    ...(link.person ? { linkedUntil: link.person.until } : {}),
    receivedAt,
    happenedAt,
    bot,
    device: kind,
    language,
    readToken: (token) => readShownToken(house.settings.secret, token),
  });
  if (link.fault !== undefined)
    house.log.warn('edge.token-refused', { datastream: call.datastream.id, fault: link.fault });
  return {
    events: link.signsOut ? [signOutEvent(id, device, { source, happenedAt, receivedAt }), ...events] : events,
    warnings: link.fault === undefined ? [] : [warnings.token(house.settings.publicUrl, link.fault)],
  };
}

/** The device an event names itself, otherwise the request's; several events of one request may name several. */
function deviceOf(event: unknown, who: EdgeCall['who']): string {
  for (const [namespace, list] of Object.entries(asObject(dig(event, 'xdm', 'identityMap')) ?? {})) {
    const id = dig(asList(list)[0], 'id');
    if (namespace.toLowerCase() === 'ecid' && isEcid(id)) return id;
  }
  return who.ecid;
}

/** Devices that events name besides the visitor's own; the SDK names none. */
function othersIn({ events, who }: EdgeCall): string[] {
  const others = events.map((event) => deviceOf(event, who)).filter((ecid) => ecid !== who.ecid);
  return others.length > 1 ? [...new Set(others)] : others;
}

/** Those of them who have declined to be recorded: what is told of them is not kept, whoever tells it. Mostly nobody. */
async function silentIn(call: EdgeCall, house: House): Promise<ReadonlySet<string> | undefined> {
  const others = othersIn(call);
  if (others.length === 0) return undefined;
  const states = await Promise.all(others.map((ecid) => house.profiles.collectConsent(ecid)));
  return new Set(others.filter((_, place) => states[place] === 'out'));
}

/** What the visitor last said about being recorded: our record wins over the browser's copy of it. */
async function collectConsent(call: EdgeCall, house: House): Promise<'in' | 'out' | undefined> {
  if (call.who.fresh) return copyOfConsent(call);
  return (await house.profiles.collectConsent(call.who.ecid)) ?? copyOfConsent(call);
}

/** The browser's own copy of the consent. */
function copyOfConsent(call: EdgeCall): 'in' | 'out' | undefined {
  const name = `kndctr_${orgKey(call.orgId)}_consent`;
  return generalOf(call.entries.get(name) ?? decoded(call.cookies.get(name) ?? ''));
}

/** Who asks: what is remembered of the device, and the audiences it is in where an activity wants to know. */
async function visitor({ who }: EdgeCall, places: string[], house: House): Promise<Visitor> {
  const device = { namespace: 'ecid', id: who.ecid };
  const profile = await house.profiles.find(device);
  const person = personIfAllowed(profile, house);
  return visitorOf({ device, profile, person }, places, house);
}

/** Nobody is looked up where nothing is to be shown. */
function unasked({ who }: EdgeCall): Visitor {
  return { person: null, unit: `ecid:${who.ecid}`, audiences: new Set(), told: {}, preview: null };
}

interface HandleParts {
  house: House;
  handles?: Handle[];
  general?: 'in' | 'out';
  warnings?: EdgeWarning[];
}

/** The answer of interact, acquire and set-consent: identity when asked for, cookies, and what else there is. */
function withHandles(call: EdgeCall, { house, handles = [], general, warnings: warned = [] }: HandleParts): EdgeAnswer {
  const entries: StateEntry[] = [identityEntry(call.orgId, call.who, house.clock.now())];
  if (general !== undefined) entries.push(consentEntry(call.orgId, general));
  const carried = carry(entries, call.route);
  const headers: EdgeAnswer['headers'] = { 'content-type': 'application/json;charset=utf-8' };
  if (carried.headers.length > 0) headers['set-cookie'] = carried.headers;
  const asked = asList(dig(call.body, 'query', 'identity', 'fetch')).includes('ECID');
  const handle = [...(asked ? [identityHandle(call.who.ecid)] : []), ...handles, ...carried.handles];
  const body = { requestId: call.requestId, handle, ...(warned.length > 0 ? { warnings: warned } : {}) };
  return { status: 200, headers, body: JSON.stringify(body) };
}

/** The request's own id, or the one it got when it came. */
function requestIdIn(reply: FastifyReply): string {
  return reply.getHeader('x-request-id') as string;
}

export function reportOf(query: unknown, requestId: string): EdgeReport {
  const configId = asText(dig(query, 'configId'), 128);
  return configId === undefined ? { requestId } : { requestId, configId };
}
