import { durationMs, shardOf, type Clock, type Ids } from '../base/index.ts';
import type { DeviceKind } from '../event/index.ts';
import type { Jobs } from '../job/index.ts';
import type { Profile } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import { defaultQuietHours } from './decide.ts';
import type { JourneyDefinition } from './definition.ts';
import { contextOf, isSameContext, type Command, type Decision, type Run, type RunContext, type Step } from './run.ts';
import { cappedOut, entryCapOf, priorityOf } from './compete.ts';
import { entryCounts, takeEntries, type EntryCap, type EntryCounts } from './table-cap.ts';
import type { QuietHours } from './quiet.ts';
import { beginRuns, moveRuns, refuseEntries } from './table.ts';

/** A message as a journey orders it; the slot is filled by whoever sends in the transaction that moves the run. */
export interface OrderedMessage {
  runId: string;
  journey: string;
  journeyVersion: number;
  activity: string;
  visit: number;
  profileId: string;
  shard: number;
  message: string;
  context: Record<string, unknown>;
  deadline: number;
  class: 'marketing' | 'transactional';
  holdout: number;
  quietHours: QuietHours | null;
  rank: MessageRank;
  test: boolean;
  sender?: string | undefined;
  /** Which of several messages that are compared it is, and how likely that was. */
  variant?: { label: string; share: number };
}

/** Somebody has come to an experiment and taken one of its paths. */
export interface ExperimentUnit {
  journey: string;
  activity: string;
  profileId: string;
  path: string;
  /** How likely that was, 0–1. */
  share: number;
  at: number;
  /** What kind of device they were last seen on. */
  device?: DeviceKind | undefined;
}

/** Which of several mails to one person goes before, and how many there may be. */
export interface MessageRank {
  /** 0–100, the higher first. */
  priority: number;
  /** Under which name its place is counted, together with those of other journeys. */
  group: string;
  /** At most so many of its group within the window. */
  cap: { count: number; windowMs: number } | null;
  /** The journey listens for the opening of this mail; of others nothing is told. */
  opens?: boolean;
}

function rankOf(definition: JourneyDefinition, activity: string): MessageRank {
  const { key, group, caps } = definition;
  const cap = caps?.mails ? { count: caps.mails.max, windowMs: durationMs(caps.mails.within) } : null;
  const isHeard = Object.values(definition.activities).some(
    (one) =>
      one.kind === 'listen' &&
      one.events.some(({ event, message = activity }) => event === 'message.opened' && message === activity),
  );
  const rank = { priority: priorityOf(definition), group: group === undefined ? `journey:${key}` : group, cap };
  return isHeard ? { ...rank, opens: true } : rank;
}

/** Plans the messages of one transaction, each once a place. */
export type PlanMessages = (tx: Tx, messages: readonly OrderedMessage[]) => Promise<unknown>;

/** Attributes of a profile as an update activity writes them; `id` is the same for the same pass. */
export type UpdateProfile = (
  tx: Tx,
  update: { id: string; profileId: string; at: number; attributes: Record<string, string | number | boolean | null> },
) => Promise<void>;

/** Marketing mail is perishable: a day after it was planned it is not sent any more (trust §1.5); what somebody waits for keeps longer. */
const keepsMs = { marketing: 86_400_000, transactional: 3 * 86_400_000 } as const;
export const defaultHoldout = 0.1;

/** Does it matter to the journey when somebody was last let in? A reading asks, so that it takes nobody twice. */
function remembers({ reentry, entry }: JourneyDefinition): boolean {
  return reentry !== undefined || entry.kind === 'audience';
}

interface ChangeParts {
  clock: Clock;
  ids: Ids;
  jobs: Jobs;
  plan: PlanMessages;
  cancel: (tx: Tx, runId: string, reason: string) => Promise<void>;
  update: UpdateProfile;
  onWork?: () => void;
  /** People have come to experiments, in the transaction that says so; not told of test profiles. */
  onExperiment?: (tx: Tx, units: readonly ExperimentUnit[]) => Promise<void>;
}

