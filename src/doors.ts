import { askingKey, buildServer, doorGroups } from './api/index.ts';
import type { AdvanceReport, House, Overview, PersonRow, Readiness } from './api/index.ts';
import type { Rooms } from './app.ts';
import { Remembered, said, VirtualClock, type Said } from './base/index.ts';
import { readItems } from './catalog/index.ts';
import { CallTimeout, countRuns, nextWaits } from './journey/index.ts';
import type { CallAnswer, Caller, CallRequest } from './journey/index.ts';
import { isReachable, type Profile } from './profile/index.ts';
import { actionDoor } from './action-door.ts';
import { built, readVersion } from './built.ts';
import { gathering } from './gathering.ts';
import { dayStart } from './day.ts';
import { privacyDoor } from './erasing.ts';
import { hearingDoors } from './hearing.ts';
import { journeyDoor } from './journey-door.ts';
import { measuredDoor } from './measured-door.ts';
import { openService } from './ground.ts';
import { needHand } from './needing.ts';
import { numbersOf } from './numbers.ts';
import { nameOrDevice } from './person-label.ts';
import { shopMounts } from './demo.ts';
import { senderDoor } from './sender-door.ts';
import { templateDoor } from './template-door.ts';
import { simulationDoor } from './simulation-door.ts';
import { settingRows } from './settings-view.ts';

/** The doors of a running Beckon. */
export interface Doors {
  /** HTTP to ourselves without a socket: the same routes, the same contract (design §4). It may do everything. */
  callOwn: Caller;
  /** The same for what journeys call: it reads and asks for recommendations; for more an action shows a key of its own. */
  callAsJourney: Caller;
  listen(): Promise<void>;
  close(): Promise<void>;
}

const iso = (at: number) => new Date(at).toISOString();

/** Builds the server from the rooms. */
export async function openDoors(rooms: Rooms): Promise<Doors> {
  const house = houseOf(rooms);
  const call = async (asking: CallRequest, authorization: string): Promise<CallAnswer> => {
    const { method, url, headers, body, timeoutMs } = asking;
    const payload = body === null ? {} : { payload: body };
    const asked = server.inject({ method, url, headers: { ...headers, authorization }, ...payload });
    const answer = await inTime(asked, timeoutMs);
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
      text: answer.body,
    };
  };
  const asShop: Caller = (request) => call(request, `Bearer ${rooms.ownKey}`);
  const asJourney: Caller = (request) =>
    call(request, request.headers['authorization'] ?? `Bearer ${askingKey(rooms.ownKey)}`);
  house.mounts = rooms.settings.demo ? shopMounts(rooms, asShop) : [];
  const server = await buildServer(house);
  await server.ready();
  return {
    callOwn: asShop,
    callAsJourney: gathering(asJourney),
    listen: async () => void (await server.listen({ port: rooms.settings.port, host: rooms.settings.host })),
    close: () => server.close(),
  };
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = new AbortController();
  const timeout = new Promise<never>((_, reject) => {
    const signal = AbortSignal.any([AbortSignal.timeout(ms), late.signal]);
    signal.addEventListener('abort', () => reject(new CallTimeout('No answer in time')));
  });
  timeout.catch(() => {});
  return Promise.race([work, timeout]).finally(() => late.abort());
}

