import { Evaluator, type ListScores } from '../src/recommend/index.ts';
import { figure, numberFlag } from './figure.ts';
import { dataFolder, type QualitySet, qualitySets, type Question } from './quality-data.ts';
import { difference, Lists, type Measured, measure, popularitiesOf } from './quality-measure.ts';
import { methodsOf } from './quality-methods.ts';
import { PastVisits } from './quality-past.ts';
import { QualityTable } from './quality-table.ts';

/**
 * How good lists are on public data, beside published methods, with one set of constants for all shops, in one run:
 * `npm run bench -- quality [--only=rsc15,carts] [--questions=5000] [--ours] [--without-linear]`. The data are read from
 * BECKON_BENCH_DATA or `../shared/data/recs` beside the checkout; what is not there is skipped, and said. Ours answers
 * through `Evaluator`, the code of `beckon evaluate`. Each figure has as its limit the best of the other methods in the same
 * run; at the end stands the table of all, with the floors.
 */
const bench = 'quality';
const only = process.argv
  .find((word) => word.startsWith('--only='))
  ?.slice(7)
  .split(',');
const oursOnly = process.argv.includes('--ours');
const linear = !process.argv.includes('--without-linear');
/** Questions of a set at most, evenly spread; all of them, if nobody says otherwise. */
const most = numberFlag('questions', Infinity);

const folder = dataFolder();
if (folder === null) {
  console.error('Skipped: the data are not there. Set BECKON_BENCH_DATA to their folder (docs/recommend/evaluate.md).');
  process.exit(0);
}

type Of = (scores: ListScores) => { value: number; error: number };
const measures: readonly (readonly [name: string, of: Of])[] = [
  ['hr5', ({ hitRate }) => hitRate[5]!],
  ['hr10', ({ hitRate }) => hitRate[10]!],
  ['hr20', ({ hitRate }) => hitRate[20]!],
  ['mrr20', ({ reciprocalRank }) => reciprocalRank],
  ['ndcg20', ({ ndcg }) => ndcg[20]!],
];

const table = new QualityTable();
const onSkip = (name: string, missing: string) => console.error(`Skipped ${name}: ${missing} is not there`);
let together: QualitySet[] = [];
const thin = new Map<readonly Question[], Question[]>();
const part = process.argv.includes('--tune') ? 'tune' : 'report';
for (const whole of qualitySets(part, { folder, ...(only ? { only } : {}), onSkip })) {
  // Sets that ask the same go on asking the same.
  const questions = thin.get(whole.questions) ?? thinned(whole.questions, most);
  thin.set(whole.questions, questions);
  if (together.length > 0 && together[0]!.events !== whole.events) {
    report(together);
    together = [];
  }
  together.push({ ...whole, questions });
}
if (together.length > 0) report(together);
for (const line of table.lines()) console.error(line);

function thinned<T>(all: T[], limit: number): T[] {
  if (all.length <= limit) return all;
  return Array.from({ length: limit }, (_, i) => all[Math.floor((i * all.length) / limit)]!);
}

function ours(set: QualitySet): Evaluator {
  const evaluator = new Evaluator();
  if (set.items) evaluator.describe(set.items);
  for (const event of set.events) evaluator.learn(event);
  evaluator.settle();
  return evaluator;
}

/** Sets of one history: each method learns once. */
function report(sets: readonly QualitySet[]): void {
  const [first] = sets;
  const popularities = popularitiesOf(first!.events);
  const rows = new Map<QualitySet, Map<string, Measured>>(sets.map((set) => [set, new Map()]));
  const run = (name: string, lists: Lists) => {
    for (const set of sets) {
      const measured = measure(lists, set, popularities);
      rows.get(set)!.set(name, measured);
      table.add(set, name, measured);
      console.error(lineOf(set, name, measured.scores));
    }
  };
  const evaluator = ours(first!);
  run('beckon', new Lists((query) => evaluator.answer(query)));
  if (!oursOnly) {
    const past = new PastVisits(first!.events, first!.items);
    for (const [name, answer] of methodsOf(first!, past, { linear })) run(name, new Lists(answer));
  }
  for (const set of sets) figures(set, rows.get(set)!);
}

function figures(set: QualitySet, rows: ReadonlyMap<string, Measured>): void {
  const own = rows.get('beckon')!;
  for (const [measured, of] of measures) {
    const others = [...rows].filter(([name]) => name !== 'beckon');
    const listed = others.map(([name, { scores }]) => ({ name, ...of(scores) })).sort((a, b) => b.value - a.value);
    const [best] = listed;
    const { value, error } = of(own.scores);
    const notes = [`± ${error.toFixed(4)} (one standard error) over ${set.questions.length} lists`];
    if (best) {
      notes.push(`limit: the best of the others (${best.name})`);
      const by = { hr20: 'hits', mrr20: 'reciprocals' } as const;
      const field = by[measured as keyof typeof by];
      if (field !== undefined) {
        const gain = difference(set, own[field], rows.get(best.name)![field]);
        notes.push(`list by list ${gain.value.toFixed(4)} ± ${gain.error.toFixed(4)} against it`);
      }
      notes.push(listed.map(({ name, value: other }) => `${name} ${other.toFixed(4)}`).join(', '));
    }
    const limit = best?.value ?? null;
    figure({ bench, figure: `${set.name}-${measured}`, value, unit: 'share', limit, note: notes.join('; ') });
  }
  const { coverage, novelty, popularityBias } = own.scores;
  const note = `coverage of the first 20 places; novelty ${novelty.toFixed(2)} bits, popularity bias ${popularityBias.toFixed(4)}`;
  figure({ bench, figure: `${set.name}-coverage`, value: coverage, unit: 'share', limit: null, note });
}

function lineOf(set: QualitySet, name: string, scores: ListScores): string {
  const cells = measures.map(([, of]) => of(scores).value.toFixed(4));
  const { coverage, popularityBias, hitRate } = scores;
  return [
    set.name.padEnd(16),
    name.padEnd(32),
    ...cells,
    `± ${hitRate[20]!.error.toFixed(4)}`,
    `cov ${coverage.toFixed(3)}`,
    `pop ${popularityBias.toFixed(3)}`,
  ].join(' ');
}
