import { crc32 } from 'node:zlib';
import { elapsed, point, shards, turn, type Clock, type Ids, type Log } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import type { Engine } from './engine.ts';
import type { Kept } from './kept.ts';
import { pack, Unpacking, type Shape } from './pack.ts';
import {
  isSnapshotDue,
  readHead,
  requireFit,
  SnapshotRefused,
  writeHead,
  type FeedReach,
  type Learned,
  type SnapshotHead,
} from './snapshot-head.ts';
import { openWriter, type OpenWriter, type SnapshotWriter } from './snapshot-writer.ts';
import {
  claimSnapshot,
  dropSnapshot,
  finishSnapshot,
  newestSnapshot,
  newestSnapshotMade,
  readPieces,
  type SnapshotRow,
} from './table-snapshot.ts';

/** How long is copied in one go, ms; a piece that was begun is ended. */
const sliceMs = 1;
/** How long a writer may be silent before another takes its place, ms. */
const leaseMs = 120_000;
/** How often a newer snapshot may take the place of the one that is being read. */
const patience = 3;

/** Who learns: rests while work is done, and knows how far it has come. `Follower` is one. */
export interface Learner {
  hold<T>(work: () => Promise<T>): Promise<T>;
  readonly cursors: ReadonlyMap<number, number>;
  readonly isCaughtUp: boolean;
}

/** What was copied while nothing was learned. */
interface Copy {
  bytes: number;
  shape: Shape;
  cursors: number[];
  learned: number;
  items: number;
  /** How long learning rested, and how long nobody else had a turn. */
  restMs: number;
  longestMs: number;
}

/**
 * Keeps what the engine learned in the database, so that a start need not learn everything anew, and so that what the
 * feed no longer has is not lost. One process at a time writes; every process may read (docs/decision/0033).
 */
