import { shardOf } from '../base/index.ts';
import type { Migration, Runner } from '../store/index.ts';
import type { SuppressionReason, SuppressionScope } from './table-gate.ts';

/** Statements of the suppression list as people look at it. */

export const suppressionMigrations: Migration[] = [
  {
    // Who was taken off the list, and why: the proof stays when the entry goes.
    name: '0621-message-suppression-lift',
    sql: `
create table suppression_lift (
  shard smallint not null,
  key text not null,
  scope text not null,
  at timestamptz not null,
  reason text not null,
  why text not null,
  primary key (shard, key, scope, at)
);
`,
  },
];

export interface SuppressionRow {
  key: string;
  scope: SuppressionScope;
  reason: SuppressionReason;
  at: number;
  until: number | null;
  /** Sealed. */
  address: string | null;
  note: string | null;
}

const columns = 'key, scope, reason, at, until, address, note';

type Raw = Omit<SuppressionRow, 'at' | 'until'> & { at: Date; until: Date | null };

const rowOf = (raw: Raw): SuppressionRow => ({
  ...raw,
  at: raw.at.getTime(),
  until: raw.until?.getTime() ?? null,
});

/** Entries that hold now, newest first; after one of them if given. */
export async function suppressionPage(
  runner: Runner,
  page: { reason: string | null; after: { at: number; key: string } | null; limit: number; now: number },
): Promise<SuppressionRow[]> {
  const rows = await runner.rows<Raw>({
    text: `select ${columns} from suppression where (until is null or until > $1) and ($2::text is null or reason = $2)
        and ($3::timestamptz is null or (at, key) < ($3, $4))
      order by at desc, key desc, scope limit $5`,
    values: [
      new Date(page.now),
      page.reason,
      page.after === null ? null : new Date(page.after.at),
      page.after?.key ?? null,
      page.limit,
    ],
  });
  return rows.map(rowOf);
}

/** All entries under these keys that hold now. */
export async function suppressionsUnder(
  runner: Runner,
  keys: readonly string[],
  now: number,
): Promise<SuppressionRow[]> {
  const rows = await runner.rows<Raw>({
    text: `select ${columns} from suppression where shard = any($1::smallint[]) and key = any($2)
      and (until is null or until > $3) order by at desc, scope`,
    values: [[...new Set(keys.map(shardOf))], keys, new Date(now)],
  });
  return rows.map(rowOf);
}

/** How many entries hold, by reason. */
export async function suppressionCounts(runner: Runner, now: number): Promise<Record<string, number>> {
  const rows = await runner.rows<{ reason: string; n: number }>({
    text: `select reason, count(*)::int as n from suppression where until is null or until > $1 group by 1 order by 1`,
    values: [new Date(now)],
  });
  return Object.fromEntries(rows.map(({ reason, n }) => [reason, n]));
}

/** Takes an entry away, and keeps that it was there. */
export async function liftSuppression(
  tx: Runner,
  entry: { key: string; scope: SuppressionScope },
  how: { why: string; now: number },
): Promise<number> {
  return tx.run({
    text: `with gone as (delete from suppression where shard = $1 and key = $2 and scope = $3 returning reason)
      insert into suppression_lift (shard, key, scope, at, reason, why) select $1, $2, $3, $4, reason, $5 from gone`,
    values: [shardOf(entry.key), entry.key, entry.scope, new Date(how.now), how.why],
  });
}

/** Addresses of mails that are claimed and not yet on the wire. */
export function claimedAddresses(tx: Runner): Promise<{ recipient: string; key: string }[]> {
  return tx.rows({
    text: `select distinct recipient, address_key as key from message
      where state = 'leased' and recipient is not null and address_key is not null`,
  });
}
