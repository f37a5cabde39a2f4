import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { normalIdentity, type Identity, type ShopEvent } from '../event/index.ts';
import { bearerOf } from './auth.ts';
import { isBot } from './bot.ts';
import { readDelivery, type DeliveryCall, type Mbox } from './delivery-request.ts';
import type { House, Person, RecommendRequest } from './house.ts';
import { adminLimits, asText, dig, parseJson } from './json.ts';
import { findProfile, hasCriterion, personIfAllowed } from './person.ts';
import { asBeckonError, assertNotBusy } from './problem.ts';
import { minorOf } from './xdm-value.ts';

/** Who calls: the body as read, and whether a secret key vouches for it. */
interface Caller {
  call: DeliveryCall;
  requestId: string;
  tntId: string;
  trusted: boolean;
  bot: boolean;
}

/** `POST /rest/v1/delivery` for the unmodified Target SDK (recommendations.md §2); `/t/<key>/…` carries a key. */
export async function deliveryRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, _request, reply) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('delivery.failed', { code: known.code, error });
    if (known.retryAfter !== undefined) void reply.header('retry-after', String(Math.ceil(known.retryAfter)));
    return send(reply, known.status, { status: known.status, message: `${known.message}. ${known.mend}` });
  });
  const schema = { tags: ['delivery'], summary: 'Recommendations for the Target SDK' };
  app.post('/rest/v1/delivery', { schema }, (request, reply) => deliver(request, reply, house));
  app.post('/t/:key/rest/v1/delivery', { schema: { hide: true } }, (request, reply) => deliver(request, reply, house));
}

async function deliver(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const client = asText(dig(request.query, 'client') ?? dig(request.query, 'imsOrgId'), 128);
  if (client === undefined) {
    return send(reply, 400, { status: 400, message: 'The address names neither client nor imsOrgId' });
  }
  const call = readDelivery(parseJson(typeof request.body === 'string' ? request.body : '', adminLimits));
  const caller: Caller = {
    call,
    requestId: call.requestId ?? house.ids.next(),
    tntId: call.tntId ?? Buffer.from(house.random.bytes(16)).toString('hex'),
    trusted: await isTrusted(request, house),
    bot: isBot(asText(request.headers['user-agent'], 512)),
  };
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  const events = eventsOf(caller, house);
  if (events.length > 0) await house.events.receive(events);
  if (call.beacon) return reply.code(204).send();
  return send(reply, 200, answerOf(caller, await personFor(caller, house), { client, house }));
}

async function isTrusted(request: FastifyRequest, house: House): Promise<boolean> {
  const key = bearerOf(request) ?? asText(dig(request.params, 'key'), 256);
  const admitted = key === undefined ? null : await house.keys.admit(key);
  return admitted?.kind === 'secret' && (admitted.scopes.includes('*') || admitted.scopes.includes('recommend'));
}

/** Names that may be read by this caller, the best first: without a secret key the device's own only (design §7). */
function identitiesOf({ call, tntId, trusted }: Caller): Identity[] {
  const identities: Identity[] = [];
  if (trusted) {
    for (const { id, integrationCode } of call.customerIds) identities.push(normalIdentity(integrationCode, id));
    if (call.thirdPartyId !== undefined) identities.push(normalIdentity('thirdpartyid', call.thirdPartyId));
  }
  if (call.ecid !== undefined) identities.push({ namespace: 'ecid', id: call.ecid });
  else if (identities.length === 0) identities.push({ namespace: 'tntid', id: tntId });
  return identities;
}

async function personFor(caller: Caller, house: House): Promise<Person | null> {
  for (const identity of identitiesOf(caller)) {
    const profile = await findProfile(identity, house);
    if (profile) return personIfAllowed(profile, house);
  }
  return null;
}

function answerOf(caller: Caller, person: Person | null, { client, house }: { client: string; house: House }): object {
  const { call } = caller;
  const part = (mboxes: Mbox[] | undefined, pageLoad: boolean, prefetch: boolean) => ({
    ...(pageLoad ? { pageLoad: { options: [] } } : {}),
    ...(mboxes ? { mboxes: mboxes.map((mbox) => answerMbox(mbox, person, { house, prefetch })) } : {}),
  });
  // Never an edgeHost: the SDK would leave us for it (edge trap 3).
  return {
    status: 200,
    requestId: caller.requestId,
    client,
    id: {
      tntId: caller.tntId,
      ...(call.thirdPartyId === undefined ? {} : { thirdPartyId: call.thirdPartyId }),
      ...(call.ecid === undefined ? {} : { marketingCloudVisitorId: call.ecid }),
    },
    ...(call.execute || call.pageLoad.execute ? { execute: part(call.execute, call.pageLoad.execute, false) } : {}),
    ...(call.prefetch || call.pageLoad.prefetch ? { prefetch: part(call.prefetch, call.pageLoad.prefetch, true) } : {}),
    ...(call.notifications.length > 0 ? { notifications: call.notifications.map(({ id }) => ({ id })) } : {}),
  };
}

