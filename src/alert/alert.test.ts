import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHmac } from 'node:crypto';
import { freshStore } from '../../test/support/database.ts';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { migrations as jobMigrations } from '../job/index.ts';
import type { Store } from '../store/index.ts';
import { judge, lettersOf, type Alert, type Notice, type Trouble } from './alert.ts';
import { Alerts, type OwnerMail } from './alerts.ts';
import { migrations } from './table.ts';

const minute = 60_000;
const trouble = (key: string, more: Partial<Trouble> = {}): Trouble => ({
  key,
  kind: 'stuck',
  title: `Trouble ${key}`,
  text: 'Look.',
  journey: null,
  owners: [],
  ...more,
});

describe('judging what is wrong (journeys F13)', () => {
  const lasting = (more: Partial<Alert> = {}): Alert => ({
    ...trouble('a'),
    raisedAt: 0,
    seenAt: 0,
    toldAt: 0,
    resolvedAt: null,
    ...more,
  });
  const told = (known: Alert[], found: Trouble[], now: number) =>
    judge(known, found, now).notices.map(({ what, key }) => `${what} ${key}`);

  it('tells a trouble once for as long as it lasts, and again after a day', () => {
    expect(told([], [trouble('a'), trouble('a')], 0)).toEqual(['raised a']);
    expect(told([lasting()], [trouble('a')], 60 * minute)).toEqual([]);
    expect(told([lasting()], [trouble('a')], 1440 * minute)).toEqual(['reminder a']);
  });

  it('tells that it is over once it has been away for a quarter of an hour', () => {
    expect(told([lasting({ seenAt: 10 * minute })], [], 24 * minute)).toEqual([]);
    expect(told([lasting({ seenAt: 10 * minute })], [], 25 * minute)).toEqual(['resolved a']);
    expect(judge([lasting()], [], 25 * minute).alerts[0]!.resolvedAt).toBe(25 * minute);
  });

  it('writes to the shop of everything, to the owners of a journey of theirs, to each once', () => {
    const notice = (key: string, owners: string[]): Notice => ({ ...trouble(key, { owners }), what: 'raised', at: 0 });
    const letters = lettersOf([notice('a', ['Ann@x.example']), notice('b', ['bob@x.example'])], ['ann@x.example']);
    expect([...letters].map(([to, mine]) => [to, mine.map(({ key }) => key)])).toEqual([
      ['ann@x.example', ['a', 'b']],
      ['bob@x.example', ['b']],
    ]);
  });
});

