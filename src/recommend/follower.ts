import type { Log, Timer } from '../base/index.ts';
import { after, pause, point } from '../base/index.ts';
import type { Lesson } from '../profile/index.ts';

/** One row of the feed: what one fold of a shard taught. Versions of a shard rise by one from 1. */
export interface FeedBatch {
  shard: number;
  version: number;
  lessons: Lesson[];
}

/** Gives rows above each shard's cursor (0 when a shard is not named), in order of shard and version; some or all. */
export type ReadFeed = (cursors: ReadonlyMap<number, number>) => Promise<FeedBatch[]>;

/** What is taught; `Recommender` is one. */
export interface Pupil {
  learn(lesson: Lesson): void;
  reset(): void;
}

/** Real time between two looks at the feed when nobody wakes us. */
const pollMs = 100;
/** Lessons learned in one go, before others get a turn. */
const goSize = 5000;

/**
 * Follows the feed and teaches the recommender each row once. It begins at 0, so the first pass is the rebuild.
 *
 * A row that was taken before is skipped; a gap means that this process missed something, and everything is forgotten
 * and learned anew from 0.
 */
export class Follower {
  readonly #read: ReadFeed;
  readonly #pupil: Pupil;
  readonly #log: Log;
  readonly #cursors = new Map<number, number>();
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  /** The pass that begins when the running one has ended; everybody who asks meanwhile shares it. */
  #next: Promise<void> | null = null;
  #state: 'new' | 'started' | 'stopped' = 'new';
  #failing = false;

  constructor(parts: { read: ReadFeed; recommender: Pupil; log: Log }) {
    this.#read = parts.read;
    this.#pupil = parts.recommender;
    this.#log = parts.log;
  }

  /** Begins to follow; the first pass reads the whole feed. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    this.#look();
  }

  /** Looks at the feed now; to be called after a commit. */
  wake(): void {
    if (this.#state === 'started') this.#look();
  }

  /**
   * Resolves when everything committed before this call is learned. Rejects when the feed cannot be read. Works
   * without `start` too, for tools that rebuild once.
   */
  catchUp(): Promise<void> {
    return this.#pass();
  }

  /** Ends following; what is being read is not learned any more. */
  stop(): void {
    this.#state = 'stopped';
    this.#timer?.stop();
  }

  /** The version each shard was followed to. */
  get cursors(): ReadonlyMap<number, number> {
    return this.#cursors;
  }

  #look(): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#pass()
      .then(() => (this.#failing = false))
      .catch((error: unknown) => this.#report(error))
      .finally(() => this.#rest());
  }

  #rest(): void {
    if (this.#state !== 'started') return;
    this.#timer?.stop();
    this.#timer = after(pollMs, () => this.#look());
  }

  /** Once per outage: the next look comes in a tenth of a second. */
  #report(error: unknown): void {
    if (!this.#failing) this.#log.warn('recommend.feed-unreadable', { error });
    this.#failing = true;
  }

  /** A pass that begins after this call. */
  #pass(): Promise<void> {
    if (this.#running === null) return (this.#running = this.#readAll().finally(() => (this.#running = null)));
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.#pass();
      });
    return this.#next;
  }

  async #readAll(): Promise<void> {
    let since = 0;
    for (;;) {
      const batches = await this.#read(this.#cursors);
      if (batches.length === 0 || this.#isStopped()) break;
      for (const batch of batches) {
        if (!this.#take(batch)) break;
        since += batch.lessons.length;
        if (since < goSize) continue;
        since = 0;
        await pause(0);
        if (this.#isStopped()) return;
      }
    }
    point('recommend.caught-up');
  }

  #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  /** Learns a row, or skips it; false when a gap made us begin anew. */
  #take({ shard, version, lessons }: FeedBatch): boolean {
    const cursor = this.#cursors.get(shard);
    if (cursor !== undefined && version <= cursor) return true;
    if (cursor !== undefined && version > cursor + 1) {
      this.#log.warn('recommend.feed-gap', { shard, expected: cursor + 1, found: version });
      this.#cursors.clear();
      this.#pupil.reset();
      return false;
    }
    // After a reset there is nothing to compare with: a feed whose old rows were taken away begins later than at 1.
    if (cursor === undefined && version > 1) this.#log.warn('recommend.feed-begins-late', { shard, found: version });
    for (const lesson of lessons) this.#pupil.learn(lesson);
    this.#cursors.set(shard, version);
    return true;
  }
}