function houseOf(rooms: Rooms): House {
  const { clock, ids, random, log, keys, team, events, catalog, recommender, messages, webhooks, forms } = rooms;
  const keep: House['items']['load'] = async (text, format) => {
    const { items, refused } = readItems(text, format, clock.now());
    const report = await catalog.upsert(items);
    return { kept: report.kept, refused: [...refused, ...report.refused] };
  };
  return {
    settings: houseSettings(rooms),
    clock,
    ids,
    random,
    log,
    keys,
    team,
    service: openService(rooms.settings),
    events,
    profiles: profileDoor(rooms),
    catalog,
    pageItems: rooms.feeding.pages,
    rules: rooms.rules,
    ...rooms.showing,
    items: {
      load: keep,
      look: (id) => catalog.get(id),
      write: (given) => keep(JSON.stringify(given), 'json'),
      remove: async (gone) => void (await catalog.remove(gone)),
    },
    feeds: rooms.feeding.feeds,
    webhooks,
    ...hearingDoors(rooms),
    forms,
    intake: {
      refused: (source, rows) => {
        const door = doorOf(source);
        for (const { code, why } of rows) {
          events.intake.refused({ at: clock.now(), source, type: null, visitor: null, door, code, why });
        }
      },
    },
    recommend: recommender,
    journeys: journeyDoor(rooms, () => settle(rooms)),
    actions: actionDoor(rooms),
    replays: rooms.replaying.replays,
    simulations: simulationDoor(rooms),
    rates: rooms.measure.rates,
    outlet: rooms.outlet,
    measured: measuredDoor(rooms, () => settle(rooms)),
    alerts: rooms.watching.alerts,
    people: peopleDoor(rooms),
    privacy: privacyDoor(rooms, () => settle(rooms)),
    traits: rooms.profiles.traits,
    audiences: rooms.audiences,
    messages,
    templates: templateDoor(rooms),
    senders: senderDoor(rooms),
    coupons: messages.coupons,
    mailbox: mailboxDoor(rooms),
    time: timeDoor(rooms),
    health: async () => {
      // A supervisor must not end what takes events in while the database is away.
      if (rooms.front === null) await rooms.store.rows({ text: 'select 1' });
      return { status: 'ok', items: catalog.size, learned: recommender.learned, broken: rooms.auditing.found.size };
    },
    ready: () => standing(rooms),
    numbers: () => numbersOf(rooms),
    ...(rooms.roles.areAll ? {} : { serves: doorGroups.filter((group) => rooms.roles.has(group)) }),
    overview: overviewDoor(rooms),
    installed: () => settingRows(rooms.settings),
    mounts: [],
  };
}

/** The door at which a source's events come in. */
function doorOf(source: string): string {
  if (source.startsWith('webhook:')) return `POST /hooks/${source.slice('webhook:'.length)}`;
  return source.startsWith('delivery') ? 'POST /rest/v1/delivery' : 'POST /v1/batch';
}

function houseSettings({ settings, secret, ownKey }: Rooms): House['settings'] {
  const files = {
    studio: built('studio'),
    shop: settings.demo ? built('shop') : null,
    docs: built('docs'),
    alloy: built('alloy.min.js'),
  };
  return {
    version: readVersion(),
    publicUrl: settings.publicUrl,
    trustProxy: settings.trustProxy,
    rates: settings.rates,
    secret,
    ownKey,
    currency: 'EUR',
    files,
  };
}

/** Who asks for somebody hears of what was acknowledged here before, wherever it stands yet. */
function profileDoor({ profiles, events, folded }: Rooms): House['profiles'] {
  return {
    get: async (id) => {
      await events.carried();
      return profiles.get(id);
    },
    // A device's unread events are folded in memory; whoever asks by another name waits for the fold itself.
    find: async (identity, how) => {
      if (how === 'folded' || !['ecid', 'tntid'].includes(identity.namespace)) await folded();
      else await events.carried();
      return profiles.find(identity);
    },
    findAll: async (identities) => {
      await folded();
      return profiles.findAll(identities);
    },
    collectConsent: async (id, namespace) => {
      await events.carried();
      return profiles.collectConsent(id, namespace);
    },
    recallConsent: (ecid) => profiles.recallConsent(ecid),
  };
}

function peopleDoor(rooms: Rooms): House['people'] {
  return {
    search: async (query, limit) => {
      const { found, ...rest } = await rooms.profiles.search(query, limit);
      return { people: found.map(personRow), ...rest };
    },
    timeline: async (profileId, page) => {
      await settle(rooms);
      return rooms.measure.timeline(profileId, page);
    },
  };
}

function mailboxDoor({ transport, mailbox }: Rooms): House['mailbox'] {
  if (!transport.isMailbox) return null;
  return {
    list: async () => (await mailbox.list({ limit: 5000 })).map((row) => ({ ...row, at: iso(row.at) })),
    get: async (id) => {
      const mail = await mailbox.get(id);
      if (!mail) return null;
      const { raw: _raw, ...shown } = mail;
      return { ...shown, at: iso(mail.at) };
    },
  };
}

/** What was acknowledged before this call is folded and learned when it resolves. */
async function settle({ folded, follower, roles }: Rooms): Promise<void> {
  await folded();
  if (roles.learns) await follower.catchUp();
}

/**
 * May requests be sent to this process? Where it answers with recommendations, not before it has learned what happened; where
 * it takes events in, not while the log before the table is away.
 */
