import { toMajor } from '../base/index.ts';
import type { Consent, Profile } from '../profile/index.ts';
import type { ProfileDetail } from './contract.ts';
import type { ItemDoor } from './house.ts';

const iso = (at: number) => new Date(at).toISOString();

/** A profile as the studio and users see it, with names and pictures from the catalogue. */
export function profileDetail(profile: Profile, items: ItemDoor): ProfileDetail {
  const { state } = profile;
  const look = (id: string) => {
    const found = items.look(id);
    return { name: found?.name ?? id, imageUrl: found?.imageUrl ?? null };
  };
  return {
    id: profile.id,
    identities: state.identities.map(({ namespace, id }) => ({ namespace, id })),
    email: state.email,
    attributes: { ...state.attributes },
    timeZone: state.timeZone,
    consent: Object.fromEntries(
      Object.entries(state.consent).map(([purpose, consent]) => [purpose, consentView(consent)]),
    ),
    cart: {
      id: state.cart?.id ?? null,
      lines: (state.cart?.lines ?? []).map(({ item, quantity }) => ({ item, quantity, ...look(item) })),
    },
    viewed: state.viewed.map(({ item, at }) => ({ item, at: iso(at), ...look(item) })),
    orders: state.orders.map((order) => ({
      id: order.id,
      at: iso(order.at),
      total: { amount: toMajor(order.totalMinor, order.currency), currency: order.currency },
      items: order.items.map(({ id }) => id),
    })),
    firstSeenAt: iso(state.firstSeenAt),
    lastSeenAt: iso(state.lastSeenAt),
  };
}

function consentView({ state, at, source }: Consent): ProfileDetail['consent'][string] {
  return { state, at: iso(at), source };
}
