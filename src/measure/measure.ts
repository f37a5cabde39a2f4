import { isCurrency, shardOf, toMinor, type Clock } from '../base/index.ts';
import { is, type ShopEvent, type VisitorSpan } from '../event/index.ts';
import type { Fact, Profile } from '../profile/index.ts';
import type { Runner, Store, Tx } from '../store/index.ts';
import { clickIdOf, creditOf, creditRule } from './credit.ts';
import { joinUnits, partUnits, type CarriedMeasure } from './merge.ts';
import { buildReport, type JourneyCounts, type JourneyReport, type MessageCounts } from './report.ts';
import {
  deleteCredit,
  deletePerson,
  humanClicks,
  insertOrder,
  insertSent,
  insertUnit,
  livingProfile,
  lockPerson,
  ordersOf,
  recipientOf,
  rowsOf,
  upsertClick,
  upsertCredit,
  upsertLanding,
  type Arm,
} from './table.ts';
import { armSums, clicksOf, creditedByJourney, journeyTotals, type Page } from './table-report.ts';
import {
  tellStory,
  type AudienceLine,
  type LookItem,
  type MessageLine,
  type StepLine,
  type TimelineEntry,
} from './timeline.ts';

/** What measure needs from others; `app.ts` fills the slots. */
export interface MeasureParts {
  store: Store;
  clock: Clock;
  /** The shop's currency, ISO 4217: revenue is reported in it. */
  currency: string;
  journeys: {
    counts(key: string): Promise<JourneyCounts | null>;
    /** The journey's name; undefined when there is none of this key. */
    nameOf(key: string): string | undefined;
    stepsOf(profileId: string, page: Page): Promise<StepLine[]>;
  };
  messages: { counts(key: string): Promise<MessageCounts>; ofProfile(profileId: string): Promise<MessageLine[]> };
  profiles: {
    get(id: string): Promise<Profile | null>;
    /** Names and devices of a person, each for the time it was theirs. */
    visitorsOf(id: string): Promise<VisitorSpan[]>;
    audiences?: { changesOf(id: string, page: { before: number | null; limit: number }): Promise<AudienceLine[]> };
  };
  log: { history(query: { visitors: readonly VisitorSpan[]; limit: number; before?: number }): Promise<ShopEvent[]> };
  catalog: { get(id: string): { name: string; imageUrl: string | null } | undefined };
}

/** How long after its assignment a profile's orders count, days (trust.md §5.1). */
export const windowDays = 7;
const windowMs = windowDays * 24 * 60 * 60 * 1000;

/** Reads what happened and says what it did. */
export class Measure {
  readonly #parts: MeasureParts;

  constructor(parts: MeasureParts) {
    this.#parts = parts;
  }

  /**
   * Takes in what one fold saw, in the fold's transaction: `message.accepted` and `message.heldOut` give units,
   * `message.clicked` gives clicks, a page opened with a click id makes that click human, `ordered` facts give orders.
   * Taking in the same thing again changes nothing, and neither does the order in which things come.
   *
   * An event about a message names its person by an identity of namespace `profile` (or by its visitor); a click may
   * leave it out. Named test profiles, known by `profiles` or by `data.test` of the event, are never counted.
   */
  async listen(
    tx: Tx,
    facts: readonly Fact[],
    events: readonly ShopEvent[],
    { profiles = new Map() }: { profiles?: ReadonlyMap<string, Profile> } = {},
  ): Promise<void> {
    const touched = new Set<string>();
    const isTest = (id: string) => profiles.get(id)?.state.test === true;
    for (const event of events) {
      const profileId = await this.#takeIn(tx, event, isTest);
      if (profileId !== null) touched.add(profileId);
    }
    for (const fact of facts) {
      if (fact.name !== 'ordered' || isTest(fact.profileId)) continue;
      const order = orderOf(fact);
      if (order === null) continue;
      await insertOrder(tx, order, shardOf(fact.profileId));
      touched.add(fact.profileId);
    }
    for (const profileId of [...touched].sort()) await creditOrders(tx, profileId);
  }

