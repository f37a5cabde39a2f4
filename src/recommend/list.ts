import { priceOf } from '../catalog/index.ts';
import type { Asked, Asking } from './asking.ts';
import { windowMs } from './asking.ts';
import type { CriterionAlgorithm } from './criterion-definition.ts';
import type { Dictionary } from './dictionary.ts';
import type { Key } from './key.ts';
import type { Algorithm, ListQuery, Scored, Step } from './source.ts';

/** What brought an item into a list, beyond what the engine tells. */
export type Origin = Algorithm | 'recently-viewed' | 'uploaded' | 'range' | 'promotion';

/** An item in a list, by id. */
export interface Found {
  id: string;
  /** Its number in the source, if that made the list. */
  number?: number;
  /** Above 0, falling. */
  score: number;
  /** As its algorithm reckons it. */
  weight: number;
  count: number;
  key: string | null;
  by: Origin;
  within?: string | undefined;
}

/** Does an item pass? `byNumber`: the same by its number in the source, where that is less work. */
export interface Accept {
  (id: string): boolean;
  byNumber?: (item: number) => boolean;
}

/** The best items that pass, best first, none twice, at most `limit`. */
export interface List {
  (limit: number, accept: Accept): Found[];
  /** The same items without what speaks for them, where that is less work. */
  ids?: (limit: number, accept: Accept) => string[];
  /** Where some items stand, where that is less work. */
  places?: (ids: readonly string[], ask: Depth) => Map<string, number>;
}

/** A list that the source makes. */
interface SourceList extends List {
  ids: NonNullable<List['ids']>;
  places: NonNullable<List['places']>;
  /** The items by their numbers in the source. */
  numbers(limit: number, accept: Accept): number[];
}

/** How far down is looked, and among which items; all, if nobody says. */
interface Depth {
  depth: number;
  accept?: Accept;
  /** The numbers of the asked items in the source, where they are at hand. */
  numbers?: readonly number[];
}

/** Where some items stand in a list, from 1 on; those that do not stand there are left out. */
export function placesOf(list: List, ids: readonly string[], ask: Depth): Map<string, number> {
  if (list.places) return list.places(ids, ask);
  const all = idsOf(list, ask.depth, ask.accept ?? everything);
  const asked = new Set(ids);
  return new Map(all.flatMap((id, i) => (asked.has(id) ? [[id, i + 1]] : [])));
}

const everything: Accept = Object.assign(() => true, { byNumber: () => true });

/** The items of a list alone. */
export function idsOf(list: List, limit: number, accept: Accept): string[] {
  return list.ids?.(limit, accept) ?? list(limit, accept).map(({ id }) => id);
}

type Of<K extends CriterionAlgorithm['kind']> = Extract<CriterionAlgorithm, { kind: K }>;

/** The list of a criterion for one key. A sequence has none of its own. */
export function listOf(asked: Asked, key: Key, asking: Asking): List {
  const { algorithm } = asked;
  const { now } = asking;
  const engine = (query: ListQuery) => engineList(query, key, asking);
  switch (algorithm.kind) {
    case 'cart':
      return cartList(algorithm, key, { asked, asking });
    case 'item': {
      const { action, basis = 'session', likeness, support = 1 } = algorithm;
      const query = { kind: 'related' as const, action, basis, key: number(key.items[0]!, asking), now };
      const how = likeness === undefined ? {} : { likeness };
      return supported(engine({ ...query, windowMs: windowMs(asked.window), ...how }), support);
    }
    case 'similar': {
      const { weights, least } = algorithm;
      const how = { ...(weights === undefined ? {} : { weights }), ...(least === undefined ? {} : { least }) };
      return engine({ kind: 'similar', key: number(key.items[0]!, asking), ...how });
    }
    case 'recent':
      return recentList(asking);
    case 'for-you': {
      // What the person had is kept out by what the criterion hides, and not by the engine.
      const query = { ...ownSteps(asking), now, leftInCart: algorithm.leftInCart ?? false, repeats: true };
      return without(asking.request.item, engine({ kind: 'for-you', ...query }));
    }
    case 'session': {
      const repeats = asked.hide?.viewed === false;
      return engine({ kind: 'session', steps: key.items.map((id) => step(id, now, asking)), now, repeats });
    }
    case 'next-basket':
      return engine({ kind: 'next-basket', orders: ordersOf(asking), now });
    case 'popular': {
      const { group } = key;
      const { action: named, event = '' } = algorithm;
      const action = named === 'event' ? { event } : named;
      const query = { kind: 'popular' as const, action, windowMs: windowMs(asked.window), now };
      const list = engine(group === undefined ? query : { ...query, group });
      return algorithm.metric === 'revenue' ? byRevenue(list, asking) : list;
    }
    case 'custom':
      return idList(asking.customList(algorithm.list, key.value ?? ''), 'uploaded', key.items[0] ?? null);
    case 'sequence':
      return () => [];
  }
}

