import { toMajor } from '../base/index.ts';
import { refundedMinor } from './order.ts';
import type { Profile, ProfileState, ProfileView } from './profile.ts';
import { traitValue } from './trait.ts';

/** May marketing mail be written at all: an address, and consent in force for mail and for collecting. */
export function isReachable(state: ProfileState): boolean {
  return (
    state.email !== null && state.consent['email-marketing']?.state === 'in' && state.consent.collect?.state !== 'out'
  );
}

/**
 * A profile as conditions, audience rules, actions and mails see it. Pure.
 *
 * @param now computed traits are taken at this moment, UTC ms; without it at the moment the profile was last seen
 */
export function viewOf(profile: Profile, now = profile.state.lastSeenAt): ProfileView {
  const { state } = profile;
  const isSeen = state.visits > 0;
  const name = state.attributes['firstName'];
  let viewed: string[] | undefined;
  return {
    id: profile.id,
    email: state.email,
    firstName: typeof name === 'string' && name !== '' ? name : null,
    attributes: state.attributes,
    timeZone: state.timeZone,
    language: state.language,
    ecid: state.visit?.ecid ?? state.identities.find(({ namespace }) => namespace === 'ecid')?.id ?? null,
    cart: {
      id: state.cart?.id ?? null,
      lines: state.cart?.lines.map(({ item, quantity }) => ({ item, quantity })) ?? [],
      count: state.cart?.lines.length ?? 0,
    },
    // A hundred values all over the memory, which most who look at somebody do not ask for.
    get viewed() {
      return (viewed ??= state.viewed.map(({ item }) => item));
    },
    lastViewed: state.viewed[0]?.item ?? null,
    mostViewed: state.itemScores?.[0]?.[0] ?? null,
    lastPurchased: state.orders.at(-1)?.items[0]?.id ?? null,
    favouriteCategory: state.categoryScores?.[0]?.[0] ?? null,
    categories: (state.categoryScores ?? []).map(([id, score]) => ({ id, score })),
    orders: state.orders.map((order) => ({
      id: order.id,
      at: order.at,
      total: toMajor(order.totalMinor, order.currency),
      refunded: toMajor(refundedMinor(state, order), order.currency),
      currency: order.currency,
      items: order.items.map((item) => item.id),
    })),
    visits: state.visits,
    visit: state.visit && {
      startedAt: state.visit.startedAt,
      endedAt: state.visiting ? null : state.visit.lastAt,
      views: state.visit.views,
      pages: state.visit.pages,
      orders: state.visit.orders,
    },
    traits: Object.fromEntries(Object.entries(state.traits ?? {}).map(([key, trait]) => [key, traitValue(trait, now)])),
    lastSeenAt: isSeen ? state.lastSeenAt : null,
    firstSeenAt: isSeen ? state.firstSeenAt : null,
    consent: Object.fromEntries(
      Object.entries(state.consent).map(([purpose, consent]) => [purpose, consent.state === 'in']),
    ),
    reachable: isReachable(state),
    mailed: state.mailed,
    audiences: profile.audiences ?? [],
  };
}
