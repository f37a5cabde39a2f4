import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { Problem } from './contract.ts';
import { csvLine } from './csv-out.ts';
import { errors } from './error.ts';
import { asText, dig } from './json.ts';

/** A query parameter by its name. */
export type Query = (name: string) => string | undefined;

/** Words on the parameters that bound a span. */
export const spanQuery = {
  from: 'Only people assigned from this moment on, ISO 8601',
  until: 'Only people assigned before this moment, ISO 8601',
};

/** A table as a file: which, with what columns; `key` is that of the path, if it has one. */
export interface FileDoor<Row extends object> {
  path: string;
  name: string;
  summary: string;
  /** What else may be asked, in words. */
  query?: Record<string, string>;
  columns: readonly (keyof Row & string)[];
  rows(key: string, query: Query): Promise<Row[]>;
}

export function fileDoor<Row extends object>(app: FastifyInstance, door: FileDoor<Row>): void {
  app.get(door.path, {
    schema: {
      tags: ['reports'],
      summary: door.summary,
      ...(door.path.includes(':key') ? { params: Type.Object({ key: Type.String() }) } : {}),
      querystring: Type.Object({
        format: Type.Optional(Type.String({ description: '`csv` (left out) or `ndjson`' })),
        by: Type.Optional(Type.String({ description: 'By what rows are told apart, where there is a choice' })),
        from: Type.Optional(Type.String({ description: spanQuery.from })),
        until: Type.Optional(Type.String({ description: spanQuery.until })),
        ...Object.fromEntries(
          Object.entries(door.query ?? {}).map(([name, description]) => [
            name,
            Type.Optional(Type.String({ description })),
          ]),
        ),
      }),
      response: { 200: { description: 'The file', type: 'string' }, '4xx': { description: 'Refused', ...Problem } },
    },
    config: { asks: { scope: 'read' } },
    handler: async (request, reply) => {
      const key = asText(dig(request.params, 'key'), 200) ?? '';
      const query: Query = (name) => asText(dig(request.query, name), 100);
      const format = query('format') ?? 'csv';
      if (format !== 'csv' && format !== 'ndjson') {
        throw new BeckonError(errors.API_INPUT_INVALID, `format "${format}" is neither csv nor ndjson`, {
          where: 'format',
        });
      }
      const rows = await door.rows(key, query);
      return reply
        .header('content-type', format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson')
        .header('content-disposition', `attachment; filename="${key === '' ? '' : `${key}-`}${door.name}.${format}"`)
        .header('cache-control', 'no-store')
        .send(
          Readable.from(format === 'csv' ? asCsv(door.columns, rows) : rows.map((row) => `${JSON.stringify(row)}\n`)),
        );
    },
  });
}

function* asCsv<Row extends object>(columns: readonly (keyof Row & string)[], rows: readonly Row[]): Generator<string> {
  yield csvLine(columns);
  for (const row of rows) yield csvLine(columns.map((name) => (row[name] === null ? null : String(row[name]))));
}

/** `from` and `until` of a query. */
export function spanOf(query: Query): { from: number | null; until: number | null } {
  const at = (name: 'from' | 'until') => {
    const text = query(name);
    if (text === undefined) return null;
    const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(time)) {
      throw new BeckonError(errors.API_INPUT_INVALID, `${name} "${text}" is no time of ISO 8601`, { where: name });
    }
    return time;
  };
  return { from: at('from'), until: at('until') };
}
