import { migrations as alertMigrations } from './alert/index.ts';
import { migrations as apiMigrations } from './api/index.ts';
import { migrations as catalogMigrations } from './catalog/index.ts';
import { migrations as companyMigrations } from './company.ts';
import { migrations as eventMigrations } from './event/index.ts';
import { migrations as jobMigrations } from './job/index.ts';
import { migrations as journeyMigrations } from './journey/index.ts';
import { migrations as measureMigrations } from './measure/index.ts';
import { migrations as memoryMigrations } from './memory.ts';
import { migrations as messageMigrations } from './message/index.ts';
import { migrations as profileMigrations } from './profile/index.ts';
import { migrations as recommendMigrations } from './recommend/index.ts';
import type { Migration } from './store/index.ts';
import { migrations as teamMigrations } from './team/index.ts';

/** Everything the database needs, room by room. */
export const migrations: readonly Migration[] = [
  ...jobMigrations,
  ...eventMigrations,
  ...profileMigrations,
  ...catalogMigrations,
  ...recommendMigrations,
  ...journeyMigrations,
  ...messageMigrations,
  ...measureMigrations,
  ...alertMigrations,
  ...teamMigrations,
  ...apiMigrations,
  ...memoryMigrations,
  ...companyMigrations,
];
