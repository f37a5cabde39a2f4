import { errors, shown } from './error.ts';
import type { Run } from './run.ts';

/**
 * The escaping table: one function for each place a value may stand in (trust.md §3.2). All take plain text and
 * give text that cannot leave its place.
 */
const htmlTable: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
// With the control characters, that neither HTML nor mail has a use for; tab and line ends stay.
const htmlSpecial = /[&<>"']|(?![\t\n\r])\p{Cc}/gu;
const plainForbidden = /(?![\t\n\r])\p{Cc}/gu;
const headerForbidden = /[\p{Cc}\u2028\u2029]/u;
const bidiControls = /[\u202a-\u202e\u2066-\u2069]/g;
// Kept in an address: unreserved, reserved and `%` (RFC 3986), without quotes and brackets that would end a CSS url().
const addressForbidden = /[^A-Za-z0-9\-._~:/?#[\]@!$&*+,;=%]+/gu;
const addressIgnored = /\p{Cc}/gu;
const cssForbidden = /[^A-Za-z0-9 #.,%_-]/gu;
const allowedSchemes = new Set(['http', 'https', 'mailto', 'tel']);
const namedReferences: Record<string, string> = { colon: ':', tab: '\t', newline: '\n', amp: '&' };

/** Between tags, and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.search(htmlSpecial) < 0 ? text : text.replace(htmlSpecial, (char) => htmlTable[char] ?? '');
}

/** Plain text: only the characters no mail may carry go. */
export function dropControls(text: string): string {
  return text.replace(plainForbidden, '');
}

/** A whole address or its path: what cannot stand in an address is percent-encoded, the rest stays. */
export function escapeAddress(text: string): string {
  const whole = text
    .trim()
    .replace(addressIgnored, '')
    .replace(/%(?![0-9A-Fa-f]{2})/g, '%25');
  return escapeHtml(whole.replace(addressForbidden, percentEncode));
}

/** A value in the query or fragment of an address: everything with a meaning there is percent-encoded. */
export function escapeQuery(text: string): string {
  return percentEncode(text);
}

/** RFC 3986: all but letters, digits and `-._~`. */
export function percentEncode(text: string): string {
  const encoded = encodeURIComponent(wellFormed(text));
  return encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Replaces half surrogate pairs, which no encoding can carry. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** A value in a style declaration: only colours, lengths, names and lists of them keep their meaning. */
export function escapeCss(text: string): string {
  return text.replace(cssForbidden, (char) => `\\${char.codePointAt(0)!.toString(16)} `);
}

/** Inside a JSON string, without its quotes; `<` and the line separators too, so that it may stand in a page. */
export function escapeJson(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1);
  return inner.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A header: overrides of the direction are dropped, control characters are refused (trust M10, rows 1, 2, 5). */
export function escapeHeader(run: Run, text: string): string {
  if (headerForbidden.test(text)) {
    throw run.error(errors.RENDER_HEADER, `${shown(text)} has a line break or control character`);
  }
  return text.replace(bidiControls, '');
}

/** Offset of the first character a header may not have, or -1. */
export function headerFault(text: string): number {
  return text.search(headerForbidden);
}

/** Judges a finished attribute of addresses: `href`, `src` one, `srcset` several. Throws when a scheme is not allowed. */
export function checkAddress(run: Run, written: string, several: boolean): void {
  const text = decodeReferences(written);
  for (const address of several ? text.split(',') : [text]) {
    const scheme = schemeOf(address);
    if (scheme !== null && !allowedSchemes.has(scheme)) {
      throw run.error(errors.RENDER_ADDRESS, `the address ${shown(address.trim())} begins with ${scheme}:`);
    }
  }
}

/** What stands before the first colon, if it can be a scheme. Whatever is not exactly an allowed one is refused. */
function schemeOf(address: string): string | null {
  return /^([^/?#:]*):/.exec(address.trim())?.[1]?.toLowerCase() ?? null;
}

function decodeReferences(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]+));?/g, (whole, dec, hex, name) => {
    if (name !== undefined) return namedReferences[String(name).toLowerCase()] ?? whole;
    const code = dec === undefined ? Number.parseInt(hex, 16) : Number(dec);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
