import { describe, expect, it } from 'vitest';
import { blankState } from './fold.ts';
import type { ProfileState, ProfileView } from './profile.ts';
import { viewOf } from './view.ts';

const now = Date.UTC(2026, 10, 24, 9);

const state: ProfileState = {
  ...blankState(now - 1000),
  email: 'ada@example.com',
  attributes: { firstName: 'Ada' },
  consent: { 'email-marketing': { state: 'in', at: now, source: 'server' } },
  identities: [{ namespace: 'ecid', id: '4'.repeat(38) }],
  cart: { id: 'c', lines: [{ item: 'coat', quantity: 2 }], changedAt: now } as ProfileState['cart'],
  viewed: [
    { item: 'watch', at: now },
    { item: 'coat', at: now - 1 },
  ],
  itemScores: [['watch', 3]],
  categoryScores: [['watches', 2]],
  orders: [
    { id: 'o', at: now, totalMinor: 4950, currency: 'EUR', items: [{ id: 'scarf', quantity: 1 }] },
  ] as unknown as ProfileState['orders'],
  visit: { id: 'v', ecid: null, startedAt: now - 900, lastAt: now, views: ['watch'], pages: 2, orders: 1 },
  visiting: true,
  visits: 1,
};

describe('a profile as rules see it', () => {
  const profile = { id: '01990000-0000-7000-8000-000000000001', shard: 1, version: 1, state, audiences: ['a'] };
  const whole = viewOf(profile, now);

  it.each(Object.keys(whole) as (keyof ProfileView)[])('has "%s" as it is when only that is asked for', (field) => {
    expect(viewOf(profile, now, new Set([field]))[field]).toEqual(whole[field]);
  });

  it('leaves out what takes work and is not asked for', () => {
    const view = viewOf(profile, now, new Set(['reachable']));
    expect(view).toMatchObject({ reachable: true, viewed: [], orders: [], visit: null, categories: [], consent: {} });
    expect(whole).toMatchObject({ viewed: ['watch', 'coat'], orders: [{ id: 'o', total: 49.5 }], cart: { count: 1 } });
  });
});
