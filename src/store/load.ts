import { BeckonError, point } from '../base/index.ts';
import { copyTextIn } from './copy-text.ts';
import type { Store, Tx } from './database.ts';
import { quoted } from './dump.ts';
import { DumpReader, type DumpHead } from './dump-file.ts';
import { errors } from './error.ts';
import { migrate, type Migration } from './migrate.ts';
import { makeSecretTable } from './secret.ts';

export interface LoadOptions {
  path: string;
  passphrase: string | null;
  /** All that this program knows. */
  migrations: readonly Migration[];
  /** Hears how many rows are in, now and then. */
  onRows?: (rows: number) => void;
  /** In the transaction that makes it whole: before it nothing can start on what was brought in. */
  onWhole?: (tx: Tx) => Promise<void>;
}

export interface Loaded {
  head: DumpHead;
  rows: number;
  /** An earlier run had brought in so many frames; infinity: all. */
  resumedAt: number;
  /** Steps of the schema that came after the export. */
  migrated: string[];
}

/**
 * Brings what `dump` wrote into an empty database: the schema as it was, all rows, and then the steps of the schema that are
 * new since. Each frame takes effect with a note of how far it has come, so a load that was cut off goes on where it stood when the
 * same file is given again.
 *
 * @throws STORE_DUMP_BROKEN, STORE_DUMP_SEALED, STORE_DUMP_NEWER, STORE_NOT_EMPTY; what was brought in until then stays, for going on
 */
export async function load(store: Store, options: LoadOptions): Promise<Loaded> {
  const reader = await DumpReader.open(options.path, options.passphrase);
  try {
    const { head } = reader;
    requireKnown(head, options.migrations);
    const resumedAt = await begin(store, head, options.migrations);
    const isDone = resumedAt === Infinity;
    const rows = await loadRows(store, reader, { from: resumedAt, onRows: options.onRows ?? (() => {}) });
    if (!isDone) await finish(store, head, options.onWhole ?? (async () => {}));
    return { head, rows, resumedAt, migrated: await migrate(store, options.migrations) };
  } finally {
    await reader.close();
  }
}

function requireKnown(head: DumpHead, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = head.migrations.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new BeckonError(
    errors.STORE_DUMP_NEWER,
    `The export was made by Beckon ${head.madeBy}, whose schema has steps that this one does not know: ${unknown.slice(0, 3).join(', ')}`,
  );
}

/** @returns the frame to go on with; infinity when all are in */
async function begin(store: Store, head: DumpHead, migrations: readonly Migration[]): Promise<number> {
  const [found] = await store.rows<{ begun: boolean; schema: boolean }>({
    text: `select to_regclass('store_load') is not null as begun, to_regclass('schema_migration') is not null as schema`,
  });
  const hasSchema = found!.schema && (await store.rows({ text: 'select from schema_migration limit 1' })).length > 0;
  if (hasSchema && !found!.begun) throw notEmpty();
  await store.run({
    text: 'create table if not exists store_load (id text primary key, frame integer, is_done boolean not null default false)',
  });
  await store.run({
    text: 'insert into store_load (id) select $1 where not exists (select from store_load)',
    values: [head.id],
  });
  const [state] = await store.rows<{ id: string; frame: number | null; done: boolean }>({
    text: 'select id, frame, is_done as done from store_load',
  });
  if (state!.id !== head.id) throw notEmpty();
  if (state!.done) return Infinity;
  if (state!.frame !== null) return state!.frame;
  const then = new Set(head.migrations);
  await makeSecretTable(store);
  await migrate(
    store,
    migrations.filter(({ name }) => then.has(name)),
  );
  await store.inTransaction(async (tx) => {
    // What the schema's own steps put in comes with the rows.
    await tx.run({ text: `truncate ${head.tables.map(({ name }) => quoted(name)).join(', ')}` });
    for (const one of head.partitions) await tx.run({ text: partitionOf(one) });
    await tx.run({ text: 'update store_load set frame = 0' });
  });
  return 0;
}

function notEmpty(): BeckonError {
  return new BeckonError(errors.STORE_NOT_EMPTY, 'The database holds an installation already; nothing was changed');
}

/** What stands in the file becomes SQL, so it must be of our form. */
function partitionOf({ name, of, bound }: DumpHead['partitions'][number]): string {
  if (!/^(?:DEFAULT|FOR VALUES FROM \('[\d :+.-]+'\) TO \('[\d :+.-]+'\))$/.test(bound))
    throw new Error(`Not a bound: ${bound}`);
  return `create table if not exists ${quoted(name)} partition of ${quoted(of)} ${bound}`;
}

async function loadRows(
  store: Store,
  reader: DumpReader,
  { from, onRows }: { from: number; onRows: (rows: number) => void },
): Promise<number> {
  let all = 0;
  for await (const { no, data, isLast } of reader.frames()) {
    if (isLast) {
      const { rows } = JSON.parse(data.toString()) as { rows: number };
      if (rows !== all) throw new BeckonError(errors.STORE_DUMP_BROKEN, `The file holds ${all} rows and says ${rows}`);
      break;
    }
    const end = data.indexOf(0x0a);
    const { table, rows } = JSON.parse(data.subarray(0, end).toString()) as { table: number; rows: number };
    all += rows;
    if (no < from) continue;
    await loadFrame(store, reader.head.tables[table]!, { no, text: data.subarray(end + 1) });
    onRows(all);
  }
  return all;
}

async function loadFrame(
  store: Store,
  { name, columns }: DumpHead['tables'][number],
  { no, text }: { no: number; text: Buffer },
): Promise<void> {
  const client = await store.pool.connect();
  let isBroken = true;
  try {
    await client.query('begin');
    await copyTextIn(client, `${quoted(name)} (${columns.map(quoted).join(', ')})`, text);
    const { rowCount } = await client.query('update store_load set frame = $1 where frame = $2', [no + 1, no]);
    if (rowCount !== 1) throw new Error('Another import into this database is under way');
    point('store.frame-loading');
    await client.query('commit');
    point('store.frame-loaded');
    isBroken = false;
  } finally {
    client.release(isBroken);
  }
}

/** Numbers go on where they stood; then it counts as whole. */
async function finish(store: Store, { sequences }: DumpHead, onWhole: (tx: Tx) => Promise<void>): Promise<void> {
  await store.inTransaction(async (tx) => {
    for (const { table, column, value, called } of sequences)
      await tx.rows({
        text: 'select setval(pg_get_serial_sequence($1, $2), $3, $4)',
        values: [quoted(table), column, value, called],
      });
    await onWhole(tx);
    await tx.run({ text: 'update store_load set is_done = true' });
  });
  point('store.loaded');
  await store.run({ text: 'analyze' });
}

/** @throws STORE_HALF_LOADED when an import into this database has begun and not ended: nothing may run on a part of the rows */
export async function requireWhole(store: Store): Promise<void> {
  const [found] = await store.rows<{ begun: boolean }>({
    text: `select to_regclass('store_load') is not null as begun`,
  });
  if (!found!.begun) return;
  const left = await store.rows<{ id: string }>({ text: 'select id from store_load where not is_done' });
  if (left.length === 0) return;
  throw new BeckonError(errors.STORE_HALF_LOADED, 'An import into this database has begun and has not ended');
}
