import { loadavg, tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
import { Journeys, migrations as journeyMigrations, Runner, type JourneyDefinition } from '../src/journey/index.ts';
import {
  migrations as profileMigrations,
  Profiles,
  type Fact,
  type Profile,
  type ProfileState,
} from '../src/profile/index.ts';
import { launch, migrate, openStore } from '../src/store/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';

/**
 * Waiting runs: letting them in, waking them, and how late they wake, on the embedded PostgreSQL with its default
 * settings: `npm run bench -- timers`. Flags: --runs (waiting; 1000000 for the long one), --wake, --late.
 */
const bench = 'timers';
const waiting = numberFlag('runs', 100_000);
const woken = Math.min(waiting, numberFlag('wake', 10_000));
const late = numberFlag('late', 400);
const start = Date.UTC(2026, 10, 23, 9);
const hour = 3_600_000;
const batch = 200;
const clock = new FakeClock(start);

/** One wait, then the end: what is measured is the engine, not what a journey does. */
const definition: JourneyDefinition = {
  key: 'bench',
  name: 'Bench',
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'pause',
  activities: {
    pause: { kind: 'wait', label: 'A day', for: 'P1D', next: 'done' },
    done: { kind: 'end', label: 'Done' },
  },
};

const dataDir = mkdtempSync(join(tmpdir(), 'beckon-bench-'));
const database = await launch({ dataDir, log: quietLog, say: () => {} });
const store = await openStore(database.url, { connections: 10 });
try {
  await measure();
} finally {
  await store.close();
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  await migrate(store, [...jobMigrations, ...eventMigrations, ...profileMigrations, ...journeyMigrations]);
  await makeLimit();
  const runner = await openRunner(clock);
  const load = `load of the machine ${loadavg()[0]!.toFixed(1)} before the run`;
  const size = `${waiting} runs wait, batches of ${batch}, one worker; ${load}`;
  const leavesOut = 'it leaves out profiles and their locks, the definition, re-entrance, the decision and its context';

  await rateOf(waiting + 10 * batch, addPeople);
  const limitAdd = await rateOf(waiting, addBare);
  await rateOf(10 * batch, (from, to) => enter(runner, waiting + from, waiting + to));
  await store.run({ text: 'vacuum analyze' });
  const add = await rateOf(waiting, (from, to) => enter(runner, from, to));
  const limitNote = 'limit: bare rows of state, wait and history written in batches of the same size in the same run';
  tell('add', add, limitAdd, `runs let in by a fact and come to their wait; ${size}; ${limitNote}; ${leavesOut}`);

  // The first runs fall due now; everybody else goes on waiting.
  clock.advance(24 * hour + 1);
  for (const table of ['journey_wait', 'bare_wait']) {
    await store.run({
      text: `update ${table} set due = due + interval '30 days' where run_id not in (select run_id from ${table} order by due, run_id limit $1)`,
      values: [woken],
    });
    await store.run({ text: `vacuum analyze ${table}` });
  }
  const limitWake = await rateOf(woken, wakeBare);
  const wake = await rateOf(woken, () => runner.wake(batch));
  const claim = 'limit: a bare loop of claim (skip locked), update and history row (stack.md §C) in the same run';
  tell('wake-and-decide', wake, limitWake, `${woken} due of ${size}; ${claim}; ${leavesOut}`);
  await measureLate(size);
}

function tell(name: string, value: number, limit: number, note: string): void {
  figure({ bench, figure: name, value, unit: 'runs/s', limit, note });
}

/** Runs of batches until `count` is done, as runs a second. */
async function rateOf(count: number, work: (from: number, to: number) => Promise<unknown>): Promise<number> {
  const began = elapsed();
  for (let from = 0; from < count; from += batch) await work(from, Math.min(count, from + batch));
  return count / ((elapsed() - began) / 1000);
}

async function openRunner(time: Clock): Promise<Runner> {
  const ids = new UuidIds(time, new SystemRandom());
  const log = new EventLog({ store, ids });
  const profiles = new Profiles({ store, clock: time, ids, log, onMerge: async () => {} });
  const journeys = new Journeys({ store, clock: time, zone: 'UTC', templates: () => new Set() });
  await journeys.load();
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

/** The people stand already; only their runs are measured. */
async function addPeople(from: number, to: number): Promise<void> {
  const people = Array.from({ length: to - from }, (_, i) => person(from + i));
  await store.run({
    name: 'bench-people',
    text: `insert into profile (id, shard, version, state, last_seen_at)
      select *, now() from unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::jsonb[])`,
    values: [
      people.map(({ id }) => id),
      people.map(({ shard }) => shard),
      people.map(({ version }) => version),
      people.map(({ state }) => JSON.stringify(state)),
    ],
  });
}

/** Lets a batch of people in, in one transaction, as the fold does. */
async function enter(runner: Runner, from: number, to: number): Promise<void> {
  const people = Array.from({ length: to - from }, (_, i) => person(from + i));
  const known = new Map(people.map((one) => [one.id, one]));
  await store.inTransaction((tx) => runner.listen(tx, people.map(fact), known));
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

/** The limit's tables: a state of about 90 bytes, its wait, and a history row a transition. */
async function makeLimit(): Promise<void> {
  const texts = [
    'create table bare_run (id uuid primary key, state jsonb not null) with (fillfactor = 70)',
    'create table bare_wait (run_id uuid primary key, due timestamptz not null) with (fillfactor = 80)',
    'create index bare_wait_due on bare_wait (due)',
    'create table bare_step (run_id uuid not null, at timestamptz not null, kind text not null, primary key (run_id, at))',
  ];
  for (const text of texts) await store.run({ text });
}

async function addBare(from: number, to: number): Promise<void> {
  const ids = Array.from({ length: to - from }, (_, i) => uuid(1, from + i));
  await store.run({
    name: 'bare-add',
    text: `with r as (select unnest($1::uuid[]) as id),
      runs as (insert into bare_run select id, '{"state": "waiting", "activity": "pause", "events": {}, "cart": "c"}' from r),
      waits as (insert into bare_wait select id, $2::timestamptz from r)
      insert into bare_step select id, $3::timestamptz, 'entered' from r`,
    values: [ids, new Date(clock.now() + 24 * hour), new Date(clock.now())],
  });
}

async function wakeBare(): Promise<void> {
  await store.inTransaction(async (tx) => {
    const rows = await tx.rows<{ run_id: string }>({
      name: 'bare-claim',
      text: 'delete from bare_wait where run_id in (select run_id from bare_wait where due <= $1 order by due limit $2 for update skip locked) returning run_id',
      values: [new Date(clock.now()), batch],
    });
    const ids = rows.map(({ run_id }) => run_id);
    await tx.run({
      name: 'bare-move',
      text: `update bare_run set state = state || '{"activity": "done", "state": "ended"}' where id = any($1)`,
      values: [ids],
    });
    await tx.run({
      name: 'bare-history',
      text: `insert into bare_step select unnest($1::uuid[]), $2, 'ended'`,
      values: [ids, new Date(clock.now())],
    });
  });
}

/**
 * How late single runs wake while all others go on waiting: each falls due at its own moment of the next seconds, and a
 * worker looks at the next due time as the pulse does. Late is from its due time to the commit that moved it.
 */
async function measureLate(size: string): Promise<void> {
  const system = new SystemClock();
  const runner = await openRunner(system);
  const from = system.now() + 5000;
  await store.run({
    text: `update journey_wait w set due = $1::timestamptz + p.place * interval '20 milliseconds' from
      (select run_id, row_number() over (order by due, run_id) as place from journey_wait order by due, run_id limit $2) p where p.run_id = w.run_id`,
    values: [new Date(from), late],
  });
  await store.run({
    text: `update journey_wait set due = due + interval '9000 days' where due > $1`,
    values: [new Date(from + (late + 1) * 20)],
  });
  await store.run({ text: 'update journey_run r set due = w.due from journey_wait w where w.run_id = r.id' });
  await store.run({ text: 'vacuum analyze journey_wait' });
  const times = await follow(runner, system, from);
  const note = `${late} runs falling due 20 ms apart while ${size}; from due time to the commit that moved the run, the worker sleeping until the next due time; limit: 1000 ms, the poll of the pulse when nobody wakes it`;
  const shared = { bench, unit: 'ms', note } as const;
  figure({ ...shared, figure: 'late-p50-ms', value: percentile(times, 0.5), limit: 1000 });
  figure({ ...shared, figure: 'late-p99-ms', value: percentile(times, 0.99), limit: 1000 });
}

async function follow(runner: Runner, time: Clock, from: number): Promise<number[]> {
  const times: number[] = [];
  for (let done = 0; done < late;) {
    const due = (await runner.nextDue())!;
    if (due > time.now()) await pause(Math.min(1000, due - time.now()));
    const moved = await runner.wake(batch);
    const now = time.now();
    // Runs wake in the order of their due times.
    for (let n = 0; n < moved; n++) times.push(now - (from + 20 * ++done));
  }
  return times.sort((a, b) => a - b);
}
