import type { ItemStandings, Standing } from '../catalog/index.ts';
import { grown } from './buffer.ts';
import type { Dictionary } from './dictionary.ts';

/** Items of the engine as one environment's rules number them: rules are asked by number, without a look at the item. */
export interface ShelfNumbers {
  /** -1 where the catalogue has never had it. */
  of(item: number): number;
  standing(number: number): Standing;
}

/** The numbers that rules have for the items of one engine, each looked up once: they stay. */
export class RuleNumbers {
  readonly #items: Dictionary;
  /** Plus one; 0 is not known. */
  #numbers = new Int32Array(64);

  constructor(items: Dictionary) {
    this.#items = items;
  }

  on(standings: ItemStandings): ShelfNumbers {
    return {
      of: (item) => this.#of(item, standings),
      standing: (number) => standings.standing(number),
    };
  }

  #of(item: number, standings: ItemStandings): number {
    if (item >= this.#numbers.length) this.#numbers = grown(this.#numbers, item + 1);
    const known = this.#numbers[item]!;
    if (known !== 0) return known - 1;
    const number = standings.numberOf(this.#items.name(item));
    if (number === undefined) return -1;
    this.#numbers[item] = number + 1;
    return number;
  }
}
