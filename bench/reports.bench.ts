import { rmSync } from 'node:fs';
import { elapsed, FakeClock, quietLog } from '../src/base/index.ts';
import { migrations as eventMigrations } from '../src/event/index.ts';
import { Measure, migrations as measureMigrations } from '../src/measure/index.ts';
import { countsOf, funnelHeard, funnelStates, migrations as messageMigrations } from '../src/message/index.ts';
import { migrations } from '../src/app.ts';
import { shareOfRollUp } from './reports-share.ts';
import { launch, migrate, openStore } from '../src/store/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';
import { passingFolder } from './folder.ts';

/**
 * Reports over a year of comparisons on the embedded PostgreSQL: `npm run bench -- reports`. Flags: --people (assigned over the year to
 * three journeys), --events (in the log; the long year is `--people 1000000 --events 10000000`), --asked (reports of each kind), --shared
 * (people whose days are taken in for the share of the roll-ups; 0 leaves it out). Filled by SQL: a fifth bought, one in ten of the orders
 * is credited to a click, and one mail each with four items. Left out: HTTP, and the counts of runs.
 */
const bench = 'reports';
const people = numberFlag('people', 300_000);
const events = numberFlag('events', 0);
const asked = numberFlag('asked', 40);
const shared = numberFlag('shared', 1000);
const day = 86_400_000;
const now = Date.UTC(2026, 10, 30, 9);
const journeys = ['abandoned-cart', 'viewed-not-bought', 'only-wandered'];

