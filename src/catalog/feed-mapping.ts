import { BeckonError } from '../base/index.ts';
import { compileExpression, type Expression } from '../language/index.ts';
import { feedErrors } from './feed-error.ts';
import type { SourceRow } from './feed-row.ts';
import {
  availabilityOf,
  categoriesIn,
  inPeriod,
  listIn,
  moneyOf,
  plainText,
  textOf,
  type DecimalSign,
} from './feed-value.ts';

/** Where a field comes from: the first of these columns that says something, or an expression. */
export interface FieldSource {
  column?: string | string[];
  /** In the one language, over `row` (all columns) and `value` (that of `column`). null says nothing. */
  expression?: string;
  /** Between categories or values of a list, where the usual signs do not fit. */
  separator?: string;
}

/** From columns to an item. */
export interface FeedMapping {
  /** By field: `id`, `name`, `price` …, `attributes.colour`. */
  fields: Record<string, FieldSource>;
  /** Columns that no field names: attributes under their own names, or left out. */
  others: 'attributes' | 'leave';
  decimal: DecimalSign;
}

/**
 * Fields that a mapping may name. `salePrice` is the price while `salePeriod` holds, and the other price then becomes the
 * attribute `regularPrice`; `availability` says in words what `stock` says in pieces.
 */
export const mappedFields = [
  'id',
  'name',
  'categories',
  'price',
  'salePrice',
  'salePeriod',
  'currency',
  'stock',
  'availability',
  'url',
  'imageUrl',
  'variantOf',
  'environment',
  'attributes',
  'environments',
] as const;

/** A mapping, compiled. */
export interface MappedFeed {
  /** Makes of a row what `checkItem` takes. Throws FEED_MAPPING_FAULT and FEED_ROW_ENCODING for a row. */
  map(row: SourceRow, now: number): Record<string, unknown>;
  /** The id of a row, also of one that cannot be read as a whole; null when it has none. */
  idOf(row: SourceRow, now: number): string | null;
}

interface Compiled {
  field: string;
  columns: string[];
  expression: Expression | null;
  separator: string | null;
}

const expressionLimits = { steps: 20_000, output: 64 * 1024 };

/**
 * Compiles a mapping.
 *
 * @param how `passed` names columns that are left out whatever `others` says
 * @throws FEED_SETTINGS_INVALID with the field whose expression is wrong, and its line and column
 */
export function compileMapping(mapping: FeedMapping, how: { passed?: (column: string) => boolean } = {}): MappedFeed {
  const compiled = Object.entries(mapping.fields).map(([field, source]) => compileField(field, source));
  const named = new Set(compiled.flatMap(({ columns }) => columns));
  const passed = how.passed ?? (() => false);
  const hasSales = Object.hasOwn(mapping.fields, 'salePrice');
  const id = compiled.find(({ field }) => field === 'id');
  const idOf = ({ values }: SourceRow, now: number): string | null => {
    try {
      return id === undefined ? null : textOf(valueFor(id, values, now)).trim() || null;
    } catch (error) {
      if (error instanceof BeckonError) return null;
      throw error;
    }
  };
  const map = ({ values }: SourceRow, now: number) => {
    const given = new Map<string, unknown>();
    const attributes: [string, unknown][] = [];
    for (const one of compiled) {
      const value = valueFor(one, values, now);
      if (value === undefined) continue;
      if (one.field.startsWith('attributes.')) {
        attributes.push([one.field.slice('attributes.'.length), attributeOf(value, one.separator)]);
      } else given.set(one.field, one.field === 'categories' ? categories(value, one.separator) : value);
    }
    if (mapping.others === 'attributes') {
      for (const column of Object.keys(values)) {
        if (named.has(column) || passed(column)) continue;
        const value = said(values[column]);
        const attribute = value === undefined ? undefined : attributeOf(value, null);
        if (attribute !== undefined) attributes.push([attributeName(column), attribute]);
      }
    }
    return itemOf(given, attributes, { decimal: mapping.decimal, now, hasSales });
  };
  return { map, idOf };
}

function compileField(field: string, { column, expression, separator }: FieldSource): Compiled {
  const columns = column === undefined ? [] : typeof column === 'string' ? [column] : column;
  let compiled: Expression | null = null;
  try {
    if (expression !== undefined) compiled = compileExpression(expression);
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    const where = error.where === undefined ? `mapping.fields.${field}` : `mapping.fields.${field}, ${error.where}`;
    throw new BeckonError(feedErrors.FEED_SETTINGS_INVALID, error.message, { where, mend: error.mend, cause: error });
  }
  return { field, columns, expression: compiled, separator: separator ?? null };
}

/** `entity.colour`, `attributes.colour`, `g:colour` → `colour`. */
export function attributeName(column: string): string {
  return column.trim().replace(/^(entity\.|attributes\.|[gc]:)/, '');
}

