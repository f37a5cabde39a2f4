import type { ShopEvent } from './event.ts';

/** A row of the inbox as this process stored it: the events are those of its payload. */
export interface StoredRow {
  shard: number;
  id: string;
  events: ShopEvent[];
  /** Characters of its events as JSON. */
  size: number;
  /** The trace in which it was stored, where somebody traces. */
  trace?: string;
}

/** How many events, and how many characters of them as JSON. */
export interface GivenLimit {
  events: number;
  size: number;
}

/**
 * Rows of the inbox that this process has stored and not folded yet: what it knows it need not read. The row in the
 * database stays the truth: only who deletes it may fold what is remembered of it.
 */
export class GivenRows {
  readonly #limit: GivenLimit;
  readonly #rows = new Map<string, StoredRow>();
  #events = 0;
  #size = 0;
  /** Rows that were found in the inbox before they were given, if they ever are. */
  #found = new Set<string>();

  /** @param limit how much it holds; beyond that rows are read when they are folded */
  constructor(limit: GivenLimit = { events: 20_000, size: 32 * 1024 * 1024 }) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#rows.size;
  }

  get events(): number {
    return this.#events;
  }

  /** Remembers rows, as far as there is room. @returns whether all found room */
  add(rows: readonly StoredRow[]): boolean {
    for (const row of rows) {
      if (this.#found.delete(row.id)) continue;
      if (this.#events + row.events.length > this.#limit.events || this.#size + row.size > this.#limit.size)
        return false;
      this.#rows.set(row.id, row);
      this.#events += row.events.length;
      this.#size += row.size;
    }
    return true;
  }

  /** The oldest, at most about `events` of their events. */
  first(events: number): StoredRow[] {
    const found: StoredRow[] = [];
    let count = 0;
    for (const row of this.#rows.values()) {
      if (count >= events) break;
      found.push(row);
      count += row.events.length;
    }
    return found;
  }

  /** These were folded as they were found: should they be given yet, they are not remembered. */
  found(ids: readonly string[]): void {
    for (const id of ids) {
      const known = this.#rows.get(id);
      if (known) this.remove([known]);
      else this.#found.add(id);
    }
  }

  /** Has anybody else stored rows? To be asked a while after they were found. */
  hadStrangers(): boolean {
    const had = this.#found.size > 0;
    this.#found.clear();
    return had;
  }

  remove(rows: readonly StoredRow[]): void {
    for (const { id } of rows) {
      const known = this.#rows.get(id);
      if (!known) continue;
      this.#rows.delete(id);
      this.#events -= known.events.length;
      this.#size -= known.size;
    }
  }

  clear(): void {
    this.#found.clear();
    this.#rows.clear();
    this.#events = 0;
    this.#size = 0;
  }
}
