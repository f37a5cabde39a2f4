import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BeckonError, hmac, sameText } from '../base/index.ts';
import type { Store } from './database.ts';
import { errors } from './error.ts';

/**
 * The installation's secret: the given one, else that of the data folder, made there at the first start for our user
 * alone. It is never in the database, because it is what the sealed values of the database hang on.
 *
 * @returns the text, and whether it was made now
 */
export function findSecret(given: string | null, dataDir: string): { secret: string; made: boolean } {
  if (given !== null) return { secret: given, made: false };
  const path = join(dataDir, 'secret');
  if (existsSync(path)) return { secret: readFileSync(path, 'utf8').trim(), made: false };
  mkdirSync(dataDir, { recursive: true });
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return { secret, made: true };
}

/**
 * Holds the database and the secret together: the first start notes a fingerprint, a later one with another secret is
 * refused, instead of sending links that nobody can open. The fingerprint is a MAC, so it tells nothing of the secret.
 *
 * @throws STORE_SECRET_DIFFERS
 */
export async function checkSecret(store: Store, secret: string): Promise<void> {
  const fingerprint = hmac(secret, 'beckon installation');
  await makeSecretTable(store);
  await store.run({ text: 'insert into store_secret values (1, $1) on conflict do nothing', values: [fingerprint] });
  const [row] = await store.rows<{ fingerprint: string }>({ text: 'select fingerprint from store_secret' });
  if (row && sameText(row.fingerprint, fingerprint)) return;
  throw new BeckonError(
    errors.STORE_SECRET_DIFFERS,
    'This database was begun with another secret than the one found now',
  );
}

/** No step of the schema, since the secret is looked at before those are taken. */
export async function makeSecretTable(store: Store): Promise<void> {
  const create =
    'create table if not exists store_secret (one integer primary key check (one = 1), fingerprint text not null)';
  await store.run({ text: create }).catch((error: { code?: string }) => {
    if (error.code !== '23505' && error.code !== '42P07') throw error; // two processes made it at once
  });
}
