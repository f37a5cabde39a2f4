import {
  groupOf,
  inStock,
  keyOfRequest,
  priceOf,
  type BoundRule,
  type Item,
  type RuleContext,
  type Standing,
} from '../catalog/index.ts';
import type { Filtered } from './answer.ts';
import type { Asked, Asking } from './asking.ts';
import type { Dictionary } from './dictionary.ts';
import { itemsOf, type Key } from './key.ts';

const gone = 'not in the catalogue';
/** Up to so many bans are looked through by number; of more, each item is looked up by its id. */
const fewBans = 16;

/** One question to an item; `rule` is how reasons call it. */
export type Check = Pick<BoundRule, 'rule' | 'accepts'> & Partial<Pick<BoundRule, 'acceptsNumber'>>;

/**
 * What may be shown, as far as one part of an answer is concerned. Notes what was kept out and by which rule: the first
 * that an item fails, in the order in which they are asked.
 */
export class Sieve {
  readonly #bans: ReadonlyMap<string, string>;
  readonly #checks: readonly Check[];
  readonly #kept: Map<string, string>;

  constructor(parts: { bans: ReadonlyMap<string, string>; checks: readonly Check[]; kept?: Map<string, string> }) {
    this.#bans = parts.bans;
    this.#checks = parts.checks;
    this.#kept = parts.kept ?? new Map<string, string>();
  }

