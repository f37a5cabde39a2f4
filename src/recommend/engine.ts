import type { Lesson } from '../profile/index.ts';
import { Crowd, type ItemNumbers, type VisitLimits } from './crowd.ts';
import type { Dictionary } from './dictionary.ts';
import { ItemModel } from './item-model.ts';
import { learnItems } from './learn-items.ts';
import type { Kept } from './kept.ts';
import { ContentIndex } from './content-index.ts';
import type { Described } from './content-text.ts';
import { type BasketParts, explainBasket, scoreBasket } from './list-basket.ts';
import { type CartParts, cartCounts, explainCart, scoreCart } from './list-cart.ts';
import { mixContent, unproven } from './list-content.ts';
import { type Best, further, nothing, withFurther } from './list-further.ts';
import { placeOwn } from './list-again.ts';
import { leftInCart } from './list-left.ts';
import { explained, newestOf, placed, scoreByRules, weighedOf } from './list-neighbours.ts';
import { popularList } from './list-popular.ts';
import { Alike, usualLeast } from './list-similar.ts';
import { Neighbours, type OwnStep } from './neighbours.ts';
import { Related } from './related.ts';
import { RelatedScores } from './list-related.ts';
import { placesIn } from './scores.ts';
import { Scratches } from './scratches.ts';
import { afterEach } from './slices.ts';
import type { ListQuery, Scored, Source } from './source.ts';
import { shippedTuning, type Neighbourhood, type Tuning } from './tuning.ts';
import type { VisitorLists } from './visitor-groups.ts';

type Accept = (item: number) => boolean;
type Query<K extends ListQuery['kind']> = Extract<ListQuery, { kind: K }>;

/**
 * What is learned of the crowd, event by event, and the lists that follow from it (recommender-quality §6). For one
 * state the same query gives the same list: nothing is drawn, and items of one score stand by how many visits they had,
 * then by id.
 */
export class Engine implements Source {
  readonly #crowd: Crowd;
  readonly #visitors: Neighbours;
  readonly #visits: Neighbours;
  readonly #carts: Neighbours;
  readonly #related: Related;
  readonly #content = new ContentIndex();
  readonly #alike: Alike;
  #language = 'eng';
  readonly #in = new Scratches();
  readonly #met = new RelatedScores();
  /** Whose scores `#met` holds. */
  #scoredMet: ListQuery | null = null;
  #model: ItemModel | null = null;
  #tuning: Tuning;

  /** @param options `visitorsBy`: attributes of visitors by which is counted what is popular; left out, each alone */
  constructor(options: { tuning?: Tuning; visitorsBy?: VisitorLists | undefined } = {}) {
    this.#tuning = options.tuning ?? shippedTuning;
    this.#crowd = new Crowd(this.#tuning.learn, options.visitorsBy);
    this.#visits = new Neighbours(this.#crowd.visits, null);
    this.#visitors = new Neighbours(this.#crowd.visits, this.#crowd.chains);
    this.#carts = new Neighbours(this.#crowd.carts, null);
    this.#related = new Related(this.#crowd.visits, this.#crowd.chains);
    this.#alike = new Alike(this.#content, this.#crowd);
  }

  get items(): Dictionary {
    return this.#crowd.items;
  }

  get learned(): number {
    return this.#crowd.learned;
  }

  /** In how many visits an item was viewed, carted and bought: ever (null), or about so many within a window. */
  numbers(id: string, windowMs: number | null, now: number): ItemNumbers {
    return this.#crowd.numbers(id, windowMs, now);
  }

  /** Lessons that a limit kept from being learned. */
  get ignored(): number {
    return this.#crowd.ignored;
  }

  get newestAt(): number {
    return this.#crowd.newestAt;
  }

  get bytes(): number {
    return this.#crowd.bytes + this.#content.bytes + (this.#model?.bytes ?? 0);
  }

  /** Bytes of what answers for a visit: visits, who made them, and sequential rules. */
  get sessionBytes(): number {
    return this.#crowd.sessionBytes;
  }

  get tuning(): Tuning {
    return this.#tuning;
  }

