import { BeckonError, isCurrency, nearest } from '../base/index.ts';
import { errors } from './error.ts';
import { checkAttributes } from './input-attribute.ts';
import { categoriesOf } from './item-category.ts';
import { adobeNames, predefinedAttributes } from './item-field.ts';
import { environmentName, itemLimits, shown } from './limit.ts';

export { itemLimits, shown } from './limit.ts';

/** Fields that may differ by environment. A missing field keeps what is stored, null clears it. */
export interface FieldsInput {
  name?: string;
  /** Replaces all stored categories, outermost first. */
  categories?: string[] | null;
  /** Major units with a point. */
  price?: number | null;
  currency?: string | null;
  stock?: number | null;
  url?: string | null;
  imageUrl?: string | null;
  /** Merged name by name; null for a name clears that one, null for the whole clears all. */
  attributes?: Record<string, unknown> | null;
  /** The parent whose variant this is. */
  variantOf?: string | null;
}

/** What one environment says differently; here null takes the difference away. */
export type OverrideInput = FieldsInput & {
  /** Is the item in this environment at all? */
  sold?: boolean | null;
};

/** An item as a door gives it: only what the source names. */
export interface ItemInput extends FieldsInput {
  id: string;
  /** All fields of this row are meant for this environment only (recommendations CAT-14). */
  environment?: string;
  /** Differences by environment; null forgets those of one. */
  environments?: Record<string, OverrideInput | null>;
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

const ownFields = ['name', 'categories', 'price', 'currency', 'stock', 'url', 'imageUrl', 'attributes', 'variantOf'];
const itemFields = ['id', ...ownFields, 'environment', 'environments'];
const overrideFields = [...ownFields, 'sold'];
/** Control characters, and halves of a pair, which PostgreSQL cannot store. */
const control = /\p{Cc}|\p{Surrogate}/u;
const decimal = /^\d+(\.\d+)?$/;
const priceLimit = 1e12;
const stockLimit = 2 ** 31 - 1;

/**
 * Checks one item as it came from outside and gives it in its one form. Adobe's names are taken for ours: `value`,
 * `inventory`, `categoryId`, `pageUrl`, `thumbnailUrl`; `brand`, `message` and `margin` become attributes (CAT-5). Pure.
 *
 * @throws ITEM_ROW_UNREADABLE, ITEM_ID_INVALID, ITEM_FIELD_UNKNOWN, ITEM_FIELD_INVALID, ITEM_PRICE_INVALID,
 * ITEM_ATTRIBUTE_INVALID, each with the bad value in its sentence
 */
export function checkItem(raw: unknown): ItemInput {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new BeckonError(errors.ITEM_ROW_UNREADABLE, `${shown(raw)} is not an item; an item is an object with an id`);
  }
  const given = renamed(raw as Record<string, unknown>);
  const input: ItemInput = { id: checkId(given['id']), ...checkFields(given, itemFields) };
  if (given['environment'] !== undefined && given['environment'] !== null) {
    input.environment = checkEnvironmentName(given['environment']);
  }
  if (given['environments'] !== undefined) input.environments = checkEnvironments(given['environments']);
  return input;
}

/** Our names for Adobe's, and the attributes it predefines among the attributes. A field named twice is refused. */
function renamed(raw: Record<string, unknown>): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (predefinedAttributes.some((known) => known === name)) {
      attributes[name] = value;
      continue;
    }
    const own = Object.hasOwn(adobeNames, name) ? adobeNames[name]! : name;
    if (Object.hasOwn(given, own)) throw invalid(own, value, `said once, as "${own}" or as "${name}"`);
    given[own] = own !== name && own === 'categories' && typeof value === 'string' ? categoriesOf(value) : value;
  }
  if (Object.keys(attributes).length === 0) return given;
  const named = given['attributes'] ?? {};
  return { ...given, attributes: asRecord(named) === null ? named : { ...attributes, ...asRecord(named) } };
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function checkFields(given: Record<string, unknown>, known: readonly string[]): FieldsInput {
  for (const field of Object.keys(given)) if (!known.includes(field)) throw unknownField(field, known);
  const fields: FieldsInput = {};
  if (given['name'] !== undefined) fields.name = checkName(given['name']);
  if (given['categories'] !== undefined) fields.categories = checkCategories(given['categories']);
  if (given['currency'] !== undefined) fields.currency = checkCurrency(given['currency']);
  if (given['price'] !== undefined) fields.price = checkPrice(given['price']);
  if (given['stock'] !== undefined) fields.stock = checkStock(given['stock']);
  if (given['url'] !== undefined) fields.url = checkUrl('url', given['url']);
  if (given['imageUrl'] !== undefined) fields.imageUrl = checkUrl('imageUrl', given['imageUrl']);
  if (given['variantOf'] !== undefined) {
    fields.variantOf = given['variantOf'] === null ? null : checkId(given['variantOf']);
  }
  if (given['attributes'] === null) fields.attributes = null;
  else if (given['attributes'] !== undefined) {
    const attributes = asRecord(given['attributes']);
    if (attributes === null) throw invalid('attributes', given['attributes'], 'an object');
    fields.attributes = checkAttributes(attributes);
  }
  return fields;
}

function checkEnvironments(value: unknown): Record<string, OverrideInput | null> {
  const given = asRecord(value);
  if (given === null) throw invalid('environments', value, 'an object with a part for each environment');
  const names = Object.keys(given);
  if (names.length > itemLimits.environments) {
    throw invalid('environments', names.length, `of at most ${itemLimits.environments} environments`);
  }
  return Object.fromEntries(
    names.map((name) => [checkEnvironmentName(name), given[name] === null ? null : checkOverride(name, given[name])]),
  );
}

function checkOverride(name: string, value: unknown): OverrideInput {
  const raw = asRecord(value);
  if (raw === null) throw invalid(`environments.${name}`, value, 'an object');
  const given = renamed(raw);
  const { sold } = given;
  const own = Object.fromEntries(Object.entries(given).filter(([field, one]) => field !== 'name' || one !== null));
  const fields: OverrideInput = checkFields(own, overrideFields);
  if (sold !== undefined && sold !== null && typeof sold !== 'boolean') {
    throw invalid(`environments.${name}.sold`, sold, 'true or false');
  }
  return { ...fields, ...(sold === undefined ? {} : { sold }) };
}

/** The name or number of an environment: what Target calls a host group. */
export function checkEnvironmentName(value: unknown): string {
  const name = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof name !== 'string' || !environmentName.test(name) || name === '__proto__') {
    throw invalid('environment', value, 'a name of at most 64 letters, digits, points and hyphens');
  }
  return name;
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

function unknownField(field: string, known: readonly string[]): BeckonError {
  const near = nearest(field, known);
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

function invalid(field: string, value: unknown, wanted: string): BeckonError {
  return new BeckonError(errors.ITEM_FIELD_INVALID, `${field} is ${shown(value)}; it must be ${wanted}`, {
    where: field,
  });
}
