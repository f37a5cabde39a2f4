import { said, toMajor, type Said } from '../base/index.ts';
import type { OpeningKind } from '../message/index.ts';
import { messageView, opensOf } from './mail-view.ts';
import { buyerFloor } from './statistics.ts';
import type { JourneyStart } from './table-start.ts';
import type { ArmRow } from './table-arms.ts';
import type { Arm } from './table.ts';
import {
  lastingOf,
  ratioByDay,
  ratioByDevice,
  ratioOf,
  readAll,
  spansOf,
  type Arms,
  type Lasting,
  type Ratio,
  type RatioOfDevice,
  type Reading,
  type ReadingName,
  type Word,
} from './verdict.ts';

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
  /** Orders in a currency nobody gave a rate for: orders, but no revenue. */
  otherCurrency: number;
  /** Revenue of the 28 days before each one's assignment, its squares, and Σ of its product with `revenue`. */
  before: number;
  beforeSquares: number;
  products: number;
  /** Revenue with each one's cut at `decided.cap`, and over 28 days. */
  capped: number;
  cappedSquares: number;
  later: number;
  laterSquares: number;
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
  opened?: Record<OpeningKind, number>;
}

/** What is said about the cause. Money per assigned profile and in total, major units, at 95 % however often one looks. */
export interface Caused {
  word: Word;
  why: string;
  /** The same by codes: the sentence, and what is said after it. */
  said: Said[];
  perProfile: number | null;
  total: number | null;
  low: number | null;
  high: number | null;
  /** The same for a thousand mails that left, of which the treated got `accepted`. */
  perThousandMails: number | null;
  /** Valid however often one looks. */
  p: number | null;
  /** Relative to the held-out. */
  lift: { value: number; low: number; high: number } | null;
  confidence: 0.95;
}

/** A further reading of the same comparison: per assigned profile, major units; `conversion` as a share of 1. */
export interface ReadingView {
  reading: ReadingName;
  word: Word;
  effect: number | null;
  low: number | null;
  high: number | null;
  p: number | null;
  pHolm: number | null;
  lift: { value: number; low: number; high: number } | null;
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
  /** Mails whose picture was loaded by a mail program, by a proxy that hides for whom, by a machine; a mail may stand in each. No evidence of anything. */
  opens: { reader: number; unknown: number; machine: number };
  credited: { orders: number; revenue: MoneyView };
  caused: Caused;
  /** Credited to caused revenue; null while the effect is not known or is none. Over 3 the credit says far more than the mail did. */
  creditedToCaused: { ratio: number; flagged: boolean } | null;
  readings: ReadingView[];
  /** Whether a clear gain within the window is still there after 28 days; null where there is none to ask of. */
  lasting: Lasting | null;
  /** The effect by week of assignment, of the weeks in which both arms bought enough. */
  weeks: { from: string; treated: number; control: number; effect: number; low: number; high: number }[];
  ratio: Ratio | null;
  /** The same day by day: `p` of all days together, and of the one that fits least. */
  ratioByDay: { days: number; p: number; worst: { day: string; p: number } } | null;
  /** The same by the kind of device people were last seen on. */
  ratioByDevice: RatioOfDevice[];
  /** What decides, as written down before anybody was compared. */
  decided: { at: string; hash: string; cap: number | null; plan: Record<string, unknown> } | null;
}

/** What the report is made of. Revenue sums are minor units of `currency`. */
export interface ReportInput {
  journey: string;
  at: number;
  currency: string;
  windowDays: number;
  runs: JourneyCounts;
  messages: MessageCounts;
  all: Arms;
  /** Watched for `windowDays`, and for 28 days. */
  matured: Arms;
  later: Arms;
  weeks: (ArmRow & { arm: string; from: number })[];
  days: (ArmRow & { arm: string; from: number })[];
  start: JourneyStart | null;
  totals: { human: number; unknown: number; orders: number; minor: number };
}

