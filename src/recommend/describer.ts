import type { Log } from '../base/index.ts';
import type { Item, Shelf, Watcher } from '../catalog/index.ts';
import { spokenIn } from './content-text.ts';
import type { Engine } from './engine.ts';
import { inSlices, type Sliced, type Spent } from './slices.ts';

/** Real time spent on items in one go, and the rest after it. */
const slice = { workMs: 6, restMs: 6 };
/** Items by which the shop's language is told. */
const sampled = 300;

/** What is sold, and who is told when it changes; `Catalog` is one. */
export type WatchedShelf = Shelf & { watch(watcher: Watcher): () => void };

/**
 * Tells the engine what items are: all of them at first, then each that changes, beside everything else, in slices of
 * some milliseconds. A new engine is told everything again.
 */
export class Describer {
  readonly #engine: () => Engine;
  readonly #shelf: WatchedShelf;
  readonly #log: Log;
  readonly #unwatch: () => void;
  #changed = new Set<string>();
  /** The engine that has been told, or is being told, of all items. */
  #told: Engine | null = null;
  /** The engine that has been told of all items. */
  #whole: Engine | null = null;
  #running: Sliced<number> | null = null;
  #stopped = false;

  /** @param parts `engine`: the one in use; a new one may take its place */
  constructor(parts: { engine: () => Engine; shelf: WatchedShelf; log: Log }) {
    this.#engine = parts.engine;
    this.#shelf = parts.shelf;
    this.#log = parts.log;
    this.#unwatch = parts.shelf.watch((ids) => this.#take(ids));
  }

  /**
   * Begins if there is something to tell and nothing runs. The first time only when the engine has been restored:
   * restoring wants an engine that knows of no item.
   */
  look(): void {
    if (this.#running !== null || this.#stopped) return;
    const engine = this.#engine();
    const isNew = this.#told !== engine;
    if (!isNew && this.#changed.size === 0) return;
    this.#told = engine;
    const goesOn = () => engine === this.#engine();
    this.#running = inSlices(isNew ? this.#all(engine) : this.#changes(engine), { ...slice, goesOn });
    void this.#running.ended.then((result) => {
      this.#running = null;
      if (result !== null && isNew) {
        this.#whole = engine;
        this.#tell(result.value, result.spent);
      }
      // What changed meanwhile; a new engine waits until somebody looks again.
      if (this.#told === this.#engine()) this.look();
    });
  }

  /** Has the engine in use been told of all items? Until then lists by content may lack some. */
  get isWhole(): boolean {
    return this.#whole === this.#engine();
  }

  /** Resolves when everything known by now is told. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running.ended.then(() => {});
  }

  stop(): void {
    this.#stopped = true;
    this.#unwatch();
    this.#running?.stop();
  }

  #take(ids: readonly string[] | null): void {
    if (this.#told === null) return;
    if (ids === null) this.#told = null;
    else for (const id of ids) this.#changed.add(id);
    if (this.#told === this.#engine()) this.look();
  }

  *#all(engine: Engine): Generator<number, number> {
    const first: Item[] = [];
    for (const item of this.#shelf.all()) if (first.push(item) === sampled) break;
    const spoken = spokenIn(first);
    if (spoken !== null) engine.readIn(spoken);
    let count = 0;
    for (const item of this.#shelf.all()) {
      engine.describe(item.id, item);
      yield ++count;
    }
    yield* this.#changes(engine);
    return count;
  }

  *#changes(engine: Engine): Generator<number, number> {
    let count = 0;
    while (this.#changed.size > 0) {
      const ids = this.#changed;
      this.#changed = new Set();
      for (const id of ids) {
        engine.describe(id, this.#shelf.get(id) ?? null);
        yield ++count;
      }
    }
    return count;
  }

  #tell(items: number, { ms, longestMs }: Spent): void {
    this.#log.info('recommend.items-described', { items, ms: Math.round(ms), longestMs: Math.round(longestMs) });
  }
}
