import type { PersonRow } from '../../src/api/contract.ts';

export type SortColumn = 'lastSeen' | 'cart' | 'viewed' | 'orders';

const values: Record<SortColumn, (row: PersonRow) => number> = {
  lastSeen: (row) => Date.parse(row.lastSeenAt),
  cart: (row) => row.cartItems,
  viewed: (row) => row.viewed,
  orders: (row) => row.orders,
};

export function isSortColumn(text: string | undefined): text is SortColumn {
  return text !== undefined && Object.hasOwn(values, text);
}

/** Largest or newest first; who is equal keeps the order of being seen last. Pure. */
export function sortPeople(rows: readonly PersonRow[], by: SortColumn): PersonRow[] {
  const value = values[by];
  return [...rows].sort((a, b) => value(b) - value(a) || values.lastSeen(b) - values.lastSeen(a));
}
