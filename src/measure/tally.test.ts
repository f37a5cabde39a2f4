import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import type { Fact } from '../profile/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import '../../test/support/seed.ts';
import { Measure, migrations } from './index.ts';

const monday = Date.parse('2026-11-23T10:00:00Z');
const hour = 3_600_000;
const day = 24 * hour;
const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

let store: Store;
let measure: Measure;
const clock = new FakeClock(monday);
beforeAll(async () => {
  store = await freshStore(migrations);
  const none = async () => [];
  measure = new Measure({
    store,
    clock,
    currency: 'EUR',
    zone: 'Europe/Berlin',
    journeys: {
      counts: async (name) => ({
        name,
        version: 1,
        status: 'live',
        holdout: 0.1,
        entered: 0,
        active: 0,
        ended: 0,
        byState: {},
        byEnd: [],
      }),
      nameOf: () => undefined,
      stepsOf: none,
    },
    messages: {
      counts: {
        of: async () => ({ byState: {}, excluded: {}, heldOut: 0 }),
        funnel: async () => ({ states: [], heard: [] }),
      },
      ofProfile: none,
    },
    profiles: { visitorsOf: none, get: async () => null },
    log: { history: none },
    catalog: { get: () => undefined },
  });
  await measure.open();
});

const fact = (name: string, profile: number, at: number, data: Record<string, unknown>): Fact => ({
  name,
  profileId: id(profile),
  at,
  id: `${name}:${JSON.stringify(data)}`,
  data,
  bot: false,
});
const ordered = (profile: number, orderId: string, at: number, minor: number) =>
  fact('ordered', profile, at, { orderId, totalMinor: minor, currency: 'EUR', items: [] });
const inKronor = (one: Fact): Fact => ({ ...one, data: { ...one.data, currency: 'SEK' } });
const refunded = (profile: number, orderId: string, at: number, minor: number) =>
  fact('refunded', profile, at, { orderId, refundId: `r-${orderId}-${minor}`, totalMinor: minor, currency: 'EUR' });
const listen = (facts: Fact[], events: ShopEvent[] = []) =>
  store.inTransaction((tx) => measure.listen(tx, facts, events));
const assign = (journey: string, profile: number, arm: 'treated' | 'control', at: number) =>
  store.inTransaction((tx) => measure.assign(tx, [{ journey, profileId: id(profile), arm, at, share: 0.1 }]));
const arms = async (journey: string) => (await measure.report(journey))!.arms;

describe('the sizes of the arms by device (trust §5.2)', () => {
  it('are told for each kind with enough people, and name the kind whose people are missing from one arm', async () => {
    const units = Array.from({ length: 400 }, (_, n) => ({
      journey: 'devices',
      profileId: id(50_000 + n),
      arm: n % 10 === 0 ? 'control' : 'treated',
      at: monday,
      share: 0.1,
      device: n % 4 === 0 ? undefined : n % 2 === 0 ? ('phone' as const) : ('computer' as const),
    }));
    // A page that fails on phones: nobody who was treated there is in the comparison.
    const lost = units.filter(({ arm, device }) => !(arm === 'treated' && device === 'phone'));
    await store.inTransaction((tx) => measure.assign(tx, lost));
    const { ratioByDevice } = (await measure.report('devices'))!;
    expect(ratioByDevice.map(({ device, treated, control }) => [device, treated, control])).toEqual([
      ['computer', 200, 0],
      ['unknown', 80, 20],
    ]);
    await store.inTransaction((tx) => measure.assign(tx, units));
    const whole = (await measure.report('devices'))!.ratioByDevice;
    expect(whole.map(({ device, treated, control }) => [device, treated, control])).toEqual([
      ['phone', 80, 20],
      ['computer', 200, 0],
      ['unknown', 80, 20],
    ]);
    expect(whole[1]).toMatchObject({ expected: 0.1 });
    expect(whole[1]!.p).toBeLessThan(0.001);
    expect(await measure.audit()).toEqual([]);
    const phones = (await measure.sums('devices')).reduce((sum, row) => sum + row.phoneExpected, 0);
    expect(phones).toBeCloseTo(10, 9);
  });
});

