import { durationMs, point, type Clock, type Ids, type Log, type Random } from '../base/index.ts';
import type { Job, Jobs } from '../job/index.ts';
import { viewOf, type Fact, type Profile, type Profiles } from '../profile/index.ts';
import type { Runner as TxRunner, Store, Tx } from '../store/index.ts';
import { expressionOf, outcomeOf, requestOf, type Outcome } from './action.ts';
import { AskedHistories } from './asked.ts';
import { AudienceReader } from './audience-reader.ts';
import { callOutside, type CallAnswer, type Caller } from './call.ts';
import { Changes, type PlanMessage } from './change.ts';
import { decide, defaultLateness, entryKey, nextReading } from './decide.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import type { Journeys } from './journeys.ts';
import { scopeOf, type Hands, type Input, type MessageOutcome, type Run } from './run.ts';
import { mergeRuns, unmergeRuns, type CarriedRuns } from './merge.ts';
import { forgetPerson, rowsOfPerson } from './privacy.ts';
import { activeRuns, placesOf, runsById } from './table.ts';

const actionKind = 'journey.action';

interface ActionPayload {
  runId: string;
  profileId: string;
  activity: string;
  moves: number;
}

/** An answer to be recorded; no outcome when the run no longer waits for it. */
interface Answered {
  job: Job<ActionPayload>;
  outcome: Outcome | null;
}

/** A profile was merged while its run was looked up: the transaction is tried again as a whole. */
class ProfileMoved extends Error {
  readonly code = '40001';
}

/** What the runner needs from others; `plan` and `cancel` are filled by whoever sends messages. */
export interface RunnerParts {
  store: Store;
  clock: Clock;
  ids: Ids;
  random: Random;
  log: Log;
  profiles: Profiles;
  jobs: Jobs;
  journeys: Journeys;
  /** Calls our own origin. */
  callOwn: Caller;
  plan: PlanMessage;
  cancel: (tx: Tx, runId: string, reason: string) => Promise<void>;
  /** Called after a commit that queued calls or messages, so that nobody waits for the next poll. */
  onWork?: () => void;
}

/**
 * Does what `decide` says, each time in one transaction under the lock of the profile: facts in the fold's own
 * transaction, waits when they fall due, answers of actions, results of messages, readings of audiences.
 * The profile's lock comes first, always, so that none of these can deadlock or see another's half.
 */
