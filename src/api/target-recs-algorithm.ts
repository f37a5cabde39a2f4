import { BeckonError } from '../base/index.ts';
import type { CategoryChoice, CriterionAlgorithm, KeyChoice, KeyUse, PopularWithin } from '../recommend/index.ts';
import type { RecsConfiguration, RecsCriterion, RecsKind } from './contract-target-criteria.ts';
import { errors } from './error.ts';

/** What the words of an algorithm hang on besides it. */
export interface Naming {
  /** The number of a criterion; 0 where there is none. */
  numberOf(key: string): number;
  /** @throws API_INPUT_INVALID when there is none */
  keyOf(number: number, where: string): string;
  /** The uploaded list that a custom criterion shows. */
  list: string;
}

/** An algorithm in Target's words. `approximate`: Target has no such thing, and this is the nearest. */
export interface Said {
  kind: RecsKind;
  fields: Partial<RecsCriterion>;
  configuration?: RecsConfiguration;
  approximate?: true;
}

const keyWords = {
  CURRENT: 'current',
  LAST_VIEWED: 'last-viewed',
  LAST_PURCHASED: 'last-purchased',
  MOST_VIEWED: 'most-viewed',
} as const;
const actions = {
  VIEWED_CF: 'viewed-viewed',
  VIEWED_BOUGHT: 'viewed-bought',
  BOUGHT_CF: 'bought-bought',
  SITE_AFFINITY: 'site-affinity',
} as const;
/** Visits that speak for a pair; what Target counts is not published. */
const confidences = { VERY_WEAK: 1, WEAK: 2, MEDIUM: 5, STRONG: 10, VERY_STRONG: 20 } as const;
const aggregations = { NONE: 'none', AGGREGATE: 'next', ALL_OR_NOTHING: 'whole' } as const;
const bases = { SESSION: 'session', USER: 'visitor' } as const;
const cartActions = {
  'VIEW VIEW': 'viewed-viewed',
  'VIEW PURCHASE': 'viewed-bought',
  'PURCHASE PURCHASE': 'bought-bought',
} as const;
const popularTypes = { VIEWED: 'viewed', SELLERS: 'bought' } as const;
/** Metrics of a report suite that have their like here; besides them, the type of an event, which has a point in its name. */
const cartMetric = 'cartadditions';
const revenueMetric = 'revenue';
const byAttribute = 'customProfileAttribute';

type Word<M extends Record<string, string>> = keyof M & string;

/** The word for a meaning. */
function wordFor<M extends Record<string, string>>(words: M, meaning: M[keyof M]): Word<M> {
  return (Object.keys(words) as Word<M>[]).find((word) => words[word] === meaning)!;
}

/** `CURRENT`, or `profile.favourite`. */
export function keyChoice(word: string): KeyChoice {
  if (!Object.hasOwn(keyWords, word)) return { from: 'attribute', attribute: word };
  return { from: keyWords[word as Word<typeof keyWords>] };
}

export function keyWord(choice: KeyChoice): string {
  return choice.from === 'attribute' ? choice.attribute : wordFor(keyWords, choice.from);
}

/** The algorithm that a body of a kind means. @throws API_INPUT_INVALID, TARGET_NOT_OFFERED */
export function algorithmFrom(kind: RecsKind, body: RecsCriterion, naming: Naming): CriterionAlgorithm {
  const { configuration = {} } = body;
  const read: Record<RecsKind, () => CriterionAlgorithm> = {
    cart: () => cartFrom(body),
    userhistory: () => ({ kind: 'for-you' }),
    recent: () => ({ kind: 'recent' }),
    item: () => itemFrom(body, keyChoice(body.key!)),
    profileattribute: () => itemFrom(body, { from: 'attribute', attribute: configuration.attribute! }),
    category: () => {
      const category: CategoryChoice = { from: body.key === 'FAVORITE' ? 'favourite' : 'current' };
      return {
        kind: 'popular',
        action: body.type === 'BOUGHT' ? 'bought' : 'viewed',
        within: { category },
        ...keysFrom(body),
      };
    },
    popularity: () => popularFrom(body),
    custom: () => ({ kind: 'custom', list: naming.list, by: customBy(body) }),
    sequence: () => ({
      kind: 'sequence',
      members: body.sequence!.map(({ id, slotCount }, i) => ({
        criterion: naming.keyOf(id, `sequence[${i}].id`),
        ...(slotCount === undefined ? {} : { slots: slotCount }),
      })),
    }),
  };
  return read[kind]();
}

