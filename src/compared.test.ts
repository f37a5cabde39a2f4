import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Campaign, type Manners, type Truth } from '../test/support/campaign.ts';
import type { ComparisonReport, FunnelRow, JourneyReport, PeriodComparison } from './measure/index.ts';

/** Comparisons of messages and paths, the holdout of all mail, and reports by version, message and variant, through all of Beckon. */
const people = 240;
const manners: Manners = {
  buys: ({ whim }) => whim < 0.5,
  clicks: ({ curiosity }, buys) => curiosity < (buys ? 0.6 : 0.1),
};

let campaign: Campaign;
let truth: Truth;
beforeAll(async () => {
  campaign = await Campaign.open(11, { globalHoldout: 0.2 });
  await campaign.publish('content', {
    start: 'way',
    activities: {
      way: {
        kind: 'experiment',
        paths: [
          { label: 'At once', share: 0.5, next: 'mail' },
          { label: 'With a word', share: 0.5, next: 'mail' },
        ],
        holdout: 0.1,
        otherwise: 'done',
      },
      mail: {
        kind: 'message',
        message: 'reminder',
        variants: [
          { label: 'Plain', share: 0.5, message: 'reminder' },
          { label: 'Warm', share: 0.5, message: 'reminder-warm' },
        ],
        next: 'done',
      },
      done: { kind: 'end', label: 'Done' },
    },
  });
  truth = await campaign.run('content', people, manners);
});
afterAll(() => campaign.close());

const experiments = async () =>
  (await campaign.ask<{ comparisons: ComparisonReport[] }>('/v1/journeys/content/report/experiments')).comparisons;
const funnel = async (by: string) =>
  (await campaign.ask<{ rows: FunnelRow[] }>(`/v1/journeys/content/report/funnel?by=${by}`)).rows;
const sum = (rows: readonly number[]) => rows.reduce((total, one) => total + one, 0);

describe('experiments', () => {
  it('put everybody who comes to a split into one path, the held-out included, and nobody twice', async () => {
    const way = (await experiments()).find(({ activity }) => activity === 'way')!;
    expect(way).toMatchObject({ journey: 'content', base: 'Held out', bandit: false, conflicted: 0 });
    expect(way.arms.map(({ arm }) => arm).sort()).toEqual(['At once', 'Held out', 'With a word']);
    expect(sum(way.arms.map(({ all }) => all.profiles))).toBe(people);
    expect(way.arms.find(({ arm }) => arm === 'At once')!.expected).toBeCloseTo(0.45, 6);
    expect(way.ratio).toMatchObject({ alarm: false });
    // Two comparisons with the held-out share the 5 % that may be wrong.
    expect(way.alpha).toBe(0.025);
  });

  it('compare messages among those who got one, and report each by its name', async () => {
    const mail = (await experiments()).find(({ activity }) => activity === 'mail')!;
    expect(sum(mail.arms.map(({ all }) => all.profiles))).toBe(truth.mailed);
    const variants = await funnel('variant');
    expect(variants.map(({ group }) => group)).toEqual(['mail: Plain', 'mail: Warm']);
    for (const { arm, all } of mail.arms) {
      expect(variants.find(({ group }) => group === `mail: ${arm}`)!.accepted).toBe(all.profiles);
    }
    expect(mail.against.map(({ word }) => word)).toContain('too early');
  });

  it('name the unit that may not change its arm: everybody is in the arm of their hash again', async () => {
    const rows = await campaign.rooms.store.rows<{ n: number }>({
      text: `select count(*)::int as n from measure_unit u join journey_step s on s.profile_id = u.profile_id
        where u.journey = 'content/way' and s.detail ->> 'path' = u.arm and s.detail ? 'experiment'`,
    });
    expect(rows[0]!.n).toBe(people);
  });
});

describe('the holdout of all mail (trust §5.1, vector 6.9)', () => {
  it('comes first, by its own salt; its people are in no journey’s comparison', async () => {
    const { comparisons } = await campaign.ask<{ comparisons: ComparisonReport[] }>('/v1/reports/global');
    const [all] = comparisons;
    expect(all).toMatchObject({ key: 'global:2026Q4', journey: null, base: 'control' });
    const of = (arm: string) => all!.arms.find((one) => one.arm === arm)!.all.profiles;
    const report = await campaign.ask<JourneyReport>('/v1/journeys/content/report');
    expect(of('control') / (of('control') + of('treated'))).toBeCloseTo(0.2, 1);
    expect(report.arms.treated.profiles + report.arms.control.profiles).toBe(of('treated'));
    expect(report.arms.treated.profiles).toBe(truth.mailed);
    expect(report.messages.heldOut).toBe(of('control') + report.arms.control.profiles);
  });
});

describe('sums by whatever they are told apart', () => {
  it('add up to the people, and to each other', async () => {
    const report = await campaign.ask<JourneyReport>('/v1/journeys/content/report');
    for (const by of ['day', 'activity', 'version', 'message', 'variant', 'whole']) {
      const rows = await funnel(by);
      expect([by, sum(rows.map(({ planned }) => planned))]).toEqual([by, report.messages.planned]);
      expect([by, sum(rows.map(({ accepted }) => accepted))]).toEqual([by, truth.mailed]);
      expect([by, sum(rows.map(({ clickedByPeople }) => clickedByPeople))]).toEqual([by, truth.clicked]);
      expect([by, sum(rows.map(({ orders }) => orders))]).toEqual([by, report.credited.orders]);
      for (const row of rows) {
        const { heldOut, excluded, inDoubt, failed, pending, accepted } = row;
        const out = sum(excluded.map(({ count }) => count));
        expect(heldOut + out + inDoubt + failed + pending + accepted).toBe(row.planned);
      }
    }
    expect((await funnel('version')).map(({ group }) => group)).toEqual(['1']);
    expect((await funnel('message')).map(({ group }) => group)).toEqual(['reminder', 'reminder-warm']);
    expect(await campaign.rooms.measure.audit()).toEqual([]);
  });

  it('stand beside those of the span before', async () => {
    const periods = await campaign.ask<PeriodComparison>(
      '/v1/journeys/content/report/periods?from=2026-11-23&until=2026-11-24',
    );
    expect(periods.now).toMatchObject({ accepted: truth.mailed, clickedByPeople: truth.clicked });
    expect(periods.before).toMatchObject({ from: '2026-11-22T00:00:00.000Z', planned: 0, treated: 0 });
    expect(periods.change).toMatchObject({ accepted: null });
  });
});

describe('rules of credit', () => {
  it('stand beside each other, and a changed one leaves older orders alone', async () => {
    const { credits } = await campaign.ask<{
      credits: { model: string; days: number; orders: number; revenue: number }[];
    }>('/v1/journeys/content/report/credits');
    const report = await campaign.ask<JourneyReport>('/v1/journeys/content/report');
    const usual = credits.find(({ model, days }) => model === 'last' && days === 5)!;
    expect([usual.orders, usual.revenue]).toEqual([report.credited.orders, report.credited.revenue.amount]);
    expect(credits).toHaveLength(4);
    const { rules } = await campaign.ask<{ rules: { name: string; since: string | null }[] }>(
      '/v1/credit-rule',
      'PUT',
      {
        model: 'first',
        clickDays: 14,
        orderDays: 2,
      },
    );
    expect(rules.map(({ name }) => name)).toEqual(['last-human-click-5d/1', 'first-human-click-14d-2d/2']);
    const again = await campaign.ask<JourneyReport>('/v1/journeys/content/report');
    expect(again.credited).toEqual(report.credited);
  });
});
