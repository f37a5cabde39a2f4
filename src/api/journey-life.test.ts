import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeHouse, readKey, secretKey, type FakeHouse } from '../../test/support/house.ts';
import type { Problem } from './contract.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;
let done: unknown[];

beforeEach(async () => {
  house = fakeHouse();
  done = [];
  const { journeys } = house;
  const detail = (await journeys.get('abandoned-cart'))!;
  const noting =
    (what: string) =>
    async (...given: unknown[]) => {
      done.push([what, ...given]);
      return detail;
    };
  Object.assign(journeys, {
    pause: noting('pause'),
    resume: noting('resume'),
    stop: noting('stop'),
    rollback: noting('rollback'),
    migrate: noting('migrate'),
    versions: async () => [{ version: 2, publishedAt: '2026-11-23T10:00:00.000Z', inside: 3 }],
    version: async (_key: string, version: number | 'draft') =>
      version === 'draft' || version === 1
        ? { definition: {}, live: {}, differences: [{ where: 'name', before: 'A', after: String(version) }] }
        : null,
    migration: async () => [{ from: 1, activity: 'wait', count: 2, to: undefined }],
    check: async ({ key, name }: Record<string, unknown>) => ({
      problems: [{ where: 'start', what: `not "${String(key)}" "${String(name)}"` }],
      missing: [],
    }),
    move: async (key: string, runs: readonly string[], how: string) => {
      done.push(['move', key, runs, how]);
      return runs.filter((run) => run.endsWith('1')).length;
    },
  });
  app = await buildServer(house);
});

const post = (path: string, body: unknown = undefined, key = secretKey) =>
  app.inject({
    method: 'POST',
    url: `/v1/journeys/abandoned-cart/${path}`,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });

it('publishes the form of a journey to editors, without a key', async () => {
  const answer = await app.inject('/v1/schema/journey');
  expect(answer.headers['content-type']).toContain('application/schema+json');
  expect(answer.json<{ required: string[] }>().required).toContain('activities');
});

it('publishes the form of an activity of a place as the door takes it', async () => {
  const { required, properties } = (await app.inject('/v1/schema/activity')).json<{
    required: string[];
    properties: Record<string, { description?: string }>;
  }>();
  expect(required).toEqual(['name', 'location']);
  expect(properties['control']?.description).toMatch(/^Share/);
});

it('says what is wrong with a document without keeping it, to whoever may read', async () => {
  const answer = await post('check', { name: 'x' }, readKey);
  expect(answer.json()).toEqual({ problems: [{ where: 'start', what: 'not "abandoned-cart" "x"' }], missing: [] });
  expect((await post('check', { key: 'other' })).json<Problem>().code).toBe('API_INPUT_INVALID');
});

describe('how a journey goes on', () => {
  it('is changed by its doors, with a scope that reading does not give', async () => {
    expect((await post('pause')).statusCode).toBe(200);
    expect((await post('resume', { waits: 'skip', olderThan: 'PT2H' })).statusCode).toBe(200);
    expect((await post('rollback', { version: 1 })).statusCode).toBe(200);
    expect((await post('stop', undefined, readKey)).json<Problem>().code).toBe('API_KEY_NOT_ENOUGH');
    expect((await post('resume', { waits: 'sometimes' })).statusCode).toBe(400);
    expect(done).toEqual([
      ['pause', 'abandoned-cart'],
      ['resume', 'abandoned-cart', { waits: 'skip', olderThan: 'PT2H' }],
      ['rollback', 'abandoned-cart', 1],
    ]);
  });

  it('is told by its versions, each with what it changes of the one published last', async () => {
    const get = async (path: string) =>
      app.inject({
        url: `/v1/journeys/abandoned-cart/versions${path}`,
        headers: { authorization: `Bearer ${readKey}` },
      });
    expect((await get('')).json()).toMatchObject({ versions: [{ version: 2, inside: 3 }] });
    for (const version of ['1', 'draft']) {
      expect((await get(`/${version}`)).json()).toMatchObject({
        differences: [{ where: 'name', before: 'A', after: version }],
      });
    }
    for (const version of ['9', 'x']) expect((await get(`/${version}`)).json<Problem>().code).toBe('API_NOT_FOUND');
  });

  it('shows who would go where before anybody is brought over', async () => {
    const places = [{ from: 1, activity: 'wait', count: 2 }];
    expect((await post('migrate', { dry: true })).json()).toEqual({ places });
    expect(done).toEqual([]);
    expect((await post('migrate', { map: { wait: null } })).json()).toEqual({ places });
    expect(done).toEqual([['migrate', 'abandoned-cart', { wait: null }]]);
  });

  it('moves single runs, and says when there is none', async () => {
    const run = (end: string) => `019a0000-0000-7000-8000-00000000000${end}`;
    expect((await post(`runs/${run('1')}`, { do: 'retry' })).json()).toEqual({ moved: true });
    for (const id of [run('2'), 'no-uuid']) {
      expect((await post(`runs/${id}`, { do: 'exit' })).json<Problem>().code).toBe('API_NOT_FOUND');
    }
    expect(done).toEqual([
      ['move', 'abandoned-cart', [run('1')], 'retry'],
      ['move', 'abandoned-cart', [run('2')], 'exit'],
    ]);
  });

  it('moves many runs in one go, each once, and tells how many were inside (journeys §5 16)', async () => {
    const run = (end: string) => `019a0000-0000-7000-8000-00000000000${end}`;
    const runs = [run('1'), run('2'), run('1')];
    expect((await post('runs', { do: 'skip', runs })).json()).toEqual({ moved: 1 });
    expect(done).toEqual([['move', 'abandoned-cart', [run('1'), run('2')], 'skip']]);
    expect((await post('runs', { do: 'skip', runs: ['no-uuid'] })).json<Problem>()).toMatchObject({ where: 'runs' });
    expect((await post('runs', { do: 'skip', runs: [] })).statusCode).toBe(400);
    expect((await post('runs', { do: 'exit', runs }, readKey)).statusCode).toBe(403);
  });
});
