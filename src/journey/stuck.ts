import type { Jobs } from '../job/index.ts';
import type { Store } from '../store/index.ts';
import { actionKind, type ActionPayload } from './act.ts';

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
