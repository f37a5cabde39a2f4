import { errors, shown } from './error.ts';
import type { Run } from './run.ts';

/**
 * The escaping table: one row for each kind of place a value may stand in (trust.md §3.2). The text that a row lets
 * through cannot leave its place. `output.ts` reads a text once, looks each character up here and writes its bytes.
 */
export interface Escaping {
  /** For each code below 128 what is written in its place; null: the character itself, nothing in it: it is dropped. */
  readonly ascii: (Uint8Array | null)[];
  /** The same for code points from 128, in plain ASCII; half surrogate pairs that stay are written as U+FFFD. */
  beyond: (code: number) => string | null;
  /** Finds whatever must not be written as it is; long texts without it are copied whole. */
  special: RegExp;
}

/** Kinds of places, as the table names them. */
export type EscapingName = 'html' | 'address' | 'query' | 'css' | 'header' | 'json' | 'jsonValue' | 'text';

const allowedSchemes = new Set(['http', 'https', 'mailto', 'tel']);
const namedReferences: Record<string, string> = { colon: ':', tab: '\t', newline: '\n', amp: '&' };
const headerForbidden = /[\p{Cc}\u2028\u2029]/u;

const layout = '\t\n\r';
const htmlReferences: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const jsonLetters: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const unreserved = /[A-Za-z0-9\-._~]/;
// Kept in an address: unreserved, reserved and `%` (RFC 3986), without quotes and brackets that would end a CSS url().
const ofAddress = /[A-Za-z0-9\-._~:/?#[\]@!$*+,;=%]/;
const ofCss = /[A-Za-z0-9 #.,%_-]/;

/** The rows. Tests change each entry in turn and must notice (escape-table.test.ts). */
export const escapings: Record<EscapingName, Escaping> = {
  // Between tags and in quoted attributes; control characters, that neither HTML nor mail has a use for, go.
  html: escaping((char) => htmlReferences[char] ?? withoutControl(char), dropC1),
  // A whole address or its path: what cannot stand in an address is percent-encoded, the rest keeps its meaning.
  address: escaping(
    (char) => (char === '&' ? '&amp;' : ofAddress.test(char) ? null : isControl(char) ? '' : percentOf(char)),
    (code) => dropC1(code) ?? percentOf(code),
  ),
  // A value in the query or fragment of an address: everything with a meaning there is percent-encoded.
  query: escaping((char) => (unreserved.test(char) ? null : percentOf(char)), percentOf),
  // A value in a style declaration: only colours, lengths, names and lists of them keep their meaning.
  css: escaping((char) => (ofCss.test(char) ? null : cssOf(char.charCodeAt(0))), cssOf),
  // A header: control characters were refused before; overrides of the direction are dropped (trust M10, row 5).
  header: escaping(
    () => null,
    (code) => ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ? '' : null),
  ),
  // Inside a JSON string, without its quotes; `<` and the line separators too, so that it may stand in a page.
  json: escaping(
    (char) => jsonLetters[char] ?? (char < ' ' || '<>&'.includes(char) ? unicodeOf(char.charCodeAt(0)) : null),
    jsonBeyond,
  ),
  // Finished JSON: these can only stand within its strings.
  jsonValue: escaping((char) => ('<>&'.includes(char) ? unicodeOf(char.charCodeAt(0)) : null), jsonBeyond),
  // Plain text: only the characters no mail may carry go.
  text: escaping(withoutControl, dropC1),
};

/** A row; its pattern follows from its entries. */
function escaping(ascii: (char: string) => string | null, beyond: Escaping['beyond']): Escaping {
  const texts = Array.from({ length: 128 }, (_, code) => ascii(String.fromCharCode(code)));
  const changed = texts.flatMap((text, code) => (text === null ? [] : [unicodeOf(code)]));
  const wide =
    beyond(0xe9) !== null ? '\\u0080-\\uffff' : '\\u0080-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff';
  return {
    ascii: texts.map((text) => (text === null ? null : Buffer.from(text, 'latin1'))),
    beyond,
    special: new RegExp(`[${changed.join('')}${wide}]`),
  };
}

function isControl(char: string): boolean {
  return char < ' ' || char === '\x7f';
}

function withoutControl(char: string): string | null {
  return isControl(char) && !layout.includes(char) ? '' : null;
}

function dropC1(code: number): string | null {
  return code < 0xa0 ? '' : null;
}

function jsonBeyond(code: number): string | null {
  return code === 0x2028 || code === 0x2029 || (code >= 0xd800 && code <= 0xdfff) ? unicodeOf(code) : null;
}

function unicodeOf(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

function cssOf(code: number): string {
  return `\\${code.toString(16)} `;
}

function percentOf(char: string | number): string {
  return percentEncode(typeof char === 'string' ? char : String.fromCodePoint(char));
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

/** An address as people paste it: without white space around it, and lone percent signs are mended. */
export function tidyAddress(text: string): string {
  const trimmed = text.trim();
  return trimmed.includes('%') ? trimmed.replace(/%(?![0-9A-Fa-f]{2})/g, '%25') : trimmed;
}

/** Refuses line breaks and control characters in a header (trust M10, rows 1, 2). */
export function checkHeader(run: Run, text: string): void {
  if (headerForbidden.test(text)) {
    throw run.error(errors.RENDER_HEADER, `${shown(text)} has a line break or control character`);
  }
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
