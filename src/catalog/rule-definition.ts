import type { InclusionRule } from './rule.ts';

/** A named set of items: those for which all its rules hold (COL-1). */
export interface CollectionBody {
  rules: readonly InclusionRule[];
}

/** Items that are shown nowhere: those for which all its rules hold (EXC-1). */
export interface ExclusionBody {
  rules: readonly InclusionRule[];
  /** Off: it is kept, and excludes nothing. */
  on: boolean;
}

/** Which item the rules of a promotion mean by `key`. */
export type KeyItem = 'CURRENT' | 'LAST_VIEWED' | 'LAST_PURCHASED' | 'MOST_VIEWED' | 'PROFILE_ATTRIBUTE';

/** Items that are shown before or after those of the criterion (PRO-1…4). */
export interface PromotionBody {
  on: boolean;
  /** Slots it takes: together at most 20. */
  front: number;
  back: number;
  /** From when to before when, UTC ms; null: no bound. */
  starts: number | null;
  ends: number | null;
  /** These items in this order; then there are no rules and no collection. */
  ids: readonly string[] | null;
  /** Key of a collection; together with rules, what both let through. */
  collection: string | null;
  rules: readonly InclusionRule[];
  /** Shuffled by the seed of the request instead of in order. */
  randomise: boolean;
  /** Null: the key of the criterion it goes with. */
  keyItem: KeyItem | null;
  /** The attribute with the id of the key item, for PROFILE_ATTRIBUTE. */
  keyAttribute: string | null;
}

export interface Bodies {
  collection: CollectionBody;
  exclusion: ExclusionBody;
  promotion: PromotionBody;
}

export type Kind = keyof Bodies;

export const kinds: readonly Kind[] = ['collection', 'exclusion', 'promotion'];

/** What a definition says, without what we note of it. */
export type Content<K extends Kind = Kind> = { name: string; description: string } & Bodies[K];

/** A definition as it is kept. Every change makes a new version. */
export type Definition<K extends Kind = Kind> = Content<K> & {
  kind: K;
  /** The name in addresses and other definitions; stays. */
  key: string;
  /** The same as a number, for Target's admin API; stays. */
  number: number;
  version: number;
  createdAt: number;
  updatedAt: number;
  /** Who wrote this version, as the door knows them; null when it does not. */
  updatedBy: string | null;
};

export type Collection = Definition<'collection'>;
export type Exclusion = Definition<'exclusion'>;
export type Promotion = Definition<'promotion'>;

export const ruleLimits = {
  name: 250,
  description: 1000,
  /** Rules of one definition, and values of one rule (INC-1). */
  rules: 1000,
  values: 1000,
  value: 250,
  attribute: 100,
  condition: 20_000,
  /** Definitions of one kind. */
  definitions: 1000,
  promotedSlots: 20,
  promotedIds: 1000,
} as const;
