import { bucketOf } from '../profile/index.ts';
import type { ExperimentActivity, MessageActivity, SplitActivity } from './definition.ts';

/** Which way a unit goes at a split or an experiment. */
export interface Way {
  label: string;
  next: string | null;
  /** Takes none of the paths of an experiment. */
  heldOut: boolean;
  /** How likely that was, 0–1. */
  share: number;
}

/** Today's shares of a bandit by label, 0–1; null for a split that is fixed, or of which nothing is known yet. */
export type Shares = Readonly<Record<string, number>> | null;

/** The alternatives of an experiment: paths, or messages. */
interface Alternative {
  label: string;
  share: number;
}

/** The salt of a split; the same in every version of a journey, and another for each split. */
export function splitSalt(journey: string, activity: string): string {
  return `split:${journey}/${activity}:v1`;
}

/** The salt by which the messages of one activity are parted. */
export function variantSalt(journey: string, activity: string): string {
  return `content:${journey}/${activity}:v1`;
}

/** Where a run is parted: the activity by its name, and today's shares if a bandit weighs it. */
interface Parted {
  name: string;
  run: { journey: string; profileId: string };
  hands: { shares?: (activity: string) => Shares };
}

/** Which way a run goes at a split or an experiment. */
export function wayAt(activity: SplitActivity | ExperimentActivity, { name, run, hands }: Parted): Way {
  const shares = activity.kind === 'experiment' && isWeighed(activity) ? (hands.shares?.(name) ?? null) : null;
  return wayOf(activity, splitSalt(run.journey, name), { unit: run.profileId, shares });
}

/** Which message a run plans at an activity. */
export function messageAt(activity: MessageActivity, { name, run, hands }: Parted): ReturnType<typeof variantOf> {
  const shares = isWeighed(activity) ? (hands.shares?.(name) ?? null) : null;
  return variantOf(activity, variantSalt(run.journey, name), { unit: run.profileId, shares });
}

/** Of one that is fixed again, what was weighed before holds no more. */
function isWeighed({ choose = 'fixed' }: { choose?: 'fixed' | 'bandit' | 'winner' }): boolean {
  return choose !== 'fixed';
}

/** Where in the whole a unit stands, 0–1, by its bucket (trust.md §5.1). */
const placeOf = (salt: string, unit: string) => (bucketOf(salt, unit) + 0.5) / 10_000;

/**
 * The path of a unit: by its bucket, so the same on every pass and in every version while the shares
 * stay. In an experiment the holdout comes first and the shares part what it leaves; in a split what the shares leave
 * goes by `otherwise`. Pure.
 */
export function wayOf(
  activity: SplitActivity | ExperimentActivity,
  salt: string,
  { unit, shares = null }: { unit: string; shares?: Shares },
): Way {
  const place = placeOf(salt, unit);
  const experiment = activity.kind === 'experiment';
  const holdout = experiment ? (activity.holdout ?? 0) : 0;
  const whole = activity.paths.reduce((sum, { share }) => sum + share, 0);
  const rest: Way = { label: 'Otherwise', next: activity.otherwise ?? null, heldOut: false, share: 1 - whole };
  if (place < holdout) return { ...rest, label: 'Held out', heldOut: true, share: holdout };
  if (!experiment && whole < 1 - 1e-9 && place >= whole) return rest;
  const room = experiment ? 1 - holdout : whole;
  const found = drawn(activity.paths, { place: (place - holdout) / room, shares: experiment ? shares : null });
  return { label: found.one.label, next: found.one.next, heldOut: false, share: found.share * room };
}

/** Which message a unit gets; where there are several, the name of its own, and how likely that was. Pure. */
export function variantOf(
  { message, variants = [] }: MessageActivity,
  salt: string,
  { unit, shares = null }: { unit: string; shares?: Shares },
): { message: string; variant?: { label: string; share: number } } {
  if (variants.length === 0) return { message };
  const { one, share } = drawn(variants, { place: placeOf(salt, unit), shares });
  return { message: one.message, variant: { label: one.label, share } };
}

/** The alternative at a place of the whole; `shares` go before those written down. What rounding leaves goes to the last. */
function drawn<T extends Alternative>(
  list: readonly T[],
  { place, shares }: { place: number; shares: Shares },
): { one: T; share: number } {
  const weight = (one: T) => shares?.[one.label] ?? (shares ? 0 : one.share);
  const whole = list.reduce((total, one) => total + weight(one), 0) || 1;
  let edge = 0;
  for (const one of list) {
    edge += weight(one) / whole;
    if (place < edge) return { one, share: weight(one) / whole };
  }
  const last = list.at(-1)!;
  return { one: last, share: weight(last) / whole };
}
