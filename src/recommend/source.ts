import type { Dictionary } from './dictionary.ts';

/** What brought an item into a list. The words a person reads are made of it elsewhere. */
export type Algorithm =
  | 'viewed-together' // viewed in the same visits, or by the same visitors, as the key
  | 'viewed-then-bought' // bought by those who viewed the key
  | 'bought-together'
  | 'carted-together'
  | 'site-affinity' // viewed, carted and bought in the same visits
  | 'item-model' // weights learned over all carts at once
  | 'session-neighbours' // visits like this one
  | 'next-in-sequence' // what follows the last items of a visit
  | 'two-steps' // what follows what goes with the own items, where these lead no further
  | 'similar' // like the key by its words and attributes
  | 'most-viewed'
  | 'most-carted'
  | 'top-sellers'
  | 'most-told' // what most events of one type were about
  | 'left-in-cart' // the person's own, put in the cart and not bought
  | 'bought-again' // the person's own, bought before
  | 'bought-by-alike' // bought by people who bought the same
  | 'explored'; // new, shown so that it gets a chance

/** An item with its score in one list. */
export interface Scored {
  /** Its number in `Source.items`. */
  item: number;
  /** Above 0, falling; comparable within one list only. */
  score: number;
  /** Visits, orders or visitors behind it; 0 where there are none, as for likeness. */
  count: number;
  /** The key item that brought it, by number; null where there is none. */
  key: number | null;
  by: Algorithm;
}

/** Something somebody did with an item: its number and when, UTC ms. */
export interface Step {
  item: number;
  at: number;
}

/** A group of items or of people within which popularity is asked. */
export interface Group {
  by: 'category' | 'attribute' | 'profile-attribute';
  /** The attribute's name; a category needs none. */
  name?: string;
  value: string;
}

export type RelatedAction = 'viewed-viewed' | 'viewed-bought' | 'bought-bought' | 'site-affinity';

/** How likely two items are to belong together, by the visits of either and of both. */
export type Likeness = 'rate' | 'llr' | 'cosine' | 'jaccard';

/** Which list. Windows are in ms of business time (null: all that is kept), `now` is UTC ms, items are numbers. */
export type ListQuery =
  | {
      /** What goes with one item (ALG-5 to 9, 12). */
      kind: 'related';
      action: RelatedAction;
      key: number;
      basis: 'session' | 'visitor';
      windowMs: number | null;
      now: number;
      /** The engine's own choice when it is left out. */
      likeness?: Likeness;
    }
  /** Alike by words and attributes (ALG-10, 11): weights by field name, 0 ignores a field; `least` is a cosine. */
  | { kind: 'similar'; key: number; weights?: Readonly<Record<string, number>>; least?: number }
  /** What is popular; `event`: by how many events of that type there were, in place of visits. */
  | {
      kind: 'popular';
      action: 'viewed' | 'bought' | 'carted' | { event: string };
      windowMs: number | null;
      now: number;
      group?: Group;
    }
  /** What this visit wants next. Steps in order of time; with `repeats`, items of the visit may come back. */
  | { kind: 'session'; steps: readonly Step[]; now: number; repeats?: boolean }
  /** What goes with a cart; with `action` by that action alone, each line weighing the same (ALG-1 to 4). */
  | {
      kind: 'cart';
      cart: readonly number[];
      action?: Exclude<RelatedAction, 'site-affinity'>;
      basis?: 'session' | 'visitor';
      windowMs?: number | null;
      now: number;
    }
  /**
   * What this person wants, over all visits; `leftInCart` puts the person's carted and not bought items first. With
   * `repeats`, the rest may be what the person had.
   */
  | {
      kind: 'for-you';
      viewed: readonly Step[];
      bought: readonly Step[];
      carted: readonly Step[];
      now: number;
      leftInCart?: boolean;
      repeats?: boolean;
    }
  /** Items that hardly anybody has seen yet and that are like the keys: for a slot that gives new ones a chance. */
  | { kind: 'unproven'; keys: readonly number[]; now: number }
  /** What this person buys again, and buys next: orders in order of time. For mail and batches. */
  | { kind: 'next-basket'; orders: readonly { items: readonly number[]; at: number }[]; now: number };

/** Lists of items as learned so far. For one state of the engine, the same query gives the same list. */
export interface Source {
  /** Item ids and their numbers. */
  readonly items: Dictionary;
  /** Best first, none twice, at most `limit` that pass `accept`: filters work over the deep list and starve no slot. */
  list(query: ListQuery, limit: number, accept: (item: number) => boolean): Scored[];
  /** The items of such a list alone. */
  ranked(query: ListQuery, limit: number, accept: (item: number) => boolean): number[];
  /** Where some items stand in such a list, from 1 on and 0 below `depth`. */
  places(
    query: ListQuery,
    items: readonly number[],
    ask: { depth: number; accept: (item: number) => boolean },
  ): number[];
  /** Lessons taken in. */
  readonly learned: number;
  /** When the newest learned event happened, UTC ms; 0 before the first. */
  readonly newestAt: number;
  /** Bytes of the arrays. */
  readonly bytes: number;
}
