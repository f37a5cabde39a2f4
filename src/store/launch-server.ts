import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { BeckonError, elapsed, pause } from '../base/index.ts';
import { errors } from './error.ts';
import { as } from './launch-account.ts';
import { program, type Binaries } from './launch-binary.ts';
import { hasProcess } from './launch-hold.ts';
import { giveTo, type Place } from './launch-place.ts';

/**
 * What the server is started with. Durability is PostgreSQL's own default (fsync, synchronous_commit and
 * full_page_writes on). The rest keeps an idle Beckon small: a page of shared_buffers counts once touched, so 64 MB is
 * the most the cache can grow to, and the system's page cache does the rest; 40 connections are a pool of each role and
 * room for psql; io_method=sync saves three worker processes, jit is off because our statements are short. Besides the loopback
 * it listens on a socket in the cluster's own folder, which its user alone may enter: a statement costs half as much there.
 */
export function serverSettings(major: number, place: Pick<Place, 'cluster'>): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: hasSocket(place) ? place.cluster : '',
    cluster_name: 'beckon',
    timezone: 'UTC',
    shared_buffers: '64MB',
    max_connections: '40',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    max_wal_size: '512MB',
    max_logical_replication_workers: '0',
    max_worker_processes: '4',
    max_parallel_workers: '2',
    max_parallel_workers_per_gather: '1',
    autovacuum_max_workers: '2',
    autovacuum_naptime: '30s', // inbox and outbox rows live for moments, so their tables need a frequent broom
    idle_in_transaction_session_timeout: '60s',
    jit: 'off',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    ...(major >= 18 ? { io_method: 'sync' } : {}),
  };
}

/** A server that answers. */
export interface Running {
  url: string;
  port: number;
}

/** What a failed start says about itself. Pure. */
export function readFailure(said: string): 'locked' | 'port' | 'disk' | 'other' {
  if (/No space left on device|Disk quota exceeded/i.test(said)) return 'disk';
  if (/lock file ".*" already exists|pre-existing shared memory block/i.test(said)) return 'locked';
  if (/Address already in use|could not create any TCP\/IP sockets/i.test(said)) return 'port';
  return 'other';
}

/** Makes a new cluster beside its place and renames it when it is whole: one that was cut off is never used. */
export function initialise(binaries: Binaries, place: Place): void {
  const draft = `${place.cluster}.new`;
  const secret = `${place.cluster}.secret`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  giveTo(place.account, draft);
  writeFileSync(secret, password(place), { mode: 0o600 });
  giveTo(place.account, secret);
  const locale =
    binaries.major >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--locale=C.UTF-8'];
  const flags = [
    '-D',
    draft,
    '-U',
    'beckon',
    '-E',
    'UTF8',
    ...locale,
    '-A',
    'scram-sha-256',
    '-k',
    `--pwfile=${secret}`,
  ];
  const { status, stderr, error } = spawnSync(program(binaries, 'initdb'), flags, {
    ...child(place),
    encoding: 'utf8',
  });
  rmSync(secret, { force: true });
  if (status !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw failure(stderr || String(error), place);
  }
  renameSync(draft, place.cluster);
}

/** Starts the server, again while an earlier one is still letting go of the folder, at most `patience` milliseconds. */
export async function start(binaries: Binaries, place: Place, patience = 20_000): Promise<Running> {
  const began = elapsed();
  for (let ports = 0; ;) {
    clearReusedPid(place);
    const port = await freePort();
    const outcome = await tryStart(binaries, place, port);
    if (outcome === null) return { url: urlOf(place, port), port };
    const kind = readFailure(outcome);
    if (kind === 'locked' && elapsed() - began < patience) {
      await pause(100);
      const found = await adopt(place, 0);
      if (found) return found;
    } else if (kind !== 'port' || ++ports > 5) {
      throw failure(outcome, place);
    }
  }
}

/** A live server of this cluster that an earlier Beckon left; null when there is none. Waits while it starts or stops. */
export async function adopt(place: Place, patience = 20_000): Promise<Running | null> {
  const began = elapsed();
  for (;;) {
    const found = readPidFile(place);
    if (!found || !isPostmaster(found.pid, place.cluster)) return null;
    const url = urlOf(place, found.port);
    if (found.port > 0 && (await answers(url))) return { url, port: found.port };
    if (elapsed() - began >= patience) return null;
    await pause(50);
  }
}

/** Ends the server: open transactions are rolled back, everything committed is kept. */
export function stop(binaries: Binaries, place: Place): void {
  const flags = ['stop', '-D', place.cluster, '-m', 'fast', '-w', '-s', '-t', '60'];
  spawnSync(program(binaries, 'pg_ctl'), flags, { ...child(place), stdio: 'ignore' });
}

/** Makes the database `beckon` when it is not there yet, and gives its address. */
export async function ensureDatabase(running: Running): Promise<string> {
  const client = new Client({ connectionString: running.url });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = 'beckon'");
    if (rowCount === 0) await client.query('create database beckon');
  } finally {
    await client.end();
  }
  const url = new URL(running.url);
  url.pathname = '/beckon';
  return url.href;
}

