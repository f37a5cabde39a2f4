import { BeckonError, elapsed } from '../base/index.ts';
import type { Item } from '../catalog/index.ts';
import type { RenderOptions } from '../language/index.ts';
import type { ProfileView } from '../profile/index.ts';
import { piecesFor, type CompiledTemplate } from './compiled.ts';
import { errors } from './error.ts';
import { freshContext, valueAt, type FreshContext, type FreshOptions } from './fresh.ts';
import { liveAddresses } from './live.ts';
import { linkToken, wrapLinks } from './link.ts';
import type { StoredLink } from './message.ts';
import { withCriteria } from './shown.ts';

/** Sizes of the final HTML with its links wrapped (trust §1.10): Gmail cuts at 102 KB and hides the footer. */
export const sizeLimits = { warn: 80 * 1024, refuse: 100 * 1024 };

/** How long one text of a mail may take to be made, real milliseconds (trust §3.2). */
const longestRenderMs = 2000;

/** What stands around a mail and is the same for all of them. */
export interface RenderSetting {
  shop: { name: string; url: string };
  publicUrl: string;
  postalAddress: string;
  /** Hosts that links may lead to. */
  hosts: ReadonlySet<string>;
  linkKey: Uint8Array;
  /** For readers whose language nobody knows; absent: the template’s own. */
  language?: string | null;
  item(id: string): Item | undefined;
}

export interface RenderInput {
  template: CompiledTemplate;
  messageId: string;
  context: Record<string, unknown>;
  profile: ProfileView;
  /** Business time, UTC ms. */
  now: number;
  timeZone: string;
  /** With the picture that tells of the opening. */
  opens?: boolean;
  /** Codes of coupons by the name they are printed under; of a block whose pool has none it is absent. */
  codes?: Readonly<Record<string, string>>;
  /** The context with its items read already (`contextFor`). */
  fresh?: FreshContext;
  /** Links of the mail that was sent, for showing it again: only these are counted. */
  sent?: readonly StoredLink[];
}

export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
  links: StoredLink[];
  unsubscribeUrl: string;
  /** Bytes of the HTML. */
  size: number;
  /** In which of the template's languages it is. */
  language: string;
}

/** Either a mail, or why there is none: nothing to show is a skip, a fault is a failure. */
export type Rendering = { mail: RenderedMail } | { skip: string } | { failed: string };

/** Renders a mail for one person. Never throws: a fault of template, value, link or size holds the mail (trust §0 12). */
export function renderMail(input: RenderInput, setting: RenderSetting): Rendering {
  try {
    return render(input, setting);
  } catch (error) {
    const known = error instanceof BeckonError ? `${error.code}: ${error.message}` : (error as Error).message;
    return { failed: error instanceof BeckonError && error.where ? `${known} (${error.where})` : known };
  }
}

function render(input: RenderInput, setting: RenderSetting): Rendering {
  const { template, profile, messageId } = input;
  const { language, pieces } = piecesFor(template, languageFor(input, setting));
  const { context, items } = input.fresh ?? freshContext(input.context, freshOptions(input, setting, language));
  const ways = waysOut(messageId, setting);
  const postalAddress = template.address ?? setting.postalAddress;
  const coupon = couponsOf(context['coupon'], input);
  const scope = { profile, context, coupon, shop: setting.shop, message: { ...ways, postalAddress } };
  const lacking = lackingItems(template, scope, items);
  if (lacking) return { skip: 'no items' };
  if (postalAddress.trim() === '' && pieces.html.paths.includes('message.postalAddress')) {
    throw new BeckonError(
      errors.MESSAGE_VALUE_MISSING,
      'No postal address is set, which the footer of every mail must show',
    );
  }
  const options = optionsOf(input, language);
  const subject = pieces.subject.render(scope, options).trim();
  if (subject === '') throw new BeckonError(errors.MESSAGE_VALUE_MISSING, 'The subject came out empty');
  const { html: wrapped, links } = wrapLinks(pieces.html.render(scope, options), {
    hosts: template.hosts.length === 0 ? setting.hosts : new Set([...setting.hosts, ...template.hosts]),
    keep: new Set(Object.values(ways)),
    address: (index, to) => clickAddress(input, setting, { index, to }),
  });
  const html = input.opens ? withPixel(wrapped, messageId, setting) : wrapped;
  const text = pieces.text.render(scope, options);
  const size = Buffer.byteLength(html);
  if (size > sizeLimits.refuse) {
    throw new BeckonError(errors.MESSAGE_TOO_LARGE, `size: the HTML has ${size} bytes, over ${sizeLimits.refuse}`);
  }
  // Of a mail shown again, or as a proof, no link is new.
  const counted = input.sent === undefined ? withCriteria(links, context) : [...input.sent];
  return { mail: { subject, html, text, links: counted, unsubscribeUrl: ways.unsubscribeUrl, size, language } };
}

/**
 * The context with its items as they are now. What is drawn when a mail is opened hangs on the reader's language as well,
 * which the gate "in stock" does not know.
 */
export function contextFor(
  input: Pick<RenderInput, 'template' | 'profile' | 'context' | 'now'>,
  setting: RenderSetting,
): FreshContext {
  const { language } = piecesFor(input.template, languageFor(input, setting));
  return freshContext(input.context, freshOptions(input, setting, language));
}

