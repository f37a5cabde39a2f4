import type { ConsentWord, DeviceKind, Identity } from '../event/index.ts';

/** What we know of a person: one row, kept whole, folded from events by the pure `fold.ts`. Times are UTC ms. */
export interface Profile {
  id: string;
  shard: number;
  /** Rises by one with each stored change. */
  version: number;
  state: ProfileState;
  /** Keys of the audiences it is in, sorted, as of the moment it was read; absent where nobody asked. */
  audiences?: string[];
}

/** A line of the live cart. */
export interface CartLine {
  item: string;
  quantity: number;
  addedAt: number;
}

/** The live cart. `id` is the shop's own or ours, minted when the cart goes from empty to not. */
export interface Cart {
  id: string;
  lines: CartLine[];
  changedAt: number;
  /** Ids the shop gave it before. */
  was?: string[];
}

/**
 * One change of a line: when, by how much (below zero: removed, zero: all of it removed), and 1 when it only makes sure
 * that so many are there.
 */
export type Move = [at: number, change: number, ensure?: 1];

/** Recent moves of one line of the cart, by time, on top of what had been settled before (`base`, there since `since`). */
export interface LineMoves {
  item: string;
  base: number;
  since: number;
  list: Move[];
}

/** An order the shop's server asserted. */
export interface ProfileOrder {
  id: string;
  at: number;
  totalMinor: number;
  currency: string;
  items: { id: string; quantity: number }[];
  /** Cancelled as a whole. */
  cancelled?: true;
}

/** Money that went back for an order; it may come before its order. `items` are what came back, if the shop said. */
export interface ProfileRefund {
  orderId: string;
  id: string;
  at: number;
  minor: number;
}

/** A stay on the site; it has ended after 30 minutes of silence (design §7 "Journeys"). */
export interface Visit {
  id: string;
  ecid: string | null;
  startedAt: number;
  lastAt: number;
  /** Items viewed in this visit, newest first, each once. */
  views: string[];
  pages: number;
  orders: number;
  /** What kind of device its browser runs on, where one has said so. */
  device?: DeviceKind;
  /** Its end has been taken into the scores. */
  scored?: true;
}

/** What scores stand for, best first: an item or a category, and its score. */
export type Score = [id: string, score: number];

/** Where a value came from: the source, when it was said (UTC ms), and at which level. */
export type Origin = [source: string, at: number, level: number];

/** A computed trait's samples; `rev` tells of which form of the definition they are. */
export interface TraitState {
  rev: string;
  of: TraitOperation;
  /** Milliseconds; null: for ever. */
  windowMs: number | null;
  /** By time. For counts and sums a sample may stand for several. */
  samples: [at: number, value: string | number | boolean][];
  /** At most so many values of a list. */
  limit?: number;
}

export type TraitOperation = 'count' | 'sum' | 'last' | 'list';

export type Purpose = 'collect' | 'personalize' | 'email-marketing';

/** A consent as last stated; the record with its proof is a row of its own. `pending` is not in force. */
export interface Consent<W extends ConsentWord = ConsentWord> {
  state: W;
  at: number;
  source: string;
}

export interface ProfileState {
  /** Proven identities (level ≥ 2, or the device's own ECID). The address mail goes to is `email`. */
  identities: Identity[];
  /** As the shop's server gave it, case kept for the wire (trust M5); null when unknown. */
  email: string | null;
  attributes: Record<string, string | number | boolean>;
  timeZone: string | null;
  language: string | null;
  consent: {
    collect?: Consent<'in' | 'out'>;
    personalize?: Consent<'in' | 'out'>;
    'email-marketing'?: Consent;
  };
  cart: Cart | null;
  /** Last 100 viewed items, newest first, each once (golden example 11). */
  viewed: { item: string; at: number }[];
  orders: ProfileOrder[];
  firstSeenAt: number;
  lastSeenAt: number;
  /** The running visit, or the last one. */
  visit: Visit | null;
  /** True while `visit` is running. */
  visiting: boolean;
  visits: number;
  /** A browser said "bought" but no server did: reminders pause until then (trust.md §3.5). */
  claimedPurchaseUntil: number | null;
  /** Journey key → when its last message (or ghost) went. */
  mailed: Record<string, number>;
  /** A named test profile: always treated, never counted. */
  test: boolean;
  // What follows is absent until it is needed, which keeps the row small.
  /** Carts other than `cart`, newest first, under the shop's own ids. */
  parked?: Cart[];
  /** A cart the shop has opened under an id of its own, with nothing in it yet. */
  openedCart?: string;
  /** Recent moves of the cart's lines, so that late ones fall into their place. */
  moves?: LineMoves[];
  refunds?: ProfileRefund[];
  /** How often and how lately items were viewed (golden example 2). */
  itemScores?: Score[];
  /** The favourite categories, at most five (golden example 3). */
  categoryScores?: Score[];
  traits?: Record<string, TraitState>;
  /** Where values came from: `email`, `timeZone`, `language`, `attributes.<name>`. */
  origins?: Record<string, Origin>;
  /** When the mailbox last proved itself by a click on a signed link of ours, UTC ms. */
  mailboxProvenAt?: number;
  /** Devices that a signed token lets speak for the person, and until when: ECID → UTC ms. */
  trusted?: Record<string, number>;
  /** Profiles that this one was parted from by hand: they never merge by themselves again. */
  apart?: string[];
  /** The last moments outside of any visit that belong together, since less than a visit's silence lies between them. */
  aside?: { id: string; startedAt: number; lastAt: number };
}

