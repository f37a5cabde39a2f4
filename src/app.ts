import { randomBytes } from 'node:crypto';
import { audienceDoor, Forms, Keys, Webhooks } from './api/index.ts';
import { hmac, traced, type Log } from './base/index.ts';
import { Catalog, RuleBook } from './catalog/index.ts';
import { EventLog, Folder, shards as allShards, type Front, type ShopEvent } from './event/index.ts';
import { openCaller, type Caller, type Journeys } from './journey/index.ts';
import { Measure } from './measure/index.ts';
import { type HeldMail, MailboxStore, Messages } from './message/index.ts';
import { declinedSql, Profiles, type Fact, type Lesson, type Profile } from './profile/index.ts';
import { openGround, openTeam, type Given, type Ground } from './ground.ts';
import { permits } from './carrying.ts';
import { Company } from './company.ts';
import { dutiesOf } from './duties.ts';
import { measuredJourneys } from './run-counts.ts';
import { openFeeding } from './feeding.ts';
import { openReplaying } from './replaying.ts';
import { openShowing, type Showing } from './showing.ts';
import { openSimulations } from './simulation-door.ts';
import { openLearning, openRecommender } from './learning.ts';
import { mailItems } from './mail-items.ts';
import { mailSettings, openTransport, shopNameOf, type Post } from './mailing.ts';
import { openErasures } from './erasing.ts';
import { openJourneying, type Journeying } from './journeying.ts';
import { carryBack, carryOver } from './merging.ts';
import { Pulse } from './pulse.ts';
import { Roles } from './role.ts';
import { ActivitySeen, type FeedBatch } from './recommend/index.ts';
import type { Settings } from './settings.ts';
import { openWatching } from './watching.ts';
import type { Store, Tx } from './store/index.ts';

export { migrations } from './schema.ts';

export interface AppParts {
  store: Store;
  databaseUrl: string;
  say: (line: string) => void;
  log: Log;
  front?: Front | null;
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
  /** The process is about to end: nothing more is to be sent to it. */
  isLeaving?: boolean;
}

/** The rooms, joined: the only place that knows them all. */
export type Rooms = Awaited<ReturnType<typeof joinRooms>>;

/** The shop's currency for reports; orders in another are counted apart. */
const reportCurrency = 'EUR';
/** Where others may take over, a shard of a process that fell silent is free after so long, ms of real time. */
const sharedLeaseMs = 5000;

/**
 * Joins the rooms. Facts go down the walk: an event is folded into profiles, its facts go to journeys, messages and
 * measure, its lessons to the feed; all in one transaction.
 */
export async function joinRooms(settings: Settings, given: Given) {
  const ground = await openGround(settings, given);
  const { store, log, clock, ids, random, memory } = ground;
  const roles = new Roles(settings.roles);
  const alone = settings.databaseUrl === null;
  const company = new Company({ store, log, id: alone ? 'house' : ids.next(), roles, alone });
  const walk = await openWalk(ground);
  const { slots, events, profiles, feeding, templates } = walk;
  const { folder, folded, carrier } = openFold(ground, walk, company);
  const webhooks = new Webhooks({ ...ground, publicUrl: settings.publicUrl });
  const forms = openForms(ground, { events, slots });
  const holders = () => ({ profiles, events, webhooks, forms, ...slots });
  const erasures = openErasures(ground, { rooms: holders, settle: folded });
  const looking = openWatching(ground, slots, { ...feeding, events });
  const tell = (tx: Tx, found: Omit<Told, 'seen'>) => spread(slots, tx, { ...found, seen: [] });
  const readTemplates = async () => void (templates.keys = await slots.messages.templates.names());
  const met = { ...walk, ...slots, ...looking, folder, erasures, forms, company, readTemplates, tell };
  const duties = dutiesOf(roles, { ...ground, ...met, webhooks });
  const pulse = new Pulse({ clock, log, duties, onMoved: (offset) => memory.set('clock-offset', offset) });
  slots.wake = () => [pulse, slots.calling].map((one) => one.wake());
  const ownKey = ownKeyOf(settings);
  const keys = new Keys({ store, ids, random, ownKey, outlives: ground.front !== null });
  const team = openTeam(settings, ground);
  await readAhead(walk);
  const { runner, lifecycle, secrets, messages, measure } = slots;
  const audiences = audienceDoor({ store, audiences: profiles.audiences, tell });
  const people = { audiences, erasures, webhooks, forms, keys, team, ownKey };
  const process = { roles, company, folder, folded, carrier, pulse, duties };
  const joined = {
    ...ground,
    ...walk,
    ...looking,
    runner,
    lifecycle,
    secrets,
    messages,
    measure,
    ...people,
    ...process,
  };
  return { ...joined, simulations: openSimulations(ground, () => joined) };
}

