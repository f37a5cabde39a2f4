import { htmlNames } from './xml-stream.ts';

/** How a source writes numbers: the sign before the cents. */
export type DecimalSign = '.' | ',';

/** What a source said about money; `amount` is a text as it was when it is no number. */
export interface MoneyRead {
  amount: number | string;
  currency: string | null;
}

/** Only signs that mean one currency; `$` and `kr` mean several. */
const signs: Readonly<Record<string, string | null>> = { '€': 'EUR', '£': 'GBP', '¥': 'JPY', zł: 'PLN', '₹': 'INR' };
const moneyForm =
  /^(?:([A-Za-z]{3})\b|([^\d\s.,+-]{1,3}))?\s*(-?\d[\d.,\s'\u00a0\u202f]*?)\s*(?:([A-Za-z]{3})|([^\d\s.,]{1,3}))?$/u;

/**
 * `1299.00 SEK`, `EUR 15.99`, `€15,99` with the sign `,`. What could be read in two ways is not read: the text comes
 * back for the catalogue to refuse (recommendations CAT-5). Pure.
 */
export function moneyOf(value: unknown, decimal: DecimalSign): MoneyRead {
  if (typeof value === 'number') return { amount: value, currency: null };
  const text = textOf(value);
  const found = moneyForm.exec(text.slice(0, 60).trim());
  if (!found || text.length > 60) return { amount: text, currency: null };
  const [, before, signBefore, digits, after, signAfter] = found;
  const code = (before ?? after)?.toUpperCase() ?? null;
  const sign = signBefore ?? signAfter;
  const amount = numberOf(digits!, decimal);
  return { amount: amount ?? text, currency: code ?? (sign === undefined ? null : (signs[sign] ?? null)) };
}

/** A number as people write it; null where the signs allow two readings. Pure. */
export function numberOf(given: string, decimal: DecimalSign): number | null {
  const text = given.replace(/[\s'\u00a0\u202f]/g, '');
  if (/^-?\d+$/.test(text)) return Number(text);
  if (decimal === '.') {
    if (/^-?\d+\.\d+$/.test(text)) return Number(text);
    return /^-?\d{1,3}(,\d{3})+\.\d+$/.test(text) ? Number(text.replaceAll(',', '')) : null;
  }
  if (/^-?\d+,\d+$/.test(text)) return Number(text.replace(',', '.'));
  if (/^-?\d{1,3}(\.\d{3})+(,\d+)?$/.test(text)) return Number(text.replaceAll('.', '').replace(',', '.'));
  return /^-?\d+\.(\d{1,2}|\d{4,})$/.test(text) ? Number(text) : null;
}

const inWords = new Set(
  (
    'in_stock instock available true yes ja 1 limited_availability limitedavailability preorder pre_order presale ' +
    'backorder back_order available_for_order online_only onlineonly in_store_only instoreonly i_lager auf_lager ' +
    'verfügbar lieferbar finns_i_lager'
  ).split(' '),
);
const outWords = new Set(
  (
    'out_of_stock outofstock sold_out soldout discontinued unavailable not_available false no nej nein 0 slut ' +
    'slutsåld ej_i_lager ausverkauft nicht_verfügbar nicht_auf_lager'
  ).split(' '),
);

/**
 * What words say of the stock: `out` is none, `in` is some without a number, a number is itself; undefined when they say
 * nothing that is known. Pure.
 */
export function availabilityOf(value: unknown): 'in' | 'out' | number | undefined {
  if (typeof value === 'boolean') return value ? 'in' : 'out';
  const word = textOf(value)
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\/schema\.org\//, '')
    .replace(/[\s-]+/g, '_');
  if (inWords.has(word)) return 'in';
  if (outWords.has(word)) return 'out';
  return /^\d{1,9}$/.test(word) ? Number(word) : undefined;
}

/** Is `now` in a period such as `2026-11-20T00:00+0100/2026-11-30T23:59+0100`? What is no period holds always. Pure. */
export function inPeriod(value: unknown, now: number): boolean {
  const [from, until] = textOf(value).split('/');
  const start = momentOf(from);
  const end = momentOf(until);
  return (start === null || now >= start) && (end === null || now < end);
}

function momentOf(text: string | undefined): number | null {
  const at = Date.parse((text ?? '').trim().replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isFinite(at) ? at : null;
}

/** Values as lists of categories: paths such as `Home > Women > Coats`, JSON arrays, or comma lists. Pure. */
export function categoriesIn(value: unknown, separator: string | null): string[] {
  // A list has been taken apart already, but for paths within it: a comma belongs to the name.
  if (Array.isArray(value)) return (value as unknown[]).flatMap((one) => parts(textOf(one), separator ?? '>'));
  const text = textOf(value).trim();
  if (separator !== null) return parts(text, separator);
  const list = listIn(text);
  if (Array.isArray(list)) return list.flatMap((one) => parts(textOf(one), '>'));
  const plain = text.includes('&gt;') ? text.replaceAll('&gt;', '>') : text;
  if (plain.includes('>')) return parts(plain, '>');
  return parts(plain, plain.includes('|') ? '|' : ',');
}

function parts(text: string, separator: string): string[] {
  if (!text.includes(separator)) {
    const only = plainText(text.trim());
    return only === '' ? [] : [only];
  }
  return text
    .split(separator)
    .map((part) => plainText(part.trim()))
    .filter((part) => part !== '');
}

/** A JSON array if the cell is one, otherwise the text itself: numbers stay texts, `007` must not become 7. */
export function listIn(cell: string): unknown {
  if (!cell.startsWith('[')) return cell;
  try {
    const list: unknown = JSON.parse(cell);
    return Array.isArray(list) ? list : cell;
  } catch {
    return cell;
  }
}

/** A value as text; the first of several; what is no text is empty. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) && value.length > 0 ? textOf(value[0]) : '';
}

const breaks = new Set(['p', 'br', 'li', 'div', 'tr', 'td', 'ul', 'ol', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table']);

/** A text without HTML (trust.md §3.2): tags and comments are taken out, named characters become themselves. Pure. */
export function plainText(text: string): string {
  if (!text.includes('<') && !text.includes('&')) return text;
  const kept: string[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const close = open === -1 ? -1 : text.indexOf('>', open);
    if (open === -1 || close === -1) break;
    const tag = /^<[/!]?([a-z][a-z0-9]*|--)/i.exec(text.slice(open, open + 20))?.[1]?.toLowerCase();
    kept.push(text.slice(at, tag === undefined ? open + 1 : open));
    at = tag === undefined ? open + 1 : close + 1;
    if (tag !== undefined && breaks.has(tag)) kept.push(' ');
    if (tag === '--') at = after(text, '-->', open);
    else if ((tag === 'script' || tag === 'style') && text[open + 1] !== '/') at = after(text, `</${tag}>`, open);
  }
  kept.push(text.slice(at));
  return withoutNames(kept.join(''))
    .replace(/[ \t\u00a0]+/g, ' ')
    .trim();
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at === -1 ? text.length : at + end.length;
}

const basicNames: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function withoutNames(text: string): string {
  return text.replace(/&(#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z0-9]{1,7});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return basicNames[name] ?? (Object.hasOwn(htmlNames, name) ? htmlNames[name]! : whole);
    const code = name[1] === 'x' || name[1] === 'X' ? parseInt(name.slice(2), 16) : Number(name.slice(1));
    const isText = code >= 32 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isText ? String.fromCodePoint(code) : ' ';
  });
}
