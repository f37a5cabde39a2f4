import type { Migration, Runner } from '../store/index.ts';
import type { MailProvider } from './contract-mail.ts';

/** A provider that tells of mails; its secret is sealed. */
export interface MailSourceRow {
  key: string;
  provider: MailProvider;
  name: string;
  secret: string | null;
  topics: string[];
  taken: number;
  repeated: number;
  turned_away: number;
  last_at: Date | null;
  last_refusal: string | null;
  last_refusal_at: Date | null;
}

/** Tables of mail sources; part of the room's migrations. */
export const mailSourceMigrations: Migration[] = [
  {
    name: '0820-mail-source',
    sql: `
create table mail_source (
  key text primary key,
  provider text not null,
  name text not null,
  secret text,
  topics jsonb not null,
  created_at timestamptz not null default now(),
  taken bigint not null default 0,
  repeated bigint not null default 0,
  turned_away bigint not null default 0,
  last_at timestamptz,
  last_refusal text,
  last_refusal_at timestamptz
);
`,
  },
];

const columns = `key, provider, name, secret, topics, taken::int, repeated::int, turned_away::int, last_at, last_refusal,
  last_refusal_at`;

export function listSources(runner: Runner): Promise<MailSourceRow[]> {
  return runner.rows<MailSourceRow>({ text: `select ${columns} from mail_source order by created_at, key` });
}

export async function findSource(runner: Runner, key: string): Promise<MailSourceRow | undefined> {
  const rows = await runner.rows<MailSourceRow>({
    name: 'api.find-mail-source',
    text: `select ${columns} from mail_source where key = $1`,
    values: [key],
  });
  return rows[0];
}

export async function saveSource(
  runner: Runner,
  row: Pick<MailSourceRow, 'key' | 'provider' | 'name' | 'secret' | 'topics'>,
): Promise<void> {
  await runner.run({
    text: `insert into mail_source (key, provider, name, secret, topics) values ($1, $2, $3, $4, $5)
      on conflict (key) do update set provider = excluded.provider, name = excluded.name, secret = excluded.secret,
        topics = excluded.topics`,
    values: [row.key, row.provider, row.name, row.secret, JSON.stringify(row.topics)],
  });
}

export async function dropSource(runner: Runner, key: string): Promise<boolean> {
  return (await runner.run({ text: 'delete from mail_source where key = $1', values: [key] })) > 0;
}

export async function tallySource(
  runner: Runner,
  key: string,
  tally: { taken?: number; repeated?: number; turnedAway?: number; refusal?: string },
): Promise<void> {
  const { taken = 0, repeated = 0, turnedAway = 0, refusal = null } = tally;
  await runner.run({
    name: 'api.tally-mail-source',
    text: `update mail_source set taken = taken + $2, repeated = repeated + $3, turned_away = turned_away + $4,
        last_at = case when $4 = 0 then now() else last_at end, last_refusal = coalesce($5, last_refusal),
        last_refusal_at = case when $5::text is null then last_refusal_at else now() end
      where key = $1`,
    values: [key, taken, repeated, turnedAway, refusal],
  });
}