/** Puts the report together. Pure. */
export function buildReport(input: ReportInput): JourneyReport {
  const { journey, runs, totals, currency, windowDays } = input;
  const arms = (rows: Arms) => ({ treated: armView(rows.treated, currency), control: armView(rows.control, currency) });
  const messages = messageView(input.messages);
  const readings = readAll(input.matured, input.later);
  const caused = judge(input, readings[0]!, messages.accepted);
  const revenue = { amount: toMajor(totals.minor, currency), currency };
  return {
    journey,
    name: runs.name,
    version: runs.version,
    status: runs.status,
    at: new Date(input.at).toISOString(),
    runs: { entered: runs.entered, active: runs.active, ended: runs.ended, byState: runs.byState, byEnd: runs.byEnd },
    messages,
    arms: arms(input.all),
    matured: arms(input.matured),
    conflicted: conflictedOf(input.all),
    currency,
    windowDays,
    clicks: { human: totals.human, unknown: totals.unknown },
    opens: opensOf(input.messages),
    credited: { orders: totals.orders, revenue },
    caused,
    creditedToCaused: ratioTo(revenue.amount, caused.total),
    readings: readings.map((reading) => readingView(reading, currency)),
    lasting: lastingOf(readings),
    weeks: spansOf(input.weeks).map(({ from, treated, control, ...span }) => ({
      from: new Date(from).toISOString(),
      treated,
      control,
      ...moneyOf(span, currency),
    })),
    ratio: ratioOf(input.all),
    ratioByDay: dayView(input.days),
    ratioByDevice: ratioByDevice(input.all),
    decided: input.start && {
      at: new Date(input.start.startedAt).toISOString(),
      hash: input.start.hash,
      cap: input.start.cap === null ? null : toMajor(input.start.cap, currency),
      plan: input.start.plan,
    },
  };
}

function dayView(rows: ReportInput['days']): JourneyReport['ratioByDay'] {
  const found = ratioByDay(rows);
  return found && { ...found, worst: { day: new Date(found.worst.from).toISOString(), p: found.worst.p } };
}

/** People who met both arms, each counted once in one of them. */
function conflictedOf({ treated, control }: Arms): number {
  return treated.conflicted + control.conflicted;
}

/** More credit than this for each unit of effect is flagged (trust.md §5.3). */
const creditFlag = 3;

function ratioTo(credited: number, caused: number | null): JourneyReport['creditedToCaused'] {
  if (caused === null || caused <= 0) return caused === null ? null : { ratio: 0, flagged: credited > 0 };
  const ratio = Number((credited / caused).toFixed(2));
  return { ratio, flagged: ratio > creditFlag };
}

/** Money of one person, with more digits than a price has. */
function moneyOf(span: { effect: number; low: number; high: number }, currency: string) {
  const major = (minor: number) => Number(toMajor(minor, currency).toFixed(4));
  return { effect: major(span.effect), low: major(span.low), high: major(span.high) };
}

function readingView(reading: Reading, currency: string): ReadingView {
  const { effect, low, high } = reading;
  if (effect === null || low === null || high === null || reading.reading === 'conversion') return reading;
  return { ...reading, ...moneyOf({ effect, low, high }, currency) };
}

/** Sums of one arm in major units. */
export function armView(row: ArmRow, currency: string): ArmSums {
  const unit = toMajor(1, currency);
  const squares = (minor: number) => Number((minor * unit * unit).toPrecision(15));
  return {
    profiles: row.n,
    buyers: row.buyers,
    orders: row.orders,
    revenue: toMajor(row.sum, currency),
    revenueSquares: squares(row.squares),
    otherCurrency: row.other,
    before: toMajor(row.xSum, currency),
    beforeSquares: squares(row.xSquares),
    products: squares(row.products),
    capped: toMajor(row.cappedSum, currency),
    cappedSquares: squares(row.cappedSquares),
    later: toMajor(row.laterSum, currency),
    laterSquares: squares(row.laterSquares),
  };
}

