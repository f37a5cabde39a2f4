import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Campaign, type Manners, type Truth } from '../test/support/campaign.ts';
import {
  adjustedOf,
  chiSquareTail,
  effectOf,
  holm,
  liftOf,
  readTable,
  shareOf,
  total,
  type Line,
} from '../test/support/spreadsheet.ts';
import type { JourneyReport } from './measure/index.ts';

/**
 * What the report says of mails whose effect is known, through the whole of Beckon: the log, the fold, journeys, gates, the send ledger
 * with its ghosts, a transport that catches mails, clicks, orders, and the doors of the report. `BECKON_PEOPLE=100000` for as
 * many as trust.md has (about half an hour); otherwise few people with larger rates, which tell as much.
 */
const seed = Number(process.env['BECKON_SEED'] ?? 7) || 7;
const large = Number(process.env['BECKON_PEOPLE'] ?? 0);
const people = large || 1000;
/** Share who buy anyway; and, of those, what the mail makes of it. */
const base = large ? { illusion: 0.03, planted: 0.1, lift: 0.2 } : { illusion: 0.6, planted: 0.3, lift: 1 };

const illusion: Manners = {
  buys: ({ whim }) => whim < base.illusion,
  clicks: ({ curiosity }, buys) => curiosity < (buys ? 0.5 : 0.02),
};
const planted: Manners = {
  buys: ({ whim }, mailed) => whim < base.planted * (mailed ? 1 + base.lift : 1),
  clicks: ({ curiosity }, buys) => curiosity < (buys ? 0.3 : 0.05),
};

let campaign: Campaign;
beforeAll(async () => {
  campaign = await Campaign.open(seed);
});
afterAll(() => campaign.close());

async function told(key: string, manners: Manners): Promise<{ truth: Truth; report: JourneyReport }> {
  await campaign.publish(key);
  const truth = await campaign.run(key, people, manners);
  const report = await campaign.ask<JourneyReport>(`/v1/journeys/${key}/report`);
  const { credited, caused, readings } = report;
  const seen = { seed, people, key, truth, credited, caused, conversion: readings[1] };
  process.stdout.write(`${JSON.stringify(seen)}\n`);
  return { truth, report };
}

const timeout = large ? 7_200_000 : 60_000;

describe('through the whole system', () => {
  it(
    'a mail that causes nothing is credited with much, and the report says "no clear effect" (trust 6.12)',
    async () => {
      const { truth, report } = await told('illusion', illusion);
      const { treated, control } = report.matured;
      expect(treated.profiles + control.profiles).toBe(people);
      expect(treated.profiles).toBe(truth.mailed);
      expect(report.messages).toMatchObject({
        planned: people,
        accepted: truth.mailed,
        heldOut: people - truth.mailed,
      });
      expect([treated.buyers, control.buyers]).toEqual([truth.buyers.mailed, truth.buyers.others]);
      expect(Math.round(100 * (treated.revenue + control.revenue))).toBe(truth.spent);
      expect(report.clicks.human).toBe(truth.clicked);
      // Credited: about half of what the treated spent; caused: nothing that could be told from chance.
      expect(report.credited.revenue.amount).toBeGreaterThan(0.35 * treated.revenue);
      expect(report.caused.word).toBe('no clear effect');
      expect(report.caused.low).toBeLessThan(0);
      expect(report.caused.high).toBeGreaterThan(0);
    },
    timeout,
  );

  it(
    'a planted effect on who buys is found',
    async () => {
      const { truth, report } = await told('planted', planted);
      const conversion = report.readings.find(({ reading }) => reading === 'conversion')!;
      const shares = [truth.buyers.mailed / truth.mailed, truth.buyers.others / (people - truth.mailed)];
      expect(conversion.effect).toBeCloseTo(shares[0]! - shares[1]!, 9);
      expect(conversion).toMatchObject({ word: 'clear' });
      const asked = base.planted * base.lift;
      expect(conversion.low).toBeLessThan(asked);
      expect(conversion.high).toBeGreaterThan(asked);
    },
    timeout,
  );
});

