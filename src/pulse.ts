import { after, elapsed, type Clock, type Log, type Timer, VirtualClock } from './base/index.ts';

/** Work that comes back: folding, ending visits, waking runs, calling actions, sending. */
export interface Duty {
  /** In plain words, for saying what is still running. */
  name: string;
  /** One pass over what is due. @returns how much was done; 0 means nothing was left */
  work(): Promise<number>;
  /** Business time of the next thing to do, UTC ms; null when nothing waits. */
  nextDue?(): Promise<number | null>;
}

export interface Advanced {
  steps: number;
  /** Duties that still had work when the bound was reached. */
  running: string[];
}

/** An advance stops after this many steps or this much real time, and says what is left. */
const bounds = { steps: 20_000, realMs: 240_000, rounds: 2000 };

/**
 * Makes time pass: runs the duties, in order, again and again while there is something to do, then sleeps until the
 * next due time or at most a second. With a virtual clock, `advance` steps from due time to due time, so that nothing
 * becomes late by moving the clock (design §7 "Time").
 */
export class Pulse {
  readonly #duties: readonly Duty[];
  readonly #clock: Clock;
  readonly #log: Log;
  #turn: Promise<unknown> = Promise.resolve();
  #timer: Timer | undefined;
  /** In the background: not before `start`, not after `stop`. */
  #stopped = true;
  #stopping = false;
  #beating = false;
  #again = false;

  constructor(parts: { duties: readonly Duty[]; clock: Clock; log: Log }) {
    this.#duties = parts.duties;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** Something came in: look now instead of at the next poll. Cheap to call often. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (!this.#beating) void this.#beat();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping = true;
    this.#timer?.stop();
    await this.#turn.catch(() => {});
  }

  async #beat(): Promise<void> {
    this.#beating = true;
    this.#timer?.stop();
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.settle().catch((error: unknown) => this.#log.error('pulse.failed', { error }));
    }
    this.#beating = false;
    if (this.#stopped) return;
    const due = await this.#nextDue().catch(() => null);
    const sleep = due === null ? 1000 : Math.min(1000, Math.max(5, due - this.#clock.now()));
    this.#timer?.stop();
    this.#timer = after(sleep, () => this.wake());
  }

  /** Does everything that is due now, until nothing is left. @returns duties that still had work at the bound */
  settle(): Promise<string[]> {
    return this.#alone(() => this.#settle());
  }

  async #settle(): Promise<string[]> {
    for (let round = 0; round < bounds.rounds; round++) {
      const busy: string[] = [];
      for (const duty of this.#duties) {
        if ((await duty.work()) > 0) busy.push(duty.name);
        if (this.#stopping) return busy;
      }
      if (busy.length === 0) return [];
      if (round === bounds.rounds - 1) return busy;
    }
    return [];
  }

  /**
   * Moves business time forward by `ms`, stopping at every due time on the way and doing all that falls due there.
   * Ends at the target, or earlier at the bound, which it tells.
   */
  async advance(clock: VirtualClock, ms: number): Promise<Advanced> {
    return this.#alone(async () => {
      const began = elapsed();
      const target = clock.now() + ms;
      clock.freeze(clock.now());
      let steps = 0;
      let running: string[] = [];
      try {
        for (;;) {
          running = await this.#settle();
          const due = await this.#nextDue();
          if (due === null || due > target) break;
          if (++steps > bounds.steps || elapsed() - began > bounds.realMs || running.length > 0) {
            return {
              steps,
              running: running.length > 0 ? running : ['more was due than one move of the clock may do'],
            };
          }
          clock.moveTo(Math.max(due, clock.now() + 1));
        }
        clock.moveTo(target);
        running = await this.#settle();
      } finally {
        clock.release();
      }
      return { steps, running };
    });
  }

  async #nextDue(): Promise<number | null> {
    const all = await Promise.all(this.#duties.map((duty) => duty.nextDue?.() ?? null));
    const due = all.filter((one) => one !== null);
    return due.length === 0 ? null : Math.min(...due);
  }

  /** One at a time: settling and advancing never overlap. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.catch(() => {}).then(work);
    this.#turn = turn;
    return turn;
  }
}
