import type { House } from '../../src/api/index.ts';
import { shippedCriteria, shippedOnly } from '../../src/recommend/index.ts';

/** No rule, no design and no activity; tests of these put real ones in their place. */
export function fakeShowing(): Pick<
  House,
  'catalog' | 'rules' | 'criteria' | 'designs' | 'activities' | 'lists' | 'customLists' | 'listFeeds'
> {
  return {
    catalog: null,
    rules: null,
    criteria: fakeCriteria(),
    designs: fakeDesigns(),
    activities: fakeActivities(),
    lists: { ids: () => ['coat-1', 'hat-1'], categories: () => ['coats', 'hats'] },
    customLists: fakeCustomLists(),
    listFeeds: fakeListFeeds(),
  };
}

/** Those that come with Beckon, and none of the shop's own. */
function fakeCriteria(): House['criteria'] {
  const none = () => Promise.reject(new Error('this house keeps no criteria'));
  return {
    ...shippedOnly,
    list: () => [...shippedCriteria],
    check: (content) => content,
    put: none,
    remove: none,
    versions: none,
  };
}

/** No list is fetched. */
function fakeListFeeds(): House['listFeeds'] {
  const none = () => Promise.reject(new Error('this house fetches no lists'));
  return { get: () => undefined, check: () => {}, put: none, remove: none, refresh: async () => {} };
}

function fakeCustomLists(): House['customLists'] {
  const none = () => Promise.reject(new Error('this house has no lists of its own'));
  const absent = () => {
    throw new Error('this house has no lists of its own');
  };
  return { list: () => [], get: absent, put: none, rows: none, upload: none, remove: none };
}

function fakeDesigns(): House['designs'] {
  const none = () => Promise.reject(new Error('this house has no designs'));
  const absent = () => {
    throw new Error('this house has no designs');
  };
  return {
    list: () => [],
    get: absent,
    put: none,
    remove: none,
    history: none,
    validate: absent,
    slotsOf: absent,
    render: absent,
  };
}

function fakeActivities(): House['activities'] {
  const none = () => Promise.reject(new Error('this house has no activities'));
  const absent = () => {
    throw new Error('this house has no activities');
  };
  return {
    list: () => [],
    get: absent,
    put: none,
    publish: none,
    pause: none,
    remove: none,
    history: none,
    offers: () => [],
    offer: absent,
    putOffer: none,
    removeOffer: none,
    asked: () => ({ any: false, audiences: false }),
    locations: () => [],
    choose: () => ({ choice: null, passed: [] }),
    resolve: () => null,
    audiencesOf: async () => [],
    numbers: async () => [],
  };
}
