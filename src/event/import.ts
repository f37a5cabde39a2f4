import type { Ids } from '../base/index.ts';
import type { Migration, Store } from '../store/index.ts';

export const importMigrations: Migration[] = [
  {
    name: '0105-event-import',
    sql: `create table event_import (
  id uuid primary key,
  name text not null,
  started_at timestamptz not null,
  changed_at timestamptz not null,
  lines bigint not null default 0,
  kept bigint not null default 0,
  repeated bigint not null default 0,
  refused bigint not null default 0,
  faults jsonb not null default '[]',
  done boolean not null default false
);`,
  },
];

/** A line that was refused. */
export interface ImportFault {
  line: number;
  code: string;
  why: string;
}

/** How far a history has been brought in. Times are UTC ms. */
export interface ImportProgress {
  id: string;
  name: string;
  startedAt: number;
  changedAt: number;
  /** Lines taken so far; the next one to send is `lines + 1`. */
  lines: number;
  kept: number;
  repeated: number;
  refused: number;
  /** The first refused lines, at most 100. */
  faults: ImportFault[];
  done: boolean;
}

/** What one piece of a history brought. */
export interface ImportStep {
  /** Lines taken after this piece. */
  lines: number;
  kept: number;
  repeated: number;
  faults: readonly ImportFault[];
  at: number;
}

const columns = `id, name, started_at as "startedAt", changed_at as "changedAt", lines, kept, repeated, refused, faults, done`;
type Row = Omit<ImportProgress, 'startedAt' | 'changedAt'> & { startedAt: Date; changedAt: Date };

/** Histories that are being brought in: where each stands, so that it goes on after any interruption. */
export class Imports {
  readonly #store: Store;
  readonly #ids: Ids;

  constructor(store: Store, ids: Ids) {
    this.#store = store;
    this.#ids = ids;
  }

  async begin(name: string, at: number): Promise<ImportProgress> {
    const rows = await this.#store.rows<Row>({
      text: `insert into event_import (id, name, started_at, changed_at) values ($1, $2, $3, $3) returning ${columns}`,
      values: [this.#ids.next(), name, new Date(at)],
    });
    return progressOf(rows[0]!);
  }

  async get(id: string): Promise<ImportProgress | null> {
    const [row] = await this.#store.rows<Row>({
      text: `select ${columns} from event_import where id = $1`,
      values: [id],
    });
    return row ? progressOf(row) : null;
  }

  async list(limit: number): Promise<ImportProgress[]> {
    const rows = await this.#store.rows<Row>({
      text: `select ${columns} from event_import order by started_at desc, id desc limit $1`,
      values: [limit],
    });
    return rows.map(progressOf);
  }

  /** Notes a piece whose events are committed. Two who send the same lines count them once. */
  async step(id: string, step: ImportStep): Promise<void> {
    await this.#store.run({
      text: `update event_import set lines = $2, kept = kept + $3, repeated = repeated + $4, refused = refused + $5,
          faults = case when jsonb_array_length(faults) < 100 then faults || $6::jsonb else faults end, changed_at = $7
        where id = $1 and lines < $2`,
      values: [
        id,
        step.lines,
        step.kept,
        step.repeated,
        step.faults.length,
        JSON.stringify(step.faults.slice(0, 100)),
        new Date(step.at),
      ],
    });
  }

  /** Nothing more will come. */
  async finish(id: string, at: number): Promise<void> {
    await this.#store.run({
      text: 'update event_import set done = true, changed_at = $2 where id = $1',
      values: [id, new Date(at)],
    });
  }
}

function progressOf(row: Row): ImportProgress {
  const { startedAt, changedAt, faults } = row;
  return { ...row, startedAt: startedAt.getTime(), changedAt: changedAt.getTime(), faults: faults.slice(0, 100) };
}
