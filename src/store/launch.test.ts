import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, expect, test, vi } from 'vitest';
import { quietLog } from '../base/index.ts';
import { serverAccount } from './launch-account.ts';
import { makeLinks, npmBinaries, systemBinaries, type Binaries } from './launch-binary.ts';
import { hasProcess, hold, holderOf, holdFile, processBegan } from './launch-hold.ts';
import { clusterMajor } from './launch-place.ts';
import { readFailure } from './launch-server.ts';
import { findPostgres, launch, type Launched, type LaunchOptions } from './launch.ts';

vi.setConfig({ testTimeout: 120_000 }); // real servers on a machine that may be busy
const isRoot = process.getuid?.() === 0;
const base = mkdtempSync(join(tmpdir(), 'beckon-launch-'));
chmodSync(base, 0o755);
const running: Launched[] = [];
afterAll(async () => {
  for (const one of running) await one.stop();
  rmSync(base, { recursive: true, force: true });
});

let folders = 0;
const newFolder = () => join(base, `data-${++folders}`);

async function begin(dataDir: string, more: Partial<LaunchOptions> = {}): Promise<Launched & { said: string[] }> {
  const said: string[] = [];
  const one = await launch({
    dataDir,
    log: quietLog,
    say: (line) => said.push(line),
    machine: join(base, 'machine'),
    ...more,
  });
  running.push(one);
  return { ...one, said };
}

async function ask(url: string, text: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return Object.values((await client.query<Record<string, string>>(text)).rows[0] ?? {})[0] ?? '';
  } finally {
    await client.end();
  }
}

const postmaster = (cluster: string) =>
  Number.parseInt(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]!, 10);

/** A process of its own that launches on `dataDir` and is then killed as if the power of its room had gone. */
function launchAndDie(dataDir: string, uid?: number): string {
  const script = fileURLToPath(new URL('../../test/support/launch-and-die.ts', import.meta.url));
  const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url));
  const how = { encoding: 'utf8', cwd: '/', ...(uid === undefined ? {} : { uid, gid: uid }) } as const;
  const env = { ...process.env, HOME: base, TMPDIR: tmpdir() };
  const { stdout, stderr } = spawnSync(process.execPath, [tsx, script, dataDir], { ...how, env });
  return stdout + stderr;
}

test('the first start makes a cluster with durability on, and the second one keeps its data', async () => {
  const dataDir = newFolder();
  const first = await begin(dataDir);
  const cluster = join(dataDir, 'postgres');
  expect(first.url).toMatch(/^postgres:\/\/beckon:[^@]{32}@127\.0\.0\.1:\d+\/beckon\?host=/);
  expect(new URL(first.url).searchParams.get('host')).toBe(cluster);
  const settings = await ask(
    first.url,
    `select concat_ws(' ', current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'),
       current_setting('listen_addresses'), current_setting('unix_socket_directories'), current_setting('server_encoding'),
       current_setting('data_checksums'))`,
  );
  expect(settings).toBe(`on on on 127.0.0.1 ${cluster} UTF8 on`);
  // By the socket nobody's address is known; tools that go by the loopback come in as well.
  expect(await ask(first.url, 'select inet_client_addr() is null')).toBe(true);
  expect(await ask(first.url.replace(/\?.*/, ''), 'select 1')).toBe(1);
  expect(await ask(first.url, "select 'Z' < 'a'")).toBe(true);
  await ask(first.url, 'create table kept (n integer)');
  await first.stop();
  expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  expect(holderOf(dataDir)).toBeNull();

  const second = await begin(dataDir);
  expect(await ask(second.url, 'select count(*)::int from kept')).toBe(0);
  expect(second.adopted).toBe(false);
  await second.stop();
});

