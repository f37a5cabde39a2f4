import { toMajor } from '../base/index.ts';
import { buyerFloor, difference, peekInterval, sampleRatio, type Interval } from './statistics.ts';
import type { ArmRow } from './table-report.ts';
import type { Arm } from './table.ts';

export interface MoneyView {
  amount: number;
  currency: string;
}

/** Sums of one arm as the report shows them; money in decimal major units. */
export interface ArmSums {
  profiles: number;
  buyers: number;
  orders: number;
  revenue: number;
  revenueSquares: number;
}

/** What the journey room knows of one journey (slot `journeys.counts`). */
export interface JourneyCounts {
  name: string;
  version: number;
  status: 'draft' | 'live' | 'paused' | 'closed' | 'stopped';
  /** Share held out, 0–0.9, as published. */
  holdout: number;
  entered: number;
  active: number;
  ended: number;
  byState: Record<string, number>;
  byEnd: { reason: string; count: number }[];
}

/** What the message room knows of one journey's mails (slot `messages.counts`). */
export interface MessageCounts {
  /** Every intended message is in one state. A held-out one is `skipped`. */
  byState: Record<string, number>;
  /** Reasons of those skipped; the held-out ones may be among them as "held out". */
  excluded: Record<string, number>;
  heldOut: number;
}

/** What is said about the cause. Money per assigned profile and in total, major units, at 95 % however often one looks. */
export interface Caused {
  word: 'too early' | 'clear' | 'no clear effect';
  why: string;
  perProfile: number | null;
  total: number | null;
  low: number | null;
  high: number | null;
  confidence: 0.95;
}

/** GET /v1/journeys/{key}/report; the shape of `api/contract.ts`, and what the cause rests on. */
export interface JourneyReport {
  journey: string;
  name: string;
  version: number;
  status: 'draft' | 'live' | 'paused' | 'closed' | 'stopped';
  at: string;
  runs: Pick<JourneyCounts, 'entered' | 'active' | 'ended' | 'byState' | 'byEnd'>;
  messages: {
    planned: number;
    byState: Record<string, number>;
    accepted: number;
    heldOut: number;
    inDoubt: number;
    excluded: { reason: string; count: number }[];
    pending: number;
  };
  /** Every assigned profile so far; conflicted ones left out. */
  arms: Record<Arm, ArmSums>;
  /** Those assigned at least `windowDays` ago: only these decide about the cause. */
  matured: Record<Arm, ArmSums>;
  /** Profiles left out on both sides because they met both arms (after a merge). */
  conflicted: number;
  currency: string;
  windowDays: number;
  clicks: { human: number; unknown: number };
  credited: { orders: number; revenue: MoneyView };
  caused: Caused;
}

/** What the report is made of. Revenue sums are minor units of `currency`. */
export interface ReportInput {
  journey: string;
  at: number;
  currency: string;
  windowDays: number;
  runs: JourneyCounts;
  messages: MessageCounts;
  all: Record<Arm, ArmRow>;
  matured: Record<Arm, ArmRow>;
  totals: { human: number; unknown: number; orders: number; minor: number; conflicted: number };
}

/** Puts the report together. Pure. */
export function buildReport(input: ReportInput): JourneyReport {
  const { journey, runs, totals, currency, windowDays } = input;
  const arms = (rows: Record<Arm, ArmRow>) => ({
    treated: armView(rows.treated, currency),
    control: armView(rows.control, currency),
  });
  return {
    journey,
    name: runs.name,
    version: runs.version,
    status: runs.status,
    at: new Date(input.at).toISOString(),
    runs: {
      entered: runs.entered,
      active: runs.active,
      ended: runs.ended,
      byState: runs.byState,
      byEnd: runs.byEnd,
    },
    messages: messageView(input.messages),
    arms: arms(input.all),
    matured: arms(input.matured),
    conflicted: totals.conflicted,
    currency,
    windowDays,
    clicks: { human: totals.human, unknown: totals.unknown },
    credited: { orders: totals.orders, revenue: { amount: toMajor(totals.minor, currency), currency } },
    caused: judge(input),
  };
}

function armView(row: ArmRow, currency: string): ArmSums {
  const major = toMajor(1, currency);
  return {
    profiles: row.n,
    buyers: row.buyers,
    orders: row.orders,
    revenue: toMajor(row.sum, currency),
    revenueSquares: Number((row.squares * major * major).toPrecision(15)),
  };
}

const heldOutReason = 'held out';
const pendingStates = ['planned', 'held', 'ready', 'leased', 'sending', 'deferred', 'quarantined'];

