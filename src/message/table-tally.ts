import { stretchesOf, type Bounds, type Migration, type Runner } from '../store/index.ts';
import type { MessageState } from './message.ts';
import { openingKinds } from './table-heard.ts';

/**
 * Roll-up of the ledger for reports: how many mails of a journey were planned in an hour, and in a day of the shop, by what planned them and
 * by how they ended. A message stands in `message_open` from its plan on; once it has ended, a duty takes it from there and counts it. What
 * is open is counted when somebody asks, so that a report is never behind.
 */
export const tallyMigration: Migration = {
  name: '0698-message-tally',
  sql: `
drop index message_counts;
create index message_planned on message (journey, planned_at) where not test;
create table message_open (
  journey text not null,
  shard smallint not null,
  id uuid not null,
  primary key (journey, shard, id)
);
insert into message_open select journey, shard, id from message where not test;
${['hour timestamptz', 'day date']
  .map((at) => {
    const [name] = at.split(' ');
    return `create table message_${name} (
  journey text not null,
  ${at} not null,
  activity text not null,
  version integer not null,
  message text not null,
  variant text not null,
  state text not null,
  reason text not null,
  held boolean not null,
  heard text not null,
  n bigint not null,
  primary key (journey, ${name}, activity, version, message, variant, state, reason, held, heard)
);`;
  })
  .join('\n')}
create table message_zone (shard smallint primary key, zone text not null);
alter table message_heard add column counted boolean not null default false;
create index message_heard_uncounted on message_heard (journey) where not counted and not test
  and kind in ('bounced', 'complained', 'unsubscribed', 'replied');
`,
};

/** Openings are counted like what else was heard. */
export const openingMigrations: Migration[] = [
  {
    name: '0699b-message-heard-due',
    sql: `
create index concurrently message_heard_due on message_heard (journey) where not counted and not test
  and kind in ('bounced', 'complained', 'unsubscribed', 'replied', 'openedByReader', 'openedUnknown', 'openedByMachine')
`,
  },
  { name: '0699c-message-heard-uncounted-gone', sql: 'drop index message_heard_uncounted' },
];

/** How a message can end: nothing changes it any more. */
const ends: readonly MessageState[] = [
  'accepted',
  'rejected',
  'render_failed',
  'skipped',
  'expired',
  'cancelled',
  'abandoned',
];
const hasEnded = (row: string) => `${row}.state in (${ends.map((state) => `'${state}'`).join(', ')})`;
const toldKinds = ['bounced', 'complained', 'unsubscribed', 'replied', ...openingKinds]
  .map((kind) => `'${kind}'`)
  .join(', ');
const told = (row: string) => `not ${row}.test and ${row}.kind in (${toldKinds})`;

/** What tells a message from others, in the order of the roll-ups' columns; only what was left out has a reason. */
const kind = 'activity, version, message, variant, state, reason, held, heard';
const kindOf = (row: string, heard: string) =>
  `${row}.activity, ${row}.journey_version as version, ${row}.template as message, coalesce(${row}.variant ->> 'label', '') as variant,
    ${row}.state, case when ${row}.state = 'skipped' then coalesce(${row}.reason, '') else '' end as reason,
    ${row}.state = 'skipped' and ${row}.arm is not distinct from 'control' as held, ${heard} as heard`;

/** Adds the rows of `each` to both roll-ups, as two common table expressions; `zone` is a parameter. */
const adding = (zone: string) => `hours as (
    insert into message_hour (journey, hour, ${kind}, n) select journey, date_trunc('hour', planned_at, 'UTC'), ${kind}, count(*)
    from each group by journey, 2, ${kind} order by journey, 2, ${kind}
    on conflict (journey, hour, ${kind}) do update set n = message_hour.n + excluded.n
  ), days as (
    insert into message_day (journey, day, ${kind}, n) select journey, (planned_at at time zone ${zone})::date, ${kind}, count(*)
    from each group by journey, 2, ${kind} order by journey, 2, ${kind}
    on conflict (journey, day, ${kind}) do update set n = message_day.n + excluded.n
  )`;

/** Where the next look at what is open begins; null: at the beginning. */
export interface OpenCursor {
  journey: string;
  shard: number;
  id: string;
}

