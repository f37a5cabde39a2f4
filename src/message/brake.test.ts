import { describe, expect, it } from 'vitest';
import { noon } from '../../test/support/message.ts';
import { judgeBrake } from './brake.ts';
import { dayOf, nextDay, onDay, orderedBy, roomOf, stepFault, usualCaps, type WarmUp } from './warm-up.ts';

const day = 86_400_000;

describe('the brake (trust §1.4)', () => {
  it.each([
    ['all', { sent: 200, hard: 0, complained: 1 }, 'fine'],
    ['all', { sent: 999, hard: 0, complained: 30 }, 'fine'],
    ['journey:a', { sent: 10_000, hard: 0, complained: 2 }, 'fine'],
    ['journey:a', { sent: 1000, hard: 0, complained: 3 }, 'watch'],
    ['journey:a', { sent: 10_000, hard: 0, complained: 40 }, 'stop'],
    ['all', { sent: 10_000, hard: 0, complained: 40 }, 'watch'],
    ['all', { sent: 10_000, hard: 0, complained: 50 }, 'stop'],
    ['all', { sent: 1000, hard: 60, complained: 0 }, 'watch'],
    ['journey:a', { sent: 1000, hard: 90, complained: 0 }, 'stop'],
  ] as const)('%s with %j: %s', (scope, counts, level) => {
    expect(judgeBrake(scope, counts).level).toBe(level);
  });
});

const plan: WarmUp = { domain: 'mail.shop.example', caps: usualCaps, step: 0, day: null, used: 0, kept: null };
const well = { sent: 50, hard: 0, complained: 0 };

describe('a warm-up (trust §1.13)', () => {
  it('goes a step a day, from 50 to 50,000 and then without a limit', () => {
    let one = plan;
    const rooms: (number | null)[] = [];
    for (let n = 0; n < 15; n++) {
      one = onDay(one, `day ${n}`, well);
      rooms.push(roomOf(one));
      one = { ...one, used: roomOf(one) ?? 0 };
    }
    expect(rooms).toEqual([...usualCaps, null]);
  });

  it('stays at its step after a day on which hardly anything went, or too much came back', () => {
    const begun = { ...onDay(plan, 'monday', well), used: 10 };
    expect(onDay(begun, 'tuesday', well)).toMatchObject({ step: 0, used: 0, kept: null });
    const bad = onDay({ ...begun, used: 50 }, 'tuesday', { sent: 50, hard: 8, complained: 0 });
    expect(bad).toMatchObject({ step: 0, kept: '8 of 50 addresses did not exist' });
    expect(stepFault({ sent: 5000, hard: 0, complained: 15 })).toBe('15 of 5000 complained');
    expect(stepFault({ sent: 50, hard: 1, complained: 1 }), 'one of few is no share').toBeNull();
  });

  it('has the days of the shop’s zone', () => {
    expect(dayOf(Date.UTC(2026, 10, 23, 23, 30), 'Europe/Stockholm')).toBe('2026-11-24');
    expect(nextDay(noon, 'Europe/Stockholm')).toBe(Date.UTC(2026, 10, 23, 23));
    expect(nextDay(Date.UTC(2026, 10, 23, 22, 59, 30), 'Europe/Stockholm')).toBe(Date.UTC(2026, 10, 23, 23));
    expect(nextDay(Date.UTC(2026, 10, 23, 23), 'Europe/Stockholm')).toBe(Date.UTC(2026, 10, 24, 23));
  });

  it('lets who bought most lately ask first', () => {
    const waits = [noon - day, noon - 30 * day, noon - 900 * day, null].map((at) => orderedBy(at, noon));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(new Set(waits).size).toBe(4);
  });
});
