import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Person } from './beckon.ts';

/** Makes a text that nobody else can make: the key stays with the shop's server. */
export type Seal = (text: string) => string;

export function sealWith(key: string): Seal {
  return (text) => createHmac('sha256', key).update(`shop session ${text}`).digest('base64url');
}

const cookieName = 'lumen_loom_session';

/** Signs somebody in on this device. */
export function writeSession(
  reply: FastifyReply,
  request: FastifyRequest,
  { session, seal }: { session: Person; seal: Seal },
): void {
  const text = Buffer.from(JSON.stringify(session)).toString('base64url');
  const secure = request.protocol === 'https' ? '; Secure' : '';
  reply.header(
    'set-cookie',
    `${cookieName}=${text}.${seal(text)}; Path=/shop; HttpOnly; SameSite=Lax; Max-Age=2592000${secure}`,
  );
}

export function clearSession(reply: FastifyReply): void {
  reply.header('set-cookie', `${cookieName}=; Path=/shop; HttpOnly; SameSite=Lax; Max-Age=0`);
}

/** Who is signed in; null for nobody, and for a cookie that was not sealed here. */
export function readSession(request: FastifyRequest, seal: Seal): Person | null {
  const found = new RegExp(`(?:^|; *)${cookieName}=([\\w-]+)\\.([\\w-]+)`).exec(request.headers.cookie ?? '');
  if (!found) return null;
  const [, text = '', mac = ''] = found;
  const expected = Buffer.from(seal(text));
  const given = Buffer.from(mac);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as Person;
}
