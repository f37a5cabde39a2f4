import { is, type ShopEvent } from '../event/index.ts';
import type { Cart, CartLine, ProfileState } from './profile.ts';

/** A cart never holds more lines than this; further ones are ignored, the oldest stay. */
const lineLimit = 500;
const quantityLimit = 10_000;

/**
 * The cart after an event: adds, removals, reopened lists and (server-asserted) purchases. Pure.
 *
 * Reopening a list (a mail's link on another device) makes sure its lines are there; opening one changes nothing,
 * because shops send it beside the add of the same item. An add older than an order that holds the item is late and
 * ignored (trust row 72).
 *
 * @param mintId gives the cart an id when the shop has none of its own
 */
export function cartAfter(state: ProfileState, event: ShopEvent, mintId: () => string): Cart | null {
  let lines = state.cart?.lines ?? [];
  const items = (event.items ?? []).filter((item) => item.id !== '');
  if (is(event, 'commerce.productListAdds')) {
    for (const item of items)
      if (!boughtSince(state, item.id, event.happenedAt))
        lines = added(lines, item.id, quantity(item.quantity), event.happenedAt);
  } else if (is(event, 'commerce.productListReopens')) {
    for (const item of items) lines = ensured(lines, item.id, quantity(item.quantity), event.happenedAt);
  }
  if (is(event, 'commerce.productListRemovals')) {
    for (const item of items) lines = removed(lines, item.id, item.quantity);
  }
  if (is(event, 'commerce.purchases') && event.level >= 3 && !isKnown(state, event)) {
    for (const item of items) lines = removed(lines, item.id, undefined);
    if (items.length === 0) lines = [];
  }
  if (lines === (state.cart?.lines ?? [])) return state.cart;
  if (lines.length === 0) return null;
  return {
    id: event.cartId ?? state.cart?.id ?? mintId(),
    lines,
    changedAt: Math.max(event.happenedAt, state.cart?.changedAt ?? 0),
  };
}

function quantity(given: number | undefined): number {
  return given !== undefined && given > 0 ? Math.min(Math.floor(given) || 1, quantityLimit) : 1;
}

/** An order without lines was the whole cart. */
function boughtSince(state: ProfileState, item: string, at: number): boolean {
  return state.orders.some(
    (order) => order.at >= at && (order.items.length === 0 || order.items.some(({ id }) => id === item)),
  );
}

/** The same order told again (paid, then sent) takes nothing out of what has been put in the cart since. */
function isKnown(state: ProfileState, { order }: ShopEvent): boolean {
  return order !== undefined && state.orders.some(({ id }) => id === order.id);
}

function added(lines: CartLine[], item: string, count: number, at: number): CartLine[] {
  const known = lines.find((line) => line.item === item);
  if (known)
    return lines.map((line) =>
      line === known ? { ...line, quantity: Math.min(line.quantity + count, quantityLimit) } : line,
    );
  return lines.length >= lineLimit ? lines : [...lines, { item, quantity: count, addedAt: at }];
}

function ensured(lines: CartLine[], item: string, count: number, at: number): CartLine[] {
  const known = lines.find((line) => line.item === item);
  if (!known) return added(lines, item, count, at);
  return known.quantity >= count ? lines : lines.map((line) => (line === known ? { ...line, quantity: count } : line));
}

function removed(lines: CartLine[], item: string, count: number | undefined): CartLine[] {
  const known = lines.find((line) => line.item === item);
  if (!known) return lines;
  const left = count === undefined || count <= 0 ? 0 : known.quantity - count;
  return left > 0
    ? lines.map((line) => (line === known ? { ...line, quantity: left } : line))
    : lines.filter((line) => line !== known);
}

/** Two carts of one person made one: every line, the larger quantity; the id of the one changed last. Pure. */
export function joinCarts(a: Cart | null, b: Cart | null): Cart | null {
  if (!a || !b) return a ?? b;
  const [newer, older] = a.changedAt >= b.changedAt ? [a, b] : [b, a];
  let lines = newer.lines;
  for (const line of older.lines) lines = ensured(lines, line.item, line.quantity, line.addedAt);
  return { id: newer.id, lines, changedAt: newer.changedAt };
}