export class Snapshots {
  readonly #parts: SnapshotParts;
  readonly #startedAt: number;
  /** What the newest snapshot holds, as far as this process knows. */
  #last: Learned | null = null;
  /** The one that could not be used; it counts as none. */
  #refused: string | null = null;
  #running: Promise<unknown> | null = null;
  #writer: SnapshotWriter | null = null;
  #stopped = false;

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.real();
  }

  /**
   * Puts the newest snapshot into the engine, which has learned nothing. One that cannot be used is refused with a line
   * in the log, and the engine stays empty.
   *
   * @returns the version up to which the feed of each shard is learned; empty when nothing was loaded
   */
  async load(): Promise<ReadonlyMap<number, number>> {
    const { log, store } = this.#parts;
    const began = elapsed();
    for (let tries = 1; ; tries++) {
      const row = await newestSnapshot(store);
      this.#last = row && { learned: row.learned, at: row.madeAt };
      if (row === null) return new Map();
      try {
        const { head, kept } = await this.#read(row);
        this.#parts.engine().restore(kept);
        log.info('recommend.snapshot-loaded', { ...countsOf(head), ms: Math.round(elapsed() - began) });
        return new Map(head.cursors.map((version, shard) => [shard, version]));
      } catch (error) {
        if (!(error instanceof SnapshotRefused)) throw error;
        if (tries < patience && (await newestSnapshot(store))?.id !== row.id) continue;
        log.warn('recommend.snapshot-refused', { why: error.message });
        this.#refused = row.id;
        this.#last = null;
        return new Map();
      }
    }
  }

  /** Begins to write one if it is due and none is being written. Cheap to call often. */
  look(learner: Learner): void {
    const now = { learned: this.#parts.engine().learned, at: this.#parts.clock.real() };
    if (this.#running !== null || this.#stopped || !learner.isCaughtUp) return;
    if (!isSnapshotDue(this.#last, now, this.#startedAt)) return;
    this.#running = this.#makeIfDue(learner, now)
      .catch((error: unknown) => this.#parts.log.warn('recommend.snapshot-failed', { error }))
      .finally(() => (this.#running = null));
  }

  /** Resolves when what is being written is whole, or given up. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Gives up what is being written. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#writer?.stop();
    await this.#running;
  }

  /** Up to where the newest snapshot holds the feed, by shard; null when there is none. */
  async held(): Promise<ReadonlyMap<number, number> | null> {
    const row = await newestSnapshot(this.#parts.store);
    return row && new Map(readHead(row.head).cursors.map((version, shard) => [shard, version]));
  }

  /** Writes one now. False when another process does. */
  async make(learner: Learner): Promise<boolean> {
    const { store, ids, log, clock } = this.#parts;
    const id = ids.next();
    const began = elapsed();
    if (!(await claimSnapshot(store, id, leaseMs))) return false;
    try {
      const head = await this.#write(id, learner);
      point('recommend.snapshot-written');
      const row = { id, madeAt: clock.real(), learned: head.learned, head: writeHead(headOf(head)) };
      if (!(await store.inTransaction((tx) => finishSnapshot(tx, row))))
        throw new SnapshotRefused('Its lease was lost');
      point('recommend.snapshot-whole');
      this.#last = { learned: row.learned, at: row.madeAt };
      const [ms, restMs, longestMs] = [elapsed() - began, head.restMs, head.longestMs].map(Math.round);
      log.info('recommend.snapshot-made', { ...countsOf(head), ms, restMs, longestMs });
      return true;
    } catch (error) {
      await dropSnapshot(store, id);
      throw error;
    }
  }

  /** Another process may have made one meanwhile. */
  async #makeIfDue(learner: Learner, now: Learned): Promise<void> {
    const row = await newestSnapshotMade(this.#parts.store);
    this.#last = row && row.id !== this.#refused ? { learned: row.learned, at: row.madeAt } : null;
    if (isSnapshotDue(this.#last, now, this.#startedAt)) await this.make(learner);
  }

  /** Copies everything, in slices between which others have their turn, and hands it to the writer. */
  async #copy(learner: Learner, writer: SnapshotWriter): Promise<Copy> {
    const engine = this.#parts.engine();
    let bytes = 0;
    const began = elapsed();
    let longestMs = 0;
    let begin = began;
    const work = pack(engine.keep());
    let step = work.next();
    while (!step.done) {
      if (step.value !== null) {
        bytes += step.value.length;
        writer.give(step.value);
      }
      if (elapsed() - begin > sliceMs) {
        longestMs = Math.max(longestMs, elapsed() - begin);
        await turn();
        begin = elapsed();
      }
      step = work.next();
    }
    longestMs = Math.max(longestMs, elapsed() - begin);
    const cursors = Array.from({ length: shards }, (_, shard) => learner.cursors.get(shard) ?? 0);
    const { learned, items } = engine;
    return { bytes, shape: step.value, cursors, learned, items: items.size, restMs: elapsed() - began, longestMs };
  }

  /** Copies while nothing is learned, and waits until all of it is written. */
  async #write(id: string, learner: Learner): Promise<Copy & Omit<SnapshotHead, 'schema'>> {
    const { store, engine, writer: open = openWriter } = this.#parts;
    const writer = open({ url: store.url, id, leaseMs }, () => point('recommend.snapshot-piece'));
    this.#writer = writer;
    try {
      const copy = await learner.hold(() => this.#copy(learner, writer));
      return { ...copy, learn: engine().tuning.learn, pieces: await writer.end() };
    } catch (error) {
      await writer.stop();
      throw this.#stopped ? new SnapshotRefused('Beckon is stopping') : error;
    } finally {
      this.#writer = null;
    }
  }

  /** @throws SnapshotRefused */
  async #read(row: SnapshotRow): Promise<{ head: SnapshotHead; kept: Kept }> {
    const head = readHead(row.head);
    requireFit(head, this.#parts.engine().tuning.learn, await this.#parts.reach());
    const unpacking = open(head);
    const missing = new Set(head.pieces.flatMap((sum, n) => (sum === null ? [] : [n])));
    await readPieces(this.#parts.store, row.id, (n, piece) => {
      if (crc32(piece) !== head.pieces[n]) throw new SnapshotRefused(`The checksum of piece ${n} differs`);
      unpacking.put(n, piece);
      missing.delete(n);
    });
    for (const n of missing) throw new SnapshotRefused(`Piece ${n} of ${head.pieces.length} is missing`);
    return { head, kept: unpacking.kept };
  }
}

function open(head: SnapshotHead): Unpacking {
  try {
    return new Unpacking(head.shape, head.bytes);
  } catch (error) {
    throw new SnapshotRefused((error as Error).message);
  }
}

export interface SnapshotParts {
  store: Store;
  ids: Ids;
  clock: Clock;
  log: Log;
  /** The one in use; a new one may take its place. */
  engine: () => Engine;
  /** Which rows the feed still has, by shard. */
  reach: () => Promise<readonly FeedReach[]>;
  /** A thread of its own, if left out. */
  writer?: OpenWriter;
}

/** What stands before the pieces, without what was noted on the way. */
function headOf({ restMs: _rest, longestMs: _longest, ...head }: Copy & Omit<SnapshotHead, 'schema'>) {
  return head;
}

function countsOf({ learned, items, bytes, pieces }: Pick<SnapshotHead, 'learned' | 'items' | 'bytes' | 'pieces'>) {
  return { learned, items, bytes, pieces: pieces.length };
}
