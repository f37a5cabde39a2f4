import type { Item } from './item.ts';

/** What a matcher of Target Recommendations does with its values (recommendations §1.5); see docs/recommend/rules.md. */
export type MatchOperation =
  | 'equals'
  | 'notEquals'
  | 'dynamicallyMatches'
  | 'greaterOrEquals'
  | 'lesserOrEquals'
  | 'greaterThan'
  | 'lessThan'
  | 'contains'
  | 'doesNotContain'
  | 'startsWith'
  | 'endsWith'
  | 'dynamicallyRanges'
  | 'isContainedInList'
  | 'isNotContainedInList'
  | 'containsAllInList'
  | 'doesNotContainAllInList'
  | 'valueIsPresent'
  | 'valueIsNotPresent';

/**
 * One rule as Target's admin API writes it (recommendations §1.5, InclusionMatcher): an attribute of the item against
 * fixed `values`, or against what `source` names. The values are alternatives.
 */
export interface Matcher {
  /** Without `entity.`: `brand`, `category`, `value`, `inventory`, or a name of the shop's own. */
  attribute: string;
  operation: MatchOperation;
  values?: readonly string[];
  /** Percent of the value of the source, as text: `80` to `120`. */
  lowRange?: string;
  highRange?: string;
  source?: {
    name: string;
    /** ENTITY: an attribute of the key item; PROFILE: of the visitor; MBOX: a parameter of the request. */
    type: 'ENTITY' | 'PROFILE' | 'MBOX';
    /** Used when the source is empty: "use a static value" (INC-9). */
    defaultValue?: string;
    /** When the source is empty nothing passes: "no results" (INC-9); without both the rule is ignored. */
    excludeAllWhenEmpty?: boolean;
  };
}

/**
 * A rule over items: a condition of the one language over `item`, `key`, `request` and `profile`, or a matcher, which
 * means the condition that `conditionOf` writes for it.
 */
export type InclusionRule = string | Matcher;

/** What a rule is asked about besides the item. Values are strings, numbers, booleans or lists. */
export interface RuleContext {
  /** The key item; for the item of the request itself see `keyOfRequest` (INC-3). */
  key: Item | null;
  /** Parameters of the request by their names, also such as `entity.brand`. */
  request: Record<string, unknown>;
  profile: Record<string, unknown>;
  /** UTC ms of business time. */
  now: number;
  /** Recipient and day: where chance has a say (randomised promotions), the same seed gives the same answer. */
  seed?: string;
  /** Whose values of the items count; null or left out: the default environment. */
  environment?: string | null;
}

/** A rule made ready for one request: what does not depend on the item is settled, and asking costs nanoseconds. */
export interface BoundRule {
  accepts(item: Item): boolean;
  /** The same by the item's number in the rule index (`Rules.standings`), which saves looking it up. */
  acceptsNumber(number: number): boolean;
  /** The rule's name, for reasons: `collection "Coats"`, `exclusion "Sold out"`, or the rule's own text. */
  readonly rule: string;
  /** Items that pass, when cheap to know (nothing about the request in it); otherwise null. */
  readonly size: number | null;
}

/** Is an item in the catalogue of an environment, and in stock there? */
export type Standing = 'in stock' | 'out of stock' | 'gone';

/** Items of one environment by their numbers in the rule index, which are the same in all: quicker than by id. */
export interface ItemStandings {
  /** Stays while the item is in the catalogue. Undefined for unknown ids. */
  numberOf(id: string): number | undefined;
  standing(number: number): Standing;
}

/** What a promotion puts into an answer (PRO-1…4). */
export interface BoundPromotion {
  /** Slots before and after the criterion's own items; 0 outside its dates. */
  front: number;
  back: number;
  /**
   * Ids that may be promoted, in order: as typed, or by price from the highest, or shuffled by the seed. Excluded items
   * and those out of stock are left out already; there are more than slots where there are more, so that what the answer
   * cannot show (the key, what is bought) does not leave a slot empty.
   */
  items: readonly string[];
  /** For reasons. */
  rule: string;
}

/** Collections, exclusions, promotions and inclusion rules, as an answer asks them. All are in memory and current. */
export interface Rules {
  /** null or `all`: every item. Throws RULE_UNKNOWN. */
  bindCollection(id: string | null, context: RuleContext): BoundRule;
  /** All exclusions that are on; each accepts what it does not exclude. */
  bindExclusions(context: RuleContext): BoundRule[];
  /**
   * One for each rule that still has a say; rules that are ignored for this request are left out (INC-9). `nothing` when
   * no item can pass. Throws RULE_INVALID for a rule that `checkRules` would refuse.
   */
  bindInclusion(rules: readonly InclusionRule[], context: RuleContext): BoundRule[] | 'nothing';
  /** Throws RULE_UNKNOWN. */
  promotion(id: string, context: RuleContext): BoundPromotion;
  /** Items by the numbers that `acceptsNumber` takes. */
  standings(environment: string | null): ItemStandings;
}
