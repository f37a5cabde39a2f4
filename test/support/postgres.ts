import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { as, canEnter, serverAccount, type Account } from '../../src/store/launch-account.ts';
import { makeLinks, npmBinaries, program, systemBinaries, type Binaries } from '../../src/store/launch-binary.ts';

/**
 * One PostgreSQL for a whole test run, without fsync: what the unit tests look at is not durability. The crash tests
 * start the product's own launcher instead. With BECKON_TEST_DATABASE_URL that server is used and left alone.
 */
let running: Promise<{ url: string; stop: () => void }> | undefined;
let users = 0;

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
  }
}

/** Vitest calls this once a project. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  users++;
  const given = process.env['BECKON_TEST_DATABASE_URL'];
  running ??= given ? Promise.resolve({ url: given, stop: () => {} }) : startServer();
  const server = await running;
  project.provide('databaseUrl', server.url);
  return async () => {
    if (--users === 0) server.stop();
  };
}

const prefix = 'beckon-test-';

/** Starts a server on a new data folder; `stop` ends it and removes the folder, and so does the end of this process. */
export async function startServer(): Promise<{ url: string; stop: () => void }> {
  removeStale();
  const cluster = makeCluster(`${prefix}${process.pid}-`);
  const { data } = cluster;
  const port = await freePort();
  // By a socket each statement costs half of what it costs by the loopback.
  const server = cluster.spawn([...settings, `port=${port}`, `unix_socket_directories=${data}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true, // control-C in the terminal is ours to pass on
  });
  const watch = watchdog(server, data);
  const url = `postgres://beckon@127.0.0.1:${port}/postgres?host=${encodeURIComponent(data)}`;
  await answering(url, server);
  return { url, stop: () => watch.stdin!.end() };
}

/** A folder for a database, in the temporary folder under that prefix, and how a server begins on it. */
export function makeCluster(name: string): {
  data: string;
  spawn(settings: readonly string[], options: SpawnOptions): ChildProcess;
} {
  const account = serverAccount();
  const binaries = usable(account);
  const data = mkdtempSync(join(tmpdir(), name));
  if (account) chownSync(data, account.uid, account.gid);
  const env = { ...process.env, LC_ALL: 'C.UTF-8', PGOPTIONS: '' };
  const how = { ...as(account), cwd: '/', env };
  const flags = ['-D', data, '-U', 'beckon', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C.UTF-8'];
  execFileSync(program(binaries, 'initdb'), flags, { ...how, stdio: 'pipe' });
  return {
    data,
    spawn: (settings, options) =>
      spawn(program(binaries, 'postgres'), ['-D', data, ...settings.flatMap((one) => ['-c', one])], {
        ...how,
        ...options,
      }),
  };
}

const settings = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'listen_addresses=127.0.0.1',
  'max_connections=300',
  'shared_buffers=64MB',
  'max_wal_size=4GB',
  'autovacuum_naptime=1h',
  'log_min_messages=fatal',
];

/** BECKON_TEST_POSTGRES=15: the machine's own PostgreSQL of that version, in place of npm's. */
function usable(account: Account | null): Binaries {
  const major = process.env['BECKON_TEST_POSTGRES'];
  if (major) {
    const own = systemBinaries().find((one) => String(one.major) === major);
    if (own) return own;
    throw new Error(`No PostgreSQL ${major} is installed on this machine`);
  }
  const npm = npmBinaries();
  if (npm && makeLinks(npm.folder) && canEnter(account, program(npm, 'postgres'))) return npm;
  const system = systemBinaries()[0];
  if (system) return system;
  throw new Error('No PostgreSQL for the tests: run npm ci, or set BECKON_TEST_DATABASE_URL');
}

/** A shell that waits for our end of its pipe to close, however we end, and then takes the server and its folder away. */
function watchdog(server: ChildProcess, data: string): ChildProcess {
  const script = 'read line; kill -QUIT "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.05; done; rm -rf "$2"';
  const child = spawn('sh', ['-c', script, 'sh', String(server.pid), data], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  server.unref();
  child.unref();
  server.stderr?.resume();
  (server.stderr as unknown as { unref?: () => void } | null)?.unref?.();
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return child;
}

/** What a run left behind whose watchdog was killed too. */
function removeStale(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || alive(Number(owner))) continue;
    const data = join(tmpdir(), name);
    const file = join(data, 'postmaster.pid');
    try {
      if (existsSync(file)) process.kill(Number.parseInt(readFileSync(file, 'utf8'), 10), 'SIGQUIT');
    } catch {
      // gone already
    }
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  let said = '';
  server.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for (let left = 200; ; left--) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (cause) {
      if (left === 0 || server.exitCode !== null)
        throw new Error(`The test PostgreSQL did not start: ${said}`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
