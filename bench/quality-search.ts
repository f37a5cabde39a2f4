import { SeededRandom } from '../src/base/index.ts';
import { Evaluator, near, type TunedPart, type Tuning, shippedTuning } from '../src/recommend/index.ts';
import { numberFlag } from './figure.ts';
import { dataFolder, type QualitySet, qualitySets } from './quality-data.ts';
import { measure, popularitiesOf } from './quality-measure.ts';

/**
 * How the shipped constants are chosen: seeded search over all sets of a kind at once, on parts that the report does not
 * use. `npx tsx bench/quality-search.ts --part=session --trials=100 --seed=1 --questions=3000`. A trial counts by the sum
 * of HR@20 and MRR@20, each as a ratio to the shipped constants, over the sets; none may lose more than one percent.
 */
const part = (process.argv.find((word) => word.startsWith('--part='))?.slice(7) ?? 'session') as Exclude<
  TunedPart,
  'related'
>;
const trials = numberFlag('trials', 100);
const questions = numberFlag('questions', 3000);
const reach = numberFlag('reach', 3);
const random = new SeededRandom(numberFlag('seed', 1));
const start = JSON.parse(process.env.START ?? '{}') as Record<string, object>;

const names = { session: ['rsc15', 'serenade'], person: ['beauty', 'orders'], cart: ['carts'] }[part];
const left = ['rsc15-exlast', 'serenade-std', 'orders-next'];

interface Ready {
  set: QualitySet;
  evaluator: Evaluator;
}

function prepare(): Ready[] {
  const folder = dataFolder();
  if (folder === null) throw new Error('No data: set BECKON_BENCH_DATA');
  const ready: Ready[] = [];
  const onSkip = (name: string, missing: string) => console.error(`${name} is left out: ${missing} is not there`);
  for (const set of qualitySets('tune', { folder, only: names, onSkip })) {
    if (left.includes(set.name)) continue;
    const known = ready.find((one) => one.set.events === set.events);
    const evaluator = known?.evaluator ?? new Evaluator();
    if (!known) {
      if (set.items) evaluator.describe(set.items);
      for (const event of set.events) evaluator.learn(event);
      evaluator.settle();
    }
    const step = Math.max(1, set.questions.length / questions);
    const thin = Array.from(
      { length: Math.floor(set.questions.length / step) },
      (_, i) => set.questions[Math.floor(i * step)]!,
    );
    ready.push({ set: { ...set, questions: thin }, evaluator });
  }
  return ready;
}

const ready = prepare();
const popular = ready.map(({ set }) => popularitiesOf(set.events));

function scoresOf(tuning: Tuning): number[] {
  return ready.flatMap(({ set, evaluator }, i) => {
    evaluator.engine.tuning = tuning;
    const { hitRate, reciprocalRank } = measure((query) => evaluator.answer(query), set, popular[i]).scores;
    return [hitRate[20]!.value, reciprocalRank.value];
  });
}

const base = scoresOf(shippedTuning);
console.log(ready.map(({ set }) => set.name).join(' '), base.map((value) => value.toFixed(4)).join(' '));
const worthOf = (scores: readonly number[]) => {
  const ratios = scores.map((value, i) => value / base[i]!);
  return ratios.reduce((sum, value) => sum + value, 0) / ratios.length - Math.max(0, 0.99 - Math.min(...ratios)) * 10;
};
let best: Tuning = { ...shippedTuning };
for (const [name, values] of Object.entries(start)) {
  Object.assign(best, { [name]: { ...(best as unknown as Record<string, object>)[name], ...values } });
}
let most = worthOf(scoresOf(best));
console.log('start', most.toFixed(5));
for (let trial = 1; trial <= trials; trial++) {
  const tuning = near(best, part, { random, reach });
  const scores = scoresOf(tuning);
  const worth = worthOf(scores);
  if (worth <= most) continue;
  [best, most] = [tuning, worth];
  console.log(trial, worth.toFixed(5), scores.map((value) => value.toFixed(4)).join(' '));
  console.log(JSON.stringify({ [part]: best[part], ...(part === 'session' ? { rules: best.rules } : {}) }));
}
