import { after, elapsed, pause, point, Slices, traced, type Clock, type Log, type Timer } from '../base/index.ts';
import { bigintColumn, smallintColumn, textColumn, type Store, type Tx } from '../store/index.ts';
import type { ShopEvent } from './event.ts';
import { isHindrance, isOfTheEvents, LeaseLost } from './fold-fault.ts';
import { GivenRows, type StoredRow } from './given.ts';
import { ShardLeases, shards } from './lease.ts';
import { restAfter } from './rest.ts';
import { forgetConsents, takeGiven, takeOldest, type InboxRow } from './table-inbox.ts';

/** What the fold of one batch wants the feed to carry: shard → compact records. */
export type FeedPayload = Map<number, unknown[]>;

/** Takes events in shard order and does everything they cause, in the given transaction. */
export type Fold = (tx: Tx, events: { shard: number; event: ShopEvent }[]) => Promise<FeedPayload>;

/** A row of the feed as this process has just appended it: what one fold taught of a shard. */
export interface FedRow {
  shard: number;
  version: number;
  lessons: unknown[];
}

/** What one pass took. */
interface Taken {
  rows: number;
  events: number;
  /** What it appended to the feed. */
  fed: FedRow[];
  /** There may be more. */
  more: boolean;
  /** Others were in the way: nothing was taken, and it may be tried again. */
  hindered?: boolean;
}

const nothing: Omit<Taken, 'more'> = { rows: 0, events: 0, fed: [] };

/** How many events a pass takes of what was given, about. */
const passEvents = 3000;

/** How often the inbox is looked through for rows that were not given; after some were found, in every pass for a while. */
const lookMs = 1000;
const strangersMs = 10_000;

/** How often in a row a folder may find others in its way before it leaves the rest to the next wake. */
const patience = 10;

/**
 * The reader that makes events take effect, each exactly once: it leases shards, takes inbox rows by deletion, folds,
 * and appends to the feed, all in one transaction (design §3, prototypes.md §B). Reading by deletion needs no cursor;
 * the shard row, locked and compared with its fence, keeps a process that lost its lease from writing.
 */
export class Folder {
  readonly #store: Store;
  readonly #log: Log;
  readonly #owner: string;
  readonly #fold: Fold;
  readonly #leases: ShardLeases;
  readonly #batch: number;
  readonly #lookMs: () => number;
  readonly #listeners = new Set<(fed: readonly FedRow[]) => void>();
  readonly #given = new GivenRows();
  /** There may be rows that were not given. */
  #looking = true;
  #lookedAt = 0;
  #strangersAt = -strangersMs;
  #running: Promise<number> | undefined;
  /** Somebody has woken us since we last began to look. */
  #again = false;
  /** In the background. */
  #working = false;
  #timer: Timer | undefined;
  #stopped = true;

  /**
   * @param parts `share`: how many shards may be held, all by default; `lookMs`: how often the inbox is looked at when
   * nobody wakes us, which is as long as what another process received may wait
   */
  constructor(parts: {
    store: Store;
    clock: Clock;
    log: Log;
    owner: string;
    fold: Fold;
    leaseMs?: number;
    batch?: number;
    share?: () => number;
    lookMs?: () => number;
  }) {
    const { leaseMs = 10_000, share = () => shards } = parts;
    this.#store = parts.store;
    this.#log = parts.log;
    this.#owner = parts.owner;
    this.#fold = parts.fold;
    this.#leases = new ShardLeases({ ...parts, leaseMs, share });
    this.#batch = parts.batch ?? 500;
    this.#lookMs = parts.lookMs ?? (() => lookMs);
  }

  /** Called after each committed fold, with what it appended to the feed. */
  onFolded(listener: (fed: readonly FedRow[]) => void): void {
    this.#listeners.add(listener);
  }

  /** Do all shards answer to us for the time being? Then nobody else folds. */
  get holdsAll(): boolean {
    return this.#leases.holdsAll;
  }

  /** How many shards were its own at the last look. */
  get shardsHeld(): number {
    return this.#leases.fences.size;
  }

  /** How many events it was given and has not folded yet. */
  get owed(): number {
    return this.#given.events;
  }

  /** Folds in the background: at once when woken, otherwise once a second. */
  start(): void {
    this.#stopped = false;
    this.wake();
  }

