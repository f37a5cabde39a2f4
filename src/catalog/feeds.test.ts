import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { Jobs, migrations as jobMigrations } from '../job/index.ts';
import type { Store } from '../store/index.ts';
import { Catalog } from './catalog.ts';
import { FeedFiles } from './feed-files.ts';
import { openFetcher, vetted } from './feed-fetch.ts';
import { IdSet } from './feed-ids.ts';
import { FeedRuns } from './feed-runs.ts';
import { type FeedSchedule, nextAt } from './feed-schedule.ts';
import { statusOf } from './feed-status.ts';
import { Feeds } from './feeds.ts';
import { migrations } from './table.ts';

const start = Date.UTC(2026, 10, 24, 9);
const secret = new Uint8Array(32).fill(3);

let store: Store;
let clock: FakeClock;
let catalog: Catalog;
let feeds: Feeds;
let runs: FeedRuns;
let parts: ConstructorParameters<typeof FeedRuns>[0];

/** The shop's server: what it answers, and what it was asked. */
let answer: (
  path: string,
  headers: Record<string, unknown>,
) => { status: number; body?: string | Buffer; headers?: Record<string, string> };
const asked: { path: string; headers: Record<string, unknown> }[] = [];
let server: Server;
let host = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ path: request.url!, headers: request.headers });
    const { status, body = '', headers = {} } = answer(request.url!, request.headers);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  store = await freshStore([...jobMigrations, ...migrations]);
});

afterAll(() => void server.close());

beforeEach(async () => {
  for (const table of [
    'item',
    'catalog_setting',
    'job',
    'feed_source',
    'feed_run',
    'feed_file',
    'feed_part',
    'feed_fault',
    'feed_item',
  ]) {
    await store.run({ text: `delete from ${table}` });
  }
  asked.length = 0;
  clock = new FakeClock(start);
  const random = new SeededRandom(5);
  const ids = new UuidIds(clock, random);
  catalog = await Catalog.open(store, clock, { currency: 'EUR' });
  const jobs = new Jobs({ store, clock, ids });
  const files = new FeedFiles({ store, clock, ids });
  const fetcher = openFetcher({ allowed: [host], silenceMs: 2000 });
  parts = { store, clock, catalog, jobs, files, log: quietLog, random, fetcher, secret, batch: 10 };
  runs = new FeedRuns(parts);
  feeds = new Feeds({ store, clock, ids, random, jobs, files, secret, allowed: [host], onRun: () => {} });
});