/** Gives the last of what the server said when it ended, or null when it answers. */
async function tryStart(binaries: Binaries, place: Place, port: number): Promise<string | null> {
  const log = join(place.home, 'postgres.log');
  if (existsSync(log)) renameSync(log, `${log}.1`);
  const options = Object.entries({ ...serverSettings(binaries.major, place), port: String(port) });
  const flags = ['-D', place.cluster, ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const out = openSync(log, 'a', 0o600);
  const server = spawn(program(binaries, 'postgres'), flags, {
    ...child(place),
    stdio: ['ignore', out, out],
    detached: true, // control-C in the terminal is for us; we stop the server when our own work is done
  });
  closeSync(out);
  server.unref();
  const ended = endOf(server);
  const url = urlOf(place, port);
  while (!ended.is) {
    if (await answers(url)) return null;
    await pause(20);
  }
  return `${ended.why ?? ''}${readFileSync(log, 'utf8')}`;
}

function endOf(server: ChildProcess): { is: boolean; why?: string } {
  const state: { is: boolean; why?: string } = { is: false };
  server.once('exit', () => (state.is = true));
  server.once('error', (error) => Object.assign(state, { is: true, why: `FATAL: ${error.message}\n` }));
  return state;
}

/** True when it lets us in; false while nothing answers or it is starting. A refused password is an error at once. */
async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (cause) {
    if ((cause as { code?: string }).code === '28P01') {
      throw new BeckonError(errors.STORE_PASSWORD_LOST, 'The embedded PostgreSQL does not take the stored password', {
        cause,
      });
    }
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * After a crash the file postmaster.pid stays. PostgreSQL sees through that, but not when the number now belongs to
 * another process of the same user. Then we put a number that no process has in its place, instead of removing the
 * file, because its other lines let PostgreSQL notice backends that still live.
 */
function clearReusedPid(place: Place): void {
  const found = readPidFile(place);
  if (!found || !hasProcess(found.pid) || isPostmaster(found.pid, place.cluster)) return;
  const path = join(place.cluster, 'postmaster.pid');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^\d+/, '2147483646'));
}

function readPidFile(place: Place): { pid: number; port: number } | null {
  try {
    const lines = readFileSync(join(place.cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number.parseInt(lines[0] ?? '', 10);
    return Number.isInteger(pid) ? { pid, port: Number.parseInt(lines[3] ?? '0', 10) || 0 } : null;
  } catch {
    return null;
  }
}

/** Is this process the server of this cluster? Where the system does not say, a live process counts as it. */
function isPostmaster(pid: number, cluster: string): boolean {
  if (!hasProcess(pid)) return false;
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(cluster);
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster);
  } catch {
    return false;
  }
}

/** By the socket where the server has one: an earlier Beckon may have started it without. */
function urlOf(place: Place, port: number): string {
  const url = `postgres://beckon:${password(place)}@127.0.0.1:${port}/postgres`;
  return existsSync(socketOf(place, port)) ? `${url}?host=${encodeURIComponent(place.cluster)}` : url;
}

/** Systems take names of sockets up to 103 bytes; PostgreSQL reads commas in a folder's name as the end of it. */
function hasSocket(place: Pick<Place, 'cluster'>): boolean {
  const longest = Buffer.byteLength(socketOf(place, 65_535));
  return process.platform !== 'win32' && longest <= 103 && !/[,"]/.test(place.cluster);
}

function socketOf({ cluster }: Pick<Place, 'cluster'>, port: number): string {
  return join(cluster, `.s.PGSQL.${port}`);
}

/** The server's password, made at first need, beside the cluster and readable by us alone. */
function password(place: Place): string {
  const path = join(place.home, 'postgres.password');
  if (!existsSync(path)) writeFileSync(path, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true });
  return readFileSync(path, 'utf8');
}

function child(place: Place) {
  return { ...as(place.account), cwd: '/', env: { ...process.env, LC_ALL: 'C' } };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function failure(said: string, place: Place): BeckonError {
  if (readFailure(said) === 'disk') return diskFull(place.home);
  const log = join(place.home, 'postgres.log');
  return new BeckonError(errors.STORE_START_FAILED, `PostgreSQL did not start: ${lastFatal(said)} (its log: ${log})`);
}

/** The error for a full disk, also when it was we who could not write. */
export function diskFull(folder: string, cause?: unknown): BeckonError {
  return new BeckonError(errors.STORE_DISK_FULL, `The disk of ${folder} is full`, { cause });
}

function lastFatal(said: string): string {
  const fatal = said.split('\n').findLast((line) => /FATAL|PANIC|: error: /.test(line));
  return fatal?.replace(/^.*?(FATAL|PANIC|error):\s*/, '') ?? lastLine(said);
}

function lastLine(said: string | null): string {
  return (
    (said ?? '')
      .trim()
      .split('\n')
      .findLast((line) => line.trim() !== '' && !/removing/.test(line)) ?? ''
  );
}