  wake(): void {
    if (this.#stopped) return;
    this.#looking = true;
    this.#stir();
  }

  /** Rows of the inbox that this process has just committed: they are folded without being read. None: as `wake`. */
  give(rows: readonly StoredRow[]): void {
    if (this.#stopped) return;
    if (rows.length === 0 || !this.#given.add(rows)) this.#looking = true;
    this.#stir();
  }

  #stir(): void {
    this.#again = true;
    if (!this.#working) void this.#work();
  }

  /**
   * Folds for as long as somebody wakes us meanwhile, with a rest after each turn: under load more events share the cost
   * of a pass, people seen twice are written once, and receiving gets its share of the machine.
   */
  async #work(): Promise<void> {
    this.#working = true;
    this.#timer?.stop();
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const began = elapsed();
      const events = await this.#alone(() => this.#drain()).catch((error: unknown) => {
        this.#log.error('event.fold-failed', { error });
        return 0;
      });
      await pause(restAfter(elapsed() - began, events));
    }
    this.#working = false;
    this.#timer?.stop();
    if (!this.#stopped) this.#timer = after(this.#lookMs(), () => this.wake());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.stop();
    await this.#running?.catch(() => {});
    await this.#leases.release();
    this.#given.clear();
  }

  /** Folds until the inbox of our shards is empty. @returns events folded. */
  drain(): Promise<number> {
    return this.#alone(() => {
      this.#looking = true;
      return this.#drain();
    });
  }

  async #alone(work: () => Promise<number>): Promise<number> {
    while (this.#running) await this.#running.catch(() => 0);
    this.#running = work();
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  async #drain(): Promise<number> {
    let folded = 0;
    await this.#leases.look();
    const now = elapsed();
    if (now - this.#lookedAt > lookMs) {
      if (this.#given.hadStrangers()) this.#strangersAt = now;
      this.#looking = true;
    }
    if (now - this.#strangersAt < strangersMs) this.#looking = true;
    if (this.#given.size === 0 && (!this.#looking || !(await this.#hasWork()))) return 0;
    for (let more = true, hindered = 0; more;) {
      const taken = await this.#pass();
      hindered = taken.hindered ? hindered + 1 : 0;
      if (hindered > 0) await pause(20 * hindered);
      more = taken.more || (hindered > 0 && hindered < patience);
      folded += taken.events;
      if (taken.rows > 0) for (const listener of this.#listeners) listener(taken.fed);
      await this.#leases.look();
    }
    return folded;
  }

  /** Saves the transaction that would find nothing. */
  async #hasWork(): Promise<boolean> {
    const rows = await this.#store.rows({
      name: 'event.waiting',
      text: 'select 1 from event_inbox where shard = any($1) limit 1',
      values: [this.#leases.list],
    });
    if (rows.length === 0) this.#looked();
    return rows.length > 0;
  }

  #looked(): void {
    this.#looking = false;
    this.#lookedAt = elapsed();
  }

  /** One batch. A database that is away is nobody's fault: the error is thrown, and everything stays in the inbox. */
  async #pass(): Promise<Taken> {
    const given = this.#given.first(passEvents);
    const left = this.#given.size - given.length;
    const look = this.#looking;
    if (look) this.#looked();
    try {
      const { others, isAll, ...taken } = await this.#store.inTransaction((tx) => this.#take(tx, given, look));
      this.#given.remove(given);
      this.#given.found(others);
      if (!isAll) this.#looking = true;
      return { ...taken, more: this.#looking || left > 0 };
    } catch (error) {
      this.#leases.doubt();
      this.#looking = true;
      if (isHindrance(error)) return { ...nothing, more: false, hindered: true };
      this.#given.clear();
      if (!isOfTheEvents(error)) throw error;
      return this.#passSingly();
    }
  }

  /** The batch holds something that cannot be folded: the first row of the inbox alone, event by event. */
  async #passSingly(): Promise<Taken> {
    try {
      await this.#leases.look();
      const taken = await this.#store.inTransaction((tx) => this.#takeSingly(tx));
      return { ...taken, more: taken.rows > 0 };
    } catch (error) {
      this.#leases.doubt();
      if (isHindrance(error)) return { ...nothing, more: false, hindered: true };
      throw error;
    }
  }

  /** @returns `others`: ids of the rows that were found by looking; `isAll`: there were no more, as the statement saw it */
  async #take(
    tx: Tx,
    given: readonly StoredRow[],
    look: boolean,
  ): Promise<Omit<Taken, 'more'> & { others: string[]; isAll: boolean }> {
    const known = new Map(given.map(({ id, events }) => [id, events]));
    const ours = await takeGiven(
      tx,
      given.filter(({ shard }) => this.#leases.fences.has(shard)),
    );
    const looked = look ? await takeOldest(tx, this.#leases.list, this.#batch) : { rows: [], isAll: true };
    const { rows: found, isAll } = looked;
    const rows = [...ours, ...found].sort((a, b) => (a.id < b.id ? -1 : 1));
    const others = found.map(({ id }) => id);
    if (rows.length === 0) return { ...nothing, others, isAll };
    const events: { shard: number; event: ShopEvent }[] = [];
    const slices = new Slices();
    for (const row of rows) {
      if (slices.isOver) await slices.next();
      events.push(...eventsOf(row, known));
    }
    await forgetConsents(
      tx,
      events.map(({ event }) => event),
    );
    point('event.taken');
    const how = { apart: true, of: () => given.map(({ trace }) => trace), fields: { 'beckon.events': events.length } };
    const feed = await traced('event.fold', how, () => this.#fold(tx, events));
    const fed = await this.#append(tx, [...new Set(rows.map((row) => row.shard))], feed);
    point('event.folded');
    return { rows: rows.length, events: events.length, fed, others, isAll };
  }

  /**
   * Folds one row event by event, each under a savepoint. An event whose fold fails by itself is kept aside with its
   * error, so that it neither blocks nor is lost; its neighbours take effect.
   */
  async #takeSingly(tx: Tx): Promise<Omit<Taken, 'more'>> {
    const [row] = (await takeOldest(tx, this.#leases.list, 1)).rows;
    if (!row) return nothing;
    const events = eventsOf(row);
    await forgetConsents(
      tx,
      events.map(({ event }) => event),
    );
    const feed: FeedPayload = new Map();
    const bad: Refused[] = [];
    for (const one of events) {
      await tx.run({ text: 'savepoint one_event' });
      try {
        // What it wanted done after the commit is done only if it is part of it.
        const after: (() => void)[] = [];
        const made = await this.#fold({ ...tx, afterCommit: (work) => after.push(work) }, [one]);
        await tx.run({ text: 'release savepoint one_event' });
        for (const [shard, lessons] of made) feed.set(shard, [...(feed.get(shard) ?? []), ...lessons]);
        for (const work of after) tx.afterCommit(work);
      } catch (error) {
        if (isHindrance(error) || !isOfTheEvents(error)) throw error;
        await tx.run({ text: 'rollback to savepoint one_event' });
        bad.push({ event: one.event, error: error as Error });
      }
    }
    if (bad.length > 0) await this.#setAside(tx, row, bad);
    const fed = await this.#append(tx, [row.shard], feed);
    return { rows: 1, events: events.length, fed };
  }

  /** Raises the shards' versions under their fences and writes the feed: gapless and in commit order by construction. */
  async #append(tx: Tx, touched: number[], feed: FeedPayload): Promise<FedRow[]> {
    const writing = [...new Set([...touched, ...feed.keys()])].sort((a, b) => a - b);
    const fed = writing.filter((shard) => feed.has(shard));
    const rows = await tx.rows<{ shard: number; version: number }>({
      name: 'event.version',
      text: `update event_shard s set version = s.version + case when s.shard = any($4) then 1 else 0 end
        from unnest($1::smallint[], $2::bigint[]) as held(shard, fence)
        where s.shard = held.shard and s.fence = held.fence and s.owner = $3 returning s.shard, s.version`,
      values: [writing, writing.map((shard) => this.#leases.fences.get(shard) ?? -1), this.#owner, fed],
    });
    if (rows.length !== writing.length) throw new LeaseLost();
    const versions = new Map(rows.map(({ shard, version }) => [shard, version]));
    const made = fed.map((shard) => ({ shard, version: versions.get(shard)!, lessons: feed.get(shard)! }));
    if (made.length === 0) return made;
    await tx.run({
      name: 'event.feed',
      text: 'insert into feed (shard, version, at, payload) select s, v, now(), p from unnest($1::smallint[], $2::bigint[], $3::text[]) as t(s, v, p)',
      values: [
        smallintColumn(fed),
        bigintColumn(made.map(({ version }) => version)),
        textColumn(made.map(({ lessons }) => JSON.stringify(lessons))),
      ],
    });
    return made;
  }

  async #setAside(tx: Tx, { shard, id }: InboxRow, bad: Refused[]): Promise<void> {
    const errors = new Set(bad.map(({ error }) => `${error.name}: ${error.message}`));
    await tx.run({
      text: 'insert into event_quarantine (shard, id, payload, error) values ($1, $2, $3, $4)',
      values: [shard, id, JSON.stringify(bad.map(({ event }) => event)), [...errors].join('\n').slice(0, 4000)],
    });
    tx.afterCommit(() => {
      for (const { event, error } of bad)
        this.#log.error('event.quarantined', { error, source: event.source, id: event.id });
    });
  }
}

/** An event that could not be folded, and why. */
interface Refused {
  event: ShopEvent;
  error: Error;
}

function eventsOf(
  { shard, id, payload }: InboxRow,
  known: ReadonlyMap<string, readonly ShopEvent[]> = new Map(),
): { shard: number; event: ShopEvent }[] {
  const events = payload === null ? known.get(id)! : (JSON.parse(payload) as ShopEvent[]);
  return events.map((event) => ({ shard, event }));
}
