import { randomBytes } from 'node:crypto';
import { migrations as alertMigrations } from './alert/index.ts';
import { audienceDoor, Forms, Keys, migrations as apiMigrations, Webhooks } from './api/index.ts';
import { type Log } from './base/index.ts';
import { Catalog, migrations as catalogMigrations, RuleBook } from './catalog/index.ts';
import { EventLog, Folder, migrations as eventMigrations, type ShopEvent } from './event/index.ts';
import { migrations as jobMigrations } from './job/index.ts';
import { openCaller, migrations as journeyMigrations, type Caller, type Journeys } from './journey/index.ts';
import { Measure, migrations as measureMigrations } from './measure/index.ts';
import { type HeldMail, MailboxStore, Messages, migrations as messageMigrations } from './message/index.ts';
import {
  declinedSql,
  migrations as profileMigrations,
  Profiles,
  type Erasures,
  type Fact,
  type Lesson,
  type Profile,
} from './profile/index.ts';
import { prepareBare } from './bare.ts';
import { openGround, openTeam, setUpPage, type Given, type Ground } from './ground.ts';
import { measuredJourneys } from './run-counts.ts';
import { openFeeding, type Feeding } from './feeding.ts';
import { openDoors } from './doors.ts';
import { openReplaying } from './replaying.ts';
import { openShowing, type Showing } from './showing.ts';
import { openSimulations } from './simulation-door.ts';
import { openLearning, openRecommender, type Learning } from './learning.ts';
import { arrive, mailSettings, openTransport, shopNameOf, type Post } from './mailing.ts';
import { openErasures } from './erasing.ts';
import { openHearing } from './hearing.ts';
import { openJourneying, type Journeying } from './journeying.ts';
import { carryBack, carryOver } from './merging.ts';
import { Pulse, type Duty } from './pulse.ts';
import { ActivitySeen, migrations as recommendMigrations, type FeedBatch } from './recommend/index.ts';
import type { Settings } from './settings.ts';
import { openWatching } from './watching.ts';
import type { Migration, Store, Tx } from './store/index.ts';
import { migrations as teamMigrations } from './team/index.ts';

/** Everything the database needs, room by room. */
export const migrations: readonly Migration[] = [
  ...jobMigrations,
  ...eventMigrations,
  ...profileMigrations,
  ...catalogMigrations,
  ...recommendMigrations,
  ...journeyMigrations,
  ...messageMigrations,
  ...measureMigrations,
  ...alertMigrations,
  ...teamMigrations,
  ...apiMigrations,
  {
    name: '0901-app-memory',
    sql: 'create table app_memory (name text primary key, value jsonb not null)',
  },
];

export interface AppParts {
  store: Store;
  databaseUrl: string;
  say: (line: string) => void;
  log: Log;
}

/** A running Beckon. */
export interface App {
  addresses: { name: string; url: string }[];
  /** The secret key to print, in the demo; otherwise null. */
  key: string | null;
  /** Nobody can call `/v1` yet: no key is in force. */
  keyless: boolean;
  stop(): Promise<void>;
}

/** Rooms that call each other through slots; filled while joining, used only when something happens. */
interface Slots extends Journeying {
  messages: Messages;
  measure: Measure;
  seen: ActivitySeen;
  /** HTTP to our own origin; filled when the doors open. */
  callOwn: Caller;
  /** HTTP to the world outside. */
  callOutside: Caller;
  /** Looks at once whether something is due. */
  wake: () => void;
  /** Hears of mails that wait at a gate. */
  held?: (held: HeldMail) => void;
}

/** The rooms, joined: the only place that knows them all. */
export type Rooms = Awaited<ReturnType<typeof joinRooms>>;

/** The shop's currency for reports; orders in another are counted apart. */
const reportCurrency = 'EUR';

/**
 * Joins the rooms. Facts go down the walk: an event is folded into profiles, its facts go to journeys, messages and
 * measure, its lessons to the feed; all in one transaction.
 */
