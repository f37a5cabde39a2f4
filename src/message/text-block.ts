import { type Block, type BlockOf } from './block.ts';
import { itemText } from './component.ts';
import { footerWords, say, sumOf, type Style } from './mjml-block.ts';
import { richText } from './words.ts';

/** The plain-text part, made from the same blocks as the HTML, with real addresses (trust M8). Pure. */
export function textOf(blocks: readonly Block[], style: Style): string {
  const parts = blocks.flatMap((block) => {
    const text = blockText(block, style);
    return text.trim() === '' ? [] : [text];
  });
  return `${parts.join('\n\n')}\n`;
}

/** Blocks that stand in the plain-text part as nothing, although a reader sees something of them. */
export function isSilent(block: Block): boolean {
  return block.kind === 'mjml' && (block.text ?? '').trim() === '';
}

function blockText(block: Block, style: Style): string {
  if (block.kind === 'text') return richText(say(block.words, style));
  if (block.kind === 'button') return `${say(block.words, style)}: ${block.href}`;
  if (block.kind === 'products' || block.kind === 'cart') return listText(block, style);
  if (block.kind === 'mjml') return (block.text ?? '').trimEnd();
  if (block.kind === 'footer') return footerText(block, style);
  if (block.kind === 'divider') return block.line === false ? '' : '-----';
  return smallText(block, style);
}

function smallText(block: BlockOf<'picture' | 'social' | 'coupon' | 'columns'>, style: Style): string {
  if (block.kind === 'picture') {
    const alt = say(block.alt, style);
    if (block.href === undefined) return alt;
    return alt === '' ? block.href : `${alt}: ${block.href}`;
  }
  if (block.kind === 'social') return block.links.map(({ name, href }) => `${name}: ${href}`).join('\n');
  if (block.kind === 'coupon') {
    const terms = richText(say(block.terms, style));
    const words = say(block.words, style) || style.phrases.code;
    const shown = `${words}: {{coupon.${block.code}}}${terms === '' ? '' : `\n${terms}`}`;
    return block.pool === undefined ? shown : `{%#if isNotEmpty(coupon.${block.code})%}${shown}{%/if%}`;
  }
  return block.columns
    .flatMap(({ blocks }) => blocks.map((one) => blockText(one, style)))
    .filter((text) => text !== '')
    .join('\n\n');
}

function listText(block: BlockOf<'products' | 'cart'>, style: Style): string {
  const title = richText(say(block.title, style));
  const limit = block.limit ?? (block.kind === 'cart' ? 20 : 6);
  const head = title === '' ? '' : `${title}:\n\n`;
  const lines = `{{#each limit(${block.list}, ${limit}) as |item|}}${itemText}\n{{/each}}`;
  const total =
    block.kind === 'cart' && block.total
      ? `${sumOf(block.list, limit)}{%#if total%}\n${style.phrases.total}: {%= formatCurrency(total, ${block.list}[0].currency) %}\n{%/if%}`
      : '';
  const all = `${head}${lines}${total}`;
  return block.whenEmpty === 'hide' ? `{%#if isNotEmpty(${block.list})%}\n${all}\n{%/if%}` : all;
}

function footerText(block: BlockOf<'footer'>, style: Style): string {
  const { words, ways } = footerWords(block, style);
  const out = ways.map(({ to, says }) => `${says}: {{message.${to}}}`);
  const lines = [...(words === '' ? [] : [richText(words)]), ...out, '{{shop.name}}, {{message.postalAddress}}'];
  return `--\n${lines.join('\n')}`;
}
