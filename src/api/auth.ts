import type { FastifyRequest } from 'fastify';
import { BeckonError, sameText } from '../base/index.ts';
import type { Asked, Right, SignedIn } from '../team/index.ts';
import type { KeyScope } from './contract-in.ts';
import { readCookies } from './cookie.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';
import type { Admitted } from './keys.ts';
import { isSameOrigin, isSession, mayUseStudio, sessionOf, type Caller } from './session.ts';

/** The text after `Bearer`, if the request has one. */
export function bearerOf(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  return /^Bearer +(\S{1,512})$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** The user name of Basic, in which Segment's libraries send their write key. */
export function basicOf(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  const found = /^Basic +([A-Za-z0-9+/=_-]{1,700})$/i.exec(request.headers.authorization ?? '')?.[1];
  return found === undefined ? undefined : asText(Buffer.from(found, 'base64').toString('utf8').split(':', 1)[0], 256);
}

/** What of the request decides about the studio. */
export function callerOf(request: FastifyRequest, house: House): Caller {
  const { headers } = request;
  const marked = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined;
  return {
    socketAddress: request.socket.remoteAddress ?? '',
    address: request.ip,
    host: headers.host ?? '',
    forwarded: marked && house.settings.trustProxy === false,
  };
}

/** Who a request turned out to be from. */
export type Who =
  | { kind: 'key'; key: Admitted }
  | { kind: 'member'; member: SignedIn; session: string }
  /** Somebody at the machine itself, while no password is set. */
  | { kind: 'machine' };

/** Who came, and to what. */
export interface Entrance extends Asked {
  who: Who;
}

const entrances = new WeakMap<FastifyRequest, Entrance>();

/** Who came to `assertScope` and is known, allowed or not; undefined where nobody was asked. */
export function entranceOf(request: FastifyRequest): Entrance | undefined {
  return entrances.get(request);
}

/** What a door asks beyond a scope. */
export interface More {
  right?: Right;
  /** Nothing is changed, whatever the method. */
  looks?: boolean;
}

/**
 * Lets a request pass that has a secret key with the scope, or a session of the studio from a page of our own, whose
 * member's role has scope and right. A key in the address is refused by not being read (trust row 101): addresses end
 * up in logs.
 *
 * @throws API_KEY_MISSING, API_KEY_UNKNOWN, API_KEY_NOT_ENOUGH, API_STUDIO_CLOSED, and the team's errors
 */
export async function assertScope(
  request: FastifyRequest,
  house: House,
  scope: KeyScope | 'own',
  { right, looks = false }: More = {},
): Promise<void> {
  const reads = looks || request.method === 'GET' || request.method === 'HEAD';
  const asked: Asked = { scope, reads, ...(right === undefined ? {} : { right }) };
  const bearer = bearerOf(request);
  const who: Who = bearer === undefined ? await assertSession(request, house) : await admitKey(bearer, house, scope);
  if (who.kind === 'member') assertProof(request, who.member);
  entrances.set(request, { ...asked, who });
  if (who.kind === 'member' && scope !== 'own') house.team.assertMay(who.member, asked);
}

async function admitKey(bearer: string, house: House, scope: string): Promise<Who> {
  const admitted = await house.keys.admit(bearer);
  if (!admitted) throw new BeckonError(errors.API_KEY_UNKNOWN, 'The key is not known, or was revoked');
  if (admitted.kind === 'secret' && (admitted.scopes.includes('*') || admitted.scopes.includes(scope)))
    return { kind: 'key', key: admitted };
  const why = admitted.kind === 'publishable' ? 'is publishable: it only collects' : `lacks the scope "${scope}"`;
  throw new BeckonError(errors.API_KEY_NOT_ENOUGH, `The key ${why}`);
}

/**
 * Whose session the request carries, from a page of our own.
 *
 * @throws API_KEY_MISSING, API_KEY_UNKNOWN, API_STUDIO_CLOSED
 */
export async function assertSession(request: FastifyRequest, house: House): Promise<Exclude<Who, { kind: 'key' }>> {
  const session = sessionOf(readCookies(request.headers.cookie));
  if (session === undefined) {
    const inAddress = asText(dig(request.query, 'key') ?? dig(request.query, 'access_token'), 512) !== undefined;
    throw new BeckonError(
      errors.API_KEY_MISSING,
      inAddress ? 'The key stands in the address, where it is not read' : 'The request has no key',
    );
  }
  assertOwnPage(request);
  const member = await house.team.who(session);
  if (member) return { kind: 'member', member, session };
  if (!(await house.team.isSetUp())) {
    if (!mayUseStudio(callerOf(request, house), house.settings.publicUrl))
      throw new BeckonError(errors.API_STUDIO_CLOSED, 'The studio answers on its own machine only');
    if (isSession(house.settings.secret, house.clock.real(), session)) return { kind: 'machine' };
  }
  throw new BeckonError(errors.API_KEY_UNKNOWN, 'The studio session is over', { mend: 'Load the studio again' });
}

/** @throws API_STUDIO_CLOSED when another site's page sends the request */
export function assertOwnPage(request: FastifyRequest): void {
  const { headers } = request;
  const site = asText(headers['sec-fetch-site'], 32);
  const own = isSameOrigin({
    ...(site === undefined ? {} : { site }),
    ...(headers.origin === undefined ? {} : { origin: headers.origin }),
    host: headers.host ?? '',
    scheme: request.protocol,
  });
  if (!own) throw new BeckonError(errors.API_STUDIO_CLOSED, 'The studio session was used from another page');
}

/** A change carries what only a page that was loaded within the session knows (trust.md §3.6). */
export function assertProof(request: FastifyRequest, member: SignedIn): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  if (sameText(asText(request.headers['x-beckon-proof'], 128) ?? '', member.proof)) return;
  throw new BeckonError(errors.API_PAGE_UNPROVEN, 'The request does not carry the proof of the page it comes from');
}
