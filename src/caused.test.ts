import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Campaign, type Manners, type Truth } from '../test/support/campaign.ts';
import { cellsOf, readTable, reportFrom } from '../test/support/spreadsheet.ts';
import { creditsFrom, periodFrom, wilsonOf } from '../test/support/spreadsheet-pages.ts';
import type { FunnelRow, JourneyReport, PeriodComparison } from './measure/index.ts';

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

describe('live within seconds', () => {
  it('an order stands in the report once it is folded, before anything is added up', async () => {
    const { events, folder, measure, store } = campaign.rooms;
    const key = 'live';
    await campaign.publish(key);
    const folk = Array.from({ length: 4 }, (_, no) => campaign.person(`live-${no}`));
    await campaign.happen(folk.map((one) => campaign.introduced(one)));
    await campaign.happen(folk.map((one) => campaign.event(one, { types: ['left.live'] })));
    await campaign.advance(60_000);
    while ((await measure.rollUp()) > 0);
    const spent = async () => {
      const { arms } = await campaign.ask<JourneyReport>(`/v1/journeys/${key}/report`);
      return [arms.treated.orders + arms.control.orders, arms.treated.revenue + arms.control.revenue];
    };
    expect(await spent()).toEqual([0, 0]);
    const [buyer] = folk;
    const identities = [{ namespace: 'ecid', id: buyer!.ecid }];
    const order = { id: 'live-order', totalMinor: 4200, currency: 'EUR' };
    const bought = { types: ['commerce.purchases'], level: 3, source: 'server', identities, order } as const;
    await events.receive([campaign.event(buyer!, { ...bought, types: [...bought.types], items: [{ id: 'coat' }] })]);
    await folder.drain();
    expect(await store.rows({ text: `select journey from measure_delta` })).toEqual([{ journey: key }]);
    expect(await spent()).toEqual([1, 42]);
  });
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

describe('from the downloads, on every other page of reports', () => {
  const asked = <T>(path: string) => campaign.ask<T>(`/v1${path}`);
  const file = async (path: string) => readTable(await asked<string>(`${path}format=csv`));
  const whole = '/journeys/illusion/report';
  const near = (printed: unknown, mine: unknown, place: string) => {
    const [numbers, own] = [numbersIn(printed), numbersIn(mine)];
    expect([...numbers.keys()].filter((path) => !own.has(path))).toEqual([]);
    for (const [path, value] of numbers)
      expect(Math.abs(value - own.get(path)!), `${place} ${path}`).toBeLessThan(0.0051 + 1e-9 * Math.abs(value));
  };

  it('two spans side by side can be worked out', async () => {
    const spans = { now: ['2026-11-23', '2026-11-26'], before: ['2026-11-20', '2026-11-23'] } as const;
    const printed = await asked<PeriodComparison>(`${whole}/periods?from=${spans.now[0]}&until=${spans.now[1]}`);
    expect(printed.now.accepted).toBeGreaterThan(0);
    for (const name of ['now', 'before'] as const) {
      const span = `from=${spans[name][0]}&until=${spans[name][1]}&`;
      const mails = await file(`${whole}/funnel/file?by=day&${span}`);
      near(printed[name], periodFrom({ mails, sums: await file(`${whole}/sums?${span}`) }), name);
    }
  });

  it('other rules of credit can be worked out order by order', async () => {
    const { credits } = await asked<{ credits: { model: string; orders: number }[] }>(`${whole}/credits`);
    const mine = creditsFrom(await file(`${whole}/credits/file?`));
    near(credits, mine, 'credits');
    expect(credits.map(({ model }) => model).sort()).toEqual(mine.map(({ model }) => model).sort());
    expect(Math.max(...credits.map(({ orders }) => orders))).toBeGreaterThan(0);
  });

  it('mails told apart, items and recommendations are the rows of their files', async () => {
    for (const by of [
      'day',
      'activity',
      'version',
      'message',
      'variant',
      'outcome',
      'whole',
      'item',
      'criterion',
      'slot',
    ]) {
      const { rows } = await asked<{ rows: FunnelRow[] }>(`${whole}/funnel?by=${by}`);
      const lines = await file(`${whole}/funnel/file?by=${by}&`);
      expect(lines.length).toBe(rows.length);
      for (const [no, row] of rows.entries())
        for (const [name, value] of numbersIn({
          ...row,
          excluded: row.excluded.reduce((sum, { count }) => sum + count, 0),
        }))
          expect([by, name, Number(lines[no]![name])]).toEqual([by, name, value]);
    }
    const pages: [string, string, string][] = [
      ['items', `${whole}/items`, `${whole}/items/file?`],
      ...(['criterion', 'slot', 'item', 'day'] as const).flatMap((by) =>
        ['pages', 'mails'].map((where): [string, string, string] => {
          const door = '/reports/recommendations';
          return ['rows', `${door}?by=${by}&in=${where}`, `${door}/file?by=${by}&in=${where}&`];
        }),
      ),
    ];
    for (const [list, page, path] of pages) {
      const rows = (await asked<Record<string, object[]>>(page))[list]!;
      const lines = await file(path);
      expect([page, lines.length]).toEqual([page, rows.length]);
      for (const [no, row] of rows.entries())
        for (const [name, value] of numbersIn(row))
          expect([page, name, Number(lines[no]![name])]).toEqual([page, name, value]);
    }
  });

  it('shares of harm are their counts, with Wilson’s interval', async () => {
    const harm = await asked<Record<string, { count: number; share: number }>>('/journeys/illusion/harm');
    for (const [name, one] of Object.entries(harm)) {
      if (typeof one !== 'object') continue;
      const mine = wilsonOf(one.count, Math.max(harm['sent'] as unknown as number, one.count));
      for (const [path, value] of numbersIn(one)) {
        if (path !== 'count') expect(value, `${name} ${path}`).toBeCloseTo(mine[path as 'share'], 9);
      }
    }
    expect(harm['sent']).toBe((await asked<JourneyReport>(whole)).messages.accepted);
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
