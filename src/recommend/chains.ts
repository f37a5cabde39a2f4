import { grown } from './buffer.ts';
import { IdTable } from './id-table.ts';
import type { Kept } from './kept.ts';

/** Visits copied between two pauses. */
const stride = 500;

/** Who made which visits: each visitor's visits as a chain, walked both ways. 12 bytes a visit, 28 a visitor at most. */
export class Chains {
  #ids = new IdTable();
  /** The oldest visit that is kept, and visitors that went with those before it. */
  #first = 0;
  #gone = 0;
  /** Of each visit its visitor, and the visitor's visits before and after it plus one: asked together, so side by side. */
  #visits = new Int32Array(192);
  #last = new Int32Array(64);

  /** Visitors ever seen. */
  get size(): number {
    return this.#gone + this.#ids.size;
  }

  /** The visitor whose id has this mark, or -1. */
  findMark(low: number, high: number): number {
    return this.#ids.findMark(low, high);
  }

  /** Puts a new visit at the end of a visitor's chain; visits come in order of their numbers. */
  add(visit: number, visitorId: string): void {
    this.#link(visit, this.#ids.add(visitorId));
  }

  #link(visit: number, visitor: number): void {
    const at = (visit - this.#first) * 3;
    this.#visits = grown(this.#visits, at + 3);
    this.#last = grown(this.#last, visitor + 1);
    const before = this.#last[visitor]!;
    this.#visits[at] = visitor;
    this.#visits[at + 1] = before;
    this.#visits[at + 2] = 0;
    if (before !== 0) this.#visits[(before - 1 - this.#first) * 3 + 2] = visit + 1;
    this.#last[visitor] = visit + 1;
  }

  visitor(visit: number): number {
    return this.#visits[(visit - this.#first) * 3]!;
  }

  /** The visitor's visit before this one, or -1. */
  before(visit: number): number {
    return this.#visits[(visit - this.#first) * 3 + 1]! - 1;
  }

  /** The visitor's visit after this one, or -1. */
  after(visit: number): number {
    return this.#visits[(visit - this.#first) * 3 + 2]! - 1;
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

  /** As `Occasions.retire`; visitors who made no visit since `first` go as well. */
  *retire(first: number, size: number): Generator<void, () => void> {
    const made = new Chains();
    made.#first = first;
    /** The new number of each visitor plus one. */
    const numbers = new Int32Array(this.#ids.size);
    for (let visit = first; visit < size; visit++) {
      const old = this.visitor(visit);
      if (numbers[old] === 0) {
        const { low, high } = this.#ids.markOf(old);
        numbers[old] = made.#ids.addMark(low, high) + 1;
      }
      made.#link(visit, numbers[old]! - 1);
      if (visit % stride === 0) yield;
    }
    return () => {
      this.#gone += this.#ids.size - made.#ids.size;
      [this.#first, this.#ids, this.#visits, this.#last] = [first, made.#ids, made.#visits, made.#last];
    };
  }

  get bytes(): number {
    return this.#ids.bytes + this.#visits.byteLength + this.#last.byteLength;
  }

  keep(): Kept {
    return { first: this.#first, gone: this.#gone, ids: this.#ids.keep(), visits: this.#visits, last: this.#last };
  }

  restore(kept: Kept): void {
    this.#first = kept.first as number;
    this.#gone = kept.gone as number;
    this.#ids.restore(kept.ids as Kept);
    this.#visits = kept.visits as Int32Array<ArrayBuffer>;
    this.#last = kept.last as Int32Array<ArrayBuffer>;
  }
}
