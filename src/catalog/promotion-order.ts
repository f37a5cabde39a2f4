import type { RuleIndex, Test } from './rule-index.ts';

/**
 * The ids of the items in stock that pass, by price from the highest, of one price by id; at most `limit` (PRO-3, PRO-4).
 * Goes through the items once.
 */
export function dearest(index: RuleIndex, test: Test, limit: number): string[] {
  if (test === false) return [];
  const prices = index.column(['price']);
  const stocked = index.column(['inStock']);
  const price = (number: number) => (prices.valueAt(number) as number | null) ?? -1;
  const id = (number: number) => index.numbers.idOf(number);
  const falling = (a: number, b: number) => price(b) - price(a) || (id(a) < id(b) ? -1 : 1);
  let found: number[] = [];
  let least = -Infinity;
  for (const number of index.members()) {
    if (price(number) < least || stocked.valueAt(number) !== true) continue;
    if (test !== true && !test(number)) continue;
    found.push(number);
    if (found.length < limit * 4) continue;
    found = found.sort(falling).slice(0, limit);
    least = price(found.at(-1)!);
  }
  return found.sort(falling).slice(0, limit).map(id);
}
