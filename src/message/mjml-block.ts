import { type Block, type BlockOf, type SmallBlock, type Words } from './block.ts';
import { cartLine, productCard, type Look } from './component.ts';
import { inLanguage } from './language.ts';
import { plainHtml, richHtml } from './words.ts';

/** Blocks → MJML, in one language and theme. Pure. */

/** In which language, and how it looks. */
export interface Style extends Look {
  language: string;
  own: string;
  kind: 'marketing' | 'transactional';
}

/** The words of this style's language. */
export function say(words: Words | undefined, style: Pick<Style, 'language' | 'own'>): string {
  return inLanguage(words, style.language, style.own);
}

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
  return ['text', 'picture', 'button', 'divider', 'social', 'coupon'].includes(block.kind);
}

const section = (inside: string) => `<mj-section>${inside}</mj-section>`;
const raw = (token: string) => `<mj-raw>${token}</mj-raw>`;

function largeOf(block: Exclude<Block, SmallBlock>, style: Style): string {
  if (block.kind === 'products') return listOf(block, style, gridOf(block, style));
  if (block.kind === 'cart') return listOf(block, style, cartOf(block, style));
  if (block.kind === 'columns') return columnsOf(block, style);
  return block.kind === 'footer' ? footerOf(block, style) : block.mjml;
}

const looks = {
  heading: 'font-size="28px" line-height="34px" font-weight="600" padding="0 8px 8px"',
  title: 'font-size="20px" line-height="28px" font-weight="600" padding="8px"',
  body: 'padding="0 8px 8px"',
  quiet: 'font-size="14px" line-height="21px" padding="0 8px 8px"',
};

function smallOf(block: SmallBlock, style: Style): string {
  const { theme } = style;
  if (block.kind === 'text') return textOf(block, style);
  if (block.kind === 'picture') return pictureOf(block, style);
  if (block.kind === 'button') return buttonOf(block, style);
  if (block.kind === 'coupon') return couponOf(block, style);
  if (block.kind === 'social') {
    const links = block.links.map(
      ({ name, href }) => `<a href="${plainHtml(href)}" style="color:${theme.light.quiet}">${plainHtml(name)}</a>`,
    );
    return `<mj-text css-class="bk-quiet" ${looks.quiet} color="${theme.light.quiet}" align="${block.align ?? 'left'}">${links.join(' &nbsp;·&nbsp; ')}</mj-text>`;
  }
  const space = block.space ?? 16;
  if (block.line === false) return `<mj-spacer height="${Math.max(1, space)}px" />`;
  return `<mj-divider css-class="bk-rule" border-width="1px" border-color="${theme.light.line}" padding="${Math.floor(space / 2)}px 8px" />`;
}

function textOf(block: BlockOf<'text'>, style: Style): string {
  const { light } = style.theme;
  const look = block.look ?? 'body';
  const [name, colour] = look === 'quiet' ? ['bk-quiet', light.quiet] : ['bk-ink', light.ink];
  const html = richHtml(say(block.words, style), `color:${colour}`);
  return `<mj-text css-class="${name}" ${looks[look]} color="${colour}" align="${block.align ?? 'left'}">${html}</mj-text>`;
}

function pictureOf(block: BlockOf<'picture'>, { theme, ...style }: Style): string {
  const alt = plainHtml(say(block.alt, style));
  const size = `${block.width === undefined ? '' : ` width="${block.width}"`}${block.height === undefined ? '' : ` height="${block.height}"`}`;
  const { tile, ink } = theme.light;
  const image = `<img src="${plainHtml(block.src)}" alt="${alt}"${size} style="display:block;max-width:100%;height:auto;border:0;border-radius:${theme.radius}px;background:${tile};color:${ink};font-size:14px;line-height:20px${block.align === 'center' ? ';margin:0 auto' : ''}">`;
  const inside =
    block.href === undefined
      ? image
      : `<a href="${plainHtml(block.href)}" style="display:block;text-decoration:none">${image}</a>`;
  return `<mj-text padding="8px" align="${block.align ?? 'left'}">${inside}</mj-text>`;
}

