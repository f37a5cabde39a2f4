import { sha256 } from '../base/index.ts';
import type { Runner } from '../store/index.ts';
import type { TemplateDocument } from './block.ts';
import type { CompiledSource } from './compiled.ts';
import type { Theme } from './theme.ts';

/** Statements of templates and themes: a row a version, never changed once it is there but for what it is compiled to. */

export interface TemplateRow {
  key: string;
  version: number;
  /** `recipe` when it came with Beckon, `shop` when somebody wrote it. */
  origin: 'recipe' | 'shop';
  body: TemplateDocument;
  hash: string;
  /** Null when it has to be compiled anew. */
  compiled: CompiledSource | null;
  /** UTC ms of business time. */
  savedAt: number;
  publishedAt: number | null;
}

const columns = `key, version, origin, body, hash, compiled, saved_at as "savedAt", published_at as "publishedAt"`;
type Stored = Omit<TemplateRow, 'savedAt' | 'publishedAt'> & { savedAt: Date; publishedAt: Date | null };

function rowOf(stored: Stored): TemplateRow {
  return {
    ...stored,
    savedAt: stored.savedAt.getTime(),
    publishedAt: stored.publishedAt && stored.publishedAt.getTime(),
  };
}

/** The newest version, or the newest published one. */
export async function newestTemplate(
  runner: Runner,
  key: string,
  options: { published: boolean },
): Promise<TemplateRow | null> {
  const rows = await runner.rows<Stored>({
    text: `select ${columns} from message_template where key = $1 and (not $2 or published_at is not null)
      order by version desc limit 1`,
    values: [key, options.published],
  });
  return rows[0] ? rowOf(rows[0]) : null;
}

export async function templateVersion(runner: Runner, key: string, version: number): Promise<TemplateRow | null> {
  const rows = await runner.rows<Stored>({
    text: `select ${columns} from message_template where key = $1 and version = $2`,
    values: [key, version],
  });
  return rows[0] ? rowOf(rows[0]) : null;
}

/** All versions of a template, newest first. */
export async function templateVersions(runner: Runner, key: string): Promise<TemplateRow[]> {
  const rows = await runner.rows<Stored>({
    text: `select ${columns} from message_template where key = $1 order by version desc limit 500`,
    values: [key],
  });
  return rows.map(rowOf);
}

/** Newest published version number of each key; asked once a batch, so a publication counts at once everywhere. */
export async function publishedVersions(
  runner: Runner,
): Promise<Map<string, { version: number; made: string | null }>> {
  const rows = await runner.rows<{ key: string; version: number; made: string | null }>({
    name: 'template-versions',
    text: `select distinct on (key) key, version, made from message_template where published_at is not null
      order by key, version desc`,
  });
  return new Map(rows.map(({ key, ...one }) => [key, one]));
}

