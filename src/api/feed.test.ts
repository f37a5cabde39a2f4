import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Catalog, FeedFiles, FeedRuns, Feeds, migrations, openFetcher } from '../catalog/index.ts';
import { Jobs, migrations as jobMigrations } from '../job/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, readKey, secretKey } from '../../test/support/house.ts';
import { buildServer } from './server.ts';

let store: Store;
let app: FastifyInstance;
let catalog: Catalog;
let runs: FeedRuns;

beforeAll(async () => {
  store = await freshStore([...jobMigrations, ...migrations]);
  const house = fakeHouse();
  const { clock, ids, random, log } = house;
  const { secret } = house.settings;
  catalog = await Catalog.open(store, clock, { currency: 'EUR' });
  const jobs = new Jobs({ store, clock, ids });
  const files = new FeedFiles({ store, clock, ids });
  runs = new FeedRuns({ store, clock, catalog, jobs, files, log, random, secret, fetcher: openFetcher() });
  house.feeds = new Feeds({ store, clock, ids, random, jobs, files, secret, allowed: [], onRun: () => {} });
  app = await buildServer(house);
});
afterAll(async () => {
  await app.close();
  await store.close();
});

async function call(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  url: string,
  { body, key = secretKey, type }: { body?: object | string | Buffer; key?: string; type?: string } = {},
) {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const answer = await app.inject({
    method,
    url: `/v1${url}`,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': type ?? (isRaw ? 'text/csv' : 'application/json') }),
    },
    ...(body === undefined ? {} : { payload: isRaw ? body : JSON.stringify(body) }),
  });
  return {
    status: answer.statusCode,
    text: answer.body,
    body: answer.body.startsWith('{') ? answer.json<Answer>() : ({} as Answer),
  };
}

type Answer = Record<string, unknown>;

it('a feed is made, tried dry, approved, and its bad rows are a table that is safe to open (trust row 96)', async () => {
  const made = await call('PUT', '/feeds/main', { body: { name: 'All', mode: 'replace' } });
  expect(made).toMatchObject({ status: 200, body: { key: 'main', status: 'no-run', dot: 'white', items: 0 } });
  const file = 'id,name,price\na,Coat,10\n=cmd(),Hat,x\n';
  const sent = await call('PUT', '/feeds/main/file?dry=true', { body: gzipSync(file), type: 'application/gzip' });
  expect(sent).toMatchObject({ status: 200, body: { state: 'waiting', dry: true, progress: 0 } });
  await runs.finish();
  const run = `/feeds/main/runs/${sent.body['id'] as string}`;
  expect((await call('GET', run)).body).toMatchObject({
    state: 'checked',
    progress: 1,
    forecast: { created: 1, refused: 1, codes: { ITEM_PRICE_INVALID: 1 } },
    preview: {
      format: 'csv',
      dialect: 'plain',
      packed: true,
      columns: [{ field: 'id' }, { field: 'name' }, { field: 'price' }],
    },
  });
  expect(catalog.size).toBe(0);
  expect(await call('POST', `${run}/approve`, { body: {} })).toMatchObject({ status: 200, body: { state: 'waiting' } });
  await runs.finish();
  expect((await call('GET', '/feeds')).body).toMatchObject({
    feeds: [{ key: 'main', items: 1, status: 'partial', dot: 'yellow', last: { number: 1, counts: { created: 1 } } }],
  });
  expect((await call('GET', `${run}/faults?limit=5`)).body).toMatchObject({ faults: [{ row: 3, id: '=cmd()' }] });
  expect((await call('GET', `${run}/report.csv`)).text).toBe(
    '"row","id","code","why"\r\n"3","\'=cmd()","ITEM_PRICE_INVALID","""x"" is not a price"\r\n',
  );
  expect((await call('DELETE', '/feeds/main')).body).toEqual({ removed: true });
});

it('each refusal has its status and code', async () => {
  await call('PUT', '/feeds/a', { body: {} });
  const refused = async (...given: Parameters<typeof call>) => {
    const { status, body } = await call(...given);
    return [status, body['code'] as string];
  };
  expect(await refused('GET', '/feeds/none')).toEqual([404, 'FEED_UNKNOWN']);
  expect(await refused('PUT', '/feeds/none/file', { body: 'x' })).toEqual([404, 'FEED_UNKNOWN']);
  expect(await refused('PUT', '/feeds/a b', { body: {} })).toEqual([400, 'FEED_SETTINGS_INVALID']);
  expect(await refused('PUT', '/feeds/a', { body: { url: 'http://10.0.0.1/' } })).toEqual([400, 'FEED_URL_REFUSED']);
  expect(await refused('PUT', '/feeds/a', { body: { mode: 'empty' } })).toEqual([400, 'API_INPUT_INVALID']);
  expect(await refused('GET', '/feeds/a/runs/x')).toEqual([404, 'FEED_RUN_UNKNOWN']);
  expect(await refused('POST', '/feeds/a/runs', { body: {} })).toEqual([409, 'FEED_FILE_GONE']);
  expect(await refused('PUT', '/feeds/a', { body: {}, key: readKey })).toEqual([403, 'API_KEY_NOT_ENOUGH']);
  const { body } = await call('PUT', '/feeds/a/file', { body: 'id,name\n1,a\n' });
  expect(await refused('PUT', '/feeds/a/file', { body: 'id,name\n1,a\n' })).toEqual([409, 'FEED_BUSY']);
  expect(await call('POST', `/feeds/a/runs/${body['id'] as string}/cancel`, { body: {} })).toMatchObject({
    body: { state: 'cancelled' },
  });
  expect(await refused('POST', `/feeds/a/runs/${body['id'] as string}/approve`, { body: {} })).toEqual([
    409,
    'FEED_RUN_NOT_WAITING',
  ]);
});
