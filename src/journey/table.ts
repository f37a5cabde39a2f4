import type { Migration, Runner } from '../store/index.ts';
import type { Run, RunContext, Step } from './run.ts';
import { secretMigrations } from './table-secret.ts';
import { serviceMigrations } from './table-service.ts';
import { simulationMigrations } from './table-simulation.ts';

export const migrations: Migration[] = [
  ...secretMigrations,
  ...serviceMigrations,
  ...simulationMigrations,
  {
    name: '0501-journey-tables',
    sql: `
create table journey (
  key text primary key,
  status text not null,
  version int not null,
  draft jsonb not null,
  published_at timestamptz,
  read_due timestamptz,
  updated_at timestamptz not null
);
create table journey_version (
  journey text not null,
  version int not null,
  definition jsonb not null,
  published_at timestamptz not null,
  primary key (journey, version)
);
create table journey_run (
  id uuid primary key,
  shard smallint not null,
  journey text not null,
  version int not null,
  profile_id uuid not null,
  key text not null,
  state text not null,
  activity text not null,
  moves int not null,
  context jsonb not null,
  entered_at timestamptz not null,
  moved_at timestamptz not null,
  due timestamptz,
  ended_at timestamptz,
  end_reason text
) with (fillfactor = 70);
create unique index journey_run_active on journey_run (profile_id, journey, key) where ended_at is null;
create index journey_run_here on journey_run (journey, activity) where ended_at is null;
create index journey_run_profile on journey_run (profile_id);
create index journey_run_end on journey_run (journey, end_reason) where ended_at is not null;
create table journey_wait (
  run_id uuid primary key,
  shard smallint not null,
  profile_id uuid not null,
  due timestamptz not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index journey_wait_due on journey_wait (due);
create table journey_step (
  run_id uuid not null,
  no int not null,
  shard smallint not null,
  profile_id uuid not null,
  journey text not null,
  at timestamptz not null,
  activity text not null,
  kind text not null,
  reason text,
  detail jsonb,
  primary key (run_id, no)
);
create index journey_step_profile on journey_step (profile_id, at desc);
create index journey_step_count on journey_step (journey, activity, at);
create table journey_entry (
  journey text not null,
  profile_id uuid not null,
  shard smallint not null,
  last_at timestamptz not null,
  times int not null,
  primary key (profile_id, journey)
);
create table journey_refusal (
  id uuid primary key,
  shard smallint not null,
  profile_id uuid not null,
  journey text not null,
  at timestamptz not null,
  reason text not null
);
create index journey_refusal_profile on journey_refusal (profile_id, at desc);
`,
  },
  {
    // A paused journey holds its waits; a journey that was changed may bring those inside over to its new version.
    name: '0502-journey-life',
    sql: `
alter table journey add column paused_at timestamptz, add column moving jsonb;
alter table journey_wait add column journey text, add column held boolean not null default false;
update journey_wait w set journey = r.journey from journey_run r where r.id = w.run_id;
alter table journey_wait alter column journey set not null;
drop index journey_wait_due;
create index journey_wait_due on journey_wait (due) where not held;
create index journey_wait_held on journey_wait (journey) where held;
create table journey_cap (
  journey text not null,
  activity text not null,
  since timestamptz not null,
  taken int not null,
  primary key (journey, activity)
);
`,
  },
  {
    name: '0503-journey-readings',
    sql: `
create table journey_reading (
  id uuid primary key,
  journey text not null,
  version int not null,
  name text not null,
  wave int not null,
  due timestamptz not null,
  next_at timestamptz not null,
  since timestamptz,
  data jsonb,
  cursor uuid,
  started int not null default 0,
  ended_at timestamptz,
  unique (journey, name, wave)
);
create index journey_reading_open on journey_reading (next_at) where ended_at is null;
`,
  },
  {
    // A person's steps are found by their runs; ends are counted over a whole journey. Neither pays for an index.
    name: '0504-journey-indexes',
    sql: 'drop index journey_step_profile; drop index journey_run_end;',
  },
];

interface RunRow {
  id: string;
  shard: number;
  journey: string;
  version: number;
  profile_id: string;
  key: string;
  state: Run['state'];
  activity: string;
  moves: number;
  context: RunContext;
  entered_at: Date;
  moved_at: Date;
  due: Date | null;
  ended_at: Date | null;
  end_reason: string | null;
}

function runOf(row: RunRow): Run {
  return {
    id: row.id,
    shard: row.shard,
    journey: row.journey,
    version: row.version,
    profileId: row.profile_id,
    key: row.key,
    state: row.state,
    activity: row.activity,
    moves: row.moves,
    context: row.context,
    enteredAt: row.entered_at.getTime(),
    movedAt: row.moved_at.getTime(),
    due: row.due?.getTime() ?? null,
    endedAt: row.ended_at?.getTime() ?? null,
    endReason: row.end_reason,
  };
}

/** Runs of these profiles that have not ended. Their profiles are locked by the caller, so the runs are too. */
export async function activeRuns(tx: Runner, profileIds: readonly string[]): Promise<Run[]> {
  const rows = await tx.rows<RunRow>({
    name: 'journey.active',
    text: 'select * from journey_run where profile_id = any($1) and ended_at is null order by id',
    values: [profileIds],
  });
  return rows.map(runOf);
}

