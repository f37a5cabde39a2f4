/** Shapes of `/{tenant}/target/recs/criteria` (recommendations §3.4). */
import { Type, type TProperties } from 'typebox';
import { beyond, bodyOf, InclusionMatcher, noted } from './contract-target-recs.ts';

const closed = { additionalProperties: false };
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const orNone = Type.Optional;
const flag = orNone(Type.Boolean());

function oneOf<const T extends string>(...words: T[]) {
  return Type.Union(words.map((word) => Type.Literal(word)));
}

/** Kinds of criteria: the part of the path, and how Target calls the group. */
export const groups = {
  cart: 'CART',
  userhistory: 'USERHISTORY',
  recent: 'RECENT',
  item: 'ITEM',
  category: 'CATEGORY',
  popularity: 'POPULARITY',
  profileattribute: 'PROFILEATTRIBUTE',
  custom: 'CUSTOM',
  sequence: 'SEQUENCE',
} as const;
export type RecsKind = keyof typeof groups;
export const recsKinds = Object.keys(groups) as RecsKind[];

const named = {
  name: text(250),
  criteriaTitle: orNone(Type.String({ maxLength: 250 })),
  description: orNone(Type.String({ maxLength: 1000 })),
  /** Read-only. */
  criteriaGroup: orNone(Type.Unknown()),
  enableCaching: orNone(Type.Unknown()),
};
const filling = { backupDisabled: flag, backupInclusionFilteringEnabled: flag, partialDesignAllowed: flag };
const filtering = { excludePurchases: flag, minInventory: orNone(Type.Integer({ minimum: 0 })) };
const daysCount = oneOf('ONE_DAY', 'TWO_DAYS', 'ONE_WEEK', 'TWO_WEEKS', 'ONE_MONTH', 'TWO_MONTHS');
const windowed = { daysCount: orNone(daysCount), hoursCount: orNone(Type.Literal(6)) };
const aggregation = orNone(oneOf('NONE', 'AGGREGATE', 'ALL_OR_NOTHING'));
const itemKey = oneOf('CURRENT', 'LAST_VIEWED', 'LAST_PURCHASED', 'MOST_VIEWED');
const profileName = Type.String({ pattern: '^(profile\\.|user\\.).+', maxLength: 250 });
/** Only `mboxes` is there: what the shop's own visitors do. */
const datasource = orNone(Type.String());
const ordinal = orNone(Type.Integer({ minimum: 1, maximum: 100 }));

const ruling = {
  inclusionRules: orNone(Type.Array(InclusionMatcher, { maxItems: 1000 })),
  priceRange: orNone(
    Type.Object({ min: orNone(Type.Number({ minimum: 0 })), max: orNone(Type.Number({ minimum: 0 })) }, closed),
  ),
};
const weight = Type.Union([0, 1, 2, 3, 4].map((one) => Type.Literal(one)));
const ranking = {
  rankingRules: orNone(
    Type.Array(Type.Object({ matcher: InclusionMatcher, weighting: weight }, closed), { maxItems: 100 }),
  ),
};
const filterKey = { inclusionRulesKey: orNone(Type.Union([itemKey, profileName])), datasource };
const configured = <P extends TProperties>(fields: P) => Type.Object({ ...ruling, ...fields }, closed);

const modelActionSettings = orNone(
  Type.Object(
    {
      actionOnKeyItems: orNone(oneOf('PURCHASE', 'VIEW')),
      actionOnRecommendedItems: orNone(oneOf('PURCHASE', 'VIEW')),
      basisForCoOccurrence: orNone(oneOf('SESSION', 'USER')),
    },
    closed,
  ),
);

const feed = Type.Object(
  {
    environmentId: orNone(Type.Integer()),
    scheduleType: oneOf('daily', 'weekly', 'biWeekly', 'never'),
    scheduleTime: orNone(Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })),
    connection: Type.Object(
      { type: oneOf('url', 'ftp'), attributes: Type.Record(Type.String(), Type.String({ maxLength: 2000 })) },
      closed,
    ),
    /** Read-only. */
    uploadHistory: orNone(Type.Unknown()),
  },
  closed,
);

const all = { ...named, ...filling, ...filtering };

