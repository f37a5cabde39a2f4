/** One figure with its standard error over units that are independent of each other, such as visits. */
export interface Figure {
  value: number;
  error: number;
}

/** What a set of lists was worth. Shares and means from 0 to 1, but for novelty, which is in bits. */
export interface ListScores {
  lists: number;
  /** Lists of at least one item. */
  answered: number;
  /** By list length: a wanted item was among the first k. */
  hitRate: Record<number, Figure>;
  /** Mean of 1 / rank of the first wanted item, within the longest length. */
  reciprocalRank: Figure;
  ndcg: Record<number, Figure>;
  averagePrecision: Figure;
  /** Share of the items there are that stood in some list. */
  coverage: number;
  /** Mean −log2 of the share of visits an item was in: the higher, the less known what is shown. */
  novelty: number;
  /** Mean popularity of what is shown, as a share of the most popular item's. */
  popularityBias: number;
}

/** How popular items are; needed for coverage, novelty and popularity bias. */
export interface Popularities {
  items: number;
  /** Share of all visits that had the item. */
  shareOf(item: string): number;
  /** The largest share. */
  most: number;
}

/** A mean with its standard error, where values of one unit depend on each other. */
export class Mean {
  #sum = 0;
  #count = 0;
  readonly #units = new Map<string, { sum: number; count: number }>();

  add(value: number, unit: string): void {
    this.#sum += value;
    this.#count++;
    const own = this.#units.get(unit) ?? { sum: 0, count: 0 };
    own.sum += value;
    own.count++;
    this.#units.set(unit, own);
  }

  get figure(): Figure {
    if (this.#count === 0) return { value: 0, error: 0 };
    const value = this.#sum / this.#count;
    let squares = 0;
    for (const { sum, count } of this.#units.values()) squares += (sum - count * value) ** 2;
    const units = this.#units.size;
    const error = units < 2 ? 0 : Math.sqrt((squares * units) / (units - 1)) / this.#count;
    return { value, error };
  }
}

/** Adds up how good lists were, list by list. */
export class ListScore {
  readonly #lengths: readonly number[];
  readonly #longest: number;
  readonly #hits: Mean[];
  readonly #ndcgs: Mean[];
  readonly #rank = new Mean();
  readonly #precision = new Mean();
  readonly #shown = new Map<string, number>();
  #lists = 0;
  #answered = 0;

  constructor(lengths: readonly number[] = [5, 10, 20]) {
    this.#lengths = lengths;
    this.#longest = Math.max(...lengths);
    this.#hits = lengths.map(() => new Mean());
    this.#ndcgs = lengths.map(() => new Mean());
  }

  /**
   * One list, best first, and what was wanted (at least one item). Lists of one `unit` (a visit, a person) depend on
   * each other, and standard errors allow for it; without a unit each stands for itself.
   */
  add(list: readonly string[], wanted: readonly string[], unit = String(this.#lists)): void {
    const places: number[] = [];
    const open = new Set(wanted);
    const deep = Math.min(this.#longest, list.length);
    this.#lists++;
    if (deep > 0) this.#answered++;
    for (let place = 0; place < deep; place++) {
      const item = list[place]!;
      if (open.delete(item)) places.push(place);
      this.#shown.set(item, (this.#shown.get(item) ?? 0) + 1);
    }
    this.#lengths.forEach((length, i) => {
      this.#hits[i]!.add(places.length > 0 && places[0]! < length ? 1 : 0, unit);
      this.#ndcgs[i]!.add(ndcgOf(places, wanted.length, length), unit);
    });
    this.#rank.add(places.length > 0 ? 1 / (places[0]! + 1) : 0, unit);
    const precision = places.reduce((sum, place, i) => sum + (i + 1) / (place + 1), 0);
    this.#precision.add(precision / Math.min(wanted.length, this.#longest), unit);
  }

  scores(popularities: Popularities): ListScores {
    let [places, bits, share] = [0, 0, 0];
    for (const [item, times] of this.#shown) {
      const own = popularities.shareOf(item);
      places += times;
      share += times * own;
      bits += times * -Math.log2(Math.max(own, Number.MIN_VALUE));
    }
    const by = (means: readonly Mean[]) => Object.fromEntries(this.#lengths.map((k, i) => [k, means[i]!.figure]));
    return {
      lists: this.#lists,
      answered: this.#answered,
      hitRate: by(this.#hits),
      reciprocalRank: this.#rank.figure,
      ndcg: by(this.#ndcgs),
      averagePrecision: this.#precision.figure,
      coverage: popularities.items === 0 ? 0 : this.#shown.size / popularities.items,
      novelty: places === 0 ? 0 : bits / places,
      popularityBias: places === 0 || popularities.most === 0 ? 0 : share / places / popularities.most,
    };
  }
}

/** With gain 1 for each wanted item; the best there could be has them all first. */
function ndcgOf(places: readonly number[], wanted: number, length: number): number {
  let gain = 0;
  for (const place of places) if (place < length) gain += 1 / Math.log2(place + 2);
  let best = 0;
  for (let place = 0; place < Math.min(wanted, length); place++) best += 1 / Math.log2(place + 2);
  return best === 0 ? 0 : gain / best;
}
