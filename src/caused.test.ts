import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Campaign, type Manners, type Truth } from '../test/support/campaign.ts';
import { cellsOf, readTable, reportFrom } from '../test/support/spreadsheet.ts';
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
    const of = (file: string) => campaign.ask<string>(`/v1/journeys/illusion/report/${file}format=csv`).then(readTable);
    const [report, sums, mails, outcomes, runs] = await Promise.all([
      campaign.ask<JourneyReport>('/v1/journeys/illusion/report'),
      of('sums?'),
      of('funnel/file?by=day&'),
      of('funnel/file?by=outcome&'),
      of('runs/file?'),
    ]);
    const mine = numbersIn(reportFrom({ sums, mails, outcomes, runs }));
    const printed = [...numbersIn(report)].filter(([path]) => !isGiven.test(path));
    // None is left out, and none is made up.
    expect(printed.map(([path]) => path).filter((path) => !mine.has(path))).toEqual([]);
    for (const [path, value] of printed) {
      const isExact = /(\.p|pHolm|peekP|expected|conversion\.\w+|lift\.\w+)$/i.test(path);
      expect(Math.abs(value - mine.get(path)!), path).toBeLessThan(isExact ? 1e-6 : 0.0051 + 1e-9 * Math.abs(value));
    }
    expect(printed.length).toBeGreaterThan(80);
  });

  it('by the cells that the guide writes down', async () => {
    const of = (file: string) => campaign.ask<string>(`/v1/journeys/illusion/report/${file}format=csv`).then(readTable);
    const sheets = { sums: await of('sums?'), mails: await of('funnel/file?by=day&') };
    const guide = readFileSync(new URL('../docs/guide/recompute.md', import.meta.url), 'utf8');
    const rows = [...guide.matchAll(/^\| `([A-Z]\d+)` +\| (.+?) +\| `(=.+?)` +\|$/gm)];
    const cells = cellsOf(new Map(rows.map(([, cell, , formula]) => [cell!, formula!])), sheets);
    const is = (cell: string, printed: number | null, digits: number) =>
      expect(cells.get(cell), cell).toBeCloseTo(printed!, digits);
    const { caused, readings, ratio, messages, credited, creditedToCaused } =
      await campaign.ask<JourneyReport>('/v1/journeys/illusion/report');
    const [, conversion, adjusted, capped] = readings;
    is('B17', caused.perProfile, 4);
    is('B21', caused.p, 9);
    is('B22', caused.total, 1);
    is('B23', caused.low, 1);
    is('B24', caused.high, 1);
    is('B25', caused.perThousandMails, 1);
    is('B27', conversion!.effect, 9);
    is('B29', conversion!.low, 9);
    is('B30', conversion!.high, 9);
    is('B33', adjusted!.effect, 3);
    is('B34', capped!.effect, 3);
    is('B40', ratio!.p, 6);
    is('B42', messages.planned, 9);
    is('B43', messages.accepted, 9);
    is('B44', credited.orders, 9);
    is('B45', credited.revenue.amount, 6);
    if (caused.total! > 0) is('B46', creditedToCaused!.ratio, 2);
    expect(rows.length).toBeGreaterThan(40);
  });
});

/** What is no result: settings, and what was fixed before. */
const isGiven = /^(version|windowDays|caused\.confidence|caused\.said|lasting|decided)\b/;

/** Every number of a document by its path; entries of lists go by what names them. */
function numbersIn(value: unknown, path = ''): Map<string, number> {
  if (typeof value === 'number') return new Map([[path, value]]);
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => {
      const { reading, reason, device, from } = (Array.isArray(value) ? inner : {}) as Record<string, string>;
      const week = from && new Date(from).toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' });
      const name = reading ?? reason ?? device ?? week ?? key;
      return [...numbersIn(inner, path === '' ? name : `${path}.${name}`)];
    }),
  );
}
