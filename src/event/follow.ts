import { after, point, type Clock, type Log, type Timer } from '../base/index.ts';
import { isTransient, type Store, type Tx } from '../store/index.ts';
import type { ShopEvent } from './event.ts';

/** What the fold of one batch wants the feed to carry: shard → compact records. */
export type FeedPayload = Map<number, unknown[]>;

/** Takes events in shard order and does everything they cause, in the given transaction. */
export type Fold = (tx: Tx, events: { shard: number; event: ShopEvent }[]) => Promise<FeedPayload>;

interface InboxRow {
  shard: number;
  id: string;
  payload: string;
}

/**
 * The reader that makes events take effect, each exactly once: it leases shards, takes inbox rows by deletion, folds,
 * and appends to the feed, all in one transaction (design §3, prototypes.md §B). Reading by deletion needs no cursor;
 * the shard row, locked and compared with its fence, keeps a process that lost its lease from writing.
 */
export class Folder {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #owner: string;
  readonly #fold: Fold;
  readonly #leaseMs: number;
  readonly #batch: number;
  readonly #listeners = new Set<() => void>();
  #fences = new Map<number, number>();
  #leasedUntil = 0;
  #running: Promise<number> | undefined;
  #timer: Timer | undefined;
  #stopped = true;

  constructor(parts: {
    store: Store;
    clock: Clock;
    log: Log;
    owner: string;
    fold: Fold;
    leaseMs?: number;
    batch?: number;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#owner = parts.owner;
    this.#fold = parts.fold;
    this.#leaseMs = parts.leaseMs ?? 10_000;
    this.#batch = parts.batch ?? 200;
  }

  /** Called after each committed fold. */
  onFolded(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Folds in the background: at once when woken, otherwise once a second. */
  start(): void {
    this.#stopped = false;
    this.wake();
  }

  wake(): void {
    if (this.#stopped || this.#running) return;
    void this.drain()
      .catch((error: unknown) => this.#log.error('event.fold-failed', { error }))
      .finally(() => {
        this.#timer?.stop();
        if (!this.#stopped) this.#timer = after(1000, () => this.wake());
      });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.stop();
    await this.#running?.catch(() => {});
    await this.#store.run({
      text: 'update event_shard set lease_until = null, owner = null where owner = $1',
      values: [this.#owner],
    });
    this.#fences = new Map();
    this.#leasedUntil = 0;
  }

  /** Folds until the inbox of our shards is empty. @returns events folded. Calls that overlap share the work. */
  async drain(): Promise<number> {
    while (this.#running) await this.#running;
    this.#running = this.#drain();
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  async #drain(): Promise<number> {
    let folded = 0;
    for (;;) {
      await this.#lease();
      const count = await this.#pass(this.#batch);
      if (count === 0) return folded;
      folded += count;
      for (const listener of this.#listeners) listener();
    }
  }

  /** Takes what is free or lapsed, and renews what we hold, when a third of the lease has gone. */
  async #lease(): Promise<void> {
    if (this.#leasedUntil - this.#clock.real() > (this.#leaseMs * 2) / 3) return;
    const started = this.#clock.real();
    const rows = await this.#store.rows<{ shard: number; fence: number }>({
      name: 'event.lease',
      text: `update event_shard set owner = $1, lease_until = now() + $2 * interval '1 millisecond',
          fence = case when owner = $1 then fence else fence + 1 end
        where shard in (select shard from event_shard where owner = $1 or lease_until is null or lease_until < now()
          order by shard for update skip locked)
        returning shard, fence`,
      values: [this.#owner, this.#leaseMs],
    });
    this.#fences = new Map(rows.map(({ shard, fence }) => [shard, fence]));
    this.#leasedUntil = started + this.#leaseMs;
  }

  async #pass(limit: number): Promise<number> {
    try {
      return await this.#store.inTransaction((tx) => this.#take(tx, limit));
    } catch (error) {
      this.#leasedUntil = 0;
      if (isTransient(error) || error instanceof LeaseLost) return 0;
      if (limit > 1) return this.#pass(1);
      return this.#setAside(error as Error);
    }
  }

  async #take(tx: Tx, limit: number): Promise<number> {
    const rows = await tx.rows<InboxRow>({
      name: 'event.take',
      text: `delete from event_inbox where (shard, id) in
        (select shard, id from event_inbox where shard = any($1) order by id limit $2) returning shard, id, payload`,
      values: [[...this.#fences.keys()], limit],
    });
    if (rows.length === 0) return 0;
    rows.sort((a, b) => (a.id < b.id ? -1 : 1));
    const events = rows.flatMap(({ shard, payload }) =>
      (JSON.parse(payload) as ShopEvent[]).map((event) => ({ shard, event })),
    );
    point('event.taken');
    const feed = await this.#fold(tx, events);
    await this.#append(tx, [...new Set(rows.map((row) => row.shard))], feed);
    point('event.folded');
    return events.length;
  }

  /** Raises the shards' versions under their fences and writes the feed: gapless and in commit order by construction. */
  async #append(tx: Tx, touched: number[], feed: FeedPayload): Promise<void> {
    const writing = [...new Set([...touched, ...feed.keys()])].sort((a, b) => a - b);
    const fed = writing.filter((shard) => feed.has(shard));
    const rows = await tx.rows<{ shard: number; version: number }>({
      name: 'event.version',
      text: `update event_shard s set version = s.version + case when s.shard = any($4) then 1 else 0 end
        from unnest($1::smallint[], $2::bigint[]) as held(shard, fence)
        where s.shard = held.shard and s.fence = held.fence and s.owner = $3 returning s.shard, s.version`,
      values: [writing, writing.map((shard) => this.#fences.get(shard) ?? -1), this.#owner, fed],
    });
    if (rows.length !== writing.length) throw new LeaseLost();
    const versions = new Map(rows.map(({ shard, version }) => [shard, version]));
    if (fed.length === 0) return;
    await tx.run({
      name: 'event.feed',
      text: 'insert into feed (shard, version, at, payload) select s, v, now(), p from unnest($1::smallint[], $2::bigint[], $3::text[]) as t(s, v, p)',
      values: [fed, fed.map((shard) => versions.get(shard)), fed.map((shard) => JSON.stringify(feed.get(shard)))],
    });
  }

  /** An inbox row whose fold fails by itself is kept aside with its error, so that it neither blocks nor is lost. */
  async #setAside(error: Error): Promise<number> {
    const count = await this.#store.run({
      text: `with bad as (delete from event_inbox where (shard, id) in
          (select shard, id from event_inbox where shard = any($1) order by id limit 1) returning shard, id, payload)
        insert into event_quarantine (shard, id, payload, error) select shard, id, payload, $2 from bad`,
      values: [[...this.#fences.keys()], `${error.name}: ${error.message}`],
    });
    this.#log.error('event.quarantined', { error, rows: count });
    return count;
  }
}

/** Another process took the shard over; the transaction must not commit. */
class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
