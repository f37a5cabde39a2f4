import type {
  ComparisonView,
  CreditRules,
  CreditsView,
  ItemsView,
  OutletView,
  PeriodsView,
  RecommendationsView,
} from '../../src/api/contract-measured.ts';
import type { FunnelLine } from '../../src/api/contract-report.ts';

/** Invented answers of the doors to reports besides a journey's own; empty ones for a shop where nothing has happened. */

type At = (hours: number) => string;
const currency = 'EUR';
const names = ['Winter coat “Fjäll”', 'Wool scarf', 'Watch with a leather strap', 'Mug'];

function line(group: string, n: number, name: string | null = null): FunnelLine {
  const [heldOut, excluded, inDoubt, pending] = [Math.round(n / 10), Math.round(n / 12), 1, 2];
  return {
    group,
    name,
    planned: n,
    heldOut,
    excluded: [{ reason: 'no consent', count: excluded }],
    inDoubt,
    failed: 0,
    pending,
    accepted: n - heldOut - excluded - inDoubt - pending,
    bounced: 2,
    complained: 0,
    unsubscribed: 1,
    replied: 0,
    openedByReader: name === null ? Math.round(n / 4) : null,
    openedUnknown: name === null ? Math.round(n / 3) : null,
    openedByMachine: name === null ? Math.round(n / 6) : null,
    clickedByPeople: Math.round(n / 5),
    clickedUnknown: 3,
    orders: Math.round(n / 9),
    revenue: Math.round(n * 1834) / 100,
  };
}

const groups: Record<string, (at: At) => FunnelLine[]> = {
  day: (at) => Array.from({ length: 14 }, (_, no) => line(at(-24 * (13 - no)).slice(0, 10), 60 + ((no * 17) % 23))),
  activity: () => [line('mail', 640), line('again', 362)],
  version: () => [line('1', 402), line('2', 600)],
  message: () => [line('abandoned-cart', 1002)],
  variant: () => [line('', 402), line('mail: Plain', 300), line('mail: Warm', 300)],
  criterion: () => [line('', 610), line('goes-with-the-cart', 2800), line('popular', 310)],
  item: () => [...names.map((name, no) => line(`item-${no}`, 800 - no * 160, name)), line('', 40)],
  slot: () => ['1', '2', '3', '4'].map((group, no) => line(group, 900 - no * 20)),
};

export function funnelOf(by: string, at: At, empty: boolean): { rows: FunnelLine[] } {
  return { rows: empty ? [] : (groups[by] ?? groups['day']!)(at) };
}

export function periodsOf(search: URLSearchParams, empty: boolean): PeriodsView {
  const [from, until] = [search.get('from') ?? '', search.get('until') ?? ''];
  const length = Date.parse(until) - Date.parse(from);
  const each = (n: number) => ({
    planned: n,
    heldOut: Math.round(n / 10),
    excluded: Math.round(n / 12),
    accepted: Math.round(n * 0.8),
    clickedByPeople: Math.round(n / 5),
    creditedOrders: Math.round(n / 9),
    creditedRevenue: n * 18.3,
    treated: Math.round(n * 0.9),
    control: Math.round(n / 10),
    treatedEach: n === 0 ? null : 17.8,
    controlEach: n === 0 ? null : 9.85,
  });
  const now = { from, until, ...each(empty ? 0 : 412) };
  const before = { from: new Date(Date.parse(from) - length).toISOString(), until: from, ...each(empty ? 0 : 377) };
  const change = Object.keys(each(0)).map((name) => [name, empty ? null : 0.093]);
  return { currency, now, before, change: Object.fromEntries(change) as PeriodsView['change'] };
}

export function creditsOf(empty: boolean): CreditsView {
  const rows = [
    ['last', 1, 61],
    ['last', 5, 118],
    ['last', 14, 154],
    ['first', 5, 112],
    ['any', 5, 139],
  ] as const;
  return {
    credits: rows.map(([model, days, n]) => ({ model, days, orders: empty ? 0 : n, revenue: empty ? 0 : n * 156 })),
  };
}

