import type { Random } from '../base/index.ts';
import type { Likeness } from './source.ts';
import type { Neighbourhood, Tuning } from './tuning.ts';

/**
 * What is tuned for itself: lists for a visit, for a person, and for a cart; and how likeness of two items is reckoned in
 * lists that follow one action, what was viewed and what was bought with them (recommendations ALG-15).
 */
export const tunedParts = ['session', 'person', 'cart', 'related'] as const;
export type TunedPart = (typeof tunedParts)[number];

const day = 24 * 3600 * 1000;

/** Values that a constant may take, in their order; a step goes to one that is near. */
type Steps<T> = { readonly [K in keyof T]?: readonly number[] };

const neighbourhood: Steps<Neighbourhood> = {
  last: [3, 5, 7, 10, 15, 20],
  sample: [64, 128, 256, 512],
  neighbours: [30, 60, 100, 200, 350, 500, 1000],
  positionFade: [1, 1.5, 2, 3, 5, 8, 12, 0],
  matchFade: [0.5, 0.7, 1, 1.5, 2, 3, 5, 8, 0],
  ageFadeMs: [1, 2, 4, 7, 14, 30, 60, 120, 365, 3650].map((days) => days * day),
  rarity: [0, 0.5, 1, 1.5, 2, 2.5, 3],
  scoreRarity: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5],
  length: [0, 0.1, 0.25, 0.4, 0.5, 0.7, 1],
  power: [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3],
  distanceFade: [0.7, 1, 1.5, 2, 3, 5, 10, 0],
  earlier: [0.3, 0.5, 0.65, 0.8, 0.9, 1],
  repeat: [0.5, 1, 2, 3, 4, 6, 8],
};
const share = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1];

const spaces = {
  session: { ...neighbourhood, share },
  person: { ...neighbourhood, share, view: [0.25, 0.5, 1, 2], cart: [1, 2, 3, 5, 8], buy: [1, 2, 3, 5, 8] },
  cart: {
    ...neighbourhood,
    lines: [5, 10, 15, 20, 30],
    cartedWeight: [0.1, 0.25, 0.5, 0.75, 1],
    shrink: [0, 0.5, 1, 2, 4, 8],
    jaccardPower: [0.75, 1, 1.25, 1.5, 1.75, 2],
  },
} as const;
const likenesses: readonly Likeness[] = ['rate', 'llr', 'cosine', 'jaccard'];
const shrinks = [0, 1, 2, 4, 8, 16];
const rules = {
  last: [1, 2, 3, 5, 8, 10],
  decay: [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  shrink: [0, 0.5, 1, 2, 4, 8],
};

/**
 * A tuning near another: about `reach` constants of one part are moved a step or two, at least one. What is learned
 * (`learn`) stays as it is, since it hangs on the past.
 */
export function near(
  tuning: Tuning,
  part: TunedPart,
  { random, reach = 3 }: { random: Random; reach?: number },
): Tuning {
  if (part === 'related') return { ...tuning, related: movedRelated(tuning.related, random) };
  const space = spaces[part] as Record<string, readonly number[]>;
  const names = Object.keys(space);
  const moved = { ...(tuning[part] as unknown as Record<string, number>) };
  const made: Tuning = { ...tuning };
  let moves = 0;
  while (moves === 0) {
    for (const name of names) {
      if (random.next() >= reach / names.length) continue;
      moved[name] = stepFrom(moved[name]!, space[name]!, random);
      moves++;
    }
  }
  Object.assign(made, { [part]: moved });
  if (part === 'session' && random.next() < 0.4) made.rules = movedRules(tuning.rules, random);
  if (part === 'cart' && random.next() < 0.4) made.cart = { ...made.cart, ...movedShares(made.cart, random) };
  return made;
}

/** Another likeness for one of the two actions, or another shrinking. */
function movedRelated(from: Tuning['related'], random: Random): Tuning['related'] {
  const other = (than: Likeness): Likeness => {
    const others = likenesses.filter((one) => one !== than);
    return others[Math.floor(random.next() * others.length)]!;
  };
  const which = random.next();
  if (which < 0.4) return { ...from, likeness: other(from.likeness) };
  if (which < 0.8) return { ...from, bought: other(from.bought) };
  return { ...from, shrink: stepFrom(from.shrink, shrinks, random) };
}

function movedRules(from: Tuning['rules'], random: Random): Tuning['rules'] {
  const names = Object.keys(rules) as (keyof typeof rules)[];
  const name = names[Math.floor(random.next() * names.length)]!;
  return { ...from, [name]: stepFrom(from[name], rules[name], random) };
}

/** Shares that add up to 1, each a little more or less than before. */
function movedShares(from: Tuning['cart'], random: Random): Pick<Tuning['cart'], 'withModel' | 'without'> {
  const other = (value: number) => value * Math.exp((random.next() - 0.5) * 1.2);
  const three = [from.withModel.model, from.withModel.jaccard, from.withModel.neighbours].map(other);
  const two = [from.without.jaccard, from.without.neighbours].map(other);
  const [model, jaccard, neighbours] = three.map((value) => rounded(value / three.reduce((a, b) => a + b)));
  return {
    withModel: { model: model!, jaccard: jaccard!, neighbours: neighbours! },
    without: { jaccard: rounded(two[0]! / (two[0]! + two[1]!)), neighbours: rounded(two[1]! / (two[0]! + two[1]!)) },
  };
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}

/** One or two steps up or down from where the value stands, within the row. */
function stepFrom(value: number, row: readonly number[], random: Random): number {
  let at = row.indexOf(value);
  if (at === -1)
    at = row.reduce((best, one, i) => (Math.abs(one - value) < Math.abs(row[best]! - value) ? i : best), 0);
  const far = random.next() < 0.7 ? 1 : 2;
  const to = at + (random.next() < 0.5 ? -far : far);
  const turned = to < 0 || to >= row.length ? 2 * at - to : to;
  return row[Math.max(0, Math.min(row.length - 1, turned))]!;
}
