import { Evaluator, type ListScores, type PastEvent } from '../src/recommend/index.ts';
import { figure, numberFlag } from './figure.ts';
import { dataFolder, type QualitySet, qualitySets } from './quality-data.ts';
import { type Answer, measure, popularitiesOf } from './quality-measure.ts';
import {
  cartMix,
  cosine,
  counted,
  ease,
  jaccard,
  nearest,
  pairwise,
  PastVisits,
  popularity,
  sequential,
  vmis,
  vsknn,
  vstan,
} from './quality-peers.ts';

/**
 * How good lists are on public data, beside published methods, with one set of constants for all shops:
 * `npm run bench -- quality [--only=rsc15,carts] [--questions=5000]
 * [--ours] [--without-ease]`. The data are read from BECKON_BENCH_DATA or
 * `../shared/data/recs` beside the checkout; what is not there is skipped, and said. Ours answers through `Evaluator`, the
 * code of `beckon evaluate`. Each figure has as its limit the best of the other methods in the same run.
 */
const bench = 'quality';
const day = 24 * 3600 * 1000;
const only = process.argv
  .find((word) => word.startsWith('--only='))
  ?.slice(7)
  .split(',');
const oursOnly = process.argv.includes('--ours');
const withoutEase = process.argv.includes('--without-ease');
/** Questions of a set, evenly spread: more of them would take the slow ones among the others an hour. */
const most = numberFlag('questions', 5000);

const folder = dataFolder();
if (folder === null) {
  console.error('Skipped: the data are not there. Set BECKON_BENCH_DATA to their folder (docs/recommend/evaluate.md).');
  process.exit(0);
}

let learned: { events: readonly PastEvent[]; ours: Evaluator; peers: () => Map<string, Answer> } | null = null;
const onSkip = (name: string, missing: string) => console.error(`Skipped ${name}: ${missing} is not there`);
for (const whole of qualitySets('report', { folder, ...(only ? { only } : {}), onSkip })) {
  const set = { ...whole, questions: thinned(whole.questions, most) };
  if (learned?.events !== set.events) learned = learn(set);
  report(set, learned.ours, oursOnly ? new Map() : learned.peers());
}

function thinned<T>(all: T[], limit: number): T[] {
  if (all.length <= limit) return all;
  return Array.from({ length: limit }, (_, i) => all[Math.floor((i * all.length) / limit)]!);
}

function learn(set: QualitySet): NonNullable<typeof learned> {
  const ours = new Evaluator();
  if (set.items) ours.describe(set.items);
  for (const event of set.events) ours.learn(event);
  ours.settle();
  let peers: Map<string, Answer> | null = null;
  return { events: set.events, ours, peers: () => (peers ??= peersOf(set)) };
}

/** Every other method over what ours has learned. */
function peersOf(set: QualitySet): Map<string, Answer> {
  const past = new PastVisits(set.events);
  const isCarts = set.name === 'carts' || set.name.startsWith('orders');
  const peers = new Map<string, Answer>([
    ['popularity', popularity(past)],
    ['popularity fading', popularity(past, isCarts ? 14 * day : day)],
    ['co-occurrence', pairwise(past, counted)],
    ['cosine', pairwise(past, cosine)],
    ['jaccard 1.5', pairwise(past, jaccard)],
    ['sequential rules', sequential(past)],
    ['V-SKNN', nearest(past, vsknn)],
    ['VMIS-kNN', nearest(past, vmis)],
    ['VSTAN', nearest(past, vstan)],
  ]);
  // The orders are those of the carts; its inverse is not worth finding twice.
  const model = withoutEase || set.name.startsWith('orders') ? null : ease(past, 100);
  if (model !== null) {
    peers.set('EASE', model.answer);
    if (isCarts) peers.set('EASE + jaccard + kNN', cartMix(past, model.score));
  }
  return peers;
}

function report(set: QualitySet, ours: Evaluator, peers: Map<string, Answer>): void {
  const popularities = popularitiesOf(set.events);
  const rows = new Map<string, ListScores>();
  for (const [name, answer] of [['beckon', (query) => ours.answer(query)] as [string, Answer], ...peers]) {
    rows.set(name, measure(answer, set, popularities));
    console.error(lineOf(set, name, rows.get(name)!));
  }
  const measures: [string, (scores: ListScores) => { value: number; error: number }][] = [
    ...[5, 10, 20].map((k): [string, (scores: ListScores) => { value: number; error: number }] => [
      `hr${k}`,
      ({ hitRate }) => hitRate[k]!,
    ]),
    ['mrr20', ({ reciprocalRank }) => reciprocalRank],
    ['ndcg20', ({ ndcg }) => ndcg[20]!],
  ];
  for (const [measured, of] of measures) {
    const others = [...rows].filter(([name]) => name !== 'beckon').map(([name, scores]) => ({ name, ...of(scores) }));
    const best = others.sort((a, b) => b.value - a.value)[0];
    const { value, error } = of(rows.get('beckon')!);
    const listed = others.map(({ name, value: other }) => `${name} ${other.toFixed(4)}`).join(', ');
    figure({
      bench,
      figure: `${set.name}-${measured}`,
      value,
      unit: 'share',
      limit: best?.value ?? null,
      note: `± ${error.toFixed(4)} (one standard error) over ${set.questions.length} lists; limit: the best of the others (${best?.name ?? 'none run'}); ${listed}`,
    });
  }
  const { coverage, novelty, popularityBias } = rows.get('beckon')!;
  const note = `coverage of the first 20 places; novelty ${novelty.toFixed(2)} bits, popularity bias ${popularityBias.toFixed(4)}`;
  figure({ bench, figure: `${set.name}-coverage`, value: coverage, unit: 'share', limit: null, note });
}

function lineOf(set: QualitySet, name: string, scores: ListScores): string {
  const { hitRate, reciprocalRank, ndcg, coverage, popularityBias } = scores;
  const cells = [hitRate[5]!, hitRate[10]!, hitRate[20]!, reciprocalRank, ndcg[20]!].map(({ value }) =>
    value.toFixed(4),
  );
  return [
    set.name.padEnd(16),
    name.padEnd(20),
    ...cells,
    `± ${hitRate[20]!.error.toFixed(4)}`,
    `cov ${coverage.toFixed(3)}`,
    `pop ${popularityBias.toFixed(3)}`,
  ].join(' ');
}
