import type { Runner } from '../store/index.ts';
import type { PairSums } from './covariate.ts';
import type { Arm } from './table.ts';
import {
  beforeDays,
  columns,
  contributions,
  deviceKinds,
  gathered,
  laterDays,
  names,
  sums,
  windowDays,
} from './table-sums.ts';

/**
 * Takes what these people's units came to out of the roll-up, so that they may be changed. Needs their persons' rows.
 *
 * @returns whether there was anything
 */
export async function uncount(tx: Runner, profileIds: readonly string[]): Promise<boolean> {
  const taken = await tx.run({
    name: 'measure.uncount',
    text: `with gone as (update measure_unit set counted = false where profile_id = any($1) and counted returning *)
      insert into measure_delta (journey, hour, arm, ${columns}) ${gathered(contributions('gone', -1))}`,
    values: [profileIds],
  });
  return taken > 0;
}

/**
 * Reckons what these people's units came to, and brings the roll-up there: what is new of them is added, what was counted before is
 * taken out. Refunds count against the order's own day, however late they come; a cancelled order was none; what has no rate
 * counts as an order without revenue. Needs their persons' rows.
 */
export async function count(tx: Runner, profileIds: readonly string[]): Promise<void> {
  if (profileIds.length === 1) {
    // For an array PostgreSQL would plan anew each time, which takes longer than the work.
    return void (await tx.run({ name: 'measure.count-one', text: countText(isOne), values: [profileIds[0]] }));
  }
  await tx.run({ name: 'measure.count', text: countText(isAny), values: [profileIds] });
}

const isOne = (row: string) => `${row}.profile_id = $1`;
const isAny = (row: string) => `${row}.profile_id = any($1)`;

function countText(of: (row: string) => string): string {
  const during = (days: number) => `s.at >= u.assigned_at and s.at < u.assigned_at + interval '${days} days'`;
  const revenue = (when: string) => `coalesce(sum(s.minor) filter (where ${when}), 0)::bigint`;
  const outcome = {
    orders: 'coalesce(c.orders, 0)',
    other: 'coalesce(c.other, 0)',
    minor: 'coalesce(c.minor, 0)',
    later: 'coalesce(c.later, 0)',
    before: 'coalesce(c.before, 0)',
    capped: 'least(coalesce(c.minor, 0), coalesce(j.cap, c.minor, 0))',
  };
  const [fields, values] = [Object.keys(outcome), Object.values(outcome)];
  return `with came as (
        select u.journey, u.profile_id,
          count(*) filter (where ${during(windowDays)})::int as orders,
          count(*) filter (where ${during(windowDays)} and s.minor is null)::int as other,
          ${revenue(during(windowDays))} as minor, ${revenue(during(laterDays))} as later,
          ${revenue('s.at < u.assigned_at')} as before
        from measure_unit u join measure_sale s on s.profile_id = u.profile_id and not s.cancelled
          and s.at >= u.assigned_at - interval '${beforeDays} days' and s.at < u.assigned_at + interval '${laterDays} days'
        where ${of('u')}
        group by u.journey, u.profile_id
      ), changed as (
        update measure_unit u set counted = true, ${fields.map((name, i) => `${name} = ${values[i]}`).join(', ')}
        from measure_unit o left join came c on c.journey = o.journey and c.profile_id = o.profile_id
          left join measure_journey j on j.journey = o.journey
        where ${of('o')} and o.journey = u.journey and o.profile_id = u.profile_id and (not o.counted
          or (${fields.map((name) => `o.${name}`).join(', ')}) is distinct from (${values.join(', ')}))
        returning u.*
      ), was as (
        select o.* from measure_unit o join changed c on c.journey = o.journey and c.profile_id = o.profile_id where o.counted
      )
      insert into measure_delta (journey, hour, arm, ${columns})
      select journey, hour, arm, ${sums} from (${contributions('changed', 1)} union all ${contributions('was', -1)}) each
      group by journey, hour, arm`;
}

