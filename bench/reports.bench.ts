import { rmSync } from 'node:fs';
import { elapsed, quietLog } from '../src/base/index.ts';
import { migrations as eventMigrations } from '../src/event/index.ts';
import { Measure, migrations as measureMigrations } from '../src/measure/index.ts';
import { migrations as messageMigrations } from '../src/message/index.ts';
import { migrations } from '../src/app.ts';
import { shareOfRollUp } from './reports-share.ts';
import { launch, migrate, openStore } from '../src/store/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';
import { passingFolder } from './folder.ts';
import { countingReads } from '../test/support/reading.ts';
import { fillYear, journeys, measureOn, now, pagesOf } from '../test/support/reported-year.ts';

/**
 * Reports over a year of comparisons on the embedded PostgreSQL: `npm run bench -- reports`. Flags: --people (assigned over the year to
 * three journeys), --events (in the log; the long year is `--people 1000000 --events 10000000`), --asked (reports of each kind), --shared
 * (people there are for the share of the roll-ups; 0 leaves it out), --days (of how many of them a day is taken in: `--shared 100000` takes minutes). Filled by SQL: a fifth bought, one in ten of the orders
 * is credited to a click, and one mail each with four items. Says on standard error how far it is. Left out: HTTP, and the counts of runs.
 */
const bench = 'reports';
const people = numberFlag('people', 300_000);
const events = numberFlag('events', 0);
const asked = numberFlag('asked', 40);
const shared = numberFlag('shared', 1000);
const days = numberFlag('days', 5000);

const begun = elapsed();
const say = (what: string) => console.error(`${String(Math.round((elapsed() - begun) / 1000)).padStart(4)} s  ${what}`);

