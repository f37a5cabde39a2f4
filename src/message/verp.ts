import { createHmac } from 'node:crypto';
import { sameText } from '../base/index.ts';

/**
 * Addresses of ours that say which message they belong to (variable envelope return path): whoever writes to one has
 * had that mail, or a copy of it, before his eyes. `bounce+<token>@domain` is the return path, `unsub+…` the mailto of
 * List-Unsubscribe, `fbl+…` where complaints are reported (CFBL-Address), `mail+…` the Message-ID, by which an answer names it.
 *
 * The token is `<message id><mac>`: 26 + 16 letters of base32, so it survives mail hosts that change upper and lower
 * case, and stays under 64 octets with its purpose. The mac (80 bits) covers purpose and id: without it a forged bounce
 * could suppress a customer (trust §1.5, row 17).
 */
export type VerpPurpose = 'bounce' | 'unsub' | 'fbl' | 'mail';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
/** Octets of the mac that stand in the address. */
const macBytes = 10;

/** The address of one purpose for one message. @param messageId a UUID */
export function verpAddress(key: Uint8Array, purpose: VerpPurpose, about: { message: string; domain: string }): string {
  return `${purpose}+${verpToken(key, purpose, about.message)}@${about.domain}`;
}

/** The token alone, as it stands before the @. */
export function verpToken(key: Uint8Array, purpose: VerpPurpose, message: string): string {
  return `${base32(Buffer.from(message.replaceAll('-', ''), 'hex'))}${macOf(key, purpose, message)}`;
}

/**
 * What an address of ours says, wherever in `text` it stands: alone, in angle brackets, or wrapped by a forwarder
 * (`SRS0=…=domain=bounce+token@forwarder`, `prvs=…=bounce+token@domain`). The domain does not matter, the mac does.
 *
 * @returns null for anything that is not ours, forged or cut off
 */
export function readVerp(key: Uint8Array, text: string): { purpose: VerpPurpose; message: string } | null {
  const found = /(?:^|[^a-z0-9])(bounce|unsub|fbl|mail)\+([a-z2-7]{26})([a-z2-7]{16})(?=@|[^a-z0-9]|$)/i.exec(text);
  if (!found) return null;
  const purpose = found[1]!.toLowerCase() as VerpPurpose;
  const hex = fromBase32(found[2]!.toLowerCase(), 16).toString('hex');
  const message = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return sameText(macOf(key, purpose, message), found[3]!.toLowerCase()) ? { purpose, message } : null;
}

function macOf(key: Uint8Array, purpose: VerpPurpose, message: string): string {
  const mac = createHmac('sha256', key).update(`v1|${purpose}|${message.toLowerCase()}`, 'utf8').digest();
  return base32(mac.subarray(0, macBytes));
}

/** RFC 4648 §6 in lower case, without padding. */
function base32(bytes: Uint8Array): string {
  let [text, held, bits] = ['', 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(held >>> (bits - 5)) & 31];
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + alphabet[(held << (5 - bits)) & 31];
}

function fromBase32(text: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let [held, bits, at] = [0, 0, 0];
  for (const letter of text) {
    held = (held << 5) | alphabet.indexOf(letter);
    bits += 5;
    if (bits >= 8 && at < length) {
      bytes[at++] = (held >>> (bits - 8)) & 255;
      bits -= 8;
    }
    held &= (1 << bits) - 1;
  }
  return bytes;
}
