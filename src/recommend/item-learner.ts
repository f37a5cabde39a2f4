import type { Clock, Log } from '../base/index.ts';
import type { Engine } from './engine.ts';
import type { ItemModel } from './item-model.ts';
import { inSlices, type Sliced, type Spent } from './slices.ts';

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
  #running: Sliced<ItemModel> | null = null;
  #stopped = false;

  /** @param parts `engine`: the one in use; a new one may take its place */
  constructor(parts: { engine: () => Engine; clock: Clock; log: Log }) {
    this.#engine = parts.engine;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** Begins to learn if it is due and nothing runs, with a rest for others after each slice. Cheap to call often. */
  look(rest = slice.restMs): void {
    if (this.#running !== null || this.#stopped) return;
    const [engine, now] = [this.#engine(), this.#clock.now()];
    if (!isModelDue(engine, now)) return;
    const goesOn = () => engine === this.#engine();
    this.#running = inSlices(engine.learnModel(now), { ...slice, restMs: rest, goesOn });
    void this.#running.ended.then((result) => {
      this.#running = null;
      if (result !== null) this.#tell(result.value, result.spent);
    });
  }

  /** Resolves when what runs has ended. */
  async settled(): Promise<void> {
    await this.#running?.ended;
  }

  /** Ends learning; the model that there was stays. */
  stop(): void {
    this.#stopped = true;
    this.#running?.stop();
  }

  #tell({ size, bytes }: ItemModel, { ms, longestMs }: Spent): void {
    const took = { ms: Math.round(ms), longestMs: Math.round(longestMs) };
    this.#log.info('recommend.item-model', { items: size, bytes, ...took });
  }
}
