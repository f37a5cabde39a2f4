/** Few events: the rest is this many times as long as the turn took. */
const restShare = 2;
/** From so many events on there is load: a turn every `tickMs`, with a rest at least half as long as the turn. */
const busyEvents = 20;
const tickMs = 200;
const longestRestMs = 250;

/** How long to rest after a turn of folding that took `tookMs` for so many events; real time, milliseconds. Pure. */
export function restAfter(tookMs: number, events: number): number {
  const rest = events < busyEvents ? restShare * tookMs : Math.max(tickMs - tookMs, tookMs / 2);
  return Math.min(longestRestMs, rest);
}
