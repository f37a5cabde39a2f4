import type { FastifyInstance } from 'fastify';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { fakeAnswer } from '../../test/support/recommend.ts';
import { CustomLists, migrations } from '../recommend/index.ts';
import type { Store } from '../store/index.ts';
import { buildServer } from './server.ts';

let store: Store;
let house: FakeHouse;
let app: FastifyInstance;

beforeAll(async () => {
  store = await freshStore(migrations);
});

beforeEach(async () => {
  house = fakeHouse();
  await store.run({ text: 'truncate custom_list cascade' });
  house.customLists = new CustomLists({ store, clock: house.clock });
  app = await buildServer(house);
});

afterEach(() => app.close());

async function call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: object | string) {
  const isText = typeof body === 'string';
  const answer = await app.inject({
    method,
    url: `/v1${url}`,
    headers: {
      authorization: `Bearer ${secretKey}`,
      ...(body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: body }),
  });
  const isJson = String(answer.headers['content-type']).includes('json');
  return {
    status: answer.statusCode,
    body: isJson ? (answer.json() as Record<string, unknown>) : {},
    text: answer.body,
  };
}

it('a criterion says whether it is ready, by its list and by what is learned (recommendations CRI-4)', async () => {
  await call('PUT', '/custom-lists/look', { name: 'Look book' });
  const definition = { key: 'look', name: 'Look', algorithm: { kind: 'custom', list: 'look' } } as const;
  const popular = house.criteria.get('popular');
  house.criteria.list = () => [{ ...popular, ...definition }, popular];
  house.recommend.did = () => false;
  const states = async () =>
    ((await call('GET', '/criteria')).body['criteria'] as { ready: boolean; lacks: string | null }[]).map(
      ({ ready, lacks }) => [ready, lacks],
    );

  expect(await states()).toEqual([
    [false, 'list'],
    [false, 'views'],
  ]);
  await call('POST', '/custom-lists/look/rows', 'coat,hat\n');
  house.recommend.did = () => true;
  expect(await states()).toEqual([
    [true, null],
    [true, null],
  ]);
  const history = [{ status: 'Server Not Found', message: 'lists.example', at: 0 }] as const;
  house.listFeeds.get = () => ({
    list: 'look',
    url: 'https://lists.example/',
    schedule: null as never,
    history: [...history],
  });
  expect(await states()).toEqual([
    [true, 'feed'],
    [true, null],
  ]);
});

it('a list is made, filled, looked at and removed', async () => {
  expect(await call('POST', '/custom-lists/look/rows', 'coat,hat')).toMatchObject({ status: 404 });
  await call('PUT', '/custom-lists/look', { name: 'Look book' });
  const tried = await call('POST', '/custom-lists/look/rows?dry=true', 'coat,hat\nlamp\n');
  expect(tried.body).toMatchObject({ kept: 1, removed: 0, written: false, refused: [{ row: 2, id: 'lamp' }] });
  expect((await call('GET', '/custom-lists')).body).toMatchObject({
    lists: [{ key: 'look', rows: 0, uploadedAt: null }],
  });
  await call('POST', '/custom-lists/look/rows', 'coat,hat\n,rope\n');
  expect((await call('GET', '/custom-lists/look')).body).toMatchObject({ rows: 2, expires: false });
  expect((await call('GET', '/custom-lists/look/rows')).body).toMatchObject({
    rows: [
      { key: '', items: ['rope'] },
      { key: 'coat', items: ['hat'] },
    ],
  });
  expect((await call('GET', '/custom-lists/look/rows?after=')).body).toMatchObject({ rows: [{ key: 'coat' }] });
  expect(await call('DELETE', '/custom-lists/look')).toMatchObject({ status: 200, body: { removed: true } });
  expect(await call('GET', '/custom-lists/look')).toMatchObject({ status: 404 });
});

it('what is asked wrongly is said', async () => {
  await call('PUT', '/custom-lists/look', { name: 'Look book' });
  expect(await call('POST', '/custom-lists/look/rows?mode=add', 'coat,hat')).toMatchObject({ status: 400 });
  expect(await call('GET', '/custom-lists/look/rows?limit=0')).toMatchObject({ status: 400 });
  expect(await call('PUT', '/custom-lists/no%20key', { name: 'x' })).toMatchObject({ status: 400 });
  expect(await call('POST', '/custom-lists/look/rows', '')).toMatchObject({ status: 400 });
});

it('a download is uploaded again and says the same (recommendations DL-1, CUS-1)', async () => {
  const ids = ['coat', '=cmd', 'a"b', 'x,y', '#1'];
  house.lists = { ids: () => ids, categories: () => [] };
  house.recommend.answer = (request) => {
    const answer = fakeAnswer(request);
    return { ...answer, items: ids.map((id) => ({ ...answer.items[0]!, id })) };
  };
  const { text } = await call('GET', '/criteria/popular/download.csv');
  expect(text).toContain('# EndOfFile');
  await call('PUT', '/custom-lists/copy', { name: 'Copy' });
  expect((await call('POST', '/custom-lists/copy/rows', text)).body).toMatchObject({ refused: [], kept: 2 });
  expect((await call('GET', '/custom-lists/copy/rows')).body).toMatchObject({
    rows: [
      { key: '', items: ids },
      { key: '*', items: ids },
    ],
  });
});

it('a list is downloaded, page by page, and uploaded again says the same (recommendations CUS-1)', async () => {
  await call('PUT', '/custom-lists/long', { name: 'Long' });
  const rows = Array.from({ length: 1203 }, (_, n) => `key-${n},=item-${n},"b,""${n}"`);
  await call('POST', '/custom-lists/long/rows', rows.join('\n'));
  const { text } = await call('GET', '/custom-lists/long/rows.csv');
  expect(text.trimEnd().split('\r\n')).toHaveLength(1204);
  await call('PUT', '/custom-lists/again', { name: 'Again' });
  expect((await call('POST', '/custom-lists/again/rows', text)).body).toMatchObject({ kept: 1203, refused: [] });
  expect((await call('GET', '/custom-lists/again/rows.csv')).text).toBe(text);
  expect(await call('GET', '/custom-lists/none/rows.csv')).toMatchObject({ status: 404 });
});
