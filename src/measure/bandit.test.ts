import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../base/index.ts';
import { banditShares } from './bandit.ts';
import { winnerOf } from './winner.ts';

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

describe('winnerOf() (journeys X6, X7; Mautic #1752, #7351)', () => {
  const seen = (...arms: [string, number, number][]) => arms.map(([label, n, buyers]) => ({ label, n, buyers }));

  it('is the one that is clearly better than each of the others, and nobody before', () => {
    expect(winnerOf(seen(['A', 9000, 270], ['B', 9000, 450]))).toBe('B');
    expect(winnerOf(seen(['A', 9000, 450], ['B', 9000, 270], ['C', 9000, 280]))).toBe('A');
    expect(winnerOf(seen(['A', 9000, 450], ['B', 9000, 270], ['C', 9000, 440]))).toBeNull();
    expect(winnerOf(seen(['A', 300, 9], ['B', 300, 20]))).toBeNull();
    expect(winnerOf(seen(['A', 0, 0], ['B', 0, 0]))).toBeNull();
    expect(winnerOf(seen(['A', 9000, 450]))).toBeNull();
  });

  it('is looked for every day, and where all are alike is found in few worlds', () => {
    const random = new SeededRandom(3);
    const found = Array.from({ length: 200 }, () => {
      const arms = seen(['A', 0, 0], ['B', 0, 0], ['C', 0, 0]);
      for (let day = 0; day < 30; day++) {
        for (const arm of arms) {
          arm.n += 200;
          for (let n = 0; n < 200; n++) if (random.next() < 0.05) arm.buyers++;
        }
        if (winnerOf(arms) !== null) return 1;
      }
      return 0;
    });
    expect(found.reduce<number>((sum, one) => sum + one, 0)).toBeLessThanOrEqual(10);
  });
});
