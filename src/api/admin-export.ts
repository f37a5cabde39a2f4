import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { cursorOf, placeAt, placeOf, type LogPlace } from '../event/index.ts';
import { Problem } from './contract.ts';
import { OutletInput, OutletView } from './contract-measured.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import { spanOf, type Query } from './file-door.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Events read at once, events of one answer, and answers that are being written at the same time. */
const pageEvents = 500;
const mostEvents = 1_000_000;
const mostAtOnce = 2;

/** Doors to the address to which the log is sent on. */
export function outletDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/event-webhook',
    scope: 'settings',
    summary: 'Where the log is sent on to, and how far it was taken; null where it is not.',
    answer: Type.Object({ webhook: Type.Union([OutletView, Type.Null()]) }),
    work: async () => ({ webhook: await house.outlet.view() }),
  });
  make({
    method: 'PUT',
    path: '/event-webhook',
    scope: 'settings',
    right: 'export',
    summary:
      'Send the log on to an address: batches of events, signed as Standard Webhooks says, in order, again until they are taken.',
    body: OutletInput,
    answer: Type.Object({ webhook: Type.Union([OutletView, Type.Null()]), secret: Type.String() }),
    work: async ({ body: { url, types = [], whole = false } }) => {
      const secret = await house.outlet.put({ url, types, whole });
      return { webhook: await house.outlet.view(), secret };
    },
  });
  make({
    method: 'DELETE',
    path: '/event-webhook',
    scope: 'settings',
    summary: 'Send the log on no longer.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async () => ({ removed: await house.outlet.remove() }),
  });
}

/** The log as it lies: everything that happened, for a warehouse or another program. */
export function exportDoors(app: FastifyInstance, house: House): void {
  let writing = 0;
  app.get('/events/export', {
    schema: {
      tags: ['events'],
      summary:
        'The log as NDJSON, in the order of its reception, up to a minute ago: `{"cursor", "event"}` a line. The cursor of any line goes on after it.',
      querystring: Type.Object({
        cursor: Type.Optional(Type.String({ description: 'Of the last line that was read' })),
        from: Type.Optional(
          Type.String({ description: 'Without a cursor: what came in from this moment on, ISO 8601' }),
        ),
        type: Type.Optional(Type.String({ description: 'Only events of this type: commerce.purchases' })),
        limit: Type.Optional(Type.String({ description: `At most so many lines; left out, ${mostEvents}` })),
      }),
      response: { 200: { description: 'The log', type: 'string' }, '4xx': { description: 'Refused', ...Problem } },
    },
    config: { asks: { scope: 'people', right: 'export' } },
    handler: async (request, reply) => {
      const query: Query = (name) => asText(dig(request.query, name), 200);
      const asked = { after: placeIn(query), type: query('type'), limit: limitIn(query) };
      if (writing >= mostAtOnce) {
        const says = `${mostAtOnce} exports are being written already`;
        throw new BeckonError(errors.API_BUSY, says, { retryAfter: 30 });
      }
      writing++;
      const lines = Readable.from(written(house, asked), { objectMode: true });
      lines.once('close', () => void writing--);
      return reply
        .header('content-type', 'application/x-ndjson')
        .header('content-disposition', 'attachment; filename="events.ndjson"')
        .header('cache-control', 'no-store')
        .send(lines);
    },
  });
}

/** Pages are read as they are taken, so that a slow reader costs no memory. */
async function* written(
  house: House,
  asked: { after: LogPlace; type: string | undefined; limit: number },
): AsyncGenerator<string> {
  let { after, limit } = asked;
  const now = house.clock.now();
  while (limit > 0) {
    const page = await house.events.page({ after, limit: pageEvents, now });
    const chosen = page.filter(({ event }) => asked.type === undefined || event.types.includes(asked.type));
    const lines = chosen.slice(0, limit).map(({ place, event }) => JSON.stringify({ cursor: cursorOf(place), event }));
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
    limit -= lines.length;
    if (page.length < pageEvents) return;
    after = page.at(-1)!.place;
  }
}

function placeIn(query: Query): LogPlace {
  const cursor = query('cursor');
  if (cursor === undefined) return placeAt(spanOf(query).from ?? 0);
  const place = placeOf(cursor);
  if (place) return place;
  throw new BeckonError(errors.API_INPUT_INVALID, `cursor "${cursor}" is none of ours`, { where: 'cursor' });
}

function limitIn(query: Query): number {
  const limit = Number(query('limit') ?? mostEvents);
  if (Number.isInteger(limit) && limit >= 1 && limit <= mostEvents) return limit;
  const says = `limit "${query('limit')}" is no whole number from 1 to ${mostEvents}`;
  throw new BeckonError(errors.API_INPUT_INVALID, says, { where: 'limit' });
}