/** People who have units that are not in the roll-up: none but after a rebuild, or before the first count of older data. */
export async function uncounted(runner: Runner, limit: number): Promise<{ profileId: string; shard: number }[]> {
  return runner.rows({
    name: 'measure.uncounted',
    text: `select distinct profile_id as "profileId", shard from measure_unit where not counted order by profile_id limit $1`,
    values: [limit],
  });
}

/** Gathers up to `limit` differences into the roll-up. @returns how many there were */
export async function gather(tx: Runner, limit: number): Promise<number> {
  const [row] = await tx.rows<{ taken: number }>({
    name: 'measure.gather',
    text: `with taken as (delete from measure_delta where id in
        (select id from measure_delta order by id limit $1 for update skip locked) returning *),
      kept as (insert into measure_tally (journey, hour, arm, ${columns}) ${gathered('select * from taken')}
        order by journey, hour, arm
        on conflict (journey, hour, arm) do update set
          ${names.map((name) => `${name} = measure_tally.${name} + excluded.${name}`).join(', ')})
      select count(*)::int as taken from taken`,
    values: [limit],
  });
  return row!.taken;
}

/** Makes the roll-up anew from units and orders. Nobody else may write meanwhile: the table of units is locked. */
export async function rebuildTally(tx: Runner): Promise<void> {
  await tx.run({ text: 'lock table measure_unit in exclusive mode' });
  await tx.run({ text: 'truncate measure_tally, measure_delta' });
  await tx.run({ text: 'update measure_unit set counted = false where counted' });
  await tx.run({ text: countText(() => 'true') });
}

/** Does the roll-up equal the sum over the units, to the last digit? @returns what differs, at most ten */
export async function auditTally(runner: Runner): Promise<Record<string, unknown>[]> {
  const rolled = gathered(`select journey, hour, arm, ${columns} from measure_tally
    union all select journey, hour, arm, ${columns} from measure_delta`);
  const alive = names.map((name) => `${name} <> 0`).join(' or ');
  const summed = gathered(contributions('measure_unit where counted', 1));
  return runner.rows({
    text: `with rolled as (select * from (${rolled}) all_rows where ${alive}),
        summed as (select * from (${summed}) all_rows where ${alive})
      (select 'roll-up' as side, d.* from (select * from rolled except select * from summed) d)
      union all (select 'units' as side, d.* from (select * from summed except select * from rolled) d) limit 10`,
  });
}

/** A stretch of one comparison's hours that is looked at in one go; `until` null: to its end. UTC ms. */
export interface TallySlice {
  journey: string;
  from: number | null;
  until: number | null;
}

/** So many hours at once, and no further once so many people are in them. */
const sliceOf = { hours: 24 * 7, people: 20_000 };

/** The stretch after another one: on in the same comparison, or the beginning of the next; null at the end of all. */
export async function nextSlice(runner: Runner, last: TallySlice | null): Promise<TallySlice | null> {
  const goesOn = last !== null && last.until !== null;
  const [next] = goesOn
    ? [{ journey: last.journey }]
    : await runner.rows<{ journey: string }>({
        text: `select journey from measure_journey where $1::text is null or journey > $1 order by journey limit 1`,
        values: [last?.journey ?? null],
      });
  if (!next) return null;
  const from = goesOn ? last.until : null;
  const [row] = await runner.rows<{ until: Date | null }>({
    text: `select max(hour) + interval '1 hour' as until from (
        select hour, sum(sum(n)) over (order by hour) - sum(n) as before, row_number() over (order by hour) as place from measure_tally
        where journey = $1 and ($2::timestamptz is null or hour >= $2) group by hour order by hour limit ${sliceOf.hours}
      ) hours where place = 1 or before + 1 <= ${sliceOf.people}`,
    values: [next.journey, from === null ? null : new Date(from)],
  });
  return { journey: next.journey, from, until: row?.until?.getTime() ?? null };
}

