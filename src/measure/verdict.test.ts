import { describe, expect, it } from 'vitest';
import { noSums, type ArmRow } from './table-arms.ts';
import { lastingOf, ratioByDay, ratioOf, readAll, readAs, readings, spansOf, type Reading } from './verdict.ts';

const arm = (more: Partial<ArmRow>): ArmRow => ({ ...noSums, ...more });

describe('readAs()', () => {
  it('reads conversion with its own floor: 24 in an arm say nothing, 25 do (trust 6.3)', () => {
    const read = (buyers: number) =>
      readAs('conversion', { treated: arm({ n: 9000, buyers: 270 }), control: arm({ n: 1000, buyers }) });
    expect(read(24)).toMatchObject({ word: 'too early', effect: null, p: null });
    expect(read(25)).toMatchObject({ word: 'no clear effect', effect: expect.closeTo(0.005, 9) });
  });

  it('gives the interval and p of the worked example of conversion (trust 6.3)', () => {
    const found = readAs('conversion', {
      treated: arm({ n: 90_000, buyers: 2880 }),
      control: arm({ n: 10_000, buyers: 240 }),
    });
    expect(found).toMatchObject({ word: 'clear', effect: expect.closeTo(0.008, 6) });
    expect([found.low, found.high]).toEqual([expect.closeTo(0.002531, 5), expect.closeTo(0.013469, 5)]);
    expect(found.p).toBeCloseTo(9.1445e-5, 6);
  });

  it('says nothing, and never NaN, of empty arms, of one unit and of no variance (trust row 110)', () => {
    const odd = [
      arm({}),
      arm({ n: 1, buyers: 1, sum: 5, squares: 25 }),
      arm({ n: 60, buyers: 60, sum: 60, squares: 60 }),
      arm({ n: 60, buyers: 0 }),
    ];
    for (const treated of odd) {
      for (const control of odd) {
        for (const reading of readAll({ treated, control }, { treated, control })) {
          expect(JSON.stringify(reading)).not.toContain('NaN');
          expect(Object.values(reading).every((value) => typeof value !== 'number' || Number.isFinite(value))).toBe(
            true,
          );
        }
      }
    }
  });

  it('tells of lift only where the held-out spent clearly more than nothing', () => {
    const treated = arm({ n: 9000, buyers: 300, sum: 90_000, squares: 90_000_000 });
    const control = arm({ n: 1000, buyers: 60, sum: 9000, squares: 900_000_000 });
    expect(readAs('revenue', { treated, control })).toMatchObject({ lift: null, effect: expect.any(Number) });
  });
});

describe('readAll()', () => {
  it('has the deciding reading first, and sets the others right for how many they are (trust §5.2 "Many comparisons")', () => {
    const of = (n: number, buyers: number, each: number) => {
      const [sum, squares] = [buyers * each, buyers * each * each];
      const more = { cappedSum: sum, cappedSquares: squares, laterSum: sum, laterSquares: squares };
      return arm({ n, buyers, sum, squares, ...more });
    };
    const arms = { treated: of(90_000, 2880, 5000), control: of(10_000, 240, 5000) };
    const all = readAll(arms, arms);
    expect(all.map(({ reading }) => reading)).toEqual([...readings]);
    expect(all[0]).toMatchObject({ reading: 'revenue', word: 'clear', pHolm: null });
    expect(all.slice(1).every(({ p, pHolm }) => pHolm! >= p!)).toBe(true);
    expect(all[1]!.pHolm).toBeCloseTo(4 * Math.min(...all.slice(1).map(({ p }) => p!)), 9);
  });
});

describe('ratioOf()', () => {
  it('asks for the shares at which people were assigned, also when the holdout was changed between', () => {
    // 1,000 at 10 %, then 1,000 at 50 %.
    const arms = {
      treated: arm({ n: 1400, share: 900 * 1000 + 500 * 5000 }),
      control: arm({ n: 600, share: 100 * 1000 + 500 * 5000 }),
    };
    expect(ratioOf(arms)).toMatchObject({ expected: 0.3, alarm: false, p: expect.closeTo(1, 6) });
  });

  it('hides the verdict when somebody was taken out of one arm only (trust row 109)', () => {
    const share = (n: number) => n * 1000;
    expect(
      ratioOf({ treated: arm({ n: 8870, share: share(8870) }), control: arm({ n: 1130, share: share(1130) }) }),
    ).toMatchObject({
      alarm: true,
      p: expect.closeTo(1.46867e-5, 9),
    });
    expect(ratioOf({ treated: arm({}), control: arm({}) })).toBeNull();
  });
});

it('ratioByDay() finds the day on which the holdout was lost, though the whole looks well (trust §5.2)', () => {
  const row = (name: 'treated' | 'control', from: number, n: number) => ({
    ...arm({ n, share: n * 1000 }),
    arm: name,
    from,
  });
  const good = Array.from({ length: 29 }, (_, day) => [
    row('treated', day, 900 + (day % 5)),
    row('control', day, 100 - (day % 5)),
  ]).flat();
  const found = ratioByDay([...good, row('treated', 29, 970), row('control', 29, 30)])!;
  const whole = ratioOf({
    treated: arm({ n: 27_128, share: 27_128_000 }),
    control: arm({ n: 2872, share: 2_872_000 }),
  })!;
  expect(whole.p).toBeGreaterThan(0.001);
  expect(found).toMatchObject({ days: 30, worst: { from: 29 } });
  expect(found.worst.p).toBeLessThan(1e-9);
  expect(found.p).toBeLessThan(0.01);
  expect(ratioByDay([row('treated', 1, 9), row('control', 1, 1)])).toBeNull();
});

it('spansOf() leaves out weeks in which an arm bought too little', () => {
  const row = (name: 'treated' | 'control', from: number, buyers: number) => ({
    ...arm({ n: 1000, buyers, sum: buyers * 100, squares: buyers * 10_000 }),
    arm: name,
    from,
  });
  const spans = spansOf([row('control', 1, 60), row('treated', 1, 90), row('control', 2, 40), row('treated', 2, 90)]);
  expect(spans).toMatchObject([{ from: 1, treated: 1000, control: 1000, effect: expect.closeTo(3, 9) }]);
});

describe('lastingOf() (trust §5.2, Δ over 28 days beside Δ over 7)', () => {
  const none = { p: null, pHolm: null, lift: null };
  const all = (within: [number, number], later: [number, number] | null): Reading[] =>
    readings.map((reading) => {
      const given = reading === 'revenue' ? within : reading === 'later' ? later : null;
      if (given === null) return { reading, word: 'too early', effect: null, low: null, high: null, ...none };
      const [low, high] = given;
      const word = low > 0 || high < 0 ? 'clear' : 'no clear effect';
      return { reading, word, effect: (low + high) / 2, low, high, ...none };
    });

  it.each([
    ['lasts', [1, 3], [0.5, 4]],
    ['fades', [1, 3], [-2, 3]],
    ['too early', [1, 3], null],
  ] as const)('says %s of a clear gain', (word, within, later) => {
    expect(lastingOf(all([...within], later && [...later]))).toMatchObject({ word });
  });

  it('says nothing where there is no clear gain to ask of', () => {
    expect(lastingOf(all([-1, 3], [1, 2]))).toBeNull();
    expect(lastingOf(all([-3, -1], [-2, -1]))).toBeNull();
  });
});
