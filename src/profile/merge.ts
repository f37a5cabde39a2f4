import { joinCarts } from './cart.ts';
import { viewedLimit, type ProfileState } from './profile.ts';

/**
 * Two states of one person made one. Pure and deterministic: `into` is the one that lives on, and wins where both
 * know something; lists are united, times take the outermost.
 */
export function mergeStates(into: ProfileState, from: ProfileState): ProfileState {
  const newerVisit = (from.visit?.lastAt ?? 0) > (into.visit?.lastAt ?? 0) ? from : into;
  const seen = new Set(into.identities.map(({ namespace, id }) => `${namespace}:${id}`));
  return {
    identities: [...into.identities, ...from.identities.filter(({ namespace, id }) => !seen.has(`${namespace}:${id}`))],
    email: into.email ?? from.email,
    attributes: { ...from.attributes, ...into.attributes },
    timeZone: into.timeZone ?? from.timeZone,
    language: into.language ?? from.language,
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
  };
}

/** The later statement holds, for each purpose. */
function joinConsent(into: ProfileState, from: ProfileState): ProfileState['consent'] {
  const joined = { ...from.consent, ...into.consent };
  for (const purpose of Object.keys(from.consent) as (keyof ProfileState['consent'])[]) {
    const [mine, theirs] = [into.consent[purpose], from.consent[purpose]];
    if (mine && theirs && theirs.at > mine.at) joined[purpose] = theirs;
  }
  return joined;
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
