import { after, BeckonError, point, type Log, type Random, type Timer } from '../base/index.ts';
import type { Job } from '../job/index.ts';
import { activeStates, type Feed, type FeedRun, type RunState } from './feed.ts';
import { feedErrors } from './feed-error.ts';
import type { Fetcher } from './feed-fetch.ts';
import { FeedPass, PassLeft, type PassParts } from './feed-pass.ts';
import { headersOf } from './feed-secret.ts';
import { countItems, findFeed, findRun, saveRun, setSeen } from './feed-table.ts';
import { dropOldRuns, findFile, type StoredFile } from './feed-table-row.ts';

/** The kind of the jobs of runs; the key is the feed's, so that one run at a time is under way. */
export const runKind = 'feed.run';

export interface RunsParts extends PassParts {
  log: Log;
  random: Random;
  fetcher: Fetcher;
  /** The installation's secret, under which credentials are sealed. */
  secret: Uint8Array;
}

/** An address that does not answer is asked again after so long, ms. */
const again = [60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000];
/** A run that was taken up so often and never ended is given up: something in it ends the process. */
const mostAttempts = 12;
const runsKept = 100;

/**
 * Works runs off, one at a time, on a lane of its own beside the pulse: loads the file, checks it, asks where the guard
 * wants it, writes. A run whose worker dies is taken over by the next one when its lease lapses, and goes on.
 */
export class FeedRuns {
  readonly #parts: RunsParts;
  #timer: Timer | undefined;
  #stopped = true;
  #stopping = false;
  #turn: Promise<unknown> = Promise.resolve();
  #again = false;
  #working = false;

