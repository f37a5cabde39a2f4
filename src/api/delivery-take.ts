import type { FastifyReply, FastifyRequest } from 'fastify';
import { identityKey, type Identity, type ShopEvent } from '../event/index.ts';
import { readPreview } from '../recommend/index.ts';
import { visitorOf, type Visitor } from './activity-answer.ts';
import { placeNameOf, type Answering } from './delivery-answer.ts';
import { callerOf, deviceOf, devicesOf, peopleOf, personFor, type Caller, type Found } from './delivery-caller.ts';
import { toldBy } from './delivery-event.ts';
import { readDelivery, type Slot } from './delivery-request.ts';
import { viewPrefix } from './edge-scope.ts';
import type { House } from './house.ts';
import { limitsOf } from './limit.ts';
import { inTime } from './person.ts';
import { itemOfDetails, tellItems } from './page-item.ts';
import { assertNotBusy } from './problem.ts';

/** Taken in: what the request told is kept, and its places can be answered. */
export interface Taken {
  caller: Caller;
  answering: Answering;
  /** Ids of the notifications that were taken. */
  done: string[];
}

/**
 * Reads a Delivery body, keeps what it tells, then looks up whom the answer is for: what it tells counts already
 * (recommendations §1.14). Resolves after the commit.
 *
 * @throws API_INPUT_INVALID, API_ORIGIN_REFUSED, API_KEY_NOT_ENOUGH, API_TOO_MANY, API_BUSY
 */
export async function take(request: FastifyRequest, body: unknown, house: House): Promise<Taken> {
  const call = readDelivery(body);
  const caller = await callerOf(request, call, house);
  // The visitors of a whole shop may come from its one server.
  if (!caller.trust.reads && !caller.trust.tells) limitsOf(house).visitor(request, deviceOf(caller).id);
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  const { events, done, refused } = toldBy(caller, house);
  if (refused.length > 0) house.intake?.refused(caller.source, refused);
  await keep(events, caller, house);
  if (!caller.bot && !call.isPreview) {
    tellItems(house, caller.source, () => call.slots.flatMap(({ details }) => itemOfDetails(details)));
  }
  const asks = call.slots.length > 0 && !call.beacon;
  const found = asks ? await personFor(caller, house) : { person: null, why: 'a stranger' as const };
  const visitor = await askerOf(caller, found, house);
  return { caller, answering: { caller, found, visitor, house, trace: await traceFor(caller, house) }, done };
}

/** Whoever asks, for the activities at the places of the request. */
async function askerOf(caller: Caller, found: Found, house: House): Promise<Visitor> {
  const { call, trust } = caller;
  const preview = readPreview(house.settings.secret, call.previewToken, house.clock.now());
  // A mailer names a person and no device: a made-up device would be another one for each mail.
  const named = trust.reads && call.ecid === undefined && call.tntId === undefined;
  const [person] = named ? peopleOf(caller, ['authenticated', 'unknown']) : [];
  const who = { device: person ?? deviceOf(caller), profile: found.profile ?? null, person: found.person, preview };
  const asked = visitorOf(who, placesAsked(call.slots, house), house);
  // Audiences are asked of the database: a page is answered in time, as to somebody who is in none.
  if (trust.reads) return asked;
  return (
    (await inTime(asked, house))?.value ?? {
      person: found.person,
      unit: identityKey(who.device),
      audiences: new Set(),
      told: {},
      preview,
    }
  );
}

/** The names of the places; a view without a name stands for all of them. */
function placesAsked(slots: readonly Slot[], house: House): string[] {
  return slots.flatMap((slot) =>
    slot.place === 'view' && slot.name === undefined ? house.activities.locations(viewPrefix) : [placeNameOf(slot)],
  );
}

/** Stores events. Of a device that declined to be recorded only the shop's own word is kept (trust row 87). */
async function keep(events: readonly ShopEvent[], caller: Caller, house: House): Promise<void> {
  if (events.length === 0) return;
  const [device] = devicesOf(caller);
  const recalled = device?.namespace === 'ecid' ? house.profiles.recallConsent(device.id) : undefined;
  if (recalled && recalled.answer !== 'out') {
    const { doubted } = await house.events.receive(events, { unless: 'consenting' });
    // Otherwise the visitor has just stated a consent: now it is asked for, and counts.
    if (doubted === 0) return;
  }
  const isOut = device !== undefined && (await declined(device, house));
  const kept = isOut ? events.filter((event) => event.level === 3 && isOwnWord(event)) : events;
  if (kept.length > 0) await house.events.receive(kept);
}

async function declined({ namespace, id }: Identity, house: House): Promise<boolean> {
  return (await house.profiles.collectConsent(id, namespace === 'ecid' ? 'ecid' : 'tntid')) === 'out';
}

/** Orders and what is known of somebody are the shop's own; views and clicks are the visitor's. */
function isOwnWord({ types }: ShopEvent): boolean {
  return types.includes('commerce.purchases') || types.includes('profile.asserted');
}

async function traceFor({ call, trust }: Caller, house: House): Promise<Answering['trace']> {
  if (call.traceToken === undefined) return 'none';
  if (trust.reads) return 'full';
  const key = call.traceToken === '' ? null : await house.keys.admit(call.traceToken);
  const may = key?.kind === 'secret' && key.scopes.some((scope) => ['*', 'read', 'recommend'].includes(scope));
  return may ? 'full' : 'refused';
}

/** Answers with JSON that nobody keeps. */
export function send(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(body));
}
