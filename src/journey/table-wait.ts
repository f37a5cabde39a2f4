import type { Runner } from '../store/index.ts';

/** Statements of waits and of the pauses that hold them. */

export const pausedKeys = `select key from journey where status = 'paused'`;

/** Journeys that hold those inside where they are. */
export async function pausedJourneys(runner: Runner): Promise<Set<string>> {
  const rows = await runner.rows<{ key: string }>({ name: 'journey.paused', text: pausedKeys });
  return new Set(rows.map(({ key }) => key));
}

export interface DueWait {
  run_id: string;
  profile_id: string;
  /** The pause of its journey was committed while it was being written, so nothing holds it yet. */
  escaped: boolean;
}

/** Waits that are over at `now`, the oldest first. */
export function dueWaits(runner: Runner, { now, limit }: { now: number; limit: number }): Promise<DueWait[]> {
  return runner.rows<DueWait>({
    name: 'journey.due',
    text: `select run_id, profile_id, journey in (${pausedKeys}) as escaped from journey_wait where due <= $1 and not held order by due limit $2`,
    values: [new Date(now), limit],
  });
}

/** Holds waits that a pause has missed, unless it has ended meanwhile: the journey stands still for this statement. */
export async function holdWaits(runner: Runner, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return;
  await runner.run({
    text: `with p as (select key from journey where status = 'paused' for share)
      update journey_wait set held = true where run_id = any($1) and journey in (select key from p)`,
    values: [runIds],
  });
}
