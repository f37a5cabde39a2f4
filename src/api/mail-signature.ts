import {
  createHmac,
  createPublicKey,
  createVerify,
  timingSafeEqual,
  verify as verifyBytes,
  X509Certificate,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BeckonError, sameText } from '../base/index.ts';
import { errors } from './error.ts';
import type { OpenMailSource } from './mail-sources.ts';
import { asText, dig } from './json.ts';
import { verify, type Headers } from './webhook-signature.ts';

/** A call as it came: the raw octets are what is signed (trust row 28). */
export interface MailCall {
  headers: Headers;
  raw: Buffer;
  /** The same, parsed. */
  body: unknown;
}

/** Fetches the certificate behind an address that has been judged; throws when it cannot. */
export type FetchCertificate = (url: string) => Promise<string>;

/** Seconds that a signed moment may be off. */
const tolerance = 300;
/** Mailgun gives one moment to a call and all its repetitions, which go on for eight hours. */
const mailgunTolerance = 24 * 3600;

/**
 * Passes when the call is the provider's (trust §1.7, rows 26–28).
 *
 * @param now the machine's time, UTC ms
 * @throws WEBHOOK_UNSIGNED, WEBHOOK_SIGNATURE_WRONG, WEBHOOK_STALE
 */
export async function verifyMail(
  source: OpenMailSource,
  call: MailCall,
  how: { now: number; certificate: FetchCertificate },
): Promise<void> {
  const secret = source.secret ?? '';
  switch (source.provider) {
    case 'ses':
      return verifySns(source, call, how.certificate);
    case 'sendgrid':
      return verifySendgrid(secret, call, how.now);
    case 'mailgun':
      return verifyMailgun(secret, call, how.now);
    case 'postmark':
      return verifyBasic(secret, call);
    case 'resend':
      return verify(
        {
          header: 'svix-signature',
          encoding: 'base64',
          prefix: 'v1,',
          secretEncoding: 'base64',
          idHeader: 'svix-id',
          timestampHeader: 'svix-timestamp',
          signs: '{id}.{timestamp}.{body}',
          tolerance,
        },
        { headers: call.headers, body: call.raw },
        { secrets: [secret], now: how.now },
      );
  }
}

function unsigned(what: string): BeckonError {
  return new BeckonError(errors.WEBHOOK_UNSIGNED, what);
}

function wrongSignature(): BeckonError {
  return new BeckonError(
    errors.WEBHOOK_SIGNATURE_WRONG,
    'The signature is not that of this body under the key we know',
  );
}

function assertFresh(timestamp: string, now: number, seconds: number): void {
  const off = Math.abs(now / 1000 - Number(timestamp));
  if (/^\d{9,11}$/.test(timestamp) && off <= seconds) return;
  throw new BeckonError(
    errors.WEBHOOK_STALE,
    `The timestamp "${timestamp.slice(0, 40)}" is no time, or more than ${seconds} s off`,
  );
}

/** Base64 of the DER of an EC public key, as SendGrid shows it; null for anything else. */
export function sendgridKey(text: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(text.trim(), 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ec' ? key : null;
  } catch {
    return null;
  }
}

/** ECDSA over timestamp and raw body. Source: twilio.com/docs/sendgrid, "Event Webhook Security Features". */
function verifySendgrid(secret: string, { headers, raw }: MailCall, now: number): void {
  const signature = headers['x-twilio-email-event-webhook-signature'];
  const timestamp = headers['x-twilio-email-event-webhook-timestamp'];
  if (signature === undefined || timestamp === undefined) throw unsigned('The signature of SendGrid is missing');
  const key = sendgridKey(secret);
  const signed = Buffer.concat([Buffer.from(timestamp, 'utf8'), raw]);
  if (!key || !verifyBytes('sha256', signed, key, Buffer.from(signature, 'base64'))) throw wrongSignature();
  assertFresh(timestamp, now, tolerance);
}

