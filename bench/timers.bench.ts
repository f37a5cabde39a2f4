import { loadavg } from 'node:os';
import { join } from 'node:path';
import { readFileSync, rmSync } from 'node:fs';
import { migrations } from '../src/app.ts';
import {
  elapsed,
  FakeClock,
  pause,
  quietLog,
  SystemClock,
  SystemRandom,
  UuidIds,
  type Clock,
} from '../src/base/index.ts';
import { EventLog, migrations as eventMigrations } from '../src/event/index.ts';
import { Jobs, migrations as jobMigrations } from '../src/job/index.ts';
import {
  Journeys,
  migrations as journeyMigrations,
  recipes,
  Runner,
  simulationOf,
  type JourneyDefinition,
} from '../src/journey/index.ts';
import {
  migrations as profileMigrations,
  Profiles,
  saveProfiles,
  type Fact,
  type Profile,
  type ProfileState,
} from '../src/profile/index.ts';
import { readSettings } from '../src/settings.ts';
import type * as Threads from '../src/simulating-thread.ts';
import { launch, migrate, openStore } from '../src/store/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';
import { passingFolder } from './folder.ts';
import { processorTime } from './processor.ts';
import { addBare, bareTables, wakeBare, type BareRun } from './timers-bare.ts';
import { measureBacklog, measureFirstAction } from './timers-whole.ts';

/**
 * Waiting runs: letting them in, waking them, how late they wake, reading an audience into them, and simulating, on the
 * embedded PostgreSQL with its default settings: `npm run bench -- timers`. Flags: --runs (waiting; 1000000 for the long
 * one), --wake, --late (how many) at --rate (a second), --backlog (over within the last hour), --audience (people read),
 * --people (simulated for thirty days).
 */
const bench = 'timers';
const batch = 200;
/** Batches woken before any is measured. */
const warm = 10;
const waiting = numberFlag('runs', 100_000);
const woken = Math.min(waiting, numberFlag('wake', 10_000));
const late = Math.min(waiting - woken - warm * batch, numberFlag('late', 10_000));
const rate = numberFlag('rate', 5000);
const audience = Math.min(waiting, numberFlag('audience', 50_000));
const simulated = numberFlag('people', 5000);
const start = Date.UTC(2026, 10, 23, 9);
const hour = 3_600_000;
const clock = new FakeClock(start);

/** A wait as that of a cart, then a condition over the profile: what is measured is the engine, not a service it calls. */
const definition: JourneyDefinition = {
  key: 'bench',
  name: 'Bench',
  entry: { kind: 'event', event: 'cart.changed', when: 'event.cartId = "c"', onRepeat: 'restart' },
  exits: [{ event: 'ordered', reason: 'Bought' }],
  start: 'pause',
  activities: {
    pause: { kind: 'wait', label: 'A day', for: 'P1D', next: 'asked' },
    asked: {
      kind: 'condition',
      paths: [{ label: 'Reachable', when: 'profile.reachable', next: 'done' }],
      otherwise: 'gone',
    },
    done: { kind: 'end', label: 'Done' },
    gone: { kind: 'end', label: 'Unreachable' },
  },
};

/** The same for whoever is in an audience: everybody, so that reading is what costs. */
const reading: JourneyDefinition = {
  ...definition,
  key: 'bench-reading',
  entry: { kind: 'audience', audience: 'profile.visits >= 1', at: '10:00' },
};

