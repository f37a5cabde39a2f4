import { after, elapsed, pause, type Clock, type Log, type Timer, VirtualClock } from './base/index.ts';

/** Work that comes back: folding, ending visits, waking runs, calling actions, sending. */
export interface Duty {
  /** In plain words, for saying what is still running. */
  name: string;
  /** Somebody does it in the background as well: it is done here only when everything is to be done before time moves. */
  beside?: boolean;
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

/** How long an advance waits, in real time, for something that is due and does not get done (another worker holds it). */
const stuckMs = 3000;

/** How often an advance keeps where it is, real time. */
const keepMs = 200;

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
  readonly #stuckMs: number;
  readonly #onMoved: (offset: number) => Promise<void>;
  /** Looks in a row that found something due and could not do it. */
  #vain = 0;
  #keptAt = -keepMs;

  /** @param parts `onMoved` keeps the clock's offset at each step, so that a crash in the middle does not go back */
  constructor(parts: {
    duties: readonly Duty[];
    clock: Clock;
    log: Log;
    onMoved?: (offset: number) => Promise<void>;
    stuckMs?: number;
  }) {
    this.#duties = parts.duties;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#stuckMs = parts.stuckMs ?? stuckMs;
    this.#onMoved = parts.onMoved ?? (async () => {});
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
      const duties = this.#duties.filter(({ beside }) => beside !== true);
      await this.#alone(() => this.#settle(duties)).catch((error: unknown) =>
        this.#log.error('pulse.failed', { error }),
      );
    }
    this.#beating = false;
    if (this.#stopped) return;
    const due = await this.nextDue().catch(() => null);
    if (this.#isStopped()) return;
    this.#timer?.stop();
    this.#timer = after(this.#sleep(due), () => this.wake());
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  /** Until the next due time, at most a second. What is due and was not done (somebody else holds it) is looked for ever more rarely. */
  #sleep(due: number | null): number {
    const left = due === null ? 1000 : due - this.#clock.now();
    this.#vain = left <= 0 ? this.#vain + 1 : 0;
    return Math.min(1000, Math.max(left, 5 * 2 ** Math.min(this.#vain, 10)));
  }

  /** Does everything that is due now, until nothing is left. @returns duties that still had work at the bound */
  settle(): Promise<string[]> {
    return this.#alone(() => this.#settle(this.#duties));
  }

  async #settle(duties: readonly Duty[]): Promise<string[]> {
    // Nothing is left when every duty, one after the other, has found nothing since the last one that did.
    let busy: string[] = [];
    let idle = 0;
    for (let round = 0; round < bounds.rounds; round++) {
      busy = [];
      for (const duty of duties) {
        if ((await duty.work()) > 0) {
          busy.push(duty.name);
          idle = 0;
        } else if (++idle === duties.length) return [];
        if (this.#stopping) return busy;
      }
    }
    return busy;
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
      try {
        for (;;) {
          const { running, next } = await this.#settleFirmly();
          if (running.length > 0) return { steps, running };
          if (this.#stopping) return { steps, running: ['the move of the clock itself'] };
          if (clock.now() >= target) return { steps, running };
          if (next !== null && next <= target) steps++;
          if (steps > bounds.steps || elapsed() - began > bounds.realMs)
            return { steps, running: ['more was due than one move of the clock may do'] };
          clock.moveTo(next === null ? target : Math.min(next, target));
          await this.#keep(clock);
        }
      } finally {
        clock.release();
        await this.#onMoved(clock.offset);
      }
    });
  }

  /** Keeps the offset now and then on the way: after a crash business time goes back by a few steps at most. */
  async #keep(clock: VirtualClock): Promise<void> {
    if (elapsed() - this.#keptAt < keepMs) return;
    this.#keptAt = elapsed();
    await this.#onMoved(clock.now() - clock.real());
  }

  /** Settles, and waits a little for what is due now and held by somebody else. `next` is the first due time after now. */
  async #settleFirmly(): Promise<{ running: string[]; next: number | null }> {
    const began = elapsed();
    for (let wait = 5; ; wait *= 2) {
      const running = await this.#settle(this.#duties);
      if (running.length > 0 || this.#stopping) return { running, next: null };
      const dues = await this.#dues();
      const stuck = dues.filter(({ due }) => due <= this.#clock.now()).map(({ name }) => name);
      const next = stuck.length > 0 || dues.length === 0 ? null : Math.min(...dues.map(({ due }) => due));
      if (stuck.length === 0 || elapsed() - began > this.#stuckMs) return { running: stuck, next };
      await pause(wait);
    }
  }

  async #dues(): Promise<{ name: string; due: number }[]> {
    const all = await Promise.all(
      this.#duties.map(async (duty) => ({ name: duty.name, due: (await duty.nextDue?.()) ?? null })),
    );
    return all.flatMap(({ name, due }) => (due === null ? [] : [{ name, due }]));
  }

  /** When the next thing falls due, UTC ms of business time; null when nothing waits. */
  async nextDue(): Promise<number | null> {
    const dues = await this.#dues();
    return dues.length === 0 ? null : Math.min(...dues.map(({ due }) => due));
  }

  /** One at a time: settling and advancing never overlap. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.catch(() => {}).then(work);
    this.#turn = turn;
    return turn;
  }
}
