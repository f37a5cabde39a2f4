import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { elapsed, pause, quietLog, shardOf } from '../src/base/index.ts';
import { migrations } from '../src/event/index.ts';
import { launch, migrate, openStore, type Store } from '../src/store/index.ts';
import { audienceFigures } from './audience-part.ts';
import { build } from './built.ts';
import { figure, numberFlag, percentile } from './figure.ts';
import { passingFolder } from './folder.ts';
import { freePort } from './port.ts';
import { ecidOf, sendOne, type Load, type Loaded } from './ingest-client.ts';
import { memoryFlags, memoryMb, memoryOver } from './ingest-memory.ts';

/**
 * From the request to the commit, and from the commit to its effect, by the real server in its own process, built as
 * people run it, over loopback: `npm run bench -- ingest`. The load, the limit's server and PostgreSQL (default settings, so every commit
 * is synced to disk) each have their own process too. Flags: --seconds, --rounds, --connections, --visitors, --probes;
 * --warm, how many events of each kind a side takes before it is measured, because a server that has just started still
 * compiles; --events, with which nothing is measured but what the server keeps while so many come in batches (10,000,000
 * take a while).
 */
const bench = 'ingest';
const seconds = numberFlag('seconds', 8);
const rounds = numberFlag('rounds', 2);
const connections = numberFlag('connections', 32);
const visitors = numberFlag('visitors', 20_000);
const probes = numberFlag('probes', 300);
const warmEvents = numberFlag('warm', 20_000);
const longEvents = numberFlag('events', 0);
/** Steps in which it is looked at what the server keeps, events. */
const memoryStep = 1_000_000;
const single = { kind: 'interact', connections, batch: 1 } as const;
const hundred = { kind: 'events', connections: 4, batch: 100 } as const;
const key = 'bench-admin-key-0123456789abcdef';
/** As `npm start` has them; more for whoever looks closer. */
const serverFlags = [
  '--max-semi-space-size=64',
  '--no-allocation-site-pretenuring',
  ...(longEvents > 0 ? memoryFlags : []),
  ...(process.env['BENCH_SERVER_FLAGS']?.split(' ') ?? []),
];
const children: ChildProcess[] = [];
const stores: Store[] = [];
/** Ports of servers whose inbox nobody folds. */
const bareSides = new Set<number>();
/** Does our server fold? */
let isFolding = true;
let seed = 1;
let nextVisitor = 1e9;
/** Events our server has taken. */
let taken = 0;

