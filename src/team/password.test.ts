import { scryptSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { SeededRandom } from '../base/index.ts';
import { Passwords } from './password.ts';

it('is scrypt with N 2^17, r 8, p 1, as OWASP asks (trust.md §3.6)', async () => {
  const kept = await new Passwords(new SeededRandom(1)).hash('seven tall ships');
  const [, cost, salt, hash] = kept.split('$');
  const how = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };
  expect([cost, hash]).toEqual(['17', scryptSync('seven tall ships', salt!, 32, how).toString('base64url')]);
});

it('matches itself in any Unicode form, and nothing else', async () => {
  const passwords = new Passwords(new SeededRandom(1), 4);
  const kept = await passwords.hash('smörgåsbord på två bord');
  expect(await passwords.matches('smörgåsbord på två bord'.normalize('NFD'), kept)).toBe(true);
  for (const wrong of ['', 'smorgasbord', 'x'.repeat(2000)]) expect(await passwords.matches(wrong, kept)).toBe(false);
  for (const broken of [null, '', 'scrypt$4$$', 'md5$x']) expect(await passwords.matches('', broken)).toBe(false);
  expect(await passwords.hash('smörgåsbord på två bord')).not.toBe(kept);
});
