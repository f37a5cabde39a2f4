import { durationMs, point } from '../base/index.ts';
import type { Job } from '../job/index.ts';
import { viewOf, type Profile } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import { outcomeOf, type Outcome } from './action.ts';
import type { CapActivity, CustomAction } from './definition.ts';
import { exchangeOf } from './exchange.ts';
import type { RunHands } from './hands.ts';
import type { RunnerParts } from './runner.ts';
import { scopeOf, type Input, type Run } from './run.ts';
import { secretsOf } from './secret.ts';
import { takePlace } from './table-cap.ts';
import { runsById } from './table.ts';

export const actionKind = 'journey.action';
/** How long the call of a paused journey rests before it is looked at again, ms. */
const pausedRestMs = 60_000;

export interface ActionPayload {
  runId: string;
  profileId: string;
  activity: string;
  moves: number;
}

/** An answer to be recorded; no outcome when the run no longer waits for it. */
export interface Answered {
  job: Job<ActionPayload>;
  outcome: Outcome | { kind: 'cap'; cap: CapActivity } | null;
}

/** Carries out what runs act: calls of services, and places of caps. */
export class Actor {
  readonly #parts: RunnerParts;
  readonly #hands: RunHands;

  constructor(parts: RunnerParts, hands: RunHands) {
    this.#parts = parts;
    this.#hands = hands;
  }

  /** Takes jobs that are due and makes their calls. @returns how many there were, and what is to be recorded */
  async act(limit: number): Promise<{ claimed: number; answered: Answered[] }> {
    const jobs = await this.#parts.jobs.claim<ActionPayload>(actionKind, limit);
    if (jobs.length === 0) return { claimed: 0, answered: [] };
    point('journey.action-claimed');
    const called = await Promise.all(jobs.map((job) => this.#call(job)));
    point('journey.action-called');
    return { claimed: jobs.length, answered: called.filter((one) => one !== null) };
  }

  /** What a run hears of its job, within the transaction that ends it; null when nothing. */
  async inputOf(tx: Tx, { job, outcome }: Answered, run: Run): Promise<Input | null> {
    const { moves } = job.payload;
    if (outcome === null || outcome.kind === 'again') return null;
    if (outcome.kind !== 'cap') {
      const { kind, status, value } = outcome;
      const reason = kind === 'ok' ? null : outcome.reason;
      return { kind: 'answered', moves, ok: kind === 'ok', status, value, reason };
    }
    if (run.state !== 'acting' || run.moves !== moves) return null;
    const { max, within } = outcome.cap;
    const place = { journey: run.journey, activity: run.activity, max, now: this.#parts.clock.now() };
    const ok = await takePlace(tx, { ...place, withinMs: within === undefined ? null : durationMs(within) });
    return { kind: 'answered', moves, ok, status: ok ? 'taken' : 'full', value: null, reason: null };
  }

  /** One try. @returns null when it is to be tried again later */
  async #call(job: Job<ActionPayload>): Promise<Answered | null> {
    const { store, profiles, journeys, jobs, clock, random } = this.#parts;
    const [run] = await runsById(store, [job.payload.runId]);
    const profile = await profiles.get(job.payload.profileId);
    const action = run && journeys.version(run.journey, run.version)?.activities[job.payload.activity];
    if (!run || !profile || !action || run.state !== 'acting' || run.moves !== job.payload.moves)
      return { job, outcome: null };
    if (journeys.isPaused(run.journey)) {
      await jobs.postpone(job, clock.now() + pausedRestMs, 'The journey is paused');
      return null;
    }
    if (action.kind === 'cap') return { job, outcome: { kind: 'cap', cap: action } };
    if (action.kind !== 'action') return { job, outcome: null };
    await this.#hands.ask(store, [profile], [run]);
    const answer = await this.#send(action, run, { profile, attempt: job.attempt });
    const outcome = outcomeOf(action, answer, { no: job.attempt, chance: random.next(), real: clock.real() });
    if (outcome.kind !== 'again') return { job, outcome };
    await jobs.retry(job, clock.now() + outcome.afterMs, wordsOf(outcome));
    return null;
  }

  /** Makes the call. What comes back, also what went wrong, holds none of the secrets that were shown. */
  async #send(action: CustomAction, run: Run, { profile, attempt }: { profile: Profile; attempt: number }) {
    const { clock, callOwn, callOutside, journeys, secrets } = this.#parts;
    const now = clock.now();
    const definition = journeys.version(run.journey, run.version)!;
    try {
      const { request, clean } = exchangeOf(action, scopeOf(run, viewOf(profile, now)), {
        key: `${run.id}/${run.activity}/${run.moves}`,
        attempt,
        real: clock.real(),
        options: this.#hands.options({ now, profile, definition }),
        secrets: (await secrets?.open(secretsOf(action))) ?? new Map(),
      });
      const answer = await (request.url.startsWith('/') ? callOwn(request) : callOutside(request));
      return { ...answer, text: clean(answer.text) };
    } catch (error) {
      return error as Error;
    }
  }
}

function wordsOf({ status, reason }: { status: string; reason: string | null }): string {
  return reason === null ? status : `${status}: ${reason}`;
}
