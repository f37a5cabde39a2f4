import type { InclusionRule } from '../catalog/index.ts';
import type { Likeness, RelatedAction } from './source.ts';

/** How far back a list looks (recommendations §1.4); `ever`: all that is kept. */
export type Window = '6h' | '1d' | '2d' | '7d' | '14d' | '30d' | '61d' | 'ever';

/**
 * Which item a list is about: that of the request, or one of the person's own; `attribute`: the item whose id stands in
 * an attribute of the profile (recommendations ALG-6, ALG-23).
 */
export type KeyChoice =
  { from: 'current' | 'last-viewed' | 'last-purchased' | 'most-viewed' } | { from: 'attribute'; attribute: string };

/** Which category a list is about: that of the request, or the person's favourite (BEH-5, BEH-6). */
export type CategoryChoice = { from: 'current' | 'favourite' };

/**
 * What to do when the first key does not fill all slots: `none`, nothing; `next`, go on with the next of the past keys;
 * `whole`, take the first past key that fills them alone. `nth` begins with the n-th past key, from 1 (ALG-22).
 */
export interface KeyUse {
  when?: 'none' | 'next' | 'whole';
  nth?: number;
}

/** How a criterion finds its items (recommendations §1.3). */
export type CriterionAlgorithm =
  /** By the cart: all that is learned of carts, or one action alone (ALG-1 to 5). */
  | { kind: 'cart'; action?: Exclude<RelatedAction, 'site-affinity'>; basis?: 'session' | 'visitor' }
  /** By one item (ALG-6 to 9, 12). */
  | {
      kind: 'item';
      action: RelatedAction;
      item: KeyChoice;
      basis?: 'session' | 'visitor';
      likeness?: Likeness;
      /** Visits that must speak for a pair, at least; default 1 (ALG-12). */
      support?: number;
      keys?: KeyUse;
    }
  /** Alike by words and attributes (ALG-10, 11): weights by field name, 0 ignores a field; `least` is a cosine. */
  | { kind: 'similar'; item: KeyChoice; weights?: Readonly<Record<string, number>>; least?: number; keys?: KeyUse }
  /** The person's own views, newest first (ALG-13). */
  | { kind: 'recent' }
  /** Recommended for you (ALG-14), with what was left in the cart first where that is wanted. */
  | { kind: 'for-you'; leftInCart?: boolean }
  /** What this visit wants next. */
  | { kind: 'session' }
  /** What this person buys again, and next. */
  | { kind: 'next-basket' }
  /**
   * Popular on the site, in a category, by an attribute of the items or of the visitors (ALG-16 to 19). `metric`: of what
   * was bought, in how many visits times the price of now (ALG-20); visits alone, if nobody says. The action `event`
   * counts events of the type `event`.
   */
  | {
      kind: 'popular';
      action: 'viewed' | 'bought' | 'carted' | 'event';
      event?: string;
      metric?: 'revenue';
      within?: PopularWithin;
      keys?: KeyUse;
    }
  /** A list by key that the shop has uploaded (ALG-21, CUS-1 to 5); without `by` one list for everybody. */
  | { kind: 'custom'; list: string; by?: { item: KeyChoice } | { category: CategoryChoice } | { attribute: string } }
  /** Other criteria in order, each with at most so many slots (SEQ-1, SEQ-2). */
  | { kind: 'sequence'; members: readonly { criterion: string; slots?: number }[] };

/** Within what popularity is counted. */
export type PopularWithin =
  | { category: CategoryChoice }
  /** Items whose attribute `item` has the value of the profile's attribute `profile` (ALG-18). */
  | { item: string; profile: string }
  /** Visitors with the same values as this one: each attribute tried in turn, or all together and then one less (ALG-19). */
  | { visitors: readonly string[]; as: 'in-turn' | 'together' };

/** Who fills what a criterion leaves empty (recommendations §1.6). */
export interface Backup {
  /** `fill`: after the criterion's own items; `empty`: only when it has none; `none`: nobody. Default `fill`. */
  when?: 'fill' | 'empty' | 'none';
  /** Do the criterion's rules hold for backups too (BAK-3)? Default yes. */
  ruled?: boolean;
  /** Criteria that are asked in turn before the popular items of the site. */
  chain?: readonly string[];
}

/** What a criterion says; the store adds number, version and times. */
export interface CriterionContent {
  /** For those who work with it; no two have the same. */
  name: string;
  /** Above the items, for shoppers (`$criteria.title`); by language where there are several. */
  title?: string;
  titles?: Readonly<Record<string, string>>;
  description?: string;
  vertical?: string;
  pageTypes?: readonly string[];
  algorithm: CriterionAlgorithm;
  /** Default `30d`; without a meaning for `similar`, `recent` and `custom`. */
  window?: Window;
  /** All must hold (recommendations §1.5). */
  rules?: readonly InclusionRule[];
  /** What `key` means in the rules, where the algorithm has no key item of its own. */
  rulesKey?: KeyChoice;
  /** Major units of the shop's currency. */
  price?: { min?: number; max?: number };
  leastStock?: number;
  /** Of the person's own: bought, viewed, in the cart; and other variants of the key items. Defaults hang on the algorithm. */
  hide?: { purchased?: boolean; viewed?: boolean; cart?: boolean; variants?: boolean };
  /** Items for which a rule holds rise: 0 to 4 quarters of the whole (WGT-1, C-7). */
  weights?: readonly { rule: InclusionRule; weight: 0 | 1 | 2 | 3 | 4 }[];
  /**
   * Does one answer in twenty give its last place to a new item that hardly anybody has seen? Which answers, says the
   * seed. Default no.
   */
  explore?: boolean;
  /** May fewer items be answered than there are slots (BAK-5)? Default yes; what comes from Target's admin API says it. */
  partial?: boolean;
  backup?: Backup;
}

/** A criterion as it is kept. Every change makes a new version. */
export interface CriterionDefinition extends CriterionContent {
  /** The name in requests; stays. */
  key: string;
  /** The same as a number, for Target's admin API; stays. */
  number: number;
  version: number;
  /** Comes with Beckon: can be copied, not changed. */
  shipped: boolean;
  createdAt: number;
  updatedAt: number;
  updatedBy: string | null;
}