/** The transaction is tried again as a whole. */
class PlacesGone extends Error {
  readonly code = '40001';
}

/** Decisions of one transaction, gathered and then written together. */
export class Changes {
  readonly #parts: ChangeParts;
  readonly #runs = new Map<string, Run>();
  /** What each run had gathered when it was read: what is still the same is not written again. */
  readonly #contexts = new Map<string, RunContext>();
  readonly #ofProfile = new Map<string, Set<string>>();
  readonly #steps = new Map<string, Step[]>();
  readonly #orders: { command: Command; run: Run; definition: JourneyDefinition; profile: Profile }[] = [];
  #jumps: { command: Extract<Command, { do: 'jump' }>; run: Run }[] = [];
  readonly #entries = new Map<string, number>();
  readonly #entered: Run[] = [];
  readonly #caps = new Map<string, EntryCap>();
  readonly #counts: EntryCounts = { taken: new Map(), begun: new Map() };
  readonly #displaced: { run: Run; reason: string }[] = [];
  readonly #units: ExperimentUnit[] = [];
  readonly #refusals: { profile: Profile; journey: string; reason: string }[] = [];

  constructor(parts: ChangeParts, runs: readonly Run[]) {
    this.#parts = parts;
    this.know(runs);
  }

  /** Runs that changed. */
  get size(): number {
    return this.#steps.size;
  }

