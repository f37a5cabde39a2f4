import { toMajor } from '../base/index.ts';
import type { Profile, ProfileState, ProfileView } from './profile.ts';

/** May marketing mail be written at all: an address, and consent in force for mail and for collecting. */
export function isReachable(state: ProfileState): boolean {
  return (
    state.email !== null && state.consent['email-marketing']?.state === 'in' && state.consent.collect?.state !== 'out'
  );
}

/** A profile as conditions, audience rules, actions and mails see it. Pure. */
export function viewOf(profile: Profile): ProfileView {
  const { state } = profile;
  const name = state.attributes['firstName'];
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
    viewed: state.viewed.map(({ item }) => item),
    orders: state.orders.map(({ id, at, totalMinor, currency, items }) => ({
      id,
      at,
      total: toMajor(totalMinor, currency),
      currency,
      items: items.map((item) => item.id),
    })),
    lastSeenAt: state.lastSeenAt,
    firstSeenAt: state.firstSeenAt,
    consent: Object.fromEntries(
      Object.entries(state.consent).map(([purpose, consent]) => [purpose, consent.state === 'in']),
    ),
    reachable: isReachable(state),
    mailed: state.mailed,
  };
}
