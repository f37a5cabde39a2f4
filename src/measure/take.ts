import { isCurrency, shardOf, toMinor } from '../base/index.ts';
import { is, type ShopEvent } from '../event/index.ts';
import type { Fact } from '../profile/index.ts';
import type { Runner, Tx } from '../store/index.ts';
import { clickIdOf, creditOf, creditRule } from './credit.ts';
import {
  deleteCredit,
  humanClicks,
  insertOrder,
  insertRefund,
  insertSent,
  livingProfile,
  ordersOf,
  recipientOf,
  upsertClick,
  upsertCredit,
  upsertLanding,
  type Unit,
} from './table.ts';

/** A unit whose assignment is only heard of from the log was assigned at the usual share. */
const usualShare = 0.1;

/** Takes in one event. @returns the profile whose credits it may change */
export async function takeEvent(
  tx: Tx,
  event: ShopEvent,
  { isTest, units }: { isTest: (id: string) => boolean; units: Unit[] },
): Promise<string | null> {
  const { message, happenedAt: at } = event;
  const landing = clickIdOf(event.page?.url);
  if (landing !== null && is(event, 'web.webpagedetails.pageViews') && !event.bot) {
    return upsertLanding(tx, landing, at, shardOf(event.visitor));
  }
  if (!message || event.data?.['test'] === true) return null;
  const arm = armOf(event);
  if (arm === null && !is(event, 'message.clicked')) return null;
  const named = profileOf(event);
  const profileId = named === null ? await recipientOf(tx, message.id) : await livingProfile(tx, named);
  if (profileId !== null && isTest(profileId)) return null;
  if (arm === null) return upsertClick(tx, clickOf(event, message, profileId), shardOf(profileId ?? event.visitor));
  if (profileId === null) return null;
  units.push({ journey: message.journey, profileId, arm, at, share: usualShare });
  await insertSent(
    tx,
    { messageId: message.id, journey: message.journey, activity: message.activity ?? null, profileId, at },
    shardOf(profileId),
  );
  return profileId;
}

/** Takes in what a fact says of an order or of money that went back. @returns whether it said so */
export async function takeOrder(tx: Tx, fact: Fact): Promise<boolean> {
  const { profileId, at, data } = fact;
  if (fact.name === 'ordered') {
    const order = orderOf(fact);
    if (order !== null) await insertOrder(tx, order, shardOf(profileId));
    return order !== null;
  }
  const { orderId, refundId, totalMinor } = data;
  if (typeof orderId !== 'string') return false;
  if (fact.name === 'order.cancelled') {
    await insertRefund(tx, { orderId, refundId: 'cancelled', profileId, at, minor: 0, cancels: true });
    return true;
  }
  if (fact.name !== 'refunded' || typeof refundId !== 'string' || !Number.isSafeInteger(totalMinor)) return false;
  await insertRefund(tx, { orderId, refundId, profileId, at, minor: totalMinor as number, cancels: false });
  return true;
}

/**
 * Credits every order of a profile anew; at most one message each. Needs the person's row, so that none is missed. Clicks are only ever
 * taken from somebody by a merge or its undoing: `parted` looks for credits that were theirs.
 */
export async function creditOrders(tx: Runner, profileId: string, { parted = false } = {}): Promise<void> {
  const shard = shardOf(profileId);
  const clicks = await humanClicks(tx, profileId);
  if (clicks.length === 0 && !parted) return;
  const orders = await ordersOf(tx, profileId);
  for (const order of orders) {
    const messageId = creditOf(order, clicks);
    if (messageId === (order.credit?.messageId ?? null)) continue;
    const journey = clicks.find((click) => click.messageId === messageId)?.journey;
    if (messageId === null || journey === undefined) await deleteCredit(tx, order.orderId);
    else await upsertCredit(tx, { orderId: order.orderId, profileId, messageId, journey, rule: creditRule }, shard);
  }
}

/** A ghost is the control; whatever else became of a mail after the gates belongs to the treated arm. */
function armOf(event: ShopEvent): Unit['arm'] | null {
  if (is(event, 'message.heldOut')) return 'control';
  return is(event, 'message.accepted') ? 'treated' : null;
}

function profileOf({ identities, visitor }: ShopEvent): string | null {
  const named = identities.find(({ namespace }) => namespace === 'profile')?.id;
  return named ?? (visitor.startsWith('profile:') ? visitor.slice('profile:'.length) : null);
}

function clickOf(event: ShopEvent, message: NonNullable<ShopEvent['message']>, profileId: string | null) {
  return {
    clickId: textOf(event.data?.['clickId']) ?? event.id,
    messageId: message.id,
    journey: message.journey,
    profileId,
    at: event.happenedAt,
    item: message.item ?? null,
    position: message.position ?? null,
    recommendation: message.recommendation ?? null,
  };
}

function orderOf({ profileId, at, data }: Fact) {
  const { orderId, total, totalMinor, currency, items } = data;
  if (typeof orderId !== 'string' || !isCurrency(currency)) return null;
  const minor = typeof totalMinor === 'number' ? totalMinor : toMinor(Number(total), currency);
  if (!Number.isSafeInteger(minor)) return null;
  return { orderId, profileId, at, minor, currency, items: itemsOf(items) };
}

function itemsOf(items: unknown): { id: string; quantity: number }[] {
  if (!Array.isArray(items)) return [];
  return (items as { id?: unknown; quantity?: unknown }[]).flatMap(({ id, quantity }) =>
    typeof id === 'string' ? [{ id, quantity: typeof quantity === 'number' ? quantity : 1 }] : [],
  );
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