  /** Gives the profile whose credits this event may change. */
  async #takeIn(tx: Tx, event: ShopEvent, isTest: (id: string) => boolean): Promise<string | null> {
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
    await this.assign(tx, { journey: message.journey, profileId, arm, at });
    await insertSent(tx, { messageId: message.id, journey: message.journey, profileId, at }, shardOf(profileId));
    return profileId;
  }

  /**
   * Notes that a profile has become comparable in a journey: every gate but the arm was passed. The first assignment
   * stays. Whoever plans mails may call this at that moment, so that a mail that fails later still counts in its arm.
   */
  async assign(tx: Runner, unit: { journey: string; profileId: string; arm: Arm; at: number }): Promise<void> {
    await insertUnit(tx, unit, shardOf(unit.profileId));
  }

  /** After two profiles became one: the earlier arm stays, and whoever met both arms is left out of both, and counted. @returns what `unmerge` needs */
  async merge(tx: Tx, from: string, into: string): Promise<CarriedMeasure> {
    const carried = await joinUnits(tx, { from, into, shard: shardOf(into) });
    await creditOrders(tx, into);
    return carried;
  }

  /** The two are parted again: each has its own arm, orders and clicks. */
  async unmerge(tx: Tx, parted: { from: string; into: string; carried: CarriedMeasure }): Promise<void> {
    await partUnits(tx, { ...parted, shard: shardOf(parted.from) });
    for (const profileId of [parted.from, parted.into].sort()) await creditOrders(tx, profileId);
  }

  /** Removes everything that names the profile; the reports lose its unit, orders and clicks. */
  async forget(tx: Tx, profileId: string): Promise<void> {
    await deletePerson(tx, profileId);
  }

  /** Everything that names the profile, by table, as stored. */
  exportFor(profileId: string): Promise<Record<string, Record<string, unknown>[]>> {
    return rowsOf(this.#parts.store, profileId);
  }

  /** The report of one journey; null when there is no such journey. */
  async report(journey: string): Promise<JourneyReport | null> {
    const { store, clock, currency, journeys, messages } = this.#parts;
    const runs = await journeys.counts(journey);
    if (runs === null) return null;
    const at = clock.now();
    const [all, matured, totals, mails] = await Promise.all([
      armSums(store, { journey, windowMs, currency, until: null }),
      armSums(store, { journey, windowMs, currency, until: at - windowMs }),
      journeyTotals(store, journey, currency),
      messages.counts(journey),
    ]);
    return buildReport({ journey, at, currency, windowDays, runs, messages: mails, all, matured, totals });
  }

  /** Credited orders and revenue of every journey, for lists: minor units by currency. */
  creditedByJourney(): Promise<{ journey: string; currency: string; orders: number; minor: number }[]> {
    return creditedByJourney(this.#parts.store);
  }

  /** One person's story, newest first; `before` is exclusive, UTC ms. Empty for an unknown profile. */
  async timeline(profileId: string, page: { before?: number | null; limit: number }): Promise<TimelineEntry[]> {
    const { store, profiles, log, journeys, messages, catalog } = this.#parts;
    const profile = await profiles.get(profileId);
    if (profile === null) return [];
    const before = page.before ?? undefined;
    const part = { limit: page.limit, ...(before === undefined ? {} : { before }) };
    const [events, steps, mails, clicks, orders, audiences] = await Promise.all([
      log.history({ visitors: await profiles.visitorsOf(profile.id), ...part }),
      journeys.stepsOf(profile.id, part),
      messages.ofProfile(profile.id),
      clicksOf(store, profile.id, part),
      ordersOf(store, profile.id),
      profiles.audiences?.changesOf(profile.id, { before: before ?? null, limit: page.limit }) ?? [],
    ]);
    const look: LookItem = (id) => catalog.get(id);
    const nameOf = (key: string) => journeys.nameOf(key) ?? key;
    return tellStory({ events, steps, messages: mails, clicks, orders, audiences }, { look, nameOf }, part);
  }
}

/** Credits every order of a profile anew; at most one message each. Holds the person's row, so none is missed. */
async function creditOrders(tx: Runner, profileId: string): Promise<void> {
  const shard = shardOf(profileId);
  await lockPerson(tx, profileId, shard);
  const orders = await ordersOf(tx, profileId);
  if (orders.length === 0) return;
  const clicks = await humanClicks(tx, profileId);
  for (const order of orders) {
    const messageId = creditOf(order, clicks);
    if (messageId === (order.credit?.messageId ?? null)) continue;
    const journey = clicks.find((click) => click.messageId === messageId)?.journey;
    if (messageId === null || journey === undefined) await deleteCredit(tx, order.orderId);
    else await upsertCredit(tx, { orderId: order.orderId, profileId, messageId, journey, rule: creditRule }, shard);
  }
}

/** A ghost is the control; whatever else became of a mail after the gates belongs to the treated arm. */
function armOf(event: ShopEvent): Arm | null {
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
