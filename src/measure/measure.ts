import { sha256, shardOf, type Clock } from '../base/index.ts';
import type { ShopEvent, VisitorSpan } from '../event/index.ts';
import type { Fact, Profile } from '../profile/index.ts';
import type { Runner, Store, Tx } from '../store/index.ts';
import type { Counts, FunnelGroup } from '../message/index.ts';
import { funnelRows, isItemGroup, type FunnelRow, type ItemGroup } from './funnel.ts';
import { auditNext, type AuditPlace, type WrongSum } from './audit.ts';
import { rebuildPages, unshowPages, type PageParts } from './rebuild.ts';
import { joinUnits, partUnits, type CarriedMeasure } from './merge.ts';
import { Comparing, type BanditParts } from './comparing.ts';
import { Crediting } from './crediting.ts';
import { comparePeriods, periodFigures, type PeriodComparison, type Whole } from './period.ts';
import { Rates } from './rates.ts';
import { armView, buildReport, type ArmSums, type JourneyCounts, type JourneyReport } from './report.ts';
import { buyerFloor, rateFloor, tightestAt } from './statistics.ts';
import { devicesOf } from './verdict.ts';
import { deletePerson, insertUnits, lockPersons, ordersOf, peopleWithClicks, rowsOf, type Unit } from './table.ts';
import { ownRate } from './table-rate.ts';
import { capBefore, insertStart, startOf } from './table-start.ts';
import { creditOrders, shownIn, takeMails, takeOrders } from './take.ts';
import { rebuildShown } from './table-mail.ts';
import { gatherShown, insertPicks, insertShown } from './table-shown.ts';
import { clicksOf, creditedByJourney, funnelActs, journeyTotals, type Page } from './table-report.ts';
import { armsIn, daysOf, spansIn } from './table-arms.ts';
import { laterDays, windowDays } from './table-sums.ts';
import {
  auditDays,
  auditTally,
  count,
  gather,
  hasDaysOf,
  keepDays,
  rebuildTally,
  uncount,
  uncounted,
} from './table-tally.ts';
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
  /** The shop's time zone: days and weeks of the report are its. */
  zone: string;
  journeys: {
    counts(key: string): Promise<JourneyCounts | null>;
    /** The journey's name; undefined when there is none of this key. */
    nameOf(key: string): string | undefined;
    stepsOf(profileId: string, page: Page): Promise<StepLine[]>;
    /** Activities whose alternatives are weighed; absent: there are none. */
    bandits?: BanditParts;
  };
  messages: {
    /** What became of the mails of a journey, in numbers. */
    counts: Pick<Counts, 'of' | 'funnel'> & Partial<Pick<Counts, 'heard' | 'rollUp' | 'rebuild' | 'audit'>>;
    ofProfile(profileId: string): Promise<MessageLine[]>;
  };
  profiles: {
    get(id: string): Promise<Profile | null>;
    /** Names and devices of a person, each for the time it was theirs. */
    visitorsOf(id: string): Promise<VisitorSpan[]>;
    findAll?: PageParts['profiles']['findAll'];
    audiences?: { changesOf(id: string, page: { before: number | null; limit: number }): Promise<AudienceLine[]> };
  };
  log: {
    history(query: { visitors: readonly VisitorSpan[]; limit: number; before?: number }): Promise<ShopEvent[]>;
  } & Partial<PageParts['log']>;
  catalog: { get(id: string): { name: string; imageUrl: string | null } | undefined; readonly size?: number };
}

const dayMs = 24 * 60 * 60 * 1000;
/** How much of the roll-up one pass does. */
const pass = { gathered: 20_000, people: 1000 };

/** When people were assigned, UTC ms; `until` is exclusive. */
export interface Span {
  from?: number | null;
  until?: number | null;
}

/** A row of the download: one arm, one day. */
export interface SumsRow extends ArmSums {
  day: string;
  arm: Unit['arm'];
  matured: boolean;
  /** Share that was held out when they were assigned, on average. */
  heldOutShare: number | null;
  conflicted: number;
  currency: string;
  /** People last seen on each kind of device, and how many of them should be held out. */
  phone: number;
  phoneExpected: number;
  tablet: number;
  tabletExpected: number;
  computer: number;
  computerExpected: number;
}

/** Reads what happened and says what it did. */
export class Measure {
  readonly #parts: MeasureParts;
  /** Journeys known to have begun. */
  readonly #begun = new Set<string>();

  /** What other currencies are worth. */
  readonly rates: Rates;
  /** Comparisons within journeys, and of all mail with none. */
  readonly comparing: Comparing;
  /** By which rule orders are credited, and to which items and recommendations. */
  readonly crediting: Crediting;

