const hourMs = 3_600_000;

/** The last whole days up to the hour of `now`, ISO 8601: the same for an hour, so that an answer is kept. */
export function spanOf(now: string, days: number): { from: string; until: string } {
  const until = Math.ceil(Date.parse(now) / hourMs) * hourMs;
  const iso = (at: number) => new Date(at).toISOString();
  return { from: iso(until - days * 24 * hourMs), until: iso(until) };
}

/** How much something changed: as a share of what it was; by how much, where it was too little for a share to say anything; or that it is new. */
export type Growth = { as: 'none' } | { as: 'share' | 'little' | 'new'; by: number };

/** Counts below this are too few for a share, and so is whatever came to ten times as much. */
const few = 20;
const manifold = 10;

/** Pure. A share of next to nothing is a large number that says nothing: then the difference stands there. */
export function growthOf(now: number | null, before: number | null, isCount: boolean): Growth {
  if (now === null || before === null || now === before) return { as: 'none' };
  if (before === 0) return { as: 'new', by: now };
  const isLittle = (isCount && before < few) || now / before >= manifold;
  return isLittle ? { as: 'little', by: now - before } : { as: 'share', by: now / before - 1 };
}
