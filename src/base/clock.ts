/**
 * The one place that reads the machine's time. Everybody else is handed a `Clock`.
 *
 * Two times exist and must not be mixed (design §7 "Time"): *business time* may be moved in the demo and in tests;
 * leases, throttles and sessions use `real()` or the database's own clock.
 */
export interface Clock {
  /** Business time, UTC milliseconds. */
  now(): number;
  /** The machine's time, UTC milliseconds; never moved. */
  real(): number;
}

/** Business time is the machine's time. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }
  real(): number {
    return Date.now();
  }
}

/** Real time plus an offset that only grows. The owner keeps the offset, so that a restart does not go back. */
export class VirtualClock implements Clock {
  #offset: number;
  #frozenAt: number | undefined;
  readonly #real: () => number;

  /** @param offset milliseconds ahead of real time; @param real replaced in tests only */
  constructor(offset = 0, real: () => number = Date.now) {
    this.#offset = offset;
    this.#real = real;
  }
  now(): number {
    return this.#frozenAt ?? this.#real() + this.#offset;
  }
  real(): number {
    return this.#real();
  }
  get offset(): number {
    return this.#offset;
  }
  /** Holds business time at `at` until `release`; used while stepping from due time to due time. */
  freeze(at: number): void {
    this.#frozenAt = at;
  }
  /** Lets business time run on from where it was frozen. */
  release(): void {
    if (this.#frozenAt === undefined) return;
    this.#offset = this.#frozenAt - this.#real();
    this.#frozenAt = undefined;
  }
  /** Moves business time to `at`; going back is refused by ignoring it. */
  moveTo(at: number): void {
    if (this.#frozenAt !== undefined) this.#frozenAt = Math.max(this.#frozenAt, at);
    else this.#offset = Math.max(this.#offset, at - this.#real());
  }
}

/** For tests: stands still until told. */
export class FakeClock implements Clock {
  #now: number;
  constructor(now: number) {
    this.#now = now;
  }
  now(): number {
    return this.#now;
  }
  real(): number {
    return this.#now;
  }
  advance(ms: number): void {
    this.#now += ms;
  }
  set(at: number): void {
    this.#now = at;
  }
}

/** A handle that stops a timer. */
export interface Timer {
  stop(): void;
}

/** Runs `work` once after `ms` of real time. The process may end before. */
export function after(ms: number, work: () => void): Timer {
  const handle = setTimeout(work, ms);
  handle.unref();
  return { stop: () => clearTimeout(handle) };
}

/** Resolves after `ms` of real time; keeps the process alive meanwhile. Not for tests. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves when everything else that waits has had its turn; for long work in slices. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** How long a slice of long work lasts, milliseconds: less than it takes the database to keep what came in. */
const sliceMs = 0.3;
/** Where others have much to do a slice lasts longer, this share of their turn, or the long work would never end. */
const sliceShare = 0.7;
const longestSliceMs = 4;

/** Long work in slices: `if (slices.isOver) await slices.next();` between its pieces, and everything else has its turn. */
export class Slices {
  #began = elapsed();
  #ms = sliceMs;

  get isOver(): boolean {
    return elapsed() - this.#began >= this.#ms;
  }

  async next(): Promise<void> {
    const ended = elapsed();
    await turn();
    this.#began = elapsed();
    this.#ms = Math.min(longestSliceMs, Math.max(sliceMs, (this.#began - ended) * sliceShare));
  }
}

/** Resolves when statements begun just now have been sent, before anything else happens. */
export function sent(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Monotonic milliseconds, for measuring how long something took. */
export function elapsed(): number {
  return performance.now();
}
