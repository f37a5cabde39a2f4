import { classifyBounce, codeIn, type BounceClass } from './bounce.ts';
import type { Said } from './heard.ts';
import { messageTag } from './provider-tag.ts';
import { textIn } from './provider-value.ts';
import type { NameOf, ProviderCall, ProviderEvent } from './provider.ts';

/**
 * SendGrid: a list of events, in any order, each with an id of its own; custom arguments stand beside its own fields.
 * Source: twilio.com/docs/sendgrid, "Event Webhook Reference".
 */
export function readSendgrid({ body }: ProviderCall, nameOf: NameOf): ProviderEvent[] {
  const events = Array.isArray(body) ? (body as unknown[]) : [body];
  return events.slice(0, 10_000).map((event) => {
    const messageId = nameOf({ tag: textIn(event, messageTag), addresses: [textIn(event, 'smtp-id')] });
    const address = textIn(event, 'email') ?? null;
    const about = saidBySendgrid(event);
    const id = textIn(event, 'sg_event_id') ?? '';
    return { id, said: about && id !== '' ? [{ messageId, address, ...about }] : [] };
  });
}

function saidBySendgrid(event: unknown): Omit<Said, 'messageId' | 'address'> | null {
  const says = textIn(event, 'reason') ?? textIn(event, 'response') ?? '';
  switch (textIn(event, 'event')) {
    case 'delivered':
      return { kind: 'delivered' };
    case 'deferred':
      return { kind: 'deferred', says };
    case 'spamreport':
      return { kind: 'complained' };
    case 'unsubscribe':
    case 'group_unsubscribe':
      return { kind: 'unsubscribed' };
    case 'dropped':
      return droppedBySendgrid(says);
    case 'bounce': {
      const status = textIn(event, 'status');
      const read = classifyBounce({ code: codeIn(says), status, text: says });
      // "blocked" is SendGrid's word for a host that refused us, whatever code it gave.
      const kind: BounceClass =
        textIn(event, 'type') === 'blocked' && (read === 'hard' || read === 'hinted') ? 'policy' : read;
      return { kind: 'bounced', class: kind, says, ...(status === undefined ? {} : { status }) };
    }
    default:
      return null;
  }
}

/** Mails that SendGrid did not even try, because of what it remembers of the address. */
function droppedBySendgrid(reason: string): Omit<Said, 'messageId' | 'address'> {
  if (/spam reporting/i.test(reason)) return { kind: 'complained', says: reason };
  if (/unsubscribed/i.test(reason)) return { kind: 'unsubscribed' };
  const kind: BounceClass = /bounced address|invalid/i.test(reason)
    ? 'hard'
    : /spam content/i.test(reason)
      ? 'content'
      : 'unknown';
  return { kind: 'bounced', class: kind, says: reason };
}
