import { toMajor } from '../base/index.ts';

/** A value of an attribute: one, or a list of one kind. Dates are ISO texts, money is major units of the item's currency. */
export type Scalar = string | number | boolean;
export type AttributeValue = Scalar | Scalar[];

/** What is sold, as one environment sees it. Money is in minor units inside; the doors speak decimal (base/money.ts). */
export interface Item {
  id: string;
  name: string;
  /** Replaced as a whole by every write that names them; outermost first. */
  categories: string[];
  priceMinor: number | null;
  currency: string | null;
  /** Pieces in stock; null means "not said", which counts as in stock (recommendations CAT-10, edge-protocol §10). */
  stock: number | null;
  url: string | null;
  imageUrl: string | null;
  /** Typed by the shop's schema (schema.ts). `brand`, `message` and `margin` stand here too. */
  attributes: Record<string, unknown>;
  /** The group this item is a variant of: the id of the parent, which need not be an item itself. */
  variantOf: string | null;
  updatedAt: number;
}

/** What one environment says differently; a field that is absent is as everywhere (recommendations CAT-14). */
export interface Override {
  /** False: the item is not in this environment. */
  sold?: boolean;
  name?: string;
  categories?: string[];
  priceMinor?: number;
  /** Stands beside each price. */
  currency?: string | null;
  stock?: number;
  url?: string;
  imageUrl?: string;
  variantOf?: string;
  attributes?: Record<string, unknown>;
}

/** An item as it is kept: what holds everywhere, and what environments say differently. */
export interface WholeItem extends Item {
  /** Is it in the environments that do not say otherwise, the usual one among them? */
  sold: boolean;
  environments: Record<string, Override>;
}

/** An item as doors, templates and actions see it: decimal price, plain names. */
export interface ItemView {
  id: string;
  name: string;
  categories: string[];
  /** The first category, or the empty text. */
  category: string;
  price: number | null;
  currency: string | null;
  stock: number | null;
  inStock: boolean;
  url: string | null;
  imageUrl: string | null;
  attributes: Record<string, unknown>;
  variantOf: string | null;
}

/** May it be shown at all: known stock above zero, or stock not said. */
export function inStock(item: Pick<Item, 'stock'>): boolean {
  return item.stock === null || item.stock > 0;
}

/** The price in major units; null when there is none. A price without currency counts two digits. */
export function priceOf(item: Pick<Item, 'priceMinor' | 'currency'>): number | null {
  return item.priceMinor === null ? null : toMajor(item.priceMinor, item.currency ?? '');
}

/**
 * The group of an item: the same for all variants of one parent, and for the parent. A list shows one of a group, and
 * an item in the cart keeps its siblings out.
 */
export function groupOf(item: Pick<Item, 'id' | 'variantOf'>): string {
  return item.variantOf ?? item.id;
}

/** The item as doors, templates and actions see it; a value of its own, free to be changed. */
export function viewOf(item: Item): ItemView {
  return {
    id: item.id,
    name: item.name,
    categories: [...item.categories],
    category: item.categories[0] ?? '',
    price: priceOf(item),
    currency: item.currency,
    stock: item.stock,
    inStock: inStock(item),
    url: item.url,
    imageUrl: item.imageUrl,
    attributes: { ...item.attributes },
    variantOf: item.variantOf,
  };
}

/**
 * The item as an environment sees it; undefined where it is not sold. null is the usual environment, in which what holds
 * everywhere holds. Pure.
 */
export function inEnvironment(whole: WholeItem, environment: string | null): Item | undefined {
  const { sold, environments, ...item } = whole;
  const own = environment === null ? undefined : environments[environment];
  if (!(own?.sold ?? sold)) return undefined;
  if (own === undefined) return item;
  const { sold: _sold, attributes, ...fields } = own;
  return { ...item, ...fields, ...(attributes ? { attributes: { ...item.attributes, ...attributes } } : {}) };
}

/** What became different by a write; prices in major units. `new` and `gone` have no values. */
export interface ItemChange {
  id: string;
  field: 'price' | 'stock' | 'new' | 'gone';
  before: number | null;
  after: number | null;
  /** When, UTC ms. */
  at: number;
}

/** What differs between two states of an item, as facts for journeys ("back in stock", "price drop"). Pure. */
export function changesOf(before: Item | undefined, after: Item | undefined, at: number): ItemChange[] {
  const id = (after ?? before)?.id;
  if (id === undefined) return [];
  if (!before) return [{ id, field: 'new', before: null, after: null, at }];
  if (!after) return [{ id, field: 'gone', before: null, after: null, at }];
  const changes: ItemChange[] = [];
  if (before.priceMinor !== after.priceMinor || before.currency !== after.currency) {
    changes.push({ id, field: 'price', before: priceOf(before), after: priceOf(after), at });
  }
  if (before.stock !== after.stock) changes.push({ id, field: 'stock', before: before.stock, after: after.stock, at });
  return changes;
}