/** Best sellers of which it is looked which brought most. */
const revenueDepth = 1000;

/** The best sellers by visits times the price of now; what has no price brings nothing. */
function byRevenue(list: List, { shelf }: Asking): List {
  return (limit, accept) => {
    const worth = (id: string) => {
      const item = shelf.get(id);
      return item === undefined ? 0 : (priceOf(item) ?? 0);
    };
    const all = list(Math.max(limit, revenueDepth), accept).map((one) => {
      const revenue = one.count * worth(one.id);
      return Object.assign(one, { score: revenue, weight: revenue });
    });
    return all
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  };
}

/** A fixed list, as it is. */
export function idList(ids: Iterable<string>, by: Origin, key: string | null = null): List {
  return (limit, accept) => {
    const shown = new Set<string>();
    for (const id of ids) {
      if (shown.size >= limit) break;
      if (!shown.has(id) && accept(id)) shown.add(id);
    }
    return [...shown].map((id, i) => ({ id, score: 1 / (i + 1), weight: 1 / (i + 1), count: 0, key, by }));
  };
}

/** Items that hardly anybody has seen, like the key items or, without these, like what the person viewed last. */
export function unprovenList(key: Key, asking: Asking): List {
  const views = [...(asking.person?.viewed ?? [])].sort((a, b) => b.at - a.at).map(({ item }) => item);
  const about = key.items.length > 0 ? key.items : views.slice(0, 5);
  const keys = about.map((id) => number(id, asking)).filter((item) => item >= 0);
  return engineList({ kind: 'unproven', keys, now: asking.now }, { items: about }, asking);
}

/** Popular on the site: by the views of a week, then of all time (recommendations BAK-1). */
export function popularList(asking: Asking): List {
  const key = { items: [] };
  const of = (window: number | null) =>
    engineList({ kind: 'popular', action: 'viewed', windowMs: window, now: asking.now }, key, asking);
  return joined(of(windowMs('7d')), of(null), asking.source.items);
}

/** The second list after the first, for what is still to be filled; its scores lie below those of the first. */
function joined(first: SourceList, second: SourceList, items: Pick<Dictionary, 'name' | 'find'>): List {
  const but = (shown: ReadonlySet<number>, accept: Accept): Accept => {
    const { byNumber = (item: number) => accept(items.name(item)) } = accept;
    const passes = (id: string) => !shown.has(items.find(id)) && accept(id);
    return Object.assign(passes, { byNumber: (item: number) => !shown.has(item) && byNumber(item) });
  };
  const list: List = (limit, accept) => {
    const own = first(limit, accept);
    if (own.length >= limit) return own;
    const shown = new Set(own.map(({ number: item }) => item!));
    const rest = second(limit - own.length, but(shown, accept));
    if (own.length === 0) return rest;
    const scale = own.at(-1)!.score / Math.max(rest[0]?.score ?? 1, Number.MIN_VALUE) / 2;
    for (const one of rest) {
      one.score *= scale;
      own.push(one);
    }
    return own;
  };
  const ids = (limit: number, accept: Accept) => {
    const own = first.numbers(limit, accept);
    const rest = own.length >= limit ? [] : second.numbers(limit - own.length, but(new Set(own), accept));
    return [...own, ...rest].map((item) => items.name(item));
  };
  const places = (asked: readonly string[], ask: Depth) => {
    const { depth, accept = everything, numbers = asked.map((id) => items.find(id)) } = ask;
    const all = first.places(asked, { depth, accept, numbers });
    if (all.size === asked.length) return all;
    const own = new Set(first.numbers(depth, accept));
    if (own.size >= depth) return all;
    const others = asked.filter((id) => !all.has(id));
    const open = numbers.filter((_, i) => !all.has(asked[i]!));
    const left = { depth: depth - own.size, accept: but(own, accept), numbers: open };
    for (const [id, n] of second.places(others, left)) all.set(id, own.size + n);
    return all;
  };
  return Object.assign(list, { ids, places });
}

