import { grown } from './buffer.ts';
import type { Kept } from './kept.ts';

/** What many rows hold, one after another: the `n`-th from `from[n]` to `from[n + 1]`; used again and again. */
export class Sweep {
  records = new Int32Array(512);
  from = new Int32Array(65);
  /** Where each row lies, while it is read. */
  starts = new Uint32Array(64);

  makeRoom(rows: number): void {
    this.from = grown(this.from, rows + 1);
    this.starts = grown(this.starts, rows);
  }
}

/** A page holds this many integers (1 MB); a row that needs more has a page of its own. */
const pageBits = 18;
/** Integers that a processor fetches together. */
const cacheLine = 16;
const pageSize = 1 << pageBits;
const offsetMask = pageSize - 1;

/**
 * Rows of small records of `width` integers each, all rows in pages, so that a row is read in one sweep, nothing larger
 * than a row is ever copied, and memory grows by what is needed. A full row moves to a place with twice the room, from
 * `first` up to `cap` records; places given up are used again. A row at its cap begins to overwrite its oldest record,
 * when it is filled by `push`.
 *
 * 8 bytes a row (12 with a note) and 4 · `width` a record, with room for at most twice the records there are.
 */
export class PagedRows {
  readonly #width: number;
  readonly #first: number;
  /** The most records of a row. */
  readonly cap: number;
  #pages: Int32Array[] = [new Int32Array(256)];
  /** The same memory as numbers with a fraction. */
  #floats: Float32Array[] = [new Float32Array(this.#pages[0]!.buffer)];
  /** Integers taken of the page that is being filled, and which one that is. */
  #used = 0;
  #filling = 0;
  /** Of each row where it starts, its total, and its note if there are any: side by side, as they are asked together. */
  #heads: Uint32Array<ArrayBuffer>;
  readonly #head: number;
  /** Starts of places that were given up, by the binary logarithm of their room. */
  #free: number[][] = [];

  /** @param options `first`, `cap`: powers of two, records a row begins with, and at most has; `noted`: rows have a note */
  constructor(options: { width: number; first: number; cap: number; noted?: boolean }) {
    this.#head = options.noted === true ? 3 : 2;
    this.#heads = new Uint32Array(64 * this.#head);
    this.#width = options.width;
    this.#first = options.first;
    this.cap = options.cap;
  }

  /** Records ever pushed into the row; more than its length when old ones were overwritten. */
  total(row: number): number {
    return this.#heads[row * this.#head + 1] ?? 0;
  }

  /** The number noted beside a row; 0 until one is. */
  note(row: number): number {
    return this.#heads[row * this.#head + 2] ?? 0;
  }

  /** Notes a number of 32 bits beside a row that has been pushed into. */
  setNote(row: number, note: number): void {
    this.#heads[row * this.#head + 2] = note;
  }

  /** Records in the row. */
  length(row: number): number {
    const total = this.#heads[row * this.#head + 1] ?? 0;
    return total < this.cap ? total : this.cap;
  }

  /** The integers among which the row lies; good until the next write. */
  page(row: number): Int32Array {
    return this.#pages[this.#heads[row * this.#head]! >>> pageBits]!;
  }

  /** The same memory as `page`, read as float32. */
  floats(row: number): Float32Array {
    return this.#floats[this.#heads[row * this.#head]! >>> pageBits]!;
  }

  /** Where in its page the row begins. */
  base(row: number): number {
    return this.#heads[row * this.#head]! & offsetMask;
  }