/** Counts those that have ended, of up to `limit` open ones. @returns how many it counted, and where to go on */
export async function countEnded(
  tx: Runner,
  { after, limit, zone }: { after: OpenCursor | null; limit: number; zone: string },
): Promise<{ counted: number; next: OpenCursor | null }> {
  const [row] = await tx.rows<{ counted: number; looked: number; last: OpenCursor | null }>({
    name: 'message-count-ended',
    text: `with looked as (
        select journey, shard, id from message_open where (journey, shard, id) > ($1, $2::smallint, $3::uuid)
        order by journey, shard, id limit $4 for update skip locked
      ), ended as (
        delete from message_open o using looked l, message m where o.journey = l.journey and o.shard = l.shard and o.id = l.id
          and m.shard = l.shard and m.id = l.id and ${hasEnded('m')} returning m.*
      ), each as (select e.journey, e.planned_at, ${kindOf('e', `''::text`)} from ended e), ${adding('$5')}
      select (select count(*)::int from ended) as counted, (select count(*)::int from looked) as looked,
        (select jsonb_build_object('journey', journey, 'shard', shard, 'id', id) from looked order by journey desc, shard desc, id desc limit 1) as last`,
    values: [
      after?.journey ?? '',
      after?.shard ?? -1,
      after?.id ?? '00000000-0000-0000-0000-000000000000',
      limit,
      zone,
    ],
  });
  return { counted: row!.counted, next: row!.looked < limit ? null : row!.last };
}

/** Counts up to `limit` things that were heard of mails that have ended. @returns how many it counted */
export async function countHeard(tx: Runner, { limit, zone }: { limit: number; zone: string }): Promise<number> {
  const [row] = await tx.rows<{ counted: number }>({
    name: 'message-count-heard',
    text: `with looked as (
        select h.shard, h.message_id, h.kind from message_heard h join message m on m.shard = h.shard and m.id = h.message_id
        where not h.counted and ${told('h')} and ${hasEnded('m')} limit $1 for update of h skip locked
      ), fresh as (
        update message_heard h set counted = true from looked l, message m where h.shard = l.shard and h.message_id = l.message_id
          and h.kind = l.kind and m.shard = l.shard and m.id = l.message_id returning h.journey, m.planned_at, ${kindOf('m', 'h.kind')}
      ), each as (select * from fresh), ${adding('$2')}
      select count(*)::int as counted from fresh`,
    values: [limit, zone],
  });
  return row!.counted;
}

/** Days are the shop's: when its zone has changed, they are added up anew from what lies in the ledger. @returns whether they were */
export async function keepZone(tx: Runner, zone: string): Promise<boolean> {
  const first = await tx.run({
    text: 'insert into message_zone (shard, zone) values (0, $1) on conflict do nothing',
    values: [zone],
  });
  const [row] = await tx.rows<{ zone: string }>({ text: 'select zone from message_zone for update' });
  if (first > 0 || row!.zone === zone) return false;
  await tx.run({ text: 'update message_zone set zone = $1', values: [zone] });
  await rebuildCounts(tx, zone);
  return true;
}

/** Counts everything anew; what has not ended is open. In one statement, so that nothing ends between two looks. Nobody can plan meanwhile. */
export async function rebuildCounts(tx: Runner, zone: string): Promise<void> {
  await tx.run({ text: 'lock table message_open in exclusive mode' });
  await tx.run({ text: 'truncate message_hour, message_day, message_open' });
  await tx.run({ text: 'update message_heard set counted = false where counted' });
  await tx.run({
    text: `with fresh as (
        update message_heard h set counted = true from message m where ${told('h')} and m.shard = h.shard and m.id = h.message_id
          and ${hasEnded('m')} returning m.journey, m.planned_at, ${kindOf('m', 'h.kind')}
      ), opened as (
        insert into message_open select journey, shard, id from message m where not test and not ${hasEnded('m')}
      ), each as (
        select journey, planned_at, ${kindOf('m', `''::text`)} from message m where not test and ${hasEnded('m')} union all select * from fresh
      ), ${adding('$1')} select 1`,
    values: [zone],
  });
}

