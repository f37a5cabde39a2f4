import { FakeClock, quietLog, SeededRandom, UuidIds } from '../../src/base/index.ts';
import { Intake, type Datastream, type Identity, type ImportProgress, type ShopEvent } from '../../src/event/index.ts';
import { fakeShowing } from './showing.ts';
import { fakeRecommender } from './recommend.ts';
import { fakeTraits } from './trait.ts';
import type { Profile, ProfileState } from '../../src/profile/index.ts';
import type { House, Person, RecommendRequest } from '../../src/api/index.ts';
import { fakeFeeds } from './feeds.ts';
import { fakeActions, fakeJourneys } from './house-journeys.ts';
import { fakeMailing } from './house-mail.ts';

/** A house for tests: remembers what it was told, answers from what it was given. Same seed, same ids. */
export interface FakeHouse extends House {
  clock: FakeClock;
  received: ShopEvent[];
  asked: { request: RecommendRequest; person: Person | null }[];
  known: Map<string, Profile>;
  unsubscribed: string[];
  loaded: { text: string; format: string }[];
  written: Record<string, unknown>[];
  removed: string[];
  turnedAway: { source: string; why: string }[];
}

export const secretKey = 'sk_secret-key-of-the-tests';
export const readKey = 'sk_read-only-key-of-the-tests';
export const publishableKey = 'pk_publishable-key-of-the-tests';
export const startedAt = Date.UTC(2026, 10, 23, 9, 0);

export const demoStream: Datastream = {
  id: 'demo',
  name: 'Demo',
  orgId: 'DEMO@AdobeOrg',
  allowedOrigins: [],
  fpidCookie: 'FPID',
};

const fakeSettings: House['settings'] = {
  version: '0.0.0',
  publicUrl: 'http://localhost:8080',
  trustProxy: false,
  secret: new Uint8Array(32).fill(5),
  ownKey: 'own-key-of-this-process',
  currency: 'EUR',
  files: { studio: null, shop: null, docs: null, alloy: null },
};

const fakeAlerts: House['alerts'] = {
  list: async () => [],
  settings: async () => ({ mails: [], webhook: null, off: [] }),
  put: async ({ mails, webhook, off = [] }) => ({ settings: { mails, webhook, off }, secret: null }),
  test: async () => {},
};

/** Nobody has set a password yet, and nothing is written down. */
const noTeam = {
  isSetUp: async () => false,
  who: async () => null,
  entries: { write: async () => {} },
} as unknown as House['team'];

function fakeSenders(): Pick<
  House,
  | 'team'
  | 'service'
  | 'rates'
  | 'alerts'
  | 'actions'
  | 'feeds'
  | 'webhooks'
  | 'mailSources'
  | 'fetchText'
  | 'forms'
  | 'replays'
  | 'simulations'
  | 'measured'
  | 'outlet'
> {
  return {
    team: noTeam,
    service: null,
    rates: { list: async () => [], put: async () => {} },
    alerts: fakeAlerts,
    actions: fakeActions(),
    feeds: fakeFeeds(),
    webhooks: fakeWebhooks(),
    mailSources: undefined as never,
    fetchText: () => Promise.reject(new Error('There is no world outside')),
    forms: fakeForms(),
    replays: undefined as never,
    simulations: undefined as never,
    measured: undefined as never,
    outlet: undefined as never,
  };
}

function fakeTime(clock: FakeClock): House['time'] {
  const now = () => new Date(clock.now()).toISOString();
  return {
    view: async () => ({ kind: 'virtual', now: now(), zone: 'UTC', next: [], held: [] }),
    advance: async (ms) => {
      clock.advance(ms);
      return { now: now(), steps: 1, sent: 0, heldOut: 0, running: [] };
    },
  };
}

const well: Pick<House, 'health' | 'ready' | 'installed'> = {
  installed: () => [],
  health: async () => ({ store: 'ok' }),
  ready: () => ({ ready: true, learned: 0, lagMs: 0, described: { items: 0, whole: true } }),
};

const viewedCoat = { at: new Date(startedAt).toISOString(), kind: 'event' as const, text: 'Viewed a coat', said: null };

