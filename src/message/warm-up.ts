import { wilsonBounds } from '../base/index.ts';
import { quietUntil } from '../journey/index.ts';

/**
 * A new sending domain begins small: so many mails on its first day, more on each day after it, to those who bought most
 * lately first (trust §1.13). Pure; times are UTC ms of business time, days those of the shop's zone.
 */
export interface WarmUp {
  domain: string;
  /** Mails a day, step by step. */
  caps: readonly number[];
  /** The step of `day`, from 0; at `caps.length` it is over. */
  step: number;
  /** `2026-11-23`; null: not begun. */
  day: string | null;
  /** Mails that went on `day`. */
  used: number;
  /** Why the last step was taken once more; null: it was not. */
  kept: string | null;
}

/** Trust §1.13. */
export const usualCaps: readonly number[] = [
  50, 100, 200, 400, 800, 1500, 3000, 5000, 8000, 12_000, 18_000, 25_000, 35_000, 50_000,
];

/** What came back of the mails of a step. */
export interface StepHarm {
  sent: number;
  complained: number;
  hard: number;
}

const limits = { complained: 0.001, hard: 0.02 };

/** Why a step is taken once more; null: it went well. One of few is no share: the lower bound must be above the limit. */
export function stepFault({ sent, complained, hard }: StepHarm): string | null {
  const above = (count: number, limit: number) => count > 1 && wilsonBounds(count, Math.max(sent, count)).low > limit;
  if (above(complained, limits.complained)) return `${complained} of ${sent} complained`;
  return above(hard, limits.hard) ? `${hard} of ${sent} addresses did not exist` : null;
}

/** Its place on a day: a new day is a new step, if the one before was used and went well. */
export function onDay(plan: WarmUp, day: string, harm: StepHarm): WarmUp {
  if (plan.day === null) return { ...plan, day, used: 0 };
  if (plan.day === day) return plan;
  const kept = stepFault(harm);
  // A day on which next to nothing went has warmed nothing.
  const isUsed = plan.used * 2 >= (plan.caps[plan.step] ?? 0);
  return { ...plan, day, used: 0, kept, step: isUsed && kept === null ? plan.step + 1 : plan.step };
}

/** Mails that may still go today; null: there is no limit any more. */
export function roomOf({ caps, step, used }: WarmUp): number | null {
  const cap = caps[step];
  return cap === undefined ? null : Math.max(0, cap - used);
}

/** When the next day begins. */
export function nextDay(now: number, zone: string): number {
  const minute = 60_000;
  const soon = now + minute;
  return quietUntil(soon, { from: '00:01', to: '00:00' }, zone) ?? Math.floor(soon / minute) * minute;
}

export function dayOf(now: number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(now);
}

/** How long after the day's beginning somebody's mail asks: who bought lately first, who never did after an hour, ms. */
export function orderedBy(lastOrderAt: number | null, now: number): number {
  const hour = 3_600_000;
  if (lastOrderAt === null) return hour;
  const days = Math.max(0, now - lastOrderAt) / 86_400_000;
  return Math.min(hour - 60_000, Math.floor(Math.log2(1 + days) * 6) * 60_000);
}
