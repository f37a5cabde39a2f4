import { durationMs } from '../base/index.ts';
import { bestHour } from './best-hour.ts';
import type { ListenActivity, WaitActivity } from './definition.ts';
import type { Fact } from '../profile/index.ts';
import type { QuietHours } from './quiet.ts';
import { instantOfWall, nextAt, type WallTime } from './wall.ts';

/** When a wait ends, UTC ms, and by which time of the wall, where it is meant by one. */
export interface Waiting {
  due: number;
  wall?: WallTime;
}

/** What a wait is reckoned by. */
export interface WaitHands {
  /** The nominal time from which it is counted, UTC ms. */
  base: number;
  zone: string;
  evaluate: (source: string) => unknown;
  times: () => readonly number[];
  quiet: QuietHours | null;
}

/** When a wait that begins at `base` ends; null when it is over at once. Pure. */
export function waitingOf(wait: WaitActivity, hands: WaitHands): Waiting | null {
  const { base, zone } = hands;
  if (wait.until !== undefined) return untilOf(hands.evaluate(wait.until), hands);
  if (wait.best !== undefined) {
    const { times, quiet } = hands;
    const best = bestHour({ times: times(), zone, from: base, withinMs: durationMs(wait.best), quiet });
    return best && { due: best.due, wall: { wall: best.wall, zone } };
  }
  const from = wait.for === undefined ? base : base + durationMs(wait.for);
  if (wait.at === undefined) return { due: from };
  // A millisecond before, so that who comes at nine sharp does not wait for tomorrow's nine.
  const next = nextAt({ at: wait.at, zone, after: from - 1, ...(wait.days ? { days: wait.days } : {}) });
  return { due: next.due, wall: { wall: next.wall, zone } };
}

/** A moment of any form the language has, or a date and time of the wall; nothing and the past wait no more. */
function untilOf(value: unknown, { base, zone }: WaitHands): Waiting | null {
  const onWall = typeof value === 'string' ? instantOfWall({ wall: value, zone }) : null;
  const at = onWall ?? momentOf(value);
  if (at === null || !Number.isFinite(at) || at <= base) return null;
  const due = Math.min(at, latest);
  return onWall === null ? { due } : { due, wall: { wall: String(value), zone } };
}

/** Farther than any calendar of a shop, and well within what the database keeps. */
const latest = Date.UTC(3000, 0, 1);

function momentOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return Number.isNaN(Date.parse(value)) ? null : Date.parse(value);
  const at = (value as { at?: unknown } | null)?.at;
  return typeof at === 'number' ? at : null;
}

/** The first of what a listen activity waits for that this fact is; null when it is none. Pure. */
export function heardOf(
  listen: ListenActivity,
  fact: Fact,
  run: { id: string; key: string; evaluate: (source: string) => unknown; isTrue: (source: string) => boolean },
): ListenActivity['events'][number] | null {
  const matches = (one: ListenActivity['events'][number]): boolean => {
    if (one.event !== fact.name) return false;
    // A reaction counts for this run's own mail only, whatever mails else the person has got (Parcelvoy #548).
    if (one.message !== undefined && (fact.data['runId'] !== run.id || fact.data['activity'] !== one.message))
      return false;
    if (one.key !== undefined && String(run.evaluate(one.key) ?? '') !== run.key) return false;
    return one.when === undefined || run.isTrue(one.when);
  };
  return listen.events.find(matches) ?? null;
}
