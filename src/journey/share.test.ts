import { describe, expect, it } from 'vitest';
import type { ExperimentActivity, SplitActivity } from './definition.ts';
import { assignArm, journeySalt } from '../profile/index.ts';
import { splitSalt, variantOf, variantSalt, wayAt, wayOf } from './share.ts';

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
    const { label } = wayOf(activity, salt, { unit });
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
    expect(wayOf(split([0.0001], 'rest'), salt, { unit: 'p-1' }).next).toBe('rest');
  });

  it('gives a person the same path always, and is another split for each activity and journey (journeys A6, X2, X4, §5 39)', () => {
    const half = split([0.5, 0.5]);
    for (const unit of units.slice(0, 200)) expect(wayOf(half, salt, { unit })).toEqual(wayOf(half, salt, { unit }));
    const other = splitSalt('cart', 'other');
    const same = units.filter(
      (unit) => wayOf(half, salt, { unit }).label === wayOf(half, other, { unit }).label,
    ).length;
    expect(same / units.length).toBeCloseTo(0.5, 1);
  });

  it('leaves nobody over where the shares come to the whole, whatever rounding says', () => {
    const tenths = split(Array.from({ length: 10 }, () => 0.1));
    expect(units.every((unit) => wayOf(tenths, salt, { unit }).next !== null)).toBe(true);
  });
});

describe('an experiment (journeys X4)', () => {
  it('holds out of all paths first, and parts the rest by the shares (journeys A15, X3)', () => {
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
    const held = units.find((unit) => wayOf(experiment, salt, { unit }).heldOut)!;
    const way = wayOf(experiment, salt, { unit: held });
    expect(way).toEqual({ label: 'Held out', next: 'none', heldOut: true, share: 0.2 });
  });

  it('of a bandit that is fixed again goes by the shares written down', () => {
    const run = { journey: 'cart', profileId: units[0]! };
    const hands = { shares: () => ({ A: 0, B: 1 }) };
    const paths = [
      { label: 'A', share: 1, next: 'a' },
      { label: 'B', share: 0, next: 'b' },
    ];
    const label = (choose: 'fixed' | 'bandit') =>
      wayAt({ kind: 'experiment', choose, paths }, { name: 'way', run, hands }).label;
    expect([label('bandit'), label('fixed')]).toEqual(['B', 'A']);
  });

  it('goes by the shares of the day where a bandit has set some, and leaves the holdout as it is', () => {
    const paths = ['A', 'B'].map((label) => ({ label, share: 0.5, next: label }));
    const bandit: ExperimentActivity = { kind: 'experiment', choose: 'bandit', paths, holdout: 0.2, otherwise: 'none' };
    const ways = units.map((unit) => wayOf(bandit, salt, { unit, shares: { A: 0.9, B: 0.1 } }));
    const count = (label: string) => ways.filter((way) => way.label === label).length / ways.length;
    expect([count('Held out'), count('A'), count('B')].map((share) => Math.round(share * 50) / 50)).toEqual([
      0.2, 0.72, 0.08,
    ]);
    expect(ways.find(({ label }) => label === 'B')!.share).toBeCloseTo(0.08, 9);
  });
});

describe('messages that are compared (journeys X1, X2)', () => {
  const variants = [
    { label: 'Short', share: 1, message: 'short' },
    { label: 'Long', share: 3, message: 'long' },
  ];
  const mail = { kind: 'message', message: 'short', next: 'done', variants } as const;
  const contentSalt = variantSalt('cart', 'mail');

  it('part those who get a mail by their shares, independently of who is held out', () => {
    const found = units.map((unit) => ({ unit, ...variantOf({ ...mail, variants }, contentSalt, { unit }) }));
    const share = (list: typeof found) => list.filter(({ message }) => message === 'long').length / list.length;
    expect(share(found)).toBeCloseTo(0.75, 1);
    expect(share(found.filter(({ unit }) => assignArm(journeySalt('cart'), unit, 0.1) === 'control'))).toBeCloseTo(
      0.75,
      1,
    );
    expect(found.find(({ message }) => message === 'long')!.variant).toEqual({ label: 'Long', share: 0.75 });
    const plain = { kind: 'message', message: 'short', next: 'done' } as const;
    expect(variantOf(plain, contentSalt, { unit: 'p-1' })).toEqual({ message: 'short' });
  });
});
