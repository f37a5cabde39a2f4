import { createHash } from 'node:crypto';
import type { NewNotice } from './hear.ts';
import type { Said } from './heard.ts';
import { readInbound, returnedHeaders, type Delivery } from './inbound.ts';
import { readMail, type MailPart } from './mail-read.ts';
import { readVerp, type VerpPurpose } from './verp.ts';

/** A mail that came to us, as SMTP or IMAP hands it on. */
export interface Letter {
  /** `smtp` or `imap`. */
  source: string;
  raw: Buffer;
  /** Envelope sender, empty for `<>`; null when it is not known. */
  from: string | null;
  /** Envelope recipients, as far as they are known. */
  to: readonly string[];
}

/** What became of a letter: about none of our mails, from a machine, or from a person. */
export type Heeded = 'strange' | 'machine' | 'person';

/**
 * What a letter says of a mail of ours. Only a token of ours makes it one: in the address it came to, or in the copy of
 * the mail that it brings back; whoever has neither had no mail of ours before his eyes (trust row 17). Null: not for us.
 */
export function readLetter(verpKey: Uint8Array, letter: Letter): NewNotice | null {
  const mail = readMail(letter.raw);
  const found = ownOf(verpKey, mail, letter);
  if (!found) return null;
  const said = saidBy(mail, letter, found);
  // The same letter may come to several of our addresses, and by several ways.
  const id = createHash('sha256').update(found.message).update(letter.raw).digest('hex');
  return { source: 'letter', id, said };
}

interface Own {
  purpose: VerpPurpose;
  message: string;
}

function ownOf(key: Uint8Array, mail: MailPart, letter: Letter): Own | null {
  const values = (headers: MailPart['headers'], names: readonly string[]) =>
    names.flatMap((name) => headers.get(name) ?? []);
  const places = [
    ...letter.to,
    ...values(mail.headers, ['delivered-to', 'x-original-to', 'x-envelope-to', 'envelope-to', 'to', 'cc']),
    ...values(returnedHeaders(mail), ['return-path', 'x-beckon-msg', 'message-id', 'list-unsubscribe', 'cfbl-address']),
    ...values(mail.headers, ['in-reply-to', 'references']).flatMap((field) => field.split(/\s+/).reverse()),
  ];
  for (const place of places) {
    const own = readVerp(key, place);
    if (own) return own;
  }
  return null;
}

function saidBy(mail: MailPart, { from }: Letter, { purpose, message }: Own): Said[] {
  const inbound = readInbound(mail, from);
  const of = { messageId: message, address: null };
  if (inbound.kind === 'report') return inbound.deliveries.flatMap((one) => saidOf(one, of));
  if (inbound.kind === 'complaint') return [{ ...of, kind: 'complained', says: inbound.feedback }];
  if (inbound.kind === 'feedback') return [];
  // The address stands in the mail's header for this alone; who writes to it means it, with a machine's help or without.
  if (purpose === 'unsub') return [{ ...of, kind: 'unsubscribed' }];
  if (inbound.kind === 'auto') return [{ ...of, kind: 'auto-replied', says: inbound.why }];
  return purpose === 'fbl' ? [] : [{ ...of, kind: 'replied' }];
}

function saidOf(one: Delivery, of: Pick<Said, 'messageId' | 'address'>): Said[] {
  const about = {
    ...of,
    ...(one.status === null ? {} : { status: one.status }),
    says: one.text,
    ...(one.recipient === null ? {} : { failedFor: one.recipient }),
  };
  if (one.action === 'failed') return [{ ...about, kind: 'bounced', class: one.class ?? 'unknown' }];
  if (one.action === 'delivered') return [{ ...about, kind: 'delivered' }];
  return one.action === 'delayed' ? [{ ...about, kind: 'deferred' }] : [];
}
