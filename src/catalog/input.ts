import { BeckonError, isCurrency, nearest } from '../base/index.ts';
import { errors } from './error.ts';

/**
 * An item as a door gives it: only what the source names. A missing field keeps what is stored, null clears it.
 * `attributes` are merged name by name; null for a name clears that one, null for the whole clears all.
 */
export interface ItemInput {
  id: string;
  name?: string;
  /** Replaces all stored categories, outermost first. */
  categories?: string[] | null;
  /** Major units with a point. */
  price?: number | null;
  currency?: string | null;
  stock?: number | null;
  url?: string | null;
  imageUrl?: string | null;
  attributes?: Record<string, unknown> | null;
  /** Where it stood in its source, from 1: a line, or a place in an array. For reports only. */
  row?: number;
  /** When the source said so, UTC ms; otherwise the time of the write. */
  at?: number;
}

/** A row that was not taken, and why; every other row was. */
export interface Refusal {
  row: number;
  id: string | null;
  code: string;
  why: string;
}

/** Bounds on what one item and one write may hold. Lengths are UTF-16 code units. */
export const itemLimits = {
  id: 256,
  name: 500,
  category: 250,
  categories: 1000,
  url: 4096,
  attributes: 100,
  attributeName: 100,
  attributeText: 15_000,
  attributeValues: 500,
  /** Rows of one document. */
  rows: 200_000,
  /** Items in the whole catalogue; all of them are held in memory. */
  items: 1_000_000,
} as const;

const fields = ['id', 'name', 'categories', 'price', 'currency', 'stock', 'url', 'imageUrl', 'attributes'];
/** Control characters, and halves of a pair, which PostgreSQL cannot store. */
const control = /\p{Cc}|\p{Surrogate}/u;
const surrogate = /\p{Surrogate}/u;
const decimal = /^\d+(\.\d+)?$/;
const priceLimit = 1e12;
const stockLimit = 2 ** 31 - 1;

/**
 * Checks one item as it came from outside and gives it in its one form. Pure.
 *
 * @throws ITEM_ROW_UNREADABLE, ITEM_ID_INVALID, ITEM_FIELD_UNKNOWN, ITEM_FIELD_INVALID, ITEM_PRICE_INVALID,
 * ITEM_ATTRIBUTE_INVALID, each with the bad value in its sentence
 */
export function checkItem(raw: unknown): ItemInput {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new BeckonError(errors.ITEM_ROW_UNREADABLE, `${shown(raw)} is not an item; an item is an object with an id`);
  }
  const given = raw as Record<string, unknown>;
  const input: ItemInput = { id: checkId(given['id']) };
  for (const field of Object.keys(given)) {
    if (!fields.includes(field)) throw unknownField(field);
  }
  if (given['name'] !== undefined) input.name = checkName(given['name']);
  if (given['categories'] !== undefined) input.categories = checkCategories(given['categories']);
  if (given['currency'] !== undefined) input.currency = checkCurrency(given['currency']);
  if (given['price'] !== undefined) input.price = checkPrice(given['price']);
  if (given['stock'] !== undefined) input.stock = checkStock(given['stock']);
  if (given['url'] !== undefined) input.url = checkUrl('url', given['url']);
  if (given['imageUrl'] !== undefined) input.imageUrl = checkUrl('imageUrl', given['imageUrl']);
  if (given['attributes'] !== undefined) input.attributes = checkAttributes(given['attributes']);
  return input;
}

/** Commas are refused because ids travel in comma lists (recommendations BEH-4, INC-13). */
function checkId(value: unknown): string {
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  const trimmed = typeof id === 'string' ? id.trim() : '';
  if (trimmed === '' || trimmed.length > itemLimits.id || trimmed.includes(',') || control.test(trimmed)) {
    throw new BeckonError(errors.ITEM_ID_INVALID, `${shown(value)} is not the id of an item`);
  }
  return trimmed;
}

function unknownField(field: string): BeckonError {
  const near = nearest(field, fields);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return new BeckonError(errors.ITEM_FIELD_UNKNOWN, `${shown(field)} is not a field of an item${hint}`);
}

function checkName(value: unknown): string {
  const name = typeof value === 'string' ? value.trim() : '';
  if (name === '' || name.length > itemLimits.name || control.test(name)) {
    throw invalid('name', value, `a text of 1 to ${itemLimits.name} characters on one line`);
  }
  return name;
}

