import { hmac } from '../base/index.ts';
import { domainOf, requireHeaderText, type Mailbox } from './address.ts';
import { homeKey } from './message.ts';
import { mailboxField, namedField, textField, tokenField } from './header.ts';

/** What a mail is made of; all values are checked before they come near the wire (trust M10). */
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
  /** Of the list it belongs to: whose it is, and in what its id ends. */
  stream: { name: string; domain: string; sender: string };
  /** Addresses that name this message (verp.ts). */
  returns: {
    /** Where bounces come back to. */
    path: string;
    /** Written to by who unsubscribes by mail; null while nobody reads there. */
    unsubscribe: string | null;
    /** Written to with complaints; null while nobody reads there. */
    feedback: string | null;
    /** The same without its domain: proves on a returned copy that we sent it. */
    tag: string;
    /** Left part of the Message-ID, by which an answer names the message; absent: a hash of its key. */
    id?: string;
  };
  secret: Uint8Array;
}

/** A mail ready for the wire. */
export interface ComposedMail {
  envelope: { from: string; to: string };
  messageId: string;
  /** Header and body, with the empty line between. */
  raw: Buffer;
  /** Octets of the header, its empty line not counted. */
  headerLength: number;
}

/**
 * Builds the mail of one recipient by rules M1–M11 of trust §1.1: two base64 parts, text before HTML, one of each single
 * header, Message-ID from the message's key, list headers for marketing. The same parts give the same bytes. Pure.
 *
 * @throws MESSAGE_HEADER_REFUSED
 */
export function composeMail(parts: MailParts): ComposedMail {
  const tag = hmac(parts.secret, `message|${parts.message.key}`);
  const messageId = `<${parts.returns.id ?? tag}@${domainOf(parts.from.address)}>`;
  const boundary = `=_${tag}`;
  const header = headerOf(parts, messageId, boundary);
  const raw = whole(header, parts, boundary);
  const envelope = { from: parts.returns.path, to: parts.to };
  return { envelope, messageId, raw, headerLength: Buffer.byteLength(header) };
}

/** The fields in the order of trust §1.1 "Headers to emit". */
function headerOf(parts: MailParts, messageId: string, boundary: string): string {
  const fields = [
    mailboxField('From', parts.from),
    parts.replyTo ? mailboxField('Reply-To', parts.replyTo) : '',
    mailboxField('To', { name: '', address: parts.to }),
    textField('Subject', parts.subject),
    tokenField('Date', dateOf(parts.at).split(' ')),
    tokenField('Message-ID', [messageId]),
    ...listFields(parts),
    tokenField('Auto-Submitted', ['auto-generated']),
    parts.returns.feedback ? tokenField('CFBL-Address', [`${parts.returns.feedback};`, 'report=arf']) : '',
    tokenField('X-Beckon-Msg', [parts.returns.tag]),
    tokenField('MIME-Version', ['1.0']),
    tokenField('Content-Type', ['multipart/alternative;', `boundary="${boundary}"`]),
  ];
  return fields.join('');
}

/** What mail programs and mailbox providers read of the stream a mail belongs to; exactly as RFC 8058 and 2919 say. */
function listFields(parts: MailParts): string[] {
  const stream = streamOf(parts.message.journey);
  const feedback = tokenField('Feedback-ID', [
    `${stream}:${tenantOf(parts)}:${streamOf(parts.message.class)}:${senderId(parts)}`,
  ]);
  if (parts.unsubscribeUrl === null) return [feedback];
  const ways = [parts.unsubscribeUrl, ...(parts.returns.unsubscribe ? [`mailto:${parts.returns.unsubscribe}`] : [])];
  const id = `<${stream}.${parts.stream.domain}>`;
  return [
    tokenField(
      'List-Unsubscribe',
      ways.map((way, n) => `<${angled(way)}>${n < ways.length - 1 ? ',' : ''}`),
    ),
    tokenField('List-Unsubscribe-Post', ['List-Unsubscribe=One-Click']),
    parts.stream.name === '' ? tokenField('List-Id', [id]) : namedField('List-Id', parts.stream.name, id),
    feedback,
  ];
}

/** The sender, as the second and the last field of Feedback-ID have it; the last is of 5 to 15 characters. */
function tenantOf({ stream: { sender } }: MailParts): string {
  return sender === homeKey ? 'shop' : streamOf(sender);
}

function senderId({ stream: { sender } }: MailParts): string {
  if (sender === homeKey) return 'beckon';
  return streamOf(sender).slice(0, 15).padEnd(5, '-');
}

/** An address between angle brackets cannot hold one itself. */
function angled(way: string): string {
  return requireHeaderText('List-Unsubscribe', way).replace(/[<>,\s]/g, encodeURIComponent);
}

/** A label of a host name for a journey's key, the same for ever. */
function streamOf(journey: string): string {
  const label = journey
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 63);
  return label === '' ? 'mail' : label;
}

/** `Mon, 23 Nov 2026 09:00:00 +0000`. */
function dateOf(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}

/** Header, empty line and body in one piece of memory. */
function whole(header: string, parts: Pick<MailParts, 'text' | 'html'>, boundary: string): Buffer {
  const front = `${header}\r\n${partHead(boundary, 'text/plain')}`;
  const middle = partHead(boundary, 'text/html');
  const end = `--${boundary}--\r\n`;
  const [text, html] = [lined(parts.text), lined(parts.html)];
  const sizes = [text, html].map((part) => base64Length(Buffer.byteLength(part)));
  const fixed = Buffer.byteLength(front) + middle.length + end.length;
  const raw = Buffer.allocUnsafe(fixed + sizes[0]! + sizes[1]!);
  let at = raw.write(front, 0, 'utf8');
  at = writeBase64(raw, at, text);
  at += raw.write(middle, at, 'latin1');
  at = writeBase64(raw, at, html);
  raw.write(end, at, 'latin1');
  return raw;
}

function partHead(boundary: string, kind: string): string {
  return `--${boundary}\r\nContent-Type: ${kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
}

/** Lines of text end CRLF inside a part as well (RFC 2046 §4.1.1). */
function lined(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n|\r|\n/g, '\r\n') : text.replaceAll('\n', '\r\n');
}

/** Letters of a line of base64; RFC 2045 §6.8 allows no more. */
const lineLetters = 76;

function base64Length(octets: number): number {
  const letters = Math.ceil(octets / 3) * 4;
  return letters + Math.ceil(letters / lineLetters) * 2;
}

/** Where texts are put into octets, one after the other: of the size of a mail, it is not to be made for each of them. */
let desk = Buffer.alloc(0);

/** Base64 in lines: written at the end of its place, then moved to the front line by line. @returns where it ends */
function writeBase64(into: Buffer, from: number, text: string): number {
  if (desk.length < text.length * 3) desk = Buffer.allocUnsafeSlow(text.length * 3 + 4096);
  const letters = desk.toString('base64', 0, desk.write(text, 'utf8'));
  const end = from + letters.length + Math.ceil(letters.length / lineLetters) * 2;
  let [at, read] = [from, end - letters.length];
  into.write(letters, read, 'latin1');
  while (read < end) {
    const next = Math.min(read + lineLetters, end);
    into.copyWithin(at, read, next);
    at += next - read;
    into[at++] = 13;
    into[at++] = 10;
    read = next;
  }
  return at;
}
