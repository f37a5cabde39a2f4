import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ecid,
  identityCookie,
  consentCookie,
  origin,
  state,
  fetchEcid,
  knownVisitor,
  pageView,
  commerce,
  stored,
  sendTo,
  type Answer,
  type Sent,
} from '../../test/support/alloy.ts';
import { demoStream, fakeHouse, fakeProfile, type FakeHouse } from '../../test/support/house.ts';
import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  app = await buildServer(house);
});

const send = (sent: Sent) => sendTo(app, sent);

describe('consent', () => {
  const say = (consent: object, meta: object = knownVisitor) =>
    send({
      action: 'privacy/set-consent',
      body: { consent: [consent], query: fetchEcid, meta, identityMap: { Email: [{ id: 'jane@example.com' }] } },
    });
  const adobe1 = (general: string) => ({ standard: 'Adobe', version: '1.0', value: { general } });

  it('a remembered no is asked for again: a yes that is stored and not folded yet counts (trust row 87)', async () => {
    house.profiles.recallConsent = () => ({ answer: 'out' });
    house.profiles.collectConsent = async () => 'in';
    await send({ body: { ...pageView, meta: knownVisitor } });
    expect(house.received).toHaveLength(1);
    house.profiles.collectConsent = async () => 'out';
    await send({ body: { ...pageView, meta: knownVisitor } });
    expect(house.received).toHaveLength(1);
  });

  it('answers with identity and consent cookie, so that the page goes on (capture 05)', async () => {
    for (const general of ['in', 'out']) {
      const answer = (await say(adobe1(general), state())).json<Answer>();
      expect(stored(answer, consentCookie)).toBe(`general=${general}`);
      expect(stored(answer, identityCookie)).toBeDefined();
    }
  });

  it('keeps only the consent, not who the browser claims to be', async () => {
    await say(adobe1('out'));
    expect(house.received).toEqual([
      expect.objectContaining({
        types: ['profile.consent'],
        level: 0,
        consent: { collect: 'out' },
        identities: [{ namespace: 'ecid', id: ecid }],
      }),
    ]);
    expect(JSON.stringify(house.received)).not.toContain('jane');
  });

  it('reads Adobe 2.0 and IAB TCF 2.0, and never takes consent to mail from a browser', async () => {
    const value = { collect: { val: 'y' }, personalize: { content: { val: 'n' } }, marketing: { email: { val: 'y' } } };
    await say({ standard: 'Adobe', version: '2.0', value });
    expect(house.received[0]!.consent).toEqual({ collect: 'in', personalize: 'out' });
    const tcf = { standard: 'IAB TCF', version: '2.0', gdprApplies: true, value: `C${'A'.repeat(40)}` };
    const answer = (
      await send({
        action: 'privacy/set-consent',
        query: 'configId=demo&requestId=r2',
        body: { consent: [tcf], meta: knownVisitor },
      })
    ).json<Answer>();
    expect(stored(answer, consentCookie)).toBe('general=out');
  });

  it('refuses with Adobe’s codes', async () => {
    const codes = [];
    for (const consent of [
      { standard: 'X', version: '9', value: {} },
      { standard: 'Adobe', version: '1.0' },
      adobe1('maybe'),
    ]) {
      const reply = await say(consent);
      codes.push([reply.statusCode, reply.json<{ type: string }>().type.split('/').at(-1)]);
    }
    expect(codes).toEqual([
      [400, 'EXEG-0102-400'],
      [400, 'EXEG-0103-400'],
      [422, 'EXEG-0104-422'],
    ]);
    expect(house.received).toEqual([]);
  });

  it('out is honoured later: nothing is stored and the page is told', async () => {
    house.known.set(
      `ecid:${ecid}`,
      fakeProfile('p1', { consent: { collect: { state: 'out', at: 1, source: 'edge:demo' } } }),
    );
    const answer = (await send({ body: commerce('productViews') })).json<Answer>();
    expect(stored(answer, consentCookie)).toBe('general=out');
    const entries = [{ key: consentCookie, value: 'general=out' }];
    await send({ body: commerce('productViews', state(entries)) });
    await send({ action: 'collect', body: commerce('productViews') });
    house.known.clear();
    // As Set-Cookie wrote it, and browsers send it back.
    await send({ body: commerce('productViews'), headers: { cookie: `${consentCookie}=general%3Dout` } });
    expect(house.received).toEqual([]);
  });

  it('of a device that only one event names holds for that event, and for no other', async () => {
    const [silent, open] = ['3'.repeat(38), '4'.repeat(38)];
    house.known.set(
      `ecid:${silent}`,
      fakeProfile('p1', { consent: { collect: { state: 'out', at: 1, source: 'edge:demo' } } }),
    );
    const events = [ecid, silent, open].map((id) => ({ xdm: { identityMap: { ECID: [{ id }] } } }));
    for (const action of ['interact', 'collect']) await send({ action, query: 'configId=demo', body: { events } });
    const kept = house.received.map(({ visitor, id }) => [visitor, id.split(':').at(-1)]);
    expect(kept).toEqual([
      [`ecid:${ecid}`, '0'],
      [`ecid:${open}`, '2'],
      [`ecid:${ecid}`, '0'],
      [`ecid:${open}`, '2'],
    ]);
  });
});

