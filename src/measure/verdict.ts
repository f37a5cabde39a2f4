import type { DeviceKind } from '../event/index.ts';
import { said, type Said } from '../base/index.ts';
import { adjustedDifference } from './covariate.ts';
import { chiSquareTail } from './distribution.ts';
import { holm } from './many.ts';
import {
  buyerFloor,
  difference,
  lift,
  mean,
  peekInterval,
  peekP,
  rateFloor,
  sampleRatio,
  sumsOfRate,
  variance,
  type Estimate,
  type Interval,
} from './statistics.ts';
import { deviceKinds } from './table-sums.ts';
import { noSums, type ArmRow } from './table-arms.ts';
import type { Arm } from './table.ts';

export type Arms = Record<Arm, ArmRow>;

/**
 * What a comparison is read as. Revenue per assigned person decides, and was chosen before anybody was compared; the others are
 * beside it: the share who buy, revenue with each person's past taken off (CUPED), with single large orders cut, and over 28 days,
 * where orders that only came earlier fall away.
 */
export const readings = ['revenue', 'conversion', 'adjusted', 'capped', 'later'] as const;
export type ReadingName = (typeof readings)[number];

export type Word = 'too early' | 'clear' | 'no clear effect';

/** One reading: treated minus control for each assigned person, in minor units or as a share. Null while too early. */
export interface Reading {
  reading: ReadingName;
  word: Word;
  effect: number | null;
  low: number | null;
  high: number | null;
  /** Valid however often one looks; `pHolm` is set right for the readings beside the deciding one. */
  p: number | null;
  pHolm: number | null;
  /** Relative to the held-out; only where their own mean is clearly above nothing. */
  lift: (Interval & { value: number }) | null;
}

/** Least people an arm needs before a reading says anything, and of whom. */
const floorOf = (reading: ReadingName) => (reading === 'conversion' ? rateFloor : buyerFloor);

/** Reads one comparison. `arms` are matured units only. Pure; never NaN. */
export function readAs(reading: ReadingName, { treated, control }: Arms, alpha = 0.05): Reading {
  const none: Reading = {
    reading,
    word: 'too early',
    effect: null,
    low: null,
    high: null,
    p: null,
    pHolm: null,
    lift: null,
  };
  if (Math.min(treated.buyers, control.buyers) < floorOf(reading)) return none;
  const { estimate, relative } = estimateOf(reading, treated, control);
  if (!(estimate.se > 0)) return none;
  const n = treated.n + control.n;
  const interval = peekInterval(estimate, { n, alpha });
  const clear = interval.low > 0 || interval.high < 0;
  return {
    reading,
    word: clear ? 'clear' : 'no clear effect',
    effect: estimate.value,
    ...interval,
    p: peekP(estimate, { n }),
    pHolm: null,
    lift: relative && { value: relative.value, ...peekInterval(relative, { n, alpha }) },
  };
}

function estimateOf(reading: ReadingName, t: ArmRow, c: ArmRow): { estimate: Estimate; relative: Estimate | null } {
  const sums = (row: ArmRow) => {
    if (reading === 'conversion') return sumsOfRate(row.buyers, row.n);
    if (reading === 'capped') return { n: row.n, sum: row.cappedSum, squares: row.cappedSquares };
    if (reading === 'later') return { n: row.n, sum: row.laterSum, squares: row.laterSquares };
    return row;
  };
  const [treated, control] = [sums(t), sums(c)];
  if (reading === 'adjusted') return { estimate: adjustedDifference(t, c), relative: null };
  const own = { value: mean(control), se: Math.sqrt(variance(control) / control.n) };
  const known = own.value > 0 && peekInterval(own, { n: control.n }).low > 0;
  return { estimate: difference(treated, control), relative: known ? lift(treated, control) : null };
}

/** All readings: the deciding one first. `later` are the units that were watched for 28 days. */
export function readAll(matured: Arms, later: Arms): Reading[] {
  const all = readings.map((reading) => readAs(reading, reading === 'later' ? later : matured));
  const beside = all.filter(({ p, reading }) => p !== null && reading !== 'revenue');
  const adjusted = holm(beside.map(({ p }) => p!));
  for (const [place, one] of beside.entries()) one.pHolm = adjusted[place]!;
  return all;
}

/** What the look at 28 days says of a clear effect within 7: did it last, or were orders only brought forward (trust.md §5.2)? */
export interface Lasting {
  word: 'lasts' | 'fades' | 'too early';
  why: string;
  said: Said;
}

/** Null while there is no clear gain within the window, of which it could be asked. Pure. */
export function lastingOf(all: readonly Reading[]): Lasting | null {
  const of = (name: ReadingName) => all.find(({ reading }) => reading === name)!;
  const [within, later] = [of('revenue'), of('later')];
  if (within.word !== 'clear' || !(within.effect! > 0)) return null;
  if (later.effect === null || later.low === null) {
    const why = 'Too few have been watched for 28 days to say whether the effect lasts';
    return { word: 'too early', why, said: said('caused.lastingEarly') };
  }
  if (later.low > 0) {
    const why = 'It is there after 28 days as well: orders were not only brought forward';
    return { word: 'lasts', why, said: said('caused.lasts') };
  }
  const why = 'After 28 days no clear effect is left: orders may only have been brought forward';
  return { word: 'fades', why, said: said('caused.fades') };
}

