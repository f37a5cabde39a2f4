import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Measure, migrations } from '../measure/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, readKey, secretKey } from '../../test/support/house.ts';
import { buildServer } from './server.ts';

const person = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
let store: Store;
let app: FastifyInstance;
let measure: Measure;

beforeAll(async () => {
  store = await freshStore(migrations);
  const house = fakeHouse();
  const none = async () => [];
  const counts = {
    version: 1,
    status: 'live',
    holdout: 0.1,
    entered: 0,
    active: 0,
    ended: 0,
    byState: {},
    byEnd: [],
  } as const;
  measure = new Measure({
    store,
    clock: house.clock,
    currency: 'EUR',
    zone: 'Europe/Berlin',
    journeys: {
      counts: async (name) => (name === 'cart' ? { name, ...counts, byEnd: [] } : null),
      nameOf: () => undefined,
      stepsOf: none,
    },
    messages: {
      counts: {
        of: async () => ({ byState: {}, excluded: {}, heldOut: 0 }),
        funnel: async ({ by }) => ({
          states: [
            {
              group: by === 'day' ? '2026-11-14' : '=mail',
              state: 'accepted',
              reason: null,
              heldOut: false,
              count: 18,
            },
            {
              group: by === 'day' ? '2026-11-14' : '=mail',
              state: 'skipped',
              reason: 'no consent',
              heldOut: false,
              count: 3,
            },
          ],
          heard: [],
        }),
      },
      ofProfile: none,
    },
    profiles: { visitorsOf: none, get: async () => null },
    log: { history: none },
    catalog: { get: () => undefined },
  });
  await measure.open();
  house.rates = measure.rates;
  house.journeys.report = (key, span) => measure.report(key, span);
  house.journeys.funnel = async (key, query) => (key === 'cart' ? measure.funnel(key, query) : null);
  house.journeys.sums = async (key, span) => (key === 'cart' ? measure.sums(key, span) : null);
  app = await buildServer(house);
  const at = house.clock.now();
  const day = 86_400_000;
  await store.inTransaction(async (tx) => {
    const unit = (n: number, days: number) => ({
      journey: 'cart',
      profileId: person(n),
      arm: n % 10 === 0 ? ('control' as const) : ('treated' as const),
      at: at - days * day,
      share: 0.1,
    });
    await measure.assign(tx, [...Array.from({ length: 20 }, (_, i) => unit(i, 9)), unit(31, 1)]);
    const data = { orderId: 'o1', totalMinor: 12_950, currency: 'EUR', items: [] };
    await measure.listen(
      tx,
      [{ name: 'ordered', profileId: person(1), at: at - 8 * day, id: 'o1', data, bot: false }],
      [],
    );
  });
});
afterAll(async () => {
  await app.close();
  await store.close();
});

const get = (url: string, key = readKey) =>
  app.inject({ method: 'GET', url: `/v1${url}`, headers: { authorization: `Bearer ${key}` } });

describe('GET /v1/journeys/{key}/report', () => {
  it('tells of everybody, or of those assigned within a span', async () => {
    const { arms, matured, ratio, decided } = (await get('/journeys/cart/report')).json();
    expect([arms.treated.profiles, arms.control.profiles, matured.treated.profiles]).toEqual([19, 2, 18]);
    expect([arms.treated.revenue, ratio.alarm]).toEqual([129.5, false]);
    expect(decided.plan.metric).toBe('net revenue per assigned person');
    const late = (await get('/journeys/cart/report?from=2026-11-20')).json();
    expect([late.arms.treated.profiles, late.arms.control.profiles]).toEqual([1, 0]);
  });

  it('refuses a span that is none, and a journey that is not there', async () => {
    expect((await get('/journeys/cart/report?from=yesterday')).json()).toMatchObject({
      code: 'API_INPUT_INVALID',
      where: 'from',
    });
    expect((await get('/journeys/cat/report')).statusCode).toBe(404);
  });
});