/** Does the roll-up equal the sum over the units of a slice, to the last digit? @returns the hours in which it does not, at most ten */
export async function auditSlice(runner: Runner, { journey, from, until }: TallySlice): Promise<number[]> {
  const within = (at: string) =>
    `journey = $1 and ($2::timestamptz is null or ${at} >= $2) and ($3::timestamptz is null or ${at} < $3)`;
  const rows = await runner.rows<{ hour: Date }>({
    text: `with rolled as (${gathered(`select journey, hour, arm, ${columns} from measure_tally where ${within('hour')}
        union all select journey, hour, arm, ${columns} from measure_delta where ${within('hour')}`)}),
      summed as (${gathered(contributions(`measure_unit where counted and ${within('assigned_at')}`, 1))})
      select distinct coalesce(r.hour, s.hour) as hour from rolled r full join summed s using (journey, hour, arm)
      where ${names.map((name) => `coalesce(r.${name}, 0) <> coalesce(s.${name}, 0)`).join(' or ')} order by 1 limit 10`,
    values: [journey, from === null ? null : new Date(from), until === null ? null : new Date(until)],
  });
  return rows.map(({ hour }) => hour.getTime());
}

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

const part = `journey = $1 and ($2::timestamptz is null or hour >= $2) and ($3::timestamptz is null or hour + interval '1 hour' <= $3)`;
const both = `(select journey, hour, arm, ${columns} from measure_tally where ${part}
  union all select journey, hour, arm, ${columns} from measure_delta where ${part}) each`;

/** Sums per arm, from the roll-up and what is not gathered yet. */
export async function armSums(runner: Runner, which: Which): Promise<Record<Arm, ArmRow>> {
  const rows = await runner.rows<ArmRow & { arm: Arm }>({
    name: 'measure.arm-sums',
    text: `select arm, ${shown} from ${both} group by arm`,
    values: valuesOf(which),
  });
  const of = (arm: Arm): ArmRow => {
    const { arm: _, ...row } = rows.find((one) => one.arm === arm) ?? { arm, ...noSums };
    return row;
  };
  return { treated: of('treated'), control: of('control') };
}

/** One arm's sums of one day or week of assignment. */
export interface SpanRow extends ArmRow {
  arm: Arm;
  /** Its first moment, UTC ms. */
  from: number;
}

/** The same by day or week of assignment, in the shop's zone, oldest first. */
export async function armSumsBy(
  runner: Runner,
  which: Which,
  by: { unit: 'day' | 'week'; zone: string },
): Promise<SpanRow[]> {
  const rows = await runner.rows<Omit<SpanRow, 'from'> & { from: Date }>({
    text: `select arm, date_trunc('${by.unit}', hour, $4) as "from", ${shown} from ${both} group by 1, 2 order by 2, 1`,
    values: [...valuesOf(which), by.zone],
  });
  return rows.map((row) => ({ ...row, from: row.from.getTime() }));
}

/** One arm's sums of one day of assignment, apart for those watched long enough by `maturedAt`. */
export interface DaySums extends ArmRow {
  arm: Arm;
  /** Calendar day in the shop's zone. */
  day: string;
  matured: boolean;
}

/** The sums behind every figure of a comparison, by day, oldest first. */
export async function daySums(
  runner: Runner,
  which: Which,
  { zone, maturedAt }: { zone: string; maturedAt: number },
): Promise<DaySums[]> {
  return runner.rows<DaySums>({
    text: `select arm, to_char(hour at time zone $4, 'YYYY-MM-DD') as day, hour + interval '1 hour' <= $5 as matured, ${shown}
      from ${both} group by 1, 2, 3 having sum(n) <> 0 or sum(conflicted) <> 0 order by 2, 3 desc, 1`,
    values: [...valuesOf(which), zone, new Date(maturedAt)],
  });
}

function valuesOf({ journey, from, until }: Which): (string | Date | null)[] {
  return [journey, from === null ? null : new Date(from), until === null ? null : new Date(until)];
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