/** The same in Target's words. */
export function algorithmSaid(algorithm: CriterionAlgorithm, naming: Pick<Naming, 'numberOf'>): Said {
  switch (algorithm.kind) {
    case 'cart':
      return { kind: 'cart', fields: cartSaid(algorithm) };
    case 'for-you':
      return { kind: 'userhistory', fields: {}, ...(algorithm.leftInCart === true ? { approximate: true } : {}) };
    case 'session':
    case 'next-basket':
      return { kind: 'userhistory', fields: {}, approximate: true };
    case 'recent':
      return { kind: 'recent', fields: {} };
    case 'item':
    case 'similar':
      return itemSaid(algorithm);
    case 'popular':
      return popularSaid(algorithm);
    case 'custom':
      return customSaid(algorithm);
    case 'sequence': {
      const sequence = algorithm.members.map(({ criterion, slots }) => ({
        id: naming.numberOf(criterion),
        ...(slots === undefined ? {} : { slotCount: slots }),
      }));
      return { kind: 'sequence', fields: { sequence } };
    }
  }
}

function cartFrom({ modelActionSettings: settings }: RecsCriterion): CriterionAlgorithm {
  if (settings === undefined) return { kind: 'cart' };
  const { actionOnKeyItems, actionOnRecommendedItems, basisForCoOccurrence } = settings;
  const basis = basisForCoOccurrence === undefined ? {} : { basis: bases[basisForCoOccurrence] };
  if (actionOnKeyItems === undefined && actionOnRecommendedItems === undefined) return { kind: 'cart', ...basis };
  const asked = `${actionOnKeyItems ?? 'VIEW'} ${actionOnRecommendedItems ?? 'VIEW'}`;
  if (Object.hasOwn(cartActions, asked)) {
    return { kind: 'cart', action: cartActions[asked as Word<typeof cartActions>], ...basis };
  }
  return refuse('What is viewed by those who bought is not counted', 'modelActionSettings');
}

function cartSaid({ action, basis }: Extract<CriterionAlgorithm, { kind: 'cart' }>): Partial<RecsCriterion> {
  if (action === undefined && basis === undefined) return {};
  const [on = '', shown = ''] = action === undefined ? [] : wordFor(cartActions, action).split(' ');
  const settings = {
    ...(action === undefined ? {} : { actionOnKeyItems: on, actionOnRecommendedItems: shown }),
    ...(basis === undefined ? {} : { basisForCoOccurrence: wordFor(bases, basis) }),
  };
  return { modelActionSettings: settings as NonNullable<RecsCriterion['modelActionSettings']> };
}

function keysFrom({ aggregation, pastBehaviorOrdinal, configuration = {} }: RecsCriterion): { keys?: KeyUse } {
  const nth = configuration.pastBehaviorOrdinal ?? pastBehaviorOrdinal;
  if (aggregation === undefined && nth === undefined) return {};
  const when = aggregation === undefined ? {} : { when: aggregations[aggregation] };
  return { keys: { ...when, ...(nth === undefined ? {} : { nth }) } };
}

function keysSaid(keys: KeyUse = {}): { fields: Partial<RecsCriterion>; configuration: RecsConfiguration } {
  return {
    fields: keys.when === undefined ? {} : { aggregation: wordFor(aggregations, keys.when) },
    configuration: keys.nth === undefined ? {} : { pastBehaviorOrdinal: keys.nth },
  };
}

