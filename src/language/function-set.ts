import { asList, numbersOf, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { DecimalSum } from './decimal.ts';
import { fieldOf } from './function-list.ts';
import { unzoned } from './moment.ts';
import type { Run } from './run.ts';
import { equal } from './value.ts';

/** Values, each once, found at once by number or text; lists among them are compared place by place, as `=` does. */
class Bag {
  readonly #plain = new Set<unknown>();
  readonly #lists: unknown[] = [];
  readonly #run: Run;

  constructor(run: Run, items: readonly unknown[] = []) {
    this.#run = run;
    for (const item of items) this.add(item);
  }
  has(item: unknown): boolean {
    if (typeof item === 'string') this.#run.charge(item.length >> 7);
    if (!Array.isArray(item)) return this.#plain.has(keyOf(item));
    return this.#lists.some((list) => {
      this.#run.charge(1);
      return equal(this.#run, list, item);
    });
  }
  /** True if it was not there yet. */
  add(item: unknown): boolean {
    if (this.has(item)) return false;
    if (Array.isArray(item)) this.#lists.push(item);
    else this.#plain.add(keyOf(item));
    return true;
  }
}

function keyOf(item: unknown): unknown {
  return unzoned(item ?? null);
}

function unique(run: Run, list: unknown, withNull: boolean): unknown[] | null {
  const bag = new Bag(run);
  return asList(run, list)?.filter((item) => (withNull || (item ?? null) !== null) && bag.add(item)) ?? null;
}

function intersection(run: Run, [a, b]: unknown[]): unknown[] | null {
  const [left, right] = [asList(run, a), asList(run, b)];
  if (left === null || right === null) return null;
  const [others, seen] = [new Bag(run, right), new Bag(run)];
  return left.filter((item) => others.has(item) && seen.add(item));
}

/** Is every item of the one in the other? Nothing is no list: the answer is no. */
function subset(run: Run, part: unknown, whole: unknown): boolean {
  const [left, right] = [asList(run, part), asList(run, whole)];
  if (left === null || right === null) return false;
  const bag = new Bag(run, right);
  return left.every((item) => bag.has(item));
}

function within(run: Run, value: unknown, list: unknown): boolean {
  return (asList(run, list) ?? []).some((item) => equal(run, item ?? null, value ?? null));
}

function extreme(pick: (...numbers: number[]) => number): LanguageFunction['run'] {
  return (run, args) => {
    const flat = args.flatMap((value) => (Array.isArray(value) ? value : [value]));
    const numbers = numbersOf(run, flat);
    return numbers.length === 0 ? null : numbers.reduce((a, b) => pick(a, b));
  };
}

/** The numbers of a list, or of a field of its items. */
function valuesOf(run: Run, [list, path]: unknown[]): number[] {
  const items = asList(run, list) ?? [];
  return numbersOf(run, path === undefined ? items : items.map((item) => fieldOf(item, path)));
}

/** Added as decimals are written, so that 0.1 and 0.2 are 0.3. */
function total(run: Run, numbers: number[]): number | null {
  const sum = new DecimalSum();
  run.charge(numbers.length);
  for (const number of numbers) sum.add(number);
  return sum.value();
}

function average(run: Run, args: unknown[]): number | null {
  const numbers = valuesOf(run, args);
  const sum = total(run, numbers);
  return numbers.length === 0 || sum === null ? null : sum / numbers.length;
}

/** Functions of lists as sets, and sums over them. */
export const setFunctions: LanguageFunction[] = [
  row(
    ['in(value: any, list: list): truth', 'Is the value in the list? Also written value in list.'],
    ['in("a", ["a", "b"])', true],
    (run, [value, list]) => within(run, value, list),
  ),
  row(
    ['notIn(value: any, list: list): truth', 'The opposite of in, also for nothing.'],
    ['notIn("c", ["a", "b"])', true],
    (run, [value, list]) => !within(run, value, list),
  ),
  row(
    ['distinct(list: list<T>): list<T>', 'Each value once, in the order of first appearance, without nothing.'],
    ['distinct([1, 1, 2, null])', [1, 2]],
    (run, [list]) => unique(run, list, false),
  ),
  row(
    ['distinctWithNull(list: list<T>): list<T>', 'Each value once, nothing too.'],
    ['distinctWithNull([1, 1, null, null])', [1, null]],
    (run, [list]) => unique(run, list, true),
  ),
  row(
    ['distinctCount(list: list): number', 'How many different values, without nothing.'],
    ['distinctCount([1, 1, 2, null])', 2],
    (run, [list]) => unique(run, list, false)?.length ?? 0,
  ),
  row(
    ['distinctCountWithNull(list: list): number', 'How many different values; nothing is one.'],
    ['distinctCountWithNull([1, 1, 2, null])', 3],
    (run, [list]) => unique(run, list, true)?.length ?? 0,
  ),
  row(
    [
      'intersect(a: list<T>, b: list<T>): list<T>',
      'The values that are in both lists, each once, in the order of the first.',
    ],
    ['intersect([1, 2, 2, 3], [3, 2])', [2, 3]],
    intersection,
  ),
  row(
    ['intersects(a: list, b: list): truth', 'Have the lists a value in common?'],
    ['intersects(["red", "blue"], ["blue"])', true],
    (run, args) => (intersection(run, args)?.length ?? 0) > 0,
  ),
  row(
    ['subsetOf(a: list, b: list): truth', 'Is every value of the first list in the second?'],
    ['subsetOf(["red"], ["red", "blue"])', true],
    (run, [a, b]) => subset(run, a, b),
  ),
  row(
    ['supersetOf(a: list, b: list): truth', 'Is every value of the second list in the first?'],
    ['supersetOf(["red", "blue"], ["red"])', true],
    (run, [a, b]) => subset(run, b, a),
  ),
  row(
    [
      'sum(list: list, field?: field): number',
      'The sum of the numbers, or of a field of each item; of nothing it is 0.',
    ],
    ['sum(items, price)', 30],
    (run, args) => total(run, valuesOf(run, args)),
  ),
  row(
    ['average|avg(list: list, field?: field): number', 'The mean of the numbers, or of a field of each item.'],
    ['average([1, 2])', 1.5],
    average,
  ),
  row(
    ['min(...numbers: number or list): number', 'The smallest of numbers, or of a list.'],
    ['min(3, 2)', 2],
    extreme(Math.min),
  ),
  row(
    ['max(...numbers: number or list): number', 'The largest of numbers, or of a list.'],
    ['max([3, 2])', 3],
    extreme(Math.max),
  ),
];
