import { grown } from './buffer.ts';

const smallest = 4;

/**
 * For each item a row of entries of `width` integers each, all rows in one array, so that a row is read in one sweep.
 * A full row moves to a place with twice the room; places given up are used again.
 */
export class RowPool {
  readonly #width: number;
  /** The entries; only rows found by `start` and `length` mean anything. Replaced as it grows. */
  cells = new Int32Array(1024);
  #used = 0;
  #start = new Int32Array(64);
  #length = new Int32Array(64);
  #room = new Int32Array(64);
  /** Starts of places that were given up, by their room. */
  readonly #free = new Map<number, number[]>();

  constructor(width: number) {
    this.#width = width;
  }

  /** Where the row of an item begins in `cells`; moves when the row grows. */
  start(item: number): number {
    return this.#start[item] ?? 0;
  }

  /** How many entries the row has. */
  length(item: number): number {
    return this.#length[item] ?? 0;
  }

  /** Where the row ends in `cells`. */
  end(item: number): number {
    return this.start(item) + this.length(item) * this.#width;
  }

  /** Makes an entry at the end of the row and gives its place in `cells`; what stands there is to be overwritten. */
  append(item: number): number {
    if (item >= this.#start.length) {
      this.#start = grown(this.#start, item + 1);
      this.#length = grown(this.#length, item + 1);
      this.#room = grown(this.#room, item + 1);
    }
    if (this.#length[item] === this.#room[item]) this.#widen(item);
    const at = this.end(item);
    this.#length[item]!++;
    return at;
  }

  /** Bytes of the arrays. */
  get bytes(): number {
    return (this.cells.length + this.#start.length * 3) * 4;
  }

  #widen(item: number): void {
    const [from, before] = [this.#start[item]!, this.#room[item]!];
    const room = before === 0 ? smallest : before * 2;
    const to = this.#free.get(room)?.pop() ?? this.#claim(room);
    this.cells.copyWithin(to, from, from + before * this.#width);
    this.#start[item] = to;
    this.#room[item] = room;
    if (before === 0) return;
    const free = this.#free.get(before);
    if (free) free.push(from);
    else this.#free.set(before, [from]);
  }

  #claim(room: number): number {
    const start = this.#used;
    this.#used += room * this.#width;
    this.cells = grown(this.cells, this.#used);
    return start;
  }
}
