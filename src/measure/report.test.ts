import { describe, expect, it } from 'vitest';
import { judge } from './report.ts';
import { noSums, type ArmRow } from './table-arms.ts';
import { readAs } from './verdict.ts';

const arm = (n: number, sum: number, squares: number, buyers: number): ArmRow => ({
  ...noSums,
  n,
  share: n * 1000,
  sum,
  squares,
  buyers,
  orders: buyers,
});

/** The worked example of trust 6.2 in cents. */
const treated = arm(9000, 3_240_000, 48_600_000_000, 800);
const control = arm(1000, 300_000, 4_200_000_000, 80);

function caused(arms: { treated: ArmRow; control: ArmRow }, more: Partial<Parameters<typeof judge>[0]> = {}) {
  const input = {
    matured: arms,
    all: arms,
    runs: {
      name: 'x',
      version: 1,
      status: 'live' as const,
      holdout: 0.1,
      entered: 0,
      active: 0,
      ended: 0,
      byState: {},
      byEnd: [],
    },
    windowDays: 7,
    currency: 'EUR',
    ...more,
  } satisfies Parameters<typeof judge>[0];
  return judge(input, readAs('revenue', input.matured), 9000);
}

describe('judge()', () => {
  it('calls the worked example no clear effect, with its figures in total (trust 6.2)', () => {
    const found = caused({ treated, control });
    expect(found).toMatchObject({ word: 'no clear effect', perProfile: 0.6, total: 5400, perThousandMails: 600, p: 1 });
    expect(found.lift).toMatchObject({ value: expect.closeTo(0.2, 9) });
    expect(found.low).toBeCloseTo(-1.498794 * 9000, 0);
    expect(found.high).toBeCloseTo(2.698794 * 9000, 0);
  });

  it('calls a large difference clear', () => {
    expect(caused({ treated: arm(9000, 9_000_000, 48_600_000_000, 800), control })).toMatchObject({ word: 'clear' });
  });

  it('shows no interval below 50 buyers in either arm (trust 5.2 "Floor")', () => {
    expect(caused({ treated, control: { ...control, buyers: 49 } })).toMatchObject({ word: 'too early', low: null });
  });

  it('withholds the verdict when the arms are not in their proportion (trust 6.5)', () => {
    const all = { treated: arm(8870, 0, 0, 100), control: arm(1130, 0, 0, 100) };
    expect(caused({ treated, control }, { all }).why).toContain('not in the proportion');
  });

  it('says so when nobody is held out, and when nobody has been watched long enough', () => {
    const runs = {
      name: 'x',
      version: 1,
      status: 'live' as const,
      holdout: 0,
      entered: 0,
      active: 0,
      ended: 0,
      byState: {},
      byEnd: [],
    };
    expect(caused({ treated, control: arm(0, 0, 0, 0) }, { runs }).why).toContain('Nobody is held out');
    expect(caused({ treated, control: arm(0, 0, 0, 0) }).why).toContain('watched for 7 days');
  });

  it('says what the figures leave out', () => {
    const all = { treated: { ...treated, other: 3 }, control };
    expect(caused({ treated, control }, { all }).why).toContain('3 orders in other currencies than EUR');
  });
});
