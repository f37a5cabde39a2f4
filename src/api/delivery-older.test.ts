import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { demoStream, fakeHouse, fakeProfile, secretKey, type FakeHouse } from '../../test/support/house.ts';
import { ecid } from '../../test/support/target.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;

beforeEach(async () => {
  house = fakeHouse();
  const template = '{{#each items as |item|}}<b>{{item.name}}</b>{{/each}}';
  await house.events.putDatastream({
    ...demoStream,
    scopes: { mail: { criterion: 'popular', format: 'html', template } },
  });
  app = await buildServer(house);
});

const raw = (query: Record<string, string>, before = '') =>
  app.inject({ method: 'GET', url: `${before}/m2/acme/ubox/raw?${new URLSearchParams(query).toString()}` });

describe('rawbox (EML-2)', () => {
  it('answers what the mbox shows, as it is, in a page that runs nothing', async () => {
    const html = await raw({ mbox: 'mail', mboxSession: 's1', mboxPC: 'abc.35_0', mboxXDomain: 'disabled' });
    expect([html.statusCode, html.body]).toEqual([200, '<b>Winter coat</b>']);
    expect(html.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(html.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
    const json = await raw({ mbox: 'popular' });
    expect([json.headers['content-type'], json.json()]).toEqual([
      'application/json; charset=utf-8',
      expect.objectContaining({ status: 'ok' }),
    ]);
  });

  it('asks with its parameters, and counts nothing for a mail (BEH-2)', async () => {
    const query = {
      'entity.id': 'SKU-1',
      'entity.event.detailsOnly': 'true',
      cartIds: 'a,b',
      excludedIds: 'c',
      limit: '2',
    };
    await raw({ mbox: 'popular', mboxPC: 'abc', ...query });
    expect(house.asked[0]!.request).toEqual({
      criterion: 'popular',
      item: 'SKU-1',
      cart: ['a', 'b'],
      excludedIds: ['c'],
      limit: 2,
    });
    expect(house.received).toEqual([]);
    await raw({ mbox: 'popular', mboxPC: 'abc.35_0', mboxRid: 'r1', 'entity.id': 'SKU-1' });
    await raw({ mbox: 'popular', mboxPC: 'abc.35_0', mboxRid: 'r1', 'entity.id': 'SKU-1' });
    expect(house.received).toMatchObject([{ types: ['commerce.productViews'], visitor: 'tntid:abc', level: 0 }]);
  });

  it('with nothing to show answers mboxDefault as text, and leads nowhere', async () => {
    const evil = await raw({ mbox: 'unknown', mboxDefault: 'https://evil.example/', mboxNoRedirect: '0' });
    expect([evil.statusCode, evil.body, evil.headers.location]).toEqual([200, 'https://evil.example/', undefined]);
    const script = await raw({ mbox: 'unknown', mboxDefault: '<script>alert(1)</script>' });
    expect([script.headers['content-type'], script.headers['x-content-type-options']]).toEqual([
      'text/plain; charset=utf-8',
      'nosniff',
    ]);
    expect((await raw({ mbox: 'unknown', mboxDefault: '' })).statusCode).toBe(200);
  });

  it('says in Target’s words what is wrong', async () => {
    const long = 'x'.repeat(251);
    for (const [query, words] of [
      [{}, 'bad request'],
      [{ mbox: 'a\u0007b', mboxDefault: '' }, 'Invalid mbox name:= a?b'],
      [{ mbox: long }, `Mbox name [${long.slice(1)}] is too long`],
      [{ mbox: 'unknown' }, 'Cannot redirect to default content, please specify mboxDefault parameter'],
    ] as const) {
      const reply = await raw(query);
      expect([reply.statusCode, reply.body, reply.headers['content-type']]).toEqual([
        400,
        words,
        'text/plain; charset=utf-8',
      ]);
    }
  });

  it('reads by mbox3rdPartyId and keeps profile.… only with a key in the address', async () => {
    house.known.set('thirdpartyid:u42', fakeProfile('u42'));
    const query = { mbox: 'popular', mbox3rdPartyId: 'u42', 'profile.tier': 'gold' };
    await raw(query);
    expect([house.asked[0]!.person, house.received]).toEqual([null, []]);
    await raw(query, `/t/${secretKey}`);
    expect(house.asked[1]!.person!.profileId).toBe('u42');
    expect(house.received).toMatchObject([{ types: ['profile.asserted'], attributes: { tier: 'gold' }, level: 3 }]);
  });

  it('a failure is a failure, with no default that hides it', async () => {
    house.events.receive = () => Promise.reject(Object.assign(new Error('gone'), { code: '57P01' }));
    const reply = await raw({ mbox: 'popular', 'entity.id': 'a', mboxDefault: 'x' });
    expect([reply.statusCode, reply.headers['retry-after']]).toEqual([503, '2']);
  });
});

describe('the single mbox (§2.6)', () => {
  const single = (body: unknown, headers: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url: '/rest/v1/mbox/?client=acme', headers, payload: JSON.stringify(body) });

  it('is the same engine: one text, and the id that was given or a new one', async () => {
    const mboxParameters = { 'entity.id': 'SKU-1', 'entity.event.detailsOnly': 'true' };
    const known = await single({ mbox: 'popular', tntId: 'abc', mboxParameters, contentAsJson: true });
    const answer = known.json<{ tntId: string; content: string }>();
    expect([answer.tntId, JSON.parse(answer.content)]).toEqual(['abc', expect.objectContaining({ status: 'ok' })]);
    expect((await single({ mbox: 'mail', requestLocation: { host: 'prod' } })).json()).toEqual({
      tntId: expect.stringMatching(/^[0-9a-f]{32}$/),
      content: '<b>Winter coat</b>',
    });
    expect((await single({ mbox: 'unknown', thirdPartyId: 'u42' })).json()).toEqual({
      thirdPartyId: 'u42',
      content: '',
    });
    expect(house.received).toEqual([]);
  });

  it('knows the property by at_property, and refuses what is no request', async () => {
    await house.events.putDatastream({
      ...demoStream,
      id: 'p-1',
      scopes: { hero: { criterion: 'popular', format: 'json' } },
    });
    const hero = await single({ mbox: 'hero', mboxParameters: { at_property: 'p-1', 'entity.id': 'a' } });
    expect([hero.json<{ content: string }>().content.length > 0, house.received[0]!.source]).toEqual([
      true,
      'delivery:p-1',
    ]);
    for (const body of [[], 'x', {}, { mbox: 3 }]) expect((await single(body)).statusCode).toBe(400);
  });
});

describe('the call of at.js 1', () => {
  const fields = {
    mbox: 'mail',
    mboxSession: 's1',
    mboxRid: 'r1',
    mboxMCGVID: ecid,
    mboxURL: 'https://shop.example/a',
  };

  it('is answered with offers, by GET and as a form, and counts once', async () => {
    const form = new URLSearchParams({ ...fields, 'entity.id': 'SKU-1' }).toString();
    const asked = [
      await app.inject({ method: 'GET', url: `/m2/acme/mbox/json?${form}` }),
      await app.inject({
        method: 'POST',
        url: '/m2/acme/mbox/json',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: form,
      }),
    ];
    for (const reply of asked) {
      expect(reply.json()).toMatchObject({
        requestId: 'r1',
        client: 'acme',
        sessionId: 's1',
        offers: [{ html: '<b>Winter coat</b>', eventTokens: [expect.any(String)] }],
      });
      expect('edgeHost' in reply.json<object>()).toBe(false);
    }
    expect(house.received).toMatchObject([{ visitor: `ecid:${ecid}`, page: { url: 'https://shop.example/a' } }]);
  });

  it('has no offer where there is nothing to show', async () => {
    const reply = await app.inject({ method: 'GET', url: '/m2/acme/mbox/json?mbox=unknown' });
    expect([reply.statusCode, reply.json<{ offers: [] }>().offers]).toEqual([200, []]);
  });
});

it('all of them stand in the OpenAPI document', async () => {
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, object> }>();
  for (const path of ['/rest/v1/delivery', '/rest/v1/mbox', '/m2/{client}/ubox/raw', '/m2/{client}/mbox/json']) {
    expect(paths[path]).toBeDefined();
  }
});
