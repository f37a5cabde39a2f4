import type { Fact, ProfileView } from '../profile/index.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';

/**
 * One profile in one version of a journey. Its states and how they are left:
 * - `waiting`: a wait row holds its due time; leaves when due, or by an exit, or starts again on a repeated entry event.
 * - `acting`: a job calls the action; leaves by its answer, or by an exit.
 * - `sending`: a message of it lies in the ledger; leaves by what becomes of the message, or by an exit, which cancels it.
 * - `ended`: for ever, with a reason.
 */
export interface Run {
  id: string;
  shard: number;
  journey: string;
  version: number;
  profileId: string;
  /** Concurrency key, such as a cart id; the empty text when the journey has none. */
  key: string;
  state: 'waiting' | 'acting' | 'sending' | 'ended';
  /** Where it stands. */
  activity: string;
  /** How many activities it has come to; with run and activity it names each action and each message once. */
  moves: number;
  context: RunContext;
  enteredAt: number;
  /** When it came to `activity`. */
  movedAt: number;
  /** When its wait ends; null unless waiting. */
  due: number | null;
  endedAt: number | null;
  endReason: string | null;
}

/** What a run has gathered: the entry event's data, and each action's answer by name. */
export interface RunContext {
  events: { entry?: Record<string, unknown> };
  actions: Record<string, unknown>;
}

/** What can happen to a run. */
export type Input =
  | { kind: 'enter'; at: number; data: Record<string, unknown> }
  | { kind: 'due' }
  | { kind: 'fact'; fact: Fact }
  | { kind: 'answered'; moves: number; ok: boolean; status: string; value: unknown }
  | { kind: 'messaged'; moves: number; outcome: MessageOutcome; reason: string | null };

export type MessageOutcome = 'accepted' | 'excluded' | 'failed' | 'in_doubt' | 'expired';

/** What is to be done, in the transaction that stores the run. */
export type Command =
  | { do: 'call'; activity: string; moves: number; action: CustomAction }
  | { do: 'send'; activity: string; moves: number; message: string }
  | { do: 'cancel'; reason: string };

/** One line of a run's history, append-only (I13). */
export interface Step {
  at: number;
  activity: string;
  kind:
    'entered' | 'waiting' | 'restarted' | 'passed' | 'action' | 'planned' | 'messaged' | 'carried' | 'exited' | 'ended';
  reason: string | null;
  detail: Record<string, unknown> | null;
}

export interface Decision {
  run: Run;
  commands: Command[];
  steps: Step[];
}

/** What `decide` may look at besides the run. */
export interface Hands {
  definition: JourneyDefinition;
  now: number;
  profile: ProfileView;
  /** Evaluates an expression of the one language over a scope. */
  evaluate: (source: string, scope: Record<string, unknown>) => unknown;
}

/** The roots that expressions, action bodies and mails see for a run. */
export function scopeOf(run: Run, profile: ProfileView): Record<string, unknown> {
  return { event: run.context.events.entry ?? {}, profile, context: contextOf(run) };
}

/** What a run knows by itself: when it began, its events and answers, its ids (journeys.md §2.3). Its mails see it too. */
export function contextOf(run: Run): Record<string, unknown> {
  const technicalProperties = { supplementalId: run.key, journeyUID: run.journey };
  return { entry: run.enteredAt, journey: { ...run.context, technicalProperties } };
}
