import type { Runner } from '../store/index.ts';
import { beforeDays, columns, contributions, gathered, laterDays, names, sums, windowDays } from './table-sums.ts';

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

/** Gathers up to `limit` differences into the hours of the roll-up and the days of the shop. @returns how many there were */
export async function gather(tx: Runner, { limit, zone }: { limit: number; zone: string }): Promise<number> {
  const [row] = await tx.rows<{ taken: number }>({
    name: 'measure.gather',
    text: `with taken as (delete from measure_delta where id in
        (select id from measure_delta order by id limit $1 for update skip locked) returning *),
      kept as (insert into measure_tally (journey, hour, arm, ${columns}) ${gathered('select * from taken')}
        order by journey, hour, arm
        on conflict (journey, hour, arm) do update set
          ${names.map((name) => `${name} = measure_tally.${name} + excluded.${name}`).join(', ')}),
      days as (insert into measure_day (journey, day, arm, ${columns}) ${ofDays('taken', '$2')}
        order by 1, 2, 3
        on conflict (journey, day, arm) do update set
          ${names.map((name) => `${name} = measure_day.${name} + excluded.${name}`).join(', ')})
      select count(*)::int as taken from taken`,
    values: [limit, zone],
  });
  return row!.taken;
}

/** Hours added up by the day of a zone in which they began. */
const ofDays = (from: string, zone: string) =>
  `select journey, (hour at time zone ${zone})::date, arm, ${sums} from ${from} group by 1, 2, 3`;

/** Days are the shop's: when its zone is another than before, they are added up anew from the hours. */
export async function keepDays(tx: Runner, zone: string): Promise<void> {
  await tx.run({ text: `insert into measure_zone (shard, zone) values (0, '') on conflict do nothing` });
  const [row] = await tx.rows<{ zone: string }>({ text: 'select zone from measure_zone for update' });
  if (row!.zone === zone) return;
  await tx.run({ text: 'update measure_zone set zone = $1', values: [zone] });
  await tx.run({ text: 'lock table measure_tally in exclusive mode' });
  await tx.run({ text: 'truncate measure_day' });
  await tx.run({
    text: `insert into measure_day (journey, day, arm, ${columns}) ${ofDays('measure_tally', '$1')}`,
    values: [zone],
  });
}

/** Are days those of this zone already? Then an opening has nothing to write. */
export async function hasDaysOf(runner: Runner, zone: string): Promise<boolean> {
  return (await runner.rows({ text: 'select 1 from measure_zone where zone = $1', values: [zone] })).length > 0;
}

/** Makes the roll-up anew from units and orders. Nobody else may write meanwhile: the table of units is locked. */
export async function rebuildTally(tx: Runner): Promise<void> {
  await tx.run({ text: 'lock table measure_unit in exclusive mode' });
  await tx.run({ text: 'truncate measure_tally, measure_day, measure_delta' });
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

/** Do the days equal their hours? @returns what does not, at most ten */
export async function auditDays(runner: Runner, zone: string): Promise<Record<string, unknown>[]> {
  return runner.rows({
    text: `with hours (journey, day, arm, ${columns}) as (${ofDays('measure_tally', '$1')})
      select 'days' as side, journey, day::text as day, arm from hours h full join measure_day d using (journey, day, arm)
      where (${names.map((name) => `h.${name}`).join(', ')}) is distinct from (${names.map((name) => `d.${name}`).join(', ')}) limit 10`,
    values: [zone],
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
