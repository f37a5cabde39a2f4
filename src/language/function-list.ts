import { asCount, asList, asNumber, finite, numbersOf, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { errors } from './error.ts';
import type { Run } from './run.ts';
import { compare, equal, lookInto } from './value.ts';

/** A list's items by a field, from `sign` 1 small or -1 large; items without the field come last, equals keep their order. */
function ordered(run: Run, list: unknown[], path: unknown, sign: 1 | -1): unknown[] {
  const keyed = list.map((item) => ({ item, key: fieldOf(item, path) }));
  run.charge(list.length * Math.ceil(Math.log2(list.length + 2)));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return sign * (compare(run, a.key, b.key) ?? 0);
  });
  return keyed.map(({ item }) => item);
}

/** `price`, or `attributes.size`, of an item. */
function fieldOf(item: unknown, path: unknown): unknown {
  return String(path)
    .split('.')
    .reduce<unknown>((value, key) => lookInto(value, key), item);
}

function best(sign: 1 | -1): LanguageFunction['run'] {
  return (run, [list, path, n]) => {
    const count = asCount(run, n);
    const items = asList(run, list);
    return items && ordered(run, items, path, sign).slice(0, count);
  };
}

function chunk(run: Run, [list, n]: unknown[]): unknown {
  const size = asCount(run, n);
  if (size === 0) throw run.error(errors.RENDER_TYPE, '0 was given where a whole number from 1 was expected');
  const items = asList(run, list);
  if (items === null) return null;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function distinct(run: Run, [list]: unknown[]): unknown {
  const items = asList(run, list);
  if (items === null) return null;
  const plain = items.filter((item) => item !== null && item !== undefined);
  return [...new Set(plain)];
}

function sizeOf(run: Run, value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'string') return Array.from(value).length;
  if (typeof value === 'object' && !Array.isArray(value)) return Object.keys(value).length;
  return asList(run, value)!.length;
}

function extreme(pick: (...numbers: number[]) => number): LanguageFunction['run'] {
  return (run, args) => {
    const numbers = numbersOf(
      run,
      args.flatMap((value) => (Array.isArray(value) ? value : [value])),
    );
    return numbers.length === 0 ? null : numbers.reduce((a, b) => pick(a, b));
  };
}

function sum(run: Run, [list, path]: unknown[]): number | null {
  const items = asList(run, list) ?? [];
  const values = path === undefined ? items : items.map((item) => fieldOf(item, path));
  return finite(numbersOf(run, values).reduce((a, b) => a + b, 0));
}

function average(run: Run, args: unknown[]): number | null {
  const items = asList(run, args[0]) ?? [];
  const values = args[1] === undefined ? items : items.map((item) => fieldOf(item, args[1]));
  const count = numbersOf(run, values).length;
  const total = sum(run, [values]);
  return count === 0 || total === null ? null : total / count;
}

function within(run: Run, value: unknown, list: unknown): boolean {
  return (asList(run, list) ?? []).some((item) => equal(run, item ?? null, value ?? null));
}

/** Functions of lists and maps. */
export const listFunctions: LanguageFunction[] = [
  row(['count|listSize|size(listOrMap)', 'How many items; nothing has 0.'], ['count(["a", "b"])', 2], (run, [list]) =>
    sizeOf(run, list),
  ),
  row(
    ['length(textOrList)', 'How many characters of a text, or items of a list; nothing has 0.'],
    ['length("coat")', 4],
    (run, [value]) => sizeOf(run, value),
  ),
  row(
    ['in(value, list)', 'Is the value in the list? Also written value in list.'],
    ['in("a", ["a", "b"])', true],
    (run, [value, list]) => within(run, value, list),
  ),
  row(
    ['notIn(value, list)', 'Is the value missing from the list?'],
    ['notIn("c", ["a", "b"])', true],
    (run, [value, list]) => !within(run, value, list),
  ),
  row(['head|first(list)', 'The first item.'], ['head([3, 4])', 3], (run, [list]) => asList(run, list)?.[0] ?? null),
  row(
    ['limit(list, n)', 'At most the first n items.'],
    ['limit([1, 2, 3], 2)', [1, 2]],
    (run, [list, n]) => asList(run, list)?.slice(0, asCount(run, n)) ?? null,
  ),
  row(
    ['skip(list, n)', 'The list without its first n items.'],
    ['skip([1, 2, 3], 2)', [3]],
    (run, [list, n]) => asList(run, list)?.slice(asCount(run, n)) ?? null,
  ),
  row(
    ['chunk(list, n)', 'The list in rows of n items; the last row may be shorter.'],
    ['chunk([1, 2, 3], 2)', [[1, 2], [3]]],
    chunk,
  ),
  row(
    ['topN(list, field:field, n)', 'The n items with the largest value of a field, largest first.'],
    ['topN(items, price, 1)', [{ id: 'b', price: 20 }]],
    best(-1),
  ),
  row(
    ['bottomN(list, field:field, n)', 'The n items with the smallest value of a field, smallest first.'],
    ['bottomN(items, price, 1)', [{ id: 'a', price: 10 }]],
    best(1),
  ),
  row(
    ['distinct(list)', 'Each value once, in the order of first appearance, without nothing.'],
    ['distinct([1, 1, 2, null])', [1, 2]],
    distinct,
  ),
  row(
    ['sum(list, field?:field)', 'The sum of the numbers, or of a field of each item; of nothing it is 0.'],
    ['sum(items, price)', 30],
    sum,
  ),
  row(
    ['average|avg(list, field?:field)', 'The mean of the numbers, or of a field of each item.'],
    ['average([1, 2])', 1.5],
    average,
  ),
  row(['min(...numbers)', 'The smallest of numbers, or of a list.'], ['min(3, 2)', 2], extreme(Math.min)),
  row(['max(...numbers)', 'The largest of numbers, or of a list.'], ['max([3, 2])', 3], extreme(Math.max)),
  row(
    ['get(map, key)', 'The value of a map under a computed key, or the item at a place of a list.'],
    ['get(items, 0).id', 'a'],
    (run, [map, key]) => lookInto(map, typeof key === 'string' ? key : asNumber(run, key)),
  ),
];
