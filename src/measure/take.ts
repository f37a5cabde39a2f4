import { isCurrency, shardOf, toMinor } from '../base/index.ts';
import { identityKey, is, type ShopEvent } from '../event/index.ts';
import type { Fact, Profile } from '../profile/index.ts';
import type { Runner, Tx } from '../store/index.ts';
import { clickIdOf, creditedClick, ruleAt, ruleName } from './credit.ts';
import {
  insertOrders,
  insertRefund,
  insertSent,
  ordersOf,
  recipientOf,
  survivorsOf,
  upsertClick,
  upsertLanding,
  type Sent,
  type Unit,
} from './table.ts';
import { deleteCredit, humanClicks, rulesOf, upsertCredit } from './table-credit.ts';
import type { Pick as PagePick, Shown } from './table-shown.ts';

/** A unit whose assignment is only heard of from the log was assigned at the usual share. */
const usualShare = 0.1;

/** Takes in what events say of mails. @returns the profiles whose credits it may change */
export async function takeMails(
  tx: Tx,
  events: readonly ShopEvent[],
  { isTest, units }: { isTest: (id: string) => boolean; units: Unit[] },
): Promise<Set<string>> {
  const touched = new Set<string>();
  const about = events.filter(({ message, data }) => message !== undefined && data?.['test'] !== true);
  const named = about.flatMap((event) => profileOf(event) ?? []);
  const survivors = await survivorsOf(tx, named);
  const whose = async (event: ShopEvent) => {
    const name = profileOf(event);
    return name === null ? recipientOf(tx, event.message!.id) : (survivors.get(name) ?? name);
  };
  const sent: Sent[] = [];
  for (const event of about) {
    const arm = armOf(event);
    const profileId = arm === null ? null : await whose(event);
    if (arm === null || profileId === null || isTest(profileId)) continue;
    const { id: messageId, journey, activity = null } = event.message!;
    const { happenedAt: at } = event;
    // Whoever gets no mail at all is in no journey's comparison.
    if (event.data?.['heldOutOf'] !== 'all') units.push({ journey, profileId, arm, at, share: usualShare });
    sent.push({ messageId, journey, activity, profileId, at, held: arm === 'control', ...kindOf(event) });
    touched.add(profileId);
  }
  await insertSent(tx, sent);
  for (const event of events) {
    const landing = event.bot ? null : clickIdOf(event.page?.url);
    const isClick = event.message !== undefined && event.data?.['test'] !== true && armOf(event) === null;
    let clicker: string | null = null;
    if (landing !== null && is(event, 'web.webpagedetails.pageViews')) {
      clicker = await upsertLanding(tx, landing, event.happenedAt, shardOf(event.visitor));
    } else if (isClick && is(event, 'message.clicked')) {
      const profileId = await whose(event);
      if (profileId !== null && isTest(profileId)) continue;
      const click = clickOf(event, event.message!, profileId);
      clicker = await upsertClick(tx, click, shardOf(profileId ?? event.visitor));
    }
    if (clicker !== null) touched.add(clicker);
  }
  return touched;
}

/** Takes in what facts say of orders and of money that went back. @returns whose they were */
export async function takeOrders(tx: Tx, facts: readonly Fact[]): Promise<Set<string>> {
  const orders = facts.flatMap((fact) => (fact.name === 'ordered' ? (orderOf(fact) ?? []) : []));
  await insertOrders(tx, orders);
  const people = new Set(orders.map(({ profileId }) => profileId));
  for (const fact of facts) if (await takeRefund(tx, fact)) people.add(fact.profileId);
  return people;
}

/** @returns whether it says so */
async function takeRefund(tx: Tx, { name, profileId, at, data }: Fact): Promise<boolean> {
  const { orderId, refundId, totalMinor } = data;
  if (typeof orderId !== 'string') return false;
  if (name === 'order.cancelled') {
    await insertRefund(tx, { orderId, refundId: 'cancelled', profileId, at, minor: 0, cancels: true });
    return true;
  }
  if (name !== 'refunded' || typeof refundId !== 'string' || !Number.isSafeInteger(totalMinor)) return false;
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
  const [orders, rules] = [await ordersOf(tx, profileId), await rulesOf(tx)];
  for (const { orderId, at, credit } of orders) {
    const rule = ruleAt(rules, at);
    const click = creditedClick({ at }, clicks, rule);
    if (click === null) {
      if (credit !== null) await deleteCredit(tx, orderId);
      continue;
    }
    const { messageId, journey, clickId } = click;
    if (messageId === credit?.messageId && clickId === credit.clickId) continue;
    await upsertCredit(tx, { orderId, profileId, messageId, journey, clickId, rule: ruleName(rule) }, shard);
  }
}

/** What reports tell mails apart by; null where an older event does not say. */
function kindOf({
  data,
  happenedAt,
}: ShopEvent): Pick<Sent, 'version' | 'message' | 'variant' | 'plannedAt' | 'shown'> {
  const [version, planned] = [data?.['version'], data?.['plannedAt']];
  return {
    version: Number.isInteger(version) ? (version as number) : null,
    message: textOf(data?.['message']),
    variant: textOf(data?.['variant']),
    plannedAt: typeof planned === 'number' && Number.isSafeInteger(planned) ? planned : happenedAt,
    shown: shownOf(data?.['shown']),
  };
}

function shownOf(shown: unknown): Sent['shown'] {
  if (!Array.isArray(shown)) return [];
  return (shown as { item?: unknown; position?: unknown; criterion?: unknown }[]).flatMap(
    ({ item, position, criterion }): Sent['shown'] =>
      textOf(item) === null
        ? []
        : [[textOf(criterion) ?? '', Number.isInteger(position) ? (position as number) : 0, item as string]],
  );
}

/** Types of the events by which pages tell what they showed. */
export const shownTypes: readonly string[] = ['decisioning.propositionDisplay', 'decisioning.propositionInteract'];

/** Recommendations of pages that these events show or click, and the clicks of people we know, by whom orders are credited. */
export function shownIn(
  events: readonly ShopEvent[],
  profiles: Iterable<Profile>,
): { shown: Shown[]; picks: PagePick[] } {
  const [shown, picks]: [Shown[], PagePick[]] = [[], []];
  let owners: Map<string, Profile> | undefined;
  for (const event of events) {
    const { recommendation, happenedAt: at } = event;
    if (!recommendation || event.bot) continue;
    const [display, clicked] = [
      is(event, 'decisioning.propositionDisplay'),
      is(event, 'decisioning.propositionInteract'),
    ];
    if (!display && !clicked) continue;
    const { criterion, position = 0, item = '', id } = recommendation;
    owners ??= byName(profiles);
    const owner = owners.get(event.visitor);
    if (owner?.state.test) continue;
    shown.push({ at, criterion, position, item, shown: display ? 1 : 0, clicked: clicked ? 1 : 0 });
    if (!clicked || !owner) continue;
    const name = `${event.source}:${event.id}`;
    picks.push({ id: name, profileId: owner.id, at, criterion, position, item, recommendation: id });
  }
  return { shown, picks };
}

function byName(profiles: Iterable<Profile>): Map<string, Profile> {
  const found = new Map<string, Profile>();
  for (const profile of profiles)
    for (const identity of profile.state.identities) found.set(identityKey(identity), profile);
  return found;
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
    criterion: message.criterion ?? null,
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
