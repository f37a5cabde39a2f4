import type { CriterionAlgorithm } from './criterion-definition.ts';

/** What a criterion waits for: something that nobody has done yet, items that nobody has described, or its list. */
export type Lack = 'views' | 'carts' | 'purchases' | 'events' | 'descriptions' | 'list' | 'feed';

/** Whether a criterion can find items at all, for anybody (recommendations CRI-4). */
export interface Readiness {
  ready: boolean;
  /** What is missing, or wrong although it is ready: a list that is there and could not be fetched anew. */
  lacks: Lack | null;
}

/** What is known that criteria build on. */
export interface Grounds {
  /** Has any visit done this? */
  did(action: 'viewed' | 'carted' | 'bought' | { event: string }): boolean;
  /** Items of which is known what they are. */
  described: number;
  /** Rows of an uploaded list. */
  rows(list: string): number;
  /** Could its file not be fetched the last time? */
  failed(list: string): boolean;
  algorithm(criterion: string): CriterionAlgorithm | undefined;
}

const nothingLacks: Readiness = { ready: true, lacks: null };
const views = { viewed: 'views', carted: 'carts', bought: 'purchases' } as const;

/** Pure. */
export function readinessOf(algorithm: CriterionAlgorithm, grounds: Grounds): Readiness {
  const needs = (...actions: (keyof typeof views)[]): Readiness => {
    const missing = actions.find((action) => !grounds.did(action));
    return missing === undefined ? nothingLacks : { ready: false, lacks: views[missing] };
  };
  const either = (one: Readiness, other: Readiness): Readiness => (one.ready || !other.ready ? one : other);
  switch (algorithm.kind) {
    case 'recent':
      return nothingLacks;
    case 'similar':
      return grounds.described > 0 ? nothingLacks : { ready: false, lacks: 'descriptions' };
    case 'custom': {
      const [rows, failed] = [grounds.rows(algorithm.list), grounds.failed(algorithm.list)];
      return { ready: rows > 0, lacks: failed ? 'feed' : rows > 0 ? null : 'list' };
    }
    case 'popular':
      if (algorithm.action !== 'event') return needs(algorithm.action);
      return grounds.did({ event: algorithm.event ?? '' }) ? nothingLacks : { ready: false, lacks: 'events' };
    case 'next-basket':
      return needs('bought');
    case 'cart':
      if (algorithm.action === undefined) return either(needs('bought'), either(needs('carted'), needs('viewed')));
      return needs(...actionsOf[algorithm.action]);
    case 'item':
      return needs(...actionsOf[algorithm.action]);
    case 'session':
    case 'for-you':
      return either(needs('viewed'), needs('bought'));
    case 'sequence': {
      const members = algorithm.members.flatMap(({ criterion }) => grounds.algorithm(criterion) ?? []);
      // A sequence holds no sequence.
      const all = members.filter(({ kind }) => kind !== 'sequence').map((member) => readinessOf(member, grounds));
      return all.find(({ ready }) => ready) ?? all[0] ?? { ready: false, lacks: 'list' };
    }
  }
}

const actionsOf = {
  'viewed-viewed': ['viewed'],
  'viewed-bought': ['viewed', 'bought'],
  'bought-bought': ['bought'],
  'site-affinity': ['viewed'],
} as const;
