import { describe, expect, it } from 'vitest';
import { aState } from '../../test/support/message.ts';
import { decideGates, type GateInput } from './gate.ts';
import { quietUntil } from '../journey/index.ts';
import { effectiveZone } from './quiet.ts';

const night = { from: '22:00', to: '08:00' };
const at = (text: string) => Date.parse(text);

describe('quiet hours', () => {
  it('are half-open: 22:00:00.000 waits, 08:00:00.000 goes (trust row 30)', () => {
    expect(quietUntil(at('2026-11-23T21:59:59.999Z'), night, 'UTC')).toBeNull();
    expect(quietUntil(at('2026-11-23T22:00:00.000Z'), night, 'UTC')).toBe(at('2026-11-24T08:00:00Z'));
    expect(quietUntil(at('2026-11-24T07:59:59.999Z'), night, 'UTC')).toBe(at('2026-11-24T08:00:00Z'));
    expect(quietUntil(at('2026-11-24T08:00:00.000Z'), night, 'UTC')).toBeNull();
  });

  it('end by the wall clock where clocks change in between (trust row 57)', () => {
    // Berlin goes from UTC+1 to UTC+2 in the night to 2026-03-29, and back in the night to 2026-10-25.
    expect(quietUntil(at('2026-03-28T22:00:00Z'), night, 'Europe/Berlin')).toBe(at('2026-03-29T06:00:00Z'));
    expect(quietUntil(at('2026-10-24T21:00:00Z'), night, 'Europe/Berlin')).toBe(at('2026-10-25T07:00:00Z'));
    // Lord Howe moves by half an hour.
    expect(quietUntil(at('2026-10-03T12:00:00Z'), night, 'Australia/Lord_Howe')).toBe(at('2026-10-03T21:00:00Z'));
  });

  it('use the shop’s zone for a profile without one, or with one that does not exist (trust row 29)', () => {
    expect(effectiveZone(null, 'Europe/Stockholm')).toBe('Europe/Stockholm');
    expect(effectiveZone('Mars/Phobos', 'Europe/Stockholm')).toBe('Europe/Stockholm');
    expect(effectiveZone('Pacific/Apia', 'Europe/Stockholm')).toBe('Pacific/Apia');
  });

  it('may be several, on days of the week and on dates; those that touch are one, and over midnight counts where it begins (journeys G6)', () => {
    const hours = {
      ...night,
      also: [
        { from: '00:00', to: '00:00', days: [7] },
        { from: '12:00', to: '14:00', dates: ['2026-12-24'] },
        { from: '20:00', to: '02:00', days: [5] },
      ],
    };
    const until = (text: string, zone = 'UTC') => {
      const end = quietUntil(at(text), hours, zone);
      return end === null ? null : new Date(end).toISOString();
    };
    // Saturday night, all of Sunday, and the night to Monday are one.
    expect(until('2026-11-28T23:00:00Z')).toBe('2026-11-30T08:00:00.000Z');
    expect(until('2026-11-29T15:00:00Z', 'Europe/Berlin')).toBe('2026-11-30T07:00:00.000Z');
    expect(until('2026-11-28T15:00:00Z')).toBeNull();
    expect(until('2026-12-24T13:30:00Z')).toBe('2026-12-24T14:00:00.000Z');
    expect(until('2026-12-25T13:30:00Z')).toBeNull();
    // Friday’s is over at two on Saturday, when the night goes on; by itself it does not hold on Saturday evening.
    const friday = { from: '20:00', to: '02:00', days: [5] };
    expect(quietUntil(at('2026-11-28T01:00:00Z'), friday, 'UTC')).toBe(at('2026-11-28T02:00:00Z'));
    expect(quietUntil(at('2026-11-28T21:00:00Z'), friday, 'UTC')).toBeNull();
    expect(quietUntil(at('2026-11-27T21:00:00Z'), friday, 'UTC')).toBe(at('2026-11-28T02:00:00Z'));
    // Quiet on every day of the week has an end that is looked at again, and is no endless loop.
    const always = { from: '00:00', to: '00:00', days: [1, 2, 3, 4, 5, 6, 7] };
    expect(quietUntil(at('2026-11-27T21:00:00Z'), always, 'UTC')! - at('2026-11-27T21:00:00Z')).toBeGreaterThan(
      30 * 86_400_000,
    );
  });

  it('are off when not set or empty', () => {
    expect(quietUntil(0, null, 'UTC')).toBeNull();
    expect(quietUntil(0, { from: '08:00', to: '08:00' }, 'UTC')).toBeNull();
  });
});

