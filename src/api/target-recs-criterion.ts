import { isDeepStrictEqual } from 'node:util';
import { BeckonError } from '../base/index.ts';
import type { CriterionContent, Window } from '../recommend/index.ts';
import { hiding } from '../recommend/index.ts';
import { groups, type RecsConfiguration, type RecsCriterion, type RecsKind } from './contract-target-criteria.ts';
import { errors } from './error.ts';
import {
  algorithmFrom,
  algorithmSaid,
  keyChoice,
  keyWord,
  notOffered,
  refuse,
  type Naming,
} from './target-recs-algorithm.ts';
import { matcherOf, ruleOfMatcher } from './target-recs-rule.ts';

const windows = {
  ONE_DAY: '1d',
  TWO_DAYS: '2d',
  ONE_WEEK: '7d',
  TWO_WEEKS: '14d',
  ONE_MONTH: '30d',
  TWO_MONTHS: '61d',
} as const satisfies Record<string, Window>;

/** Kinds with these words. */
const withSource: readonly RecsKind[] = ['cart', 'userhistory', 'item', 'popularity', 'profileattribute'];
const withFilterKey: readonly RecsKind[] = ['cart', 'userhistory'];
const withoutWindow: readonly RecsKind[] = ['recent', 'custom', 'sequence'];

/**
 * What a body of Target means (recommendations §3.4). What it leaves out is as Target's API has it, not as the studio:
 * bought items are shown, and fewer items than slots are not (C-1, BAK-5). Pure.
 *
 * @throws API_INPUT_INVALID, TARGET_NOT_OFFERED
 */
export function contentFrom(kind: RecsKind, body: RecsCriterion, naming: Naming): CriterionContent {
  const { configuration = {}, criteriaTitle, description, minInventory } = body;
  const { inclusionRules, priceRange, rankingRules, inclusionRulesKey, datasource } = configuration;
  if (datasource !== undefined && datasource !== 'mboxes') {
    notOffered(`"${datasource.slice(0, 80)}" is not a source here; "mboxes" is`, 'configuration.datasource');
  }
  const window = windowFrom(kind, body);
  return {
    name: body.name,
    ...(criteriaTitle === undefined ? {} : { title: criteriaTitle }),
    ...(description === undefined ? {} : { description }),
    algorithm: algorithmFrom(kind, body, naming),
    ...(window === undefined ? {} : { window }),
    ...(inclusionRules === undefined
      ? {}
      : { rules: inclusionRules.map((rule, i) => ruleOfMatcher(rule, `configuration.inclusionRules[${i}]`)) as never }),
    ...(inclusionRulesKey === undefined ? {} : { rulesKey: keyChoice(inclusionRulesKey) }),
    ...(priceRange === undefined ? {} : { price: { ...priceRange } }),
    ...(minInventory === undefined ? {} : { leastStock: minInventory }),
    ...hideFrom(kind, body),
    ...(rankingRules === undefined
      ? {}
      : {
          weights: rankingRules.map(({ matcher, weighting }, i) => ({
            rule: ruleOfMatcher(matcher, `configuration.rankingRules[${i}].matcher`) as never,
            weight: weighting,
          })),
        }),
    ...fillingFrom(kind, body),
  };
}

/** A criterion in Target's words, without what is noted of it. `beckon` has what these lack. Pure. */
export function criterionSaid(
  content: CriterionContent,
  naming: Naming,
  feed?: unknown,
): { kind: RecsKind; view: object } {
  const { kind, view } = said(content, naming);
  const more = beyondOf(content, naming);
  const configuration = feed === undefined ? view.configuration : { ...view.configuration, feed };
  return {
    kind,
    view: {
      ...view,
      criteriaGroup: groups[kind],
      configuration,
      ...(Object.keys(more).length === 0 ? {} : { beckon: more }),
    },
  };
}

/**
 * A change that comes by Target's words: what these show unchanged stays what it was, with all that they cannot say.
 *
 * @throws TARGET_CANNOT_SAY where the change would lose what an algorithm says beyond them; API_INPUT_INVALID
 */
export function changedBy(
  before: CriterionContent,
  body: RecsCriterion,
  { kind, naming }: { kind: RecsKind; naming: Naming },
): CriterionContent {
  const shown = said(before, naming);
  if (shown.kind !== kind) refuse(`It is of the kind ${shown.kind}`, 'criteriaGroup');
  const { algorithm } = before;
  const list = algorithm.kind === 'custom' ? algorithm.list : naming.list;
  const was = contentFrom(kind, shown.view, { ...naming, list });
  const now = contentFrom(kind, body, naming);
  const isSame = (field: keyof CriterionContent) => isDeepStrictEqual(plain(was[field]), plain(now[field]));
  if (!isSame('algorithm') && !isDeepStrictEqual(plain(was.algorithm), plain(before.algorithm))) {
    throw new BeckonError(
      errors.TARGET_CANNOT_SAY,
      `The criterion "${before.name}" is a ${before.algorithm.kind} of Beckon's own, and this would make another of it`,
      { where: 'algorithm' },
    );
  }
  const kept = { ...before } as Record<string, unknown>;
  for (const field of fields) {
    if (isSame(field)) continue;
    if (now[field] === undefined) delete kept[field];
    else kept[field] = now[field];
  }
  const made = kept as unknown as CriterionContent;
  if (!isSame('hide')) made.hide = { ...before.hide, ...now.hide };
  if (!isSame('backup')) made.backup = { ...before.backup, ...now.backup };
  return made;
}

const fields = [
  'name',
  'title',
  'description',
  'algorithm',
  'window',
  'rules',
  'rulesKey',
  'price',
  'leastStock',
  'hide',
  'weights',
  'partial',
  'backup',
] as const satisfies (keyof CriterionContent)[];

