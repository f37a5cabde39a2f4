import type { DeviceKind } from '../event/index.ts';
import type { Migration } from '../store/index.ts';

/**
 * Roll-up of the units: what each hour's newly assigned people came to, by journey and arm. A unit carries its own outcome; when
 * that changes, the difference is appended in the same transaction (`measure_delta`), and a duty gathers differences into
 * `measure_tally`. Everything is a whole number of minor units, so the roll-up equals the sum over the units to the last digit.
 */

/** What a unit adds to its hour, as SQL over its columns; one whose arms conflict adds nothing but that. */
const outcomes = {
  n: '1',
  share: 'share',
  buyers: '(orders > 0)::int',
  orders: 'orders',
  other: 'other',
  sum: 'minor',
  squares: 'minor::numeric * minor',
  later_sum: 'later',
  later_squares: 'later::numeric * later',
  capped_sum: 'capped',
  capped_squares: 'capped::numeric * capped',
  x_sum: 'before',
  x_squares: 'before::numeric * before',
  products: 'before::numeric * minor',
};

/** Kinds of devices that people were last seen on when they were assigned; of whom none is known, no kind counts. */
export const deviceKinds = ['phone', 'tablet', 'computer'] as const satisfies DeviceKind[];
const isOn = (kind: DeviceKind) => `(device is not distinct from '${kind}')::int`;
/** How many they are, and their shares. */
const deviceAdds = Object.fromEntries(
  deviceKinds.flatMap((kind) => [
    [`on_${kind}`, isOn(kind)],
    [`on_${kind}_share`, `${isOn(kind)} * share`],
  ]),
);

const adds: Record<string, string> = { ...outcomes, ...deviceAdds };
const firstNames = [...Object.keys(outcomes), 'conflicted'];
export const names = [...Object.keys(adds), 'conflicted'];
export const columns = names.join(', ');
export const sums = names.map((name) => `sum(${name}) as ${name}`).join(', ');
export const hourOf = `date_trunc('hour', assigned_at, 'UTC')`;

/** Contribution of each row of `from`, times `sign`. */
export function contributions(from: string, sign: 1 | -1): string {
  const each = Object.entries(adds).map(([name, sql]) => `${sign} * (not conflicted)::int * (${sql}) as ${name}`);
  return `select journey, ${hourOf} as hour, arm, ${each.join(', ')}, ${sign} * conflicted::int as conflicted from ${from}`;
}

export const gathered = (from: string) =>
  `select journey, hour, arm, ${sums} from (${from}) each group by journey, hour, arm`;

/** How long after its assignment a unit's orders count, days (trust.md §5.1), and how long for the look at orders that only came earlier. */
export const windowDays = 7;
export const laterDays = 28;
/** Days before the assignment whose orders tell what to expect of a unit (trust.md §5.2 "CUPED"). */
export const beforeDays = 28;

/** A rate holds for the days after its own, until the next one, at most so many. */
export const rateDays = 7;

const kinds = firstNames
  .map((name) => `${name} ${/squares|products/.test(name) ? 'numeric' : 'bigint'} not null`)
  .join(',\n  ');

export const tallyMigration: Migration = {
  name: '0702-measure-tally',
  sql: `
alter table measure_unit
  add column counted boolean not null default false,
  add column share integer not null default 1000,
  add column orders integer not null default 0,
  add column other integer not null default 0,
  add column minor bigint not null default 0,
  add column later bigint not null default 0,
  add column capped bigint not null default 0,
  add column before bigint not null default 0;
create index measure_unit_uncounted on measure_unit (profile_id) where not counted;
create table measure_delta (
  id bigint generated always as identity primary key,
  journey text not null,
  hour timestamptz not null,
  arm text not null,
  ${kinds}
);
create table measure_tally (
  journey text not null,
  hour timestamptz not null,
  arm text not null,
  ${kinds},
  primary key (journey, hour, arm)
);
create table measure_journey (
  journey text primary key,
  started_at timestamptz not null,
  cap bigint,
  plan jsonb not null,
  plan_hash text not null
);
create table measure_refund (
  order_id text not null,
  refund_id text not null,
  profile_id uuid not null,
  shard smallint not null,
  at timestamptz not null,
  minor bigint not null,
  cancels boolean not null,
  primary key (order_id, refund_id)
);
create index measure_refund_profile on measure_refund (profile_id);
create table measure_rate (
  currency text not null,
  day date not null,
  factor numeric not null check (factor > 0),
  primary key (currency, day)
);
create view measure_sale as
  select o.order_id, o.profile_id, o.at, o.currency, o.items, back.cancels is true as cancelled,
    greatest(0, o.minor - coalesce(back.minor, 0))::bigint as net,
    round(greatest(0, o.minor - coalesce(back.minor, 0)) * rate.factor)::bigint as minor
  from measure_order o
  left join lateral (select sum(r.minor) as minor, bool_or(r.cancels) as cancels from measure_refund r
    where r.order_id = o.order_id) back on true
  left join lateral (select m.factor from measure_rate m where m.currency = o.currency
    and m.day <= (o.at at time zone 'UTC')::date
    and (m.day = date '0001-01-01' or m.day > (o.at at time zone 'UTC')::date - ${rateDays})
    order by m.day desc limit 1) rate on true;
`,
};

export const deviceMigration: Migration = {
  name: '0707-measure-devices',
  sql: `
alter table measure_unit add column device text;
${['measure_delta', 'measure_tally']
  .map((table) =>
    Object.keys(deviceAdds).map((name) => `alter table ${table} add column ${name} bigint not null default 0;`),
  )
  .flat()
  .join('\n')}
`,
};

export const dayMigration: Migration = {
  name: '0708-measure-days',
  sql: `
create table measure_day (
  journey text not null,
  day date not null,
  arm text not null,
  ${names.map((name) => `${name} ${/squares|products/.test(name) ? 'numeric' : 'bigint'} not null`).join(',\n  ')},
  primary key (journey, day, arm)
);
create table measure_zone (shard smallint primary key, zone text not null);
`,
};
