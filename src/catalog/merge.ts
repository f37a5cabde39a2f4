import { BeckonError, toMajor, toMinor } from '../base/index.ts';
import { errors } from './error.ts';
import type { ItemInput, OverrideInput } from './input.ts';
import { itemLimits } from './limit.ts';
import type { Override, WholeItem } from './item.ts';
import { priceOf } from './item.ts';

/**
 * The item after a write: what the input names replaces, what it leaves out stays, null clears. Pure.
 * When only the currency changes, the decimal price stays and its minor units follow the new currency's digits.
 *
 * A row that names an environment speaks of that one alone; a new item is then sold only there (CAT-14).
 *
 * @param currency the shop's own, for sources that say none (a RECS feed has no such column)
 * @throws ITEM_NAME_MISSING for a new item without a name
 */
export function merge(
  before: WholeItem | undefined,
  input: ItemInput,
  now: number,
  currency: string | null = null,
): WholeItem {
  const at = input.at ?? now;
  const { environment, environments, ...fields } = input;
  if (environment === undefined) {
    const base = hasFields(input) || !before ? mergeBase(before, fields, currency) : before;
    return { ...withOverrides(base, environments ?? {}), updatedAt: at };
  }
  if (!before) {
    const base = { ...mergeBase(undefined, fields, currency), sold: false };
    return { ...withOverrides(base, { ...environments, [environment]: { sold: true } }), updatedAt: at };
  }
  const { id: _id, row: _row, at: _at, ...own } = fields;
  const sold = before.environments[environment]?.sold ?? before.sold;
  const override: OverrideInput = { ...own, ...(sold ? {} : { sold: true }) };
  return { ...withOverrides(before, { ...environments, [environment]: override }), updatedAt: at };
}

/** Does the row say anything that holds everywhere? */
function hasFields({ id: _id, row: _row, at: _at, environments: _environments, ...fields }: ItemInput): boolean {
  return Object.keys(fields).length > 0;
}

function mergeBase(before: WholeItem | undefined, input: ItemInput, currency: string | null): WholeItem {
  const name = input.name ?? before?.name;
  if (name === undefined) {
    throw new BeckonError(errors.ITEM_NAME_MISSING, `Item "${input.id}" is new and has no name`);
  }
  const coin = input.currency === undefined ? (before?.currency ?? null) : input.currency;
  const price = input.price === undefined ? (before ? priceOf(before) : null) : input.price;
  const paidIn = coin ?? (price === null ? null : currency);
  return {
    id: input.id,
    name,
    categories: named(input.categories, before?.categories, []),
    priceMinor: price === null ? null : toMinor(price, paidIn ?? ''),
    currency: paidIn,
    stock: named(input.stock, before?.stock, null),
    url: named(input.url, before?.url, null),
    imageUrl: named(input.imageUrl, before?.imageUrl, null),
    attributes: mergeAttributes(before?.attributes ?? {}, input.attributes),
    variantOf: named(input.variantOf, before?.variantOf, null),
    updatedAt: 0,
    sold: true,
    environments: before?.environments ?? {},
  };
}

function withOverrides(base: WholeItem, given: Record<string, OverrideInput | null>): WholeItem {
  if (Object.keys(given).length === 0) return base;
  const environments = { ...base.environments };
  for (const [name, input] of Object.entries(given)) {
    const after = input === null ? {} : mergeOverride(environments[name] ?? {}, input, base.currency);
    if (Object.keys(after).length === 0) delete environments[name];
    else environments[name] = after;
  }
  const count = Object.keys(environments).length;
  if (count > itemLimits.environments) {
    const why = `Item "${base.id}" would differ in ${count} environments; ${itemLimits.environments} are allowed`;
    throw new BeckonError(errors.ITEM_FIELD_INVALID, why, { where: 'environments' });
  }
  return { ...base, environments };
}

/** What an environment says after a write; null takes its own word away, so that the common one holds again. */
function mergeOverride(before: Override, input: OverrideInput, coin: string | null): Override {
  const { price, currency, attributes, ...plain } = input;
  const after: Record<string, unknown> = { ...before };
  for (const [field, value] of Object.entries(plain)) {
    if (value === null) delete after[field];
    else if (value !== undefined) after[field] = value;
  }
  if (price === null) {
    delete after['priceMinor'];
    delete after['currency'];
  } else if (price !== undefined || (currency !== undefined && before.priceMinor !== undefined)) {
    const paidIn = currency === undefined ? (before.currency ?? coin) : currency;
    const major = price ?? toMajor(before.priceMinor!, before.currency ?? '');
    after['priceMinor'] = toMinor(major, paidIn ?? '');
    after['currency'] = paidIn;
  }
  if (attributes !== undefined) {
    const kept = mergeAttributes(before.attributes ?? {}, attributes);
    if (Object.keys(kept).length === 0) delete after['attributes'];
    else after['attributes'] = kept;
  }
  return after as Override;
}

/** Is anything but the time of the write different? */
export function differs(before: WholeItem | undefined, after: WholeItem): boolean {
  if (!before) return true;
  return (
    before.name !== after.name ||
    before.priceMinor !== after.priceMinor ||
    before.currency !== after.currency ||
    before.stock !== after.stock ||
    before.url !== after.url ||
    before.imageUrl !== after.imageUrl ||
    before.variantOf !== after.variantOf ||
    before.sold !== after.sold ||
    !same(before.categories, after.categories) ||
    !same(before.attributes, after.attributes) ||
    !same(before.environments, after.environments)
  );
}

/** What is given, or what was there, or nothing; null given means nothing. */
function named<T>(given: T | null | undefined, before: T | undefined, nothing: T): T {
  return given === undefined ? (before ?? nothing) : (given ?? nothing);
}

function mergeAttributes(
  before: Record<string, unknown>,
  given: Record<string, unknown> | null | undefined,
): Record<string, unknown> {
  if (given === undefined) return before;
  const all = given === null ? [] : Object.entries({ ...before, ...given });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}

/** Are two values of JSON the same, whatever the order of names? */
function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]));
}
