import { assert, constantFrom, property, string, uuid } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeAddress } from './address.ts';
import { readVerp, verpAddress, verpToken } from './verp.ts';

const key = Buffer.alloc(32, 7);
const message = '0190f5f0-0000-7000-8000-0000000000ab';
const domain = 'mail.shop.example';

describe('return paths that name their message (trust M11, §1.5)', () => {
  it('has a published vector: key 07 × 32', () => {
    expect(verpAddress(key, 'bounce', { message, domain })).toBe(
      `bounce+agipl4aaabyabaaaaaaaaaaavmfv5krcqvicyirsoj@${domain}`,
    );
  });

  it('reads back what it wrote, for any message, in any case, alone, in brackets and wrapped by forwarders', () => {
    assert(
      property(uuid(), constantFrom('bounce', 'unsub', 'fbl'), (id, purpose) => {
        const address = verpAddress(key, purpose, { message: id, domain });
        expect(judgeAddress(address)).toEqual({ address });
        const local = address.split('@')[0]!;
        for (const text of [
          address,
          address.toUpperCase(),
          `<${address}>`,
          `rfc822; ${address}`,
          `SRS0=Qf5G=AB=${domain}=${local}@forwarder.example`,
          `prvs=0123456789=${address}`,
        ])
          expect(readVerp(key, text)).toEqual({ purpose, message: id.toLowerCase() });
      }),
    );
  });

  it('believes nothing forged: another key, another purpose, one changed letter, cut off, or any text (row 17)', () => {
    const address = verpAddress(key, 'bounce', { message, domain });
    expect(readVerp(Buffer.alloc(32, 8), address)).toBeNull();
    expect(readVerp(key, address.replace('bounce', 'unsub'))).toBeNull();
    const token = verpToken(key, 'bounce', message);
    for (let at = 0; at < token.length; at++) {
      const changed = `${token.slice(0, at)}${token[at] === 'q' ? 'r' : 'q'}${token.slice(at + 1)}`;
      const read = readVerp(key, `bounce+${changed}@${domain}`);
      // The last letter of the id carries two bits only; what it says besides is not read.
      if (read) expect(at).toBe(25);
      else expect(read).toBeNull();
    }
    expect(readVerp(key, address.replace(token, token.slice(1)))).toBeNull();
    assert(property(string({ unit: 'binary' }), (text) => readVerp(key, text) === null));
  });
});
