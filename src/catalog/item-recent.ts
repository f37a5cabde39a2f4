/**
 * Keeps what was asked for lately, in two generations: what was asked for since the last turn, and what was before it.
 * As cheap as a Map, and bounded.
 */
export class Recent<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  readonly #most: number;

  /** @param most values of one generation */
  constructor(most = 32_768) {
    this.#most = most;
  }

  get(key: string): T | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: T): void {
    if (this.#young.size >= this.#most) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