  constructor(parts: MeasureParts) {
    this.#parts = parts;
    this.rates = new Rates(parts.store, parts.currency);
    const { bandits } = parts.journeys;
    this.comparing = new Comparing({ ...parts, ...(bandits ? { bandits } : {}) });
    this.crediting = new Crediting(parts);
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
    const units: Unit[] = [];
    const isTest = (id: string) => profiles.get(id)?.state.test === true;
    const touched = await takeMails(tx, events, { isTest, units });
    const bought = await takeOrders(
      tx,
      facts.filter(({ profileId }) => !isTest(profileId)),
    );
    const { shown, picks } = shownIn(events, profiles.values());
    await insertShown(tx, shown);
    await insertPicks(tx, picks);
    const people = [...new Set([...touched, ...bought])].sort();
    if (people.length === 0) return;
    await lockPersons(tx, people);
    if (units.length > 0) {
      await this.#begin(tx, units);
      await insertUnits(tx, units);
    }
    // Only orders change what a unit came to; a click changes credits alone.
    if (bought.size > 0 || units.length > 0) await count(tx, people);
    for (const profileId of await peopleWithClicks(tx, people)) await creditOrders(tx, profileId);
  }

  /** The shop's own currency is worth itself, and days are its. Call once before anything else. */
  async open(): Promise<void> {
    const { store, currency, zone } = this.#parts;
    await ownRate(store, currency);
    if (!(await hasDaysOf(store, zone))) await store.inTransaction((tx) => keepDays(tx, zone));
  }

  /**
   * Notes that profiles have become comparable in a journey: every gate but the arm was passed. The first assignment stays.
   * Whoever plans mails calls this at that moment, so that a mail that fails later still counts in its arm.
   */
  async assign(tx: Runner, units: readonly Unit[]): Promise<void> {
    if (units.length === 0) return;
    const people = units.map(({ profileId }) => profileId);
    await lockPersons(tx, people);
    await this.#begin(tx, units);
    await insertUnits(tx, units);
    await count(tx, people);
  }

  /** Before a journey's first unit, what will decide is written down, with its hash, and where single large orders are cut. */
  async #begin(tx: Runner, units: readonly Unit[]): Promise<void> {
    for (const { journey, at } of units) {
      if (this.#begun.has(journey)) continue;
      if ((await startOf(tx, journey)) !== null) {
        this.#begun.add(journey);
        continue;
      }
      const { currency } = this.#parts;
      const cap = await capBefore(tx, at);
      const floors = { conversions: rateFloor, buyers: buyerFloor };
      const plan = {
        metric: 'net revenue per assigned person',
        currency,
        windowDays,
        alpha: 0.05,
        tightestAt,
        floors,
        cap,
      };
      const hash = sha256(JSON.stringify(plan));
      await insertStart(tx, journey, { startedAt: at, cap, plan, hash });
    }
  }

  /** Keeps the roll-up, and the shares of bandits: gathers what changed, and counts who is not counted yet. @returns how much was done */
  async rollUp(): Promise<number> {
    const { store, messages, zone } = this.#parts;
    await this.comparing.weigh();
    const waiting = await uncounted(store, pass.people);
    if (waiting.length > 0) {
      const people = waiting.map(({ profileId }) => profileId);
      await store.inTransaction(async (tx) => {
        await lockPersons(tx, people);
        await count(tx, people);
      });
    }
    const gathered = async (tx: Tx) =>
      (await gather(tx, { limit: pass.gathered, zone })) + (await gatherShown(tx, pass.gathered));
    const mails = (await messages.counts.rollUp?.()) ?? 0;
    return waiting.length + mails + (await store.inTransaction(gathered));
  }

  /** Makes the roll-ups anew from units, orders, mails and the log; the result is the same. */
  async rebuild(): Promise<void> {
    const { store, messages, log, profiles } = this.#parts;
    const pages = log.folded && profiles.findAll ? ({ log, profiles } as PageParts) : null;
    await store.inTransaction(async (tx) => {
      await rebuildTally(tx);
      await rebuildShown(tx);
      if (pages) await rebuildPages(tx, pages);
      await messages.counts.rebuild?.(tx);
    });
  }

  /** Looks at the next piece of the roll-ups: is it the sum of what it is made of? From piece to piece over all of them, and then anew. */
  auditNext(last: AuditPlace | null): Promise<{ broken: WrongSum[]; next: AuditPlace | null }> {
    const { store, zone, clock, messages } = this.#parts;
    const mails =
      messages.counts.audit && ((keys: readonly string[], day: string) => messages.counts.audit!(keys, day));
    return auditNext({ store, zone, now: clock.now(), mails }, last);
  }

  /** What of the roll-up is not the sum over the units; empty when all is well. Reads all of them. */
  async audit(): Promise<Record<string, unknown>[]> {
    const { store, zone } = this.#parts;
    return [...(await auditTally(store)), ...(await auditDays(store, zone))];
  }

  /** After two profiles became one: the earlier arm stays, and whoever met both arms is left out of both, and counted. @returns what `unmerge` needs */
  async merge(tx: Tx, from: string, into: string): Promise<CarriedMeasure> {
    await lockPersons(tx, [from, into]);
    await uncount(tx, [from, into]);
    const carried = await joinUnits(tx, { from, into, shard: shardOf(into) });
    await count(tx, [into]);
    await creditOrders(tx, into, { parted: true });
    return carried;
  }

