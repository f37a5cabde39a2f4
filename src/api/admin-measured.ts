import type { FastifyInstance } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import {
  shownGroups,
  type ComparisonReport,
  type CreditedItem,
  type CreditLine,
  type RecommendationLine,
  type ShownGroup,
} from '../measure/index.ts';
import { unknownJourney } from './admin-journey.ts';
import {
  ComparisonView,
  CreditRuleInput,
  CreditRules,
  CreditsView,
  ItemsView,
  PeriodsView,
  RecommendationsView,
} from './contract-measured.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import { sumColumns } from './sum-columns.ts';
import { fileDoor, spanOf, type Query } from './file-door.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const mailSpan = {
  from: 'Only mails planned on days of UTC from this one on, ISO 8601',
  until: 'Only mails before this day',
};
const shownQuery = {
  by: '`criterion` (left out), `slot`, `item` or `day`',
  in: '`pages` (left out) or `mails`',
  journey: 'Only mails of this journey',
  from: 'Only days of UTC from this one on, ISO 8601; of mails, the day of their plan',
  until: 'Only days before this one',
};

/** Doors to comparisons of several, to spans side by side, and to what orders are credited to. */
export function measuredDoors(make: Make, app: FastifyInstance, house: House): void {
  comparisonDoors(make, house);
  comparisonFiles(app, house);
  creditDoors(make, app, house);
  make({
    method: 'GET',
    path: '/reports/recommendations',
    scope: 'read',
    summary:
      'What came of recommendations on pages or in mails: shown, clicked and bought, by criterion, slot, item or day.',
    query: shownQuery,
    answer: RecommendationsView,
    work: async (call) => ({
      currency: house.settings.currency,
      rows: await recommendationsOf(house, (name) => call.query(name)),
    }),
  });
  fileDoor<RecommendationLine>(app, {
    path: '/reports/recommendations/file',
    name: 'recommendations',
    summary: 'What came of recommendations on pages or in mails, as `csv` or `ndjson`.',
    query: { in: shownQuery.in, journey: shownQuery.journey },
    columns: [
      'criterion',
      'group',
      'shown',
      'heldOut',
      'clicked',
      'unknown',
      'items',
      'coverage',
      'orders',
      'ordersWithIt',
      'revenue',
    ],
    rows: async (_key, query) => recommendationsOf(house, query),
  });
  make({
    method: 'POST',
    path: '/reports/rebuild',
    scope: 'settings',
    summary: 'Add up all reports anew from their people and orders; the result is the same unless something was wrong.',
    answer: Type.Object({ rebuilt: Type.Boolean() }),
    work: async () => {
      await house.measured.rebuild();
      return { rebuilt: true };
    },
  });
}

function comparisonDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/journeys/:key/report/experiments',
    scope: 'read',
    summary: 'What the paths and messages that the journey compares came to, each read against the first.',
    answer: Type.Object({ comparisons: Type.Array(ComparisonView) }),
    work: async (call) => {
      const key = call.part('key');
      return { comparisons: (await house.measured.experiments(key)) ?? unknownJourney(key, house) };
    },
  });
  make({
    method: 'GET',
    path: '/reports/global',
    scope: 'read',
    summary: 'What all mail together causes, against those who get none for a quarter of a year.',
    answer: Type.Object({ comparisons: Type.Array(ComparisonView) }),
    work: async () => ({ comparisons: await house.measured.global() }),
  });
  make({
    method: 'GET',
    path: '/journeys/:key/report/periods',
    scope: 'read',
    summary:
      'Two spans of the journey side by side. Without the earlier one it is as long as the later, right before it.',
    query: {
      from: 'Beginning of the later span, ISO 8601',
      until: 'Its end, exclusive',
      beforeFrom: 'Beginning of the earlier span',
      beforeUntil: 'Its end, exclusive',
    },
    answer: PeriodsView,
    work: async (call) => {
      const key = call.part('key');
      return (
        (await house.measured.periods(
          key,
          spansOf((name) => call.query(name)),
        )) ?? unknownJourney(key, house)
      );
    },
  });
}

/** An arm of a comparison, everybody in it or those that decide, with its sums. */
type ArmLine = ComparisonReport['arms'][number]['all'] & {
  comparison: string;
  arm: string;
  base: boolean;
  matured: boolean;
  expected: number | null;
  currency: string;
};

const armLines = (comparisons: readonly ComparisonReport[]): ArmLine[] =>
  comparisons.flatMap(({ key, base, currency, arms }) =>
    arms.flatMap(({ arm, all, matured, expected }) =>
      [all, matured].map((sums) => ({
        comparison: key,
        arm,
        base: arm === base,
        matured: sums === matured,
        expected,
        currency,
        ...sums,
      })),
    ),
  );

const armColumns = [
  'comparison',
  'arm',
  'base',
  'matured',
  'expected',
  'profiles',
  ...sumColumns,
] as const satisfies (keyof ArmLine)[];

