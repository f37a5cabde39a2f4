import { grown } from './buffer.ts';
import type { ContentIndex } from './content-index.ts';
import { type ItemScore, Scores } from './scores.ts';

/** How alike items must be where nobody says (recommendations ALG-10; higher is stricter, C-9). */
export const usualLeast = 0.4;

/** Signs that more of the items have than this say nothing, unless there are few items. */
const commonest = { share: 0.25, items: 8 };
/**
 * How hard is looked: entries of lists looked through for one item, rare signs first and the first of them whatever it
 * costs; of what is found there, how many are compared in full; and how long the kept list is.
 */
interface Effort {
  looked: number;
  compared: number;
  kept: number;
}
/** For a list of its own, and for one voice among others, which must not cost more than the others. */
const thorough: Effort = { looked: 4000, compared: 500, kept: 200 };
const quick: Effort = { looked: 2000, compared: 200, kept: 150 };
/** Lists kept while no item changes. */
const mostLists = 8192;

export interface SimilarAsk {
  weights?: Readonly<Record<string, number>> | undefined;
  least: number;
}

type Order = (a: number, b: number) => number;

/**
 * Which items are alike by their signs: the cosine of what they have in common, where a sign counts the more the fewer
 * items have it (recommendations ALG-10, 11; recommender-quality §6). A field's weight multiplies how often its signs
 * count. Of an item with very many candidates those with the most in common are compared in full.
 */
export class Alike {
  readonly #index: ContentIndex;
  readonly #order: Order;
  readonly #byName: Order;
  readonly #found = new Scores();
  /** How much each sign of the key counts; all 0 in between. */
  #key = new Float64Array(1024);
  #squares = 0;
  /** By how many items have a sign: how much it says; below 0 where that is not reckoned yet. */
  #rarities = new Float64Array(1);
  #weighedFor = -1;
  readonly #lists = new Map<string, readonly ItemScore[]>();
  #version = -1;

  /** @param orders tell items of one score apart: `order` in answers, `byName` where what is kept must not hang on visits */
  constructor(index: ContentIndex, { order, byName }: Readonly<Record<'order' | 'byName', Order>>) {
    this.#index = index;
    this.#order = order;
    this.#byName = byName;
  }

  /** The most alike that pass, best first, by their cosine. */
  list(
    key: number,
    ask: SimilarAsk,
    { limit, accept }: { limit: number; accept: (item: number) => boolean },
  ): ItemScore[] {
    const list = this.#listOf(key, ask, thorough).toSorted((a, b) => b.score - a.score || this.#order(a.item, b.item));
    const found: ItemScore[] = [];
    for (const one of list) {
      if (found.length >= limit || one.score < ask.least) return found;
      if (accept(one.item)) found.push(one);
    }
    // The kept list has ended before the slots were full: look again, among those that pass alone.
    if (found.length < limit && list.length >= thorough.kept)
      return this.#compare(key, ask, { limit, accept, ...thorough });
    return found;
  }

  /** The most alike whatever the least, at most 150, found with less effort: good as long as no item changes. */
  nearest(key: number): readonly ItemScore[] {
    return this.#listOf(key, { least: 0 }, quick);
  }

