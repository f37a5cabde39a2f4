import { durationMs, point } from '../base/index.ts';
import type { Job } from '../job/index.ts';
import type { Profile } from '../profile/index.ts';
import type { ActionPayload } from './act.ts';
import { outcomeOf, timeoutOf, verdictOf, type Outcome } from './action.ts';
import { AnswerCache, cacheKeyOf, type KeptAnswer } from './answer-cache.ts';
import { batchKeyOf, chunksOf, entryOf, verdictsOf, type Entry } from './batch.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import { exchangeOf, type Exchange } from './exchange.ts';
import { placeKeptMs } from './pace.ts';
import type { RunnerParts } from './runner.ts';
import type { CallTold, Run } from './run.ts';
import { secretsOf } from './secret.ts';
import { serviceOf, Services, type Place } from './service.ts';
import { TokenRefused, Tokens } from './token.ts';
import { calling } from './trace.ts';

/** A run that waits for the answer of an action. */
export interface Ask {
  job: Job<ActionPayload>;
  run: Run;
  profile: Profile;
  definition: JourneyDefinition;
  /** Name of the action's activity. */
  activity: string;
  action: CustomAction;
  /** What the action may read. */
  scope: Record<string, unknown>;
}

/** What an ask came to; it is not among them when it is to be tried again later. */
export interface Asked {
  ask: Ask;
  outcome: Exclude<Outcome, { kind: 'again' }>;
  /** When the answer was given, UTC ms. */
  at: number;
  call?: CallTold | undefined;
}

/** What a call shows besides what its scope holds. */
interface Shown {
  secrets: ReadonlyMap<string, string>;
  token: string | null;
}

/** One call, for one run, for several that ask the same, or for many at once. */
interface Call {
  asks: Ask[];
  exchange: Exchange;
  /** Its place among the answers that are kept, if they are. */
  key: string | null;
  /** Of a batch what each asks. */
  entries: Entry[] | null;
}

/** So many calls of one action one pass has under way at once. */
const lanes = 32;
/** How long the step of an action may last in all, if it does not say. */
export const defaultDeadline = 'PT1H';
/** Those who wait for a breaker come back within so long after it may be tried, ms: not all at once. */
const spreadMs = 30_000;

type AskerParts = Pick<RunnerParts, 'store' | 'clock' | 'random' | 'callOwn' | 'callOutside' | 'secrets' | 'jobs'> & {
  optionsOf: (ask: Ask) => Parameters<typeof exchangeOf>[2]['options'];
};

/** Asks services for runs: from the cache, when the breaker and the rate allow it, and again after a while when it failed. */
export class Asker {
  readonly #parts: AskerParts;
  readonly #services: Services;
  readonly #cache = new AnswerCache();
  readonly #tokens = new Tokens();

  constructor(parts: AskerParts) {
    this.#parts = parts;
    this.#services = new Services(parts);
  }

  get services(): Services {
    return this.#services;
  }

