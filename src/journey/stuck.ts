import { said, type Said } from '../base/index.ts';
import type { Jobs } from '../job/index.ts';
import type { Store } from '../store/index.ts';
import { actionKind, type ActionPayload } from './act.ts';
import { placesOf } from './table.ts';

/** A run that does not go on as it should, and why. Times are UTC ms. */
export interface StuckRun {
  runId: string;
  journey: string;
  version: number;
  profileId: string;
  activity: string;
  since: number;
  why: string;
  said: Said;
}

/** Why a run needs a hand: its call was tried in vain, its wait is over, or nothing was heard of its mail. */
function reasonOf(state: string, call: { attempt: number; error: string } | undefined): Pick<StuckRun, 'why' | 'said'> {
  if (call) {
    const { attempt: tries, error } = call;
    return { why: `Tried ${tries} times: ${error}`, said: said('stuck.call', { count: tries, error }) };
  }
  return state === 'waiting'
    ? { why: 'Its wait is over', said: said('stuck.wait') }
    : { why: 'Nothing was heard of its mail', said: said('stuck.mail') };
}

/** A wait that is over so long, ms, should have been looked at. */
const overdueMs = 5 * 60_000;
/** A mail whose fate is open so long, ms, needs a look. */
const undecidedMs = 2 * 86_400_000;
/** Calls in trouble that are looked through. */
const troubledLimit = 5000;

/**
 * Runs of a journey, or of all, that need a hand: a service that does not answer, a wait that is over and was not looked
 * at, a mail of which nothing was heard. What a pause holds is not stuck. The longest there first.
 * @returns at most `limit` of them, and how many there are
 */
export async function stuckRuns(
  { store, jobs }: { store: Store; jobs: Jobs },
  query: { journey: string | null; now: number; limit: number },
): Promise<{ runs: StuckRun[]; total: number }> {
  const troubled = await jobs.troubled<ActionPayload>(actionKind, troubledLimit);
  const calls = new Map(troubled.map((job) => [job.payload.runId, job] as const));
  const rows = await store.rows<StuckRow>({
    text: `select id, journey, version, profile_id, activity, moved_at, state, count(*) over ()::int as total from journey_run
      where ended_at is null and ($1::text is null or journey = $1) and (
        (state = 'acting' and id = any($2)) or (state = 'sending' and moved_at < $4)
        or (state = 'waiting' and id in (select run_id from journey_wait where not held and due < $3)))
      order by moved_at, id limit $5`,
    values: [
      query.journey,
      [...calls.keys()],
      new Date(query.now - overdueMs),
      new Date(query.now - undecidedMs),
      query.limit,
    ],
  });
  const runs = rows.map(({ id, profile_id, moved_at, state, total: _total, ...row }) => ({
    ...row,
    runId: id,
    profileId: profile_id,
    since: moved_at.getTime(),
    ...reasonOf(state, state === 'acting' ? calls.get(id) : undefined),
  }));
  return { runs, total: rows[0]?.total ?? 0 };
}

interface StuckRow {
  id: string;
  journey: string;
  version: number;
  profile_id: string;
  activity: string;
  moved_at: Date;
  state: string;
  total: number;
}

/** How many runs of a journey need a hand, and why the first of them does. */
export interface StuckCount {
  journey: string;
  count: number;
  why: string;
  said: Said;
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
  const found = new Map(waits.map((row) => [row.journey, { ...row, ...reasonOf('waiting', undefined) }]));
  const troubled = await jobs.troubled<ActionPayload>(actionKind, troubledLimit);
  const calls = new Map(
    troubled.filter(({ attempt }) => attempt >= worryingTries).map((job) => [job.payload.runId, job] as const),
  );
  const places = await placesOf(store, [...calls.keys()]);
  for (const { id, journey, state } of places) {
    if (state !== 'acting') continue;
    const before = found.get(journey) ?? { journey, count: 0, ...reasonOf(state, calls.get(id)) };
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
