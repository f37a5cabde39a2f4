import { Client } from 'pg';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { SystemRandom, UuidIds, VirtualClock, type Log, type Random } from './base/index.ts';
import type { Settings } from './settings.ts';
import { migrate, openStore, type Store } from './store/index.ts';

/** What a simulation stands on: a PostgreSQL on which it makes a database of its own, and takes it away again. */
export interface SimulationGround {
  settings: Settings;
  databaseUrl: string;
  log: Log;
}

export interface ScratchOptions {
  /** Where links of mails lead. */
  publicUrl: string;
  /** A shop whose settings are taken over: what it sells, its rules, criteria, lists, traits and mails; never its people. */
  like?: Store;
  /** With it the same things give the same ids. */
  chance?: Random;
  /** It will hold much: written without a care for crashes. */
  large?: boolean;
}

/** Names of databases that simulations make begin so. */
const prefix = 'beckon_story_';

/** Settings of a shop, by table. */
const settingTables = [
  'item',
  'catalog_setting',
  'rule_definition',
  'rule_definition_version',
  'custom_list',
  'custom_list_row',
  'trait',
  'message_template',
  'message_theme',
  'message_component',
] as const;

/** Before anything is simulated; the clock stands there until it does. */
const dawn = Date.UTC(2000, 0, 1);

/** Rows of a table that are read and written at once. */
const pageRows = 5000;

/**
 * Opens the whole set of rooms on an empty database of their own, does the work, and takes the database away. The clock is
 * virtual, mails have nowhere to go, and a crash leaves nothing but a database that nobody uses.
 */
export async function onScratch<T>(
  ground: SimulationGround,
  options: ScratchOptions,
  work: (rooms: Rooms) => Promise<T>,
): Promise<T> {
  await dropLeftovers(ground);
  const name = `${prefix}${Buffer.from(new SystemRandom().bytes(8)).toString('hex')}`;
  const keeper = await keep(ground, name);
  try {
    await keeper.query(`create database ${name}`);
    await keeper.query(`alter database ${name} set synchronous_commit = off`);
    const url = new URL(ground.databaseUrl);
    url.pathname = `/${name}`;
    const store = inOrder(await openStore(url.href, { connections: 6, pipeline: true }));
    try {
      await migrate(store, migrations);
      if (options.large) await forgetCrashes(store);
      if (options.like) await takeOver(options.like, store);
      return await withRooms(ground, { ...options, store }, work);
    } finally {
      await store.close();
    }
  } finally {
    await administer(ground, (client) => client.query(`drop database if exists ${name} with (force)`));
    await keeper.end();
  }
}

/** A connection that bears the name of the database for as long as it is in use, from before it is there. */
async function keep({ databaseUrl }: SimulationGround, name: string): Promise<Client> {
  const keeper = new Client({ connectionString: databaseUrl, application_name: name });
  keeper.on('error', () => {});
  await keeper.connect();
  return keeper;
}

/**
 * Drops databases of simulations whose process ended in the middle: PostgreSQL has seen its connections go. Safe beside
 * simulations of any process on any machine, and beside others that look for leftovers.
 *
 * @returns their names
 */
export function dropLeftovers(ground: SimulationGround): Promise<string[]> {
  return administer(ground, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select datname as name from pg_database d where starts_with(datname, $1)
        and pg_get_userbyid(datdba) = current_user
        and not exists (select from pg_stat_activity a where d.datname in (a.datname, a.application_name))`,
      [prefix],
    );
    const dropped: string[] = [];
    for (const { name } of rows) {
      // Somebody else may be dropping it too.
      const done = await client.query(`drop database if exists ${client.escapeIdentifier(name)}`).catch(() => null);
      if (done) dropped.push(name);
    }
    if (dropped.length > 0) ground.log.info('journey.simulation-leftovers-dropped', { count: dropped.length });
    return dropped;
  });
}

/**
 * One statement after the other, so that what is asked at the same time is answered in the order of asking: the same
 * simulation gives the same result. Transactions have connections of their own.
 */
function inOrder(store: Store): Store {
  let turn: Promise<unknown> = Promise.resolve();
  const next = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };
  return {
    ...store,
    rows: (statement) => next(() => store.rows(statement)),
    run: (statement) => next(() => store.run(statement)),
  };
}

async function withRooms<T>(
  { settings, log }: SimulationGround,
  { store, publicUrl, chance }: ScratchOptions & { store: Store },
  work: (rooms: Rooms) => Promise<T>,
): Promise<T> {
  const about = {
    databaseUrl: store.url,
    clock: 'virtual',
    smtpUrl: null,
    demo: false,
    mailThreads: 0,
    publicUrl,
  } as const;
  const rooms = await joinRooms({ ...settings, ...about }, { store, log, ...(chance ? repeatable(chance) : {}) });
  try {
    return await work(rooms);
  } finally {
    await rooms.transport.close();
  }
}

/** Time, ids and chance that are the same each time: ids are of business time too. */
function repeatable(random: Random) {
  const clock = new VirtualClock();
  clock.freeze(dawn);
  const ids = new UuidIds({ now: () => clock.now(), real: () => clock.now() }, random);
  return { clock, random, ids };
}

async function administer<T>({ databaseUrl }: SimulationGround, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Nothing of this database needs to outlive a crash, so it goes into no log. */
async function forgetCrashes(store: Store): Promise<void> {
  const tables = await store.rows<{ name: string }>({
    text: `select format('%I', relname) as name from pg_class
      where relkind = 'r' and relpersistence = 'p' and relnamespace = 'public'::regnamespace
        and not exists (select 1 from pg_constraint where contype = 'f' and pg_class.oid in (conrelid, confrelid))`,
  });
  for (const { name } of tables) await store.run({ text: `alter table ${name} set unlogged` });
}

/** The same settings; the shop itself is only read. */
async function takeOver(from: Store, to: Store): Promise<void> {
  for (const table of settingTables) {
    for (let offset = 0; ; offset += pageRows) {
      const [page] = await from.rows<{ rows: string | null; n: number }>({
        text: `select json_agg(t)::text as rows, count(*)::int as n
          from (select * from ${table} order by ctid offset ${offset} limit ${pageRows}) t`,
      });
      if (!page?.rows) break;
      await to.run({
        text: `insert into ${table} overriding system value select * from json_populate_recordset(null::${table}, $1)`,
        values: [page.rows],
      });
      if (page.n < pageRows) break;
    }
  }
}
