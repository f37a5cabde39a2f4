import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeHouse, fakeProfile, readKey, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { buildServer } from './server.ts';

const person = fakeProfile('01900000-0000-7000-8000-0000000000aa');
let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  house.known.set('email:ada@example.com', person);
  app = await buildServer(house);
});

function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown, key = secretKey) {
  return app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
}

const ada = '/v1/profiles/email:ada@example.com';

describe('one person’s data', () => {
  it('is exported, and erased with a certificate to ask for', async () => {
    expect((await call('POST', `${ada}/export`)).json()).toMatchObject({ profile: { id: person.id } });
    const asked = (await call('POST', `${ada}/erase`)).json<{ id: string; state: string; doneAt: null }>();
    expect(asked).toMatchObject({ state: 'waiting', doneAt: null, steps: [] });
    expect((await call('GET', `/v1/erasures/${asked.id}`)).json()).toEqual(asked);
  });

  it('is out of reach for a key without the scope, and for names nobody has', async () => {
    for (const url of [`${ada}/export`, `${ada}/erase`])
      expect((await call('POST', url, undefined, readKey)).statusCode).toBe(403);
    expect((await call('POST', '/v1/profiles/email:nobody@example.com/erase')).statusCode).toBe(404);
    for (const id of ['x', '01900000-0000-7000-8000-000000000abc'])
      expect((await call('GET', `/v1/erasures/${id}`)).statusCode).toBe(404);
  });

  it('is parted again from another’s by the id of the merge', async () => {
    const merge = '01900000-0000-7000-8000-00000000000a';
    expect((await call('POST', `${ada}/unmerge`, { merge })).json()).toEqual({ into: person.id, from: merge });
    expect((await call('POST', `${ada}/unmerge`, {})).statusCode).toBe(400);
  });

  it('tells where each value came from', async () => {
    const state = {
      ...person.state,
      timeZone: 'Europe/Paris',
      origins: { timeZone: ['edge:demo', Date.UTC(2026, 10, 24), 0] as [string, number, number] },
    };
    house.known.set('email:ada@example.com', { ...person, state });
    expect((await call('GET', ada)).json()).toMatchObject({
      timeZone: 'Europe/Paris',
      origins: { timeZone: { source: 'edge:demo', at: '2026-11-24T00:00:00.000Z', level: 0 } },
      consents: [],
      merges: [],
    });
  });
});

describe('computed traits', () => {
  it('are defined, listed and removed', async () => {
    const spent = { event: 'commerce.purchases', of: 'sum', value: 'event.order.total', window: 'P30D' };
    expect((await call('PUT', '/v1/traits/spent30', spent)).json()).toEqual({
      ...spent,
      key: 'spent30',
      name: 'spent30',
    });
    expect((await call('GET', '/v1/traits')).json()).toMatchObject({ traits: [{ key: 'spent30' }] });
    expect((await call('DELETE', '/v1/traits/spent30')).json()).toEqual({ removed: true });
    expect((await call('DELETE', '/v1/traits/spent30')).json()).toEqual({ removed: false });
  });

  it('have one of four forms', async () => {
    const reply = await call('PUT', '/v1/traits/x', { event: 'commerce.purchases', of: 'median' });
    expect(reply.statusCode).toBe(400);
  });
});

describe('consent', () => {
  it('comes with its proof, and may wait for its confirmation', async () => {
    const proof = { basis: 'consent', wording: 'Yes, write to me', place: 'https://shop.example/news' };
    const row = { identities: { email: 'ada@example.com' }, consent: { 'email-marketing': 'pending' }, proof };
    expect((await call('POST', '/v1/profiles', row)).statusCode).toBe(200);
    expect(house.received).toMatchObject([{ consent: { 'email-marketing': 'pending' }, proof, level: 3 }]);
    const wrong = { ...row, consent: { collect: 'pending' } };
    expect((await call('POST', '/v1/profiles', wrong)).statusCode).toBe(400);
  });
});
