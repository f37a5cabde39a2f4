import { BeckonError } from '../base/index.ts';
import type { BlockOf, SmallBlock, Words } from './block.ts';
import { isInline, itemOf, type ComponentDocument, type Components, type PartBlock, type PartOf } from './component.ts';
import { bound, withParameters } from './component-use.ts';
import { errors } from './error.ts';
import { inLanguage } from './language.ts';
import type { Phrases } from './phrase.ts';
import type { Theme } from './theme.ts';
import { plainHtml, richHtml } from './words.ts';

/** Blocks that stand in a column, and what components are made of → MJML, in one language and theme. Pure. */

/** In which language, how it looks, and the components there are. */
export interface Style {
  theme: Theme;
  phrases: Phrases;
  components: Components;
  language: string;
  own: string;
  kind: 'marketing' | 'transactional';
  /** Where what is drawn belongs to a component. */
  part?: Part;
}

/** Where the blocks of a component stand. */
export interface Part {
  /** Pixels of width, and at either side. */
  room: number;
  inset: number;
  /** Are prices drawn when the mail is opened? */
  live: boolean;
  /** The parameter whose item links are about. */
  item: string | undefined;
}

/** The words of this style's language. */
export function say(words: Words | undefined, style: Pick<Style, 'language' | 'own'>): string {
  return inLanguage(words, style.language, style.own);
}

export const raw = (token: string) => `<mj-raw>${token}</mj-raw>`;
/** Width of what stands between the margins of a mail. */
export const inner = 568;

/** How words look, in a mail and within a component. */
export function looksOf({ part }: Pick<Style, 'part'>): Record<'heading' | 'title' | 'body' | 'quiet', string> {
  const side = part?.inset ?? 8;
  const pad = (top: number, bottom: number) => `padding="${top}px ${side}px ${bottom}px"`;
  if (part) {
    return {
      heading: `font-size="28px" line-height="34px" font-weight="600" ${pad(8, 0)}`,
      title: `font-size="20px" line-height="28px" font-weight="600" ${pad(8, 0)}`,
      body: `font-size="16px" line-height="22px" ${pad(10, 0)}`,
      quiet: `font-size="14px" line-height="20px" ${pad(2, 0)}`,
    };
  }
  return {
    heading: `font-size="28px" line-height="34px" font-weight="600" ${pad(0, 8)}`,
    title: `font-size="20px" line-height="28px" font-weight="600" ${pad(8, 8)}`,
    body: pad(0, 8),
    quiet: `font-size="14px" line-height="21px" ${pad(0, 8)}`,
  };
}

/** What links to an item's page carry, so that a click is one on this item at this place of this recommendation. */
function tracked({ part }: Style): string {
  if (part?.item === undefined) return '';
  const { item } = part;
  return ` data-item="{{${item}.id}}" data-position="{{${item}.position}}" data-rec="{{${item}.recommendation}}"`;
}

/** The page of an item: of what is drawn at opening that of what is shown then. */
function led({ part }: Style, text: string): string {
  return part?.live && part.item !== undefined
    ? text.replaceAll(`{{${part.item}.url}}`, `{{${part.item}.livePage}}`)
    : text;
}

