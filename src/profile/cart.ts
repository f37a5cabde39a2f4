import { is, type ShopEvent } from '../event/index.ts';
import { moved, quantityOf, type LineChange } from './cart-line.ts';
import type { Cart, CartLine, LineMoves, ProfileState } from './profile.ts';

/** A cart never holds more lines than this; further ones are ignored, the oldest stay. */
const lineLimit = 2000;
/** Other carts of a person that are remembered, and ids that a cart went by before. */
const parkedLimit = 5;

/** A person's carts: the one that was touched last, others by their id, and recent moves of the first. */
export interface Carts {
  cart: Cart | null;
  parked: Cart[];
  moves: LineMoves[];
  /** The id of a cart that the shop has opened and that nothing has been put in yet. */
  opened: string | undefined;
}

function cartsOf(state: ProfileState): Carts {
  return { cart: state.cart, parked: state.parked ?? [], moves: state.moves ?? [], opened: state.openedCart };
}

/**
 * The carts after an event: adds, removals, reopened lists, opened carts and (server-asserted) purchases. Pure; gives
 * back the same `cart` where it has not changed.
 *
 * Reopening a list (a mail's link on another device) makes sure its lines are there; opening one puts nothing in it,
 * because shops send it beside the add of the same item. What comes late is put in its place by its time: an add older
 * than an order that holds the item is void (trust row 72), and a removal that overtakes its add ends without the item.
 *
 * A shop's own cart id: an unknown one names the cart we have (a guest has signed in), unless the shop opened it as a new
 * cart; a known one goes to its own cart.
 *
 * @param mintId gives the cart an id when the shop has none of its own
 */
export function cartsAfter(state: ProfileState, event: ShopEvent, mintId: () => string): Carts {
  const before = cartsOf(state);
  const at = event.happenedAt;
  const placed = placedFor(before, event);
  const changes = changesOf(state, event, placed.cart?.lines ?? []);
  const bought = isCountedOrder(state, event);
  const parked = bought || isRemovalOnly(event) ? placed.parked.flatMap((cart) => taken(cart, event)) : placed.parked;
  if (isParked(before, event) && isRemovalOnly(event)) return { ...before, parked };
  if (changes.length === 0) return { ...placed, parked };
  const { lines, moves } = moved({ lines: placed.cart?.lines ?? [], moves: placed.moves }, changes, {
    at,
    limit: lineLimit,
  });
  if (sameLines(lines, placed.cart?.lines ?? [])) return { ...placed, parked, moves };
  if (lines.length === 0) return { ...placed, cart: null, parked, moves };
  return { ...placed, cart: cartWith(placed.cart, lines, { event, mintId }), parked, moves };
}

function cartWith(known: Cart | null, lines: CartLine[], by: { event: ShopEvent; mintId: () => string }): Cart {
  const { event } = by;
  const changedAt = Math.max(event.happenedAt, known?.changedAt ?? 0);
  if (known) return { ...known, lines, changedAt };
  return { id: event.cartId ?? by.mintId(), lines, changedAt };
}

/** The carts with the one the event is about in front. */
function placedFor(carts: Carts, event: ShopEvent): Carts {
  const { cart, parked, opened } = carts;
  const id = event.cartId;
  if (id === undefined || !touches(event) || cart?.id === id || cart?.was?.includes(id)) return carts;
  const other = parked.find((one) => one.id === id || one.was?.includes(id)) ?? null;
  if (!other && is(event, 'commerce.productListOpens')) return { ...carts, opened: id };
  if (!cart && !other) return opened === id ? { ...carts, opened: undefined } : carts;
  if (other || opened === id) {
    const others = parked.filter((one) => one !== other);
    const kept = (cart ? [cart, ...others] : others).slice(0, parkedLimit);
    return { cart: other, parked: kept, moves: [], opened: opened === id ? undefined : opened };
  }
  return { ...carts, cart: { ...cart!, id, was: [cart!.id, ...(cart!.was ?? [])].slice(0, parkedLimit) } };
}

