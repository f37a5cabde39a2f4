import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { BeckonError, pause } from '../base/index.ts';
import { basisOf, downloadOf, type DownloadLine } from '../recommend/index.ts';
import { Problem } from './contract.ts';
import { csvLine } from './csv-out.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';

const usualWidth = 100;
const mostWidth = 100;
/** Rows made in one go, before others get a turn. */
const goSize = 50;
const pageSize = 500;

/** The door by which whole lists of a criterion leave, for mails of another system (recommendations DL-1, EML-3). */
export function downloadDoors(app: FastifyInstance, house: House): void {
  app.get('/criteria/:key/download.csv', {
    schema: {
      tags: ['criteria'],
      summary:
        'All lists of a criterion as CSV: a row for each item that has one, the backup under *. Not for lists of persons.',
      params: Type.Object({ key: Type.String() }),
      querystring: Type.Object({
        limit: Type.Optional(Type.String({ description: `Items a row has at most, 1 to ${mostWidth}` })),
      }),
      response: { 200: { description: 'text/csv', type: 'string' }, default: { description: 'Problem', ...Problem } },
    },
    config: { asks: { scope: 'read' } },
    handler: async (request, reply) => {
      const criterion = asText(dig(request.params, 'key'), 200) ?? '';
      const answer = house.recommend.answer.bind(house.recommend);
      const basis = basisOf(house.criteria.get(criterion));
      const lines = downloadOf({
        criterion,
        basis,
        width: widthOf(asText(dig(request.query, 'limit'), 20)),
        keys: basis === 'category' ? house.lists.categories() : house.lists.ids(),
        answer,
      });
      return reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${criterion.replace(/[^\w-]/g, '_')}.csv"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(inPieces(lines)));
    },
  });
}

/** The door by which a list of the shop's own leaves, as it may be uploaded again (recommendations CUS-1). */
export function customListDownload(app: FastifyInstance, house: House): void {
  app.get('/custom-lists/:key/rows.csv', {
    schema: {
      tags: ['custom-lists'],
      summary: 'All rows of an uploaded list as CSV, as they may be uploaded again.',
      params: Type.Object({ key: Type.String() }),
      response: { 200: { description: 'text/csv', type: 'string' }, default: { description: 'Problem', ...Problem } },
    },
    config: { asks: { scope: 'read' } },
    handler: async (request, reply) => {
      const { key } = house.customLists.get(asText(dig(request.params, 'key'), 200) ?? '');
      return reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${key.replace(/[^\w-]/g, '_')}.csv"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(rowsOf(key, house)));
    },
  });
}

/** Page by page, so that a long list is never held as a whole. */
async function* rowsOf(key: string, { customLists }: House): AsyncGenerator<string> {
  yield csvLine(['key', 'items']);
  let after: string | null = null;
  for (;;) {
    const rows = await customLists.rows(key, { after, limit: pageSize });
    for (const row of rows) yield csvLine([row.key, ...row.items]);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.key;
  }
}

/** A piece at a time, so that other requests are answered between; a reader that is slow holds it back. */
async function* inPieces(lines: Iterable<DownloadLine>): AsyncGenerator<string> {
  let piece = '';
  let rows = 0;
  for (const line of lines) {
    piece += 'raw' in line ? `${line.raw}\r\n` : csvLine(line.cells);
    if (++rows % goSize !== 0) continue;
    yield piece;
    piece = '';
    await pause(0);
  }
  yield piece;
}

function widthOf(text: string | undefined): number {
  const width = text === undefined ? usualWidth : Number(text);
  if (Number.isInteger(width) && width >= 1 && width <= mostWidth) return width;
  throw new BeckonError(errors.API_INPUT_INVALID, `limit "${text}" is not a whole number from 1 to ${mostWidth}`, {
    where: 'limit',
  });
}