function checkCategories(value: unknown): string[] | null {
  if (value === null) return null;
  const wanted = `a list of at most ${itemLimits.categories} texts of at most ${itemLimits.category} characters`;
  if (!Array.isArray(value) || value.length > itemLimits.categories) throw invalid('categories', value, wanted);
  const found = new Set<string>();
  for (const entry of value as unknown[]) {
    if (typeof entry !== 'string' || entry.length > itemLimits.category || control.test(entry)) {
      throw invalid('categories', entry, wanted);
    }
    if (entry.trim() !== '') found.add(entry.trim());
  }
  return [...found];
}

function checkCurrency(value: unknown): string | null {
  if (value === null || isCurrency(value)) return value;
  throw new BeckonError(errors.ITEM_PRICE_INVALID, `${shown(value)} is not a currency code`);
}

/** A comma is refused, not guessed: 15,99 and 1,599 look alike (recommendations CAT-5). */
function checkPrice(value: unknown): number | null {
  if (value === null) return null;
  const price = typeof value === 'string' && decimal.test(value.trim()) ? Number(value) : value;
  if (typeof price !== 'number' || !(price >= 0 && price <= priceLimit)) {
    throw new BeckonError(errors.ITEM_PRICE_INVALID, `${shown(value)} is not a price`);
  }
  return price;
}

/** Below zero is kept as said: shops oversell, and such an item is not in stock. */
function checkStock(value: unknown): number | null {
  if (value === null) return null;
  const stock = typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value;
  if (typeof stock !== 'number' || !Number.isInteger(stock) || Math.abs(stock) > stockLimit) {
    throw invalid('stock', value, 'a whole number of pieces');
  }
  return stock;
}

/** Only what a link in a mail may lead to: http, https, or a path of the shop. */
function checkUrl(field: string, value: unknown): string | null {
  if (value === null) return null;
  const wanted = `an http or https address, or a path, of at most ${itemLimits.url} characters`;
  if (typeof value !== 'string' || value.length > itemLimits.url || control.test(value))
    throw invalid(field, value, wanted);
  const text = value.trim();
  const base = 'https://shop.invalid';
  if (text === '' || !URL.canParse(text, base)) throw invalid(field, value, wanted);
  const { protocol } = new URL(text, base);
  if (protocol !== 'http:' && protocol !== 'https:') throw invalid(field, value, wanted);
  return text;
}

function checkAttributes(value: unknown): Record<string, unknown> | null {
  if (value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('attributes', value, 'an object');
  const entries = Object.entries(value);
  if (entries.length > itemLimits.attributes) {
    throw attributeFault(`${entries.length} attributes are more than ${itemLimits.attributes}`);
  }
  for (const [name, entry] of entries) {
    const wrong = attributeWrong(name, entry);
    if (wrong !== null) throw attributeFault(wrong);
  }
  return Object.fromEntries(entries);
}

function attributeWrong(name: string, value: unknown): string | null {
  if (name === '' || name === '__proto__' || name.length > itemLimits.attributeName || control.test(name)) {
    return `${shown(name)} is not a name for an attribute`;
  }
  if (value === null) return null;
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > itemLimits.attributeValues) {
    return `Attribute "${name}" has ${values.length} values; ${itemLimits.attributeValues} are allowed`;
  }
  const kinds = new Set(values.map((entry) => typeof entry));
  if (kinds.size > 1) return `Attribute "${name}" mixes ${[...kinds].join(' and ')}`;
  const bad = values.find((entry) => !isScalar(entry));
  return bad === undefined && !values.includes(undefined) ? null : `Attribute "${name}" cannot hold ${shown(bad)}`;
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'string') {
    return value.length <= itemLimits.attributeText && !value.includes('\0') && !surrogate.test(value);
  }
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}

function attributeFault(why: string): BeckonError {
  return new BeckonError(errors.ITEM_ATTRIBUTE_INVALID, why);
}

function invalid(field: string, value: unknown, wanted: string): BeckonError {
  return new BeckonError(errors.ITEM_FIELD_INVALID, `${field} is ${shown(value)}; it must be ${wanted}`, {
    where: field,
  });
}

/** A value as it stands in a sentence, cut to a bearable length. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
