import type { Migration, Runner } from '../store/index.ts';

/** Numbers of designs, for Target's admin API, which knows them by number alone. A number stays, also after its design. */
export const designNumberMigrations: Migration[] = [
  {
    name: '0424-design-number',
    sql: `
create table design_number (
  number bigint generated always as identity (start with 1001) primary key,
  key text not null unique
);
insert into design_number (key) select distinct key from design order by key;`,
  },
];

/** Gives a key its number, if it has none. */
export async function numberDesign(runner: Runner, key: string): Promise<void> {
  await runner.run({ text: 'insert into design_number (key) values ($1) on conflict (key) do nothing', values: [key] });
}

export async function designNumbers(runner: Runner): Promise<Map<string, number>> {
  const rows = await runner.rows<{ key: string; number: number }>({ text: 'select key, number from design_number' });
  return new Map(rows.map(({ key, number }) => [key, number]));
}