/** Do the arms have the sizes they were meant to have? `p` for one look, `peekP` for as many as one likes. */
export interface Ratio {
  expected: number;
  p: number;
  peekP: number;
  alarm: boolean;
}

/** Alarms of trust.md §5.2 "SRM". */
const skew = { p: 0.001, peekP: 0.01 };

/** The sizes of the arms against the shares at which each unit was assigned; null while there is nobody. */
export function ratioOf({ treated, control }: Arms): Ratio | null {
  const n = treated.n + control.n;
  const expected = n === 0 ? 0 : (treated.share + control.share) / (10_000 * n);
  if (expected <= 0 || expected >= 1) return null;
  const { p, peekP: anytime } = sampleRatio([treated.n, control.n], [1 - expected, expected]);
  return { expected, p, peekP: anytime, alarm: p < skew.p || anytime < skew.peekP };
}

/** Least people an arm should have on a day for that day to be looked at. */
const dayFloor = 5;

/** The sizes of the arms day by day: all days together, and the one that fits least, its p set right for how many there are. */
export interface RatioByDay {
  days: number;
  p: number;
  worst: { from: number; p: number };
}

/** A fault of a single day drowns in the whole, so each day is looked at as well (trust.md §5.2); null while no day has enough. */
export function ratioByDay(rows: readonly (ArmRow & { arm: string; from: number })[]): RatioByDay | null {
  const starts = [...new Set(rows.map(({ from }) => from))];
  const days = starts.flatMap((from) => {
    const of = (arm: Arm) => rows.find((row) => row.from === from && row.arm === arm) ?? noSums;
    const [treated, control] = [of('treated'), of('control')];
    const n = treated.n + control.n;
    const expected = n === 0 ? 0 : (treated.share + control.share) / (10_000 * n);
    if (Math.min(expected, 1 - expected) * n < dayFloor) return [];
    return [{ from, ...sampleRatio([treated.n, control.n], [1 - expected, expected]) }];
  });
  if (days.length === 0) return null;
  const worst = days.reduce((a, b) => (b.p < a.p ? b : a));
  const whole = days.reduce((sum, { chi2 }) => sum + chi2, 0);
  return {
    days: days.length,
    p: chiSquareTail(whole, days.length),
    worst: { from: worst.from, p: Math.min(1, worst.p * days.length) },
  };
}

/** The sizes of the arms among those last seen on one kind of device. */
export interface RatioOfDevice {
  device: DeviceKind | 'unknown';
  treated: number;
  control: number;
  /** Share that should be held out. */
  expected: number;
  /** Set right for how many kinds there are. */
  p: number;
}

/** A page that fails on one kind of device takes its people out of one arm: each kind is looked at as well (trust.md §5.2 "SRM"). */
export function ratioByDevice({ treated, control }: Arms): RatioOfDevice[] {
  const rows = [...deviceKinds, 'unknown' as const].flatMap((device) => {
    const [t, c] = [onDevice(treated, device), onDevice(control, device)];
    const n = t.n + c.n;
    const expected = n === 0 ? 0 : (t.share + c.share) / (10_000 * n);
    if (Math.min(expected, 1 - expected) * n < dayFloor) return [];
    return [{ device, treated: t.n, control: c.n, expected, p: sampleRatio([t.n, c.n], [1 - expected, expected]).p }];
  });
  return rows.map((row) => ({ ...row, p: Math.min(1, row.p * rows.length) }));
}

/** People by the kind of device, and how many of them should be held out. */
export const devicesOf = ({ phone, phoneShare, tablet, tabletShare, computer, computerShare }: ArmRow) => ({
  phone,
  phoneExpected: phoneShare / 10_000,
  tablet,
  tabletExpected: tabletShare / 10_000,
  computer,
  computerExpected: computerShare / 10_000,
});

function onDevice(row: ArmRow, device: DeviceKind | 'unknown'): { n: number; share: number } {
  if (device !== 'unknown') return { n: row[device], share: row[`${device}Share`] };
  return {
    n: row.n - row.phone - row.tablet - row.computer,
    share: row.share - row.phoneShare - row.tabletShare - row.computerShare,
  };
}

/** A span of assignments, read by itself. */
export interface SpanEffect extends Interval {
  /** UTC ms. */
  from: number;
  treated: number;
  control: number;
  effect: number;
}

/** The effect week by week, for those weeks in which both arms bought enough; shows whether it wears off. */
export function spansOf(rows: readonly (ArmRow & { arm: string; from: number })[]): SpanEffect[] {
  const starts = [...new Set(rows.map(({ from }) => from))];
  return starts.flatMap((from) => {
    const of = (arm: Arm) => rows.find((row) => row.from === from && row.arm === arm) ?? noSums;
    const arms = { treated: of('treated'), control: of('control') };
    const { effect, low, high } = readAs('revenue', arms);
    if (effect === null || low === null || high === null) return [];
    return [{ from, treated: arms.treated.n, control: arms.control.n, effect, low, high }];
  });
}