describe('from the download, with a spreadsheet', () => {
  it('each printed number of the report can be worked out', async () => {
    const [report, sums, mails] = await Promise.all([
      campaign.ask<JourneyReport>('/v1/journeys/illusion/report'),
      campaign.ask<string>('/v1/journeys/illusion/report/sums?format=csv').then(readTable),
      campaign.ask<string>('/v1/journeys/illusion/report/funnel/file?by=day&format=csv').then(readTable),
    ]);
    const column = (name: string, arm: string, where: Line = { matured: 'true' }) =>
      total(sums, name, { arm, ...where });
    const of = (arm: string, name: string) => ({
      n: column('profiles', arm),
      sum: column(name, arm),
      squares: column(`${name}Squares`, arm),
    });
    const [t, c] = [of('treated', 'revenue'), of('control', 'revenue')];
    const { caused, readings, matured, arms, messages, credited, ratio } = report;

    expect([matured.treated.profiles, matured.control.profiles]).toEqual([t.n, c.n]);
    expect(arms.treated.revenue).toBeCloseTo(column('revenue', 'treated', {}), 6);
    const { effect, low, high, p } = effectOf(t, c);
    expect([caused.perProfile, caused.p]).toEqual([Number(effect.toFixed(4)), expect.closeTo(p, 9)]);
    for (const [printed, each] of [
      [caused.total, effect],
      [caused.low, low],
      [caused.high, high],
    ]) {
      expect(printed).toBeCloseTo(each! * t.n, 1);
    }
    const accepted = total(mails, 'accepted');
    expect(caused.perThousandMails).toBeCloseTo((1000 * effect * column('profiles', 'treated', {})) / accepted, 1);
    if (caused.lift) expect(caused.lift.value).toBeCloseTo(liftOf(t, c).effect, 9);

    const buyers = (arm: string) => ({ n: column('profiles', arm), yes: column('buyers', arm) });
    const before = (arm: string) => ({
      ...of(arm, 'revenue'),
      before: column('before', arm),
      beforeSquares: column('beforeSquares', arm),
      products: column('products', arm),
    });
    const beside = {
      conversion: shareOf(buyers('treated'), buyers('control')),
      adjusted: adjustedOf([before('treated'), before('control')]),
      capped: effectOf(of('treated', 'capped'), of('control', 'capped')),
    };
    const shown = readings.filter(({ reading, p: own }) => reading !== 'revenue' && own !== null);
    const adjusted = holm(shown.map(({ reading }) => beside[reading as keyof typeof beside].p));
    expect(shown.map(({ reading }) => reading)).toEqual(['conversion', 'adjusted', 'capped']);
    for (const [i, reading] of shown.entries()) {
      const own = beside[reading.reading as keyof typeof beside];
      expect(reading.effect).toBeCloseTo(own.effect, 4);
      expect(reading.low).toBeCloseTo(own.low, 4);
      expect(reading.high).toBeCloseTo(own.high, 4);
      expect(reading.p).toBeCloseTo(own.p, 9);
      expect(reading.pHolm).toBeCloseTo(adjusted[i]!, 9);
    }

    const share = total(
      sums.map((row) => ({ share: String(Number(row['heldOutShare']) * Number(row['profiles'])) })),
      'share',
    );
    const n = total(sums, 'profiles');
    expect(ratio!.expected).toBeCloseTo(share / n, 9);
    const [expectedT, expectedC] = [n - share, share];
    const chi2 =
      (column('profiles', 'treated', {}) - expectedT) ** 2 / expectedT +
      (column('profiles', 'control', {}) - expectedC) ** 2 / expectedC;
    expect(ratio!.p).toBeCloseTo(chiSquareTail(chi2), 6);

    expect(messages).toMatchObject({
      planned: total(mails, 'planned'),
      heldOut: total(mails, 'heldOut'),
      accepted,
      pending: total(mails, 'pending'),
    });
    expect(credited.orders).toBe(total(mails, 'orders'));
    expect(credited.revenue.amount).toBeCloseTo(total(mails, 'revenue'), 6);
    expect(report.clicks.human).toBe(total(mails, 'clickedByPeople'));
  });
});
