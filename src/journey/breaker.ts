/**
 * The breaker of one service (trust §2.4): after five failures in a row, or half of at least twenty calls within a minute,
 * nobody calls it for half a minute, twice as long after each vain probe, at most ten minutes. Then one call tries it; by
 * that it closes or stays open. Pure: times are UTC ms and come by hand.
 */
export interface Breaker {
  /** Failures since the last success. */
  inRow: number;
  /** Calls and failures of the last minute, in slices: from when, how many, how many of them failed. */
  recent: [from: number, calls: number, failed: number][];
  /** Since when it is open; null while it is closed. */
  since: number | null;
  /** When it may be tried. */
  until: number;
  /** For how long it was opened last, ms. */
  openMs: number;
  /** Until when a probe is believed to be under way; null when none is. */
  probe: number | null;
  /** The last failure. */
  last: { at: number; status: string; reason: string | null } | null;
}

/**
 * What a call told of the service: it is `up` or `down`; `odd`, it answered that the call itself was wrong (4xx), which counts
 * for nothing but shows a probe that somebody is there; `none`, the call was never made.
 */
export type Heard = 'up' | 'down' | 'odd' | 'none';

export const closed: Breaker = { inRow: 0, recent: [], since: null, until: 0, openMs: 0, probe: null, last: null };

const rules = { inRow: 5, calls: 20, share: 0.5, windowMs: 60_000, sliceMs: 5000, firstMs: 30_000, mostMs: 600_000 };

/**
 * How many of `want` calls may go now: all of them, none, or one as a probe.
 * @param probeMs how long the probe may take; after that it counts as lost, and another may go
 */
export function admitted(
  breaker: Breaker,
  { want, now, probeMs }: { want: number; now: number; probeMs: number },
): { breaker: Breaker; go: number; isProbe: boolean; until: number } {
  if (breaker.since === null) return { breaker, go: want, isProbe: false, until: now };
  const under = breaker.probe !== null && breaker.probe > now ? breaker.probe : null;
  if (breaker.until > now) return { breaker, go: 0, isProbe: false, until: breaker.until };
  if (under !== null) return { breaker, go: 0, isProbe: false, until: Math.min(under, now + 5000) };
  return { breaker: { ...breaker, probe: now + probeMs }, go: Math.min(1, want), isProbe: true, until: now + 5000 };
}

/** The breaker after calls have ended. What was under way when it opened, and is no probe, changes nothing any more. */
export function after(
  breaker: Breaker,
  heard: readonly Heard[],
  {
    now,
    isProbe,
    failure,
  }: { now: number; isProbe: boolean; failure: Omit<NonNullable<Breaker['last']>, 'at'> | null },
): Breaker {
  const last = failure === null ? breaker.last : { at: now, ...failure };
  if (breaker.since !== null) {
    if (!isProbe) return { ...breaker, last };
    if (heard.every((one) => one === 'none')) return { ...breaker, probe: null };
    if (!heard.includes('down')) return { ...closed, last };
    const openMs = Math.min(rules.mostMs, breaker.openMs * 2);
    return { ...breaker, openMs, until: now + openMs, probe: null, last };
  }
  const calls = heard.filter(isCall);
  if (calls.length === 0) return breaker;
  let { inRow } = breaker;
  let longest = inRow;
  for (const one of calls) {
    inRow = one === 'up' ? 0 : inRow + 1;
    longest = Math.max(longest, inRow);
  }
  const recent = counted(breaker.recent, calls, now);
  const sum = recent.reduce((all, [, n, failed]) => ({ n: all.n + n, failed: all.failed + failed }), {
    n: 0,
    failed: 0,
  });
  const opens = longest >= rules.inRow || (sum.n >= rules.calls && sum.failed >= sum.n * rules.share);
  if (!opens) return { ...breaker, inRow, recent, last };
  return { ...closed, since: now, until: now + rules.firstMs, openMs: rules.firstMs, last };
}

/** What is still of the last minute. */
export function recentAt({ recent }: Pick<Breaker, 'recent'>, now: number): Breaker['recent'] {
  return recent.filter(([at]) => at > now - rules.windowMs);
}

/** Nothing has failed that still counts. */
export function isWell({ since, inRow, recent }: Breaker): boolean {
  return since === null && inRow === 0 && recent.every(([, , failed]) => failed === 0);
}

/** Did it tell of the service? */
export function isCall(heard: Heard): boolean {
  return heard === 'up' || heard === 'down';
}

/** Two counts of calls of the same service, in one. */
export function together(one: Breaker['recent'], other: Breaker['recent']): Breaker['recent'] {
  const slices = new Map<number, [number, number]>();
  for (const [from, calls, failed] of [...one, ...other]) {
    const [n, f] = slices.get(from) ?? [0, 0];
    slices.set(from, [n + calls, f + failed]);
  }
  return [...slices].map(([from, [n, f]]): Breaker['recent'][number] => [from, n, f]).sort(([a], [b]) => a - b);
}

/** The calls of the last minute with these among them. */
export function counted(recent: Breaker['recent'], calls: readonly Heard[], now: number): Breaker['recent'] {
  const from = now - (now % rules.sliceMs);
  const failed = calls.filter((one) => one === 'down').length;
  const kept = recentAt({ recent }, now).filter(([at]) => at < from);
  const here = recent.find(([at]) => at === from);
  return [...kept, [from, (here?.[1] ?? 0) + calls.length, (here?.[2] ?? 0) + failed]];
}
