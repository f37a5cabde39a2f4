import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BeckonError, SystemClock, SystemRandom, UuidIds, type Log } from './base/index.ts';
import { readVersion } from './built.ts';
import { Sending } from './message/index.ts';
import { migrations } from './schema.ts';
import { errors, type GivenSettings } from './settings.ts';
import { inspectStops, replayStops, writeStops } from './stops.ts';
import { dump, findSecret, launch, load, openStore, visit, type Dumped, type Store, type Tx } from './store/index.ts';

export const exportHelp = `Usage: beckon export [FILE] [--keep NUMBER] [flags of serve that name the database]
       beckon export --stops [FILE] [--keep NUMBER] [flags of serve that name the database]

Writes everything an installation holds into one file, as it stands at one moment, while it runs or not. The file's name is
beckon-DATE-TIME.beckon in this folder, unless one is given, or a folder to put it in.

  --keep NUMBER                  afterwards only the newest so many exports stay in the folder; for backups that come by themselves
  --stops                        only the list of who gets no mail and who was erased, by hashes under the secret: small, to be written
                                 each quarter of an hour beside the backups (beckon-stops-DATE-TIME.ndjson), and used by import

With BECKON_PASSPHRASE in the environment the file is sealed. The secret that links and sealed values hang on is not in it:
keep BECKON_SECRET, or the file "secret" of the data folder, apart.
`;

export const importHelp = `Usage: beckon import FILE [--stops FILE] [flags of serve that name the database]
       beckon import --stops FILE [flags of serve that name the database]
       beckon import --from FOLDER [flags of serve that name the database]

Brings an export into an empty database: that of DATABASE_URL, or of a new data folder. Cut off, it goes on where it stood when
it is called again. What was exported by an older Beckon is brought up to date. Mail stays held back until somebody lets it go.

  --stops FILE                   who has unsubscribed or was erased since; without it the newest list beside the file. Alone: for a
                                 database that was brought back by other means
  --from FOLDER                  everything of the data folder in which Beckon started its own PostgreSQL: moves an installation into
                                 DATABASE_URL. The old one is held back from sending, and is otherwise left as it is.
`;

/** What is said on the way, and where from. */
export interface Hands {
  settings: GivenSettings;
  log: Log;
  say: (line: string) => void;
}

/** What a command line asks for; the rest are flags of serve. */
export interface MovingAsked {
  file: string | null;
  from: string | null;
  keep: number | null;
  /** The list of stops; empty where its place is left open, null where it is not named. */
  stops: string | null;
  rest: string[];
}

/** @throws SETTINGS_BAD_VALUE */
export function readMovingFlags(flags: readonly string[]): MovingAsked {
  const asked: MovingAsked = { file: null, from: null, keep: null, stops: null, rest: [...flags] };
  const { rest } = asked;
  const taken = (name: string): string | null => {
    const at = rest.indexOf(name);
    if (at < 0) return null;
    const [, value] = rest.splice(at, 2);
    if (value === undefined || value.startsWith('--')) throw bad(`${name} needs a value`);
    return value;
  };
  if (rest[0] !== undefined && !rest[0].startsWith('-')) asked.file = rest.shift()!;
  asked.from = taken('--from');
  const at = rest.indexOf('--stops');
  const named = rest[at + 1];
  if (at >= 0) asked.stops = named === undefined || named.startsWith('--') ? '' : named;
  if (at >= 0) rest.splice(at, asked.stops === '' ? 1 : 2);
  const keep = taken('--keep');
  if (keep !== null && !/^[1-9]\d{0,3}$/.test(keep)) throw bad(`--keep "${keep}" is no number of exports`);
  asked.keep = keep === null ? null : Number(keep);
  return asked;
}

function bad(why: string): BeckonError {
  return new BeckonError(errors.SETTINGS_BAD_VALUE, why, { mend: 'See: beckon export --help, beckon import --help' });
}

/** Writes an export, and drops old ones where so many are to be kept. @returns its path */
export async function exportTo(asked: MovingAsked, hands: Hands): Promise<string> {
  const kind = asked.stops === null ? whole : stops;
  const path = await fileOf(asked.stops || asked.file, kind);
  const source = await openSource(hands.settings, hands);
  try {
    if (kind === stops) {
      const lines = await writeStops(source.store, path, secretOf(hands.settings));
      hands.say(`Wrote ${path}: ${lines} stops`);
    } else {
      const done = await writeExport(source.store, path, hands.say);
      hands.say(`Wrote ${path}: ${done.rows} rows of ${done.tables} tables, ${(done.bytes / 1e6).toFixed(1)} MB`);
    }
  } finally {
    await source.close();
  }
  if (asked.keep !== null)
    for (const old of await dropOld(dirname(path), kind, asked.keep)) hands.say(`Dropped ${old}`);
  return path;
}

