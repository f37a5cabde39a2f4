import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { aDesk, type Desk } from '../../test/support/message.ts';
import { fakeHouse, secretKey } from '../../test/support/house.ts';
import type { PoolReport, PoolView, SenderView } from './contract-sender.ts';
import { buildServer } from './server.ts';

let desk: Desk;
let app: FastifyInstance;
beforeEach(async () => {
  desk = await aDesk();
  await desk.store.run({ text: 'truncate message_sender, coupon, coupon_pool' });
  await desk.store.run({ text: `delete from message_theme` });
  await desk.store.run({ text: `delete from message_template where origin = 'shop'` });
  const house = fakeHouse();
  house.messages = desk.messages;
  const { senders, coupons } = desk.messages;
  house.coupons = coupons;
  house.senders = {
    list: () => senders.list(),
    get: (key) => senders.get(key),
    put: (key, value) => senders.put(key, value),
    remove: (key) => senders.remove(key),
    ways: () => ['outlet'],
    check: async () => [{ level: 'fail', what: 'SPF: none', mend: 'Put one' }],
  };
  app = await buildServer(house);
});
const headers = { authorization: `Bearer ${secretKey}` };
const call = (method: 'GET' | 'PUT' | 'DELETE', url: string, payload?: object) =>
  app.inject({ method, url: `/v1${url}`, headers, ...(payload ? { payload } : {}) });
const workshop = { name: 'Loom Workshop', from: '"Loom Workshop" <hello@workshop.example>' };

describe('/v1/senders', () => {
  it('are written, listed with what DNS must say, looked at, and removed', async () => {
    const made = await call('PUT', '/senders/workshop', { ...workshop, dkim: [{ selector: 'bk1' }] });
    expect(made.json<SenderView>()).toMatchObject({
      origin: 'shop',
      dkim: [{ host: 'bk1._domainkey.workshop.example', record: expect.stringContaining('v=DKIM1') }],
    });
    expect(made.body).not.toContain('PRIVATE');
    expect((await call('GET', '/senders')).json()).toMatchObject({
      senders: [{ key: 'default', origin: 'settings' }, { key: 'workshop' }],
      ways: ['outlet'],
    });
    expect((await call('GET', '/senders/workshop/check')).json()).toEqual({
      findings: [{ level: 'fail', what: 'SPF: none', mend: 'Put one' }],
    });
    expect((await call('DELETE', '/senders/workshop')).json()).toEqual({ removed: true });
    expect((await call('GET', '/senders/workshp')).json()).toMatchObject({ code: 'MESSAGE_SENDER_UNKNOWN' });
    expect((await call('PUT', '/senders/default', workshop)).statusCode).toBe(409);
  });
});

describe('/v1/coupon-pools', () => {
  const load = async (payload: string, { kind = 'text/csv', query = '' } = {}) =>
    (
      await app.inject({
        method: 'POST',
        url: `/v1/coupon-pools/spring/codes${query}`,
        payload,
        headers: { ...headers, 'content-type': kind },
      })
    ).json<PoolReport>();

  it('take codes as CSV and NDJSON with a report by row, each once, and say how many there are', async () => {
    expect((await load('code\nA')) as unknown).toMatchObject({ code: 'COUPON_POOL_UNKNOWN' });
    await call('PUT', '/coupon-pools/spring', { name: 'Spring', lowWater: 3 });
    const csv = 'code,expires\nAB-1,\nAB-2,2020-01-01\nAB-1,\n"=cmd|x",soon\n,\n\u0007x,\n';
    expect(await load(csv, { query: '?dryRun=true' })).toMatchObject({
      dryRun: true,
      rows: 6,
      added: 2,
      known: 1,
      refused: 3,
    });
    expect((await call('GET', '/coupon-pools/spring')).json()).toMatchObject({ free: 0, used: 0 });
    expect(await load(csv)).toMatchObject({
      rows: 6,
      added: 2,
      known: 1,
      refused: 3,
      faults: [{ row: 5 }, { row: 6 }, { row: 7 }],
    });
    const lines = '{"code":"AB-1"}\n"AB-3"\nnot json\n{"expires":"2030-01-01"}\n';
    expect(await load(lines, { kind: 'application/x-ndjson' })).toMatchObject({
      rows: 4,
      added: 1,
      known: 1,
      refused: 2,
    });
    const view = (await call('GET', '/coupon-pools')).json<{ pools: PoolView[] }>().pools[0];
    expect(view).toMatchObject({ key: 'spring', free: 2, used: 0, expired: 1, low: true, nextExpiry: null });
    expect(JSON.stringify(view), 'no code is shown by the list').not.toContain('AB-');
    expect((await call('DELETE', '/coupon-pools/spring/codes')).json()).toEqual({ withdrawn: 2 });
  });

  it('are refused in another form', async () => {
    expect((await call('PUT', '/coupon-pools/Spring!', { name: 'x' })).json()).toMatchObject({
      code: 'COUPON_POOL_INVALID',
    });
    expect((await call('PUT', '/coupon-pools/spring', { name: 'x', whenEmpty: 'cry' })).statusCode).toBe(400);
  });
});

describe('pages behind the links of a brand’s mails', () => {
  it('speak the reader’s language and look like the brand, and end its list or everything', async () => {
    const { shopTheme } = await import('../message/index.ts');
    const logo = { src: 'https://cdn.workshop.example/logo.png', alt: 'Loom Workshop', width: 120, height: 40 };
    await desk.messages.templates.themes.put('night', {
      ...shopTheme,
      logo,
      light: { ...shopTheme.light, button: '#123456' },
    });
    await desk.messages.senders.put('workshop', { ...workshop, theme: 'night' });
    await desk.plan(desk.person({ language: 'sv' }), { sender: 'workshop' });
    await desk.messages.work();
    const path = /\/u\/[\w.-]+/.exec(desk.transport.sent[0]!.says!.html)![0];

    const page = await app.inject({ url: path, headers: { 'accept-language': 'de' } });
    expect(page.body).toContain('<html lang="sv">');
    expect(page.body).toContain('Loom Workshop skickar inga fler av dem');
    expect(page.body).toContain('--signal:#123456');
    expect(page.body).toContain('src="https://cdn.workshop.example/logo.png"');
    expect(page.headers['content-security-policy']).toContain('img-src https://cdn.workshop.example;');
    expect((await app.inject({ url: `${path}?lang=de` })).body).toContain('Keine dieser E-Mails mehr?');

    const press = (confirm: string) =>
      app.inject({
        method: 'POST',
        url: path,
        payload: `confirm=${confirm}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    expect((await press('no')).statusCode).toBe(400);
    expect((await press('yes')).body).toContain('Du är avanmäld');
    const scopes = async () => (await desk.messages.suppressions.of('ada@example.com')).map(({ scope }) => scope);
    expect(await scopes()).toEqual(['list:workshop']);
    await press('everything');
    expect(await scopes()).toEqual(expect.arrayContaining(['list:workshop', 'marketing']));
    expect((await app.inject({ url: '/u/nothing', headers: { 'accept-language': 'sv' } })).body).toContain(
      'Länken känns inte igen',
    );
  });
});
