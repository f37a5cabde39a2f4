import type { Activity } from './definition.ts';
import type { Run } from './run.ts';

/** How many activities one input may pass before it counts as a circle; of a journey that has more, as many as it has. */
const stepLimit = 100;
/** How many activities a run may come to in all: a loop has an end (journeys A19 beaten). */
const movesLimit = 10_000;
/** How many more it may come to for each second that it lasts: a loop whose wait is over already ends soon. */
const movesASecond = 10;

/** Why a run goes no further, having passed so many activities by this input; null while it may. */
export function boundReached(
  run: Run,
  { passed, now, activities }: { passed: number; now: number; activities: Readonly<Record<string, Activity>> },
): string | null {
  if (passed < stepLimit && run.moves < stepLimit) return null;
  const atOnce = Math.max(stepLimit, Object.keys(activities).length);
  if (passed >= atOnce) return 'The journey goes in a circle';
  if (run.moves >= movesLimit) return `It went round ${movesLimit} times`;
  const pace = atOnce + (Math.max(0, now - run.enteredAt) / 1000) * movesASecond;
  return run.moves >= pace ? 'It goes round without waiting' : null;
}

/**
 * Counts that a run comes to an activity from another one, where its journey bounds how often it may.
 * @returns why it may not once more; null while it may
 */
export function roundsReached(run: Run, name: string, rounds: number | undefined): string | null {
  if (rounds === undefined || run.activity === name) return null;
  const came = (run.context.came?.[name] ?? 0) + 1;
  if (came > rounds) return rounds === 1 ? 'It would go round' : `It went round ${rounds} times`;
  run.context.came = { ...run.context.came, [name]: came };
  return null;
}

/** Where an activity goes on that somebody of the shop skips; null where it ends. */
export function nextOf(activity: Activity): string | null {
  if ('next' in activity) return activity.next;
  if (activity.kind === 'end') return null;
  return activity.otherwise ?? null;
}
