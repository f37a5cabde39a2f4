import type { Migration, Runner } from '../store/index.ts';
import { tableOf } from './table-activity.ts';

/** Criteria in versions, and the number that each key has for good; those that come with Beckon have lower ones. */
export const criterionMigrations: Migration[] = [
  {
    name: '0430-criterion',
    sql: `${tableOf('criterion')}
create table criterion_number (
  key text primary key,
  number bigint generated always as identity (start with 1001) unique
);`,
  },
];

/** The number of a key, a new one if it has none. */
export async function numberOf(runner: Runner, key: string): Promise<number> {
  await runner.run({ text: 'insert into criterion_number (key) values ($1) on conflict do nothing', values: [key] });
  const rows = await runner.rows<{ number: number }>({
    text: 'select number::int as number from criterion_number where key = $1',
    values: [key],
  });
  return rows[0]!.number;
}
