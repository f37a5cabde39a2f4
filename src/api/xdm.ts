import { isCurrency, sha256 } from '../base/index.ts';
import {
  isOwnType,
  normalIdentity,
  type DeviceKind,
  type EventItem,
  type EventOrder,
  type Identity,
  type Level,
  type ShopEvent,
} from '../event/index.ts';
import { asList, asNumber, asObject, asText, dig } from './json.ts';
import { noticesOf, type ReadToken } from './xdm-notice.ts';
import { readTarget, targetBehaviour } from './xdm-target.ts';
import { asItemId, minorOf } from './xdm-value.ts';

/** What is known of an event besides its own words. */
export interface XdmContext {
  /** `requestId:index`. */
  id: string;
  /** `edge:<datastream>`. */
  source: string;
  /** The shard key, and who the event names at its level. */
  visitor: string;
  identities: Identity[];
  /** 3 when a key or a token vouches; otherwise the device speaks, and what it claims makes it 1. */
  level: Level;
  /** Names that are merely claimed. */
  claims: Identity[];
  linkedUntil?: number;
  /** UTC ms, business time. */
  receivedAt: number;
  happenedAt: number;
  bot: boolean;
  device?: DeviceKind | undefined;
  /** BCP 47 language of the request, for events that name none. */
  language?: string | undefined;
  /** Reads the tokens of our own propositions. */
  readToken: ReadToken;
}

/** Measures and the type each stands for; the first that is present and above zero is the main one. */
const measures: readonly (readonly [measure: string, type: string])[] = [
  ['purchases', 'commerce.purchases'],
  ['checkouts', 'commerce.checkouts'],
  ['productListRemovals', 'commerce.productListRemovals'],
  ['productListAdds', 'commerce.productListAdds'],
  ['productListReopens', 'commerce.productListReopens'],
  ['productListOpens', 'commerce.productListOpens'],
  ['productViews', 'commerce.productViews'],
  ['productListViews', 'commerce.productListViews'],
  ['saveForLaters', 'commerce.saveForLaters'],
  ...(
    [
      'cartAbandons',
      'inStorePurchase',
      'oneClickPay',
      'quickView',
      'orderReview',
      'saveForLaterAdd',
      'saveForLaterView',
      'saveForLaterRemove',
      'productCompare',
      'backofficeOrderPlaced',
      'backofficeOrderCancelled',
      'backofficeOrderItemsShipped',
      'backofficeCreditMemoIssued',
      'backofficeShipmentCompleted',
    ] as const
  ).map((name) => [name, `commerce.${name}`] as const),
];

const propositionTypes: Readonly<Record<string, string>> = {
  display: 'decisioning.propositionDisplay',
  interact: 'decisioning.propositionInteract',
  dismiss: 'decisioning.propositionDismiss',
  trigger: 'decisioning.propositionTrigger',
  suppressDisplay: 'decisioning.propositionSuppressDisplay',
};

/**
 * One event as the Web SDK sends it → events of the log: itself, and a view or an order that rides in
 * `data.__adobe.target` and is not the same thing (edge-protocol §9, §10). Unknown fields never refuse an event.
 *
 * @param event `{xdm, data}` as parsed
 */
export function eventsOfXdm(event: unknown, context: XdmContext): ShopEvent[] {
  const xdm = dig(event, 'xdm');
  const data = asObject(dig(event, 'data'));
  const whole = mainEvent(xdm, data, context);
  const { main, notices } = noticesOf(whole, dig(xdm, '_experience', 'decisioning'), context.readToken);
  return [...(main ? [main] : []), ...notices, ...targetBehaviour(whole, dig(data, '__adobe', 'target'))];
}

