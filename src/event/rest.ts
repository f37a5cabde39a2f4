/** Few events: the rest is this many times as long as the turn took. */
const restShare = 2;
/** From so many events on there is load: a turn every `tickMs`, with a rest at least half as long as the turn. */
const busyEvents = 20;
const tickMs = 200;
/** From so many on there is a rush: in longer turns more events are of the same people, each of whom is written once. */
const rushEvents = 1000;
const rushMs = 400;
const longestRestMs = 250;

/** How long to rest after a turn of folding that took `tookMs` for so many events; real time, milliseconds. Pure. */
export function restAfter(tookMs: number, events: number): number {
  if (events >= rushEvents) return Math.max(rushMs - tookMs, Math.min(longestRestMs, tookMs / 2));
  const rest = events < busyEvents ? restShare * tookMs : Math.max(tickMs - tookMs, tookMs / 2);
  return Math.min(longestRestMs, rest);
}
