import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { checkSecret, findSecret } from './secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'beckon-secret-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a secret is made once, for our user alone, and found again', () => {
  const dataDir = join(folder, 'data');
  const first = findSecret(null, dataDir);
  expect(first.made).toBe(true);
  expect(Buffer.from(first.secret, 'base64url')).toHaveLength(32);
  expect(statSync(join(dataDir, 'secret')).mode & 0o777).toBe(0o600);
  expect(findSecret(null, dataDir)).toEqual({ secret: first.secret, made: false });
});

test('a given secret wins and is not written down', () => {
  const dataDir = join(folder, 'other');
  expect(findSecret('x'.repeat(32), dataDir)).toEqual({ secret: 'x'.repeat(32), made: false });
  expect(() => readFileSync(join(dataDir, 'secret'))).toThrow();
});

test('a database keeps to the secret it was begun with, and does not hold it', async () => {
  const store = await freshStore();
  await Promise.all([checkSecret(store, 'a'.repeat(32)), checkSecret(store, 'a'.repeat(32))]);
  await expect(checkSecret(store, 'b'.repeat(32))).rejects.toMatchObject({ code: 'STORE_SECRET_DIFFERS' });
  const rows = await store.rows<{ fingerprint: string }>({ text: 'select fingerprint from store_secret' });
  expect(rows).toHaveLength(1);
  expect(rows[0]!.fingerprint).not.toContain('aaa');
});
