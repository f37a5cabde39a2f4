import type { Item } from './item.ts';
import { priceOf } from './item.ts';

/** Adobe's names of predefined attributes, and ours for the same (recommendations CAT-1…5). */
export const adobeNames: Readonly<Record<string, string>> = {
  value: 'price',
  inventory: 'stock',
  categoryId: 'categories',
  category: 'categories',
  pageUrl: 'url',
  thumbnailUrl: 'imageUrl',
};

/** Attributes that Adobe predefines and we keep among the attributes. */
export const predefinedAttributes = ['brand', 'message', 'margin'] as const;

const readers: Readonly<Record<string, (item: Item) => unknown>> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  categories: ({ categories }) => categories,
  price: priceOf,
  currency: ({ currency }) => currency,
  stock: ({ stock }) => stock,
  url: ({ url }) => url,
  imageUrl: ({ imageUrl }) => imageUrl,
  variantOf: ({ variantOf }) => variantOf,
};

/**
 * The one name of a field, whatever it was called: `entity.value` → `price`, `brand` → `attributes.brand`,
 * `attributes.value` → `attributes.value`.
 */
export function fieldName(given: string): string {
  const bare = given.replace(/^entity\./, '');
  if (bare.startsWith('attributes.')) return bare;
  const name = Object.hasOwn(adobeNames, bare) ? adobeNames[bare]! : bare;
  return Object.hasOwn(readers, name) ? name : `attributes.${name}`;
}

/**
 * The value of a field by any of its names: a text, a number, true or false, a list of these, or null where the item
 * says nothing. The price is in major units. `inventory` of an item that says none is null: what a rule makes of that
 * is the rule's (CAT-10).
 */
export function fieldOf(item: Item, given: string): unknown {
  const name = fieldName(given);
  if (Object.hasOwn(readers, name)) return readers[name]!(item);
  const attribute = name.slice('attributes.'.length);
  return Object.hasOwn(item.attributes, attribute) ? item.attributes[attribute] : null;
}