  /** Scores otherwise from now on; how was learned (`learn`) stays as the engine began. */
  set tuning(tuning: Tuning) {
    this.#tuning = { ...tuning, learn: this.#tuning.learn };
    this.#changed();
  }

  /** Takes in one event, visible to the next list; each lesson must come once. A time ahead of `now` counts as now. */
  learn(lesson: Lesson, now: number): void {
    this.#crowd.learn(lesson, now);
    this.#changed();
  }

  /** The same for several, in their order; less work than one by one. */
  learnAll(lessons: readonly Lesson[], now: number): void {
    this.#crowd.learnAll(lessons, now);
    this.#changed();
  }

  /** Takes in what an item is now, or (null) that it is sold no more. @returns whether lists may differ by it */
  describe(id: string, item: Described | null): boolean {
    const number = item === null ? this.items.find(id) : this.items.add(id);
    this.#changed();
    return number !== -1 && this.#content.describe(number, item, this.#language);
  }

  /** In which language texts too short to tell are read from now on; three letters, as `languageOf` tells. */
  readIn(language: string): void {
    this.#language = language;
  }

  /** Items described at present. */
  get described(): number {
    return this.#content.size;
  }

  /** Takes what a visitor did out of all lists to come; what the crowd did stays counted, without a name. */
  forgetVisitor(visitorId: string): void {
    this.#crowd.forgetVisitor(visitorId);
    this.#changed();
  }

  /** The same by the mark of the visitor's id, as the feed tells it. */
  forget(mark: { low: number; high: number }): void {
    this.#crowd.forget(mark);
    this.#changed();
  }

