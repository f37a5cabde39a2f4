import { Engine } from './engine.ts';
import type { PastEvent, PastItem, PastQuery } from './evaluate-format.ts';
import { cartOf, type Deed, lastVisit, ordersOf, PastPeople, recentOf } from './evaluate-history.ts';
import { visitLimits } from './retirer.ts';
import type { ListQuery, RelatedAction, Scored, Step } from './source.ts';
import type { Tuning } from './tuning.ts';

/** Events between two looks for visits that may go. */
const stride = 100_000;
/** Items of a list when a query does not say how many. */
const usualLimit = 100;

/**
 * The production engine over recorded history: learns events in their order, and answers queries with ids. Where a
 * query leaves something out, what its visitor did before stands in for it; where a list has too few items, popular ones
 * follow, as on a page.
 */
export class Evaluator {
  readonly engine: Engine;
  readonly #people: PastPeople;
  /** Steps that queries told of and that were learned from them. */
  readonly #told = new Set<string>();
  #views = 0;

  /** @param options `remembers`: whose own history is needed for queries to come; everybody's when absent */
  constructor(options: { tuning?: Tuning; remembers?: (visitor: string) => boolean } = {}) {
    this.engine = new Engine(options);
    this.#people = new PastPeople(options.remembers ?? (() => true));
  }

  learn(event: PastEvent): void {
    const { visitor, item, kind, at } = event;
    const session = this.#people.visitOf(event);
    this.engine.learn({ p: visitor, s: session, i: item, k: kind, t: at }, at);
    this.#people.add(event, session);
    if (kind === 'view') this.#views++;
    if (this.engine.learned % stride === 0) this.#retire(at);
  }

