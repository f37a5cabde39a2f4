import type { Activity } from './definition-activity.ts';
import type { Entry } from './definition-entry.ts';

/**
 * A journey as a document: what starts it, what it does, what ends it. Lives equally in a file, in the API and on the
 * canvas. Conditions are texts in the one language; they see `event`, `profile`, `context` and `now`.
 */
export interface JourneyDefinition {
  /** Letters, digits and hyphens; the name in addresses. */
  key: string;
  name: string;
  description?: string;
  entry: Entry;
  /** Facts that end a waiting run at once; checked again right before each action. */
  exits?: ExitRule[];
  reentry?: {
    /** ISO duration that must have passed since the last entry; absent means any time. */ after?: string;
    never?: boolean;
  };
  /** Share held out, 0–0.9; default 0.1 (trust.md §5.1). */
  holdout?: number;
  /** A run due later than this after its time, because the system was down, ends as late. ISO duration. */
  lateness?: string;
  /** Hours in which no marketing mail leaves, recipient-local; default 21:00–08:00; null switches it off. */
  quietHours?: { from: string; to: string } | null;
  /**
   * By whose clock times of day and dates are meant: an IANA zone, or `profile`, the person's own where it is known
   * (journeys F10). Absent: the shop's.
   */
  zone?: string;
  /** How long a run may last at most, ISO duration; absent: as long as it takes (journeys F7, §5 29). */
  life?: string;
  /** Name of the first activity. */
  start: string;
  activities: Record<string, Activity>;
}

export interface ExitRule {
  event: string;
  /** The run's key must equal this expression over the fact; absent: any run of the profile. */
  key?: string;
  when?: string;
  /** Plain words for the timeline: "Bought". */
  reason: string;
}

export type * from './definition-activity.ts';
export type * from './definition-entry.ts';
