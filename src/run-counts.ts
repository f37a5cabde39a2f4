import { countRuns, stepsOf, type Journeys } from './journey/index.ts';
import type { MeasureParts } from './measure/index.ts';
import type { Store } from './store/index.ts';

/** How many are in a journey, beside what its report needs to know of it; null when there is none. */
export async function runCounts({ store, journeys }: { store: Store; journeys: Journeys }, key: string) {
  const row = journeys.list().find((one) => one.key === key);
  if (!row) return null;
  const definition = journeys.version(key, row.version) ?? row.draft;
  const counts = await countRuns(store, key);
  return {
    name: definition.name,
    version: row.version,
    status: row.status,
    holdout: definition.holdout ?? 0.1,
    ...counts,
  };
}

/** What measure asks of the journeys. */
export function measuredJourneys({ store, journeys }: { store: Store; journeys: Journeys }): MeasureParts['journeys'] {
  return {
    counts: (key) => runCounts({ store, journeys }, key),
    nameOf: (key) => journeys.list().find((one) => one.key === key)?.draft.name,
    stepsOf: (profileId) => stepsOf(store, profileId, { limit: 500 }),
    bandits: { list: () => journeys.bandits(), weigh: (shares) => journeys.weigh(shares) },
  };
}
