import type { Migration, Runner } from '../store/index.ts';
import { historyMigrations } from './history.ts';
import { importMigrations } from './import.ts';
import { monthMigrations } from './table-month.ts';
import { partMigrations } from './table-part.ts';

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
  {
    // Consents that wait to be folded are few: in a table of their own they are asked for without a look at the inbox.
    name: '0113-event-consenting',
    sql: `
create table event_consenting (
  shard smallint not null,
  source text not null,
  id text not null,
  visitor text not null,
  primary key (shard, source, id)
);
insert into event_consenting (shard, source, id, visitor)
  select distinct b.shard, e ->> 'source', e ->> 'id', e ->> 'visitor'
  from event_inbox b, jsonb_array_elements(b.payload::jsonb) e where b.consents and e ? 'consent';
drop index event_inbox_consents;
alter table event_inbox drop column consents, drop column consenting;
`,
  },
  ...partMigrations,
];

/** What became of a batch, by the places of its rows (from 1); null when all of it was new. */
export interface StoredBatch {
  /** Those that were not kept. */
  missing: number[] | null;
  /** Those of them whose visitor has just stated a consent; the others were known already. */
  doubted: number[] | null;
}

/**
 * Stores a batch in one statement, so in one transaction: keys first (what is known already drops out), then the
 * events, then one inbox row a shard carrying what the fold needs. When all is new, the rows of the inbox are as they were
 * handed in; otherwise they are put together here. A guarded row whose visitor has a consent waiting to be folded is not
 * stored: whoever sent it relied on an older one (`doubted`); nor is one guarded more (2) whose visitor has declined.
 */
export interface StoreStatements {
  storeBatch: NamedStatement;
  /** The same for a batch in which consents are stated: they are noted for as long as they wait. */
  storeConsents: NamedStatement;
}

type NamedStatement = Readonly<{ name: string; text: string }>;

/** @param declined an SQL condition over `input.visitor`: has this visitor declined to be recorded? */
export function storeStatements(declined: string, name = 'event.store'): StoreStatements {
  return {
    storeBatch: { name, text: storing(declined, '') },
    storeConsents: { name: `${name}-consents`, text: storing(declined, noting) },
  };
}

const noting = `, noted as (
  insert into event_consenting (shard, source, id, visitor)
  select shard, source, key, visitor from input where place = any($14::int[]) and (shard, source, key) in (select * from fresh)
)`;

/** For logs that cannot tell who has declined: whoever does not remember must ask. */
export const plainStatements = storeStatements('true', 'event.store-asked');

function storing(declined: string, more: string): string {
  const doubt = `guard > 0 and ((select exists (select 1 from event_consenting))
    and exists (select 1 from event_consenting c where c.shard = input.shard and c.visitor = input.visitor) or guard = 2 and ${declined})`;
  return `with input as (
  select * from unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::smallint[])
    with ordinality as t(shard, source, key, id, visitor, received_at, happened_at, body, guard, place)
), fresh as (
  insert into event_key (shard, source, id, day) select shard, source, key, received_at::date from input where not (${doubt})
  on conflict do nothing returning shard, source, id
), whole as materialized (
  select count(*) = $10::int as yes from fresh
), stored as (
  insert into event (shard, received_at, id, visitor, happened_at, body)
  select shard, received_at, id, visitor, happened_at, body::jsonb from input
  where (select yes from whole) or (shard, source, key) in (select * from fresh)
), put as (
  insert into event_inbox (shard, id, payload)
  select * from unnest($11::smallint[], $12::uuid[], $13::text[]) where (select yes from whole)
  union all
  select shard, (array_agg(id order by place))[1], '[' || string_agg(body, ',' order by place) || ']' from input
  where not (select yes from whole) and (shard, source, key) in (select * from fresh) group by shard
)${more}
select case when not yes then array(select place::int from input where (shard, source, key) not in (select * from fresh)) end as missing,
  case when not yes then array(select place::int from input where ${doubt}) end as doubted from whole`;
}

/** Takes everything away that happened; datastreams stay. For leaving the demo. */
export async function emptyLog(runner: Runner): Promise<void> {
  await runner.run({
    text: 'truncate event, event_key, event_inbox, event_consenting, event_quarantine, feed, event_import',
  });
  await runner.run({ text: 'update event_shard set version = 0' });
}
