import { joinScores } from './affinity.ts';
import { joinCarts } from './cart.ts';
import { joinTraits } from './trait.ts';
import { viewedLimit, type Cart, type ProfileState } from './profile.ts';

/**
 * Two states of one person made one. Pure and deterministic: `into` is the one that lives on, and wins where both
 * know something; lists are united, times take the outermost.
 */
export function mergeStates(into: ProfileState, from: ProfileState): ProfileState {
  const newerVisit = (from.visit?.lastAt ?? 0) > (into.visit?.lastAt ?? 0) ? from : into;
  const seen = new Set(into.identities.map(({ namespace, id }) => `${namespace}:${id}`));
  const { email, timeZone, language, attributes, origins } = joinAsserted(into, from);
  return withoutAbsent({
    identities: [...into.identities, ...from.identities.filter(({ namespace, id }) => !seen.has(`${namespace}:${id}`))],
    email,
    attributes,
    timeZone,
    language,
    consent: joinConsent(into, from),
    cart: joinCarts(into.cart, from.cart),
    viewed: joinViewed(into, from),
    orders: [...into.orders, ...from.orders.filter(({ id }) => !into.orders.some((order) => order.id === id))].sort(
      (a, b) => a.at - b.at,
    ),
    firstSeenAt: Math.min(into.firstSeenAt, from.firstSeenAt),
    lastSeenAt: Math.max(into.lastSeenAt, from.lastSeenAt),
    visit: newerVisit.visit,
    visiting: newerVisit.visiting,
    visits: into.visits + from.visits,
    claimedPurchaseUntil: later(into.claimedPurchaseUntil, from.claimedPurchaseUntil),
    mailed: joinMailed(into.mailed, from.mailed),
    test: into.test || from.test,
    parked: joinParked(into, from),
    refunds: joinRefunds(into, from),
    itemScores: joinIf(into.itemScores, from.itemScores, (a, b) => joinScores(a, b, 'items')),
    categoryScores: joinIf(into.categoryScores, from.categoryScores, (a, b) => joinScores(a, b, 'categories')),
    traits: joinTraits(into.traits, from.traits),
    origins,
    mailboxProvenAt: later(into.mailboxProvenAt ?? null, from.mailboxProvenAt ?? null) ?? undefined,
    trusted: joinIf(into.trusted, from.trusted, (a, b) => ({ ...b, ...a })),
    aside: joinIf(into.aside, from.aside, (a, b) => (b.lastAt > a.lastAt ? b : a)),
    apart: joinIf(into.apart, from.apart, (a, b) => [...new Set([...a, ...b])]),
  });
}

type Loose = { [K in keyof ProfileState]: ProfileState[K] | undefined };

/** What is not there takes no room in the row. */
function withoutAbsent(state: Loose): ProfileState {
  return Object.fromEntries(
    Object.entries(state).filter(([, value]) => value !== undefined),
  ) as unknown as ProfileState;
}

function joinIf<T>(a: T | undefined, b: T | undefined, join: (a: T, b: T) => T): T | undefined {
  return a === undefined || b === undefined ? (a ?? b) : join(a, b);
}

/** `into` wins where both know something, but a browser's word on zone and language gives way to the shop's server. */
function joinAsserted(into: ProfileState, from: ProfileState) {
  const claimed = (name: 'timeZone' | 'language') =>
    into[name] === null || ((into.origins?.[name]?.[2] ?? 3) < 3 && (from.origins?.[name]?.[2] ?? 0) >= 3);
  const origins = { ...from.origins, ...into.origins };
  for (const name of ['timeZone', 'language'] as const)
    if (claimed(name) && from.origins?.[name]) origins[name] = from.origins[name];
  if (into.email !== null && !into.origins?.['email']) delete origins['email'];
  return {
    email: into.email ?? from.email,
    attributes: { ...from.attributes, ...into.attributes },
    timeZone: claimed('timeZone') ? (from.timeZone ?? into.timeZone) : into.timeZone,
    language: claimed('language') ? (from.language ?? into.language) : into.language,
    origins: into.origins || from.origins ? origins : undefined,
  };
}

/** Carts of the shop's own ids stay apart; the two live ones have become one (`joinCarts`). */
function joinParked(into: ProfileState, from: ProfileState): Cart[] | undefined {
  return joinIf(into.parked, from.parked, (a, b) => {
    const known = new Set(a.map(({ id }) => id));
    return [...a, ...b.filter(({ id }) => !known.has(id))].sort((x, y) => y.changedAt - x.changedAt).slice(0, 5);
  });
}

function joinRefunds(into: ProfileState, from: ProfileState): ProfileState['refunds'] {
  return joinIf(into.refunds, from.refunds, (a, b) => {
    const isKnown = (id: string, orderId: string) => a.some((one) => one.id === id && one.orderId === orderId);
    return [...a, ...b.filter(({ id, orderId }) => !isKnown(id, orderId))].sort((x, y) => x.at - y.at);
  });
}

/** The later statement holds, for each purpose. */
function joinConsent(into: ProfileState, from: ProfileState): ProfileState['consent'] {
  const last = <C extends { at: number }>(mine: C | undefined, theirs: C | undefined): C | undefined =>
    mine && theirs ? (theirs.at > mine.at ? theirs : mine) : (mine ?? theirs);
  const collect = last(into.consent.collect, from.consent.collect);
  const personalize = last(into.consent.personalize, from.consent.personalize);
  const mail = last(into.consent['email-marketing'], from.consent['email-marketing']);
  return {
    ...(collect ? { collect } : {}),
    ...(personalize ? { personalize } : {}),
    ...(mail ? { 'email-marketing': mail } : {}),
  };
}

function joinViewed(into: ProfileState, from: ProfileState): ProfileState['viewed'] {
  const newest = new Map<string, number>();
  for (const { item, at } of [...into.viewed, ...from.viewed]) newest.set(item, Math.max(at, newest.get(item) ?? 0));
  return [...newest]
    .map(([item, at]) => ({ item, at }))
    .sort((a, b) => b.at - a.at)
    .slice(0, viewedLimit);
}

function joinMailed(into: Record<string, number>, from: Record<string, number>): Record<string, number> {
  const joined = { ...into };
  for (const [journey, at] of Object.entries(from)) joined[journey] = Math.max(at, joined[journey] ?? 0);
  return joined;
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
