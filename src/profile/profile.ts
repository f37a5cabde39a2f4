import type { Identity } from '../event/index.ts';

/** What we know of a person: one row, kept whole, folded from events by the pure `fold.ts`. Times are UTC ms. */
export interface Profile {
  id: string;
  shard: number;
  /** Rises by one with each stored change. */
  version: number;
  state: ProfileState;
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
}

/** An order the shop's server asserted. */
export interface ProfileOrder {
  id: string;
  at: number;
  totalMinor: number;
  currency: string;
  items: { id: string; quantity: number }[];
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
}

export type Purpose = 'collect' | 'personalize' | 'email-marketing';

/** A consent as last stated; the record with its proof is a row of its own. */
export interface Consent {
  state: 'in' | 'out';
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
  consent: Partial<Record<Purpose, Consent>>;
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
}

/** How many viewed items a profile remembers (design §7 "Catalogue from the page"). */
export const viewedLimit = 100;
/** Silence that ends a visit, milliseconds. */
export const visitSilenceMs = 30 * 60 * 1000;

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
  orders: { id: string; at: number; total: number; currency: string; items: string[] }[];
  lastSeenAt: number;
  firstSeenAt: number;
  consent: Record<string, boolean>;
  /** May marketing mail be sent at all: an address, and consent in force. */
  reachable: boolean;
  mailed: Record<string, number>;
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
  | 'identified' // data: email
  | (string & {});

/** What the recommender learns from one event. Kept short: it is the row of the feed. */
export interface Lesson {
  /** Profile id. */
  p: string;
  /** Visit id: the session of co-occurrence. */
  s: string;
  /** Item id. */
  i: string;
  k: 'view' | 'cart' | 'purchase';
  /** When, UTC ms. */
  t: number;
}
