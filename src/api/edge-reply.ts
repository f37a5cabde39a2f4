import type { FastifyReply } from 'fastify';
import type { BeckonError } from '../base/index.ts';
import { encodeIdentity, orgKey, type Resolved } from './edge-identity.ts';

/** One part of an answer: `identity:result`, `state:store`, `personalization:decisions`. Never a pixel or an id sync. */
export interface Handle {
  type: string;
  payload: unknown[];
  eventIndex?: number;
}

/** A cookie that the visitor's browser is to keep, by whichever way works. */
export interface StateEntry {
  key: string;
  value: string;
  /** Seconds. */
  maxAge: number;
  attrs?: { SameSite: 'None' };
}

/** How cookies reach the browser on this request (edge-protocol §5). */
export interface CookieRoute {
  /** Domain for Set-Cookie; the empty text for a host-only cookie; null: the page writes them itself (`state:store`). */
  domain: string | null;
  /** https here and on the page: only then may SameSite=None and Secure be said (edge trap 8). */
  secure: boolean;
  /** A plain http page before an https edge: what it keeps never comes back by Cookie. */
  isMixed: boolean;
}

const identitySeconds = 34_128_000;
const consentSeconds = 15_552_000;

/** Headers of every answer of the edge, errors and 204 included (edge trap 7). */
export function corsHeaders(origin: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    'access-control-expose-headers': 'Retry-After, X-Adobe-Edge, X-Request-ID',
    vary: 'Origin',
    'cache-control': 'no-cache, no-store, max-age=0, no-transform, private',
    'x-adobe-edge': 'LOC1;1',
  };
  if (origin === undefined) return headers;
  headers['access-control-allow-origin'] = origin;
  headers['access-control-allow-credentials'] = 'true';
  return headers;
}

/** Set-Cookie when the page lives under the domain it names and we are in that domain too; never for a foreign one. */
export function cookieRoute(request: {
  hostname: string;
  cookiesEnabled: unknown;
  domain: unknown;
  https: boolean;
  referer: string | undefined;
  /** For pages that send no referer. */
  origin: string | undefined;
}): CookieRoute {
  const page = request.referer ?? request.origin ?? '';
  const secure = request.https && page.startsWith('https://');
  // Browsers take a plain page and an https edge for two sites, and drop what the edge would set.
  const isMixed = request.https && page.startsWith('http://');
  if (isMixed) return { domain: null, secure, isMixed };
  const { domain, hostname } = request;
  if (request.cookiesEnabled !== true || typeof domain !== 'string' || !/^[a-z0-9.-]{1,253}$/i.test(domain)) {
    return { domain: null, secure, isMixed };
  }
  const [name, host] = [domain.toLowerCase(), hostname.toLowerCase()];
  const isAddress = /^[\d.]+$/.test(host);
  if (name === host) return { domain: isAddress ? '' : name, secure, isMixed };
  // A domain of one label, such as "com", is nobody's to write to; browsers refuse it and the cookie would be lost.
  return { domain: !isAddress && name.includes('.') && host.endsWith(`.${name}`) ? name : null, secure, isMixed };
}

/** The identity cookie, written again on each answer so that it lives on (edge-protocol §14). */
export function identityEntry(orgId: string, who: Resolved, now: number): StateEntry {
  return { key: `kndctr_${orgKey(orgId)}_identity`, value: encodeIdentity(who, now), maxAge: identitySeconds };
}

/** The consent cookie: what alloy believes. */
export function consentEntry(orgId: string, general: 'in' | 'out'): StateEntry {
  return { key: `kndctr_${orgKey(orgId)}_consent`, value: `general=${general}`, maxAge: consentSeconds };
}

/** Cookies as Set-Cookie lines, or as the handle that has the page write them. Not HttpOnly: alloy reads them. */
export function carry(entries: StateEntry[], route: CookieRoute): { headers: string[]; handles: Handle[] } {
  if (route.domain === null) {
    const payload = entries.map((entry) => (route.secure ? { ...entry, attrs: { SameSite: 'None' as const } } : entry));
    return { headers: [], handles: [{ type: 'state:store', payload }] };
  }
  const domain = route.domain === '' ? '' : `; Domain=${route.domain}`;
  const secure = route.secure ? '; Secure; SameSite=None' : '';
  const headers = entries.map(
    ({ key, value, maxAge }) => `${key}=${encodeURIComponent(value)}; Max-Age=${maxAge}${domain}; Path=/${secure}`,
  );
  return { headers, handles: [] };
}

