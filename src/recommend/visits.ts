/**
 * What running visits did so far, so that an item and a pair count once per visit. The most recently touched visits
 * are kept: at least half of `limit`, at most `limit`. A visit that was forgotten and goes on counts as a new one.
 */
export class Visits {
  readonly #half: number;
  #young = new Map<string, number[]>();
  #old = new Map<string, number[]>();

  constructor(limit: number) {
    this.#half = Math.max(1, Math.floor(limit / 2));
  }

  /** The marks of a visit, to be changed in place; empty for a new one. */
  marks(visit: string): number[] {
    const young = this.#young.get(visit);
    if (young) return young;
    const marks = this.#old.get(visit) ?? [];
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(visit, marks);
    return marks;
  }
}
