import { asCount, asList, asNumber, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { errors } from './error.ts';
import type { Run } from './run.ts';
import { compare, equal, lookInto } from './value.ts';

/** A list's items by a field, from `sign` 1 small or -1 large; items without it come last, equals keep their order. */
function ordered(run: Run, list: unknown[], { path, sign }: { path: unknown; sign: 1 | -1 }): unknown[] {
  const keyed = list.map((item) => ({ item, key: path === null ? (item ?? null) : fieldOf(item, path) }));
  run.charge(list.length * Math.ceil(Math.log2(list.length + 2)));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return sign * (compare(run, a.key, b.key) ?? 0);
  });
  return keyed.map(({ item }) => item);
}

/** `price`, or `attributes.size`, of an item. */
export function fieldOf(item: unknown, path: unknown): unknown {
  return String(path)
    .split('.')
    .reduce<unknown>((value, key) => lookInto(value, key), item);
}

function best(sign: 1 | -1): LanguageFunction['run'] {
  return (run, [list, path, n]) => {
    const count = asCount(run, n);
    const items = asList(run, list);
    return items && ordered(run, items, { path, sign }).slice(0, count);
  };
}

/** `sort(list)`, `sort(list, field)`, `sort(list, false)`, `sort(list, field, false)`: the last one says whether it rises. */
function sort(run: Run, [list, second, third]: unknown[]): unknown {
  const items = asList(run, list);
  const rising = typeof second === 'boolean' ? second : third !== false;
  const path = typeof second === 'string' ? second : null;
  return items && ordered(run, items, { path, sign: rising ? 1 : -1 });
}

/** The items of which a field is one of the values. */
function filter(run: Run, [list, path, wanted]: unknown[]): unknown {
  const items = asList(run, list);
  const values = Array.isArray(wanted) ? wanted : [wanted];
  const plain = new Set(values.map((value) => value ?? null));
  return (
    items?.filter((item) => {
      const field = fieldOf(item, path);
      if (plain.has(field)) return true;
      if (field === null || typeof field !== 'object') return false;
      run.charge(values.length);
      return values.some((value) => equal(run, field, value ?? null));
    }) ?? null
  );
}

function chunk(run: Run, [list, n]: unknown[]): unknown {
  const size = asCount(run, n);
  if (size === 0) throw run.error(errors.RENDER_TYPE, '0 was given where a whole number from 1 was expected');
  const items = asList(run, list);
  if (items === null) return null;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function limit(run: Run, [list, n, first]: unknown[]): unknown {
  const count = asCount(run, n);
  const items = asList(run, list);
  if (items === null) return null;
  return first === false ? items.slice(Math.max(items.length - count, 0)) : items.slice(0, count);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own keys of a map; a key that is never followed is not there. */
function keysOf(run: Run, map: Record<string, unknown>): string[] {
  const keys = Object.keys(map).filter((key) => key !== '__proto__');
  run.charge(1 + keys.length);
  return keys;
}

function sizeOf(run: Run, value: unknown, counts: (item: unknown) => boolean): number {
  if (isMap(value)) return keysOf(run, value).length;
  return (asList(run, value) ?? []).filter((item) => counts(item ?? null)).length;
}

/** How many characters, not halves of them; or how many items. */
function length(run: Run, [value]: unknown[]): number {
  if (typeof value !== 'string') return sizeOf(run, value, () => true);
  run.charge(value.length >> 4);
  let count = 0;
  for (const _ of value) count++;
  return count;
}

/** Functions of lists and maps. */
export const listFunctions: LanguageFunction[] = [
  row(
    ['count(listOrMap: list or map): number', 'How many items that are there; nothing has 0.'],
    ['count(["a", null, "b"])', 2],
    (run, [list]) => sizeOf(run, list, (item) => item !== null),
  ),
  row(
    ['size|listSize|countWithNull(listOrMap: list or map): number', 'How many items, with those that are nothing.'],
    ['size(["a", null, "b"])', 3],
    (run, [list]) => sizeOf(run, list, () => true),
  ),
  row(
    ['countOnlyNull(list: list): number', 'How many items are nothing.'],
    ['countOnlyNull(["a", null, "b"])', 1],
    (run, [list]) => (asList(run, list) ?? []).filter((item) => (item ?? null) === null).length,
  ),
  row(
    [
      'length(textOrList: text or list or map): number',
      'How many characters of a text, or items of a list; nothing has 0.',
    ],
    ['length("coat")', 4],
    length,
  ),
  row(
    ['head|first(list: list<T>): T', 'The first item.'],
    ['head([3, 4])', 3],
    (run, [list]) => asList(run, list)?.[0] ?? null,
  ),
  row(
    ['last(list: list<T>): T', 'The last item.'],
    ['last([3, 4])', 4],
    (run, [list]) => asList(run, list)?.at(-1) ?? null,
  ),
  row(
    [
      'limit(list: list<T>, n: number, first?: truth): list<T>',
      'At most the first n items; with false at the end the last n.',
    ],
    ['limit([1, 2, 3], 2)', [1, 2]],
    limit,
  ),
  row(
    ['skip(list: list<T>, n: number): list<T>', 'The list without its first n items.'],
    ['skip([1, 2, 3], 2)', [3]],
    (run, [list, n]) => asList(run, list)?.slice(asCount(run, n)) ?? null,
  ),
  row(
    ['chunk(list: list<T>, n: number): list<list<T>>', 'The list in rows of n items; the last row may be shorter.'],
    ['chunk([1, 2, 3], 2)', [[1, 2], [3]]],
    chunk,
  ),
  row(
    [
      'topN(list: list<T>, field: field, n: number): list<T>',
      'The n items with the largest value of a field, largest first.',
    ],
    ['topN(items, price, 1)', [{ id: 'b', price: 20 }]],
    best(-1),
  ),
  row(
    [
      'bottomN(list: list<T>, field: field, n: number): list<T>',
      'The n items with the smallest value of a field, smallest first.',
    ],
    ['bottomN(items, price, 1)', [{ id: 'a', price: 10 }]],
    best(1),
  ),
  row(
    [
      'sort(list: list<T>, field?: field or truth, rising?: truth): list<T>',
      'The items in order, by a field if one is named; false at the end turns the order round. Items without it come last.',
    ],
    [
      'sort(items, price, false)',
      [
        { id: 'b', price: 20 },
        { id: 'a', price: 10 },
      ],
    ],
    sort,
  ),
  row(
    [
      'filter(list: list<T>, field: field, values: any): list<T>',
      'The items of which a field is the value, or one of a list of values.',
    ],
    ['filter(items, id, ["b", "c"])', [{ id: 'b', price: 20 }]],
    filter,
  ),
  row(
    [
      'get|getListItem(mapOrList: map or list, key: text or number): any',
      'The value of a map under a computed key, or the item at a place of a list, counted from 0.',
    ],
    ['get(items, 0).id', 'a'],
    (run, [map, key]) => lookInto(map, typeof key === 'string' ? key : asNumber(run, key)),
  ),
  row(
    ['keys(map: map): list<text>', 'The keys of a map, in its order.'],
    ['keys(items[0])', ['id', 'price']],
    (run, [map]) => (isMap(map) ? keysOf(run, map) : null),
  ),
  row(
    ['values(map: map): list', 'The values of a map, in its order.'],
    ['values(items[0])', ['a', 10]],
    (run, [map]) => (isMap(map) ? keysOf(run, map).map((key) => lookInto(map, key)) : null),
  ),
];
