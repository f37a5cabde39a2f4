import { outletMigrations } from './table-outlet.ts';
import type { Migration, Runner } from '../store/index.ts';
import { formMigrations } from './table-form.ts';
import { mailSourceMigrations } from './table-mail-source.ts';
import { webhookMigrations } from './table-webhook.ts';

/** A key as stored: only the SHA-256 of its text. */
export interface KeyRow {
  id: string;
  kind: 'publishable' | 'secret';
  name: string;
  scopes: string[];
  datastream: string | null;
  created_at: Date;
  last_used_at: Date | null;
}

export const migrations: Migration[] = [
  {
    name: '0801-api-key',
    sql: `create table api_key (
  id uuid primary key,
  kind text not null check (kind in ('publishable', 'secret')),
  name text not null,
  scopes text[] not null,
  hash text not null unique,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);`,
  },
  { name: '0802-api-key-datastream', sql: 'alter table api_key add column datastream text;' },
  ...webhookMigrations,
  ...formMigrations,
  ...mailSourceMigrations,
  ...outletMigrations,
];

const columns = 'id, kind, name, scopes, datastream, created_at, last_used_at';

/** Adds a key unless its hash is known; gives whether it is new. */
export async function insertKey(
  runner: Runner,
  key: {
    id: string;
    kind: string;
    name: string;
    scopes: readonly string[];
    hash: string;
    datastream: string | null;
  },
): Promise<boolean> {
  const count = await runner.run({
    text: `insert into api_key (id, kind, name, scopes, hash, datastream) values ($1, $2, $3, $4, $5, $6)
      on conflict (hash) do nothing`,
    values: [key.id, key.kind, key.name, key.scopes, key.hash, key.datastream],
  });
  return count === 1;
}

/** The key with this hash that is in force, and whether its use was noted longer than a minute ago. */
export async function findKey(runner: Runner, hash: string): Promise<(KeyRow & { untouched: boolean }) | undefined> {
  const [row] = await runner.rows<KeyRow & { untouched: boolean }>({
    name: 'api.find-key',
    text: `select ${columns}, (last_used_at is null or last_used_at < now() - interval '1 minute') as untouched
      from api_key where hash = $1 and revoked_at is null`,
    values: [hash],
  });
  return row;
}

/** The key with this id that is in force. */
export async function findKeyById(runner: Runner, id: string): Promise<KeyRow | undefined> {
  const [row] = await runner.rows<KeyRow>({
    name: 'api.find-key-by-id',
    text: `select ${columns} from api_key where id = $1 and revoked_at is null`,
    values: [id],
  });
  return row;
}

/** Notes the use of a key, at most once a minute, so that a busy key does not write on every call. */
export async function touchKey(runner: Runner, id: string): Promise<void> {
  await runner.run({
    name: 'api.touch-key',
    text: `update api_key set last_used_at = now()
      where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    values: [id],
  });
}

/** All keys in force, oldest first. */
export function listKeys(runner: Runner): Promise<KeyRow[]> {
  return runner.rows<KeyRow>({
    text: `select ${columns} from api_key where revoked_at is null order by created_at, id`,
  });
}

/** A key that was ended a moment ago is in force again; gives whether there was one. */
export async function restoreKey(runner: Runner, id: string): Promise<boolean> {
  return (
    (await runner.run({
      text: `update api_key set revoked_at = null where id = $1 and revoked_at > now() - interval '1 minute'`,
      values: [id],
    })) === 1
  );
}

/** Ends a key; gives whether there was one. */
export async function revokeKey(runner: Runner, id: string): Promise<boolean> {
  return (
    (await runner.run({
      text: 'update api_key set revoked_at = now() where id = $1 and revoked_at is null',
      values: [id],
    })) === 1
  );
}
