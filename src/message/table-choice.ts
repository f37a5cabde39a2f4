import { shardOf } from '../base/index.ts';
import type { Migration, Runner } from '../store/index.ts';

/** Statements of what people choose of the mails they get. */

export const choiceMigrations: Migration[] = [
  {
    name: '0622-message-choice',
    sql: `
create table topic (
  key text primary key,
  name jsonb not null,
  about jsonb not null,
  journeys jsonb not null,
  place integer not null default 0
);
create table choice (
  shard smallint not null,
  key text not null,
  off jsonb not null default '[]',
  paused_until timestamptz,
  pace text,
  changed_at timestamptz not null,
  primary key (shard, key)
);
`,
  },
  {
    name: '0663-message-addressed',
    sql: `create index message_addressed on message (lower(addressed_to)) where addressed_to <> ''`,
  },
];

export type Texts = Partial<Record<'en' | 'sv' | 'de', string>> & { en: string };

/** What a part of the mails is about; a journey that belongs to none is left out by nobody's choice. */
export interface Topic {
  key: string;
  name: Texts;
  about: Partial<Texts>;
  /** Keys of the journeys whose mails belong to it. */
  journeys: string[];
  /** Its order on the page. */
  place: number;
}

/** How often somebody wants mail at most. */
export const paces = { day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const;
export type Pace = keyof typeof paces;

/** What the reader of an address has chosen. Times are UTC ms. */
export interface Choice {
  /** Topics that they do not want. */
  off: readonly string[];
  pausedUntil: number | null;
  pace: Pace | null;
}

export function topics(runner: Runner): Promise<Topic[]> {
  return runner.rows<Topic>({
    name: 'topic-list',
    text: 'select key, name, about, journeys, place from topic order by place, key',
  });
}

export async function putTopic(runner: Runner, topic: Topic): Promise<void> {
  await runner.run({
    text: `insert into topic (key, name, about, journeys, place) values ($1, $2, $3, $4, $5)
      on conflict (key) do update set name = excluded.name, about = excluded.about, journeys = excluded.journeys,
        place = excluded.place`,
    values: [
      topic.key,
      JSON.stringify(topic.name),
      JSON.stringify(topic.about),
      JSON.stringify(topic.journeys),
      topic.place,
    ],
  });
}

export async function dropTopic(runner: Runner, key: string): Promise<boolean> {
  return (await runner.run({ text: 'delete from topic where key = $1', values: [key] })) > 0;
}

/** What these addresses have chosen; those that have not are absent. */
export async function choicesOf(runner: Runner, keys: readonly string[]): Promise<Map<string, Choice>> {
  const rows = await runner.rows<{ key: string; off: string[]; until: Date | null; pace: Pace | null }>({
    name: 'choice-read',
    text: `select key, off, paused_until as until, pace from choice where shard = any($1::smallint[]) and key = any($2)`,
    values: [[...new Set(keys.map(shardOf))], keys],
  });
  return new Map(rows.map(({ key, off, until, pace }) => [key, { off, pausedUntil: until?.getTime() ?? null, pace }]));
}

export async function putChoice(tx: Runner, key: string, choice: Choice, now: number): Promise<void> {
  await tx.run({
    text: `insert into choice (shard, key, off, paused_until, pace, changed_at) values ($1, $2, $3, $4, $5, $6)
      on conflict (shard, key) do update set off = excluded.off, paused_until = excluded.paused_until,
        pace = excluded.pace, changed_at = excluded.changed_at`,
    values: [
      shardOf(key),
      key,
      JSON.stringify(choice.off),
      choice.pausedUntil === null ? null : new Date(choice.pausedUntil),
      choice.pace,
      new Date(now),
    ],
  });
}