describe('the order of the gates', () => {
  const hour = 3_600_000;
  const now = at('2026-11-23T12:00:00Z');
  const input = (more: Partial<GateInput>): GateInput => ({
    message: {
      class: 'marketing',
      quietHours: { from: '00:00', to: '23:59' },
      journey: 'j',
      profileId: 'p',
      rank: null,
    },
    profile: aState({ consent: {} }),
    suppressed: true,
    slots: [{ at: now, group: 'journey:j' }],
    ahead: [],
    hasSlot: false,
    now,
    shopZone: 'UTC',
    jitter: 0,
    caps: [{ windowMs: 24 * hour, count: 1 }],
    utf8: false,
    ...more,
  });

  it('is suppression, consent, quiet hours, cap: one primary reason each; no word is no consent (design §7 "Sending", journeys G1, §5 35, 37)', () => {
    const consent = aState().consent;
    expect(decideGates(input({}))).toMatchObject({ skip: 'suppressed' });
    expect(decideGates(input({ suppressed: false }))).toMatchObject({ skip: 'no consent' });
    const open = { suppressed: false, profile: aState({ consent, claimedPurchaseUntil: now + 1 }) };
    expect(decideGates(input(open))).toMatchObject({ hold: 'quiet hours' });
    const day = { class: 'marketing', quietHours: null, journey: 'j', profileId: 'p', rank: null } as const;
    expect(decideGates(input({ ...open, message: day }))).toMatchObject({ skip: 'cap: 1 in 24 hours' });
    expect(decideGates(input({ ...open, message: day, slots: [] }))).toMatchObject({ hold: 'may have bought' });
  });

  it('lets transactional mail through quiet hours, caps and missing marketing consent', () => {
    const message = { class: 'transactional', quietHours: null, journey: 'j', profileId: 'p', rank: null } as const;
    expect(decideGates(input({ suppressed: false, message }))).toMatchObject({ go: true });
  });

  it('lets a message that holds its slot already pass its own cap', () => {
    const profile = aState();
    const message = { class: 'marketing', quietHours: null, journey: 'j', profileId: 'p', rank: null } as const;
    expect(decideGates(input({ suppressed: false, profile, message, hasSlot: true }))).toMatchObject({ go: true });
  });

  it('forgets slots that slid out of the window', () => {
    const profile = aState();
    const message = { class: 'marketing', quietHours: null, journey: 'j', profileId: 'p', rank: null } as const;
    const slots = [{ at: now - 24 * hour, group: 'journey:j' }];
    expect(decideGates(input({ suppressed: false, profile, message, slots }))).toMatchObject({ go: true });
  });

  it('counts a cap of a journey over the mails of its group, and the shop’s over all (journeys G5, §5 34)', () => {
    const consent = aState().consent;
    const rank = { priority: 20, group: 'bring-back', cap: { count: 1, windowMs: 72 * hour } };
    const message = { class: 'marketing', quietHours: null, journey: 'j', profileId: 'p', rank } as const;
    const open = { suppressed: false, profile: aState({ consent }), message, caps: [{ windowMs: hour, count: 3 }] };
    const slot = (group: string, hours: number) => ({ at: now - hours * hour, group });
    expect(decideGates(input({ ...open, slots: [slot('journey:x', 2), slot('bring-back', 73)] }))).toMatchObject({
      go: true,
    });
    expect(decideGates(input({ ...open, slots: [slot('bring-back', 71)] }))).toMatchObject({
      skip: 'cap: 1 in 3 days of bring-back',
    });
    const many = [slot('journey:x', 0.1), slot('journey:y', 0.2), slot('journey:z', 0.3)];
    expect(decideGates(input({ ...open, slots: many }))).toMatchObject({ skip: 'cap: 3 in 1 hours' });
  });

  it('keeps the last place for a mail that goes before, until that is decided', () => {
    const consent = aState().consent;
    const rank = { priority: 20, group: 'bring-back', cap: null };
    const message = { class: 'marketing', quietHours: null, journey: 'j', profileId: 'p', rank } as const;
    const ahead = [{ due: now + hour, group: 'bring-back' }];
    const open = { suppressed: false, profile: aState({ consent }), message, slots: [], ahead };
    expect(decideGates(input(open))).toMatchObject({ hold: 'a mail that goes before', until: now + hour + 60_000 });
    expect(decideGates(input({ ...open, caps: [{ windowMs: hour, count: 2 }] }))).toMatchObject({ go: true });
    expect(decideGates(input({ ...open, hasSlot: true }))).toMatchObject({ go: true });
  });

  it('sends to an address beyond ASCII only where the next hop takes it, and asks before it says no (trust M4, row 6)', () => {
    const free = { suppressed: false, slots: [], message: { ...input({}).message, quietHours: null } };
    const profile = aState({ email: '用户@例子.广告' });
    expect(decideGates(input({ ...free, profile, utf8: true }))).toMatchObject({
      go: true,
      address: '用户@xn--fsqu00a.xn--4rr70v',
    });
    expect(decideGates(input({ ...free, profile, utf8: false }))).toEqual({
      go: false,
      skip: 'address refused: undeliverable_eai',
    });
    expect(decideGates(input({ ...free, profile, utf8: null }))).toMatchObject({
      hold: expect.stringContaining('is asked'),
    });
  });
});