const endedUnsent = {
  rejected: 'refused by the mail host',
  render_failed: 'could not be written',
  expired: 'its time had passed',
  cancelled: 'called off',
};

/** Each intended message stands in exactly one of accepted, held out, in doubt, excluded and pending. */
function messageView({ byState, excluded, heldOut }: MessageCounts): JourneyReport['messages'] {
  const planned = Object.values(byState).reduce((total, count) => total + count, 0);
  const accepted = byState['accepted'] ?? 0;
  const inDoubt = (byState['in_doubt'] ?? 0) + (byState['abandoned'] ?? 0);
  const pending = pendingStates.reduce((total, state) => total + (byState[state] ?? 0), 0);
  const reasons = Object.entries(excluded)
    .filter(([reason]) => reason !== heldOutReason)
    .map(([reason, count]) => ({ reason, count }));
  for (const [state, reason] of Object.entries(endedUnsent)) {
    if ((byState[state] ?? 0) > 0) reasons.push({ reason, count: byState[state]! });
  }
  const named = reasons.reduce((total, { count }) => total + count, 0);
  const rest = planned - accepted - heldOut - inDoubt - pending - named;
  if (rest > 0) reasons.push({ reason: 'other', count: rest });
  return {
    planned,
    byState,
    accepted,
    heldOut,
    inDoubt,
    excluded: reasons.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
    pending,
  };
}

/** The alarm that withholds the verdict: arms whose sizes chance would hardly give (trust.md §5.2 "SRM"). */
const skewAlarm = 0.001;

/** What may be said about the cause, with the reason. Pure. */
export function judge(
  input: Pick<ReportInput, 'matured' | 'all' | 'runs' | 'windowDays' | 'currency' | 'totals'>,
): Caused {
  const { treated, control } = input.matured;
  const none = { perProfile: null, total: null, low: null, high: null, confidence: 0.95 as const };
  const early = (why: string): Caused => ({ word: 'too early', why: `${why}${leftOut(input)}`, ...none });
  if (input.runs.holdout <= 0) return early('Nobody is held out, so nothing can be compared');
  if (treated.n === 0 || control.n === 0) {
    return early(
      `Nobody in ${treated.n === 0 ? 'the treated arm' : 'the control'} has been watched for ${input.windowDays} days yet`,
    );
  }
  const skew = sampleRatio([input.all.treated.n, input.all.control.n], [1 - input.runs.holdout, input.runs.holdout]);
  if (skew.p < skewAlarm) {
    return early(
      `The arms are not in the proportion they should be (${input.all.treated.n} to ${input.all.control.n}, p = ${skew.p.toExponential(1)}), so no verdict is given`,
    );
  }
  if (Math.min(treated.buyers, control.buyers) < buyerFloor) {
    return early(
      `Of those watched for ${input.windowDays} days, ${treated.buyers} treated and ${control.buyers} held-out people have bought; ${buyerFloor} in each arm are needed`,
    );
  }
  return verdict(input);
}

function verdict(input: Pick<ReportInput, 'matured' | 'currency' | 'all' | 'totals'>): Caused {
  const { treated, control } = input.matured;
  const estimate = difference(treated, control);
  const interval = peekInterval(estimate, { n: treated.n + control.n });
  const total: Interval = { low: interval.low * treated.n, high: interval.high * treated.n };
  const clear = interval.low > 0 || interval.high < 0;
  const major = (minor: number) => toMajor(Math.round(minor), input.currency);
  const direction = estimate.value > 0 ? 'more' : 'less';
  return {
    word: clear ? 'clear' : 'no clear effect',
    why: `${
      clear
        ? `Treated people spent ${direction} than those held out, and chance alone would hardly give that`
        : 'The interval holds zero: chance alone may have given the difference'
    }${leftOut(input)}`,
    perProfile: Number(toMajor(estimate.value, input.currency).toFixed(4)),
    total: major(estimate.value * treated.n),
    low: major(total.low),
    high: major(total.high),
    confidence: 0.95,
  };
}

/** Says what the figures do not hold, if anything. */
function leftOut({ all, totals, currency }: Pick<ReportInput, 'all' | 'totals' | 'currency'>): string {
  const other = all.treated.otherCurrency + all.control.otherCurrency;
  return [
    totals.conflicted > 0 ? `; ${totals.conflicted} people who met both arms are left out` : '',
    other > 0 ? `; ${other} orders in other currencies than ${currency} count as orders but not as revenue` : '',
  ].join('');
}
