import { bucketOf } from '../profile/index.ts';
import type { ExperimentActivity, SplitActivity } from './definition.ts';

/** Which way a unit goes at a split or an experiment. */
export interface Way {
  label: string;
  next: string | null;
  /** Takes none of the paths of an experiment. */
  heldOut: boolean;
}

/** The salt of a split; the same in every version of a journey, and another for each split. */
export function splitSalt(journey: string, activity: string): string {
  return `split:${journey}/${activity}:v1`;
}

/**
 * The path of a unit: by its bucket (trust.md §5.1), so the same on every pass and in every version while the shares
 * stay. In an experiment the holdout comes first and the shares part what it leaves; in a split what the shares leave
 * goes by `otherwise`. Pure.
 */
export function wayOf(activity: SplitActivity | ExperimentActivity, salt: string, unit: string): Way {
  const place = (bucketOf(salt, unit) + 0.5) / 10_000;
  const holdout = activity.kind === 'experiment' ? (activity.holdout ?? 0) : 0;
  const rest: Way = { label: 'Otherwise', next: activity.otherwise ?? null, heldOut: false };
  if (place < holdout) return { ...rest, label: 'Held out', heldOut: true };
  const whole = activity.paths.reduce((sum, { share }) => sum + share, 0);
  const scale = activity.kind === 'experiment' ? (1 - holdout) / whole : 1;
  let edge = holdout;
  for (const { label, share, next } of activity.paths) {
    edge += share * scale;
    if (place < edge) return { label, next, heldOut: false };
  }
  const last = activity.paths.at(-1)!;
  // Shares that come to the whole leave nothing, whatever rounding says.
  return whole > 1 - 1e-9 || activity.kind === 'experiment' ? { ...last, heldOut: false } : rest;
}
