import { hmac, sameText } from '../base/index.ts';

/**
 * What an item costs and whether it can be had is looked up when a mail is opened: the mail holds a signed address of a
 * picture. The token says all there is to know, so that nothing is read from the ledger for it.
 */
export interface LiveClaim {
  item: string;
  /** What may be shown in its place, the best first. */
  spares: readonly string[];
  language: string;
  /** When the mail was made, UTC ms of business time. */
  from: number;
}

/** So long after it was made a mail still gets answers. */
export const liveForMs = 90 * 24 * 3_600_000;
/** Addresses stay short: spares are left out before one is longer, and an item with a very long id has none. */
const longestToken = 480;

export interface LivePlace {
  linkKey: Uint8Array;
  publicUrl: string;
}

/** The picture of an item, and the page a click on it leads to; null when its address would be too long. */
export function liveAddresses(claim: LiveClaim, { linkKey, publicUrl }: LivePlace) {
  for (let spares = claim.spares.slice(0, 2); ; spares = spares.slice(0, -1)) {
    const token = liveToken(linkKey, { ...claim, spares });
    if (token.length <= longestToken) {
      return { livePage: `${publicUrl}/l/${token}`, liveImage: `${publicUrl}/l/${token}.png` };
    }
    if (spares.length === 0) return null;
  }
}

/** `v1.1.<payload>.<mac>`; the mac is over all of it and the purpose, so a click's token is none of these. */
export function liveToken(key: Uint8Array, { item, spares, language, from }: LiveClaim): string {
  const payload = Buffer.from(JSON.stringify([item, language, Math.floor(from / 1000), ...spares])).toString(
    'base64url',
  );
  return `v1.1.${payload}.${macOf(key, payload)}`;
}

/** What a token of ours says, if it is still answered; null otherwise. */
export function readLive(key: Uint8Array, token: string, now: number): LiveClaim | null {
  const found = /^v1\.1\.([A-Za-z0-9_-]{8,500})\.([A-Za-z0-9_-]{43})$/.exec(token);
  if (!found || !sameText(macOf(key, found[1]!), found[2]!)) return null;
  const [item, language, seconds, ...spares] = JSON.parse(Buffer.from(found[1]!, 'base64url').toString()) as [
    string,
    string,
    number,
    ...string[],
  ];
  const from = seconds * 1000;
  return now > from + liveForMs ? null : { item, spares, language, from };
}

function macOf(key: Uint8Array, payload: string): string {
  return hmac(key, `v1|l|${payload}`);
}
