import { describe, expect, it } from 'vitest';
import { paceMetrics } from './api/admin-pace.ts';
import type { Harmed, PaceState } from './message/index.ts';
import { paceTroubles } from './watching-pace.ts';

const now = Date.UTC(2026, 10, 23, 9);
const lane = { perMinute: null, ceiling: null, closedUntil: null, loweredAt: now, why: '421 slower' };
const brake = {
  id: 'b',
  scope: 'journey:abandoned-cart' as const,
  why: '12 of 2000 readers complained',
  counts: { sent: 2000, hard: 0, complained: 12 },
  pulledAt: now,
  releasedAt: null,
  releasedBy: null,
  note: null,
};
const warmUp = { domain: 'm.example', caps: [50, 100], step: 0, day: '2026-11-23', used: 20, kept: null };
const state: PaceState = {
  lanes: [
    { ...lane, name: 'host:gmail', perMinute: 12.5 },
    { ...lane, name: 'host:yahoo', closedUntil: now + 60_000, perMinute: 1 },
    { ...lane, name: 'host:gmx', perMinute: 90 },
    { ...lane, name: 'all', perMinute: 600, ceiling: 600 },
  ],
  warmUps: [{ ...warmUp, kept: '2 of 50 complained', begunAt: now, endedAt: null, room: 30 }],
  brakes: [brake, { ...brake, scope: 'all', releasedAt: now, releasedBy: 'Eva', note: 'seen' }],
  told: [],
  domains: ['m.example'],
};

describe('what owners are told of the pace', () => {
  it('is each brake, share, slow or closed host and warm-up that stays, once', async () => {
    const harmed: Harmed[] = [
      { scope: 'journey:abandoned-cart', level: 'stop', why: 'x' },
      { scope: 'journey:welcome', level: 'watch', why: '3 of 1000 readers complained' },
    ];
    const pacing = { look: async () => harmed, state: async () => state };
    const troubles = await paceTroubles({ pacing } as never, now);
    expect(troubles.map(({ key }) => key)).toEqual([
      'brake:journey:abandoned-cart',
      'harm:journey:welcome',
      'lane:host:yahoo',
      'lane:host:gmail',
      'warm-up:m.example',
    ]);
    expect(troubles[0]).toMatchObject({ journey: 'abandoned-cart', kind: 'mails' });
  });

  it('of a template that cannot be written says to mend it', async () => {
    const why = '10 of the last 20 mails could not be written: profile.name is nothing';
    const brakes = [{ ...brake, scope: 'template:welcome' as const, why }];
    const pacing = { look: async () => [], state: async () => ({ ...state, brakes, lanes: [], warmUps: [] }) };
    const [told] = await paceTroubles({ pacing } as never, now);
    expect(told).toMatchObject({
      key: 'brake:template:welcome',
      title: `The mail "welcome" is held: ${why}`,
      journey: null,
    });
    expect(told!.text).toContain('Mend and publish it');
    expect(told!.said?.text.code).toBe('alert.brake.template');
  });

  it('stands in the numbers for Prometheus too', () => {
    const text = paceMetrics(state);
    expect(text).toContain('beckon_brake_pulled{scope="journey:abandoned-cart"} 1\n');
    expect(text).not.toContain('scope="all"');
    expect(text).toContain('beckon_rate_per_minute{lane="host:gmail"} 12.5\n');
    expect(text).toContain('beckon_rate_per_minute{lane="host:yahoo"} 0\n');
    expect(text).toContain('beckon_warm_up_room{domain="m.example"} 30\n');
    expect(paceMetrics({ lanes: [], warmUps: [], brakes: [], told: [], domains: [] }).trim()).toBe('');
  });
});
