import { SeededRandom, sha256, type Random } from '../base/index.ts';

/** What an alternative has come to: how many people have been watched, and how many of them bought. */
export interface Seen {
  label: string;
  n: number;
  buyers: number;
}

/** Worlds that are drawn to see which alternative is best in how many. */
const draws = 4000;
/** Nobody gets less than this, so that a late bloomer is still seen. */
const least = 0.05;

/**
 * Shares of a bandit by Thompson sampling: each alternative gets as much as it is likely to be the best one, by Beta(1 + buyers, 1 + others), and no
 * less than a twentieth. The same seed and the same past give the same shares. Pure.
 *
 * Source: Thompson, "On the likelihood that one unknown probability exceeds another", Biometrika 1933.
 */
export function banditShares(seen: readonly Seen[], seed: string): Record<string, number> {
  const random = new SeededRandom(Number.parseInt(sha256(seed).slice(0, 8), 16));
  const wins = seen.map(() => 0);
  for (let draw = 0; draw < draws; draw++) {
    const rates = seen.map(({ n, buyers }) => beta(1 + buyers, 1 + n - buyers, random));
    wins[rates.indexOf(Math.max(...rates))]!++;
  }
  const floor = Math.min(least, 1 / seen.length);
  const free = 1 - floor * seen.length;
  return Object.fromEntries(seen.map(({ label }, i) => [label, round(floor + (free * wins[i]!) / draws)]));
}

/** Four digits are what a bucket of ten thousand can tell. */
const round = (share: number) => Math.round(share * 10_000) / 10_000;

function beta(a: number, b: number, random: Random): number {
  const x = gamma(a, random);
  return x / (x + gamma(b, random));
}

/** Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; `shape` at least 1. */
function gamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