/** What may be said about the cause, with the reason. Pure. */
export function judge(
  input: Pick<ReportInput, 'matured' | 'all' | 'runs' | 'windowDays' | 'currency'>,
  reading: Reading,
  accepted: number,
): Caused {
  const why = whyEarly(input);
  const { effect, low, high } = reading;
  if (why !== null || effect === null || low === null || high === null) {
    const nothing = {
      perProfile: null,
      total: null,
      low: null,
      high: null,
      perThousandMails: null,
      p: null,
      lift: null,
    };
    const early = why ?? {
      why: 'Everybody watched so far spent the same, so there is nothing to compare',
      said: said('caused.same'),
    };
    return { word: 'too early', ...withLeftOut(early, input), ...nothing, confidence: 0.95 };
  }
  const { treated } = input.matured;
  const major = (minor: number) => toMajor(Math.round(minor), input.currency);
  return {
    word: reading.word,
    ...withLeftOut(verdictWords(reading), input),
    perProfile: Number(toMajor(effect, input.currency).toFixed(4)),
    total: major(effect * treated.n),
    low: major(low * treated.n),
    high: major(high * treated.n),
    perThousandMails: accepted > 0 ? major((1000 * effect * input.all.treated.n) / accepted) : null,
    p: reading.p,
    lift: reading.lift,
    confidence: 0.95,
  };
}

/** Why nothing is said of the effect yet; null when it may be. */
function whyEarly({ matured, all, runs, windowDays }: Pick<ReportInput, 'matured' | 'all' | 'runs' | 'windowDays'>) {
  const { treated, control } = matured;
  if (runs.holdout <= 0 && all.control.n === 0)
    return { why: 'Nobody is held out, so nothing can be compared', said: said('caused.nobodyHeldOut') };
  if (treated.n === 0 || control.n === 0) {
    const arm = treated.n === 0 ? 'the treated arm' : 'the control';
    return {
      why: `Nobody in ${arm} has been watched for ${windowDays} days yet`,
      said: said(treated.n === 0 ? 'caused.noTreated' : 'caused.noControl', { count: windowDays }),
    };
  }
  for (const arms of [all, matured]) {
    const ratio = ratioOf(arms);
    if (!ratio?.alarm) continue;
    const sizes = `${arms.treated.n} to ${arms.control.n}, p = ${ratio.p.toExponential(1)}`;
    return {
      why: `The arms are not in the proportion they should be (${sizes}), so no verdict is given`,
      said: said('caused.ratio', { sizes }),
    };
  }
  if (Math.min(treated.buyers, control.buyers) < buyerFloor) {
    const bought = `${treated.buyers} treated and ${control.buyers} held-out people have bought`;
    const { buyers } = treated;
    return {
      why: `Of those watched for ${windowDays} days, ${bought}; ${buyerFloor} in each arm are needed`,
      said: said('caused.fewBuyers', { days: windowDays, treated: buyers, control: control.buyers, floor: buyerFloor }),
    };
  }
  return null;
}

function verdictWords({ word, effect }: Reading): { why: string; said: Said } {
  if (word !== 'clear')
    return { why: 'The interval holds zero: chance alone may have given the difference', said: said('caused.unclear') };
  const direction = effect! > 0 ? 'more' : 'less';
  return {
    why: `Treated people spent ${direction} than those held out, and chance alone would hardly give that`,
    said: said(effect! > 0 ? 'caused.more' : 'caused.less'),
  };
}

/** Says after it what the figures do not hold, if anything. */
function withLeftOut(
  words: { why: string; said: Said },
  { all, currency }: Pick<ReportInput, 'all' | 'currency'>,
): { why: string; said: Said[] } {
  const other = all.treated.other + all.control.other;
  const conflicted = conflictedOf(all);
  const why = [
    words.why,
    ...(conflicted > 0 ? [`${conflicted} people who met both arms are left out`] : []),
    ...(other > 0 ? [`${other} orders in other currencies than ${currency} count as orders but not as revenue`] : []),
  ];
  const codes = [
    words.said,
    ...(conflicted > 0 ? [said('caused.conflicted', { count: conflicted })] : []),
    ...(other > 0 ? [said('caused.currencies', { count: other, currency })] : []),
  ];
  return { why: why.join('; '), said: codes };
}
