import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isTokenNamespace,
  longestToken,
  mintIdentityToken,
  tokenKey,
  tokenKid,
  verifyIdentityToken,
} from './identity-token.ts';

const secret = new Uint8Array(32).fill(3);
const kid = '01900000-0000-7000-8000-000000000001';
const key = tokenKey(secret, kid);
const ecid = '68187600317341425678987023915110697186';
const now = Date.UTC(2026, 10, 24);
const hour = now / 1000 + 3600;
const ada = { namespace: 'email', id: 'Ada@Example.com ' };
const token = mintIdentityToken({ kid, key }, { ecid, identity: ada, expires: hour });
const verify = (text: unknown, more: { ecid?: string; key?: string | undefined; now?: number } = {}) =>
  verifyIdentityToken(text, { ecid, key, now, ...more });

describe('an identity token (design §7 "Identity")', () => {
  it('has the form v1.<kid>.<exp>.<namespace>.<id>.<mac> and comes back as it was meant', () => {
    expect(token.split('.').slice(0, 4)).toEqual(['v1', kid, String(hour), 'email']);
    expect(tokenKid(token)).toBe(kid);
    expect(verify(token)).toEqual({ identity: { namespace: 'email', id: 'ada@example.com' }, expires: hour });
  });

  it('is of no use on another device, with another key, after its time or with one letter changed', () => {
    expect(verify(token, { ecid: '1'.repeat(38) })).toEqual({ fault: 'not-signed-for-this-device' });
    expect(verify(token, { key: tokenKey(secret, 'other') })).toEqual({ fault: 'not-signed-for-this-device' });
    expect(verify(token, { key: undefined })).toEqual({ fault: 'unknown-key' });
    expect(verify(token, { now: hour * 1000 })).toEqual({ fault: 'expired' });
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '0', '_', '.'), (at, letter) => {
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        // The last letter of a mac carries two unused bits; the text is compared, so those count too.
        return changed === token || 'fault' in verify(changed);
      }),
    );
  });

  it('holds for 30 days at most', () => {
    const long = mintIdentityToken({ kid, key }, { ecid, identity: ada, expires: now / 1000 + longestToken + 1 });
    expect(verify(long)).toEqual({ fault: 'too-long' });
  });

  it('names persons only, never a device or a profile of ours', () => {
    for (const namespace of ['ecid', 'FPID', 'profile', 'id']) {
      const made = mintIdentityToken({ kid, key }, { ecid, identity: { namespace, id: 'x' }, expires: hour });
      expect(verify(made)).toEqual({ fault: 'malformed' });
      expect(isTokenNamespace(namespace)).toBe(false);
    }
    expect(isTokenNamespace('crm-id')).toBe(true);
  });

  it('makes anything else malformed, and never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(verify(value)).toEqual({ fault: 'malformed' });
      }),
    );
    for (const text of ['', 'v1', `${token}x`, `v2${token.slice(2)}`, token.replace('email', 'e mail')]) {
      expect(verify(text)).toEqual({ fault: 'malformed' });
    }
  });

  it('carries any name that people have, and refuses control characters', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), (id) => {
        const made = mintIdentityToken({ kid, key }, { ecid, identity: { namespace: 'crm', id }, expires: hour });
        const read = verify(made);
        const plain = id.trim() !== '' && !/[\p{Cc}\uFFFD]/u.test(id.trim());
        return plain ? 'identity' in read && read.identity.id === id.trim() : 'fault' in read;
      }),
    );
  });
});