  /** All that was learned, for a snapshot; the arrays are the living ones. */
  keep(): Kept {
    return { crowd: this.#crowd.keep(), model: this.#model?.keep() ?? null };
  }

  /** Takes what another engine kept, that learned by the same `tuning.learn`; for an engine that has learned and described nothing. */
  restore({ crowd, model }: Kept): void {
    if (this.items.size > 0) throw new Error('Only an engine that knows no items takes what another kept');
    this.#crowd.restore(crowd as Kept);
    this.#model = model === null ? null : ItemModel.restored(model as Kept);
    this.#changed();
  }

  /** What is learned over all carts at once; null before the first time. */
  get model(): ItemModel | null {
    return this.#model;
  }

  /** Carts learned of so far. */
  get carts(): number {
    return this.#crowd.carts.size;
  }

  /** Lets visits go that are too old or too many; null when there is nothing to do. Meanwhile nothing may be learned. */
  retire(limits: VisitLimits & { now: number }): Generator<void, number> | null {
    const from = this.#crowd.retirable(limits);
    return from === this.#crowd.visits.first ? null : afterEach(this.#crowd.retire(from), () => this.#changed());
  }

  /** Learns the item model anew, item by item; it takes the place of the last one when the generator has ended. */
  *learnModel(now: number): Generator<number, ItemModel> {
    const { cart, model } = this.#tuning;
    const lore = { learnedAt: now, carts: this.carts };
    const parts = yield* learnItems(cartCounts(this.#crowd, cart.cartedWeight), this.items.size, model);
    this.#changed();
    return (this.#model = new ItemModel(parts, lore));
  }

  list(query: ListQuery, limit: number, accept: Accept): Scored[] {
    if (limit <= 0) return [];
    switch (query.kind) {
      case 'popular':
        return popularList({ crowd: this.#crowd, content: this.#content }, query, { limit, accept });
      case 'next-basket':
        return this.#nextBasket(query, limit, accept);
      case 'similar':
        return this.#similar(query, limit, accept);
      case 'unproven':
        this.#in.clear();
        return unproven(this.#alike, query.keys, {
          visits: this.#crowd.visits,
          tuning: this.#tuning.content,
          scores: this.#in.whole,
          top: (isNew) => this.#in.whole.top(limit, (item) => isNew(item) && accept(item), this.#crowd.order),
        });
      default: {
        const { first, best, more, explain } = this.#best(query, limit, accept);
        return [...first, ...withFurther(this.#crowd, explain(best), more)];
      }
    }
  }

  /** The items of a list alone, without what speaks for them: much less work than `list`. */
  ranked(query: ListQuery, limit: number, accept: Accept): number[] {
    const isScored =
      query.kind === 'related' || query.kind === 'cart' || query.kind === 'session' || query.kind === 'for-you';
    if (!isScored || limit <= 0) return this.list(query, limit, accept).map(({ item }) => item);
    const { first, best, more } = this.#best(query, limit, accept);
    return [...first, ...best, ...more].map(({ item }) => item);
  }

  /** Where some items stand in a list: from 1 on, 0 below `depth`. */
  places(query: ListQuery, items: readonly number[], { depth, accept }: { depth: number; accept: Accept }): number[] {
    const { order } = this.#crowd;
    if (query.kind !== 'related' && query.kind !== 'cart') return placesIn(this.ranked(query, depth, accept), items);
    this.#best(query, 0, accept);
    if (this.#scoredMet === query) return this.#met.scores.places(items, { depth, accept, order });
    // A cart without a known line has no list.
    if (!this.#in.has(query) || query.kind !== 'cart') return items.map(() => 0);
    const had = new Set(query.cart);
    return this.#in.whole.places(items, { depth, accept: (item) => !had.has(item) && accept(item), order });
  }

  /** The best of a list that is scored, and how to tell what speaks for them. */
  #best(query: Query<'related' | 'cart' | 'session' | 'for-you'>, limit: number, accept: Accept): Best {
    switch (query.kind) {
      case 'related':
        return this.#relatedTo([query.key], query, { limit, accept, query });
      case 'cart':
        return query.action === undefined
          ? this.#cart(query, limit, accept)
          : this.#relatedTo(
              query.cart.slice(-this.#tuning.cart.lines),
              { ...query, action: query.action, basis: query.basis ?? 'session', windowMs: query.windowMs ?? null },
              { limit, accept, query },
            );
      case 'session':
        return this.#session(query, limit, accept);
      case 'for-you':
        return this.#forYou(query, limit, accept);
    }
  }

  /** What was learned, or how it is reckoned, is another: nothing scored before holds. */
  #changed(): void {
    this.#in.expire();
    this.#scoredMet = null;
  }

  #similar({ key, weights, least = usualLeast }: Query<'similar'>, limit: number, accept: Accept): Scored[] {
    const list = this.#alike.list(key, { weights, least }, { limit, accept });
    return list.map(({ item, score }) => ({ item, score, count: 0, key, by: 'similar' }));
  }

  #nextBasket({ orders, now }: Query<'next-basket'>, limit: number, accept: Accept): Scored[] {
    const parts: BasketParts = {
      crowd: this.#crowd,
      neighbours: this.#visitors,
      tuning: this.#tuning.basket,
      own: this.#in.other,
      near: this.#in.near,
      popular: this.#in.third,
      whole: this.#in.whole,
    };
    this.#in.clear();
    const steps = scoreBasket(parts, orders, now);
    const best = this.#in.whole.top(limit, accept, this.#crowd.order);
    return explainBasket(parts, best, { orders, steps, now });
  }

  #session(query: Query<'session'>, limit: number, accept: Accept): Best {
    const { steps, now, repeats = false } = query;
    const { session } = this.#tuning;
    const all = steps.map(({ item }): OwnStep => ({ item, weight: 1 }));
    const own = newestOf(all, session.last);
    const had = new Set(repeats ? [] : steps.map(({ item }) => item));
    return this.#blend(query, own, { neighbours: this.#visits, by: session, now, repeats, had, limit, accept });
  }

  #forYou(query: Query<'for-you'>, limit: number, accept: Accept): Best {
    const { person } = this.#tuning;
    const weighed = weighedOf(query, person);
    const own = placed(newestOf(weighed, person.most), person.last);
    const had = new Set(query.repeats ? [] : weighed.map(({ item }) => item));
    const left = { crowd: this.#crowd, tuning: this.#tuning.cart, weighed };
    const first = query.leftInCart ? leftInCart(left, query, { limit, accept }) : [];
    const shown = new Set(first.map(({ item }) => item));
    const rest = this.#blend(query, own, {
      neighbours: this.#visitors,
      by: person,
      now: query.now,
      repeats: false,
      had,
      limit: limit - first.length,
      accept: (item) => !shown.has(item) && accept(item),
    });
    return { ...rest, first };
  }

  #blend(
    query: ListQuery,
    own: readonly OwnStep[],
    ask: {
      neighbours: Neighbours;
      by: Neighbourhood & { share: number };
      now: number;
      repeats: boolean;
      had: ReadonlySet<number>;
      limit: number;
      accept: Accept;
    },
  ): Best {
    if (own.length === 0 || ask.limit <= 0) return nothing;
    const { neighbours, by, now, limit } = ask;
    const { rules } = this.#tuning;
    if (!this.#in.holds(query)) {
      neighbours.score(own, by, { now, repeats: ask.repeats, scores: this.#in.near });
      scoreByRules(this.#crowd, own, { tuning: rules, now, scores: this.#in.other });
      this.#in.whole.mix(this.#in.near, by.share);
      this.#in.whole.mix(this.#in.other, 1 - by.share);
      this.#mixContent(neighbours, own);
      if (ask.repeats) placeOwn(this.#in.whole, own, this.#crowd.returns);
    }
    const accept = (item: number) => !ask.had.has(item) && ask.accept(item);
    const best = this.#in.whole.top(limit, accept, this.#crowd.order);
    const how = { limit, accept, order: this.#crowd.order, tuning: rules, now, scores: this.#in.third };
    const more = further(this.#crowd, best, how);
    const told = { neighbours, own, algorithm: 'session-neighbours', alike: this.#alike } as const;
    return { ...nothing, best, more, explain: (list) => explained(this.#crowd, list, told) };
  }

  #mixContent(neighbours: Neighbours, own: readonly OwnStep[]): void {
    if (this.#content.size === 0) return;
    const scratches = { near: this.#in.near, scores: this.#in.fourth, whole: this.#in.whole };
    mixContent(this.#alike, own, {
      neighbours,
      tuning: this.#tuning.content,
      visits: this.#crowd.visits,
      ...scratches,
    });
  }

  #cart(query: Query<'cart'>, limit: number, accept: Accept): Best {
    const { cart, now } = query;
    const { cart: tuning } = this.#tuning;
    const lines = newestOf(
      cart.map((item) => ({ item, weight: 1 })),
      tuning.lines,
    );
    if (lines.length === 0) return nothing;
    const parts: CartParts = {
      crowd: this.#crowd,
      neighbours: this.#carts,
      model: this.#model,
      tuning,
      near: this.#in.near,
      alike: this.#in.other,
      learned: this.#in.third,
      whole: this.#in.whole,
    };
    if (!this.#in.holds(query)) {
      scoreCart(parts, lines, now);
      this.#mixContent(this.#carts, lines);
    }
    const had = new Set(cart);
    const best = this.#in.whole.top(limit, (item) => !had.has(item) && accept(item), this.#crowd.order);
    return { ...nothing, best, explain: (list) => explainCart(parts, list, { lines, alike: this.#alike }) };
  }

  #relatedTo(
    keys: readonly number[],
    ask: Pick<Query<'related'>, 'action' | 'basis' | 'windowMs' | 'now' | 'likeness'>,
    { query, limit, accept }: { query: ListQuery; limit: number; accept: Accept },
  ): Best {
    const { bought, shrink, ...usual } = this.#tuning.related;
    const likeness = ask.likeness ?? (ask.action === 'bought-bought' ? bought : usual.likeness);
    if (this.#scoredMet !== query) {
      this.#scoredMet = query;
      const parts = { crowd: this.#crowd, related: this.#related };
      this.#met.score(parts, keys, { ...ask, likeness, shrink });
    }
    const best = this.#met.scores.top(limit, accept, this.#crowd.order);
    return { ...nothing, best, explain: (list) => this.#met.explain(list) };
  }
}