describe('telling owners', () => {
  let store: Store;
  let clock: FakeClock;
  let mails: OwnerMail[];
  let posts: { url: string; headers: Record<string, string>; body: string }[];
  let status: number;
  let alerts: Alerts;

  beforeAll(async () => {
    store = await freshStore([...jobMigrations, ...migrations]);
  });
  beforeEach(async () => {
    await store.run({ text: 'truncate job, alert, alert_notice' });
    await store.run({
      text: `update alert_setting set mails = '[]', off = '[]', webhook = null, secret = null, told_at = '-infinity'`,
    });
    clock = new FakeClock(Date.UTC(2026, 10, 24, 9));
    [mails, posts, status] = [[], [], 200];
    const random = new SeededRandom(1);
    alerts = new Alerts({
      store,
      clock,
      random,
      ids: new UuidIds(clock, random),
      log: quietLog,
      secret: new Uint8Array(32).fill(3),
      allowed: new Set(['hooks.internal:8080']),
      mail: async (_tx, mail) => void mails.push(mail),
      post: async (url, headers, body) => {
        posts.push({ url, headers, body });
        return status;
      },
    });
  });

  const look = async (...found: Trouble[]) => {
    await alerts.observe(found);
    await alerts.tell();
    await alerts.post();
  };

  it('sends one mail for a bundle, and none for what was told already', async () => {
    await alerts.put({ mails: ['owner@shop.example'], webhook: null });
    await look(trouble('a'), trouble('b', { owners: ['cart@shop.example'] }));
    await look(trouble('a'), trouble('b'));
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      ['owner@shop.example', 'Needs a hand: Trouble a, and 1 more'],
      ['cart@shop.example', 'Needs a hand: Trouble b'],
    ]);
    expect(mails[0]!.notices.map(({ what, title }) => `${what}: ${title}`)).toEqual([
      'Needs a hand: Trouble a',
      'Needs a hand: Trouble b',
    ]);
  });

  it('keeps what comes soon after for the next mail', async () => {
    await alerts.put({ mails: ['owner@shop.example'], webhook: null });
    await look(trouble('a'));
    for (let n = 1; n <= 4; n++) {
      clock.advance(minute);
      await look(trouble('a'), ...Array.from({ length: n }, (_, i) => trouble(`b${i}`)));
    }
    expect(mails).toHaveLength(1);
    clock.advance(minute);
    await look(trouble('a'));
    expect(mails.map(({ notices }) => notices.length)).toEqual([1, 4]);
  });

  it('tells when it is over, also when it began before a restart', async () => {
    await alerts.put({ mails: ['owner@shop.example'], webhook: null });
    await look(trouble('a'));
    clock.advance(16 * minute);
    await look();
    expect(mails.at(-1)!.subject).toBe('Over: Trouble a');
    expect(await alerts.list()).toMatchObject([{ key: 'a', resolvedAt: clock.now() }]);
    await look(trouble('a'));
    expect(await alerts.list(), 'the same again is a new trouble').toMatchObject([{ key: 'a', resolvedAt: null }]);
  });

  it('two processes that look at the same time tell once', async () => {
    await alerts.put({ mails: ['owner@shop.example'], webhook: null });
    await Promise.all([look(trouble('a')), look(trouble('a')), look(trouble('a'))]);
    expect(mails).toHaveLength(1);
  });

  it('calls the webhook, signed as Standard Webhooks says, until it answers', async () => {
    const { secret } = await alerts.put({ mails: [], webhook: 'https://hooks.example/beckon' });
    status = 503;
    await look(trouble('a', { owners: ['cart@shop.example'], journey: 'cart' }));
    expect(posts).toHaveLength(1);
    status = 204;
    clock.advance(59_000);
    expect(await alerts.post()).toBe(0);
    clock.advance(1000);
    expect([await alerts.post(), await alerts.post()]).toEqual([1, 0]);
    const { headers, body, url } = posts[1]!;
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const key = Buffer.from(secret!.slice('whsec_'.length), 'base64');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(url).toBe('https://hooks.example/beckon');
    expect(JSON.parse(body)).toMatchObject({ type: 'alerts', alerts: [{ key: 'a', what: 'raised', journey: 'cart' }] });
    expect(body, 'addresses of others are not told').not.toContain('cart@shop.example');
  });

  it('gives a webhook up after a day, and calls none that was taken away', async () => {
    await alerts.put({ mails: [], webhook: 'https://hooks.example/beckon' });
    status = 500;
    await look(trouble('a'));
    clock.advance(25 * 60 * minute);
    await alerts.post();
    expect([posts.length, await alerts.post()]).toEqual([2, 0]);
    await look(trouble('b'));
    await alerts.put({ mails: [], webhook: null });
    clock.advance(60 * minute);
    await alerts.post();
    expect(posts).toHaveLength(3);
  });

  it('shows a secret once, keeps it sealed, and makes another when asked', async () => {
    const webhook = 'https://hooks.example/beckon';
    const first = await alerts.put({ mails: [], webhook });
    expect((await alerts.put({ mails: ['a@b.example'], webhook })).secret).toBeNull();
    const other = await alerts.put({ mails: [], webhook, newSecret: true });
    expect(other.secret).not.toBe(first.secret);
    expect(await alerts.settings()).toEqual({ mails: [], webhook, off: [] });
    const [row] = await store.rows<{ secret: string }>({ text: 'select secret from alert_setting' });
    expect(row!.secret).toMatch(/^v1\./);
  });

  it('refuses addresses that are none, and webhooks that may not be called (trust §3.1)', async () => {
    const put = (mails: string[], webhook: string | null) => alerts.put({ mails, webhook });
    await expect(put(['owner'], null)).rejects.toMatchObject({ code: 'ALERT_SETTINGS_INVALID', where: 'mails' });
    for (const url of ['http://hooks.example/', 'https://127.0.0.1/', 'nonsense'])
      await expect(put([], url)).rejects.toMatchObject({ code: 'ALERT_SETTINGS_INVALID', where: 'webhook' });
    await put([], 'http://hooks.internal:8080/beckon');
  });

  it('is silent about kinds that are off, and sends a test at once', async () => {
    await alerts.put({ mails: ['owner@shop.example'], webhook: null, off: ['feed'] });
    await look(trouble('f', { kind: 'feed' }));
    expect([mails.length, (await alerts.list()).length]).toEqual([0, 0]);
    await look(trouble('a'));
    await alerts.test();
    expect(mails.map(({ subject }) => subject)).toEqual(['Needs a hand: Trouble a', 'Test: A test of the notices']);
  });
});
