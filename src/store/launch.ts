import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { BeckonError, elapsed, type Log } from '../base/index.ts';
import { withoutPassword } from './database.ts';
import { errors } from './error.ts';
import { npmBinaries, oldestMajor, systemBinaries, type Binaries } from './launch-binary.ts';
import { hold, holderOf } from './launch-hold.ts';
import { chooseBinaries, choosePlace, clusterMajor, machineFolder, type Place } from './launch-place.ts';
import { adopt, diskFull, ensureDatabase, initialise, start, stop } from './launch-server.ts';

export interface LaunchOptions {
  /** The data folder; made when it is missing. */
  dataDir: string;
  /** Somebody's own PostgreSQL: then nothing is started and the data folder is not touched. */
  databaseUrl?: string | null;
  log: Log;
  /** Takes one line for a person who waits. */
  say: (line: string) => void;
  /** Which PostgreSQLs there are, best first; and where the machine's own things go. Replaced in tests. */
  candidates?: readonly Binaries[];
  machine?: string;
}

export interface Launched {
  url: string;
  /** Ends the server (unless it is somebody's own) and gives the data folder back. */
  stop(): Promise<void>;
  /** True when an earlier Beckon had left the server running. */
  adopted: boolean;
  /** "18.4". */
  version: string;
}

/**
 * Gives a PostgreSQL that answers: the given one, else our own on the data folder, by the npm package's binaries or a
 * system PostgreSQL ≥ 15. PG_VERSION in the data folder pins which (design §7 "Store", stack.md launcher rules 1–4).
 *
 * @throws STORE_UNREACHABLE, STORE_TOO_OLD for a given one; STORE_HELD, STORE_NO_BINARIES, STORE_WRONG_VERSION,
 * STORE_FOLDER_CLOSED, STORE_DISK_FULL, STORE_START_FAILED, STORE_PASSWORD_LOST, STORE_NO_ACCOUNT for our own
 */
export async function launch(options: LaunchOptions): Promise<Launched> {
  if (options.databaseUrl) return useGiven(options.databaseUrl, options.say);
  const dataDir = resolve(options.dataDir);
  try {
    return await launchIn(dataDir, options);
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string };
    if (code === 'ENOSPC') throw diskFull(dataDir, cause);
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') throw cause;
    throw new BeckonError(errors.STORE_FOLDER_CLOSED, `Beckon may not write in ${dataDir}: ${message}`, { cause });
  }
}

async function launchIn(dataDir: string, options: LaunchOptions): Promise<Launched> {
  const place = choosePlace(dataDir, options.machine ?? machineFolder);
  const release = hold(dataDir);
  try {
    const candidates = options.candidates ?? [...optional(npmBinaries()), ...systemBinaries()];
    return await launchOwn({ options, place, candidates, release });
  } catch (error) {
    release();
    throw error;
  }
}

/** The address of the PostgreSQL that a running Beckon has started on this folder, for who only reads; null when none runs. */
export async function visit(dataDir: string, machine: string = machineFolder): Promise<string | null> {
  if (holderOf(dataDir) === null) return null;
  const running = await adopt(choosePlace(dataDir, machine), 0);
  return running && ensureDatabase(running);
}

/** For the doctor: which PostgreSQL a start on this folder would take, or that it runs already. Starts nothing. */
export function findPostgres(dataDir: string): { fits: boolean; text: string } {
  const holder = holderOf(dataDir);
  if (holder !== null) return { fits: true, text: `Beckon runs on this data folder, as process ${holder}` };
  const pinned = clusterMajor(join(dataDir, 'postgres'));
  const candidates = [...optional(npmBinaries()), ...systemBinaries()];
  const found = candidates.find(({ major }) => pinned === null || major === pinned);
  if (found) return { fits: true, text: `PostgreSQL ${found.version} (${found.source})` };
  return { fits: false, text: `No PostgreSQL ${pinned ?? `of version ${oldestMajor} or later`} was found` };
}

interface Own {
  options: LaunchOptions;
  place: Place;
  candidates: readonly Binaries[];
  release: () => void;
}

async function launchOwn({ options, place, candidates, release }: Own): Promise<Launched> {
  const { say, log } = options;
  const binaries = chooseBinaries(candidates, place, options.machine ?? machineFolder);
  if (place.moved) say(place.moved);
  const found = await adopt(place);
  if (!found && clusterMajor(place.cluster) === null) {
    const seconds = stopwatch();
    initialise(binaries, place);
    say(`Made a database folder, ${place.cluster} … ${seconds()}`);
  }
  const seconds = stopwatch();
  const running = found ?? (await start(binaries, place));
  const url = await ensureDatabase(running);
  const version = await versionOf(url);
  say(found ? `PostgreSQL ${version} was still running; took it over` : `Started PostgreSQL ${version} … ${seconds()}`);
  log.info('store.launched', { version, adopted: found !== null, port: running.port, source: binaries.source });
  let stopped = false;
  return {
    url,
    adopted: found !== null,
    version,
    stop: async () => {
      if (stopped) return;
      stopped = true;
      stop(binaries, place);
      release();
    },
  };
}

async function useGiven(url: string, say: (line: string) => void): Promise<Launched> {
  let version: string;
  try {
    version = await versionOf(url);
  } catch (cause) {
    const why = (cause as Error).message || (cause as { code?: string }).code;
    throw new BeckonError(errors.STORE_UNREACHABLE, `No connection to PostgreSQL at ${withoutPassword(url)}: ${why}`, {
      cause,
    });
  }
  if (Number.parseInt(version, 10) < oldestMajor) {
    throw new BeckonError(errors.STORE_TOO_OLD, `${withoutPassword(url)} is PostgreSQL ${version}`);
  }
  say(`Using PostgreSQL ${version} at ${withoutPassword(url)}`);
  return { url, version, adopted: false, stop: async () => {} };
}

async function versionOf(url: string): Promise<string> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]!.server_version.replace(/ .*/, '');
  } finally {
    await client.end();
  }
}

function optional<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function stopwatch(): () => string {
  const began = elapsed();
  return () => `${((elapsed() - began) / 1000).toFixed(1)} s`;
}
