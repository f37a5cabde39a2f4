import { logPage, oldestWriting, type LogLine, type LogPlace } from './table-export.ts';
import { foldedBetween, logReach } from './table-folded.ts';
import { elapsed, pause, shardOf, type Ids } from '../base/index.ts';
import type { Runner, Store, Tx } from '../store/index.ts';
import type { ShopEvent } from './event.ts';
import { Carrier, type CarrierParts } from './carry.ts';
import type { Front } from './front.ts';
import { FrontKeeper } from './front-keep.ts';
import { Imports } from './import.ts';
import { Intake } from './intake.ts';
import { listSetAside, putBack, type SetAside } from './quarantine.ts';
import { MicroBatch, storeEvents, type Received, type ReceiveHow } from './receive.ts';
import type { StoredRow } from './given.ts';
import { plainStatements, storeStatements, type StoreStatements } from './table.ts';
import { forgetVisitors, type Forgotten } from './forget.ts';
import { spanOf, spanRows, spanValues, type Whose } from './span.ts';

/** A place events come from: a site or an app, with its own settings. */
export interface Datastream {
  id: string;
  name: string;
  /** The IMS organisation id its pages configure, or null for any. */
  orgId: string | null;
  /** Origins that may send; empty means any. */
  allowedOrigins: string[];
  /** Name of the first-party cookie that carries an FPID, or null. */
  fpidCookie: string | null;
  /** What the page may ask for by name (`decisionScopes`), and what each answers. */
  scopes?: Record<string, ScopeSetting>;
  /** The same by surface: `web://shop.example/cart#recs`, or `#recs` for that place on any page. */
  surfaces?: Record<string, ScopeSetting>;
}

/** What a scope or a surface of a page answers: recommendations by a criterion, as data or as HTML. */
export interface ScopeSetting {
  criterion: string;
  format: 'json' | 'html';
  /** How many items; the criterion's own number when absent. */
  limit?: number;
  /** In the one language, over `items`, `cart`, `criterion`, `recommendation`; absent: a plain list. */
  template?: string;
  /** CSS selector of the element whose content the SDK itself replaces, with `renderDecisions`. */
  selector?: string;
  backup?: 'fill' | 'empty' | 'none';
}

/** One row of the feed that in-memory readers follow; versions of a shard are gapless. */
export interface FeedRow<T> {
  shard: number;
  version: number;
  lessons: T[];
}

/** So many events may wait for the fold of the process that received them: one or two seconds' worth. */
const owedLimit = 10_000;

/** No transaction that receives events takes longer than this. */
const settledMs = 60_000;

/** The log: where everything that happens is kept, once and in order. */
export class EventLog {
  readonly #store: Store;
  readonly #ids: Ids;
  readonly #statements: StoreStatements;
  readonly #batch: MicroBatch | FrontKeeper;
  readonly #front: Front | null;
  /** Histories that are being brought in. */
  readonly imports: Imports;
  /** What just came in, for people to look at. */
  readonly intake = new Intake();
  #datastreams = new Map<string, Datastream>();
  #onStored: (rows: readonly StoredRow[]) => void = () => {};
  #owed: () => number = () => 0;

  /**
   * @param parts `declined`: an SQL condition over `input.visitor`, has this visitor declined to be recorded? `front`: a log that stands before
   * the table (front.ts); null or left out: the table alone
   */
  constructor(parts: { store: Store; ids: Ids; declined?: string; front?: Front | null }) {
    this.#store = parts.store;
    this.#ids = parts.ids;
    this.#statements = parts.declined === undefined ? plainStatements : storeStatements(parts.declined);
    this.imports = new Imports(parts.store, parts.ids);
    this.#front = parts.front ?? null;
    const table = {
      runner: parts.store,
      ids: parts.ids,
      statements: this.#statements,
      onStored: (rows: readonly StoredRow[]) => this.#onStored(rows),
      isBehind: () => this.#owed() > owedLimit,
    };
    this.#batch = this.#front ? new FrontKeeper(this.#front, parts.store) : new MicroBatch(table);
  }

