import type { Migration } from '../store/index.ts';
import { activityMigrations } from './table-activity.ts';
import { activitySeenMigrations } from './table-activity-seen.ts';
import { replayMigrations } from './table-backtest.ts';
import { customListMigrations } from './table-custom-list.ts';
import { listFeedMigrations } from './table-list-feed.ts';
import { designNumberMigrations } from './table-design-number.ts';
import { criterionMigrations } from './table-criterion.ts';
import { snapshotMigrations } from './table-snapshot.ts';

/** Tables of this room, each kind beside its statements. */
export const migrations: readonly Migration[] = [
  ...activityMigrations,
  ...activitySeenMigrations,
  ...designNumberMigrations,
  ...criterionMigrations,
  ...snapshotMigrations,
  ...replayMigrations,
  ...customListMigrations,
  ...listFeedMigrations,
];