describe('GET /v1/journeys/{key}/report/sums', () => {
  it('gives what each figure is worked out from, as CSV and line by line', async () => {
    const lines = (await get('/journeys/cart/report/sums?format=ndjson')).body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { day: '2026-11-14', arm: 'control', matured: true, profiles: 2, heldOutShare: 0.1, currency: 'EUR' },
      {
        day: '2026-11-14',
        arm: 'treated',
        matured: true,
        profiles: 18,
        buyers: 1,
        revenue: 129.5,
        revenueSquares: 16_770.25,
      },
      { day: '2026-11-22', arm: 'treated', matured: false, profiles: 1, revenue: 0 },
    ]);
    const csv = await get('/journeys/cart/report/sums');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.headers['content-disposition']).toBe('attachment; filename="cart-sums.csv"');
    const [head, , treated] = csv.body.split('\r\n');
    expect(head).toContain('"day","arm","matured","heldOutShare","profiles"');
    expect(treated).toContain('"2026-11-14","treated","true","0.1","18","0","1","1","0","129.5","16770.25"');
  });

  it('wants a key, a known format and a known journey', async () => {
    expect((await app.inject({ method: 'GET', url: '/v1/journeys/cart/report/sums' })).statusCode).toBe(401);
    expect((await get('/journeys/cart/report/sums?format=pdf')).json()).toMatchObject({ code: 'API_INPUT_INVALID' });
    expect((await get('/journeys/cat/report/sums')).statusCode).toBe(404);
  });
});

describe('GET /v1/journeys/{key}/report/runs/file', () => {
  it('counts runs by state, end and place, as CSV and line by line', async () => {
    const csv = await get('/journeys/cart/report/runs/file');
    expect(csv.headers['content-disposition']).toBe('attachment; filename="cart-runs.csv"');
    expect(csv.body.split('\r\n').slice(0, 3)).toEqual([
      '"what","name","count","today","ever"',
      expect.stringContaining('"runs","entered","'),
      expect.stringContaining('"runs","active","'),
    ]);
    const [first] = (await get('/journeys/cart/report/runs/file?format=ndjson')).body.split('\n');
    expect(JSON.parse(first!)).toMatchObject({ what: 'runs', name: 'entered', today: null });
    expect((await get('/journeys/cat/report/runs/file')).statusCode).toBe(404);
  });
});

describe('GET /v1/journeys/{key}/report/funnel', () => {
  it('tells of mails by day or activity, as JSON and as a file that no spreadsheet takes for a formula', async () => {
    const { rows } = (await get('/journeys/cart/report/funnel')).json();
    expect(rows).toMatchObject([
      { group: '2026-11-14', planned: 21, accepted: 18, excluded: [{ reason: 'no consent', count: 3 }], orders: 0 },
    ]);
    const file = await get('/journeys/cart/report/funnel/file?by=activity');
    expect(file.headers['content-disposition']).toBe('attachment; filename="cart-mails.csv"');
    expect(file.body.split('\r\n')[1]).toMatch(/^"'=mail","","21","0","3","0","0","0","18"/);
    expect((await get('/journeys/cart/report/funnel?by=week')).json()).toMatchObject({ where: 'by' });
    expect((await get('/journeys/cat/report/funnel')).statusCode).toBe(404);
  });
});

describe('rates and plan', () => {
  const put = (rates: unknown[], key = secretKey) =>
    app.inject({
      method: 'PUT',
      url: '/v1/rates',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ rates }),
    });

  it('keeps rates by day, gives them back as they were said, and refuses them all with one that is none', async () => {
    const said = [
      { currency: 'JPY', day: '2026-11-02', rate: 0.0061 },
      { currency: 'SEK', day: '2026-11-02', rate: 0.088 },
    ];
    expect((await put(said)).json()).toEqual({ rates: said });
    for (const wrong of [
      { currency: 'EUR', day: '2026-11-02', rate: 1 },
      { currency: 'sek', day: '2026-11-02', rate: 1 },
      { currency: 'SEK', day: '2026-13-01', rate: 1 },
      { currency: 'SEK', day: '2026-02-30', rate: 1 },
      { currency: 'SEK', day: '2026-11-02', rate: 0 },
    ]) {
      expect((await put([{ currency: 'USD', day: '2026-11-02', rate: 0.9 }, wrong])).json()).toMatchObject({
        code: 'REPORT_RATE_INVALID',
        where: 'row 2',
      });
    }
    expect((await get('/rates')).json()).toEqual({ rates: said });
    expect((await put(said, readKey)).statusCode).toBe(403);
  });

  it('says how many people it takes (trust 6.10)', async () => {
    expect((await get('/reports/plan?base=0.03&lift=0.2&holdout=0.1')).json()).toMatchObject({
      control: 7186,
      treated: 64_667,
    });
    expect((await get('/reports/plan?base=2&lift=0.2')).json()).toMatchObject({ code: 'REPORT_PLAN_INVALID' });
  });
});
