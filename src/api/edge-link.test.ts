import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { commerce, ecid, fetchEcid, knownVisitor, sendTo } from '../../test/support/alloy.ts';
import { fakeHouse, publishableKey, readKey, secretKey, startedAt, type FakeHouse } from '../../test/support/house.ts';
import { mintIdentityToken, tokenKey } from '../profile/index.ts';
import { buildServer } from './server.ts';

let house: FakeHouse;
let app: FastifyInstance;
const kid = '01900000-0000-7000-8000-000000000001';

beforeEach(async () => {
  house = fakeHouse();
  const { admit } = house.keys;
  // As the real keys are: the one that may vouch has an id that can be revoked.
  house.keys.admit = async (key) => (key === secretKey ? { id: kid, kind: 'secret', scopes: ['*'] } : admit(key));
  app = await buildServer(house);
});

const ada = { namespace: 'email', id: 'ada@example.com' };
const hour = startedAt / 1000 + 3600;
const signed = (over: { ecid?: string; expires?: number; kid?: string } = {}) => {
  const by = over.kid ?? kid;
  const content = { ecid: over.ecid ?? ecid, identity: ada, expires: over.expires ?? hour };
  return mintIdentityToken({ kid: by, key: tokenKey(house.settings.secret, by) }, content);
};

let requests = 0;
const say = (beckon: object, action = 'interact') => {
  const { events } = commerce('purchases', knownVisitor, {
    order: { purchaseID: 'O-1', priceTotal: 49.5, currencyCode: 'EUR' },
  });
  const body = {
    events: [{ ...events[0], data: { __beckon: beckon, shop: 1 } }],
    query: fetchEcid,
    meta: knownVisitor,
  };
  return sendTo(app, { action, query: `configId=demo&requestId=t${++requests}`, body });
};

describe('data.__beckon.identityToken', () => {
  it('links its person to the device that shows it, at level 3, until it expires (design §7)', async () => {
    const reply = await say({ identityToken: signed() });
    expect(reply.json()).not.toHaveProperty('warnings');
    expect(house.received).toMatchObject([
      {
        level: 3,
        visitor: `ecid:${ecid}`,
        identities: [{ namespace: 'ecid', id: ecid }, ada],
        linkedUntil: hour * 1000,
      },
    ]);
  });

  it('runs on real time, and says its end in business time when that was moved on', async () => {
    house.clock.real = () => startedAt;
    house.clock.advance(86_400_000);
    await say({ identityToken: signed() });
    expect(house.received[0]!.linkedUntil).toBe(hour * 1000 + 86_400_000);
  });

  it('is never kept with the event: it is a credential', async () => {
    const token = signed();
    await say({ identityToken: token });
    expect(house.received[0]!.data).toEqual({ data: { shop: 1 } });
    expect(JSON.stringify(house.received)).not.toContain(token.split('.').at(-1));
  });

  it('of another device, of a key that does not vouch, or out of time leaves the event at its own level (trust row 77)', async () => {
    house.keys.byId = async (id) => {
      if (id === kid) return { id, kind: 'secret', scopes: ['profiles'] };
      return id === 'reader' ? { id, kind: 'secret', scopes: ['read'] } : null;
    };
    const faults = [];
    for (const token of [
      signed({ ecid: '1'.repeat(38) }),
      signed({ kid: 'reader' }),
      signed({ kid: 'revoked' }),
      signed({ expires: startedAt / 1000 }),
      'v1.x',
      { toString: 1 },
    ]) {
      const reply = await say({ identityToken: token });
      faults.push(reply.json<{ warnings: { detail: string }[] }>().warnings[0]!.detail.split(';')[0]);
    }
    expect(faults).toEqual(
      ['not signed for this device', 'unknown key', 'unknown key', 'expired', 'malformed', 'malformed'].map(
        (fault) => `data.__beckon.identityToken is ${fault}`,
      ),
    );
    expect(house.received.every(({ level, identities }) => level === 0 && identities.length === 1)).toBe(true);
  });

  it('counts by beacon, too', async () => {
    expect((await say({ identityToken: signed() }, 'collect')).statusCode).toBe(204);
    expect(house.received[0]!.level).toBe(3);
  });
});

describe('data.__beckon.signOut', () => {
  it('ends the link of the device before what it does next', async () => {
    await say({ signOut: true });
    expect(house.received.map(({ types, level }) => [types[0], level])).toEqual([
      ['profile.signedOut', 3],
      ['commerce.purchases', 0],
    ]);
    expect(house.received[0]!.identities).toEqual([{ namespace: 'ecid', id: ecid }]);
  });
});

describe('the doors of the shop’s server', () => {
  const call = (method: 'GET' | 'POST', url: string, { key = secretKey, body }: { key?: string; body?: object } = {}) =>
    app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { payload: JSON.stringify(body) } : {}),
    });

  it('sign a token, and give the key to sign with by oneself; both are believed', async () => {
    const made = await call('POST', '/v1/identity-tokens', { body: { ecid, ...ada, seconds: 60 } });
    const { token, expiresAt } = made.json<{ token: string; expiresAt: string }>();
    expect(expiresAt).toBe(new Date(startedAt + 60_000).toISOString());
    const signer = (await call('GET', '/v1/identity-key')).json<{ kid: string; key: string }>();
    expect(signer.kid).toBe(kid);
    const own = mintIdentityToken(signer, { ecid, identity: ada, expires: hour });
    for (const one of [token, own]) await say({ identityToken: one });
    expect(house.received.map(({ level }) => level)).toEqual([3, 3]);
  });

  it('refuse who may not vouch, and what cannot be a token', async () => {
    for (const key of [readKey, publishableKey]) {
      expect((await call('GET', '/v1/identity-key', { key })).statusCode).toBe(403);
    }
    // This process's own key is not kept, so nobody could revoke what it signed.
    expect((await call('GET', '/v1/identity-key', { key: 'sk_unknown' })).statusCode).toBe(401);
    for (const wrong of [
      { ecid: '1', ...ada },
      { ecid, namespace: 'ecid', id: 'x' },
      { ecid, namespace: 'crm', id: 'a\u0000b' },
      { ecid, ...ada, seconds: 2_592_001 },
    ]) {
      expect((await call('POST', '/v1/identity-tokens', { body: wrong })).statusCode).toBe(400);
    }
  });
});
