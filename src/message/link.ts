import { BeckonError, hmac, sameText } from '../base/index.ts';
import { errors } from './error.ts';
import type { StoredLink } from './message.ts';

/**
 * Links of mails are capability tokens, never `?url=` redirects (trust §3.3): `v1.<kid>.<payload>.<mac>`. The payload
 * holds the message's id and the link's number; the destination is stored with the message and covered by the mac.
 */
export type LinkPurpose = 'c' | 'u' | 'o' | 'p' | 'm';

/** The mac's text; published with its vector (trust §6.11). */
export function linkMac(
  key: Uint8Array,
  purpose: LinkPurpose,
  link: { message: string; index: number; to: string },
): string {
  return hmac(key, `v1|${purpose}|${link.message}|${link.index}|${link.to}`);
}

const keyId = '1';

/** The token of one link. `message` is a UUID, `index` 0–65535. */
export function linkToken(
  key: Uint8Array,
  purpose: LinkPurpose,
  link: { message: string; index: number; to: string },
): string {
  const payload = Buffer.alloc(18);
  Buffer.from(link.message.replaceAll('-', ''), 'hex').copy(payload);
  payload.writeUInt16BE(link.index, 16);
  return `v1.${keyId}.${payload.toString('base64url')}.${linkMac(key, purpose, link)}`;
}

/** What a token claims to be, before its mac is checked; null when it cannot be one. */
export function readToken(token: string): { message: string; index: number; mac: string } | null {
  const found = /^v1\.1\.([A-Za-z0-9_-]{24})\.([A-Za-z0-9_-]{43})$/.exec(token);
  if (!found) return null;
  const payload = Buffer.from(found[1]!, 'base64url');
  const hex = payload.toString('hex', 0, 16);
  const message = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { message, index: payload.readUInt16BE(16), mac: found[2]! };
}

/** Does the mac belong to this purpose, message, number and destination? Constant time. */
export function isGenuine(
  key: Uint8Array,
  purpose: LinkPurpose,
  link: { message: string; index: number; to: string; mac: string },
): boolean {
  return sameText(linkMac(key, purpose, link), link.mac);
}

/** Throws MESSAGE_LINK_REFUSED unless `to` is http(s) on an allowed host, with nothing that browsers read two ways (row 89). */
export function requireDestination(to: string, hosts: ReadonlySet<string>): string {
  let good = found.get(hosts);
  if (good?.has(to)) return to;
  const why = refusal(to, hosts);
  if (why === null) {
    // The same pages stand in many mails. Those that are full of ids of their own must not fill the memory.
    if (!good || good.size >= mostFound) found.set(hosts, (good = new Set()));
    good.add(to);
    return to;
  }
  throw new BeckonError(errors.MESSAGE_LINK_REFUSED, `The link "${to.slice(0, 200)}" is refused: ${why}`);
}

/** Destinations that were looked at and are good, by the hosts that are allowed. */
const found = new WeakMap<ReadonlySet<string>, Set<string>>();
const mostFound = 5000;

function refusal(to: string, hosts: ReadonlySet<string>): string | null {
  if (hasBlank(to)) return 'it holds spaces or control characters';
  if (to.includes('\\')) return 'it holds a backslash';
  let url: URL;
  try {
    url = new URL(to);
  } catch {
    return 'it is not a whole address with https:// and a host';
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `it is of the kind ${url.protocol}`;
  if (url.username !== '' || url.password !== '') return 'it holds a user name';
  if (!hosts.has(url.host)) return `the host ${url.host} is not one of the shop’s`;
  return null;
}

function hasBlank(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** `to` with the click id, by which the shop's own events later prove that somebody came (design §7 "Measuring"). */
export function withClickId(to: string, clickId: string): string {
  const hash = to.indexOf('#');
  const [front, fragment] = hash < 0 ? [to, ''] : [to.slice(0, hash), to.slice(hash)];
  return `${front}${front.includes('?') ? '&' : '?'}bk_click=${encodeURIComponent(clickId)}${fragment}`;
}

export interface WrapOptions {
  hosts: ReadonlySet<string>;
  /** Left as they are: the unsubscribe link. */
  keep: ReadonlySet<string>;
  /** The address a link gets instead. */
  address: (index: number, to: string) => string;
}

/**
 * Replaces every http(s) `href` of the links in a rendered mail and takes the card's `data-item`, `data-position` and
 * `data-rec` out of them. Picture and name of an item, which lead to the same for the same reason, are one link.
 *
 * @throws MESSAGE_LINK_REFUSED naming the link
 */
export function wrapLinks(html: string, options: WrapOptions): { html: string; links: StoredLink[] } {
  const links: StoredLink[] = [];
  const addresses = new Map<string, string>();
  const wrapped = html.replace(/<a\s[^>]*>/gi, (tag) => {
    let href: string | undefined;
    const given: Partial<Record<string, string>> = {};
    tag.replace(ownAttributes, (_all, name: string, value: string) => {
      const known = name.toLowerCase();
      if (known !== 'href') given[known] = unescaped(value);
      else href ??= unescaped(value); // of two the browser goes by the first
      return '';
    });
    if (href === undefined || href.startsWith('#') || href.startsWith('mailto:') || options.keep.has(href)) return tag;
    const { 'data-item': item = '', 'data-position': position = '', 'data-rec': recommendation = '' } = given;
    const same = `${href}\n${item}\n${position}\n${recommendation}`;
    let address = addresses.get(same);
    if (address === undefined) {
      const link = storedLink(given, requireDestination(href, options.hosts));
      addresses.set(same, (address = options.address(links.length, link.to)));
      links.push(link);
    }
    let isFirst = true;
    return tag.replace(ownAttributes, (all, name: string) => {
      if (!isFirst || name.toLowerCase() !== 'href') return '';
      isFirst = false;
      return `${all.slice(0, all.indexOf('='))}="${address}"`;
    });
  });
  return { html: wrapped, links };
}

/** What of a link is ours to read, and to take out or write anew. */
const ownAttributes = /\s(href|data-item|data-position|data-rec)="([^"]*)"/gi;

function storedLink(given: Partial<Record<string, string>>, to: string): StoredLink {
  const { 'data-item': item, 'data-position': position, 'data-rec': recommendation } = given;
  return {
    to,
    ...(item ? { item } : {}),
    ...(position ? { position: Number(position) } : {}),
    ...(recommendation ? { recommendation } : {}),
  };
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (all, hex, decimal, word) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex as string, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return entities[(word as string).toLowerCase()] ?? all;
  });
}