export async function joinRooms(settings: Settings, given: Given) {
  const ground = await openGround(settings, given);
  const { store, log, clock, ids, random, memory } = ground;
  const events = new EventLog({ store, ids, declined: declinedSql });
  const slots = {
    seen: new ActivitySeen(store),
    callOwn: () => Promise.reject(new Error('The doors are not open yet')),
    callOutside: openCaller({ allowed: settings.allowedHosts }),
    wake: () => {},
  } as unknown as Slots;
  const profiles = openProfiles(ground, events, slots);
  const catalog = await Catalog.open(store, clock, { currency: reportCurrency });
  const rules = await RuleBook.open({ store, clock, catalog, zone: settings.zone });
  const feeding = openFeeding({ ...ground, catalog });
  const showing = await openShowing({ ...ground, feeding, catalog, rules, events, profiles });
  const recommender = openRecommender(ground, { catalog, rules, showing, profiles });
  const learning = openLearning(ground, { events, catalog, recommender });
  const replaying = openReplaying(ground, { events, recommender, catalog, rules, criteria: showing.criteria });
  const mailbox = new MailboxStore({ store, clock, ids });
  const transport = await openTransport(settings, mailbox, clock);
  const templates: { keys: ReadonlySet<string> } = { keys: new Set() };
  const journeying = openJourneying(ground, { profiles, events, catalog, showing, templates, slots });
  const { journeys } = journeying;
  Object.assign(slots, journeying);
  slots.messages = openMessages(ground, { profiles, catalog, events, out: transport, slots });
  slots.measure = openMeasure(ground, { profiles, catalog, events, journeys, slots });
  await slots.measure.open();
  const folder = new Folder({
    store,
    clock,
    log,
    // Our own database serves one process at a time (store/launch-hold.ts), so after a kill -9 the shards are ours at once.
    owner: settings.databaseUrl === null ? 'house' : ids.next(),
    fold: (tx, batch) => fold({ profiles, slots }, tx, batch),
  });
  profiles.whileFolding(() => folder.holdsAll);
  const webhooks = new Webhooks({ ...ground, publicUrl: settings.publicUrl });
  const forms = openForms(ground, { events, slots });
  const settle = async () => void (await folder.drain());
  const erasures = openErasures(ground, { rooms: () => ({ profiles, events, webhooks, forms, ...slots }), settle });
  joinFold(folder, { events, learning });
  const returning = duties(ground, { folder, profiles, learning, feeding, showing, journeys, erasures, forms, slots });
  const looking = openWatching(ground, slots, { ...feeding, events });
  returning.push(replaying.duty, ...Object.values(looking).map(({ duty }) => duty));
  const pulse = new Pulse({ clock, log, duties: returning, onMoved: (offset) => memory.set('clock-offset', offset) });
  slots.wake = () => [pulse, slots.calling].map((one) => one.wake());
  const ownKey = `own_${randomBytes(32).toString('base64url')}`;
  const keys = new Keys({ store, ids, random, ownKey });
  const team = openTeam(settings, ground);
  await readAhead({ events, profiles, templates, slots });
  const { runner, lifecycle, secrets, messages, measure } = slots;
  const tell = (tx: Tx, told: { facts: Fact[]; profiles: Map<string, Profile> }) =>
    spread(slots, tx, { ...told, seen: [] });
  const audiences = audienceDoor({ store, audiences: profiles.audiences, tell });
  const walk = {
    events,
    profiles,
    audiences,
    erasures,
    catalog,
    feeding,
    rules,
    recommender,
    showing,
    learning,
    follower: learning.follower,
    replaying,
    journeys,
    runner,
    lifecycle,
    secrets,
    messages,
    measure,
    ...looking,
  };
  const ways = { mailbox, transport, folder, pulse, duties: returning, slots, keys, team, ownKey, webhooks, forms };
  const joined = { ...ground, ...walk, ...ways };
  return { ...joined, simulations: openSimulations(ground, () => joined) };
}

/** What the rooms keep in memory is read before anything happens. */
async function readAhead(rooms: {
  events: EventLog;
  profiles: Profiles;
  templates: { keys: ReadonlySet<string> };
  slots: Slots;
}): Promise<void> {
  const { events, profiles, templates, slots } = rooms;
  await events.open();
  await profiles.traits.refresh();
  await profiles.audiences.open();
  await slots.messages.templates.installRecipes();
  templates.keys = await slots.messages.templates.names();
  await slots.journeys.load();
}

