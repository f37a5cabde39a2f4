import type { FastifyReply } from 'fastify';
import { shopTheme, type Theme } from '../message/index.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** As whom pages of this answer look, where a whole family of doors looks alike. */
    face?: { shop: string; theme: Theme } | null;
  }
}

/** A page of a few words, drawn by the server; scripts are not needed and not let in. */
export interface PlainPage {
  status: number;
  title: string;
  /** HTML that is already safe. */
  body: string;
  /** `en` when left out. */
  language?: string;
  /** As whose it looks: the shop's own name and colours; Beckon's when left out. */
  face?: { shop: string; theme: Theme } | undefined;
  /** More rules of style. */
  style?: string;
  /** What the page tells others of where it stands; nothing when left out. */
  referrer?: 'same-origin';
}

/** Colours of a theme as variables; in dark mode those of dark mode. */
function coloursOf({ light, dark, font, radius }: Theme): string {
  const variables = (of: Theme['dark'], harm: string) =>
    `--paper:${of.paper};--raised:${of.raised};--ink:${of.ink};--quiet:${of.quiet};--line:${of.line};--signal:${of.button};--on:${of.buttonInk};--harm:${harm}`;
  return `:root{color-scheme:light dark;${variables(light, '#B91C1C')};--font:${font};--radius:${radius}px}
@media(prefers-color-scheme:dark){:root{${variables(dark, '#F87171')}}}`;
}

const style = `*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 var(--font);display:grid;place-items:center;min-height:100vh;padding:16px}
main{max-width:32rem;width:100%;background:var(--raised);border:1px solid var(--line);border-radius:var(--radius);padding:32px}
.brand{margin:0 0 24px;color:var(--ink);font-size:16px;font-weight:600}.brand img{display:block;max-width:100%;height:auto}
h1{font-size:20px;font-weight:600;line-height:1.3;margin:0 0 12px;overflow-wrap:anywhere}p{margin:0 0 16px;color:var(--quiet);overflow-wrap:anywhere}p:last-child{margin:0}
button{font:inherit;font-weight:600;color:var(--on);background:var(--signal);border:1px solid var(--signal);border-radius:var(--radius);padding:8px 20px;min-height:44px;cursor:pointer}
button.plain{color:var(--ink);background:transparent;border-color:var(--quiet);font-weight:400}
form+form,form+p,form+p:last-child{margin-top:16px}
button:focus-visible,a:focus-visible{outline:2px solid var(--ink);outline-offset:3px}a{color:var(--ink)}
@media(max-width:30rem){main{padding:24px 20px}}`;

/** A logo is the only thing that comes from elsewhere. */
function policyOf({ logo }: Theme): string {
  const pictures = logo && URL.canParse(logo.src) ? `img-src ${new URL(logo.src).origin}; ` : '';
  return `default-src 'none'; ${pictures}style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
}

function headOf({ logo }: Theme, brand: string | undefined): string {
  if (logo)
    return `<p class="brand"><img src="${escapeHtml(logo.src)}" alt="${escapeHtml(logo.alt)}" width="${logo.width}" height="${logo.height}"></p>`;
  return brand === undefined ? '' : `<p class="brand">${escapeHtml(brand)}</p>`;
}

/** Text made safe for HTML, attributes included. */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[character]!);
}

/** Sends a plain page: light and dark, readable at any width, without scripts and without cookies. */
export function sendPage(reply: FastifyReply, page: PlainPage): FastifyReply {
  const title = escapeHtml(page.title);
  const { language = 'en', style: more = '', referrer = 'no-referrer' } = page;
  const face = page.face ?? reply.face;
  const theme = face?.theme ?? shopTheme;
  const html = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${coloursOf(theme)}
${style}${more}</style></head><body><main>${headOf(theme, face?.shop)}<h1>${title}</h1>${page.body}</main></body></html>`;
  return reply
    .code(page.status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policyOf(theme),
      'cache-control': 'no-store',
      'referrer-policy': referrer,
    })
    .send(html);
}