const dataDir = passingFolder();
const database = await launch({ dataDir, log: quietLog, say: () => {} });
const store = await openStore(database.url, { connections: 4 });
try {
  await migrate(store, [...eventMigrations, ...measureMigrations, ...messageMigrations]);
  const measure = measureOn(store);
  await measure.open();
  await fill();
  say('adding everything up anew');
  const rebuilt = await timed(async () => {
    await measure.rebuild();
    while ((await measure.rollUp()) > 0);
  });
  say('comparing the sums with the people');
  if ((await measure.audit()).length > 0) throw new Error('the roll-up is not the sum over the units');
  await store.run({ text: 'vacuum analyze' });
  say('reading reports');
  await reading(measure, rebuilt);
  await counting();
  await keeping(measure);
  if (shared > 0) {
    say('taking events in');
    await sharing();
  }
} finally {
  await store.close();
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** A year of units, orders, credits and mails, and the log. */
async function fill(): Promise<void> {
  say('people, orders and mails');
  await fillYear(store, { people, days: 365, items: 200 });
  await fillLog();
  say('statistics of the planner');
  await store.run({ text: 'analyze' });
}

/** The log itself: nothing of a report is read from it, but it lies beside what is. Its indexes are made at the end, which is quicker. */
async function fillLog(): Promise<void> {
  if (events === 0) return;
  const piece = 250_000;
  await store.run({ text: 'alter table event drop constraint event_pkey' });
  await store.run({ text: 'drop index event_visitor' });
  let filled = 0;
  const lane = async () => {
    while (filled < events) {
      const from = filled;
      filled = Math.min(events, from + piece);
      await store.run({
        text: `insert into event (shard, id, visitor, received_at, happened_at, body)
          select i % 64, lpad(to_hex(i), 32, '0')::uuid, 'ecid:' || i % ${people}, at, at, format('{"id": "%s", "types": ["commerce.productViews"],
            "visitor": "ecid:%s", "items": [{"id": "item-%s"}]}', i, i % ${people}, i % 200)::jsonb
          from generate_series(${from + 1}, ${filled}) i,
            lateral (select timestamptz '2026-11-30 09:00Z' - (i::float8 / ${events}) * interval '365 days' as at) t`,
      });
      if (from % 2_000_000 === 0) say(`the log: ${from} of ${events} events`);
    }
  };
  await Promise.all([lane(), lane()]);
  say('the log: its indexes');
  await store.run({ text: 'alter table event add primary key (shard, received_at, id)' });
  await store.run({ text: 'create index event_visitor on event (shard, visitor, happened_at desc)' });
}

/** How long each page takes, against one indexed read of as many rows as the report reads. */
async function reading(measure: Measure, rebuilt: number): Promise<void> {
  const took = new Map<string, number[]>();
  const bare: number[] = [];
  for (let i = 0; i < asked; i++) {
    const journey = journeys[i % 3]!;
    for (const [name, ask] of Object.entries(pagesOf(measure, journey))) {
      const times = took.get(name) ?? [];
      took.set(name, times);
      times.push(await timed(ask));
    }
    bare.push(
      await timed(() => store.rows({ text: 'select * from measure_day where journey = $1', values: [journey] })),
    );
  }
  const p95 = (values: number[]) =>
    percentile(
      values.sort((a, b) => a - b),
      0.95,
    );
  const pages = [...took].map(([name, times]) => ({ name, ms: p95(times) })).sort((a, b) => b.ms - a.ms);
  const rows = (await store.rows({ text: 'select 1 from measure_day' })).length;
  const note = `${people} people in three journeys over a year beside a log of ${events} events, ${rows} rows of roll-up made anew in ${Math.round(rebuilt)} ms`;
  figure({
    bench,
    figure: 'report-p95-ms',
    value: pages[0]!.ms,
    unit: 'ms',
    limit: 500,
    note: `${note}; the slowest page; each: ${pages.map(({ name, ms }) => `${name} ${Math.round(ms)}`).join(', ')}`,
  });
  figure({
    bench,
    figure: 'report-to-read',
    value: pages.find(({ name }) => name === 'the report')!.ms,
    unit: 'ms',
    limit: p95(bare),
    note: 'the report of a journey against one read by index of the days of its roll-up',
  });
}

/** How many rows each page reads of which table: this hangs on no machine. */
async function counting(): Promise<void> {
  const most = { name: '', rows: 0 };
  const notes: string[] = [];
  for (const name of Object.keys(pagesOf(measureOn(store), ''))) {
    const counted = countingReads(store);
    await pagesOf(measureOn(counted.store), journeys[0]!)[name]!();
    const tables = Object.entries(counted.read).filter(([, rows]) => rows > 0);
    const rows = tables.reduce((sum, [, n]) => sum + n, 0);
    if (rows > most.rows) Object.assign(most, { name, rows });
    notes.push(`${name} ${rows} (${tables.map(([table, n]) => `${table} ${n}`).join(', ')})`);
  }
  figure({
    bench,
    figure: 'report-rows',
    value: most.rows,
    unit: 'rows',
    limit: people,
    note: `rows that the page which reads most reads: ${most.name}; limit: people. Each: ${notes.join('; ')}`,
  });
}

/** The roll-ups' share of taking events in, on a database of their own. */
async function sharing(): Promise<void> {
  await store.run({ text: 'create database share' });
  const own = await openStore(database.url.replace(/[^/?]+(?=\?|$)/, 'share'), { connections: 8 });
  try {
    await migrate(own, migrations);
    const {
      events: taken,
      ingestMs,
      rollUpMs,
    } = await shareOfRollUp(own, { people: shared, days: Math.min(shared, days) });
    figure({
      bench,
      figure: 'rollup-share',
      value: rollUpMs / taken,
      unit: 'ms',
      limit: ingestMs / taken,
      note: `an event, of ${taken} by ${Math.min(shared, days)} of ${shared} people: receiving and folding one after another in one process, and what of it is orders, credits, mails' items and roll-ups with their gathering; ten events a person, a mail each, an order of one in five`,
    });
  } finally {
    await own.close();
  }
}

/** What an order costs with the roll-up, against the same without: its share of taking an order in. */
async function keeping(measure: Measure): Promise<void> {
  const rounds = 300;
  const order = (n: number, name: string) => ({
    name: 'ordered',
    profileId: `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
    at: now,
    id: `${name}${n}`,
    data: { orderId: `${name}${n}`, totalMinor: 100, currency: 'EUR', items: [] },
    bot: false,
  });
  let bare = 0;
  let kept = 0;
  for (let n = 1; n <= rounds; n++) {
    const insert = order(n, 'bare-');
    bare += await timed(() =>
      store.inTransaction(async (tx) => {
        const { profileId, data } = insert;
        await tx.run({
          name: 'bench.order',
          text: `insert into measure_order (order_id, profile_id, shard, at, minor, currency, items) values ($1, $2, 1, now(), 1, 'EUR', '[]')`,
          values: [data.orderId, profileId],
        });
      }),
    );
    kept += await timed(() => store.inTransaction((tx) => measure.listen(tx, [order(n, 'kept-')], [])));
  }
  figure({
    bench,
    figure: 'order-with-roll-up',
    value: kept / rounds,
    unit: 'ms',
    limit: bare / rounds,
    note: `${rounds} orders, each in a transaction of its own, credit and roll-up included; limit: the bare insert of the order`,
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = elapsed();
  await work();
  return elapsed() - began;
}
