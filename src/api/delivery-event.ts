import { isCurrency, sha256 } from '../base/index.ts';
import { identityKey, type Identity, type ShopEvent } from '../event/index.ts';
import type { RefusedRow } from './contract-in.ts';
import { claimedBy, deviceOf, devicesOf, linkable, peopleOf, type Caller } from './delivery-caller.ts';
import type { DeliveryOrder, Details } from './delivery-details.ts';
import type { Notification } from './delivery-request.ts';
import { readShownToken, type ReadShown } from './edge-shown.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { readTimes } from './row.ts';
import { minorOf } from './xdm-value.ts';

/** What a request says has happened. */
export interface Told {
  events: ShopEvent[];
  /** Ids of the notifications that were taken; one that is left out the caller may send again. */
  done: string[];
  refused: RefusedRow[];
}

/**
 * Views, interests, orders, what is known of somebody, displays and clicks of a request as events (BEH rows). Ids hang
 * on the request's or the notification's id, so that the SDK's eleven tries count once (edge trap 4).
 */
export function toldBy(caller: Caller, house: House): Told {
  // Somebody who looks at a preview does nothing (BEH-15).
  if (caller.call.isPreview) return { events: [], done: idsOf(caller.call.notifications), refused: [] };
  const hands: Hands = { caller, house, shared: sharedPart(caller, house) };
  const told: Told = { events: [], done: [], refused: [] };
  for (const { details, index } of caller.call.slots) {
    told.events.push(...eventsOfDetails(details, caller.requestId, hands));
    if (details.orderFault !== undefined) told.refused.push(refusal(index + 1, null, details.orderFault));
  }
  for (const notification of caller.call.notifications) hear(notification, told, hands);
  told.events = [...new Map(told.events.map((event) => [event.id, event])).values()];
  return told;
}

interface Hands {
  caller: Caller;
  house: House;
  shared: Omit<ShopEvent, 'id' | 'types'>;
}

function idsOf(notifications: readonly Notification[]): string[] {
  return notifications.flatMap(({ id }) => id ?? []);
}

/** What all events of the request share: the time is ours, since nobody says when the request was sent. */
function sharedPart(caller: Caller, house: House): Hands['shared'] {
  const now = house.clock.now();
  const { call, bot, source } = caller;
  const who = namesOf(caller);
  return {
    source,
    happenedAt: now,
    receivedAt: now,
    ...who,
    visitor: identityKey(who.identities[0]!),
    ...(Object.keys(call.page).length > 0 ? { page: call.page } : {}),
    ...(call.language === undefined ? {} : { language: call.language }),
    ...(bot ? { bot: true } : {}),
  };
}

/** The device for itself; with a key everybody the shop's server names, joined as one person (BEH-10). */
function namesOf(caller: Caller): Pick<ShopEvent, 'level' | 'identities' | 'claims'> {
  if (!caller.trust.tells) {
    const claims = claimedBy(caller);
    return {
      level: claims.length > 0 ? 1 : 0,
      identities: [deviceOf(caller)],
      ...(claims.length > 0 ? { claims } : {}),
    };
  }
  const named: Identity[] = linkable([...devicesOf(caller), ...peopleOf(caller, ['authenticated'])]);
  return { level: 3, identities: named.length > 0 ? named : [deviceOf(caller)] };
}

function refusal(row: number, id: string | null, why: string): RefusedRow {
  return { row, id, code: errors.API_INPUT_INVALID.code, why };
}

/** @param prefix what makes the ids of these events unique */
function eventsOfDetails(details: Details, prefix: string, { caller, house, shared }: Hands): ShopEvent[] {
  const made: ShopEvent[] = [];
  const event = (id: string, type: string, more: Partial<ShopEvent>) =>
    made.push({ ...shared, id: `${prefix}:${id}`, types: [type], ...more });
  const { item, category, likes, order, attributes } = details;
  if (item !== undefined && !details.detailsOnly) {
    event(`view:${item}`, 'commerce.productViews', { items: [{ id: item }], ...dataOf(details) });
  }
  if (!details.detailsOnly && (likes.length > 0 || (category !== undefined && item === undefined))) {
    event(`category:${mark([category ?? '', ...likes])}`, 'web.categoryViews', {
      ...(likes.length > 0 ? { categories: likes } : {}),
      ...(category === undefined ? {} : { page: { ...shared.page, section: category } }),
    });
  }
  if (order) event(`order:${order.id}`, 'commerce.purchases', orderPart(order, { caller, house }));
  if (caller.trust.tells && caller.trust.asserts && Object.keys(attributes).length > 0) {
    event(`profile:${mark(Object.entries(attributes))}`, 'profile.asserted', { attributes });
  }
  return made;
}

