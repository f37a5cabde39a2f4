import { describe, expect, it } from 'vitest';
import { falseAlarms } from '../../test/support/chance.ts';
import { SeededRandom } from '../base/index.ts';
import { noSums } from './table-arms.ts';
import { readAs } from './verdict.ts';

/** The large run is a bench (`npm run bench -- chance`); its table stands in docs/guide/measure.md. */
describe('comparisons without an effect, looked at every day (trust row 113)', () => {
  const of = { perDay: 500, days: 30, rate: 0.03 } as const;

  it.each([
    { reading: 'conversion', holdout: 0.1 },
    { reading: 'conversion', holdout: 0.5 },
    { reading: 'revenue', holdout: 0.1 },
    { reading: 'revenue', holdout: 0.5 },
  ] as const)('call at most 5 % of $reading at $holdout held out clear', ({ reading, holdout }) => {
    const runs = 200;
    expect(falseAlarms({ ...of, reading, holdout }, { runs, seed: 113 })).toBeLessThanOrEqual(runs * 0.05);
  });

  it('find an effect that is there: 100,000 people, 90/10, a tenth buy, 20 % more', () => {
    const random = new SeededRandom(12);
    const arms = { treated: { ...noSums }, control: { ...noSums } };
    for (let i = 0; i < 100_000; i++) {
      const [arm, rate] = random.next() < 0.1 ? [arms.control, 0.1] : [arms.treated, 0.12];
      arm.n++;
      if (random.next() < rate) arm.buyers++;
    }
    expect(readAs('conversion', arms)).toMatchObject({ word: 'clear', effect: expect.closeTo(0.02, 2) });
  });
});