function engineList(query: ListQuery, key: Key, { source }: Asking): SourceList {
  const { items } = source;
  const within = key.group?.value;
  const found = ({ item, score, count, key: from, by }: Scored): Found => ({
    id: items.name(item),
    number: item,
    score,
    // Counters fade by growing, so that their own size says nothing: the visits they stand for do.
    weight: query.kind === 'popular' ? count : score,
    count,
    key: from === null || from < 0 ? null : items.name(from),
    by,
    within,
  });
  const passing = (accept: Accept) => accept.byNumber ?? ((item: number) => accept(items.name(item)));
  const list: List = (limit, accept) => (limit <= 0 ? [] : source.list(query, limit, passing(accept)).map(found));
  const numbers = (limit: number, accept: Accept) => (limit <= 0 ? [] : source.ranked(query, limit, passing(accept)));
  const ids = (limit: number, accept: Accept) => numbers(limit, accept).map((item) => items.name(item));
  const places = (asked: readonly string[], { depth, accept = everything, numbers: known }: Depth) => {
    const told = source.places(query, known ?? asked.map((id) => items.find(id)), { depth, accept: passing(accept) });
    const standing = new Map<string, number>();
    for (let i = 0; i < asked.length; i++) if (told[i]! > 0) standing.set(asked[i]!, told[i]!);
    return standing;
  };
  return Object.assign(list, { ids, places, numbers });
}

/** Only what so many visits speak for (recommendations ALG-12): the list is read as deep as that takes. */
export function supported(list: List, support: number): List {
  if (support <= 1) return list;
  return (limit, accept) => {
    for (let deep = limit * 2; ; deep *= 4) {
      const all = list(deep, accept);
      const own = all.filter(({ count }) => count >= support);
      if (own.length >= limit || all.length < deep) return own.slice(0, limit);
    }
  };
}

/** What is bought or put in the cart with these items, then what is looked at with them. */
function cartList(algorithm: Of<'cart'>, key: Key, { asked, asking }: { asked: Asked; asking: Asking }): List {
  const { action, basis } = algorithm;
  const cart = key.items.map((id) => number(id, asking));
  const { now } = asking;
  const window = windowMs(asked.window);
  const by = (what: typeof action & string) =>
    engineList({ kind: 'cart', cart, now, action: what, windowMs: window, basis: basis ?? 'session' }, key, asking);
  if (action !== undefined) return by(action);
  return joined(engineList({ kind: 'cart', cart, now }, key, asking), by('viewed-viewed'), asking.source.items);
}

/** The person's own views, newest first, each once (recommendations ALG-13, golden example 11). */
function recentList({ person }: Asking): List {
  const viewed = [...(person?.viewed ?? [])].sort((a, b) => b.at - a.at).map(({ item }) => item);
  const list = idList(viewed, 'recently-viewed');
  return (limit, accept) => list(limit, accept).map((one) => ({ ...one, key: one.id, count: 1 }));
}

function without(id: string | undefined, list: List): List {
  if (id === undefined) return list;
  const but = (accept: Accept) => (one: string) => one !== id && accept(one);
  const ids = (limit: number, accept: Accept) => idsOf(list, limit, but(accept));
  return Object.assign((limit: number, accept: Accept) => list(limit, but(accept)), { ids });
}

function ownSteps(asking: Asking): { viewed: Step[]; bought: Step[]; carted: Step[] } {
  const { person, request, now } = asking;
  const current = request.item ?? request.pageItem;
  const viewed = (person?.viewed ?? []).map(({ item, at }) => step(item, at, asking));
  const orders = person?.orders ?? [{ items: person?.purchased ?? [], at: 0 }];
  return {
    viewed: current === undefined ? viewed : [...viewed, step(current, now, asking)],
    bought: orders.flatMap(({ items, at }) => items.map((id) => step(id, at, asking))),
    carted: (person?.cart ?? []).map(({ item, addedAt = now }) => step(item, addedAt, asking)),
  };
}

function ordersOf(asking: Asking): { items: number[]; at: number }[] {
  const orders = [...(asking.person?.orders ?? [])].sort((a, b) => a.at - b.at);
  return orders.map(({ items, at }) => ({ items: items.map((id) => number(id, asking)), at }));
}

function step(id: string, at: number, asking: Asking): Step {
  return { item: number(id, asking), at };
}

/** -1 for an item of which nothing was learned. */
function number(id: string, { source }: Asking): number {
  return source.items.find(id);
}
