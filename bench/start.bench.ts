import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { elapsed, pause, quietLog } from '../src/base/index.ts';
import { launch, openStore } from '../src/store/index.ts';
import { figure } from './figure.ts';
import { passingFolder } from './folder.ts';
import { freePort } from './port.ts';

/**
 * What a newcomer waits for, and what stands there idle: `npm run bench -- start`. A fresh clone is started by `npm start`,
 * as the README says, and what it says of its own steps is read; then it is started again on the same data. What is not
 * committed is not in the clone. Packages come from the registry or npm's cache, as they do on this machine.
 */
const bench = 'start';
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = passingFolder();
const clone = join(folder, 'clone');
const dataDir = join(folder, 'data');
/** Seconds after which what stands there is called idle. */
const settled = 20;

try {
  const bare = await bareStart();
  const { status, stderr } = spawnSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`no clone: ${stderr}`);
  const first = await startUp();
  await first.stop();
  tellFirst(first);
  const again = await startUp();
  const limit = `limit: PostgreSQL alone, started on a folder that it knows and asked once in the same run`;
  const note = `npm start on a built checkout and a database with the demo, to the first answer of /readyz; ${limit}`;
  figure({ bench, figure: 'again-s', value: again.seconds, unit: 's', limit: bare, note });
  await pause(settled * 1000);
  tellIdle(again.child.pid!);
  await again.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Seconds that PostgreSQL itself takes from being started to its first answer. */
async function bareStart(): Promise<number> {
  const place = join(folder, 'bare');
  const made = await launch({ dataDir: place, log: quietLog, say: () => {} });
  await made.stop();
  const began = elapsed();
  const database = await launch({ dataDir: place, log: quietLog, say: () => {} });
  const store = await openStore(database.url);
  await store.rows({ text: 'select 1' });
  const seconds = (elapsed() - began) / 1000;
  await store.close();
  await database.stop();
  return seconds;
}

interface Started {
  child: ChildProcess;
  /** From `npm start` to the first answer. */
  seconds: number;
  /** What was said of each step, with its seconds. */
  steps: { step: string; seconds: number }[];
  stop: () => Promise<void>;
}

async function startUp(): Promise<Started> {
  const port = String(await freePort());
  const began = elapsed();
  const child = spawn('npm', ['start', '--', '--port', port, '--data', dataDir], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const steps: Started['steps'] = [];
  let said = '';
  const address = new Promise<string>((found, failed) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said += `${line}\n`;
        const [, step, seconds] = /^(.+?) … ([\d.]+) s$/.exec(line) ?? [];
        if (step !== undefined) steps.push({ step, seconds: Number(seconds) });
        const [, url] = /^ +studio +(\S+)/.exec(line) ?? [];
        if (url !== undefined) found(url);
      });
    }
    child.once('exit', (code) => failed(new Error(`npm start ended with ${code}:\n${said}`)));
  });
  const ready = new URL('/readyz', await address);
  while (
    !(await fetch(ready).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await pause(5);
  const seconds = (elapsed() - began) / 1000;
  const stop = async () => {
    const family = withChildren(child.pid!);
    child.kill('SIGTERM');
    // npm ends before the server that it started.
    while (family.some((pid) => parentOf(pid) !== 0)) await pause(20);
  };
  return { child, seconds, steps, stop };
}

function tellFirst({ seconds, steps }: Started): void {
  const sum = (pattern: RegExp) =>
    steps.filter(({ step }) => pattern.test(step)).reduce((all, one) => all + one.seconds, 0);
  const parts = [
    ['first-install-s', /^Installed/, 'packages installed'],
    ['first-build-s', /^Built/, 'server, studio, shop, docs and pictures built'],
    ['first-database-s', /database|PostgreSQL/, 'database made, started and brought up to date'],
    ['first-demo-s', /^Demo ready/, 'the demo shop and thirty days of invented visitors'],
  ] as const;
  for (const [name, pattern, what] of parts) {
    figure({ bench, figure: name, value: sum(pattern), unit: 's', limit: null, note: `${what}, as npm start says it` });
  }
  const note = 'a fresh clone, from npm start to the first answer of /readyz with the demo; no limit';
  figure({ bench, figure: 'first-s', value: seconds, unit: 's', limit: null, note });
}

/** Memory of all processes below npm, each shared page shared out among who has it. */
function tellIdle(npm: number): void {
  const family = withChildren(npm);
  const of = (pids: readonly number[]) => pids.reduce((all, pid) => all + setSizeMb(pid), 0);
  const [all, own] = [of(family), of(family.filter((pid) => nameOf(pid).startsWith('npm')))];
  const postgres = of(family.filter((pid) => nameOf(pid).startsWith('postgres')));
  const note = `proportional set size of all ${family.length} processes ${settled} s after a start with the demo, npm's ${own.toFixed(0)} MB among them; limit: PostgreSQL's processes in it`;
  figure({ bench, figure: 'idle-mb', value: all, unit: 'MB', limit: postgres, note });
}

function withChildren(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(Number(name))] as const);
  const below = (one: number): number[] => [
    one,
    ...parents.filter(([, parent]) => parent === one).flatMap(([child]) => below(child)),
  ];
  return below(pid);
}

function parentOf(pid: number): number {
  return Number(read(pid, 'stat').split(') ').at(-1)?.split(' ')[1] ?? 0);
}

function nameOf(pid: number): string {
  return read(pid, 'comm').trim();
}

function setSizeMb(pid: number): number {
  return Number(/^Pss: +(\d+) kB$/m.exec(read(pid, 'smaps_rollup'))?.[1] ?? 0) / 1024;
}

/** Empty for a process that has ended meanwhile. */
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}
