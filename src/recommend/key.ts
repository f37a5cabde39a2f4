import { categoryKey, type KeyItem } from '../catalog/index.ts';
import type { Asking } from './asking.ts';
import type { CategoryChoice, CriterionAlgorithm, KeyChoice, KeyUse, PopularWithin } from './criterion-definition.ts';
import type { Group } from './source.ts';
import { jointly } from './visitor-groups.ts';

/** What one list is about. */
export interface Key {
  /** Ids of the key items; they are never in the list. */
  items: readonly string[];
  /** Within which popularity is counted. */
  group?: Group;
  /** The value of the key of an uploaded list. */
  value?: string;
}

/** Past keys that are tried at most. */
const mostKeys = 10;
const nothing: Key = { items: [] };

type Asks = Pick<Asking, 'request' | 'person' | 'shelf'>;

/**
 * What the list of a criterion is about, the first choice first (recommendations §1.14 no. 3, ALG-22). More than one
 * only where the algorithm may go on to further keys; none where the key that it needs is not there.
 */
export function keysOf(algorithm: CriterionAlgorithm, asks: Asks): Key[] {
  switch (algorithm.kind) {
    case 'cart':
      return [{ items: cartOf(asks) }];
    case 'item':
    case 'similar':
      return used(itemsOf(algorithm.item, asks), algorithm.keys).map((id) => ({ items: [id] }));
    case 'session':
      return [{ items: visitOf(asks) }];
    case 'popular':
      return algorithm.within === undefined
        ? [nothing]
        : used(groupsOf(algorithm.within, asks), useOf(algorithm)).map((group) => ({ items: [], group }));
    case 'custom':
      return [customKeys(algorithm, asks)[0] ?? { items: [], value: '' }];
    default:
      return [nothing];
  }
}

/** Does a criterion need an item, or a category, of the request? Then a question without one is a mistake. */
export function needsOf(algorithm: CriterionAlgorithm): 'item' | 'category' | null {
  const { kind } = algorithm;
  if ((kind === 'item' || kind === 'similar') && algorithm.item.from === 'current') return 'item';
  const within = kind === 'popular' ? algorithm.within : kind === 'custom' ? algorithm.by : undefined;
  if (within === undefined) return null;
  if ('category' in within) return within.category.from === 'current' ? 'category' : null;
  return kind === 'custom' && 'item' in within && typeof within.item === 'object' && within.item.from === 'current'
    ? 'item'
    : null;
}

/** Items by a choice of key: that of the request, or the person's own, the newest or most favourite first. */
export function itemsOf(choice: KeyChoice, { request, person }: Pick<Asking, 'request' | 'person'>): string[] {
  switch (choice.from) {
    case 'current':
      return [request.item ?? request.pageItem].filter((id) => id !== undefined);
    case 'last-viewed':
      return [...(person?.viewed ?? [])].sort((a, b) => b.at - a.at).map(({ item }) => item);
    case 'last-purchased':
      return [...(person?.orders ?? [])].sort((a, b) => b.at - a.at).flatMap(({ items }) => items);
    case 'most-viewed':
      return [...(person?.mostViewed ?? [])];
    case 'attribute':
      return textsOf(person?.profile?.[plainName(choice.attribute)]);
  }
}

/** The key item that a promotion names (recommendations PRO-3). */
export function choiceOf(keyItem: KeyItem, attribute: string | null): KeyChoice {
  if (keyItem === 'PROFILE_ATTRIBUTE') return { from: 'attribute', attribute: attribute ?? '' };
  const from = { CURRENT: 'current', LAST_VIEWED: 'last-viewed', LAST_PURCHASED: 'last-purchased' } as const;
  return { from: keyItem === 'MOST_VIEWED' ? 'most-viewed' : from[keyItem] };
}

/** The cart as the request knows it, otherwise the stored one (C-3). */
function cartOf({ request, person }: Asks): string[] {
  return [...new Set(request.cart ?? person?.cart.map(({ item }) => item) ?? [])];
}

/** Items of the visit, oldest first: the item of the request is the newest of them (ALG-24). */
function visitOf({ request, person }: Asks): string[] {
  const current = request.item ?? request.pageItem;
  const before = [...(person?.visit ?? [])].toReversed().filter((id) => id !== current);
  return current === undefined ? before : [...before, current];
}

function categoriesOf({ from }: CategoryChoice, { request, person, shelf }: Asks): string[] {
  if (from === 'favourite') return [...(person?.categories ?? [])];
  if (request.category !== undefined) return [request.category];
  const said = request.parameters?.['entity.categoryId'];
  const item = request.item ?? request.pageItem;
  const key = categoryKey(said ?? (item === undefined ? [] : shelf.get(item)?.categories));
  return key === null ? [] : [key];
}

function groupsOf(within: PopularWithin, asks: Asks): Group[] {
  if ('category' in within) {
    return categoriesOf(within.category, asks).map((value) => ({ by: 'category', value }));
  }
  const { person } = asks;
  if ('item' in within) {
    const values = textsOf(person?.profile?.[plainName(within.profile)]);
    return values.map((value) => ({ by: 'attribute', name: within.item, value }));
  }
  const known = within.visitors.flatMap((name) => {
    // As lessons carry it: the whole value, and no list of values.
    const value = person?.profile?.[plainName(name)];
    const isOne = ['string', 'number', 'boolean'].includes(typeof value) && value !== '';
    return isOne ? [{ name: plainName(name), value: String(value) }] : [];
  });
  if (within.as === 'in-turn') return known.map((one) => ({ by: 'profile-attribute', ...one }));
  if (known.length < within.visitors.length) known.length = 0;
  return known.map((_, i): Group => {
    const together = known.slice(0, known.length - i);
    const join = (field: 'name' | 'value') => jointly(together.map((one) => one[field]));
    return { by: 'profile-attribute', name: join('name'), value: join('value') };
  });
}

function customKeys({ by }: Extract<CriterionAlgorithm, { kind: 'custom' }>, asks: Asks): Key[] {
  if (by === undefined) return [{ items: [], value: '' }];
  if ('item' in by) return itemsOf(by.item, asks).map((id) => ({ items: [id], value: id }));
  const values =
    'category' in by ? categoriesOf(by.category, asks) : textsOf(asks.person?.profile?.[plainName(by.attribute)]);
  return values.map((value) => ({ items: [], value }));
}

/** Attributes of visitors are tried one after another by what they are (ALG-19). */
export function useOf(algorithm: CriterionAlgorithm): KeyUse {
  const keys = 'keys' in algorithm ? algorithm.keys : undefined;
  const goesOn = algorithm.kind === 'popular' && algorithm.within !== undefined && 'visitors' in algorithm.within;
  return goesOn ? { when: 'next', ...keys } : (keys ?? {});
}

/** The keys that may be tried: the n-th, and those after it where it may go on. Without a word, only the first. */
function used<T>(keys: readonly T[], { when = 'none', nth = 1 }: KeyUse = {}): T[] {
  const once = [...new Set(keys)].slice(nth - 1);
  return once.slice(0, when === 'none' ? 1 : mostKeys);
}

/** `profile.x` and `user.x` as `x`. */
export function plainName(name: string): string {
  return name.replace(/^(?:profile\.|user\.endpoint\.|user\.)/, '');
}

/** A value as texts: a list, a comma list, or one. */
function textsOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value];
  return list.flatMap((one) => {
    const text = typeof one === 'string' || typeof one === 'number' ? String(one).trim() : '';
    return text === '' ? [] : [text];
  });
}
