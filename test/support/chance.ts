import { SeededRandom, type Random } from '../../src/base/index.ts';
import { noSums, readAs, type ArmRow, type ReadingName } from '../../src/measure/index.ts';

/** A comparison in which nothing is caused: both arms are drawn from the same people. */
export interface NoEffect {
  /** People a day, and on how many days somebody looks. */
  perDay: number;
  days: number;
  /** Share held out, and of buyers among all. */
  holdout: number;
  rate: number;
  reading: Extract<ReadingName, 'revenue' | 'conversion'>;
}

/** Standard deviation of the logarithm of what a buyer spends (trust.md §5.2 "Floor"). */
const spread = 0.9;

/** Looks every day until the report says "clear". @returns whether it ever did, which is a false alarm */
export function falseAlarm({ perDay, days, holdout, rate, reading }: NoEffect, random: Random): boolean {
  const arms: Record<'treated' | 'control', ArmRow> = { treated: { ...noSums }, control: { ...noSums } };
  for (let day = 0; day < days; day++) {
    for (let i = 0; i < perDay; i++) {
      const arm = arms[random.next() < holdout ? 'control' : 'treated'];
      arm.n++;
      if (random.next() >= rate) continue;
      arm.buyers++;
      const spent = Math.exp(spread * normal(random));
      arm.sum += spent;
      arm.squares += spent * spent;
    }
    if (readAs(reading, arms).word === 'clear') return true;
  }
  return false;
}

/** How many of `runs` comparisons without an effect are called clear at some look. */
export function falseAlarms(of: NoEffect, { runs, seed }: { runs: number; seed: number }): number {
  const random = new SeededRandom(seed);
  let alarms = 0;
  for (let run = 0; run < runs; run++) if (falseAlarm(of, random)) alarms++;
  return alarms;
}

/** Box and Muller 1958. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