export function itemsOf(empty: boolean): ItemsView {
  const items = names.map((name, no) => ({
    item: `item-${no}`,
    name,
    position: no + 1,
    criterion: no === 0 ? '' : 'goes-with-the-cart',
    shown: 811 - no * 90,
    heldOut: 97 - no * 9,
    clicks: 90 - no * 20,
    unknown: 4,
    orders: 31 - no * 7,
    ordersWithIt: 19 - no * 4,
    revenue: 3120 - no * 700,
  }));
  return { items: empty ? [] : items };
}

export function recommendationsOf(search: URLSearchParams, at: At, empty: boolean): RecommendationsView {
  const group =
    { criterion: '', slot: '1', item: 'item-1', day: at(0).slice(0, 10) }[search.get('by') ?? 'criterion'] ?? '';
  const isMails = search.get('in') === 'mails';
  const rows = ['goes-with-the-cart', 'popular', ...(isMails ? [''] : ['recently-viewed'])].map((criterion, no) => ({
    criterion,
    group,
    shown: 2800 - no * 900,
    heldOut: isMails ? 310 - no * 100 : 0,
    clicked: 190 - no * 60,
    unknown: isMails ? 12 : 0,
    items: 84 - no * 30,
    coverage: (84 - no * 30) / 200,
    orders: 41 - no * 15,
    ordersWithIt: 22 - no * 9,
    revenue: 6210 - no * 2100,
  }));
  return { currency, rows: empty ? [] : rows };
}

export function comparisonsOf(key: string | null, empty: boolean): { comparisons: ComparisonView[] } {
  const sums = (profiles: number, buyers: number) => ({
    profiles,
    buyers,
    orders: buyers,
    revenue: buyers * 61,
    revenueSquares: buyers * 4900,
    otherCurrency: 0,
    before: buyers * 40,
    beforeSquares: buyers * 3100,
    products: buyers * 2800,
    capped: buyers * 60,
    cappedSquares: buyers * 4700,
    later: buyers * 80,
    laterSquares: buyers * 6600,
  });
  const arm = (name: string, n: number, expected: number) => ({
    arm: name,
    all: sums(n, Math.round(n / 8)),
    matured: sums(n, Math.round(n / 8)),
    expected,
  });
  const arms =
    key === null
      ? [arm('treated', 9510, 0.95), arm('control', 490, 0.05)]
      : [arm('Plain', 402, 0.5), arm('Warm', 409, 0.5)];
  const read = (reading: 'revenue' | 'conversion', effect: number) => ({
    arm: arms[key === null ? 0 : 1]!.arm,
    reading,
    word: 'no clear effect' as const,
    effect,
    low: -effect,
    high: effect * 3,
    p: 0.31,
  });
  const one: ComparisonView = {
    key: key === null ? 'global:2026Q4' : `${key}/mail`,
    journey: key,
    activity: key === null ? null : 'mail',
    base: key === null ? 'control' : 'Plain',
    bandit: false,
    currency,
    arms,
    against: [read('revenue', 0.7), read('conversion', 0.02)],
    alpha: 0.05,
    conflicted: 0,
    ratio: { p: 0.7, peekP: 1, alarm: false },
    weights: [],
  };
  return { comparisons: empty ? [] : [one] };
}

export const rulesOf = (): CreditRules => ({
  rules: [{ version: 1, name: 'last-human-click-5d/1', model: 'last', clickDays: 5, orderDays: 5, since: null }],
});

export const outletOf = (empty: boolean): OutletView | null =>
  empty
    ? null
    : {
        url: 'https://warehouse.example/events',
        types: ['commerce.purchases', 'message.accepted'],
        cursor: 'x-0',
        sent: 20_412,
        fault: 'It answered 503',
      };