  /** Loads what is read on every request. */
  async open(): Promise<void> {
    const rows = await this.#store.rows<{ body: Datastream }>({ text: 'select body from datastream' });
    this.#datastreams = new Map(rows.map(({ body }) => [body.id, body]));
  }

  /**
   * Called after every commit of new events with the rows of the inbox that hold them, for the fold in this process; with
   * none when they are to be looked for.
   */
  onStored(listener: (rows: readonly StoredRow[]) => void): void {
    this.#onStored = listener;
  }

  /** @param owed how many events of this process wait for its own fold: beyond a limit senders wait for it (`goOn`) */
  whileFolding(owed: () => number): void {
    this.#owed = owed;
  }

  /** The fold of this process has come on. */
  goOn(): void {
    this.#batch.goOn();
  }

  /** Keeps events, each once by (source, id); resolves when they are durable. @throws EVENT_LOG_AWAY with a log before the table */
  async receive(events: readonly ShopEvent[], how: ReceiveHow = {}): Promise<Received> {
    const received = await this.#batch.add(events, how);
    if (received.doubted === 0) this.intake.kept(events, received.kept > 0 ? 'kept' : 'repeated');
    return received;
  }

  /** Events gathered and not yet written. */
  get waiting(): number {
    return this.#batch.waiting;
  }

  /** Can it keep events at the moment, as far as that is known? */
  get isThere(): boolean {
    return this.#front?.isThere ?? true;
  }

