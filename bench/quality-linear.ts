import { inverseOf } from './quality-inverse.ts';
import type { PastVisits } from './quality-past.ts';
import type { Score } from './quality-peers.ts';

/** Items beyond which no linear model is solved: it costs items³. */
export const linearLimit = 4000;

/** EASE (Steck, WWW 2019): every item against every other, by one inverse. Null beyond `linearLimit` items. */
export function ease(past: PastVisits, lambda: number): Score | null {
  const size = past.ids.length;
  if (size > linearLimit) return null;
  const gram = new Float64Array(size * size);
  for (let item = 0; item < size; item++) {
    gram[item * size + item] = past.of[item]!.length + lambda;
    const { items, amounts } = past.pairs[item]!;
    items.forEach((other, n) => other !== item && (gram[item * size + other] = amounts[n]!));
  }
  inverseOf(gram, size);
  const weights = new Float32Array(size * size);
  for (let item = 0; item < size; item++) {
    for (let other = 0; other < size; other++) {
      if (other !== item) weights[item * size + other] = -gram[item * size + other]! / gram[other * size + other]!;
    }
  }
  return (own, _query, scores) => {
    for (const item of own)
      speak(weights, item, { size, weight: 1, add: (other, amount) => scores.add(other, amount) });
  };
}

/** SLIST's constants as session-rec's example for this data has them (ages in days). */
const slistBy = { alpha: 0.2, lambda: 10, ageDays: 256, near: 0.5, asked: 4, most: 10 };
const day = 24 * 3600 * 1000;

/**
 * SLIST (Choi et al., WWW 2021): one ridge regression from whole visits to themselves and from the steps before each
 * place to those after it, newer visits weighing more; an item may speak for itself up to a bound.
 */
export function slist(past: PastVisits, by = slistBy): Score | null {
  const size = past.ids.length;
  if (size > linearLimit) return null;
  const { gram, cross } = regression(past, by);
  for (let item = 0; item < size; item++) gram[item * size + item]! += by.lambda;
  inverseOf(gram, size);
  const weights = product(gram, cross, size);
  bound(weights, gram, { size, most: by.most });
  return (own, query, scores) => {
    const steps = query.session === undefined ? own : past.numbersOf(query.session.map(({ item }) => item));
    steps.toReversed().forEach((item, n) => {
      const weight = Math.exp(-n / by.asked);
      speak(weights, item, { size, weight, add: (other, amount) => scores.add(other, amount) });
    });
  };
}

/** SᵀS and SᵀT of all visits, whole and parted. */
function regression(past: PastVisits, by: typeof slistBy): { gram: Float64Array; cross: Float64Array } {
  const size = past.ids.length;
  const [gram, cross] = [new Float64Array(size * size), new Float64Array(size * size)];
  const newest = past.visits.at(-1)?.at ?? 0;
  for (const { items, at } of past.visits) {
    const weight = Math.exp(-(newest - at) / day / by.ageDays);
    const once = [...new Set(items)].map((item): Entry => [item, 1]);
    // Parts of a visit share its weight, so that a long one does not count for many.
    outer(gram, [once, once], { size, weight: weight * by.alpha });
    outer(cross, [once, once], { size, weight: weight * by.alpha });
    for (let cut = 1; cut < items.length; cut++) {
      const before = faded(items.slice(0, cut).toReversed(), by.near);
      const after = faded(items.slice(cut), by.near);
      outer(gram, [before, before], { size, weight: weight * (1 - by.alpha) });
      outer(cross, [before, after], { size, weight: weight * (1 - by.alpha) });
    }
  }
  return { gram, cross };
}

type Entry = readonly [item: number, weight: number];

/** Each item once, at its nearest place, by distance from the cut. */
function faded(items: readonly number[], near: number): Entry[] {
  const weights = new Map<number, number>();
  items.forEach((item, n) => weights.has(item) || weights.set(item, Math.exp(-n / near)));
  return [...weights].filter(([, weight]) => weight > 1e-6);
}

function outer(
  into: Float64Array,
  [rows, columns]: readonly [readonly Entry[], readonly Entry[]],
  { size, weight }: { size: number; weight: number },
): void {
  for (const [row, a] of rows) for (const [column, b] of columns) into[row * size + column]! += weight * a * b;
}

/** P · C; C is sparse, so its rows are gone through entry by entry. */
function product(p: Float64Array, c: Float64Array, size: number): Float32Array {
  const out = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const entries: [number, number][] = [];
    for (let j = 0; j < size; j++) if (c[k * size + j] !== 0) entries.push([j, c[k * size + j]!]);
    if (entries.length === 0) continue;
    for (let i = 0; i < size; i++) {
      const factor = p[k * size + i]!; // P is symmetric
      for (const [j, value] of entries) out[i * size + j]! += factor * value;
    }
  }
  return Float32Array.from(out);
}

/** Where an item would speak for itself beyond `most`, its column gives way by the constraint's multiplier. */
function bound(weights: Float32Array, inverse: Float64Array, { size, most }: { size: number; most: number }): void {
  for (let j = 0; j < size; j++) {
    const over = weights[j * size + j]! - most;
    if (over <= 0) continue;
    const multiplier = over / inverse[j * size + j]!;
    for (let i = 0; i < size; i++) weights[i * size + j]! -= inverse[i * size + j]! * multiplier;
  }
}

function speak(
  weights: Float32Array,
  item: number,
  { size, weight, add }: { size: number; weight: number; add: (other: number, amount: number) => void },
): void {
  const row = item * size;
  for (let other = 0; other < size; other++) {
    const amount = weights[row + other]!;
    if (amount > 0) add(other, weight * amount);
  }
}
