import { shardOf } from '../base/index.ts';
import type { Migration, Runner } from '../store/index.ts';

/** Recommendations shown and clicked on pages, added up by day, criterion, place and item. Days are UTC. Items of mails stand beside them, by journey. */
export interface Shown {
  at: number;
  criterion: string;
  /** From 1; 0 where the page did not say. */
  position: number;
  /** Empty where the page did not say. */
  item: string;
  shown: number;
  clicked: number;
}

/** A click on a recommendation of a page, by somebody we know: what orders are credited by. */
export interface Pick {
  id: string;
  profileId: string;
  at: number;
  criterion: string;
  position: number;
  item: string;
  recommendation: string;
}

/** Appends what was shown and clicked; a duty gathers it. */
export async function insertShown(tx: Runner, rows: readonly Shown[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.run({
    name: 'measure.shown',
    text: `insert into measure_shown_delta (day, criterion, position, item, shown, clicked)
      select (g.at at time zone 'UTC')::date, criterion, position, item, sum(shown), sum(clicked)
      from unnest($1::timestamptz[], $2::text[], $3::int[], $4::text[], $5::int[], $6::int[]) g(at, criterion, position, item, shown, clicked)
      group by 1, 2, 3, 4`,
    values: [
      rows.map(({ at }) => new Date(at)),
      rows.map(({ criterion }) => criterion),
      rows.map(({ position }) => position),
      rows.map(({ item }) => item),
      rows.map(({ shown }) => shown),
      rows.map(({ clicked }) => clicked),
    ],
  });
}

/** Nobody adds to what was shown, and nobody gathers it, until the transaction ends. */
export async function lockShown(tx: Runner): Promise<void> {
  await tx.run({ text: 'lock table measure_shown_delta, measure_shown in exclusive mode' });
}

/** Takes what pages showed from a day on away, UTC ms; a month begins with it. */
export async function emptyPages(tx: Runner, since: number): Promise<void> {
  const values = [new Date(since).toISOString().slice(0, 10)];
  await tx.run({ text: `delete from measure_shown_delta where journey = '' and day >= $1::date`, values });
  await tx.run({ text: `delete from measure_shown where journey = '' and day >= $1::date`, values });
  await tx.run({ text: `delete from measure_shown_month where journey = '' and month >= $1::date`, values });
}

export async function insertPicks(tx: Runner, picks: readonly Pick[]): Promise<void> {
  for (const { id, profileId, at, criterion, position, item, recommendation } of picks) {
    await tx.run({
      name: 'measure.pick',
      text: `insert into measure_pick (id, shard, profile_id, at, criterion, position, item, recommendation)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing`,
      values: [id, shardOf(profileId), profileId, new Date(at), criterion, position, item, recommendation],
    });
  }
}

/** Gathers up to `limit` appended rows into days and months. @returns how many there were */
export async function gatherShown(tx: Runner, limit: number): Promise<number> {
  const [row] = await tx.rows<{ taken: number }>({
    name: 'measure.gather-shown',
    text: `with taken as (delete from measure_shown_delta where id in
        (select id from measure_shown_delta order by id limit $1 for update skip locked) returning *),
      kept as (insert into measure_shown (journey, day, criterion, position, item, shown, clicked, held)
        select journey, day, criterion, position, item, sum(shown), sum(clicked), sum(held) from taken
        group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        on conflict (journey, day, criterion, position, item) do update set shown = measure_shown.shown + excluded.shown,
          clicked = measure_shown.clicked + excluded.clicked, held = measure_shown.held + excluded.held),
      months as (insert into measure_shown_month (journey, month, criterion, position, item, shown, clicked, held)
        select journey, date_trunc('month', day)::date, criterion, position, item, sum(shown), sum(clicked), sum(held) from taken
        group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        on conflict (journey, month, criterion, position, item) do update set shown = measure_shown_month.shown + excluded.shown,
          clicked = measure_shown_month.clicked + excluded.clicked, held = measure_shown_month.held + excluded.held)
      select count(*)::int as taken from taken`,
    values: [limit],
  });
  return row!.taken;
}

export const monthMigration: Migration = {
  name: '0709-measure-shown-months',
  sql: `
create table measure_shown_month (
  journey text not null,
  month date not null,
  criterion text not null,
  position integer not null,
  item text not null,
  shown bigint not null,
  clicked bigint not null,
  held bigint not null,
  primary key (journey, month, criterion, position, item)
);
insert into measure_shown_month select journey, date_trunc('month', day)::date, criterion, position, item, sum(shown), sum(clicked), sum(held)
  from measure_shown group by 1, 2, 3, 4, 5;
`,
};

/** Days of UTC from that of `from` to before that of `until`, UTC ms; null: without bound. */
interface Days {
  from: number | null;
  until: number | null;
}

const dayMs = 86_400_000;
const monthOf = (day: number, more = 0) => {
  const at = new Date(day);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + more);
};

/**
 * What was shown of those journeys (`which`, a condition on \`journey\`), as SQL with its values pushed to `values`: whole months, the days before
 * and after them, and what is not gathered yet. With `byDay` all of it by days, since months have none.
 */
