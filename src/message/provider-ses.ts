import { classifyBounce, codeIn, type BounceClass } from './bounce.ts';
import type { Said } from './heard.ts';
import { messageTag } from './provider-tag.ts';
import { listIn, textIn, valueIn } from './provider-value.ts';
import type { NameOf, ProviderCall, ProviderEvent } from './provider.ts';

/**
 * Amazon SES by SNS: the outer envelope holds the event as text. Two shapes, `notificationType` of notifications and
 * `eventType` of event publishing, and several recipients in one (trust §1.7, rows 24, 25).
 * Source: docs.aws.amazon.com/ses, "Contents of event data that Amazon SES publishes to Amazon SNS".
 */
export function readSes({ body }: ProviderCall, nameOf: NameOf): ProviderEvent[] {
  const id = textIn(body, 'MessageId') ?? '';
  if (textIn(body, 'Type') !== 'Notification') return [{ id, said: [] }];
  const event = parsed(textIn(body, 'Message') ?? '');
  return [{ id, said: saidBySes(event, nameOf) }];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function saidBySes(event: unknown, nameOf: NameOf): Said[] {
  const kind = textIn(event, 'eventType') ?? textIn(event, 'notificationType');
  const mail = valueIn(event, 'mail');
  const headers = listIn(mail, 'headers').flatMap((one) => textIn(one, 'value') ?? []);
  const named = nameOf({
    tag: listIn(mail, 'tags', messageTag)[0],
    addresses: [textIn(mail, 'source'), ...headers],
  });
  // A mail of ours has one recipient; of one with more nobody knows whose the message is.
  const messageId = listIn(mail, 'destination').length > 1 ? null : named;
  const to = (list: unknown[]) => list.map((one) => textIn(one, 'emailAddress') ?? null);
  const each = (addresses: (string | null)[], about: Omit<Said, 'messageId' | 'address'>): Said[] =>
    addresses.map((address) => ({ messageId, address, ...about }));
  if (kind === 'Bounce') {
    const bounce = valueIn(event, 'bounce');
    return listIn(bounce, 'bouncedRecipients').map((one) => ({
      messageId,
      address: textIn(one, 'emailAddress') ?? null,
      kind: 'bounced',
      ...bounceOfSes(bounce, one),
    }));
  }
  if (kind === 'Complaint') {
    const feedback = textIn(event, 'complaint', 'complaintFeedbackType') ?? 'abuse';
    const list = to(listIn(event, 'complaint', 'complainedRecipients'));
    return feedback === 'not-spam' ? [] : each(list, { kind: 'complained', says: feedback });
  }
  const destination = listIn(mail, 'destination').map((one) => (typeof one === 'string' ? one : null));
  if (kind === 'Delivery') return each(destination, { kind: 'delivered' });
  if (kind === 'DeliveryDelay')
    return each(to(listIn(event, 'deliveryDelay', 'delayedRecipients')), { kind: 'deferred' });
  if (kind === 'Reject') return each(destination, { kind: 'bounced', class: 'content', says: 'refused by SES' });
  const ended = valueIn(event, 'subscription', 'newTopicPreferences', 'unsubscribeAll') === true;
  return kind === 'Subscription' && ended ? each(destination, { kind: 'unsubscribed' }) : [];
}

/** What SES says of the kind of a bounce, where the host's own words say nothing sure. */
const subTypes: Record<string, BounceClass> = {
  MailboxFull: 'soft',
  MessageTooLarge: 'content',
  ContentRejected: 'content',
  AttachmentRejected: 'content',
};

function bounceOfSes(bounce: unknown, recipient: unknown): Pick<Said, 'class' | 'status' | 'says'> {
  const says = textIn(recipient, 'diagnosticCode') ?? '';
  const status = textIn(recipient, 'status');
  const kind = textIn(bounce, 'bounceType');
  const subType = textIn(bounce, 'bounceSubType') ?? '';
  const read = classifyBounce({ code: codeIn(says), status, text: says });
  const told = (kind === 'Transient' && subTypes[subType]) || read;
  const weak = told === 'unknown' || told === 'hinted';
  const final: BounceClass =
    kind === 'Permanent' && weak ? 'hard' : kind !== 'Permanent' && told === 'hard' ? 'hinted' : told;
  return { class: final, ...(status === undefined ? {} : { status }), says: says === '' ? `${kind} ${subType}` : says };
}
