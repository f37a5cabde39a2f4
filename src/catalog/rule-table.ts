import type { Migration, Runner, Tx } from '../store/index.ts';
import type { Content, Definition, Kind } from './rule-definition.ts';

/**
 * Collections, exclusions and promotions. `change` is the number of the write that last touched the row: writers exclude
 * each other by a lock on the table, so replicas miss nothing by asking for what is above. Old versions are kept.
 */
export const ruleMigrations: Migration[] = [
  {
    name: '0320-catalog-rule',
    sql: `
create table rule_definition (
  kind text not null,
  key text not null,
  number bigint not null unique,
  version integer not null,
  change bigint not null,
  gone boolean not null default false,
  body jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  updated_by text,
  primary key (kind, key)
);
create index rule_definition_change on rule_definition (change);
create table rule_definition_version (
  kind text not null,
  key text not null,
  version integer not null,
  body jsonb not null,
  at timestamptz not null,
  written_by text,
  primary key (kind, key, version)
);
`,
  },
];

interface Row {
  kind: Kind;
  key: string;
  number: number;
  version: number;
  change: number;
  gone: boolean;
  body: Content;
  created_at: Date;
  updated_at: Date;
  updated_by: string | null;
}

export interface StoredDefinition {
  change: number;
  gone: boolean;
  definition: Definition;
}

/** Makes this transaction the only writer. Gives the last change and the last number. */
export async function lockDefinitions(tx: Tx): Promise<{ change: number; number: number }> {
  await tx.run({ text: 'lock table rule_definition in share row exclusive mode' });
  const [row] = await tx.rows<{ change: number; number: number }>({
    text: 'select coalesce(max(change), 0) as change, coalesce(max(number), 1000) as number from rule_definition',
  });
  return row!;
}

export async function definitionsAbove(runner: Runner, change: number): Promise<StoredDefinition[]> {
  const rows = await runner.rows<Row>({
    name: 'catalog.definitions-above',
    text: 'select * from rule_definition where change > $1 order by change',
    values: [change],
  });
  return rows.map(stored);
}

export async function definitionOf(runner: Runner, kind: Kind, key: string): Promise<StoredDefinition | null> {
  const [row] = await runner.rows<Row>({
    text: 'select * from rule_definition where kind = $1 and key = $2',
    values: [kind, key],
  });
  return row ? stored(row) : null;
}

/** Writes one definition with its version. Of a key that is known, the number and the time of making stay. */
export async function writeDefinition(
  tx: Tx,
  definition: Definition,
  { change, gone = false }: { change: number; gone?: boolean },
): Promise<void> {
  const { kind, key, number, version, createdAt, updatedAt, updatedBy, ...body } = definition;
  const values = [kind, key, version, JSON.stringify(body), new Date(updatedAt), updatedBy];
  await tx.run({
    text: `insert into rule_definition (kind, key, version, body, updated_at, updated_by, number, change, gone, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      on conflict (kind, key) do update set version = excluded.version, body = excluded.body, change = excluded.change,
        gone = excluded.gone, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
        created_at = excluded.created_at`,
    values: [...values, number, change, gone, new Date(createdAt)],
  });
  if (gone) return;
  await tx.run({
    text: `insert into rule_definition_version (kind, key, version, body, at, written_by)
      values ($1, $2, $3, $4, $5, $6)`,
    values,
  });
}

/** What was kept of one definition before, newest first. */
export async function versionsOf(
  runner: Runner,
  kind: Kind,
  key: string,
): Promise<{ version: number; at: number; by: string | null; content: Content }[]> {
  const rows = await runner.rows<{ version: number; body: Content; at: Date; written_by: string | null }>({
    text: `select version, body, at, written_by from rule_definition_version
      where kind = $1 and key = $2 order by version desc limit 200`,
    values: [kind, key],
  });
  return rows.map(({ version, body, at, written_by }) => ({
    version,
    at: at.getTime(),
    by: written_by,
    content: body,
  }));
}

function stored(row: Row): StoredDefinition {
  const { kind, key, number, version, change, gone, body, created_at, updated_at, updated_by } = row;
  const kept = { kind, key, number, version, createdAt: created_at.getTime(), updatedAt: updated_at.getTime() };
  return { change, gone, definition: { ...body, ...kept, updatedBy: updated_by } as Definition };
}
