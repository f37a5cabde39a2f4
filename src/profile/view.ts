import { toMajor } from '../base/index.ts';
import { refundedMinor } from './order.ts';
import type { Profile, ProfileOrder, ProfileState, ProfileView } from './profile.ts';
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
 * @param asked of what takes work only these fields are made, for who reads no others; without it all
 */
export function viewOf(profile: Profile, now = profile.state.lastSeenAt, asked?: ReadonlySet<string>): ProfileView {
  const { state } = profile;
  const isAsked = (field: keyof ProfileView) => asked === undefined || asked.has(field);
  const isSeen = state.visits > 0;
  const name = state.attributes['firstName'];
  return {
    id: profile.id,
    email: state.email,
    firstName: typeof name === 'string' && name !== '' ? name : null,
    attributes: state.attributes,
    timeZone: state.timeZone,
    language: state.language,
    ecid: state.visit?.ecid ?? state.identities.find(({ namespace }) => namespace === 'ecid')?.id ?? null,
    cart: cartOf(isAsked('cart') ? state.cart : null),
    viewed: isAsked('viewed') ? state.viewed.map(({ item }) => item) : [],
    lastViewed: state.viewed[0]?.item ?? null,
    mostViewed: state.itemScores?.[0]?.[0] ?? null,
    lastPurchased: state.orders.at(-1)?.items[0]?.id ?? null,
    favouriteCategory: state.categoryScores?.[0]?.[0] ?? null,
    categories: isAsked('categories') ? (state.categoryScores ?? []).map(([id, score]) => ({ id, score })) : [],
    orders: isAsked('orders') ? state.orders.map((order) => orderOf(order, state)) : [],
    visits: state.visits,
    visit: isAsked('visit') ? visitOf(state) : null,
    traits: isAsked('traits') ? traitsOf(state, now) : {},
    lastSeenAt: isSeen ? state.lastSeenAt : null,
    firstSeenAt: isSeen ? state.firstSeenAt : null,
    consent: isAsked('consent') ? consentOf(state) : {},
    reachable: isReachable(state),
    mailed: state.mailed,
    audiences: profile.audiences ?? [],
  };
}

function cartOf(cart: ProfileState['cart']): ProfileView['cart'] {
  const lines = cart?.lines.map(({ item, quantity }) => ({ item, quantity })) ?? [];
  return { id: cart?.id ?? null, lines, count: lines.length };
}

function orderOf(order: ProfileOrder, state: ProfileState): ProfileView['orders'][number] {
  return {
    id: order.id,
    at: order.at,
    total: toMajor(order.totalMinor, order.currency),
    refunded: toMajor(refundedMinor(state, order), order.currency),
    currency: order.currency,
    items: order.items.map((item) => item.id),
  };
}

function visitOf({ visit, visiting }: ProfileState): ProfileView['visit'] {
  if (!visit) return null;
  const { startedAt, lastAt, views, pages, orders } = visit;
  return { startedAt, endedAt: visiting ? null : lastAt, views, pages, orders };
}

function traitsOf({ traits = {} }: ProfileState, now: number): ProfileView['traits'] {
  return Object.fromEntries(Object.entries(traits).map(([key, trait]) => [key, traitValue(trait, now)]));
}

function consentOf({ consent }: ProfileState): ProfileView['consent'] {
  return Object.fromEntries(Object.entries(consent).map(([purpose, { state }]) => [purpose, state === 'in']));
}
