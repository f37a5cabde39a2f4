import { durationMs, point } from '../base/index.ts';
import { truthy } from '../language/index.ts';
import { isAudienceKey, viewOf, type Profile, type ProfileView } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import type { EntryData, LiveJourney } from './admit.ts';
import { Changes } from './change.ts';
import { defaultLateness } from './span.ts';
import type { AudienceEntry, BusinessEntry, JourneyDefinition } from './definition.ts';
import type { RunHands } from './hands.ts';
import { nextReadingOf, waveOf, type Reading } from './reading.ts';
import type { RunnerParts } from './runner.ts';
import { activeRuns } from './table.ts';
import {
  closeReadOut,
  holdReading,
  lastReading,
  nextReadingAt,
  noteReading,
  openReading,
  planReadings,
  type NewReading,
} from './table-reading.ts';

/** People let in by one transaction, and pages in one go, so that waits and mails have their turn between. */
const pageSize = 500;
const pagesAtOnce = 20;
/** People asked by an expression for one page. */
const scanSize = 2000;
/** How soon an audience that is still being worked out is asked again, ms. */
const unbuiltRestMs = 5000;

/** Something that happened to no person; the same `id` lets nobody in twice. Times are UTC ms. */
export interface BusinessFact {
  name: string;
  id: string;
  at: number;
  data: Record<string, unknown>;
  /** Items that changed: `when` is asked of each as `event`, and those for which it holds are `event.items`. */
  items?: readonly Record<string, unknown>[];
}

/** What reading needs of the runner. */
export interface ReaderHands {
  parts: RunnerParts;
  hands: RunHands;
  admit(changes: Changes, journey: LiveJourney, entry: EntryData, profile: Profile): boolean;
  save(tx: Tx, changes: Changes, profiles: ReadonlyMap<string, Profile>): Promise<void>;
}

/** A page of people, and where it ends; no `cursor` when it is the last. */
interface Page {
  ids: string[];
  /** As they were read when they were looked for, where that was needed. */
  seen: Map<string, Profile>;
  cursor: string | null;
}

/** Somebody as an expression sees them, for one reading. */
interface Looked {
  profile: Profile;
  view: ProfileView;
  definition: JourneyDefinition;
  data: Record<string, unknown> | null;
  now: number;
}

/** People behind a mark, looked for while those before it come in; each is asked once more under their lock. */
interface Ahead {
  id: string;
  cursor: string;
  people: Promise<Page | null>;
}

/**
 * Lets the people of an audience into a journey, page by page. Each page is one transaction with the mark how far the
 * reading has come, so a crash loses none and doubles none.
 */
export class AudienceReader {
  readonly #parts: RunnerParts;
  readonly #hands: ReaderHands;

  constructor(hands: ReaderHands) {
    this.#parts = hands.parts;
    this.#hands = hands;
  }