/** What is written, by its file's name. */
interface FileKind {
  begin: string;
  end: string;
}
const whole: FileKind = { begin: 'beckon-', end: '.beckon' };
const stops: FileKind = { begin: 'beckon-stops-', end: '.ndjson' };

async function fileOf(given: string | null, { begin, end }: FileKind): Promise<string> {
  const now = new Date(new SystemClock().now()).toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
  const name = `${begin}${now}${end}`;
  if (given === null) return resolve(name);
  if (!given.endsWith(end)) await mkdir(given, { recursive: true });
  return given.endsWith(end) ? resolve(given) : resolve(given, name);
}

function writeExport(store: Store, path: string, say: (line: string) => void): Promise<Dumped> {
  const clock = new SystemClock();
  const about = {
    id: new UuidIds(clock, new SystemRandom()).next(),
    madeBy: readVersion(),
    at: new Date(clock.now()).toISOString(),
  };
  const onTable = (table: string, rows: number) => {
    if (rows >= 10_000) say(`  ${table}: ${rows} rows`);
  };
  return dump(store, { path, passphrase: passphrase(), about, onTable });
}

/** Never as a flag, since those stand in the list of processes. */
function passphrase(): string | null {
  return process.env['BECKON_PASSPHRASE'] || null;
}

/** Files of ours in a folder, the oldest first. */
async function oursIn(folder: string, { begin, end }: FileKind): Promise<string[]> {
  const when = /^\d{4}-\d\d-\d\dT[\d-]+Z$/;
  const isOurs = (name: string) =>
    name.startsWith(begin) && name.endsWith(end) && when.test(name.slice(begin.length, -end.length));
  return (await readdir(folder)).filter(isOurs).sort();
}

/** Drops files of ours beyond the newest so many. */
async function dropOld(folder: string, kind: FileKind, keep: number): Promise<string[]> {
  const ours = await oursIn(folder, kind);
  const old = ours.slice(0, Math.max(0, ours.length - keep));
  for (const name of old) await rm(join(folder, name));
  return old;
}

/** The database of these settings; one that a running Beckon has started is read beside it. */
async function openSource(settings: GivenSettings, { log, say }: Hands) {
  const dataDir = resolve(settings.dataDir);
  const running = settings.databaseUrl === null ? await visit(dataDir) : null;
  const database =
    running === null
      ? await launch({ dataDir, databaseUrl: settings.databaseUrl, log, say })
      : { url: running, stop: async () => {} };
  const store = await openStore(database.url, { connections: 4 });
  return {
    store,
    close: async () => {
      await store.close();
      await database.stop();
    },
  };
}

/** Brings an export in, or a whole data folder. */
export async function importFrom(asked: MovingAsked, hands: Hands): Promise<void> {
  const named = [asked.file, asked.from, asked.file === null ? asked.stops : null].filter(Boolean);
  if (named.length !== 1) throw bad('Name a file, or a folder with --from, or a list with --stops');
  if (asked.from !== null) return move(resolve(asked.from), hands);
  if (asked.file !== null) return restore(asked, hands);
  await onDatabase(hands, async (store) => {
    await inspectStops(asked.stops!, secretOf(hands.settings));
    await freezeRestored(store, 'the database was brought back');
    await replay(store, asked.stops!, hands);
  });
}

/** A backup is held back from the moment it is whole, and learns what has been said since. */
async function restore({ file, stops: list }: MovingAsked, hands: Hands): Promise<void> {
  const path = resolve(file!);
  const found = list || (await newestStops(dirname(path)));
  if (found !== null) await inspectStops(found, secretOf(hands.settings));
  const { head, store, close } = await bringIn(path, hands, (tx) =>
    Sending.hold(tx, { reason: 'restored from an export', by: 'beckon import', now: new SystemClock().now() }),
  );
  try {
    if (found === null)
      hands.say(
        `No list of stops lies beside ${path}: whoever unsubscribed or was erased since ${head.at} is not known here`,
      );
    else await replay(store, found, hands, head.at);
  } finally {
    await close();
  }
  hands.say('Sending is held back until POST /v1/sending/thaw; what was planned before ends as expired then');
}