const dataDir = passingFolder();
const database = await launch({ dataDir, log: quietLog, say: () => {} });
const postmaster = Number(readFileSync(await postmasterFile(), 'utf8').split('\n', 1)[0]);
try {
  await (longEvents > 0 ? measureMemory() : measure());
} finally {
  for (const store of stores) await store.close();
  for (const child of [...children].reverse()) {
    child.kill('SIGINT');
    if (child.exitCode === null) await new Promise((done) => child.once('exit', done));
  }
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** Where the server of the bench notes its process. */
async function postmasterFile(): Promise<string> {
  const store = await openStore(database.url);
  const [row] = await store.rows<{ data_directory: string }>({ text: 'show data_directory' });
  await store.close();
  return join(row!.data_directory, 'postmaster.pid');
}

interface Side {
  port: number;
  store: Store;
  /** The server's process. */
  pid: number;
  child: ChildProcess;
}

interface Taken {
  rate: number;
  folded: number;
  p99: number;
  /** Processor time of server and database until the last event has taken effect, ms an event. */
  cpu: number;
}

async function measureMemory(): Promise<void> {
  const beckon = await startBeckon();
  await memoryOver(beckon.child, {
    events: longEvents,
    step: memoryStep,
    send: (count) => warm(beckon, hundred, count),
  });
}

async function measure(): Promise<void> {
  const bare = await startBare();
  const beckon = await startBeckon();
  const at = `load of the machine ${loadavg()[0]!.toFixed(1)} before the run, 1 minute mean`;
  for (const side of [bare, beckon]) for (const how of [single, hundred]) await warm(side, how);
  // As autovacuum does within a minute: the first plans were made for empty tables.
  for (const store of stores) await store.run({ text: 'analyze' });
  const one = await compare(bare, beckon, single);
  const before = memoryMb(beckon.pid);
  const many = await compare(bare, beckon, hundred);
  const unfolded = await withoutFolding(beckon, () => compare(bare, beckon, single));
  const how = `one event a request as the Web SDK sends it, ${connections} keep-alive connections, ${visitors} visitors (Zipf), ${seconds} s, best of ${rounds} rounds; ${at}`;
  const batches = `batches of 100 by POST /v1/events, ${hundred.connections} connections, ${visitors} visitors (Zipf), ${seconds} s, best of ${rounds} rounds; ${at}`;
  const limit =
    'limit: a bare node:http writing the same three rows in the same micro-batches; it leaves out routes, identity, consent, checks, deduplication and folding';
  tell(
    'durable',
    one.beckon.rate,
    one.bare.rate,
    `answered after the commit, while folding runs beside it; ${how}; ${limit}`,
  );
  tell('folded', one.beckon.folded, one.bare.rate, `until the last event has taken effect; ${how}; ${limit}`);
  const elsewhere =
    'answered after the commit, while another process holds the shards, so that nothing is folded here;';
  tell('durable-unfolded', unfolded.beckon.rate, unfolded.bare.rate, `${elsewhere} ${how}; ${limit}`);
  tell('durable-batch-100', many.beckon.rate, many.bare.rate, `${batches}; ${limit}`);
  tell('folded-batch-100', many.beckon.folded, many.bare.rate, `${batches}; ${limit}`);
  const work =
    'processor time of server and PostgreSQL, the load left out, so that other work on the machine hardly shows;';
  const cost = { bench, unit: 'ms/event' } as const;
  figure({
    ...cost,
    figure: 'folded-cpu',
    value: one.beckon.cpu,
    limit: one.bare.cpu,
    note: `${work} ${how}; ${limit}`,
  });
  figure({
    ...cost,
    figure: 'unfolded-cpu',
    value: unfolded.beckon.cpu,
    limit: unfolded.bare.cpu,
    note: `${work} nothing is folded here; ${how}; ${limit}`,
  });
  figure({
    ...cost,
    figure: 'folded-cpu-batch-100',
    value: many.beckon.cpu,
    limit: many.bare.cpu,
    note: `${work} ${batches}; ${limit}`,
  });
  await atHalfLoad(bare, beckon, { ...single, rate: Math.max(50, Math.round(one.beckon.rate / 2)) });
  await visible(bare, beckon, Math.max(50, Math.round(one.beckon.folded / 3)));
  tellMemory(beckon, before);
  await audienceFigures(await newDatabase('audience_bench'));
}

/** Events that are not measured. */
async function warm(
  side: Side,
  how: Pick<Load, 'kind' | 'connections' | 'batch'>,
  events: number = warmEvents,
): Promise<void> {
  const startup = { rate: null, visitors, key, seed: seed++, port: side.port, seconds: 36_000 };
  const { loaded } = await load({ ...startup, ...how, events });
  if (!bareSides.has(side.port)) taken += loaded.events;
  await emptied(side);
}

/** As when another process folds: it holds the shards, and ours finds none free. */
async function withoutFolding<T>({ store }: Side, work: () => Promise<T>): Promise<T> {
  const hold = `update event_shard set owner = 'bench', fence = fence + 1, lease_until = now() + interval '1 hour'`;
  await store.run({ text: hold });
  isFolding = false;
  try {
    // The lease of our server has to end before it notices.
    await pause(11_000);
    return await work();
  } finally {
    await store.run({ text: 'update event_shard set owner = null, lease_until = null' });
    isFolding = true;
  }
}

/** How long an answer takes when the server has half of what it bears. */
async function atHalfLoad(
  bare: Side,
  beckon: Side,
  how: Pick<Load, 'kind' | 'connections' | 'batch' | 'rate'>,
): Promise<void> {
  const limit = await loadOn(bare, { ...how, seconds });
  const value = await loadOn(beckon, { ...how, seconds });
  const note = `from the request to its answer after the commit, at a steady ${how.rate} events/s, half of durable, ${seconds} s; limit: a bare node:http at the same rate`;
  figure({ bench, figure: 'half-load-p99-ms', value: value.p99, unit: 'ms', limit: limit.p99, note });
}

/** What the server keeps, beside what it kept after the rounds of single events. */
function tellMemory(beckon: Side, before: number): void {
  const note = `the server's proportional share of memory after ${taken} events of this run; limit: the same after the rounds of single events; PostgreSQL is left out`;
  figure({ bench, figure: 'memory-mb', value: memoryMb(beckon.pid), unit: 'MB', limit: before, note });
}

function tell(name: string, value: number, limit: number, note: string): void {
  figure({ bench, figure: name, value, unit: 'events/s', limit, note });
}

/** Rounds of both sides in turn, so that what else the machine does hits both alike. */
async function compare(bare: Side, beckon: Side, how: Pick<Load, 'kind' | 'connections' | 'batch'>) {
  const best = (all: Taken[]): Taken => ({
    rate: Math.max(...all.map(({ rate }) => rate)),
    folded: Math.max(...all.map(({ folded }) => folded)),
    p99: Math.min(...all.map(({ p99 }) => p99)),
    cpu: Math.min(...all.map(({ cpu }) => cpu)),
  });
  const [limits, values]: [Taken[], Taken[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    limits.push(await loadOn(bare, { ...how, seconds }));
    values.push(await loadOn(beckon, { ...how, seconds }));
  }
  return { bare: best(limits), beckon: best(values) };
}

async function loadOn(
  side: Side,
  how: Pick<Load, 'kind' | 'connections' | 'batch' | 'seconds'> & Partial<Pick<Load, 'rate'>>,
): Promise<Taken> {
  const began = elapsed();
  const used = processorMs(side);
  const startup = { rate: null, visitors, key, seed: seed++, port: side.port };
  const { loaded, startedAt } = await load({ ...startup, ...how });
  if (loaded.failures > 0) throw new Error(`${loaded.failures} of ${loaded.requests} requests failed`);
  if (!bareSides.has(side.port)) taken += loaded.events;
  await emptied(side);
  const until = elapsed();
  if (startedAt < began) throw new Error('The load began before it was asked to');
  return {
    rate: loaded.events / loaded.seconds,
    folded: loaded.events / ((until - startedAt) / 1000),
    p99: loaded.p99,
    cpu: (processorMs(side) - used) / loaded.events,
  };
}

/** Processor time that a side's server and all of PostgreSQL have used so far, ms. Linux only; elsewhere NaN. */
function processorMs({ pid }: Side): number {
  let ticks = 0;
  try {
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      const stat = statOf(name);
      if (!stat) continue;
      const isOurs = Number(name) === pid || stat.parent === postmaster || Number(name) === postmaster;
      if (isOurs) ticks += stat.ticks + (Number(name) === postmaster ? stat.ended : 0);
    }
  } catch {
    return Number.NaN;
  }
  return ticks * 10;
}

/**
 * Parent and processor time (hundredths of a second) of a process, and that of its children that have ended; null when
 * it is gone.
 */
function statOf(pid: string): { parent: number; ticks: number; ended: number } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((place) => Number(fields[place]));
    return { parent: parent!, ticks: user! + system!, ended: endedUser! + endedSystem! };
  } catch {
    return null;
  }
}

