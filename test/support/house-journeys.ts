import type { House } from '../../src/api/index.ts';

/** Journeys of a house of which only doors are tested. */
export function fakeJourneys(): House['journeys'] {
  const detail = (key: string) => ({
    key,
    status: 'draft' as const,
    version: 1,
    publishedAt: null,
    pausedAt: null,
    versions: [],
    definition: { key },
    draft: null,
    revision: 'r1',
    counts: {},
  });
  const told = async (key: string) => detail(key);
  return {
    list: async () => [],
    get: async (key) => (key === 'abandoned-cart' ? detail(key) : null),
    check: async () => ({ problems: [], missing: [] }),
    put: async (definition) => detail(String(definition['key'])),
    publish: told,
    pause: told,
    resume: told,
    close: told,
    stop: told,
    versions: async () => [],
    version: async () => null,
    rollback: told,
    migration: async () => [],
    migrate: told,
    tell: async () => ({ name: '', misses: [], people: {} }),
    happened: async () => {},
    stuck: async () => ({ stuck: [], total: 0 }),
    move: async () => 0,
    report: async () => null,
    sums: async () => null,
    funnel: async () => null,
    fields: () => Promise.resolve({ runs: 0, fields: [] }),
    people: async () => [],
  };
}

/** What actions call, in a house of which only doors are tested: nothing. */
export function fakeActions(): House['actions'] {
  const now = new Date(0).toISOString();
  return {
    test: async () => null,
    services: async () => [],
    serviceUp: async () => false,
    secrets: async () => [],
    putSecret: async (name) => ({ name, madeAt: now, rotatedAt: null, usedBy: [] }),
    removeSecret: async () => false,
  };
}
