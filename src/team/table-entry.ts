import type { Migration, Runner, Tx } from '../store/index.ts';

export const entryMigrations: Migration[] = [
  {
    name: '0871-team-entry',
    sql: `
create table team_entry (
  no bigint primary key,
  at timestamptz not null,
  who text not null,
  what text not null,
  detail jsonb not null,
  hash text not null
);
create table team_chain (
  one boolean primary key default true check (one),
  no bigint not null,
  hash text not null
);
insert into team_chain values (true, 0, '');
`,
  },
];

/** One line of the audit log. `hash` covers it and the hash of the line before. */
export interface EntryRow {
  no: number;
  /** UTC ms of real time. */
  at: number;
  /** Address of the member, `key <name>`, or `nobody`. */
  who: string;
  what: string;
  detail: Record<string, unknown>;
  hash: string;
}

/** Holds the end of the chain until the transaction ends. */
export async function holdEnd(tx: Tx): Promise<{ no: number; hash: string }> {
  const [row] = await tx.rows<{ no: number; hash: string }>({
    name: 'team.chain',
    text: 'select no::float8 as no, hash from team_chain for update',
  });
  return row!;
}

export async function insertEntry(tx: Tx, entry: EntryRow): Promise<void> {
  await tx.run({
    name: 'team.entry',
    text: 'insert into team_entry (no, at, who, what, detail, hash) values ($1, $2, $3, $4, $5, $6)',
    values: [entry.no, new Date(entry.at), entry.who, entry.what, JSON.stringify(entry.detail), entry.hash],
  });
  await tx.run({
    name: 'team.chain-on',
    text: 'update team_chain set no = $1, hash = $2',
    values: [entry.no, entry.hash],
  });
}

const columns = `no::float8 as no, extract(epoch from at)::float8 * 1000 as at, who, what, detail, hash`;

/** Lines before a number, newest first; perhaps of one who, or about what. */
export function readEntries(
  runner: Runner,
  { before, limit, search }: { before: number | null; limit: number; search: string },
): Promise<EntryRow[]> {
  return runner.rows<EntryRow>({
    text: `select ${columns} from team_entry
      where ($1::bigint is null or no < $1) and ($3 = '' or strpos(lower(who || ' ' || what || ' ' || detail::text), lower($3)) > 0)
      order by no desc limit $2`,
    values: [before, limit, search],
  });
}

/** Lines after a number in their order. */
export function readOn(runner: Runner, after: number, limit: number): Promise<EntryRow[]> {
  return runner.rows<EntryRow>({
    text: `select ${columns} from team_entry where no > $1 order by no limit $2`,
    values: [after, limit],
  });
}

export async function readEnd(runner: Runner): Promise<{ no: number; hash: string }> {
  const [row] = await runner.rows<{ no: number; hash: string }>({
    text: 'select no::float8 as no, hash from team_chain',
  });
  return row!;
}