async function* octets(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Sends a file and works until nothing is due. */
async function send(key: string, text: string, dry = false) {
  const { id } = await feeds.send(key, octets(text), { dry, name: null });
  await runs.finish();
  return feeds.runOf(key, id);
}

const table = (ids: readonly number[], price = 10) =>
  `id,name,price,stock\n${ids.map((id) => `i${id},Item ${id},${price},5\n`).join('')}`;
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('a run', () => {
  it('takes a file, tells what it did, and every bad row with its reason', async () => {
    await feeds.put('main', {});
    const run = await send('main', `${table(upTo(25))}i26,,10,5\ni27,Bad,"15,99",5\ni1,Again,11,5\n`);
    expect(run).toMatchObject({
      state: 'partial',
      counts: { rows: 28, kept: 26, refused: 2, repeated: 1, created: 25, removed: 0 },
      forecast: { rows: 28, created: 25 },
      error: null,
    });
    expect(run.counts.codes).toEqual({ ITEM_NAME_MISSING: 1, ITEM_PRICE_INVALID: 1, FEED_ROW_REPEATED: 1 });
    expect(await feeds.faults('main', run.id, { after: 0, limit: 10 })).toEqual([
      { row: 27, id: 'i26', code: 'ITEM_NAME_MISSING', why: 'Item "i26" is new and has no name' },
      { row: 28, id: 'i27', code: 'ITEM_PRICE_INVALID', why: '"15,99" is not a price' },
      { row: 29, id: 'i1', code: 'FEED_ROW_REPEATED', why: '"i1" has come before in the file; the last row holds' },
    ]);
    expect([catalog.size, catalog.get('i1')?.name, catalog.get('i25')?.priceMinor]).toEqual([25, 'Again', 1000]);
    expect(await feeds.get('main')).toMatchObject({ items: 25, status: 'partial', dot: 'yellow' });
  });

  it('that is dry writes nothing, shows what would become of the columns, and can be approved', async () => {
    await feeds.put('main', { mode: 'replace' });
    const dry = await send('main', table(upTo(12)), true);
    expect(dry).toMatchObject({ state: 'checked', forecast: { created: 12 }, counts: { created: 0 } });
    expect(catalog.size).toBe(0);
    expect(dry.preview?.columns[2]).toEqual({ name: 'price', samples: ['10', '10', '10'], field: 'price' });
    expect(dry.preview?.items[0]).toEqual({
      row: 2,
      item: { id: 'i1', name: 'Item 1', price: 10, stock: 5 },
      why: null,
    });
    await feeds.approve('main', dry.id);
    await runs.finish();
    expect(await feeds.runOf('main', dry.id)).toMatchObject({ state: 'done', counts: { created: 12 } });
    expect(catalog.size).toBe(12);
    // The same file, again and with another mapping, without sending it again.
    const mapping = {
      fields: { id: { column: 'id' }, name: { expression: '"New " + row.name' } },
      others: 'leave' as const,
      decimal: '.' as const,
    };
    await feeds.put('main', { mapping });
    const { id } = await feeds.run('main', { dry: true, again: true });
    await runs.finish();
    expect((await feeds.runOf('main', id)).preview?.items[0]?.item).toEqual({ id: 'i1', name: 'New Item 1' });
  });

  it('that would take out more than its share asks first; a merge never takes out (FEED-8, CAT-12; trust: a bad feed empties nothing)', async () => {
    await feeds.put('main', { mode: 'replace' });
    await send('main', table(upTo(30)));
    const half = await send('main', table(upTo(15)));
    expect(half).toMatchObject({ state: 'held', alarms: [{ what: 'removed', count: 15, of: 30, limit: 0.2 }] });
    expect(await feeds.get('main')).toMatchObject({ status: 'asks', dot: 'yellow' });
    expect(catalog.size).toBe(30);
    await feeds.approve('main', half.id);
    await runs.finish();
    expect(await feeds.runOf('main', half.id)).toMatchObject({ state: 'done', counts: { removed: 15 } });
    expect(catalog.size).toBe(15);
    await feeds.put('main', { mode: 'merge' });
    expect(await send('main', table([1]))).toMatchObject({ state: 'done', counts: { removed: 0 } });
    expect(catalog.size).toBe(15);
  });

  it('asks when most prices change, or most stock is gone', async () => {
    await feeds.put('main', {});
    await send('main', table(upTo(20)));
    expect((await send('main', table(upTo(20), 11))).alarms).toEqual([
      { what: 'priced', count: 20, of: 20, limit: 0.5 },
    ]);
    const out = table(upTo(20)).replaceAll(',5\n', ',0\n');
    const held = await send('main', out);
    expect(held.alarms).toEqual([{ what: 'cleared', count: 20, of: 20, limit: 0.3 }]);
    expect(await feeds.cancel('main', held.id)).toMatchObject({ state: 'cancelled', note: 'Not approved' });
    expect(catalog.get('i1')).toMatchObject({ priceMinor: 1000, stock: 5 });
    await feeds.put('main', { guard: { priced: null } });
    expect(await send('main', table(upTo(20), 11))).toMatchObject({ state: 'done', counts: { priced: 20 } });
  });

  it('takes out only what came from this feed alone, keeps refused rows, and takes out nothing when an id is unread', async () => {
    await catalog.upsert([{ id: 'api', name: 'By the API' }]);
    await feeds.put('a', { mode: 'replace', guard: { removed: null } });
    await feeds.put('b', {});
    await send('b', table([1]));
    await send('a', table(upTo(9)));
    // i1 is of both feeds, i2 is refused this time, and the API's item is nobody's business here.
    expect(await send('a', `${table([9])}i2,,oops,5\n`)).toMatchObject({ state: 'partial', counts: { removed: 6 } });
    expect([...catalog.all()].map(({ id }) => id).sort()).toEqual(['api', 'i1', 'i2', 'i9']);
    const unread = await send('a', `${table([9])},No id,1,1\n`);
    expect(unread).toMatchObject({ state: 'partial', counts: { removed: 0 } });
    expect(unread.note).toContain('Nothing is taken out');
    expect(catalog.size).toBe(4);
  });

  it.each([
    ['an empty table', 'id,name\n', 'FEED_NOTHING_TAKEN'],
    ['an error page', '<html><title>503</title>', 'FEED_NOT_A_FEED'],
    ['a table without an id', 'a,b\n1,2\n', 'FEED_COLUMNS_UNKNOWN'],
    [
      'XML that is cut short after good rows',
      `<r>${'<item><id>i1</id><title>x</title></item>'.repeat(50)}<item>`,
      'FEED_FILE_BROKEN',
    ],
    ['rows that are all bad', 'id,name,price\ni1,x,?\n', 'FEED_NOTHING_TAKEN'],
  ])('fails on %s and leaves the catalogue as it is', async (_name, text, code) => {
    await feeds.put('main', { mode: 'replace', guard: { removed: null, refused: null } });
    await send('main', table(upTo(5)));
    const run = await send('main', text);
    expect(run).toMatchObject({ state: 'failed', error: { code }, counts: { created: 0, removed: 0 } });
    expect(catalog.size).toBe(5);
    expect(await feeds.get('main')).toMatchObject({ dot: 'red', status: 'failed' });
  });

  it('counts an item once however often it comes, and shows the columns of a file whose id it does not know', async () => {
    await feeds.put('main', {});
    // Twice within a batch of ten, and once more in a later one.
    const counts = (await send('main', table([1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1]), true)).forecast;
    expect(counts).toMatchObject({ created: 10, repeated: 2, kept: 12 });
    const run = await send('main', 'nummer,was\n1,Lampe\n', true);
    expect(run.preview?.columns.map(({ name }) => name)).toEqual(['nummer', 'was']);
  });

  it('says in one environment only what it says, when it is for one (FEED-6)', async () => {
    await catalog.upsert([{ id: 'i1', name: 'Item 1', price: 10 }]);
    await feeds.put('se', { environment: 'se', guard: { priced: null } });
    await send('se', 'id,price\ni1,12\n');
    expect(catalog.get('i1')?.priceMinor).toBe(1000);
    expect(catalog.shelf('se').get('i1')?.priceMinor).toBe(1200);
  });
});

describe('a run whose worker dies', () => {
  it('is taken over when its lease lapses, goes on where it was, and the dead one changes nothing more', async () => {
    await feeds.put('main', { mode: 'replace' });
    const jobs = new Jobs({ store, clock, ids: new UuidIds(clock, new SeededRandom(1)), leaseMs: 0 });
    let calls = 0;
    let reached = () => {};
    const stuck = new Promise<void>((done) => (reached = done));
    let letGo = () => {};
    const dead = new Promise<void>((done) => (letGo = done));
    const dying = new Proxy(catalog, {
      get: (target, name) => {
        if (name !== 'upsert') {
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        }
        return async (...given: Parameters<Catalog['upsert']>) => {
          if (++calls === 3) {
            reached();
            await dead;
          }
          return target.upsert(...given);
        };
      },
    });
    const first = new FeedRuns({ ...parts, jobs, catalog: dying });
    const { id } = await feeds.send('main', octets(table(upTo(45))), { dry: false, name: null });
    const late = first.finish();
    await stuck;
    expect(await feeds.runOf('main', id)).toMatchObject({ state: 'importing', counts: { rows: 20 } });
    const second = new FeedRuns({ ...parts, jobs });
    await second.finish();
    const ended = await feeds.runOf('main', id);
    expect(ended).toMatchObject({ state: 'done', counts: { rows: 45, kept: 45, created: 45 } });
    letGo();
    await late;
    expect(await feeds.runOf('main', id)).toEqual(ended);
    expect(catalog.size).toBe(45);
  });

  it('one run at a time: a second one is refused while the first is under way, and may follow a cancel', async () => {
    await feeds.put('main', {});
    const { id } = await feeds.send('main', octets(table([1])), { dry: false, name: null });
    await expect(feeds.send('main', octets(table([2])), { dry: false, name: null })).rejects.toMatchObject({
      code: 'FEED_BUSY',
    });
    await expect(feeds.remove('main')).rejects.toMatchObject({ code: 'FEED_BUSY' });
    expect(await feeds.cancel('main', id)).toMatchObject({ state: 'cancelled' });
    await runs.finish();
    expect(catalog.size).toBe(0);
    expect(await send('main', table([2]))).toMatchObject({ state: 'done', number: 2 });
    await feeds.remove('main');
    expect([await feeds.list(), catalog.size]).toEqual([[], 1]);
  });
});

describe('an address', () => {
  it('is asked on its schedule in its zone, with what it said last, and not loaded when it has not changed (FEED-5)', async () => {
    answer = (_path, headers) =>
      headers['if-none-match'] === '"v1"'
        ? { status: 304 }
        : { status: 200, body: table([1]), headers: { etag: '"v1"' } };
    const view = await feeds.put('web', {
      url: `http://${host}/items.csv`,
      schedule: { cron: '0 3 * * *', zone: 'Europe/Stockholm' },
      user: 'shop',
      password: 'pässword',
      headers: { 'x-token': 't1' },
    });
    expect(JSON.stringify(view)).not.toMatch(/pässword|t1/);
    // When it is saved with other settings, too.
    expect(view.nextDue).toBe(clock.now());
    expect(await feeds.startDue()).toBe(1);
    await runs.finish();
    const { nextDue: next } = await feeds.put('web', { name: 'Renamed' });
    expect(new Date(next!).toISOString()).toBe('2026-11-25T02:00:00.000Z');
    expect(await feeds.startDue()).toBe(0);
    await feeds.put('web', { paused: true });
    expect(await feeds.nextDue()).toBeNull();
    await feeds.put('web', { paused: false });
    expect(await feeds.startDue()).toBe(1);
    await runs.finish();
    expect(asked).toHaveLength(2);
    expect(asked[0]!.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('shop:pässword').toString('base64')}`,
      'x-token': 't1',
    });
    expect(await feeds.get('web')).toMatchObject({ status: 'imported', dot: 'green', last: { how: 'schedule' } });
    clock.set((await feeds.nextDue())!);
    await feeds.startDue();
    await runs.finish();
    expect(await feeds.get('web')).toMatchObject({ status: 'unchanged', dot: 'green' });
    // The day when summer time begins has no 02:30, and the run is not lost.
    const { nextDue } = await feeds.put('web', { schedule: { cron: '30 2 * * *', zone: 'Europe/Stockholm' } });
    expect(nextDue).not.toBeNull();
  });

  it('is asked every two weeks, in the weeks of a day that is named, across a change of the clock (FEED-5)', async () => {
    const schedule = { cron: '0 3 * * 1', zone: 'Europe/Stockholm', weeks: 2, from: '2027-03-11' };
    await feeds.put('web', { url: `http://${host}/items.csv`, schedule });
    expect(await feeds.get('web')).toMatchObject({ settings: { schedule } });
    const due = (after: string, of: FeedSchedule = schedule) => new Date(nextAt(of, Date.parse(after))!).toISOString();
    expect(due('2027-03-01T00:00:00Z')).toBe('2027-03-08T02:00:00.000Z');
    expect(due('2027-03-08T02:00:00Z')).toBe('2027-03-22T02:00:00.000Z');
    expect(due('2027-03-22T02:00:00Z')).toBe('2027-04-05T01:00:00.000Z');
    // Of a schedule that falls due all the time, only the week is left out.
    const often = { ...schedule, cron: '*/5 * * * *' };
    expect(due('2027-03-14T22:57:00Z', often)).toBe('2027-03-21T23:00:00.000Z');
    const { nextDue } = (await feeds.get('web'))!;
    clock.set(nextDue!);
    await feeds.startDue();
    await runs.finish();
    // Late by a quarter of the two weeks, but a day at most.
    clock.set((await feeds.nextDue())! + 23 * 3_600_000);
    expect(await feeds.get('web')).not.toMatchObject({ status: 'late' });
    clock.advance(2 * 3_600_000);
    expect(await feeds.get('web')).toMatchObject({ dot: 'yellow' });
    for (const wrong of [{ from: '2027-02-30' }, { from: 'Monday' }, { weeks: 9 }, { weeks: 1.5 }]) {
      await expect(feeds.put('web', { schedule: { ...schedule, ...wrong } })).rejects.toMatchObject({
        code: 'FEED_SETTINGS_INVALID',
      });
    }
  });

  it('that does not answer is asked again, ever later; one that refuses is not', async () => {
    answer = () => ({ status: 503, body: 'secret of the inside' });
    await feeds.put('web', { url: `http://${host}/x` });
    const { id } = await feeds.run('web', { dry: false, again: false });
    await runs.finish();
    const waiting = await feeds.runOf('web', id);
    expect(waiting).toMatchObject({ state: 'waiting', tries: 1, error: { code: 'FEED_UNREACHABLE' } });
    expect(JSON.stringify(waiting)).not.toContain('secret of the inside');
    for (let i = 0; i < 5; i++) {
      clock.advance(2 * 3_600_000);
      await runs.finish();
    }
    expect(asked).toHaveLength(5);
    expect(await feeds.get('web')).toMatchObject({ status: 'server-not-found', dot: 'red' });
    answer = () => ({ status: 404 });
    const gone = await feeds.run('web', { dry: false, again: false });
    await runs.finish();
    expect(await feeds.runOf('web', gone.id)).toMatchObject({
      state: 'failed',
      error: { code: 'FEED_ANSWER_REFUSED' },
    });
  });

  it('is followed through three redirects without its credentials, never inside, and cut off at its limits (trust row 66)', async () => {
    const load = openFetcher({ allowed: [host, host.replace('127.0.0.1', 'localhost')] });
    const other = host.replace('127.0.0.1', 'localhost');
    answer = (path) =>
      path === '/a' ? { status: 302, headers: { location: `http://${other}/b` } } : { status: 200, body: 'ok' };
    const found = await load({ url: `http://${host}/a`, headers: { authorization: 'Basic x' } });
    if (!found.changed) throw new Error('nothing came');
    let text = '';
    for await (const piece of found.octets) text += Buffer.from(piece).toString();
    expect([text, asked[0]!.headers['authorization'], asked[1]!.headers['authorization']]).toEqual([
      'ok',
      'Basic x',
      undefined,
    ]);
    answer = () => ({ status: 302, headers: { location: '/again' } });
    await expect(load({ url: `http://${host}/a` })).rejects.toMatchObject({ code: 'FEED_URL_REFUSED' });
    answer = () => ({ status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } });
    await expect(load({ url: `http://${host}/a` })).rejects.toMatchObject({ code: 'FEED_URL_REFUSED' });
    answer = () => ({ status: 200, body: 'x'.repeat(5000) });
    const long = await load({ url: `http://${host}/a`, limit: 1000 });
    await expect(drain(long.changed ? long.octets : octets(''))).rejects.toMatchObject({ code: 'FEED_TOO_LARGE' });
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    answer = () => ({ status: 200, body: bomb, headers: { 'content-encoding': 'gzip' } });
    const packed = await load({ url: `http://${host}/a` });
    await expect(drain(packed.changed ? packed.octets : octets(''))).rejects.toMatchObject({
      code: 'FEED_FILE_REFUSED',
    });
    answer = () => ({ status: 200, body: gzipSync('id,name\n'), headers: { 'content-encoding': 'gzip' } });
    const fine = await load({ url: `http://${host}/a` });
    if (!fine.changed) throw new Error('nothing came');
    let plain = '';
    for await (const piece of fine.octets) plain += Buffer.from(piece).toString();
    expect(plain).toBe('id,name\n');
  });

  it.each([
    'http://shop.example/feed',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:7f00:1]/',
    'https://localhost/',
    'https://localhost./',
    'https://shop.example:8443/',
    'https://intranet/',
    'https://user:pass@shop.example/',
    'ftp://shop.example/',
    'file:///etc/passwd',
    'no address',
  ])('%s is refused when it is set, FTP too (trust.md §3.1, FEED-4)', async (url) => {
    expect(() => vetted(url)).toThrow('A feed may not call');
    await expect(feeds.put('web', { url })).rejects.toMatchObject({ code: 'FEED_URL_REFUSED' });
  });

  it('elsewhere is not given the credentials of the old one', async () => {
    await feeds.put('web', { url: 'https://shop.example/a', user: 'u', password: 'p' });
    expect(await feeds.put('web', { url: 'https://shop.example/b' })).toMatchObject({ user: 'u' });
    expect(await feeds.put('web', { url: 'https://evil.example/b' })).toMatchObject({ user: null });
  });
});