/** The rooms that facts walk through, each over those before it; what calls back goes by the slots. */
async function openWalk(ground: Ground) {
  const { settings, store, clock, ids, front } = ground;
  const events = new EventLog({ store, ids, front, declined: declinedSql });
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
  slots.messages = openMessages(ground, { profiles, catalog, events, showing, out: transport, slots });
  slots.measure = openMeasure(ground, { profiles, catalog, events, journeys, slots });
  await slots.measure.open();
  const shown = { catalog, rules, feeding, showing, recommender, learning, follower: learning.follower, replaying };
  return { events, slots, profiles, ...shown, mailbox, transport, templates, journeys };
}

type Walk = Awaited<ReturnType<typeof openWalk>>;

/**
 * The fold over the walk, with this process's share of the shards: what is received here goes to it, and what that teaches
 * to the recommender, without being read again.
 */
function openFold({ store, clock, log }: Ground, walk: Walk, company: Company) {
  const { events, profiles, learning, slots } = walk;
  const folder = new Folder({
    store,
    clock,
    log,
    // Our own database has one owner, so after a kill -9 its shards are ours at once.
    owner: company.id,
    fold: async (tx, batch) => {
      // What comes in after a journey was published anywhere is heard by it.
      if (!company.isAlone) await slots.journeys.refresh();
      return fold({ profiles, slots }, tx, batch);
    },
    share: () => company.share(allShards, 'journey'),
    ...(company.isFixed ? {} : { leaseMs: sharedLeaseMs, lookMs: () => (company.isAlone ? 1000 : 100) }),
  });
  events.onStored((rows) => folder.give(rows));
  events.whileFolding(() => folder.owed);
  profiles.whileFolding(() => folder.holdsAll);
  folder.onFolded((fed) => {
    events.goOn();
    learning.follower.give(fed as FeedBatch[]);
  });
  /** What was acknowledged before is folded, here or by whoever holds its shard. */
  const folded = async () => {
    await events.carried();
    await folder.drain();
    if (!folder.holdsAll) await events.untilFolded();
  };
  const carrier = events.carrier({
    log,
    owner: company.id,
    share: (all) => company.share(all, 'journey'),
    permits: (visitor) => permits(profiles, visitor),
  });
  return { folder, folded, carrier };
}

/** Where processes share a database, each knows the calls of the others by it; else it lives in memory only. */
function ownKeyOf({ databaseUrl, secret }: Settings): string {
  const text = databaseUrl === null ? randomBytes(32).toString('base64url') : hmac(secret, 'calls of our own');
  return `own_${text}`;
}

/** What the rooms keep in memory is read before anything happens. */
async function readAhead({ events, profiles, templates, slots }: Walk): Promise<void> {
  await events.open();
  await profiles.traits.refresh();
  await profiles.audiences.open();
  await slots.messages.templates.installRecipes();
  templates.keys = await slots.messages.templates.names();
  await slots.journeys.load();
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
    onClaims: (refused) => log.warn('profile.claims-refused', { count: refused.length }),
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
  rooms: { profiles: Profiles; catalog: Catalog; events: EventLog; showing: Showing; out: Post; slots: Slots },
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
    ...mailItems(rooms),
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
  for (const { shard, lesson } of folded.lessons) {
    const lessons = feed.get(shard);
    if (lessons) lessons.push(lesson);
    else feed.set(shard, [lesson]);
  }
  return feed;
}

/** Facts of people, and what was seen of them. */
interface Told {
  facts: Fact[];
  profiles: Map<string, Profile>;
  seen: ShopEvent[];
}

async function spread(slots: Slots, tx: Tx, what: Told): Promise<void> {
  const facts = { 'beckon.facts': what.facts.length };
  await traced('journey.listen', { fields: facts }, () => slots.runner.listen(tx, what.facts, what.profiles));
  await slots.messages.listen(tx, what.facts, what.seen);
  await slots.measure.listen(tx, what.facts, what.seen, { profiles: what.profiles });
  await slots.seen.listen(tx, what);
}
