/** How long a session lasts without use, and at most (trust.md §3.6), ms of real time. */
export const idleMs = 12 * 3_600_000;
export const wholeMs = 7 * 86_400_000;
/** Use is noted this often, so that looking does not write with each request. */
export const noteMs = 60_000;

/** Links of the team hold this long. */
export const linkMs = { setup: 24 * 3_600_000, invitation: 7 * 86_400_000, reset: 3_600_000 } as const;
export type LinkKind = keyof typeof linkMs;

/** Is a session over at `now`? All UTC ms of real time. */
export function isOver(session: { begunAt: number; seenAt: number }, now: number): boolean {
  return now - session.seenAt >= idleMs || now - session.begunAt >= wholeMs;
}

/** Tries that are free, and the longest wait after them, seconds. By who is tried from where, then each alone. */
export const tryLimits = {
  pair: { free: 5, longest: 900 },
  address: { free: 20, longest: 900 },
  // An account alone waits briefly at most: nobody is to be locked out of their own by strangers.
  account: { free: 50, longest: 60 },
} as const;

/** Failures are forgotten after this long, ms. */
export const forgetMs = 86_400_000;

/**
 * Seconds to wait before the next try, doubling with each failure past the free ones; 0 when it may be now.
 *
 * @param failures how many tries came before; @param sinceMs how long ago the last was
 */
export function waitAfter(failures: number, sinceMs: number, limit: { free: number; longest: number }): number {
  if (failures < limit.free || sinceMs >= forgetMs) return 0;
  const whole = Math.min(limit.longest, 2 ** Math.min(failures - limit.free, 20));
  return Math.max(0, Math.ceil(whole - sinceMs / 1000));
}
