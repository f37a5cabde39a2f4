import { stretchesOf, type Runner } from '../store/index.ts';
import type { PairSums } from './covariate.ts';
import { columns, deviceKinds } from './table-sums.ts';
import type { Arm } from './table.ts';

/** What the roll-up of units says: days of the shop where they are whole, the hours at the ends of a span, and what is not gathered yet. */

/** Sums of one arm; revenue in minor units. */
export interface ArmRow extends PairSums {
  /** Shares that were held out when each was assigned, in ten-thousandths, summed: what the sizes of the arms should be. */
  share: number;
  buyers: number;
  orders: number;
  /** Orders in a currency without a rate: counted as orders, not as revenue. */
  other: number;
  /** Over 28 days instead of 7. */
  laterSum: number;
  laterSquares: number;
  /** Revenue of each unit cut at the journey's cap. */
  cappedSum: number;
  cappedSquares: number;
  conflicted: number;
  /** People by the kind of device, and their shares summed. */
  phone: number;
  phoneShare: number;
  tablet: number;
  tabletShare: number;
  computer: number;
  computerShare: number;
}

/** Which units: of a journey, assigned in hours from `from` on and over by `until`, UTC ms, exclusive; null: without bound. */
export interface Which {
  journey: string;
  from: number | null;
  until: number | null;
}

const float = (name: string) => `coalesce(sum(${name}), 0)::float8`;
const shown = `${float('n')} as n, ${float('share')} as share, ${float('buyers')} as buyers, ${float('orders')} as orders, ${float('other')} as other,
  ${float('sum')} as sum, ${float('squares')} as squares, ${float('later_sum')} as "laterSum", ${float('later_squares')} as "laterSquares",
  ${float('capped_sum')} as "cappedSum", ${float('capped_squares')} as "cappedSquares", ${float('x_sum')} as "xSum",
  ${float('x_squares')} as "xSquares", ${float('products')} as products, ${float('conflicted')} as conflicted,
  ${deviceKinds.map((kind) => `${float(`on_${kind}`)} as ${kind}, ${float(`on_${kind}_share`)} as "${kind}Share"`).join(', ')}`;

/** Sums of one arm of one day of the shop, of those assigned between two of the moments that were asked for. */
export interface DayRow extends ArmRow {
  arm: string;
  /** Calendar day in the shop's zone. */
  day: string;
  /** Its first moment, and that of its week, UTC ms. */
  from: number;
  week: number;
  /** How many of the moments lie before. */
  part: number;
}

const hourMs = 3_600_000;

/**
 * Sums by day and arm, oldest first, apart for those assigned before and after each of `cuts` (UTC ms, rising): whoever is assigned in the hour
 * of a cut comes after it. One read of the roll-up, however long the span.
 */
export async function daysOf(
  runner: Runner,
  { journey, from, until }: Which,
  { zone, cuts = [] }: { zone: string; cuts?: readonly number[] },
): Promise<DayRow[]> {
  const whole = (at: number) => Math.floor(at / hourMs) * hourMs;
  const first = from === null ? null : Math.ceil(from / hourMs) * hourMs;
  const end = until === null ? null : whole(until);
  const values: unknown[] = [journey, zone];
  const within = (column: string, bounds: { from: number | null; until: number | null }) => {
    const bound = (sign: string, at: number | null) => {
      if (at === null) return '';
      const value = `$${values.push(new Date(at))}::timestamptz`;
      return ` and ${column} ${sign} ${column === 'day' ? `(${value} at time zone $2)::date` : value}`;
    };
    return bound('>=', bounds.from) + bound('<', bounds.until);
  };
  const pieces: string[] = [];
  for (const [part, start] of [null, ...cuts].entries()) {
    const stretch = {
      from: latest(start === null ? null : whole(start), first),
      until: earliest(part < cuts.length ? whole(cuts[part]!) : null, end),
    };
    if (stretch.from !== null && stretch.until !== null && stretch.from >= stretch.until) continue;
    const ofHours = `(hour at time zone $2)::date, arm, ${part}, ${columns}`;
    for (const { grain, ...bounds } of await stretchesOf(runner, stretch, zone)) {
      pieces.push(
        grain === 'day'
          ? `select day, arm, ${part}, ${columns} from measure_day where journey = $1${within('day', bounds)}`
          : `select ${ofHours} from measure_tally where journey = $1${within('hour', bounds)}`,
      );
    }
    pieces.push(`select ${ofHours} from measure_delta where journey = $1${within('hour', stretch)}`);
  }
  if (pieces.length === 0) return [];
  const start = (of: string) => `(${of} at time zone $2)`;
  const rows = await runner.rows<Omit<DayRow, 'from' | 'week'> & { from: Date; week: Date }>({
    text: `select day::text as day, arm, part, ${start('day::timestamp')} as "from", ${start(`date_trunc('week', day::timestamp)`)} as week, ${shown}
      from (${pieces.join(' union all ')}) each (day, arm, part, ${columns}) group by day, arm, part order by day, part, arm`,
    values,
  });
  return rows.map((row) => ({ ...row, from: row.from.getTime(), week: row.week.getTime() }));
}

const latest = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.max(a, b));
const earliest = (a: number | null, b: number | null) => (a === null || b === null ? (a ?? b) : Math.min(a, b));

/** The same of both arms together over all days. Pure. */
export function armsIn(rows: readonly DayRow[]): Record<Arm, ArmRow> {
  const arms = armsBy(rows);
  return { treated: arms.get('treated') ?? noSums, control: arms.get('control') ?? noSums };
}

/** Of every arm there is. Pure. */
export function armsBy(rows: readonly DayRow[]): Map<string, ArmRow> {
  const found = new Map<string, ArmRow>();
  for (const row of rows) found.set(row.arm, added(found.get(row.arm) ?? noSums, row));
  return found;
}

/** By day or week, in order: each arm once. Pure. */
export function spansIn(rows: readonly DayRow[], unit: 'day' | 'week'): (ArmRow & { arm: string; from: number })[] {
  const found = new Map<string, ArmRow & { arm: string; from: number }>();
  for (const row of rows) {
    const from = unit === 'day' ? row.from : row.week;
    const key = `${from} ${row.arm}`;
    found.set(key, { ...added(found.get(key) ?? noSums, row), arm: row.arm, from });
  }
  return [...found.values()];
}

function added(a: ArmRow, b: ArmRow): ArmRow {
  const sums = { ...noSums };
  for (const name of names) sums[name] = a[name] + b[name];
  return sums;
}

export const noSums: ArmRow = {
  n: 0,
  share: 0,
  buyers: 0,
  orders: 0,
  other: 0,
  sum: 0,
  squares: 0,
  laterSum: 0,
  laterSquares: 0,
  cappedSum: 0,
  cappedSquares: 0,
  xSum: 0,
  xSquares: 0,
  products: 0,
  conflicted: 0,
  phone: 0,
  phoneShare: 0,
  tablet: 0,
  tabletShare: 0,
  computer: 0,
  computerShare: 0,
};

const names = Object.keys(noSums) as (keyof ArmRow)[];
