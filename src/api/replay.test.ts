import type { FastifyInstance } from 'fastify';
import { beforeEach, expect, it } from 'vitest';
import { fakeHouse, readKey, secretKey } from '../../test/support/house.ts';
import type { Replay, ReplaySettings, ReplayTask } from '../recommend/index.ts';
import { buildServer } from './server.ts';

const at = Date.UTC(2026, 10, 30, 9);
let app: FastifyInstance;
let asked: [ReplayTask, Partial<ReplaySettings> | undefined][];
let replay: Replay;

beforeEach(async () => {
  asked = [];
  replay = {
    id: 'r1',
    task: 'backtest',
    state: 'running',
    askedAt: at,
    beganAt: at + 1000,
    endedAt: null,
    done: 10,
    of: 40,
    settings: { questions: 4000, share: 0.5 },
    result: null,
    fault: null,
    inUse: false,
  };
  const house = fakeHouse();
  house.replays = {
    ask: async (task, settings) => {
      asked.push([task, settings]);
      return replay;
    },
    get: async (id) => ({ ...replay, id }),
    list: async () => [replay],
    cancel: async (id) => ({ ...replay, id, state: 'cancelled' }),
    use: async (id) => ({ ...replay, id, inUse: true }),
    untune: async () => void asked.push(['tuning', undefined]),
  };
  app = await buildServer(house);
});

async function call(method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object, key = secretKey) {
  const headers = { authorization: `Bearer ${key}` };
  const reply = await app.inject({ method, url: `/v1/${path}`, headers, ...(payload ? { payload } : {}) });
  return { status: reply.statusCode, body: reply.json() };
}

it('a backtest is asked for, looked at and cancelled', async () => {
  const made = await call('POST', 'backtests', { questions: 500 });
  expect(made.status).toBe(201);
  expect(asked).toEqual([['backtest', { questions: 500 }]]);
  const progress = { done: 10, of: 40 };
  const beganAt = '2026-11-30T09:00:01.000Z';
  expect((await call('GET', 'backtests/r1')).body).toMatchObject({ id: 'r1', state: 'running', beganAt, progress });
  expect((await call('GET', 'backtests', undefined, readKey)).body.backtests).toHaveLength(1);
  expect((await call('DELETE', 'backtests/r1')).body.state).toBe('cancelled');
  await call('POST', 'backtests', { days: 14, criteria: ['cart', 'popular-viewed'] });
  expect(asked[1]).toEqual(['backtest', { days: 14, criteria: ['cart', 'popular-viewed'] }]);
  expect((await call('POST', 'backtests', { criteria: ['cart', 'my-criterion'] })).status).toBe(201);
  expect(asked[2]![1]).toEqual({ criteria: ['cart', 'my-criterion'] });
  expect((await call('POST', 'backtests', { criteria: [] })).body.code).toBe('API_INPUT_INVALID');
  expect((await call('POST', 'backtests', { questions: 5 })).body.code).toBe('API_INPUT_INVALID');
  expect((await call('POST', 'backtests', {}, readKey)).status).toBe(403);
});

it('a tuning shows before and after, on how much data, and whether it is in use', async () => {
  const figure = (value: number) => ({ value, error: 0.001 });
  const outcome = { part: 'session', questions: { chosen: 9, judged: 9 }, trials: 3, taken: true } as const;
  const figures = { before: figure(0.2), after: figure(0.3), gain: figure(0.1) };
  const times = { from: at - 9000, split: at - 5000, until: at };
  const result = { own: {}, events: 7, outcomes: [{ ...outcome, ...figures }], ...times };
  replay = { ...replay, task: 'tuning', state: 'done', inUse: true, endedAt: at, result };
  const { body } = await call('GET', 'recommendations/tuning', undefined, readKey);
  expect(body.tunings[0]).toMatchObject({
    inUse: true,
    result: { events: 7, until: '2026-11-30T09:00:00.000Z', outcomes: [{ part: 'session', after: { value: 0.3 } }] },
  });
  expect((await call('POST', 'recommendations/tuning')).status).toBe(201);
  expect((await call('DELETE', 'recommendations/tuning')).status).toBe(200);
  expect(asked).toHaveLength(2);
  expect((await call('POST', 'recommendations/tuning', { adopt: false })).status).toBe(201);
  expect(asked[2]).toEqual(['tuning', { adopt: false }]);
  replay = { ...replay, inUse: false };
  expect((await call('POST', 'recommendations/tuning/r1/use')).body).toMatchObject({ id: 'r1', inUse: true });
  expect((await call('DELETE', 'recommendations/tuning/r1')).body.state).toBe('cancelled');
  expect((await call('POST', 'recommendations/tuning/r1/use', {}, readKey)).status).toBe(403);
});
