import { deviceNamespaces, identityKey, type Identity, type ShopEvent } from '../event/index.ts';
import type { Profile } from './profile.ts';

/** What is to be done about who an event belongs to. */
export type Identified =
  | { kind: 'one'; profileId: string; link: Identity[] }
  /** `moved`: devices that stood with another person until now. */
  | { kind: 'new'; link: Identity[]; moved: Identity[] }
  | { kind: 'merge'; into: string; from: string[]; link: Identity[] }
  /** A known person took over a device that stood with another person: the device moves, nothing is merged. */
  | { kind: 'relink'; profileId: string; link: Identity[]; moved: Identity[] };

/** Names a person, not a device. */
export function isPersonal({ namespace }: Identity): boolean {
  return !deviceNamespaces.has(namespace) && namespace !== 'profile';
}

/**
 * Identities an event may act by: its device's own below level 2, all it asserts from there on (trust.md §3.5). Our own
 * profile ids name somebody only where we say so ourselves.
 */
export function actingIdentities(event: ShopEvent): Identity[] {
  return event.level >= 2
    ? event.identities
    : event.identities.filter(({ namespace }) => deviceNamespaces.has(namespace));
}

/** Does the event part this device from the person who used it? Only a device leaves, and only where it is named. */
export function signsOut(event: ShopEvent, device: Identity): boolean {
  if (event.level < 3 || !deviceNamespaces.has(device.namespace)) return false;
  return event.identities.some((one) => identityKey(one) === identityKey(device));
}

/**
 * Decides whose event this is. Pure.
 *
 * Two profiles that both name a person never merge by an event (trust row 79): the device goes with the person whom
 * the shop's server named. An anonymous profile merges into the known one.
 *
 * @param ownerOf the profile an identity belongs to now
 * @param profileOf loaded profiles by id
 */
export function identify(
  event: ShopEvent,
  ownerOf: (identity: Identity) => string | undefined,
  profileOf: (id: string) => Profile | undefined,
): Identified {
  const identities = actingIdentities(event);
  // Nearly always it is a device that somebody is known by, and nothing else is said.
  const sole = identities.length === 1 ? ownerOf(identities[0]!) : undefined;
  if (sole !== undefined) return { kind: 'one', profileId: sole, link: [] };
  const linkable = identities.filter(({ namespace }) => namespace !== 'profile');
  const owners = new Map<string, Identity[]>();
  for (const identity of identities) {
    const owner = ownerOf(identity);
    if (owner !== undefined) owners.set(owner, [...(owners.get(owner) ?? []), identity]);
  }
  const link = linkable.filter((identity) => ownerOf(identity) === undefined);
  if (owners.size === 0) return { kind: 'new', link, moved: [] };
  const isKnown = (id: string) => (profileOf(id)?.state.identities ?? []).some(isPersonal);
  if (owners.size === 1) return alone([...owners.keys()][0]!, link, isKnown, event);
  const named = [...owners].filter(([, by]) => by.some(isPersonal)).map(([id]) => id);
  const known = [...owners.keys()].filter(isKnown);
  const into = named[0] ?? known[0] ?? [...owners.keys()].sort()[0]!;
  const from = [...owners.keys()].filter((id) => id !== into);
  // Whoever was parted by hand stays apart: the device goes with the person, its past stays where it is.
  const isApart = (id: string) =>
    [into, id].some((one) => profileOf(one)?.state.apart?.includes(one === into ? id : into) ?? false);
  const staysApart = (id: string) => isKnown(id) || isApart(id);
  if (from.some(staysApart)) {
    const moved = from.filter(staysApart).flatMap((id) => owners.get(id)!.filter((identity) => !isPersonal(identity)));
    return { kind: 'relink', profileId: into, link, moved };
  }
  return { kind: 'merge', into, from, link };
}

/** One owner: normally his event; but a new personal name on a device that stands with another person starts anew. */
function alone(owner: string, link: Identity[], isKnown: (id: string) => boolean, event: ShopEvent): Identified {
  const namesPerson = link.some(isPersonal);
  const byPerson = actingIdentities(event).some((identity) => isPersonal(identity) && !link.includes(identity));
  if (!namesPerson || byPerson || !isKnown(owner)) return { kind: 'one', profileId: owner, link };
  const moved = actingIdentities(event).filter((identity) => !isPersonal(identity) && !link.includes(identity));
  return { kind: 'new', link, moved: moved.filter(({ namespace }) => namespace !== 'profile') };
}

/** Key of an identity in maps. */
export const keyOf = identityKey;