function mainEvent(xdm: unknown, data: Record<string, unknown> | undefined, context: XdmContext): ShopEvent {
  const { claims } = context;
  const currency = currencyOf(dig(xdm, 'commerce', 'order', 'currencyCode'));
  const items = itemsOf(dig(xdm, 'productListItems'), currency);
  const types = typesOf(xdm);
  const order = types.includes('commerce.purchases') ? orderOf(dig(xdm, 'commerce', 'order')) : undefined;
  const page = pageOf(dig(xdm, 'web'));
  const rest = restOf(xdm, data);
  const made: ShopEvent = {
    id: context.id,
    source: context.source,
    types,
    happenedAt: context.happenedAt,
    receivedAt: context.receivedAt,
    level: context.level === 0 && claims.length > 0 ? 1 : context.level,
    visitor: context.visitor,
    identities: context.identities,
  };
  if (context.linkedUntil !== undefined) made.linkedUntil = context.linkedUntil;
  if (claims.length > 0) made.claims = claims;
  if (items.length > 0) made.items = items;
  if (order) made.order = order;
  const cartId = cartOf(dig(xdm, 'commerce'));
  if (cartId !== undefined) made.cartId = cartId;
  if (page) made.page = page;
  const timeZone = asTimeZone(dig(xdm, 'placeContext', 'ianaTimezone'));
  if (timeZone !== undefined) made.timeZone = timeZone;
  const language = asLanguage(dig(xdm, 'environment', 'browserDetails', 'acceptLanguage')) ?? context.language;
  if (language !== undefined) made.language = language;
  const target = asObject(dig(data, '__adobe', 'target'));
  const categories = target === undefined ? [] : readTarget(target).categories;
  if (categories.length > 0) made.categories = categories;
  if (context.device !== undefined) made.device = context.device;
  if (context.bot) made.bot = true;
  if (rest) made.data = rest;
  return made;
}

/** Measures present and above zero decide; then the proposition notices; only then the shop's own eventType. */
function typesOf(xdm: unknown): string[] {
  const types: string[] = [];
  const denied = new Set<string>();
  const commerce = asObject(dig(xdm, 'commerce'));
  if (commerce)
    for (const [measure, type] of measures) {
      const value = measureOf(commerce[measure]);
      if (value !== undefined && value > 0) types.push(type);
      else if (value !== undefined) denied.add(type);
    }
  if ((measureOf(dig(xdm, 'web', 'webPageDetails', 'pageViews')) ?? 0) > 0) types.push('web.webpagedetails.pageViews');
  if ((measureOf(dig(xdm, 'web', 'webInteraction', 'linkClicks')) ?? 0) > 0)
    types.push('web.webinteraction.linkClicks');
  const notices = asObject(dig(xdm, '_experience', 'decisioning', 'propositionEventType')) ?? {};
  for (const [name, value] of Object.entries(notices)) {
    const type = propositionTypes[name];
    if (type !== undefined && (asNumber(value) ?? 0) > 0) types.push(type);
  }
  const stated = asText(dig(xdm, 'eventType'), 128);
  if (types.length > 0) return types.includes(stated ?? '') ? [stated!, ...types.filter((t) => t !== stated)] : types;
  if (stated === undefined || denied.has(stated)) return ['web.other'];
  return [isOwnType(stated) ? `shop.${stated}` : stated];
}

/** `{value}`; checkouts also as the object with totals (edge-protocol §9). Undefined when the measure is not there. */
function measureOf(measure: unknown): number | undefined {
  const object = asObject(measure);
  if (!object) return undefined;
  const stated = asNumber(object['value']);
  if (stated !== undefined) return stated;
  const parts = ['totalCheckouts', 'checkoutStart', 'checkoutComplete', 'checkoutStep'].map((name) => object[name]);
  return parts.map((part) => asNumber(dig(part, 'value') ?? part) ?? 0).find((value) => value > 0);
}

function itemsOf(list: unknown, currency: string | undefined): EventItem[] {
  const items: EventItem[] = [];
  for (const line of asList(list).slice(0, 1000)) {
    const id = asItemId(dig(line, 'SKU')) ?? asItemId(dig(line, '_id')) ?? asItemId(dig(line, 'product'));
    if (id === undefined) continue;
    const quantity = quantityOf(dig(line, 'quantity'));
    const item: EventItem = { id };
    if (quantity !== undefined) item.quantity = quantity;
    const total = asNumber(dig(line, 'priceTotal'));
    const own = currencyOf(dig(line, 'currencyCode')) ?? currency;
    if (total !== undefined && total >= 0 && own !== undefined && (quantity ?? 1) > 0) {
      // priceTotal is the price of the whole line (edge-protocol §9).
      item.priceMinor = minorOf(total / (quantity ?? 1), own);
      item.currency = own;
    }
    items.push(item);
  }
  return items;
}

function quantityOf(value: unknown): number | undefined {
  const number = asNumber(value);
  return number === undefined || number < 0 || number > 1_000_000 ? undefined : Math.trunc(number);
}

