import { randomBytes } from 'node:crypto';
import { Keys, migrations as apiMigrations } from './api/index.ts';
import { point, SystemClock, SystemRandom, UuidIds, VirtualClock, type Clock, type Log } from './base/index.ts';
import { Catalog, migrations as catalogMigrations } from './catalog/index.ts';
import { EventLog, Folder, migrations as eventMigrations, type ShopEvent } from './event/index.ts';
import { Jobs, migrations as jobMigrations } from './job/index.ts';
import { countRuns, Journeys, migrations as journeyMigrations, Runner, stepsOf } from './journey/index.ts';
import { Measure, migrations as measureMigrations } from './measure/index.ts';
import {
  CapturingTransport,
  MailboxStore,
  Messages,
  migrations as messageMigrations,
  openMailboxServer,
  SmtpTransport,
  type Transport,
} from './message/index.ts';
import { migrations as profileMigrations, Profiles, type Fact, type Lesson } from './profile/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { Pulse } from './pulse.ts';
import { Follower, Recommender } from './recommend/index.ts';
import type { Settings } from './settings.ts';
import type { Migration, Store, Tx } from './store/index.ts';

/** Everything the database needs, room by room. */
export const migrations: readonly Migration[] = [
  ...jobMigrations,
  ...eventMigrations,
  ...profileMigrations,
  ...catalogMigrations,
  ...journeyMigrations,
  ...messageMigrations,
  ...measureMigrations,
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
  stop(): Promise<void>;
}

/** Reads or keeps a small fact about this installation: the clock's offset, whether the demo stands. */
export class Memory {
  readonly #store: Store;
  constructor(store: Store) {
    this.#store = store;
  }
  async get<T>(name: string): Promise<T | null> {
    const [row] = await this.#store.rows<{ value: T }>({
      text: 'select value from app_memory where name = $1',
      values: [name],
    });
    return row?.value ?? null;
  }
  async set(name: string, value: unknown): Promise<void> {
    await this.#store.run({
      text: 'insert into app_memory (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
      values: [name, JSON.stringify(value)],
    });
  }
  async remove(name: string): Promise<void> {
    await this.#store.run({ text: 'delete from app_memory where name = $1', values: [name] });
  }
}

/** The rooms, joined: the only place that knows them all. */
export type Rooms = Awaited<ReturnType<typeof joinRooms>>;

/** The shop's currency for reports; orders in another are counted apart. */
const reportCurrency = 'EUR';

/**
 * Joins the rooms. Facts go down the walk: an event is folded into profiles, its facts go to journeys, messages and
 * measure, its lessons to the feed; all in one transaction.
 */
