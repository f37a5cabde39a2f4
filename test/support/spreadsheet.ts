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
export function effectOf(treated: Sums, control: Sums, alpha = 0.05) {
  const effect = treated.sum / treated.n - control.sum / control.n;
  const se = Math.sqrt(variance(treated) / treated.n + variance(control) / control.n);
  return around(effect, se, treated.n + control.n, alpha);
}

function around(effect: number, se: number, n: number, alpha = 0.05) {
  const grown = n * rho2 + 1;
  const half = se * Math.sqrt(n) * Math.sqrt(((2 * grown) / (n ** 2 * rho2)) * Math.log(Math.sqrt(grown) / alpha));
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
export function shareOf(treated: { n: number; yes: number }, control: { n: number; yes: number }, alpha = 0.05) {
  const parts = [treated, control].map(({ n, yes }) => ({ m: yes / n, v: (yes / n) * (1 - yes / n), n }));
  const se = Math.sqrt(parts[0]!.v / parts[0]!.n + parts[1]!.v / parts[1]!.n);
  return around(parts[0]!.m - parts[1]!.m, se, treated.n + control.n, alpha);
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

/** ln Γ, as GAMMALN gives it: Stirling's series after a few steps up. */
function logGamma(x: number): number {
  if (x < 12) return logGamma(x + 1) - Math.log(x);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}

/** Are the arms as large as they should be? By one look, and by as many as one likes. */
export function sizesOf(treated: number, control: number, heldOut: number) {
  const n = treated + control;
  const expected = heldOut / n;
  const chi2 = (control - heldOut) ** 2 / heldOut + (treated - (n - heldOut)) ** 2 / (n - heldOut);
  const part = (count: number, share: number) =>
    logGamma(100 * share + count) - logGamma(100 * share) - count * Math.log(share);
  const logE = logGamma(100) - logGamma(100 + n) + part(treated, 1 - expected) + part(control, expected);
  return { expected, chi2, p: chiSquareTail(chi2), peekP: Math.min(1, Math.exp(-logE)) };
}

const kinds = ['phone', 'tablet', 'computer'] as const;
const names = ['revenue', 'conversion', 'adjusted', 'capped'] as const;
const counted = [
  'profiles',
  'buyers',
  'orders',
  'revenue',
  'revenueSquares',
  'otherCurrency',
  'before',
  'beforeSquares',
];
const more = ['products', 'capped', 'cappedSquares', 'later', 'laterSquares'];

/** A report of a journey, worked out from its three downloads alone. */
export function reportFrom({ sums, mails, outcomes, runs }: Record<'sums' | 'mails' | 'outcomes' | 'runs', Line[]>) {
  const arm = (name: string, where: Line = {}) =>
    Object.fromEntries([...counted, ...more].map((column) => [column, total(sums, column, { arm: name, ...where })]));
  const arms = { treated: arm('treated'), control: arm('control') };
  const matured = { treated: arm('treated', { matured: 'true' }), control: arm('control', { matured: 'true' }) };
  const [t, c] = [matured.treated, matured.control];
  const as = (a: Record<string, number>, name: string): Sums => ({
    n: a['profiles']!,
    sum: a[name]!,
    squares: a[`${name}Squares`]!,
  });
  const read = {
    revenue: effectOf(as(t, 'revenue'), as(c, 'revenue')),
    conversion: shareOf({ n: t['profiles']!, yes: t['buyers']! }, { n: c['profiles']!, yes: c['buyers']! }),
    adjusted: adjustedOf(
      [t, c].map((a) => ({
        ...as(a, 'revenue'),
        before: a['before']!,
        beforeSquares: a['beforeSquares']!,
        products: a['products']!,
      })),
    ),
    capped: effectOf(as(t, 'capped'), as(c, 'capped')),
  };
  const adjusted = holm(names.slice(1).map((name) => read[name].p));
  const lifts = {
    revenue: liftOf(as(t, 'revenue'), as(c, 'revenue')),
    capped: liftOf(as(t, 'capped'), as(c, 'capped')),
    conversion: liftOf(asShare(t), asShare(c)),
  };
  const readings = names.map((reading, no) => ({
    reading,
    ...read[reading],
    ...(no === 0 ? {} : { pHolm: adjusted[no - 1] }),
    lift: reading === 'adjusted' ? null : { ...lifts[reading], value: lifts[reading].effect },
  }));
  const { effect, low, high, p } = read.revenue;
  const [n, accepted] = [t['profiles']!, total(mails, 'accepted')];
  const revenue = total(mails, 'revenue');
  const runsBy = (what: string) =>
    Object.fromEntries(runs.filter((row) => row['what'] === what).map(({ name, count }) => [name!, Number(count)]));
  const stays = total(runs, 'count', { what: 'state' }) - total(runs, 'count', { what: 'end' });
  return {
    runs: {
      entered: total(runs, 'count', { what: 'state' }),
      active: stays,
      ended: total(runs, 'count', { what: 'end' }),
      byState: runsBy('state'),
      byEnd: Object.entries(runsBy('end')).map(([reason, count]) => ({ reason, count })),
    },
    arms,
    matured,
    readings,
    caused: {
      perProfile: effect,
      total: effect * n,
      low: low * n,
      high: high * n,
      perThousandMails: (1000 * effect * arms.treated['profiles']!) / accepted,
      p,
      lift: { ...lifts.revenue, value: lifts.revenue.effect },
    },
    credited: { orders: total(mails, 'orders'), revenue: { amount: revenue } },
    creditedToCaused: { ratio: effect > 0 ? revenue / (effect * n) : 0 },
    opens: {
      reader: total(mails, 'openedByReader'),
      unknown: total(mails, 'openedUnknown'),
      machine: total(mails, 'openedByMachine'),
    },
    clicks: { human: total(mails, 'clickedByPeople'), unknown: total(mails, 'clickedUnknown') },
    conflicted: total(sums, 'conflicted'),
    messages: messagesFrom(mails, outcomes),
    ...ratiosFrom(sums),
    weeks: weeksFrom(sums),
  };
}

/** So that the variance comes to b(1 − b). */
const asShare = (a: Record<string, number>): Sums => {
  const [n, sum] = [a['profiles']!, a['buyers']!];
  return { n, sum, squares: sum ** 2 / n + (n - 1) * (sum / n) * (1 - sum / n) };
};

function messagesFrom(mails: Line[], outcomes: Line[]) {
  const excluded = outcomes
    .map((row) => ({ reason: row['group']!, count: Number(row['excluded']) }))
    .filter(({ count }) => count > 0);
  const [heldOut, left] = [total(mails, 'heldOut'), total(mails, 'excluded')];
  const states = outcomes.filter((row) => Number(row['excluded']) === 0 && Number(row['heldOut']) === 0);
  const byState = Object.fromEntries(states.map((row) => [row['group']!, Number(row['planned'])]));
  return {
    planned: total(mails, 'planned'),
    accepted: total(mails, 'accepted'),
    heldOut,
    inDoubt: total(mails, 'inDoubt'),
    pending: total(mails, 'pending'),
    excluded,
    byState: { ...byState, ...(heldOut + left > 0 ? { skipped: heldOut + left } : {}) },
  };
}

/** The sizes of the arms: of all, by day of the least fitting one, and by device. */
function ratiosFrom(sums: Line[]) {
  const sizes = (rows: Line[]) => {
    const heldOut = rows.reduce((sum, row) => sum + Number(row['heldOutShare']) * Number(row['profiles']), 0);
    return sizesOf(total(rows, 'profiles', { arm: 'treated' }), total(rows, 'profiles', { arm: 'control' }), heldOut);
  };
  const days = [...new Set(sums.map((row) => row['day']!))]
    .map((day) => sums.filter((row) => row['day'] === day))
    .filter((rows) => total(rows, 'profiles') * sizes(rows).expected >= 5)
    .map(sizes);
  const device = (name: string, people: (row: Line) => number, expected: (row: Line) => number) => {
    const sum = (arm: string) => sums.filter((row) => row['arm'] === arm).reduce((all, row) => all + people(row), 0);
    const heldOut = sums.reduce((all, row) => all + expected(row), 0);
    return { device: name, treated: sum('treated'), control: sum('control'), heldOut };
  };
  const onAny = (row: Line, suffix: string) => kinds.reduce((sum, kind) => sum + Number(row[`${kind}${suffix}`]), 0);
  const devices = [
    ...kinds.map((kind) =>
      device(
        kind,
        (row) => Number(row[kind]),
        (row) => Number(row[`${kind}Expected`]),
      ),
    ),
    device(
      'unknown',
      (row) => Number(row['profiles']) - onAny(row, ''),
      (row) => Number(row['heldOutShare']) * Number(row['profiles']) - onAny(row, 'Expected'),
    ),
  ].filter(({ heldOut }) => heldOut >= 5);
  return {
    ratio: sizes(sums),
    ratioByDay: {
      days: days.length,
      p: days.length === 1 ? days[0]!.p : Number.NaN,
      worst: { p: Math.min(1, days.length * Math.min(...days.map(({ p }) => p))) },
    },
    ratioByDevice: devices.map(({ heldOut, ...row }) => {
      const { expected, p } = sizesOf(row.treated, row.control, heldOut);
      return { ...row, expected, p: Math.min(1, p * devices.length) };
    }),
  };
}

/** The effect by week of assignment, of the weeks with 50 buyers in each arm. */
function weeksFrom(sums: Line[]) {
  const weekOf = (day: string) => {
    const at = new Date(`${day}T00:00:00Z`);
    at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
    return at.toISOString().slice(0, 10);
  };
  const rows = sums.filter((row) => row['matured'] === 'true');
  return [...new Set(rows.map((row) => weekOf(row['day']!)))].flatMap((week) => {
    const of = (arm: string) => rows.filter((row) => row['arm'] === arm && weekOf(row['day']!) === week);
    const [t, c] = [of('treated'), of('control')];
    if (Math.min(total(t, 'buyers'), total(c, 'buyers')) < 50) return [];
    const as = (list: Line[]): Sums => ({
      n: total(list, 'profiles'),
      sum: total(list, 'revenue'),
      squares: total(list, 'revenueSquares'),
    });
    const { effect, low, high } = effectOf(as(t), as(c));
    return [{ from: week, treated: total(t, 'profiles'), control: total(c, 'profiles'), effect, low, high }];
  });
}

/** What the cells of a sheet come to: formulas over columns of other sheets and over each other, as docs/guide/recompute.md has them. */
export function cellsOf(formulas: ReadonlyMap<string, string>, sheets: Record<string, Line[]>): Map<string, number> {
  const values = new Map<string, number>();
  const nameOf = (sheet: string, letter: string) => Object.keys(sheets[sheet]![0]!)[letter.charCodeAt(0) - 65]!;
  const valueOf = (cell: string): number => {
    if (!values.has(cell)) values.set(cell, evaluated(formulas.get(cell)!));
    return values.get(cell)!;
  };
  const evaluated = (formula: string): number => {
    const plain = formula
      .replace(/^=/, '')
      .replace(/SUMPRODUCT\((\w+)!(\w):\w,\w+!(\w):\w\)/g, (_, sheet: string, a: string, b: string) => {
        const [left, right] = [nameOf(sheet, a), nameOf(sheet, b)];
        return String(sheets[sheet]!.reduce((sum, row) => sum + Number(row[left]) * Number(row[right]), 0));
      })
      .replace(/SUMIFS\((\w+)!(\w):\w((?:,\w+!\w:\w,"[^"]*")*)\)/g, (_, sheet: string, of: string, rest: string) => {
        const where = [...rest.matchAll(/!(\w):\w,"([^"]*)"/g)].map(([, by, is]) => [nameOf(sheet, by!), is!]);
        return String(total(sheets[sheet]!, nameOf(sheet, of), Object.fromEntries(where) as Line));
      })
      .replace(/SUM\((\w+)!(\w):\w\)/g, (_, sheet: string, of: string) =>
        String(total(sheets[sheet]!, nameOf(sheet, of))),
      )
      .replace(/\b[A-Z]\d+\b/g, (cell) => `(${valueOf(cell)})`)
      .replaceAll('^', '**')
      .replaceAll('CHISQ.DIST.RT(', 'tail(');
    const known = {
      LN: Math.log,
      SQRT: Math.sqrt,
      EXP: Math.exp,
      MIN: Math.min,
      tail: (chi2: number) => chiSquareTail(chi2),
      IFERROR: (value: number, otherwise: number) => (Number.isFinite(value) ? value : otherwise),
    };
    return new Function(...Object.keys(known), `return ${plain}`)(...Object.values(known)) as number;
  };
  for (const cell of formulas.keys()) valueOf(cell);
  return values;
}