export function smallOf(block: SmallBlock | PartBlock, style: Style): string {
  const drawn = drawOf(block, style);
  const shown = 'when' in block ? block.when : undefined;
  return shown === undefined ? drawn : `${raw(`{%#if ${shown}%}`)}${drawn}${raw('{%/if%}')}`;
}

function drawOf(block: SmallBlock | PartBlock, style: Style): string {
  switch (block.kind) {
    case 'text':
      return textOf(block, style);
    case 'picture':
      return pictureOf(block, style);
    case 'button':
      return buttonOf(block, style);
    case 'coupon':
      return couponOf(block, style);
    case 'social':
      return socialOf(block, style);
    case 'divider':
      return dividerOf(block, style);
    case 'component':
      return componentOf(block, style);
    case 'mjml':
      return block.mjml;
    case 'beside':
      return besideOf(block, style);
    case 'price':
      return priceOf(block, style);
  }
}

function textOf(block: BlockOf<'text'>, style: Style): string {
  const look = block.look ?? 'body';
  const { light } = style.theme;
  const [name, colour] = look === 'quiet' ? ['bk-quiet', light.quiet] : ['bk-ink', light.ink];
  return `<mj-text css-class="${name}" ${looksOf(style)[look]} color="${colour}" align="${block.align ?? 'left'}">${wordsOf(block.words, style, colour)}</mj-text>`;
}

/** Links of a component look like the words around them: names of items are not underlined. */
function wordsOf(words: Words | undefined, style: Style, colour: string): string {
  const look = style.part ? `text-decoration:none;color:${colour}` : `color:${colour}`;
  return richHtml(led(style, say(words, style)), look, tracked(style));
}

function socialOf(block: BlockOf<'social'>, style: Style): string {
  const { quiet } = style.theme.light;
  const links = block.links.map(
    ({ name, href }) => `<a href="${plainHtml(href)}" style="color:${quiet}">${plainHtml(name)}</a>`,
  );
  return `<mj-text css-class="bk-quiet" ${looksOf(style).quiet} color="${quiet}" align="${block.align ?? 'left'}">${links.join(' &nbsp;·&nbsp; ')}</mj-text>`;
}

function dividerOf(block: BlockOf<'divider'>, { theme }: Style): string {
  const space = block.space ?? 16;
  if (block.line === false) return `<mj-spacer height="${Math.max(1, space)}px" />`;
  return `<mj-divider css-class="bk-rule" border-width="1px" border-color="${theme.light.line}" padding="${Math.floor(space / 2)}px 8px" />`;
}

/** How a picture stands in its place: the box of a square keeps its shape while it loads and when it is blocked. */
function pictureOf(block: BlockOf<'picture'>, style: Style): string {
  const { theme, part } = style;
  const side = part?.inset ?? 8;
  const isSquare = block.shape === 'square';
  const room = (part?.room ?? inner) - 2 * side;
  const [width, height] = isSquare ? [block.width ?? room, block.width ?? room] : [block.width, block.height];
  const size = `${width === undefined ? '' : ` width="${width}"`}${height === undefined ? '' : ` height="${height}"`}`;
  const { tile, ink } = theme.light;
  const form = isSquare
    ? 'display:block;width:100%;height:auto;aspect-ratio:1/1;object-fit:contain'
    : 'display:block;max-width:100%;height:auto';
  const centred = block.align === 'center' ? ';margin:0 auto' : '';
  const image = `<img src="${plainHtml(block.src)}" alt="${plainHtml(say(block.alt, style))}"${size} style="${form};border:0;border-radius:${theme.radius}px;background:${tile};color:${ink};font-size:14px;line-height:20px${centred}">`;
  const pad = part ? `0 ${side}px` : '8px';
  return `<mj-text padding="${pad}" align="${block.align ?? 'left'}">${linked(image, block.href, style)}</mj-text>`;
}

function linked(image: string, href: string | undefined, style: Style): string {
  if (href === undefined) return image;
  const { tile } = style.theme.light;
  const tiled = style.part ? `;background:${tile};border-radius:${style.theme.radius}px` : '';
  return `<a href="${plainHtml(led(style, href))}"${tracked(style)} style="display:block;text-decoration:none${tiled}">${image}</a>`;
}

function buttonOf(block: BlockOf<'button'>, style: Style): string {
  const { light } = style.theme;
  const outline =
    block.look === 'outline'
      ? ` css-class="bk-outline" background-color="${light.raised}" color="${light.ink}" border="1px solid ${light.quiet}"`
      : ' css-class="bk-button"';
  const side = style.part ? ` padding="10px ${style.part.inset}px 8px"` : '';
  return `<mj-button${outline}${side} href="${plainHtml(led(style, block.href))}" align="${block.align ?? 'left'}">${plainHtml(say(block.words, style))}</mj-button>`;
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

/** A small picture, and words beside it. */
function besideOf(block: PartOf<'beside'>, style: Style): string {
  const { theme, part } = style;
  const { light } = theme;
  const width = block.width ?? 88;
  const cell = 'padding:0;vertical-align:middle;border:0';
  const form = `display:block;width:100%;height:auto;aspect-ratio:1/1;object-fit:contain;border:0;border-radius:${theme.radius}px;background:${light.tile};color:${light.ink};font-size:14px;line-height:20px`;
  const image = `<img src="${plainHtml(block.src)}" alt="${plainHtml(say(block.alt, style))}" width="${width}" height="${width}" style="${form}">`;
  const words = wordsOf(block.words, style, light.ink);
  const quiet = wordsOf(block.quiet, style, light.quiet);
  const below =
    quiet === ''
      ? ''
      : `<br><span class="bk-faint" style="color:${light.quiet};font-size:14px;line-height:20px">${quiet}</span>`;
  return `<mj-text css-class="bk-line" padding="8px ${part?.inset ?? 8}px" font-size="16px" line-height="22px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse"><tr>
<td width="${width}" style="${cell};width:${width}px">${linked(image, block.href, style)}</td>
<td style="${cell};padding-left:16px">${words}${below}</td>
</tr></table></mj-text>`;
}

function priceOf(block: PartOf<'price'>, style: Style): string {
  const { quiet } = style.theme.light;
  return `<mj-text css-class="bk-quiet" ${looksOf(style).quiet} color="${quiet}">${priceHtml(block, style)}</mj-text>`;
}

function priceHtml({ item }: PartOf<'price'>, style: Style): string {
  const amount = `{%= formatCurrency(${item}.price, ${item}.currency) %}`;
  const quantity = `{%#if ${item}.quantity > 1%}<span style="white-space:nowrap">{{${item}.quantity}} ×</span> {%/if%}`;
  if (style.part?.live) return `${quantity}${livePrice(item, style)}`;
  return `${quantity}{%#if ${item}.price%}<span style="white-space:nowrap">${amount}</span>{%/if%}`;
}

/** Drawn when the mail is opened; with pictures off its alternative text says what held when the mail was sent. */
function livePrice(item: string, style: Style): string {
  const alt = `{%#if ${item}.price%}{%= formatCurrency(${item}.price, ${item}.currency) %}{%/if%}`;
  const width = Math.min(style.part?.room ?? 268, 268);
  const look = `display:block;width:100%;max-width:${width}px;height:auto;border:0;color:${style.theme.light.quiet};font-size:14px;line-height:20px`;
  return `<a href="{{${item}.livePage}}"${tracked(style)} style="text-decoration:none"><img src="{{${item}.liveImage}}" alt="${alt}" title="${style.phrases.now}" width="${width}" height="${Math.round((width * 72) / 268)}" style="${look}"></a>`;
}

/** A component used as a block of its own; about an item that is not there it says nothing. */
function componentOf(block: BlockOf<'component'>, style: Style): string {
  const component = componentNamed(block.component, style);
  const parameters = parametersOf(component, block.values ?? {}, style);
  const item = parameters.get(itemOf(component) ?? '');
  const drawn = withParameters(partsOf(component, style), parameters, raw);
  return item === undefined ? drawn : `${raw(`{%#if ${item} is not null%}`)}${drawn}${raw('{%/if%}')}`;
}

/** A component as the card of a grid or the line of a cart, whose item goes by the name of its parameter. */
export function cardOf(card: { component: string; values?: BlockOf<'component'>['values'] }, style: Style) {
  const component = componentNamed(card.component, style);
  const item = itemOf(component) ?? 'item';
  const parameters = parametersOf(component, card.values ?? {}, style);
  parameters.delete(item);
  return { item, mjml: withParameters(partsOf(component, style), parameters, raw) };
}

export function parametersOf(
  component: ComponentDocument,
  values: NonNullable<BlockOf<'component'>['values']>,
  style: Pick<Style, 'language' | 'own'>,
): Map<string, string> {
  const { language } = style;
  const own = component.language ?? 'en';
  return bound(component, values, {
    outer: (words) => say(words, style),
    own: (words) => say(words, { language, own }),
  });
}

/** The blocks of a component one below the other, in the words of the component itself. */
function partsOf(component: ComponentDocument, style: Style): string {
  const inside = insideOf(component, style);
  const mjml = component.blocks.map((block) => smallOf(block, inside)).join('\n');
  return expandFragments(mjml, inside);
}

function insideOf(component: ComponentDocument, style: Style): Style {
  const { room = inner, inset = 8, live = false } = style.part ?? {};
  return { ...style, own: component.language ?? 'en', part: { room, inset, live, item: itemOf(component) } };
}

/** A component that is only words, within others. */
function inlineOf(component: ComponentDocument, style: Style): string {
  const inside = insideOf(component, style);
  const [only] = component.blocks as [PartBlock];
  if (only.kind === 'price') return priceHtml(only, inside);
  if (only.kind === 'component') {
    const inner = componentNamed(only.component, style);
    return withParameters(inlineOf(inner, inside), parametersOf(inner, only.values ?? {}, inside));
  }
  const { light } = style.theme;
  return only.kind === 'text' ? expandFragments(wordsOf(only.words, inside, light.ink), inside) : '';
}

export function componentNamed(key: string, { components }: Pick<Style, 'components'>): ComponentDocument {
  const component = components.get(key);
  if (component) return component;
  throw fault(key, `is not a component; there are: ${[...components.keys()].join(', ')}`);
}

/** Puts each component in place of its tag: those of words within words, others as what stands in a column. */
export function expandFragments(source: string, style: Style): string {
  return withTags(source, style, (component, parameters) =>
    isInline(component, style.components)
      ? withParameters(inlineOf(component, style), parameters)
      : withParameters(partsOf(component, style), parameters, raw),
  );
}

const fragmentTag = /\{\{\s*fragment\s+id="([^"]*)"((?:\s+\w+=(?:"[^"]*"|[^\s}"]+))*)\s*\}\}/g;

/** A source with what `draw` makes of each tag of a component. */
export function withTags(
  source: string,
  style: Style,
  draw: (component: ComponentDocument, parameters: Map<string, string>) => string,
): string {
  return source.replace(fragmentTag, (_tag, key: string, given: string) => {
    const component = componentNamed(key, style);
    return draw(component, givenBy(key, given, { component, style }));
  });
}

/** The parameters that a tag gives, as it gives them: they are expressions already. */
function givenBy(
  key: string,
  given: string,
  { component, style }: { component: ComponentDocument; style: Style },
): Map<string, string> {
  const parameters = parametersOf(component, {}, style);
  for (const [, name, value] of given.matchAll(/\s+(\w+)=("[^"]*"|[^\s}"]+)/g)) {
    if (!component.parameters.some((one) => one.name === name)) throw fault(key, `has no parameter "${name}"`);
    parameters.set(name!, value!);
  }
  const missing = component.parameters.find(({ name }) => !parameters.has(name));
  if (missing) throw fault(key, `is used without its parameter "${missing.name}"`);
  return parameters;
}

function fault(key: string, why: string): BeckonError {
  return new BeckonError(errors.MESSAGE_TEMPLATE_FAULT, `The component "${key}" ${why}`, { where: key });
}
