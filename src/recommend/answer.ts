/** What the recommender is told of the person it answers for. */
export interface Person {
  profileId: string | null;
  /** Viewed items, newest first. */
  viewed: { item: string; at: number }[];
  cart: { item: string; quantity: number; addedAt?: number }[];
  /** Items of all orders. */
  purchased: string[];
  /** Orders with when they were, UTC ms; any order. */
  orders?: readonly { items: readonly string[]; at: number }[];
  /** The items viewed most, by their scores (golden example 2). */
  mostViewed?: readonly string[];
  /** Favourite categories, the favourite first (golden example 3). */
  categories?: readonly string[];
  /** Items viewed in the running visit, or the last one; newest first. */
  visit?: readonly string[];
  /** What rules see as `profile`; attributes by their names, and what we keep of everybody. */
  profile?: Readonly<Record<string, unknown>>;
  /** BCP 47, for sentences. */
  language?: string | null;
  /** Recipient and day: the same seed gives the same answer wherever chance has a say. */
  seed: string;
}

/** One question. Ids are item ids. */
export interface RecommendRequest {
  criterion: string;
  /** The cart as the caller knows it; without it the person's stored cart counts. An empty list is an empty cart. */
  cart?: string[];
  /** The item it is about, for criteria with a current item. */
  item?: string;
  /** The category it is about, for criteria with a current category; otherwise that of `item`. */
  category?: string;
  /** Left out of this one answer (golden example 12). */
  excludedIds?: string[];
  /** How many slots there are, 1–100; 4 when not said. */
  limit?: number;
  /** The item whose page asks: never answered, and the item it is about when `item` is not given. */
  pageItem?: string;
  /**
   * Who fills the slots that the criterion leaves empty: `fill`, the backups after its own items; `empty`, only when it
   * has none at all; `none`, nobody. Not said: as the criterion says.
   */
  backup?: 'fill' | 'empty' | 'none';
  /** Only items of this collection are shown. */
  collection?: string;
  /** Items that stand before or after those of the criterion. */
  promotions?: string[];
  /** May there be fewer items than slots? Not said: as the criterion says (recommendations BAK-5). */
  partial?: boolean;
  /** Parameters by name, for rules that compare with the request (recommendations INC-5). */
  parameters?: Readonly<Record<string, unknown>>;
  /** Whose values of the items count; the usual environment when not said. */
  environment?: string;
  /** BCP 47: in which language titles and reasons are; otherwise the person's, otherwise English. */
  language?: string;
  /** Tell how the answer came about. */
  reasons?: boolean;
}

/** A piece of evidence: which key item, what kind, how many visits, and what it weighs in its own list. */
export interface Because {
  key: string | null;
  algorithm: string;
  count: number;
  weight?: number;
  /** The category, or the value of an attribute, within which it was counted. */
  within?: string;
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
  /** Which criterion of the chain brought it, or which promotion. */
  criterion: string;
  /** 0–1, falling with rank, comparable within one answer only; backups have 0. */
  score: number;
  /** From 1. */
  rank: number;
  /** One plain sentence for shoppers. */
  reason: string;
  because: Because[];
  /** Where it stood in its list before rules and weights acted; null: far down. Only with `reasons`. */
  rankBefore?: number | null;
}

/** What a rule took out of the lists: how many of the items that were looked at. */
export interface Filtered {
  rule: string;
  count: number;
}

/** One criterion that was asked on the way to an answer. */
export interface AskedCriterion {
  criterion: string;
  as: 'criterion' | 'member' | 'backup' | 'popular' | 'range';
  /** Its key items. */
  key: string[];
  /** Slots it was asked to fill, and items it gave. */
  slots: number;
  items: number;
  /** Why it gave nothing, where that is known. */
  note?: string;
}

/** How an answer came about (recommendations ACT-7). */
export interface Reasons {
  asked: AskedCriterion[];
  filtered: Filtered[];
  /** Promotions, with how many of their items are shown. */
  promotions: { promotion: string; items: number }[];
  /** Why there is nothing, when there is nothing. */
  empty: string | null;
  /** Recipient and day: what chance hung on; null where nobody is known. */
  seed: string | null;
  /** Whatever was acknowledged so many seconds ago is learned; and events learned. */
  age: number;
  learned: number;
  /** Items of which is known what they are; until all are, some time after a start, lists by content may lack some. */
  described?: { items: number; whole: boolean };
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
  /** What rules took out. */
  filtered: Filtered[];
  requestId: string;
  trackingToken: string;
  /** How old the data may be: whatever was acknowledged so many seconds ago is in the answer. */
  age: number;
  reasons?: Reasons;
}