/** Fields whose meaning is another than Target's words would give. */
function beyondOf(content: CriterionContent, naming: Naming): Record<string, unknown> {
  const { kind, view } = said(content, naming);
  const read = contentFrom(kind, view, naming);
  const { titles, vertical, pageTypes, algorithm, window, backup, hide, weights, rulesKey } = content;
  const hidden = hiding(content);
  const differing = (['cart', 'variants', ...(kind === 'userhistory' ? [] : (['viewed'] as const))] as const).filter(
    (field) => hide?.[field] !== undefined && hidden[field] !== hiding(read)[field],
  );
  return {
    ...(titles === undefined ? {} : { titles }),
    ...(vertical === undefined ? {} : { vertical }),
    ...(pageTypes === undefined ? {} : { pageTypes }),
    ...(isDeepStrictEqual(plain(algorithm), plain(read.algorithm)) ? {} : { algorithm }),
    ...(window === 'ever' ? { window } : {}),
    ...(weights !== undefined && read.weights === undefined ? { weights } : {}),
    ...(rulesKey !== undefined && read.rulesKey === undefined ? { rulesKey } : {}),
    ...(differing.length === 0 ? {} : { hide: Object.fromEntries(differing.map((field) => [field, hidden[field]])) }),
    ...(backup?.when === 'empty' || backup?.chain !== undefined || (kind === 'recent' && backup?.when !== 'none')
      ? { backup: backup ?? { when: 'fill' } }
      : {}),
    ...(kind === 'recent' && content.partial === false ? { partial: false } : {}),
    ...(kind === 'sequence' && hide?.purchased === true ? { hide: { ...hide } } : {}),
  };
}

function said(
  content: CriterionContent,
  naming: Naming,
): { kind: RecsKind; view: RecsCriterion & { configuration: RecsConfiguration } } {
  const { kind, fields: own, configuration } = algorithmSaid(content.algorithm, naming);
  const { name, title, description, rules, weights, price, leastStock, rulesKey } = content;
  const isWeighed = weights !== undefined && !withFilterKey.includes(kind);
  return {
    kind,
    view: {
      name,
      ...(title === undefined ? {} : { criteriaTitle: title }),
      ...(description === undefined ? {} : { description }),
      ...windowSaid(kind, content),
      ...own,
      ...(kind === 'sequence' ? {} : { excludePurchases: hiding(content).purchased }),
      ...(kind === 'userhistory' ? { excludeViews: hiding(content).viewed } : {}),
      ...(leastStock === undefined ? {} : { minInventory: leastStock }),
      ...fillingSaid(kind, content),
      configuration: {
        ...(rules === undefined ? {} : { inclusionRules: rules.map(matcherOf) as never }),
        ...(price === undefined ? {} : { priceRange: { ...price } }),
        ...(isWeighed
          ? {
              rankingRules: weights.map(({ rule, weight }) => ({
                matcher: matcherOf(rule) as never,
                weighting: weight,
              })),
            }
          : {}),
        ...(rulesKey !== undefined && withFilterKey.includes(kind) ? { inclusionRulesKey: keyWord(rulesKey) } : {}),
        ...(withSource.includes(kind) ? { datasource: 'mboxes' } : {}),
        ...configuration,
      },
    },
  };
}

function windowFrom(kind: RecsKind, { daysCount, hoursCount, type }: RecsCriterion): Window | undefined {
  if (hoursCount !== undefined && daysCount !== undefined) refuse('Hours exclude days', 'hoursCount');
  if (kind === 'item' && type !== 'SIMILARITY' && daysCount === undefined) refuse('Missing', 'daysCount');
  // Likeness by words looks at no event: what is said of days means nothing.
  if (type === 'SIMILARITY') return undefined;
  if (hoursCount !== undefined) return '6h';
  return daysCount === undefined ? undefined : windows[daysCount];
}

function windowSaid(kind: RecsKind, { algorithm, window = '30d' }: CriterionContent): Partial<RecsCriterion> {
  if (withoutWindow.includes(kind) || algorithm.kind === 'similar') return {};
  if (window === '6h')
    return kind === 'popularity' || kind === 'category' ? { hoursCount: 6 } : { daysCount: 'ONE_DAY' };
  const days = (Object.keys(windows) as (keyof typeof windows)[]).find((word) => windows[word] === window);
  return { daysCount: days ?? 'TWO_MONTHS' };
}

function hideFrom(kind: RecsKind, { excludePurchases, excludeViews }: RecsCriterion): Pick<CriterionContent, 'hide'> {
  if (kind === 'sequence') return {};
  const viewed = kind === 'userhistory' ? { viewed: excludeViews ?? false } : {};
  return { hide: { purchased: excludePurchases ?? false, ...viewed } };
}

/** Recently viewed has neither words for backups nor backups (BAK-7). */
function fillingFrom(kind: RecsKind, body: RecsCriterion): Pick<CriterionContent, 'partial' | 'backup'> {
  if (kind === 'recent') return { backup: { when: 'none' } };
  const { backupDisabled = false, backupInclusionFilteringEnabled = true, partialDesignAllowed = false } = body;
  const when = backupDisabled ? 'none' : 'fill';
  return { partial: partialDesignAllowed, backup: { when, ruled: backupInclusionFilteringEnabled } };
}

function fillingSaid(kind: RecsKind, { partial = true, backup = {} }: CriterionContent): Partial<RecsCriterion> {
  if (kind === 'recent') return {};
  return {
    backupDisabled: backup.when === 'none',
    backupInclusionFilteringEnabled: backup.ruled ?? true,
    partialDesignAllowed: partial,
  };
}

/** As JSON has it: without prototypes and undefined fields. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
