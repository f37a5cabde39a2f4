import { expect, it } from 'vitest';
import type { CriterionView } from '../../src/api/contract-criterion.ts';
import { usesOf } from './uses.ts';

const criterion = (key: string, rest: Partial<CriterionView>): CriterionView =>
  ({ key, name: key, algorithm: { kind: 'recent' }, ...rest }) as CriterionView;

it('a criterion is used by backups, sequences, activities in any state, and journeys, wherever they name it', () => {
  const known = {
    criteria: [
      criterion('similar', {}),
      criterion('own', { name: 'Our own', backup: { chain: ['similar'] } }),
      criterion('row', { algorithm: { kind: 'sequence', members: [{ criterion: 'similar', slots: 2 }] } }),
      criterion('other', { backup: { chain: ['own'] } }),
    ],
    activities: [
      { key: 'home', published: null, draft: { name: 'Home', recommend: { criteria: [{ criterion: 'similar' }] } } },
      { key: 'cart', published: { name: 'Cart', experiences: [{ criterion: 'own' }] }, draft: null },
    ],
    journeys: [
      { key: 'left', definition: { name: 'Left', activities: { ask: { body: { criterion: 'similar' } } } } },
      { key: 'plain', definition: { activities: { ask: { body: { criterion: '{{ x }}' } } } } },
    ],
  };
  expect(usesOf('similar', known).map(({ kind, key, name }) => `${kind} ${key} ${name}`)).toEqual([
    'criterion own Our own',
    'criterion row row',
    'activity home Home',
    'journey left Left',
  ]);
  expect(usesOf('row', known)).toEqual([]);
});
