import { shardOf } from '../base/index.ts';
import type { Runner } from '../store/index.ts';
import { suppressionWeights, type SuppressionReason, type SuppressionScope } from './table-gate.ts';
import type { Pace } from './table-choice.ts';

/** Statements of what holds mail back by an address' key, to be kept apart from backups. Times are UTC ms. */

export interface SuppressedKey {
  key: string;
  scope: SuppressionScope;
  reason: SuppressionReason;
  at: number;
  until: number | null;
}

export interface ChosenKey {
  key: string;
  off: string[];
  pausedUntil: number | null;
  pace: Pace | null;
  at: number;
}

const ms = (column: string) => `floor(extract(epoch from ${column}) * 1000)::float8`;

/** The next of the suppressions after this one, in the order of their key. */
export function suppressionsAfter(
  runner: Runner,
  after: { key: string; scope: string } | null,
  limit: number,
): Promise<SuppressedKey[]> {
  const { key = '', scope = '' } = after ?? {};
  return runner.rows<SuppressedKey>({
    text: `select key, scope, reason, ${ms('at')} as at, ${ms('until')} as until from suppression
      where (shard, key, scope) > ($1::smallint, $2, $3) order by shard, key, scope limit $4`,
    values: [after === null ? -1 : shardOf(key), key, scope, limit],
  });
}

/** The next of the choices after this key. */
export function choicesAfter(runner: Runner, after: string | null, limit: number): Promise<ChosenKey[]> {
  return runner.rows<ChosenKey>({
    text: `select key, off, ${ms('paused_until')} as "pausedUntil", pace, ${ms('changed_at')} as at from choice
      where (shard, key) > ($1::smallint, $2) order by shard, key limit $3`,
    values: [after === null ? -1 : shardOf(after), after ?? '', limit],
  });
}

/** Puts them on the list, unless an entry there is as weighty. @returns how many took effect */
export async function holdSuppressions(tx: Runner, rows: readonly SuppressedKey[]): Promise<number> {
  if (rows.length === 0) return 0;
  return tx.run({
    text: `insert into suppression as s (shard, key, scope, reason, at, weight, until)
      select * from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::smallint[], $7::timestamptz[])
      on conflict (shard, key, scope) do update set reason = excluded.reason, at = excluded.at, weight = excluded.weight,
        until = excluded.until
      where excluded.weight > s.weight or s.until < coalesce(excluded.until, 'infinity')`,
    values: [
      rows.map(({ key }) => shardOf(key)),
      rows.map(({ key }) => key),
      rows.map(({ scope }) => scope),
      rows.map(({ reason }) => reason),
      rows.map(({ at }) => new Date(at)),
      rows.map(({ reason }) => suppressionWeights[reason]),
      rows.map(({ until }) => (until === null ? null : new Date(until))),
    ],
  });
}

/** The later choice of an address holds. @returns how many took effect */
export async function holdChoices(tx: Runner, rows: readonly ChosenKey[]): Promise<number> {
  if (rows.length === 0) return 0;
  return tx.run({
    text: `insert into choice as c (shard, key, off, paused_until, pace, changed_at)
      select * from unnest($1::smallint[], $2::text[], $3::jsonb[], $4::timestamptz[], $5::text[], $6::timestamptz[])
      on conflict (shard, key) do update set off = excluded.off, paused_until = excluded.paused_until, pace = excluded.pace,
        changed_at = excluded.changed_at
      where excluded.changed_at > c.changed_at`,
    values: [
      rows.map(({ key }) => shardOf(key)),
      rows.map(({ key }) => key),
      rows.map(({ off }) => JSON.stringify(off)),
      rows.map(({ pausedUntil }) => (pausedUntil === null ? null : new Date(pausedUntil))),
      rows.map(({ pace }) => pace),
      rows.map(({ at }) => new Date(at)),
    ],
  });
}