/** What is received goes to the fold of this process, and what that teaches to the recommender, without being read again. */
function joinFold(folder: Folder, { events, learning }: { events: EventLog; learning: Learning }): void {
  events.onStored((rows) => folder.give(rows));
  events.whileFolding(() => folder.owed);
  folder.onFolded((fed) => {
    events.goOn();
    learning.follower.give(fed as FeedBatch[]);
  });
}

function openProfiles({ store, clock, ids, log }: Ground, events: EventLog, slots: Slots): Profiles {
  const profiles: Profiles = new Profiles({
    store,
    clock,
    ids,
    log: events,
    onMerge: (tx, from, into) => carryOver({ profiles, ...slots }, tx, { from, into }),
    onUnmerge: (tx, parted) => carryBack({ profiles, ...slots }, tx, parted),
    listens: (type) => slots.journeys.listened.has(type),
    onAudienceFault: (error) => log.error('profile.audience-failed', { error }),
    onClaims: (refused) => log.warn('profile.claims-refused', { count: refused.length, device: refused[0]!.device }),
  });
  return profiles;
}

function openForms(ground: Ground, { events, slots }: { events: EventLog; slots: Slots }): Forms {
  const { publicUrl, from } = ground.settings;
  const onWork = () => slots.wake();
  return new Forms({ ...ground, publicUrl, shopName: shopNameOf(from), messages: slots.messages, events, onWork });
}

function openMessages(
  ground: Ground,
  rooms: { profiles: Profiles; catalog: Catalog; events: EventLog; out: Post; slots: Slots },
): Messages {
  const { settings, ...base } = ground;
  return new Messages({
    ...base,
    ...mailSettings(settings),
    ...rooms.out.parts,
    profiles: rooms.profiles,
    catalog: rooms.catalog,
    append: (tx, made) => rooms.events.append(tx, made),
    stillTrue: (tx, places) => rooms.slots.runner.stillTrue(tx, places),
    unreadConsents: (visitors) => rooms.events.unreadConsents(visitors),
    onResult: (tx, ...results) => rooms.slots.runner.messaged(tx, ...results),
    onAssigned: (tx, units) => rooms.slots.measure.assign(tx, units),
    onHeld: (held) => rooms.slots.held?.(held),
  });
}

function openMeasure(
  { store, clock, settings }: Ground,
  rooms: { profiles: Profiles; catalog: Catalog; events: EventLog; journeys: Journeys; slots: Slots },
): Measure {
  const { profiles, catalog, events, journeys, slots } = rooms;
  return new Measure({
    store,
    clock,
    currency: reportCurrency,
    zone: settings.zone,
    profiles,
    log: events,
    catalog,
    messages: slots.messages,
    journeys: measuredJourneys({ store, journeys }),
  });
}

/** One batch of events takes effect: people, then whoever listens to what became true of them, then the feed. */
async function fold(
  rooms: { profiles: Profiles; slots: Slots },
  tx: Tx,
  batch: { shard: number; event: ShopEvent }[],
): Promise<Map<number, Lesson[]>> {
  const folded = await rooms.profiles.fold(tx, batch);
  await spread(rooms.slots, tx, { ...folded, seen: batch.map(({ event }) => event) });
  const feed = new Map<number, Lesson[]>();
  for (const { shard, lesson } of folded.lessons) feed.set(shard, [...(feed.get(shard) ?? []), lesson]);
  return feed;
}

async function spread(
  slots: Slots,
  tx: Tx,
  what: { facts: Fact[]; profiles: Map<string, Profile>; seen: ShopEvent[] },
): Promise<void> {
  await slots.runner.listen(tx, what.facts, what.profiles);
  await slots.messages.listen(tx, what.facts);
  await slots.measure.listen(tx, what.facts, what.seen, { profiles: what.profiles });
  await slots.seen.listen(tx, what);
}

