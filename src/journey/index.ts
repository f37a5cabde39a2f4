/**
 * journey — decides what happens next for one person, and keeps that promise through restarts.
 *
 * In:     facts about a profile, answers of actions, results of messages, and the passing of time
 * Out:    calls to services, messages handed to whoever fills the slot, a history of every step
 * Owns:   tables journey, journey_version, journey_run, journey_wait, journey_step, journey_entry, journey_refusal · jobs journey.action
 * Knows:  base, store, job, language, event, profile
 * Never:  renders or sends a message; reads the clock itself; decides anything outside decide.ts
 * Start:  definition.ts, decide.ts (pure), then runner.ts (does what decide said, in one transaction)
 */
export { type CallAnswer, type Caller, type CallRequest, CallTimeout } from './call.ts';
export * from './census.ts';
export type { OrderedMessage, PlanMessage } from './change.ts';
export { localTime, nextReading } from './decide.ts';
export * from './definition.ts';
export { Journeys } from './journeys.ts';
export type { CarriedRuns } from './merge.ts';
export { recipes } from './recipe.ts';
export { type MessageOutcome } from './run.ts';
export { Runner, type RunnerParts } from './runner.ts';
export { emptyJourneys, migrations, type JourneyRow } from './table.ts';
export { problemsOf } from './validate.ts';