const dataDir = passingFolder();
const database = await launch({ dataDir, log: quietLog, say: () => {} });
const store = await openStore(database.url, { connections: 10 });
const postmaster = await postmasterOf();
try {
  await measure();
} finally {
  await store.close();
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function postmasterOf(): Promise<number> {
  const [row] = await store.rows<{ data_directory: string }>({ text: 'show data_directory' });
  return Number(readFileSync(join(row!.data_directory, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
}

async function measure(): Promise<void> {
  await migrate(store, [...jobMigrations, ...eventMigrations, ...profileMigrations, ...journeyMigrations]);
  for (const text of bareTables) await store.run({ text });
  const runner = await openRunner(clock);
  const load = `load of the machine ${loadavg()[0]!.toFixed(1)} before the run`;
  const size = `${waiting} runs wait, batches of ${batch}, one worker; ${load}`;
  const leavesOut =
    'it leaves out profiles and their locks, the definition, re-entrance, the decision, and indexes but the keys and due';

  await costOf(waiting + 10 * batch, addPeople);
  const due = { now: new Date(clock.now()), due: new Date(clock.now() + 24 * hour) };
  const limitAdd = await costOf(waiting, (from, to) => addBare(store, bareRuns(from, to), due));
  await enterAll(runner, waiting, waiting + 10 * batch);
  await store.run({ text: 'vacuum analyze' });
  const add = await enterAll(runner, 0, waiting);
  const limitNote =
    'limit: the same rows (run, wait, entry, two steps) written bare in batches of the same size in the same run';
  tell('add', add, limitAdd, `runs let in by a fact and come to their wait; ${size}; ${limitNote}; ${leavesOut}`);

  // The first runs fall due now; everybody else goes on waiting.
  clock.advance(24 * hour + 1);
  for (const table of ['journey_wait', 'bare_wait']) {
    await store.run({
      text: `update ${table} set due = due + interval '30 days' where run_id not in (select run_id from ${table} order by due, run_id limit $1)`,
      values: [woken + warm * batch],
    });
    await store.run({ text: `vacuum analyze ${table}` });
  }
  const claimed = { now: new Date(clock.now()), limit: batch };
  // Both have run a while before they are measured.
  for (let n = 0; n < warm; n++) await Promise.all([wakeBare(store, claimed), runner.wake(batch)]);
  const limitWake = await costOf(woken, () => wakeBare(store, claimed));
  const wake = await costOf(woken, () => runner.wake(batch));
  const claim =
    'limit: a bare loop of claim (skip locked), update and the same two history rows (stack.md §C) in the same run';
  tell('wake-and-decide', wake, limitWake, `${woken} due of ${size}; ${claim}; ${leavesOut}`);
  tellMemory();
  await measureLate(size);
  const system = new SystemClock();
  await measureBacklog(store, await openRunner(system), system);
  await measureReading();
  await measureFirstAction(await emptyDatabase('beckon_first'));
  await measureSimulation();
}

/** What so many runs cost: how many a second, and the processor time of one, µs, here and in the server. */
interface Cost {
  rate: number;
  own: number;
  server: number;
}

function tell(name: string, cost: Cost, limit: Cost, note: string): void {
  figure({ bench, figure: name, value: cost.rate, unit: 'runs/s', limit: limit.rate, note });
  const parts = ({ own, server }: Cost) => `${own.toFixed(1)} in this process and ${server.toFixed(1)} in the server`;
  const [value, bare] = [cost, limit].map(({ own, server }) => own + server) as [number, number];
  const said = `processor time of one run, µs: ${parts(cost)}, bare ${parts(limit)}; the same runs as "${name}"`;
  figure({ bench, figure: `${name}-processor-us`, value, unit: 'µs', limit: bare, note: said });
}

/** What this process holds in memory with so many runs waiting; it keeps none of them. */
function tellMemory(): void {
  const note = `resident memory of the process that let ${waiting} runs in and woke ${woken} of them; the database is beside it; no limit`;
  figure({ bench, figure: 'memory-mb', value: process.memoryUsage().rss / 2 ** 20, unit: 'MB', limit: null, note });
}

/** Runs of batches until `count` is done. */
async function costOf(count: number, work: (from: number, to: number) => Promise<unknown>): Promise<Cost> {
  const [began, before] = [elapsed(), processorTime(postmaster)];
  for (let from = 0; from < count; from += batch) await work(from, Math.min(count, from + batch));
  const [ms, after] = [elapsed() - began, processorTime(postmaster)];
  const each = (used: number) => (used * 1000) / count;
  return { rate: count / (ms / 1000), own: each(after.own - before.own), server: each(after.server - before.server) };
}

/** Lets people in, some thousands made before they are, as they come from the fold; making them is not counted. */
async function enterAll(runner: Runner, from: number, to: number): Promise<Cost> {
  const costs: Cost[] = [];
  const atOnce = 50 * batch;
  for (let start = from; start < to; start += atOnce) {
    const end = Math.min(to, start + atOnce);
    const batches = Array.from({ length: Math.ceil((end - start) / batch) }, (_, n) =>
      peopleOf(start + n * batch, Math.min(end, start + (n + 1) * batch)),
    );
    const cost = await costOf(end - start, (at) => enter(runner, batches[at / batch]!));
    costs.push(...Array.from({ length: batches.length }, () => cost));
  }
  const mean = (of: (cost: Cost) => number) => costs.reduce((sum, cost) => sum + of(cost), 0) / costs.length;
  return { rate: 1 / mean(({ rate }) => 1 / rate), own: mean(({ own }) => own), server: mean(({ server }) => server) };
}

async function openJourneys(time: Clock): Promise<Journeys> {
  const journeys = new Journeys({ store, clock: time, zone: 'UTC', templates: () => new Set() });
  await journeys.load();
  return journeys;
}

async function openRunner(time: Clock): Promise<Runner> {
  const ids = new UuidIds(time, new SystemRandom());
  const log = new EventLog({ store, ids });
  const profiles = new Profiles({ store, clock: time, ids, log, onMerge: async () => {} });
  const journeys = await openJourneys(time);
  if (!journeys.list().some(({ key }) => key === definition.key)) {
    await journeys.put(definition);
    await journeys.publish(definition.key);
  }
  return new Runner({
    store,
    clock: time,
    ids,
    random: new SystemRandom(),
    log: quietLog,
    profiles,
    jobs: new Jobs({ store, clock: time, ids }),
    journeys,
    callOwn: () => Promise.reject(new Error('Nobody calls here')),
    plan: () => Promise.reject(new Error('Nobody writes here')),
    cancel: async () => {},
    callOutside: () => Promise.reject(new Error('nobody outside is called')),
    update: async () => {},
  });
}

/** The people stand already, as the fold writes them; only their runs are measured. */
async function addPeople(from: number, to: number): Promise<void> {
  await saveProfiles(store, [...peopleOf(from, to).values()]);
}

/** Lets a batch of people in, in one transaction, as the fold does. */
async function enter(runner: Runner, known: ReadonlyMap<string, Profile>): Promise<void> {
  await store.inTransaction((tx) => runner.listen(tx, [...known.values()].map(fact), known));
}

function peopleOf(from: number, to: number): Map<string, Profile> {
  return new Map(Array.from({ length: to - from }, (_, i) => person(from + i)).map((one) => [one.id, one]));
}

function fact({ id }: Profile): Fact {
  return { name: 'cart.changed', profileId: id, at: clock.now(), id: `fact-${id}`, bot: false, data: { cartId: 'c' } };
}

function uuid(kind: number, n: number): string {
  return `01900000-0000-7000-800${kind}-${n.toString(16).padStart(12, '0')}`;
}

function person(n: number): Profile {
  const state: ProfileState = {
    identities: [{ namespace: 'email', id: `person${n}@example.com` }],
    email: `person${n}@example.com`,
    attributes: { firstName: 'Ada' },
    timeZone: null,
    language: null,
    consent: { 'email-marketing': { state: 'in', at: 0, source: 'server' } },
    cart: { id: 'c', lines: [{ item: 'item-1', quantity: 1, addedAt: start }], changedAt: start },
    viewed: Array.from({ length: 10 }, (_, i) => ({ item: `item-${i}`, at: start })),
    orders: [],
    firstSeenAt: start,
    lastSeenAt: start,
    visit: null,
    visiting: false,
    visits: 1,
    claimedPurchaseUntil: null,
    mailed: {},
    test: false,
  } as ProfileState;
  return { id: uuid(0, n), shard: n % 64, version: 1, state };
}

function bareRuns(from: number, to: number): BareRun[] {
  return Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    return { id: uuid(1, n), profileId: uuid(0, n), shard: n % 64 };
  });
}

/**
 * How late single runs wake while all others go on waiting: so many fall due in each second, and a worker looks at the
 * next due time as the pulse does. Late is from the due time to the commit that moved the run.
 */
async function measureLate(size: string): Promise<void> {
  const system = new SystemClock();
  const runner = await openRunner(system);
  const apart = 1000 / rate;
  // To have everybody else wait on takes a while where they are many: only then is it said when the first ones fall due.
  await store.run({ text: `update journey_wait set due = due + interval '9000 days'` });
  await store.run({ text: 'vacuum analyze journey_wait' });
  const from = system.now() + 5000 + late / 10;
  await store.run({
    text: `with w as (
        update journey_wait w set due = $1::timestamptz + p.place * $3::float8 * interval '1 millisecond' from
          (select run_id, row_number() over (order by due, run_id) as place from journey_wait where not held order by due, run_id limit $2) p
        where p.run_id = w.run_id returning w.run_id, w.due
      ) update journey_run r set due = w.due from w where w.run_id = r.id`,
    values: [new Date(from), late, apart],
  });
  const times = await follow(runner, system, { from, apart });
  const note = `${late} runs, ${rate} due a second, while ${size}; from due time to the commit that moved the run, the worker sleeping until the next due time; limit: 1000 ms, the goal`;
  const shared = { bench, unit: 'ms', note } as const;
  figure({ ...shared, figure: 'late-p50-ms', value: percentile(times, 0.5), limit: 1000 });
  figure({ ...shared, figure: 'late-p99-ms', value: percentile(times, 0.99), limit: 1000 });
}

async function follow(
  runner: Runner,
  time: Clock,
  { from, apart }: { from: number; apart: number },
): Promise<number[]> {
  const times: number[] = [];
  for (let done = 0; done < late;) {
    const due = (await runner.nextDue())!;
    if (due > time.now()) await pause(Math.min(1000, due - time.now()));
    const moved = await runner.wake(batch);
    const now = time.now();
    // Runs wake in the order of their due times.
    for (let n = 0; n < moved; n++) times.push(now - (from + apart * ++done));
  }
  return times.sort((a, b) => a - b);
}

/** Everybody is read into a journey, page by page, each page in one transaction with the mark how far it has come. */
async function measureReading(): Promise<void> {
  const journeys = await openJourneys(clock);
  await store.run({ text: 'delete from profile where id > $1', values: [uuid(0, audience - 1)] });
  await journeys.put(reading);
  await journeys.publish(reading.key);
  const runner = await openRunner(clock);
  clock.advance(24 * hour);
  const began = elapsed();
  for (let read = 1; read > 0;) read = await runner.read();
  const seconds = (elapsed() - began) / 1000;
  const [row] = await store.rows<{ n: number }>({
    text: 'select count(*)::int as n from journey_run where journey = $1',
    values: [reading.key],
  });
  const note = `${row!.n} people read into runs that come to their wait, in ${seconds.toFixed(1)} s, reckoned up to a million in proportion; one worker, pages of 500; limit: 60 s, the goal`;
  figure({ bench, figure: 'read-audience-1m-s', value: (seconds * 1e6) / row!.n, unit: 's', limit: 60, note });
}

/** The three recipes of the demo over invented people, by the production engine. */
async function measureSimulation(): Promise<void> {
  const shop = await emptyShop();
  const few = Math.ceil(simulated / 5);
  const [fewSeconds, seconds] = [await simulate(few, shop), await simulate(simulated, shop)];
  const each = (seconds - fewSeconds) / (simulated - few);
  const value = simulated >= 10_000 ? (seconds * 10_000) / simulated : seconds + each * (10_000 - simulated);
  const run = `thirty days of ${simulated} invented people in ${seconds.toFixed(1)} s and of ${few} in ${fewSeconds.toFixed(1)} s, in steps of an hour, three recipes with their calls and mails, in a thread of the built program`;
  const reckoned =
    simulated >= 10_000 ? '' : '; reckoned up to 10,000 people by the line through both (--people 10000 runs them)';
  const note = `${run}${reckoned}; limit: 30 s, the goal`;
  figure({ bench, figure: 'simulate-300k-days-s', value, unit: 's', limit: 30, note });
}

/** A shop that has nothing yet; what is sold is then that of the demo. @returns the address of its database */
async function emptyShop(): Promise<string> {
  const url = await emptyDatabase('beckon_shop');
  const shop = await openStore(url);
  await migrate(shop, migrations);
  await shop.close();
  return url;
}

/** @returns its address */
async function emptyDatabase(name: string): Promise<string> {
  await store.run({ text: `create database ${name}` });
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  return url.href;
}

/** @returns seconds */
async function simulate(people: number, databaseUrl: string): Promise<number> {
  const settings = { ...readSettings([], {}), secret: 'b'.repeat(40), databaseUrl };
  // In a thread of its own, as the doors have it; this bench runs compiled, beside what is built.
  const built = new URL('../src/simulating-thread.js', import.meta.url).href;
  const { ThreadSimulator } = (await import(built)) as typeof Threads;
  const ground = { settings, databaseUrl, log: quietLog };
  const simulator = new ThreadSimulator(ground, () => new SystemClock().now());
  const shipped = ['abandoned-cart', 'viewed-not-bought', 'only-wandered'];
  const journeys = recipes().filter(({ key }) => shipped.includes(key));
  const over = { kind: 'invented', people, days: 30, react: true } as const;
  // The thread alone keeps no process alive.
  const hold = setInterval(() => {}, 1000);
  const began = elapsed();
  try {
    // What ten thousand people get unless said otherwise.
    await simulator.run(simulationOf({ documents: journeys, over, seed: 1, step: 'PT1H' }), { journeys });
    return (elapsed() - began) / 1000;
  } finally {
    clearInterval(hold);
  }
}
