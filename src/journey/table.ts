import {
  intColumn,
  smallintColumn,
  textColumn,
  timeColumn,
  uuidColumn,
  type Migration,
  type Runner,
} from '../store/index.ts';
import type { Run, RunContext, Step } from './run.ts';
import { pausedKeys } from './table-wait.ts';
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
  {
    // How many lines a run's history has, so that the next need not be looked for.
    name: '0505-journey-steps',
    sql: `
alter table journey_run add column steps int not null default 0;
update journey_run r set steps = s.count from (select run_id, count(*) as count from journey_step group by run_id) s where s.run_id = r.id;
`,
  },
];

/** Times in UTC ms, as the database reckons them: to have each read as a date costs more than all else of a row. */
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
  entered_at: number;
  moved_at: number;
  due: number | null;
  ended_at: number | null;
  end_reason: string | null;
}

const time = (column: string) => `date_part('epoch', ${column}) * 1000 as ${column}`;
const runColumns = `id, shard, journey, version, profile_id, key, state, activity, moves, context,
      ${['entered_at', 'moved_at', 'due', 'ended_at'].map(time).join(', ')}, end_reason`;

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
    enteredAt: Math.round(row.entered_at),
    movedAt: Math.round(row.moved_at),
    due: row.due === null ? null : Math.round(row.due),
    endedAt: row.ended_at === null ? null : Math.round(row.ended_at),
    endReason: row.end_reason,
  };
}

/** Runs of these profiles that have not ended. Their profiles are locked by the caller, so the runs are too. */
export async function activeRuns(tx: Runner, profileIds: readonly string[]): Promise<Run[]> {
  const rows = await tx.rows<RunRow>({
    name: 'journey.active',
    text: `select ${runColumns} from journey_run where profile_id = any($1) and ended_at is null order by id`,
    values: [profileIds],
  });
  return rows.map(runOf);
}

export async function runsById(tx: Runner, ids: readonly string[]): Promise<Run[]> {
  const rows = await tx.rows<RunRow>({
    name: 'journey.runs',
    text: `select ${runColumns} from journey_run where id = any($1) order by id`,
    values: [ids],
  });
  return rows.map(runOf);
}

/** The same without those of paused journeys: as this statement sees it, whatever this process knows. */
export async function freeRunsById(tx: Runner, ids: readonly string[]): Promise<Run[]> {
  const rows = await tx.rows<RunRow>({
    name: 'journey.free-runs',
    text: `select ${runColumns} from journey_run where id = any($1) and journey not in (${pausedKeys}) order by id`,
    values: [ids],
  });
  return rows.map(runOf);
}

/** Runs of a profile, those that began last first. */
export async function recentRuns(runner: Runner, profileId: string): Promise<Run[]> {
  const rows = await runner.rows<RunRow>({
    text: `select ${runColumns} from journey_run where profile_id = $1 order by entered_at desc, id desc limit 30`,
    values: [profileId],
  });
  return rows.map(runOf);
}

/** The run of a profile in a journey that began last. */
export async function latestRun(runner: Runner, profileId: string, journey: string): Promise<Run | null> {
  const [row] = await runner.rows<RunRow>({
    text: `select ${runColumns} from journey_run r where profile_id = $1 and journey = $2 order by r.entered_at desc, id desc limit 1`,
    values: [profileId, journey],
  });
  return row ? runOf(row) : null;
}

/** Where runs stand, without what they have gathered: for those who only ask. */
export async function placesOf(tx: Runner, ids: readonly string[]): Promise<RunPlace[]> {
  return tx.rows<RunPlace>({
    name: 'journey.places',
    text: `select id, profile_id as "profileId", journey, version, state, activity, moves, end_reason as "endReason", context->'answered' as answered,
      journey in (${pausedKeys}) as paused from journey_run where id = any($1)`,
    values: [ids],
  });
}

export type RunPlace = Pick<
  Run,
  'id' | 'profileId' | 'journey' | 'version' | 'state' | 'activity' | 'moves' | 'endReason'
> & { answered: RunContext['answered'] | null; paused: boolean };

/** A run as it stands now, and the lines its history gains. */
export interface ChangedRun {
  run: Run;
  steps: Step[];
}

const stepSource = `unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[])
        as t(run_id, no, at, activity, kind, reason, detail)`;