describe('what a unit comes to', () => {
  it('is net of what went back, on the day of the order, however late it went back (trust row 111)', async () => {
    await assign('net', 1, 'treated', monday);
    await listen([ordered(1, 'n1', monday + day, 10_000), ordered(1, 'n2', monday + 2 * day, 5000)]);
    await listen([refunded(1, 'n1', monday + 40 * day, 2500)]);
    expect((await arms('net')).treated).toMatchObject({ buyers: 1, orders: 2, revenue: 125 });
    await listen([refunded(1, 'n1', monday + 40 * day, 2500)]); // told twice
    await listen([refunded(1, 'n1', monday + 41 * day, 99_999)]); // more than it cost
    expect((await arms('net')).treated).toMatchObject({ orders: 2, revenue: 50 });
    await listen([fact('order.cancelled', 1, monday + 50 * day, { orderId: 'n2' })]);
    expect((await arms('net')).treated).toMatchObject({ orders: 1, revenue: 0 });
    expect(await measure.audit()).toEqual([]);
  });

  it('knows what somebody spent in the 28 days before, and after 28 days', async () => {
    await listen([ordered(2, 'b1', monday - 29 * day, 700), ordered(2, 'b2', monday - 2 * day, 300)]);
    await assign('before', 2, 'control', monday);
    await listen([ordered(2, 'b3', monday + 6 * day, 1000), ordered(2, 'b4', monday + 20 * day, 2000)]);
    expect((await arms('before')).control).toMatchObject({ before: 3, revenue: 10, later: 30, products: 30 });
  });

  it('counts what the held-out buy without a click (trust row 108)', async () => {
    await assign('ghost', 3, 'control', monday);
    await listen([ordered(3, 'g1', monday + hour, 4200)]);
    expect(await arms('ghost')).toMatchObject({ control: { buyers: 1, revenue: 42 }, treated: { profiles: 0 } });
  });

  it('converts at the day of the order by rates the shop gives, and counts no revenue without (trust row 114)', async () => {
    await assign('rates', 4, 'treated', monday);
    await listen([inKronor(ordered(4, 's1', monday + day, 10_000))]);
    expect((await arms('rates')).treated).toMatchObject({ orders: 1, revenue: 0, otherCurrency: 1 });
    await measure.rates.put([
      { currency: 'SEK', day: '2026-11-20', rate: 0.1 },
      { currency: 'SEK', day: '2026-11-25', rate: 0.5 },
    ]);
    expect((await arms('rates')).treated).toMatchObject({ orders: 1, revenue: 10, otherCurrency: 0 });
    await listen([inKronor(ordered(4, 's2', monday + 3 * day, 10_000))]);
    expect((await arms('rates')).treated).toMatchObject({ orders: 2, revenue: 60 });
    expect(await measure.audit()).toEqual([]);
  });

  it('cuts single large orders where 99.9 % of the shop’s earlier ones lie below, and shows both (trust row 112)', async () => {
    const old = Array.from({ length: 1000 }, (_, i) => ordered(5000 + i, `old-${i}`, monday - 10 * day, 1000 + i));
    await listen(old);
    await assign('large', 5, 'treated', monday);
    await listen([ordered(5, 'huge', monday + day, 5_000_000)]);
    const report = (await measure.report('large'))!;
    expect(report.decided?.cap).toBe(19.98);
    expect(report.arms.treated).toMatchObject({ revenue: 50_000, capped: 19.98 });
  });

  it('fixes what decides before the first unit, with a hash', async () => {
    await assign('fixed', 6, 'treated', monday);
    const first = (await measure.report('fixed'))!.decided!;
    await assign('fixed', 7, 'treated', monday + day);
    expect((await measure.report('fixed'))!.decided).toEqual(first);
    expect(first).toMatchObject({ at: '2026-11-23T10:00:00.000Z', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(first.plan).toMatchObject({ metric: 'net revenue per assigned person', windowDays: 7, alpha: 0.05 });
  });
});

describe('the roll-up', () => {
  it('equals the sum over the units through assignments, orders, refunds, merges, partings and erasures', async () => {
    const people = fc.integer({ min: 20, max: 27 });
    const at = fc.integer({ min: 0, max: 40 }).map((hours) => monday + hours * 9 * hour);
    const arm = fc.constantFrom('treated' as const, 'control' as const);
    const minor = fc.integer({ min: 0, max: 900_000 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('assign' as const), person: people, at, arm }),
      fc.record({ kind: fc.constant('order' as const), person: people, at, minor }),
      fc.record({ kind: fc.constant('refund' as const), person: people, at, minor }),
      fc.record({ kind: fc.constant('merge' as const), person: people, other: people }),
      fc.record({ kind: fc.constant('forget' as const), person: people }),
      fc.record({ kind: fc.constant('gather' as const) }),
    );
    let world = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const journey = `world-${++world}`;
        for (const [i, one] of steps.entries()) {
          if (one.kind === 'assign') await assign(journey, one.person, one.arm, one.at);
          if (one.kind === 'order') await listen([ordered(one.person, `${journey}-${i}`, one.at, one.minor)]);
          if (one.kind === 'refund') await listen([refunded(one.person, `${journey}-${i - 1}`, one.at, one.minor)]);
          if (one.kind === 'gather') await measure.rollUp();
          if (one.kind === 'forget') await store.inTransaction((tx) => measure.forget(tx, id(one.person)));
          if (one.kind === 'merge' && one.person !== one.other) {
            const [from, into] = [id(one.person), id(one.other)];
            await store.inTransaction(async (tx) => {
              const carried = await measure.merge(tx, from, into);
              if (i % 2 === 0) await measure.unmerge(tx, { from, into, carried });
            });
          }
        }
        expect(await measure.audit()).toEqual([]);
        const before = await arms(journey);
        await measure.rebuild();
        expect(await arms(journey)).toEqual(before);
        expect(await measure.audit()).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });

  it('says what differs when somebody changes a unit behind its back', async () => {
    await assign('tampered', 9, 'treated', monday);
    await store.run({ text: `update measure_unit set minor = minor + 1 where journey = 'tampered'` });
    expect(await measure.audit()).toHaveLength(2);
    await measure.rebuild();
    expect(await measure.audit()).toEqual([]);
  });
});
