import { BeckonError, elapsed } from '../base/index.ts';
import type { Item } from '../catalog/index.ts';
import type { RenderOptions } from '../language/index.ts';
import type { ProfileView } from '../profile/index.ts';
import type { CompiledTemplate } from './compile.ts';
import { errors } from './error.ts';
import { freshContext, valueAt } from './fresh.ts';
import { linkToken, wrapLinks } from './link.ts';
import type { StoredLink } from './message.ts';

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
}

export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
  links: StoredLink[];
  unsubscribeUrl: string;
  /** Bytes of the HTML. */
  size: number;
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
  const { context, items } = freshContext(input.context, { get: setting.item, publicUrl: setting.publicUrl });
  const unsubscribeUrl = unsubscribeLink(messageId, setting);
  const confirmUrl = confirmLink(messageId, setting);
  const scope = {
    profile,
    context,
    shop: setting.shop,
    message: { unsubscribeUrl, confirmUrl, postalAddress: setting.postalAddress },
  };
  const lacking = lackingItems(template, scope, items);
  if (lacking) return { skip: 'no items' };
  if (setting.postalAddress.trim() === '' && template.html.paths.includes('message.postalAddress')) {
    throw new BeckonError(
      errors.MESSAGE_VALUE_MISSING,
      'No postal address is set, which the footer of every mail must show',
    );
  }
  const { now, timeZone } = input;
  // Steps end an attack long before; the clock ends what they do not count.
  const bounds = { clock: elapsed, limits: { time: longestRenderMs } };
  const options: RenderOptions = { now, timeZone, locale: profile.language ?? 'en', ...bounds };
  const subject = template.subject.render(scope, options).trim();
  if (subject === '') throw new BeckonError(errors.MESSAGE_VALUE_MISSING, 'The subject came out empty');
  const { html: wrapped, links } = wrapLinks(template.html.render(scope, options), {
    hosts: setting.hosts,
    keep: new Set([unsubscribeUrl, confirmUrl]),
    address: (index, to) =>
      `${setting.publicUrl}/c/${linkToken(setting.linkKey, 'c', { message: messageId, index, to })}`,
  });
  const pixel = `<img src="${setting.publicUrl}/p/${linkToken(setting.linkKey, 'p', { message: messageId, index: 0, to: '' })}" width="1" height="1" alt="">`;
  const html = input.opens ? wrapped.replace(/<\/body>(?![\s\S]*<\/body>)/i, () => `${pixel}</body>`) : wrapped;
  const text = template.text.render(scope, options);
  const size = Buffer.byteLength(html);
  if (size > sizeLimits.refuse) {
    throw new BeckonError(errors.MESSAGE_TOO_LARGE, `size: the HTML has ${size} bytes, over ${sizeLimits.refuse}`);
  }
  return { mail: { subject, html, text, links, unsubscribeUrl, size } };
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

/** The address at which the reader of this message confirms what was asked in their name. */
export function confirmLink(messageId: string, setting: Pick<RenderSetting, 'publicUrl' | 'linkKey'>): string {
  return `${setting.publicUrl}/o/${linkToken(setting.linkKey, 'o', { message: messageId, index: 0, to: '' })}`;
}

/**
 * The gate "in stock", before rendering: does anything of what the mail must show remain in the catalogue? A value that
 * is not there at all is left to rendering, which names it.
 */
export function hasItems(input: Pick<RenderInput, 'template' | 'context'>, setting: RenderSetting): boolean {
  const { context, items } = freshContext(input.context, { get: setting.item, publicUrl: setting.publicUrl });
  const needed = input.template.requires.map((path) => valueAt({ context }, path));
  if (needed.some((value) => Array.isArray(value) && value.length === 0)) return false;
  const complete = needed.every((value) => value !== undefined && value !== null);
  return !(complete && input.template.showsItems && items === 0);
}
