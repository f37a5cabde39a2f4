import { Mark } from '../base/index.ts';
import { grown } from './buffer.ts';
import type { Kept } from './kept.ts';

/**
 * Numbers for ids, given in order from 0. Only the mark of each id is kept, 63 bits, so that ids need not be (31 bytes
 * an id at most), and nobody reads them out of memory or a snapshot. Two of ten million ids have one mark with a
 * probability of five in a million; they would then count as one.
 */
export class IdTable {
  /** Low and high half of each mark, by number. */
  #marks = new Int32Array(128);
  /** Number plus one (or 0) and low half; a power of two of them, at most three quarters full. */
  #slots = new Int32Array(256);
  #size = 0;
  readonly #mark = new Mark();

  get size(): number {
    return this.#size;
  }

  /** The number of `id`, or -1. */
  find(id: string): number {
    const { low, high } = this.#mark.of(id);
    return this.findMark(low, high);
  }

  /** The number of the id with this mark, or -1. */
  findMark(low: number, high: number): number {
    return this.#slots[this.#slotOf(low, high)]! - 1;
  }

  /** The number of `id`, given now if it is new: then it is the size before. */
  add(id: string): number {
    const { low, high } = this.#mark.of(id);
    return this.addMark(low, high);
  }

  /** The same by the mark of an id. That of a forgotten one gets a number to which nothing leads. */
  addMark(low: number, high: number): number {
    if (high === 0) return this.#blank();
    const slot = this.#slotOf(low, high);
    const known = this.#slots[slot]! - 1;
    if (known !== -1) return known;
    const number = this.#size++;
    this.#marks = grown(this.#marks, number * 2 + 2);
    this.#marks[number * 2] = low;
    this.#marks[number * 2 + 1] = high;
    this.#slots[slot] = number + 1;
    this.#slots[slot + 1] = low;
    if (this.#size * 8 > this.#slots.length * 3) this.#widen();
    return number;
  }

  #blank(): number {
    const number = this.#size++;
    this.#marks = grown(this.#marks, number * 2 + 2);
    return number;
  }

  /** The mark of the id of a number; a high half of 0 says that it was forgotten. */
  markOf(number: number): { low: number; high: number } {
    return { low: this.#marks[number * 2]!, high: this.#marks[number * 2 + 1]! };
  }

  /** Takes the id from a number: nothing leads from the id to it any more, and the number is not given again. */
  forget(number: number): void {
    this.#marks[number * 2] = 0;
    this.#marks[number * 2 + 1] = 0; // no mark has a high half of 0; the slot stays, so that chains through it hold
  }

  get bytes(): number {
    return this.#marks.byteLength + this.#slots.byteLength;
  }

  keep(): Kept {
    return { marks: this.#marks, slots: this.#slots, size: this.#size };
  }

  restore(kept: Kept): void {
    this.#marks = kept.marks as Int32Array<ArrayBuffer>;
    this.#slots = kept.slots as Int32Array<ArrayBuffer>;
    this.#size = kept.size as number;
  }

  /** Where in `#slots` the number stands, or would. */
  #slotOf(low: number, high: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = ((low ^ (low >>> 16)) << 1) & mask;
    for (;;) {
      const number = slots[slot]! - 1;
      if (number === -1 || (slots[slot + 1] === low && this.#marks[number * 2 + 1] === high)) return slot;
      slot = (slot + 2) & mask;
    }
  }

  #widen(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#size; number++) {
      const { low, high } = this.markOf(number);
      if (high === 0) continue;
      const slot = this.#slotOf(low, high);
      this.#slots[slot] = number + 1;
      this.#slots[slot + 1] = low;
    }
  }
}
