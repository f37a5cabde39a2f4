import type { Promotion, Rules, Shelf } from '../catalog/index.ts';
import type { Person, RecommendRequest } from './answer.ts';
import type { CriterionContent, CriterionDefinition, Window } from './criterion-definition.ts';
import type { ShelfNumbers } from './shelf-numbers.ts';
import type { Source } from './source.ts';

/** The rules of the shop as answers ask them; `RuleBook` is one. */
export interface AnswerRules extends Pick<Rules, 'bindCollection' | 'bindExclusions' | 'bindInclusion' | 'promotion'> {
  standings?: Rules['standings'];
  definition(kind: 'promotion', id: string): Pick<Promotion, 'key' | 'keyItem' | 'keyAttribute'>;
}

/** A list that the shop has uploaded, for a key; empty where it has none. The key is empty for a list without keys. */
export type CustomLists = (list: string, key: string) => readonly string[];

/** All that one answer is made of: the same values give the same items. */
export interface Asking {
  source: Source;
  shelf: Shelf;
  /** Ids of one group of variants. */
  variants(group: string): readonly string[];
  /** Ids of all items, in one order. */
  range(): readonly string[];
  rules: AnswerRules;
  /** The items by number, where the rules know them so. */
  numbers?: ShelfNumbers | undefined;
  criterion(key: string): CriterionDefinition | undefined;
  customList: CustomLists;
  /** UTC ms. */
  now: number;
  request: RecommendRequest;
  person: Person | null;
}

/** A criterion as it is asked: its content, and the name under which reasons tell of it. */
export interface Asked extends CriterionContent {
  key: string;
}

const hour = 3600 * 1000;
const lengths: Readonly<Record<Window, number | null>> = {
  '6h': 6 * hour,
  '1d': 24 * hour,
  '2d': 48 * hour,
  '7d': 7 * 24 * hour,
  '14d': 14 * 24 * hour,
  '30d': 30 * 24 * hour,
  '61d': 61 * 24 * hour,
  ever: null,
};

export const windows = Object.keys(lengths) as Window[];

/** A window in ms; null: all that is kept. */
export function windowMs(window: Window = '30d'): number | null {
  return lengths[window];
}

/** The same in days; null where a window has no meaning too. */
export function daysOf({ algorithm, window }: Pick<Asked, 'algorithm' | 'window'>): number | null {
  const ms = ['similar', 'recent', 'custom', 'sequence'].includes(algorithm.kind) ? null : windowMs(window);
  return ms === null ? null : ms / (24 * 3600 * 1000);
}

/** A shop without rules. */
export const noRules: AnswerRules = {
  bindCollection: () => ({ accepts: () => true, acceptsNumber: () => true, rule: 'all items', size: null }),
  bindExclusions: () => [],
  bindInclusion: () => [],
  promotion: () => ({ front: 0, back: 0, items: [], rule: 'none' }),
  definition: (_kind, key) => ({ key, keyItem: null, keyAttribute: null }),
};
