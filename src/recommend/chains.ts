import { grown } from './buffer.ts';
import { IdTable } from './id-table.ts';
import type { Kept } from './kept.ts';

/** Who made which visits: each visitor's visits as a chain, walked both ways. 12 bytes a visit, 28 a visitor at most. */
export class Chains {
  readonly #ids = new IdTable();
  /** Of each visit its visitor, and the visitor's visits before and after it plus one: asked together, so side by side. */
  #visits = new Int32Array(192);
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
    const at = visit * 3;
    this.#visits = grown(this.#visits, at + 3);
    this.#last = grown(this.#last, visitor + 1);
    const before = this.#last[visitor]!;
    this.#visits[at] = visitor;
    this.#visits[at + 1] = before;
    this.#visits[at + 2] = 0;
    if (before !== 0) this.#visits[(before - 1) * 3 + 2] = visit + 1;
    this.#last[visitor] = visit + 1;
  }

  visitor(visit: number): number {
    return this.#visits[visit * 3]!;
  }

  /** The visitor's visit before this one, or -1. */
  before(visit: number): number {
    return this.#visits[visit * 3 + 1]! - 1;
  }

  /** The visitor's visit after this one, or -1. */
  after(visit: number): number {
    return this.#visits[visit * 3 + 2]! - 1;
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
    return this.#ids.bytes + this.#visits.byteLength + this.#last.byteLength;
  }

  keep(): Kept {
    return { ids: this.#ids.keep(), visits: this.#visits, last: this.#last };
  }

  restore(kept: Kept): void {
    this.#ids.restore(kept.ids as Kept);
    this.#visits = kept.visits as Int32Array<ArrayBuffer>;
    this.#last = kept.last as Int32Array<ArrayBuffer>;
  }
}
