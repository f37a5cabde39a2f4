import { toMajor } from '../base/index.ts';

/** What is sold. Money is in minor units inside; the doors speak decimal (base/money.ts). */
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
  attributes: Record<string, unknown>;
  updatedAt: number;
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
}

/** May it be shown at all: known stock above zero, or stock not said. */
export function inStock(item: Item): boolean {
  return item.stock === null || item.stock > 0;
}

/** The price in major units; null when there is none. A price without currency counts two digits. */
export function priceOf(item: Item): number | null {
  return item.priceMinor === null ? null : toMajor(item.priceMinor, item.currency ?? '');
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
  };
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