  #listOf(key: number, ask: SimilarAsk, effort: Effort): readonly ItemScore[] {
    if (this.#version !== this.#index.version) this.#lists.clear();
    this.#version = this.#index.version;
    const name = `${key} ${effort.kept} ${ask.weights === undefined ? '' : JSON.stringify(ask.weights)}`;
    const known = this.#lists.get(name);
    if (known !== undefined) return known;
    const made = this.#compare(key, { ...ask, least: 0 }, { limit: effort.kept, accept: () => true, ...effort });
    if (this.#lists.size >= mostLists) this.#lists.delete(this.#lists.keys().next().value!);
    this.#lists.set(name, made);
    return made;
  }

  #compare(
    key: number,
    { weights, least }: SimilarAsk,
    ask: Effort & { limit: number; accept: (item: number) => boolean },
  ): ItemScore[] {
    const ofField = this.#weightsOf(weights);
    this.#key = grown(this.#key, this.#index.signs);
    this.#weighAnew();
    const signs: { sign: number; weight: number }[] = [];
    this.#compareWith(key, ofField, (sign, weight) => signs.push({ sign, weight }));
    for (const { sign, weight } of signs) this.#key[sign] = weight;
    const own = this.#squares;
    const list: ItemScore[] = [];
    for (const item of this.#candidates(key, signs, ask)) {
      const score = this.#compareWith(item, ofField) / Math.sqrt(own * this.#squares);
      if (score >= least && score > 0) list.push({ item, score: Math.min(1, score) });
    }
    for (const { sign } of signs) this.#key[sign] = 0;
    list.sort((a, b) => b.score - a.score || this.#byName(a.item, b.item));
    if (list.length > ask.limit) list.length = ask.limit;
    return list;
  }

  /** Weights by number of field. */
  #weightsOf(weights: SimilarAsk['weights']): Float64Array {
    const ofField = new Float64Array(this.#index.fields).fill(1);
    for (const [name, weight] of Object.entries(weights ?? {})) {
      const field = this.#index.field(name);
      if (field !== -1) ofField[field] = Math.max(0, weight);
    }
    return ofField;
  }

  /** What an item has in common with the key; the sum of its own squares is in `#squares` then. */
  #compareWith(item: number, ofField: Float64Array, see?: (sign: number, weight: number) => void): number {
    let [both, squares] = [0, 0];
    const length = this.#index.length(item);
    if (length > 0) {
      const [page, base] = [this.#index.page(item), this.#index.base(item)];
      const end = base + 2 * length;
      for (let at = base; at < end;) {
        const sign = page[at]!;
        let times = 0;
        for (; at < end && page[at] === sign; at += 2)
          times += (page[at + 1]! & 0xffff) * ofField[page[at + 1]! >>> 16]!;
        const weight = times * this.#rarity(sign);
        if (weight === 0) continue;
        squares += weight * weight;
        both += weight * this.#key[sign]!;
        see?.(sign, weight);
      }
    }
    this.#squares = squares;
    return both;
  }

  #rarity(sign: number): number {
    const having = this.#index.having(sign);
    const known = this.#rarities[having]!;
    if (known >= 0) return known;
    const all = this.#index.size;
    const isCommon = having > Math.max(commonest.items, all * commonest.share);
    return (this.#rarities[having] = isCommon ? 0 : Math.log((all + 1) / (having + 1)) ** 2);
  }

  /** How much a sign says hangs on how many items there are. */
  #weighAnew(): void {
    if (this.#weighedFor === this.#index.size) return;
    this.#weighedFor = this.#index.size;
    this.#rarities = new Float64Array(this.#index.size + 1).fill(-1);
  }

  /** Items that share signs with the key, those that share most. */
  #candidates(
    key: number,
    signs: readonly { sign: number; weight: number }[],
    { looked, compared, accept }: Effort & { accept: (item: number) => boolean },
  ): number[] {
    const found = this.#found;
    let left = looked;
    const byWeight = signs.filter(({ sign }) => !this.#index.isPair(sign)).sort((a, b) => b.weight - a.weight);
    for (const { sign, weight } of byWeight) {
      const length = this.#index.having(sign);
      if (length > left && found.size > 0) continue;
      left -= length;
      const amount = weight * this.#rarity(sign);
      this.#index.each(sign, (item) => {
        if (item !== key && accept(item)) found.add(item, amount);
      });
    }
    const items = found.most > 0 ? this.#strongest(compared) : [];
    found.clear();
    return items;
  }

  #strongest(most: number): number[] {
    const found = this.#found;
    if (found.size <= most) return found.items();
    const scores = Float64Array.from(found.items(), (item) => found.score(item)).sort();
    const least = scores[scores.length - most]!;
    const [above, even]: [number[], number[]] = [[], []];
    for (const item of found.items()) {
      if (found.score(item) > least) above.push(item);
      else if (found.score(item) === least) even.push(item);
    }
    return [...above, ...even.sort(this.#byName).slice(0, most - above.length)];
  }
}
