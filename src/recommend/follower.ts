import type { Log, Timer } from '../base/index.ts';
import { after, elapsed, point, Slices } from '../base/index.ts';
import type { ForgetLesson } from '../event/index.ts';
import type { Lesson } from '../profile/index.ts';

/** One row of the feed: what one fold of a shard taught. Versions of a shard rise by one from 1. */
export interface FeedBatch {
  shard: number;
  version: number;
  lessons: (Lesson | ForgetLesson)[];
}

/** Gives rows above each shard's cursor (0 when a shard is not named), in order of shard and version; some or all. */
export type ReadFeed = (cursors: ReadonlyMap<number, number>) => Promise<FeedBatch[]>;

/** What is taught. */
export interface Pupil {
  learnAll(lessons: readonly Lesson[]): void;
  /** Takes out what the visitor did whose id has this mark. */
  forget(mark: { low: number; high: number }): void;
  reset(): void;
}

/** Real time between two looks at the feed when nobody wakes us. */
const pollMs = 100;
/** Rows that may wait to be learned; what does not find room is read. */
const givenLimit = 2000;
/** The feed is read to its end every tenth of a second; who has not come to it for so long is behind. */
const behindMs = 10_000;

/**
 * Follows the feed and teaches the recommender each row once. It begins where the snapshot ends, or at 0 without one, so
 * the first pass is the rebuild.
 *
 * A row that was taken before is skipped; a gap means that this process missed something, and everything is forgotten
 * and begun anew.
 */
export class Follower {
  readonly #read: ReadFeed;
  readonly #pupil: Pupil;
  readonly #log: Log;
  readonly #begin: () => Promise<ReadonlyMap<number, number>>;
  #cursors = new Map<number, number>();
  #isBegun = false;
  /** What this process appended to the feed and has not learned yet. */
  #given: FeedBatch[] = [];
  /** The next pass reads the feed, whatever is given. */
  #mustRead = true;
  /** When the feed was last read; monotonic ms. */
  #readAt = -Infinity;
  /** Work for which learning rests. */
  #held: Promise<unknown> | null = null;
  /** When the pass began that came to the end of the feed last; monotonic ms. */
  #caughtUpAt: number | null = null;
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  /** The pass that begins when the running one has ended; everybody who asks meanwhile shares it. */
  #next: Promise<void> | null = null;
  #state: 'new' | 'started' | 'stopped' = 'new';
  #failing = false;

  /** @param parts `begin`: puts a snapshot into the recommender, and says up to where it learned each shard; none: at 0 */
  constructor(parts: {
    read: ReadFeed;
    recommender: Pupil;
    log: Log;
    begin?: () => Promise<ReadonlyMap<number, number>>;
  }) {
    this.#read = parts.read;
    this.#begin = parts.begin ?? (async () => new Map());
    this.#pupil = parts.recommender;
    this.#log = parts.log;
  }

  /** Begins to follow; the first pass reads what the feed has after the snapshot. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    this.#look();
  }

  /**
   * What this process has just appended to the feed, after the commit: learned without being read, where it follows on
   * from what was learned. Otherwise, and every tenth of a second, the feed is read.
   */
  give(batches: readonly FeedBatch[]): void {
    if (this.#state !== 'started') return;
    if (this.#given.length + batches.length > givenLimit) this.#given = [];
    else for (const batch of batches) this.#given.push(batch);
    this.#look();
  }

  /**
   * Resolves when everything committed before this call is learned. Rejects when the feed cannot be read. Works
   * without `start` too, for tools that rebuild once.
   */
  catchUp(): Promise<void> {
    this.#mustRead = true;
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

  /**
   * Everything that was committed so long ago is learned, ms of real time; null when the feed was not yet read to its
   * end.
   */
  get lagMs(): number | null {
    return this.#caughtUpAt === null ? null : elapsed() - this.#caughtUpAt;
  }

  /** The feed was read to its end, and not long ago. */
  get isCaughtUp(): boolean {
    const lag = this.lagMs;
    return lag !== null && lag < behindMs;
  }

  /** Has work done during which nothing is learned; what comes in meanwhile waits in the feed. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    while (this.#held) await this.#held;
    const run = work();
    const held = run.then(
      () => {},
      () => {},
    );
    this.#held = held;
    try {
      return await run;
    } finally {
      if (this.#held === held) this.#held = null;
    }
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
    this.#timer = after(pollMs, () => {
      this.#mustRead = true;
      this.#look();
    });
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
    const began = elapsed();
    const mustRead = this.#mustRead || began - this.#readAt >= pollMs;
    this.#mustRead = false;
    if (await this.#takeGiven(mustRead)) return;
    this.#readAt = began;
    let gaps = 0;
    for (;;) {
      if (!this.#isBegun) await this.#beginAnew(gaps);
      const batches = await this.#read(this.#cursors);
      if (batches.length === 0 || this.#isStopped()) break;
      if (!(await this.#takeAll(batches))) gaps++;
      if (this.#isStopped()) return;
    }
    this.#caughtUpAt = began;
    point('recommend.caught-up');
  }

  /** Learns what was given, if there is nothing between it and what was learned. @returns whether that is enough for now */
  async #takeGiven(mustRead: boolean): Promise<boolean> {
    const given = this.#given;
    this.#given = [];
    const follows = new Map(this.#cursors);
    const isWhole = given.every(({ shard, version }) => {
      const next = (follows.get(shard) ?? 0) + 1;
      follows.set(shard, Math.max(version, next - 1));
      return version <= next;
    });
    if (!this.#isBegun || !isWhole) return false;
    await this.#takeAll(given);
    return !mustRead;
  }

  /** Learns rows in turn; false when a gap made us begin anew. */
  async #takeAll(batches: readonly FeedBatch[]): Promise<boolean> {
    const slices = new Slices();
    for (const batch of batches) {
      while (this.#held) await this.#held;
      if (!this.#take(batch)) return false;
      if (!slices.isOver) continue;
      await slices.next();
      if (this.#isStopped()) return true;
    }
    return true;
  }

  /** From the snapshot; if there is a gap behind that one too, from what is left of the feed. */
  async #beginAnew(gaps: number): Promise<void> {
    this.#pupil.reset();
    this.#cursors = new Map(gaps < 2 ? await this.#begin() : []);
    this.#isBegun = true;
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
      this.#isBegun = false;
      this.#caughtUpAt = null;
      return false;
    }
    // After a reset there is nothing to compare with: a feed whose old rows were taken away begins later than at 1.
    if (cursor === undefined && version > 1) this.#log.warn('recommend.feed-begins-late', { shard, found: version });
    let learned = 0;
    for (const [n, lesson] of lessons.entries()) {
      if (!('forget' in lesson)) continue;
      this.#pupil.learnAll(lessons.slice(learned, n) as Lesson[]);
      this.#pupil.forget({ low: lesson.forget[0], high: lesson.forget[1] });
      learned = n + 1;
    }
    this.#pupil.learnAll((learned === 0 ? lessons : lessons.slice(learned)) as Lesson[]);
    this.#cursors.set(shard, version);
    return true;
  }
}
