import type { House } from './api/index.ts';
import type { Catalog, RuleBook } from './catalog/index.ts';
import type { Clock, Log } from './base/index.ts';
import type { EventLog } from './event/index.ts';
import type { Profiles } from './profile/index.ts';
import { Activities, ActivitySeen, Criteria, CustomLists, Designs, ListFeeds, daysOf } from './recommend/index.ts';
import type { Feeding } from './feeding.ts';
import type { Duty } from './pulse.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store/index.ts';

/** What is shown: criteria, designs, offers and activities, over the rooms that know what these name. */
export interface Showing {
  criteria: Criteria;
  designs: Designs;
  activities: House['activities'];
  lists: House['lists'];
  customLists: CustomLists;
  listFeeds: ListFeeds;
  /** Fetches lists; done in the background as well. */
  duty: Duty;
  /** Takes in what other processes saved. */
  refresh(): Promise<void>;
}

interface Rooms {
  store: Store;
  clock: Clock;
  catalog: Catalog;
  rules: RuleBook;
  events: EventLog;
  profiles: Profiles;
  log: Log;
  settings: Pick<Settings, 'allowedHosts'>;
  feeding: Pick<Feeding, 'fetcher'>;
}

/** Opens them and reads what is saved. */
export async function openShowing(rooms: Rooms): Promise<Showing> {
  const { store, clock, catalog, rules, events, profiles, log } = rooms;
  const customLists = new CustomLists({ store, clock });
  const listFeeds = new ListFeeds({
    store,
    clock,
    log,
    lists: customLists,
    fetcher: rooms.feeding.fetcher,
    allowed: rooms.settings.allowedHosts,
  });
  const criteria = new Criteria({
    store,
    clock,
    hasList: (key) => customLists.has(key),
    prepare: (lists) => rules.prepare(lists),
  });
  customLists.whoUses((key) => criteria.whoUsesList(key));
  const designs = new Designs({
    store,
    clock,
    item: (id, environment) => catalog.shelf(environment).get(id),
    days: (key) => {
      const criterion = criteria.find(key);
      return criterion === undefined ? null : daysOf(criterion);
    },
  });
  const isDefined = (kind: 'collection' | 'promotion', id: string) => rules.definitions.find(kind, id) !== undefined;
  const activities = new Activities({
    store,
    clock,
    known: {
      criterion: (key) => criteria.find(key) !== undefined,
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
  criteria.onRemove((key) => [activities.whoUsesCriterion(key) ?? [], scopesWith(key, events)].flat());
  // What is named first, what names it last.
  const refresh = async () => {
    await rules.definitions.reload();
    await customLists.refresh();
    await listFeeds.refresh();
    await criteria.refresh();
    await designs.refresh();
    await activities.refresh();
  };
  await refresh();
  const audiencesOf = (profileId: string) => profiles.audiences.of(profileId);
  const counts = new ActivitySeen(store);
  const ids = () => Array.from(catalog.all(), ({ id }) => id).sort();
  const categories = () => [...new Set([...catalog.all()].flatMap((item) => item.categories))].sort();
  return {
    criteria,
    designs,
    activities: Object.assign(activities, { audiencesOf, numbers: (key: string) => counts.numbers(key) }),
    lists: { ids, categories },
    customLists,
    listFeeds,
    duty: {
      name: 'fetching lists',
      beside: true,
      work: () => listFeeds.work(),
      nextDue: () => listFeeds.nextDue(),
    },
    refresh,
  };
}

/** Datastreams with a scope or surface that is answered by a criterion. */
function scopesWith(criterion: string, events: EventLog): string[] {
  return events.datastreams().flatMap(({ id, scopes = {}, surfaces = {} }) => {
    const named = [...Object.entries(scopes), ...Object.entries(surfaces)].find(
      ([, one]) => one.criterion === criterion,
    );
    return named ? [`the scope "${named[0]}" of the datastream "${id}"`] : [];
  });
}