/** What comes back again and again, in this order. */
function duties(
  { store, clock }: Pick<Ground, 'store' | 'clock'>,
  rooms: {
    folder: Folder;
    profiles: Profiles;
    learning: Learning;
    feeding: Feeding;
    showing: Showing;
    journeys: Journeys;
    erasures: Erasures;
    forms: Forms;
    slots: Slots;
  },
): Duty[] {
  const { folder, profiles, learning, feeding, showing, journeys, erasures, forms, slots } = rooms;
  const endVisits = async () => {
    const due = await profiles.nextVisitEnd();
    if (due === null || due > clock.now()) return 0;
    return store.inTransaction(async (tx) => {
      const ended = await profiles.endVisits(tx, 200);
      await spread(slots, tx, { ...ended, seen: [] });
      return ended.facts.length;
    });
  };
  const lapse = async () => {
    const due = await profiles.audiences.nextDue();
    if (due === null || due > clock.now()) return 0;
    return store.inTransaction(async (tx) => {
      const lapsed = await profiles.audiences.lapse(tx);
      await spread(slots, tx, { ...lapsed, seen: [] });
      return lapsed.looked;
    });
  };
  const refresh = async () => {
    await journeys.refresh();
    await showing.refresh();
    await profiles.traits.refresh();
    return profiles.audiences.tidy();
  };
  return [
    { name: 'looking at the journeys', work: refresh },
    ...learning.duties,
    { name: 'forgetting sign-ups', work: () => forms.tidy(), nextDue: () => forms.nextDue() },
    { name: 'folding events', beside: true, work: () => folder.drain() },
    { name: 'ending visits', work: endVisits, nextDue: () => profiles.nextVisitEnd() },
    { name: 'keeping audiences fresh', work: lapse, nextDue: () => profiles.audiences.nextDue() },
    { name: 'waking runs', work: () => slots.runner.wake(), nextDue: () => slots.runner.nextDue() },
    feeding.duty,
    showing.duty,
    { name: 'adding up reports', work: () => slots.measure.rollUp() },
    { name: 'reading audiences', work: () => slots.runner.read() },
    { name: 'stopping and moving runs', work: () => slots.lifecycle.work() },
    { name: 'calling actions', beside: true, work: () => slots.calling.drain() },
    {
      name: 'sending mail',
      work: async () => (await slots.messages.work()).done,
      nextDue: () => slots.messages.nextDue(),
    },
    { name: 'forgetting people', work: () => erasures.work(), nextDue: () => erasures.nextDue() },
  ];
}

/** Starts everything: rooms, demo, doors, and the passing of time. */
export async function startApp(settings: Settings, parts: AppParts): Promise<App> {
  const rooms = await joinRooms(settings, parts);
  const doors = await openDoors(rooms);
  rooms.slots.callOwn = doors.callAsJourney;
  const demo = settings.demo ? await (await import('./demo.ts')).prepareDemo(rooms, parts.say) : null;
  if (!settings.demo) await prepareBare(rooms);
  if (settings.adminKey !== null) await rooms.keys.adopt(settings.adminKey, 'BECKON_ADMIN_KEY');
  await rooms.follower.catchUp();
  await doors.listen();
  rooms.follower.start();
  rooms.folder.start();
  rooms.profiles.audiences.builds.start();
  rooms.feeding.runs.start();
  rooms.showing.listFeeds.start();
  await rooms.replaying.replays.start();
  rooms.simulations.start();
  await arrive(settings, rooms, parts.say);
  rooms.pulse.start();
  const hearing = await openHearing(rooms);
  rooms.slots.calling.start();
  const at = settings.publicUrl;
  const pages = settings.demo ? [{ name: 'shop', url: `${at}/shop` }] : [];
  if (rooms.transport.isMailbox) pages.push({ name: 'mailbox', url: `${at}/mailbox` });
  if (!settings.demo) pages.push(...(await setUpPage(rooms.team, at)));
  return {
    addresses: [...pages, { name: 'studio', url: `${at}/` }, { name: 'docs', url: `${at}/docs` }],
    key: demo?.key ?? null,
    keyless: (await rooms.keys.list()).length === 0,
    async stop() {
      await doors.close();
      await hearing.stop();
      rooms.messages.stop();
      await rooms.pulse.stop();
      await rooms.slots.calling.stop();
      await rooms.profiles.audiences.builds.stop();
      await rooms.feeding.runs.stop();
      await rooms.showing.listFeeds.stop();
      await rooms.replaying.replays.stop();
      await rooms.simulations.stop();
      await rooms.folder.stop();
      await rooms.learning.stop();
      await rooms.transport.close();
    },
  };
}