  /** The two are parted again: each has its own arm, orders and clicks. */
  async unmerge(tx: Tx, parted: { from: string; into: string; carried: CarriedMeasure }): Promise<void> {
    const both = [parted.from, parted.into].sort();
    await lockPersons(tx, both);
    await uncount(tx, both);
    await partUnits(tx, { ...parted, shard: shardOf(parted.from) });
    await count(tx, both);
    for (const profileId of both) await creditOrders(tx, profileId, { parted: true });
  }

  /** Takes what pages showed these visitors out of the reports, before the log forgets it. Once: the counts would go twice. */
  async forgetPages(tx: Tx, spans: readonly VisitorSpan[], until: number): Promise<void> {
    const { log, profiles } = this.#parts;
    if (log.folded && profiles.findAll) await unshowPages(tx, { log, profiles } as PageParts, { spans, until });
  }

  /** Removes everything that names the profile; the reports lose its unit, orders and clicks. */
  async forget(tx: Tx, profileId: string): Promise<void> {
    await lockPersons(tx, [profileId]);
    await uncount(tx, [profileId]);
    await deletePerson(tx, profileId);
  }

  /** Everything that names the profile, by table, as stored. */
  exportFor(profileId: string): Promise<Record<string, Record<string, unknown>[]>> {
    return rowsOf(this.#parts.store, profileId);
  }

  /** The report of one journey; null when there is no such journey. `from` and `until` bound when people were assigned, UTC ms. */
  async report(journey: string, { from = null, until = null }: Span = {}): Promise<JourneyReport | null> {
    const { store, clock, currency, zone, journeys, messages } = this.#parts;
    const runs = await journeys.counts(journey);
    if (runs === null) return null;
    const at = clock.now();
    const cuts = [laterDays, windowDays].map((days) => at - days * dayMs);
    const [days, start, totals, mails] = await Promise.all([
      daysOf(store, { journey, from, until }, { zone, cuts }),
      startOf(store, journey),
      journeyTotals(store, journey),
      messages.counts.of(journey),
    ]);
    const watched = (cut: number) => days.filter(({ part }) => part <= cut);
    return buildReport({
      journey,
      at,
      currency,
      windowDays,
      runs,
      messages: mails,
      all: armsIn(days),
      matured: armsIn(watched(1)),
      later: armsIn(watched(0)),
      weeks: spansIn(watched(1), 'week'),
      days: spansIn(days, 'day'),
      start,
      totals,
    });
  }

  /** What became of a journey's mails by day of their plan, by activity and so on, in the order of days or names; or by what stood in them. */
  async funnel(
    journey: string,
    { by, from = null, until = null }: Span & { by: FunnelGroup | ItemGroup },
  ): Promise<FunnelRow[]> {
    const { store, zone, currency, messages } = this.#parts;
    if (isItemGroup(by)) {
      const heard = (await messages.counts.heard?.({ journey, from, until })) ?? [];
      return this.crediting.mails(journey, { by, from, until, heard });
    }
    const query = { journey, by, zone, from, until };
    const [{ states, heard }, acts] = await Promise.all([messages.counts.funnel(query), funnelActs(store, query)]);
    return funnelRows({ states, heard, acts }, currency);
  }

  /**
   * The sums behind the comparison of a journey, by day of assignment and arm, for recomputing it; money in major units. The rows
   * of `matured` add up to what decides.
   */
  async sums(journey: string, { from = null, until = null }: Span = {}): Promise<SumsRow[]> {
    const { store, clock, currency, zone } = this.#parts;
    const maturedAt = clock.now() - windowDays * dayMs;
    const rows = await daysOf(store, { journey, from, until }, { zone, cuts: [maturedAt] });
    return rows.flatMap((row) => {
      const { day, arm, part, conflicted, share, n } = row;
      if (n === 0 && conflicted === 0) return [];
      const matured = part === 0;
      const heldOutShare = n === 0 ? null : Number((share / n / 10_000).toPrecision(6));
      return { day, arm, matured, heldOutShare, conflicted, currency, ...armView(row, currency), ...devicesOf(row) };
    });
  }

  /** Two spans of a journey side by side: the mails planned in them, and the people who came into its comparison. */
  async periods(journey: string, spans: { now: Whole; before: Whole }): Promise<PeriodComparison> {
    const { store, zone, currency } = this.#parts;
    const figures = async (span: Whole) => {
      const [mails, days] = await Promise.all([
        this.funnel(journey, { by: 'whole', ...span }),
        daysOf(store, { journey, ...span }, { zone }),
      ]);
      return periodFigures(span, { mails: mails[0], arms: armsIn(days), currency });
    };
    const [now, before] = await Promise.all([figures(spans.now), figures(spans.before)]);
    return comparePeriods(now, before, currency);
  }

  /** Credited orders and revenue of every journey, for lists; minor units of the report's currency. */
  async creditedByJourney(): Promise<{ journey: string; currency: string; orders: number; minor: number }[]> {
    const rows = await creditedByJourney(this.#parts.store);
    return rows.map((row) => ({ ...row, currency: this.#parts.currency }));
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
