import { describe, expect, it } from 'vitest';
import { banditShares } from './bandit.ts';

describe('banditShares()', () => {
  it('gives more to what has sold more, a twentieth at least to each, and the same for the same seed and past', () => {
    const seen = [
      { label: 'Short', n: 2000, buyers: 60 },
      { label: 'Long', n: 2000, buyers: 100 },
      { label: 'Late', n: 40, buyers: 1 },
    ];
    const shares = banditShares(seen, 'cart/mail/2026-11-30');
    expect(shares).toEqual(banditShares(seen, 'cart/mail/2026-11-30'));
    expect(shares).not.toEqual(banditShares(seen, 'cart/mail/2026-12-01'));
    expect(shares['Long']).toBeGreaterThan(0.5);
    expect(shares['Short']).toBeCloseTo(0.05, 2);
    expect(shares['Late']).toBeGreaterThan(0.05);
    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
  });

  it('parts evenly, but for chance, where nothing is known', () => {
    const shares = banditShares(
      ['A', 'B'].map((label) => ({ label, n: 0, buyers: 0 })),
      'seed',
    );
    expect(shares['A']).toBeCloseTo(0.5, 1);
  });

  it('finds the better of two in a world of its own, and sends most there', () => {
    const good = Array.from({ length: 20 }, (_, world) => {
      const seen = [
        { label: 'A', n: 3000, buyers: 90 + (world % 7) },
        { label: 'B', n: 3000, buyers: 150 - (world % 5) },
      ];
      return banditShares(seen, `world-${world}`)['B']!;
    });
    expect(Math.min(...good)).toBeGreaterThan(0.9);
  });
});