export function fakeHouse(over: Partial<House['settings']> = {}): FakeHouse {
  const clock = new FakeClock(startedAt);
  const random = new SeededRandom(7);
  const ids = new UuidIds(clock, random);
  const received: ShopEvent[] = [];
  const asked: FakeHouse['asked'] = [];
  const known = new Map<string, Profile>();
  const unsubscribed: string[] = [];
  const loaded: FakeHouse['loaded'] = [];
  const written: FakeHouse['written'] = [];
  const removed: string[] = [];
  const turnedAway: FakeHouse['turnedAway'] = [];
  return {
    settings: { ...fakeSettings, ...over },
    clock,
    random,
    ids,
    log: quietLog,
    received,
    asked,
    known,
    unsubscribed,
    loaded,
    written,
    removed,
    turnedAway,
    ...fakeSenders(),
    intake: {
      refused: (source, rows) => void turnedAway.push(...rows.map(({ why }) => ({ source, why }))),
    },
    keys: fakeKeys(),
    events: fakeEvents(received, (visitor) => known.get(visitor)?.state.consent.collect?.state === 'out'),
    profiles: {
      get: async (id) => [...known.values()].find((profile) => profile.id === id) ?? null,
      findAll: (names) => findAll(known, names),
      find: async ({ namespace, id }: Identity) => known.get(`${namespace}:${id}`) ?? null,
      recallConsent: () => undefined,
      collectConsent: async (id, namespace = 'ecid') => known.get(`${namespace}:${id}`)?.state.consent.collect?.state,
    },
    ...fakeShowing(),
    items: {
      load: async (text, format) => {
        loaded.push({ text, format });
        return { kept: 1, refused: [] };
      },
      write: async (items) => {
        written.push(...items);
        return { kept: items.length, refused: [] };
      },
      remove: async (ids) => void removed.push(...ids),
      look: (id) => (id === 'coat-1' ? { name: 'Winter coat', imageUrl: 'https://shop.example/coat.png' } : undefined),
    },
    recommend: fakeRecommender(asked),
    journeys: fakeJourneys(),
    people: {
      search: async () => ({ people: [], left: 0, more: false }),
      timeline: async () => [viewedCoat],
    },
    privacy: fakePrivacy(),
    traits: fakeTraits(),
    audiences: fakeAudiences(),
    ...fakeMailing(clock, unsubscribed),
    mailbox: null,
    time: fakeTime(clock),
    ...well,
    overview: async () => ({
      now: new Date(clock.now()).toISOString(),
      demo: true,
      shopUrl: null,
      people: 0,
      reachable: 0,
      items: 0,
      eventsToday: 0,
      inJourneys: 0,
      sentToday: 0,
      needHand: [],
    }),
    mounts: [],
  };
}

function fakePrivacy(): House['privacy'] {
  const id = '01900000-0000-7000-8000-0000000000e1';
  const waiting = { id, state: 'waiting' as const, requestedAt: startedAt, doneAt: null, subject: [], steps: [] };
  return {
    story: async () => ({ identities: [], merges: [], consents: [], claims: [] }),
    export: async (profile) => ({ exportedAt: '', profile: { id: profile.id }, rooms: {} }),
    erase: async () => waiting,
    certificate: async (asked) => (asked === id ? waiting : null),
    unmerge: async (into, merge) => ({ into, from: merge }),
  };
}

/** No audience at all; tests of audiences put real ones in their place. */
function fakeAudiences(): House['audiences'] {
  const none = () => Promise.reject(new Error('this house has no audiences'));
  return {
    list: async () => [],
    get: none,
    put: none,
    rebuild: none,
    remove: none,
    members: none,
    preview: none,
    fields: none,
    change: none,
  };
}

function fakeKeys(): House['keys'] {
  const row = { id: '01900000-0000-7000-8000-000000000001', createdAt: '', lastUsedAt: null };
  return {
    make: async ({ kind, name, scopes, datastream = null }) => ({
      ...row,
      kind,
      name,
      scopes: [...scopes],
      datastream,
      key: 'sk_new',
    }),
    list: async () => [],
    revoke: async () => true,
    restore: async () => true,
    byId: async (id) => (id === row.id ? { id, kind: 'secret', scopes: ['*'] } : null),
    admit: async (key) => {
      if (key === secretKey) return { id: 'secret', kind: 'secret', scopes: ['*'], datastream: null };
      if (key === readKey) return { id: 'read', kind: 'secret', scopes: ['read'], datastream: null };
      if (key === publishableKey) return { id: 'publishable', kind: 'publishable', scopes: [], datastream: null };
      return null;
    },
  };
}