const dataDir = passingFolder();
const database = await launch({ dataDir, log: quietLog, say: () => {} });
const store = await openStore(database.url, { connections: 4 });
try {
  await migrate(store, [...eventMigrations, ...measureMigrations, ...messageMigrations]);
  const none = async () => [];
  const counts = { version: 1, holdout: 0.1, entered: 0, active: 0, ended: 0, byState: {} };
  const measure = new Measure({
    store,
    clock: new FakeClock(now),
    currency: 'EUR',
    zone: 'Europe/Berlin',
    journeys: {
      counts: async (name) => ({ name, status: 'live', ...counts, byEnd: [] }),
      nameOf: () => undefined,
      stepsOf: none,
    },
    messages: {
      counts: (key) => countsOf(store, key),
      funnel: async (query) => ({ states: await funnelStates(store, query), heard: await funnelHeard(store, query) }),
      ofProfile: none,
    },
    profiles: { visitorsOf: none, get: async () => null },
    log: { history: none },
    catalog: { get: () => undefined },
  });
  await measure.open();
  await fill();
  const rebuilt = await timed(() => measure.rebuild());
  if ((await measure.audit()).length > 0) throw new Error('the roll-up is not the sum over the units');
  while ((await measure.rollUp()) > 0);
  await store.run({ text: 'vacuum analyze measure_unit' });
  await store.run({ text: 'vacuum analyze message' });
  await reading(measure, rebuilt);
  await keeping(measure);
  if (shared > 0) await sharing();
} finally {
  await store.close();
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** A year of units, orders, credits and mails, spread evenly over journeys and hours. */
async function fill(): Promise<void> {
  const id = `('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid`;
  const at = `timestamptz '2026-11-30 09:00Z' - (i::float8 / ${people}) * interval '365 days'`;
  const journey = `(array['${journeys.join("','")}'])[i % 3 + 1]`;
  const series = `generate_series(1, ${people}) i`;
  await store.run({
    text: `insert into measure_unit (journey, profile_id, shard, arm, assigned_at)
      select ${journey}, ${id}, i % 64, case when i % 10 = 0 then 'control' else 'treated' end, ${at} from ${series}`,
  });
  await store.run({
    text: `insert into measure_order (order_id, profile_id, shard, at, minor, currency, items)
      select 'o' || i, ${id}, i % 64, ${at} + interval '2 days', 2000 + i % 9000, 'EUR', '[]' from ${series} where i % 5 = 0`,
  });
  await store.run({
    text: `insert into measure_credit (order_id, profile_id, shard, message_id, journey, rule)
      select 'o' || i, ${id}, i % 64, 'm' || i, ${journey}, 'bench' from ${series} where i % 50 = 0`,
  });
  await store.run({
    text: `insert into message (shard, id, key, run_id, journey, journey_version, activity, visit, profile_id, template, context,
        class, holdout, state, reason, arm, planned_at, due, deadline, changed_at)
      select i % 64, ${id}, 'k' || i, 'r' || i, ${journey}, 1, 'mail', 1, ${id}, 't', '{}', 'marketing', 0.1,
        case when i % 10 = 0 then 'skipped' else 'accepted' end, case when i % 10 = 0 then 'held out' end,
        case when i % 10 = 0 then 'control' else 'treated' end, ${at}, ${at}, ${at}, ${at} from ${series}`,
  });
  // What the mails showed, who clicked them, and what pages showed, a year of days.
  await store.run({
    text: `insert into measure_sent (message_id, journey, profile_id, shard, at, activity, version, message, planned_at, held, shown)
      select 'm' || i, ${journey}, ${id}, i % 64, ${at}, 'mail', 1, 't', ${at}, i % 10 = 0,
        (select jsonb_agg(jsonb_build_array('goes-with', n, 'item-' || (i * 7 + n * 13) % 200)) from generate_series(1, 4) n) from ${series}`,
  });
  await store.run({
    text: `insert into measure_click (click_id, shard, profile_id, message_id, journey, at, landed_at, item, position, criterion)
      select 'c' || i, i % 64, ${id}, 'm' || i, ${journey}, ${at} + interval '1 day', ${at} + interval '1 day', 'item-' || (i * 7 + 13) % 200, 1, 'goes-with'
      from ${series} where i % 20 = 1 or i % 50 = 0`,
  });
  await store.run({ text: `update measure_credit set click_id = 'c' || substr(message_id, 2)` });
  await store.run({
    text: `insert into measure_shown (day, criterion, position, item, shown, clicked)
      select date '2026-11-30' - d, (array['popular', 'goes-with', 'recent'])[d % 3 + 1], p, 'item-' || n, 40, 1
      from generate_series(0, 364) d, generate_series(1, 4) p, generate_series(1, 200) n`,
  });
  await fillLog();
  await store.run({ text: 'analyze' });
}

/** The log itself, month by month: nothing of a report is read from it, but it lies beside what is. */
async function fillLog(): Promise<void> {
  if (events === 0) return;
  const piece = 500_000;
  for (let from = 0; from < events; from += piece) {
    await store.run({
      text: `insert into event (shard, id, visitor, received_at, happened_at, body)
        select i % 64, gen_random_uuid(), 'ecid:' || i % ${people}, at, at, jsonb_build_object('id', i::text,
          'types', jsonb_build_array('commerce.productViews'), 'visitor', 'ecid:' || i % ${people}, 'items', jsonb_build_array(jsonb_build_object('id', 'item-' || i % 200)))
        from generate_series(${from + 1}, ${Math.min(events, from + piece)}) i,
          lateral (select timestamptz '2026-11-30 09:00Z' - (i::float8 / ${events}) * interval '365 days' as at) t`,
    });
  }
}

/** Every page of reports, and what it asks for. */
function pagesOf(measure: Measure, journey: string): Record<string, () => Promise<unknown>> {
  const { crediting, comparing } = measure;
  const all = { from: null, until: null };
  const month = { from: now - 28 * day, until: now };
  const mails = { journey: null, ...all } as const;
  return {
    'the report': () => measure.report(journey),
    'mails by day': () => measure.funnel(journey, { by: 'day' }),
    'mails by item': () => measure.funnel(journey, { by: 'item' }),
    'mails by criterion': () => measure.funnel(journey, { by: 'criterion' }),
    'sums by day': () => measure.sums(journey),
    '28 days beside 28': () =>
      measure.periods(journey, { now: month, before: { from: now - 56 * day, until: now - 28 * day } }),
    'other rules of credit': () => crediting.beside(journey),
    'items and places': () => crediting.items(journey, all),
    'recommendations on pages': () => crediting.recommendations({ by: 'slot', where: 'pages', ...mails }),
    'recommendations in mails': () => crediting.recommendations({ by: 'slot', where: 'mails', ...mails }),
    comparisons: () => comparing.ofJourney(journey),
  };
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
      await timed(() => store.rows({ text: 'select * from measure_tally where journey = $1', values: [journey] })),
    );
  }
  const p95 = (values: number[]) =>
    percentile(
      values.sort((a, b) => a - b),
      0.95,
    );
  const pages = [...took].map(([name, times]) => ({ name, ms: p95(times) })).sort((a, b) => b.ms - a.ms);
  const rows = (await store.rows({ text: 'select 1 from measure_tally' })).length;
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
    note: 'the report of a journey against one read by index of the rows of its roll-up',
  });
}

/** The roll-ups' share of taking events in, on a database of their own. */
async function sharing(): Promise<void> {
  await store.run({ text: 'create database share' });
  const own = await openStore(database.url.replace(/[^/?]+(?=\?|$)/, 'share'), { connections: 8 });
  try {
    await migrate(own, migrations);
    const { events: taken, ingestMs, rollUpMs } = await shareOfRollUp(own, shared);
    figure({
      bench,
      figure: 'rollup-share',
      value: rollUpMs / taken,
      unit: 'ms',
      limit: ingestMs / taken,
      note: `an event, of ${taken}: receiving and folding one after another in one process, and what of it is orders, credits, mails' items and roll-ups with their gathering; ten events a person, a mail each, an order of one in five`,
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
