import { BeckonError, sha256 } from '../base/index.ts';
import { isOwnType, normalIdentity, type Identity, type ShopEvent } from '../event/index.ts';
import { isBot } from './bot.ts';
import { deviceKind } from './device.ts';
import { isEcid } from './edge-identity.ts';
import { errors } from './error.ts';
import { asObject, asText, dig } from './json.ts';
import { isEmail } from './row.ts';
import { commerceOf, pageOf } from './segment-commerce.ts';
import { asTimeZone } from './xdm.ts';

/** What is known of a message besides its own words. */
export interface SegmentContext {
  /** `segment:<datastream or key id>`. */
  source: string;
  /** A secret key speaks for the shop's server (level 3); a publishable one is in every page (level 1 at most). */
  secret: boolean;
  /** UTC ms, business time. */
  receivedAt: number;
  /** When the batch left the sender, if it says so. */
  sentAt?: unknown;
  /** ISO 4217, for events that say none. */
  currency: string;
  userAgent: string | undefined;
  mintId: () => string;
}

/** The calls of the Tracking API that carry one message. */
export const calls = ['identify', 'track', 'page', 'screen', 'alias', 'group'] as const;
export type SegmentCall = (typeof calls)[number];

const earliest = Date.UTC(2000, 0, 1);
const aheadMs = 5 * 60_000;
/** How long a browser may have kept a message back before its word about the time is not taken any more. */
const longestQueueMs = 24 * 60 * 60_000;

/** Names of events that mean more than what a custom event may mean, besides those that only we say. */
const knownTypes = /^(?:commerce|web|decisioning|segment)\./i;
const personal = new Set(['email', 'phone']);
const plainPurposes = new Set(['collect', 'personalize']);

/**
 * One message of the Tracking API → one event of the log. Pure.
 *
 * @param stated the call that the address names; in a batch each message names its own in `type`
 * @throws API_INPUT_INVALID with the field and what is wrong with it; nothing else of a batch is lost by that
 */
export function segmentEvent(message: unknown, stated: SegmentCall | null, context: SegmentContext): ShopEvent {
  if (!asObject(message)) refuse('The message is not a JSON object', '');
  const call = stated ?? callOf(dig(message, 'type'));
  const id = asText(dig(message, 'messageId'), 128) ?? context.mintId();
  const who = whoOf(message, call, context);
  const event: ShopEvent = {
    id,
    source: context.source,
    types: [],
    happenedAt: happenedAt(message, context),
    receivedAt: context.receivedAt,
    ...who,
  };
  describe(event, message, { call, context });
  const timeZone = asTimeZone(dig(message, 'context', 'timezone'));
  if (timeZone !== undefined) event.timeZone = timeZone;
  const agent = asText(dig(message, 'context', 'userAgent'), 1024) ?? (context.secret ? undefined : context.userAgent);
  const device = deviceKind(agent);
  if (device !== undefined) event.device = device;
  if (isBot(agent)) event.bot = true;
  return event;
}

function callOf(type: unknown): SegmentCall {
  const found = calls.find((call) => call === type);
  if (found) return found;
  return refuse(`"${asText(type, 256)?.slice(0, 40) ?? ''}" is no call; known are ${calls.join(', ')}`, 'type');
}

type Who = Pick<ShopEvent, 'level' | 'visitor' | 'identities'> & { claims?: Identity[] };

/** Who is spoken of: by the shop's server all names count, by a page only its own device, and the rest is a claim. */
function whoOf(message: unknown, call: SegmentCall, context: SegmentContext): Who {
  const device = identity('anonymousid', dig(message, 'anonymousId'));
  const persons = personsOf(message, call);
  if (!context.secret) {
    if (!device) refuse('A publishable key speaks for a device, and anonymousId is missing', 'anonymousId');
    const claims = persons.map(claimed);
    return {
      level: claims.length > 0 ? 1 : 0,
      visitor: `anonymousid:${device.id}`,
      identities: [device],
      ...(claims.length > 0 ? { claims } : {}),
    };
  }
  const devices = [
    ecidOf(message),
    device,
    call === 'alias' ? identity('anonymousid', previousId(message)) : undefined,
  ];
  const identities = once([...devices.flatMap((one) => one ?? []), ...persons]);
  if (identities.length === 0) refuse('The message names nobody: userId and anonymousId are missing', 'userId');
  return { level: 3, visitor: `${identities[0]!.namespace}:${identities[0]!.id}`, identities };
}

