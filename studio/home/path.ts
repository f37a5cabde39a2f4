import type { JourneyRow, Overview } from '../../src/api/contract.ts';

export const steps = ['event', 'items', 'reachable', 'journey', 'mail'] as const;
export type Step = (typeof steps)[number];

/** What is known of a new shop. */
export interface Known {
  overview: Pick<Overview, 'people' | 'eventsToday' | 'items' | 'reachable'>;
  journeys: readonly Pick<JourneyRow, 'status' | 'sent'>[];
}

/** Which steps of a new shop are done, as the house sees it right now. Pure. */
export function doneSteps({ overview, journeys }: Known): ReadonlySet<Step> {
  const done: Record<Step, boolean> = {
    event: overview.people > 0 || overview.eventsToday > 0,
    items: overview.items > 0,
    reachable: overview.reachable > 0,
    journey: journeys.some(({ status }) => status === 'live'),
    mail: journeys.some(({ sent }) => sent > 0),
  };
  return new Set(steps.filter((step) => done[step]));
}

/** The first that is not done; null when all are. Pure. */
export function nextStep(done: ReadonlySet<Step>): Step | null {
  return steps.find((step) => !done.has(step)) ?? null;
}