/** How many viewed items a profile remembers (design §7 "Catalogue from the page"). */
export const viewedLimit = 100;
/** Silence that ends a visit, milliseconds. */
export const visitSilenceMs = 30 * 60 * 1000;

/** A trait's value: a number, the last value, or the values newest first; null when nothing has happened. */
export type TraitValue = number | string | boolean | null | (string | number | boolean)[];

/** A profile as conditions, audience rules and mails see it: plain data, the one shape of the language's `profile.*`. */
export interface ProfileView {
  id: string;
  email: string | null;
  firstName: string | null;
  attributes: Record<string, unknown>;
  timeZone: string | null;
  language: string | null;
  ecid: string | null;
  cart: { id: string | null; lines: { item: string; quantity: number }[]; count: number };
  viewed: string[];
  /** Item ids; null when there is none. */
  lastViewed: string | null;
  mostViewed: string | null;
  lastPurchased: string | null;
  favouriteCategory: string | null;
  /** Favourite first. */
  categories: { id: string; score: number }[];
  /** `total` is what was ordered, `refunded` what of it went back; a cancelled order has it all refunded. */
  orders: { id: string; at: number; total: number; refunded: number; currency: string; items: string[] }[];
  /** How many visits there have been. */
  visits: number;
  /** The running visit or the last one; `endedAt` is null while it runs. */
  visit: { startedAt: number; endedAt: number | null; views: string[]; pages: number; orders: number } | null;
  /** Computed traits by key, as they are at the moment of asking. */
  traits: Record<string, TraitValue>;
  /** When they were last on the site; null for people who never were, such as those from a table. */
  lastSeenAt: number | null;
  firstSeenAt: number | null;
  consent: Record<string, boolean>;
  /** May marketing mail be sent at all: an address, and consent in force. */
  reachable: boolean;
  mailed: Record<string, number>;
  /** Keys of the audiences it is in, sorted. */
  audiences: string[];
}

/**
 * What became true of a profile by one event; handed to `journey` and `measure` in the same transaction.
 * `name` is what journeys listen to, `data` is what their expressions see as `event.*`.
 */
export interface Fact {
  name: FactName;
  profileId: string;
  at: number;
  /** Same for the same fact read twice. */
  id: string;
  data: Record<string, unknown>;
  /** Judged a machine: never starts a journey. */
  bot: boolean;
}

/** Facts that profiles make. Any event type of the log is a fact too, under its own name. */
export type FactName =
  | 'cart.changed' // data: cartId, lines [{item, quantity}], ecid
  | 'cart.emptied' // data: cartId
  | 'cart.replaced' // data: cartId (of the cart that is no more), by (the id it goes on under)
  | 'visit.ended' // data: visitId, ecid, startedAt, endedAt, views [ids newest first], pages, orders, cart (lines left)
  | 'ordered' // data: orderId, total, currency, items [{id, quantity}], cartId (of the cart it emptied, or null)
  | 'consent.lost' // data: purpose
  | 'consent.given' // data: purpose
  | 'consent.pending' // data: purpose; waits for the confirmation of a double opt-in
  | 'refunded' // data: orderId, refundId, total, totalMinor, currency, items
  | 'order.cancelled' // data: orderId
  | 'identified' // data: email
  | 'audience.entered' // data: audience (its key), name
  | 'audience.left' // data: audience (its key), name
  | (string & {});

/** What the recommender learns from one event. Kept short: it is the row of the feed. */
export interface Lesson {
  /** Profile id. */
  p: string;
  /** Visit id: the session of co-occurrence. */
  s: string;
  /** Item id. */
  i: string;
  /** `event`: one of those whose types lists ask for besides, named by `e`. */
  k: 'view' | 'cart' | 'purchase' | 'event';
  e?: string;
  /** When, UTC ms. */
  t: number;
  /** What attributes of the profile were then, of those that lists ask for; absent where there are none. */
  a?: Record<string, string>;
}
