import { BeckonError, type Clock, elapsed, type Ids, isUuid, type Log, point, turn } from '../base/index.ts';
import { type Job, type Jobs, Turns } from '../job/index.ts';
import type { Item } from '../catalog/index.ts';
import type { Store } from '../store/index.ts';
import { backtestDefaults, type BacktestProgress, ownOf } from './backtest.ts';
import { assertCriteria, type ShopCriteria, shopCriteria, type ShopToTry } from './backtest-criteria.ts';
import { openThread, type OpenThread, type ReplayThread } from './backtest-thread.ts';
import type { DescribedItem } from './content-text.ts';
import { errors } from './error.ts';
import type { FeedBatch, ReadFeed } from './follower.ts';
import {
  addReplay,
  dropOldReplays,
  endReplay,
  findReplay,
  listReplays,
  noteProgress,
  openReplay,
  type Replay,
  replayInUse,
  type ReplaySettings,
  type ReplayTask,
  setInUse,
  setNoneInUse,
} from './table-backtest.ts';
import { tunedBy, type TuneResult } from './tune.ts';
import type { Tuning } from './tuning.ts';

export interface ReplayParts {
  store: Store;
  clock: Clock;
  ids: Ids;
  jobs: Jobs;
  log: Log;
  read: ReadFeed;
  /** What the catalogue says of items now, for backtests; without it none is like another. */
  items?: () => Iterable<Item>;
  /** Criteria of the shop that backtests may try; without it only the built-in ways. */
  shop?: ShopToTry;
  /** Constants to be used from now on. */
  onTuned: (tuning: Tuning) => void;
  open?: OpenThread;
}

const jobKind = 'recommend.replay';
/** Items handed over in one go. */
const itemsOfPage = 500;
/** Replays kept of each task. */
const kept = 50;
/** A replay that was taken up so often and never ended is given up. */
const mostAttempts = 5;
/** Real time between two notes of how far a replay is; cancelling is seen as often. */
const noteMs = 500;

/**
 * Replays of the shop's own history, one at a time, beside everything else: backtests, and tunings. Each is durable: it is
 * asked for with a job in one transaction, and one whose process dies is begun anew by the next, with the same result.
 */
