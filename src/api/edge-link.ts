import type { Identity, ShopEvent } from '../event/index.ts';
import { tokenKey, tokenKid, verifyIdentityToken, type TokenFault } from '../profile/index.ts';
import type { House } from './house.ts';
import { dig } from './json.ts';

/** What a page says about who sits before it, `data.__beckon` of an event: checked. */
export interface Link {
  /** Whom a token vouches for, and until when, UTC ms of business time. */
  person?: { identity: Identity; until: number };
  /** The page says that this device is not that person any more. */
  signsOut: boolean;
  /** Why a token was not believed. */
  fault?: TokenFault;
}

/** Scopes of a secret key that may say who somebody is. */
const vouching = ['*', 'profiles'];

/** Of an event that says nothing of it. */
export const unlinked: Link = { signsOut: false };

/** Does the event say something in `data.__beckon`? Most do not. */
export function saysWho(event: unknown): boolean {
  return dig(event, 'data', '__beckon') !== undefined;
}

/** Reads and checks `data.__beckon` for the device that sends it. */
export async function linkOf(event: unknown, ecid: string, house: House): Promise<Link> {
  const said = dig(event, 'data', '__beckon');
  const link: Link = { signsOut: dig(said, 'signOut') === true };
  const token = dig(said, 'identityToken');
  if (token === undefined || token === null) return link;
  const now = house.clock.real();
  const read = verifyIdentityToken(token, { ecid, key: await keyOf(token, house), now });
  if ('fault' in read) return { ...link, fault: read.fault };
  // Tokens run on the shop's own clock; the profile's business time may have been moved on.
  return { ...link, person: { identity: read.identity, until: house.clock.now() + read.expires * 1000 - now } };
}

async function keyOf(token: unknown, house: House): Promise<string | undefined> {
  const kid = tokenKid(token);
  const key = kid === undefined ? null : await house.keys.byId(kid);
  const vouches = key?.kind === 'secret' && key.scopes.some((scope) => vouching.includes(scope));
  return vouches ? tokenKey(house.settings.secret, kid!) : undefined;
}

/** The sign-out of a device, before what it does next: from there on it is nobody's (trust.md §3.5, shared devices). */
export function signOutEvent(
  id: string,
  device: Identity,
  times: Pick<ShopEvent, 'source' | 'happenedAt' | 'receivedAt'>,
): ShopEvent {
  return {
    id: `${id}:signOut`,
    ...times,
    types: ['profile.signedOut'],
    // A device may always leave a person; it never joins one by its own word.
    level: 3,
    visitor: `${device.namespace}:${device.id}`,
    identities: [device],
  };
}
