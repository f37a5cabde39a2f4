import { elapsed } from './clock.ts';

/** How many times as long as it took to find an answer stands, and for how long at most, milliseconds. */
const [times, mostMs] = [20, 60_000];
/** Older than this it is not even told while a newer one is being found. */
const staleMs = 5 * 60_000;

/**
 * A number over very many rows that many pages ask for again and again. Where the answer is small it is found anew each time. A
 * large one stands for twenty times as long as it took to find, a minute at most; after that the old one is told once more
 * while the new one is being found, so that counting takes a twentieth of one connection, however many ask.
 */
export class Remembered<T> {
  readonly #find: () => Promise<T>;
  readonly #isLarge: (found: T) => boolean;
  readonly #now: () => number;
  #known: { value: T; at: number; standsMs: number } | null = null;
  #finding: Promise<T> | null = null;

  /** @param now milliseconds that only go on */
  constructor(find: () => Promise<T>, isLarge: (found: T) => boolean, now: () => number = elapsed) {
    this.#find = find;
    this.#isLarge = isLarge;
    this.#now = now;
  }

  async get(): Promise<T> {
    const known = this.#known;
    if (known === null) return this.#anew();
    const age = this.#now() - known.at;
    if (age < known.standsMs) return known.value;
    this.#finding ??= this.#anew().finally(() => (this.#finding = null));
    if (age > staleMs) return this.#finding;
    // Whoever asks next is told of a fault, if it stays.
    this.#finding.catch(() => {});
    return known.value;
  }

  async #anew(): Promise<T> {
    const began = this.#now();
    const value = await this.#find();
    const at = this.#now();
    this.#known = this.#isLarge(value) ? { value, at, standsMs: Math.min((at - began) * times, mostMs) } : null;
    return value;
  }
}

/** The same for numbers of many things, told apart by a key; of so many keys the first is let go. */
export class RememberedByKey<T> {
  readonly #known = new Map<string, Remembered<T>>();
  readonly #isLarge: (found: T) => boolean;
  readonly #most: number;

  constructor(isLarge: (found: T) => boolean, most = 200) {
    this.#isLarge = isLarge;
    this.#most = most;
  }

  get(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key) ?? new Remembered(find, this.#isLarge);
    this.#known.set(key, known);
    if (this.#known.size > this.#most) this.#known.delete(this.#known.keys().next().value!);
    return known.get();
  }
}
