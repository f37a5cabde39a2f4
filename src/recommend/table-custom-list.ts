import type { Migration, Runner, Tx } from '../store/index.ts';
import type { CustomRow } from './custom-list.ts';

/** Lists that a shop uploads, by key. */
export const customListMigrations: Migration[] = [
  {
    name: '0425-custom-list',
    sql: `
create table custom_list (
  key text primary key,
  name text not null,
  expires boolean not null default false,
  version bigint not null,
  uploaded_at timestamptz
);
create table custom_list_row (
  list text not null references custom_list (key) on delete cascade,
  key text not null,
  items text[] not null,
  uploaded_at timestamptz not null,
  primary key (list, key)
);`,
  },
];

/** A list as it is stored. */
export interface StoredList {
  key: string;
  name: string;
  /** Do rows that were not uploaded for 31 days go? */
  expires: boolean;
  version: number;
  uploadedAt: number | null;
}

interface ListRow extends Omit<StoredList, 'uploadedAt' | 'version'> {
  version: string | number;
  uploadedAt: Date | null;
}

export async function storedLists(runner: Runner): Promise<StoredList[]> {
  const rows = await runner.rows<ListRow>({
    name: 'recommend.custom-lists',
    text: 'select key, name, expires, version, uploaded_at as "uploadedAt" from custom_list order by key',
  });
  return rows.map((row) => {
    return {
      ...row,
      version: Number(row.version),
      uploadedAt: row.uploadedAt === null ? null : row.uploadedAt.getTime(),
    };
  });
}

/** Makes a list, or changes what it says of itself; its version rises. */
export async function writeList(runner: Runner, list: { key: string; name: string; expires: boolean }): Promise<void> {
  await runner.run({
    text: `insert into custom_list (key, name, expires, version) values ($1, $2, $3, 1)
      on conflict (key) do update set name = $2, expires = $3, version = custom_list.version + 1`,
    values: [list.key, list.name, list.expires],
  });
}

/** Holds a list against other writers until the transaction ends, and raises its version. @returns whether there is one */
export async function beginUpload(tx: Tx, list: string, at: number): Promise<boolean> {
  const text = 'update custom_list set version = version + 1, uploaded_at = $2 where key = $1';
  return (await tx.run({ text, values: [list, new Date(at)] })) === 1;
}

/** Takes out rows: all, or those not uploaded since. */
export async function removeRows(tx: Tx, list: string, before: number | null): Promise<number> {
  const [older, values] = before === null ? ['', [list]] : [' and uploaded_at <= $2', [list, new Date(before)]];
  return tx.run({ text: `delete from custom_list_row where list = $1${older}`, values });
}

/** Writes rows; those of known keys are replaced. */
export async function writeRows(tx: Tx, list: string, { rows, at }: { rows: readonly CustomRow[]; at: number }) {
  // Lists of texts of different lengths make no array of arrays; each travels as JSON.
  await tx.run({
    text: `insert into custom_list_row (list, key, items, uploaded_at)
      select $1, one.key, array(select jsonb_array_elements_text(one.items)), $2
      from jsonb_to_recordset($3::jsonb) as one(key text, items jsonb)
      on conflict (list, key) do update set items = excluded.items, uploaded_at = excluded.uploaded_at`,
    values: [list, new Date(at), JSON.stringify(rows)],
  });
}

/** Rows of a list above a key, in order of key. */
export async function storedRows(
  runner: Runner,
  list: string,
  { after, limit }: { after: string | null; limit: number },
): Promise<(CustomRow & { uploadedAt: number })[]> {
  const rows = await runner.rows<CustomRow & { uploadedAt: Date }>({
    name: 'recommend.custom-rows',
    text: `select key, items, uploaded_at as "uploadedAt" from custom_list_row
      where list = $1 and ($2::text is null or key collate "C" > $2) order by key collate "C" limit $3`,
    values: [list, after, limit],
  });
  return rows.map((row) => ({ ...row, uploadedAt: row.uploadedAt.getTime() }));
}

export async function removeList(runner: Runner, key: string): Promise<boolean> {
  return (await runner.run({ text: 'delete from custom_list where key = $1', values: [key] })) === 1;
}
