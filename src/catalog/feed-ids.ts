/**
 * A set of ids as numbers of 53 bits: 16 octets an id instead of a hundred. Two ids may be taken for one; among a million
 * that happens once in ten thousand sets.
 */
export class IdSet {
  #slots = new Float64Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns false when it was there */
  add(id: string): boolean {
    if ((this.#size + 1) * 2 > this.#slots.length) this.#grow();
    const number = numberOf(id);
    const at = this.#find(number);
    if (this.#slots[at] === number) return false;
    this.#slots[at] = number;
    this.#size++;
    return true;
  }

  has(id: string): boolean {
    const number = numberOf(id);
    return this.#slots[this.#find(number)] === number;
  }

  #find(number: number): number {
    const mask = this.#slots.length - 1;
    let at = (number % 0x40000000) & mask;
    while (this.#slots[at] !== 0 && this.#slots[at] !== number) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    for (const number of old) if (number !== 0) this.#slots[this.#find(number)] = number;
  }
}

/** From 1 to 2^53: two hashes of 32 bits, of which the second gives 21. */
function numberOf(id: string): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b ^= b >>> 13;
  }
  a = Math.imul(a ^ (a >>> 16), 0xc2b2ae35);
  a ^= a >>> 13;
  return (b >>> 11) * 0x100000000 + (a >>> 0) + 1;
}