function previousId(message: unknown): unknown {
  return dig(message, 'previousId') ?? dig(message, 'from');
}

function personsOf(message: unknown, call: SegmentCall): Identity[] {
  const user = identity('crm', dig(message, 'userId') ?? (call === 'alias' ? dig(message, 'to') : undefined));
  const traits = call === 'group' ? dig(message, 'context', 'traits') : traitsOf(message);
  const stated = asText(dig(traits, 'email') ?? dig(message, 'properties', 'email'), 254);
  const email = stated === undefined ? undefined : normalIdentity('email', stated);
  return [user, email && isEmail(email.id) ? email : undefined].flatMap((one) => one ?? []);
}

function traitsOf(message: unknown): Record<string, unknown> {
  return { ...asObject(dig(message, 'context', 'traits')), ...asObject(dig(message, 'traits')) };
}

function identity(namespace: string, value: unknown): Identity | undefined {
  const id = asText(value, 254);
  return id === undefined ? undefined : normalIdentity(namespace, id);
}

/** The Web SDK's visitor, when the shop's server knows both. */
function ecidOf(message: unknown): Identity | undefined {
  const ecid = dig(message, 'context', 'ecid');
  return isEcid(ecid) ? { namespace: 'ecid', id: ecid } : undefined;
}

/** The raw address of somebody else is not kept (edge-protocol §6). */
function claimed({ namespace, id }: Identity): Identity {
  return namespace === 'email' ? { namespace: 'email_lc_sha256', id: sha256(id) } : { namespace, id };
}

function once(identities: Identity[]): Identity[] {
  return [...new Map(identities.map((one) => [`${one.namespace}:${one.id}`, one])).values()];
}

/**
 * Received minus the time the sender kept it: both of its own times come from one clock, so a wrong clock cancels out
 * (trust row 73). A server that says no `sentAt` is believed as it stands, up to now.
 */
function happenedAt(message: unknown, context: SegmentContext): number {
  const { receivedAt, secret } = context;
  const said = timeOf(dig(message, 'originalTimestamp') ?? dig(message, 'timestamp'));
  const sent = timeOf(dig(message, 'sentAt') ?? context.sentAt);
  if (said === undefined) return receivedAt;
  if (sent !== undefined) {
    const kept = Math.max(0, sent - said);
    return receivedAt - (secret ? Math.min(kept, receivedAt - earliest) : Math.min(kept, longestQueueMs));
  }
  if (!secret) return said > receivedAt || said < receivedAt - longestQueueMs ? receivedAt : said;
  if (said < earliest) refuse('The timestamp lies before the year 2000', 'timestamp');
  return said > receivedAt + aheadMs ? receivedAt : Math.min(said, receivedAt);
}