export function shownWithin(
  which: string,
  { from, until }: Days,
  { byDay, values }: { byDay: boolean; values: unknown[] },
): string {
  const [first, last] = [from, until].map((at) => (at === null ? null : Math.floor(at / dayMs) * dayMs));
  const within = (column: string, days: Days) => {
    const bound = (sign: string, at: number | null) =>
      at === null ? '' : ` and ${column} ${sign} ($${values.push(new Date(at))}::timestamptz at time zone 'UTC')::date`;
    return bound('>=', days.from) + bound('<', days.until);
  };
  const select = (table: string, column: string, days: Days) =>
    `select ${column} as day, criterion, position, item, shown, clicked, held from ${table} where ${which}${within(column, days)}`;
  const months = {
    from: first === null ? null : first === monthOf(first!) ? first! : monthOf(first!, 1),
    until: last === null ? null : monthOf(last!),
  };
  const hasMonths = !byDay && (months.from === null || months.until === null || months.from < months.until);
  const days: Days[] = hasMonths
    ? [
        ...(first === null ? [] : [{ from: first!, until: months.from }]),
        ...(last === null ? [] : [{ from: months.until, until: last! }]),
      ]
    : [{ from: first!, until: last! }];
  return [
    ...(hasMonths ? [select('measure_shown_month', 'month', months)] : []),
    ...days
      .filter((part) => part.from === null || part.from !== part.until)
      .map((part) => select('measure_shown', 'day', part)),
    select('measure_shown_delta', 'day', { from: first!, until: last! }),
  ].join(' union all ');
}

/** By what recommendations are told apart. */
export const shownGroups = ['criterion', 'slot', 'item', 'day'] as const;
export type ShownGroup = (typeof shownGroups)[number];

/** What came of recommendations on pages; revenue in minor units of the report's currency. */
export interface ShownRow {
  criterion: string;
  group: string;
  shown: number;
  clicked: number;
  /** Different items among those shown. */
  items: number;
  orders: number;
  ordersWithIt: number;
  minor: number;
}

const groups: Record<ShownGroup, { shown: string; pick: string }> = {
  criterion: { shown: `''::text`, pick: `''::text` },
  slot: { shown: 'position::text', pick: 'p.position::text' },
  item: { shown: 'item', pick: 'p.item' },
  day: { shown: 'day::text', pick: `(p.at at time zone 'UTC')::date::text` },
};

/** An order is credited to the last recommendation that its buyer clicked, so long before it at most, days. */
const orderDays = 5;

/** Shown, clicked and bought within days from `from` to before `until`, by criterion and group; at most 2,000 rows. */
export async function shownRows(
  runner: Runner,
  { by, from, until }: { by: ShownGroup; from: number | null; until: number | null },
): Promise<ShownRow[]> {
  const { shown, pick } = groups[by];
  const at = (time: number | null) => (time === null ? null : new Date(time));
  const values: unknown[] = [at(from), at(until)];
  const seen = shownWithin(`journey = ''`, { from, until }, { byDay: by === 'day', values });
  return runner.rows<ShownRow>({
    text: `with seen as (
        select criterion, "group", sum(shown) as shown, sum(clicked) as clicked, count(*) filter (where item <> '' and shown > 0) as items
        from (
          select criterion, ${shown} as "group", item, sum(shown) as shown, sum(clicked) as clicked from (${seen}) each group by 1, 2, 3
        ) by_item group by 1, 2
      ), credited as (
        select distinct on (s.order_id) p.criterion, ${pick} as "group", p.at, s.minor,
          s.items @> jsonb_build_array(jsonb_build_object('id', p.item)) as with_it
        from measure_pick p cross join lateral (select * from measure_sale s where s.profile_id = p.profile_id and s.at >= p.at
          and s.at <= p.at + interval '${orderDays} days' and not s.cancelled offset 0) s
        where ($1::timestamptz is null or p.at >= date_trunc('day', $1::timestamptz, 'UTC'))
          and ($2::timestamptz is null or p.at < date_trunc('day', $2::timestamptz, 'UTC') + interval '${orderDays} days')
        order by s.order_id, p.at desc, p.id
      ), bought as (
        select criterion, "group", count(*) as orders, count(*) filter (where with_it) as with_it, sum(minor) as minor
        from credited where ($1::timestamptz is null or at >= date_trunc('day', $1::timestamptz, 'UTC'))
          and ($2::timestamptz is null or at < date_trunc('day', $2::timestamptz, 'UTC')) group by 1, 2
      )
      select criterion, "group", coalesce(shown, 0)::float8 as shown, coalesce(clicked, 0)::float8 as clicked,
        coalesce(items, 0)::float8 as items, coalesce(orders, 0)::int as orders,
        coalesce(with_it, 0)::int as "ordersWithIt", coalesce(minor, 0)::float8 as minor
      from seen full join bought using (criterion, "group")
      order by 1, ${by === 'item' ? '3 desc, 2' : by === 'slot' ? 'length("group"), 2' : '2'} limit 2000`,
    values,
  });
}