describe('headers and errors', () => {
  it('echo the origin with credentials on success, on errors and on preflight (edge trap 7)', async () => {
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: '/ee/or2/v1/interact?configId=demo',
      headers: { origin },
    });
    expect(preflight.statusCode).toBe(204);
    const broken = await send({ body: '{' });
    const fine = await send({ body: pageView, headers: { origin: 'null' } });
    for (const [reply, from] of [
      [preflight, origin],
      [broken, origin],
      [fine, 'null'],
    ] as const) {
      expect(reply.headers['access-control-allow-origin']).toBe(from);
      expect(reply.headers['access-control-allow-credentials']).toBe('true');
      expect(reply.headers['access-control-expose-headers']).toContain('Retry-After');
      expect(reply.headers['vary']).toBe('Origin');
    }
  });

  it('name an unknown datastream as Adobe does, and know one with an environment', async () => {
    const reply = await send({ body: pageView, query: 'configId=nobody&requestId=r1' });
    expect(reply.statusCode).toBe(400);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect(reply.json()).toMatchObject({
      type: 'https://ns.adobe.com/aep/errors/EXEG-0003-400',
      report: { requestId: 'r1', configId: 'nobody' },
    });
    expect((await send({ body: pageView, query: 'configId=demo:dev&requestId=r1' })).statusCode).toBe(200);
  });

  it('refuse a foreign origin before anything is kept', async () => {
    await house.events.putDatastream({ ...demoStream, allowedOrigins: ['https://shop.example'] });
    const reply = await send({ body: pageView });
    expect(reply.statusCode).toBe(403);
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    expect(house.received).toEqual([]);
    expect((await send({ body: pageView, headers: { origin: 'https://shop.example' } })).statusCode).toBe(200);
  });

  it('keep a retried request once (edge trap 12)', async () => {
    await send({ body: commerce('purchases') });
    await send({ body: commerce('purchases') });
    expect(house.received).toHaveLength(1);
  });

  it('say overload so that alloy tries again (capture 09)', async () => {
    Object.assign(house.events, { waiting: 30_000 });
    const busy = await send({ body: pageView });
    expect([busy.statusCode, Number(busy.headers['retry-after']) >= 1]).toEqual([503, true]);
    Object.assign(house.events, { waiting: 0 });
    house.events.receive = async () => {
      throw new BeckonError(errors.API_BUSY, 'no disk', { retryAfter: 3 });
    };
    const full = await send({ body: pageView });
    expect(full.statusCode).toBe(503);
    expect(Number(full.headers['retry-after'])).toBeGreaterThanOrEqual(3);
    expect(full.headers['access-control-allow-origin']).toBe(origin);
  });

  it('refuse deep, poisoned and oversized bodies with 400 and 413 (trust rows 80–82)', async () => {
    const deep = await send({ body: '{"events":'.padEnd(100_000, '[') });
    const poisoned = await send({ body: '{"events":[{"xdm":{"__proto__":{"admin":true}}}]}' });
    const large = await send({ body: JSON.stringify({ x: 'y'.repeat(1024 * 1024) }) });
    const event = { data: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, 'z'.repeat(20_000)])) };
    const largeEvent = await send({ body: { events: [event] } });
    expect([deep, poisoned, large, largeEvent].map(({ statusCode }) => statusCode)).toEqual([400, 400, 413, 413]);
    expect(large.headers['access-control-allow-origin']).toBe(origin);
    expect(house.received).toEqual([]);
  });

  it('never redirect, and answer 404 with a problem for doors that are not there', async () => {
    expect((await send({ body: pageView, action: 'interact/', query: 'configId=demo&requestId=r1' })).statusCode).toBe(
      200,
    );
    const media = await app.inject({
      method: 'POST',
      url: '/ee/va/v1/sessionstart',
      headers: { origin },
      payload: '{}',
    });
    expect(media.statusCode).toBe(404);
    expect(media.headers['content-type']).toContain('application/problem+json');
  });

  it('keep what a machine sends, marked (trust row 85)', async () => {
    await send({ body: pageView, headers: { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' } });
    expect(house.received[0]!.bot).toBe(true);
  });
});