function itemFrom(body: RecsCriterion, item: KeyChoice): CriterionAlgorithm {
  const { type, configuration = {} } = body;
  const { minSimilarity: least, confidence } = configuration;
  if (type === 'SIMILARITY') {
    if (confidence !== undefined) refuse('It is for types that look at visits', 'configuration.confidence');
    return { kind: 'similar', item, ...(least === undefined ? {} : { least }), ...keysFrom(body) };
  }
  if (least !== undefined) refuse('It is for the type SIMILARITY', 'configuration.minSimilarity');
  const support = confidence === undefined ? {} : { support: confidences[confidence as keyof typeof confidences] };
  return { kind: 'item', action: actions[type as Word<typeof actions>], item, ...support, ...keysFrom(body) };
}

function itemSaid(algorithm: Extract<CriterionAlgorithm, { kind: 'item' | 'similar' }>): Said {
  const { item } = algorithm;
  const keys = keysSaid(algorithm.keys);
  const isAttribute = item.from === 'attribute';
  const isSimilar = algorithm.kind === 'similar';
  // Target's own attribute as a key has no likeness by words.
  const type = !isSimilar ? wordFor(actions, algorithm.action) : isAttribute ? 'VIEWED_CF' : 'SIMILARITY';
  const support = isSimilar ? undefined : algorithm.support;
  const known = Object.entries(confidences).find(([, visits]) => visits === support)?.[0];
  const more = isSimilar
    ? isAttribute || algorithm.weights !== undefined
    : algorithm.likeness !== undefined || algorithm.basis !== undefined;
  const isUntold = more || (support !== undefined && (isAttribute || known === undefined));
  const least = isSimilar && !isAttribute && algorithm.least !== undefined ? { minSimilarity: algorithm.least } : {};
  const confidence = isAttribute || known === undefined ? {} : { confidence: known };
  return {
    kind: isAttribute ? 'profileattribute' : 'item',
    fields: { ...(isAttribute ? {} : { key: keyWord(item) }), type, ...keys.fields },
    configuration: { ...(isAttribute ? { attribute: item.attribute } : keys.configuration), ...least, ...confidence },
    ...(isUntold || (isAttribute && algorithm.keys?.nth !== undefined) ? { approximate: true } : {}),
  };
}

function popularFrom(body: RecsCriterion): CriterionAlgorithm {
  const { key, type, configuration = {} } = body;
  const { attribute, groupByEntityAttribute, grouping } = configuration;
  const metric = key?.toLowerCase();
  const event = type === 'METRIC' && key?.includes('.') === true ? key : undefined;
  if (type === 'METRIC' && event === undefined && metric !== cartMetric && metric !== revenueMetric) {
    notOffered(
      `There is no report suite to take "${key ?? ''}" from; "${cartMetric}" counts what is put into carts, "${revenueMetric}" is what was bought times its price, and a name with a point is a type of events`,
      'key',
    );
  }
  if (type !== 'METRIC' && key !== undefined && key !== byAttribute) {
    refuse(`"${key.slice(0, 80)}" is a metric, or nothing; "${byAttribute}" is the one key of ${type}`, 'key');
  }
  const isBy = attribute !== undefined || groupByEntityAttribute !== undefined || key === byAttribute;
  if (isBy && (attribute === undefined || groupByEntityAttribute === undefined || grouping !== undefined)) {
    refuse(
      `${byAttribute} takes "attribute" of the profile and "groupByEntityAttribute", without "grouping"`,
      'configuration',
    );
  }
  const isRevenue = type === 'METRIC' && metric === revenueMetric;
  const measured = event !== undefined ? 'event' : isRevenue ? 'bought' : 'carted';
  const action = type === 'METRIC' ? measured : popularTypes[type as Word<typeof popularTypes>];
  const visitors =
    grouping &&
    ({ visitors: grouping.attributes, as: grouping.type === 'SEQUENTIAL' ? 'in-turn' : 'together' } as const);
  const within: PopularWithin | undefined = isBy ? { item: groupByEntityAttribute!, profile: attribute! } : visitors;
  const what = event === undefined ? {} : { event };
  const told = {
    ...what,
    ...(isRevenue ? { metric: 'revenue' as const } : {}),
    ...(within === undefined ? {} : { within }),
  };
  return { kind: 'popular', action, ...told, ...keysFrom(body) };
}