export async function runsById(tx: Runner, ids: readonly string[]): Promise<Run[]> {
  const rows = await tx.rows<RunRow>({
    name: 'journey.runs',
    text: 'select * from journey_run where id = any($1) order by id',
    values: [ids],
  });
  return rows.map(runOf);
}

/** The run of a profile in a journey that began last. */
export async function latestRun(runner: Runner, profileId: string, journey: string): Promise<Run | null> {
  const [row] = await runner.rows<RunRow>({
    text: 'select * from journey_run where profile_id = $1 and journey = $2 order by entered_at desc, id desc limit 1',
    values: [profileId, journey],
  });
  return row ? runOf(row) : null;
}

/** Where runs stand, without what they have gathered: for those who only ask. */
export async function placesOf(tx: Runner, ids: readonly string[]): Promise<RunPlace[]> {
  return tx.rows<RunPlace>({
    name: 'journey.places',
    text: `select id, profile_id as "profileId", journey, version, state, activity, moves, end_reason as "endReason", context->'answered' as answered
      from journey_run where id = any($1)`,
    values: [ids],
  });
}

export type RunPlace = Pick<
  Run,
  'id' | 'profileId' | 'journey' | 'version' | 'state' | 'activity' | 'moves' | 'endReason'
> & { answered: RunContext['answered'] | null };

/** Writes runs, their waits, their new steps, and the entries of new ones: one statement whatever their number. */
export async function saveRuns(
  tx: Runner,
  changed: readonly { run: Run; steps: Step[]; isNew?: boolean }[],
): Promise<void> {
  if (changed.length === 0) return;
  await tx.run({
    name: 'journey.save',
    text: `with r as (
        select * from unnest($1::uuid[], $2::smallint[], $3::text[], $4::int[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::int[], $10::jsonb[],
          $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::timestamptz[], $15::text[], $16::boolean[])
          as r(id, shard, journey, version, profile_id, key, state, activity, moves, context, entered_at, moved_at, due, ended_at, end_reason, fresh)
      ), entered as (
        insert into journey_entry (journey, profile_id, shard, last_at, times)
        select journey, profile_id, min(shard), max(entered_at), 1 from r where fresh group by journey, profile_id
        on conflict (profile_id, journey) do update set last_at = excluded.last_at, times = journey_entry.times + 1
      ), saved as (
        insert into journey_run (id, shard, journey, version, profile_id, key, state, activity, moves, context, entered_at, moved_at, due, ended_at, end_reason)
        select id, shard, journey, version, profile_id, key, state, activity, moves, context, entered_at, moved_at, due, ended_at, end_reason from r
        on conflict (id) do update set version = excluded.version, state = excluded.state, activity = excluded.activity, moves = excluded.moves, context = excluded.context,
          moved_at = excluded.moved_at, due = excluded.due, ended_at = excluded.ended_at, end_reason = excluded.end_reason
      ), unwaited as (
        delete from journey_wait where run_id in (select id from r where due is null)
      ), waited as (
        insert into journey_wait (run_id, shard, profile_id, due, journey, held)
        select id, shard, profile_id, due, journey, journey in (select key from journey where status = 'paused') from r where due is not null
        on conflict (run_id) do update set due = excluded.due, held = excluded.held
      )
      insert into journey_step (run_id, no, shard, profile_id, journey, at, activity, kind, reason, detail)
      select t.run_id, t.no + case when r.fresh then 0 else coalesce((select max(s.no) + 1 from journey_step s where s.run_id = t.run_id), 0) end, r.shard, r.profile_id, r.journey, t.at, t.activity, t.kind, t.reason, t.detail
      from unnest($17::uuid[], $18::int[], $19::timestamptz[], $20::text[], $21::text[], $22::text[], $23::jsonb[])
        as t(run_id, no, at, activity, kind, reason, detail) join r on r.id = t.run_id`,
    values: [
      ...runValues(changed.map(({ run }) => run)),
      changed.map(({ isNew = false }) => isNew),
      ...stepValues(changed),
    ],
  });
}

function runValues(runs: readonly Run[]): unknown[] {
  return [
    runs.map((run) => run.id),
    runs.map((run) => run.shard),
    runs.map((run) => run.journey),
    runs.map((run) => run.version),
    runs.map((run) => run.profileId),
    runs.map((run) => run.key),
    runs.map((run) => run.state),
    runs.map((run) => run.activity),
    runs.map((run) => run.moves),
    runs.map((run) => JSON.stringify(run.context)),
    runs.map((run) => new Date(run.enteredAt)),
    runs.map((run) => new Date(run.movedAt)),
    runs.map((run) => (run.due === null ? null : new Date(run.due))),
    runs.map((run) => (run.endedAt === null ? null : new Date(run.endedAt))),
    runs.map((run) => run.endReason),
  ];
}

function stepValues(changed: readonly { run: Run; steps: Step[] }[]): unknown[] {
  const rows = changed.flatMap(({ run, steps }) => steps.map((step, no) => ({ run, step, no })));
  return [
    rows.map(({ run }) => run.id),
    rows.map(({ no }) => no),
    rows.map(({ step }) => new Date(step.at)),
    rows.map(({ step }) => step.activity),
    rows.map(({ step }) => step.kind),
    rows.map(({ step }) => step.reason),
    rows.map(({ step }) => (step.detail === null ? null : JSON.stringify(step.detail))),
  ];
}
