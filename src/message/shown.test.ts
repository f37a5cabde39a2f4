import { describe, expect, it } from 'vitest';
import type { StoredLink } from './message.ts';
import { shownItems, withCriteria } from './shown.ts';

const link = (item: string, position: number, recommendation = 'r1'): StoredLink => ({
  to: `https://shop.example/${item}`,
  item,
  position,
  recommendation,
});
const context = {
  journey: {
    actions: {
      Recommend: {
        trackingToken: 'r1',
        criterion: { key: 'goes-with' },
        cart: [{ id: 'coat' }],
        items: [
          { id: 'hat', criterion: 'goes-with' },
          { id: 'mug', criterion: 'popular' },
        ],
      },
      Other: { results: [{ id: 'hat', criterion: 'theirs' }] },
    },
  },
};

describe('the items of a mail', () => {
  it('have the criterion that was asked, also those that its backup brought; the lines of the cart have none', () => {
    const links = withCriteria(
      [link('coat', 1), link('hat', 1), link('mug', 2), { to: 'https://shop.example' }],
      context,
    );
    expect(links.map(({ criterion }) => criterion)).toEqual([undefined, 'goes-with', 'goes-with', undefined]);
    expect(withCriteria([link('hat', 1, 'r2')], context)[0]).not.toHaveProperty('criterion');
    expect(withCriteria([link('hat', 1)], { journey: { actions: [null, 'x'] } })[0]).not.toHaveProperty('criterion');
  });

  it('are told once for each place, though picture, name and button lead there', () => {
    const links = withCriteria(
      [link('hat', 1), link('hat', 1), link('mug', 2), { to: 'https://shop.example' }],
      context,
    );
    expect(shownItems(links)).toEqual([
      { item: 'hat', position: 1, criterion: 'goes-with' },
      { item: 'mug', position: 2, criterion: 'goes-with' },
    ]);
    expect(shownItems(Array.from({ length: 80 }, (_, n) => link(`i${n}`, n + 1)))).toHaveLength(50);
  });
});
