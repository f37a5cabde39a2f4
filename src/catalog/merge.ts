import { BeckonError, toMinor } from '../base/index.ts';
import { errors } from './error.ts';
import type { ItemInput } from './input.ts';
import type { Item } from './item.ts';
import { priceOf } from './item.ts';

/**
 * The item after a write: what the input names replaces, what it leaves out stays, null clears. Pure.
 * When only the currency changes, the decimal price stays and its minor units follow the new currency's digits.
 *
 * @param currency the shop's own, for sources that say none (a RECS feed has no such column)
 * @throws ITEM_NAME_MISSING for a new item without a name
 */
export function merge(before: Item | undefined, input: ItemInput, now: number, currency: string | null = null): Item {
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
    updatedAt: input.at ?? now,
  };
}

/** Is anything but the time of the write different? */
export function differs(before: Item | undefined, after: Item): boolean {
  if (!before) return true;
  return JSON.stringify(comparable(before)) !== JSON.stringify(comparable(after));
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

function comparable(item: Item): unknown {
  const attributes = Object.entries(item.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return [item.name, item.categories, item.priceMinor, item.currency, item.stock, item.url, item.imageUrl, attributes];
}