  /** Where in its page the record pushed as number `nth` (from 0) of all lies; only the last `cap` are there. */
  placeOf(row: number, nth: number): number {
    return (this.#heads[row * this.#head]! & offsetMask) + (nth & (this.cap - 1)) * this.#width;
  }

  /**
   * Reads `count` rows of records of one integer, oldest record first; a row below `first` has none, and rows are
   * numbered from there. All heads first, then all records: what lies far apart in memory is fetched side by side.
   */
  sweep(rows: Int32Array, { count, first }: { count: number; first: number }, into: Sweep): void {
    into.makeRoom(count);
    const { from, starts } = into;
    const [heads, head, cap] = [this.#heads, this.#head, this.cap];
    let end = 0;
    for (let n = 0; n < count; n++) {
      const at = (rows[n]! - first) * head;
      const total = at < 0 ? 0 : (heads[at + 1] ?? 0);
      from[n] = end;
      starts[n] = total === 0 ? 0 : heads[at]!;
      end += total < cap ? total : cap;
    }
    from[count] = end;
    const records = (into.records = grown(into.records, end));
    for (let n = 0; n < count; n++) {
      const [begin, length] = [from[n]!, from[n + 1]! - from[n]!];
      if (length === 0) continue;
      const page = this.#pages[starts[n]! >>> pageBits]!;
      const base = starts[n]! & offsetMask;
      if (length < cap) for (let i = 0; i < length; i++) records[begin + i] = page[base + i]!;
      else {
        const oldest = heads[(rows[n]! - first) * head + 1]! - cap;
        for (let i = 0; i < cap; i++) records[begin + i] = page[base + ((oldest + i) & (cap - 1))]!;
      }
    }
  }

  /** Reads where a row lies, so that it is at hand. @returns nothing of meaning */
  warmHead(row: number): number {
    return this.#heads[row * this.#head] ?? 0;
  }

  /** Reads where the next record of a row will lie, so that it is at hand when it comes. */
  warm(row: number): number {
    const head = row * this.#head;
    if (head >= this.#heads.length) return 0;
    const place = (this.#heads[head]! & offsetMask) + (this.#heads[head + 1]! & (this.cap - 1)) * this.#width;
    return this.#pages[this.#heads[head]! >>> pageBits]![place] ?? 0;
  }

  /** The same for a row that will be read from end to end. */
  warmWhole(row: number): number {
    const length = this.length(row);
    if (length === 0) return 0;
    const page = this.page(row);
    const base = this.base(row);
    let sum = 0;
    for (let at = base; at < base + length * this.#width; at += cacheLine) sum += page[at]!;
    return sum;
  }

  /** Makes room for one more record and gives its place in the page, which may have changed by it. */
  push(row: number): number {
    const head = row * this.#head;
    if (head >= this.#heads.length) this.#heads = grown(this.#heads, head + this.#head);
    const total = this.#heads[head + 1]!;
    if (total < this.cap && (total === 0 || (total >= this.#first && (total & (total - 1)) === 0))) this.#widen(row);
    this.#heads[head + 1] = total + 1;
    return this.placeOf(row, total);
  }

  /** Empties a row; its place can be used again. */
  clear(row: number): void {
    const total = this.total(row);
    if (total === 0) return;
    this.#release(this.#heads[row * this.#head]!, roomFor(total, this.#first, this.cap));
    this.#heads[row * this.#head + 1] = 0;
  }

  /** Multiplies the float32 that is field `field` of every record. */
  scale(field: number, by: number): void {
    for (let row = 0; row * this.#head < this.#heads.length; row++) {
      const length = this.length(row);
      if (length === 0) continue;
      const floats = this.floats(row);
      const base = this.base(row);
      for (let i = 0; i < length; i++) floats[base + i * this.#width + field]! *= by;
    }
  }

  get bytes(): number {
    return this.#pages.reduce((sum, page) => sum + page.byteLength, 0) + this.#heads.byteLength;
  }

  keep(): Kept {
    return {
      pages: this.#pages,
      heads: this.#heads,
      used: this.#used,
      filling: this.#filling,
      // Not of every size has a place been given up.
      free: Array.from(this.#free, (places) => () => new Uint32Array(places ?? [])),
    };
  }

  restore(kept: Kept): void {
    this.#pages = kept.pages as Int32Array[];
    this.#floats = this.#pages.map(({ buffer, byteOffset, length }) => new Float32Array(buffer, byteOffset, length));
    this.#heads = kept.heads as Uint32Array<ArrayBuffer>;
    this.#used = kept.used as number;
    this.#filling = kept.filling as number;
    this.#free = (kept.free as Uint32Array[]).map((places) => [...places]);
  }

  #widen(row: number): void {
    const head = row * this.#head;
    const total = this.#heads[head + 1]!;
    const room = total === 0 ? this.#first : total * 2;
    const to = this.#free[logarithm(room)]?.pop() ?? this.#claim(room * this.#width);
    if (total > 0) {
      const from = this.#heads[head]!;
      this.#copy(from, to, total * this.#width);
      this.#release(from, total);
    }
    this.#heads[head] = to;
  }

  /** Most rows are short, and a loop needs no view of the page. */
  #copy(from: number, to: number, length: number): void {
    const [source, target] = [this.#pages[from >>> pageBits]!, this.#pages[to >>> pageBits]!];
    const [begin, end] = [from & offsetMask, to & offsetMask];
    for (let i = 0; i < length; i++) target[end + i] = source[begin + i]!;
  }

  #release(start: number, room: number): void {
    (this.#free[logarithm(room)] ??= []).push(start);
  }

  #claim(size: number): number {
    if (size > pageSize) return this.#open(size) << pageBits;
    if (this.#used + size > pageSize) {
      this.#filling = this.#open(pageSize);
      this.#used = 0;
    }
    const page = this.#pages[this.#filling]!;
    if (this.#used + size > page.length) {
      // Only the very first page begins small, so that a small shop takes little.
      const larger = grown(page as Int32Array<ArrayBuffer>, Math.min(pageSize, this.#used + size)).subarray(
        0,
        pageSize,
      );
      this.#pages[this.#filling] = larger;
      this.#floats[this.#filling] = new Float32Array(larger.buffer, 0, larger.length);
    }
    const start = ((this.#filling << pageBits) >>> 0) + this.#used;
    this.#used += size;
    return start;
  }

  #open(size: number): number {
    const page = new Int32Array(size);
    this.#floats.push(new Float32Array(page.buffer));
    return this.#pages.push(page) - 1;
  }
}

/** Of a power of two. */
function logarithm(room: number): number {
  return 31 - Math.clz32(room);
}

/** The room of a row with so many records. */
function roomFor(total: number, first: number, cap: number): number {
  let room = first;
  while (room < total && room < cap) room *= 2;
  return room;
}
