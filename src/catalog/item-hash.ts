/**
 * Finds numbers by text without holding the texts: a table of numbers with open addressing. Who owns the numbers says
 * whether one has the text that is looked for.
 */
export class NumberTable {
  #slots = new Int32Array(1024);
  /** Slots that are taken or were. */
  #used = 0;

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** @param is has the number this text? Asked of numbers whose hash may be the same. @returns the number, or -1 */
  find(hash: number, is: (number: number) => boolean): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!;
      if (entry === 0) return -1;
      if (entry > 0 && is(entry - 1)) return entry - 1;
    }
  }

  /** Puts in a number that is not there. @param hashOf the hash of any number in the table, for when it grows */
  add(number: number, hash: number, hashOf: (number: number) => number): void {
    if (this.#used * 2 > this.#slots.length) this.#grow(hashOf);
    if (this.#put(number, hash)) this.#used++;
  }

  remove(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#slots[slot] !== number + 1) continue;
      this.#slots[slot] = removed;
      return;
    }
  }

  #put(number: number, hash: number): boolean {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot]! > 0) slot = (slot + 1) & mask;
    const fresh = this.#slots[slot] === 0;
    this.#slots[slot] = number + 1;
    return fresh;
  }

  #grow(hashOf: (number: number) => number): void {
    const entries = this.#slots.filter((entry) => entry > 0);
    let size = 1024;
    while (size < entries.length * 4) size *= 2;
    this.#slots = new Int32Array(size);
    for (const entry of entries) this.#put(entry - 1, hashOf(entry - 1));
    this.#used = entries.length;
  }
}

const removed = -1;

/** A 32-bit hash of a text (FNV-1a over its code units). */
export function hashOfText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // The low bits choose the slot; ids that count up differ in their last character only.
  return (hash ^ (hash >>> 15)) | 0;
}
