import { createHmac, timingSafeEqual } from 'node:crypto';
import { BeckonError } from '../base/index.ts';
import type { WebhookKind, WebhookSignature } from './contract-webhook.ts';
import { errors } from './error.ts';

/** Headers by lower-case name; of one that came several times the first. */
export type Headers = Readonly<Record<string, string>>;

const usualTolerance = 300;
/** A header may carry several signatures, while a sender changes its secret. */
const maxSignatures = 5;

/** How the shop platforms sign: the raw body, base64 (their documentation of webhooks). */
const platforms: Readonly<Record<Exclude<WebhookKind, 'generic'>, WebhookSignature>> = {
  shopify: { header: 'X-Shopify-Hmac-Sha256', encoding: 'base64' },
  woocommerce: { header: 'X-WC-Webhook-Signature', encoding: 'base64' },
};

/** How a webhook of this kind is signed; null for a generic one that says nothing. */
export function signatureOf(kind: WebhookKind, stated: WebhookSignature | null): WebhookSignature | null {
  return kind === 'generic' ? stated : platforms[kind];
}

/**
 * Passes when the body was signed with one of the secrets, within the tolerance if a timestamp is signed too. Compares
 * bytes in constant time (trust rows 27, 28).
 *
 * @param secrets the one in force, and the one before it while a sender changes over
 * @param now the machine's time, UTC ms
 * @throws WEBHOOK_UNSIGNED, WEBHOOK_SIGNATURE_WRONG, WEBHOOK_STALE
 */
export function verify(
  how: WebhookSignature,
  delivery: { headers: Headers; body: Buffer },
  { secrets, now }: { secrets: readonly string[]; now: number },
): void {
  const { headers, body } = delivery;
  const stated = headers[how.header.toLowerCase()];
  if (stated === undefined) {
    throw new BeckonError(errors.WEBHOOK_UNSIGNED, `The header ${how.header} is missing`);
  }
  const timestamp = how.timestampHeader === undefined ? undefined : headers[how.timestampHeader.toLowerCase()];
  if (how.timestampHeader !== undefined && timestamp === undefined) {
    throw new BeckonError(errors.WEBHOOK_UNSIGNED, `The header ${how.timestampHeader} is missing`);
  }
  const id = how.idHeader === undefined ? undefined : headers[how.idHeader.toLowerCase()];
  const signed = signedBytes(how, { body, timestamp: timestamp ?? '', id: id ?? '' });
  const made = secrets.map((secret) => createHmac('sha256', keyBytes(how, secret)).update(signed).digest());
  const isMade = (bytes: Buffer) => made.some((one) => bytes.length === one.length && timingSafeEqual(bytes, one));
  if (!candidates(stated, how).some(isMade)) {
    throw new BeckonError(errors.WEBHOOK_SIGNATURE_WRONG, 'The signature is not that of this body under our secret');
  }
  if (timestamp !== undefined) assertFresh(timestamp, how, now);
}

/** Does what is signed hold the body, and the timestamp where one is asked for? Otherwise anybody could change them. */
export function signsEnough(how: WebhookSignature): boolean {
  const signs = signsOf(how);
  const timed = how.timestampHeader === undefined || signs.includes('{timestamp}');
  return signs.includes('{body}') && timed && (!signs.includes('{id}') || how.idHeader !== undefined);
}

function signsOf(how: WebhookSignature): string {
  return how.signs ?? (how.timestampHeader === undefined ? '{body}' : '{timestamp}.{body}');
}

function signedBytes(how: WebhookSignature, parts: { body: Buffer; timestamp: string; id: string }): Buffer {
  const pieces = signsOf(how).split(/(\{body\}|\{timestamp\}|\{id\})/);
  return Buffer.concat(
    pieces.map((piece) => {
      if (piece === '{body}') return parts.body;
      const text = piece === '{timestamp}' ? parts.timestamp : piece === '{id}' ? parts.id : piece;
      return Buffer.from(text, 'utf8');
    }),
  );
}

function keyBytes(how: WebhookSignature, secret: string): Buffer {
  if (how.secretEncoding !== 'base64') return Buffer.from(secret, 'utf8');
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

/** The signatures that the header states, as bytes. */
function candidates(stated: string, how: WebhookSignature): Buffer[] {
  const form = how.encoding === 'hex' ? /^[0-9a-f]{64}$/i : /^[A-Za-z0-9+/_-]{43}=?$/;
  const { prefix = '' } = how;
  return stated
    .trim()
    .split(/\s+/)
    .slice(0, maxSignatures)
    .flatMap((text) => {
      const bare = text.startsWith(prefix) ? text.slice(prefix.length) : '';
      return form.test(bare) ? [Buffer.from(bare, how.encoding)] : [];
    });
}

function assertFresh(timestamp: string, how: WebhookSignature, now: number): void {
  const at = momentOf(timestamp);
  const off = Math.abs(now - at) / 1000;
  if (off <= (how.tolerance ?? usualTolerance)) return;
  const why = Number.isNaN(at)
    ? 'is no time'
    : `is ${Math.round(off)} s off; ${how.tolerance ?? usualTolerance} s may be`;
  throw new BeckonError(errors.WEBHOOK_STALE, `The timestamp "${timestamp.slice(0, 40)}" ${why}`);
}

/** Seconds, milliseconds or ISO 8601 → UTC ms; NaN for anything else. */
function momentOf(text: string): number {
  if (/^\d{9,11}$/.test(text)) return Number(text) * 1000;
  return /^\d{12,14}$/.test(text) ? Number(text) : Date.parse(text);
}
