import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { aDesk, type Desk } from '../../test/support/message.ts';
import { fakeHouse, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { sha256 } from '../base/index.ts';
import { harmView } from './admin-harm.ts';
import type { SuppressionPage, SuppressionReport } from './contract-mail.ts';
import { buildServer } from './server.ts';

let desk: Desk;
let house: FakeHouse;
let app: FastifyInstance;
beforeEach(async () => {
  desk = await aDesk();
  house = fakeHouse();
  house.messages = desk.messages;
  app = await buildServer(house);
});
const headers = { authorization: `Bearer ${secretKey}` };
const list = async (query = '') =>
  (await app.inject({ url: `/v1/suppressions${query}`, headers })).json<SuppressionPage>();
const post = (payload: object) => app.inject({ method: 'POST', url: '/v1/suppressions', payload, headers });
const load = async (csv: string, query = '') =>
  (
    await app.inject({
      method: 'POST',
      url: `/v1/suppressions/import${query}`,
      payload: csv,
      headers: { ...headers, 'content-type': 'text/csv' },
    })
  ).json<SuppressionReport>();
const remove = (id: string, query: string) =>
  app.inject({ method: 'DELETE', url: `/v1/suppressions/${encodeURIComponent(id)}?${query}`, headers });
const sentTo = async (email: string, more: object = {}) => {
  const id = await desk.plan(desk.person({ email }), more);
  await desk.messages.work();
  return (await desk.messages.get(id))!.state;
};

describe('the suppression list', () => {
  it('takes an address, whatever its letters, and holds before the next claim (trust row 8)', async () => {
    expect((await post({ address: 'Foo@Example.com', note: 'asked by phone' })).json()).toEqual({ added: true });
    expect((await post({ address: 'foo@EXAMPLE.com' })).json()).toEqual({ added: false });
    expect(await sentTo('foo@example.COM')).toBe('skipped');
    expect(await sentTo('foo@example.com', { class: 'transactional' })).toBe('accepted');
    const { entries, counts } = await list();
    expect(entries).toMatchObject([
      { scope: 'marketing', reason: 'manual', address: 'Foo@example.com', note: 'asked by phone', removable: true },
    ]);
    expect(counts).toEqual({ manual: 1 });
    expect((await list('?address=FOO@example.com')).entries).toHaveLength(1);
    const [stored] = await desk.store.rows<{ address: string }>({ text: 'select address from suppression' });
    expect(stored!.address, 'sealed').not.toContain('@');
  });

  it('takes the SHA-256 of an address that nobody here knows yet', async () => {
    expect((await post({ sha256: sha256('ada@example.com').toUpperCase(), scope: 'all' })).statusCode).toBe(201);
    expect(await sentTo('Ada@Example.com ')).toBe('skipped');
    expect(await sentTo('bo@example.com')).toBe('accepted');
    expect((await list()).entries).toMatchObject([{ address: null, scope: 'all' }]);
    expect((await post({ sha256: 'd41d8cd98f00b204e9800998ecf8427e' })).statusCode).toBe(400);
    expect((await post({})).statusCode).toBe(400);
  });

  it('is looked at page by page, and by reason', async () => {
    for (let i = 0; i < 5; i++) {
      await post({ address: `p${i}@example.com` });
      if (i % 2 === 0) desk.clock.advance(1000);
    }
    const seen: (string | null)[] = [];
    let query = '?limit=2';
    for (;;) {
      const page = await list(query);
      seen.push(...page.entries.map(({ address }) => address));
      if (page.next === null) break;
      query = `?limit=2&after=${page.next}`;
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4].map((i) => `p${i}@example.com`));
    expect((await list('?reason=bounced')).entries).toEqual([]);
  });

  it('lets an entry go with a reason, a complaint never', async () => {
    await post({ address: 'ada@example.com' });
    const [entry] = (await list()).entries;
    expect((await remove(entry!.id, 'scope=marketing')).statusCode, 'without a reason').toBe(400);
    expect((await remove(entry!.id, 'scope=all&why=x')).statusCode).toBe(404);
    expect((await remove(entry!.id, 'scope=marketing&why=she%20asked')).json()).toEqual({ removed: true });
    expect(await sentTo('ada@example.com')).toBe('accepted');
    const lifts = await desk.store.rows({ text: 'select reason, why from suppression_lift' });
    expect(lifts).toEqual([{ reason: 'manual', why: 'she asked' }]);
    const id = await desk.plan(desk.person({ email: 'bo@example.com' }));
    await desk.messages.work();
    await desk.messages.hear({ source: 'p', id: '1', said: [{ messageId: id, address: null, kind: 'complained' }] });
    const [complaint] = (await list('?address=bo@example.com')).entries;
    expect(complaint).toMatchObject({ reason: 'complained', removable: false });
    const refused = await remove(complaint!.id, 'scope=marketing&why=x');
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([409, 'SUPPRESSION_KEPT']);
  });

  it('that let a bounced address go does not take it back for what was before', async () => {
    const hear = async (kind: 'hard' | 'soft') => {
      const id = await desk.plan(desk.person());
      await desk.messages.work();
      const said = { messageId: id, address: null, kind: 'bounced', class: kind } as const;
      await desk.messages.hear({ source: 'p', id, said: [said] });
    };
    await hear('hard');
    const [entry] = (await list()).entries;
    await remove(entry!.id, 'scope=all&why=the%20mailbox%20is%20back');
    await hear('soft');
    expect((await list()).entries).toEqual([]);
  });
});

