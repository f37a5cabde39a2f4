import { expect, it } from 'vitest';
import { SeededRandom } from './random.ts';
import { seal, unseal } from './seal.ts';

const secret = new Uint8Array(32).fill(7);
const place = 'webhook:secret:shop';

it('opens at its own place under its own secret only, and shows nothing of the text (trust.md §3.8)', () => {
  const random = new SeededRandom(1);
  const sealed = seal('grüner Tee ☕', { secret, place, random });
  expect(sealed).not.toContain('Tee');
  expect(unseal(sealed, { secret, place })).toBe('grüner Tee ☕');
  expect(unseal(sealed, { secret, place: 'webhook:secret:other' })).toBeNull();
  expect(unseal(sealed, { secret: new Uint8Array(32).fill(8), place })).toBeNull();
  expect(seal('grüner Tee ☕', { secret, place, random })).not.toBe(sealed);
  expect(unseal(seal('', { secret, place, random }), { secret, place })).toBe('');
});

it('opens nothing that was changed in any one place, cut, or never sealed', () => {
  const sealed = seal('secret', { secret, place, random: new SeededRandom(2) });
  for (let at = 3; at < sealed.length; at++) {
    const other = sealed[at] === 'A' ? 'B' : 'A';
    const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
    // The last character carries bits that no byte has; changed there it may be the same bytes.
    if (Buffer.from(changed.slice(20), 'base64url').equals(Buffer.from(sealed.slice(20), 'base64url')) && at > 19)
      continue;
    expect([at, unseal(changed, { secret, place })]).toEqual([at, null]);
  }
  for (const text of ['', 'secret', 'v1..', sealed.slice(0, 30), `v2${sealed.slice(2)}`]) {
    expect(unseal(text, { secret, place })).toBeNull();
  }
});
