import { describe, expect, it } from 'vitest';
import { speak } from '../words/words.ts';
import { type Frame, clockFace, dayName, moment, money, moneys, roughly } from './format.ts';

const now = Date.UTC(2026, 10, 24, 9, 0);
const frame: Frame = { locale: 'en-GB', zone: 'Europe/Stockholm', now };

describe('times', () => {
  it("are written in the shop's zone", () => {
    expect(clockFace(now, frame)).toBe('Tue 24 Nov 10:00');
  });

  it('carry the day only when it is another one, and the year only when it is another one', () => {
    expect(moment(now - 3_600_000, frame)).toBe('09:00');
    expect(moment(now - 86_400_000, frame)).toBe('Mon 23 Nov 10:00');
    expect(moment(Date.UTC(2025, 11, 31, 12), frame)).toBe('31 Dec 2025 13:00');
  });

  it('change the day at the midnight of the shop, not of London', () => {
    const say = speak('en');
    expect(dayName(Date.UTC(2026, 10, 23, 23, 30), frame, say)).toBe('today');
    expect(dayName(Date.UTC(2026, 10, 23, 22, 30), frame, say)).toBe('yesterday');
  });

  it('are rounded to one unit', () => {
    expect(roughly(12, speak('en'))).toBe('12 seconds');
    expect(roughly(7200, speak('en'))).toBe('2 hours');
    expect(roughly(172_800, speak('en'))).toBe('2 days');
  });
});

describe('money', () => {
  it('carries its currency, and a dash stands for none', () => {
    expect(money({ amount: 129, currency: 'EUR' }, 'en-GB')).toBe('€129.00');
    expect(money({ amount: 12_480.5, currency: 'EUR' }, 'en-GB', true)).toBe('€12,481');
    expect(moneys([], 'en-GB')).toBe('–');
  });
});
