import { listOf as placeOf, type Block, type BlockOf, type SmallBlock } from './block.ts';
import { usualCard } from './component.ts';
import { cardOf, inner, looksOf, raw, say, smallOf, type Style } from './mjml-small.ts';
import { plainHtml, richHtml } from './words.ts';

/** Blocks → MJML, in one language and theme. Pure. */

/** Sections of MJML for the blocks; neighbours that are only content share one section. */
export function mjmlOf(blocks: readonly Block[], style: Style): string {
  const sections: string[] = [];
  let column: string[] = [];
  const flush = () => {
    if (column.length > 0) sections.push(section(`<mj-column>${column.join('\n')}</mj-column>`));
    column = [];
  };
  for (const block of blocks) {
    if (isSmall(block)) {
      column.push(smallOf(block, style));
      continue;
    }
    flush();
    sections.push(largeOf(block, style));
  }
  flush();
  return sections.join('\n');
}

function isSmall(block: Block): block is SmallBlock {
  return ['text', 'picture', 'button', 'divider', 'social', 'coupon', 'component'].includes(block.kind);
}

const section = (inside: string) => `<mj-section>${inside}</mj-section>`;

function largeOf(block: Exclude<Block, SmallBlock>, style: Style): string {
  if (block.kind === 'products') return listOf(block, style, gridOf(block, style));
  if (block.kind === 'cart') return listOf(block, style, cartOf(block, style));
  if (block.kind === 'columns') return columnsOf(block, style);
  return block.kind === 'footer' ? footerOf(block, style) : block.mjml;
}

/** A list with its title; hidden as a whole when it may be, and is, empty. */
function listOf(block: BlockOf<'products'> | BlockOf<'cart'>, style: Style, inside: string): string {
  const title = say(block.title, style);
  const head =
    title === ''
      ? ''
      : section(
          `<mj-column><mj-text css-class="bk-ink" ${looksOf(style).title} color="${style.theme.light.ink}">${richHtml(title, '')}</mj-text></mj-column>`,
        );
  if (block.whenEmpty !== 'hide') return head + inside;
  return `${raw(`{%#if isNotEmpty(${placeOf(block)})%}`)}${head}${inside}${raw('{%/if%}')}`;
}

function gridOf(block: BlockOf<'products'>, style: Style): string {
  const { limit = 6, columns = 2, live = false, card } = block;
  const room = Math.floor(inner / columns) - 16;
  const share = Math.floor(10_000 / columns) / 100;
  const part = { room, inset: 0, live, item: undefined };
  const { item, mjml } = cardOf(card ?? { component: usualCard.products }, { ...style, part });
  return `${raw(`{{#each chunk(limit(${placeOf(block)}, ${limit}), ${columns}) as |row|}}`)}
<mj-section><mj-group>${raw(`{{#each row as |${item}|}}`)}
<mj-column width="${share}%" padding="8px" vertical-align="top">${mjml}</mj-column>
${raw('{{/each}}')}</mj-group></mj-section>
${raw('{{/each}}')}`;
}

function cartOf({ list, limit = 20, total = false, live = false, card }: BlockOf<'cart'>, style: Style): string {
  const { light } = style.theme;
  const sum = total
    ? `${raw(sumOf(list, limit))}${raw('{%#if total%}')}<mj-divider css-class="bk-rule" border-width="1px" border-color="${light.line}" padding="4px 8px" /><mj-text css-class="bk-ink" padding="4px 8px 8px" color="${light.ink}">${style.phrases.total} <strong>{%= formatCurrency(total, ${list}[0].currency) %}</strong></mj-text>${raw('{%/if%}')}`
    : '';
  const part = { room: inner, inset: 8, live, item: undefined };
  const { item, mjml } = cardOf(card ?? { component: usualCard.cart }, { ...style, part });
  return `<mj-section><mj-column>${raw(`{{#each limit(${list}, ${limit}) as |${item}|}}`)}${mjml}${raw('{{/each}}')}${sum}</mj-column></mj-section>`;
}

/** Sets `total`; null when a price or one currency for all is lacking. */
export function sumOf(list: string, limit: number): string {
  const add = '{% let total = total + item.price * (item.quantity ?: 1) %}';
  const each = `{%#if item.currency = ${list}[0].currency%}${add}{%else%}{% let total = null %}{%/if%}`;
  return `{% let total = 0 %}{{#each limit(${list}, ${limit}) as |item|}}${each}{{/each}}`;
}

function columnsOf(block: BlockOf<'columns'>, style: Style): string {
  const columns = block.columns.map(({ width, blocks }) => {
    const share = width === undefined ? '' : ` width="${width}%"`;
    return `<mj-column${share} vertical-align="top">${blocks.map((one) => smallOf(one, style)).join('\n')}</mj-column>`;
  });
  const inside = columns.join('\n');
  return section(block.stack === false ? `<mj-group>${inside}</mj-group>` : inside);
}

function footerOf(block: BlockOf<'footer'>, style: Style): string {
  const { quiet } = style.theme.light;
  const line = (html: string, top: number) =>
    `<mj-text css-class="bk-quiet" padding="${top}px 8px 0" font-size="14px" line-height="21px" color="${quiet}">${html}</mj-text>`;
  const link = (href: string, words: string) =>
    `<a href="{{message.${href}}}" style="color:${quiet}">${plainHtml(words)}</a>`;
  const address = line('{{shop.name}}, {{message.postalAddress}}', 12);
  const { words, ways } = footerWords(block, style);
  const why = words === '' ? '' : line(richHtml(words, `color:${quiet}`), 16);
  const out = ways.map(({ to, says }) => link(to, says)).join(' &nbsp;·&nbsp; ');
  return section(`<mj-column>${why}${out === '' ? '' : line(out, 12)}${address}</mj-column>`);
}

/** What the footer says and which ways out it offers; a transactional mail has none to offer. */
export function footerWords(
  block: BlockOf<'footer'>,
  style: Style,
): { words: string; ways: { to: string; says: string }[] } {
  const { phrases, kind } = style;
  if (kind === 'transactional') return { words: say(block.words, style), ways: [] };
  return {
    words: block.words === undefined ? phrases.why : say(block.words, style),
    ways: [
      { to: 'unsubscribeUrl', says: say(block.unsubscribe, style) || phrases.unsubscribeLong },
      { to: 'preferencesUrl', says: say(block.preferences, style) || phrases.preferences },
      { to: 'mirrorUrl', says: say(block.mirror, style) || phrases.mirror },
    ],
  };
}
