/** A set of small numbers, one bit each, that knows how many it holds. */
export class Bits {
  #words = new Uint32Array(32);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  has(number: number): boolean {
    return ((this.#words[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0;
  }

  set(number: number, on: boolean): void {
    const place = number >>> 5;
    if (place >= this.#words.length) {
      if (!on) return;
      this.#grow(place);
    }
    const before = this.#words[place]!;
    const bit = 1 << (number & 31);
    const after = on ? before | bit : before & ~bit;
    if (after >>> 0 === before) return;
    this.#words[place] = after;
    this.#count += on ? 1 : -1;
  }

  /** The numbers in it, rising. */
  *members(): Generator<number> {
    for (let place = 0; place < this.#words.length; place++) {
      let word = this.#words[place]!;
      while (word !== 0) {
        const low = 31 - Math.clz32(word & -word);
        yield place * 32 + low;
        word &= word - 1;
      }
    }
  }

  #grow(place: number): void {
    const words = new Uint32Array(Math.max(place + 1, this.#words.length * 2));
    words.set(this.#words);
    this.#words = words;
  }
}
