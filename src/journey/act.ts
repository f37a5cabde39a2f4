import { durationMs, point } from '../base/index.ts';
import type { Job } from '../job/index.ts';
import { viewOf } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import type { Outcome } from './action.ts';
import { Asker, type Ask } from './ask.ts';
import type { CapActivity } from './definition.ts';
import type { RunHands } from './hands.ts';
import type { RunnerParts } from './runner.ts';
import { scopeOf, type CallTold, type Input, type Run } from './run.ts';
import type { Services } from './service.ts';
import { takePlace } from './table-cap.ts';
import { runsById } from './table.ts';
import { pausedJourneys } from './table-wait.ts';

export const actionKind = 'journey.action';
/** How long the call of a paused journey rests before it is looked at again, ms. */
const pausedRestMs = 60_000;

export interface ActionPayload {
  runId: string;
  profileId: string;
  /** Where the run stands. */
  activity: string;
  moves: number;
  /** Which action is called, if not that of `activity`: a mail wants its answer fresh. */
  calls?: string;
  /** When its call may go, by the rate of the service, UTC ms. */
  place?: number;
}

/** An answer to be recorded; no outcome when the run no longer waits for it. */
export interface Answered {
  job: Job<ActionPayload>;
  outcome:
    | ({ at: number; call: CallTold | undefined } & Exclude<Outcome, { kind: 'again' }>)
    | { kind: 'cap'; cap: CapActivity }
    | null;
}

/** Carries out what runs act: calls of services, and places of caps. */
export class Actor {
  readonly #parts: RunnerParts;
  readonly #hands: RunHands;
  readonly #asker: Asker;

  constructor(parts: RunnerParts, hands: RunHands) {
    this.#parts = parts;
    this.#hands = hands;
    const optionsOf = ({ profile, definition }: Ask) => hands.options({ now: parts.clock.now(), profile, definition });
    this.#asker = new Asker({ ...parts, optionsOf });
  }

  /** How the services that actions call are doing. */
  get services(): Services {
    return this.#asker.services;
  }

  /** Takes jobs that are due. */
  async claim(limit: number): Promise<Job<ActionPayload>[]> {
    const claimed = await this.#parts.jobs.claim<ActionPayload>(actionKind, limit);
    if (claimed.length > 0) point('journey.action-claimed');
    return claimed;
  }

  /** Makes the calls of claimed jobs. @returns what is to be recorded */
  async act(claimed: readonly Job<ActionPayload>[]): Promise<Answered[]> {
    const held = this.#parts.jobs.hold(claimed);
    try {
      const { answered, asks } = await this.#sort(claimed);
      const asked = await Promise.all(groupsOf(asks).map((group) => this.#asker.ask(group)));
      point('journey.action-called');
      for (const { ask, outcome, at, call } of asked.flat())
        answered.push({ job: ask.job, outcome: { ...outcome, at, call } });
      return answered;
    } finally {
      held.stop();
    }
  }

  /** What a run hears of its job, within the transaction that ends it; null when nothing. */
  async inputOf(tx: Tx, { job, outcome }: Answered, run: Run): Promise<Input | null> {
    const { moves, calls } = job.payload;
    if (outcome === null) return null;
    if (outcome.kind !== 'cap') {
      const { kind, status, value, at, call } = outcome;
      const reason = kind === 'ok' ? null : outcome.reason;
      return {
        kind: 'answered',
        moves,
        ok: kind === 'ok',
        status,
        value,
        reason,
        at,
        call,
        ...(calls === undefined ? {} : { calls }),
      };
    }
    if (run.state !== 'acting' || run.moves !== moves) return null;
    const { max, within } = outcome.cap;
    const place = { journey: run.journey, activity: run.activity, max, now: this.#parts.clock.now() };
    const ok = await takePlace(tx, { ...place, withinMs: within === undefined ? null : durationMs(within) });
    return { kind: 'answered', moves, ok, status: ok ? 'taken' : 'full', value: null };
  }

  /** What each job asks for; those whose run has gone on are done, those of a paused journey rest. */
  async #sort(claimed: readonly Job<ActionPayload>[]): Promise<{ answered: Answered[]; asks: Ask[] }> {
    const { store, clock, profiles, journeys, jobs } = this.#parts;
    const runs = new Map(
      (
        await runsById(
          store,
          claimed.map(({ payload }) => payload.runId),
        )
      ).map((run) => [run.id, run]),
    );
    // Asked of the database: another process may just have paused it.
    const paused = await pausedJourneys(store);
    const people = await profiles.findAll(
      [...runs.values()].map(({ profileId: id }) => ({ namespace: 'profile', id })),
    );
    const answered: Answered[] = [];
    const asks: Ask[] = [];
    for (const job of claimed) {
      const { runId, moves } = job.payload;
      const activity = job.payload.calls ?? job.payload.activity;
      const run = runs.get(runId);
      const definition = run && journeys.version(run.journey, run.version);
      const doing = definition?.activities[activity];
      const profile = run && people.get(`profile:${run.profileId}`);
      const isThere = run?.state === 'acting' && run.moves === moves && definition && profile;
      if (!isThere || !doing) answered.push({ job, outcome: null });
      else if (paused.has(run.journey)) await jobs.postpone(job, clock.now() + pausedRestMs, 'The journey is paused');
      else if (doing.kind === 'cap') answered.push({ job, outcome: { kind: 'cap', cap: doing } });
      else if (doing.kind === 'action')
        asks.push({ job, run, profile, definition, activity, action: doing, scope: {} });
      else answered.push({ job, outcome: null });
    }
    await this.#hands.ask(
      store,
      asks.map(({ profile }) => profile),
      asks.map(({ run }) => run),
    );
    const now = clock.now();
    return {
      answered,
      asks: asks.map((ask) => ({ ...ask, scope: scopeOf(ask.run, { profile: viewOf(ask.profile, now) }) })),
    };
  }
}

/** Those of the same action of the same version together. */
function groupsOf(asks: readonly Ask[]): Ask[][] {
  const groups = new Map<string, Ask[]>();
  for (const ask of asks) {
    const key = `${ask.run.journey}@${ask.run.version}/${ask.activity}`;
    const group = groups.get(key);
    if (group) group.push(ask);
    else groups.set(key, [ask]);
  }
  return [...groups.values()];
}
