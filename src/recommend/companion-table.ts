import { RowPool } from './row-pool.ts';

/**
 * For each item the items seen with it, with counts: at most `limit` companions an item, so that memory and the time
 * of an answer are bounded however many visits there were (recommender-quality §6: views). A new companion of a full
 * row takes the place of the rarest and begins at one, so a count never says more than what happened.
 *
 * 8 bytes a companion and slack.
 */
export class CompanionTable {
  readonly #limit: number;
  /** Entries: companion, count. */
  readonly #rows = new RowPool(2);

  /** @param limit companions an item, a power of two */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** One more visit saw `y` with `x`. One direction only. */
  add(x: number, y: number): void {
    const { cells } = this.#rows;
    const start = this.#rows.start(x);
    const end = this.#rows.end(x);
    let rarest = start;
    for (let at = start; at < end; at += 2) {
      if (cells[at] === y) {
        cells[at + 1]!++;
        return;
      }
      if (cells[at + 1]! < cells[rarest + 1]!) rarest = at;
    }
    const at = this.#rows.length(x) < this.#limit ? this.#rows.append(x) : rarest;
    this.#rows.cells[at] = y;
    this.#rows.cells[at + 1] = 1;
  }

  /** How many visits are known to have seen `y` with `x`. */
  count(x: number, y: number): number {
    let found = 0;
    this.companions(x, (other, count) => {
      if (other === y) found = count;
    });
    return found;
  }

  /** Calls `see` for each known companion of `x`. */
  companions(x: number, see: (y: number, count: number) => void): void {
    const { cells } = this.#rows;
    const end = this.#rows.end(x);
    for (let at = this.#rows.start(x); at < end; at += 2) see(cells[at]!, cells[at + 1]!);
  }

  /** Bytes of the arrays. */
  get bytes(): number {
    return this.#rows.bytes;
  }
}
