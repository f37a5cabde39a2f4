import { rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { SaxesParser } from 'saxes';
import { elapsed, pause, quietLog, SystemClock, SystemRandom, UuidIds } from '../src/base/index.ts';
import { Catalog, FeedFiles, FeedRuns, Feeds, migrations, openFetcher } from '../src/catalog/index.ts';
import { Jobs, migrations as jobMigrations } from '../src/job/index.ts';
import { launch, migrate, openStore } from '../src/store/index.ts';
import { figure, numberFlag } from './figure.ts';
import { passingFolder } from './folder.ts';

/**
 * A feed from its first octet to the end of its run, on the embedded PostgreSQL with its default settings:
 * `npm run bench -- feed`. The limit reads the same octets with a parser alone and inserts the rows as JSON, 1,000 in a
 * transaction: no check, no dry pass, no report, no memory of what came, no catalogue in memory. Flags: --rows (1000000
 * for the long one), --only=xml for one form by itself.
 */
const bench = 'feed';
const rows = numberFlag('rows', 100_000);
const size = 1000;

type Form = 'csv' | 'ndjson' | 'xml';
const only = process.argv
  .find((word) => word.startsWith('--only='))
  ?.slice(7)
  .split(',');
const forms = (['csv', 'ndjson', 'xml'] as const).filter((form) => only?.includes(form) ?? true);

const colours = ['grey', 'red', 'blue', 'green', 'black'];
const text = 'A coat of wool that keeps the wind out, lined, with two pockets and a hood that can be taken off. ';

function rowOf(form: Form, i: number): string {
  const [id, name, price, stock] = [`${form}-${i}`, `Winter coat number ${i}`, `${10 + (i % 500)}.50`, i % 40];
  const [url, image, colour] = [`https://shop.example/${i}`, `https://cdn.example/${i}.jpg`, colours[i % 5]!];
  const group = `Women > Coats > Line ${i % 50}`;
  if (form === 'csv') return `${id},"${name}",${price},EUR,${stock},${group},${url},${image},${colour},"${text}"\n`;
  if (form === 'xml') {
    return `<item><g:id>${id}</g:id><title>${name}</title><g:price>${price} EUR</g:price><g:quantity>${stock}</g:quantity><g:product_type>${group.replaceAll('>', '&gt;')}</g:product_type><link>${url}</link><g:image_link>${image}</g:image_link><g:color>${colour}</g:color><description>${text}</description></item>\n`;
  }
  const item = { id, name, price: Number(price), currency: 'EUR', stock, categories: group.split(' > '), url };
  return `${JSON.stringify({ ...item, imageUrl: image, colour, message: text })}\n`;
}

/** The file, made as it is read: nothing of it is held. */
async function* fileOf(form: Form): AsyncGenerator<Buffer> {
  if (form === 'csv') yield Buffer.from('id,name,price,currency,stock,categories,url,imageUrl,colour,message\n');
  if (form === 'xml') yield Buffer.from('<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n');
  for (let from = 0; from < rows; from += 100) {
    let piece = '';
    for (let i = from; i < Math.min(rows, from + 100); i++) piece += rowOf(form, i);
    yield Buffer.from(piece);
  }
  if (form === 'xml') yield Buffer.from('</channel></rss>\n');
}

const dataDir = passingFolder();
const database = await launch({ dataDir, log: quietLog, say: () => {} });
const store = await openStore(database.url, { connections: 10 });
try {
  await migrate(store, [...jobMigrations, ...migrations]);
  for (const form of forms) {
    const bare = await measureBare(form);
    await measureFeed(form, bare);
  }
} finally {
  await store.close();
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** Rows a second of a parser and an insert, and nothing else. */
async function measureBare(form: Form): Promise<number> {
  await store.run({ text: 'drop table if exists bare' });
  await store.run({ text: 'create table bare (id text primary key, body jsonb not null)' });
  let held: Record<string, unknown>[] = [];
  const insert = async () => {
    const values = [JSON.stringify(held.map((body) => ({ id: body['id'], body })))];
    await store.run({
      name: 'bare',
      text: 'insert into bare select id, body from jsonb_to_recordset($1::jsonb) as given(id text, body jsonb)',
      values,
    });
    held = [];
  };
  const began = elapsed();
  for await (const row of bareRows(form)) {
    held.push(row);
    if (held.length === size) await insert();
  }
  if (held.length > 0) await insert();
  const rate = (rows / (elapsed() - began)) * 1000;
  await store.run({ text: 'drop table bare' });
  return rate;
}

async function* bareRows(form: Form): AsyncGenerator<Record<string, unknown>> {
  if (form === 'csv')
    yield* Readable.from(fileOf(form)).pipe(parse({ columns: true })) as AsyncIterable<Record<string, string>>;
  else if (form === 'ndjson') {
    for await (const line of createInterface({ input: Readable.from(fileOf(form)) })) {
      yield JSON.parse(line) as Record<string, unknown>;
    }
  } else yield* bareXml();
}

async function* bareXml(): AsyncGenerator<Record<string, unknown>> {
  const parser = new SaxesParser({ position: false });
  let row: Record<string, string> | null = null;
  let made: Record<string, string>[] = [];
  let said = '';
  parser.on('opentag', ({ name }) => {
    if (name === 'item') row = {};
    said = '';
  });
  parser.on('text', (more) => (said += more));
  parser.on('closetag', ({ name }) => {
    if (name === 'item') made.push(row!);
    else if (row) row[name.replace('g:', '')] = said;
  });
  for await (const piece of fileOf('xml')) {
    parser.write(piece.toString());
    yield* made;
    made = [];
  }
}

async function measureFeed(form: Form, bare: number): Promise<void> {
  const [clock, random] = [new SystemClock(), new SystemRandom()];
  const ids = new UuidIds(clock, random);
  const catalog = await Catalog.open(store, clock, { currency: 'EUR' });
  const jobs = new Jobs({ store, clock, ids });
  const files = new FeedFiles({ store, clock, ids });
  const secret = random.bytes(32);
  const runs = new FeedRuns({
    store,
    clock,
    catalog,
    jobs,
    files,
    log: quietLog,
    random,
    secret,
    fetcher: openFetcher(),
  });
  const feeds = new Feeds({ store, clock, ids, random, jobs, files, secret, allowed: [], onRun: () => {} });
  await feeds.put(form, { mode: 'replace' });
  const before = process.memoryUsage().rss;
  const watch = watchMemory();
  const pass = async () => {
    const began = elapsed();
    const { id } = await feeds.send(form, fileOf(form), { dry: false, name: null });
    await runs.finish();
    const run = await feeds.runOf(form, id);
    if (run.state !== 'done' || run.counts.kept !== rows)
      throw new Error(`The run ended as ${run.state}: ${run.error?.why}`);
    return (rows / (elapsed() - began)) * 1000;
  };
  const first = await pass();
  const again = await pass();
  const peak = (await watch()) - before;
  const note = `${rows} rows; file kept, checked whole, weighed, written, ids noted; limit: a bare parser and an insert of the same rows`;
  figure({ bench, figure: `${form}-rows`, value: first, unit: 'rows/s', limit: bare, note });
  const same = `the same file once more, of which nothing differs; limit: as above`;
  figure({ bench, figure: `${form}-again`, value: again, unit: 'rows/s', limit: bare, note: same });
  const memory =
    'growth of the process while both runs go on, the catalogue of all these items among it; PostgreSQL apart';
  figure({ bench, figure: `${form}-peak`, value: peak / 2 ** 20, unit: 'MiB', limit: null, note: memory });
}

/** @returns what ends the watch and gives the most that was seen, octets */
function watchMemory(): () => Promise<number> {
  const end = new AbortController();
  let most = 0;
  const watching = (async () => {
    while (!end.signal.aborted) {
      most = Math.max(most, process.memoryUsage().rss);
      await pause(20);
    }
  })();
  return async () => {
    end.abort();
    await watching;
    return most;
  };
}
