import type { PoolClient } from 'pg';
import { point } from '../base/index.ts';
import { copyTextOut } from './copy-text.ts';
import type { Store } from './database.ts';
import { DumpWriter, type DumpHead } from './dump-file.ts';

/** What is no part of an installation: who runs just now, and how far the schema and an import have come. */
const passing = ['schema_migration', 'store_load', 'app_process', 'app_turn'];

export interface DumpOptions {
  path: string;
  /** Null: the file is not sealed. */
  passphrase: string | null;
  /** scrypt's N; tests take less. */
  cost?: number;
  /** Of this export; versions and times of the program. */
  about: Pick<DumpHead, 'id' | 'madeBy' | 'at'>;
  /** Hears of each table when it is written. */
  onTable?: (table: string, rows: number) => void;
}

/** What was written. */
export interface Dumped {
  tables: number;
  rows: number;
  bytes: number;
}

/**
 * Writes all rows of an installation into a file, as they stand at one moment: one transaction sees one state of the database,
 * however long it takes and whatever is written meanwhile. Only a few megabytes are held.
 */
export async function dump(store: Store, options: DumpOptions): Promise<Dumped> {
  const client = await store.pool.connect();
  let isBroken = true;
  try {
    await client.query('begin isolation level repeatable read, read only');
    await client.query(`set local idle_in_transaction_session_timeout = 0`);
    const head = await headOf(client, options.about);
    const done = await writeAll(client, head, options);
    await client.query('commit');
    isBroken = false;
    return done;
  } finally {
    client.release(isBroken);
  }
}

async function writeAll(client: PoolClient, head: DumpHead, options: DumpOptions): Promise<Dumped> {
  const writer = await DumpWriter.open(options.path, head, options);
  let all = 0;
  try {
    for (const [no, { name, columns }] of head.tables.entries()) {
      let rows = 0;
      await copyTextOut(client, `select ${columns.map(quoted).join(', ')} from ${quoted(name)}`, async (piece) => {
        rows += piece.rows;
        const line = `${JSON.stringify({ table: no, rows: piece.rows })}\n`;
        await writer.write(Buffer.concat([Buffer.from(line), piece.text]));
        point('store.dumped');
      });
      all += rows;
      options.onTable?.(name, rows);
    }
    await writer.finish(Buffer.from(JSON.stringify({ rows: all })));
    return { tables: head.tables.length, rows: all, bytes: writer.bytes };
  } catch (error) {
    await writer.giveUp();
    throw error;
  }
}

/** A name of ours in SQL. */
export function quoted(name: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`"${name}" is no name of ours`);
  return `"${name}"`;
}

async function headOf(client: PoolClient, about: DumpOptions['about']): Promise<DumpHead> {
  const rows = async <T>(text: string, values: unknown[] = []) => (await client.query({ text, values })).rows as T[];
  const migrations = await rows<{ name: string }>('select name from schema_migration order by name');
  const tables = await rows<{ name: string; columns: string[] }>(
    `select c.relname as name, (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
      from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> all($1) order by c.relname`,
    [passing],
  );
  const partitions = await rows<DumpHead['partitions'][number]>(
    `select c.relname as name, p.relname as of, pg_get_expr(c.relpartbound, c.oid) as bound
      from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
      where p.relkind = 'p' and c.relkind = 'r' and p.relnamespace = current_schema()::regnamespace order by c.relname`,
  );
  const above = await rows<{ child: string; parent: string }>(
    `select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
      where contype = 'f' and connamespace = current_schema()::regnamespace and conparentid = 0 and conrelid <> confrelid`,
  );
  return {
    ...about,
    migrations: migrations.map(({ name }) => name),
    tables: parentsFirst(tables, above),
    partitions,
    sequences: await sequencesOf(rows),
  };
}

async function sequencesOf(rows: <T>(text: string) => Promise<T[]>): Promise<DumpHead['sequences']> {
  const columns = await rows<{ table: string; column: string; sequence: string }>(
    `select c.relname as table, a.attname as column, pg_get_serial_sequence(quote_ident(c.relname), a.attname) as sequence
      from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = current_schema()::regnamespace and a.attidentity <> '' and not a.attisdropped order by 1, 2`,
  );
  const found: DumpHead['sequences'] = [];
  for (const { table, column, sequence } of columns) {
    const [state] = await rows<{ value: number; called: boolean }>(
      `select last_value as value, is_called as called from ${sequence}`,
    );
    found.push({ table, column, ...state! });
  }
  return found;
}

/** So that no row comes before the one it refers to. Pure. */
export function parentsFirst<T extends { name: string }>(
  tables: readonly T[],
  above: readonly { child: string; parent: string }[],
): T[] {
  const left = new Map(tables.map((one) => [one.name, one]));
  const ordered: T[] = [];
  while (left.size > 0) {
    const ready = [...left.values()].filter(
      ({ name }) => !above.some(({ child, parent }) => child === name && left.has(parent)),
    );
    for (const one of ready.length > 0 ? ready : left.values()) {
      ordered.push(one);
      left.delete(one.name);
    }
  }
  return ordered;
}
