import { after, elapsed, type Timer } from '../base/index.ts';

/** How long work took, real time. */
export interface Spent {
  ms: number;
  longestMs: number;
}

/** Work that runs beside everything else. */
export interface Sliced<T> {
  /** What it came to; null when it was ended before. */
  ended: Promise<{ value: T; spent: Spent } | null>;
  stop(): void;
}

/**
 * Runs work that can pause, in slices with a rest after each, so that nobody else waits for long: a slice ends with the
 * first step beyond `workMs`.
 *
 * @param how `goesOn`: asked before each slice
 */
export function inSlices<T>(
  work: Generator<unknown, T>,
  how: { workMs: number; restMs: number; goesOn: () => boolean },
): Sliced<T> {
  const spent: Spent = { ms: 0, longestMs: 0 };
  let timer: Timer | null = null;
  let end: (result: { value: T; spent: Spent } | null) => void = () => {};
  const ended = new Promise<{ value: T; spent: Spent } | null>((resolve) => (end = resolve));
  const slice = () => {
    if (!how.goesOn()) return end(null);
    const begin = elapsed();
    let step = work.next();
    while (!step.done && elapsed() - begin < how.workMs) step = work.next();
    const ms = elapsed() - begin;
    spent.ms += ms;
    spent.longestMs = Math.max(spent.longestMs, ms);
    if (step.done) end({ value: step.value, spent });
    else timer = after(how.restMs, slice);
  };
  timer = after(0, slice);
  return {
    ended,
    stop: () => {
      timer?.stop();
      end(null);
    },
  };
}

/** The same work, with something done after each of its steps. */
export function* afterEach<T>(work: Generator<void, T>, act: () => void): Generator<void, T> {
  for (;;) {
    const step = work.next();
    act();
    if (step.done) return step.value;
    yield;
  }
}
