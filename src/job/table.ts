import type { Migration, Runner } from '../store/index.ts';

export const migrations: Migration[] = [
  {
    name: '0001-job-table',
    sql: `
create table job (
  id uuid primary key,
  shard smallint not null,
  kind text not null,
  key text not null,
  due timestamptz not null,
  payload jsonb not null,
  attempt int not null default 0,
  fence bigint not null default 0,
  lease_until timestamptz,
  error text,
  unique (kind, key, shard)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index job_due on job (kind, due);
`,
  },
];

/** Takes all queued work away. For leaving the demo. */
export async function emptyJobs(runner: Runner): Promise<void> {
  await runner.run({ text: 'truncate job' });
}