/** False when another process has written this version meanwhile. */
export async function insertTemplate(runner: Runner, row: Omit<TemplateRow, 'publishedAt'>): Promise<boolean> {
  const written = await runner.run({
    text: `insert into message_template (key, version, origin, body, hash, compiled, made, saved_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    values: [
      row.key,
      row.version,
      row.origin,
      JSON.stringify(row.body),
      row.hash,
      row.compiled && JSON.stringify(row.compiled),
      madeOf(row.compiled),
      new Date(row.savedAt),
    ],
  });
  return written === 1;
}

/** What a version is compiled to, anew; it is read again wherever it is used. */
export function storeCompiled(
  runner: Runner,
  { key, version, compiled }: { key: string; version: number; compiled: CompiledSource },
): Promise<number> {
  return runner.run({
    text: `update message_template set compiled = $3, made = $4 where key = $1 and version = $2`,
    values: [key, version, JSON.stringify(compiled), madeOf(compiled)],
  });
}

/** Changes whenever a version is compiled to something else. */
function madeOf(compiled: CompiledSource | null): string | null {
  return compiled && sha256(JSON.stringify(compiled)).slice(0, 16);
}

export function publishRow(
  runner: Runner,
  { key, version, now }: { key: string; version: number; now: number },
): Promise<number> {
  return runner.run({
    text: 'update message_template set published_at = $3 where key = $1 and version = $2',
    values: [key, version, new Date(now)],
  });
}

/** From which version of its template a message was made; null before it was. */
export async function sentVersion(runner: Runner, messageId: string): Promise<number | null> {
  const rows = await runner.rows<{ version: number | null }>({
    text: 'select template_version as version from message where id = $1',
    values: [messageId],
  });
  return rows[0]?.version ?? null;
}

export async function templateKeys(runner: Runner): Promise<string[]> {
  const rows = await runner.rows<{ key: string }>({ text: 'select distinct key from message_template order by key' });
  return rows.map(({ key }) => key);
}

/** A template as a list shows it. */
export interface TemplateLine {
  key: string;
  name: string;
  class: string;
  origin: string;
  version: number;
  published: number | null;
  savedAt: number;
}

export async function templateLines(runner: Runner): Promise<TemplateLine[]> {
  const rows = await runner.rows<Omit<TemplateLine, 'savedAt'> & { savedAt: Date }>({
    text: `select distinct on (key) key, body->>'name' as name, coalesce(body->>'class', 'marketing') as class, origin,
        version, saved_at as "savedAt",
        (select max(version) from message_template p where p.key = t.key and published_at is not null) as published
      from message_template t order by key, version desc`,
  });
  return rows.map((row) => ({ ...row, savedAt: row.savedAt.getTime() }));
}

export async function themeRow(runner: Runner, key: string): Promise<Theme | null> {
  const rows = await runner.rows<{ body: Theme }>({
    text: 'select body from message_theme where key = $1',
    values: [key],
  });
  return rows[0]?.body ?? null;
}

export function themeRows(runner: Runner): Promise<{ key: string; body: Theme }[]> {
  return runner.rows({ text: 'select key, body from message_theme order by key' });
}

export function putTheme(
  runner: Runner,
  { key, body, now }: { key: string; body: Theme; now: number },
): Promise<number> {
  return runner.run({
    text: `insert into message_theme (key, body, saved_at) values ($1, $2, $3)
      on conflict (key) do update set body = excluded.body, saved_at = excluded.saved_at`,
    values: [key, JSON.stringify(body), new Date(now)],
  });
}

export function dropTheme(runner: Runner, key: string): Promise<number> {
  return runner.run({ text: 'delete from message_theme where key = $1', values: [key] });
}

/** Newest and newest published versions of all templates that name a sender. */
export async function templatesOfSender(runner: Runner, sender: string): Promise<TemplateRow[]> {
  const rows = await runner.rows<Stored>({
    text: `select ${columns} from message_template t where body->>'sender' = $1 and ${isNewest} order by key, version`,
    values: [sender],
  });
  return rows.map(rowOf);
}

const isNewest = `(version = (select max(version) from message_template n where n.key = t.key)
        or version = (select max(version) from message_template p where p.key = t.key and published_at is not null))`;

/** Newest and newest published versions of all templates, of each the newest last. */
export async function newestRows(runner: Runner): Promise<TemplateRow[]> {
  const rows = await runner.rows<Stored>({
    text: `select ${columns} from message_template t where ${isNewest} order by key, version`,
  });
  return rows.map(rowOf);
}

/** Newest and newest published versions of all templates in a theme, by their own word or by that of their sender. */
export async function wearersOf(runner: Runner, theme: string): Promise<TemplateRow[]> {
  const rows = await runner.rows<Stored>({
    text: `select ${columns} from message_template t where coalesce(body->>'theme',
        (select s.body->>'theme' from message_sender s where s.key = t.body->>'sender'), 'shop') = $1 and ${isNewest}
      order by key, version`,
    values: [theme],
  });
  return rows.map(rowOf);
}
