import { loadavg } from 'node:os';
import { elapsed, pause, quietLog, shardOf, SystemClock, SystemRandom, UuidIds } from '../src/base/index.ts';
import { EventLog, Folder, migrations as eventMigrations, type ShopEvent } from '../src/event/index.ts';
import { Jobs, migrations as jobMigrations } from '../src/job/index.ts';
import { migrations as profileMigrations, Profiles } from '../src/profile/index.ts';
import { migrate, openStore, type Store } from '../src/store/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';

/**
 * Audiences over very many people, part of `npm run bench -- ingest` and alone as `npm run bench -- audience`. Flags:
 * --people (1,000,000), --audience-rate (events a second of others while one is watched for, 200).
 */
const bench = 'ingest';
const dayMs = 86_400_000;
const rules = {
  'audience-1m-s': `happened("commerce.productViews", where: startsWith(item.id, "watch"), within: "P7D") and not happened("commerce.purchases", within: "P7D")`,
  'audience-since-1m-s': `happened("commerce.productViews", where: startsWith(item.id, "watch"), within: "P7D") and not happened("commerce.purchases", since: last("commerce.productViews", where: startsWith(item.id, "watch")).at)`,
};

/** Measures on a database of its own at `url`, which is empty. */
export async function audienceFigures(url: string): Promise<void> {
  const people = numberFlag('people', 1_000_000);
  const store = await openStore(url);
  try {
    await migrate(store, [...jobMigrations, ...eventMigrations, ...profileMigrations]);
    await fill(store, people);
    const rooms = open(store);
    for (const [name, rule] of Object.entries(rules)) await rebuild(store, rooms, { name, rule, people });
    await visible(store, rooms, people);
  } finally {
    await store.close();
  }
}

type Rooms = ReturnType<typeof open>;

function open(store: Store) {
  const clock = new SystemClock();
  const ids = new UuidIds(clock, new SystemRandom());
  const log = new EventLog({ store, ids });
  const failed = (error: unknown) => console.error(error);
  const profiles = new Profiles({ store, clock, ids, log, onMerge: async () => {}, onAudienceFault: failed });
  const folder = new Folder({
    store,
    clock,
    log: quietLog,
    owner: 'bench',
    fold: async (tx, events) => {
      await profiles.fold(tx, events);
      return new Map();
    },
  });
  return { clock, ids, log, profiles, folder, jobs: new Jobs({ store, clock, ids }) };
}

