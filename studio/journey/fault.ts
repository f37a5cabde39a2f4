import type { JourneyCheck } from '../../src/api/contract-journey.ts';
import { entryId } from './sentence.ts';

export interface Fault {
  where: string;
  what: string;
  /** The activity that it is of; null: the journey as a whole. */
  activity: string | null;
}

/** What the check said, by where it is shown. */
export interface Faults {
  problems: Fault[];
  missing: Fault[];
  /** What is wrong with a field, by its place. */
  byPlace: ReadonlyMap<string, string>;
  /** How much of each activity is to be mended. */
  byActivity: ReadonlyMap<string, number>;
}

/** Pure. */
export function faultsOf({ problems, missing }: JourneyCheck): Faults {
  const all = [...problems, ...missing].map((one) => ({ ...one, activity: activityOf(one.where) }));
  const byActivity = new Map<string, number>();
  for (const { activity } of all) if (activity !== null) byActivity.set(activity, (byActivity.get(activity) ?? 0) + 1);
  return {
    problems: all.slice(0, problems.length),
    missing: all.slice(problems.length),
    byPlace: new Map(all.map(({ where, what }) => [where, what])),
    byActivity,
  };
}

function activityOf(where: string): string | null {
  const [part, name] = where.split(/[.[]/, 2);
  if (part === 'entry') return entryId;
  return part === 'activities' && name !== undefined ? name : null;
}