  /** Old visits are let go, as in a shop that runs for long. */
  #retire(now: number): void {
    const work = this.engine.retire({ ...visitLimits, now });
    if (work !== null) for (const _ of work);
  }

  /** The nightly work, once: what is learned over all carts at once. */
  settle(): void {
    for (const _ of this.engine.learnModel(this.engine.newestAt));
  }

  /** What items are, for likeness by their words and attributes. */
  describe(items: readonly PastItem[]): void {
    for (const { item, name = '', categories = [], attributes = {} } of items) {
      const labelled = Object.entries(attributes).map(([field, value]) => [field, labelsOf(value)] as const);
      this.engine.describe(item, { name, categories, attributes: Object.fromEntries(labelled) });
    }
  }

  /** Learns the steps of a query's visit that no query before it told of; those without a time cannot be told apart. */
  learnFrom({ visitor, session = [] }: PastQuery): void {
    const first = session[0];
    if (first === undefined) return;
    const visit = `query ${visitor ?? ''} ${first.item} ${first.at ?? ''}`;
    for (const { item, at } of session) {
      if (at === undefined) continue;
      const key = `${visit} ${item} ${at}`;
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      this.learn({ visitor: visitor ?? visit, session: visit, item, kind: 'view', at });
    }
  }

  /** Ids, best first, none twice. */
  answer(query: PastQuery): string[] {
    const { limit = usualLimit, repeats = false } = query;
    const deeds = this.#people.of(query.visitor);
    const now = query.at ?? Math.max(this.engine.newestAt, query.session?.at(-1)?.at ?? 0);
    if (query.criterion === 'recent') return this.#recent(query, deeds).slice(0, limit);
    const own = new Set(repeats ? [] : this.#ownOf(query, deeds));
    const accept = (item: number) => !own.has(this.engine.items.name(item));
    const list = this.#listsOf(query, deeds, now).reduce(
      (found: Scored[], ask) => (found.length > 0 ? found : this.engine.list(ask, limit, accept)),
      [],
    );
    const ids = list.map(({ item }) => this.engine.items.name(item));
    if (ids.length >= limit) return ids;
    const hidden = query.criterion === 'for-you' ? this.#everOf(query, deeds) : own;
    return this.#filled(ids, { limit, now, own: hidden });
  }

  /** Popular items after the others. */
  #filled(ids: string[], { limit, now, own }: { limit: number; now: number; own: ReadonlySet<string> }): string[] {
    const had = new Set([...ids, ...own]);
    const more = this.engine.list(
      this.#popular(now),
      limit - ids.length,
      (item) => !had.has(this.engine.items.name(item)),
    );
    return [...ids, ...more.map(({ item }) => this.engine.items.name(item))];
  }

  /** Items that the list is about, and does not answer. */
  #ownOf(query: PastQuery, deeds: readonly Deed[]): string[] {
    // For a person the engine leaves out what they had, and may begin with what they left in the cart.
    if (['popular', 'next-basket', 'for-you'].includes(query.criterion)) return [];
    return [...this.#visitOf(query, deeds).map(({ item }) => item), ...(query.cart ?? [])];
  }

  /** All that a person had to do with. */
  #everOf({ session = [], cart = [] }: PastQuery, deeds: readonly Deed[]): Set<string> {
    return new Set([...[...deeds, ...session].map(({ item }) => item), ...cart]);
  }

  #visitOf({ session }: PastQuery, deeds: readonly Deed[]): { item: string; at?: number }[] {
    return session ?? lastVisit(deeds);
  }

  /** What to ask of the engine; the first list that is not empty counts. */
  #listsOf(query: PastQuery, deeds: readonly Deed[], now: number): ListQuery[] {
    const { criterion } = query;
    switch (criterion) {
      case 'session':
        return [
          {
            kind: 'session',
            steps: this.#steps(this.#visitOf(query, deeds), now),
            now,
            repeats: query.repeats ?? false,
          },
        ];
      case 'cart':
        return [{ kind: 'cart', cart: this.#cart(query, deeds), now }];
      case 'for-you':
        return [this.#forYou(query, deeds, now)];
      case 'next-basket': {
        const orders = ordersOf(deeds).map(({ items, at }) => ({ items: this.#numbers(items), at }));
        return [{ kind: 'next-basket', orders, now }, this.#forYou(query, deeds, now)];
      }
      case 'viewed-viewed':
      case 'viewed-bought':
      case 'bought-bought':
        return [this.#related(criterion, query, { deeds, now })];
      case 'popular':
        return [this.#popular(now)];
      case 'recent':
        return [];
    }
  }

  /** What goes with the items of the cart that is given, or with the last item of the visit. */
  #related(
    action: Exclude<RelatedAction, 'site-affinity'>,
    query: PastQuery,
    { deeds, now }: { deeds: readonly Deed[]; now: number },
  ): ListQuery {
    const visit = this.#visitOf(query, deeds);
    const keys = query.cart && query.cart.length > 0 ? query.cart : visit.slice(-1).map(({ item }) => item);
    return { kind: 'cart', cart: this.#numbers(keys), action, basis: 'session', windowMs: null, now };
  }

  #forYou(query: PastQuery, deeds: readonly Deed[], now: number): ListQuery {
    const did = (kind: PastEvent['kind']) =>
      this.#steps(
        deeds.filter((deed) => deed.kind === kind),
        now,
      );
    const known = new Set(deeds.map(({ item, at }) => `${at} ${item}`));
    const told = (query.session ?? []).filter(({ item, at }) => at === undefined || !known.has(`${at} ${item}`));
    // Where nobody ever views, a step is what everybody's are: a purchase.
    const [views, purchases] = this.#views > 0 ? [told, []] : [[], told];
    return {
      kind: 'for-you',
      viewed: [...did('view'), ...this.#steps(views, now)],
      carted: [
        ...did('cart'),
        ...this.#steps(
          (query.cart ?? []).map((item) => ({ item })),
          now,
        ),
      ],
      bought: [...did('purchase'), ...this.#steps(purchases, now)],
      now,
      leftInCart: true,
    };
  }

  #popular(now: number): ListQuery {
    return { kind: 'popular', action: this.#views > 0 ? 'viewed' : 'bought', windowMs: null, now };
  }

  #recent(query: PastQuery, deeds: readonly Deed[]): string[] {
    const viewed = deeds.filter(({ kind }) => kind === 'view');
    return recentOf([...(viewed.length > 0 ? viewed : deeds), ...(query.session ?? [])]);
  }

  #cart({ cart, session }: PastQuery, deeds: readonly Deed[]): number[] {
    const lines = cart ?? cartOf(deeds);
    return this.#numbers(lines.length > 0 ? lines : (session ?? []).map(({ item }) => item));
  }

  #steps(steps: readonly { item: string; at?: number }[], now: number): Step[] {
    return steps.map(({ item, at }) => ({ item: this.engine.items.find(item), at: at ?? now }));
  }

  #numbers(ids: readonly string[]): number[] {
    return ids.map((id) => this.engine.items.find(id)).filter((item) => item >= 0);
  }
}

/** A list of numbers is a list of labels, by which items are alike; a number alone is a measure, by which they are not. */
function labelsOf(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((one: unknown) => (/^\d+$/.test(String(one)) ? `label ${String(one)}` : one));
}
