import type { QualitySet } from './quality-data.ts';
import { ease, slist } from './quality-linear.ts';
import type { Answer } from './quality-measure.ts';
import { nearest, stan, vmis, vmisPlus, vmisPlusCart, vmisPlusPerson, vsknn, vstan } from './quality-nearest.ts';
import type { PastVisits } from './quality-past.ts';
import {
  alikes,
  answerBy,
  content,
  decayedRules,
  leftFirst,
  mixed,
  pairwise,
  personRules,
  popularity,
  quadraticRules,
  type Score,
  sequential,
} from './quality-peers.ts';

const day = 24 * 3600 * 1000;
type Methods = [name: string, score: Score | null][];

/** The methods that tables 3b, 4a, 4b and 4d of recommender-quality name, as far as they can be run here, by set. */
export function* methodsOf(
  set: QualitySet,
  past: PastVisits,
  { linear }: { linear: boolean },
): Generator<[name: string, answer: Answer]> {
  for (const [name, score] of namedFor(set.name, past, linear)) {
    if (score !== null) yield [name, answerBy(past, score)];
  }
}

function* namedFor(name: string, past: PastVisits, linear: boolean): Generator<Methods[number]> {
  yield* always(past, name.startsWith('carts') || name.startsWith('orders') ? 14 : 1);
  if (/^(rsc15|serenade)/.test(name)) yield* forVisits(past, linear);
  else if (name === 'beauty') yield* forPeople(past);
  else if (name === 'beibei') yield ['left in cart, then cosine', leftFirst(past, pairwise(past, alikes.cosine))];
  else yield* forCarts(past, linear && name === 'carts');
}

function* always(past: PastVisits, fadingDays: number): Generator<Methods[number]> {
  yield ['popularity', popularity(past)];
  yield ['popularity fading', popularity(past, fadingDays * day)];
  yield ['co-occurrence', pairwise(past, alikes.counted)];
  yield ['cosine', pairwise(past, alikes.cosine)];
  yield ['jaccard^1.5', pairwise(past, alikes.jaccard15)];
  yield ['V-SKNN', nearest(past, vsknn)];
  yield ['VMIS-kNN', nearest(past, vmis)];
  yield ['STAN', nearest(past, stan)];
  yield ['VSTAN', nearest(past, vstan)];
}

function* forVisits(past: PastVisits, linear: boolean): Generator<Methods[number]> {
  const [near, rules] = [nearest(past, vmisPlus), sequential(past, decayedRules)];
  yield ['SR 1/d²', sequential(past, quadraticRules)];
  yield ['SR 1/d, last 5', rules];
  yield ['VMIS+', near];
  yield [
    'VMIS+ .7 SR .3',
    mixed(past, [
      [0.7, near],
      [0.3, rules],
    ]),
  ];
  if (!linear) return;
  const [dense, ahead] = [ease(past, 100), slist(past)];
  yield ['EASE', dense];
  yield ['SLIST', ahead];
  if (dense === null || ahead === null) return;
  yield [
    'VMIS+ .5 SLIST .3 EASE .2',
    mixed(past, [
      [0.5, near],
      [0.3, ahead],
      [0.2, dense],
    ]),
  ];
}

function* forCarts(past: PastVisits, linear: boolean): Generator<Methods[number]> {
  const [near, alike] = [nearest(past, vmisPlusCart), pairwise(past, alikes.jaccard15)];
  yield ['lift', pairwise(past, alikes.lift)];
  yield ['conditional', pairwise(past, alikes.rate)];
  yield ['PPMI', pairwise(past, alikes.ppmi)];
  yield ['LLR', pairwise(past, alikes.llr)];
  yield ['jaccard', pairwise(past, alikes.jaccard)];
  yield ['VMIS+', near];
  yield [
    'jaccard^1.5 .6 VMIS+ .4',
    mixed(past, [
      [0.6, alike],
      [0.4, near],
    ]),
  ];
  if (!linear) return;
  const dense = ease(past, 100);
  yield ['EASE', dense];
  if (dense === null) return;
  yield [
    'EASE .4 jaccard^1.5 .3 VMIS+ .3',
    mixed(past, [
      [0.4, dense],
      [0.3, alike],
      [0.3, near],
    ]),
  ];
}

function* forPeople(past: PastVisits): Generator<Methods[number]> {
  const [near, rules, said] = [nearest(past, vmisPlusPerson), sequential(past, personRules), content(past)];
  yield ['content only', said];
  yield ['SR cosine', rules];
  yield ['VMIS+', near];
  for (const [a, b, c] of [
    [0.5, 0.5, 0],
    [0.4, 0.4, 0.2],
    [0.6, 0.2, 0.2],
    [0.85, 0.05, 0.1],
  ] as const) {
    const parts = [
      [a, near],
      [b, rules],
      [c, said],
    ] as const;
    const name = `VMIS+ ${a} SR ${b}${c > 0 ? ` content ${c}` : ''}`.replaceAll('0.', '.');
    yield [
      name,
      mixed(
        past,
        parts.filter(([share]) => share > 0),
      ),
    ];
  }
}
