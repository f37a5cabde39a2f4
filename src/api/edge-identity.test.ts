import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../base/index.ts';
import {
  asFpid,
  decodeIdentity,
  ecidOfFpid,
  encodeIdentity,
  knownIdentity,
  mintEcid,
  orgKey,
  type IdentityParts,
} from './edge-identity.ts';

const org = 'ABCDEF0123456789ABCDEF01@AdobeOrg';
const captured = 'CiY2ODE4NzYwMDMxNzM0MTQyNTY3ODk4NzAyMzkxNTExMDY5NzE4NlIQCKPHntGgNBABGAEqA09SMvABo8ee0aA0';
const ecid = '68187600317341425678987023915110697186';
const other = '39689780284254308022188661149861434819';
const secret = new Uint8Array(32).fill(9);
const fpid = '0f1e2d3c-1111-4222-8333-444455556666';

const nothing: IdentityParts = { maps: [], entries: new Map(), cookies: new Map(), orgId: org, fpidCookie: null };
const resolve = (parts: Partial<IdentityParts>) => knownIdentity({ ...nothing, ...parts }, secret)?.ecid;

describe('the identity value', () => {
  it('reads the values of the real SDK (captures 01 and 03)', () => {
    expect(decodeIdentity(captured)?.ecid).toBe(ecid);
    expect(
      decodeIdentity('CiY2ODE4NzYwMDMxNzM0MTQyNTY3ODk4NzAyMzkxNTExMDY5NzE4NlIOCJTMntGgNBgBKgNPUjLwAZTMntGgNA%3D%3D')
        ?.ecid,
    ).toBe(ecid);
  });

  it('reads the smallest value, 0a 26 and the digits, and fields in another order', () => {
    const smallest = Buffer.concat([Buffer.from([0x0a, 0x26]), Buffer.from(ecid)]);
    expect(decodeIdentity(smallest.toString('base64'))?.ecid).toBe(ecid);
    const swapped = Buffer.concat([Buffer.from([0x52, 0x02, 0x08, 0x05]), smallest]);
    expect(decodeIdentity(swapped.toString('base64url'))).toEqual({ ecid, createdAt: 5 });
  });

  it('comes back as it was written, for any identity', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 38, maxLength: 38 });
    fc.assert(
      fc.property(digits, fc.integer({ min: 1, max: 2 ** 48 }), (list, at) => {
        const who = { ecid: list.join(''), source: 0 as const, fresh: true, createdAt: at };
        const value = encodeIdentity(who, at + 1);
        expect(value.startsWith('CiY')).toBe(true);
        expect(decodeIdentity(value)).toEqual({ ecid: who.ecid, createdAt: at });
      }),
    );
  });

  it('makes garbage nobody, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.uint8Array({ maxLength: 60 }), (text, bytes) => {
        decodeIdentity(text);
        decodeIdentity(Buffer.from(bytes).toString('base64url'));
      }),
    );
    expect(decodeIdentity('garbage')).toBeNull();
  });
});

describe('minting', () => {
  it('makes 38 digits of two 63-bit numbers', () => {
    const random = new SeededRandom(1);
    for (let i = 0; i < 200; i++) {
      const made = mintEcid(random);
      expect(made).toMatch(/^\d{38}$/);
      expect(BigInt(made.slice(0, 19)) <= 0x7fffffffffffffffn && BigInt(made.slice(19)) <= 0x7fffffffffffffffn).toBe(
        true,
      );
    }
  });

  it('derives the same ECID from an FPID, whatever its case, and another for another organisation', () => {
    expect(ecidOfFpid(secret, org, fpid)).toBe(ecidOfFpid(secret, org, fpid.toUpperCase()));
    expect(ecidOfFpid(secret, org, fpid)).not.toBe(ecidOfFpid(secret, 'OTHER@AdobeOrg', fpid));
  });

  it('takes version 4 UUIDs only as FPID', () => {
    expect(asFpid('0f1e2d3c-1111-1222-8333-444455556666')).toBeUndefined();
    expect(asFpid('x')).toBeUndefined();
    expect(asFpid(fpid.toUpperCase())).toBe(fpid);
  });
});

describe('the order of edge-protocol §6', () => {
  const cookieName = `kndctr_${orgKey(org)}_identity`;
  const byMap = { maps: [{ ECID: [{ id: other }] }] };
  const byEntry = { entries: new Map([[cookieName, captured]]) };
  const byLegacy = { cookies: new Map([[`AMCV_${encodeURIComponent(org)}`, `MCMID|${ecid}`]]) };

  it('prefers the map to the entry, and takes the entry, the cookie and the legacy cookie (edge traps 9, 10, 11)', () => {
    expect(resolve({ ...byMap, ...byEntry })).toBe(other);
    expect(resolve(byEntry)).toBe(ecid);
    expect(resolve({ cookies: new Map([[cookieName, captured]]) })).toBe(ecid);
    expect(resolve(byLegacy)).toBe(ecid);
    expect(resolve({})).toBeUndefined();
  });

  it('lets any ECID beat an FPID, and uses the FPID when all else is lost', () => {
    const maps = [{ FPID: [{ id: fpid }] }];
    expect(resolve({ maps, ...byEntry })).toBe(ecid);
    expect(resolve({ maps })).toBe(ecidOfFpid(secret, org, fpid));
    expect(resolve({ fpidCookie: 'dev', cookies: new Map([['dev', fpid]]) })).toBe(ecidOfFpid(secret, org, fpid));
  });

  it('does not believe an ECID that is not 38 digits', () => {
    expect(resolve({ maps: [{ ECID: [{ id: '123' }] }], ...byEntry })).toBe(ecid);
  });
});
