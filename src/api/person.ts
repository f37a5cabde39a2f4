import { after, isUuid } from '../base/index.ts';
import type { Identity } from '../event/index.ts';
import { viewOf, type Profile } from '../profile/index.ts';
import type { House, Person } from './house.ts';

const dayMs = 86_400_000;

/**
 * A profile as the recommender sees it: what it viewed, holds and bought. The seed makes an answer repeatable for the
 * same person on the same day (design §4 recommend).
 */
export function personOf(profile: Profile, now: number): Person {
  const { state } = profile;
  const orders = state.orders.map(({ items, at }) => ({ items: items.map(({ id }) => id), at }));
  const categories = (state.categoryScores ?? []).map(([category]) => category);
  const mostViewed = (state.itemScores ?? []).map(([item]) => item);
  return {
    // Somebody whose first events are not folded yet has no id.
    profileId: profile.id === '' ? null : profile.id,
    viewed: state.viewed,
    cart: state.cart?.lines ?? [],
    purchased: [...new Set(orders.flatMap(({ items }) => items))],
    orders,
    mostViewed,
    categories,
    visit: state.visit?.views ?? [],
    // What rules call `profile.x`, and under Target's names what we keep of everybody (recommendations BEH-7).
    profile: {
      ...viewOf(profile, now),
      ...state.attributes,
      lastViewedEntity: state.viewed[0]?.item ?? null,
      lastPurchasedEntity: orders.toSorted((a, b) => b.at - a.at)[0]?.items[0] ?? null,
      mostViewedEntity: mostViewed[0] ?? null,
      categoryAffinity: categories[0] ?? null,
    },
    language: state.language,
    seed: `${profile.id}:${Math.floor(now / dayMs)}`,
  };
}

/** Does the profile let us be personal? `collect` or `personalize` taken back means: as for a stranger. */
export function mayPersonalize(profile: Profile): boolean {
  const { consent } = profile.state;
  return consent.personalize?.state !== 'out' && consent.collect?.state !== 'out';
}

/** The person behind a profile, or null where there is none or it must not be used. */
export function personIfAllowed(profile: Profile | null, house: House): Person | null {
  return profile && mayPersonalize(profile) ? personOf(profile, house.clock.now()) : null;
}

/** Namespaces that mean our own profile id; only doors that need a secret key may ask by it. */
const ownNamespaces = new Set(['id', 'profile', 'profileid']);

/** Does this name our own profile id? */
export function isOwnNamespace(namespace: string): boolean {
  return ownNamespaces.has(namespace);
}

/** The profile behind a name, our own id included; null when nobody is known by it. */
export async function findProfile(identity: Identity, house: House): Promise<Profile | null> {
  if (!isOwnNamespace(identity.namespace)) return house.profiles.find(identity);
  return isUuid(identity.id) ? house.profiles.get(identity.id) : null;
}

/** Is the criterion one that the recommender knows? */
export function hasCriterion(house: House, key: string): boolean {
  return house.criteria.find(key) !== undefined;
}

/**
 * A profile, if it can be read in time; null when not: the page waits for its first answer, and a question must not cost
 * the event that came with it (edge-protocol §11, §14).
 */
export async function inTime<T>(work: Promise<T>, house: House): Promise<{ value: T } | null> {
  let stop = () => {};
  const late = new Promise<null>((resolve) => {
    const timer = after(house.settings.decideMs ?? 500, () => resolve(null));
    stop = () => timer.stop();
  });
  const found = work
    .then((value) => ({ value }))
    .catch((error: unknown) => {
      house.log.error('door.profile-unread', { error });
      return null;
    });
  return Promise.race([found, late]).finally(() => stop());
}