  /** What was acknowledged here before the call is in the table when this resolves: at once, where no other log is before it. */
  async carried(): Promise<void> {
    if (this.#batch instanceof FrontKeeper) await this.#batch.carried();
  }

  /** How many events wait before the table, those carried within the last second among them; null: there is no other log. */
  async waitingToCarry(): Promise<number | null> {
    return this.#front?.holds() ?? null;
  }

  /** Who carries what the log before the table holds into it; null: there is none. */
  carrier(parts: Omit<CarrierParts, 'front' | 'store' | 'ids'>): Carrier | null {
    const [front, keeper] = [this.#front, this.#batch];
    if (!front || !(keeper instanceof FrontKeeper)) return null;
    return new Carrier({
      ...parts,
      front,
      store: this.#store,
      ids: this.#ids,
      statements: this.#statements,
      onStored: (rows) => this.#onStored(rows),
      onCarried: (part, place) => keeper.carriedTo(part, place),
      isBehind: () => this.#owed() > owedLimit,
    });
  }

  /** Keeps our own events in the caller's transaction: they happen if and only if it commits. */
  async append(tx: Tx, events: readonly ShopEvent[]): Promise<void> {
    const rows = await storeEvents({ runner: tx, ids: this.#ids, statements: this.#statements }, events);
    tx.afterCommit(() => this.#onStored(rows));
  }

  /** Acknowledged events of a visitor that no fold has taken yet, oldest first. */
  async unread(visitor: string): Promise<ShopEvent[]> {
    const rows = await this.#store.rows<{ payload: string }>({
      name: 'event.unread',
      text: 'select payload from event_inbox where shard = $1 order by id',
      values: [shardOf(visitor)],
    });
    return rows
      .flatMap(({ payload }) => JSON.parse(payload) as ShopEvent[])
      .filter((event) => event.visitor === visitor);
  }

  /** Which of these visitors have given or taken back a consent that no fold has taken yet. Cheap: mostly no row is read. */
  async unreadConsents(visitors: readonly string[]): Promise<Set<string>> {
    const rows = await this.#store.rows<{ visitor: string }>({
      name: 'event.unread-consents',
      text: 'select visitor from event_consenting where shard = any($1) and visitor = any($2)',
      values: [[...new Set(visitors.map(shardOf))], visitors],
    });
    return new Set(rows.map(({ visitor }) => visitor));
  }

  /** What these visitors did, each for the time that is asked of it, newest first; `before` is exclusive, UTC ms. */
  async history(query: { visitors: readonly Whose[]; limit: number; before?: number }): Promise<ShopEvent[]> {
    if (query.visitors.length === 0) return [];
    const { from, on } = spanRows(3);
    const rows = await this.#store.rows<{ body: ShopEvent }>({
      text: `select e.body from ${from} join event e on ${on} where $2::timestamptz is null or e.happened_at < $2
        order by e.happened_at desc, e.received_at desc limit $1`,
      values: [
        query.limit,
        query.before === undefined ? null : new Date(query.before),
        ...spanValues(query.visitors.map(spanOf)),
      ],
    });
    return rows.map(({ body }) => body);
  }

  /** What these visitors did that came in at or after `since` (UTC ms), in the order it came in, at most `limit`. */
  async receivedSince(
    visitors: readonly string[],
    { since, limit }: { since: number; limit: number },
  ): Promise<ShopEvent[]> {
    if (visitors.length === 0) return [];
    const rows = await this.#store.rows<{ body: ShopEvent }>({
      text: `select body from event where shard = any($1) and visitor = any($2) and received_at >= $3
        order by received_at, id limit $4`,
      values: [[...new Set(visitors.map(shardOf))], visitors, new Date(since), limit],
    });
    return rows.map(({ body }) => body);
  }

  /**
   * What came in from `from` (inclusive) to `to` (exclusive), UTC ms, in that order: of everybody, or of these visitors.
   * For whoever walks through the log: the span is theirs to keep small.
   */
  async receivedBetween(from: number, to: number, visitors: readonly string[] | null): Promise<ShopEvent[]> {
    const rows = await this.#store.rows<{ body: ShopEvent }>({
      name: 'event.between',
      // A look into each shard's own index, in place of one pass over the month.
      text: `select e.body from generate_series(0, 63) as s(shard) cross join lateral (
          select id, received_at, body from event where shard = s.shard::smallint and received_at >= $1 and received_at < $2
            and ($3::text[] is null or visitor = any($3))) e
        order by e.received_at, e.id`,
      values: [new Date(from), new Date(to), visitors],
    });
    return rows.map(({ body }) => body);
  }

  /**
   * The next events after a place, in the order of their reception, for whoever takes the log elsewhere. What came in within the last
   * minute is left for later, and whatever came in after the oldest transaction that is still being written began: it may
   * yet bring something that stands before it.
   */
  async page(query: { after: LogPlace; limit: number; now: number }): Promise<LogLine[]> {
    const { after, limit, now } = query;
    const until = now - settledMs - (await oldestWriting(this.#store));
    return logPage(this.#store, { after, limit, until });
  }

  /** Removes what visitors left in the log; the crowd's counts stay, without a name. */
  forget(tx: Tx, who: Forgotten): Promise<number> {
    tx.afterCommit(() => this.intake.forget(who.spans.map(({ visitor }) => visitor)));
    return forgetVisitors(tx, who);
  }

  /** All that these visitors did, each for the time that is asked of it, oldest first, for export. */
  async exportFor(visitors: readonly Whose[]): Promise<ShopEvent[]> {
    const { from, on } = spanRows(1);
    const rows = await this.#store.rows<{ body: ShopEvent }>({
      text: `select e.body from ${from} join event e on ${on} order by e.received_at, e.id`,
      values: spanValues(visitors.map(spanOf)),
    });
    return rows.map(({ body }) => body);
  }

  /** When the oldest and the newest event that is kept came in, UTC ms; null when there is none. */
  reach(runner: Runner): Promise<{ oldest: number; newest: number } | null> {
    return logReach(runner);
  }

  /** Events of these types that came in within a span and have taken effect. */
  folded(runner: Runner, query: Parameters<typeof foldedBetween>[1]): Promise<ShopEvent[]> {
    return foldedBetween(runner, query);
  }

  /** When the newest of these visitors' events came in, UTC ms; null when there is none. */
  async newestOf(runner: Runner, visitors: readonly Whose[]): Promise<number | null> {
    const { from, on } = spanRows(1);
    const [row] = await runner.rows<{ at: Date | null }>({
      text: `select max(e.received_at) as at from ${from} join event e on ${on}`,
      values: spanValues(visitors.map(spanOf)),
    });
    return row?.at?.getTime() ?? null;
  }

  /** Feed rows after the given version of each shard (none known = from the start), in order, at most `limit`. */
  async readFeed<T>(cursors: ReadonlyMap<number, number>, limit = 2000): Promise<FeedRow<T>[]> {
    const all = Array.from({ length: 64 }, (_, shard) => shard);
    const rows = await this.#store.rows<{ shard: number; version: number; payload: string }>({
      name: 'event.read-feed',
      // A join would be planned as one pass over the whole feed; this is 64 looks into its index.
      text: `select f.shard, f.version, f.payload from unnest($1::smallint[], $2::bigint[]) as x(shard, version)
        cross join lateral (select * from feed where feed.shard = x.shard and feed.version > x.version
          order by feed.version limit $3) f order by f.shard, f.version limit $3`,
      values: [all, all.map((shard) => cursors.get(shard) ?? 0), limit],
    });
    return rows.map(({ shard, version, payload }) => ({ shard, version, lessons: JSON.parse(payload) as T[] }));
  }

  /** For each shard the oldest row the feed has (null: none), and the newest version it ever wrote. */
  async feedReach(): Promise<{ oldest: number | null; newest: number }[]> {
    return this.#store.rows({
      text: `select s.version as newest, (select min(f.version) from feed f where f.shard = s.shard) as oldest
        from event_shard s order by s.shard`,
    });
  }

  /**
   * Resolves when everything that was acknowledged before the call is folded, by whichever process: for who asks for what it
   * led to. A fold that stands still is not waited for longer than a few seconds.
   */
  async untilFolded(patienceMs = 3000): Promise<void> {
    const newest = await this.#store.rows<{ id: string }>({
      name: 'event.newest-waiting',
      text: 'select id from event_inbox order by id desc limit 1',
    });
    const began = elapsed();
    for (let wait = 5; newest.length > 0 && elapsed() - began < patienceMs; wait = Math.min(wait * 2, 100)) {
      const left = await this.#store.rows({
        name: 'event.still-waiting',
        text: 'select 1 from event_inbox where id <= $1 limit 1',
        values: [newest[0]!.id],
      });
      if (left.length === 0) return;
      await pause(wait);
    }
  }

  /** Events received since `since` (UTC ms), for the studio's first line. */
  async countSince(since: number): Promise<number> {
    const [row] = await this.#store.rows<{ n: number }>({
      text: 'select count(*)::int as n from event where received_at >= $1',
      values: [new Date(since)],
    });
    return row!.n;
  }

  /** What was set aside last, with the error each made. */
  quarantine(limit: number): Promise<SetAside[]> {
    return listSetAside(this.#store, limit);
  }

  /** Puts events that were set aside back to be folded again; null for all. @returns how many events */
  async putBack(ids: readonly string[] | null): Promise<number> {
    const count = await putBack(this.#store, ids);
    if (count > 0) this.#onStored([]);
    return count;
  }

  /** Batches that wait to be folded, and when the oldest of them came in, UTC ms: their ids begin with the time. */
  async waitingToFold(): Promise<{ rows: number; oldestAt: number | null }> {
    const [row] = await this.#store.rows<{ n: number; oldest: string | null }>({
      text: `select count(*)::int as n, (select id::text from event_inbox order by id limit 1) as oldest from event_inbox`,
    });
    const { n, oldest } = row!;
    return { rows: n, oldestAt: oldest === null ? null : Number.parseInt(oldest.replace('-', '').slice(0, 12), 16) };
  }

  /** Inbox rows whose fold failed by itself and that wait for somebody to look. */
  async setAside(): Promise<number> {
    const [row] = await this.#store.rows<{ n: number }>({ text: 'select count(*)::int as n from event_quarantine' });
    return row!.n;
  }

  datastream(id: string): Datastream | undefined {
    return this.#datastreams.get(id);
  }

  datastreams(): Datastream[] {
    return [...this.#datastreams.values()];
  }

  async putDatastream(datastream: Datastream): Promise<void> {
    await this.#store.run({
      text: 'insert into datastream (id, body) values ($1, $2) on conflict (id) do update set body = excluded.body, updated_at = now()',
      values: [datastream.id, JSON.stringify(datastream)],
    });
    this.#datastreams.set(datastream.id, datastream);
  }

  async removeDatastream(id: string): Promise<void> {
    await this.#store.run({ text: 'delete from datastream where id = $1', values: [id] });
    this.#datastreams.delete(id);
  }
}
