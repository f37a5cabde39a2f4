/**
 * journey — decides what happens next for one person, and keeps that promise through restarts.
 *
 * In:     facts about a profile, answers of actions, results of messages, and the passing of time
 * Out:    calls to services, messages handed to whoever fills the slot, a history of every step
 * Owns:   tables journey, journey_version, journey_run, journey_wait, journey_step, journey_entry, journey_refusal, journey_cap, journey_reading, simulation, simulation_person, simulation_mail, journey_secret, journey_service ·
 *         jobs journey.action, journey.simulation
 * Knows:  base, store, job, language, event, profile
 * Never:  renders or sends a message; reads the clock itself; decides anything outside decide.ts
 * Start:  definition.ts, decide.ts (pure), then runner.ts (does what decide said, in one transaction)
 */
export { auditRuns } from './audit.ts';
export { type CallAnswer, type Caller, type CallRequest, CallTimeout, openCaller } from './call.ts';
export { Calling } from './calling.ts';
export * from './census.ts';
export type { ExperimentUnit, MessageRank, OrderedMessage, PlanMessages, UpdateProfile } from './change.ts';
export type * from './definition.ts';
export * from './compare.ts';
export { fieldsSeen } from './field.ts';
export { gatheredBy, type Gathered } from './gathered.ts';
export { journeyJsonSchema } from './definition-json.ts';
export { Journeys } from './journeys.ts';
export type { CarriedRuns } from './merge.ts';
export { recipeFolder, recipes, storiesEnd } from './recipe.ts';
export { type MessageOutcome } from './run.ts';
export type { BusinessFact } from './audience-reader.ts';
export { quietUntil, type QuietHours } from './quiet.ts';
export { missingHere } from './ready.ts';
export { Secrets, type SecretView } from './secret.ts';
export type { ServiceView } from './service.ts';
export type { Trial } from './trial.ts';
export { Runner, type RunnerParts } from './runner.ts';
export type { Shares } from './share.ts';
export { migrations } from './table.ts';
export { emptyJourneys, type JourneyRow, type JourneyStatus, type VersionRow } from './table-journey.ts';
export { Lifecycle, type Resuming } from './lifecycle.ts';
export * from './simulation.ts';
export { Simulations, type RunSimulation } from './simulations.ts';
export {
  mailLineOf,
  packWords,
  unpackWords,
  type MailLine,
  type PeopleQuery,
  type Simulation,
} from './table-simulation.ts';
export * from './story.ts';
export { failuresSince, type FailureCount, type StuckCount, type StuckRun } from './stuck.ts';
export { messagesOf, problemsOf, refuse } from './validate.ts';
export { dateOf, instantOfWall, localTime } from './wall.ts';
