import { expect, it } from 'vitest';
import { fakeHouse, secretKey } from '../../test/support/house.ts';
import { buildServer } from './server.ts';
import { groupOf } from './serving.ts';

it('addresses belong to the process that keeps, that recommends, or that manages', () => {
  const owned = (lines: string) => lines.split(' ').map((url) => groupOf('POST', url));
  const keeps =
    '/ee/v1/interact?configId=1 /ee/irl1/v1/collect /v1/events /v1/profiles /v1/batch /v1/t /beacon/v1/batch /hooks/x /u/t /forms/x';
  expect(new Set(owned(keeps))).toEqual(new Set(['collect']));
  expect(
    new Set(owned('/rest/v1/delivery?client=x /t/key/rest/v1/mbox /m2/x/mbox/json /v1/recommendations:batch')),
  ).toEqual(new Set(['recommend']));
  expect(new Set(owned('/v1/journeys /v1/items /v1/recommendations/tuning / /v1/imports /v1/people'))).toEqual(
    new Set(['studio']),
  );
  expect([groupOf('GET', '/v1/events'), groupOf('GET', '/v1/profiles/x'), groupOf('GET', '/readyz')]).toEqual([
    'studio',
    'studio',
    null,
  ]);
});

it('a process refuses the doors of others by naming the role, and every process says how it is', async () => {
  const app = await buildServer({ ...fakeHouse(), serves: ['collect'] });

  const elsewhere = await app.inject({ method: 'GET', url: '/v1/journeys' });
  const [health, ready] = await Promise.all(['/healthz', '/readyz'].map((url) => app.inject({ method: 'GET', url })));

  expect(elsewhere.statusCode).toBe(421);
  expect(elsewhere.json()).toMatchObject({
    code: 'API_SERVED_ELSEWHERE',
    detail: expect.stringContaining('role studio'),
  });
  expect([health!.statusCode, ready!.statusCode]).toEqual([200, 200]);
  await app.close();
});

it('/metrics tells numbers with their labels, in the text form of Prometheus', async () => {
  const numbers = async () => [
    { name: 'beckon_ready', help: 'Ready.', value: 1 },
    { name: 'beckon_processes', help: 'By role.', values: [[{ role: 'send' }, 2] as [Record<string, string>, number]] },
    { name: 'process_cpu_seconds_total', help: 'Time.', value: 1.5, counts: true },
  ];
  const app = await buildServer({ ...fakeHouse(), numbers });

  const { body } = await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${secretKey}` } });

  expect(body).toContain('# HELP beckon_ready Ready.\n# TYPE beckon_ready gauge\nbeckon_ready 1\n');
  expect(body).toContain('beckon_processes{role="send"} 2\n');
  expect(body).toContain('# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 1.5\n');
  expect(body).toContain('beckon_sending_frozen 0');
  await app.close();
});
