/**
 * job — durable work: enqueue, claim with lease and fence, retry.
 *
 * In:     work to be done at a business time, queued in the caller's transaction
 * Out:    claimed jobs, at least once
 * Owns:   table job
 * Knows:  base, store
 * Never:  knows which kinds of work exist; holds a lease by the business clock
 * Start:  job.ts
 */
export * from './job.ts';
export { emptyJobs, migrations } from './table.ts';
export { Turns } from './turns.ts';
