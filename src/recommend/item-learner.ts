import { after, type Clock, elapsed, type Log, type Timer } from '../base/index.ts';
import type { Engine } from './engine.ts';

/** Real time learned in one go, and the rest after it: a fifth of a core, and no request waits for long. */
const slice = { workMs: 4, restMs: 16 };
const dayMs = 24 * 3600 * 1000;
/** Carts before the first model; then so many more, and by so much more, and it is learned before the day is over. */
const carts = { first: 200, more: 500, growth: 0.1 };

/**
 * Is the item model to be learned? The first time when there are carts enough, then each day, and before that when many
 * carts have come. Without new carts never.
 */
export function isModelDue(engine: Pick<Engine, 'model' | 'carts'>, now: number): boolean {
  const lore = engine.model?.lore;
  if (lore === undefined) return engine.carts >= carts.first;
  if (engine.carts === lore.carts) return false;
  return now >= lore.learnedAt + dayMs || engine.carts - lore.carts >= Math.max(carts.more, lore.carts * carts.growth);
}

/** Has the item model learned beside everything else, in slices of some milliseconds; it is replaced as a whole. */
export class ItemLearner {
  readonly #engine: () => Engine;
  readonly #clock: Clock;
  readonly #log: Log;
  #running: Promise<void> | null = null;
  #timer: Timer | null = null;
  #stopped = false;
  #end: () => void = () => {};

  /** @param parts `engine`: the one in use; a new one may take its place */
  constructor(parts: { engine: () => Engine; clock: Clock; log: Log }) {
    this.#engine = parts.engine;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** Begins to learn if it is due and nothing runs. Cheap to call often. */
  look(): void {
    if (this.#running !== null || this.#stopped) return;
    const [engine, now] = [this.#engine(), this.#clock.now()];
    if (!isModelDue(engine, now)) return;
    const work = engine.learnModel(now);
    this.#running = new Promise<void>((resolve) => {
      this.#end = resolve;
      this.#timer = after(0, () => this.#step(engine, work, { ms: 0, longest: 0 }));
    });
  }

  /** Resolves when what runs has ended. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Ends learning; the model that there was stays. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.stop();
    this.#done();
  }

  #done(): void {
    this.#running = null;
    this.#end();
  }

  #step(engine: Engine, work: Generator<number>, spent: { ms: number; longest: number }): void {
    if (engine !== this.#engine()) return this.#done();
    const begin = elapsed();
    let step = work.next();
    while (!step.done && elapsed() - begin < slice.workMs) step = work.next();
    const ms = elapsed() - begin;
    const all = { ms: spent.ms + ms, longest: Math.max(spent.longest, ms) };
    if (!step.done) {
      this.#timer = after(slice.restMs, () => this.#step(engine, work, all));
      return;
    }
    const { size, bytes } = engine.model!;
    this.#log.info('recommend.item-model', {
      items: size,
      bytes,
      ms: Math.round(all.ms),
      longestMs: Math.round(all.longest),
    });
    this.#done();
  }
}
