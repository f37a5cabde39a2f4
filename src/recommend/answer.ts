/** What the recommender is told of the person it answers for; nothing else of a profile reaches it. */
export interface Person {
  profileId: string | null;
  /** Viewed items, newest first. */
  viewed: { item: string; at: number }[];
  cart: { item: string; quantity: number }[];
  /** Items of all orders. */
  purchased: string[];
  /** Recipient and day: the same seed gives the same answer wherever chance has a say. */
  seed: string;
}

/** One question. Ids are item ids. */
export interface RecommendRequest {
  criterion: string;
  /** The cart as the caller knows it; without it the person's stored cart counts. An empty list is an empty cart. */
  cart?: string[];
  /** The key item of `viewed-together`. */
  item?: string;
  /** Left out of this one answer (golden example 12). */
  excludedIds?: string[];
  /** How many slots there are, 1–100; 4 when not said. */
  limit?: number;
  /** The item whose page asks: never answered, and the key of `viewed-together` when `item` is not given. */
  pageItem?: string;
  /**
   * Who fills the slots that the criterion leaves empty: `fill`, popular items after its own (the default); `empty`,
   * popular items only when it has none at all; `none`, nobody.
   */
  backup?: 'fill' | 'empty' | 'none';
  /** Only items of this collection are shown. */
  collection?: string;
  /** Items that stand before or after those of the criterion. */
  promotions?: string[];
}

/** A piece of evidence: which key item, what kind, how many visits. */
export interface Because {
  key: string | null;
  algorithm: string;
  count: number;
}

export interface RecommendedItem {
  id: string;
  name: string;
  url: string | null;
  imageUrl: string | null;
  price: number | null;
  currency: string | null;
  category: string;
  source: 'criteria' | 'backup' | 'promotion';
  /** 0–1, falling with rank, comparable within one answer only; backups have 0. */
  score: number;
  /** From 1. */
  rank: number;
  /** One plain sentence for shoppers. */
  reason: string;
  because: Because[];
}

/** A line of the cart as it is in the catalogue now. */
export interface AnsweredLine {
  id: string;
  name: string;
  url: string | null;
  imageUrl: string | null;
  price: number | null;
  currency: string | null;
  category: string;
  quantity: number;
  inStock: boolean;
}

/**
 * The flat answer of recommendations.md §4.3. `ok`: every slot is filled, at least one by the criterion; `partial`:
 * fewer items than slots; `backup`: all items are backups, as many as there are; `empty`: nothing could be shown.
 */
export interface RecommendationAnswer {
  status: 'ok' | 'partial' | 'backup' | 'empty';
  count: number;
  filledBy: { criteria: number; promotion: number; backup: number };
  criterion: { key: string; title: string };
  key: string[];
  cart: AnsweredLine[];
  items: RecommendedItem[];
  requestId: string;
  trackingToken: string;
  /** Seconds since the newest learned event; 0 before anything was learned. */
  age: number;
}