test('the password is asked for, and its file is for our user alone', async () => {
  const dataDir = newFolder();
  const one = await begin(dataDir);
  expect(statSync(join(dataDir, 'postgres.password')).mode & 0o777).toBe(0o600);
  await expect(ask(one.url.replace(/:[^:@]*@/, ':wrong@'), 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await one.stop();
});

test('a second Beckon on the same data folder is refused with the number of the first', async () => {
  const dataDir = newFolder();
  mkdirSync(dataDir, { recursive: true });
  const holder = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const held = { pid: holder.pid, began: processBegan(holder.pid!) };
  writeFileSync(join(dataDir, holdFile), JSON.stringify(held));
  await expect(begin(dataDir)).rejects.toMatchObject({
    code: 'STORE_HELD',
    message: expect.stringContaining(`process ${holder.pid}`),
  });
  expect(findPostgres(dataDir).text).toContain(`process ${holder.pid}`);
  holder.kill();
});

test('a lock whose process number was given to another process since does not lock out', () => {
  const dataDir = newFolder();
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, holdFile), JSON.stringify({ pid: process.pid, began: 'another day' }));
  const release = hold(dataDir);
  expect(holderOf(dataDir)).toBe(process.pid);
  release();
  expect(holderOf(dataDir)).toBeNull();
});

test('a server that outlived a killed Beckon is taken over with what was committed (launcher rule 1)', async () => {
  const dataDir = newFolder();
  expect(launchAndDie(dataDir)).toContain('launched');
  const orphan = postmaster(join(dataDir, 'postgres'));
  expect(hasProcess(orphan)).toBe(true);
  const next = await begin(dataDir);
  expect(next.adopted).toBe(true);
  expect(postmaster(join(dataDir, 'postgres'))).toBe(orphan);
  expect(await ask(next.url, 'select count(*)::int from kept')).toBe(1);
  await next.stop();
  expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
});

test('after kill -9 of the server the next start recovers what was committed (launcher rule 1)', async () => {
  const dataDir = newFolder();
  launchAndDie(dataDir);
  process.kill(postmaster(join(dataDir, 'postgres')), 'SIGKILL');
  const next = await begin(dataDir);
  expect(await ask(next.url, 'select count(*)::int from kept')).toBe(1);
  await next.stop();
});

test('a pid file whose number belongs to another process now does not lock out', async () => {
  const dataDir = newFolder();
  launchAndDie(dataDir);
  const cluster = join(dataDir, 'postgres');
  const pidFile = join(cluster, 'postmaster.pid');
  process.kill(postmaster(cluster), 'SIGKILL');
  // Of the same user as the server: PostgreSQL itself would refuse this one.
  const account = serverAccount();
  const other = spawn('sleep', ['60'], account ? { uid: account.uid, gid: account.gid } : {});
  writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, String(other.pid)));
  const next = await begin(dataDir);
  expect(await ask(next.url, 'select count(*)::int from kept')).toBe(1);
  await next.stop();
  other.kill();
});

test('missing links of a package whose install script did not run are made (launcher rule 3)', async () => {
  const npm = npmBinaries()!;
  const native = join(base, 'copy', 'native');
  cpSync(npm.folder, native, {
    recursive: true,
    filter: (path) => !/\.so(\.\d+)?$/.test(path) || /lib(crypto|ssl|lzma|ossp|xml|xslt|z)|postgresql/.test(path),
  });
  expect(existsSync(join(native, 'lib', 'libicuuc.so.60'))).toBe(false);
  expect(makeLinks(native)).toBe(true);
  expect(existsSync(join(native, 'lib', 'libicuuc.so.60'))).toBe(true);
  expect(execFileSync(join(native, 'bin', 'postgres'), ['--version'], { encoding: 'utf8' })).toContain(
    '(PostgreSQL) 18',
  );
});

test('PG_VERSION pins the choice: a cluster of a version that is not there is refused and kept', async () => {
  const dataDir = newFolder();
  const cluster = join(dataDir, 'postgres');
  mkdirSync(cluster, { recursive: true });
  writeFileSync(join(cluster, 'PG_VERSION'), '14\n');
  await expect(begin(dataDir)).rejects.toMatchObject({
    code: 'STORE_WRONG_VERSION',
    message: expect.stringContaining('14'),
  });
  expect(clusterMajor(cluster)).toBe(14);
  expect(findPostgres(dataDir).fits).toBe(false);
});

test('without npm binaries a system PostgreSQL serves, and its cluster stays with it', async ({ skip }) => {
  const system = systemBinaries()[0];
  if (!system || system.major >= 18) return skip('no older system PostgreSQL here');
  const dataDir = newFolder();
  const first = await begin(dataDir, { candidates: [system] });
  expect(first.version).toMatch(new RegExp(`^${system.major}\\.`));
  await first.stop();
  const second = await begin(dataDir, { candidates: [npmBinaries()!, system] });
  expect(second.version).toBe(first.version);
  await second.stop();
});

