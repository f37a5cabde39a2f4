import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { shopServer } from './server.ts';
import { type Call, newsletterWording } from './beckon.ts';

const ecid = '1234567890123456789'.repeat(2);
const now = Date.UTC(2026, 10, 23, 10);
let told: { path: string; key: string | undefined; body: unknown }[];
let answer: { status: number; body: string };
let app: FastifyInstance;

const call: Call = async ({ url, headers, body }) => {
  told.push({
    path: new URL(url).pathname,
    key: headers['authorization'],
    body: JSON.parse(body ?? 'null') as unknown,
  });
  return answer;
};

beforeEach(async () => {
  told = [];
  answer = { status: 200, body: '{}' };
  app = Fastify();
  await app.register(
    shopServer({ beckonUrl: 'http://beckon.test', key: 'sk_secret', call, now: () => now, newId: () => 'n1' }),
  );
});

async function post(path: string, payload: object, headers: Record<string, string> = {}) {
  const response = await app.inject({ method: 'POST', url: `/shop/api/${path}`, payload, headers });
  const cookie = String(response.headers['set-cookie'] ?? '').split(';')[0]!;
  return {
    status: response.statusCode,
    body: response.json(),
    cookie,
    setCookie: String(response.headers['set-cookie'] ?? ''),
  };
}

describe('signing in', () => {
  it('asserts device and address with the secret key, and keeps the person in a cookie that pages cannot read', async () => {
    const signedIn = await post('sign-in', {
      email: ' Ada@Example.com ',
      firstName: 'Ada',
      consent: true,
      ecid,
      timeZone: 'Europe/Stockholm',
      language: 'sv',
    });
    expect(told).toEqual([
      {
        path: '/v1/profiles',
        key: 'Bearer sk_secret',
        body: {
          identities: { email: 'Ada@Example.com', ECID: ecid },
          attributes: { firstName: 'Ada', timeZone: 'Europe/Stockholm', language: 'sv' },
          consent: { 'email-marketing': 'in' },
        },
      },
    ]);
    expect(signedIn.setCookie).toMatch(/HttpOnly; SameSite=Lax/);
    const session = await app.inject({ url: '/shop/api/session', headers: { cookie: signedIn.cookie } });
    expect(session.json()).toEqual({ person: { email: 'Ada@Example.com', firstName: 'Ada' } });
  });

  it('leaves consent alone when the box is not ticked', async () => {
    await post('sign-in', { email: 'ada@example.com', consent: false, ecid });
    expect(told[0]!.body).not.toHaveProperty('consent');
  });

  it('believes no cookie that it did not seal', async () => {
    const { cookie } = await post('sign-in', { email: 'ada@example.com', consent: true, ecid });
    const forged = cookie.replace(/=[^.]+/, `=${Buffer.from('{"email":"mira@example.com"}').toString('base64url')}`);
    const session = await app.inject({ url: '/shop/api/session', headers: { cookie: forged } });
    expect(session.json()).toEqual({ person: null });
  });

  it('is refused with a reason when address or device are not what they should be', async () => {
    for (const body of [
      { email: 'ada', consent: true },
      { email: 'a@b.example', consent: true, ecid: '12' },
      { consent: true },
    ]) {
      const { status, body: problem } = await post('sign-in', body);
      expect(status).toBe(400);
      expect(problem).toHaveProperty('detail');
    }
    expect(told).toEqual([]);
  });

  it('is refused to pages of other sites', async () => {
    const { status } = await post(
      'sign-in',
      { email: 'ada@example.com', consent: true },
      { origin: 'https://evil.example' },
    );
    expect(status).toBe(403);
    expect(told).toEqual([]);
  });

  it('fails openly when Beckon refuses', async () => {
    answer = { status: 401, body: '{"detail":"The key is not known"}' };
    const { status, body, setCookie } = await post('sign-in', { email: 'ada@example.com', consent: true });
    expect(status).toBe(502);
    expect(body.detail).toContain('The key is not known');
    expect(setCookie).toBe('');
  });
});

describe('the newsletter', () => {
  it('needs the box ticked', async () => {
    expect((await post('newsletter', { email: 'mira@example.com', consent: false })).status).toBe(400);
    const { status, body } = await post('newsletter', { email: 'mira@example.com', consent: true, ecid });
    expect({ status, body }).toEqual({ status: 200, body: { signedUp: true, state: 'confirmed' } });
    expect(told).toMatchObject([
      {
        path: '/v1/forms/newsletter/sign-ups',
        key: 'Bearer sk_secret',
        body: { email: 'mira@example.com', ecid, wording: expect.stringContaining('send me mail') },
      },
    ]);
  });

  it('keeps the words of the language in which the box was ticked', async () => {
    await post('newsletter', { email: 'mira@example.com', consent: true, language: 'de' });
    expect(told[0]!.body).toMatchObject({ language: 'de', wording: newsletterWording.de });
  });

  it('says that a mail will ask first, where the form does so', async () => {
    answer = { status: 200, body: '{"state":"pending","limited":false}' };
    const { body } = await post('newsletter', { email: 'mira@example.com', consent: true, ecid });
    expect(body).toEqual({ signedUp: true, state: 'pending' });
  });
});

