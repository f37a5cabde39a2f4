import type { FeedMapping } from './feed-mapping.ts';
import type { ReadOptions } from './feed-read.ts';
import type { FeedSchedule } from './feed-schedule.ts';

/** A source of items that comes again: a file that is sent, or an address that is asked on a schedule. */
export interface Feed {
  key: string;
  name: string;
  settings: FeedSettings;
  /** User and password, or headers, sealed; null when there are none. */
  secret: string | null;
  createdAt: number;
  updatedAt: number;
  /** When the address is asked next, business time; null: never by itself. */
  nextDue: number | null;
  /** What the address said of its last file, to ask whether it has changed. */
  etag: string | null;
  modified: string | null;
  /** Items that came from it and are in the catalogue for all we know. */
  items: number;
}

export interface FeedSettings {
  /** Null: files are sent to it. */
  url: string | null;
  schedule: FeedSchedule | null;
  paused: boolean;
  /** `replace` takes items out that came from this feed and are no longer in it; `merge` takes none out. */
  mode: 'merge' | 'replace';
  /** What the feed says holds in this environment only (recommendations FEED-6); null: everywhere. */
  environment: string | null;
  reading: ReadOptions;
  /** Null: told from the columns. */
  mapping: FeedMapping | null;
  guard: FeedGuard;
}

/**
 * Shares from 0 to 1 beyond which a run stops before it writes, and asks; null: never. `removed` of the items of the feed,
 * `cleared` (a price, stock, address or picture that is lost, or stock that becomes none) and `priced` of the items that
 * were there before, `refused` of the rows.
 */
export interface FeedGuard {
  removed: number | null;
  cleared: number | null;
  priced: number | null;
  refused: number | null;
}

export const usualGuard: FeedGuard = { removed: 0.2, cleared: 0.3, priced: 0.5, refused: 0.5 };

/**
 * waiting → downloading → checking → importing → removing → done or partial (some rows were refused). A dry run ends as
 * `checked`; `held` waits for somebody's word; `unchanged` found the file as it was; `failed` and `cancelled` say why.
 */
export type RunState =
  | 'waiting'
  | 'downloading'
  | 'checking'
  | 'held'
  | 'importing'
  | 'removing'
  | 'done'
  | 'partial'
  | 'checked'
  | 'unchanged'
  | 'failed'
  | 'cancelled';

export const activeStates: readonly RunState[] = ['waiting', 'downloading', 'checking', 'importing', 'removing'];

/** Rows and what they do, or would do. */
export interface FeedCounts {
  rows: number;
  /** Rows taken, whether they change anything or not. */
  kept: number;
  refused: number;
  /** Rows of an id that came before in the file; the last one holds. */
  repeated: number;
  created: number;
  changed: number;
  priced: number;
  cleared: number;
  removed: number;
  /** Rows of items that were in the catalogue before. */
  known: number;
  /** How many rows were refused, or noted, by code. */
  codes: Record<string, number>;
}

export const noCounts: FeedCounts = {
  rows: 0,
  kept: 0,
  refused: 0,
  repeated: 0,
  created: 0,
  changed: 0,
  priced: 0,
  cleared: 0,
  removed: 0,
  known: 0,
  codes: {},
};

/** Why a run asks: which share of what passed its limit. */
export interface Alarm {
  what: 'removed' | 'cleared' | 'priced' | 'refused';
  count: number;
  of: number;
  limit: number;
}

/** What a file turned out to be, and what is made of it, for people to look at. */
export interface FeedPreview {
  format: string;
  dialect: string;
  encoding: string;
  delimiter: string | null;
  packed: boolean;
  /** Columns with values of the first rows, the field each becomes, or null where it is left out. */
  columns: { name: string; samples: string[]; field: string | null }[];
  mapping: FeedMapping;
  /** The first items as they would be written, or why a row would not. */
  items: { row: number; item: Record<string, unknown> | null; why: string | null }[];
}

/** One pass of a feed. */
export interface FeedRun {
  id: string;
  feed: string;
  /** From 1, within the feed. */
  number: number;
  state: RunState;
  /** What began it. */
  how: 'schedule' | 'push' | 'asked';
  dry: boolean;
  file: string | null;
  /** What would be done, once it has been checked. */
  forecast: FeedCounts | null;
  /** What has been done. */
  counts: FeedCounts;
  /** Octets of the file as it is kept, and how far the present step has come in it. */
  octets: number;
  read: number;
  alarms: Alarm[];
  /** Somebody has approved it despite its alarms. */
  approved: boolean;
  preview: FeedPreview | null;
  error: { code: string; why: string; mend: string } | null;
  /** Why items that the file lacks were left alone. */
  note: string | null;
  tries: number;
  /** What the address said of the file, to be remembered of the feed once it has been imported. */
  seen: { etag: string | null; modified: string | null } | null;
  startedAt: number;
  changedAt: number;
  endedAt: number | null;
}

/** Which of the shares passed their limits. Pure. */
export function alarmsOf(guard: FeedGuard, forecast: FeedCounts, feedItems: number): Alarm[] {
  const shares: [Alarm['what'], number, number, number][] = [
    ['removed', forecast.removed, feedItems, 1],
    ['cleared', forecast.cleared, forecast.known, 10],
    ['priced', forecast.priced, forecast.known, 10],
    ['refused', forecast.refused, forecast.rows, 10],
  ];
  return shares.flatMap(([what, count, of, least]) => {
    const limit = guard[what];
    // A handful of prices is a day's work; of items taken out each one counts.
    return limit === null || count < least || count <= limit * of ? [] : [{ what, count, of, limit }];
  });
}