export class Runner {
  readonly #parts: RunnerParts;
  readonly #asked: AskedHistories;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#asked = new AskedHistories(parts.profiles);
  }

  /** Facts of a fold, in its transaction; `profiles` are locked by it. */
  async listen(tx: Tx, facts: readonly Fact[], profiles: ReadonlyMap<string, Profile>): Promise<void> {
    const live = this.#parts.journeys.live();
    const heard = facts.filter((fact) => this.#parts.journeys.listened.has(fact.name) && profiles.has(fact.profileId));
    if (heard.length === 0) return;
    const concerned = [...new Set(heard.map(({ profileId }) => profileId))];
    const runs = await this.#known(await activeRuns(tx, concerned));
    const changes = new Changes(this.#parts, runs);
    await changes.loadEntries(tx, concerned);
    const entered = live.filter(({ definition: { entry } }) =>
      heard.some(({ name }) => 'event' in entry && entry.event === name),
    );
    const people = concerned.map((id) => profiles.get(id)!);
    const definitions = entered.map(({ definition }) => definition);
    await this.#ask(tx, people, runs);
    await this.#asked.load(tx, people, definitions);
    for (const fact of heard) {
      const profile = profiles.get(fact.profileId)!;
      for (const run of changes.runsOf(profile.id)) this.#decide(changes, run, { kind: 'fact', fact }, profile);
      if (fact.bot) continue;
      for (const { row, definition } of live) this.#enter(changes, { definition, version: row.version }, fact, profile);
    }
    await changes.save(tx);
  }

  /** The same runs; where another process published a version that is not known here, the documents are read first. */
  async #known(runs: Run[]): Promise<Run[]> {
    const { journeys } = this.#parts;
    if (runs.some((run) => run.state !== 'ended' && !journeys.version(run.journey, run.version))) await journeys.load();
    return runs;
  }

  /** Runs as they stand once their profiles are locked: first the profiles, then what is read of their runs. */
  async #locked(tx: Tx, runIds: readonly string[]): Promise<{ runs: Run[]; profiles: Map<string, Profile> }> {
    const before = new Map((await placesOf(tx, runIds)).map(({ id, profileId }) => [id, profileId]));
    const profiles = await this.#parts.profiles.lock(tx, [...new Set(before.values())]);
    const runs = await this.#known(await runsById(tx, runIds));
    const astray = runs.find(({ id, profileId }) => profileId !== before.get(id) && !profiles.has(profileId));
    if (astray) throw new ProfileMoved(`The profile of run ${astray.id} was merged meanwhile`);
    return { runs: runs.filter(({ profileId }) => profiles.has(profileId)), profiles };
  }

  #hands(definition: JourneyDefinition, profile: Profile): Hands {
    const now = this.#parts.clock.now();
    return {
      definition,
      now,
      profile: viewOf(profile, now),
      evaluate: (source, scope) => this.#evaluate(source, scope, { now, profile }),
    };
  }

  /** An expression that fails on this person's data counts as null; it must not hold up everybody else's events. */
  #evaluate(source: string, scope: Record<string, unknown>, at: { now: number; profile: Profile }): unknown {
    try {
      return expressionOf(source).evaluate(scope, this.#options(at));
    } catch (error) {
      this.#parts.log.warn('journey.expression-failed', { source, error });
      return null;
    }
  }

  #options({ now, profile }: { now: number; profile: Profile }) {
    return { now, timeZone: this.#parts.journeys.zone, ...this.#asked.of(profile) };
  }

  /** Reads what these journeys ask about the past of these people, before anything is decided. */
  async #ask(tx: TxRunner, profiles: Iterable<Profile>, runs: readonly Run[]): Promise<void> {
    const { journeys } = this.#parts;
    const definitions = runs.flatMap((run) =>
      run.state === 'ended' ? [] : (journeys.version(run.journey, run.version) ?? []),
    );
    await this.#asked.load(tx, [...profiles], definitions);
  }

  #decide(changes: Changes, run: Run, input: Input, profile: Profile): void {
    const definition = this.#parts.journeys.version(run.journey, run.version);
    if (!definition)
      return this.#parts.log.error('journey.version-missing', { journey: run.journey, version: run.version });
    changes.take(decide(run, input, this.#hands(definition, profile)), definition, profile);
  }

  #enter(
    changes: Changes,
    journey: { definition: JourneyDefinition; version: number },
    fact: Fact,
    profile: Profile,
  ): void {
    const hands = this.#hands(journey.definition, profile);
    const key = entryKey(journey.definition, fact, hands);
    if (key === null || changes.isInside(profile.id, journey.definition.key, key)) return;
    this.#admit(changes, journey, { key, at: fact.at, data: fact.data }, profile);
  }

  /** Lets a profile in if the re-entrance rule allows; otherwise keeps why not. @returns whether it went in */
  #admit(
    changes: Changes,
    journey: { definition: JourneyDefinition; version: number },
    entry: { key: string; at: number; data: Record<string, unknown> },
    profile: Profile,
  ): boolean {
    const { definition, version } = journey;
    const { reentry } = definition;
    const last = changes.lastEntry(profile.id, definition.key);
    const waitMs = reentry?.after === undefined ? 0 : durationMs(reentry.after);
    if (last !== undefined && (reentry?.never || this.#parts.clock.now() - last < waitMs)) {
      changes.refuse(
        profile,
        definition.key,
        reentry?.never ? 'Has been in this journey before' : `Was in this journey less than ${reentry!.after!} ago`,
      );
      return false;
    }
    const now = this.#parts.clock.now();
    const run: Run = {
      id: this.#parts.ids.next(),
      shard: profile.shard,
      journey: definition.key,
      version,
      profileId: profile.id,
      key: entry.key,
      state: 'waiting',
      activity: 'entry',
      moves: 0,
      context: { events: {}, actions: {} },
      enteredAt: now,
      movedAt: now,
      due: null,
      endedAt: null,
      endReason: null,
    };
    changes.enter(run);
    changes.take(
      decide(run, { kind: 'enter', at: entry.at, data: entry.data }, this.#hands(definition, profile)),
      definition,
      profile,
    );
    return true;
  }

  /** Waits that are over. @returns runs moved */
  async wake(limit = 200): Promise<number> {
    const { store, clock, profiles } = this.#parts;
    const due = await store.rows<{ run_id: string; profile_id: string }>({
      name: 'journey.due',
      text: 'select run_id, profile_id from journey_wait where due <= $1 order by due limit $2',
      values: [new Date(clock.now()), limit],
    });
    if (due.length === 0) return 0;
    const moved = await store.inTransaction(async (tx) => {
      const locked = await profiles.lockFree(
        tx,
        due.map(({ profile_id }) => profile_id),
      );
      const found = await runsById(
        tx,
        due.map(({ run_id }) => run_id),
      );
      const runs = await this.#known(found.filter((run) => locked.has(run.profileId)));
      const changes = new Changes(this.#parts, runs);
      await this.#ask(tx, locked.values(), runs);
      for (const run of runs) this.#decide(changes, run, { kind: 'due' }, locked.get(run.profileId)!);
      await changes.save(tx);
      return changes.size;
    });
    point('journey.woken');
    return moved;
  }

  /** Calls that are due. @returns calls made */
  async act(limit = 64): Promise<number> {
    const jobs = await this.#parts.jobs.claim<ActionPayload>(actionKind, limit);
    if (jobs.length === 0) return 0;
    point('journey.action-claimed');
    const called = await Promise.all(jobs.map((job) => this.#call(job)));
    point('journey.action-called');
    const answered = called.filter((one) => one !== null);
    if (answered.length > 0) await this.#record(answered);
    point('journey.action-recorded');
    return jobs.length;
  }

  /** One try. @returns null when it is to be tried again later */
  async #call(job: Job<ActionPayload>): Promise<Answered | null> {
    const { store, profiles, journeys, clock, random } = this.#parts;
    const [run] = await runsById(store, [job.payload.runId]);
    const profile = await profiles.get(job.payload.profileId);
    const action = run && journeys.version(run.journey, run.version)?.activities[job.payload.activity];
    if (!run || !profile || run.state !== 'acting' || run.moves !== job.payload.moves || action?.kind !== 'action')
      return { job, outcome: null };
    await this.#ask(store, [profile], [run]);
    const answer = await this.#send(action, run, profile);
    const outcome = outcomeOf(action, answer, { no: job.attempt, chance: random.next() });
    if (outcome.kind !== 'again') return { job, outcome };
    await this.#parts.jobs.retry(job, clock.now() + outcome.afterMs, outcome.status);
    return null;
  }

  async #send(action: CustomAction, run: Run, profile: Profile): Promise<CallAnswer | Error> {
    const { clock, callOwn } = this.#parts;
    try {
      const options = this.#options({ now: clock.now(), profile });
      const request = requestOf(action, scopeOf(run, viewOf(profile, clock.now())), {
        key: `${run.id}/${run.activity}/${run.moves}`,
        options,
      });
      return await (request.url.startsWith('/') ? callOwn(request) : callOutside(request));
    } catch (error) {
      return error as Error;
    }
  }

  async #record(answered: Answered[]): Promise<void> {
    await this.#parts.store.inTransaction(async (tx) => {
      const { runs, profiles } = await this.#locked(
        tx,
        answered.map(({ job }) => job.payload.runId),
      );
      const changes = new Changes(this.#parts, runs);
      await this.#ask(tx, profiles.values(), runs);
      for (const { job, outcome } of answered) {
        if (!(await this.#parts.jobs.finish(tx, job)) || outcome === null || outcome.kind === 'again') continue;
        const run = changes.run(job.payload.runId);
        if (!run) continue;
        const { kind, status, value } = outcome;
        const input = { kind: 'answered', moves: job.payload.moves, ok: kind === 'ok', status, value } as const;
        this.#decide(changes, run, input, profiles.get(run.profileId)!);
      }
      await changes.save(tx);
    });
  }

  /** What became of a message, in the ledger's transaction; the profile is locked here if it is not yet. */
  async messaged(
    tx: Tx,
    result: { runId: string; visit: number; outcome: MessageOutcome; reason: string | null },
  ): Promise<void> {
    const { runs, profiles } = await this.#locked(tx, [result.runId]);
    const [run] = runs;
    if (!run || run.state !== 'sending') return;
    const changes = new Changes(this.#parts, [run]);
    await this.#ask(tx, profiles.values(), [run]);
    const { visit: moves, outcome, reason } = result;
    this.#decide(changes, run, { kind: 'messaged', moves, outcome, reason }, profiles.get(run.profileId)!);
    await changes.save(tx);
  }

  /** Is the run still where this message was planned? True, or why not. */
  async stillTrue(tx: Tx, place: { runId: string; activity: string; visit: number }): Promise<true | string> {
    const [run] = await placesOf(tx, [place.runId]);
    if (!run) return 'The run is gone';
    if (run.state === 'ended') return run.endReason ?? 'The run has ended';
    return run.state === 'sending' && run.activity === place.activity && run.moves === place.visit
      ? true
      : 'The run has gone on';
  }

  /**
   * Audiences whose hour has come, each read to its end; begun again after a crash, nobody enters twice. A reading found
   * very late, after the system was down, is left out. @returns runs started
   */
  async read(): Promise<number> {
    const { clock, log } = this.#parts;
    const now = clock.now();
    let started = 0;
    for (const { row, definition } of this.#parts.journeys.live()) {
      if (definition.entry.kind !== 'audience' || row.readDue === null || row.readDue > now) continue;
      if (now - row.readDue > durationMs(definition.lateness ?? defaultLateness))
        log.warn('journey.reading-too-late', { journey: row.key, due: new Date(row.readDue).toISOString() });
      else {
        const read = await this.#reader.read({ definition, version: row.version }, row.readDue);
        if (read === null) continue;
        started += read;
      }
      await this.#parts.journeys.setReadDue(
        row.key,
        nextReading(definition.entry.at, definition.entry.zone ?? this.#parts.journeys.zone, now),
      );
    }
    return started;
  }

  /** How audiences are read; a reading lets people in as a fact does. */
  get #reader(): AudienceReader {
    return new AudienceReader({
      parts: this.#parts,
      asked: this.#asked,
      evaluate: (source, profile, now) => this.#evaluate(source, { profile: viewOf(profile, now) }, { now, profile }),
      admit: (changes, journey, entry, profile) => this.#admit(changes, journey, entry, profile),
    });
  }

  /** The next instant at which something here falls due, UTC ms; null when nothing waits. */
  async nextDue(): Promise<number | null> {
    const { store, jobs, journeys } = this.#parts;
    const [row] = await store.rows<{ due: Date | null }>({
      name: 'journey.next',
      text: 'select min(due) as due from journey_wait',
    });
    const readings = journeys.live().flatMap(({ row: { readDue } }) => (readDue === null ? [] : [readDue]));
    const all = [row?.due?.getTime(), await jobs.nextDue(actionKind), ...readings].filter(
      (due) => typeof due === 'number',
    );
    return all.length === 0 ? null : Math.min(...all);
  }

  /** `from` has become part of `into`: its runs go along. @returns what `unmerge` needs */
  merge(tx: Tx, from: string, into: string): Promise<CarriedRuns> {
    return mergeRuns(tx, (runs) => new Changes(this.#parts, runs), { from, into });
  }

  /** The two are parted again: the runs go back. */
  unmerge(tx: Tx, parted: { from: string; into: string; carried: CarriedRuns }): Promise<void> {
    return unmergeRuns(tx, this.#parts, parted);
  }

  /** Takes a person out of every journey, history and queued calls included. */
  async forget(tx: Tx, profileId: string): Promise<void> {
    const runs = await activeRuns(tx, [profileId]);
    const calls = runs.map(({ id, activity, moves }) => `${id}/${activity}/${moves}`);
    await this.#parts.jobs.cancel(tx, actionKind, calls);
    await forgetPerson(tx, profileId);
  }

  /** Everything that names the profile, by table, as stored. */
  exportFor(profileId: string): Promise<Record<string, Record<string, unknown>[]>> {
    return rowsOfPerson(this.#parts.store, profileId);
  }
}
