import type { Migration, Runner } from '../store/index.ts';
import type { Sender } from './sender.ts';

/** Statements of senders. */

export const senderMigrations: Migration[] = [
  {
    // Brands besides that of the settings; which of them a mail goes out for, and which its readers unsubscribe from.
    name: '0670-message-sender',
    sql: `
create table message_sender (
  key text primary key,
  body jsonb not null,
  keys jsonb not null default '{}',
  saved_at timestamptz not null
);
alter table message add column sender text;
`,
  },
];

export interface SenderRow {
  key: string;
  body: Sender;
  /** Private keys by selector, sealed. */
  keys: Record<string, string>;
  savedAt: number;
}

/** All of them; asked once a batch, so a change counts at once everywhere. */
export async function senderRows(runner: Runner): Promise<SenderRow[]> {
  const rows = await runner.rows<Omit<SenderRow, 'savedAt'> & { savedAt: Date }>({
    name: 'sender-list',
    text: 'select key, body, keys, saved_at as "savedAt" from message_sender order by key',
  });
  return rows.map((row) => ({ ...row, savedAt: row.savedAt.getTime() }));
}

export function putSender(runner: Runner, { key, body, keys, savedAt }: SenderRow): Promise<number> {
  return runner.run({
    text: `insert into message_sender (key, body, keys, saved_at) values ($1, $2, $3, $4)
      on conflict (key) do update set body = excluded.body, keys = excluded.keys, saved_at = excluded.saved_at`,
    values: [key, JSON.stringify(body), JSON.stringify(keys), new Date(savedAt)],
  });
}

export function dropSender(runner: Runner, key: string): Promise<number> {
  return runner.run({ text: 'delete from message_sender where key = $1', values: [key] });
}

/** Templates that name a sender, in their newest or their published version; and mails for it that have not left. */
export async function usesOfSender(runner: Runner, key: string): Promise<{ templates: string[]; waiting: number }> {
  const templates = await runner.rows<{ key: string }>({
    text: `select distinct key from message_template t where body->>'sender' = $1 and (
        version = (select max(version) from message_template n where n.key = t.key)
        or version = (select max(version) from message_template p where p.key = t.key and published_at is not null))
      order by key`,
    values: [key],
  });
  const waiting = await runner.rows<{ n: number }>({
    text: `select count(*)::int as n from message
      where sender = $1 and state in ('planned', 'held', 'ready', 'leased', 'sending', 'deferred')`,
    values: [key],
  });
  return { templates: templates.map((row) => row.key), waiting: waiting[0]!.n };
}
