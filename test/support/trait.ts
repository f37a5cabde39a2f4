import type { House } from '../../src/api/index.ts';

/** Computed traits that remember what they are told. */
export function fakeTraits(): House['traits'] {
  const known = new Map<string, Parameters<House['traits']['put']>[0]>();
  return {
    list: () => [...known.values()],
    put: async (definition) => {
      known.set(definition.key, definition);
      return definition;
    },
    remove: async (key) => known.delete(key),
  };
}
