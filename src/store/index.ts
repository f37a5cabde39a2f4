/**
 * store — PostgreSQL: its launcher, connections, transactions and migrations.
 *
 * In:     a connection string, or a data folder for the embedded server
 * Out:    rows; transactions that take effect once
 * Owns:   tables schema_migration, store_secret, store_load · the embedded PostgreSQL process
 * Knows:  base
 * Never:  holds a domain word; takes an advisory lock; listens for notifications
 * Start:  database.ts, then launch.ts
 */
export * from './column.ts';
export { readBytes } from './copy-out.ts';
export { dump, type Dumped } from './dump.ts';
export { load, requireWhole, type Loaded } from './load.ts';
export * from './database.ts';
export { holderOf } from './launch-hold.ts';
export * from './launch.ts';
export * from './migrate.ts';
export * from './secret.ts';
export { stretchesOf, partsOf, type Bounds, type Stretch } from './stretch.ts';
