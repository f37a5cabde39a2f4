import { point, type Clock, type Ids, type Log, type Random } from '../base/index.ts';
import type { Jobs } from '../job/index.ts';
import type { Fact, Profile, Profiles } from '../profile/index.ts';
import type { Store, Tx } from '../store/index.ts';
import { actionKind, Actor, type Answered } from './act.ts';
import { Admission, type LiveJourney } from './admit.ts';
import { staleIn } from './answer.ts';
import { AudienceReader, type BusinessFact } from './audience-reader.ts';
import type { Caller } from './call.ts';
import { auditRuns, type RunAudit } from './audit.ts';
import { Changes, type ExperimentUnit, type PlanMessages, type UpdateProfile } from './change.ts';
import { decide } from './decide.ts';
import { RunHands } from './hands.ts';
import type { Journeys } from './journeys.ts';
import type { Input, MessageOutcome, Run } from './run.ts';
import type { SecretSource } from './secret.ts';
import type { Services } from './service.ts';
import { mergeRuns, unmergeRuns, type CarriedRuns } from './merge.ts';
import { forgetPerson, rowsOfPerson } from './privacy.ts';
import { stuckCounts, stuckRuns, type StuckCount, type StuckRun } from './stuck.ts';
import { activeRuns, freeRunsById, placesOf, runsById, type RunPlace } from './table.ts';
import { dueWaits, holdWaits } from './table-wait.ts';
import { moving } from './trace.ts';
import { tryAction, type Trial, type Wish } from './trial.ts';

/** How far jumps may lead on from one to the next at once. */
const jumpLimit = 10;
/** After so long a mail that a pause holds is looked at again, ms. */
const pausedRestMs = 60_000;

/** Where a message was planned. */
interface Place {
  runId: string;
  activity: string;
  visit: number;
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
  /** Calls the world outside, behind a guard. */
  callOutside: Caller;
  /** Values that calls may show; absent: there are none. */
  secrets?: SecretSource;
  plan: PlanMessages;
  cancel: (tx: Tx, runId: string, reason: string) => Promise<void>;
  /** Writes attributes of a profile, for an update activity. */
  update: UpdateProfile;
  /** Called after a commit that queued calls or messages, so that nobody waits for the next poll. */
  onWork?: () => void;
  /** People have come to experiments, in the transaction that says so; not told of test profiles. */
  onExperiment?: (tx: Tx, units: readonly ExperimentUnit[]) => Promise<void>;
}

/**
 * Does what `decide` says, each time in one transaction under the lock of the profile: facts in the fold's own
 * transaction, waits when they fall due, answers of actions, results of messages, readings of audiences.
 * The profile's lock comes first, always, so that none of these can deadlock or see another's half.
 */