/** Waits until the inbox is empty; the bare server's is emptied here, since nobody folds it. */
async function emptied({ store, port }: Side): Promise<void> {
  if (bareSides.has(port) || !isFolding) {
    await store.run({ text: 'truncate event_inbox' });
    return;
  }
  while ((await store.rows({ text: 'select 1 from event_inbox limit 1' })).length > 0) await pause(5);
}

/** Runs a load to its end. `startedAt` is when its first request could go, as our clock has it. */
async function load(what: Load): Promise<{ loaded: Loaded; startedAt: number }> {
  const child = start('./ingest-load.ts', [JSON.stringify(what)]);
  const loaded = JSON.parse(await firstLine(child)) as Loaded;
  return { loaded, startedAt: elapsed() - loaded.seconds * 1000 };
}

/** From sending one event of a new visitor to its profile being there, at a steady load of others. */
async function visible(bare: Side, beckon: Side, rate: number): Promise<void> {
  const seen = 'select 1 from identity where namespace = $1 and id = $2 and $3::smallint is not null';
  const kept = 'select 1 from event where shard = $3 and visitor = $1 || chr(58) || $2';
  const limits = await probe(bare, kept, rate);
  const times = await probe(beckon, seen, rate);
  const note = `from the request to its profile being readable in another connection, ${probes} new visitors one after the other, polled each millisecond, at a steady ${rate} events/s of others; limit: the same until a bare node:http has committed the event; it leaves out folding`;
  const shared = { bench, unit: 'ms', note } as const;
  figure({ ...shared, figure: 'visible-p50-ms', value: percentile(times, 0.5), limit: percentile(limits, 0.5) });
  figure({ ...shared, figure: 'visible-p99-ms', value: percentile(times, 0.99), limit: percentile(limits, 0.99) });
}

