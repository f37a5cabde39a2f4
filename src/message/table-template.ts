import type { Runner } from '../store/index.ts';
import type { MessageClass } from './message.ts';

/** Statements of templates: a row a version, never changed once published. */

export interface TemplateSource {
  /** Letters, digits and hyphens. */
  key: string;
  subject: string;
  /** 40–110 characters that mail programs show after the subject. */
  preheader: string;
  mjml: string;
  text: string;
  /** Paths that must have a value; a list that came out empty means the mail is skipped. */
  requires: string[];
  /** `marketing` when left out. */
  class?: MessageClass;
}

export interface TemplateRow extends TemplateSource {
  version: number;
  /** `recipe` when it came with Beckon, `shop` when somebody wrote it. */
  origin: 'recipe' | 'shop';
  hash: string;
  /** Compiled; null while it is a draft. */
  html: string | null;
}

const columns = 'key, version, origin, subject, preheader, mjml, body_text as text, requires, hash, html, class';

/** The newest version, or the newest published one. */
export async function newestTemplate(
  runner: Runner,
  key: string,
  options: { published: boolean },
): Promise<TemplateRow | null> {
  const rows = await runner.rows<TemplateRow>({
    text: `select ${columns} from message_template where key = $1 and (not $2 or published_at is not null)
      order by version desc limit 1`,
    values: [key, options.published],
  });
  return rows[0] ?? null;
}

/** Newest published version number of each key; asked once a batch, so a publication counts at once everywhere. */
export async function publishedVersions(runner: Runner): Promise<Map<string, number>> {
  const rows = await runner.rows<{ key: string; version: number }>({
    name: 'template-versions',
    text: `select key, max(version)::int as version from message_template where published_at is not null group by key`,
  });
  return new Map(rows.map(({ key, version }) => [key, version]));
}

export function insertTemplate(runner: Runner, row: Omit<TemplateRow, 'html'>): Promise<number> {
  return runner.run({
    text: `insert into message_template (key, version, origin, subject, preheader, mjml, body_text, requires, hash, class)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [
      row.key,
      row.version,
      row.origin,
      row.subject,
      row.preheader,
      row.mjml,
      row.text,
      JSON.stringify(row.requires),
      row.hash,
      row.class ?? 'marketing',
    ],
  });
}

export function publishRow(
  runner: Runner,
  row: { key: string; version: number; html: string; now: number },
): Promise<number> {
  return runner.run({
    text: 'update message_template set html = $3, published_at = $4 where key = $1 and version = $2',
    values: [row.key, row.version, row.html, new Date(row.now)],
  });
}

export async function templateKeys(runner: Runner): Promise<string[]> {
  const rows = await runner.rows<{ key: string }>({ text: 'select distinct key from message_template order by key' });
  return rows.map(({ key }) => key);
}
