import type { Item } from '../catalog/index.ts';
import { CriteriaTrial, type ShopCriteria, type TriedCriterion } from './backtest-criteria.ts';
import { type DescribedItem, spokenIn } from './content-text.ts';
import { Engine } from './engine.ts';
import type { PastEvent } from './evaluate-format.ts';
import { ListScore, type ListScores } from './evaluate-score.ts';
import type { ListQuery } from './source.ts';
import { type Moment, PastShop } from './backtest-shop.ts';
import type { Tuning } from './tuning.ts';

/** What is predicted: an item that the visitor looks at, puts in the cart, or buys, in this visit. */
export const targets = ['view', 'cart', 'purchase'] as const;
export type Target = (typeof targets)[number];

/** Criteria that are tried side by side. */
export const backtested = [
  'session',
  'for-you',
  'cart',
  'next-basket',
  'viewed-viewed',
  'viewed-bought',
  'bought-bought',
  'similar',
  'recent',
  'popular-viewed',
  'popular-bought',
] as const;
export type Backtested = (typeof backtested)[number];

export interface BacktestSettings {
  /** Questions at most, evenly spread over the days that are asked about. */
  questions: number;
  /** Newest share of the history that is asked about; what lies before is only learned. */
  share: number;
  /** Only these: ways of `backtested`, and criteria of the shop by key; left out, all of the former. */
  criteria?: readonly string[];
  /** Only the newest so many days are asked about, in place of a share; at least a twentieth of the history is learned first. */
  days?: number;
}

export const backtestDefaults: BacktestSettings = { questions: 4000, share: 0.5 };

export interface BacktestRow {
  /** As it was asked for. */
  criterion: string;
  target: Target;
  scores: ListScores;
}

export interface BacktestResult {
  events: number;
  visitors: number;
  items: number;
  /** Items that the catalogue tells of, as it is now: by these, items are alike. Results of an earlier Beckon do not say. */
  described?: number;
  /** First event, first question, last event; UTC ms. */
  from: number;
  split: number;
  until: number;
  questions: Record<Target, number>;
  rows: BacktestRow[];
  /** The shop's criteria that were asked for, as they were then. */
  criteria?: readonly TriedCriterion[];
  /** Where the shop's criteria were tried: questions about items that the catalogue holds no more, which these cannot show. */
  gone?: Record<Target, number>;
}

export interface BacktestProgress {
  done: number;
  of: number;
}

const lengths = [5, 10, 20];
const longest = 20;
const dayMs = 24 * 3600 * 1000;
/** Items by which the shop's language is told. */
const sampled = 300;
/** Events between two pauses. */
const stride = 200;

/**
 * Replays a shop's history in order of time through a new engine, and asks each criterion, just before a visitor first
 * touches an item in a visit, for its list: would the item have stood in it? The answer counts for views, and for carts
 * and purchases where the visit goes on to put that very item in the cart or to buy it. The engine knows at each moment
 * what had happened by then and no more; the item model is learned anew each night. Lists are as the criterion makes them,
 * without backup, so that each stands for itself; a criterion with nothing to say has missed.
 *
 * @param events in order of time
 * @param known `items`: what they are, as of now; without them nothing is alike. With `shop` they are whole items
 * @returns null when there is nothing to ask about
 */
export function* backtest(
  events: readonly PastEvent[],
  settings: BacktestSettings,
  { tuning, items = [], shop: own }: { tuning?: Tuning; items?: readonly DescribedItem[]; shop?: ShopCriteria } = {},
): Generator<BacktestProgress, BacktestResult | null> {
  const shop = new PastShop(events);
  const split = splitOf(events, settings);
  const touches = shop.touchesFrom(split);
  if (touches.length === 0) return null;
  const asked = thinned(touches, settings.questions);
  const engine = new Engine(tuning === undefined ? {} : { tuning });
  const criteria = own && new CriteriaTrial(engine, own, items as readonly Item[]);
  const trial = new Trial(engine, builtIn(settings.criteria), criteria);
  yield* describe(trial.engine, items);
  let next = 0;
  let night = split;
  for (let n = 0; n < events.length; n++) {
    const event = events[n]!;
    if (event.at >= night) {
      trial.nightly(event.at);
      night = event.at + dayMs;
    }
    if (asked[next] === n) {
      trial.ask(shop.moment(event), shop.kindsOf(event));
      next++;
    }
    trial.engine.learn({ p: event.visitor, s: event.session, i: event.item, k: event.kind, t: event.at }, event.at);
    shop.happened(event);
    if (n % stride === 0) yield { done: n, of: events.length };
  }
  const [from, until] = [events[0]!.at, events.at(-1)!.at];
  const described = trial.engine.described;
  return { events: events.length, ...shop.size, described, from, split, until, ...trial.result(shop) };
}

/** The built-in ways among what is asked for. */
export function builtIn(asked: readonly string[] = backtested): Backtested[] {
  return asked.filter((one): one is Backtested => (backtested as readonly string[]).includes(one));
}

/** What else is asked for: criteria of the shop. */
export function ownOf(asked: readonly string[] = []): string[] {
  return asked.filter((one) => !(backtested as readonly string[]).includes(one));
}

