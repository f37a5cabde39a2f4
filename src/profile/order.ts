import { toMajor } from '../base/index.ts';
import { is, type ShopEvent } from '../event/index.ts';
import type { ProfileOrder, ProfileRefund, ProfileState } from './profile.ts';

const orderLimit = 200;

/** What an event changed of the orders, and the facts it made. */
interface Ordered extends Partial<Pick<ProfileState, 'orders' | 'refunds'>> {
  facts: { name: string; data: Record<string, unknown> }[];
  bought?: ProfileOrder;
}

/** Is this an order that is known already: paid, then sent? */
export function isToldAgain(state: ProfileState, event: ShopEvent): boolean {
  const { order } = event;
  if (!order) return false;
  if (is(event, 'commerce.purchases')) return state.orders.some(({ id }) => id === order.id);
  if (is(event, 'commerce.refunds')) return state.refunds?.some((one) => isSame(one, event)) ?? false;
  return false;
}

/**
 * Orders, refunds and cancellations of the shop's server; nobody else is believed. Pure. A refund may come before its
 * order, and one told twice counts once.
 */
export function ordersAfter(state: ProfileState, event: ShopEvent): Ordered {
  const { order, level } = event;
  if (!order || level < 3 || isToldAgain(state, event)) return { facts: [] };
  if (is(event, 'commerce.purchases')) return purchased(state, event, order);
  if (is(event, 'commerce.refunds')) return refunded(state, event, order);
  if (is(event, 'commerce.orderCancellations')) return cancelled(state, event, order);
  return { facts: [] };
}

type Told = NonNullable<ShopEvent['order']>;

function purchased(state: ProfileState, event: ShopEvent, { id, totalMinor, currency }: Told): Ordered {
  const items = (event.items ?? []).map((item) => ({ id: item.id, quantity: item.quantity ?? 1 }));
  const isCancelled = state.refunds?.some((one) => one.orderId === id && one.id === cancellation) ?? false;
  const bought: ProfileOrder = {
    id,
    at: event.happenedAt,
    totalMinor,
    currency,
    items,
    ...(isCancelled ? { cancelled: true as const } : {}),
  };
  const orders = [...state.orders, bought].sort((a, b) => a.at - b.at).slice(-orderLimit);
  const data = { orderId: id, total: toMajor(totalMinor, currency), totalMinor, currency, items };
  return { orders, bought, facts: [{ name: 'ordered', data }] };
}

function refunded(state: ProfileState, event: ShopEvent, { id, totalMinor, currency }: Told): Ordered {
  const refund: ProfileRefund = { orderId: id, id: refundId(event), at: event.happenedAt, minor: totalMinor };
  const items = (event.items ?? []).map((item) => ({ id: item.id, quantity: item.quantity ?? 1 }));
  const data = {
    orderId: id,
    refundId: refund.id,
    total: toMajor(totalMinor, currency),
    totalMinor,
    currency,
    items,
  };
  return { refunds: kept(state, refund), facts: [{ name: 'refunded', data }] };
}

/** The name under which a cancellation that came before its order waits for it. */
const cancellation = 'cancelled';

function cancelled(state: ProfileState, event: ShopEvent, { id }: Told): Ordered {
  const known = state.orders.find((order) => order.id === id);
  if (known?.cancelled) return { facts: [] };
  const facts = [{ name: 'order.cancelled', data: { orderId: id } }];
  if (known)
    return { orders: state.orders.map((one) => (one === known ? { ...one, cancelled: true as const } : one)), facts };
  return { refunds: kept(state, { orderId: id, id: cancellation, at: event.happenedAt, minor: 0 }), facts };
}

function kept(state: ProfileState, refund: ProfileRefund): ProfileRefund[] {
  return [...(state.refunds ?? []), refund].sort((a, b) => a.at - b.at).slice(-orderLimit);
}

function refundId(event: ShopEvent): string {
  return event.order?.refundId ?? `${event.source}:${event.id}`;
}

function isSame(refund: ProfileRefund, event: ShopEvent): boolean {
  return refund.orderId === event.order?.id && refund.id === refundId(event);
}

/** What of an order went back, minor units: never more than it cost. */
export function refundedMinor(state: ProfileState, order: ProfileOrder): number {
  if (order.cancelled) return order.totalMinor;
  const sum = (state.refunds ?? [])
    .filter(({ orderId }) => orderId === order.id)
    .reduce((all, one) => all + one.minor, 0);
  return Math.min(sum, order.totalMinor);
}