export async function joinRooms(settings: Settings, { store, log }: Pick<AppParts, 'store' | 'log'>) {
  const memory = new Memory(store);
  const clock: Clock =
    settings.clock === 'virtual'
      ? new VirtualClock((await memory.get<number>('clock-offset')) ?? 0)
      : new SystemClock();
  const random = new SystemRandom();
  const ids = new UuidIds(clock, random);
  const events = new EventLog({ store, ids });
  const profiles: Profiles = new Profiles({ store, clock, ids, log: events, onMerge: merge });
  const jobs = new Jobs({ store, clock, ids });
  const catalog = await Catalog.open(store, clock);
  const recommender = new Recommender({ catalog, clock, ids });
  const follower = new Follower({ read: (cursors) => events.readFeed<Lesson>(cursors), recommender, log });
  const mailbox = new MailboxStore({ store, clock, ids });
  const transport = await openTransport(settings, mailbox);
  const templates: { keys: ReadonlySet<string> } = { keys: new Set() };
  const journeys = new Journeys({ store, clock, zone: settings.zone, templates: () => templates.keys });
  const doors: { callOwn: Doors['callOwn']; wake: () => void } = {
    callOwn: () => Promise.reject(new Error('The doors are not open yet')),
    wake: () => {},
  };
  const runner: Runner = new Runner({
    store,
    clock,
    ids,
    random,
    log,
    profiles,
    jobs,
    journeys,
    callOwn: (request) => doors.callOwn(request),
    plan: (tx, order) => messages.plan(tx, order),
    cancel: (tx, runId, reason) => messages.cancel(tx, runId, reason),
    onWork: () => doors.wake(),
  });
  const messages: Messages = new Messages({
    store,
    clock,
    ids,
    random,
    log,
    secret: new TextEncoder().encode(settings.secret),
    publicUrl: settings.publicUrl,
    shop: { name: shopNameOf(settings.from), url: `${settings.publicUrl}/shop`, zone: settings.zone },
    from: settings.from ?? 'Beckon <beckon@localhost.invalid>',
    replyTo: settings.replyTo,
    postalAddress: settings.postalAddress ?? '',
    transport: transport.out,
    profiles,
    catalog,
    append: (tx, made) => events.append(tx, made),
    stillTrue: (tx, place) => runner.stillTrue(tx, place),
    onResult: (tx, result) => runner.messaged(tx, result),
  });
  const measure: Measure = new Measure({
    store,
    clock,
    currency: reportCurrency,
    profiles,
    log: events,
    catalog,
    messages,
    journeys: {
      counts: (key) => runCounts({ store, journeys }, key),
      stepsOf: (profileId) => stepsOf(store, profileId, { limit: 500 }),
    },
  });

  async function merge(tx: Tx, from: string, into: string): Promise<void> {
    await runner.merge(tx, from, into);
    await messages.moved(tx, from, into);
    await measure.merge(tx, from, into);
  }

  async function fold(tx: Tx, batch: { shard: number; event: ShopEvent }[]): Promise<Map<number, Lesson[]>> {
    const folded = await profiles.fold(tx, batch);
    await spread(
      tx,
      folded,
      batch.map(({ event }) => event),
    );
    const feed = new Map<number, Lesson[]>();
    for (const { shard, lesson } of folded.lessons) feed.set(shard, [...(feed.get(shard) ?? []), lesson]);
    return feed;
  }

  async function spread(
    tx: Tx,
    folded: { facts: Fact[]; profiles: Parameters<Runner['listen']>[2] },
    seen: ShopEvent[],
  ): Promise<void> {
    await runner.listen(tx, folded.facts, folded.profiles);
    await messages.listen(tx, folded.facts);
    await measure.listen(tx, folded.facts, seen, { profiles: folded.profiles });
  }

  const folder = new Folder({ store, clock, log, owner: ids.next(), fold });
  events.onStored(() => folder.wake());
  folder.onFolded(() => follower.wake());

  const pulse = new Pulse({
    clock,
    log,
    duties: [
      { name: 'folding events', work: () => folder.drain() },
      { name: 'ending visits', work: () => endVisits(), nextDue: () => profiles.nextVisitEnd() },
      { name: 'waking runs', work: () => runner.wake(), nextDue: () => runner.nextDue() },
      { name: 'reading audiences', work: () => runner.read() },
      { name: 'calling actions', work: () => runner.act() },
      { name: 'sending mail', work: async () => (await messages.work()).done, nextDue: () => messages.nextDue() },
    ],
  });

  async function endVisits(): Promise<number> {
    return store.inTransaction(async (tx) => {
      const ended = await profiles.endVisits(tx, 200);
      await spread(tx, ended, []);
      point('app.visits-ended');
      return ended.facts.length;
    });
  }

  doors.wake = () => pulse.wake();
  const ownKey = `own_${randomBytes(32).toString('base64url')}`;
  const keys = new Keys({ store, ids, random, ownKey });
  await events.open();
  await messages.templates.installRecipes();
  templates.keys = new Set(await messages.templates.keys());
  await journeys.load();
  return {
    settings,
    store,
    memory,
    clock,
    random,
    ids,
    log,
    events,
    profiles,
    jobs,
    catalog,
    recommender,
    follower,
    mailbox,
    transport,
    journeys,
    runner,
    messages,
    measure,
    folder,
    pulse,
    doors,
    keys,
    ownKey,
    templates,
  };
}

