/**
 * When calls may go, so that never more than `rate` a second do: each gets a place in time of its own, one after the other
 * and none in the past, so that what piled up while nothing ran does not go all at once. Pure (journeys §5 21).
 *
 * @param freeAt the first place that nobody has, UTC ms; null when nobody ever asked
 * @param latest for each call in turn, when at the latest it may go
 * @returns the place of each, null where it would come too late; and the first place that is free after that
 */
export function placesOf(
  freeAt: number | null,
  { now, rate, latest }: { now: number; rate: number; latest: readonly number[] },
): { places: (number | null)[]; freeAt: number } {
  const step = 1000 / rate;
  let next = Math.max(freeAt ?? now, now);
  const places = latest.map((last) => {
    if (next > last) return null;
    const place = next;
    next += step;
    return Math.ceil(place);
  });
  return { places, freeAt: next };
}

/** A place that has been given is kept so long, ms: work goes in rounds. Later than that it is given anew. */
export const placeKeptMs = 1000;
