import type { Kept } from './kept.ts';

/** Beyond this many half-lives after the start the weights are brought down, long before a float32 ends (2^127). */
const highest = 64;
/** Whatever time a source claims, a weight is never less than this; float32 ends at 2^-149. */
const lowest = -64;
/** Grains of time in a half-life, and what something weighs in each of the first, in 4,096ths. */
const grains = 4096;
const fractions = Float64Array.from({ length: grains }, (_, grain) => Math.round(2 ** (grain / grains) * 4096));

/**
 * Weights that halve every so often without ever being swept: instead of letting old ones shrink, new ones grow,
 * 2^((t − start) / half-life). When they have grown large, all weights there are are halved so often that new ones are
 * near 1 again; the order is not touched. The fraction has 12 bits, so that sums in float32 seldom have to be rounded;
 * and time has grains, of which there are 4,096 in a half-life, so that a weight is reckoned once a grain.
 */
export class Fading {
  readonly #halfLife: number;
  readonly #onScale: (by: number) => void;
  #start: number | null = null;
  readonly #grainsPerMs: number;
  #memoGrain = Number.NaN;
  #memo = 0;
  #worthAt = Number.NaN;
  #worth = 0;

  /** @param options `onScale`: multiply every weight made so far by this power of two */
  constructor(options: { halfLifeMs: number; onScale: (by: number) => void }) {
    this.#halfLife = options.halfLifeMs;
    this.#grainsPerMs = grains / options.halfLifeMs;
    this.#onScale = options.onScale;
  }

  /** What something that happens at `at` (UTC ms) weighs; to be added to weights made before. */
  weight(at: number): number {
    if (this.#start === null) [this.#start, this.#worthAt] = [at, Number.NaN];
    const grain = Math.floor((at - this.#start) * this.#grainsPerMs);
    return grain === this.#memoGrain ? this.#memo : this.#reckon(grain);
  }

  #reckon(grain: number): number {
    let [halvings, part] = [Math.floor(grain / grains), grain];
    part -= halvings * grains;
    if (halvings > highest || (halvings === highest && part > 0)) {
      this.#onScale(2 ** -Math.min(halvings, 1000));
      this.#start! += halvings * this.#halfLife;
      this.#worthAt = Number.NaN;
      halvings = 0;
    }
    if (halvings < lowest) [halvings, part] = [lowest, 0];
    this.#memoGrain = halvings * grains + part;
    this.#memo = fractions[part]! * 2 ** (halvings - 12);
    return this.#memo;
  }

  /** What a weight comes to at `now`: how often something happens in about 1.44 half-lives. */
  worth(weight: number, now: number): number {
    if (this.#start === null) return 0;
    if (now !== this.#worthAt) {
      this.#worthAt = now;
      this.#worth = 2 ** -((now - this.#start) / this.#halfLife);
    }
    return weight * this.#worth;
  }

  keep(): Kept {
    return { start: this.#start };
  }

  restore(kept: Kept): void {
    this.#start = kept.start as number | null;
    this.#memoGrain = Number.NaN;
    this.#worthAt = Number.NaN;
  }
}
