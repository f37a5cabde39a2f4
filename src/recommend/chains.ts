import { grown } from './buffer.ts';
import { IdTable } from './id-table.ts';
import type { Kept } from './kept.ts';

/** Who made which visits: each visitor's visits as a chain, walked both ways. 12 bytes a visit, 28 a visitor at most. */
export class Chains {
  readonly #ids = new IdTable();
  #visitor = new Int32Array(64);
  #before = new Int32Array(64);
  #after = new Int32Array(64);
  #last = new Int32Array(64);

  /** Visitors ever seen. */
  get size(): number {
    return this.#ids.size;
  }

  /** The visitor whose id has this mark, or -1. */
  findMark(low: number, high: number): number {
    return this.#ids.findMark(low, high);
  }

  /** Puts a new visit at the end of a visitor's chain; visits come in order of their numbers. */
  add(visit: number, visitorId: string): void {
    const visitor = this.#ids.add(visitorId);
    if (visit >= this.#visitor.length) {
      this.#visitor = grown(this.#visitor, visit + 1);
      this.#before = grown(this.#before, visit + 1);
      this.#after = grown(this.#after, visit + 1);
    }
    this.#last = grown(this.#last, visitor + 1);
    const before = this.#last[visitor]!;
    this.#visitor[visit] = visitor;
    this.#before[visit] = before;
    this.#after[visit] = 0;
    if (before !== 0) this.#after[before - 1] = visit + 1;
    this.#last[visitor] = visit + 1;
  }

  visitor(visit: number): number {
    return this.#visitor[visit]!;
  }

  /** The visitor's visit before this one, or -1. */
  before(visit: number): number {
    return this.#before[visit]! - 1;
  }

  /** The visitor's visit after this one, or -1. */
  after(visit: number): number {
    return this.#after[visit]! - 1;
  }

  /** The visitor's newest visit, or -1. */
  last(visitor: number): number {
    return (this.#last[visitor] ?? 0) - 1;
  }

  /** The visitor's id leads nowhere any more. The chain stays, for visits that are empty by then. */
  forget(visitor: number): void {
    this.#ids.forget(visitor);
    this.#last[visitor] = 0;
  }

  get bytes(): number {
    return this.#ids.bytes + this.#visitor.byteLength * 3 + this.#last.byteLength;
  }

  keep(): Kept {
    const [visitor, before, after, last] = [this.#visitor, this.#before, this.#after, this.#last];
    return { ids: this.#ids.keep(), visitor, before, after, last };
  }

  restore(kept: Kept): void {
    this.#ids.restore(kept.ids as Kept);
    this.#visitor = kept.visitor as Int32Array<ArrayBuffer>;
    this.#before = kept.before as Int32Array<ArrayBuffer>;
    this.#after = kept.after as Int32Array<ArrayBuffer>;
    this.#last = kept.last as Int32Array<ArrayBuffer>;
  }
}
