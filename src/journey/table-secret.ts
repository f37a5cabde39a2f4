import type { Migration, Runner } from '../store/index.ts';

/** Sealed values that actions show to the services they call; part of the room's migrations. */
export const secretMigrations: Migration[] = [
  {
    name: '0510-journey-secrets',
    sql: `
create table journey_secret (
  name text primary key,
  sealed text not null,
  made_at timestamptz not null,
  rotated_at timestamptz
);
`,
  },
];

export interface SecretRow {
  name: string;
  sealed: string;
  madeAt: Date;
  rotatedAt: Date | null;
}

const columns = 'name, sealed, made_at as "madeAt", rotated_at as "rotatedAt"';

export async function listSecrets(runner: Runner): Promise<SecretRow[]> {
  return runner.rows<SecretRow>({ text: `select ${columns} from journey_secret order by name` });
}

export async function findSecrets(runner: Runner, names: readonly string[]): Promise<SecretRow[]> {
  return runner.rows<SecretRow>({
    name: 'journey.secrets',
    text: `select ${columns} from journey_secret where name = any($1)`,
    values: [names],
  });
}

export async function saveSecret(
  runner: Runner,
  { name, sealed, at }: { name: string; sealed: string; at: number },
): Promise<void> {
  await runner.run({
    text: `insert into journey_secret (name, sealed, made_at) values ($1, $2, $3)
      on conflict (name) do update set sealed = excluded.sealed, rotated_at = excluded.made_at`,
    values: [name, sealed, new Date(at)],
  });
}

/** @returns whether there was one */
export async function dropSecret(runner: Runner, name: string): Promise<boolean> {
  return (await runner.run({ text: 'delete from journey_secret where name = $1', values: [name] })) === 1;
}