/** No form at all; tests of forms put real ones in their place. */
function fakeForms(): House['forms'] {
  const none = () => Promise.reject(new Error('this house has no forms'));
  return {
    list: async () => [],
    get: async () => null,
    find: async () => null,
    remove: async () => false,
    signUps: async () => [],
    look: async () => null,
    put: none,
    signUp: none,
    confirm: none,
    named: (text) => text,
    words: () => {
      throw new Error('this house has no forms');
    },
  };
}

/** No webhook at all; tests of webhooks put real ones in their place. */
function fakeWebhooks(): House['webhooks'] {
  const none = () => Promise.reject(new Error('this house has no webhooks'));
  return {
    list: async () => [],
    get: async () => null,
    open: async () => null,
    remove: async () => false,
    requests: async () => [],
    requestDone: async () => false,
    isRepeated: async () => false,
    isOlder: async () => false,
    orderVisitor: async () => null,
    put: none,
    taken: none,
    turnedAway: none,
  };
}

function fakeImports(): House['events']['imports'] {
  const known = new Map<string, ImportProgress>();
  return {
    begin: async (name, at) => {
      const id = `00000000-0000-7000-8000-${String(known.size).padStart(12, '0')}`;
      const counts = { lines: 0, kept: 0, repeated: 0, refused: 0, faults: [], done: false };
      known.set(id, { id, name, startedAt: at, changedAt: at, ...counts });
      return known.get(id)!;
    },
    get: async (id) => known.get(id) ?? null,
    list: async () => [...known.values()],
    step: async (id, { lines, kept, repeated, faults }) => {
      const one = known.get(id)!;
      known.set(id, {
        ...one,
        lines,
        kept: one.kept + kept,
        repeated: one.repeated + repeated,
        refused: one.refused + faults.length,
        faults: [...one.faults, ...faults],
      });
    },
    finish: async (id) => void known.set(id, { ...known.get(id)!, done: true }),
  };
}

function fakeEvents(received: ShopEvent[], isOut: (visitor: string) => boolean): House['events'] {
  const streams = new Map([[demoStream.id, demoStream]]);
  return {
    waiting: 0,
    intake: new Intake(),
    imports: fakeImports(),
    quarantine: async () => [],
    page: async () => [],
    setAside: async () => 0,
    putBack: async () => 0,
    receive: async (events, { unless } = {}) => {
      const doubted = events.filter(({ visitor }) => unless === 'declined' && isOut(visitor));
      const fresh = events.filter(
        (event) =>
          !doubted.includes(event) && !received.some(({ id, source }) => id === event.id && source === event.source),
      );
      received.push(...fresh);
      return { kept: fresh.length, repeated: events.length - fresh.length - doubted.length, doubted: doubted.length };
    },
    datastream: (id) => streams.get(id),
    datastreams: () => [...streams.values()],
    putDatastream: async (datastream) => void streams.set(datastream.id, datastream),
  };
}

async function findAll(known: FakeHouse['known'], names: readonly Identity[]): Promise<Map<string, Profile>> {
  const found = new Map<string, Profile>();
  for (const { namespace, id } of names) {
    const own = [...known.values()].find((profile) => namespace === 'profileid' && profile.id === id);
    const profile = own ?? known.get(`${namespace}:${id}`);
    if (profile) found.set(`${namespace}:${id}`, profile);
  }
  return found;
}

/** A profile with nothing in it but what is given. */
export function fakeProfile(id: string, state: Partial<ProfileState> = {}): Profile {
  return {
    id,
    shard: 0,
    version: 1,
    state: {
      identities: [],
      email: null,
      attributes: {},
      timeZone: null,
      language: null,
      consent: {},
      cart: null,
      viewed: [],
      orders: [],
      firstSeenAt: startedAt,
      lastSeenAt: startedAt,
      visit: null,
      visiting: false,
      visits: 0,
      claimedPurchaseUntil: null,
      mailed: {},
      test: false,
      ...state,
    },
  };
}
