import { domainToASCII } from 'node:url';
import { BeckonError, hmac } from '../base/index.ts';
import { errors } from './error.ts';

/** C0, DEL, C1, line and paragraph separators, bidirectional overrides and isolates (trust M10). */
const invisibleRanges = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x2028, 0x2029],
  [0x202a, 0x202e],
  [0x2066, 0x2069],
] as const;

function hasInvisible(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (invisibleRanges.some(([from, to]) => code >= from && code <= to)) return true;
  }
  return false;
}

/** `foreign`: its local part has letters beyond ASCII, which the next hop must be able to take (RFC 6531). */
export type AddressVerdict = { address: string; foreign?: true } | { refused: string };

/**
 * Judges an address for the wire: the local part stays as typed (trust M5), the domain becomes punycode (M4), lengths
 * are those of M6. Quoted local parts, address literals and domains without a dot are refused.
 */
export function judgeAddress(text: string): AddressVerdict {
  const typed = text.trim();
  if (hasInvisible(typed)) return { refused: 'control characters' };
  const at = typed.lastIndexOf('@');
  if (at < 1 || at === typed.length - 1) return { refused: 'no local part or no domain' };
  const [local, domain] = [typed.slice(0, at), typed.slice(at + 1)];
  if (/[^\u0021-\u007e]/.test(local)) return judgeForeign(local, domain);
  if (!/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local)) {
    return { refused: 'the local part has characters that need quoting' };
  }
  if (local.length > 64) return { refused: 'local part over 64 octets' };
  if (/^\[|^\d+(\.\d+){3}$/.test(domain)) return { refused: 'address literal' };
  return judgeDomain(local, domain);
}

/** RFC 6532 adds the letters of all languages to those that need no quoting; nothing else. */
function judgeForeign(local: string, domain: string): AddressVerdict {
  if (/\s/.test(local)) return { refused: 'space in the local part' };
  if (!/^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+$/u.test(local) || /^\.|\.\.|\.$/.test(local))
    return { refused: 'the local part has characters that need quoting' };
  if (Buffer.byteLength(local) > 64) return { refused: 'local part over 64 octets' };
  const verdict = judgeDomain(local.normalize('NFC'), domain);
  return 'address' in verdict ? { ...verdict, foreign: true } : verdict;
}

function judgeDomain(local: string, domain: string): AddressVerdict {
  const ascii = domainToASCII(domain);
  if (ascii === '' || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(ascii)) return { refused: 'not a domain name' };
  if (/(^|\.)-|-(\.|$)/.test(ascii) || ascii.split('.').some((label) => label.length > 63)) {
    return { refused: 'not a domain name' };
  }
  if (ascii.length > 255) return { refused: 'domain over 255 octets' };
  const address = `${local}@${ascii}`;
  return address.length > 254 ? { refused: 'address over 254 octets' } : { address };
}

/** The same, throwing MESSAGE_ADDRESS_REFUSED; for settings. */
export function requireAddress(text: string): string {
  const verdict = judgeAddress(text);
  if ('address' in verdict && !verdict.foreign) return verdict.address;
  if (!('refused' in verdict))
    throw new BeckonError(errors.MESSAGE_ADDRESS_REFUSED, `"${visible(text)}" is beyond ASCII`);
  throw new BeckonError(errors.MESSAGE_ADDRESS_REFUSED, `"${visible(text)}" cannot be mailed: ${verdict.refused}`);
}

/** Refuses control and direction characters in a header value before any mail library sees it (trust M10). */
export function requireHeaderText(name: string, value: string): string {
  if (!hasInvisible(value)) return value;
  throw new BeckonError(errors.MESSAGE_HEADER_REFUSED, `${name} "${visible(value)}" has invisible characters`);
}

/** A mailbox with its display name: `"Lumen & Loom" <news@shop.example>` or the bare address. */
export interface Mailbox {
  name: string;
  address: string;
}

/** Reads a setting such as `Shop <news@shop.example>`. Throws MESSAGE_ADDRESS_REFUSED, MESSAGE_HEADER_REFUSED. */
export function readMailbox(text: string): Mailbox {
  const found = /^\s*(?:"([^"]*)"|([^<"]*?))\s*<([^<>]+)>\s*$/.exec(text);
  if (!found) return { name: '', address: requireAddress(text) };
  return {
    name: requireHeaderText('The sender name', found[1] ?? found[2] ?? ''),
    address: requireAddress(found[3]!),
  };
}

/** The part after the @. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** What a suppression list keeps of an address: a keyed hash of its one form (trust §0 19, row 8). */
export function addressKey(key: Uint8Array, address: string): string {
  const at = address.trim().lastIndexOf('@');
  const local = address.trim().slice(0, at).toLowerCase();
  const domain = address.trim().slice(at + 1);
  return hmac(key, `${local}@${(domainToASCII(domain) || domain).toLowerCase()}`);
}

function visible(text: string): string {
  return JSON.stringify(text.slice(0, 120)).slice(1, -1);
}