/** The engine is told what items are, in the language that most of them speak. */
function* describe(engine: Engine, items: readonly DescribedItem[]): Generator<BacktestProgress> {
  const spoken = spokenIn(items.slice(0, sampled));
  if (spoken !== null) engine.readIn(spoken);
  for (let n = 0; n < items.length; n++) {
    engine.describe(items[n]!.id, items[n]!);
    if (n % stride === 0) yield { done: 0, of: items.length };
  }
}

/** From when on questions are asked, UTC ms. */
function splitOf(events: readonly PastEvent[], { share, days }: BacktestSettings): number {
  const atShare = (newest: number) => events[Math.floor(events.length * (1 - newest))]?.at ?? 0;
  return days === undefined ? atShare(share) : Math.max(atShare(0.95), (events.at(-1)?.at ?? 0) - days * dayMs);
}

/** The criteria over one engine, with what their lists were worth. */
class Trial {
  readonly engine: Engine;
  readonly #scores = new Map<string, ListScore>();
  readonly #questions: Record<Target, number> = { view: 0, cart: 0, purchase: 0 };
  readonly #gone: Record<Target, number> = { view: 0, cart: 0, purchase: 0 };
  readonly #ways: readonly Backtested[];
  readonly #shop: CriteriaTrial | undefined;
  readonly #own: readonly string[];

  constructor(engine: Engine, ways: readonly Backtested[], shop: CriteriaTrial | undefined) {
    this.engine = engine;
    this.#ways = ways;
    this.#shop = shop;
    this.#own = (shop?.tried ?? []).flatMap(({ criterion, evaluated }) => (evaluated ? [criterion] : []));
    for (const criterion of [...ways, ...this.#own]) {
      for (const target of targets) this.#scores.set(`${criterion} ${target}`, new ListScore(lengths));
    }
  }

  nightly(now: number): void {
    for (const _ of this.engine.learnModel(now));
  }

  ask(moment: Moment, kinds: ReadonlySet<Target>): void {
    for (const kind of kinds) {
      this.#questions[kind]++;
      if (this.#shop?.knows(moment.wanted) === false) this.#gone[kind]++;
    }
    const note = (criterion: string, list: readonly string[]) => {
      for (const kind of kinds) {
        this.#scores.get(`${criterion} ${kind}`)!.add(list, [moment.wanted], moment.session);
      }
    };
    for (const way of this.#ways) note(way, way === 'recent' ? moment.recent : this.#listOf(way, moment));
    for (const criterion of this.#own) note(criterion, this.#shop!.list(criterion, moment, longest));
  }

  #listOf(criterion: Exclude<Backtested, 'recent'>, moment: Moment): string[] {
    const { items } = this.engine;
    const query = queryOf(criterion, moment, (ids) => ids.map((id) => items.find(id)).filter((item) => item >= 0));
    if (query === null) return [];
    const accept = (item: number) => !moment.inVisit.has(items.name(item));
    return this.engine.list(query, longest, accept).map(({ item }) => items.name(item));
  }

  result(shop: PastShop): Pick<BacktestResult, 'questions' | 'rows' | 'criteria' | 'gone'> {
    const popularities = shop.popularities;
    const rows = [...this.#ways, ...this.#own].flatMap((criterion) =>
      targets.map((target) => ({
        criterion,
        target,
        scores: this.#scores.get(`${criterion} ${target}`)!.scores(popularities),
      })),
    );
    const told = { questions: this.#questions, rows: rows.filter(({ target }) => this.#questions[target] > 0) };
    return this.#shop === undefined ? told : { ...told, criteria: this.#shop.tried, gone: this.#gone };
  }
}

/** What to ask; null where the criterion has nothing to go on. */
function queryOf(
  criterion: Exclude<Backtested, 'recent'>,
  moment: Moment,
  numbers: (ids: readonly string[]) => number[],
): ListQuery | null {
  const { now, visit, cart, orders, person } = moment;
  const steps = (deeds: readonly { item: string; at: number }[]) =>
    deeds.flatMap(({ item, at }) => numbers([item]).map((number) => ({ item: number, at })));
  const keys = numbers(visit.slice(-1).map(({ item }) => item));
  switch (criterion) {
    case 'session':
      return { kind: 'session', steps: steps(visit), now };
    case 'for-you':
      return {
        kind: 'for-you',
        viewed: steps(person.view),
        carted: steps(person.cart),
        bought: steps(person.purchase),
        now,
      };
    case 'cart':
      return cart.length === 0 ? null : { kind: 'cart', cart: numbers(cart), now };
    case 'next-basket':
      return { kind: 'next-basket', orders: orders.map(({ items, at }) => ({ items: numbers(items), at })), now };
    case 'viewed-viewed':
    case 'viewed-bought':
    case 'bought-bought':
      return { kind: 'cart', cart: keys, action: criterion, basis: 'session', windowMs: null, now };
    case 'similar':
      return keys.length === 0 ? null : { kind: 'similar', key: keys[0]! };
    case 'popular-viewed':
    case 'popular-bought':
      return {
        kind: 'popular',
        action: criterion === 'popular-viewed' ? 'viewed' : 'bought',
        windowMs: 7 * dayMs,
        now,
      };
  }
}

/** Every so-manieth, so that at most `most` are left and the order of time stays. */
function thinned<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!);
}
