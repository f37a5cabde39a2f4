import type { StuckList } from '../../src/api/contract-journey.ts';

export type Run = StuckList['stuck'][number];

/** Chosen runs that are still there, by their journeys. Pure. */
export function byJourney(runs: readonly Run[], chosen: ReadonlySet<string>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { journey, runId } of runs) {
    if (!chosen.has(runId)) continue;
    groups.set(journey, [...(groups.get(journey) ?? []), runId]);
  }
  return groups;
}

/** What is chosen once this was clicked: it alone, or with it all those that are shown. Pure. */
export function toggled(chosen: ReadonlySet<string>, ids: readonly string[]): Set<string> {
  const next = new Set(chosen);
  const isWhole = ids.every((id) => next.has(id));
  for (const id of ids) {
    if (isWhole) next.delete(id);
    else next.add(id);
  }
  return next;
}