test('no PostgreSQL that starts: the error names what was found', async () => {
  const broken: Binaries = { source: 'npm', major: 18, version: '18.4.0', folder: join(base, 'nothing') };
  await expect(begin(newFolder(), { candidates: [broken] })).rejects.toMatchObject({
    code: 'STORE_NO_BINARIES',
    message: expect.stringContaining('18.4.0 (npm)'),
  });
});

test.runIf(isRoot)(
  'root below a closed home: data and binaries go where PostgreSQL’s user can reach them (rule 2)',
  async () => {
    const home = join(base, 'home');
    const npm = npmBinaries()!;
    const native = join(home, 'node_modules', 'native');
    cpSync(npm.folder, native, { recursive: true });
    chmodSync(home, 0o700);
    const dataDir = join(home, 'data');
    const one = await begin(dataDir, { candidates: [{ ...npm, folder: native }] });
    expect(one.said.join('\n')).toContain(join(base, 'machine'));
    expect(await ask(one.url, 'show data_directory')).toMatch(
      new RegExp(`^${join(base, 'machine')}/[0-9a-f]{16}/postgres$`),
    );
    await one.stop();
    // Once the home is open, the cluster is still found where it is.
    chmodSync(home, 0o755);
    const again = await begin(dataDir, { candidates: [npm] });
    expect(await ask(again.url, 'show data_directory')).toContain(join(base, 'machine'));
    await again.stop();
  },
);

test.runIf(isRoot)('a user who is not root starts it as himself, and root later runs it as that user', async () => {
  const nobody = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }));
  const dataDir = join(base, 'theirs', 'data');
  mkdirSync(join(base, 'theirs'));
  chmodSync(join(base, 'theirs'), 0o777);
  expect(launchAndDie(dataDir, nobody)).toContain('launched');
  expect(statSync(join(dataDir, 'postgres')).uid).toBe(nobody);
  const next = await begin(dataDir);
  expect(next.adopted).toBe(true);
  await next.stop();
  const own = await begin(dataDir);
  expect(await ask(own.url, 'select count(*)::int from kept')).toBe(1);
  expect(statSync(join(dataDir, 'postgres', 'postmaster.pid')).uid).toBe(nobody);
  await own.stop();
});

test('somebody’s own PostgreSQL is used and left alone; one that does not answer is an error with the password hidden', async () => {
  const own = await begin(newFolder());
  const dataDir = newFolder();
  const given = await begin(dataDir, { databaseUrl: own.url });
  expect(given.said[0]).toMatch(/^Using PostgreSQL \d+\.\d+ at postgres:\/\/beckon:\*\*\*@/);
  expect(existsSync(dataDir)).toBe(false);
  await given.stop();
  expect(await ask(own.url, 'select 1')).toBe(1);
  await own.stop();
  await expect(begin(dataDir, { databaseUrl: own.url })).rejects.toMatchObject({
    code: 'STORE_UNREACHABLE',
    message: expect.not.stringContaining(new URL(own.url).password),
  });
});

test.runIf(isRoot)(
  'a full disk is an error of its own, before the first start and at a later one',
  async ({ skip }) => {
    const disk = join(base, 'disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=70m,mode=755', 'tmpfs', disk]).status === 0;
    if (!mounted) return skip('no right to mount here');
    try {
      const fill = () => spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=64k']);
      fill();
      await expect(begin(join(disk, 'data'))).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
      rmSync(join(disk, 'fill'));
      await (await begin(join(disk, 'data'))).stop();
      fill();
      await expect(begin(join(disk, 'data'))).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
      rmSync(join(disk, 'fill'));
      const one = await begin(join(disk, 'data'));
      expect(await ask(one.url, 'select 1')).toBe(1);
      await one.stop();
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  },
);

test('what a failed start says is told apart', () => {
  expect(readFailure('FATAL:  lock file "postmaster.pid" already exists')).toBe('locked');
  expect(readFailure('FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use')).toBe('locked');
  expect(readFailure('LOG:  could not bind IPv4 address "127.0.0.1": Address already in use')).toBe('port');
  expect(readFailure('FATAL:  could not write to file "x": No space left on device')).toBe('disk');
  expect(readFailure('FATAL:  unrecognized configuration parameter "x"')).toBe('other');
});