/** Journeys whose roll-up of a day, of its hours in UTC or of the shop's own, is not what the ledger has. */
export async function auditCounts(
  runner: Runner,
  { journeys, day, zone }: { journeys: readonly string[]; day: string; zone: string },
): Promise<string[]> {
  const look = (grain: 'hour' | 'day', of: string) => {
    const [from, to] = ['$2::date', '($2::date + 1)'].map((at) => `${at}::timestamp at time zone ${of}`);
    const rolled =
      grain === 'hour'
        ? `message_hour r where r.hour >= ${from} and r.hour < ${to}`
        : 'message_day r where r.day = $2::date';
    const mails = `unnest($1::text[]) j(key) join message m on m.journey = j.key and m.planned_at >= ${from} and m.planned_at < ${to} and not m.test
      and ${hasEnded('m')}`;
    return `select journey from (
        select m.journey, ${kindOf('m', `''::text`)}, 1 as n from ${mails} and not exists (select from message_open o where o.journey = m.journey and o.shard = m.shard and o.id = m.id)
        union all select m.journey, ${kindOf('m', 'h.kind')}, 1 from ${mails} join message_heard h on h.shard = m.shard and h.message_id = m.id and h.counted and ${told('h')}
        union all select r.journey, ${kind}, -n from ${rolled} and r.journey = any($1)
      ) each group by journey, ${kind} having sum(n) <> 0`;
  };
  const rows = await runner.rows<{ journey: string }>({
    text: `select distinct journey from (${look('hour', `'UTC'`)} union all ${look('day', '$3')}) wrong order by 1 limit 10`,
    values: [journeys, day, zone],
  });
  return rows.map(({ journey }) => journey);
}

/** By what the mails of a journey can be told apart. */
export const funnelGroups = ['day', 'activity', 'version', 'message', 'variant', 'outcome', 'whole'] as const;
export type FunnelGroup = (typeof funnelGroups)[number];

/** How the mails of a journey are told apart: by the day of their plan in a zone, by what planned them, or not at all. */
export interface FunnelQuery {
  journey: string;
  by: FunnelGroup;
  zone: string;
  /** Planned from here on and before there, UTC ms; null: without bound. */
  from: number | null;
  until: number | null;
}

/** Messages of one group that ended, or stand, in the same way; `heard`: of how many of them that was heard. */
export interface Counted {
  group: string;
  state: MessageState;
  reason: string | null;
  held: boolean;
  heard: string;
  n: number;
}

const groups: Record<FunnelGroup, string> = {
  day: 'day',
  activity: 'activity',
  version: 'version::text',
  message: 'message',
  variant: `case when variant = '' then '' else activity || ': ' || variant end`,
  outcome: `case when state = 'skipped' then coalesce(nullif(reason, ''), 'unknown') else state end`,
  whole: `''`,
};

/** The mails of a journey by group and how they stand, and what was heard of them: from the roll-up, and what is not in it yet. */
export async function countedBy(runner: Runner, { journey, by, zone, from, until }: FunnelQuery): Promise<Counted[]> {
  const parts = await stretchesOf(runner, { from, until }, zone);
  const values: unknown[] = [journey, zone];
  const within = (column: string, { from, until }: Bounds) => {
    const bound = (sign: string, at: number | null) => {
      if (at === null) return '';
      const value = `$${values.push(new Date(at))}::timestamptz`;
      return ` and ${column} ${sign} ${column === 'day' ? `(${value} at time zone $2)::date` : value}`;
    };
    return bound('>=', from) + bound('<', until);
  };
  const planned = `to_char(m.planned_at at time zone $2, 'YYYY-MM-DD') as day`;
  const heardOf = 'message_heard h join message m on m.shard = h.shard and m.id = h.message_id';
  const pieces = parts.flatMap((part): string[] => {
    const [live, heard] = [kindOf('m', `''::text`), kindOf('m', 'h.kind')];
    const inLedger = within('m.planned_at', part);
    if (part.grain === 'moment') {
      return [
        `select ${planned}, ${live}, 1 as n from message m where m.journey = $1 and not m.test${inLedger}`,
        `select ${planned}, ${heard}, 1 from ${heardOf} where m.journey = $1 and not m.test and ${told('h')}${inLedger}`,
      ];
    }
    const rolled =
      part.grain === 'day'
        ? `select day::text, ${kind}, n from message_day where journey = $1${within('day', part)}`
        : `select to_char(hour at time zone $2, 'YYYY-MM-DD'), ${kind}, n from message_hour where journey = $1${within('hour', part)}`;
    return [
      rolled,
      `select ${planned}, ${live}, 1 from message_open o join message m using (shard, id) where o.journey = $1${inLedger}`,
      `select ${planned}, ${heard}, 1 from ${heardOf} where h.journey = $1 and not h.counted and ${told('h')}${inLedger}`,
    ];
  });
  return runner.rows<Counted>({
    text: `select ${groups[by]} as "group", state, nullif(reason, '') as reason, held, heard, sum(n)::int as n
      from (${pieces.join(' union all ')}) each (day, ${kind}, n) group by 1, 2, 3, 4, 5 order by 1, 2, 3`,
    values,
  });
}
