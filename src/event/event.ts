/**
 * What a visitor did, or what we did to somebody: the one form in which everything lies in the log.
 * Doors translate their wire formats into this; readers (profile, recommend, measure) see nothing else.
 */

/**
 * How much a source is believed (trust.md §3.5): 0 a device speaks for itself, 1 a browser claims an identity,
 * 2 a mailbox was proven by our own signed link, 3 the shop's server says so.
 */
export type Level = 0 | 1 | 2 | 3;

/** One name of somebody. `namespace` is lower case: `ecid`, `fpid`, `anonymousid`, `email` (trimmed, lower case), `crm`, … */
export interface Identity {
  namespace: string;
  id: string;
}

/** A line of an event: which item, how many, at which unit price if the source said so. */
export interface EventItem {
  id: string;
  quantity?: number;
  /** Unit price in minor units of `currency`. */
  priceMinor?: number;
  currency?: string;
}

/**
 * An order as the source reports it. Of `commerce.refunds` it names the order that money goes back for: `totalMinor` is
 * what this one refund gives back, above zero, and the event's items are what came back, if the source says. Of
 * `commerce.orderCancellations` the whole order is void, whatever the amount.
 */
export interface EventOrder {
  id: string;
  totalMinor: number;
  currency: string;
  /** Of `commerce.refunds`: the refund's own id, unique within its order, so that one told twice counts once. */
  refundId?: string;
}

/**
 * The types, with the XDM commerce names where there is one (edge-protocol.md §9). An event may carry several.
 * `profile.*` come from the shop's server or the consent door, `message.*` and `visit.*` from ourselves.
 */
export const eventTypes = [
  'web.webpagedetails.pageViews',
  'web.webinteraction.linkClicks',
  'web.siteSearches',
  'web.categoryViews',
  'commerce.productViews',
  'commerce.productListViews',
  'commerce.productListOpens',
  'commerce.productListReopens',
  'commerce.productListAdds',
  'commerce.productListRemovals',
  'commerce.checkouts',
  'commerce.purchases',
  'commerce.orderUpdates',
  'commerce.refunds',
  'commerce.orderCancellations',
  'commerce.saveForLaters',
  'decisioning.propositionDisplay',
  'decisioning.propositionInteract',
  'profile.asserted',
  'profile.consent',
  'profile.signedOut',
  'message.accepted',
  'message.heldOut',
  'message.opened',
  'message.clicked',
  'message.bounced',
  'message.complained',
  'message.replied',
  'message.unsubscribed',
] as const;

export type EventType = (typeof eventTypes)[number] | (string & {});

/** One event in the log. Times are UTC milliseconds. */
export interface ShopEvent {
  /** Unique within `source`: request id and index, or the id the shop's server gave. */
  id: string;
  /** Who told us: `edge:<datastream>`, `segment:<key id>`, `webhook:<key>`, `server`, `demo`, `message`, `profile`. */
  source: string;
  /** The first is the main one; never empty. */
  types: EventType[];
  /** When it happened, as far as we believe it (received minus queue time; the client's clock is advisory). */
  happenedAt: number;
  receivedAt: number;
  level: Level;
  /** The shard key: `ecid:<id>` or `anonymousid:<id>` when a device is known, otherwise the first identity. */
  visitor: string;
  /** Identities this event asserts at its level; the visitor's own ECID among them. */
  identities: Identity[];
  /** Identities a browser merely claimed (level 1): never read, merged or mailed by. */
  claims?: Identity[];
  items?: EventItem[];
  order?: EventOrder;
  /** The shop's own cart id, if it has one. */
  cartId?: string;
  page?: { url?: string; name?: string; section?: string; referrer?: string };
  /** Asserted attributes (profile.asserted): firstName, timeZone, language, … null clears. */
  attributes?: Record<string, string | number | boolean | null>;
  /** Purposes set by this event: `collect`, `personalize`, `email-marketing`. */
  consent?: Record<string, ConsentWord>;
  /** How the consent was given, for its record. */
  proof?: ConsentProof;
  /** For `message.*`: which message, and for a click which link. */
  message?: {
    id: string;
    journey: string;
    /** The run that it was sent for, and at which activity. */
    run?: string;
    activity?: string;
    link?: number;
    item?: string;
    position?: number;
    recommendation?: string;
    criterion?: string;
    /** Of an opening or a click: who it was by, and what tells of a machine (api/machine.ts). */
    by?: string;
    signs?: string[];
  };
  /** A recommendation that was shown or clicked on a page: whose answer, and which of its items at which place, from 1. */
  recommendation?: {
    id: string;
    criterion: string;
    item?: string;
    position?: number;
    /** The activity that showed it, and which of its experiences. */
    activity?: string;
    experience?: string;
  };
  /** Level 3 by an identity token that the device showed: until when it holds, UTC ms of business time. */
  linkedUntil?: number;
  /** Judged to be a machine: kept, never learned from, never starts a journey. */
  bot?: boolean;
  /** What kind of device the browser says that it runs on. */
  device?: DeviceKind;
  /** IANA zone the browser reported. */
  timeZone?: string;
  /** BCP 47 language the browser reported. */
  language?: string;
  /** Categories the visitor showed interest in (Target's `user.categoryId`, BEH-6): they feed the favourite category. */
  categories?: string[];
  /** What else the source sent and nobody needs by name. */
  data?: Record<string, unknown>;
}

export type DeviceKind = 'phone' | 'tablet' | 'computer';

/** What somebody says of a purpose; `pending` waits for the confirmation of a double opt-in and is not in force. */
export type ConsentWord = 'in' | 'out' | 'pending';

/** What proves a consent (trust.md §1.8); kept with its record. */
export interface ConsentProof {
  /** `email` unless said otherwise. */
  channel?: string;
  basis?: 'consent' | 'soft_opt_in' | 'contract';
  /** The words that were shown, or the name of their version. */
  wording?: string;
  /** The form or page it was given on. */
  place?: string;
  /** First octets of the sender's address. */
  ipPrefix?: string;
}

/** Namespaces that name a device, not a person; `anonymousid` is the device id of Segment's libraries. */
export const deviceNamespaces: ReadonlySet<string> = new Set(['ecid', 'fpid', 'tntid', 'anonymousid']);

/** `ecid:123`; the canonical text of an identity. */
export function identityKey({ namespace, id }: Identity): string {
  return `${namespace}:${id}`;
}

/** Lower-cases the namespace and brings e-mail addresses into their one form (edge-protocol.md §6, trust M5). */
export function normalIdentity(namespace: string, id: string): Identity {
  const space = namespace.trim().toLowerCase();
  return { namespace: space, id: space === 'email' ? id.trim().toLowerCase() : id.trim() };
}

/** Does the event carry this type? */
export function is(event: ShopEvent, type: EventType): boolean {
  return event.types.includes(type);
}
