import { describe, expect, it } from 'vitest';
import type { ExperimentActivity, SplitActivity } from './definition.ts';
import { splitSalt, wayOf } from './share.ts';

const units = Array.from({ length: 20_000 }, (_, n) => `p-${n}`);
const salt = splitSalt('cart', 'half');
const split = (shares: number[], otherwise?: string): SplitActivity => ({
  kind: 'split',
  paths: shares.map((share, i) => ({ label: `${i}`, share, next: `next-${i}` })),
  ...(otherwise === undefined ? {} : { otherwise }),
});

function parts(activity: SplitActivity | ExperimentActivity): Record<string, number> {
  const found: Record<string, number> = {};
  for (const unit of units) {
    const { label } = wayOf(activity, salt, unit);
    found[label] = (found[label] ?? 0) + 1 / units.length;
  }
  return found;
}

describe('a split (journeys A6)', () => {
  it('parts people by the shares, and what they leave goes by otherwise', () => {
    const found = parts(split([0.2, 0.3], 'rest'));
    expect(found['0']).toBeCloseTo(0.2, 1);
    expect(found['1']).toBeCloseTo(0.3, 1);
    expect(found['Otherwise']).toBeCloseTo(0.5, 1);
    expect(wayOf(split([0.0001], 'rest'), salt, 'p-1').next).toBe('rest');
  });

  it('gives a person the same path always, and is another split for each activity and journey', () => {
    const half = split([0.5, 0.5]);
    for (const unit of units.slice(0, 200)) expect(wayOf(half, salt, unit)).toEqual(wayOf(half, salt, unit));
    const other = splitSalt('cart', 'other');
    const same = units.filter((unit) => wayOf(half, salt, unit).label === wayOf(half, other, unit).label).length;
    expect(same / units.length).toBeCloseTo(0.5, 1);
  });

  it('leaves nobody over where the shares come to the whole, whatever rounding says', () => {
    const tenths = split(Array.from({ length: 10 }, () => 0.1));
    expect(units.every((unit) => wayOf(tenths, salt, unit).next !== null)).toBe(true);
  });
});

describe('an experiment (journeys X4)', () => {
  it('holds out of all paths first, and parts the rest by the shares', () => {
    const experiment: ExperimentActivity = {
      kind: 'experiment',
      paths: [
        { label: 'A', share: 1, next: 'a' },
        { label: 'B', share: 3, next: 'b' },
      ].map((path) => ({ ...path, share: path.share / 4 })),
      holdout: 0.2,
      otherwise: 'none',
    };
    const found = parts(experiment);
    expect(found['Held out']).toBeCloseTo(0.2, 1);
    expect(found['A']).toBeCloseTo(0.2, 1);
    expect(found['B']).toBeCloseTo(0.6, 1);
    const held = units.find((unit) => wayOf(experiment, salt, unit).heldOut)!;
    expect(wayOf(experiment, salt, held)).toEqual({ label: 'Held out', next: 'none', heldOut: true });
  });
});
