import type { FastifyInstance } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { itemGroups, planSize, type FunnelRow, type ItemGroup, type SumsRow } from '../measure/index.ts';
import { funnelGroups, type FunnelGroup } from '../message/index.ts';
import { unknownJourney } from './admin-journey.ts';
import { JourneyReport } from './contract.ts';
import { FunnelLine, RateRow, Rates, SizePlan } from './contract-report.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import { sumColumns } from './sum-columns.ts';
import type { House } from './house.ts';
import { fileDoor, spanOf, spanQuery, type Query } from './file-door.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

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
  mailDoors(make, app, house);
}

function mailDoors(make: Make, app: FastifyInstance, house: House): void {
  make({
    method: 'GET',
    path: '/journeys/:key/report/funnel',
    scope: 'read',
    summary:
      'What became of its mails, by day, activity, version, message or variant, each line adding up to what was planned; or by item, criterion or slot, of how many mails each was part.',
    query: {
      by: '`day` (left out), `activity`, `version`, `message`, `variant`, `outcome`, `whole`, `item`, `criterion` or `slot`',
      from: 'Only mails planned from this moment on, ISO 8601; by item, criterion or slot whole days of UTC',
      until: 'Only mails planned before this moment, ISO 8601',
    },
    answer: Type.Object({ rows: Type.Array(FunnelLine) }),
    work: async (call) => ({ rows: await funnelOf(house, call.part('key'), (name) => call.query(name)) }),
  });
  fileDoor(app, {
    path: '/journeys/:key/report/sums',
    name: 'sums',
    summary:
      'The sums behind the comparison, by day of assignment and arm, as `csv` or `ndjson`: each printed figure can be worked out from them.',
    columns: sumsColumns,
    rows: async (key, query) => (await house.journeys.sums(key, spanOf(query))) ?? unknownJourney(key, house),
  });
  fileDoor(app, {
    path: '/journeys/:key/report/runs/file',
    name: 'runs',
    summary:
      'How many runs entered, are inside and ended, by state, by the reason of their end and by the activity they are at, as `csv` or `ndjson`.',
    columns: ['what', 'name', 'count', 'today', 'ever'],
    rows: (key) => runsOf(house, key),
  });
  fileDoor(app, {
    path: '/journeys/:key/report/funnel/file',
    name: 'mails',
    summary:
      'What became of its mails, by day, activity, version, message, variant, item, criterion or slot, as `csv` or `ndjson`.',
    columns: funnelColumns,
    rows: async (key, query) =>
      (await funnelOf(house, key, query)).map((row) => ({ ...row, excluded: excludedOf(row) })),
  });
}

/** How many runs are somewhere, or ended so. */
interface RunLine {
  what: 'runs' | 'state' | 'end' | 'activity';
  name: string;
  count: number;
  /** Of activities: that came there today, and ever. */
  today: number | null;
  ever: number | null;
}

/** Runs in all, by state, by the reason of their end, and by where they are now: states add up to those that entered, ends to those that ended. */
async function runsOf(house: House, key: string): Promise<RunLine[]> {
  const report = await house.journeys.report(key, { from: null, until: null });
  if (report === null) return unknownJourney(key, house);
  const { entered, active, ended, byState, byEnd } = report.runs;
  const line = (what: RunLine['what'], name: string, count: number): RunLine => ({
    what,
    name,
    count,
    today: null,
    ever: null,
  });
  const { counts = {} } = (await house.journeys.get(key)) ?? {};
  return [
    ...Object.entries({ entered, active, ended }).map(([name, count]) => line('runs', name, count)),
    ...Object.entries(byState).map(([name, count]) => line('state', name, count)),
    ...byEnd.map(({ reason, count }) => line('end', reason, count)),
    ...Object.entries(counts).map(([name, { now, ...came }]): RunLine => ({ ...line('activity', name, now), ...came })),
  ];
}

async function funnelOf(house: House, key: string, query: Query): Promise<FunnelRow[]> {
  const by = query('by') ?? 'day';
  if (!isGroup(by)) {
    const says = `by "${by}" is none of ${groups.join(', ')}`;
    throw new BeckonError(errors.API_INPUT_INVALID, says, { where: 'by' });
  }
  return (await house.journeys.funnel(key, { by, ...spanOf(query) })) ?? unknownJourney(key, house);
}

const groups = [...funnelGroups, ...itemGroups];
const isGroup = (by: string): by is FunnelGroup | ItemGroup => (groups as readonly string[]).includes(by);

const excludedOf = ({ excluded }: FunnelRow) => excluded.reduce((sum, { count }) => sum + count, 0);

const funnelColumns = [
  'group',
  'name',
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
  'openedByReader',
  'openedUnknown',
  'openedByMachine',
] as const satisfies (keyof FunnelRow)[];

const sumsColumns = [
  'day',
  'arm',
  'matured',
  'heldOutShare',
  'profiles',
  'conflicted',
  ...sumColumns,
  'phone',
  'phoneExpected',
  'tablet',
  'tabletExpected',
  'computer',
  'computerExpected',
] as const satisfies (keyof SumsRow)[];
