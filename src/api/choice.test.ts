import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { aDesk, type Desk } from '../../test/support/message.ts';
import { fakeHouse, secretKey } from '../../test/support/house.ts';
import type { Profile } from '../profile/index.ts';
import { buildServer } from './server.ts';

const hour = 3_600_000;
const day = 24 * hour;
let desk: Desk;
let app: FastifyInstance;
let ada: Profile;
let path: string;

beforeEach(async () => {
  desk = await aDesk();
  await desk.store.run({ text: 'truncate topic, choice' });
  const house = fakeHouse();
  house.messages = desk.messages;
  app = await buildServer(house);
  ada = desk.person();
  await desk.plan(ada);
  await desk.messages.work();
  const raw = desk.transport.sent[0]!.raw.toString().replace(/\r\n[ \t]/g, '');
  path = `${/<http:\/\/localhost:8080(\/u\/[^>]+)>/.exec(raw)![1]!}/choices`;
});

const get = (query = '', language = 'en') =>
  app.inject({ url: `${path}${query}`, headers: { 'accept-language': language } });
const post = (fields: Record<string, string | string[]>) => {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one);
  return app.inject({
    method: 'POST',
    url: path,
    payload: form.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
};
const topic = (key: string, journeys: string[]) =>
  app.inject({
    method: 'PUT',
    url: `/v1/topics/${key}`,
    payload: { name: { en: `About ${key}`, sv: `Om ${key}` }, about: { en: 'Now & then' }, journeys },
    headers: { authorization: `Bearer ${secretKey}` },
  });
const next = async (more: object = {}) => {
  const id = await desk.plan(ada, { deadline: desk.clock.now() + day, ...more });
  await desk.messages.work();
  const { state, reason } = (await desk.messages.get(id))!;
  return reason === null ? state : `${state}: ${reason}`;
};

describe('the preference page', () => {
  it('is shown in three languages, without scripts and cookies, and changes nothing when it is opened', async () => {
    await topic('carts', ['abandoned-cart']);
    for (let i = 0; i < 20; i++) await get();
    for (const method of ['HEAD', 'OPTIONS'] as const) await app.inject({ method, url: path });
    expect(await desk.store.rows({ text: 'select 1 from choice' })).toEqual([]);
    const page = await get();
    expect(page.statusCode).toBe(200);
    expect(page.headers['set-cookie']).toBeUndefined();
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body).not.toContain('<script');
    expect(page.body).toContain('About carts');
    expect(page.body).toContain('Now &amp; then');
    expect(page.body).toContain('a…@example.com');
    expect((await get('', 'sv-SE,sv')).body).toContain('Om carts');
    expect((await get('?lang=de')).body).toContain('<html lang="de">');
  });

  it('leaves a topic out, from the next claim on; orders’ mails still come', async () => {
    await topic('carts', ['abandoned-cart']);
    await topic('news', ['only-wandered']);
    const saved = await post({ do: 'save', topic: ['news'], pace: 'any', pause: 'none' });
    expect(saved.body).toContain('role="status"');
    expect(await next()).toBe('skipped: topic not wanted: carts');
    expect(await next({ class: 'transactional' })).toBe('accepted');
    await post({ do: 'save', topic: ['news', 'carts'], pace: 'any', pause: 'none' });
    expect(await next()).toBe('accepted');
  });

  it('leaves a mail of two topics out only when both are', async () => {
    await topic('carts', ['abandoned-cart']);
    await topic('news', ['abandoned-cart']);
    await post({ do: 'save', topic: ['news'], pace: 'any', pause: 'none' });
    expect(await next()).toBe('accepted');
    await post({ do: 'save', pace: 'any', pause: 'none' });
    expect(await next()).toContain('topic not wanted');
  });

  it('pauses for as long as was chosen, keeps a pause that runs, and ends it', async () => {
    await post({ do: 'save', pace: 'any', pause: '7' });
    expect(await next()).toBe('skipped: paused by the reader');
    desk.clock.advance(6 * day);
    expect((await get()).body).toContain('value="keep" selected');
    await post({ do: 'save', pace: 'any', pause: 'keep' });
    expect(await next()).toBe('skipped: paused by the reader');
    await post({ do: 'save', pace: 'any', pause: 'none' });
    expect(await next()).toBe('accepted');
    await post({ do: 'save', pace: 'any', pause: '7' });
    desk.clock.advance(7 * day);
    expect(await next()).toBe('accepted');
  });

  it('keeps to how often somebody wants mail', async () => {
    await post({ do: 'save', pace: 'week', pause: 'none' });
    desk.clock.advance(2 * day);
    expect(await next()).toBe('skipped: cap: 1 in 7 days');
    desk.clock.advance(6 * day);
    expect(await next()).toBe('accepted');
    expect((await get()).body).toContain('value="week" checked');
  });

  it('tells the profile which language to write in', async () => {
    const saved = await post({ do: 'save', pace: 'any', pause: 'none', language: 'de' });
    expect(saved.body).toContain('<html lang="de">');
    expect(desk.events.at(-1)).toMatchObject({ types: ['profile.asserted'], level: 2, attributes: { language: 'de' } });
  });

  it('ends everything with one button, and lets people come back by their own hand', async () => {
    expect((await post({ do: 'end' })).body).toContain('You are unsubscribed');
    expect(await next()).toBe('skipped: suppressed');
    expect((await get()).body).toContain('You get none of these mails');
    expect((await post({ do: 'back' })).body).toContain('Welcome back');
    expect(desk.events.at(-1)).toMatchObject({
      types: ['profile.consent'],
      consent: { 'email-marketing': 'in' },
      proof: { channel: 'preference page', wording: expect.stringContaining('Lumen & Loom') },
    });
    expect(await next()).toBe('accepted');
  });

  it('does not bring back who complained', async () => {
    const [row] = await desk.store.rows<{ id: string }>({ text: 'select id from message limit 1' });
    await desk.messages.hear({
      source: 'p',
      id: '1',
      said: [{ messageId: row!.id, address: null, kind: 'complained' }],
    });
    expect((await get()).body).not.toContain('value="back"');
    await post({ do: 'back' });
    expect(await next()).toBe('skipped: suppressed');
  });

  it('says nothing and does nothing for a link that is not ours (trust row 12)', async () => {
    const flipped = path.replace(/(.)\/choices$/, (_all, last: string) => `${last === 'A' ? 'B' : 'A'}/choices`);
    path = flipped;
    expect((await get()).statusCode).toBe(404);
    expect((await post({ do: 'end' })).statusCode).toBe(404);
    expect((await post({ do: 'save', pause: '90' })).statusCode).toBe(404);
    expect(await next()).toBe('accepted');
  });

  it('works for somebody erased: the link still ends what might come', async () => {
    await desk.store.inTransaction((tx) => desk.messages.forget(tx, ada.id));
    expect((await get()).statusCode).toBe(200);
    expect((await post({ do: 'end' })).statusCode).toBe(200);
    expect(await desk.store.rows({ text: 'select reason from suppression' })).toEqual([{ reason: 'unsubscribed' }]);
  });
});
