import type { Migration } from '../store/index.ts';
import { activityMigrations } from './table-activity.ts';

/** Tables of this room, each kind beside its statements. */
export const migrations: readonly Migration[] = [...activityMigrations];
