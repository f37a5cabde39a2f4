/** Those who stand at an activity of an older version, and where they would go: null ends them, absent is not said. */
export interface Place {
  from: number;
  activity: string;
  count: number;
  to?: string | null | undefined;
}

export type PlaceMap = Readonly<Record<string, string | null>>;

/** Places of the same activity in several versions, as one: the map goes by activity. Pure. */
export function byActivity(places: readonly Place[]): (Place & { versions: number[] })[] {
  const found = new Map<string, Place & { versions: number[] }>();
  for (const place of places) {
    const before = found.get(place.activity);
    const versions = [...(before?.versions ?? []), place.from];
    found.set(place.activity, { ...place, versions, count: (before?.count ?? 0) + place.count });
  }
  return [...found.values()];
}

/** How many would go on, end, and have no place yet. Pure. */
export function sumsOf(places: readonly Place[]): { on: number; end: number; homeless: number } {
  const sums = { on: 0, end: 0, homeless: 0 };
  for (const { count, to } of places) sums[to === undefined ? 'homeless' : to === null ? 'end' : 'on'] += count;
  return sums;
}
