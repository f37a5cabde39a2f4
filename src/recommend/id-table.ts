import { Mark } from '../base/index.ts';
import { grown } from './buffer.ts';
import type { Kept } from './kept.ts';

/** Integers of a slot: number plus one (or 0), and both halves of the mark, so that one look tells. */
const width = 3;

/**
 * Numbers for ids, given in order from 0. Only the mark of each id is kept, 63 bits, so that ids need not be (40 bytes
 * an id at most), and nobody reads them out of memory or a snapshot. Two of ten million ids have one mark with a
 * probability of five in a million; they would then count as one.
 */
export class IdTable {
  /** Low and high half of each mark, by number. */
  #marks = new Int32Array(128);
  /** A power of two of them, at most three quarters full. */
  #slots = new Int32Array(128 * width);
  #mask = 127;
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

  /** Reads where a mark is looked for first, so that it is at hand when it is. @returns nothing of meaning */
  warm(low: number): number {
    return this.#slots[((low ^ (low >>> 16)) & this.#mask) * width]!;
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
    this.#fill(slot, number, { low, high });
    if (this.#size * 4 > (this.#mask + 1) * 3) this.#widen();
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
    const { low, high } = this.markOf(number);
    if (high === 0) return;
    // No mark has a high half of 0; the slot stays taken, so that chains through it hold.
    this.#fill(this.#slotOf(low, high), number, { low: 0, high: 0 });
    this.#marks[number * 2] = 0;
    this.#marks[number * 2 + 1] = 0;
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
    this.#mask = this.#slots.length / width - 1;
  }

  /** Where in `#slots` the number stands, or would. */
  #slotOf(low: number, high: number): number {
    const [slots, mask] = [this.#slots, this.#mask];
    for (let place = (low ^ (low >>> 16)) & mask; ; place = (place + 1) & mask) {
      const slot = place * width;
      if (slots[slot] === 0 || (slots[slot + 1] === low && slots[slot + 2] === high)) return slot;
    }
  }

  #fill(slot: number, number: number, { low, high }: { low: number; high: number }): void {
    this.#slots[slot] = number + 1;
    this.#slots[slot + 1] = low;
    this.#slots[slot + 2] = high;
  }

  #widen(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let number = 0; number < this.#size; number++) {
      const mark = this.markOf(number);
      if (mark.high !== 0) this.#fill(this.#slotOf(mark.low, mark.high), number, mark);
    }
  }
}
