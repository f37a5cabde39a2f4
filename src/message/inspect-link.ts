import { everyBlock, type Block, type TemplateDocument, type Words } from './block.ts';
import type { PartBlock } from './component.ts';
import { errors } from './error.ts';
import { finding, type MailFinding } from './finding.ts';
import { requireDestination } from './link.ts';
import type { RenderSetting } from './render.ts';
import { linksIn } from './words.ts';

/** Links that lead nowhere, or to where no mail of this shop may lead; and words that say nothing of where they lead. */
export function lookAtLinks(parts: readonly Placed[], { hosts }: Pick<RenderSetting, 'hosts'>): MailFinding[] {
  return linksOf(parts).flatMap(({ at, href, words, elsewhere }) => {
    const refused = refusal(href, elsewhere && URL.canParse(href) ? new Set([new URL(href).host]) : hosts);
    const found = refused === null ? [] : [finding(errors.MESSAGE_LINK_REFUSED, 'error', { where: at, says: refused })];
    if (!/^\s*(click|tap|press)?\s*(here|hier|här|klicken sie hier|klicka här)\s*[.!]?\s*$/i.test(words)) return found;
    const says = `"${words.trim()}" says nothing of where the link leads`;
    return [...found, finding(errors.MESSAGE_LINK_VAGUE, 'warning', { where: at, says })];
  });
}

/** Addresses that are the same for everybody, so that somebody may look whether anything answers there. */
export function fixedLinks(document: TemplateDocument): { at: string; href: string }[] {
  return linksOf(everyBlock(document))
    .filter(({ href }) => /^https?:\/\//.test(href) && !/\{\{|\{%/.test(href))
    .map(({ at, href }) => ({ at, href }));
}

interface Found {
  at: string;
  href: string;
  /** What is pressed, in one language. */
  words: string;
  /** May it lead to any host its author names? */
  elsewhere?: true;
}

/** A block, and where it stands in the document. */
interface Placed {
  at: string;
  block: Block | PartBlock;
}

function linksOf(parts: readonly Placed[]): Found[] {
  return parts.flatMap(({ at, block }) => linksOfBlock(at, block));
}

function linksOfBlock(at: string, block: Block | PartBlock): Found[] {
  if (block.kind === 'button') return each(block.words).map((words) => ({ at: `${at}/href`, href: block.href, words }));
  if (block.kind === 'picture' || block.kind === 'beside')
    return block.href === undefined ? [] : [{ at: `${at}/href`, href: block.href, words: '' }];
  if (block.kind === 'social') {
    return block.links.map(({ name, href }, no) => ({
      at: `${at}/links/${no}/href`,
      href,
      words: name,
      elsewhere: true,
    }));
  }
  if (block.kind !== 'text') return [];
  return each(block.words).flatMap((words) =>
    linksIn(words).map((href) => ({ at: `${at}/words`, href, words: wordsBefore(words, href) })),
  );
}

function each(words: Words): string[] {
  return typeof words === 'string' ? [words] : Object.values(words);
}

function wordsBefore(text: string, href: string): string {
  const end = text.indexOf(`](${href})`);
  return text.slice(text.lastIndexOf('[', end) + 1, end);
}

/** Why a link is refused; tokens are taken for letters, and what a token begins is judged when it is rendered. */
function refusal(href: string, hosts: ReadonlySet<string>): string | null {
  const trimmed = href.trim();
  if (trimmed === '' || trimmed === '#') return 'The link is empty';
  if (trimmed.startsWith('mailto:') || /^(\{\{|\{%)/.test(trimmed)) return null;
  const plain = trimmed.replace(/\{\{\{?[\s\S]*?\}?\}\}|\{%[\s\S]*?%\}/g, 'x');
  try {
    requireDestination(plain, hosts);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
