import type { LearnItemsOptions } from './learn-items.ts';
import type { Likeness } from './source.ts';

const day = 24 * 3600 * 1000;

/** Every constant of learning and scoring. Learned state hangs on `learn`; the rest works at the next list. */
export interface Tuning {
  learn: {
    /** Steps kept of a visit, of a cart, and visits or carts kept of an item; powers of two. */
    visitSteps: number;
    cartSteps: number;
    ring: number;
    /** Steps after which a visit is no shopper's. */
    longestVisit: number;
    /** Sequential rules: entries of an item, steps looked back, weight of the way back, half-life. */
    rules: number;
    rulesBack: number;
    rulesReverse: number;
    rulesHalfLifeMs: number;
    /** Pairs carted or bought together. */
    pairs: number;
  };
  /** Visits like this one, and people like this one. */
  session: Neighbourhood & { share: number };
  /** Of people `last` says how many occasions back, a view or an order each; `most`, how many items at most. */
  person: Neighbourhood & { share: number; most: number; view: number; cart: number; buy: number };
  /** Sequential rules at the time of a list: last items looked at, and how they count. */
  rules: { last: number; decay: number; shrink: number };
  /**
   * Companions of one item: how likeness is reckoned where nobody says, and where it is of what was bought together; and
   * visits added to the base.
   */
  related: { likeness: Likeness; bought: Likeness; shrink: number };
  /** Carts like this one. */
  cart: Neighbourhood & {
    /** Lines looked at, the newest. */
    lines: number;
    cartedWeight: number;
    /** Added below the Jaccard of two items, against pairs met once. */
    shrink: number;
    jaccardPower: number;
    /** Shares with the item model, and without. */
    withModel: { model: number; jaccard: number; neighbours: number };
    without: { jaccard: number; neighbours: number };
  };
  /** The item model (learn-items.ts). */
  model: LearnItemsOptions;
  /** What a person buys again and next: share of the own orders, decay from order to order, and what sells anyway. */
  basket: Neighbourhood & { own: number; decay: number; popular: number; popularWindowMs: number };
  /**
   * Weight of likeness by content: `most` · e^(−support / fade), of an item that n visits had · e^(−n / known); the last own
   * items looked at, and how they count.
   */
  content: { most: number; fade: number; known: number; last: number; decay: number };
}

/** How neighbours are found, and how they speak. */
export interface Neighbourhood {
  /** Own steps looked at, the newest. */
  last: number;
  /** Visits looked at of each of them, the newest; and how many of all are heard. */
  sample: number;
  neighbours: number;
  /** Own step `n` back counts e^(−n / positionFade); 0: all the same. */
  positionFade: number;
  /** A visit whose newest shared item is own step `n` back counts e^(−n / matchFade); 0: all the same. */
  matchFade: number;
  /** A visit counts e^(−age / ageFade) ms. */
  ageFadeMs: number;
  /** Rarity in finding neighbours, ln(N/n) to this power; and in scoring. */
  rarity: number;
  scoreRarity: number;
  /** A visit with n items counts n^−length. */
  length: number;
  /** Likeness to this power. */
  power: number;
  /** An item d steps from the matched one counts e^(−d / distanceFade); 0: all the same; before it, times `earlier`. */
  distanceFade: number;
  earlier: number;
  /** The matched item itself, where items of the visit may come back. */
  repeat: number;
}

/** What every shop begins with; chosen on several shops at once (recommender-quality §3). */
export const shippedTuning: Tuning = {
  learn: {
    visitSteps: 32,
    cartSteps: 256,
    ring: 512,
    longestVisit: 500,
    rules: 64,
    rulesBack: 10,
    rulesReverse: 0.3,
    rulesHalfLifeMs: 30 * day,
    pairs: 8_000_000,
  },
  session: {
    last: 15,
    sample: 128,
    neighbours: 200,
    positionFade: 3,
    matchFade: 2,
    ageFadeMs: 30 * day,
    rarity: 3,
    scoreRarity: 1,
    length: 0.25,
    power: 1,
    distanceFade: 2,
    earlier: 1,
    repeat: 3,
    share: 0.9,
  },
  person: {
    last: 20,
    sample: 128,
    neighbours: 100,
    positionFade: 8,
    matchFade: 0,
    ageFadeMs: 3650 * day,
    rarity: 2,
    scoreRarity: 0.25,
    length: 0.25,
    power: 0.75,
    distanceFade: 8,
    earlier: 0.8,
    repeat: 4,
    share: 0.65,
    most: 50,
    view: 1,
    cart: 3,
    buy: 5,
  },
  rules: { last: 8, decay: 0.6, shrink: 4 },
  related: { likeness: 'rate', bought: 'cosine', shrink: 2 },
  cart: {
    last: 10,
    sample: 512,
    neighbours: 500,
    positionFade: 0,
    matchFade: 0,
    ageFadeMs: 60 * day,
    rarity: 2,
    scoreRarity: 1,
    length: 0.5,
    power: 2,
    distanceFade: 0,
    earlier: 1,
    repeat: 0,
    lines: 10,
    cartedWeight: 0.5,
    shrink: 2,
    jaccardPower: 1.5,
    withModel: { model: 0.5, jaccard: 0.15, neighbours: 0.35 },
    without: { jaccard: 0.6, neighbours: 0.4 },
  },
  model: { ridge: 25, neighbours: 100, leastCarts: 5, items: 50_000, entries: 300 },
  basket: {
    last: 50,
    sample: 256,
    neighbours: 100,
    positionFade: 0,
    ageFadeMs: 3650 * day,
    rarity: 1,
    scoreRarity: 0,
    length: 0.5,
    power: 2,
    matchFade: 0,
    distanceFade: 0,
    earlier: 1,
    repeat: 1,
    own: 0.6,
    decay: 0.9,
    popular: 0.02,
    popularWindowMs: 14 * day,
  },
  content: { most: 0.7, fade: 12, known: 12, last: 3, decay: 0.8 },
};