export class Runner {
  readonly #parts: RunnerParts;
  readonly #hands: RunHands;
  readonly #admission: Admission;
  readonly #actor: Actor;
  readonly #reader: AudienceReader;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#hands = new RunHands(parts);
    this.#admission = new Admission(parts, this.#hands);
    this.#actor = new Actor(parts, this.#hands);
    this.#reader = new AudienceReader({
      parts,
      hands: this.#hands,
      admit: (changes, journey, entry, profile) => this.#admission.admit(changes, journey, entry, profile),
      save: (tx, changes, profiles) => this.#save(tx, changes, profiles),
    });
  }

  /** Facts of a fold, in its transaction; `profiles` are locked by it. */
  async listen(tx: Tx, facts: readonly Fact[], profiles: ReadonlyMap<string, Profile>): Promise<void> {
    const { journeys } = this.#parts;
    const heard = facts.filter((fact) => journeys.listened.has(fact.name) && profiles.has(fact.profileId));
    if (heard.length === 0) return;
    const concerned = [...new Set(heard.map(({ profileId }) => profileId))];
    const runs = await this.#known(await activeRuns(tx, concerned));
    const changes = new Changes(this.#parts, runs);
    const names = new Set(heard.map(({ name }) => name));
    const begun = journeys.begunBy(names);
    const plans = begun.map(({ definition }) => definition);
    await changes.loadEntries(tx, concerned, plans);
    const people = concerned.map((id) => profiles.get(id)!);
    await this.#hands.ask(tx, people, runs);
    await this.#hands.load(tx, people, plans);
    for (const fact of heard) {
      const profile = profiles.get(fact.profileId)!;
      for (const run of changes.runsOf(profile.id)) this.#decide(changes, run, { kind: 'fact', fact }, profile);
      if (fact.bot) continue;
      for (const { row, definition } of begun) {
        const journey: LiveJourney = { definition, version: row.version };
        if (row.status === 'paused') this.#admission.paused(changes, journey, fact, profile);
        else this.#admission.byFact(changes, journey, fact, profile);
      }
    }
    await this.#save(tx, changes, profiles);
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
    // One connection answers in order: the runs are read once their profiles are locked.
    const [profiles, found] = await Promise.all([
      this.#parts.profiles.lock(tx, [...new Set(before.values())]),
      runsById(tx, runIds),
    ]);
    const runs = await this.#known(found);
    const astray = runs.find(({ id, profileId }) => profileId !== before.get(id) && !profiles.has(profileId));
    if (astray) throw new ProfileMoved(`The profile of run ${astray.id} was merged meanwhile`);
    return { runs: runs.filter(({ profileId }) => profiles.has(profileId)), profiles };
  }

  #decide(changes: Changes, run: Run, input: Input, profile: Profile): void {
    const definition = this.#parts.journeys.version(run.journey, run.version);
    if (!definition)
      return this.#parts.log.error('journey.version-missing', { journey: run.journey, version: run.version });
    changes.take(decide(run, input, this.#hands.of(definition, profile)), definition, profile);
  }

  /** Writes what was decided, after the jumps in it have been made. */
  async #save(tx: Tx, changes: Changes, profiles: ReadonlyMap<string, Profile>): Promise<void> {
    for (let round = 0, jumps = changes.takeJumps(); jumps.length > 0; round++, jumps = changes.takeJumps()) {
      const people = [...new Set(jumps.map(({ run }) => run.profileId))];
      const targets = new Set(jumps.map(({ command }) => command.journey));
      const plans = this.#parts.journeys
        .live()
        .flatMap(({ definition }) => (targets.has(definition.key) ? [definition] : []));
      changes.know(await activeRuns(tx, people));
      await changes.loadEntries(tx, people, plans);
      for (const { run, command } of jumps) {
        const profile = profiles.get(run.profileId)!;
        const why =
          round < jumpLimit ? this.#admission.byJump(changes, command, profile) : 'The journeys jump in a circle';
        if (why !== null) changes.refuse(profile, command.journey, why);
      }
    }
    await changes.save(tx);
    if (changes.size > 0) point('journey.moved');
  }

  /** Waits that are over. @returns runs moved */
  async wake(limit = 200): Promise<number> {
    const { store, clock, profiles } = this.#parts;
    const found = await dueWaits(store, { now: clock.now(), limit });
    const escaped = found.filter((wait) => wait.escaped).map(({ run_id }) => run_id);
    await holdWaits(store, escaped);
    const due = found.filter((wait) => !wait.escaped);
    if (due.length === 0) return escaped.length;
    const move = async (tx: Tx) => {
      // In this order, on one connection. A pause that was committed meanwhile is seen here, or comes after this waking.
      const people = due.map(({ profile_id }) => profile_id);
      const ids = due.map(({ run_id }) => run_id);
      const [locked, free] = await Promise.all([profiles.lockFree(tx, people), freeRunsById(tx, ids)]);
      const runs = await this.#known(free.filter((run) => locked.has(run.profileId)));
      const changes = new Changes(this.#parts, runs);
      await this.#hands.ask(tx, locked.values(), runs);
      for (const run of runs) this.#decide(changes, run, { kind: 'due' }, locked.get(run.profileId)!);
      await this.#save(tx, changes, locked);
      return changes.size;
    };
    const moved = await moving('journey.wake', due.length, () => store.inTransaction(move));
    point('journey.woken');
    return moved;
  }

  /** Calls that are due. @returns calls made */
  async act(limit = 200): Promise<number> {
    const { claimed, done } = await this.beginActing(limit);
    await done;
    return claimed;
  }

  /** The same, without waiting for the answers: `done` once they are recorded. */
  async beginActing(limit = 200): Promise<{ claimed: number; done: Promise<void> }> {
    const jobs = await this.#actor.claim(limit);
    return { claimed: jobs.length, done: jobs.length > 0 ? this.#finishActing(jobs) : Promise.resolve() };
  }

  #finishActing(jobs: Awaited<ReturnType<Actor['claim']>>): Promise<void> {
    return moving('journey.act', jobs.length, async () => {
      const answered = await this.#actor.act(jobs);
      if (answered.length > 0) await this.#record(answered);
      point('journey.action-recorded');
    });
  }

  /** When the next call falls due, UTC ms; null when none does. */
  nextCall(): Promise<number | null> {
    return this.#parts.jobs.nextDue(actionKind);
  }

  async #record(answered: Answered[]): Promise<void> {
    await this.#parts.store.inTransaction(async (tx) => {
      const { runs, profiles } = await this.#locked(
        tx,
        answered.map(({ job }) => job.payload.runId),
      );
      const changes = new Changes(this.#parts, runs);
      await this.#hands.ask(tx, profiles.values(), runs);
      const finished = await this.#parts.jobs.finishAll(
        tx,
        answered.map(({ job }) => job),
      );
      for (const one of answered) {
        if (!finished.has(one.job.id)) continue;
        const run = changes.run(one.job.payload.runId);
        const input = run ? await this.#actor.inputOf(tx, one, run) : null;
        if (run && input) this.#decide(changes, run, input, profiles.get(run.profileId)!);
      }
      await this.#save(tx, changes, profiles);
    });
  }

  /**
   * Moves runs by something that is neither a fact nor time: each in its turn under the lock of its profile, in one
   * transaction. @returns runs that changed
   */
  async change(runIds: readonly string[], inputOf: (run: Run) => Input | { end: string } | null): Promise<number> {
    if (runIds.length === 0) return 0;
    const changed = await this.#parts.store.inTransaction(async (tx) => {
      const { runs, profiles } = await this.#locked(tx, runIds);
      const changes = new Changes(this.#parts, runs);
      for (const run of runs) {
        const profile = profiles.get(run.profileId)!;
        const input = run.state === 'ended' ? null : inputOf(run);
        if (input === null) continue;
        if ('end' in input) await changes.stop(tx, run, input.end);
        else await this.#redirect(tx, changes, { run, input, profile });
      }
      await this.#save(tx, changes, profiles);
      return changes.size;
    });
    point('journey.redirected');
    return changed;
  }

  /** A run that goes on in another version is decided by that one's document. */
  async #redirect(
    tx: Tx,
    changes: Changes,
    { run, input, profile }: { run: Run; input: Input; profile: Profile },
  ): Promise<void> {
    const version = input.kind === 'migrated' ? input.version : run.version;
    const definition = this.#parts.journeys.version(run.journey, version);
    if (!definition) return;
    await this.#hands.load(tx, [profile], [definition]);
    await this.#parts.jobs.cancel(tx, actionKind, [`${run.id}/${run.activity}/${run.moves}`]);
    changes.take(decide(run, input, this.#hands.of(definition, profile)), definition, profile);
  }

  /** What became of messages, in the ledger's transaction; their profiles are locked here if they are not yet. */
  async messaged(
    tx: Tx,
    ...results: { runId: string; visit: number; outcome: MessageOutcome; reason: string | null }[]
  ): Promise<void> {
    const { runs, profiles } = await this.#locked(
      tx,
      results.map(({ runId }) => runId),
    );
    const sending = runs.filter(({ state }) => state === 'sending');
    if (sending.length === 0) return;
    const changes = new Changes(this.#parts, sending);
    await this.#hands.ask(tx, profiles.values(), sending);
    for (const { runId, visit: moves, outcome, reason } of results) {
      const run = changes.run(runId);
      if (run?.state !== 'sending') continue;
      this.#decide(changes, run, { kind: 'messaged', moves, outcome, reason }, profiles.get(run.profileId)!);
    }
    await this.#save(tx, changes, profiles);
  }

  /** Is each run still where its message was planned? True, or why not; a paused journey holds its mails. */
  async stillTrue(tx: Tx, places: readonly Place[]): Promise<(true | string | { hold: string; until: number })[]> {
    if (places.length === 0) return [];
    const found = await placesOf(
      tx,
      places.map(({ runId }) => runId),
    );
    const runs = new Map(found.map((run) => [run.id, run]));
    return places.map((place) => this.#isStillThere(runs.get(place.runId), place));
  }

  #isStillThere(run: RunPlace | undefined, place: Place): true | string | { hold: string; until: number } {
    if (!run) return 'The run is gone';
    if (run.state === 'ended') return run.endReason ?? 'The run has ended';
    if (run.paused) return { hold: 'the journey is paused', until: this.#parts.clock.now() + pausedRestMs };
    if (run.state !== 'sending' || run.activity !== place.activity || run.moves !== place.visit)
      return 'The run has gone on';
    const definition = this.#parts.journeys.version(run.journey, run.version);
    const stale = definition && staleIn(definition, run.answered ?? undefined, this.#parts.clock.now());
    return stale?.reason ?? true;
  }

  /** Audiences whose hour has come, and business events: people come in, some pages at a time. @returns people looked at */
  read(): Promise<number> {
    return this.#reader.work();
  }

  /** Something happened that concerns no person: in the transaction that tells of it, each once by its id. */
  happened(tx: Tx, facts: readonly BusinessFact[]): Promise<void> {
    if (this.#parts.onWork) tx.afterCommit(this.#parts.onWork);
    return this.#reader.happened(tx, facts);
  }

  /** The next instant at which something here falls due, UTC ms; null when nothing waits. */
  async nextDue(): Promise<number | null> {
    const { store, jobs } = this.#parts;
    const [row] = await store.rows<{ due: Date | null }>({
      name: 'journey.next',
      text: 'select min(due) as due from journey_wait where not held',
    });
    const all = [row?.due?.getTime(), await jobs.nextDue(actionKind), await this.#reader.nextDue()].filter(
      (due) => typeof due === 'number',
    );
    return all.length === 0 ? null : Math.min(...all);
  }

  /** Looks through a page of all runs for what must never be (trust.md §2.5). Reads only. */
  audit(page: { after: string | null; limit: number }): Promise<RunAudit> {
    const { store: runner, jobs, journeys } = this.#parts;
    return auditRuns({ runner, jobs, journeys }, page);
  }

  /** How the services that actions call are doing. */
  get services(): Services {
    return this.#actor.services;
  }

  /** Makes the call of an action once, by hand and outside of any run. */
  tryAction(wish: Wish): Promise<Trial> {
    return tryAction({ parts: this.#parts, hands: this.#hands }, wish);
  }

  /** Runs of a journey, or of all, that need a hand, the longest there first, and how many there are. */
  stuck(journey: string | null, limit = 200): Promise<{ runs: StuckRun[]; total: number }> {
    return stuckRuns(this.#parts, { journey, now: this.#parts.clock.now(), limit });
  }

  /** How many runs of which journeys need a hand. */
  stuckCounts(): Promise<StuckCount[]> {
    return stuckCounts(this.#parts, this.#parts.clock.now());
  }

  /** `from` has become part of `into`: its runs go along. @returns what `unmerge` needs */
  merge(tx: Tx, from: string, into: string): Promise<CarriedRuns> {
    const { journeys } = this.#parts;
    const wantsAddress = (run: Run) =>
      run.state === 'waiting' &&
      journeys.version(run.journey, run.version)?.activities[run.activity]?.kind === 'message';
    return mergeRuns(tx, (runs) => new Changes(this.#parts, runs), { from, into, wantsAddress });
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
