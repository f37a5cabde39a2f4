import type { MoneyView } from '../../src/api/contract.ts';
import type { Say } from '../words/words.ts';

/** How times and numbers are written: by the language, in the shop's zone, seen from the shop's now. */
export interface Frame {
  locale: string;
  zone: string;
  /** UTC ms; the virtual clock's where there is one. */
  now: number;
}

/** A sentence that begins a heading. */
export const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** 1290.5 EUR → "€1,290.50"; whole amounts lose the empty cents when `short`. */
export function money(value: MoneyView, locale: string, short = false): string {
  const whole = short && (Math.abs(value.amount) >= 1000 || Number.isInteger(value.amount));
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: value.currency,
    ...(whole ? { maximumFractionDigits: 0 } : {}),
  }).format(value.amount);
}

export function moneys(values: readonly MoneyView[], locale: string, short = false): string {
  return values.length === 0 ? '–' : values.map((value) => money(value, locale, short)).join(' + ');
}

export function percent(share: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(share);
}

function part(at: number, frame: Frame, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(frame.locale, { timeZone: frame.zone, hour12: false, ...options }).format(at);
}

export const dayOf = (at: number, zone: string) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);

export function isSameDay(a: number, b: number, zone: string): boolean {
  return dayOf(a, zone) === dayOf(b, zone);
}

/** "10:24". */
export function hour(at: number, frame: Frame): string {
  return part(at, frame, { hour: '2-digit', minute: '2-digit' });
}

/** "Tue 24 Nov 10:24". */
export function clockFace(at: number, frame: Frame): string {
  const day = part(at, frame, { weekday: 'short', day: 'numeric', month: 'short' }).replaceAll(/[,.]/g, '');
  return `${day} ${hour(at, frame)}`;
}

/** The time alone today, with the day otherwise, with the year when it is another one. */
export function moment(at: number, frame: Frame): string {
  if (isSameDay(at, frame.now, frame.zone)) return hour(at, frame);
  const sameYear = dayOf(at, frame.zone).slice(0, 4) === dayOf(frame.now, frame.zone).slice(0, 4);
  if (sameYear) return clockFace(at, frame);
  return `${part(at, frame, { day: 'numeric', month: 'short', year: 'numeric' })} ${hour(at, frame)}`;
}

/** Heading of a day: "today", "yesterday", or "Monday 23 November". */
export function dayName(at: number, frame: Frame, say: Say): string {
  if (isSameDay(at, frame.now, frame.zone)) return say('today');
  if (isSameDay(at, frame.now - 86_400_000, frame.zone)) return say('yesterday');
  return part(at, frame, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** The largest fitting unit of a length of time: "12 seconds", "3 hours". */
export function roughly(seconds: number, say: Say): string {
  const count = (unit: number) => Math.max(0, Math.round(seconds / unit));
  if (seconds < 90) return say('duration.s', { count: count(1) });
  if (seconds < 5400) return say('duration.m', { count: count(60) });
  if (seconds < 129_600) return say('duration.h', { count: count(3600) });
  return say('duration.d', { count: count(86_400) });
}