function comparisonFiles(app: FastifyInstance, house: House): void {
  fileDoor<ArmLine>(app, {
    path: '/journeys/:key/report/experiments/file',
    name: 'experiments',
    summary:
      'The sums of each arm that the journey compares, of everybody and of those that decide, as `csv` or `ndjson`.',
    columns: armColumns,
    rows: async (key) => armLines((await house.measured.experiments(key)) ?? (await unknownJourney(key, house))),
  });
  fileDoor<ArmLine>(app, {
    path: '/reports/global/file',
    name: 'global',
    summary: 'The sums of those who get mail and those who get none, by quarter, as `csv` or `ndjson`.',
    columns: armColumns,
    rows: async () => armLines(await house.measured.global()),
  });
}

function creditDoors(make: Make, app: FastifyInstance, house: House): void {
  make({
    method: 'GET',
    path: '/journeys/:key/report/credits',
    scope: 'read',
    summary:
      'What other rules would credit the journey with: the last click within 1, 5 and 14 days, the first, and any.',
    answer: CreditsView,
    work: async (call) => {
      const key = call.part('key');
      return { credits: (await house.measured.credits(key)) ?? unknownJourney(key, house) };
    },
  });
  fileDoor<CreditLine>(app, {
    path: '/journeys/:key/report/credits/file',
    name: 'credits',
    summary:
      'Each order by each rule that credits the journey with it, with the click it goes to, as `csv` or `ndjson`.',
    columns: ['model', 'days', 'order', 'message', 'clickedAt', 'revenue'],
    rows: async (key) => (await house.measured.creditedOrders(key)) ?? unknownJourney(key, house),
  });
  make({
    method: 'GET',
    path: '/journeys/:key/report/items',
    scope: 'read',
    summary: 'What was shown, clicked and bought by item, place and criterion of the mails, at most 2,000.',
    query: mailSpan,
    answer: ItemsView,
    work: async (call) => ({ items: await itemsOf(house, call.part('key'), (name) => call.query(name)) }),
  });
  fileDoor<CreditedItem>(app, {
    path: '/journeys/:key/report/items/file',
    name: 'items',
    summary: 'What was shown, clicked and bought by item, place and criterion of the mails, as `csv` or `ndjson`.',
    columns: [
      'item',
      'name',
      'position',
      'criterion',
      'shown',
      'heldOut',
      'clicks',
      'unknown',
      'orders',
      'ordersWithIt',
      'revenue',
    ],
    rows: (key, query) => itemsOf(house, key, query),
  });
  make({
    method: 'GET',
    path: '/credit-rule',
    scope: 'read',
    summary: 'By which rules orders are credited: each version holds for orders from its moment on.',
    answer: CreditRules,
    work: () => rulesOf(house),
  });
  make({
    method: 'PUT',
    path: '/credit-rule',
    scope: 'settings',
    summary: 'Credit orders from now on by another rule. Older orders keep theirs.',
    body: CreditRuleInput,
    answer: CreditRules,
    work: async ({ body }) => {
      await house.measured.changeRule(body);
      return rulesOf(house);
    },
  });
}

async function rulesOf(house: House) {
  const rules = await house.measured.rules();
  return {
    rules: rules.map(({ since, ...rule }) => ({ ...rule, since: since < 0 ? null : new Date(since).toISOString() })),
  };
}

async function itemsOf(house: House, key: string, query: Query): Promise<CreditedItem[]> {
  return (await house.measured.items(key, spanOf(query))) ?? unknownJourney(key, house);
}

async function recommendationsOf(house: House, query: Query): Promise<RecommendationLine[]> {
  const by = query('by') ?? 'criterion';
  if (!isGroup(by)) {
    const says = `by "${by}" is none of ${shownGroups.join(', ')}`;
    throw new BeckonError(errors.API_INPUT_INVALID, says, { where: 'by' });
  }
  const where = query('in') ?? 'pages';
  if (where !== 'pages' && where !== 'mails') {
    throw new BeckonError(errors.API_INPUT_INVALID, `in "${where}" is neither pages nor mails`, { where: 'in' });
  }
  return house.measured.recommendations({ by, where, journey: query('journey') ?? null, ...spanOf(query) });
}

const isGroup = (by: string): by is ShownGroup => (shownGroups as readonly string[]).includes(by);

/** Both spans; the earlier one, if it is not said, ends where the later begins. */
function spansOf(query: Query) {
  const now = boundOf(spanOf(query), 'from');
  const given = spanOf((name) => query(name === 'from' ? 'beforeFrom' : 'beforeUntil'));
  if (given.from === null && given.until === null) {
    return { now, before: { from: now.from - (now.until - now.from), until: now.from } };
  }
  return { now, before: boundOf(given, 'beforeFrom') };
}

function boundOf({ from, until }: ReturnType<typeof spanOf>, where: string): { from: number; until: number } {
  if (from !== null && until !== null && from < until) return { from, until };
  throw new BeckonError(errors.API_INPUT_INVALID, 'A span needs a beginning and a later end', { where });
}