function valueFor({ field, columns, expression }: Compiled, values: Record<string, unknown>, now: number): unknown {
  let value: unknown;
  for (const column of columns) {
    value = Object.hasOwn(values, column) ? said(values[column]) : undefined;
    if (value !== undefined) break;
  }
  if (expression === null) return value;
  try {
    const made = expression.evaluate({ row: values, value: value ?? null }, { now, limits: expressionLimits });
    return made === null ? undefined : said(made);
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    throw new BeckonError(feedErrors.FEED_MAPPING_FAULT, `${field}: ${error.message}`, { where: field, cause: error });
  }
}

/** What a cell says: nothing when it is blank, null when it clears, otherwise itself. */
function said(value: unknown): unknown {
  if (value === undefined) return undefined;
  if (value === null) return null;
  if (typeof value !== 'string') return Array.isArray(value) && value.length === 0 ? undefined : value;
  if (value.includes('\ufffd')) {
    const why = `"${value.slice(0, 60)}" holds characters that could not be read in the encoding of the file`;
    throw new BeckonError(feedErrors.FEED_ROW_ENCODING, why);
  }
  const text = value.trim();
  return text === '' ? undefined : text === 'NULL' ? null : text;
}

function categories(value: unknown, separator: string | null): string[] | null {
  return value === null ? null : categoriesIn(value, separator);
}

/** Texts and lists of texts are taken, without HTML; objects are not. */
function attributeOf(value: unknown, separator: string | null): unknown {
  if (typeof value === 'string') {
    if (separator !== null) return value.split(separator).map((part) => plainText(part.trim()));
    const list = listIn(value);
    return Array.isArray(list) ? attributeOf(list, null) : plainText(value);
  }
  if (Array.isArray(value)) {
    const flat = (value as unknown[]).filter((one) => typeof one !== 'object' || one === null);
    if (flat.length < value.length) return undefined;
    return flat.map((one) => (typeof one === 'string' ? plainText(one) : one));
  }
  return typeof value === 'object' && value !== null ? undefined : value;
}

interface Joining {
  decimal: DecimalSign;
  now: number;
  /** Does the source say sale prices at all? */
  hasSales: boolean;
}

/** Joins what stands in several columns: price and sale, stock and availability. */
function itemOf(
  given: Map<string, unknown>,
  attributes: [string, unknown][],
  joining: Joining,
): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const field of ['id', 'url', 'imageUrl', 'variantOf', 'environment', 'environments']) {
    if (given.has(field)) item[field] = plainValue(field, given.get(field));
  }
  const name = given.get('name');
  if (name !== undefined) item['name'] = name === null ? null : plainText(textOf(name)).replace(/\s+/g, ' ');
  if (given.has('categories')) item['categories'] = given.get('categories');
  priced(item, given, { ...joining, attributes });
  stocked(item, given);
  const whole = given.get('attributes');
  if (whole === null) item['attributes'] = null;
  else if (attributes.length > 0 || whole !== undefined) {
    const base = typeof whole === 'object' && !Array.isArray(whole) ? Object.entries(whole) : [];
    item['attributes'] = Object.fromEntries([...base, ...attributes.filter(([, value]) => value !== undefined)]);
  }
  return item;
}

function plainValue(field: string, value: unknown): unknown {
  if (value === null || field === 'environments') return value;
  return typeof value === 'number' ? value : textOf(value);
}

function priced(
  item: Record<string, unknown>,
  given: Map<string, unknown>,
  { decimal, now, hasSales, attributes }: Joining & { attributes: [string, unknown][] },
): void {
  const usual = given.get('price');
  const sale = given.get('salePrice') ?? undefined;
  const period = given.get('salePeriod');
  const onSale = sale !== undefined && (!period || inPeriod(period, now));
  const value = onSale ? sale : usual;
  if (value === null) item['price'] = null;
  else if (value !== undefined) {
    const { amount, currency } = moneyOf(value, decimal);
    item['price'] = amount;
    if (currency !== null) item['currency'] = currency;
  }
  const coin = given.get('currency');
  if (coin !== undefined) item['currency'] = coin === null ? null : textOf(coin).toUpperCase();
  if (!hasSales || usual === undefined) return;
  // A sale that has ended takes the other price away again.
  attributes.push(['regularPrice', onSale && usual !== null ? moneyOf(usual, decimal).amount : null]);
}

/** A number of pieces holds; without one, words do: none, or some that are not counted. */
function stocked(item: Record<string, unknown>, given: Map<string, unknown>): void {
  const pieces = given.get('stock');
  const words = given.has('availability') ? availabilityOf(given.get('availability')) : undefined;
  if (pieces === null) item['stock'] = null;
  else if (pieces !== undefined) item['stock'] = piecesOf(pieces);
  else if (typeof words === 'number') item['stock'] = words;
  else if (words === 'in') item['stock'] = null;
  if (words === 'out') item['stock'] = 0;
}

function piecesOf(value: unknown): unknown {
  if (typeof value === 'number') return value;
  const text = textOf(value);
  if (/^-?\d+(\.0+)?$/.test(text)) return Number(text);
  const words = availabilityOf(value);
  return words === 'out' ? 0 : words === 'in' ? null : text;
}
