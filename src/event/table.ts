import type { Migration, Runner } from '../store/index.ts';
import { historyMigrations } from './history.ts';
import { importMigrations } from './import.ts';
import { monthMigrations } from './table-month.ts';

export const migrations: Migration[] = [
  {
    name: '0101-event-log',
    sql: `
create table datastream (id text primary key, body jsonb not null, updated_at timestamptz not null default now());
create table event (
  shard smallint not null,
  received_at timestamptz not null,
  id uuid not null,
  visitor text not null,
  happened_at timestamptz not null,
  body jsonb not null,
  primary key (shard, received_at, id)
) partition by range (received_at);
create table event_rest partition of event default;
create index event_visitor on event (shard, visitor, happened_at desc);
create table event_key (
  shard smallint not null,
  source text not null,
  id text not null,
  day date not null,
  primary key (shard, source, id)
);
create table event_inbox (
  shard smallint not null,
  id uuid not null,
  payload text not null,
  primary key (shard, id)
) with (autovacuum_vacuum_scale_factor = 0.02);
create table event_quarantine (
  shard smallint not null,
  id uuid not null,
  payload text not null,
  error text not null,
  at timestamptz not null default now(),
  primary key (shard, id)
);
create table event_shard (
  shard smallint primary key,
  owner text,
  fence bigint not null default 0,
  lease_until timestamptz,
  version bigint not null default 0
) with (fillfactor = 50);
insert into event_shard (shard) select generate_series(0, 63);
create table feed (
  shard smallint not null,
  version bigint not null,
  at timestamptz not null,
  payload text not null,
  primary key (shard, version)
);
`,
  },
  {
    // Which rows carry a consent, so that the doors can ask for just these on every request.
    name: '0102-event-inbox-consents',
    sql: `
alter table event_inbox add column consents boolean not null default false;
create index event_inbox_consents on event_inbox (shard) where consents;
`,
  },
  {
    // Whose consents a row carries: what relies on a remembered consent asks for this when it is stored.
    name: '0103-event-inbox-consenting',
    sql: `alter table event_inbox add column consenting text[];`,
  },
  ...monthMigrations,
  ...importMigrations,
  ...historyMigrations,
  {
    // A row lives for moments, so packing it costs more than it saves; and who remembers what it stored must know when
    // the row says something else by now.
    name: '0112-event-inbox-plain',
    sql: `
alter table event_inbox alter column payload set storage external, set (toast_tuple_target = 8160);
alter table event_inbox add column changed boolean not null default false;
`,
  },
];

/** What became of a batch, by the places of its rows (from 1); null where there are none. */
export interface StoredBatch {
  repeated: number[] | null;
  doubted: number[] | null;
}

/**
 * Stores a batch in one statement, so in one transaction: keys first (what is known already drops out), then the
 * events, then one inbox row a shard carrying what the fold needs. A guarded row whose visitor has a consent in the
 * inbox is not stored: whoever sent it relied on an older one (`doubted`).
 */
export const storeBatch = {
  name: 'event.store',
  text: `with input as (
  select * from unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::bool[], $10::bool[])
    with ordinality as t(shard, source, key, id, visitor, received_at, happened_at, body, consents, guarded, place)
), doubt as materialized (
  select place from input where guarded and exists (select 1 from event_inbox b
    where b.consents and b.shard = input.shard and (b.consenting is null or input.visitor = any(b.consenting)))
), sure as materialized (
  select * from input where not exists (select 1 from doubt where doubt.place = input.place)
), fresh as (
  insert into event_key (shard, source, id, day) select shard, source, key, received_at::date from sure
  on conflict do nothing returning shard, source, id
), kept as (
  select sure.* from sure join fresh on fresh.shard = sure.shard and fresh.source = sure.source and fresh.id = sure.key
), stored as (
  insert into event (shard, received_at, id, visitor, happened_at, body)
  select shard, received_at, id, visitor, happened_at, body::jsonb from kept
), put as (
  insert into event_inbox (shard, id, payload, consents, consenting)
  select shard, (array_agg(id order by place))[1], '[' || string_agg(body, ',' order by place) || ']', bool_or(consents),
    array_agg(visitor) filter (where consents)
  from kept group by shard
)
select case when (select count(*) from fresh) < (select count(*) from sure)
    then array(select place::int from sure except select place::int from kept) end as repeated,
  case when exists (select 1 from doubt) then array(select place::int from doubt) end as doubted`,
};

/** Takes everything away that happened; datastreams stay. For leaving the demo. */
export async function emptyLog(runner: Runner): Promise<void> {
  await runner.run({ text: 'truncate event, event_key, event_inbox, event_quarantine, feed, event_import' });
  await runner.run({ text: 'update event_shard set version = 0' });
}
