import { classifyBounce, type BounceClass } from './bounce.ts';
import type { Said } from './heard.ts';
import { messageTag } from './provider-tag.ts';
import { numberIn, textIn, valueIn } from './provider-value.ts';
import type { NameOf, ProviderCall, ProviderEvent } from './provider.ts';

/**
 * Mailgun: one event a call, under `event-data`; the older form has its fields at the top.
 * Source: documentation.mailgun.com, "Webhook Payloads" and "Tracking Failures".
 */
export function readMailgun({ body }: ProviderCall, nameOf: NameOf): ProviderEvent[] {
  const event = valueIn(body, 'event-data') ?? body;
  const id = textIn(event, 'id') ?? textIn(event, 'token') ?? '';
  const messageId = nameOf({
    tag: textIn(event, 'user-variables', messageTag) ?? textIn(event, messageTag),
    addresses: [
      textIn(event, 'envelope', 'sender'),
      textIn(event, 'message', 'headers', 'message-id'),
      textIn(event, 'Message-Id'),
    ],
  });
  const about = saidByMailgun(event);
  return [
    { id, said: about && id !== '' ? [{ messageId, address: textIn(event, 'recipient') ?? null, ...about }] : [] },
  ];
}

function saidByMailgun(event: unknown): Omit<Said, 'messageId' | 'address'> | null {
  switch (textIn(event, 'event')) {
    case 'delivered':
      return { kind: 'delivered' };
    case 'complained':
      return { kind: 'complained' };
    case 'unsubscribed':
      return { kind: 'unsubscribed' };
    case 'failed':
      return textIn(event, 'severity') === 'temporary' ? { kind: 'deferred', says: wordsOf(event) } : failure(event);
    case 'bounced':
    case 'dropped':
      return failure(event);
    default:
      return null;
  }
}

function failure(event: unknown): Omit<Said, 'messageId' | 'address'> {
  const reason = textIn(event, 'reason') ?? '';
  if (reason === 'suppress-complaint') return { kind: 'complained', says: reason };
  if (reason === 'suppress-unsubscribe') return { kind: 'unsubscribed' };
  const says = wordsOf(event);
  const code = numberIn(event, 'delivery-status', 'code') ?? numberIn(event, 'code');
  const status = textIn(event, 'delivery-status', 'enhanced-code');
  const read = classifyBounce({ code, status: status === '' ? undefined : status, text: says });
  // 605: Mailgun remembers that it bounced. "old" and "espblock": hosts that never took it, or refuse us.
  const kind: BounceClass =
    reason === 'suppress-bounce' || code === 605
      ? 'hard'
      : reason === 'espblock'
        ? 'policy'
        : reason === 'old'
          ? 'soft'
          : read;
  return { kind: 'bounced', class: kind, says, ...(status ? { status } : {}) };
}

function wordsOf(event: unknown): string {
  const { message, description } = {
    message: textIn(event, 'delivery-status', 'message') ?? textIn(event, 'error') ?? '',
    description: textIn(event, 'delivery-status', 'description') ?? textIn(event, 'description') ?? '',
  };
  return message === '' ? description : message;
}
