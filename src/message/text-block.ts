import { listOf, type Block, type BlockOf, type Values } from './block.ts';
import { itemOf, usualCard, type ComponentDocument, type PartBlock, type PartOf } from './component.ts';
import { withParameters } from './component-use.ts';
import { footerWords, sumOf } from './mjml-block.ts';
import { componentNamed, parametersOf, say, withTags, type Style } from './mjml-small.ts';
import { richText } from './words.ts';

/** The plain-text part, made from the same blocks as the HTML, with real addresses (trust M8). Pure. */
export function textOf(blocks: readonly Block[], style: Style): string {
  const parts = blocks.flatMap((block) => {
    const text = blockText(block, style);
    return text.trim() === '' ? [] : [text];
  });
  return tagsIn(`${parts.join('\n\n')}\n`, style);
}

/** A text with what its tags of components say. */
function tagsIn(text: string, style: Style): string {
  return withTags(text, style, (component, parameters) => withParameters(componentText(component, style), parameters));
}

/** Blocks that stand in the plain-text part as nothing, although a reader sees something of them. */
export function isSilent(block: Block): boolean {
  return block.kind === 'mjml' && (block.text ?? '').trim() === '';
}

function blockText(block: Block | PartBlock, style: Style): string {
  const said = textSaid(block, style);
  const shown = 'when' in block ? block.when : undefined;
  return shown === undefined || said === '' ? said : `{%#if ${shown}%}${said}{%/if%}`;
}

function textSaid(block: Block | PartBlock, style: Style): string {
  if (block.kind === 'text') return richText(say(block.words, style));
  if (block.kind === 'button') return `${say(block.words, style)}: ${block.href}`;
  if (block.kind === 'products' || block.kind === 'cart') return listText(block, style);
  if (block.kind === 'mjml') return (block.text ?? '').trimEnd();
  if (block.kind === 'footer') return footerText(block, style);
  if (block.kind === 'divider') return block.line === false ? '' : '-----';
  if (block.kind === 'component') return usedText(block, style);
  if (block.kind === 'price') return priceText(block);
  if (block.kind === 'beside') return besideText(block, style);
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
  const list = listOf(block);
  const head = title === '' ? '' : `${title}:\n\n`;
  const { item, text } = cardText(block, style);
  const lines = `{{#each limit(${list}, ${limit}) as |${item}|}}${text}\n{{/each}}`;
  const total =
    block.kind === 'cart' && block.total
      ? `${sumOf(list, limit)}{%#if total%}\n${style.phrases.total}: {%= formatCurrency(total, ${list}[0].currency) %}\n{%/if%}`
      : '';
  const all = `${head}${lines}${total}`;
  return block.whenEmpty === 'hide' ? `{%#if isNotEmpty(${list})%}\n${all}\n{%/if%}` : all;
}

/** What a component says: words of its own for the text, or those of its blocks. */
function componentText(component: ComponentDocument, style: Style): string {
  const inside = { ...style, own: component.language ?? 'en' };
  if (component.text !== undefined) return tagsIn(component.text, inside);
  const said = component.blocks.map((block) => blockText(block, inside)).filter((text) => text.trim() !== '');
  return tagsIn(said.join('\n'), inside);
}

function usedText(block: BlockOf<'component'>, style: Style): string {
  const component = componentNamed(block.component, style);
  const parameters = parametersOf(component, block.values ?? {}, style);
  const item = parameters.get(itemOf(component) ?? '');
  const said = withParameters(componentText(component, style), parameters);
  return item === undefined ? said : `{%#if ${item} is not null%}${said}{%/if%}`;
}

function cardText(block: BlockOf<'products' | 'cart'>, style: Style): { item: string; text: string } {
  const { component: key, values = {} as Values } = block.card ?? { component: usualCard[block.kind] };
  const component = componentNamed(key, style);
  const item = itemOf(component) ?? 'item';
  const parameters = parametersOf(component, values, style);
  parameters.delete(item);
  return { item, text: withParameters(componentText(component, style), parameters) };
}

function priceText({ item }: PartOf<'price'>): string {
  return `{%#if ${item}.price%}{%= formatCurrency(${item}.price, ${item}.currency) %}{%/if%}`;
}

function besideText(block: PartOf<'beside'>, style: Style): string {
  return [block.words, block.quiet]
    .map((words) => richText(say(words, style)))
    .filter((text) => text !== '')
    .join('\n');
}

function footerText(block: BlockOf<'footer'>, style: Style): string {
  const { words, ways } = footerWords(block, style);
  const out = ways.map(({ to, says }) => `${says}: {{message.${to}}}`);
  const lines = [...(words === '' ? [] : [richText(words)]), ...out, '{{shop.name}}, {{message.postalAddress}}'];
  return `--\n${lines.join('\n')}`;
}
