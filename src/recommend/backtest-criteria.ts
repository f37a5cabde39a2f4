import { BeckonError } from '../base/index.ts';
import { conditionOf, type Excluding, groupOf, type Item, StandingRules } from '../catalog/index.ts';
import type { Person } from './answer.ts';
import { type AnswerRules, type Asked, type Asking, noRules } from './asking.ts';
import type { Moment } from './backtest-shop.ts';
import type { Criteria } from './criteria.ts';
import type { CriterionDefinition, KeyChoice } from './criterion-definition.ts';
import type { Engine } from './engine.ts';
import { errors } from './error.ts';
import { commonSieve } from './sieve.ts';
import { Slots } from './slots.ts';

/** The shop's criteria and what keeps items out, as they are when a backtest begins. */
export interface ShopToTry {
  criteria: Pick<Criteria, 'find' | 'get'>;
  /** Those that are on. */
  exclusions(): readonly Excluding[];
  /** The shop's zone, for dates in rules. */
  zone: string;
}

/** What a backtest must be told to try criteria as the shop has them: they and those that they name, and what keeps items out. */
export interface ShopCriteria {
  /** Those that are tried, as they were asked for. */
  tried: readonly string[];
  /** By key; more than those tried where sequences name others. */
  criteria: readonly CriterionDefinition[];
  exclusions: readonly Excluding[];
  zone: string;
}

/** What of a criterion the past does not tell: the list is made without it. */
export const backtestLacks = [
  'profile',
  'request',
  'stock',
  'uploaded-list',
  'visitor-attributes',
  'favourite-category',
  'removed',
] as const;
export type BacktestLack = (typeof backtestLacks)[number];

/** A criterion that was tried, as it was then. */
export interface TriedCriterion {
  /** As in the rows. */
  criterion: string;
  name: string;
  version: number;
  /** False: it needs what the past does not tell, so it has no rows. */
  evaluated: boolean;
  lacks: BacktestLack[];
}

/** A criterion whose key is also the name of a built-in way is asked for as `criterion:key`. */
const prefix = 'criterion:';

/** The key of a criterion as it was asked for. */
export function keyOf(asked: string): string {
  return asked.startsWith(prefix) ? asked.slice(prefix.length) : asked;
}

/**
 * The criteria that are asked for, with those that they name. One that was removed since is not among them.
 *
 * @param asked without the built-in ways
 */
export function shopCriteria(asked: readonly string[], shop: ShopToTry): ShopCriteria {
  const criteria = new Map<string, CriterionDefinition>();
  const take = (key: string) => {
    const found = shop.criteria.find(key);
    if (found === undefined || criteria.has(found.key)) return;
    criteria.set(found.key, found);
    if (found.algorithm.kind === 'sequence') for (const { criterion } of found.algorithm.members) take(criterion);
  };
  for (const one of asked) take(keyOf(one));
  return { tried: asked, criteria: [...criteria.values()], exclusions: shop.exclusions(), zone: shop.zone };
}

/** @throws CRITERION_UNKNOWN */
export function assertCriteria(asked: readonly string[], shop: ShopToTry | undefined): void {
  for (const one of asked) {
    if (shop !== undefined) shop.criteria.get(keyOf(one));
    else
      throw new BeckonError(errors.CRITERION_UNKNOWN, `There is no criterion "${keyOf(one)}"`, { where: 'criteria' });
  }
}

const dayMs = 24 * 3600 * 1000;
/** Viewed items and events that are remembered of one person (design §7). */
const mostViewed = 100;

/** Criteria of the shop over one engine: their items for a moment of the past, by their rules and the shop's exclusions. */
export class CriteriaTrial {
  readonly tried: readonly TriedCriterion[];
  readonly #engine: Engine;
  readonly #byKey: ReadonlyMap<string, CriterionDefinition>;
  readonly #shelf: StandingShelf;
  readonly #rules: AnswerRules;

  constructor(engine: Engine, { tried, criteria, exclusions, zone }: ShopCriteria, items: readonly Item[]) {
    this.#engine = engine;
    this.#byKey = new Map(criteria.map((one) => [one.key, one]));
    this.#shelf = new StandingShelf(items);
    const rules = new StandingRules({ items: sourceOf(items), exclusions, zone });
    this.#rules = Object.assign(Object.create(noRules) as AnswerRules, {
      bindExclusions: rules.bindExclusions.bind(rules),
      bindInclusion: rules.bindInclusion.bind(rules),
    });
    this.tried = tried.map((name) => triedOf(name, (key) => this.#byKey.get(key)));
  }

  /** Is the item in the catalogue, as it is now? */
  knows(id: string): boolean {
    return this.#shelf.get(id) !== undefined;
  }

  /** The items that a criterion gives, best first; none of those that the visit has touched. */
  list(criterion: string, moment: Moment, limit: number): string[] {
    const asked = this.#byKey.get(keyOf(criterion))!;
    const asking = this.#asking(asked, moment);
    return new Slots(asking).choose(asked, limit, { sieve: commonSieve(asking), as: 'criterion' }).map(({ id }) => id);
  }

  #asking({ key }: Asked, moment: Moment): Asking {
    const current = moment.visit.at(-1)?.item;
    return {
      source: this.#engine,
      shelf: this.#shelf,
      variants: (group) => this.#shelf.variants(group),
      range: () => [],
      rules: this.#rules,
      criterion: (other) => this.#byKey.get(other),
      customList: () => [],
      now: moment.now,
      request: {
        criterion: key,
        excludedIds: [...moment.inVisit],
        ...(current === undefined ? {} : { item: current }),
      },
      person: personThen(moment),
    };
  }
}

