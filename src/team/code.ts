import { Secret, TOTP } from 'otpauth';
import { sha256, type Random } from '../base/index.ts';

const period = 30;

function totp(secret: string, label = ''): TOTP {
  return new TOTP({ issuer: 'Beckon', label, secret: Secret.fromBase32(secret), period, digits: 6, algorithm: 'SHA1' });
}

/** A secret of 160 bits in base 32, as RFC 4226 §4 recommends. */
export function codeSecret(random: Random): string {
  return new Secret({ buffer: new Uint8Array(random.bytes(20)).buffer as ArrayBuffer }).base32;
}

/** The address that authenticators read, as text and as the picture's content: `otpauth://totp/…`. */
export function codeAddress(secret: string, email: string): string {
  return totp(secret, email).toString();
}

/**
 * Which step of time a code belongs to (RFC 6238): the step before and the one after count too, since clocks differ.
 *
 * @param now UTC ms; @param after the step whose code was taken last: no code works twice
 * @returns null when it is none
 */
export function codeStep(secret: string, code: string, { now, after }: { now: number; after: number }): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const delta = totp(secret).validate({ token: code, timestamp: now, window: 1 });
  if (delta === null) return null;
  const step = Math.floor(now / 1000 / period) + delta;
  return step > after ? step : null;
}

/** Codes for the day the authenticator is lost: eight of 50 bits, each for once. */
export function spareCodes(random: Random): string[] {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  const one = () =>
    [...random.bytes(10)]
      .map((byte) => letters[byte % 32]!)
      .join('')
      .replace(/^(.{5})/, '$1-');
  return Array.from({ length: 8 }, one);
}

/** As they are kept: only their hashes. */
export function spareHash(code: string): string {
  return sha256(`spare:${code.toLowerCase().replace(/[^a-z0-9]/g, '')}`);
}
