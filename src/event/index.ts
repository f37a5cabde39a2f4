/**
 * event — what a visitor did, received once, kept in order.
 *
 * In:     batches of events from the doors, and our own from other rooms' transactions
 * Out:    each event once to the fold; the feed that in-memory readers follow; a visitor's history
 * Owns:   tables event, event_key, event_inbox, event_consenting, event_quarantine, event_shard, event_part, feed, datastream, event_import
 * Knows:  base, store, job, language
 * Never:  learns who listens; believes the client's clock; drops what it acknowledged
 * Start:  event.ts, receive.ts, then follow.ts
 */
export * from './event.ts';
export * from './follow.ts';
export type { ForgetLesson } from './forget.ts';
export type { StoredRow } from './given.ts';
export { historyEvent, type HistoryOwners, historyOfVisitors, historyTables, historyTypes } from './history.ts';
export { recentEvents } from './recent.ts';
export { shards } from './lease.ts';
export type { Carrier } from './carry.ts';
export type { Front } from './front.ts';
export type { NatsPlace } from './front-nats.ts';
export { openFront } from './front-open.ts';
export type { ImportProgress, Imports } from './import.ts';
export { Intake, type IntakeLine, type IntakeSource, type IntakeSummary } from './intake.ts';
export * from './log.ts';
export { isOwnType } from './own-type.ts';
export type { SetAside } from './quarantine.ts';
export { keptKeyDays, keptMonths, Tidy } from './tidy.ts';
export type { VisitorSpan } from './span.ts';
export { type Received, type ReceiveHow } from './receive.ts';
export { emptyLog, migrations } from './table.ts';
export { cursorOf, placeAt, placeOf, type LogLine, type LogPlace } from './table-export.ts';
