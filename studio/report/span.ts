const hourMs = 3_600_000;

/** The last whole days up to the hour of `now`, ISO 8601: the same for an hour, so that an answer is kept. */
export function spanOf(now: string, days: number): { from: string; until: string } {
  const until = Math.ceil(Date.parse(now) / hourMs) * hourMs;
  const iso = (at: number) => new Date(at).toISOString();
  return { from: iso(until - days * 24 * hourMs), until: iso(until) };
}

/** How much something grew, without its sign, as a share. */
export const growth = (change: number): number => Math.abs(change);
