import { compileTemplate, type Template } from '../language/index.ts';
import type { Grid } from './grid.ts';
import type { MessageClass } from './message.ts';

/** A template as it is stored once compiled, and as mails are rendered from it; also in a thread that knows nothing else. */

/** What a mail is made of in one language, as sources of the one language; stored with the version. Plain JSON. */
export interface Pieces {
  subject: string;
  html: string;
  text: string;
}

/** A document compiled: its pieces by language, and what follows from its blocks. Plain JSON. */
export interface CompiledSource {
  languages: Record<string, Pieces>;
  /** For whoever reads none of them. */
  own: string;
  requires: string[];
  class: 'marketing' | 'transactional';
  showsItems: boolean;
  /** Has it blocks whose prices are drawn when the mail is opened? */
  live: boolean;
  /** The postal address of its theme, instead of the shop's. */
  address: string | null;
  /** The sender it names; null: the default one. */
  sender?: string | null;
  /** The theme it names itself; null: it wears that of its sender. */
  theme?: string | null;
  /** Names under which coupons are printed, and the pool that each code comes from. */
  pools?: CouponPlace[];
  /** What it asks the recommender for itself. */
  grids?: Grid[];
  /** Of pages elsewhere that its author links to by name, such as those of social networks. */
  hosts: string[];
  /** Changes when what blocks are drawn as does; then it has to be compiled anew. */
  drawing: string;
}

/** Where a code of a pool is printed. */
export interface CouponPlace {
  name: string;
  pool: string;
}

/** A template ready to render, compiled once for a version. */
export interface CompiledTemplate extends Omit<CompiledSource, 'languages' | 'class'> {
  key: string;
  version: number;
  languages: ReadonlyMap<string, Record<keyof Pieces, Template>>;
  /** A transactional one is about something the reader has just done; it has no unsubscribe link and sells nothing. */
  class: MessageClass;
}

/**
 * Makes stored pieces renderable.
 *
 * @throws LANGUAGE_* with the place
 */
export function compilePieces(place: { key: string; version: number }, source: CompiledSource): CompiledTemplate {
  return { ...source, ...place, languages: renderable(source.languages) };
}

function renderable(sources: Record<string, Pieces>): CompiledTemplate['languages'] {
  const languages = Object.entries(sources).map(([language, { subject, html, text }]) => {
    const pieces = {
      subject: compileTemplate(subject, { mode: 'header' }),
      html: compileTemplate(html, { mode: 'html' }),
      text: compileTemplate(text, { mode: 'text' }),
    };
    return [language, pieces] as const;
  });
  return new Map(languages);
}

/** A compiled template as plain data, for another thread. */
export interface PlainTemplate extends Omit<CompiledTemplate, 'languages'> {
  languages: Record<string, Pieces>;
}

export function plainTemplate(template: CompiledTemplate): PlainTemplate {
  const languages = [...template.languages].map(([language, { subject, html, text }]) => {
    return [language, { subject: subject.source, html: html.source, text: text.source }] as const;
  });
  return { ...template, languages: Object.fromEntries(languages) };
}

/** The other way round. */
export function templateFrom(plain: PlainTemplate): CompiledTemplate {
  return { ...plain, languages: renderable(plain.languages) };
}

/** The pieces for somebody, and in which language they are. */
export function piecesFor(
  template: Pick<CompiledTemplate, 'languages' | 'own'>,
  wanted: string | null,
): { language: string; pieces: Record<keyof Pieces, Template> } {
  const language = chosenLanguage(wanted, [...template.languages.keys()], template.own);
  return { language, pieces: template.languages.get(language)! };
}

/**
 * The best of `there` for somebody who reads `wanted`: the tag itself, then ever less of it (`sv-FI` → `sv`), then
 * another region of the same language, then `own`.
 */
export function chosenLanguage(wanted: string | null | undefined, there: readonly string[], own: string): string {
  const parts = (wanted ?? '').split(/[-_]/);
  for (let n = parts.length; n > 0; n--) {
    const tag = parts.slice(0, n).join('-').toLowerCase();
    const found = there.find((one) => one.toLowerCase() === tag);
    if (found !== undefined) return found;
  }
  const main = parts[0]!.toLowerCase();
  return there.find((one) => main !== '' && one.toLowerCase().startsWith(`${main}-`)) ?? own;
}
