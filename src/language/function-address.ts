import { createHash } from 'node:crypto';
import { percentEncode } from './escape.ts';
import { asText, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { change, changes } from './function-text.ts';
import type { Run } from './run.ts';

/** Sets a parameter in the query, replacing it if it is there, and leaves the fragment at the end. */
function appendQueryParams(run: Run, [address, key, value]: unknown[]): unknown {
  const [name, text] = [asText(run, key), asText(run, value)];
  return change(run, address, (whole) => {
    if (name === null || text === null) return whole;
    const [, before, query, fragment] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(whole)!;
    const encoded = percentEncode(name);
    const pairs = (query ?? '').split('&');
    run.charge(pairs.length);
    const kept = pairs.filter((pair) => pair !== '' && pair.split('=', 1)[0] !== encoded);
    return `${before}?${[...kept, `${encoded}=${percentEncode(text)}`].join('&')}${fragment ?? ''}`;
  });
}

/** The parts of an address (RFC 3986, appendix B). */
function partOf(name: 'protocol' | 'host' | 'path' | 'fragment'): LanguageFunction['run'] {
  return changes((address) => {
    const parts =
      /^(?:(?<protocol>[A-Za-z][\w+.-]{0,30}):)?(?:\/\/(?<host>[^/?#]*))?(?<path>[^?#]*)(?:\?[^#]*)?(?:#(?<fragment>.*))?$/s.exec(
        address.trim(),
      )!;
    const part = parts.groups![name];
    if (part === undefined || name === 'path' || name === 'fragment') return part ?? null;
    return name === 'protocol' ? part.toLowerCase() : hostOf(part);
  });
}

/** Without user and port, in small letters. */
function hostOf(authority: string): string {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return host.replace(/:\d{0,5}$/, '').toLowerCase();
}

function decode64(text: string): string {
  const compact = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(compact) || compact.length % 4 === 1) return text;
  return utf8(Buffer.from(compact, 'base64')) ?? text;
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function urlDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Lone halves of a character have no bytes; they become the sign for what cannot be read. */
function hash(algorithm: 'md5' | 'sha256'): LanguageFunction['run'] {
  return (run, [text]) =>
    change(run, text, (it) => {
      run.charge(4 + (it.length >> 6));
      return createHash(algorithm).update(it, 'utf8').digest('hex');
    });
}

/** Functions of addresses, and of texts in the forms that addresses and other systems want. */
export const addressFunctions: LanguageFunction[] = [
  row(
    ['urlEncode(text: text): text', 'The text as it may stand in the query of an address.'],
    ['urlEncode("50 % off")', '50%20%25%20off'],
    changes(percentEncode),
  ),
  row(
    [
      'urlDecode(text: text): text',
      'The text that was encoded so; a plus is a space. What is not encoded well stays as it is.',
    ],
    ['urlDecode("50%20%25+off")', '50 % off'],
    changes(urlDecode),
  ),
  row(
    [
      'appendQueryParams(address: text, key: text, value: any): text',
      'The address with this parameter in its query, before the fragment; an older value is replaced.',
    ],
    ['appendQueryParams("https://shop.example/p?a=1#top", "b", "x y")', 'https://shop.example/p?a=1&b=x%20y#top'],
    appendQueryParams,
  ),
  row(
    ['getUrlProtocol(address: text): text', 'The protocol of an address.'],
    ['getUrlProtocol("https://shop.example/p")', 'https'],
    partOf('protocol'),
  ),
  row(
    ['getUrlHost(address: text): text', 'The host of an address, without port.'],
    ['getUrlHost("https://shop.example:8080/p")', 'shop.example'],
    partOf('host'),
  ),
  row(
    ['getUrlPath(address: text): text', 'The path of an address.'],
    ['getUrlPath("https://shop.example/coats/1?a=1")', '/coats/1'],
    partOf('path'),
  ),
  row(
    ['getUrlFragment(address: text): text', 'What stands after # in an address.'],
    ['getUrlFragment("https://shop.example/p#size")', 'size'],
    partOf('fragment'),
  ),
  row(
    ['extractEmailDomain(address: text): text', 'What stands after the @ of a mail address; nothing if there is none.'],
    ['extractEmailDomain("ada@mail.example")', 'mail.example'],
    changes((it) => /^[^@\s]{1,200}@([^@\s]{1,255})$/.exec(it.trim())?.[1]?.toLowerCase() ?? null),
  ),
  row(
    ['encode64(text: text): text', 'The bytes of the text, in UTF-8, as Base64.'],
    ['encode64("größe")', 'Z3LDtsOfZQ=='],
    changes((it) => Buffer.from(it, 'utf8').toString('base64')),
  ),
  row(
    ['decode64(text: text): text', 'The text that Base64 stands for; what is not Base64 of a text stays as it is.'],
    ['decode64("Z3LDtsOfZQ==")', 'größe'],
    changes(decode64),
  ),
  row(
    ['md5(text: text): text', 'The MD5 hash of the text; for old systems only, it hides nothing.'],
    ['md5("ada@mail.example")', createHash('md5').update('ada@mail.example').digest('hex')],
    hash('md5'),
  ),
  row(
    ['sha256(text: text): text', 'The SHA-256 hash of the text, in hexadecimal digits.'],
    ['sha256("abc")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    hash('sha256'),
  ),
];
