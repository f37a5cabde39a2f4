import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { planSize, type SumsRow } from '../measure/index.ts';
import { unknownJourney } from './admin-journey.ts';
import { assertScope } from './auth.ts';
import { JourneyReport, Problem } from './contract.ts';
import { RateRow, Rates, SizePlan } from './contract-report.ts';
import { csvLine } from './csv-out.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const spanQuery = {
  from: 'Only people assigned from this moment on, ISO 8601',
  until: 'Only people assigned before this moment, ISO 8601',
};

/** Doors to what the journeys did, to rates of other currencies, and to how many people a comparison takes. */
export function reportDoors(make: Make, app: FastifyInstance, house: House): void {
  make({
    method: 'GET',
    path: '/journeys/:key/report',
    scope: 'read',
    summary: 'What the journey did: runs, messages by state, arms, credited and caused revenue.',
    query: spanQuery,
    answer: JourneyReport,
    work: async (call) => {
      const span = spanOf((name) => call.query(name));
      return (await house.journeys.report(call.part('key'), span)) ?? unknownJourney(call.part('key'), house);
    },
  });
  make({
    method: 'GET',
    path: '/reports/plan',
    scope: 'read',
    summary: 'How many people it takes to see an effect on the share who buy.',
    query: {
      base: 'Share of the held-out who buy within the window, 0–1',
      lift: 'What is to be seen, relative to that: 0.1',
      holdout: 'Share held out, 0–1; left out, 0.1',
    },
    answer: SizePlan,
    work: async (call) => {
      const number = (name: string, otherwise = Number.NaN) => Number(call.query(name) ?? otherwise);
      return planSize({ base: number('base'), lift: number('lift'), holdout: number('holdout', 0.1) });
    },
  });
  make({
    method: 'GET',
    path: '/rates',
    scope: 'read',
    summary: 'What other currencies are worth, by day: the newest 10,000.',
    answer: Type.Object({ rates: Type.Array(RateRow) }),
    work: async () => ({ rates: await house.rates.list() }),
  });
  make({
    method: 'PUT',
    path: '/rates',
    scope: 'settings',
    summary: 'Say what other currencies are worth on days. A rate holds until the next one, a week at most.',
    body: Rates,
    answer: Type.Object({ rates: Type.Array(RateRow) }),
    work: async ({ body }) => {
      await house.rates.put(body.rates);
      return { rates: await house.rates.list() };
    },
  });
  sumsDoor(app, house);
}

const columns = [
  'day',
  'arm',
  'matured',
  'heldOutShare',
  'profiles',
  'conflicted',
  'buyers',
  'orders',
  'otherCurrency',
  'revenue',
  'revenueSquares',
  'before',
  'beforeSquares',
  'products',
  'capped',
  'cappedSquares',
  'later',
  'laterSquares',
  'currency',
] as const satisfies (keyof SumsRow)[];

function sumsDoor(app: FastifyInstance, house: House): void {
  app.get('/journeys/:key/report/sums', {
    schema: {
      tags: ['journeys'],
      summary:
        'The sums behind the comparison, by day of assignment and arm, as `csv` or `ndjson`: each printed figure can be worked out from them.',
      security: [{ key: [] }],
      params: Type.Object({ key: Type.String() }),
      querystring: Type.Object({
        format: Type.Optional(Type.String({ description: '`csv` (left out) or `ndjson`' })),
        from: Type.Optional(Type.String({ description: spanQuery.from })),
        until: Type.Optional(Type.String({ description: spanQuery.until })),
      }),
      response: { 200: { description: 'The file', type: 'string' }, '4xx': { description: 'Refused', ...Problem } },
    },
    onRequest: (request) => assertScope(request, house, 'read'),
    handler: async (request, reply) => {
      const key = asText(dig(request.params, 'key'), 200) ?? '';
      const query = (name: string) => asText(dig(request.query, name), 100);
      const format = query('format') ?? 'csv';
      if (format !== 'csv' && format !== 'ndjson') {
        throw new BeckonError(errors.API_INPUT_INVALID, `format "${format}" is neither csv nor ndjson`, {
          where: 'format',
        });
      }
      const rows = (await house.journeys.sums(key, spanOf(query))) ?? (await unknownJourney(key, house));
      return reply
        .header('content-type', format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson')
        .header('content-disposition', `attachment; filename="${key}-sums.${format}"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(format === 'csv' ? asCsv(rows) : rows.map((row) => `${JSON.stringify(row)}\n`)));
    },
  });
}

function* asCsv(rows: readonly SumsRow[]): Generator<string> {
  yield csvLine(columns);
  // A number is never a formula, and with its minus sign it stays a number.
  for (const row of rows) yield csvLine(columns.map((name) => (row[name] === null ? null : String(row[name]))));
}

/** `from` and `until` of a query. */
function spanOf(query: (name: string) => string | undefined): { from: number | null; until: number | null } {
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
