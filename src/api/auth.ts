import type { FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import type { KeyScope } from './contract-in.ts';
import { readCookies } from './cookie.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';
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

/**
 * Lets a request pass that has a secret key with the scope, or the studio's session from a page of our own.
 * A key in the address is refused by not being read (trust row 101): addresses end up in logs.
 *
 * @throws API_KEY_MISSING, API_KEY_UNKNOWN, API_KEY_NOT_ENOUGH, API_STUDIO_CLOSED
 */
export async function assertScope(request: FastifyRequest, house: House, scope: KeyScope): Promise<void> {
  const bearer = bearerOf(request);
  if (bearer !== undefined) return assertKey(bearer, house, scope);
  const session = sessionOf(readCookies(request.headers.cookie));
  if (session === undefined) {
    const inAddress = asText(dig(request.query, 'key') ?? dig(request.query, 'access_token'), 512) !== undefined;
    throw new BeckonError(
      errors.API_KEY_MISSING,
      inAddress ? 'The key stands in the address, where it is not read' : 'The request has no key',
    );
  }
  assertSession(request, house, session);
}

async function assertKey(bearer: string, house: House, scope: KeyScope): Promise<void> {
  const admitted = await house.keys.admit(bearer);
  if (!admitted) throw new BeckonError(errors.API_KEY_UNKNOWN, 'The key is not known, or was revoked');
  if (admitted.kind === 'secret' && (admitted.scopes.includes('*') || admitted.scopes.includes(scope))) return;
  const why = admitted.kind === 'publishable' ? 'is publishable: it only collects' : `lacks the scope "${scope}"`;
  throw new BeckonError(errors.API_KEY_NOT_ENOUGH, `The key ${why}`);
}

function assertSession(request: FastifyRequest, house: House, session: string): void {
  const { headers } = request;
  if (!mayUseStudio(callerOf(request, house), house.settings.publicUrl)) {
    throw new BeckonError(errors.API_STUDIO_CLOSED, 'The studio answers on its own machine only');
  }
  const site = asText(headers['sec-fetch-site'], 32);
  const own = isSameOrigin({
    ...(site === undefined ? {} : { site }),
    ...(headers.origin === undefined ? {} : { origin: headers.origin }),
    host: headers.host ?? '',
    scheme: request.protocol,
  });
  if (!own) throw new BeckonError(errors.API_STUDIO_CLOSED, 'The studio session was used from another page');
  if (!isSession(house.settings.secret, house.clock.real(), session)) {
    throw new BeckonError(errors.API_KEY_UNKNOWN, 'The studio session is over', { mend: 'Load the studio again' });
  }
}