function touches(event: ShopEvent): boolean {
  return (
    is(event, 'commerce.productListAdds') ||
    is(event, 'commerce.productListReopens') ||
    is(event, 'commerce.productListOpens')
  );
}

function isParked({ cart, parked }: Carts, { cartId }: ShopEvent): boolean {
  return cartId !== undefined && cart?.id !== cartId && parked.some(({ id }) => id === cartId);
}

function isRemovalOnly(event: ShopEvent): boolean {
  return is(event, 'commerce.productListRemovals') && !touches(event);
}

/** A parked cart after a removal that names it, or after an order. */
function taken(cart: Cart, event: ShopEvent): Cart[] {
  if (event.cartId !== undefined && event.cartId !== cart.id) return [cart];
  if (isRemovalOnly(event) && event.cartId === undefined) return [cart];
  const items = event.items ?? [];
  const whole = is(event, 'commerce.purchases') && items.length === 0;
  const changes = whole ? cart.lines.map(({ item }) => ({ item, change: 0 })) : items.flatMap((one) => removal(one));
  const { lines } = moved({ lines: cart.lines, moves: [] }, changes, { at: event.happenedAt, limit: lineLimit });
  return lines.length === 0 ? [] : [{ ...cart, lines }];
}

function removal({ id, quantity }: { id: string; quantity?: number }): LineChange[] {
  if (id === '') return [];
  return [{ item: id, change: quantity === undefined || quantity <= 0 ? 0 : -Math.floor(quantity) || -1 }];
}

function changesOf(state: ProfileState, event: ShopEvent, lines: readonly CartLine[]): LineChange[] {
  const items = (event.items ?? []).filter((item) => item.id !== '');
  const changes: LineChange[] = [];
  if (is(event, 'commerce.productListAdds')) {
    for (const { id, quantity } of items)
      if (!boughtSince(state, id, event.happenedAt)) changes.push({ item: id, change: quantityOf(quantity) });
  } else if (is(event, 'commerce.productListReopens')) {
    for (const { id, quantity } of items) changes.push({ item: id, change: quantityOf(quantity), ensure: true });
  }
  if (is(event, 'commerce.productListRemovals')) changes.push(...items.flatMap((item) => removal(item)));
  if (!isCountedOrder(state, event)) return changes;
  const ordered = new Set(items.map(({ id }) => id));
  const gone = lines.filter(({ item }) => items.length === 0 || ordered.has(item));
  return [...changes, ...gone.map(({ item }) => ({ item, change: 0 }))];
}

/** An order of the shop's server, told for the first time: told again (paid, then sent) it takes nothing more. */
function isCountedOrder(state: ProfileState, event: ShopEvent): boolean {
  if (!is(event, 'commerce.purchases') || event.level < 3) return false;
  return event.order === undefined || !state.orders.some(({ id }) => id === event.order!.id);
}

/** An order without lines was the whole cart. */
function boughtSince(state: ProfileState, item: string, at: number): boolean {
  return state.orders.some(
    (order) => order.at >= at && (order.items.length === 0 || order.items.some(({ id }) => id === item)),
  );
}

function sameLines(a: readonly CartLine[], b: readonly CartLine[]): boolean {
  return a.length === b.length && a.every((line, place) => line === b[place]);
}

/** Two carts of one person made one: every line, the larger quantity; the id of the one changed last. Pure. */
export function joinCarts(a: Cart | null, b: Cart | null): Cart | null {
  if (!a || !b) return a ?? b;
  const [newer, older] = a.changedAt >= b.changedAt ? [a, b] : [b, a];
  const lines = new Map(newer.lines.map((line) => [line.item, line]));
  for (const line of older.lines) {
    const mine = lines.get(line.item);
    if (!mine || mine.quantity < line.quantity)
      lines.set(line.item, mine ? { ...mine, quantity: line.quantity } : line);
  }
  return { ...newer, lines: [...lines.values()].slice(0, lineLimit) };
}
