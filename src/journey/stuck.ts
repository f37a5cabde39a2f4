import type { Jobs } from '../job/index.ts';
import type { Store } from '../store/index.ts';
import { actionKind, type ActionPayload } from './act.ts';
import { placesOf } from './table.ts';

/** A run that does not go on as it should, and why. Times are UTC ms. */
export interface StuckRun {
  runId: string;
  profileId: string;
  activity: string;
  since: number;
  why: string;
}

/** A wait that is over so long, ms, should have been looked at. */
const overdueMs = 5 * 60_000;
/** A mail whose fate is open so long, ms, needs a look. */
const undecidedMs = 2 * 86_400_000;
/** Calls in trouble that are looked through. */
const troubledLimit = 5000;

/**
 * Runs of a journey that need a hand: a service that does not answer, a wait that is over and was not looked at, a mail
 * of which nothing was heard. What a pause holds is not stuck.
 */
export async function stuckRuns(
  { store, jobs }: { store: Store; jobs: Jobs },
  query: { journey: string; now: number; limit: number },
): Promise<StuckRun[]> {
  const troubled = await jobs.troubled<ActionPayload>(actionKind, troubledLimit);
  const why = new Map(
    troubled.map(({ payload, attempt, error }) => [payload.runId, `Tried ${attempt} times: ${error}`]),
  );
  const rows = await store.rows<{ id: string; profile_id: string; activity: string; moved_at: Date; state: string }>({
    text: `select r.id, r.profile_id, r.activity, r.moved_at, r.state from journey_run r left join journey_wait w on w.run_id = r.id
      where r.journey = $1 and r.ended_at is null and (
        (r.state = 'acting' and r.id = any($2)) or (r.state = 'waiting' and not w.held and w.due < $3) or (r.state = 'sending' and r.moved_at < $4))
      order by r.moved_at limit $5`,
    values: [
      query.journey,
      [...why.keys()],
      new Date(query.now - overdueMs),
      new Date(query.now - undecidedMs),
      query.limit,
    ],
  });
  return rows.map((row) => ({
    runId: row.id,
    profileId: row.profile_id,
    activity: row.activity,
    since: row.moved_at.getTime(),
    why: why.get(row.id) ?? (row.state === 'waiting' ? 'Its wait is over' : 'Nothing was heard of its mail'),
  }));
}

/** How many runs of a journey need a hand, and why the first of them does. */
export interface StuckCount {
  journey: string;
  count: number;
  why: string;
}

/** After so many tries in vain a call needs a look, although it is tried on. */
const worryingTries = 3;

/** The same over all journeys, cheap enough for every minute whatever the number that waits: waits and calls only. */
export async function stuckCounts({ store, jobs }: { store: Store; jobs: Jobs }, now: number): Promise<StuckCount[]> {
  const waits = await store.rows<{ journey: string; count: number }>({
    name: 'journey.overdue',
    text: 'select journey, count(*)::int as count from journey_wait where due < $1 and not held group by journey',
    values: [new Date(now - overdueMs)],
  });
  const found = new Map(waits.map(({ journey, count }) => [journey, { journey, count, why: 'Its wait is over' }]));
  const troubled = await jobs.troubled<ActionPayload>(actionKind, troubledLimit);
  const calls = new Map(
    troubled.filter(({ attempt }) => attempt >= worryingTries).map((job) => [job.payload.runId, job] as const),
  );
  const places = await placesOf(store, [...calls.keys()]);
  for (const { id, journey, state } of places) {
    if (state !== 'acting') continue;
    const { attempt, error } = calls.get(id)!;
    const before = found.get(journey) ?? { journey, count: 0, why: `Tried ${attempt} times: ${error}` };
    found.set(journey, { ...before, count: before.count + 1 });
  }
  return [...found.values()];
}

/** How what an activity did ended since a moment: answers of calls, or fates of mails. */
export interface FailureCount {
  journey: string;
  activity: string;
  all: number;
  failed: number;
  /** What failed last. */
  why: string | null;
}

export async function failuresSince(
  store: Store,
  { places, since }: { places: readonly { journey: string; activity: string }[]; since: number },
): Promise<FailureCount[]> {
  if (places.length === 0) return [];
  return store.rows({
    name: 'journey.failures',
    text: `select s.journey, s.activity, count(*)::int as all, count(*) filter (where f.failed)::int as failed,
        (array_agg(s.reason order by s.at desc) filter (where f.failed))[1] as why
      from unnest($1::text[], $2::text[]) as p(journey, activity)
        join journey_step s on s.journey = p.journey and s.activity = p.activity and s.at > $3
        cross join lateral (select case when s.kind = 'action' then s.reason is not null
          else s.detail->>'outcome' in ('failed', 'expired') end as failed) f
      where s.kind in ('action', 'messaged') group by s.journey, s.activity`,
    values: [places.map(({ journey }) => journey), places.map(({ activity }) => activity), new Date(since)],
  });
}
