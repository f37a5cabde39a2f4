import { BeckonError, elapsed, isUuid, type Clock, type Ids, type Log } from '../base/index.ts';
import { type Job, type Jobs, Turns } from '../job/index.ts';
import type { Store } from '../store/index.ts';
import { errors } from './error.ts';
import {
  keptOf,
  simulationOf,
  simulationsKept,
  type SimulatedMail,
  type SimulatedPerson,
  type SimulationRequest,
  type SimulationResult,
} from './simulation.ts';
import * as table from './table-simulation.ts';

/** Carries one out. `onProgress` says false when it is not to go on; then it throws what it likes. */
export type RunSimulation = (
  request: SimulationRequest,
  onProgress: (done: number, of: number) => Promise<boolean>,
) => Promise<SimulationResult>;

interface Parts {
  store: Store;
  clock: Clock;
  ids: Ids;
  jobs: Jobs;
  log: Log;
  run: RunSimulation;
  /** Takes away what simulations of processes that are gone have left. */
  tidy?: () => Promise<void>;
}

const jobKind = 'journey.simulation';
/** One that was taken up so often and never ended is given up. */
const mostAttempts = 3;
/** Real time between two notes of how far it is; cancelling is seen as often. */
const noteMs = 400;
/** Written at once; doors are answered between two pages. */
const page = 200;

/**
 * Simulations that were asked for: one at a time, beside everything else. Each is durable: asked for with a job in one
 * transaction, begun anew by the next process where one died, and kept with its result until newer ones take its place.
 */
export class Simulations {
  readonly #parts: Parts;
  readonly #turns: Turns;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#turns = new Turns({
      step: () => this.#step(),
      onError: (error) => parts.log.error('journey.simulation-failed', { error }),
    });
  }

  /** @throws SIMULATION_INVALID */
  async ask(given: unknown): Promise<table.Simulation> {
    const request = simulationOf(given);
    const { store, clock, ids, jobs } = this.#parts;
    const [id, now] = [ids.next(), clock.now()];
    await store.inTransaction(async (tx) => {
      await table.addSimulation(tx, { id, request, now });
      await jobs.enqueue(tx, [{ shard: 0, kind: jobKind, key: id, due: now, payload: { id } }]);
      await table.dropSimulations(tx, await table.oldSimulations(tx, simulationsKept.simulations - 1));
    });
    this.#turns.wake();
    return this.get(id);
  }

  /** @throws SIMULATION_UNKNOWN */
  async get(id: string): Promise<table.Simulation> {
    const found = isUuid(id) ? await table.findSimulation(this.#parts.store, id) : undefined;
    if (found) return found;
    throw new BeckonError(errors.SIMULATION_UNKNOWN, `There is no simulation "${id.slice(0, 80)}"`);
  }

  list(): Promise<table.Simulation[]> {
    return table.listSimulations(this.#parts.store, simulationsKept.simulations + 10);
  }

  /** Ends one that waits or runs; one that is over stays as it is. */
  async cancel(id: string): Promise<table.Simulation> {
    await this.get(id);
    await table.endSimulation(this.#parts.store, { id, state: 'cancelled', now: this.#parts.clock.now() });
    return this.get(id);
  }

  /** Forgets it; one that runs is cancelled first. */
  async remove(id: string): Promise<void> {
    await this.cancel(id);
    await this.#parts.store.inTransaction((tx) => table.dropSimulations(tx, [id]));
  }

  async people(id: string, query: table.PeopleQuery): Promise<{ people: SimulatedPerson[]; count: number }> {
    await this.get(id);
    return table.simulatedPeople(this.#parts.store, id, query);
  }

  /** @throws SIMULATION_UNKNOWN */
  async person(id: string, no: number): Promise<SimulatedPerson> {
    await this.get(id);
    const found = await table.simulatedPerson(this.#parts.store, id, no);
    if (found) return found;
    throw new BeckonError(errors.SIMULATION_UNKNOWN, `The simulation has no person ${no} among those it keeps`);
  }

  async mails(id: string, query: { after: number; limit: number; person?: number | null }): Promise<table.MailLine[]> {
    await this.get(id);
    return table.simulatedMails(this.#parts.store, id, query);
  }

  /** @throws SIMULATION_UNKNOWN */
  async mail(id: string, no: number): Promise<SimulatedMail> {
    await this.get(id);
    const found = await table.simulatedMail(this.#parts.store, id, no);
    if (found) return found;
    throw new BeckonError(errors.SIMULATION_UNKNOWN, `The simulation has no mail ${no} among those it keeps`);
  }

  start(): void {
    const { tidy, log } = this.#parts;
    tidy?.().catch((error: unknown) => log.warn('journey.simulation-untidy', { error }));
    this.#turns.start();
  }

  /** One that runs is left where it is, and begun anew by the next process. */
  stop(): Promise<void> {
    return this.#turns.stop();
  }

  /** Works until nothing is due. */
  finish(): Promise<void> {
    return this.#turns.finish();
  }

  async #step(): Promise<boolean> {
    const { store, jobs, clock, log } = this.#parts;
    const [job] = await jobs.claim<{ id: string }>(jobKind, 1);
    if (!job) return false;
    const { id } = job.payload;
    try {
      const simulation = await table.findSimulation(store, id);
      if (simulation && job.attempt > mostAttempts) throw new Error('It was interrupted too often');
      if (simulation && (await this.#note(job, { id, done: 0, of: 0 }))) await this.#run(job, simulation);
      await jobs.finish(store, job);
    } catch (error) {
      if (this.#turns.isStopping) return false; // the lease lapses, and the next process begins anew
      const fault = error instanceof Error ? error.message : String(error);
      const failed = await table.endSimulation(store, { id, state: 'failed', fault, now: clock.now() });
      if (failed) log.warn('journey.simulation-failed', { id, error });
      await jobs.finish(store, job);
    }
    return true;
  }

  async #run(job: Job, { id, request }: table.Simulation): Promise<void> {
    let notedAt = elapsed();
    const onProgress = async (done: number, of: number) => {
      if (this.#turns.isStopping) return false;
      if (elapsed() - notedAt < noteMs) return true;
      notedAt = elapsed();
      return this.#note(job, { id, done, of });
    };
    const result = await this.#parts.run(request, onProgress);
    await this.#keep(job, id, result);
  }

  /** Keeps the result, unless it was cancelled at the last moment. */
  async #keep(job: Job, id: string, result: SimulationResult): Promise<void> {
    const { store, jobs, clock } = this.#parts;
    const { summary, people, mails } = keptOf(result);
    await store.inTransaction(async (tx) => {
      if (!(await jobs.extend(tx, job))) return; // another process has begun it anew
      if (!(await table.endSimulation(tx, { id, state: 'done', summary, now: clock.now() }))) return;
      for (let i = 0; i < people.length; i += page) await table.addPeople(tx, id, people.slice(i, i + page));
      for (let i = 0; i < mails.length; i += page) await table.addMails(tx, id, mails.slice(i, i + page));
    });
  }

  /** @returns false when it is not to go on */
  async #note(job: Job, progress: { id: string; done: number; of: number }): Promise<boolean> {
    const { store, jobs, clock } = this.#parts;
    return (await jobs.extend(store, job)) && (await table.noteSimulation(store, { ...progress, now: clock.now() }));
  }
}