  constructor(parts: RunsParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** There may be a run to work on. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (!this.#working) void this.#work();
  }

  /** Ends after the present batch; the run goes on at the next start, or elsewhere. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping = true;
    this.#timer?.stop();
    await this.#turn.catch(() => {});
  }

  /** Works until nothing is due. */
  async finish(): Promise<void> {
    const turn = this.#turn
      .catch(() => {})
      .then(async () => {
        while (await this.#step());
      });
    this.#turn = turn;
    await turn;
  }

  async #work(): Promise<void> {
    this.#working = true;
    this.#timer?.stop();
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.finish().catch((error: unknown) => this.#parts.log.error('feed.failed', { error }));
    }
    this.#working = false;
    if (!this.#stopped) this.#timer = after(1000, () => this.wake());
  }

  async #step(): Promise<boolean> {
    if (this.#stopping) return false;
    const [job] = await this.#parts.jobs.claim<{ run: string }>(runKind, 1);
    if (!job) return false;
    const run = await findRun(this.#parts.store, job.payload.run);
    const feed = run && (await findFeed(this.#parts.store, run.feed));
    if (!run || !feed || !activeStates.includes(run.state)) await this.#parts.jobs.finish(this.#parts.store, job);
    else await this.#pass(job, feed, run);
    return true;
  }

  async #pass(job: Job, feed: Feed, run: FeedRun): Promise<void> {
    let pass: FeedPass | null = null;
    try {
      if (job.attempt > mostAttempts) {
        throw new BeckonError(feedErrors.FEED_RUN_FAILED, 'The run was interrupted too often');
      }
      const loaded = run.file === null ? await this.#load(job, feed, run) : run;
      if (loaded === null) return;
      const file = await this.#fileOf(loaded);
      pass = new FeedPass(this.#parts, { feed, run: loaded, job, isStopped: () => this.#stopping });
      await this.#goThrough(pass, file, job);
    } catch (error) {
      await this.#failed(error, job, { feed, run: pass?.run ?? run });
    }
  }

  async #goThrough(pass: FeedPass, file: StoredFile, job: Job): Promise<void> {
    if (pass.run.state !== 'importing' && pass.run.state !== 'removing') {
      await pass.check(file);
      const { dry, alarms, approved } = pass.run;
      if (dry && !approved) return this.#end(job, pass.run, 'checked');
      if (alarms.length > 0 && !approved) return this.#end(job, pass.run, 'held');
    }
    await pass.write(file);
    await countItems(this.#parts.store, pass.run.feed);
    if (pass.run.seen) await setSeen(this.#parts.store, pass.run.feed, pass.run.seen);
    await this.#end(job, pass.run, pass.run.counts.refused > 0 ? 'partial' : 'done');
  }

  async #fileOf(run: FeedRun): Promise<StoredFile> {
    const file = run.file === null ? undefined : await findFile(this.#parts.store, run.file);
    if (file) return file;
    throw new BeckonError(feedErrors.FEED_FILE_GONE, 'The file of this run is no longer kept');
  }

  /** Loads the file from the feed's address. Null when it has not changed: then the run has ended. */
  async #load(job: Job, feed: Feed, run: FeedRun): Promise<FeedRun | null> {
    const { store, clock, jobs, files, fetcher, secret } = this.#parts;
    const { url } = feed.settings;
    if (url === null) throw new BeckonError(feedErrors.FEED_FILE_GONE, 'The feed has no address, and no file was sent');
    const loading: FeedRun = { ...run, state: 'downloading' };
    const note = (now: FeedRun) =>
      store.inTransaction(async (tx) => {
        if (this.#stopping || !(await jobs.extend(tx, job))) throw new PassLeft();
        await saveRun(tx, now, clock.now());
      });
    await note(loading);
    const known = run.how === 'schedule' ? { etag: feed.etag, modified: feed.modified } : {};
    const answer = await fetcher({ url, headers: headersOf(feed, secret), ...known });
    if (!answer.changed) {
      await this.#end(job, loading, 'unchanged');
      return null;
    }
    const onPart = (octets: number) => note({ ...loading, octets });
    const file = await files.keep(feed.key, answer.octets, { name: answer.name, onPart });
    const seen = { etag: answer.etag, modified: answer.modified };
    const loaded: FeedRun = { ...loading, state: 'waiting', file: file.id, octets: file.octets, seen, error: null };
    await note(loaded);
    point('feed.downloaded', run.id);
    return loaded;
  }

  /** Ends the run, or lets it wait for somebody's word, in the transaction that ends the job. */
  async #end(job: Job, run: FeedRun, state: RunState, more: Partial<FeedRun> = {}): Promise<void> {
    const { store, clock, jobs, files } = this.#parts;
    const at = clock.now();
    await store.inTransaction(async (tx) => {
      if (!(await jobs.finish(tx, job))) return;
      await saveRun(tx, { ...run, ...more, state, endedAt: state === 'held' ? null : at }, at);
      await dropOldRuns(tx, runsKept);
    });
    await files.tidy();
    point('feed.ended', run.id);
  }

  async #failed(error: unknown, job: Job, { feed, run }: { feed: Feed; run: FeedRun }): Promise<void> {
    const { clock, jobs, log, store, random } = this.#parts;
    if (error instanceof PassLeft) {
      if (this.#stopping) await jobs.retry(job, clock.now(), 'stopped');
      return;
    }
    if (!(error instanceof BeckonError)) {
      log.error('feed.run-failed', { feed: feed.key, run: run.id, error });
      if (job.attempt < 3) return jobs.retry(job, clock.now() + 1000 * job.attempt, String(error));
      const why = 'The run stopped by a fault that is not of the file';
      return this.#end(job, run, 'failed', { error: errorOf(new BeckonError(feedErrors.FEED_RUN_FAILED, why)) });
    }
    const wait = error.code === feedErrors.FEED_UNREACHABLE.code ? again[run.tries] : undefined;
    if (wait === undefined) return this.#end(job, run, 'failed', { error: errorOf(error) });
    const due = clock.now() + Math.round(wait * (0.9 + 0.2 * random.next()));
    await store.inTransaction(async (tx) => {
      if (!(await jobs.extend(tx, job))) return;
      await saveRun(tx, { ...run, state: 'waiting', tries: run.tries + 1, error: errorOf(error) }, clock.now());
    });
    await jobs.retry(job, due, error.message);
  }
}

function errorOf({ code, message, mend }: BeckonError): NonNullable<FeedRun['error']> {
  return { code, why: message, mend };
}