describe('checkout', () => {
  it('prices the order from its own catalogue and asserts it under the id that the page will use', async () => {
    const orderId = 'LL-0b1f3a52-9d2e-4f7a-8a8e-0123456789ab';
    const items = [
      { id: 'coat-1', quantity: 2, price: 1 },
      { id: 'sweat-1', quantity: 1 },
    ];
    const { body } = await post('checkout', { email: 'ada@example.com', ecid, items, orderId });
    const lines = [
      { id: 'coat-1', quantity: 2, price: 248.9 },
      { id: 'sweat-1', quantity: 1, price: 68.9 },
    ];
    const order = { id: orderId, total: 566.7, currency: 'EUR' };
    expect(body).toEqual({ order, items: lines });
    expect(told).toEqual([
      {
        path: '/v1/events',
        key: 'Bearer sk_secret',
        body: [
          {
            id: `order-${orderId}`,
            at: new Date(now).toISOString(),
            type: 'commerce.purchases',
            identities: { email: 'ada@example.com', ECID: ecid },
            items: lines,
            order,
          },
        ],
      },
    ]);
  });

  it('refuses what is sold out, unknown, or more than there is', async () => {
    for (const [id, quantity, status] of [
      ['coat-14', 1, 409],
      ['hat-1', 1, 400],
      ['coat-1', 90, 409],
    ] as const) {
      const refused = await post('checkout', { email: 'ada@example.com', items: [{ id, quantity }] });
      expect(refused.status, id).toBe(status);
    }
    expect(told).toEqual([]);
  });
});

describe('sizes at checkout', () => {
  it('are one line of the item for Beckon, and no more than there are of each', async () => {
    const line = (size: string, quantity: number) => ({ id: 'coat-2', size, quantity });
    await post('checkout', { email: 'ada@example.com', items: [line('M', 2), line('S', 1)] });
    expect(told[0]!.body).toMatchObject([{ items: [{ id: 'coat-2', quantity: 3, price: 188.9 }] }]);
    expect((await post('checkout', { email: 'ada@example.com', items: [line('XS', 2)] })).status).toBe(409);
    expect((await post('checkout', { email: 'ada@example.com', items: [line('4XL', 1)] })).status).toBe(400);
    expect((await post('checkout', { email: 'ada@example.com', items: [line('M', 1), line('M', 1)] })).status).toBe(
      400,
    );
    expect(told).toHaveLength(1);
  });
});

describe('orders of before', () => {
  const order = { total: { amount: 68.9, currency: 'EUR' }, cancelled: false, items: ['sweat-1'] };

  it('are those of the person in the cookie that were placed here, the newest first', async () => {
    const at = (day: number) => `2026-11-${day}T10:00:00.000Z`;
    const orders = [
      { ...order, id: 'LL-1', at: at(11) },
      { ...order, id: 'LL-2', at: at(12) },
      { ...order, id: 'elsewhere-3', at: at(13) },
    ];
    expect((await app.inject('/shop/api/orders')).statusCode).toBe(401);
    const { cookie } = await post('sign-in', { email: 'ada@example.com', consent: false });
    answer = { status: 200, body: JSON.stringify({ orders }) };
    const mine = await app.inject({ url: '/shop/api/orders', headers: { cookie } });
    expect(told.at(-1)!.path).toBe('/v1/profiles/email:ada%40example.com');
    expect(mine.json<{ orders: { id: string; total: number }[] }>().orders.map(({ id, total }) => [id, total])).toEqual(
      [
        ['LL-2', 68.9],
        ['LL-1', 68.9],
      ],
    );
    answer = { status: 404, body: '{}' };
    expect((await app.inject({ url: '/shop/api/orders', headers: { cookie } })).json()).toEqual({ orders: [] });
  });
});

describe('a device whose visitor answered the banner after signing in', () => {
  it('meets the person of the cookie, and nobody else', async () => {
    expect((await post('device', { ecid })).status).toBe(401);
    const { cookie } = await post('sign-in', { email: 'ada@example.com', consent: true });
    await post('device', { ecid }, { cookie });
    expect(told.at(-1)!.body).toEqual({ identities: { email: 'ada@example.com', ECID: ecid }, attributes: {} });
  });
});

describe('consent and signing out', () => {
  it('changes the consent of the person in the cookie, and of nobody else', async () => {
    expect((await post('consent', { emailMarketing: 'out' })).status).toBe(401);
    const { cookie } = await post('sign-in', { email: 'ada@example.com', consent: true });
    await post('consent', { emailMarketing: 'out' }, { cookie });
    expect(told.at(-1)!.body).toEqual({
      identities: { email: 'ada@example.com' },
      consent: { 'email-marketing': 'out' },
    });
  });

  it('tells Beckon that the device is nobody any more, and ends the session', async () => {
    const { setCookie } = await post('sign-out', { ecid });
    expect(setCookie).toContain('Max-Age=0');
    expect(told[0]!.body).toEqual([
      { id: 'sign-out-n1', at: new Date(now).toISOString(), type: 'profile.signedOut', identities: { ECID: ecid } },
    ]);
  });
});