async function drain(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _piece of pieces);
}

describe('settings', () => {
  it.each([
    [{ schedule: { cron: '0 3 * * *', zone: 'UTC' } }, 'needs an address'],
    [{ url: 'https://a.example/', schedule: { cron: '* * * * *', zone: 'UTC' } }, 'more often'],
    [{ url: 'https://a.example/', schedule: { cron: '0 3 * *', zone: 'UTC' } }, 'five fields'],
    [{ url: 'https://a.example/', schedule: { cron: '0 3 * * *', zone: 'Mars/Base' } }, 'cannot be read'],
    [{ url: 'https://a.example/', schedule: { cron: '0 3 30 2 *', zone: 'UTC' } }, 'never falls due'],
    [
      { mapping: { fields: { name: { column: 'a' } }, others: 'leave' as const, decimal: '.' as const } },
      'nothing of the id',
    ],
    [{ mapping: { fields: { id: { expression: 'row.' } }, others: 'leave' as const, decimal: '.' as const } }, ''],
    [{ headers: { host: 'x' } }, 'says how the call is made'],
    [{ headers: { 'x-a': 'a\r\nb: c' } }, 'no header can have'],
    [{ reading: { encoding: 'klingon' } }, 'not known'],
  ])('%j is refused', async (input, why) => {
    await expect(feeds.put('x', input)).rejects.toMatchObject({
      code: 'FEED_SETTINGS_INVALID',
      message: expect.stringContaining(why) as string,
    });
  });
});

it('the dot is yellow when a feed is late by a quarter of its period, a day at most (FEED-7)', () => {
  const last = { state: 'done', error: null, dry: false } as const;
  const hour = 3_600_000;
  const at = (late: number, period: number) => statusOf({ nextDue: 0 }, last, { now: late, period }).dot;
  expect([at(5 * hour, 24 * hour), at(7 * hour, 24 * hour)]).toEqual(['green', 'yellow']);
  expect([at(23 * hour, 400 * hour), at(25 * hour, 400 * hour)]).toEqual(['green', 'yellow']);
  expect(statusOf({ nextDue: null }, null, { now: 0, period: null })).toEqual({ status: 'no-run', dot: 'white' });
});

it('a set of ids knows a hundred thousand of them, and no others', () => {
  const set = new IdSet();
  for (let i = 0; i < 100_000; i++) expect(set.add(`item-${i}`)).toBe(true);
  expect(set.add('item-5')).toBe(false);
  let wrong = 0;
  for (let i = 0; i < 100_000; i++) wrong += Number(!set.has(`item-${i}`)) + Number(set.has(`other-${i}`));
  expect([wrong, set.size]).toEqual([0, 100_000]);
});
