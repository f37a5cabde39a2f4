import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Campaign, type Manners, type Truth } from '../test/support/campaign.ts';
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
