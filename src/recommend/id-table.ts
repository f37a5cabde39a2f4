import { grown } from './buffer.ts';
import type { Kept } from './kept.ts';

/**
 * Numbers for ids of visits and visitors, given in order from 0. Only 63 bits of a hash of each id are kept, so that
 * ids need not be (24 bytes an id at most), and nobody reads them out of memory or a snapshot. Two of ten million ids
 * meet in all of them with a probability of five in a million; they would then count as one.
 */
export class IdTable {
  #low = new Int32Array(64);
  #high = new Int32Array(64);
  /** Number plus one, or 0; a power of two, at most three quarters full. */
  #slots = new Int32Array(128);
  #size = 0;
  #hashLow = 0;
  #hashHigh = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of `id`, or -1. */
  find(id: string): number {
    this.#hash(id);
    return this.#slots[this.#slotOf()]! - 1;
  }

  /** The number of `id`, given now if it is new: then it is the size before. */
  add(id: string): number {
    this.#hash(id);
    const slot = this.#slotOf();
    const known = this.#slots[slot]! - 1;
    if (known !== -1) return known;
    const number = this.#size++;
    this.#low = grown(this.#low, number + 1);
    this.#high = grown(this.#high, number + 1);
    this.#low[number] = this.#hashLow;
    this.#high[number] = this.#hashHigh;
    this.#slots[slot] = number + 1;
    if (this.#size * 4 > this.#slots.length * 3) this.#widen();
    return number;
  }

  /** Takes the id from a number: nothing leads from the id to it any more, and the number is not given again. */
  forget(number: number): void {
    this.#low[number] = 0;
    this.#high[number] = 0; // no hash has a high half of 0; the slot stays, so that chains through it hold
  }

  get bytes(): number {
    return this.#low.byteLength * 2 + this.#slots.byteLength;
  }

  keep(): Kept {
    return { low: this.#low, high: this.#high, slots: this.#slots, size: this.#size };
  }

  restore(kept: Kept): void {
    this.#low = kept.low as Int32Array<ArrayBuffer>;
    this.#high = kept.high as Int32Array<ArrayBuffer>;
    this.#slots = kept.slots as Int32Array<ArrayBuffer>;
    this.#size = kept.size as number;
  }

  #slotOf(): number {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashLow ^ (this.#hashHigh >>> 7)) & mask;
    for (;;) {
      const number = this.#slots[slot]! - 1;
      if (number === -1 || (this.#low[number] === this.#hashLow && this.#high[number] === this.#hashHigh)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #widen(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    this.#refill();
  }

  #refill(): void {
    this.#slots.fill(0);
    for (let number = 0; number < this.#size; number++) {
      this.#hashLow = this.#low[number]!;
      this.#hashHigh = this.#high[number]!;
      if (this.#hashLow !== 0 || this.#hashHigh !== 0) this.#slots[this.#slotOf()] = number + 1;
    }
  }

  /** Two multiplying hashes over the characters, each stirred by the other at the end; the high one is odd. */
  #hash(id: string): void {
    let low = 0x2545f491;
    let high = 0x6c8e9cf5;
    for (let i = 0; i < id.length; i++) {
      const code = id.charCodeAt(i);
      low = Math.imul(low ^ code, 0x9e3779b1);
      high = Math.imul(high ^ code, 0x5bd1e995);
    }
    low = Math.imul(low ^ (low >>> 15) ^ (high >>> 13), 0x85ebca6b);
    high = Math.imul(high ^ (high >>> 16) ^ (low >>> 14), 0xc2b2ae35);
    this.#hashLow = (low ^ (high >>> 16)) | 0;
    this.#hashHigh = high | 1;
  }
}