/** Writes runs that begin, with their waits, their first steps and their entries: one statement whatever their number. */
export async function beginRuns(tx: Runner, begun: readonly ChangedRun[]): Promise<void> {
  if (begun.length === 0) return;
  const runs = begun.map(({ run }) => run);
  await tx.run({
    name: 'journey.begin',
    text: `with r as (
        select * from unnest($8::uuid[], $9::smallint[], $10::text[], $11::int[], $12::uuid[], $13::text[], $14::text[], $15::text[], $16::int[], $17::text[],
          $18::timestamptz[], $19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::text[], $23::int[])
          as r(id, shard, journey, version, profile_id, key, state, activity, moves, context, entered_at, moved_at, due, ended_at, end_reason, steps)
      ), entered as (
        insert into journey_entry (journey, profile_id, shard, last_at, times)
        select journey, profile_id, min(shard), max(entered_at), 1 from r group by journey, profile_id
        on conflict (profile_id, journey) do update set last_at = excluded.last_at, times = journey_entry.times + 1
      ), begun as (
        insert into journey_run (id, shard, journey, version, profile_id, key, state, activity, moves, context, entered_at, moved_at, due, ended_at, end_reason, steps)
        select id, shard, journey, version, profile_id, key, state, activity, moves, context::jsonb, entered_at, moved_at, due, ended_at, end_reason, steps from r
      ), waited as (
        insert into journey_wait (run_id, shard, profile_id, due, journey, held)
        select id, shard, profile_id, due, journey, journey in (${pausedKeys}) from r where due is not null
      )
      insert into journey_step (run_id, no, shard, profile_id, journey, at, activity, kind, reason, detail)
      select t.run_id, t.no, r.shard, r.profile_id, r.journey, t.at, t.activity, t.kind, t.reason, t.detail::jsonb from ${stepSource} join r on r.id = t.run_id`,
    values: [
      ...stepColumns(begun),
      uuidColumn(runs.map(({ id }) => id)),
      smallintColumn(runs.map(({ shard }) => shard)),
      textColumn(runs.map(({ journey }) => journey)),
      intColumn(runs.map(({ version }) => version)),
      uuidColumn(runs.map(({ profileId }) => profileId)),
      textColumn(runs.map(({ key }) => key)),
      textColumn(runs.map(({ state }) => state)),
      textColumn(runs.map(({ activity }) => activity)),
      intColumn(runs.map(({ moves }) => moves)),
      textColumn(runs.map(({ context }) => JSON.stringify(context))),
      timeColumn(runs.map(({ enteredAt }) => enteredAt)),
      timeColumn(runs.map(({ movedAt }) => movedAt)),
      timeColumn(runs.map(({ due }) => due)),
      timeColumn(runs.map(({ endedAt }) => endedAt)),
      textColumn(runs.map(({ endReason }) => endReason)),
      intColumn(begun.map(({ steps }) => steps.length)),
    ],
  });
}

/** Writes runs that have moved, their waits and their new steps: one statement whatever their number. */
export async function moveRuns(
  tx: Runner,
  moved: readonly (ChangedRun & { isSameContext?: boolean })[],
): Promise<void> {
  if (moved.length === 0) return;
  const runs = moved.map(({ run }) => run);
  await tx.run({
    name: 'journey.move',
    text: `with r as (
        select * from unnest($8::uuid[], $9::int[], $10::text[], $11::text[], $12::int[], $13::text[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::text[], $18::int[])
          as r(id, version, state, activity, moves, context, moved_at, due, ended_at, end_reason, steps)
      ), saved as (
        update journey_run u set version = r.version, state = r.state, activity = r.activity, moves = r.moves, context = coalesce(r.context::jsonb, u.context),
          moved_at = r.moved_at, due = r.due, ended_at = r.ended_at, end_reason = r.end_reason, steps = u.steps + r.steps
        from r where u.id = r.id returning u.id, u.shard, u.profile_id, u.journey, u.due, u.steps - r.steps as first
      ), unwaited as (
        delete from journey_wait where run_id in (select id from r where due is null)
      ), waited as (
        insert into journey_wait (run_id, shard, profile_id, due, journey, held)
        select id, shard, profile_id, due, journey, journey in (${pausedKeys}) from saved where due is not null
        on conflict (run_id) do update set due = excluded.due, held = excluded.held
      )
      insert into journey_step (run_id, no, shard, profile_id, journey, at, activity, kind, reason, detail)
      select t.run_id, s.first + t.no, s.shard, s.profile_id, s.journey, t.at, t.activity, t.kind, t.reason, t.detail::jsonb from ${stepSource} join saved s on s.id = t.run_id`,
    values: [
      ...stepColumns(moved),
      uuidColumn(runs.map(({ id }) => id)),
      intColumn(runs.map(({ version }) => version)),
      textColumn(runs.map(({ state }) => state)),
      textColumn(runs.map(({ activity }) => activity)),
      intColumn(runs.map(({ moves }) => moves)),
      textColumn(moved.map(({ run, isSameContext }) => (isSameContext ? null : JSON.stringify(run.context)))),
      timeColumn(runs.map(({ movedAt }) => movedAt)),
      timeColumn(runs.map(({ due }) => due)),
      timeColumn(runs.map(({ endedAt }) => endedAt)),
      textColumn(runs.map(({ endReason }) => endReason)),
      intColumn(moved.map(({ steps }) => steps.length)),
    ],
  });
}

function stepColumns(changed: readonly ChangedRun[]): Buffer[] {
  const rows = changed.flatMap(({ run: { id }, steps }) => steps.map((step, no) => ({ id, no, step })));
  return [
    uuidColumn(rows.map(({ id }) => id)),
    intColumn(rows.map(({ no }) => no)),
    timeColumn(rows.map(({ step }) => step.at)),
    textColumn(rows.map(({ step }) => step.activity)),
    textColumn(rows.map(({ step }) => step.kind)),
    textColumn(rows.map(({ step }) => step.reason)),
    textColumn(rows.map(({ step: { detail } }) => (detail === null ? null : JSON.stringify(detail)))),
  ];
}

/** Keeps why people did not come into journeys. */
export async function refuseEntries(
  tx: Runner,
  refusals: readonly {
    id: string;
    at: number;
    profile: { id: string; shard: number };
    journey: string;
    reason: string;
  }[],
): Promise<void> {
  if (refusals.length === 0) return;
  await tx.run({
    name: 'journey.refuse',
    text: `insert into journey_refusal (id, shard, profile_id, journey, at, reason)
      select * from unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[])`,
    values: [
      uuidColumn(refusals.map(({ id }) => id)),
      smallintColumn(refusals.map(({ profile }) => profile.shard)),
      uuidColumn(refusals.map(({ profile }) => profile.id)),
      textColumn(refusals.map(({ journey }) => journey)),
      timeColumn(refusals.map(({ at }) => at)),
      textColumn(refusals.map(({ reason }) => reason)),
    ],
  });
}
