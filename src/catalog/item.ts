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