  /** All asks of one action of one version of a journey. */
  async ask(asks: readonly Ask[]): Promise<Asked[]> {
    const { action, activity, run } = asks[0]!;
    const service = serviceOf(action, run.journey, activity);
    const { calls, done } = await this.#prepare(action, asks);
    if (calls.length === 0) return done;
    const places = await this.#services.admit(service, this.#wanted(action, calls));
    point('journey.action-admitted');
    const going = calls.flatMap((call, i) => (places[i]!.go ? [call] : []));
    const isProbe = places.some((place) => place.go && place.isProbe);
    const answers = await inLanes(going, (call) => this.#send(call));
    if (going.length > 0) await this.#note(service, answers, isProbe);
    point('journey.action-noted');
    const asked = going.map((call, i) => this.#share(call, answers[i]!));
    const waiting = calls.map((call, i) => this.#wait(service, call, places[i]!));
    return [...done, ...(await Promise.all([...asked, ...waiting])).flat()];
  }

  /** Fills in the requests; those that cannot be, and those whose answer is known, are done. */
  async #prepare(action: CustomAction, asks: readonly Ask[]): Promise<{ calls: Call[]; done: Asked[] }> {
    const secrets = (await this.#parts.secrets?.open(secretsOf(action))) ?? new Map<string, string>();
    const token = await this.#token(asks[0]!, secrets);
    if (token instanceof Error) return { calls: [], done: await this.#untold(asks, token) };
    const shown = { secrets, token };
    return action.batch === undefined ? this.#prepareEach(action, asks, shown) : this.#prepareBatch(asks, shown);
  }

  async #token(ask: Ask, secrets: ReadonlyMap<string, string>): Promise<string | null | Error> {
    const { callOwn, callOutside, clock, optionsOf } = this.#parts;
    const { action, run } = ask;
    if (action.token === undefined) return null;
    // Where nobody is called a token means as little as a secret.
    if (this.#parts.secrets?.pretends === true) return '~token~';
    const call = action.token.url.startsWith('/') ? callOwn : callOutside;
    const parts = { call, secrets, options: optionsOf(ask), real: () => clock.real() };
    return this.#tokens.of(action, run.journey, parts).catch((error: unknown) => error as Error);
  }

  /** Without a token there is nothing to ask with; whether it is tried again hangs on why. */
  async #untold(asks: readonly Ask[], error: Error): Promise<Asked[]> {
    if (!(error instanceof TokenRefused)) return this.#unmade(asks, error);
    const kept = { verdict: error.verdict, characters: 0, at: this.#parts.clock.now() };
    const { action, run, activity } = asks[0]!;
    await this.#note(serviceOf(action, run.journey, activity), [kept], false);
    return this.#judge(asks, kept);
  }

  async #prepareEach(action: CustomAction, asks: readonly Ask[], shown: Shown) {
    const now = this.#parts.clock.now();
    const ttlMs = ttlOf(action);
    const done: Asked[] = [];
    const calls: Call[] = [];
    const shared = new Map<string, Call>();
    for (const ask of asks) {
      const exchange = this.#fill(ask, { key: ask.job.key, scope: ask.scope, ...shown });
      if (exchange instanceof Error) {
        done.push(...(await this.#unmade([ask], exchange)));
        continue;
      }
      const key = ttlMs === null ? null : cacheKeyOf(exchange.request);
      const kept = key === null ? null : this.#cache.get(key, { now, ttlMs: ttlMs! });
      const same = key === null ? undefined : shared.get(key);
      if (kept) done.push(...(await this.#judge([ask], kept, { call: () => ({ cached: true }) })));
      else if (same) same.asks.push(ask);
      else {
        const call = { asks: [ask], exchange, key, entries: null };
        calls.push(call);
        if (key !== null) shared.set(key, call);
      }
    }
    return { calls, done };
  }

  /** Calls for many: those who were given a place together stay together. */
  async #prepareBatch(asks: readonly Ask[], shown: Shown) {
    const done: Asked[] = [];
    const calls: Call[] = [];
    const together = new Map<number, { ask: Ask; entry: Entry }[]>();
    for (const ask of asks) {
      try {
        const scope = { ...ask.scope, call: { key: ask.job.key } };
        const entry = entryOf(ask.action, scope, this.#parts.optionsOf(ask));
        const place = ask.job.payload.place ?? 0;
        together.set(place, [...(together.get(place) ?? []), { ask, entry }]);
      } catch (error) {
        done.push(...(await this.#unmade([ask], error as Error)));
      }
    }
    for (const chunk of [...together.values()].flatMap((all) => chunksOf(all, asks[0]!.action.batch!.most))) {
      const [those, entries] = [chunk.map(({ ask }) => ask), chunk.map(({ entry }) => entry)];
      const key = batchKeyOf(those.map(({ job }) => job.key));
      const exchange = this.#fill(those[0]!, { key, scope: { batch: entries.map(({ each }) => each) }, ...shown });
      if (exchange instanceof Error) done.push(...(await this.#unmade(those, exchange)));
      else calls.push({ asks: those, exchange, key: null, entries });
    }
    return { calls, done };
  }

  /** A request that cannot be filled in is no better the next time. */
  #unmade(asks: readonly Ask[], error: Error): Promise<Asked[]> {
    const { message: reason } = error;
    const failed = {
      ok: false,
      status: 'internalError',
      value: {},
      heard: 'none',
      again: false,
      wantedMs: null,
    } as const;
    return this.#judge(asks, { verdict: { ...failed, reason }, characters: 0, at: this.#parts.clock.now() });
  }

  #fill(ask: Ask, { key, scope, ...shown }: { key: string; scope: Record<string, unknown> } & Shown): Exchange | Error {
    const { clock, optionsOf } = this.#parts;
    const attempt = { attempt: ask.job.attempt, real: clock.real() };
    try {
      return exchangeOf(
        ask.action,
        { ...scope, call: { key } },
        { key, ...attempt, options: optionsOf(ask), ...shown },
      );
    } catch (error) {
      return error as Error;
    }
  }

  #wanted(action: CustomAction, calls: readonly Call[]) {
    const now = this.#parts.clock.now();
    return {
      rate: action.rate ?? null,
      latest: calls.map((call) => Math.max(now, latestOf(call))),
      placed: calls.map(({ asks }) => asks.some(({ job }) => hasPlace(job, now))),
      callMs: timeoutOf(action),
    };
  }

  /** Makes the call. What comes back, also what went wrong, holds none of the secrets that were shown. */
  async #send({ asks, exchange: { request, clean }, key }: Call): Promise<KeptAnswer> {
    const { callOwn, callOutside, clock } = this.#parts;
    const call = request.url.startsWith('/') ? callOwn : callOutside;
    const from = { journey: asks[0]!.run.journey, activity: asks[0]!.activity, runs: asks.map(({ run }) => run.id) };
    const begun = clock.now();
    const given = await calling({ ...request, from }, call).catch((error: unknown) => error as Error);
    if (!(given instanceof Error)) given.text = clean(given.text);
    else given.message = clean(given.message);
    const characters = given instanceof Error ? 0 : given.text.length;
    const at = clock.now();
    const kept = { verdict: verdictOf(given, clock.real()), characters, at, ms: Math.max(0, at - begun) };
    if (!(given instanceof Error) && given.status === 401) await this.#distrust(asks[0]!, kept);
    if (key !== null && kept.verdict.ok) this.#cache.put(key, kept);
    return kept;
  }

  /** A token that the service does not take is forgotten; with another one the call may do better, once. */
  async #distrust({ action, run, job }: Ask, kept: KeptAnswer): Promise<void> {
    if (action.token === undefined) return;
    const secrets = (await this.#parts.secrets?.open(secretsOf(action))) ?? new Map<string, string>();
    this.#tokens.forget(action, run.journey, secrets);
    if (!kept.verdict.ok && job.attempt === 1) kept.verdict = { ...kept.verdict, again: true, wantedMs: 0 };
  }

  async #note(service: string, answers: readonly KeptAnswer[], isProbe: boolean): Promise<void> {
    const heard = answers.map(({ verdict }) => verdict.heard);
    const down = answers.find(({ verdict }) => verdict.heard === 'down')?.verdict;
    const failure = down === undefined ? null : { status: down.status, reason: down.ok ? null : down.reason };
    await this.#services.note(service, heard, { isProbe, failure });
  }

  /** Gives everybody who asked with a call what it brought for them. */
  async #share({ asks, entries, exchange }: Call, kept: KeptAnswer): Promise<Asked[]> {
    const call = (ask: Ask) => toldOf(ask, exchange, kept);
    if (entries === null) return this.#judge(asks, kept, { call });
    const { action } = asks[0]!;
    const [options, real] = [this.#parts.optionsOf(asks[0]!), this.#parts.clock.real()];
    const verdicts = verdictsOf(action, kept.verdict, { entries, options, real });
    // One chance for all: who is to be tried again comes back together.
    const chance = this.#parts.random.next();
    const all = asks.map((ask, i) => this.#judge([ask], { ...kept, verdict: verdicts[i]! }, { chance, call }));
    return (await Promise.all(all)).flat();
  }

  /** What is to be tried again is given back, unless its time would be over by then. */
  async #judge(
    asks: readonly Ask[],
    { verdict, at }: KeptAnswer,
    { chance = this.#parts.random.next(), call }: { chance?: number; call?: (ask: Ask) => CallTold } = {},
  ): Promise<Asked[]> {
    const { clock, jobs } = this.#parts;
    const done: Asked[] = [];
    for (const ask of asks) {
      const outcome = outcomeOf(ask.action, verdict, { no: ask.job.attempt, chance });
      if (outcome.kind !== 'again') {
        done.push({ ask, outcome, at, call: call?.(ask) });
        continue;
      }
      const { afterMs, ...failed } = outcome;
      const due = clock.now() + afterMs;
      if (due > deadlineOf(ask)) done.push({ ask, outcome: { ...failed, kind: 'failed' }, at, call: call?.(ask) });
      else await jobs.retry(ask.job, due, wordsOf(failed));
    }
    return done;
  }

  /** Those that may not go now rest, until their place has come or the breaker may be tried. */
  async #wait(service: string, call: Call, place: Place): Promise<Asked[]> {
    if (place.go) return [];
    const { clock, jobs, random } = this.#parts;
    const now = clock.now();
    if (place.until === null)
      return this.#fail(call.asks, { status: 'capped', reason: 'Its turn would have come too late' });
    if (place.why === 'rate') {
      for (const { job } of call.asks)
        await jobs.postpone(job, place.until, null, { ...job.payload, place: place.until });
      return [];
    }
    const late = call.asks.filter((ask) => deadlineOf(ask) <= now);
    for (const ask of call.asks) {
      const due = Math.min(place.until + random.next() * spreadMs, Math.max(deadlineOf(ask), now + 1));
      if (!late.includes(ask))
        await jobs.postpone(ask.job, due, `${service} does not answer; nobody calls it for a while`);
    }
    if (late.length === 0) return [];
    const { last } = await this.#services.breakerOf(service);
    return this.#fail(late, { status: last?.status ?? 'timedout', reason: 'The service did not answer others either' });
  }

  #fail(asks: readonly Ask[], why: { status: string; reason: string }): Asked[] {
    const at = this.#parts.clock.now();
    return asks.map((ask) => ({ ask, outcome: { kind: 'failed', value: {}, ...why }, at }));
  }
}

/** How the last try went; the address without what was asked, which may be anybody's data. */
function toldOf({ job, run }: Ask, { shown }: Exchange, { at, ms = 0 }: KeptAnswer): CallTold {
  const { method, url } = shown;
  const waitedMs = Math.max(0, at - ms - run.movedAt);
  return { tries: job.attempt, method, to: url.split(/[?#]/, 1)[0]!, tookMs: ms, waitedMs };
}

/** When the step must be over: then it goes by the way of an error (trust row 65). */
function deadlineOf({ action, run }: Ask): number {
  return run.movedAt + durationMs(action.deadline ?? defaultDeadline);
}

/** How long an answer serves everybody, ms. It leaves the half of its life to whoever gets it. */
function ttlOf({ cache, maxAge }: CustomAction): number | null {
  if (cache === undefined) return null;
  return Math.min(durationMs(cache), maxAge === undefined ? Infinity : durationMs(maxAge) / 2);
}

function latestOf({ asks }: Call): number {
  return Math.min(...asks.map(deadlineOf));
}

/** Was it given a place of its own before, and has that just come? */
function hasPlace({ due, payload }: Job<ActionPayload>, now: number): boolean {
  return payload.place === due && now - due <= placeKeptMs;
}

/** Works through a list, so many at a time, and keeps its order. */
async function inLanes<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < list.length; i = next++) made[i] = await work(list[i]!);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, list.length) }, lane));
  return made;
}

/** For the list of runs that need a hand. */
function wordsOf({ status, reason }: { status: string; reason: string | null }): string {
  return reason === null ? status : `${status}: ${reason}`;
}