/** What alloy's `getIdentity` remembers. */
export function identityHandle(ecid: string): Handle {
  return { type: 'identity:result', payload: [{ id: ecid, namespace: { code: 'ECID' } }] };
}

/** A note for whoever reads the page's console: alloy logs it and goes on (edge-protocol §11). */
export interface EdgeWarning {
  type: string;
  status: number;
  title: string;
  detail: string;
}

/** What the page should know although its request was taken. */
export const warnings = {
  thirdParty: (publicUrl: string): EdgeWarning => ({
    type: `${publicUrl}/docs/guide/web-sdk.html`,
    status: 200,
    title: 'thirdPartyCookiesEnabled is not false',
    detail: 'The Web SDK asks Adobe first and comes here only when that fails; set thirdPartyCookiesEnabled: false',
  }),
  mixed: (publicUrl: string): EdgeWarning => ({
    type: `${publicUrl}/docs/guide/web-sdk.html`,
    status: 200,
    title: 'A plain http page before an https edge',
    detail:
      'Browsers send no cookies from one to the other, so each event may be a new visitor; serve the page by https',
  }),
  token: (publicUrl: string, fault: string): EdgeWarning => ({
    type: `${publicUrl}/docs/guide/web-sdk.html`,
    status: 200,
    title: 'Identity token refused',
    detail: `data.__beckon.identityToken is ${fault.replaceAll('-', ' ')}; the event was kept without it`,
  }),
  late: (publicUrl: string): EdgeWarning => ({
    type: `${publicUrl}/docs/guide/web-sdk.html`,
    status: 200,
    title: 'Answered without decisions',
    detail: 'The profile could not be read in time; the event was kept',
  }),
};

/** An error of the edge: Adobe's `EXEG-…` type where there is one, ours otherwise. */
export interface EdgeProblem {
  type: string;
  status: number;
  title: string;
  detail: string;
  retryAfter?: number;
}

/** `EXEG-0003-400` → the address Adobe's clients know. */
export function exegType(code: string): string {
  return `https://ns.adobe.com/aep/errors/${code}`;
}

/** Our own error as the edge says it. Whatever failed on our side is 503, because alloy retries that and loses 500. */
export function edgeProblemOf(error: BeckonError, publicUrl: string, chance: number): EdgeProblem {
  const status = error.status === 500 ? 503 : error.status;
  const problem: EdgeProblem = {
    type: `${publicUrl}/docs/error/${error.code}`,
    status,
    title: error.mend,
    detail: error.message,
  };
  // Spread out, so that all pages do not come back in the same second.
  if (status === 503 || status === 429) problem.retryAfter = Math.ceil((error.retryAfter ?? 1) + 2 * chance);
  return problem;
}

/** Which request a problem is about, as Adobe's clients print it. */
export interface EdgeReport {
  requestId: string;
  configId?: string;
}

/** What the edge answers, whichever way it goes out. What every answer has (`corsHeaders`, the request's id) is not in it. */
export interface EdgeAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  /** Absent with 204. */
  body?: string;
  /** The page may not read it: no CORS headers. */
  closed?: true;
}

/** A problem with the report Adobe's clients print. */
export function problemAnswer({ retryAfter, ...problem }: EdgeProblem, report: EdgeReport): EdgeAnswer {
  const headers: EdgeAnswer['headers'] = { 'content-type': 'application/problem+json;charset=utf-8' };
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  return { status: problem.status, headers, body: JSON.stringify({ ...problem, report }) };
}

/** Sends an answer by Fastify, which has put on what every answer has. */
export function sendAnswer(reply: FastifyReply, { status, headers, body, closed }: EdgeAnswer): FastifyReply {
  if (closed) void reply.removeHeader('access-control-allow-origin').removeHeader('access-control-allow-credentials');
  return reply.code(status).headers(headers).send(body);
}

export function sendEdgeProblem(reply: FastifyReply, problem: EdgeProblem, report: EdgeReport): FastifyReply {
  return sendAnswer(reply, problemAnswer(problem, report));
}
