import { BeckonError, isUuid, stableJson, type Clock, type Ids, type Random } from '../base/index.ts';
import type { Jobs } from '../job/index.ts';
import type { Store, Tx } from '../store/index.ts';
import { activeStates, type Feed, type FeedRun } from './feed.ts';
import { feedErrors } from './feed-error.ts';
import type { FeedFiles } from './feed-files.ts';
import { settingsAfter, type FeedInput } from './feed-input.ts';
import { runKind } from './feed-runs.ts';
import { nextAt, periodOf } from './feed-schedule.ts';
import { openCredentials, sealCredentials } from './feed-secret.ts';
import { statusOf, type FeedDot, type FeedStatus } from './feed-status.ts';
import * as table from './feed-table.ts';
import { faultsOf, findFile, newestFile, type StoredFile } from './feed-table-row.ts';
import type { Refusal } from './input.ts';

/** A feed as people see it: its settings, whether it has credentials, how it stands, and its newest run. */
export interface FeedView extends Omit<Feed, 'secret' | 'etag' | 'modified'> {
  user: string | null;
  /** Names of the headers that are sent; their values are never shown. */
  headers: string[];
  status: FeedStatus;
  dot: FeedDot;
  last: FeedRun | null;
}

/** Sources of items: their settings, files and runs. What works the runs off is `FeedRuns`. */
export class Feeds {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #random: Random;
  readonly #jobs: Jobs;
  readonly #files: FeedFiles;
  readonly #secret: Uint8Array;
  readonly #allowed: ReadonlySet<string>;
  readonly #onRun: () => void;

