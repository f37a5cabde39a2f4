import { durationMs } from '../base/index.ts';
import type { JourneyDefinition } from './definition.ts';
import type { Run } from './run.ts';
import { instantOfWall } from './wall.ts';

/** When a journey begins and ends, and how long a run of it may last (journeys E21, F7). Pure. */

/** Marketing that is a day late is not sent any more (trust §2.4). */
export const defaultLateness = 'P1D';
/** Where the clocks are the last to show a time. */
const lastZone = 'Etc/GMT+12';

/** Why nobody comes in at this moment by the clock of `zone`; null when people do. */
export function outsideSpan({ begins, ends }: JourneyDefinition, zone: string, now: number): string | null {
  const first = momentOf(begins, zone);
  if (first !== null && now < first) return `The journey begins ${begins!.replace('T', ' ')}`;
  const last = momentOf(ends, zone);
  return last !== null && now >= last ? `The journey ended ${ends!.replace('T', ' ')}` : null;
}

/** When a run may last no longer, UTC ms; Infinity where nothing says so. */
export function lastMomentOf({ ends, life }: JourneyDefinition, { enteredAt }: Run, zone: string): number {
  const oldest = life === undefined ? Infinity : enteredAt + durationMs(life);
  return Math.min(oldest, momentOf(ends, zone) ?? Infinity);
}

/** Is the journey over, wherever its people live? */
export function isOver({ ends, zone }: JourneyDefinition, shopZone: string, now: number): boolean {
  const last = momentOf(ends, zone === 'profile' ? lastZone : (zone ?? shopZone));
  return last !== null && now >= last;
}

/** A day or a time of the wall as a moment, UTC ms; null where there is none. */
export function momentOf(wall: string | undefined, zone: string): number | null {
  return wall === undefined ? null : instantOfWall({ wall, zone });
}
