import { Mark } from '../base/index.ts';
import { IdTable } from './id-table.ts';
import type { Kept } from './kept.ts';

/** Names in one piece of a snapshot. */
const piece = 2000;

/** Item ids as small numbers, so that counts can lie in typed arrays. Numbers are given in order and never taken back. */
export class Dictionary {
  readonly #ids = new IdTable();
  readonly #names: string[] = [];
  readonly #limit: number;
  readonly #mark = new Mark();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The number of `name`, given now if it is new; -1 when the dictionary is full. */
  add(name: string): number {
    return this.addMarked(name, this.#mark.of(name));
  }

  /** The same where the mark of the name is at hand. */
  addMarked(name: string, { low, high }: { low: number; high: number }): number {
    if (this.#names.length >= this.#limit) return this.#ids.findMark(low, high);
    const number = this.#ids.addMark(low, high);
    if (number === this.#names.length) this.#names.push(name);
    return number;
  }

  /** @see IdTable.warm */
  warm(low: number): number {
    return this.#ids.warm(low);
  }

  /** The number of `name`, or -1. */
  find(name: string): number {
    return this.#ids.find(name);
  }

  name(number: number): string {
    return this.#names[number]!;
  }

  get size(): number {
    return this.#names.length;
  }

  keep(): Kept {
    const pieces: (() => Uint8Array)[] = [];
    for (let from = 0; from < this.#names.length; from += piece) {
      pieces.push(() => new TextEncoder().encode(JSON.stringify(this.#names.slice(from, from + piece))));
    }
    return { pieces };
  }

  restore(kept: Kept): void {
    for (const bytes of kept.pieces as Uint8Array[]) {
      for (const name of JSON.parse(new TextDecoder().decode(bytes)) as string[]) this.add(name);
    }
  }
}
