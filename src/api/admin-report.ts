import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { planSize, type FunnelRow, type SumsRow } from '../measure/index.ts';
import { unknownJourney } from './admin-journey.ts';
import { assertScope } from './auth.ts';
import { JourneyReport, Problem } from './contract.ts';
import { FunnelLine, RateRow, Rates, SizePlan } from './contract-report.ts';
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
  make({
    method: 'GET',
    path: '/journeys/:key/report/funnel',
    scope: 'read',
    summary: 'What became of its mails, by day of their plan or by activity: each line adds up to what was planned.',
    query: { by: '`day` (left out) or `activity`', ...spanQuery },
    answer: Type.Object({ rows: Type.Array(FunnelLine) }),
    work: async (call) => ({ rows: await funnelOf(house, call.part('key'), (name) => call.query(name)) }),
  });
  fileDoor(app, house, {
    path: '/journeys/:key/report/sums',
    name: 'sums',
    summary:
      'The sums behind the comparison, by day of assignment and arm, as `csv` or `ndjson`: each printed figure can be worked out from them.',
    columns: sumsColumns,
    rows: async (key, query) => (await house.journeys.sums(key, spanOf(query))) ?? unknownJourney(key, house),
  });
  fileDoor(app, house, {
    path: '/journeys/:key/report/funnel/file',
    name: 'mails',
    summary: 'What became of its mails, by day or by activity, as `csv` or `ndjson`.',
    columns: funnelColumns,
    rows: async (key, query) =>
      (await funnelOf(house, key, query)).map((row) => ({ ...row, excluded: excludedOf(row) })),
  });
}

async function funnelOf(house: House, key: string, query: Query): Promise<FunnelRow[]> {
  const by = query('by') ?? 'day';
  if (by !== 'day' && by !== 'activity') {
    throw new BeckonError(errors.API_INPUT_INVALID, `by "${by}" is neither day nor activity`, { where: 'by' });
  }
  return (await house.journeys.funnel(key, { by, ...spanOf(query) })) ?? unknownJourney(key, house);
}

const excludedOf = ({ excluded }: FunnelRow) => excluded.reduce((sum, { count }) => sum + count, 0);

const funnelColumns = [
  'group',
  'planned',
  'heldOut',
  'excluded',
  'inDoubt',
  'failed',
  'pending',
  'accepted',
  'bounced',
  'complained',
  'unsubscribed',
  'replied',
  'clickedByPeople',
  'clickedUnknown',
  'orders',
  'revenue',
] as const satisfies (keyof FunnelRow)[];

const sumsColumns = [
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

/** A query parameter by its name. */
type Query = (name: string) => string | undefined;

/** A table as a file: which, with what columns. */
interface FileDoor<Row extends object> {
  path: string;
  name: string;
  summary: string;
  columns: readonly (keyof Row & string)[];
  rows(key: string, query: Query): Promise<Row[]>;
}

function fileDoor<Row extends object>(app: FastifyInstance, house: House, door: FileDoor<Row>): void {
  app.get(door.path, {
    schema: {
      tags: ['journeys'],
      summary: door.summary,
      security: [{ key: [] }],
      params: Type.Object({ key: Type.String() }),
      querystring: Type.Object({
        format: Type.Optional(Type.String({ description: '`csv` (left out) or `ndjson`' })),
        by: Type.Optional(Type.String({ description: 'Where rows are by group: `day` (left out) or `activity`' })),
        from: Type.Optional(Type.String({ description: spanQuery.from })),
        until: Type.Optional(Type.String({ description: spanQuery.until })),
      }),
      response: { 200: { description: 'The file', type: 'string' }, '4xx': { description: 'Refused', ...Problem } },
    },
    onRequest: (request) => assertScope(request, house, 'read'),
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
        .header('content-disposition', `attachment; filename="${key}-${door.name}.${format}"`)
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
function spanOf(query: Query): { from: number | null; until: number | null } {
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
