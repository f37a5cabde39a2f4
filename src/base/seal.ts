import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Random } from './random.ts';

/** Key of sealed values, derived from the installation's secret: it opens no link and makes no session. */
function keyOf(secret: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), 'beckon sealed column v1', 32));
}

/**
 * Seals a text for the database: AES-256-GCM with a random nonce, bound to the place it is kept in, so that a value
 * copied to another row does not open (trust.md §3.8).
 *
 * @param place `table:column:row id`
 * @returns `v1.<nonce>.<sealed and tag>`, base64url
 */
export function seal(text: string, how: { secret: Uint8Array; place: string; random: Random }): string {
  const nonce = how.random.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(how.secret), nonce).setAAD(Buffer.from(how.place, 'utf8'));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${Buffer.from(nonce).toString('base64url')}.${sealed.toString('base64url')}`;
}

/** Opens what `seal` made; null when it was changed, moved, or sealed under another secret. */
export function unseal(sealed: string, how: { secret: Uint8Array; place: string }): string | null {
  const found = /^v1\.([\w-]{16})\.([\w-]{22,})$/.exec(sealed);
  if (!found) return null;
  const bytes = Buffer.from(found[2]!, 'base64url');
  const cipher = createDecipheriv('aes-256-gcm', keyOf(how.secret), Buffer.from(found[1]!, 'base64url'));
  cipher.setAAD(Buffer.from(how.place, 'utf8')).setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([cipher.update(bytes.subarray(0, -16)), cipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