/** The body of each kind. */
export const recsCriteria = {
  cart: bodyOf({ ...all, daysCount, modelActionSettings, configuration: orNone(configured(filterKey)) }),
  userhistory: bodyOf({ ...all, daysCount, excludeViews: flag, configuration: orNone(configured(filterKey)) }),
  recent: bodyOf({ ...named, ...filtering, configuration: orNone(configured(ranking)) }),
  item: bodyOf({
    ...all,
    daysCount: orNone(daysCount),
    key: itemKey,
    type: oneOf('VIEWED_CF', 'VIEWED_BOUGHT', 'BOUGHT_CF', 'SITE_AFFINITY', 'SIMILARITY'),
    aggregation,
    configuration: configured({
      ...ranking,
      datasource,
      confidence: orNone(oneOf('VERY_WEAK', 'WEAK', 'MEDIUM', 'STRONG', 'VERY_STRONG')),
      minSimilarity: orNone(Type.Number({ minimum: 0, maximum: 1 })),
      pastBehaviorOrdinal: ordinal,
    }),
  }),
  category: bodyOf({
    ...all,
    ...windowed,
    key: oneOf('CURRENT', 'FAVORITE'),
    type: oneOf('BOUGHT', 'VIEWED'),
    aggregation,
    pastBehaviorOrdinal: ordinal,
    configuration: orNone(configured({ ...ranking, pastBehaviorOrdinal: ordinal })),
  }),
  popularity: bodyOf({
    ...all,
    ...windowed,
    key: orNone(text(250)),
    type: oneOf('SELLERS', 'VIEWED', 'METRIC'),
    aggregation,
    configuration: orNone(
      configured({
        ...ranking,
        datasource,
        attribute: orNone(text(250)),
        groupByEntityAttribute: orNone(text(100)),
        grouping: orNone(
          Type.Object(
            {
              type: oneOf('SEQUENTIAL', 'HIERARCHICAL'),
              attributes: Type.Array(text(250), { minItems: 1, maxItems: 10 }),
            },
            closed,
          ),
        ),
      }),
    ),
  }),
  profileattribute: bodyOf({
    ...all,
    daysCount,
    type: oneOf('VIEWED_CF', 'VIEWED_BOUGHT', 'BOUGHT_CF', 'SITE_AFFINITY'),
    aggregation,
    configuration: configured({ ...ranking, attribute: profileName, datasource }),
  }),
  custom: bodyOf({
    ...all,
    key: oneOf(
      'CURRENT',
      'LAST_VIEWED',
      'LAST_PURCHASED',
      'MOST_VIEWED',
      'CURRENT_CATEGORY',
      'FAVORITE_CATEGORY',
      'PROFILE_ATTRIBUTE',
    ),
    configuration: configured({ ...ranking, attribute: orNone(profileName), feed }),
  }),
  sequence: bodyOf({
    ...named,
    ...filling,
    minInventory: filtering.minInventory,
    sequence: Type.Array(
      Type.Object({ id: Type.Integer(), slotCount: orNone(Type.Integer({ minimum: 1, maximum: 100 })) }, closed),
      { minItems: 1, maxItems: 5 },
    ),
    configuration: orNone(configured(ranking)),
  }),
};

export interface RecsFeed {
  /** -1: all. */
  environmentId?: number;
  scheduleType: 'daily' | 'weekly' | 'biWeekly' | 'never';
  /** HH:mm, UTC. */
  scheduleTime?: string;
  connection: { type: 'url' | 'ftp'; attributes: Record<string, string> };
}

/** All that a body of any kind may say. */
export type RecsCriterion = {
  name: string;
  criteriaTitle?: string;
  description?: string;
  backupDisabled?: boolean;
  backupInclusionFilteringEnabled?: boolean;
  partialDesignAllowed?: boolean;
  excludePurchases?: boolean;
  excludeViews?: boolean;
  minInventory?: number;
  daysCount?: 'ONE_DAY' | 'TWO_DAYS' | 'ONE_WEEK' | 'TWO_WEEKS' | 'ONE_MONTH' | 'TWO_MONTHS';
  hoursCount?: 6;
  key?: string;
  type?: string;
  aggregation?: 'NONE' | 'AGGREGATE' | 'ALL_OR_NOTHING';
  modelActionSettings?: {
    actionOnKeyItems?: 'PURCHASE' | 'VIEW';
    actionOnRecommendedItems?: 'PURCHASE' | 'VIEW';
    basisForCoOccurrence?: 'SESSION' | 'USER';
  };
  sequence?: { id: number; slotCount?: number }[];
  pastBehaviorOrdinal?: number;
  configuration?: RecsConfiguration;
};

export interface RecsConfiguration {
  inclusionRules?: InclusionMatcher[];
  priceRange?: { min?: number; max?: number };
  rankingRules?: { matcher: InclusionMatcher; weighting: 0 | 1 | 2 | 3 | 4 }[];
  inclusionRulesKey?: string;
  datasource?: string;
  confidence?: string;
  minSimilarity?: number;
  pastBehaviorOrdinal?: number;
  attribute?: string;
  groupByEntityAttribute?: string;
  grouping?: { type: 'SEQUENTIAL' | 'HIERARCHICAL'; attributes: string[] };
  feed?: RecsFeed;
}

/** A criterion of one kind as it is shown. */
export function viewOfKind(kind: RecsKind) {
  return Type.Object({
    ...(recsCriteria[kind] as { properties: TProperties }).properties,
    ...noted,
    ...beyond,
    criteriaGroup: Type.Literal(groups[kind]),
  });
}

/** Of any kind. */
export const AnyCriterionView = Type.Union(recsKinds.map(viewOfKind));
