import { describe, expect, it } from 'vitest';
import { array, assert, boolean, nat, property, record } from 'fast-check';
import { itemViewed } from './affinity.ts';
import type { ProfileState, Score } from './profile.ts';
import { inFront, viewedAfter } from './viewed.ts';

/** As the words say it, without a thought for speed. */
const plain = {
  viewed: (viewed: ProfileState['viewed'], item: string, at: number) => {
    const others = viewed.filter((one) => one.item !== item);
    const newer = others.filter((one) => one.at > at);
    return [...newer, { item, at }, ...others.slice(newer.length)].slice(0, 100);
  },
  front: (items: string[], item: string) => [item, ...items.filter((one) => one !== item)].slice(0, 100),
  scores: (scores: Score[], item: string, isFirst: boolean) => {
    const score = (scores.find(([id]) => id === item)?.[1] ?? 0) + (isFirst ? 10 : 5);
    const others = scores.filter(([id]) => id !== item);
    const better = others.filter(([, other]) => other > score);
    return [...better, [item, score] as Score, ...others.slice(better.length)].slice(0, 100);
  },
};

describe('what somebody viewed lately', () => {
  it('is newest first, each once, a hundred at most, whatever comes late or again (golden examples 2 and 11, journeys §5 10)', () => {
    const view = record({ item: nat(150).map((n) => `item-${n}`), at: nat(1000), isFirst: boolean() });
    assert(
      property(array(view, { maxLength: 300, size: 'max' }), (views) => {
        let made = { viewed: [] as ProfileState['viewed'], front: [] as string[], scores: [] as Score[] };
        for (const { item, at, isFirst } of views) {
          const expected = {
            viewed: plain.viewed(made.viewed, item, at),
            front: plain.front(made.front, item),
            scores: plain.scores(made.scores, item, isFirst),
          };
          made = {
            viewed: viewedAfter(made.viewed, item, at),
            front: inFront(made.front, item),
            scores: itemViewed(made.scores, item, isFirst),
          };
          expect(made).toEqual(expected);
        }
      }),
      { numRuns: 30 },
    );
  });
});