/** The items as they are now; how many were in stock then nobody knows, so all count as sold. */
class StandingShelf {
  readonly version = 0;
  readonly #items: ReadonlyMap<string, Item>;
  readonly #groups = new Map<string, string[]>();

  constructor(items: readonly Item[]) {
    this.#items = new Map(items.map((item) => [item.id, { ...item, stock: null }]));
    for (const item of items) {
      const group = this.#groups.get(groupOf(item));
      if (group) group.push(item.id);
      else this.#groups.set(groupOf(item), [item.id]);
    }
  }

  get(id: string): Item | undefined {
    return this.#items.get(id);
  }

  all(): Iterable<Item> {
    return this.#items.values();
  }

  variants(group: string): readonly string[] {
    return this.#groups.get(group) ?? [];
  }
}

function sourceOf(items: readonly Item[]): { get(id: string): Item | undefined; all(): Iterable<Item> } {
  const byId = new Map(items.map((item) => [item.id, item]));
  return { get: (id) => byId.get(id), all: () => items };
}

/** The visitor as an answer would have seen them. */
function personThen({ now, visit, cart, orders, person, mostViewed: favourites }: Moment): Person {
  const newestFirst = (deeds: readonly { item: string; at: number }[]) => {
    const once = new Map<string, number>();
    for (const { item, at } of deeds.toReversed()) if (!once.has(item)) once.set(item, at);
    return Array.from(once, ([item, at]) => ({ item, at })).slice(0, mostViewed);
  };
  const carted = new Map(person.cart.map(({ item, at }) => [item, at]));
  return {
    profileId: null,
    viewed: newestFirst(person.view),
    cart: cart.map((item) => ({ item, quantity: 1, addedAt: carted.get(item) ?? now })),
    purchased: [...new Set(orders.flatMap(({ items }) => items))],
    orders,
    mostViewed: favourites(),
    visit: newestFirst(visit.filter(({ kind }) => kind === 'view')).map(({ item }) => item),
    seed: `${Math.floor(now / dayMs)}`,
  };
}

function triedOf(asked: string, find: (key: string) => CriterionDefinition | undefined): TriedCriterion {
  const one = find(keyOf(asked));
  if (one === undefined) {
    return { criterion: asked, name: keyOf(asked), version: 0, evaluated: false, lacks: ['removed'] };
  }
  const { name, version, algorithm } = one;
  const parts = algorithm.kind === 'sequence' ? algorithm.members.flatMap((m) => find(m.criterion) ?? []) : [one];
  const lacks = new Set([one, ...parts].flatMap((each) => [...needs(each), ...looksAt(each)]));
  const evaluated = parts.some((each) => needs(each).length === 0);
  return { criterion: asked, name, version, evaluated, lacks: backtestLacks.filter((lack) => lacks.has(lack)) };
}

/** What its list cannot do without. */
function needs({ algorithm }: CriterionDefinition): BacktestLack[] {
  const isAttribute = (choice: KeyChoice) => choice.from === 'attribute';
  if (algorithm.kind === 'item' || algorithm.kind === 'similar') return isAttribute(algorithm.item) ? ['profile'] : [];
  if (algorithm.kind === 'custom') return ['uploaded-list'];
  if (algorithm.kind !== 'popular' || algorithm.within === undefined) return [];
  const { within } = algorithm;
  if ('visitors' in within) return ['visitor-attributes'];
  if ('profile' in within) return ['profile'];
  return within.category.from === 'favourite' ? ['favourite-category'] : [];
}

/** What its rules look at. */
function looksAt({ rules = [], weights = [], rulesKey, leastStock }: CriterionDefinition): BacktestLack[] {
  const all = [...rules, ...weights.map(({ rule }) => rule)];
  const text = all.map((rule) => conditionOf(rule).replace(/"(?:[^"\\]|\\.)*"/g, '""')).join('\n');
  const lacks: BacktestLack[] = [];
  if (/\bprofile\b/.test(text) || rulesKey?.from === 'attribute') lacks.push('profile');
  if (/\brequest\b/.test(text)) lacks.push('request');
  if (/\bitem\s*\.\s*`?(?:stock|inStock)\b/.test(text) || leastStock !== undefined) lacks.push('stock');
  return lacks;
}
