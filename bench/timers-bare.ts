import type { Store } from '../src/store/index.ts';

/**
 * What the engine is measured against: a bare loop that writes the same rows, in batches of the same size, and decides
 * nothing (stack.md §C). Its tables have the same columns, their primary keys, and the index by which waits are claimed.
 */
export const bareTables = [
  `create table bare_run (id uuid primary key, shard smallint not null, journey text not null, version int not null, profile_id uuid not null,
    key text not null, state text not null, activity text not null, moves int not null, context jsonb not null, entered_at timestamptz not null,
    moved_at timestamptz not null, due timestamptz, ended_at timestamptz, end_reason text) with (fillfactor = 70)`,
  `create table bare_wait (run_id uuid primary key, shard smallint not null, profile_id uuid not null, due timestamptz not null, journey text not null,
    held boolean not null) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)`,
  'create index bare_wait_due on bare_wait (due)',
  `create table bare_step (run_id uuid not null, no int not null, shard smallint not null, profile_id uuid not null, journey text not null,
    at timestamptz not null, activity text not null, kind text not null, reason text, detail jsonb, primary key (run_id, no))`,
  `create table bare_entry (journey text not null, profile_id uuid not null, shard smallint not null, last_at timestamptz not null, times int not null,
    primary key (profile_id, journey))`,
];

/** A run as the engine leaves it at its wait. */
export interface BareRun {
  id: string;
  profileId: string;
  shard: number;
}

/** Run, wait, entry and two steps of each, in one statement. */
export async function addBare(
  store: Store,
  runs: readonly BareRun[],
  { now, due }: { now: Date; due: Date },
): Promise<void> {
  const entered = runs.map(() => '{"event":{"cartId":"c"}}');
  const waits = runs.map(() => JSON.stringify({ until: due.getTime() }));
  await store.run({
    name: 'bare-add',
    text: `with r as (select * from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::jsonb[], $5::jsonb[], $6::jsonb[]) as r(id, profile_id, shard, context, entered, waits)),
      runs as (insert into bare_run select id, shard, 'bench', 1, profile_id, '', 'waiting', 'pause', 1, context, $7::timestamptz, $7::timestamptz, $8::timestamptz, null, null from r),
      waits as (insert into bare_wait select id, shard, profile_id, $8::timestamptz, 'bench', false from r),
      entries as (insert into bare_entry select 'bench', profile_id, shard, $7::timestamptz, 1 from r)
      insert into bare_step select id, 0, shard, profile_id, 'bench', $7::timestamptz, 'entry', 'entered', null, entered from r
        union all select id, 1, shard, profile_id, 'bench', $7::timestamptz, 'pause', 'waiting', null, waits from r`,
    values: [
      runs.map(({ id }) => id),
      runs.map(({ profileId }) => profileId),
      runs.map(({ shard }) => shard),
      runs.map(() => `{"events":{"entry":{"cartId":"c","at":${now.getTime()}}},"actions":{}}`),
      entered,
      waits,
      now,
      due,
    ],
  });
}

/** Claims what is due, changes its state, and writes two steps of history, in one transaction. @returns runs moved */
export async function wakeBare(store: Store, { now, limit }: { now: Date; limit: number }): Promise<number> {
  return store.inTransaction(async (tx) => {
    const rows = await tx.rows<{ run_id: string }>({
      name: 'bare-claim',
      text: 'delete from bare_wait where run_id in (select run_id from bare_wait where due <= $1 order by due limit $2 for update skip locked) returning run_id',
      values: [now, limit],
    });
    const ids = rows.map(({ run_id }) => run_id);
    await tx.run({
      name: 'bare-move',
      text: `update bare_run set state = 'ended', activity = 'done', moves = moves + 2, context = context || '{"left": true}', moved_at = $2, due = null,
        ended_at = $2, end_reason = 'Done' where id = any($1)`,
      values: [ids, now],
    });
    await tx.run({
      name: 'bare-history',
      text: `insert into bare_step select r.id, 2 + k, r.shard, r.profile_id, r.journey, $2, r.activity, case k when 0 then 'passed' else 'ended' end, 'Done', null
        from bare_run r cross join generate_series(0, 1) k where r.id = any($1)`,
      values: [ids, now],
    });
    return ids.length;
  });
}
