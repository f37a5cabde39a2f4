import { rmSync } from 'node:fs';
import { elapsed, FakeClock, quietLog } from '../src/base/index.ts';
import { Measure, migrations as measureMigrations } from '../src/measure/index.ts';
import { countsOf, funnelHeard, funnelStates, migrations as messageMigrations } from '../src/message/index.ts';
import { launch, migrate, openStore } from '../src/store/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';
import { passingFolder } from './folder.ts';

/**
 * Reports over a year of comparisons on the embedded PostgreSQL: `npm run bench -- reports`. Flags: --people (assigned over the year to
 * three journeys; 1000000 for the long one), --asked (reports of each kind). Filled by SQL: a fifth bought, one in ten of the orders
 * is credited, and one mail each. Left out: HTTP, and the counts of runs.
 */
const bench = 'reports';
const people = numberFlag('people', 300_000);
const asked = numberFlag('asked', 40);
const day = 86_400_000;
const now = Date.UTC(2026, 10, 30, 9);
const journeys = ['abandoned-cart', 'viewed-not-bought', 'only-wandered'];

const dataDir = passingFolder();
const database = await launch({ dataDir, log: quietLog, say: () => {} });
const store = await openStore(database.url, { connections: 4 });
try {
  await migrate(store, [...measureMigrations, ...messageMigrations]);
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
  await store.run({ text: 'analyze' });
}

/** How long a report takes, whole and by part, against one indexed read of as many rows as it reads. */
async function reading(measure: Measure, rebuilt: number): Promise<void> {
  const whole: number[] = [];
  const sums: number[] = [];
  const mails: number[] = [];
  const funnels: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < asked; i++) {
    const journey = journeys[i % 3]!;
    whole.push(await timed(() => measure.report(journey)));
    sums.push(await timed(() => measure.sums(journey, { from: now - 90 * day })));
    funnels.push(await timed(() => measure.funnel(journey, { by: 'day' })));
    mails.push(await timed(() => countsOf(store, journey)));
    bare.push(
      await timed(() => store.rows({ text: 'select * from measure_tally where journey = $1', values: [journey] })),
    );
  }
  const p95 = (values: number[]) =>
    percentile(
      values.sort((a, b) => a - b),
      0.95,
    );
  const rows = (await store.rows({ text: 'select 1 from measure_tally' })).length;
  const note = `${people} people in three journeys over a year, ${rows} rows of roll-up made anew in ${Math.round(rebuilt)} ms`;
  figure({
    bench,
    figure: 'report-p95-ms',
    value: p95(whole),
    unit: 'ms',
    limit: 500,
    note: `${note}; of it the count of ${Math.round(people / 3)} mails ${Math.round(p95(mails))} ms; mails by day of the whole year ${Math.round(p95(funnels))} ms; sums by day of 90 days ${Math.round(p95(sums))} ms`,
  });
  figure({
    bench,
    figure: 'report-to-read',
    value: p95(whole),
    unit: 'ms',
    limit: p95(bare),
    note: 'against one read by index of the rows of the roll-up of that journey',
  });
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