async function newestStops(folder: string): Promise<string | null> {
  const name = (await oursIn(folder, stops)).at(-1);
  return name === undefined ? null : join(folder, name);
}

/** @param since what is older than this says nothing new, and may say what is no longer so */
async function replay(store: Store, path: string, { settings, say }: Hands, since?: string): Promise<void> {
  const secret = secretOf(settings);
  const { at } = (await inspectStops(path, secret)).head;
  if (since !== undefined && at < since) return say(`The list ${path} is older than the export, and says nothing new`);
  const done = await replayStops(store, path, secret);
  say(
    `Of ${path}, as of ${done.at}: ${done.held} of ${done.lines} stops were new; ${done.people} people are forgotten at the next start`,
  );
}

function freezeRestored(store: Store, reason: string): Promise<number> {
  return store.inTransaction((tx) => Sending.hold(tx, { reason, by: 'beckon import', now: new SystemClock().now() }));
}

/** That of the installation, which is never made here: with another one nobody would be known again. */
function secretOf({ secret, dataDir }: GivenSettings): string {
  const path = join(resolve(dataDir), 'secret');
  if (secret === null && !existsSync(path))
    throw bad(`A list of stops hangs on the secret: BECKON_SECRET is not set, and ${path} is not there`);
  return findSecret(secret, resolve(dataDir)).secret;
}

async function onDatabase(hands: Hands, work: (store: Store) => Promise<void>): Promise<void> {
  const target = await openSource(hands.settings, hands);
  try {
    await work(target.store);
  } finally {
    await target.close();
  }
}

/** @returns what the file says of itself, and the database, still open */
async function bringIn(path: string, hands: Hands, onWhole?: (tx: Tx) => Promise<unknown>) {
  const { settings, say } = hands;
  const target = await openSource(settings, hands);
  let toldAt = 0;
  const onRows = (rows: number) => {
    if (rows - toldAt < 500_000) return;
    toldAt = rows;
    say(`  ${rows} rows`);
  };
  try {
    const { rows, resumedAt, migrated, head } = await load(target.store, {
      path,
      passphrase: passphrase(),
      migrations,
      onRows,
      ...(onWhole ? { onWhole: async (tx) => void (await onWhole(tx)) } : {}),
    });
    if (resumedAt === Infinity) say('An earlier import had brought in all of it');
    else if (resumedAt > 0) say(`Went on at frame ${resumedAt}, where an earlier import had stopped`);
    if (migrated.length > 0) say(`Brought the database up to date, ${migrated.length} steps`);
    say(`Brought in ${rows} rows, as they were on ${head.at}`);
    return { head, ...target };
  } catch (error) {
    await target.close();
    throw error;
  }
}

/** By way of a file beside the data, so that what was cut off goes on. The old database sends no more; the new one does. */
async function move(folder: string, hands: Hands): Promise<void> {
  const { settings, say } = hands;
  if (settings.databaseUrl === null) throw bad('--from moves into DATABASE_URL, which is not set');
  if (!existsSync(folder)) throw bad(`There is no folder ${folder}`);
  const { secret, made } = findSecret(settings.secret, folder);
  if (made) throw bad(`${folder} holds no secret, so no installation began there`);
  const clock = new SystemClock();
  const path = join(folder, 'moving.beckon');
  const own = { ...settings, databaseUrl: null, dataDir: folder, secret };
  if ((await visit(folder)) !== null) throw bad(`Beckon still runs on ${folder}; stop it first`);
  if (!existsSync(path)) {
    const source = await openSource(own, hands);
    try {
      await new Sending({ store: source.store, clock }).freeze({
        reason: 'this installation was moved into another database',
        by: 'beckon import --from',
        cause: 'copied',
      });
      await writeExport(source.store, path, say);
    } finally {
      await source.close();
    }
  }
  const { store, close } = await bringIn(path, hands);
  await new Sending({ store, clock }).settle().finally(close);
  await rm(path);
  say(
    `Moved. Start it with DATABASE_URL and the secret in ${join(folder, basename('secret'))} (--data ${folder}, or BECKON_SECRET)`,
  );
}
