import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCookies } from './cookie.ts';
import { isSameOrigin, isSession, makeSession, mayUseStudio, type Caller } from './session.ts';

const secret = new Uint8Array(32).fill(1);
const now = Date.UTC(2026, 10, 23);
const nonce = new Uint8Array(18).fill(2);
const local: Caller = { socketAddress: '127.0.0.1', address: '127.0.0.1', host: 'localhost:8080', forwarded: false };
const url = 'http://localhost:8080';

describe('a studio session', () => {
  it('is good for twelve hours and for this installation', () => {
    const session = makeSession(secret, now, nonce);
    expect(isSession(secret, now, session)).toBe(true);
    expect(isSession(secret, now + 13 * 3_600_000, session)).toBe(false);
    expect(isSession(new Uint8Array(32), now, session)).toBe(false);
    expect(isSession(secret, now, undefined)).toBe(false);
  });

  it('is spoiled by any change', () => {
    const session = makeSession(secret, now, nonce);
    fc.assert(
      fc.property(fc.nat(session.length - 1), fc.constantFrom('a', 'Z', '9', '.'), (at, letter) => {
        fc.pre(session[at] !== letter);
        expect(isSession(secret, now, session.slice(0, at) + letter + session.slice(at + 1))).toBe(false);
      }),
    );
  });
});

describe('the studio without a password', () => {
  it('is for the machine itself, by one of its own names', () => {
    for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'LOCALHOST']) {
      expect(mayUseStudio({ ...local, host }, url)).toBe(true);
    }
    expect(mayUseStudio({ ...local, socketAddress: '::ffff:127.0.0.1', address: '::1' }, url)).toBe(true);
    expect(mayUseStudio({ ...local, host: 'beckon.example' }, 'https://beckon.example')).toBe(true);
  });

  it('is not for others, foreign names (DNS rebinding) or undeclared proxies', () => {
    for (const host of ['evil.example', 'localhost.evil.example', '', '127.0.0.1.evil.example']) {
      expect(mayUseStudio({ ...local, host }, url)).toBe(false);
    }
    expect(mayUseStudio({ ...local, socketAddress: '10.0.0.5' }, url)).toBe(false);
    expect(mayUseStudio({ ...local, address: '203.0.113.7' }, url)).toBe(false);
    expect(mayUseStudio({ ...local, forwarded: true }, url)).toBe(false);
  });

  it('hears its own pages only', () => {
    const own = { host: 'localhost:8080', scheme: 'http' };
    expect(isSameOrigin({ ...own, site: 'same-origin' })).toBe(true);
    expect(isSameOrigin({ ...own, origin: url })).toBe(true);
    for (const site of ['cross-site', 'same-site', 'none'])
      expect(isSameOrigin({ ...own, site, origin: url })).toBe(false);
    expect(isSameOrigin({ ...own, origin: 'http://localhost:3000' })).toBe(false);
    expect(isSameOrigin(own)).toBe(false);
  });
});

it('cookies: the first of equal names, any text without failing', () => {
  expect(readCookies('a=1; b="2"; a=3; =x; c')).toEqual(
    new Map([
      ['a', '1'],
      ['b', '2'],
    ]),
  );
  fc.assert(fc.property(fc.string(), (text) => readCookies(text) instanceof Map));
});
