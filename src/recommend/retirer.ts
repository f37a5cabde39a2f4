import type { Clock, Log } from '../base/index.ts';
import type { VisitLimits } from './crowd.ts';
import type { Engine } from './engine.ts';
import { inSlices, type Sliced } from './slices.ts';
import type { Learner } from './snapshots.ts';

/** Real time worked in one go, and the rest after it: requests go on, and learning rests for some seconds. */
const slice = { workMs: 4, restMs: 1 };

/** What a shop's engine keeps: about fifty million events, two gigabytes. Visits older than two years say nothing any more. */
export const visitLimits: VisitLimits = { most: 10_000_000, mostMs: 730 * 24 * 3600 * 1000 };

/** Has old visits let go beside everything else, so that memory is bounded however long a process learns. */
export class Retirer {
  readonly #engine: () => Engine;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #limits: VisitLimits;
  #working: Sliced<number> | null = null;
  #running: Promise<void> | null = null;
  #stopped = false;

  /** @param parts `engine`: the one in use; a new one may take its place */
  constructor(parts: { engine: () => Engine; clock: Clock; log: Log; limits?: VisitLimits }) {
    this.#engine = parts.engine;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#limits = parts.limits ?? visitLimits;
  }

  /** Begins if it is due and nothing runs; nothing is learned meanwhile. Cheap to call often. */
  look(learner: Pick<Learner, 'hold'>): void {
    if (this.#running !== null || this.#stopped) return;
    if (this.#engine().retire({ ...this.#limits, now: this.#clock.now() }) === null) return;
    this.#running = learner.hold(() => this.#work()).finally(() => (this.#running = null));
  }

  /** Resolves when what runs has ended. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Ends what runs; the visits stay. */
  stop(): void {
    this.#stopped = true;
    this.#working?.stop();
  }

  async #work(): Promise<void> {
    const engine = this.#engine();
    const work = engine.retire({ ...this.#limits, now: this.#clock.now() });
    if (work === null || this.#stopped) return;
    const bytes = engine.bytes;
    this.#working = inSlices(work, { ...slice, goesOn: () => engine === this.#engine() });
    const result = await this.#working.ended;
    this.#working = null;
    if (result === null) return;
    const { ms, longestMs } = result.spent;
    const took = { ms: Math.round(ms), longestMs: Math.round(longestMs) };
    this.#log.info('recommend.visits-retired', { visits: result.value, bytesFreed: bytes - engine.bytes, ...took });
  }
}
