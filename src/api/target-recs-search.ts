import { BeckonError } from '../base/index.ts';
import type { Item, Shelf } from '../catalog/index.ts';
import { fieldOf } from '../catalog/index.ts';
import { errors } from './error.ts';
import { asList, asObject } from './json.ts';

type Asked = (value: unknown, wanted: readonly unknown[]) => boolean;
type Matches = (item: Item) => boolean;

const isThere = (value: unknown) =>
  value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
const textOf = (value: unknown) => String(value).toLowerCase();
const numberOf = (value: unknown) =>
  typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;

/** Of one value and one that is wanted. Numbers are compared where both read as numbers; capitals do not count. */
const comparisons: Readonly<Record<string, (value: unknown, wanted: unknown) => boolean>> = {
  eq: (value, wanted) => numberOf(value) === numberOf(wanted) || textOf(value) === textOf(wanted),
  lt: (value, wanted) => numberOf(value) < numberOf(wanted),
  le: (value, wanted) => numberOf(value) <= numberOf(wanted),
  gt: (value, wanted) => numberOf(value) > numberOf(wanted),
  ge: (value, wanted) => numberOf(value) >= numberOf(wanted),
  contains: (value, wanted) => textOf(value).includes(textOf(wanted)),
  startswith: (value, wanted) => textOf(value).startsWith(textOf(wanted)),
  endswith: (value, wanted) => textOf(value).endsWith(textOf(wanted)),
};
const negatives: Readonly<Record<string, string>> = { ne: 'eq', notcontains: 'contains' };

const operators = [...Object.keys(comparisons), ...Object.keys(negatives), 'present', 'absent'];
const deepest = 10;
const mostQueries = 1000;

/**
 * A query of Target's catalogue search as a question to an item (recommendations §3.1). Of several fields and values any
 * may match; a negative operator holds when none does.
 *
 * @throws API_INPUT_INVALID with the place
 */
export function searchFor(query: unknown): Matches {
  let left = mostQueries;
  const read = (given: unknown, where: string, depth: number): Matches => {
    const asked = asObject(given);
    if (asked === undefined || depth > deepest || --left < 0) {
      const why = asked === undefined ? 'Not a query' : `More than ${deepest} levels or ${mostQueries} queries`;
      throw invalid(why, where);
    }
    if (asked['type'] !== 'compound') return simple(asked, where);
    const filters = asList(asked['filters']).map((one, i) => read(one, `${where}.filters[${i}]`, depth + 1));
    const join = asked['joinOperator'];
    if (filters.length === 0 || (join !== 'AND' && join !== 'OR')) {
      throw invalid('A compound query has a joinOperator, AND or OR, and filters', where);
    }
    return join === 'AND'
      ? (item) => filters.every((matches) => matches(item))
      : (item) => filters.some((matches) => matches(item));
  };
  return read(query, 'query', 1);
}

function simple(asked: Record<string, unknown>, where: string): Matches {
  const fields = asList(asked['queryFields']).filter((field): field is string => typeof field === 'string');
  if (asked['type'] !== 'simple' || fields.length === 0) {
    throw invalid('A query is simple, with queryFields, or compound, with filters', where);
  }
  const { operator, matchValue } = asked;
  if (operator === 'present') return (item) => fields.some((field) => isThere(fieldOf(item, field)));
  if (operator === 'absent') return (item) => fields.every((field) => !isThere(fieldOf(item, field)));
  const wanted = Array.isArray(matchValue) ? (matchValue as unknown[]) : [matchValue];
  if (wanted.length === 0 || wanted.some((one) => !['string', 'number', 'boolean'].includes(typeof one))) {
    throw invalid('matchValue is a text, a number, true or false', `${where}.matchValue`);
  }
  const any = askedBy(operator, where);
  const isNegative = Object.hasOwn(negatives, String(operator));
  return isNegative
    ? (item) => !fields.some((field) => any(fieldOf(item, field), wanted))
    : (item) => fields.some((field) => any(fieldOf(item, field), wanted));
}

function askedBy(operator: unknown, where: string): Asked {
  const name = String(operator);
  const positive = Object.hasOwn(negatives, name) ? negatives[name]! : name;
  if (!Object.hasOwn(comparisons, positive)) {
    throw invalid(`"${name.slice(0, 40)}" is none of ${operators.join(', ')}`, `${where}.operator`);
  }
  const compare = comparisons[positive]!;
  return (value, wanted) => {
    const values = Array.isArray(value) ? (value as unknown[]) : isThere(value) ? [value] : [];
    return values.some((one) => wanted.some((other) => compare(one, other)));
  };
}

/** Items between two breaths: others are served in between. */
const atOnce = 1000;

/** Matching items by id, from the `from`-th on, at most `limit`. Goes through all items. */
export async function search(
  shelf: Shelf,
  matches: Matches,
  { from, limit }: { from: number; limit: number },
): Promise<Item[]> {
  const most = from + limit;
  const rising = (a: Item, b: Item) => (a.id < b.id ? -1 : 1);
  let found: Item[] = [];
  let seen = 0;
  for (const item of shelf.all()) {
    if (++seen % atOnce === 0) await new Promise((resolve) => setImmediate(resolve));
    if (!matches(item)) continue;
    found.push(item);
    if (found.length > most * 4 + atOnce) found = found.sort(rising).slice(0, most);
  }
  return found.sort(rising).slice(from, most);
}

function invalid(sentence: string, where: string): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, sentence, { where });
}
