import { isUuid } from '../base/index.ts';
import { readBytes, type Migration, type Runner, type Store, type Tx } from '../store/index.ts';

/**
 * Snapshots of what the recommender learned: a row each, and its pieces. While it is written no other is, unless its
 * writer has died. Pieces are numbers that packing makes no smaller, so PostgreSQL does not try.
 */
export const snapshotMigrations: Migration[] = [
  {
    name: '0425-recommend-snapshot',
    sql: `
create table recommend_snapshot (
  id uuid primary key,
  state text not null,
  lease_until timestamptz,
  made_at timestamptz,
  learned bigint not null default 0,
  head text
);
create unique index recommend_snapshot_writing on recommend_snapshot (state) where state = 'writing';
create table recommend_snapshot_piece (
  snapshot uuid not null references recommend_snapshot (id) on delete cascade,
  n integer not null,
  bytes bytea not null,
  primary key (snapshot, n)
);
alter table recommend_snapshot_piece alter column bytes set storage external;
`,
  },
];

/** A snapshot that is whole, without its pieces. Times are UTC ms. */
export interface SnapshotRow {
  id: string;
  madeAt: number;
  learned: number;
  head: string;
}

/** The newest; null when there is none. */
export async function newestSnapshot(runner: Runner): Promise<SnapshotRow | null> {
  const [row] = await runner.rows<Omit<SnapshotRow, 'madeAt'> & { madeAt: Date }>({
    text: `select id, made_at as "madeAt", learned, head from recommend_snapshot where state = 'whole'
      order by made_at desc, id desc limit 1`,
  });
  return row ? { ...row, madeAt: row.madeAt.getTime() } : null;
}

/** When the newest was made, and after how many lessons; cheap, for asking often. */
export async function newestSnapshotMade(runner: Runner): Promise<Omit<SnapshotRow, 'head'> | null> {
  const [row] = await runner.rows<{ id: string; madeAt: Date; learned: number }>({
    text: `select id, made_at as "madeAt", learned from recommend_snapshot where state = 'whole'
      order by made_at desc, id desc limit 1`,
  });
  return row ? { ...row, madeAt: row.madeAt.getTime() } : null;
}

/** Begins to write one. False when somebody else does; whoever began and died is cleared away when the lease has run out. */
export async function claimSnapshot(runner: Runner, id: string, leaseMs: number): Promise<boolean> {
  await runner.run({ text: `delete from recommend_snapshot where state = 'writing' and lease_until < now()` });
  const claimed = await runner.run({
    text: `insert into recommend_snapshot (id, state, lease_until)
      values ($1, 'writing', now() + $2 * interval '1 millisecond') on conflict do nothing`,
    values: [id, leaseMs],
  });
  return claimed === 1;
}

/** Writes a piece and renews the lease. False when the lease was lost and all of it is gone. */
export async function writePiece(
  runner: Runner,
  id: string,
  { n, bytes, leaseMs }: { n: number; bytes: Uint8Array; leaseMs: number },
): Promise<boolean> {
  const written = await runner.run({
    name: 'recommend.write-piece',
    text: `with held as (update recommend_snapshot set lease_until = now() + $4 * interval '1 millisecond'
        where id = $1 and state = 'writing' returning id)
      insert into recommend_snapshot_piece (snapshot, n, bytes) select id, $2, $3 from held`,
    values: [id, n, bytes, leaseMs],
  });
  return written === 1;
}

/** The snapshot is whole: from now on it is the newest, and those before it go. False when the lease was lost. */
export async function finishSnapshot(tx: Tx, { id, madeAt, learned, head }: SnapshotRow): Promise<boolean> {
  const whole = await tx.run({
    text: `update recommend_snapshot set state = 'whole', lease_until = null, made_at = $2, learned = $3, head = $4
      where id = $1 and state = 'writing'`,
    values: [id, new Date(madeAt), learned, head],
  });
  if (whole === 1)
    await tx.run({ text: `delete from recommend_snapshot where state = 'whole' and id <> $1`, values: [id] });
  return whole === 1;
}

/** Nothing of it is left. */
export async function dropSnapshot(runner: Runner, id: string): Promise<void> {
  await runner.run({ text: 'delete from recommend_snapshot where id = $1', values: [id] });
}

/** Gives each stored piece, in order; the bytes are good only until `take` returns. */
export function readPieces(store: Store, id: string, take: (n: number, bytes: Uint8Array) => void): Promise<void> {
  if (!isUuid(id)) throw new Error('No id of a snapshot');
  return readBytes(store, `select n, bytes from recommend_snapshot_piece where snapshot = '${id}' order by n`, take);
}

/** Takes all of them away: what was learned belongs to a log that is no more. */
export async function emptySnapshots(runner: Runner): Promise<void> {
  await runner.run({ text: 'truncate recommend_snapshot, recommend_snapshot_piece' });
}
