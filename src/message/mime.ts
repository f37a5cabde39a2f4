import MailComposer from 'nodemailer/lib/mail-composer';
import { hmac } from '../base/index.ts';
import { domainOf, requireHeaderText, type Mailbox } from './address.ts';

/** What a mail is made of; all values are checked before the mail library sees them (trust M10). */
export interface MailParts {
  from: Mailbox;
  replyTo: Mailbox | null;
  to: string;
  subject: string;
  html: string;
  text: string;
  /** Business time, UTC ms. */
  at: number;
  message: { key: string; journey: string; class: string };
  /** Absolute address of the one-click door; null for transactional mail. */
  unsubscribeUrl: string | null;
  streamName: string;
  /** Where bounces of this mail come back to (verp.ts). */
  returnPath: string;
  secret: Uint8Array;
}

/** A mail ready for the wire. */
export interface ComposedMail {
  envelope: { from: string; to: string };
  messageId: string;
  raw: Buffer;
}

/**
 * Builds the mail of one recipient by rules M1–M11 of trust §1.1: base64 parts (fastest, and no long lines), text before
 * HTML, one of each single header, Message-ID from the message's key, list headers for marketing.
 *
 * @throws MESSAGE_HEADER_REFUSED
 */
export async function composeMail(parts: MailParts): Promise<ComposedMail> {
  const { from, replyTo, to, message } = parts;
  const domain = domainOf(from.address);
  const tag = hmac(parts.secret, `message|${message.key}`);
  const messageId = `<${tag}@${domain}>`;
  const composer = new MailComposer({
    from: { name: requireHeaderText('From', from.name), address: from.address },
    ...(replyTo ? { replyTo: { name: requireHeaderText('Reply-To', replyTo.name), address: replyTo.address } } : {}),
    to: { name: '', address: requireHeaderText('To', to) },
    subject: requireHeaderText('Subject', parts.subject),
    date: new Date(parts.at),
    messageId,
    text: parts.text,
    html: parts.html,
    textEncoding: 'base64',
    disableFileAccess: true,
    disableUrlAccess: true,
    headers: listHeaders(parts, domain).map(([key, text]) => ({ key, value: headerValue(key, text) })),
  });
  const node = composer.compile();
  const raw = await node.build();
  return { envelope: { from: parts.returnPath, to }, messageId, raw };
}

/** The headers for machines on top of the usual ones (trust §1.1 "Headers to emit"). */
function listHeaders(parts: MailParts, domain: string): [string, string][] {
  const stream = parts.message.journey.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  const headers: [string, string][] = [
    ['Auto-Submitted', 'auto-generated'],
    ['X-Beckon-Msg', parts.message.key],
    ['Feedback-ID', `${stream}:shop:${parts.message.class}:beckon`],
  ];
  if (parts.unsubscribeUrl !== null) {
    headers.push(
      ['List-Unsubscribe', `<${parts.unsubscribeUrl}>`],
      ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
      ['List-Id', `${quoted(parts.streamName)} <${stream}.${domain}>`.trim()],
    );
  }
  return headers;
}

/** List headers are plain ASCII by construction and must not be encoded or folded: machines read them. */
function headerValue(key: string, text: string) {
  const value = requireHeaderText(key, text);
  return key.startsWith('List-') ? { prepared: true, foldLines: false, value } : value;
}

/** A phrase as a quoted string if it is plain ASCII, else left out: List-Id takes no encoded words within quotes. */
function quoted(phrase: string): string {
  return /^[\u0020-\u007e]*$/.test(phrase) ? `"${phrase.replace(/["\\]/g, '')}"` : '';
}
