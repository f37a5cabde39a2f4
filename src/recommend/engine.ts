import type { Lesson } from '../profile/index.ts';
import { Crowd } from './crowd.ts';
import type { Dictionary } from './dictionary.ts';
import { ItemModel } from './item-model.ts';
import { learnItems } from './learn-items.ts';
import type { Kept } from './kept.ts';
import { ContentIndex } from './content-index.ts';
import type { Described } from './content-text.ts';
import { likenesses } from './likeness.ts';
import { type BasketParts, explainBasket, scoreBasket } from './list-basket.ts';
import { type CartParts, cartCounts, explainCart, scoreCart } from './list-cart.ts';
import { contentKey, contentShare, scoreByContent } from './list-content.ts';
import { explained, newestOf, scoreByRules } from './list-neighbours.ts';
import { popularList } from './list-popular.ts';
import type { Popularity } from './popularity.ts';
import { Alike, usualLeast } from './list-similar.ts';
import { mergeLists, type Weighed } from './list-merge.ts';
import { Neighbours, type OwnStep } from './neighbours.ts';
import { Related } from './related.ts';
import { type ItemScore, Scores } from './scores.ts';
import type { Algorithm, ListQuery, RelatedAction, Scored, Source } from './source.ts';
import { shippedTuning, type Neighbourhood, type Tuning } from './tuning.ts';
import type { VisitorLists } from './visitor-groups.ts';

/** A share of content below this changes no list. */
const leastShare = 0.01;
/** In fewer visits than this an item has had no chance yet. */
const unprovenBelow = 5;

type Accept = (item: number) => boolean;
type Query<K extends ListQuery['kind']> = Extract<ListQuery, { kind: K }>;

const relatedBy: Readonly<Record<RelatedAction, Algorithm>> = {
  'viewed-viewed': 'viewed-together',
  'viewed-bought': 'viewed-then-bought',
  'bought-bought': 'bought-together',
  'site-affinity': 'site-affinity',
};

