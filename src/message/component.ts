import type { Phrases } from './phrase.ts';
import type { Theme } from './theme.ts';

/** Components with parameters: what blocks are drawn with, and what raw MJML includes by `{{fragment id="…" item=line}}`. */

/** What a component is drawn for. */
export interface Look {
  theme: Theme;
  phrases: Phrases;
}

export interface Component {
  parameters: string[];
  /** Stands within words and not as a column of its own. */
  inline?: true;
  mjml(look: Look): string;
  text(look: Look): string;
}

/** What an item's links carry, so that a click is one on this item at this place of this recommendation. */
const tracked = 'data-item="{{item.id}}" data-position="{{item.position}}" data-rec="{{item.recommendation}}"';
const amount = (of: string) => `{%= formatCurrency(${of}, item.currency) %}`;

/** How a picture stands in its place: the box keeps its shape while it loads and when it is blocked. */
function picture(theme: Theme, size: number): string {
  const { tile, ink } = theme.light;
  const style = `display:block;width:100%;height:auto;aspect-ratio:1/1;object-fit:contain;border:0;border-radius:${theme.radius}px;background:${tile};color:${ink};font-size:14px;line-height:20px`;
  return `<img src="{{item.imageUrl}}" alt="{{item.name}}" width="${size}" height="${size}" style="${style}">`;
}

function pictureLink(theme: Theme, size: number, href: string): string {
  const style = `display:block;text-decoration:none;background:${theme.light.tile};border-radius:${theme.radius}px`;
  return `<a href="{{${href}}}" ${tracked} style="${style}">${picture(theme, size)}</a>`;
}

function nameLink(theme: Theme, href: string): string {
  return `<a href="{{${href}}}" ${tracked} style="text-decoration:none;color:${theme.light.ink}"><strong>{{item.name}}</strong></a>`;
}

const priceHtml =
  `{%#if item.quantity > 1%}<span style="white-space:nowrap">{{item.quantity}} ×</span> {%/if%}` +
  `{%#if item.price%}<span style="white-space:nowrap">${amount('item.price')}</span>{%/if%}`;
const priceText = `{%#if item.price%}${amount('item.price')}{%/if%}`;

/** Drawn when the mail is opened; with pictures off its alternative text says what held when the mail was sent. */
function livePrice(look: Look, width: number): string {
  const alt = `{%#if item.price%}${amount('item.price')}{%/if%}`;
  const style = `display:block;width:100%;max-width:${width}px;height:auto;border:0;color:${look.theme.light.quiet};font-size:14px;line-height:20px`;
  return `<a href="{{item.livePage}}" ${tracked} style="text-decoration:none"><img src="{{item.liveImage}}" alt="${alt}" title="${look.phrases.now}" width="${width}" height="${Math.round((width * 72) / 268)}" style="${style}"></a>`;
}

/** A column with picture, name, price and reason. `size` is the picture's width, `share` the column's. */
export function productCard(
  look: Look,
  { size, share, live = false }: { size: number; share: number; live?: boolean },
): string {
  const { theme } = look;
  const page = live ? 'item.livePage' : 'item.url';
  const priced = live
    ? `${livePrice(look, size)}{%#if item.quantity > 1%}<span style="white-space:nowrap">{{item.quantity}} ×</span> {%/if%}`
    : priceHtml;
  return `<mj-column width="${share}%" padding="8px" vertical-align="top">
  <mj-text>${pictureLink(theme, size, page)}</mj-text>
  <mj-text css-class="bk-ink" padding="10px 0 0" font-size="16px" line-height="22px">${nameLink(theme, page)}</mj-text>
  <mj-text css-class="bk-quiet" padding="2px 0 0" font-size="14px" line-height="20px" color="${theme.light.quiet}">${priced}{%#if item.reason%}<br><span>{{item.reason}}</span>{%/if%}</mj-text>
</mj-column>`;
}

/** A line of a cart: small picture, name, quantity × price. */
export function cartLine(look: Look, { live = false }: { live?: boolean } = {}): string {
  const { theme } = look;
  const page = live ? 'item.livePage' : 'item.url';
  const cell = 'padding:0;vertical-align:middle;border:0';
  const quiet = `color:${theme.light.quiet};font-size:14px;line-height:20px`;
  const priced = live
    ? `{%#if item.quantity > 1%}<span>{{item.quantity}} ×</span>{%/if%}${livePrice(look, 268)}`
    : `${priceHtml}{%#if item.reason%}<br><span>{{item.reason}}</span>{%/if%}`;
  return `<mj-text css-class="bk-line" padding="8px" font-size="16px" line-height="22px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse"><tr>
<td width="88" style="${cell};width:88px">${pictureLink(theme, 88, page)}</td>
<td style="${cell};padding-left:16px">${nameLink(theme, page)}<br><span class="bk-faint" style="${quiet}">${priced}</span></td>
</tr></table></mj-text>`;
}

/** An item of a list in the plain-text part; the second line is its page. */
export const itemText = `- {%#if item.quantity%}{{item.quantity}} × {%/if%}{{item.name}}{%#if item.price%}, ${amount('item.price')}{%/if%}{%#if item.reason%}
  {{item.reason}}{%/if%}
  {{item.url}}`;

export const components: Record<string, Component> = {
  'product-card': {
    parameters: ['item'],
    mjml: (look) => productCard(look, { size: 268, share: 50 }),
    text: () => itemText,
  },
  'cart-line': { parameters: ['item'], mjml: (look) => cartLine(look), text: () => itemText },
  price: { parameters: ['item'], inline: true, mjml: () => priceHtml, text: () => priceText },
};
