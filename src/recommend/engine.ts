import type { Lesson } from '../profile/index.ts';
import type { Dictionary } from './dictionary.ts';
import { Model, type ModelLimits } from './model.ts';
import { Scores } from './scores.ts';
import type { Algorithm, ListQuery, Scored, Source } from './source.ts';

const shrink = 2;
const cartedWeight = 0.5;

/** What is learned of the crowd, event by event, and the lists that follow from it. */
export class Engine implements Source {
  readonly #model: Model;
  readonly #scores = new Scores();

  constructor(options: { limits?: ModelLimits } = {}) {
    this.#model = new Model(options.limits);
  }

  get items(): Dictionary {
    return this.#model.items;
  }

  get learned(): number {
    return this.#model.learned;
  }

  get ignored(): number {
    return this.#model.ignored;
  }

  get newestAt(): number {
    return this.#model.newestAt;
  }

  get bytes(): number {
    return this.#model.bytes;
  }

  /** Takes in one event, visible to the next list; each lesson must come once. A time ahead of `now` counts as now. */
  learn(lesson: Lesson, now: number): void {
    this.#model.learn(lesson, now);
  }

  list(query: ListQuery, limit: number, accept: (item: number) => boolean): Scored[] {
    switch (query.kind) {
      case 'popular':
        return this.#popular(query.action === 'bought' ? 'bought' : 'viewed', limit, accept);
      case 'related':
        return this.#together([query.key], query.action === 'bought-bought', limit, accept);
      case 'cart':
        return this.#together(
          query.cart,
          query.action === undefined || query.action === 'bought-bought',
          limit,
          accept,
        );
      case 'session':
        return this.#together(
          query.steps.map(({ item }) => item),
          false,
          limit,
          accept,
        );
      case 'for-you':
        return this.#together(
          [...query.viewed, ...query.carted, ...query.bought].map(({ item }) => item),
          false,
          limit,
          accept,
        );
      case 'next-basket':
      case 'similar':
        return [];
    }
  }

  #popular(kind: 'viewed' | 'bought', limit: number, accept: (item: number) => boolean): Scored[] {
    const ranking = this.#model[kind];
    const by: Algorithm = kind === 'viewed' ? 'most-viewed' : 'top-sellers';
    const found: Scored[] = [];
    for (let rank = 0, item = ranking.at(0); item !== -1 && found.length < limit; item = ranking.at(++rank))
      if (accept(item)) found.push({ item, score: ranking.weight(item), count: ranking.visits(item), key: null, by });
    return found;
  }

  #together(keys: readonly number[], bought: boolean, limit: number, accept: (item: number) => boolean): Scored[] {
    const { pairs, companions, viewed } = this.#model;
    const known = [...new Set(keys)].filter((key) => key >= 0);
    for (const key of known) {
      if (bought) pairs.companions(key, (other, b, c) => this.#scores.add(other, b + cartedWeight * c));
      else companions.companions(key, (other, n) => this.#scores.add(other, n / (viewed.visits(key) + shrink)));
    }
    const best = this.#scores.top(
      limit,
      (item) => !known.includes(item) && accept(item),
      (a, b) => viewed.weight(b) - viewed.weight(a) || (this.items.name(a) < this.items.name(b) ? -1 : 1),
    );
    this.#scores.clear();
    const countOf = (key: number, item: number) =>
      bought ? pairs.counts(key, item).bought : companions.count(key, item);
    return best.map(({ item, score }) => {
      const key = known.reduce((a, b) => (countOf(b, item) > countOf(a, item) ? b : a));
      return { item, score, count: countOf(key, item), key, by: bought ? 'bought-together' : 'viewed-together' };
    });
  }
}
