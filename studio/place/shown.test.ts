import { expect, it } from 'vitest';
import { saidOf, shownOf } from './shown.ts';

it('shares out what the control group leaves, by weight (recommendations ACT-2)', () => {
  const experiences = [
    { key: 'a', offers: [] },
    { key: 'b', name: 'Second', weight: 3, offers: [] },
  ];
  const shown = shownOf({ name: 'Home', location: 'home', control: 0.2, experiences });
  expect(shown.map(({ key, name, share }) => [key, name, share])).toEqual([
    ['a', 'a', 0.2],
    ['b', 'Second', expect.closeTo(0.6, 9)],
  ]);
});

it('makes an experience of each pair of criterion and design, whose weights multiply', () => {
  const recommend = {
    criteria: [{ criterion: 'popular', weight: 2 }, { criterion: 'cart-based' }],
    designs: [{ design: 'grid' }, { design: 'row', weight: 2 }],
    limit: 4,
  };
  const shown = shownOf({ name: 'Home', location: 'home', recommend });
  expect(shown.map(({ key }) => key)).toEqual(['popular.grid', 'popular.row', 'cart-based.grid', 'cart-based.row']);
  expect(shown.map(({ share }) => Math.round(share * 9))).toEqual([2, 4, 1, 2]);
  expect(shown[1]!.offers).toEqual([{ kind: 'recommendation', criterion: 'popular', limit: 4, design: 'row' }]);
});

it('shows the draft before what is published', () => {
  const published = { key: 'home', name: 'Home', location: 'home' };
  const view = {
    key: 'home',
    state: 'live' as const,
    version: 1,
    published,
    draft: { ...published, location: 'hero' },
  };
  expect(saidOf(view)).toEqual({ name: 'Home', location: 'hero' });
});
