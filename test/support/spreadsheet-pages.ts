import { effectOf, shareOf, total, type Line } from './spreadsheet.ts';

/** What an analyst works out of the downloads for the pages beside a journey's report, by the formulas of docs/guide/recompute.md. */

/** Two spans: the mails planned in one, and the people who came into the comparison in it. */
export function periodFrom({ mails, sums }: { mails: Line[]; sums: Line[] }) {
  const arm = (name: string) => ({
    n: total(sums, 'profiles', { arm: name }),
    revenue: total(sums, 'revenue', { arm: name }),
  });
  const [treated, control] = [arm('treated'), arm('control')];
  return {
    planned: total(mails, 'planned'),
    heldOut: total(mails, 'heldOut'),
    excluded: total(mails, 'excluded'),
    accepted: total(mails, 'accepted'),
    clickedByPeople: total(mails, 'clickedByPeople'),
    creditedOrders: total(mails, 'orders'),
    creditedRevenue: total(mails, 'revenue'),
    treated: treated.n,
    control: control.n,
    treatedEach: treated.n === 0 ? null : treated.revenue / treated.n,
    controlEach: control.n === 0 ? null : control.revenue / control.n,
  };
}

/** Orders and revenue by rule, of the file that has each order. */
export function creditsFrom(orders: Line[]) {
  const rules = [
    ['last', 1],
    ['last', 5],
    ['last', 14],
    ['first', 5],
    ['any', 5],
  ] as const;
  return rules.map(([model, days]) => {
    const theirs = orders.filter((row) => row['model'] === model && row['days'] === String(days));
    return { model, days, orders: theirs.length, revenue: total(theirs, 'revenue') };
  });
}

/** Each arm read against the first, of the file of arms. */
export function comparisonFrom(rows: Line[]) {
  const decides = rows.filter((row) => row['matured'] === 'true');
  const alpha = 0.05 / Math.max(1, decides.length - 1);
  const of = (row: Line) => {
    const [n, yes] = [Number(row['profiles']), Number(row['buyers'])];
    return { n, yes, sum: Number(row['revenue']), squares: Number(row['revenueSquares']) };
  };
  const base = of(decides.find((row) => row['base'] === 'true')!);
  const against = decides
    .filter((row) => row['base'] === 'false')
    .flatMap((row) => [
      { arm: row['arm']!, reading: 'revenue', ...effectOf(of(row), base, alpha) },
      { arm: row['arm']!, reading: 'conversion', ...shareOf(of(row), base, alpha) },
    ]);
  return { alpha, against };
}

/** Wilson's interval of a share at 95 %. */
export function wilsonOf(count: number, of: number) {
  const z = 1.959963984540054;
  const p = count / of;
  const middle = (p + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z * Math.sqrt((p * (1 - p)) / of + z ** 2 / (4 * of ** 2))) / (1 + z ** 2 / of);
  return { share: p, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
