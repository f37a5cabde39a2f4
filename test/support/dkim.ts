import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

/**
 * A reader's check of DKIM signatures, written from RFC 6376 and 8463 alone and sharing nothing with src/message/dkim.ts:
 * relaxed/relaxed only. Its own proof is the signed message of RFC 8463 appendix A.
 */
export interface Verdict {
  selector: string;
  algorithm: string;
  /** Names of `h=`, in lower case. */
  covers: string[];
  result: 'pass' | 'body changed' | 'signature wrong' | 'no key';
}

/** One verdict a signature, in the order they stand. @param keys public keys by selector */
export function checkSignatures(raw: string, keys: Record<string, KeyObject>): Verdict[] {
  const split = raw.indexOf('\r\n\r\n');
  const fields = raw.slice(0, split).split(/\r\n(?![ \t])/);
  const body = raw.slice(split + 4);
  return fields
    .filter((field) => /^dkim-signature:/i.test(field))
    .map((field) => {
      const tags = tagsOf(field.slice(field.indexOf(':') + 1));
      const covers = tags['h']!.split(':').map((name) => name.trim().toLowerCase());
      const about = { selector: tags['s']!, algorithm: tags['a']!, covers };
      const hash = createHash('sha256').update(relaxedBody(body), 'latin1').digest('base64');
      if (hash !== tags['bh']!.replace(/\s/g, '')) return { ...about, result: 'body changed' as const };
      const key = keys[tags['s']!];
      if (!key) return { ...about, result: 'no key' as const };
      const unsigned = field.replace(/([;:]\s*b\s*=)[^;]*/, '$1');
      const text = picked(fields, covers) + relaxed(unsigned);
      const data = Buffer.from(text, 'latin1');
      const signature = Buffer.from(tags['b']!.replace(/\s/g, ''), 'base64');
      const good = tags['a']!.startsWith('rsa')
        ? verify('sha256', data, key, signature)
        : verify(null, createHash('sha256').update(data).digest(), key, signature);
      return { ...about, result: good ? ('pass' as const) : ('signature wrong' as const) };
    });
}

/** An Ed25519 key from the 32 octets that a DNS record holds. */
export function ed25519Key(p: string): KeyObject {
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(p, 'base64').toString('base64url') },
    format: 'jwk',
  });
}

function tagsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(';')
      .filter((tag) => tag.includes('='))
      .map((tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).trim()]),
  );
}

/** Each name takes the next field of that name from below; one that is not there counts as empty. */
function picked(fields: readonly string[], names: readonly string[]): string {
  const left = [...fields];
  return names
    .map((name) => {
      const at = left.findLastIndex((field) => field.slice(0, field.indexOf(':')).trim().toLowerCase() === name);
      return at < 0 ? '' : `${relaxed(left.splice(at, 1)[0]!)}\r\n`;
    })
    .join('');
}

function relaxed(field: string): string {
  const colon = field.indexOf(':');
  const value = field
    .slice(colon + 1)
    .replaceAll('\r\n', '')
    .replace(/[ \t]+/g, ' ');
  return `${field.slice(0, colon).trim().toLowerCase()}:${value.trim()}`;
}

function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}