describe('a list from elsewhere', () => {
  const csv = `Email,Scope,Note\r\nada@example.com,,left\r\nbo@example.com,all,\r\nnobody,,\r\nADA@example.com,,\r\ncy@example.com,sometimes,\r\n`;
  it('is tried first, row by row, and then taken; again changes nothing', async () => {
    const tried = await load(csv, '?dryRun=true');
    expect(tried).toMatchObject({ dryRun: true, rows: 5, added: 2, known: 1, refused: 2 });
    expect(tried.faults.map(({ row }) => row).sort()).toEqual([4, 6]);
    expect((await list()).entries).toEqual([]);
    expect(await load(csv)).toMatchObject({ added: 2, known: 1, refused: 2 });
    expect(await load(csv)).toMatchObject({ added: 0, known: 3 });
    expect(await sentTo('ada@example.com')).toBe('skipped');
  });

  it('leaves as it came in: spreadsheets run nothing of it, and it can be brought in again (trust row 96)', async () => {
    await post({ address: '=cmd+x@example.com', note: '=HYPERLINK("x")' });
    await post({ sha256: sha256('ada@example.com') });
    const out = await app.inject({ url: '/v1/suppressions.csv', headers });
    expect(out.body).toContain(`"'=HYPERLINK(""x"")"`);
    const before = (await list()).entries.map(({ id, scope }) => `${id} ${scope}`).sort();
    await desk.store.run({ text: 'truncate suppression' });
    expect(await load(out.body)).toMatchObject({ added: 2, refused: 0 });
    expect((await list()).entries.map(({ id, scope }) => `${id} ${scope}`).sort()).toEqual(before);
  });

  it('that names no address is refused whole', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/suppressions/import',
      payload: 'name,age\r\nAda,36\r\n',
      headers: { ...headers, 'content-type': 'text/csv' },
    });
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining('name, age')]);
  });
});

describe('harm', () => {
  const counts = { sent: 10_000, delivered: 0, complained: 0, unsubscribed: 0, replied: 0, bounced: {} };
  it('is judged by the lower bound, so that 1 of 200 alarms nobody (trust §1.4)', () => {
    expect(harmView({ ...counts, sent: 200, complained: 1 }, 30).complaints.level).toBe('too early');
    expect(harmView({ ...counts, complained: 5 }, 30).complaints.level).toBe('fine');
    expect(harmView({ ...counts, complained: 20 }, 30).complaints.level).toBe('watch');
    expect(harmView({ ...counts, complained: 40 }, 30).complaints).toMatchObject({ count: 40, level: 'harm' });
    expect(harmView({ ...counts, bounced: { hard: 600 } }, 30).hardBounces.level).toBe('harm');
    expect(harmView({ ...counts, bounced: { policy: 20 } }, 30).policyBounces).toMatchObject({ count: 20 });
    expect(harmView({ ...counts, sent: 0 }, 30).complaints).toMatchObject({ share: null, low: 0, high: 1 });
  });

  it('is told of a journey', async () => {
    const url = '/v1/journeys/abandoned-cart/harm';
    house.journeys.get = async (key) => (key === 'abandoned-cart' ? ({ key } as never) : null);
    await sentTo('ada@example.com');
    expect((await app.inject({ url, headers })).json()).toMatchObject({ days: 30, sent: 1, complaints: { count: 0 } });
    expect((await app.inject({ url: '/v1/journeys/none/harm', headers })).statusCode).toBe(404);
    expect((await app.inject({ url: `${url}?days=0`, headers })).statusCode).toBe(400);
  });
});