/** People with a device each and two events of the last 30 days: views of 20 items, one in six a watch; one in ten a purchase. */
async function fill(store: Store, people: number): Promise<void> {
  await store.run({ text: 'create unlogged table seed (n int, shard smallint, visitor text)' });
  for (let from = 0; from < people; from += 100_000) {
    const numbers = Array.from({ length: Math.min(100_000, people - from) }, (_, n) => from + n);
    const visitors = numbers.map((n) => `ecid:${deviceOf('4', n)}`);
    await store.run({
      text: 'insert into seed select * from unnest($1::int[], $2::smallint[], $3::text[])',
      values: [numbers, visitors.map(shardOf), visitors],
    });
  }
  const id = `('01990000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
  const seen = new SystemClock().now();
  await store.run({
    text: `insert into profile (id, shard, version, state, last_seen_at) select ${id}, shard, 1, jsonb_build_object(
        'identities', jsonb_build_array(jsonb_build_object('namespace', 'ecid', 'id', substr(visitor, 6))), 'email', null,
        'attributes', '{}'::jsonb, 'timeZone', 'Europe/Stockholm', 'language', 'sv-SE', 'consent', '{}'::jsonb, 'cart', null,
        'viewed', jsonb_build_array(jsonb_build_object('item', 'watch-' || n % 20, 'at', ${seen})), 'orders', '[]'::jsonb,
        'firstSeenAt', ${seen - 30 * dayMs}, 'lastSeenAt', ${seen}, 'visit', null, 'visiting', false, 'visits', 1,
        'claimedPurchaseUntil', null, 'mailed', '{}'::jsonb, 'test', false), now() from seed`,
  });
  await store.run({
    text: `insert into identity (namespace, id, shard, profile_id, level, linked_at) select 'ecid', substr(visitor, 6), shard, ${id}, 0, now() from seed`,
  });
  await store.run({
    text: `insert into event (shard, received_at, id, visitor, happened_at, body)
      select shard, at, gen_random_uuid(), visitor, at, jsonb_build_object('id', n || '-' || k, 'source', 'edge:demo', 'level', 0,
        'types', jsonb_build_array(case when (n + k) % 10 = 0 then 'commerce.checkouts' else 'commerce.productViews' end),
        'visitor', visitor, 'happenedAt', (extract(epoch from at) * 1000)::bigint, 'receivedAt', (extract(epoch from at) * 1000)::bigint,
        'identities', jsonb_build_array(jsonb_build_object('namespace', 'ecid', 'id', substr(visitor, 6))),
        'items', jsonb_build_array(jsonb_build_object('id', case when n % 6 = 0 then 'watch-' else 'coat-' end || n % 20,
          'quantity', 1, 'priceMinor', 4950, 'currency', 'EUR')),
        'page', jsonb_build_object('url', 'http://localhost:8080/shop/p/item-' || n % 20, 'name', 'Item ' || n % 20, 'section', 'Watches'),
        'timeZone', 'Europe/Stockholm', 'language', 'sv-SE')
      from seed, generate_series(1, 2) k, lateral (select date_trunc('milliseconds', now() - (((n::bigint * 7919 + k * 104729) % 43200) * interval '1 minute')) as at) t`,
  });
  await store.run({ text: 'drop table seed' });
  await store.run({ text: 'vacuum analyze' });
}

/** What the ledger does of a mail: claimed with a lease, committed, finished. Its delay is what a rebuild must not add to. */
async function sending(store: Store, { jobs, clock }: Rooms, stopped: () => boolean): Promise<number[]> {
  const delays: number[] = [];
  for (let n = 0; !stopped(); n++) {
    const began = elapsed();
    await store.inTransaction((tx) =>
      jobs.enqueue(tx, [{ shard: 1, kind: 'bench.send', key: `${began}-${n}`, due: clock.now(), payload: {} }]),
    );
    for (const job of await jobs.claim('bench.send', 10)) await store.inTransaction((tx) => jobs.finish(tx, job));
    delays.push(elapsed() - began);
    await pause(20);
  }
  return delays.sort((a, b) => a - b);
}

async function rebuild(
  store: Store,
  rooms: Rooms,
  { name, rule, people }: { name: string; rule: string; people: number },
): Promise<void> {
  const { profiles } = rooms;
  const load = loadavg()[0]!.toFixed(1);
  let over = false;
  const still = sending(store, rooms, () => over);
  await pause(4000);
  over = true;
  const quiet = await still;
  over = false;
  const beside = sending(store, rooms, () => over);
  const began = elapsed();
  await profiles.audiences.put({ key: name, name, rule });
  profiles.audiences.builds.start();
  while ((await profiles.audiences.get(name)).builtAt === null) await pause(20);
  const seconds = (elapsed() - began) / 1000;
  await profiles.audiences.builds.stop();
  over = true;
  const delays = await beside;
  const { size } = await profiles.audiences.get(name);
  const what = `${people} people, ${people * 2} events, ${size} members; until the membership is whole and committed; load of the machine ${load}, 1 minute mean; rule: ${rule}`;
  figure({
    bench,
    figure: name,
    value: seconds,
    unit: 's',
    limit: 10,
    note: `${what}; limit: what is promised. It leaves out the moments at which time changes the membership, which are worked out afterwards`,
  });
  const note = `99th percentile of one paced mail's three transactions (queued, claimed, finished) in the same process while the rebuild runs, ${delays.length} of them; limit: the same before it. It leaves out writing and handing over the mail`;
  figure({
    bench,
    figure: `${name.slice(0, -2)}-send-p99-ms`,
    value: percentile(delays, 0.99),
    unit: 'ms',
    limit: percentile(quiet, 0.99),
    note,
  });
}

/** From handing an event to the log to its profile being a member, at a steady load of others. */
async function visible(store: Store, { log, folder, clock }: Rooms, people: number): Promise<void> {
  const rate = numberFlag('audience-rate', 200);
  let over = false;
  const isOver = () => over;
  log.onStored(() => folder.wake());
  folder.start();
  const others = (async () => {
    for (let n = 0; !isOver(); n++) {
      await log.receive(
        Array.from({ length: Math.ceil(rate / 50) }, (_, k) =>
          view(`o${n}-${k}`, deviceOf('4', (n * 7919 + k) % people), clock.now()),
        ),
      );
      await pause(20);
    }
  })();
  await pause(2000);
  const times: number[] = [];
  for (let n = 0; n < 200; n++) {
    const device = deviceOf('7', n);
    const began = elapsed();
    await log.receive([view(`p${n}`, device, clock.now())]);
    const text =
      'select 1 from identity i join audience_member m on m.profile_id = i.profile_id where i.namespace = $1 and i.id = $2';
    while ((await store.rows({ name: 'probe', text, values: ['ecid', device] })).length === 0) await pause(1);
    times.push(elapsed() - began);
  }
  over = true;
  await others;
  await folder.drain();
  await folder.stop();
  times.sort((a, b) => a - b);
  const note = `from handing a view of a watch to the log until its new visitor is a member of two audiences over ${people} people, 200 one after the other, at about ${rate} events/s of others; limit: what is promised. It leaves out HTTP`;
  figure({ bench, figure: 'audience-visible-p99-ms', value: percentile(times, 0.99), unit: 'ms', limit: 1000, note });
}

function view(id: string, device: string, now: number): ShopEvent {
  return {
    id,
    source: 'edge:demo',
    types: ['commerce.productViews'],
    happenedAt: now,
    receivedAt: now,
    level: 0,
    visitor: `ecid:${device}`,
    identities: [{ namespace: 'ecid', id: device }],
    items: [{ id: 'watch-1', quantity: 1, priceMinor: 4950, currency: 'EUR' }],
  };
}

/** 38 digits, as an ECID has. */
function deviceOf(kind: string, no: number): string {
  return `${kind}${String(no).padStart(37, '0')}`;
}
