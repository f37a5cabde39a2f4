/**
 * What an analyst does with the download of a report: reads the table, adds up columns, and works each printed number out by the formulas of
 * docs/guide/recompute.md. Plain arithmetic; nothing of Beckon is used.
 */
export type Line = Record<string, string>;

/** Reads CSV as Beckon writes it: every field in quotes, lines end with CRLF. */
export function readTable(csv: string): Line[] {
  const lines = csv.split('\r\n').filter((line) => line !== '');
  const fields = (line: string) =>
    [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, field]) => field!.replaceAll('""', '"'));
  const names = fields(lines[0]!);
  return lines.slice(1).map((line) => Object.fromEntries(fields(line).map((field, i) => [names[i]!, field])));
}

/** SUMIFS */
export function total(rows: readonly Line[], column: string, where: Line = {}): number {
  const chosen = rows.filter((row) => Object.entries(where).every(([name, value]) => row[name] === value));
  return chosen.reduce((sum, row) => sum + Number(row[column]), 0);
}

/** n, Σy, Σy² of an arm. */
interface Sums {
  n: number;
  sum: number;
  squares: number;
}

const variance = ({ n, sum, squares }: Sums) => (squares - sum ** 2 / n) / (n - 1);
const rho2 = (-2 * Math.log(0.05) + Math.log(-2 * Math.log(0.05) + 1)) / 5000;

/** Effect, interval and p of two arms at 95 %, valid however often one looks. */
export function effectOf(treated: Sums, control: Sums) {
  const effect = treated.sum / treated.n - control.sum / control.n;
  const se = Math.sqrt(variance(treated) / treated.n + variance(control) / control.n);
  return around(effect, se, treated.n + control.n);
}

function around(effect: number, se: number, n: number) {
  const grown = n * rho2 + 1;
  const half = se * Math.sqrt(n) * Math.sqrt(((2 * grown) / (n ** 2 * rho2)) * Math.log(Math.sqrt(grown) / 0.05));
  const e = Math.exp((rho2 * (effect / se) ** 2 * n) / (2 * grown)) / Math.sqrt(grown);
  return { effect, low: effect - half, high: effect + half, p: Math.min(1, 1 / e) };
}

/** Relative to the held-out. */
export function liftOf(t: Sums, c: Sums) {
  const [mt, mc] = [t.sum / t.n, c.sum / c.n];
  const se = Math.sqrt(variance(t) / (t.n * mc ** 2) + (mt ** 2 * variance(c)) / (c.n * mc ** 4));
  return around((mt - mc) / mc, se, t.n + c.n);
}

/** The share who bought, of the same two arms. */
export function shareOf(treated: { n: number; yes: number }, control: { n: number; yes: number }) {
  const parts = [treated, control].map(({ n, yes }) => ({ m: yes / n, v: (yes / n) * (1 - yes / n), n }));
  const se = Math.sqrt(parts[0]!.v / parts[0]!.n + parts[1]!.v / parts[1]!.n);
  return around(parts[0]!.m - parts[1]!.m, se, treated.n + control.n);
}

/** With what each spent before taken off. */
export function adjustedOf(arms: readonly (Sums & { before: number; beforeSquares: number; products: number })[]) {
  const centred = arms.map((a) => ({
    yy: a.squares - a.sum ** 2 / a.n,
    xx: a.beforeSquares - a.before ** 2 / a.n,
    xy: a.products - (a.sum * a.before) / a.n,
    n: a.n,
  }));
  const xx = centred[0]!.xx + centred[1]!.xx;
  const theta = xx > 0 ? (centred[0]!.xy + centred[1]!.xy) / xx : 0;
  const [t, c] = arms.map((a) => (a.sum - theta * a.before) / a.n);
  const se = Math.sqrt(
    centred.reduce((sum, a) => sum + (a.yy - 2 * theta * a.xy + theta ** 2 * a.xx) / (a.n - 1) / a.n, 0),
  );
  return around(t! - c!, se, arms[0]!.n + arms[1]!.n);
}

/** CHISQ.DIST.RT(χ², 1) by the sum of the normal curve, Simpson's rule. */
export function chiSquareTail(chi2: number): number {
  const z = Math.sqrt(chi2);
  const steps = 20_000;
  const h = z / steps;
  const curve = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let sum = curve(0) + curve(z);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * curve(i * h);
  return 1 - (2 * h * sum) / 3;
}

/** Holm: the smallest p times how many there are, the next times one less, never falling. */
export function holm(ps: readonly number[]): number[] {
  const sorted = [...ps].sort((a, b) => a - b);
  let highest = 0;
  const adjusted = sorted.map((p, rank) => (highest = Math.max(highest, Math.min(1, (ps.length - rank) * p))));
  return ps.map((p) => adjusted[sorted.indexOf(p)]!);
}
