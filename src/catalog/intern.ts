/** Numbers from 1 for values that many items share, so that each is held once. 0 is "none". */
export class Interned<T> {
  readonly #numbers = new Map<string, number>();
  readonly #values: (T | undefined)[] = [undefined];
  readonly #most: number;

  /** @param most values held; beyond that `numberOf` says -1, and the owner keeps the value itself */
  constructor(most = 200_000) {
    this.#most = most;
  }

  /** The number of a value by its key; a new one is made while there is room, otherwise -1. */
  numberOf(key: string, value: T): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#values.length > this.#most) return -1;
    this.#numbers.set(key, this.#values.length);
    this.#values.push(value);
    return this.#values.length - 1;
  }

  /** The number of a key that is there; 0 when it is not. */
  find(key: string): number {
    return this.#numbers.get(key) ?? 0;
  }

  at(number: number): T | undefined {
    return this.#values[number];
  }

  get size(): number {
    return this.#values.length - 1;
  }
}
