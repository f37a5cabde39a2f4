import type { FastifyReply } from 'fastify';

/** A page of a few words, drawn by the server; scripts are not needed and not let in. */
export interface PlainPage {
  status: number;
  title: string;
  /** HTML that is already safe. */
  body: string;
  /** `en` when left out. */
  language?: string;
  /** More rules of style. */
  style?: string;
  /** What the page tells others of where it stands; nothing when left out. */
  referrer?: 'same-origin';
}

const style = `:root{color-scheme:light dark;--paper:#FBFAF7;--raised:#FFFFFF;--ink:#1B1C1F;--quiet:#5F6368;--line:#E5E2DB;--signal:#C2410C;--harm:#B91C1C;--on:#FFFFFF}
@media(prefers-color-scheme:dark){:root{--paper:#141517;--raised:#1C1D20;--ink:#ECECEA;--quiet:#A3A6AB;--line:#2E3035;--signal:#FB923C;--harm:#F87171;--on:#141517}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 Inter,system-ui,sans-serif;display:grid;place-items:center;min-height:100vh;padding:16px}
main{max-width:32rem;width:100%;background:var(--raised);border:1px solid var(--line);border-radius:8px;padding:32px}
h1{font-size:20px;font-weight:600;line-height:1.3;margin:0 0 12px}p{margin:0 0 16px;color:var(--quiet)}p:last-child{margin:0}
button{font:inherit;font-weight:600;color:var(--on);background:var(--signal);border:0;border-radius:8px;padding:8px 20px;min-height:44px;cursor:pointer}
button:focus-visible,a:focus-visible{outline:2px solid var(--signal);outline-offset:3px}a{color:var(--signal)}`;

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Text made safe for HTML, attributes included. */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[character]!);
}

/** Sends a plain page: light and dark, readable at any width, without scripts and without cookies. */
export function sendPage(reply: FastifyReply, page: PlainPage): FastifyReply {
  const title = escapeHtml(page.title);
  const { language = 'en', style: more = '', referrer = 'no-referrer' } = page;
  const html = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${style}${more}</style></head><body><main><h1>${title}</h1>${page.body}</main></body></html>`;
  return reply
    .code(page.status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'referrer-policy': referrer,
    })
    .send(html);
}
