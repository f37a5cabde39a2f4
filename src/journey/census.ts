import { RememberedByKey } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import type { Step } from './run.ts';

/** Runs at an activity now, and those that came to it today and ever. */
export interface ActivityCount {
  now: number;
  today: number;
  ever: number;
}

/** Per activity of a journey, the entry under the name "entry". `dayStart` is the start of today, UTC ms. */
export async function countActivities(
  store: Store,
  journey: string,
  dayStart: number,
): Promise<Record<string, ActivityCount>> {
  const here = await store.rows<{ activity: string; n: number }>({
    name: 'journey.here',
    text: 'select activity, count(*)::int as n from journey_run where journey = $1 and ended_at is null group by activity',
    values: [journey],
  });
  const came = await store.rows<{ activity: string; today: number; ever: number }>({
    name: 'journey.came',
    text: `select activity, count(*) filter (where at >= $2)::int as today, count(*)::int as ever from journey_step
      where journey = $1 and kind in ('entered', 'waiting', 'passed', 'action', 'planned', 'ended') group by activity`,
    values: [journey, new Date(dayStart)],
  });
  const counts: Record<string, ActivityCount> = {};
  for (const { activity, today, ever } of came) counts[activity] = { now: 0, today, ever };
  for (const { activity, n } of here) counts[activity] = { ...(counts[activity] ?? { today: 0, ever: 0 }), now: n };
  return counts;
}

/** Runs of a journey by state and by the reason of their end. */
export interface RunCounts {
  entered: number;
  active: number;
  ended: number;
  byState: Record<string, number>;
  byEnd: { reason: string; count: number }[];
}

const manyRuns = 50_000;
/** Counts over very many runs, by the database they are in. */
const counting = new WeakMap<Store, RememberedByKey<RunCounts>>();

/** Runs of a journey by state and end; of very many as it was a moment ago. */
export function countRuns(store: Store, journey: string): Promise<RunCounts> {
  const known = counting.get(store) ?? new RememberedByKey<RunCounts>(({ entered }) => entered >= manyRuns);
  counting.set(store, known);
  return known.get(journey, () => runCounts(store, journey));
}

async function runCounts(store: Store, journey: string): Promise<RunCounts> {
  const rows = await store.rows<{ state: string; reason: string | null; n: number }>({
    name: 'journey.count',
    text: 'select state, end_reason as reason, count(*)::int as n from journey_run where journey = $1 group by state, end_reason',
    values: [journey],
  });
  const byState: Record<string, number> = {};
  for (const { state, n } of rows) byState[state] = (byState[state] ?? 0) + n;
  const ended = byState['ended'] ?? 0;
  const entered = rows.reduce((sum, { n }) => sum + n, 0);
  const byEnd = rows
    .filter(({ state }) => state === 'ended')
    .map(({ reason, n }) => ({ reason: reason ?? 'Unknown', count: n }));
  return { entered, active: entered - ended, ended, byState, byEnd: byEnd.sort((a, b) => b.count - a.count) };
}

/** Who is at an activity (or anywhere inside), the longest there first. */
export async function peopleInside(
  store: Store,
  journey: string,
  query: { activity?: string; limit: number },
): Promise<{ profileId: string; activity: string; since: number; due: number | null }[]> {
  const rows = await store.rows<{ profile_id: string; activity: string; moved_at: Date; due: Date | null }>({
    text: `select profile_id, activity, moved_at, due from journey_run
      where journey = $1 and ended_at is null and ($2::text is null or activity = $2) order by moved_at limit $3`,
    values: [journey, query.activity ?? null, query.limit],
  });
  return rows.map((row) => ({
    profileId: row.profile_id,
    activity: row.activity,
    since: row.moved_at.getTime(),
    due: row.due?.getTime() ?? null,
  }));
}

/** One line of a person's history in journeys. */
export interface StepLine extends Omit<Step, 'kind'> {
  kind: Step['kind'] | 'refused';
  journey: string;
  runId: string | null;
}

/** What journeys did with a person, newest first: steps of runs, and each refusal with its reason. */
export async function stepsOf(
  store: Store,
  profileId: string,
  query: { before?: number; limit: number },
): Promise<StepLine[]> {
  const rows = await store.rows<Omit<StepLine, 'at' | 'runId'> & { at: Date; run_id: string | null }>({
    text: `select at, journey, activity, kind, reason, detail, run_id, no from journey_step
        where run_id in (select id from journey_run where profile_id = $1) and ($2::timestamptz is null or at < $2)
      union all
      select at, journey, 'entry', 'refused', reason, null, null, 0 from journey_refusal where profile_id = $1 and ($2::timestamptz is null or at < $2)
      order by at desc, no desc limit $3`,
    values: [profileId, query.before === undefined ? null : new Date(query.before), query.limit],
  });
  return rows.map(({ run_id, at, ...row }) => ({
    journey: row.journey,
    activity: row.activity,
    kind: row.kind,
    reason: row.reason,
    detail: row.detail,
    runId: run_id,
    at: at.getTime(),
  }));
}

/** What journeys did with many people, oldest first, by profile: as `stepsOf`. */
export async function stepsOfAll(store: Store, profileIds: readonly string[]): Promise<Map<string, StepLine[]>> {
  const rows = await store.rows<
    Omit<StepLine, 'at' | 'runId'> & { at: Date; run_id: string | null; profile_id: string }
  >({
    text: `select at, journey, activity, kind, reason, detail, run_id, no, profile_id from journey_step
        where run_id in (select id from journey_run where profile_id = any($1))
      union all
      select at, journey, 'entry', 'refused', reason, null, null, 0, profile_id from journey_refusal where profile_id = any($1)
      order by at, run_id, no`,
    values: [profileIds],
  });
  const found = new Map<string, StepLine[]>();
  for (const { profile_id, run_id, at, journey, activity, kind, reason, detail } of rows) {
    const lines = found.get(profile_id) ?? [];
    found.set(profile_id, lines);
    lines.push({ journey, activity, kind, reason, detail, runId: run_id, at: at.getTime() });
  }
  return found;
}

/** Whose waits end by `at`, and when the first of each does, UTC ms. */
export async function waitsBy(store: Store, at: number): Promise<Map<string, number>> {
  const rows = await store.rows<{ profile_id: string; due: Date }>({
    name: 'journey.waits-by',
    text: 'select profile_id, min(due) as due from journey_wait where due <= $1 and not held group by profile_id',
    values: [new Date(at)],
  });
  return new Map(rows.map(({ profile_id, due }) => [profile_id, due.getTime()]));
}

/** What falls due next, by journey and activity: for the clock's "what waits". */
export async function nextWaits(
  store: Store,
  limit: number,
): Promise<{ journey: string; activity: string; at: number; count: number }[]> {
  const rows = await store.rows<{ journey: string; activity: string; at: Date; n: number }>({
    text: `select journey, activity, min(due) as at, count(*)::int as n from journey_run
      where due is not null and ended_at is null group by journey, activity order by min(due) limit $1`,
    values: [limit],
  });
  return rows.map(({ at, n, ...row }) => ({ ...row, at: at.getTime(), count: n }));
}
