/** The fewer occasions an item was on, of all, the more it says. */
export function rarityOf(count: number, all: number): number {
  return Math.max(1e-3, Math.log((all + 1) / (count + 0.5)));
}

/** Counts whose rarity is kept. */
const mostRarities = 1024;

/** Rarities to a power, reckoned once for each count while there are as many occasions: most items share few counts. */
export class Rarities {
  readonly #known = new Float64Array(mostRarities);
  #all = -1;
  #power = 0;

  for(all: number, power: number): this {
    if (all !== this.#all || power !== this.#power) {
      this.#known.fill(0);
      [this.#all, this.#power] = [all, power];
    }
    return this;
  }

  of(count: number): number {
    if (count >= mostRarities) return this.#reckon(count);
    const known = this.#known[count]!;
    return known !== 0 ? known : (this.#known[count] = this.#reckon(count));
  }

  #reckon(count: number): number {
    const rarity = rarityOf(count, this.#all);
    return this.#power === 1 ? rarity : rarity ** this.#power;
  }
}

/** e^−x for x from 0 to 32 in small steps: fine enough for a decay, and much quicker than `Math.exp`. */
const expSteps = 256;
const expTable = Float64Array.from({ length: 32 * expSteps }, (_, i) => Math.exp(-i / expSteps));

export function fadeOf(x: number): number {
  const step = (x * expSteps) | 0;
  return step < 0 ? 1 : (expTable[step] ?? Number.MIN_VALUE);
}
