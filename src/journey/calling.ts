import { after, type Clock, type Log, type Timer } from '../base/index.ts';

/** How many passes over what is due may be under way at once: one waits for a slow service, the others go on. */
const passes = 4;
/** It looks at least so often, ms of real time. */
const pollMs = 1000;

/** How long a stop waits for answers that are under way, ms of real time: a call may take two minutes. */
const drainMs = 10_000;

interface CallingParts {
  clock: Clock;
  log: Log;
  /** Claims what is due; `done` once its answers are recorded. */
  begin: () => Promise<{ claimed: number; done: Promise<void> }>;
  /** Business time of the next call, UTC ms. */
  nextDue: () => Promise<number | null>;
  /** How long a stop waits for answers, ms. */
  drainMs?: number;
}

/**
 * Makes the calls of journeys beside everything else, so that a service that takes two minutes holds up neither mails nor
 * waits, nor the calls of other services. One looks for work; several passes may wait for answers.
 */
export class Calling {
  readonly #parts: CallingParts;
  readonly #under = new Set<Promise<unknown>>();
  #timer: Timer | undefined;
  #stopped = true;
  /** A stop has not waited for all: what comes of the rest has no place any more. */
  #left = false;
  #looking: Promise<void> | null = null;
  #again = false;

  constructor(parts: CallingParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** Something may have fallen due: look now. Cheap to call often. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
      if (this.#again) this.wake();
    });
  }

  /**
   * Ends when what is under way has been recorded, or after ten seconds: calls that are left then keep their lease, and are
   * made again with the same key when it is over.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.stop();
    let timer: Timer | undefined;
    const isOver = new Promise<void>((end) => (timer = after(this.#parts.drainMs ?? drainMs, end)));
    await Promise.race([Promise.all([this.#looking, ...this.#under]).then(() => Promise.all(this.#under)), isOver]);
    timer?.stop();
    this.#left = this.#under.size > 0;
    if (this.#left) this.#parts.log.warn('journey.calls-left', { passes: this.#under.size });
  }

  /** Does what is due and waits for what is under way: for whoever moves time. @returns how much that was */
  async drain(): Promise<number> {
    const waited = this.#under.size;
    await Promise.all(this.#under);
    const { claimed, done } = await this.#parts.begin();
    await done;
    return waited + claimed;
  }

  async #look(): Promise<void> {
    this.#timer?.stop();
    while (this.#again && !this.#stopped) {
      this.#again = false;
      while (!this.#stopped && (await this.#pass()) > 0)
        if (this.#under.size >= passes) await Promise.race(this.#under);
    }
    if (this.#stopped) return;
    const due = await this.#parts.nextDue().catch(() => null);
    const left = due === null ? pollMs : Math.min(pollMs, Math.max(50, due - this.#parts.clock.now()));
    this.#timer = after(left, () => this.wake());
  }

  /** One claim; its answers are waited for elsewhere. @returns how many calls were claimed */
  async #pass(): Promise<number> {
    const begun = this.#track(this.#parts.begin());
    const { claimed, done } = (await begun) ?? { claimed: 0, done: Promise.resolve() };
    if (claimed > 0) void this.#track(done);
    return claimed;
  }

  /** Counts it as under way until it has ended; a failure is told, and its jobs come again when their lease is over. */
  #track<T>(work: Promise<T>): Promise<T | null> {
    const tracked = work.catch((error: unknown) => {
      if (!this.#left) this.#parts.log.error('journey.calls-failed', { error });
      return null;
    });
    this.#under.add(tracked);
    void tracked.finally(() => this.#under.delete(tracked));
    return tracked;
  }
}
