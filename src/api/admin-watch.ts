import { Type, type TSchema } from 'typebox';
import type { FastifyInstance } from 'fastify';
import { isUuid, BeckonError } from '../base/index.ts';
import { IntakeView, PutBack, QuarantineView } from './contract-watch.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors that show what comes in, what was refused and why, and what could not be folded. */
export function watchDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/intake',
    scope: 'read',
    summary: 'What just came in at this process, newest first: kept, repeated, or refused and why. A look, no record.',
    query: {
      datastream: 'only of this datastream',
      source: 'only of this source, as the answer names them',
      outcome: 'kept, repeated or refused',
      limit: 'at most (100)',
    },
    answer: IntakeView,
    work: async (call) => {
      const datastream = call.query('datastream');
      const outcome = call.query('outcome');
      if (outcome !== undefined && outcome !== 'kept' && outcome !== 'repeated' && outcome !== 'refused')
        throw new BeckonError(errors.API_INPUT_INVALID, `There is no outcome "${outcome}"`, { where: 'outcome' });
      const limit = limitOf(call.query('limit'), 100);
      const source = datastream === undefined ? call.query('source') : `edge:${datastream}`;
      const senderOf = await senders(house);
      const lines = house.events.intake.list({
        ...(source === undefined ? {} : { source }),
        ...(outcome === undefined ? {} : { outcome }),
        limit,
      });
      return {
        lines: lines.map((line) => ({
          ...line,
          at: new Date(line.at).toISOString(),
          sender: senderOf(line.source),
          datastream: line.source.startsWith('edge:') ? line.source.slice(5) : null,
          what: line.what && { ...line.what, happenedAt: new Date(line.what.happenedAt).toISOString() },
        })),
        sources: house.events.intake.sources().map((one) => ({ ...one, sender: senderOf(one.source) })),
      };
    },
  });
  make({
    method: 'GET',
    path: '/quarantine',
    scope: 'read',
    summary: 'Events that were kept and could not be folded, newest first, with the error each made.',
    query: { limit: 'at most (100)' },
    answer: QuarantineView,
    work: async (call) => {
      const rows = await house.events.quarantine(limitOf(call.query('limit'), 100));
      return {
        total: await house.events.setAside(),
        rows: rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() })),
      };
    },
  });
  make({
    method: 'POST',
    path: '/quarantine',
    scope: 'events',
    summary: 'Put events back to be folded again, once the fault is mended; without ids all.',
    body: PutBack,
    answer: Type.Object({ events: Type.Integer() }),
    work: async (call) => {
      const wrong = call.body.ids?.find((id) => !isUuid(id));
      if (wrong !== undefined)
        throw new BeckonError(errors.API_INPUT_INVALID, `"${wrong.slice(0, 40)}" is no id of a row`, { where: 'ids' });
      return { events: await house.events.putBack(call.body.ids ?? null) };
    },
  });
}

/** Sources that go by the id of a key are shown by its name. */
async function senders(house: House): Promise<(source: string) => string | null> {
  const isKeys = house.events.intake.sources().some(({ source }) => source.startsWith('segment:'));
  const names = new Map(isKeys ? (await house.keys.list()).map(({ id, name }) => [`segment:${id}`, name]) : []);
  return (source) => names.get(source) ?? null;
}

function limitOf(given: string | undefined, usual: number): number {
  const limit = Number(given ?? usual);
  if (Number.isInteger(limit) && limit > 0 && limit <= 1000) return limit;
  throw new BeckonError(errors.API_INPUT_INVALID, `"${given}" is not a number from 1 to 1000`, { where: 'limit' });
}

/** Doors by which events come. */
const collecting =
  /^\/(ee\/|(?:t\/[^/]+\/)?(?:rest|m2)\/|beacon\/|forms\/|v1\/(items|profiles|events|imports|webhooks?|identify|track|page|screen|alias|group|batch|import|[itpsagb])(\/|$))/;

/** Notes what the collecting doors refuse as a whole, with the sentence they answered. */
export function watchRefusals(app: FastifyInstance, house: House): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode >= 400 && request.method !== 'GET') {
      const { method, url, query, routeOptions } = request;
      noteRefusal({ method, url, query, route: routeOptions.url }, { status: reply.statusCode, payload }, house);
    }
    done(null, payload);
  });
}

/** Notes a request that was refused. */
export function noteRefusal(
  request: { method: string; url: string; query: unknown; route: string | undefined },
  { status, payload }: { status: number; payload: unknown },
  house: House,
): void {
  const path = request.url.split('?', 1)[0]!;
  if (!collecting.test(path)) return;
  const problem = typeof payload === 'string' ? problemIn(payload) : {};
  const named = asText(dig(request.query, 'configId') ?? dig(request.query, 'dataStreamId'), 128)?.split(':')[0];
  // Names that are made up must not push out what there is.
  const datastream = named === undefined ? undefined : house.events.datastream(named)?.id;
  house.events.intake.refused({
    at: house.clock.now(),
    source: datastream === undefined ? 'unknown' : `edge:${datastream}`,
    type: null,
    visitor: null,
    door: `${request.method} ${request.route ?? path.slice(0, 100)}`,
    code: problem.code ?? String(status),
    why: problem.why ?? null,
  });
}

function problemIn(payload: string): { code?: string; why?: string } {
  if (!payload.startsWith('{')) return { why: payload.slice(0, 300) };
  const body: unknown = JSON.parse(payload);
  const code = asText(dig(body, 'code'), 64) ?? asText(dig(body, 'type'), 200)?.split('/').pop();
  const why = dig(body, 'detail') ?? dig(body, 'message') ?? dig(body, 'title');
  return { ...(code === undefined ? {} : { code }), ...(typeof why === 'string' ? { why } : {}) };
}