  /** Plans what has fallen due and goes on with what is open. @returns people looked at */
  async work(): Promise<number> {
    await this.#plan();
    let looked = 0;
    // While one page comes in, the people of the next are looked for.
    let ahead: Ahead | null = null;
    for (let page = 0; page < pagesAtOnce; page++) {
      const reading = await openReading(this.#parts.store, this.#parts.clock.now());
      if (reading === null) break;
      const isAhead = ahead?.id === reading.id && ahead.cursor === reading.cursor;
      const done = await this.#page(reading, { found: isAhead ? ahead!.people : null, last: page + 1 === pagesAtOnce });
      looked += done.looked;
      ahead = done.ahead;
    }
    return looked;
  }

  async nextDue(): Promise<number | null> {
    const planned = this.#parts.journeys.live().flatMap(({ row: { readDue } }) => (readDue === null ? [] : [readDue]));
    const open = await nextReadingAt(this.#parts.store);
    const all = open === null ? planned : [open, ...planned];
    return all.length === 0 ? null : Math.min(...all);
  }

  /** A business event: whoever it concerns comes in. In the transaction that tells it, each once by its id. */
  async happened(tx: Tx, facts: readonly BusinessFact[]): Promise<void> {
    const readings: NewReading[] = [];
    for (const { row, definition } of this.#parts.journeys.live()) {
      const { entry } = definition;
      if (entry.kind !== 'business') continue;
      for (const fact of facts) {
        const data = fact.name === entry.event ? this.#concerning(entry, fact) : null;
        if (data === null) continue;
        const { key: journey, version } = row;
        const { id: name, at: due } = fact;
        readings.push({ id: this.#parts.ids.next(), journey, version, name, wave: 0, due, since: null, data });
      }
    }
    await planReadings(tx, readings);
  }

  /** What the journey sees of a business event; null when its rule does not hold. */
  #concerning({ when }: BusinessEntry, { data, items }: BusinessFact): Record<string, unknown> | null {
    const holds = (event: Record<string, unknown>) =>
      when === undefined || truthy(this.#hands.hands.plain(when, { event }));
    if (items === undefined) return holds(data) ? data : null;
    const mine = items.filter((item) => holds({ ...data, ...item }));
    return mine.length === 0 ? null : { ...data, items: mine, ids: [...new Set(mine.map(({ id }) => id))] };
  }

  /** Readings whose hour has come; one found very late, after the system was down, is left out. */
  async #plan(): Promise<void> {
    const { clock, journeys, log, store } = this.#parts;
    const now = clock.now();
    for (const { row, definition } of journeys.live()) {
      const { entry } = definition;
      if (entry.kind !== 'audience' || row.readDue === null || row.readDue > now) continue;
      const due = row.readDue;
      const isLate = now - due > durationMs(definition.lateness ?? defaultLateness);
      if (isLate) log.warn('journey.reading-too-late', { journey: row.key, due: new Date(due).toISOString() });
      const since = entry.incremental ? await lastReading(store, row.key) : null;
      const next = entry.every === 'once' ? null : nextReadingOf(definition, journeys.zone, now);
      await store.inTransaction(async (tx) => {
        const waves = entry.waves ?? [{ after: 'PT0S' }];
        const name = new Date(due).toISOString();
        const made = waves.map(({ after }, wave): NewReading => ({
          id: this.#parts.ids.next(),
          journey: row.key,
          version: row.version,
          name,
          wave,
          due: due + durationMs(after),
          since,
          data: null,
        }));
        if (!isLate) await planReadings(tx, made);
        await journeys.setReadDue(row.key, next, tx);
      });
      point('journey.read-planned');
    }
  }

  async #page(
    reading: Reading,
    { found, last }: { found: Promise<Page | null> | null; last: boolean },
  ): Promise<{ looked: number; ahead: Ahead | null }> {
    const { clock, journeys, store } = this.#parts;
    const definition = journeys.version(reading.journey, reading.version);
    const { entry } = definition ?? {};
    const now = clock.now();
    if (!definition || !entry || entry.kind === 'event') {
      await noteReading(store, reading.id, { cursor: null, started: 0, nextAt: now, endedAt: now });
      return { looked: 0, ahead: null };
    }
    const size = Math.min(pageSize, entry.rate ?? pageSize);
    const about = { definition, entry, size };
    const page = await (found ?? this.#people(reading, about));
    if (page === null) {
      await noteReading(store, reading.id, { cursor: null, started: 0, nextAt: now + unbuiltRestMs, endedAt: null });
      return { looked: 0, ahead: null };
    }
    const { cursor } = page;
    const goesOn = cursor !== null && entry.rate === undefined && !last;
    const ahead = goesOn ? { id: reading.id, cursor, people: this.#people({ ...reading, cursor }, about) } : null;
    ahead?.people.catch(() => {}); // told to whoever waits for it
    const ended = page.cursor === null;
    const nextAt = entry.rate === undefined ? now : now + Math.ceil((size / entry.rate) * 1000);
    const closed = await store.inTransaction(async (tx) => {
      if (!(await holdReading(tx, reading))) return 0;
      const started = await this.#enter(tx, reading, { definition, entry, page });
      await noteReading(tx, reading.id, { cursor: page.cursor, started, nextAt, endedAt: ended ? now : null });
      return ended && entry.kind === 'audience' ? closeReadOut(tx, [reading.journey], now) : 0;
    });
    point('journey.read-page');
    if (closed > 0) await journeys.load();
    return { looked: Math.max(1, page.ids.length), ahead };
  }

  /** The next people to look at; null when the audience is still being worked out. */
  async #people(
    reading: Reading,
    { definition, entry, size }: { definition: JourneyDefinition; entry: AudienceEntry | BusinessEntry; size: number },
  ): Promise<Page | null> {
    const { profiles } = this.#parts;
    const isMine = this.#waveTest(entry, reading);
    if (!isAudienceKey(entry.audience)) {
      const seen = new Map<string, Profile>();
      let looked = 0;
      for await (const profile of profiles.readAll({ seenSince: 0, page: size, after: reading.cursor })) {
        if (isMine(profile.id) && this.#holds(this.#look(profile, definition, reading), entry))
          seen.set(profile.id, profile);
        if (++looked >= scanSize || seen.size >= size) return { ids: [...seen.keys()], seen, cursor: profile.id };
      }
      return { ids: [...seen.keys()], seen, cursor: null };
    }
    const audience = profiles.audiences.all.find(({ row }) => row.key === entry.audience);
    if (!audience) return { ids: [], seen: new Map(), cursor: null };
    if (audience.row.builtAt === null) return null;
    const members = await profiles.audiences.members(entry.audience, { after: reading.cursor, limit: size });
    const { since } = reading;
    const ids = members.filter((one) => (since === null || one.since > since) && isMine(one.id)).map(({ id }) => id);
    return { ids, seen: new Map(), cursor: members.length < size ? null : members.at(-1)!.id };
  }

  #waveTest(entry: AudienceEntry | BusinessEntry, { name, wave }: Reading): (id: string) => boolean {
    const waves = entry.kind === 'audience' ? entry.waves : undefined;
    return waves === undefined ? () => true : (id) => waveOf(waves, name, id) === wave;
  }

  #look(profile: Profile, definition: JourneyDefinition, { data }: Reading): Looked {
    const now = this.#parts.clock.now();
    return { profile, view: viewOf(profile, now), definition, data, now };
  }

  /** Does this profile belong to those who are read? Asked once more under its lock. */
  #holds(looked: Looked, entry: AudienceEntry | BusinessEntry): boolean {
    const { profile, view, data } = looked;
    const scope = { profile: view, ...(data === null ? {} : { event: data }) };
    const asks = (source: string) => truthy(this.#hands.hands.evaluate(source, scope, looked));
    if (!isAudienceKey(entry.audience)) return asks(entry.audience);
    if (!(profile.audiences ?? []).includes(entry.audience)) return false;
    return entry.kind === 'business' || entry.when === undefined || asks(entry.when);
  }

  async #enter(
    tx: Tx,
    reading: Reading,
    { definition, entry, page }: { definition: JourneyDefinition; entry: AudienceEntry | BusinessEntry; page: Page },
  ): Promise<number> {
    if (page.ids.length === 0) return 0;
    // In this order, on one connection.
    const locking = this.#parts.profiles.lock(tx, page.ids, page.seen);
    const [locked, runs] = await Promise.all([locking, activeRuns(tx, page.ids)]);
    await this.#hands.hands.load(tx, [...locked.values()], [definition]);
    const changes = new Changes(this.#parts, runs);
    await changes.loadEntries(tx, [...locked.keys()], [definition]);
    let started = 0;
    for (const profile of locked.values()) {
      const looked = this.#look(profile, definition, reading);
      if (!this.#holds(looked, entry)) continue;
      // A person whom a merge has brought behind the mark was read under another id already.
      const isRead = entry.kind === 'audience' && (changes.lastEntry(profile.id, definition.key) ?? 0) >= reading.due;
      if (isRead) continue;
      for (const { key, data } of this.#entriesOf(looked, entry)) {
        if (await this.#isHeld(tx, changes, { profile, entry, key, journey: definition.key })) continue;
        const journey = { definition, version: reading.version };
        if (this.#hands.admit(changes, journey, { key, at: reading.due, data }, profile)) started++;
      }
    }
    await this.#hands.save(tx, changes, locked);
    return started;
  }

  /** With what a person comes in: once, or once for each element that the entry names. */
  #entriesOf(
    { profile, view, definition, data, now }: Looked,
    entry: AudienceEntry | BusinessEntry,
  ): { key: string; data: Record<string, unknown> }[] {
    const whole = { ...data, ecid: view.ecid };
    if (entry.kind === 'audience') return [{ key: '', data: whole }];
    const ask = (source: string, event: unknown) =>
      this.#hands.hands.evaluate(source, { profile: view, event }, { profile, definition, now });
    const each = entry.each === undefined ? undefined : ask(entry.each, whole);
    // What concerns others too is not carried along by each run.
    const { items: _items, ids: _ids, ...own } = whole as Record<string, unknown>;
    const all = Array.isArray(each)
      ? each.map((one: unknown) => ({ ...own, each: one }))
      : each === undefined
        ? [whole]
        : [];
    return all.map((one) => ({ key: entry.key === undefined ? '' : String(ask(entry.key, one) ?? ''), data: one }));
  }

  /** Who is inside stays there, or leaves to begin anew (journeys E15). */
  async #isHeld(
    tx: Tx,
    changes: Changes,
    {
      profile,
      entry,
      key,
      journey,
    }: { profile: Profile; entry: AudienceEntry | BusinessEntry; key: string; journey: string },
  ): Promise<boolean> {
    if (!changes.isInside(profile.id, journey, key)) return false;
    if (entry.kind !== 'audience' || entry.inside !== 'restart') return true;
    const inside = changes.runsOf(profile.id).filter((run) => run.journey === journey && run.key === key);
    for (const run of inside) await changes.stop(tx, run, 'The audience was read again');
    return false;
  }
}