function popularSaid(algorithm: Extract<CriterionAlgorithm, { kind: 'popular' }>): Said {
  const { action, event = null, metric, within, keys: use } = algorithm;
  const keys = keysSaid(use);
  if (within !== undefined && 'category' in within) {
    const key = within.category.from === 'current' ? 'CURRENT' : 'FAVORITE';
    const fields = { key, type: action === 'bought' ? 'BOUGHT' : 'VIEWED', ...keys.fields };
    return {
      kind: 'category',
      fields,
      configuration: keys.configuration,
      ...(action === 'carted' || action === 'event' || metric !== undefined ? { approximate: true } : {}),
    };
  }
  const isBy = within !== undefined && 'item' in within;
  const said = metric === 'revenue' ? revenueMetric : action === 'carted' ? cartMetric : event;
  const key = said !== null ? { key: said } : isBy ? { key: byAttribute } : {};
  const type = action === 'viewed' || (action === 'bought' && said === null) ? wordFor(popularTypes, action) : 'METRIC';
  const by = isBy ? { attribute: within.profile, groupByEntityAttribute: within.item } : {};
  const grouping =
    within !== undefined && 'visitors' in within
      ? {
          grouping: {
            type: within.as === 'in-turn' ? ('SEQUENTIAL' as const) : ('HIERARCHICAL' as const),
            attributes: [...within.visitors],
          },
        }
      : {};
  return {
    kind: 'popularity',
    fields: { ...key, type, ...keys.fields },
    configuration: { ...by, ...grouping },
    ...(use?.nth === undefined ? {} : { approximate: true }),
  };
}

type CustomBy = NonNullable<Extract<CriterionAlgorithm, { kind: 'custom' }>['by']>;

function customBy({ key, configuration = {} }: RecsCriterion): CustomBy {
  if (key === 'CURRENT_CATEGORY') return { category: { from: 'current' } };
  if (key === 'FAVORITE_CATEGORY') return { category: { from: 'favourite' } };
  if (key !== 'PROFILE_ATTRIBUTE') return { item: keyChoice(key!) };
  const { attribute } = configuration;
  return attribute === undefined
    ? refuse('PROFILE_ATTRIBUTE needs the name of the attribute', 'configuration.attribute')
    : { attribute };
}

function customSaid({ by }: Extract<CriterionAlgorithm, { kind: 'custom' }>): Said {
  if (by === undefined) return { kind: 'custom', fields: { key: 'CURRENT' }, approximate: true };
  if ('category' in by) {
    return {
      kind: 'custom',
      fields: { key: by.category.from === 'current' ? 'CURRENT_CATEGORY' : 'FAVORITE_CATEGORY' },
    };
  }
  const attribute = 'attribute' in by ? by.attribute : by.item.from === 'attribute' ? by.item.attribute : undefined;
  if (attribute === undefined) return { kind: 'custom', fields: { key: keyWord((by as { item: KeyChoice }).item) } };
  const said: Said = { kind: 'custom', fields: { key: 'PROFILE_ATTRIBUTE' }, configuration: { attribute } };
  return 'item' in by ? { ...said, approximate: true } : said;
}

export function refuse(sentence: string, where: string): never {
  throw new BeckonError(errors.API_INPUT_INVALID, sentence, { where });
}

export function notOffered(sentence: string, where: string): never {
  throw new BeckonError(errors.TARGET_NOT_OFFERED, sentence, { where });
}