/** The shop's name is the one its mails come from. */
function shopNameOf(from: string | null): string {
  return /^\s*"?([^"<]+?)"?\s*</.exec(from ?? '')?.[1] ?? 'Beckon';
}

/** The way out for mail: SMTP to the given server, or to the built-in mailbox; and a switch to catch everything. */
async function openTransport(settings: Settings, mailbox: MailboxStore) {
  const server = settings.smtpUrl === null ? await openMailboxServer(mailbox) : null;
  const smtp = new SmtpTransport({
    url: settings.smtpUrl ?? server!.url,
    ...(server ? { width: 10, perConnection: 1000 } : {}),
  });
  let current: Transport = smtp;
  const out: Transport = {
    get name() {
      return current.name;
    },
    get width() {
      return current.width;
    },
    send: (mail) => current.send(mail),
    close: () => smtp.close(),
  };
  return {
    out,
    isMailbox: server !== null,
    /** Hands every mail to `deliver` instead of sending it, until `release`. */
    catchAll(deliver: (raw: Buffer, to: string) => Promise<void>) {
      current = new CapturingTransport(deliver);
    },
    release() {
      current = smtp;
    },
    async close() {
      await smtp.close();
      await server?.close();
    },
  };
}

async function runCounts({ store, journeys }: { store: Store; journeys: Journeys }, key: string) {
  const row = journeys.list().find((one) => one.key === key);
  if (!row) return null;
  const definition = journeys.version(key, row.version) ?? row.draft;
  const counts = await countRuns(store, key);
  return {
    name: definition.name,
    version: row.version,
    status: row.status,
    holdout: definition.holdout ?? 0.1,
    ...counts,
  };
}

/** Starts everything: rooms, demo, doors, and the passing of time. */
export async function startApp(settings: Settings, parts: AppParts): Promise<App> {
  const rooms = await joinRooms(settings, parts);
  const doors = await openDoors(rooms);
  rooms.doors.callOwn = doors.callOwn;
  const demo = settings.demo ? await (await import('./demo.ts')).prepareDemo(rooms, parts.say) : null;
  if (!settings.demo) await prepareBare(rooms);
  if (settings.adminKey !== null) await rooms.keys.adopt(settings.adminKey, 'BECKON_ADMIN_KEY');
  await rooms.follower.catchUp();
  await doors.listen();
  rooms.follower.start();
  rooms.folder.start();
  rooms.pulse.start();
  const at = settings.publicUrl;
  const pages = settings.demo ? [{ name: 'shop', url: `${at}/shop` }] : [];
  if (rooms.transport.isMailbox) pages.push({ name: 'mailbox', url: `${at}/mailbox` });
  return {
    addresses: [...pages, { name: 'studio', url: `${at}/` }, { name: 'docs', url: `${at}/docs` }],
    key: demo?.key ?? null,
    async stop() {
      await doors.close();
      await rooms.pulse.stop();
      await rooms.folder.stop();
      rooms.follower.stop();
      await rooms.transport.close();
    },
  };
}

/** Without the demo: one datastream, and the recipes as drafts. */
async function prepareBare(rooms: Rooms): Promise<void> {
  const { recipes } = await import('./journey/index.ts');
  if (rooms.events.datastreams().length === 0) {
    await rooms.events.putDatastream({
      id: 'default',
      name: 'Default',
      orgId: null,
      allowedOrigins: [],
      fpidCookie: null,
    });
  }
  for (const recipe of recipes()) {
    if (!rooms.journeys.list().some(({ key }) => key === recipe.key)) await rooms.journeys.put(recipe);
  }
}
