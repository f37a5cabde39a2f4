import { describe, expect, it } from 'vitest';
import { byActivity, sumsOf } from './moving.ts';

const places = [
  { from: 1, activity: 'wait', count: 2, to: 'pause' },
  { from: 1, activity: 'ask', count: 1 },
  { from: 2, activity: 'wait', count: 3, to: 'pause' },
  { from: 2, activity: 'mail', count: 4, to: null },
];

describe('bringing people over', () => {
  it('asks once for an activity that several older versions have', () => {
    expect(byActivity(places)).toMatchObject([
      { activity: 'wait', count: 5, versions: [1, 2], to: 'pause' },
      { activity: 'ask', count: 1, versions: [1] },
      { activity: 'mail', count: 4, versions: [2], to: null },
    ]);
  });

  it('counts who goes on, who ends, and who has no place yet', () => {
    expect(sumsOf(places)).toEqual({ on: 5, end: 4, homeless: 1 });
  });
});