/** HMAC over timestamp and token, in the body itself. Source: documentation.mailgun.com, "Securing Webhooks". */
function verifyMailgun(secret: string, { body }: MailCall, now: number): void {
  const at = (name: string) => asText(dig(dig(body, 'signature'), name), 200) ?? asText(dig(body, name), 200);
  const [timestamp, token, signature] = [at('timestamp'), at('token'), at('signature')];
  if (timestamp === undefined || token === undefined || signature === undefined)
    throw unsigned('The body carries no signature of Mailgun');
  const made = createHmac('sha256', secret)
    .update(timestamp + token, 'utf8')
    .digest();
  const told = Buffer.from(/^[0-9a-f]{64}$/i.test(signature) ? signature : '', 'hex');
  if (told.length !== made.length || !timingSafeEqual(told, made)) throw wrongSignature();
  assertFresh(timestamp, now, mailgunTolerance);
}

/** Postmark signs nothing; it shows the user and password of the address that it was given. */
function verifyBasic(secret: string, { headers }: MailCall): void {
  const shown = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(headers['authorization'] ?? '')?.[1];
  if (shown === undefined) throw unsigned('The call shows no user and password');
  if (!sameText(Buffer.from(shown, 'base64').toString('utf8'), secret)) throw wrongSignature();
}

/** Certificates that were fetched, by address; they are good for a long time, and few. */
const certificates = new Map<string, Promise<string>>();
const certificatesKept = 20;

/** May a certificate come from there? Only SNS's own hosts (trust row 26). Pure. */
export function isCertificateUrl(text: string): boolean {
  if (!URL.canParse(text) || text.length > 500) return false;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const plain = protocol === 'https:' && [port, username, password, search, hash].every((part) => part === '');
  return plain && /^sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/.test(hostname) && /^\/[\w.-]+\.pem$/.test(pathname);
}

/** The text that SNS signs. Source: docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages". */
export function snsText(body: unknown): string {
  const names =
    asText(dig(body, 'Type'), 64) === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  return names
    .flatMap((name) => {
      const value = dig(body, name);
      return typeof value === 'string' ? [`${name}\n${value}\n`] : [];
    })
    .join('');
}

async function verifySns(
  { topics }: OpenMailSource,
  { body }: MailCall,
  certificateAt: FetchCertificate,
): Promise<void> {
  const topic = asText(dig(body, 'TopicArn'), 400) ?? '';
  const [signature, version] = [asText(dig(body, 'Signature'), 2000), asText(dig(body, 'SignatureVersion'), 8)];
  if (signature === undefined || (version !== '1' && version !== '2'))
    throw unsigned('The body carries no signature of SNS');
  if (!topics.includes(topic))
    throw new BeckonError(
      errors.WEBHOOK_SIGNATURE_WRONG,
      `The topic "${topic.slice(0, 200)}" is none of this source’s`,
    );
  const url = asText(dig(body, 'SigningCertURL'), 500) ?? '';
  if (!isCertificateUrl(url))
    throw new BeckonError(errors.WEBHOOK_SIGNATURE_WRONG, 'The certificate is not one of SNS; it was not fetched');
  const key = new X509Certificate(await certificateOf(url, certificateAt)).publicKey;
  const verifier = createVerify(version === '2' ? 'RSA-SHA256' : 'RSA-SHA1').update(snsText(body), 'utf8');
  if (!verifier.verify(key, Buffer.from(signature, 'base64'))) throw wrongSignature();
}

function certificateOf(url: string, certificateAt: FetchCertificate): Promise<string> {
  const known = certificates.get(url);
  if (known) return known;
  const fetched = certificateAt(url);
  // What could not be fetched, or is none, is fetched anew the next time.
  fetched.then((pem) => new X509Certificate(pem)).catch(() => certificates.delete(url));
  if (certificates.size >= certificatesKept) certificates.delete(certificates.keys().next().value!);
  certificates.set(url, fetched);
  return fetched;
}
