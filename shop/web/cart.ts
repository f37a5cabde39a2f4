import { type ShopItem, sizesOf } from '../catalogue.ts';
import { find } from './server.ts';
import { type Besides, productLine, tell } from './tell.ts';

export interface CartLine {
  item: ShopItem;
  /** '' where the item has none, or where it is still to be chosen. */
  size: string;
  quantity: number;
}

interface Kept {
  /** Made when the first thing goes into an empty cart; ends with the order. */
  id: string;
  lines: { id: string; size?: string; quantity: number }[];
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
  const filled = cart.lines.filter(({ quantity }) => quantity > 0);
  if (filled.length === 0) localStorage.removeItem(place);
  else localStorage.setItem(place, JSON.stringify({ id: cart.id || crypto.randomUUID(), lines: filled }));
  dispatchEvent(new Event('cart'));
}

/** What is in the cart now. */
export function lines(): CartLine[] {
  return kept().lines.flatMap(({ id, size = '', quantity }) => {
    const item = find(id);
    return item ? [{ item, size, quantity }] : [];
  });
}

export function count(): number {
  return lines().reduce((sum, line) => sum + line.quantity, 0);
}

export function total(): number {
  return lines().reduce((sum, { item, quantity }) => sum + Math.round(item.price * 100) * quantity, 0) / 100;
}

/** Lines of clothes that came back by a link of a mail, which names no size. */
export function sizeless(): CartLine[] {
  return lines().filter(({ item, size }) => size === '' && sizesOf(item).length > 0);
}

/** How many of an item, in a size, can be had. */
export function left(item: ShopItem, size: string): number {
  return size === '' ? item.stock : (sizesOf(item).find((one) => one.size === size)?.stock ?? 0);
}

/** Puts `wanted` more of an item into the cart, or as many as are left. @returns how many it became */
export function add(item: ShopItem, size: string, wanted: number): number {
  const cart = kept();
  const line = cart.lines.find((one) => one.id === item.id && (one.size ?? '') === size);
  const quantity = Math.min(wanted, left(item, size) - (line?.quantity ?? 0));
  if (quantity <= 0) return 0;
  if (line) line.quantity += quantity;
  else cart.lines.push({ id: item.id, size, quantity });
  keep(cart);
  void tell('commerce.productListAdds', {
    commerce: { productListAdds: { value: 1 }, cart: { cartID: kept().id } },
    productListItems: [productLine(item, quantity, size)],
  });
  return quantity;
}

/** Takes `quantity` of a line out of the cart. */
export function remove(item: ShopItem, size: string, quantity: number): void {
  const cart = kept();
  const line = cart.lines.find((one) => one.id === item.id && (one.size ?? '') === size);
  if (!line) return;
  const taken = Math.min(quantity, line.quantity);
  line.quantity -= taken;
  keep(cart);
  void tell('commerce.productListRemovals', {
    commerce: { productListRemovals: { value: 1 }, cart: { cartID: cart.id } },
    productListItems: [productLine(item, taken, size)],
  });
}

/** Says the size of a line that had none. The cart's contents stay the same for Beckon, so nothing is told. */
export function chooseSize(item: ShopItem, size: string): void {
  const cart = kept();
  const line = cart.lines.find((one) => one.id === item.id && !one.size);
  if (!line) return;
  const there = cart.lines.find((one) => one.id === item.id && one.size === size);
  const quantity = Math.min(line.quantity + (there?.quantity ?? 0), left(item, size));
  if (there) {
    there.quantity = quantity;
    line.quantity = 0;
  } else Object.assign(line, { size, quantity });
  keep(cart);
}

/** The cart page was opened: the whole cart, as it stands. */
export function opened(besides: Besides = {}): Promise<unknown> {
  return tellWhole('productListOpens', besides);
}

/** Checkout was begun. */
export function checkingOut(): void {
  void tellWhole('checkouts');
}

function tellWhole(measure: 'productListOpens' | 'productListReopens' | 'checkouts', besides: Besides = {}) {
  const commerce = { [measure]: { value: 1 }, cart: { cartID: kept().id } };
  return tell(`commerce.${measure}`, { commerce, productListItems: productLines() }, besides);
}

function productLines() {
  return lines().map(({ item, size, quantity }) => productLine(item, quantity, size));
}

/**
 * Brings a cart back from a link, `coat-1:1,sweat-2:2`, also on another device. What is there already stays; of what is
 * in both, the larger quantity counts, so that following the link twice changes nothing.
 * @returns the items of the link that cannot be had any more
 */
export function restore(text: string): { gone: ShopItem[] } {
  const cart = kept();
  const gone: ShopItem[] = [];
  for (const [, id = '', number = '1'] of text.matchAll(/([\w-]+)(?::(\d{1,2}))?/g)) {
    const item = find(id);
    if (!item) continue;
    if (item.stock === 0) {
      gone.push(item);
      continue;
    }
    const wanted = Math.min(Math.max(1, Number(number)), item.stock);
    const there = cart.lines.filter((line) => line.id === id).reduce((sum, line) => sum + line.quantity, 0);
    if (there >= wanted) continue;
    const line = cart.lines.find((one) => one.id === id && !one.size);
    if (line) line.quantity += wanted - there;
    else cart.lines.push({ id, quantity: wanted - there });
  }
  keep(cart);
  return { gone };
}

/** What a link of a mail brought back stands in the cart again. */
export function reopened(besides: Besides = {}): Promise<unknown> {
  return tellWhole('productListReopens', besides);
}

/** The order is placed: told under the id that the shop's server gave it, and the cart is empty. */
export function ordered(order: { id: string; total: number; currency: string }): void {
  void tell('commerce.purchases', {
    commerce: {
      purchases: { value: 1 },
      cart: { cartID: kept().id },
      order: { purchaseID: order.id, priceTotal: order.total, currencyCode: order.currency },
    },
    productListItems: productLines(),
  });
  forget();
}

/** Empties the cart of this device without a word to anybody: after an order, and at sign-out. */
export function forget(): void {
  keep({ id: '', lines: [] });
}
