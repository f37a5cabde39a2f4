import { expect, it } from 'vitest';
import { fakeHouse, secretKey } from '../../test/support/house.ts';
import type { PaceView } from './contract-pace.ts';
import { buildServer } from './server.ts';

it('rates, warm-ups and brakes are changed by their doors, and who releases one is told from the key', async () => {
  const house = fakeHouse();
  const done: unknown[] = [];
  const note =
    (name: string) =>
    async (...given: unknown[]) =>
      void done.push([name, ...given]);
  const brake = { scope: 'all', why: 'hard 6 %', counts: { sent: 1000, hard: 60, complained: 0 }, releasedBy: null };
  house.messages.pacing = {
    state: async () =>
      ({
        lanes: [],
        warmUps: [],
        brakes: [{ ...brake, note: null, pulledAt: house.clock.now(), releasedAt: null }],
        told: [],
        domains: ['mail.shop.example'],
      }) as never,
    setRate: note('rate'),
    warmUp: note('warm-up'),
    endWarmUp: async (domain) => domain === 'mail.shop.example',
    release: note('release'),
    tell: note('tell'),
  };
  const app = await buildServer(house);
  const call = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, payload?: object) =>
    app.inject({
      method,
      url: `/v1/sending/${path}`,
      headers: { authorization: `Bearer ${secretKey}` },
      ...(payload ? { payload } : {}),
    });
  const view = (await call('GET', 'pace')).json<PaceView>();
  expect(view.brakes).toMatchObject([{ scope: 'all', releasedAt: null, pulledAt: '2026-11-23T09:00:00.000Z' }]);
  expect((await call('PUT', 'rates/host:gmail', { perMinute: 90 })).statusCode).toBe(200);
  expect((await call('PUT', 'rates/all', { perMinute: 0 })).statusCode).toBe(400);
  expect((await call('PUT', 'warm-ups/Mail.Shop.example', { caps: [50, 100], step: 1 })).statusCode).toBe(200);
  expect((await call('DELETE', 'warm-ups/MAIL.shop.example')).statusCode).toBe(200);
  expect((await call('DELETE', 'warm-ups/other.example')).statusCode).toBe(404);
  const told = { domain: 'Mail.Shop.example', host: 'gmail', day: '2026-11-22', share: 0.0012 };
  expect((await call('PUT', 'complaints', told)).statusCode).toBe(200);
  expect((await call('PUT', 'complaints', { ...told, share: 12 })).statusCode).toBe(400);
  expect((await call('POST', 'brakes/release', { scope: 'all' })).statusCode).toBe(400);
  await call('POST', 'brakes/release', { scope: 'all', note: 'a list was bought', by: 'Ada' });
  await call('POST', 'brakes/release', { scope: 'all', note: 'again' });
  expect(done).toEqual([
    ['rate', 'host:gmail', 90],
    ['warm-up', 'mail.shop.example', { caps: [50, 100], step: 1 }],
    ['tell', { ...told, domain: 'mail.shop.example' }, expect.stringMatching(/^key /)],
    ['release', 'all', { by: 'Ada', note: 'a list was bought' }],
    ['release', 'all', { by: expect.stringMatching(/^key /), note: 'again' }],
  ]);
});
