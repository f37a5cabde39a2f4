import type { ShopItem } from '../catalogue.ts';
import { find } from './server.ts';
import { productLine, tell } from './tell.ts';

export interface CartLine {
  item: ShopItem;
  quantity: number;
}

interface Kept {
  /** Made when the first thing goes into an empty cart; ends with the order. */
  id: string;
  lines: { id: string; quantity: number }[];
}

const place = 'lumen-loom-cart';

function kept(): Kept {
  try {
    const cart = JSON.parse(localStorage.getItem(place) ?? '') as Kept;
    if (Array.isArray(cart.lines)) return cart;
  } catch {
    // Nothing kept, or nothing that can be read.
  }
  return { id: '', lines: [] };
}

function keep(cart: Kept): void {
  if (cart.lines.length === 0) localStorage.removeItem(place);
  else localStorage.setItem(place, JSON.stringify({ ...cart, id: cart.id || crypto.randomUUID() }));
  dispatchEvent(new Event('cart'));
}

/** What is in the cart now. */
export function lines(): CartLine[] {
  return kept().lines.flatMap(({ id, quantity }) => {
    const item = find(id);
    return item ? [{ item, quantity }] : [];
  });
}

export function count(): number {
  return lines().reduce((sum, line) => sum + line.quantity, 0);
}

export function total(): number {
  return lines().reduce((sum, { item, quantity }) => sum + Math.round(item.price * 100) * quantity, 0) / 100;
}

/** Puts `wanted` more of an item into the cart, or as many as are left. @returns how many it became */
export function add(item: ShopItem, wanted: number): number {
  const cart = kept();
  const line = cart.lines.find(({ id }) => id === item.id);
  const quantity = Math.min(wanted, item.stock - (line?.quantity ?? 0));
  if (quantity <= 0) return 0;
  if (line) line.quantity += quantity;
  else cart.lines.push({ id: item.id, quantity });
  keep(cart);
  void tell('commerce.productListAdds', {
    commerce: { productListAdds: { value: 1 }, cart: { cartID: kept().id } },
    productListItems: [productLine(item, quantity)],
  });
  return quantity;
}

/** Takes `quantity` of an item out of the cart. */
export function remove(item: ShopItem, quantity: number): void {
  const cart = kept();
  const line = cart.lines.find(({ id }) => id === item.id);
  if (!line) return;
  const taken = Math.min(quantity, line.quantity);
  line.quantity -= taken;
  keep({ ...cart, lines: cart.lines.filter((line) => line.quantity > 0) });
  void tell('commerce.productListRemovals', {
    commerce: { productListRemovals: { value: 1 }, cart: { cartID: cart.id } },
    productListItems: [productLine(item, taken)],
  });
}

/** The cart page was opened: the whole cart, as it stands. */
export function opened(): void {
  if (lines().length === 0) return;
  void tell('commerce.productListOpens', {
    commerce: { productListOpens: { value: 1 }, cart: { cartID: kept().id } },
    productListItems: lines().map(({ item, quantity }) => productLine(item, quantity)),
  });
}

/**
 * Brings a cart back from a link, `coat-1:1,sweat-2:2`, also on another device. What is there already stays; of what is
 * in both, the larger quantity counts, so that following the link twice changes nothing.
 * @returns the items of the link that cannot be had any more
 */
export function restore(text: string): ShopItem[] {
  const cart = kept();
  const gone: ShopItem[] = [];
  for (const [, id = '', number = '1'] of text.matchAll(/([\w-]+)(?::(\d{1,2}))?/g)) {
    const item = find(id);
    if (!item) continue;
    if (item.stock === 0) {
      gone.push(item);
      continue;
    }
    const quantity = Math.min(Math.max(1, Number(number)), item.stock);
    const line = cart.lines.find((line) => line.id === id);
    if (line) line.quantity = Math.max(line.quantity, quantity);
    else cart.lines.push({ id, quantity });
  }
  keep(cart);
  void tell('commerce.productListReopens', {
    commerce: { productListReopens: { value: 1 }, cart: { cartID: kept().id } },
    productListItems: lines().map(({ item, quantity }) => productLine(item, quantity)),
  });
  return gone;
}

/** Checkout was begun. */
export function checkingOut(): void {
  void tell('commerce.checkouts', {
    commerce: { checkouts: { value: 1 }, cart: { cartID: kept().id } },
    productListItems: lines().map(({ item, quantity }) => productLine(item, quantity)),
  });
}

/** The order is placed: told under the id that the shop's server gave it, and the cart is empty. */
export function ordered(order: { id: string; total: number; currency: string }): void {
  void tell('commerce.purchases', {
    commerce: {
      purchases: { value: 1 },
      cart: { cartID: kept().id },
      order: { purchaseID: order.id, priceTotal: order.total, currencyCode: order.currency },
    },
    productListItems: lines().map(({ item, quantity }) => productLine(item, quantity)),
  });
  forget();
}

/** Empties the cart of this device without a word to anybody: after an order, and at sign-out. */
export function forget(): void {
  keep({ id: '', lines: [] });
}
