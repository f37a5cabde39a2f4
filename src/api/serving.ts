import type { FastifyInstance } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

/** Doors that a process may have alone, when several share the work. */
export const doorGroups = ['collect', 'recommend', 'studio'] as const;
export type DoorGroup = (typeof doorGroups)[number];

/** Where events come in, and what shoppers' pages and mails load. */
const collecting =
  /^\/(?:ee\/|hooks\/|[cplmuo]\/|forms\/|sourceConfig$|consent-banner\.js$|alloy\.min\.js$|edge-dev\.js$|beacon\/v1\/batch$|v1\/(?:projects\/|import$|batch$|[bitpsga]$|identify$|track$|page$|screen$|group$|alias$))/;
/** Where questions for recommendations are answered. */
const recommending =
  /^(?:\/t\/[^/]+)?\/(?:rest\/v1\/|m2\/|v1\/recommendations(?::batch)?$|v1\/criteria\/[^/]+\/download\.csv$)/;

/** Whose door this is; null: every process has it. Pure. */
export function groupOf(method: string, url: string): DoorGroup | null {
  const path = url.split('?', 1)[0]!.replace(/(.)\/$/, '$1');
  if (path === '/healthz' || path === '/readyz' || path === '/metrics') return null;
  if (collecting.test(path)) return 'collect';
  if (recommending.test(path)) return 'recommend';
  const isWrite = method === 'POST' || method === 'OPTIONS';
  return isWrite && /^\/v1\/(?:events|profiles)$/.test(path) ? 'collect' : 'studio';
}

/** Refuses what processes with another role serve. Nothing is added where all are served. */
export function serveOwn(app: FastifyInstance, { serves }: House): void {
  if (serves === undefined) return;
  app.addHook('onRequest', (request, _reply, done) => {
    const group = groupOf(request.method, request.url);
    if (group === null || serves.includes(group)) return done();
    const path = request.url.split('?', 1)[0]!;
    done(
      new BeckonError(
        errors.API_SERVED_ELSEWHERE,
        `${request.method} ${path} is served by processes with the role ${group}; this one has ${serves.length === 0 ? 'no doors' : serves.join(', ')}`,
      ),
    );
  });
}
