import { hmac, sameText } from '../base/index.ts';
import { normalIdentity, type Identity } from '../event/index.ts';

/**
 * Identity tokens: how a page proves who its visitor is (design §7 "Identity"). The shop's server signs
 * `v1.<kid>.<exp>.<namespace>.<id>.<mac>`; the mac covers the visitor's ECID too, which does not stand in the token, so
 * a token that leaks is of no use on another device.
 *
 * - `kid` the id of the secret API key that vouches; revoking that key ends its tokens
 * - `exp` Unix seconds
 * - `namespace` lower case letters, digits, `_` and `-`
 * - `id` base64url of the UTF-8 text
 * - `mac` base64url of HMAC-SHA-256 over everything before it, a dot, and the ECID
 */
export interface TokenSigner {
  kid: string;
  /** The signing key's text as `GET /v1/identity-key` gives it. */
  key: string;
}

/** What a token says. */
export interface TokenContent {
  ecid: string;
  identity: Identity;
  /** Unix seconds. */
  expires: number;
}

/** Why a token is not believed. */
export type TokenFault = 'malformed' | 'unknown-key' | 'not-signed-for-this-device' | 'expired' | 'too-long';

/** The longest that a token may hold, seconds: 30 days. */
export const longestToken = 30 * 86_400;

const form = /^v1\.([\w-]{1,64})\.(\d{1,12})\.([a-z0-9_-]{1,64})\.([\w-]{1,400})\.([\w-]{43})$/;
const notForPersons = new Set(['ecid', 'fpid', 'tntid', 'anonymousid', 'id', 'profile', 'profileid']);

/** May a token name somebody so? Devices and our own profile ids are not names of persons. */
export function isTokenNamespace(namespace: string): boolean {
  return /^[a-z0-9_-]{1,64}$/.test(namespace) && !notForPersons.has(namespace);
}

/** The signing key of one API key; nobody can derive it without the installation's secret. */
export function tokenKey(secret: Uint8Array, kid: string): string {
  return hmac(secret, `identity-token:${kid}`);
}

/** Signs a token, as the shop's server does by itself. The identity is brought into its normal form. */
export function mintIdentityToken(signer: TokenSigner, content: TokenContent): string {
  const { namespace, id } = normalIdentity(content.identity.namespace, content.identity.id);
  const body = `v1.${signer.kid}.${content.expires}.${namespace}.${Buffer.from(id, 'utf8').toString('base64url')}`;
  return `${body}.${hmac(signer.key, `${body}.${content.ecid}`)}`;
}

/** The key id that a token names, so that its key can be looked up; undefined when it is no token. */
export function tokenKid(token: unknown): string | undefined {
  return typeof token === 'string' ? form.exec(token)?.[1] : undefined;
}

/**
 * Reads and checks a token. Pure.
 *
 * @param expected the ECID of the device that shows it; the signing key of its kid, undefined when that is not in
 * force; and the real time, UTC ms
 */
export function verifyIdentityToken(
  token: unknown,
  expected: { ecid: string; key: string | undefined; now: number },
): { identity: Identity; expires: number } | { fault: TokenFault } {
  const found = typeof token === 'string' ? form.exec(token) : null;
  if (!found) return { fault: 'malformed' };
  const [text, , exp, namespace, encoded, mac] = found as unknown as [string, string, string, string, string, string];
  if (expected.key === undefined) return { fault: 'unknown-key' };
  const body = text.slice(0, -mac.length - 1);
  if (!sameText(mac, hmac(expected.key, `${body}.${expected.ecid}`))) return { fault: 'not-signed-for-this-device' };
  const expires = Number(exp);
  if (expires * 1000 <= expected.now) return { fault: 'expired' };
  if (expires * 1000 > expected.now + longestToken * 1000) return { fault: 'too-long' };
  const identity = normalIdentity(namespace, Buffer.from(encoded, 'base64url').toString('utf8'));
  if (!isTokenNamespace(namespace) || !isName(identity.id)) return { fault: 'malformed' };
  return { identity, expires };
}

function isName(id: string): boolean {
  return id !== '' && id.length <= 254 && !/[\p{Cc}\uFFFD]/u.test(id);
}
