import type { Fact, ProfileView } from '../profile/index.ts';
import type { CapActivity, CustomAction, JourneyDefinition } from './definition.ts';
import type { Shares } from './share.ts';
import type { WallTime } from './wall.ts';

/**
 * One profile in one version of a journey. Its states and how they are left:
 * - `waiting`: at a wait, at a listen, or at a message for want of an address; a wait row holds its due time, if it has one.
 *   Leaves when due, by what it listens for, or by an exit, or starts again on a repeated entry event.
 * - `acting`: a job calls the action or takes a place of a cap; leaves by its answer, or by an exit.
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
  /** When its wait ends; null unless waiting, and for a listen without an end. */
  due: number | null;
  endedAt: number | null;
  endReason: string | null;
}

/** What a run has gathered. */
export interface RunContext {
  /** The entry event's data under `entry`, and what a listen activity heard under its name. */
  events: { entry?: Record<string, unknown> } & Record<string, Record<string, unknown>>;
  /** Each action's answer by name. */
  actions: Record<string, unknown>;
  /** By the names of actions whose answers may grow too old: when they were given, and by which activity. */
  answered?: Record<string, { at: number; by: string }>;
  /** The last action that failed: which, at which activity, and its status (journeys D8). */
  failed?: { action: string; activity: string; status: string };
  /** How often it has come to each activity, where its journey bounds that. */
  came?: Record<string, number>;
  /** The time on the wall that its wait is meant by; its due time follows the law of the zone (trust §2.4). */
  wall?: WallTime;
}

/** How a call went, for the history (journeys C16). */
export type CallTold =
  | { tries: number; method: string; to: string; tookMs: number; waitedMs: number }
  /** The answer to the same request served once more: nobody was called. */
  | { cached: true };

/** What can happen to a run. */
export type Input =
  | { kind: 'enter'; at: number; data: Record<string, unknown> }
  | { kind: 'due' }
  | { kind: 'fact'; fact: Fact }
  | {
      kind: 'answered';
      moves: number;
      ok: boolean;
      status: string;
      value: unknown;
      reason?: string | null;
      at?: number;
      /** Which action it answers, if not the one where the run stands. */
      calls?: string;
      call?: CallTold | undefined;
    }
  | { kind: 'messaged'; moves: number; outcome: MessageOutcome; reason: string | null }
  /** It goes on in another version, at an activity of that. */
  | { kind: 'migrated'; version: number; activity: string }
  /** Somebody of the shop moves it on from where it stands, or tries once more what it stands at. */
  | { kind: 'moved'; how: 'skip' | 'retry'; by: string };

export type MessageOutcome = 'accepted' | 'excluded' | 'failed' | 'in_doubt' | 'expired';

/** What is to be done, in the transaction that stores the run. */
export type Command =
  /** Make the call of an action; of another one than that of `activity` where a mail wants its answer fresh. */
  | { do: 'call'; activity: string; moves: number; action: CustomAction; calls?: string }
  /** Plan a mail, which may leave until then, UTC ms. */
  | {
      do: 'send';
      activity: string;
      moves: number;
      message: string;
      variant?: { label: string; share: number };
      until?: number;
    }
  | { do: 'cancel'; reason: string }
  /** Ask for one of the places of a cap; the answer comes as that of a call does. */
  | { do: 'take'; activity: string; moves: number; cap: CapActivity }
  | { do: 'update'; activity: string; moves: number; attributes: Record<string, string | number | boolean | null> }
  | { do: 'jump'; activity: string; journey: string; data: Record<string, unknown> };

/** One line of a run's history, append-only (I13). */
export interface Step {
  at: number;
  activity: string;
  kind:
    | 'entered'
    | 'waiting'
    | 'restarted'
    | 'heard'
    | 'passed'
    | 'action'
    | 'planned'
    | 'messaged'
    | 'updated'
    | 'jumped'
    | 'moved'
    | 'carried'
    | 'exited'
    | 'ended';
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
  /** Whose clock times of day go by, for this run: an IANA zone. */
  zone: string;
  /** When this person came, UTC ms; asked only by a wait for the best hour. */
  times: () => readonly number[];
  /** Today's shares of an activity whose alternatives a bandit weighs; absent or null: those written down. */
  shares?: (activity: string) => Shares;
  /** Evaluates an expression of the one language over a scope. */
  evaluate: (source: string, scope: Record<string, unknown>) => unknown;
}

/** Have two contexts gathered the very same? What one of them holds is replaced when it changes, never written into. */
export function isSameContext(a: RunContext, b: RunContext): boolean {
  return (
    isSame(a.events, b.events) &&
    isSame(a.actions, b.actions) &&
    isSame(a.answered ?? {}, b.answered ?? {}) &&
    isSame(a.came ?? {}, b.came ?? {}) &&
    a.failed === b.failed &&
    a.wall?.wall === b.wall?.wall &&
    a.wall?.zone === b.wall?.zone
  );
}

function isSame(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name]);
}

/** The roots that expressions, action bodies and mails see for a run; the profile is looked at only when it is asked for. */
export function scopeOf(run: Run, person: { readonly profile: ProfileView }): Record<string, unknown> {
  return withProfile({ event: run.context.events.entry ?? {}, context: contextOf(run) }, person);
}

const whose = Symbol('whose');
const profile: PropertyDescriptor & ThisType<{ [whose]: { readonly profile: ProfileView } }> = {
  enumerable: true,
  configurable: true,
  get() {
    return this[whose].profile;
  },
};

/**
 * The scope with a `profile` that is looked at only when it is asked for. One getter for all: with one of its own an object
 * gets a shape of its own, and shapes hold the person until the next full collection.
 */
export function withProfile(
  scope: Record<string, unknown>,
  person: { readonly profile: ProfileView },
): Record<string, unknown> {
  return Object.defineProperty(Object.assign(scope, { [whose]: person }), 'profile', profile);
}

/** What a run knows by itself: when it began, its events and answers, its ids (journeys.md §2.3). Its mails see it too. */
export function contextOf(run: Run): Record<string, unknown> {
  const technicalProperties = {
    supplementalId: run.key,
    journeyUID: run.journey,
    journeyVersion: run.version,
    instanceID: run.id,
    profileID: run.profileId,
    currentNode: run.activity,
    lastActionError: run.context.failed ?? null,
  };
  const { events, actions } = run.context;
  return { entry: run.enteredAt, journey: { events, actions, technicalProperties } };
}