/** Visits in which something was done with an item. */
export interface ItemNumbers {
  viewed: number;
  carted: number;
  bought: number;
}

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
  readonly #near = new Scores();
  readonly #other = new Scores();
  readonly #third = new Scores();
  readonly #fourth = new Scores();
  readonly #whole = new Scores();
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
    this.#alike = new Alike(this.#content, { order: this.#order, byName: this.#byName });
  }

  get items(): Dictionary {
    return this.#crowd.items;
  }

  get learned(): number {
    return this.#crowd.learned;
  }

  /** In how many visits an item was viewed, carted and bought: ever (null), or about so many within a window. */
  numbers(id: string, windowMs: number | null, now: number): ItemNumbers {
    const item = this.items.find(id);
    const worth = (of: Popularity) => (item < 0 ? 0 : Math.round(of.worth(item, windowMs, now)));
    const { viewed, carted, bought } = this.#crowd;
    return { viewed: worth(viewed), carted: worth(carted), bought: worth(bought) };
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
  }

  /** Takes in one event, visible to the next list; each lesson must come once. A time ahead of `now` counts as now. */
  learn(lesson: Lesson, now: number): void {
    this.#crowd.learn(lesson, now);
  }

  /** Takes in what an item is now, or (null) that it is sold no more. @returns whether lists may differ by it */
  describe(id: string, item: Described | null): boolean {
    const number = item === null ? this.items.find(id) : this.items.add(id);
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
  }

  /** The same by the mark of the visitor's id, as the feed tells it. */
  forget(mark: { low: number; high: number }): void {
    this.#crowd.forget(mark);
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
  }

  /** What is learned over all carts at once; null before the first time. */
  get model(): ItemModel | null {
    return this.#model;
  }

  /** Carts learned of so far. */
  get carts(): number {
    return this.#crowd.carts.size;
  }

  /** Learns the item model anew, item by item; it takes the place of the last one when the generator has ended. */
  *learnModel(now: number): Generator<number, ItemModel> {
    const { cart, model } = this.#tuning;
    const lore = { learnedAt: now, carts: this.carts };
    const parts = yield* learnItems(cartCounts(this.#crowd, cart.cartedWeight), this.items.size, model);
    return (this.#model = new ItemModel(parts, lore));
  }

  list(query: ListQuery, limit: number, accept: Accept): Scored[] {
    switch (query.kind) {
      case 'popular':
        return popularList({ crowd: this.#crowd, content: this.#content }, query, { limit, accept });
      case 'related':
        return this.#relatedTo([query.key], query, { limit, accept });
      case 'cart':
        return query.action === undefined
          ? this.#cart(query, limit, accept)
          : this.#relatedTo(
              query.cart.slice(-this.#tuning.cart.lines),
              { ...query, action: query.action, basis: query.basis ?? 'session', windowMs: query.windowMs ?? null },
              { limit, accept },
            );
      case 'session':
        return this.#session(query, limit, accept);
      case 'for-you':
        return this.#forYou(query, limit, accept);
      case 'next-basket':
        return this.#nextBasket(query, limit, accept);
      case 'similar':
        return this.#similar(query, limit, accept);
      case 'unproven':
        return this.#unproven(query, limit, accept);
    }
  }

  #similar({ key, weights, least = usualLeast }: Query<'similar'>, limit: number, accept: Accept): Scored[] {
    const list = this.#alike.list(key, { weights, least }, { limit, accept });
    return list.map(({ item, score }) => ({ item, score, count: 0, key, by: 'similar' }));
  }

  /** Like the keys, and seen in fewer visits than can tell anything. */
  #unproven({ keys }: Query<'unproven'>, limit: number, accept: Accept): Scored[] {
    const own = keys.map((item): OwnStep => ({ item, weight: 1 }));
    scoreByContent(this.#alike, own, { tuning: this.#tuning.content, scores: this.#whole });
    const isNew = (item: number) => !keys.includes(item) && this.#crowd.visits.count(item) < unprovenBelow;
    const best = this.#whole.top(limit, (item) => isNew(item) && accept(item), this.#order);
    this.#whole.clear();
    return best.map(({ item, score }) => {
      return { item, score, count: 0, key: contentKey(this.#alike, own, item), by: 'explored' };
    });
  }

  #nextBasket({ orders, now }: Query<'next-basket'>, limit: number, accept: Accept): Scored[] {
    const parts: BasketParts = {
      crowd: this.#crowd,
      neighbours: this.#visitors,
      tuning: this.#tuning.basket,
      own: this.#other,
      near: this.#near,
      popular: this.#third,
      whole: this.#whole,
    };
    const steps = scoreBasket(parts, orders, now);
    const best = this.#whole.top(limit, accept, this.#order);
    const list = explainBasket(parts, best, { orders, steps, now });
    for (const scratch of [this.#near, this.#other, this.#third, this.#whole]) scratch.clear();
    return list;
  }

  #session({ steps, now, repeats = false }: Query<'session'>, limit: number, accept: Accept): Scored[] {
    const { session } = this.#tuning;
    const all = steps.map(({ item }): OwnStep => ({ item, weight: 1 }));
    const own = newestOf(all, session.last);
    const had = new Set(repeats ? [] : steps.map(({ item }) => item));
    return this.#blend(this.#visits, own, { by: session, share: session.share, now, repeats, had, limit, accept });
  }

  #forYou(query: Query<'for-you'>, limit: number, accept: Accept): Scored[] {
    const { person } = this.#tuning;
    const weighed = [
      ...query.viewed.map(({ item, at }) => ({ item, at, weight: person.view })),
      ...query.carted.map(({ item, at }) => ({ item, at, weight: person.cart })),
      ...query.bought.map(({ item, at }) => ({ item, at, weight: person.buy })),
    ].sort((a, b) => a.at - b.at);
    const own = newestOf(weighed, person.last);
    const had = new Set(weighed.map(({ item }) => item));
    const { now } = query;
    const left = query.leftInCart ? this.#leftInCart(query, limit, accept) : [];
    const shown = new Set(left.map(({ item }) => item));
    const rest = this.#blend(this.#visitors, own, {
      by: person,
      share: person.share,
      now,
      repeats: false,
      had,
      limit: limit - left.length,
      accept: (item) => !shown.has(item) && accept(item),
    });
    return [...left, ...rest];
  }

  /** The person's own, carted and not bought since, newest first: the strongest sign of a purchase (§0.7). */
  #leftInCart({ carted, bought }: Query<'for-you'>, limit: number, accept: Accept): Scored[] {
    const boughtAt = new Map<number, number>();
    for (const { item, at } of bought) boughtAt.set(item, Math.max(at, boughtAt.get(item) ?? 0));
    const left = [...carted].sort((a, b) => b.at - a.at).filter(({ item, at }) => at > (boughtAt.get(item) ?? -1));
    const once = [...new Set(left.map(({ item }) => item))].filter((item) => item >= 0 && accept(item)).slice(0, limit);
    return once.map((item, i) => ({ item, score: 2 - i / (once.length + 1), count: 1, key: item, by: 'left-in-cart' }));
  }

  #blend(
    neighbours: Neighbours,
    own: readonly OwnStep[],
    ask: {
      by: Neighbourhood;
      share: number;
      now: number;
      repeats: boolean;
      had: ReadonlySet<number>;
      limit: number;
      accept: Accept;
    },
  ): Scored[] {
    if (own.length === 0 || ask.limit <= 0) return [];
    const [near, rules, alike, whole] = [this.#near, this.#other, this.#fourth, this.#whole];
    neighbours.score(own, ask.by, { now: ask.now, repeats: ask.repeats, scores: near });
    scoreByRules(this.#crowd, own, { tuning: this.#tuning.rules, now: ask.now, scores: rules });
    whole.mix(near, ask.share);
    whole.mix(rules, 1 - ask.share);
    this.#mixContent(neighbours, own);
    const best = whole.top(ask.limit, (item) => !ask.had.has(item) && ask.accept(item), this.#order);
    const list = explained(this.#crowd, best, { neighbours, own, algorithm: 'session-neighbours', alike: this.#alike });
    for (const scratch of [near, rules, alike, whole]) scratch.clear();
    return list;
  }

  /** Likeness by content beside what neighbours say (`#near`), into `#whole`. */
  #mixContent(neighbours: Neighbours, own: readonly OwnStep[]): void {
    if (this.#content.size === 0) return;
    const { content: tuning } = this.#tuning;
    const share = contentShare(neighbours, own, { near: this.#near, tuning });
    if (share < leastShare) return;
    const scores = this.#fourth;
    scoreByContent(this.#alike, own, { tuning, scores });
    const { most } = scores;
    // Items that many have met stand where neighbours put them: content would only push them about (§4d, Sports).
    const { visits } = this.#crowd;
    scores.change((item, score) => score * Math.max(1e-9, Math.exp(-visits.count(item) / tuning.known)));
    this.#whole.mix(scores, (share * scores.most) / most);
  }

  #cart({ cart, now }: Query<'cart'>, limit: number, accept: Accept): Scored[] {
    const { cart: tuning } = this.#tuning;
    const lines = newestOf(
      cart.map((item) => ({ item, weight: 1 })),
      tuning.lines,
    );
    if (lines.length === 0) return [];
    const parts: CartParts = {
      crowd: this.#crowd,
      neighbours: this.#carts,
      model: this.#model,
      tuning,
      near: this.#near,
      alike: this.#other,
      learned: this.#third,
      whole: this.#whole,
    };
    scoreCart(parts, lines, now);
    this.#mixContent(this.#carts, lines);
    const had = new Set(cart);
    const best = this.#whole.top(limit, (item) => !had.has(item) && accept(item), this.#order);
    const list = explainCart(parts, best, { lines, alike: this.#alike });
    for (const scratch of [this.#near, this.#other, this.#third, this.#fourth, this.#whole]) scratch.clear();
    return list;
  }

  /** What goes with each key, all keys weighing the same, scores of an item summed (ALG-4). */
  #relatedTo(
    keys: readonly number[],
    ask: Omit<Query<'related'>, 'kind' | 'key'>,
    { limit, accept }: { limit: number; accept: Accept },
  ): Scored[] {
    const { action, basis, now, windowMs } = ask;
    const crowd = this.#crowd;
    const score = likenesses[ask.likeness ?? this.#tuning.related.likeness];
    const { shrink } = this.#tuning.related;
    const popular = action === 'viewed-viewed' || action === 'site-affinity' ? crowd.viewed : crowd.bought;
    const all = basis === 'visitor' ? crowd.chains.size : crowd.visits.size;
    const why = new Map<number, { key: number; count: number; score: number }>();
    const own = new Set(keys);
    const lists: Weighed[] = [];
    for (const key of own) {
      if (key < 0) continue;
      const list: ItemScore[] = [];
      const found = this.#related.companions(key, action, { basis, since: windowMs === null ? -1 : now - windowMs });
      for (let i = 0; i < found.length; i++) {
        const [item, both] = [found.items[i]!, found.counts[i]!];
        const b = Math.max(both, popular.worth(item, windowMs, now));
        const amount = score({ both, a: found.units, b, all: Math.max(all, found.units) }, shrink);
        if (!(amount > 0) || own.has(item)) continue;
        list.push({ item, score: amount });
        const known = why.get(item);
        if (!known || amount > known.score) why.set(item, { key, count: both, score: amount });
      }
      lists.push({ weight: 1, list });
    }
    const best = mergeLists(lists, { limit, accept, order: this.#order, scores: this.#whole });
    return best.map(({ item, score: sum }) => {
      const { key, count } = why.get(item)!;
      return { item, score: sum, count, key, by: relatedBy[action] };
    });
  }

  readonly #byName = (a: number, b: number): number => (this.items.name(a) < this.items.name(b) ? -1 : 1);

  /** Of two items of one score the one with more visits, then by id. */
  readonly #order = (a: number, b: number): number =>
    this.#crowd.visits.count(b) - this.#crowd.visits.count(a) || this.#byName(a, b);
}
