import { hmac, sameText } from '../base/index.ts';

/** What of a request decides whether it may use the studio. */
export interface Caller {
  /** Address of the other end of the socket. */
  socketAddress: string;
  /** Address as trustProxy sees it. */
  address: string;
  /** The Host header. */
  host: string;
  /** A proxy left its mark (X-Forwarded-For, Forwarded) although none is trusted. */
  forwarded: boolean;
}

const sessionCookie = 'beckon_session';
const sessionSeconds = 12 * 3600;

/** Is this address of the machine itself? */
export function isLoopback(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:/, '');
  return plain === '::1' || /^127(\.\d{1,3}){3}$/.test(plain);
}

/** The name part of a Host header, lower case, IPv6 in brackets: `localhost`. */
export function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * While no password exists the studio is for the machine itself (design §7 "Settings"): the connection comes from
 * loopback, not through an undeclared proxy, and the name in Host is one of ours, so that a foreign name resolved to
 * 127.0.0.1 (DNS rebinding) gets nothing.
 */
export function mayUseStudio(caller: Caller, publicUrl: string): boolean {
  if (caller.forwarded || !isLoopback(caller.socketAddress) || !isLoopback(caller.address)) return false;
  return loopbackNames.has(hostName(caller.host)) || caller.host.toLowerCase() === new URL(publicUrl).host;
}

/** Did a page of our own origin send this? Browsers say so themselves; what says nothing is not believed. */
export function isSameOrigin(headers: { site?: string; origin?: string; host: string; scheme: string }): boolean {
  if (headers.site !== undefined) return headers.site === 'same-origin';
  return headers.origin === `${headers.scheme}://${headers.host}`;
}

/** A new session: `v1.<ends>.<nonce>.<mac>`; nothing is stored, so it survives a restart and works in every process. */
export function makeSession(secret: Uint8Array, now: number, nonce: Uint8Array): string {
  const body = `v1.${Math.floor(now / 1000) + sessionSeconds}.${Buffer.from(nonce).toString('base64url')}`;
  return `${body}.${hmac(secret, `studio-session:${body}`)}`;
}

/** Is it ours, and not over? `now` is real time, UTC ms. */
export function isSession(secret: Uint8Array, now: number, session: string | undefined): boolean {
  const found = /^(v1\.(\d{1,12})\.[\w-]{16,64})\.([\w-]{43})$/.exec(session ?? '');
  if (!found || Number(found[2]) * 1000 < now) return false;
  return sameText(found[3]!, hmac(secret, `studio-session:${found[1]}`));
}

/** Over https the name itself binds the cookie to this host, all its paths, and https (`__Host-`). */
const nameOf = (secure: boolean) => (secure ? `__Host-${sessionCookie}` : sessionCookie);

/** The Set-Cookie that carries a session for `seconds`; 0 takes it away. Not for scripts, never across sites. */
export function sessionHeader(session: string, secure: boolean, seconds = sessionSeconds): string {
  return `${nameOf(secure)}=${session}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

/** The session a request carries, if any. */
export function sessionOf(cookies: ReadonlyMap<string, string>): string | undefined {
  return cookies.get(nameOf(true)) ?? cookies.get(nameOf(false));
}