/** With nothing to show an mbox comes back without options; the SDK takes that well (recommendations.md §2.3). */
function answerMbox(
  mbox: Mbox,
  person: Person | null,
  { house, prefetch }: { house: House; prefetch: boolean },
): object {
  const empty = { index: mbox.index, name: mbox.name };
  if (!hasCriterion(house, mbox.criterion)) return empty;
  try {
    const answer = house.recommend.answer(requestOf(mbox), person);
    if (answer.items.length === 0 && answer.cart.length === 0) return empty;
    const responseTokens = {
      'activity.id': answer.criterion.key,
      'beckon.requestId': answer.requestId,
      'beckon.status': answer.status,
    };
    const eventToken = prefetch ? { eventToken: answer.trackingToken } : {};
    return { ...empty, options: [{ type: 'json', content: answer, responseTokens, ...eventToken }] };
  } catch (error) {
    house.log.warn('delivery.recommend-failed', { criterion: mbox.criterion, error });
    return empty;
  }
}

function requestOf(mbox: Mbox): RecommendRequest {
  const request: RecommendRequest = { criterion: mbox.criterion };
  if (mbox.item !== undefined) request.item = mbox.item;
  if (mbox.item !== undefined && mbox.views) request.pageItem = mbox.item;
  if (mbox.cart.length > 0) request.cart = mbox.cart;
  if (mbox.excludedIds.length > 0) request.excludedIds = mbox.excludedIds;
  if (mbox.limit !== undefined) request.limit = mbox.limit;
  if (mbox.backup !== undefined) request.backup = mbox.backup;
  return request;
}

/** Views, orders and notices in the call as events; ids hang on the request id, so the SDK's eleven tries count once. */
function eventsOf(caller: Caller, house: House): ShopEvent[] {
  const { call, requestId } = caller;
  const identities = identitiesOf(caller);
  const device = identities.find(({ namespace }) => namespace === 'ecid') ?? identities[0]!;
  const now = house.clock.now();
  const event = (id: string, type: string, more: Partial<ShopEvent>): ShopEvent => ({
    id: `${requestId}:${id}`,
    source: 'delivery',
    types: [type],
    happenedAt: now,
    receivedAt: now,
    level: caller.trusted ? 3 : 0,
    visitor: `${device.namespace}:${device.id}`,
    identities: caller.trusted ? identities : [device],
    ...(caller.bot ? { bot: true } : {}),
    ...more,
  });
  const mboxes = [...(call.execute ?? []), ...(call.prefetch ?? [])];
  const made = mboxes.flatMap((mbox) => eventsOfMbox(mbox, caller, { event, currency: house.settings.currency }));
  const notices = call.notifications.map(({ id, type, tokens, mbox }) =>
    event(`notice:${id}`, type === 'click' ? 'decisioning.propositionInteract' : 'decisioning.propositionDisplay', {
      data: { tokens, mbox },
    }),
  );
  return [...once(made), ...notices];
}

type MakeEvent = (id: string, type: string, more: Partial<ShopEvent>) => ShopEvent;

function eventsOfMbox(
  mbox: Mbox,
  caller: Caller,
  { event, currency }: { event: MakeEvent; currency: string },
): ShopEvent[] {
  const made: ShopEvent[] = [];
  if (mbox.item !== undefined && mbox.views) {
    made.push(event(`view:${mbox.item}`, 'commerce.productViews', { items: [{ id: mbox.item }] }));
  }
  if (mbox.order) {
    const { id, total, items } = mbox.order;
    const order =
      total !== undefined && total >= 0 ? { order: { id, totalMinor: minorOf(total, currency), currency } } : {};
    made.push(
      event(`order:${id}`, 'commerce.purchases', { ...order, items: items.map((item) => ({ id: item, quantity: 1 })) }),
    );
  }
  if (caller.trusted && Object.keys(mbox.attributes).length > 0) {
    made.push(event(`profile:${mbox.index}`, 'profile.asserted', { attributes: mbox.attributes }));
  }
  return made;
}

/** Two mboxes of one page may name the same item or order: it happened once. */
function once(events: ShopEvent[]): ShopEvent[] {
  return [...new Map(events.map((event) => [event.id, event])).values()];
}

function send(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(body));
}
