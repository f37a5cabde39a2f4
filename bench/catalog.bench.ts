import { rmSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { elapsed, FakeClock, quietLog, SeededRandom } from '../src/base/index.ts';
import { Catalog, migrations, type ItemInput } from '../src/catalog/index.ts';
import { jsonColumn, launch, migrate, openStore, textColumn } from '../src/store/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';
import { passingFolder } from './folder.ts';

/**
 * A large catalogue on the embedded PostgreSQL with its default settings: writing it, starting with it, its memory,
 * looking items up, changing a price, searching: `npm run bench -- catalog`. Flags: --items (1000000 for the long one).
 */
const bench = 'catalog';
const count = numberFlag('items', 100_000);
const chunk = 5000;
const random = new SeededRandom(numberFlag('seed', 1));
const clock = new FakeClock(Date.UTC(2026, 10, 24, 9));
const kinds = ['coat', 'shirt', 'dress', 'lamp', 'watch', 'chair', 'scarf', 'boot', 'jacket', 'mug'];
const colours = ['red', 'blue', 'green', 'black', 'white', 'sand', 'rust'];
const size = `${count} invented items of 9 fields and 5 attributes`;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const dataDir = passingFolder();
const database = await launch({ dataDir, log: quietLog, say: () => {} });
const store = await openStore(database.url, { connections: 4 });
try {
  await measure();
} finally {
  await store.close();
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

function invent(n: number): ItemInput {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random.next() * from.length)]!;
  const kind = pick(kinds);
  const colour = pick(colours);
  return {
    id: `sku-${n}-${Math.floor(random.next() * 1e6)}`,
    name: `${colour} ${kind} number ${n}`,
    categories: [kind, `${kind}:${colour}`],
    price: Math.floor(random.next() * 50_000) / 100,
    currency: 'EUR',
    stock: Math.floor(random.next() * 50),
    url: `https://shop.example/products/${kind}/${n}`,
    imageUrl: `https://cdn.shop.example/pictures/${kind}/${n}/large.jpg`,
    ...(n % 4 === 0 ? {} : { variantOf: `group-${n >> 2}` }),
    attributes: {
      brand: `brand ${Math.floor(random.next() * 500)}`,
      colour,
      size: ['S', 'M', 'L'],
      weight: Math.floor(random.next() * 1000),
      margin: Math.floor(random.next() * 60),
    },
  };
}

async function measure(): Promise<void> {
  await migrate(store, migrations);
  await store.run({ text: 'create table bare (id text primary key, body jsonb not null)' });
  const catalog = await Catalog.open(store, clock);
  let octets = 0;
  const ids: string[] = [];
  const spent = { write: 0, bare: 0 };
  for (let from = 0; from < count; from += chunk) {
    const items = Array.from({ length: Math.min(chunk, count - from) }, (_, i) => invent(from + i));
    for (const { id } of items) ids.push(id);
    const texts = items.map((item) => JSON.stringify(item));
    for (const text of texts) octets += Buffer.byteLength(text);
    spent.write += await timed(() => catalog.upsert(items));
    spent.bare += await timed(() =>
      store.run({
        text: 'insert into bare select * from unnest($1::text[], $2::jsonb[])',
        values: [textColumn(items.map(({ id }) => id)), jsonColumn(texts)],
      }),
    );
  }
  figure({
    bench,
    figure: 'upsert',
    value: (count * 1000) / spent.write,
    unit: 'items/s',
    limit: (count * 1000) / spent.bare,
    note: `${size}, ${chunk} a call; limit: the same items as JSON into a table of id and jsonb; it leaves out checking, merging, sources and memory`,
  });
  await measureStart(octets, ids);
  await measureChanges(catalog, ids);
}

async function measureStart(octets: number, ids: readonly string[]): Promise<void> {
  await store.run({ text: 'vacuum analyze item' });
  await store.run({ text: 'vacuum analyze bare' });
  let read = 0;
  const bareMs = await timed(async () => {
    for (let after = ''; ;) {
      const rows = await store.rows<{ id: string; body: object }>({
        text: 'select id, body from bare where id > $1 order by id limit 5000',
        values: [after],
      });
      if (rows.length === 0) break;
      read += rows.length;
      after = rows.at(-1)!.id;
    }
  });
  if (read !== count) throw new Error(`${read} of ${count} read`);
  const before = usedBytes();
  let catalog!: Catalog;
  const openMs = await timed(async () => void (catalog = await Catalog.open(store, clock)));
  const bytes = usedBytes() - before;
  if (catalog.size !== count) throw new Error(`${catalog.size} of ${count} taken in`);
  figure({
    bench,
    figure: 'start-ms',
    value: openMs,
    unit: 'ms',
    limit: bareMs,
    note: `from the table into memory, ${size}; limit: reading id and jsonb of the same items as objects and dropping them`,
  });
  figure({
    bench,
    figure: 'bytes-per-item',
    value: bytes / count,
    unit: 'B',
    limit: octets / count,
    note: `heap and buffers after garbage collection, ${size}; limit: the items as JSON in UTF-8`,
  });
  const looked = ids.toSorted(() => random.next() - 0.5).slice(0, 50_000);
  const map = new Map(looked.map((id) => [id, catalog.get(id)]));
  const fresh = await Catalog.open(store, clock);
  figure({
    bench,
    figure: 'get-cold-us',
    value: (each(looked, (id) => fresh.get(id)) * 1000) / looked.length,
    unit: 'µs',
    limit: (each(looked, (id) => map.get(id)) * 1000) / looked.length,
    note: `looking up ${looked.length} different items for the first time; limit: a Map of ready objects`,
  });
  const hot = looked.slice(0, 10_000);
  for (const id of hot) fresh.get(id);
  figure({
    bench,
    figure: 'get-hot-us',
    value: (each(hot, (id) => fresh.get(id)) * 1000) / hot.length,
    unit: 'µs',
    limit: (each(hot, (id) => map.get(id)) * 1000) / hot.length,
    note: `looking up ${hot.length} items again; limit: a Map of ready objects`,
  });
}

async function measureChanges(catalog: Catalog, ids: readonly string[]): Promise<void> {
  const other = await Catalog.open(store, clock);
  const times: number[] = [];
  const bare: number[] = [];
  for (let n = 0; n < 200; n++) {
    const id = ids[Math.floor(random.next() * ids.length)]!;
    clock.advance(1000);
    times.push(
      await timed(async () => {
        await catalog.upsert([{ id, price: 1000 + n }]);
        await other.reload();
      }),
    );
    if (other.get(id)?.priceMinor !== (1000 + n) * 100) throw new Error('the other did not take it in');
    bare.push(
      await timed(async () => {
        await store.inTransaction(async (tx) => {
          await tx.run({ text: `update bare set body = body || '{"price": 1}' where id = $1`, values: [id] });
        });
        await store.rows({ text: 'select body from bare where id = $1', values: [id] });
      }),
    );
  }
  times.sort((a, b) => a - b);
  bare.sort((a, b) => a - b);
  figure({
    bench,
    figure: 'price-p99-ms',
    value: percentile(times, 0.99),
    unit: 'ms',
    limit: percentile(bare, 0.99),
    note: `one price written and taken in by another replica, ${size}; the replica is woken, otherwise it looks twice a second; limit: one update committed and the row read again`,
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = elapsed();
  await work();
  return elapsed() - began;
}

function each<T>(of: readonly T[], work: (one: T) => unknown): number {
  const began = elapsed();
  for (const one of of) work(one);
  return elapsed() - began;
}

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}
