import type { Clock } from '../base/index.ts';
import { BeckonError } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { errors } from './error.ts';
import type { ItemInput, Refusal } from './input.ts';
import { checkItem, itemLimits } from './input.ts';
import type { Item, ItemChange } from './item.ts';
import { changesOf } from './item.ts';
import { differs, merge } from './merge.ts';
import { refusal } from './read.ts';
import { itemsAbove, itemsOf, lockItems, markGone, writeItems } from './table.ts';

/** What a write did. `kept` counts the rows that were taken, changed or not. */
export interface UpsertReport {
  kept: number;
  changes: ItemChange[];
  refused: Refusal[];
}

export interface CatalogOptions {
  /** The shop's currency, for sources that give a price and say none. */
  currency?: string;
}

/**
 * What is sold, whole in memory over table `item`, so that a recommendation looks items up without a query. Writes go
 * to the table first and are read back from there; `reload` takes in what other processes wrote.
 */
export class Catalog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #currency: string | null;
  readonly #items = new Map<string, Item>();
  #version = 0;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(store: Store, clock: Clock, options: CatalogOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#currency = options.currency ?? null;
  }

  /** Reads all items of the table into memory. */
  static async open(store: Store, clock: Clock, options: CatalogOptions = {}): Promise<Catalog> {
    const catalog = new Catalog(store, clock, options);
    await catalog.reload();
    return catalog;
  }

  get(id: string): Item | undefined {
    return this.#items.get(id);
  }

  /** All items, in the order in which they first came. */
  all(): Iterable<Item> {
    return this.#items.values();
  }

  get size(): number {
    return this.#items.size;
  }

  /** Rises with every write that changed an item; equal versions mean equal items. */
  get version(): number {
    return this.#version;
  }

  /**
   * Writes items: new ones are made, named fields replaced, null clears, nothing is ever removed. Bad rows are refused
   * one by one and lose nothing else. All rows taken are visible here and stored when this resolves.
   *
   * @throws ITEMS_TOO_MANY when the catalogue would pass its limit; then nothing was written
   */
  upsert(items: readonly ItemInput[]): Promise<UpsertReport> {
    const { rows, refused } = checkRows(items);
    return this.#inTurn(async () => {
      const report = await this.#store.inTransaction(async (tx) => {
        const version = await lockItems(tx);
        const stored = await itemsOf(tx, [...new Set(rows.map(({ input }) => input.id))]);
        const before = new Map(stored.map((item) => [item.id, item]));
        const folded = fold(before, rows, { now: this.#clock.now(), currency: this.#currency });
        this.#checkRoom(folded.written, before);
        await writeItems(tx, folded.written, version + 1);
        return folded;
      });
      await this.#refresh();
      const all = [...refused, ...report.refused].sort((a, b) => a.row - b.row);
      return { kept: report.kept, changes: report.changes, refused: all };
    });
  }

  /** Takes items out of the catalogue; ids that are not in it are left alone. */
  remove(ids: readonly string[]): Promise<{ removed: number; changes: ItemChange[] }> {
    return this.#inTurn(async () => {
      const at = this.#clock.now();
      const gone = await this.#store.inTransaction(async (tx) => {
        const version = await lockItems(tx);
        const found = await itemsOf(tx, ids);
        await markGone(tx, { ids: found.map(({ id }) => id), version: version + 1, at });
        return found;
      });
      await this.#refresh();
      return { removed: gone.length, changes: gone.flatMap((item) => changesOf(item, undefined, at)) };
    });
  }

  /** Takes in what was written since, by whichever process. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.#refresh());
  }

  async #refresh(): Promise<void> {
    for (const { version, gone, item } of await itemsAbove(this.#store, this.#version)) {
      if (gone) this.#items.delete(item.id);
      else this.#items.set(item.id, item);
      this.#version = version;
    }
  }

  #checkRoom(written: readonly Item[], before: ReadonlyMap<string, Item>): void {
    const size = this.#items.size + written.filter(({ id }) => !before.has(id)).length;
    if (size > itemLimits.items) {
      throw new BeckonError(
        errors.ITEMS_TOO_MANY,
        `The catalogue would hold ${size} items; its limit is ${itemLimits.items}`,
      );
    }
  }

  /** One after another, so that memory follows the table in the order of commits. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }
}

interface CheckedRow {
  row: number;
  input: ItemInput;
}

/** Each row in its one form, or refused. A row without a place of its own counts its place in the list, from 1. */
function checkRows(items: readonly ItemInput[]): { rows: CheckedRow[]; refused: Refusal[] } {
  const rows: CheckedRow[] = [];
  const refused: Refusal[] = [];
  items.forEach(({ row = -1, at, ...raw }, i) => {
    const place = row === -1 ? i + 1 : row;
    try {
      rows.push({ row: place, input: { ...checkItem(raw), ...(at === undefined ? {} : { at }) } });
    } catch (error) {
      refused.push(refusal(error, place, raw));
    }
  });
  return { rows, refused };
}

/** What rows make of what is stored; several rows of one item take effect in order. Pure. */
function fold(
  before: ReadonlyMap<string, Item>,
  rows: readonly CheckedRow[],
  { now, currency }: { now: number; currency: string | null },
): UpsertReport & { written: Item[] } {
  const state = new Map(before);
  const written = new Map<string, Item>();
  const refused: Refusal[] = [];
  for (const { row, input } of rows) {
    try {
      const after = merge(state.get(input.id), input, now, currency);
      if (!differs(state.get(input.id), after)) continue;
      state.set(after.id, after);
      written.set(after.id, after);
    } catch (error) {
      refused.push(refusal(error, row, input));
    }
  }
  const changes = [...written.values()].flatMap((after) => changesOf(before.get(after.id), after, after.updatedAt));
  return { written: [...written.values()], kept: rows.length - refused.length, changes, refused };
}