/** A short text that is the same for the same values: ids have a limit. */
function mark(values: unknown): string {
  return sha256(JSON.stringify(values)).slice(0, 16);
}

/** What the page says of the item stays with its view: it is nobody's catalogue (docs/decision/0014). */
function dataOf({ entity, category }: Details): Partial<ShopEvent> {
  const said = { ...(category === undefined ? {} : { category }), ...entity };
  return Object.keys(said).length > 0 ? { data: { entity: said } } : {};
}

function orderPart(order: DeliveryOrder, { caller, house }: Pick<Hands, 'caller' | 'house'>): Partial<ShopEvent> {
  const currency = isCurrency(order.currency) ? order.currency : house.settings.currency;
  const { id, total, items } = order;
  return {
    items: items.map((item) => ({ id: item, quantity: 1 })),
    ...(total === undefined ? {} : { order: { id, totalMinor: minorOf(total, currency), currency } }),
    ...(caller.trust.tells ? statedTime(order.time, house.clock.now()) : {}),
  };
}

function statedTime(time: string | undefined, now: number): Partial<ShopEvent> {
  try {
    return time === undefined ? {} : readTimes(time, now);
  } catch {
    return {};
  }
}

/** Takes one notification: what it tells of our own recommendations, and what its details say besides. */
function hear(notification: Notification, told: Told, hands: Hands): void {
  const { row, id, type, tokens, details } = notification;
  const refuse = (why: string) => void told.refused.push(refusal(row, id ?? null, why));
  if (id === undefined) return refuse('A notification needs an id of 1 to 200 characters');
  if (type === undefined) return refuse('The type of a notification is "display" or "click"');
  const shown = tokens
    .map((token) => readShownToken(hands.house.settings.secret, token))
    .filter((read) => read !== null);
  if (tokens.length > 0 && shown.length === 0) return refuse('None of its tokens came with an answer of ours');
  told.done.push(id);
  told.events.push(...shown.map((one) => noticeOf(one, { type, details, shared: hands.shared })));
  const { item } = details;
  // An item that was among those shown is what was clicked; its page will tell of the view.
  const isShown = item !== undefined && shown.some((one) => one.positionOf(item) !== undefined);
  const rest = isShown ? { ...details, item: undefined } : details;
  told.events.push(...eventsOfDetails(rest, `notice:${id}:${hands.shared.visitor.slice(-38)}`, hands));
  if (details.orderFault !== undefined) refuse(details.orderFault);
}

/**
 * A display or a click as the edge keeps it: one for each recommendation, item and visitor, so that telling it twice
 * counts once, whatever the notification is called.
 */
function noticeOf(
  shown: ReadShown,
  { type, details, shared }: { type: 'display' | 'click'; details: Details; shared: Hands['shared'] },
): ShopEvent {
  const { recommendation: id, criterion } = shown;
  const by = shown.activity === undefined ? {} : { activity: shown.activity, experience: shown.experience ?? '' };
  const position = details.item === undefined ? undefined : shown.positionOf(details.item);
  const place = position === undefined ? null : { item: details.item!, position };
  return {
    ...shared,
    id: `${type === 'click' ? 'click' : 'shown'}:${id}:${place?.item ?? ''}:${shared.visitor.slice(-38)}`,
    types: [type === 'click' ? 'decisioning.propositionInteract' : 'decisioning.propositionDisplay'],
    recommendation: { id, criterion, ...by, ...place },
    ...(place ? { items: [{ id: place.item }] } : {}),
  };
}