function timeOf(value: unknown): number | undefined {
  const text = asText(value, 40);
  const time = text !== undefined && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** Types and what belongs to them. */
function describe(
  event: ShopEvent,
  message: unknown,
  { call, context }: { call: SegmentCall; context: SegmentContext },
): void {
  if (call === 'track') return describeTrack(event, message, context);
  if (call === 'identify' || call === 'alias') return describePerson(event, message, call);
  const page = pageOf(message);
  if (call === 'group') event.types = ['segment.group'];
  else {
    event.types = ['web.webpagedetails.pageViews'];
    if (page) event.page = page;
  }
  const group = call === 'group' ? { groupId: asText(dig(message, 'groupId'), 254) ?? null } : {};
  event.data = dataOf(message, group, event.level);
}

function describeTrack(event: ShopEvent, message: unknown, context: SegmentContext): void {
  const name = asText(dig(message, 'event'), 128);
  if (name === undefined) return refuse('A track call without the name of its event', 'event');
  const commerce = commerceOf(name, dig(message, 'properties'), { currency: context.currency, messageId: event.id });
  const page = pageOf(message, commerce?.section);
  if (page) event.page = page;
  event.data = dataOf(message, { event: name }, event.level);
  if (!commerce) {
    if (isOwnType(name) || knownTypes.test(name))
      refuse(`"${name}" is a name of Beckon's own; give the event another`, 'event');
    event.types = [name];
    return;
  }
  if (commerce.lacks !== undefined && context.secret) refuse(commerce.lacks, 'properties');
  event.types = commerce.types;
  if (commerce.items) event.items = commerce.items;
  if (commerce.order) event.order = commerce.order;
  if (commerce.categories) event.categories = commerce.categories;
  if (commerce.cartId !== undefined) event.cartId = commerce.cartId;
}

/** `identify` at level 3 says what is known of somebody; below it is a claim, and only the device's own consent counts. */
function describePerson(event: ShopEvent, message: unknown, call: 'identify' | 'alias'): void {
  const traits = traitsOf(message);
  const consent = consentOf(traits['consent'], event.level);
  if (consent) event.consent = consent;
  if (event.level === 3) event.types = ['profile.asserted', ...(consent ? ['profile.consent'] : [])];
  else event.types = consent ? ['profile.consent'] : [`segment.${call}`];
  if (event.level !== 3) return;
  const attributes = attributesOf(traits);
  if (Object.keys(attributes).length > 0) event.attributes = attributes;
}

const renamed: Readonly<Record<string, string>> = {
  firstname: 'firstName',
  first_name: 'firstName',
  lastname: 'lastName',
  last_name: 'lastName',
  timezone: 'timeZone',
  time_zone: 'timeZone',
  locale: 'language',
};

/** Traits that are single values; `address` gives its city and country. At most 100, texts of at most 4096. */
function attributesOf(traits: Record<string, unknown>): NonNullable<ShopEvent['attributes']> {
  const made: NonNullable<ShopEvent['attributes']> = {};
  const address = dig(traits, 'address');
  const flat = { city: dig(address, 'city'), country: dig(address, 'country'), ...traits };
  for (const [name, value] of Object.entries(flat).slice(0, 102)) {
    const key = renamed[name.toLowerCase()] ?? name;
    if (typeof value === 'string' ? value.length > 4096 : !isScalar(value)) continue;
    if (key === 'timeZone' && value !== null && asTimeZone(value) === undefined) continue;
    if (key === 'email' && (typeof value !== 'string' || !isEmail(value.trim().toLowerCase()))) continue;
    made[key] = value as string | number | boolean | null;
  }
  return made;
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'number' || typeof value === 'boolean';
}

/** `traits.consent`: our purposes with `in` or `out`, or true or false. A page may speak for its own device only. */
function consentOf(value: unknown, level: number): Record<string, 'in' | 'out'> | undefined {
  const made: Record<string, 'in' | 'out'> = {};
  for (const purpose of ['collect', 'personalize', 'email-marketing']) {
    const state = dig(value, purpose);
    const said = state === true ? 'in' : state === false ? 'out' : state;
    if (said !== 'in' && said !== 'out') continue;
    if (level === 3 || plainPurposes.has(purpose)) made[purpose] = said;
  }
  return Object.keys(made).length > 0 ? made : undefined;
}

/**
 * What the sender told and nobody needs by name; neither its network address nor its device's fingerprint, and of a
 * page's word not the address of somebody who may be another.
 */
function dataOf(message: unknown, more: Record<string, unknown>, level: number): Record<string, unknown> {
  const data: Record<string, unknown> = { ...more };
  const given = Object.entries(asObject(dig(message, 'properties') ?? dig(message, 'traits')) ?? {});
  const kept = given.filter(([name]) => level === 3 || !personal.has(name.toLowerCase()));
  if (kept.length > 0) data['properties'] = Object.fromEntries(kept);
  const campaign = asObject(dig(message, 'context', 'campaign'));
  if (campaign && Object.keys(campaign).length > 0) data['campaign'] = campaign;
  return data;
}

function refuse(sentence: string, where: string): never {
  throw new BeckonError(errors.API_INPUT_INVALID, sentence, where === '' ? {} : { where });
}
