import { toMajor } from '../base/index.ts';
import type { FunnelRow } from './funnel.ts';
import type { Arms } from './verdict.ts';

/** A span with both its ends, UTC ms; `until` is exclusive. */
export interface Whole {
  from: number;
  until: number;
}

/** What a journey did within a span. Revenue in major units. */
export interface PeriodFigures {
  from: string;
  until: string;
  planned: number;
  heldOut: number;
  excluded: number;
  accepted: number;
  clickedByPeople: number;
  /** Credited to those mails, whenever they came. */
  creditedOrders: number;
  creditedRevenue: number;
  /** People assigned in the span, and what they came to within the window, on average. */
  treated: number;
  control: number;
  treatedEach: number | null;
  controlEach: number | null;
}

const counted = [
  'planned',
  'heldOut',
  'excluded',
  'accepted',
  'clickedByPeople',
  'creditedOrders',
  'creditedRevenue',
  'treated',
  'control',
  'treatedEach',
  'controlEach',
] as const;
export type PeriodFigure = (typeof counted)[number];

/** Two spans, and by how much each figure grew: 0.1 is a tenth more; null where there was nothing before. */
export interface PeriodComparison {
  currency: string;
  now: PeriodFigures;
  before: PeriodFigures;
  change: Record<PeriodFigure, number | null>;
}

/** Puts the figures of a span together; `mails` is absent where none were planned. Pure. */
export function periodFigures(
  { from, until }: Whole,
  { mails, arms, currency }: { mails: FunnelRow | undefined; arms: Arms; currency: string },
): PeriodFigures {
  const each = ({ n, sum }: { n: number; sum: number }) =>
    n === 0 ? null : Number(toMajor(sum / n, currency).toFixed(4));
  return {
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    planned: mails?.planned ?? 0,
    heldOut: mails?.heldOut ?? 0,
    excluded: (mails?.excluded ?? []).reduce((sum, { count }) => sum + count, 0),
    accepted: mails?.accepted ?? 0,
    clickedByPeople: mails?.clickedByPeople ?? 0,
    creditedOrders: mails?.orders ?? 0,
    creditedRevenue: mails?.revenue ?? 0,
    treated: arms.treated.n,
    control: arms.control.n,
    treatedEach: each(arms.treated),
    controlEach: each(arms.control),
  };
}

/** Sets two spans side by side. Pure; never NaN. */
export function comparePeriods(now: PeriodFigures, before: PeriodFigures, currency: string): PeriodComparison {
  const change = counted.map((name) => {
    const [new_, old] = [now[name], before[name]];
    return [name, new_ === null || old === null || old === 0 ? null : Number((new_ / old - 1).toFixed(4))];
  });
  return { currency, now, before, change: Object.fromEntries(change) as PeriodComparison['change'] };
}
