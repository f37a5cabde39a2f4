import { falseAlarms, type NoEffect } from '../test/support/chance.ts';
import { figure, numberFlag } from './figure.ts';

/**
 * How often the report says "clear" when nothing was caused and somebody looks every day: `npm run bench -- chance`. The limit is
 * the 5 % that is promised. Drawn: buyers by a coin, revenue log-normal (σ 0.9), 1,000 people a day, 60 days, 3 % buy.
 */
const runs = numberFlag('runs', 4000);
const seed = numberFlag('seed', 20_261_130);

for (const reading of ['conversion', 'revenue'] as const) {
  for (const holdout of [0.1, 0.5]) {
    const of: NoEffect = { perDay: 1000, days: 60, holdout, rate: 0.03, reading };
    const alarms = falseAlarms(of, { runs, seed });
    figure({
      bench: 'chance',
      figure: `${reading}-${holdout * 100}`,
      value: (100 * alarms) / runs,
      unit: '%',
      limit: 5,
      note: `${alarms} of ${runs} comparisons without an effect called clear at one of ${of.days} daily looks; seed ${seed}`,
    });
  }
}