  run(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  runsOf(profileId: string): Run[] {
    const runs = [...(this.#ofProfile.get(profileId) ?? [])].map((id) => this.#runs.get(id)!);
    return runs.filter(({ state }) => state !== 'ended');
  }

  isInside(profileId: string, journey: string, key: string): boolean {
    return this.runsOf(profileId).some((run) => run.journey === journey && run.key === key);
  }

  /** Runs that were not known before, such as those of somebody into whom a jump leads. */
  know(runs: readonly Run[]): void {
    for (const run of runs) {
      if (this.#runs.has(run.id)) continue;
      this.#contexts.set(run.id, run.context);
      this.#add(run);
    }
  }

  #add(run: Run): void {
    this.#runs.set(run.id, run);
    const mine = this.#ofProfile.get(run.profileId);
    if (mine) mine.add(run.id);
    else this.#ofProfile.set(run.profileId, new Set([run.id]));
  }

  /** Loads when these profiles were last let in, where it matters, and what counts against the caps of journeys that they may come into. */
  async loadEntries(
    tx: Tx,
    profileIds: readonly string[],
    definitions: readonly JourneyDefinition[] = [],
  ): Promise<void> {
    const caps = definitions.flatMap(entryCapOf);
    const counted = definitions.filter((one) => one.caps?.perPerson !== undefined).map(({ key }) => key);
    const now = this.#parts.clock.now();
    const found = await entryCounts(tx, { caps, counted, profileIds, now });
    for (const cap of caps) this.#caps.set(cap.journey, cap);
    for (const [journey, taken] of found.taken) this.#counts.taken.set(journey, taken);
    for (const [name, begun] of found.begun) this.#counts.begun.set(name, begun);
    if (!definitions.some(remembers)) return;
    const rows = await tx.rows<{ journey: string; profile_id: string; last_at: Date }>({
      name: 'journey.entries',
      text: 'select journey, profile_id, last_at from journey_entry where profile_id = any($1)',
      values: [profileIds],
    });
    for (const row of rows) this.#entries.set(`${row.profile_id}/${row.journey}`, row.last_at.getTime());
  }

  /** Why a cap of the journey keeps this profile out; null when none does. */
  cappedOut(definition: JourneyDefinition, profileId: string): string | null {
    if (definition.caps === undefined) return null;
    const entering = this.#entered.filter(({ journey }) => journey === definition.key);
    const mine = entering.filter((run) => run.profileId === profileId).map(({ enteredAt }) => enteredAt);
    const name = `${profileId}/${definition.key}`;
    const begun = new Map([[name, [...(this.#counts.begun.get(name) ?? []), ...mine]]]);
    const about = { profileId, entering: entering.length, now: this.#parts.clock.now() };
    return cappedOut(definition, { taken: this.#counts.taken, begun }, about);
  }

  lastEntry(profileId: string, journey: string): number | undefined {
    return this.#entries.get(`${profileId}/${journey}`);
  }

  enter(run: Run): void {
    this.#add(run);
    this.#entered.push(run);
    this.#entries.set(`${run.profileId}/${run.journey}`, run.enteredAt);
  }

  refuse(profile: Profile, journey: string, reason: string): void {
    this.#refusals.push({ profile, journey, reason });
  }

  take(decision: Decision, definition: JourneyDefinition, profile: Profile): void {
    const { run, steps, commands } = decision;
    if (steps.length === 0 && commands.length === 0) return; // an input that does not concern the run
    this.#runs.set(run.id, run);
    this.#steps.set(run.id, [...(this.#steps.get(run.id) ?? []), ...steps]);
    if (!profile.state.test) this.#units.push(...steps.flatMap((step) => unitOf(run, step, profile)));
    for (const command of commands) {
      if (command.do === 'jump') this.#jumps.push({ command, run });
      else this.#orders.push({ command, run, definition, profile });
    }
  }

  /** Jumps that have not been made yet; whoever takes them makes them. */
  takeJumps(): { command: Extract<Command, { do: 'jump' }>; run: Run }[] {
    const jumps = this.#jumps;
    this.#jumps = [];
    return jumps;
  }

  /** A run that waits is looked at at once. */
  hasten(run: Run): void {
    this.#runs.set(run.id, { ...run, due: this.#parts.clock.now() });
  }

  /** Writes a line into a run's history that changes nothing of where it stands. */
  note(run: Run, kind: Step['kind'], reason: string): void {
    const step = { at: this.#parts.clock.now(), activity: run.activity, kind, reason, detail: null };
    this.#steps.set(run.id, [...(this.#steps.get(run.id) ?? []), step]);
  }

  /** Ends a run from outside its own rules. */
  end(run: Run, reason: string): void {
    const now = this.#parts.clock.now();
    this.#runs.set(run.id, { ...run, state: 'ended', due: null, endedAt: now, endReason: reason });
    this.#steps.set(run.id, [
      ...(this.#steps.get(run.id) ?? []),
      { at: now, activity: run.activity, kind: 'exited', reason, detail: null },
    ]);
  }

  /** Ends a run for one that goes before; its mail and its call are called off when all is written. */
  displace(run: Run, reason: string): void {
    this.#displaced.push({ run, reason });
    this.end(run, reason);
  }

  /** Ends a run from outside its own rules, and calls off the mail and the call it stands at. */
  async stop(tx: Tx, run: Run, reason: string): Promise<void> {
    await this.#callOff(tx, run, reason);
    this.end(run, reason);
  }

  async #callOff(tx: Tx, run: Run, reason: string): Promise<void> {
    if (run.state === 'sending') await this.#parts.cancel(tx, run.id, reason);
    if (run.state === 'acting')
      await this.#parts.jobs.cancel(tx, 'journey.action', [`${run.id}/${run.activity}/${run.moves}`]);
  }

  /** Places of capped journeys; where others have taken them since they were counted, all is done anew. */
  async #takeEntries(tx: Tx): Promise<void> {
    for (const cap of [...this.#caps.values()].sort((a, b) => (a.journey < b.journey ? -1 : 1))) {
      const count = this.#entered.filter(({ journey }) => journey === cap.journey).length;
      if (count === 0 || (await takeEntries(tx, { ...cap, count, now: this.#parts.clock.now() }))) continue;
      throw new PlacesGone(`Others have come into "${cap.journey}" meanwhile`);
    }
  }

  /** Writes everything and hands out the commands, all in the caller's transaction. */
  async save(tx: Tx): Promise<void> {
    for (const { run, reason } of this.#displaced) await this.#callOff(tx, run, reason);
    await this.#takeEntries(tx);
    const fresh = new Set(this.#entered.map(({ id }) => id));
    const changed = [...this.#steps].map(([id, steps]) => ({ run: this.#runs.get(id)!, steps }));
    // First those that end: whoever comes in may have the key of one that leaves.
    const moved = changed.filter(({ run }) => !fresh.has(run.id));
    await moveRuns(
      tx,
      moved.map((one) => ({ ...one, isSameContext: this.#hasSameContext(one.run) })),
    );
    await beginRuns(
      tx,
      changed.filter(({ run }) => fresh.has(run.id)),
    );
    const at = this.#parts.clock.now();
    const refusals = this.#refusals.map((one) => ({ ...one, id: this.#parts.ids.next(), at }));
    await refuseEntries(tx, refusals);
    if (this.#units.length > 0) await this.#parts.onExperiment?.(tx, this.#units);
    await this.#obey(tx);
  }

  #hasSameContext({ id, context }: Run): boolean {
    const before = this.#contexts.get(id);
    return before !== undefined && isSameContext(before, context);
  }

  async #obey(tx: Tx): Promise<void> {
    if (this.#orders.length === 0) return;
    const now = this.#parts.clock.now();
    if (this.#parts.onWork) tx.afterCommit(this.#parts.onWork);
    const acts = ({ command }: { command: Command }) => command.do === 'call' || command.do === 'take';
    const calls = this.#orders.filter((order) => acts(order) && this.#isCurrent(order.run));
    await this.#parts.jobs.enqueue(
      tx,
      calls.map(({ command, run }) => {
        const { activity, moves, ...more } = command as Extract<Command, { do: 'call' | 'take' }>;
        const calls = 'calls' in more && more.calls !== undefined ? { calls: more.calls } : {};
        return {
          shard: shardOf(run.profileId),
          kind: 'journey.action',
          key: `${run.id}/${activity}/${moves}`,
          due: now,
          payload: { runId: run.id, profileId: run.profileId, activity, moves, ...calls },
        };
      }),
    );
    for (const { command, run, profile } of this.#orders) {
      if (command.do === 'cancel') await this.#parts.cancel(tx, run.id, command.reason);
      if (command.do === 'update') {
        const { activity, moves, attributes } = command;
        const id = `update:${run.id}/${activity}/${moves}`;
        await this.#parts.update(tx, { id, profileId: profile.id, at: now, attributes });
      }
    }
    const messages = this.#orders.flatMap(({ command, run, ...about }) =>
      command.do === 'send' && this.#isCurrent(run) ? [orderOf({ command, run, ...about }, now)] : [],
    );
    if (messages.length > 0) await this.#parts.plan(tx, messages);
  }

  /** A command of a decision that a later one in the same transaction has overtaken is not carried out. */
  #isCurrent(run: Run): boolean {
    const now = this.#runs.get(run.id)!;
    return now.moves === run.moves && now.state === run.state;
  }
}

function orderOf(
  order: { command: Extract<Command, { do: 'send' }>; run: Run; definition: JourneyDefinition; profile: Profile },
  now: number,
): OrderedMessage {
  const { command, run, definition, profile } = order;
  const activity = definition.activities[command.activity];
  const kind = (activity?.kind === 'message' ? activity.class : undefined) ?? 'marketing';
  return {
    runId: run.id,
    journey: run.journey,
    journeyVersion: run.version,
    activity: command.activity,
    visit: command.moves,
    profileId: profile.id,
    shard: profile.shard,
    message: command.message,
    context: contextOf(run),
    deadline: Math.min(now + keepsMs[kind], command.until ?? Infinity),
    class: kind,
    holdout: kind === 'marketing' ? (definition.holdout ?? defaultHoldout) : 0,
    quietHours: definition.quietHours === undefined ? defaultQuietHours : definition.quietHours,
    rank: rankOf(definition, command.activity),
    test: profile.state.test,
    ...(command.variant ? { variant: command.variant } : {}),
    sender: definition.sender,
  };
}

function unitOf({ journey, profileId }: Run, { detail, at }: Step, { state }: Profile): ExperimentUnit[] {
  const { experiment: activity, path, share } = detail ?? {};
  if (typeof activity !== 'string' || typeof path !== 'string') return [];
  return [{ journey, activity, profileId, path, share: Number(share), at, device: state.visit?.device }];
}