function standing({ events, learning, roles, slots }: Rooms): Readiness {
  const learned = learning.standing();
  const takes = events.isThere || !roles.has('collect');
  const ready = slots.isLeaving !== true && (learned.ready || !roles.learns) && takes;
  return { ...learned, ready, roles: [...roles.list] };
}

function personRow(profile: Profile): PersonRow {
  const { state } = profile;
  return {
    id: profile.id,
    label: nameOrDevice(profile),
    email: state.email,
    lastSeenAt: iso(state.lastSeenAt),
    cartItems: state.cart?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0,
    viewed: state.viewed.length,
    orders: state.orders.length,
    reachable: isReachable(state),
  };
}

function timeDoor(rooms: Rooms): House['time'] {
  const { clock, settings } = rooms;
  return {
    view: async () => ({
      kind: settings.clock,
      now: iso(clock.now()),
      zone: settings.zone,
      next: await nextThings(rooms),
      held: (await rooms.messages.held()).map((held) => ({
        ...held,
        until: held.until === null ? null : iso(held.until),
      })),
    }),
    advance: clock instanceof VirtualClock ? (ms) => advance(rooms, clock, ms) : null,
  };
}

async function nextThings({
  store,
  journeys,
  profiles,
}: Rooms): Promise<{ at: string; text: string; said: Said; count: number }[]> {
  const waits = (await nextWaits(store, 8)).map(({ journey, at, count }) => ({
    at,
    text: `${nameOf(journeys, journey)}: wait ends`,
    said: said('next.wait', { journey: nameOf(journeys, journey) }),
    count,
  }));
  const visit = await profiles.nextVisitEnd();
  const text = 'A visit ends after 30 minutes of silence';
  const visits = visit === null ? [] : [{ at: visit, text, said: said('next.visit'), count: 1 }];
  const readings = journeys.live().flatMap(({ row: { readDue }, definition: { name } }) => {
    if (readDue === null) return [];
    return [
      { at: readDue, text: `${name}: audience is read`, said: said('next.reading', { journey: name }), count: 1 },
    ];
  });
  return [...waits, ...visits, ...readings].sort((a, b) => a.at - b.at).map((one) => ({ ...one, at: iso(one.at) }));
}

function nameOf(journeys: Rooms['journeys'], key: string): string {
  const row = journeys.list().find((one) => one.key === key);
  return row?.draft.name ?? key;
}

async function advance(rooms: Rooms, clock: VirtualClock, ms: number): Promise<AdvanceReport> {
  const before = await sentAndHeldOut(rooms);
  const { steps, running } = await rooms.pulse.advance(clock, ms);
  await rooms.memory.set('clock-offset', clock.offset);
  const now = await sentAndHeldOut(rooms);
  return { now: iso(clock.now()), steps, sent: now.sent - before.sent, heldOut: now.heldOut - before.heldOut, running };
}

async function sentAndHeldOut({ journeys, messages }: Rooms): Promise<{ sent: number; heldOut: number }> {
  const counts = await Promise.all(journeys.list().map(({ key }) => messages.counts.of(key)));
  return {
    sent: counts.reduce((sum, one) => sum + (one.byState['accepted'] ?? 0), 0),
    heldOut: counts.reduce((sum, one) => sum + one.heldOut, 0),
  };
}

/** With very many people as it was a moment ago: every open page asks for it. */
function overviewDoor(rooms: Rooms): House['overview'] {
  const known = new Remembered(
    () => overview(rooms),
    ({ people }) => people >= 50_000,
  );
  return async () => ({ ...(await known.get()), now: iso(rooms.clock.now()) });
}

async function overview(rooms: Rooms): Promise<Overview> {
  const { profiles, events, journeys, store, catalog, clock, settings, messages } = rooms;
  const today = dayStart(clock.now(), journeys.zone);
  const [{ people, reachable }, eventsToday, runs, sentToday] = await Promise.all([
    profiles.count(),
    events.countSince(today),
    Promise.all(journeys.list().map(({ key }) => countRuns(store, key))),
    messages.sentSince(today),
  ]);
  return {
    now: iso(clock.now()),
    demo: settings.demo,
    shopUrl: settings.shopUrl === settings.publicUrl ? null : settings.shopUrl,
    people,
    reachable,
    items: catalog.size,
    eventsToday,
    inJourneys: runs.reduce((sum, { active }) => sum + active, 0),
    sentToday,
    needHand: await needHand(rooms),
  };
}
