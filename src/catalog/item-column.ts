/** What is asked of many items at once stands in columns, one place an item. */
export class ItemColumns {
  #capacity = 1024;
  /** In minor units; NaN is none. */
  price = new Float64Array(this.#capacity);
  updated = new Float64Array(this.#capacity);
  /** `noStock` is "not said". */
  stock = new Int32Array(this.#capacity);
  /** Numbers of interned values; 0 is none, -1 stands in the text. */
  categories = new Int32Array(this.#capacity);
  shape = new Int32Array(this.#capacity);
  brand = new Int32Array(this.#capacity);
  currency = new Int16Array(this.#capacity);
  hash = new Int32Array(this.#capacity);
  /** Where the text is. */
  block = new Uint16Array(this.#capacity);
  start = new Uint32Array(this.#capacity);
  length = new Uint32Array(this.#capacity);
  idLength = new Uint16Array(this.#capacity);
  flags = new Uint8Array(this.#capacity);

  /** Makes room for one more number. */
  reach(number: number): void {
    if (number < this.#capacity) return;
    this.#capacity *= 2;
    this.price = grown(this.price, new Float64Array(this.#capacity));
    this.updated = grown(this.updated, new Float64Array(this.#capacity));
    this.stock = grown(this.stock, new Int32Array(this.#capacity));
    this.categories = grown(this.categories, new Int32Array(this.#capacity));
    this.shape = grown(this.shape, new Int32Array(this.#capacity));
    this.brand = grown(this.brand, new Int32Array(this.#capacity));
    this.currency = grown(this.currency, new Int16Array(this.#capacity));
    this.hash = grown(this.hash, new Int32Array(this.#capacity));
    this.block = grown(this.block, new Uint16Array(this.#capacity));
    this.start = grown(this.start, new Uint32Array(this.#capacity));
    this.length = grown(this.length, new Uint32Array(this.#capacity));
    this.idLength = grown(this.idLength, new Uint16Array(this.#capacity));
    this.flags = grown(this.flags, new Uint8Array(this.#capacity));
  }

  /** Bytes of all columns. */
  get bytes(): number {
    return this.#capacity * (8 * 2 + 4 * 7 + 2 * 3 + 1);
  }
}

/** Stock that is not said. */
export const noStock = -(2 ** 31);

/** Bits of `flags`. */
export const live = 1;
/** Sold in environments that say nothing else. */
export const soldUsually = 2;
/** Environments say something differently. */
export const hasEnvironments = 4;
/** A variant of something. */
export const hasGroup = 8;

function grown<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
