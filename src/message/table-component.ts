import type { Migration, Runner } from '../store/index.ts';
import type { ComponentDocument } from './component.ts';

/** Statements of the shop's own components: a row a version; the newest is the one that is drawn. */

export const componentMigrations: Migration[] = [
  {
    name: '0697-message-component',
    sql: `
create table message_component (
  key text not null,
  version integer not null,
  body jsonb not null,
  hash text not null,
  saved_at timestamptz not null,
  primary key (key, version)
);
`,
  },
];

export interface ComponentRow {
  key: string;
  version: number;
  body: ComponentDocument;
  hash: string;
  /** UTC ms of business time. */
  savedAt: number;
}

const columns = 'key, version, body, hash, saved_at as "savedAt"';
type Stored = Omit<ComponentRow, 'savedAt'> & { savedAt: Date };
const rowOf = (row: Stored): ComponentRow => ({ ...row, savedAt: row.savedAt.getTime() });

/** The newest version of each. */
export async function componentRows(runner: Runner): Promise<ComponentRow[]> {
  const rows = await runner.rows<Stored>({
    name: 'component-rows',
    text: `select distinct on (key) ${columns} from message_component order by key, version desc`,
  });
  return rows.map(rowOf);
}

/** All versions of one, newest first. */
export async function componentVersions(runner: Runner, key: string): Promise<ComponentRow[]> {
  const rows = await runner.rows<Stored>({
    text: `select ${columns} from message_component where key = $1 order by version desc limit 500`,
    values: [key],
  });
  return rows.map(rowOf);
}

/** False when another process has written this version meanwhile. */
export async function insertComponent(runner: Runner, row: ComponentRow): Promise<boolean> {
  const written = await runner.run({
    text: `insert into message_component (key, version, body, hash, saved_at) values ($1, $2, $3, $4, $5)
      on conflict do nothing`,
    values: [row.key, row.version, JSON.stringify(row.body), row.hash, new Date(row.savedAt)],
  });
  return written === 1;
}

export function dropComponent(runner: Runner, key: string): Promise<number> {
  return runner.run({ text: 'delete from message_component where key = $1', values: [key] });
}