  /** The same with more that keeps items out. */
  with({ bans, checks }: { bans: ReadonlyMap<string, string>; checks: readonly Check[] }): Sieve {
    return new Sieve({
      bans: joined(bans, this.#bans),
      checks: [...this.#checks, ...checks],
      kept: this.#kept,
    });
  }

  /** @param item what the shelf has under this id */
  passes(id: string, item: Item | undefined): boolean {
    const rule = this.#failing(id, item);
    return rule === null || this.turnAway(id, rule);
  }

  /** Can all be asked by number? */
  get isByNumber(): boolean {
    return this.#checks.every(({ acceptsNumber }) => acceptsNumber !== undefined);
  }

  /** Why an item is kept out by its id, asked by its number in the source; undefined when it is not. */
  bansBy(items: Pick<Dictionary, 'name' | 'find'>): (item: number) => string | undefined {
    if (this.#bans.size > fewBans) return (item) => this.#bans.get(items.name(item));
    const banned = Array.from(this.#bans.keys(), (id) => items.find(id));
    const rules = [...this.#bans.values()];
    return (item) => {
      const at = banned.indexOf(item);
      return at === -1 ? undefined : rules[at];
    };
  }

  /** The rule that keeps out what stands so and has this number in the rules, where `isByNumber`; its id is apart. */
  failingNumber(number: number, standing: Standing): string | null {
    if (standing !== 'in stock') return standing === 'gone' ? gone : standing;
    for (const check of this.#checks) if (!check.acceptsNumber!(number)) return check.rule;
    return null;
  }

  /** Notes that a rule kept an item out. */
  turnAway(id: string, rule: string): false {
    if (!this.#kept.has(id)) this.#kept.set(id, rule);
    return false;
  }

  /** How many items each rule kept out; those that are shown all the same, by another part, are not counted. */
  filtered(shown: ReadonlySet<string>): Filtered[] {
    const counts = new Map<string, number>();
    for (const [id, rule] of this.#kept) if (!shown.has(id)) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    return [...counts].map(([rule, count]) => ({ rule, count }));
  }

  #failing(id: string, item: Item | undefined): string | null {
    const ban = this.#bans.get(id);
    if (ban !== undefined) return ban;
    if (item === undefined) return gone;
    if (!inStock(item)) return 'out of stock';
    for (const check of this.#checks) if (!check.accepts(item)) return check.rule;
    return null;
  }
}

/** Both; what the second says of an item counts before the first, and stands where the first has it. */
function joined(first: ReadonlyMap<string, string>, second: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (second.size === 0 || first.size === 0) return second.size === 0 ? first : second;
  const both = new Map(first);
  for (const [id, rule] of second) both.set(id, rule);
  return both;
}

/** What a rule asks about besides the item. */
export function contextOf(key: Item | null, { request, person, now }: Asking): RuleContext {
  const { environment = null } = request;
  const context: RuleContext = {
    key,
    request: parametersOf(request),
    profile: person?.profile ?? {},
    now,
    environment,
  };
  if (person !== null) context.seed = person.seed;
  return context;
}

function parametersOf({ item, category, cart, excludedIds, parameters }: Asking['request']): Record<string, unknown> {
  const told: Record<string, unknown> = {};
  if (item !== undefined) told['entity.id'] = item;
  if (category !== undefined) told['entity.categoryId'] = category;
  if (cart !== undefined) told['cartIds'] = cart;
  if (excludedIds !== undefined) told['excludedIds'] = excludedIds;
  return parameters === undefined ? told : Object.assign(told, parameters);
}

/** The item of the request, as far as it or the catalogue tells of it (INC-3). */
export function currentItem({ request, shelf }: Asking): Item | null {
  const id = request.item ?? request.pageItem;
  return keyOfRequest(id === undefined ? null : (shelf.get(id) ?? null), parametersOf(request));
}

/** What holds for every part of an answer: what the request leaves out, exclusions, the collection, stock. */
export function commonSieve(asking: Asking): Sieve {
  const { request, rules } = asking;
  const context = contextOf(currentItem(asking), asking);
  const bans = new Map<string, string>();
  for (const id of request.excludedIds ?? []) bans.set(id, 'excluded by the request');
  if (request.pageItem !== undefined) bans.set(request.pageItem, 'the item of the page');
  const checks: Check[] = rules.bindExclusions(context);
  if (request.collection !== undefined) checks.push(rules.bindCollection(request.collection, context));
  return new Sieve({ bans, checks });
}

/** The rules of a criterion for one key; `nothing` when no item can pass (recommendations INC-1 to INC-12). */
export function checksOf(asked: Asked, key: Key, asking: Asking): Check[] | 'nothing' {
  const checks: Check[] = [];
  const { rules = [], price, leastStock } = asked;
  if (rules.length > 0) {
    const bound = asking.rules.bindInclusion(rules, contextOf(keyItemOf(asked, key, asking), asking));
    if (bound === 'nothing') return 'nothing';
    checks.push(...bound);
  }
  if (price !== undefined) checks.push({ rule: 'price', accepts: (item) => isWithin(priceOf(item), price) });
  if (leastStock !== undefined) {
    checks.push({ rule: 'stock', accepts: ({ stock }) => stock === null || stock >= leastStock });
  }
  return checks;
}

function isWithin(price: number | null, { min = -Infinity, max = Infinity }: { min?: number; max?: number }): boolean {
  return price !== null && price >= min && price <= max;
}

/** What `key` means in the rules of a criterion: its own key item, or the one that it names for them. */
export function keyItemOf(asked: Asked, key: Key, asking: Asking): Item | null {
  const { algorithm, rulesKey } = asked;
  const own = algorithm.kind === 'item' || algorithm.kind === 'similar' ? algorithm.item : undefined;
  const choice = own ?? rulesKey ?? { from: 'current' };
  if (choice.from === 'current') return currentItem(asking);
  const id = own === undefined ? itemsOf(choice, asking)[0] : key.items[0];
  return id === undefined ? null : (asking.shelf.get(id) ?? null);
}

/** What a criterion hides of the person's own, with what is usual for its algorithm (recommendations C-1). */
export function hiding({
  algorithm,
  hide = {},
}: Pick<Asked, 'algorithm' | 'hide'>): Required<NonNullable<Asked['hide']>> {
  const { kind } = algorithm;
  return {
    purchased: hide.purchased ?? !['recent', 'next-basket', 'sequence'].includes(kind),
    viewed: hide.viewed ?? ['for-you', 'session'].includes(kind),
    cart: hide.cart ?? (kind === 'for-you' && algorithm.leftInCart !== true),
    variants: hide.variants ?? ['cart', 'item', 'similar'].includes(kind),
  };
}

/** What a criterion hides among items that are not its own, promotions and backups: views and the cart when it says so. */
export function hidingElsewhere(asked: Pick<Asked, 'algorithm' | 'hide'>): ReturnType<typeof hiding> {
  const { viewed = false, cart = false } = asked.hide ?? {};
  return { ...hiding(asked), viewed, cart };
}

/**
 * Items that a criterion itself must not show. A visit hides its own items, as keys, and no other views, unless it says
 * so; where it does not hide views, only its newest item stays away.
 */
export function ownBansOf(asked: Asked, keys: readonly string[], asking: Asking): Map<string, string> {
  const hides = hiding(asked);
  if (asked.algorithm.kind !== 'session') return bansOf(hides, keys, asking);
  const viewed = asked.hide?.viewed;
  return bansOf({ ...hides, viewed: viewed === true }, viewed === false ? keys.slice(-1) : keys, asking);
}

/** Items that a part of an answer must not show, each with the reason. */
export function bansOf(
  hides: { purchased: boolean; viewed: boolean; cart: boolean; variants: boolean },
  keys: readonly string[],
  asking: Asking,
): Map<string, string> {
  const { person, request, shelf } = asking;
  const bans = new Map<string, string>();
  const ban = (ids: Iterable<string>, rule: string) => {
    for (const id of ids) if (!bans.has(id)) bans.set(id, rule);
  };
  ban(keys, 'a key item');
  if (hides.variants) {
    for (const id of keys) {
      const item = shelf.get(id);
      if (item) ban(asking.variants(groupOf(item)), 'a variant of a key item');
    }
  }
  if (hides.purchased) ban(person?.purchased ?? [], 'already bought');
  if (hides.viewed) ban(person?.viewed.map(({ item }) => item) ?? [], 'already viewed');
  if (hides.cart) ban(request.cart ?? person?.cart.map(({ item }) => item) ?? [], 'in the cart');
  return bans;
}