/** Order with a number, an amount and a currency; anything less is no order. */
function orderOf(order: unknown): EventOrder | undefined {
  const id = asText(dig(order, 'purchaseID'), 128);
  const total = asNumber(dig(order, 'priceTotal'));
  const currency = currencyOf(dig(order, 'currencyCode'));
  if (id === undefined || total === undefined || total < 0 || currency === undefined) return undefined;
  return { id, totalMinor: minorOf(total, currency), currency };
}

function currencyOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().toUpperCase() : value;
  return isCurrency(text) ? text : undefined;
}

function cartOf(commerce: unknown): string | undefined {
  return (
    asText(dig(commerce, 'cartID'), 128) ??
    asText(dig(commerce, 'cart', 'cartID'), 128) ??
    asText(dig(commerce, 'cart', 'ID'), 128)
  );
}

function pageOf(web: unknown): ShopEvent['page'] | undefined {
  const page: NonNullable<ShopEvent['page']> = {};
  const put = (name: keyof typeof page, value: string | undefined) => {
    if (value !== undefined) page[name] = value;
  };
  put('url', asText(dig(web, 'webPageDetails', 'URL'), 2048));
  put('name', asText(dig(web, 'webPageDetails', 'name'), 256));
  put('section', asText(dig(web, 'webPageDetails', 'siteSection'), 256));
  put('referrer', asText(dig(web, 'webReferrer', 'URL'), 2048));
  return Object.keys(page).length > 0 ? page : undefined;
}

/**
 * Identities a browser claims, other than its device: e-mail as the hash that both forms meet in, so that the raw
 * address of somebody else is not kept; `loggedOut` is no claim (edge-protocol §6). At most 20, each once.
 */
export function claimsOf(maps: readonly unknown[]): Identity[] {
  const claims = new Map<string, Identity>();
  const named = maps.flatMap((map) => Object.entries(asObject(map) ?? {}));
  for (const [namespace, list] of named) {
    for (const entry of asList(list).slice(0, 20)) {
      const claim = dig(entry, 'authenticatedState') === 'loggedOut' ? undefined : claimOf(namespace, dig(entry, 'id'));
      if (claim && claims.size < 20) claims.set(`${claim.namespace}:${claim.id}`, claim);
    }
  }
  return [...claims.values()];
}

function claimOf(namespace: string, value: unknown): Identity | undefined {
  const name = asText(namespace, 64);
  const id = asText(value, 254);
  if (name === undefined || id === undefined) return undefined;
  const identity = normalIdentity(name, id);
  if (identity.namespace === 'ecid' || identity.namespace === 'fpid') return undefined;
  if (identity.namespace === 'email') return { namespace: 'email_lc_sha256', id: sha256(identity.id) };
  return identity;
}

const zones = new Map<string, boolean>();

/** An IANA zone that this runtime knows, or undefined. */
export function asTimeZone(value: unknown): string | undefined {
  const zone = asText(value, 64);
  if (zone === undefined) return undefined;
  let known = zones.get(zone);
  if (known === undefined) {
    known = isZone(zone);
    if (zones.size < 1000) zones.set(zone, known);
  }
  return known ? zone : undefined;
}

/** The first language of an Accept-Language list as BCP 47 has it, or undefined. */
export function asLanguage(value: unknown): string | undefined {
  const tag = asText(value, 1024)?.split(/[,;]/, 1)[0]!.trim();
  if (tag === undefined || !/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}$/.test(tag)) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

function isZone(zone: string): boolean {
  try {
    return /^[A-Za-z]/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}

/** What the source sent and nobody needs by name: `data`, the shop's own `_tenant` fields, proposition notices. */
function restOf(xdm: unknown, data: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  const rest: Record<string, unknown> = {};
  // What is said to us alone is not kept: an identity token is a credential.
  const said = data && Object.entries(data).filter(([key]) => key !== '__beckon');
  if (said && said.length > 0) rest['data'] = Object.fromEntries(said);
  const own = asObject(xdm) ?? {};
  for (const key of Object.keys(own)) {
    if (key.startsWith('_') && key !== '_id' && key !== '_experience') rest[key] = own[key];
  }
  const decisioning = asObject(dig(xdm, '_experience', 'decisioning'));
  if (decisioning) rest['decisioning'] = decisioning;
  return Object.keys(rest).length > 0 ? rest : undefined;
}
