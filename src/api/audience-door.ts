import type { Audiences, Fact, Profile } from '../profile/index.ts';
import type { Store, Tx } from '../store/index.ts';
import type { AudienceDoor } from './house.ts';

/** Audiences as the doors use them: whoever comes into a list or leaves it is told of to journeys, in one transaction. */
export function audienceDoor(parts: {
  store: Store;
  audiences: Audiences;
  tell: (tx: Tx, what: { facts: Fact[]; profiles: Map<string, Profile> }) => Promise<void>;
}): AudienceDoor {
  const { store, audiences, tell } = parts;
  return {
    list: () => audiences.list(),
    get: (key) => audiences.get(key),
    put: (definition) => audiences.put(definition),
    rebuild: (key) => audiences.rebuild(key),
    remove: (key) => audiences.remove(key),
    members: (key, page) => audiences.members(key, page),
    fields: () => audiences.fields(),
    preview: (rule, limit) => audiences.preview(rule, limit),
    change: (key, how, people) =>
      store.inTransaction(async (tx) => {
        const done = await audiences.change(tx, key, { how, people });
        await tell(tx, done);
        return done;
      }),
  };
}