function languageFor({ profile, context }: Pick<RenderInput, 'profile' | 'context'>, setting: RenderSetting) {
  return profile.language ?? languageIn(context) ?? setting.language ?? null;
}

/** Numbers and dates as the reader's own region writes them, if the mail is in that language at all. */
function optionsOf({ profile, now, timeZone }: RenderInput, language: string): RenderOptions {
  const own = profile.language;
  const locale = own?.split(/[-_]/)[0] === language.split('-')[0] ? own! : language;
  // Steps end an attack long before; the clock ends what they do not count.
  return { now, timeZone, locale, clock: elapsed, limits: { time: longestRenderMs } };
}

/** What the journey has gathered, and codes of pools over it; a block whose pool has none shows nothing. */
function couponsOf(gathered: unknown, { template, codes = {} }: RenderInput): Record<string, unknown> {
  const none = Object.fromEntries((template.pools ?? []).map(({ name }) => [name, '']));
  return { ...none, ...(gathered as Record<string, unknown> | undefined), ...codes };
}

function languageIn(context: Record<string, unknown>): string | null {
  const language = context['language'];
  return typeof language === 'string' ? language : null;
}

function freshOptions(
  input: Pick<RenderInput, 'template' | 'now'>,
  setting: RenderSetting,
  language: string,
): FreshOptions {
  const { linkKey, publicUrl } = setting;
  const plain: FreshOptions = { get: setting.item, publicUrl };
  if (!input.template.live) return plain;
  return {
    ...plain,
    live: (item, spares) => liveAddresses({ item, spares, language, from: input.now }, { linkKey, publicUrl }),
  };
}

/** Where a link of the mail leads by way of us; of a mail shown again, what was not in it leads there directly. */
function clickAddress(
  { messageId, sent }: RenderInput,
  { publicUrl, linkKey }: RenderSetting,
  { index, to }: { index: number; to: string },
): string {
  const place = sent === undefined ? index : sent.findIndex((link) => link.to === to);
  if (place < 0) return to.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `${publicUrl}/c/${linkToken(linkKey, 'c', { message: messageId, index: place, to })}`;
}

function withPixel(html: string, messageId: string, setting: RenderSetting): string {
  const token = linkToken(setting.linkKey, 'p', { message: messageId, index: 0, to: '' });
  const pixel = `<img src="${setting.publicUrl}/p/${token}" width="1" height="1" alt="">`;
  return html.replace(/<\/body>(?![\s\S]*<\/body>)/i, () => `${pixel}</body>`);
}

/** Links of a mail that lead to ourselves: they are signed, and never counted as clicks. */
function waysOut(messageId: string, setting: RenderSetting) {
  const unsubscribeUrl = unsubscribeLink(messageId, setting);
  return {
    unsubscribeUrl,
    preferencesUrl: `${unsubscribeUrl}/choices`,
    mirrorUrl: mirrorLink(messageId, setting),
    confirmUrl: confirmLink(messageId, setting),
  };
}

/** True when a list the template lives by is empty; throws MESSAGE_VALUE_MISSING when a value is not there at all. */
function lackingItems(template: CompiledTemplate, scope: Record<string, unknown>, items: number): boolean {
  for (const path of template.requires) {
    const value = valueAt(scope, path);
    if (Array.isArray(value) && value.length === 0) return true;
    if (value === undefined || value === null || value === '') {
      throw new BeckonError(
        errors.MESSAGE_VALUE_MISSING,
        `The template "${template.key}" needs ${path}, which has no value`,
      );
    }
  }
  return template.showsItems && items === 0;
}

/** The address of the one-click door for this message. */
export function unsubscribeLink(messageId: string, setting: Pick<RenderSetting, 'publicUrl' | 'linkKey'>): string {
  return `${setting.publicUrl}/u/${linkToken(setting.linkKey, 'u', { message: messageId, index: 0, to: '' })}`;
}

/** The address at which the same mail can be read in a browser. */
export function mirrorLink(messageId: string, setting: Pick<RenderSetting, 'publicUrl' | 'linkKey'>): string {
  return `${setting.publicUrl}/m/${linkToken(setting.linkKey, 'm', { message: messageId, index: 0, to: '' })}`;
}

/** The address at which the reader of this message confirms what was asked in their name. */
export function confirmLink(messageId: string, setting: Pick<RenderSetting, 'publicUrl' | 'linkKey'>): string {
  return `${setting.publicUrl}/o/${linkToken(setting.linkKey, 'o', { message: messageId, index: 0, to: '' })}`;
}

/**
 * The gate "in stock", before rendering: does anything of what the mail must show remain in the catalogue? A value that
 * is not there at all is left to rendering, which names it. @returns the context as it is now, or null: nothing remains
 */
export function inStock(input: Pick<RenderInput, 'template' | 'context'>, setting: RenderSetting): FreshContext | null {
  const fresh = freshContext(input.context, { get: setting.item, publicUrl: setting.publicUrl });
  const needed = input.template.requires.map((path) => valueAt({ context: fresh.context }, path));
  if (needed.some((value) => Array.isArray(value) && value.length === 0)) return null;
  const complete = needed.every((value) => value !== undefined && value !== null);
  return complete && input.template.showsItems && fresh.items === 0 ? null : fresh;
}
