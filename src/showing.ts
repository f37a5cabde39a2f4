import type { House } from './api/index.ts';
import type { Catalog, RuleBook } from './catalog/index.ts';
import type { Clock } from './base/index.ts';
import type { Profiles } from './profile/index.ts';
import { Activities, ActivitySeen, answerUnderRules, Designs, type Recommender } from './recommend/index.ts';
import type { Store } from './store/index.ts';

/** What places show: designs, offers and activities, over the rooms that know what these name. */
export interface Showing {
  designs: Designs;
  activities: House['activities'];
  lists: House['lists'];
  /** Takes in what other processes saved. */
  refresh(): Promise<void>;
}

interface Rooms {
  store: Store;
  clock: Clock;
  catalog: Catalog;
  rules: RuleBook;
  recommender: Recommender;
  profiles: Profiles;
}

/** Opens them and reads what is saved. */
export async function openShowing({ store, clock, catalog, rules, recommender, profiles }: Rooms): Promise<Showing> {
  const designs = new Designs({ store, clock, item: (id) => catalog.get(id) });
  const isDefined = (kind: 'collection' | 'promotion', id: string) => rules.definitions.find(kind, id) !== undefined;
  const activities = new Activities({
    store,
    clock,
    known: {
      criterion: (key) => recommender.criteria().some((one) => one.key === key),
      design: (key) => designs.has(key),
      audience: (key) => profiles.audiences.keys.has(key),
      collection: (id) => isDefined('collection', id),
      promotion: (id) => isDefined('promotion', id),
    },
  });
  designs.whoUses((key) => activities.whoUsesDesign(key));
  rules.definitions.onRemove((kind, key) => {
    const user = kind === 'exclusion' ? null : activities.whoUsesRule(kind, key);
    return user === null ? [] : [user];
  });
  // Rules first: offers name collections and promotions.
  const refresh = async () => {
    await rules.definitions.reload();
    await designs.refresh();
    await activities.refresh();
  };
  await refresh();
  const audiencesOf = (profileId: string) => profiles.audiences.of(profileId);
  const ruled = {
    answer: recommender.answer.bind(recommender),
    rules,
    item: (id: string) => catalog.get(id),
    now: () => clock.now(),
  };
  const answer: House['activities']['answer'] = (request, whom) => answerUnderRules(request, whom, ruled);
  const counts = new ActivitySeen(store);
  const ids = () => Array.from(catalog.all(), ({ id }) => id).sort();
  return {
    designs,
    activities: Object.assign(activities, { audiencesOf, answer, numbers: (key: string) => counts.numbers(key) }),
    lists: { ids },
    refresh,
  };
}