  constructor(parts: {
    store: Store;
    clock: Clock;
    ids: Ids;
    random: Random;
    jobs: Jobs;
    files: FeedFiles;
    /** The installation's secret, under which credentials are sealed. */
    secret: Uint8Array;
    /** Hosts of one's own network that feeds may call. */
    allowed: readonly string[];
    /** There is a run to work on. */
    onRun: () => void;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#random = parts.random;
    this.#jobs = parts.jobs;
    this.#files = parts.files;
    this.#secret = parts.secret;
    this.#allowed = new Set(parts.allowed);
    this.#onRun = parts.onRun;
  }

  async list(): Promise<FeedView[]> {
    const [feeds, last] = await Promise.all([table.listFeeds(this.#store), table.lastRuns(this.#store)]);
    return feeds.map((feed) => this.#viewOf(feed, last.get(feed.key) ?? null));
  }

  /** @throws FEED_UNKNOWN */
  async get(key: string): Promise<FeedView> {
    const feed = await this.#feed(key);
    return this.#viewOf(feed, (await table.listRuns(this.#store, key, 1))[0] ?? null);
  }

  /**
   * Makes or changes a feed. What is left out stays. One with a schedule is asked at once when its settings have changed,
   * and then by its schedule (recommendations FEED-5).
   *
   * @throws FEED_SETTINGS_INVALID, FEED_URL_REFUSED
   */
  async put(key: string, input: FeedInput): Promise<FeedView> {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(key)) {
      const why = `"${key.slice(0, 80)}" cannot be the key of a feed: at most 64 letters, digits, points and hyphens`;
      throw new BeckonError(feedErrors.FEED_SETTINGS_INVALID, why, { where: 'key' });
    }
    const before = (await table.findFeed(this.#store, key)) ?? null;
    const now = this.#clock.now();
    const settings = settingsAfter(before?.settings ?? null, input, { now, allowed: this.#allowed });
    const isSame = before !== null && stableJson(before.settings) === stableJson(settings);
    const isAsked = settings.schedule !== null && !settings.paused;
    const nextDue = isSame ? before.nextDue : isAsked ? now : null;
    const secret = this.#sealedAfter(key, before, {
      ...input,
      moved: before !== null && isElsewhere(before, settings.url),
    });
    const name = input.name ?? before?.name ?? key;
    await table.saveFeed(this.#store, { key, name, settings, secret, nextDue, updatedAt: now });
    return this.get(key);
  }

  /** Takes a feed out; its items stay in the catalogue. @throws FEED_UNKNOWN, FEED_BUSY */
  async remove(key: string): Promise<void> {
    await this.#store.inTransaction(async (tx) => {
      await this.#lock(tx, key);
      await table.dropFeed(tx, key);
    });
  }

  /**
   * Keeps a file that is sent, and begins a run on it.
   *
   * @throws FEED_UNKNOWN, FEED_BUSY, FEED_TOO_LARGE
   */
  async send(
    key: string,
    octets: AsyncIterable<Uint8Array>,
    how: { dry: boolean; name: string | null },
  ): Promise<FeedRun> {
    await this.#store.inTransaction((tx) => this.#lock(tx, key));
    const file = await this.#files.keep(key, octets, { name: how.name });
    return this.#begin(key, { how: 'push', dry: how.dry, file });
  }

  /**
   * Begins a run: on the file of the address, or, `again`, on the newest file that is kept.
   *
   * @throws FEED_UNKNOWN, FEED_BUSY, FEED_FILE_GONE
   */
  async run(key: string, how: { dry: boolean; again: boolean }): Promise<FeedRun> {
    const feed = await this.#feed(key);
    let file: StoredFile | null = null;
    if (how.again || feed.settings.url === null) {
      file = (await newestFile(this.#store, key)) ?? null;
      if (file === null) throw new BeckonError(feedErrors.FEED_FILE_GONE, `Feed "${key}" has no file that is kept`);
    }
    return this.#begin(key, { how: 'asked', dry: how.dry, file });
  }

  /** Newest first. @throws FEED_UNKNOWN */
  async runs(key: string, limit: number): Promise<FeedRun[]> {
    await this.#feed(key);
    return table.listRuns(this.#store, key, limit);
  }

  /** @throws FEED_RUN_UNKNOWN */
  async runOf(key: string, id: string): Promise<FeedRun> {
    const run = isUuid(id) ? await table.findRun(this.#store, id) : undefined;
    if (run && run.feed === key) return run;
    throw new BeckonError(
      feedErrors.FEED_RUN_UNKNOWN,
      `There is no run "${id.slice(0, 80)}" of feed "${key.slice(0, 80)}"`,
    );
  }

  /** Refused and noted rows after row number `after`. @throws FEED_RUN_UNKNOWN */
  async faults(key: string, id: string, page: { after: number; limit: number }): Promise<Refusal[]> {
    return faultsOf(this.#store, (await this.runOf(key, id)).id, page);
  }

  /** Ends a run at once; a batch that is being written still is. @throws FEED_RUN_UNKNOWN, FEED_RUN_NOT_WAITING */
  async cancel(key: string, id: string): Promise<FeedRun> {
    await this.runOf(key, id);
    await this.#store.inTransaction(async (tx) => {
      await table.lockFeed(tx, key);
      const run = await table.findRun(tx, id);
      if (!run || (run.state !== 'held' && !activeStates.includes(run.state))) {
        throw new BeckonError(feedErrors.FEED_RUN_NOT_WAITING, `The run is over: it is ${run?.state ?? 'gone'}`);
      }
      // Whoever works on it finds the job gone at its next step.
      await this.#jobs.cancel(tx, runKind, [key]);
      const at = this.#clock.now();
      const written = run.state === 'importing' || run.state === 'removing';
      const note =
        run.state === 'held'
          ? 'Not approved'
          : written
            ? 'Cancelled; what was written before stays'
            : 'Cancelled before anything was written';
      await table.saveRun(tx, { ...run, state: 'cancelled', note, endedAt: at }, at);
    });
    return this.runOf(key, id);
  }

  /**
   * Lets a run write that its guard has stopped, or that was a dry one. The file is checked once more on the way, and its
   * report made anew.
   *
   * @throws FEED_RUN_UNKNOWN, FEED_RUN_NOT_WAITING, FEED_BUSY, FEED_FILE_GONE
   */
  async approve(key: string, id: string): Promise<FeedRun> {
    await this.runOf(key, id);
    await this.#store.inTransaction(async (tx) => {
      await this.#lock(tx, key);
      const run = await table.findRun(tx, id);
      if (!run || (run.state !== 'held' && run.state !== 'checked')) {
        throw new BeckonError(
          feedErrors.FEED_RUN_NOT_WAITING,
          `The run waits for nobody: it is ${run?.state ?? 'gone'}`,
        );
      }
      if (run.file === null || !(await findFile(tx, run.file))) {
        throw new BeckonError(feedErrors.FEED_FILE_GONE, 'The file of this run is no longer kept');
      }
      const at = this.#clock.now();
      await table.saveRun(tx, { ...run, state: 'waiting', dry: false, approved: true, endedAt: null }, at);
      await this.#enqueue(tx, key, id);
    });
    return this.runOf(key, id);
  }

  /** Begins the runs whose schedule has fallen due. A feed whose run is still under way is passed over until the next time. */
  async startDue(): Promise<number> {
    const now = this.#clock.now();
    const due = await table.firstDue(this.#store);
    if (due === null || due > now) return 0;
    return this.#store.inTransaction(async (tx) => {
      const feeds = await table.lockDue(tx, now);
      for (const feed of feeds) {
        const { schedule } = feed.settings;
        await table.setNextDue(tx, feed.key, schedule === null ? null : nextAt(schedule, now));
        if ((await table.lockFeed(tx, feed.key))?.active) continue;
        await this.#insert(tx, feed.key, { how: 'schedule', dry: false, file: null });
      }
      return feeds.length;
    });
  }

  /** When the next schedule falls due, UTC ms. */
  nextDue(): Promise<number | null> {
    return table.firstDue(this.#store);
  }

  async #begin(key: string, how: { how: FeedRun['how']; dry: boolean; file: StoredFile | null }): Promise<FeedRun> {
    return this.#store.inTransaction(async (tx) => {
      await this.#lock(tx, key);
      return this.#insert(tx, key, how);
    });
  }

  async #insert(
    tx: Tx,
    key: string,
    { how, dry, file }: { how: FeedRun['how']; dry: boolean; file: StoredFile | null },
  ): Promise<FeedRun> {
    const run = await table.beginRun(tx, {
      id: this.#ids.next(),
      feed: key,
      how,
      dry,
      file: file?.id ?? null,
      octets: file?.octets ?? 0,
      startedAt: this.#clock.now(),
    });
    await this.#enqueue(tx, key, run.id);
    return run;
  }

  async #enqueue(tx: Tx, key: string, run: string): Promise<void> {
    await this.#jobs.enqueue(tx, [{ shard: 0, kind: runKind, key, due: this.#clock.now(), payload: { run } }]);
    tx.afterCommit(this.#onRun);
  }

  /** Locks the feed against other runs. @throws FEED_UNKNOWN, FEED_BUSY */
  async #lock(tx: Tx, key: string): Promise<void> {
    const found = await table.lockFeed(tx, key);
    if (!found) throw unknown(key);
    if (!found.active) return;
    throw new BeckonError(feedErrors.FEED_BUSY, `Run ${found.active.number} of feed "${key}" is under way`);
  }

  async #feed(key: string): Promise<Feed> {
    const feed = await table.findFeed(this.#store, key);
    if (feed) return feed;
    throw unknown(key);
  }

  /** Credentials go with their host: an address elsewhere is not given what the old one was trusted with. */
  #sealedAfter(key: string, before: Feed | null, input: FeedInput & { moved: boolean }): string | null {
    if (input.user === undefined && input.password === undefined && input.headers === undefined) {
      return input.moved ? null : (before?.secret ?? null);
    }
    const old = before === null || input.moved ? {} : openCredentials(before, this.#secret);
    const user = input.user === undefined ? old.user : (input.user ?? undefined);
    const password = input.password === undefined ? old.password : (input.password ?? undefined);
    const headers = input.headers === undefined ? old.headers : (input.headers ?? undefined);
    const credentials = {
      ...(user === undefined ? {} : { user }),
      ...(password === undefined || user === undefined ? {} : { password }),
      ...(headers === undefined ? {} : { headers }),
    };
    return sealCredentials(key, credentials, { secret: this.#secret, random: this.#random });
  }

  #viewOf({ secret, etag: _etag, modified: _modified, ...feed }: Feed, last: FeedRun | null): FeedView {
    const now = this.#clock.now();
    const { schedule } = feed.settings;
    const period = schedule === null ? null : periodOf(schedule, now);
    const { user = null, headers = {} } = this.#shown({ key: feed.key, secret });
    return { ...feed, user, headers: Object.keys(headers), ...statusOf(feed, last, { now, period }), last };
  }

  /** Whoever has lost the secret still sees the feed. */
  #shown(feed: Pick<Feed, 'key' | 'secret'>): { user?: string; headers?: Record<string, string> } {
    try {
      return openCredentials(feed, this.#secret);
    } catch (error) {
      if (error instanceof BeckonError) return {};
      throw error;
    }
  }
}

function isElsewhere(before: Feed, url: string | null): boolean {
  const old = before.settings.url;
  if (old === null || url === null) return old !== url;
  return new URL(old).origin !== new URL(url).origin;
}

function unknown(key: string): BeckonError {
  return new BeckonError(feedErrors.FEED_UNKNOWN, `There is no feed "${key.slice(0, 80)}"`);
}
