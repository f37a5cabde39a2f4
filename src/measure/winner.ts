import type { Seen } from './bandit.ts';
import { noSums } from './table-arms.ts';
import { readAs } from './verdict.ts';

/**
 * The alternative that is clearly better than each of the others by the share who bought, however often one has looked;
 * null while there is none. With all pairs compared the chance that any of them is called so wrongly stays at `alpha`
 * (journeys X6, X7). Pure.
 */
export function winnerOf(seen: readonly Seen[], alpha = 0.05): string | null {
  const pairs = (seen.length * (seen.length - 1)) / 2;
  const beats = (one: Seen, other: Seen) => {
    const arms = { treated: { ...noSums, ...one }, control: { ...noSums, ...other } };
    const { low } = readAs('conversion', arms, alpha / pairs);
    return low !== null && low > 0;
  };
  const found = seen.find((one) => seen.every((other) => other === one || beats(one, other)));
  return seen.length < 2 ? null : (found?.label ?? null);
}
