/**
 * More than one question at once: p values set right for how many were asked. Source: Holm 1979; Benjamini and Hochberg
 * 1995; trust.md §5.2 "Many comparisons".
 */

/** Holm's p values, in the order given: for several metrics of which each may be acted on. */
export function holm(ps: readonly number[]): number[] {
  const order = ascending(ps);
  const adjusted = ps.map(() => 1);
  let highest = 0;
  for (const [rank, index] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (ps.length - rank) * ps[index]!));
    adjusted[index] = highest;
  }
  return adjusted;
}

/** p values by Benjamini and Hochberg, in the order given: for tables that are looked through, labelled exploratory. */
export function falseDiscovery(ps: readonly number[]): number[] {
  const order = ascending(ps);
  const adjusted = ps.map(() => 1);
  let lowest = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1]!;
    lowest = Math.min(lowest, (ps.length * ps[index]!) / rank);
    adjusted[index] = lowest;
  }
  return adjusted;
}

/** How often each of `variants − 1` comparisons with the first may be wrong so that all together keep `alpha`. */
export function sharedAlpha(variants: number, alpha = 0.05): number {
  return alpha / Math.max(1, variants - 1);
}

function ascending(ps: readonly number[]): number[] {
  return ps.map((_, index) => index).sort((a, b) => ps[a]! - ps[b]! || a - b);
}