export class Replays {
  readonly #parts: ReplayParts;
  readonly #turns: Turns;
  #thread: ReplayThread | null = null;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    this.#turns = new Turns({
      step: () => this.#step(),
      onError: (error) => parts.log.error('recommend.replay-failed', { error }),
    });
  }

  /**
   * Asks for one; while another of its kind waits or runs, that one is the answer.
   *
   * @throws CRITERION_UNKNOWN
   */
  async ask(task: ReplayTask, settings: Partial<ReplaySettings> = {}): Promise<Replay> {
    const { store, clock, ids, jobs, shop } = this.#parts;
    assertCriteria(ownOf(settings.criteria), shop);
    const id = await store.inTransaction(async (tx) => {
      const open = await openReplay(tx, task);
      if (open) return open.id;
      const [next, now] = [ids.next(), clock.now()];
      await addReplay(tx, { id: next, task, settings: { ...backtestDefaults, ...settings }, now });
      await jobs.enqueue(tx, [{ shard: 0, kind: jobKind, key: next, due: now, payload: { id: next } }]);
      await dropOldReplays(tx, task, kept);
      return next;
    });
    this.#turns.wake();
    return this.get(id, task);
  }

  /** @throws REPLAY_UNKNOWN */
  async get(id: string, task: ReplayTask): Promise<Replay> {
    const replay = isUuid(id) ? await findReplay(this.#parts.store, id) : undefined;
    if (replay?.task === task) return replay;
    throw new BeckonError(errors.REPLAY_UNKNOWN, `There is no ${task} "${id}"`);
  }

  list(task: ReplayTask): Promise<Replay[]> {
    return listReplays(this.#parts.store, task, kept);
  }

  /** Ends one that waits or runs; one that is over stays as it is. */
  async cancel(id: string, task: ReplayTask): Promise<Replay> {
    await this.get(id, task);
    await endReplay(this.#parts.store, { id, state: 'cancelled', now: this.#parts.clock.now() });
    return this.get(id, task);
  }

  /** The tuning whose constants are in use; null with the shipped ones. */
  async inUse(): Promise<Replay | null> {
    return (await replayInUse(this.#parts.store)) ?? null;
  }

  /** Back to the shipped constants, until a tuning is better again. */
  async untune(): Promise<void> {
    await setNoneInUse(this.#parts.store);
    this.#parts.onTuned(tunedBy({}));
  }

  /**
   * Uses what a tuning found, also one that was not used so far, until a later one is better.
   *
   * @throws REPLAY_UNKNOWN, TUNING_WITHOUT_GAIN
   */
  async use(id: string): Promise<Replay> {
    const { state, result } = await this.get(id, 'tuning');
    const own = (result as TuneResult | null)?.own ?? {};
    if (state !== 'done' || Object.keys(own).length === 0) {
      throw new BeckonError(errors.TUNING_WITHOUT_GAIN, `The tuning "${id}" found nothing better than is shipped`);
    }
    await this.#parts.store.inTransaction(async (tx) => {
      await setNoneInUse(tx, id);
      await setInUse(tx, id);
    });
    this.#parts.onTuned(tunedBy(own));
    return this.get(id, 'tuning');
  }

  /** Uses what is kept, and begins to look for work. */
  async start(): Promise<void> {
    const used = await this.inUse();
    if (used?.result) this.#parts.onTuned(tunedBy((used.result as TuneResult).own));
    this.#turns.start();
  }

  async stop(): Promise<void> {
    const over = this.#turns.stop();
    await this.#thread?.stop();
    await over;
  }

  /** Works until nothing is due. */
  finish(): Promise<void> {
    return this.#turns.finish();
  }

  async #step(): Promise<boolean> {
    const { store, jobs, clock, log } = this.#parts;
    const [job] = await jobs.claim<{ id: string }>(jobKind, 1);
    if (!job) return false;
    const replay = await findReplay(store, job.payload.id);
    try {
      if (replay && job.attempt > mostAttempts) throw new Error('It was interrupted too often');
      if (replay && (await this.#note(job, { id: replay.id, done: 0, of: 0 }))) await this.#run(job, replay);
      else await jobs.finish(store, job);
    } catch (error) {
      if (this.#turns.isStopping) return false; // the lease lapses, and the next process begins anew
      log.warn('recommend.replay-failed', { id: job.payload.id, error });
      const fault = error instanceof Error ? error.message : String(error);
      await endReplay(store, { id: job.payload.id, state: 'failed', fault, now: clock.now() });
      await jobs.finish(store, job);
    }
    return true;
  }

  async #run(job: Job, { id, task, settings }: Replay): Promise<void> {
    const { store, jobs } = this.#parts;
    let notedAt = elapsed();
    let noting = Promise.resolve();
    let cancelled = false;
    const onProgress = (progress: BacktestProgress) => {
      if (elapsed() - notedAt < noteMs) return;
      notedAt = elapsed();
      noting = noting
        .then(() => this.#note(job, { id, ...progress }))
        .then(async (goesOn) => {
          cancelled ||= !goesOn;
          if (cancelled) await thread.stop();
        })
        .catch(() => {}); // the next note tells
    };
    const shop = this.#shopFor(settings);
    const thread = (this.#parts.open ?? openThread)({ task, settings, ...(shop ? { shop } : {}) }, onProgress);
    this.#thread = thread;
    try {
      if (task === 'backtest') await this.#describeAll(thread, shop !== null);
      await this.#giveAll(thread);
      const result = await thread.go();
      await noting;
      point('recommend.replayed');
      await this.#keep(job, { id, task, settings, result });
    } catch (error) {
      if (!cancelled) throw error;
      await jobs.finish(store, job);
    } finally {
      this.#thread = null;
      await thread.stop();
    }
  }

  /** Keeps the result, unless it was cancelled at the last moment; a tuning's constants are used from now on. */
  async #keep(
    job: Job,
    { id, task, settings, result }: Pick<Replay, 'id' | 'task' | 'settings' | 'result'>,
  ): Promise<void> {
    const { store, jobs, clock, onTuned } = this.#parts;
    const isUsed = task === 'tuning' && settings.adopt !== false && result !== null;
    const own = isUsed ? (result as TuneResult).own : null;
    const inUse = own !== null && Object.keys(own).length > 0;
    const isKept = await store.inTransaction(async (tx) => {
      if (!(await jobs.finish(tx, job))) return false; // another process has begun it anew
      const ended = await endReplay(tx, { id, state: 'done', result, now: clock.now(), inUse });
      if (ended && own !== null) await setNoneInUse(tx, id);
      return ended;
    });
    if (isKept && own !== null) onTuned(tunedBy(own));
  }

  /** The shop's criteria that are asked for, as they are now; null when none is. */
  #shopFor({ criteria }: ReplaySettings): ShopCriteria | null {
    const asked = ownOf(criteria);
    const { shop } = this.#parts;
    return asked.length === 0 || shop === undefined ? null : shopCriteria(asked, shop);
  }

  /** Hands over what items are, page by page, in turns with everything else. */
  async #describeAll(thread: ReplayThread, whole: boolean): Promise<void> {
    let page: DescribedItem[] = [];
    for (const item of this.#parts.items?.() ?? []) {
      const { id, name, categories, attributes } = item;
      if (page.push(whole ? item : { id, name, categories, attributes }) < itemsOfPage) continue;
      thread.describe(page);
      page = [];
      await turn();
      if (this.#turns.isStopping) return;
    }
    thread.describe(page);
  }

  /** Hands the whole feed over, page by page. */
  async #giveAll(thread: ReplayThread): Promise<void> {
    const cursors = new Map<number, number>();
    for (;;) {
      const batches = await this.#parts.read(cursors);
      if (batches.length === 0 || this.#turns.isStopping) return;
      const lessons: FeedBatch['lessons'] = [];
      for (const batch of batches) {
        lessons.push(...batch.lessons);
        cursors.set(batch.shard, batch.version);
      }
      thread.give(lessons);
    }
  }

  /** @returns false when the replay is not to go on */
  async #note(job: Job, progress: { id: string; done: number; of: number }): Promise<boolean> {
    const { store, jobs, clock } = this.#parts;
    return (await jobs.extend(store, job)) && (await noteProgress(store, { ...progress, now: clock.now() }));
  }
}