function buttonOf(block: BlockOf<'button'>, { theme, ...style }: Style): string {
  const { light } = theme;
  const outline =
    block.look === 'outline'
      ? ` css-class="bk-outline" background-color="${light.raised}" color="${light.ink}" border="1px solid ${light.quiet}"`
      : ' css-class="bk-button"';
  return `<mj-button${outline} href="${plainHtml(block.href)}" align="${block.align ?? 'left'}">${plainHtml(say(block.words, style))}</mj-button>`;
}

function couponOf(block: BlockOf<'coupon'>, style: Style): string {
  const { light } = style.theme;
  const words = say(block.words, style) || style.phrases.code;
  const terms = say(block.terms, style);
  const code = `<strong style="font-family:ui-monospace,Consolas,monospace;font-size:24px;line-height:32px;letter-spacing:2px">{{coupon.${block.code}}}</strong>`;
  const after = terms === '' ? '' : `<br><span style="font-size:14px;line-height:20px">${richHtml(terms, '')}</span>`;
  // On its light tile in both schemes, as the pictures are, so that a code can always be read and copied.
  const shown = `<mj-text padding="8px" align="center"><div style="background:${light.tile};color:#1b1c1f;border:1px dashed ${light.quiet};border-radius:${style.theme.radius}px;padding:16px">${plainHtml(words)}<br>${code}${after}</div></mj-text>`;
  if (block.pool === undefined) return shown;
  // Its pool may have run dry, and the shop have chosen to send without.
  return `${raw(`{%#if isNotEmpty(coupon.${block.code})%}`)}${shown}${raw('{%/if%}')}`;
}

/** A list with its title; hidden as a whole when it may be, and is, empty. */
function listOf(block: BlockOf<'products'> | BlockOf<'cart'>, style: Style, inside: string): string {
  const title = say(block.title, style);
  const head =
    title === ''
      ? ''
      : section(
          `<mj-column><mj-text css-class="bk-ink" ${looks.title} color="${style.theme.light.ink}">${richHtml(title, '')}</mj-text></mj-column>`,
        );
  if (block.whenEmpty !== 'hide') return head + inside;
  return `${raw(`{%#if isNotEmpty(${block.list})%}`)}${head}${inside}${raw('{%/if%}')}`;
}

/** Width of what stands between the margins of a mail. */
const inner = 568;

function gridOf({ list, limit = 6, columns = 2, live = false }: BlockOf<'products'>, style: Style): string {
  const size = Math.floor(inner / columns) - 16;
  const share = Math.floor(10_000 / columns) / 100;
  const card = productCard(style, { size, share, live });
  return `${raw(`{{#each chunk(limit(${list}, ${limit}), ${columns}) as |row|}}`)}
<mj-section><mj-group>${raw('{{#each row as |item|}}')}
${card}
${raw('{{/each}}')}</mj-group></mj-section>
${raw('{{/each}}')}`;
}

function cartOf({ list, limit = 20, total = false, live = false }: BlockOf<'cart'>, style: Style): string {
  const { light } = style.theme;
  const sum = total
    ? `${raw(sumOf(list, limit))}${raw('{%#if total%}')}<mj-divider css-class="bk-rule" border-width="1px" border-color="${light.line}" padding="4px 8px" /><mj-text css-class="bk-ink" padding="4px 8px 8px" color="${light.ink}">${style.phrases.total} <strong>{%= formatCurrency(total, ${list}[0].currency) %}</strong></mj-text>${raw('{%/if%}')}`
    : '';
  return `<mj-section><mj-column>${raw(`{{#each limit(${list}, ${limit}) as |item|}}`)}${cartLine(style, { live })}${raw('{{/each}}')}${sum}</mj-column></mj-section>`;
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