async function probe(side: Side, question: string, rate: number): Promise<number[]> {
  const how = { kind: 'interact', connections, batch: 1, visitors, key, seed: seed++, rate } as const;
  const others = start('./ingest-load.ts', [JSON.stringify({ ...how, port: side.port, seconds: 3600 })]);
  await pause(1500);
  const times: number[] = [];
  for (let n = 0; n < probes; n++) {
    const ecid = ecidOf(nextVisitor++);
    const began = elapsed();
    const answered = sendOne(side.port, ecid);
    while (
      (await side.store.rows({ name: 'probe', text: question, values: ['ecid', ecid, shardOf(`ecid:${ecid}`)] }))
        .length === 0
    ) {
      await pause(1);
    }
    times.push(elapsed() - began);
    await answered;
  }
  others.kill('SIGKILL');
  await new Promise((done) => others.once('exit', done));
  await emptied(side);
  return times.sort((a, b) => a - b);
}

async function startBare(): Promise<Side> {
  const url = await newDatabase('bare');
  const store = await openStore(url);
  stores.push(store);
  await migrate(store, migrations);
  const child = start('./ingest-bare.ts', [url]);
  const port = Number(await firstLine(child));
  bareSides.add(port);
  return { port, store, pid: child.pid!, child };
}

async function startBeckon(): Promise<Side> {
  const url = await newDatabase('beckon_bench');
  const port = await freePort();
  await build();
  const flags = ['serve', '--no-demo', '--data', join(dataDir, 'server'), '--port', String(port)];
  const settings = { DATABASE_URL: url, BECKON_ADMIN_KEY: key, BECKON_POSTAL_ADDRESS: 'Storgatan 1, Stockholm' };
  const child = start('../dist/src/main.js', flags, settings);
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.includes('Control-C')) break;
  }
  child.stdout!.resume();
  const store = await openStore(url);
  stores.push(store);
  return { port, store, pid: child.pid!, child };
}

async function newDatabase(name: string): Promise<string> {
  const store = await openStore(database.url);
  await store.run({ text: `create database ${name}` });
  await store.close();
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  return url.href;
}

function start(file: string, args: string[], settings: Record<string, string> = {}): ChildProcess {
  const path = new URL(file, import.meta.url).pathname;
  const extra = file.endsWith('main.js') ? serverFlags : [];
  // What is built needs no loader.
  const loader = file.endsWith('.js') ? [] : process.execArgv;
  const child = spawn(process.execPath, [...loader, ...extra, path, ...args], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit', ...(extra.length > 0 && longEvents > 0 ? ['ipc' as const] : [])],
  });
  children.push(child);
  child.once('exit', () => children.splice(children.indexOf(child), 1));
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error('A process of the bench ended without a word');
}
