import { expect, it } from 'vitest';
import type { CriterionAlgorithm } from './criterion-definition.ts';
import { readinessOf, type Grounds } from './readiness.ts';

const empty: Grounds = {
  did: () => false,
  described: 0,
  rows: () => 0,
  failed: () => false,
  algorithm: () => undefined,
};
const custom: CriterionAlgorithm = { kind: 'custom', list: 'picked' };
const item = (action: 'viewed-bought' | 'bought-bought'): CriterionAlgorithm => ({
  kind: 'item',
  action,
  item: { from: 'current' },
});

it('a criterion is ready when what it builds on is there, and says what is missing (recommendations CRI-4)', () => {
  const viewed: Grounds = { ...empty, did: (action) => action === 'viewed' };
  expect(readinessOf({ kind: 'popular', action: 'viewed' }, empty)).toEqual({ ready: false, lacks: 'views' });
  expect(readinessOf({ kind: 'popular', action: 'viewed' }, viewed)).toEqual({ ready: true, lacks: null });
  expect(readinessOf({ kind: 'popular', action: 'carted' }, viewed)).toEqual({ ready: false, lacks: 'carts' });
  const told: CriterionAlgorithm = { kind: 'popular', action: 'event', event: 'wishlist.added' };
  expect(readinessOf(told, viewed)).toEqual({ ready: false, lacks: 'events' });
  expect(readinessOf(item('viewed-bought'), empty).lacks).toBe('views');
  expect(readinessOf(item('viewed-bought'), viewed)).toEqual({ ready: false, lacks: 'purchases' });
  expect(readinessOf({ kind: 'cart' }, empty)).toEqual({ ready: false, lacks: 'purchases' });
  expect(readinessOf({ kind: 'cart' }, viewed).ready).toBe(true);
  expect(readinessOf({ kind: 'next-basket' }, viewed)).toEqual({ ready: false, lacks: 'purchases' });
  expect(readinessOf({ kind: 'similar', item: { from: 'current' } }, viewed).lacks).toBe('descriptions');
  expect(readinessOf({ kind: 'similar', item: { from: 'current' } }, { ...empty, described: 1 }).ready).toBe(true);
  expect(readinessOf({ kind: 'recent' }, empty)).toEqual({ ready: true, lacks: null });
});

it('a list that is empty, and one whose file could not be fetched, are told apart', () => {
  expect(readinessOf(custom, empty)).toEqual({ ready: false, lacks: 'list' });
  expect(readinessOf(custom, { ...empty, failed: () => true })).toEqual({ ready: false, lacks: 'feed' });
  expect(readinessOf(custom, { ...empty, rows: () => 3, failed: () => true })).toEqual({ ready: true, lacks: 'feed' });
  expect(readinessOf(custom, { ...empty, rows: () => 3 })).toEqual({ ready: true, lacks: null });
});

it('a sequence is ready with any of its members', () => {
  const sequence: CriterionAlgorithm = {
    kind: 'sequence',
    members: [{ criterion: 'picked' }, { criterion: 'recent' }],
  };
  const of = (key: string): CriterionAlgorithm => (key === 'picked' ? custom : { kind: 'next-basket' });
  expect(readinessOf(sequence, { ...empty, algorithm: of })).toEqual({ ready: false, lacks: 'list' });
  expect(readinessOf(sequence, { ...empty, algorithm: of, did: () => true })).toEqual({ ready: true, lacks: null });
});
