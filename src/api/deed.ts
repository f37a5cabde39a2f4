import type { FastifyInstance, FastifyRequest } from 'fastify';
import { entranceOf, type Entrance, type Who } from './auth.ts';
import type { House } from './house.ts';
import { asText } from './json.ts';

/** Scopes whose calls by key are the daily traffic of a shop: nobody did them. */
const traffic = new Set(['events', 'profiles', 'items', 'recommend', 'read', 'messages']);
/** Scopes whose reading is written down too. */
const personal = new Set(['people', 'privacy']);
/** Somebody who looks at the same again within this time, ms, looks once. */
const sameLook = 3_600_000;
const remembered = 1000;

/**
 * Writes down what members and keys did, before the answer leaves: every change, and every look at people or at a
 * download of them, and what a member tried without the right (trust.md §3.6). The body is not kept: it may hold what the log must not. A process that dies between
 * the change and its line leaves the change without one.
 */
export function writeDeeds(app: FastifyInstance, house: House): void {
  const looks = new Map<string, number>();
  // Calls back: the busy doors, where nobody is let in, should not wait for a promise.
  app.addHook('onSend', (request, reply, payload, done) => {
    const entrance = entranceOf(request);
    if (!entrance || !isDone(entrance, reply.statusCode)) return done(null, payload);
    write(request, { ...entrance, refused: reply.statusCode === 403 }, { house, looks }).then(
      () => done(null, payload),
      done,
    );
  });
}

/** What failed was not done; what a member may not do was tried (trust row 100). */
function isDone({ who }: Entrance, status: number): boolean {
  return status < 400 || (status === 403 && who.kind === 'member');
}

async function write(
  request: FastifyRequest,
  entrance: Entrance & { refused: boolean },
  { house, looks }: { house: House; looks: Map<string, number> },
): Promise<void> {
  if (!entrance.refused && !isTold(entrance)) return;
  const what = `${entrance.refused ? 'refused ' : ''}${request.method} ${request.routeOptions.url ?? ''}`;
  const detail = { ...(request.params as object), ...namesOnly(request.query) };
  const who = nameOfWho(entrance.who);
  if (entrance.reads) {
    const now = house.clock.real();
    const key = JSON.stringify([who, what, detail]);
    const last = looks.get(key) ?? -Infinity;
    if (now - last < sameLook) return;
    looks.delete(key);
    looks.set(key, now);
    if (looks.size > remembered) looks.delete(looks.keys().next().value!);
  }
  await house.team.entries.write({ who, what, detail });
}

/** Is this for the log? What the team room does it writes down itself, with the deed. */
function isTold({ who, scope, right, reads }: Entrance): boolean {
  if (right === 'team' || scope === 'own') return false;
  if (who.kind === 'key' && (who.key.id === 'own' || traffic.has(scope))) return false;
  if (who.kind === 'machine' && reads) return false;
  return !reads || personal.has(scope) || right === 'export';
}

/** Who it was, in a word that is kept: a member's address, a key's id, or the machine itself while nobody signs in. */
export function nameOfWho(who: Who): string {
  if (who.kind === 'member') return who.member.email;
  return who.kind === 'key' ? `key ${who.key.id}` : 'the machine';
}

/** Of the question mark: what was asked for, but not what was searched, which is often a person's address. */
function namesOnly(query: unknown): Record<string, string> {
  const given = Object.entries((query ?? {}) as Record<string, unknown>);
  const kept = given.filter(([name]) => name !== 'q' && name !== 'address');
  return Object.fromEntries(kept.map(([name, value]) => [name, (asText(value, 100) ?? '').slice(0, 100)]));
}
