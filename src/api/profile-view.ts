import { viewOf, type Consent, type Profile, type ProfileStory } from '../profile/index.ts';
import type { ProfileDetail } from './contract.ts';
import type { ItemDoor } from './house.ts';

const iso = (at: number) => new Date(at).toISOString();

/** A profile as the studio and users see it, with where it came from, and names and pictures from the catalogue. */
export function profileDetail(
  profile: Profile,
  story: ProfileStory,
  { items, now }: { items: ItemDoor; now: number },
): ProfileDetail {
  const { state } = profile;
  const view = viewOf(profile, now);
  const look = (id: string) => {
    const found = items.look(id);
    return { name: found?.name ?? id, imageUrl: found?.imageUrl ?? null };
  };
  return {
    id: profile.id,
    identities: identitiesView(profile, story),
    email: state.email,
    attributes: { ...state.attributes },
    timeZone: state.timeZone,
    language: state.language,
    origins: Object.fromEntries(
      Object.entries(state.origins ?? {}).map(([name, [source, at, level]]) => [name, { source, at: iso(at), level }]),
    ),
    mailboxProvenAt: state.mailboxProvenAt === undefined ? null : iso(state.mailboxProvenAt),
    consent: Object.fromEntries(
      Object.entries(state.consent).map(([purpose, consent]) => [purpose, consentView(consent)]),
    ),
    cart: {
      id: state.cart?.id ?? null,
      lines: (state.cart?.lines ?? []).map(({ item, quantity }) => ({ item, quantity, ...look(item) })),
    },
    viewed: state.viewed.map(({ item, at }) => ({ item, at: iso(at), ...look(item) })),
    orders: view.orders.map(({ id, at, total, refunded, currency, items: bought }, place) => ({
      id,
      at: iso(at),
      total: { amount: total, currency },
      refunded: { amount: refunded, currency },
      cancelled: state.orders[place]!.cancelled ?? false,
      items: bought,
    })),
    lastViewed: view.lastViewed,
    mostViewed: view.mostViewed,
    favouriteCategory: view.favouriteCategory,
    categories: view.categories,
    traits: view.traits,
    visits: view.visits,
    visit: view.visit && {
      startedAt: iso(view.visit.startedAt),
      endedAt: view.visit.endedAt === null ? null : iso(view.visit.endedAt),
      pages: view.visit.pages,
      views: view.visit.views.length,
      orders: view.visit.orders,
    },
    consents: story.consents.map((consent) => ({ ...consent, at: iso(consent.at) })),
    merges: story.merges.map((merge) => ({ ...merge, at: iso(merge.at) })),
    claims: story.claims.map((claim) => ({ ...claim, firstAt: iso(claim.firstAt), lastAt: iso(claim.lastAt) })),
    firstSeenAt: iso(state.firstSeenAt),
    lastSeenAt: iso(state.lastSeenAt),
  };
}

/** With what is linked but not folded into the state yet, or the other way round: the profile may be ahead. */
function identitiesView({ state }: Profile, { identities }: ProfileStory): ProfileDetail['identities'] {
  const known = new Map(identities.map((one) => [`${one.namespace}:${one.id}`, one]));
  return state.identities.map(({ namespace, id }) => {
    const { level = 0, source = '', linkedAt = state.firstSeenAt } = known.get(`${namespace}:${id}`) ?? {};
    return { namespace, id, level, source, since: iso(linkedAt) };
  });
}

function consentView({ state, at, source }: Consent): ProfileDetail['consent'][string] {
  return { state, at: iso(at), source };
}
