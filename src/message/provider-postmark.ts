import { classifyBounce, codeIn, statusIn, type BounceClass } from './bounce.ts';
import type { Said } from './heard.ts';
import { messageTag } from './provider-tag.ts';
import { textIn, valueIn } from './provider-value.ts';
import type { NameOf, ProviderCall, ProviderEvent } from './provider.ts';

/**
 * Postmark: one event a call, told apart by `RecordType`.
 * Source: postmarkapp.com/developer, "Webhooks overview", "Bounce webhook" and the bounce types of its API.
 */
export function readPostmark({ body }: ProviderCall, nameOf: NameOf): ProviderEvent[] {
  const kind = textIn(body, 'RecordType') ?? (textIn(body, 'TypeCode') === undefined ? '' : 'Bounce');
  const messageId = nameOf({ tag: textIn(body, 'Metadata', messageTag) });
  const address = textIn(body, 'Email') ?? textIn(body, 'Recipient') ?? null;
  const about = saidByPostmark(kind, body);
  // Only bounces have an id; a delivery comes once a message, a change of subscription once a moment.
  const own =
    textIn(body, 'ID') ?? `${textIn(body, 'MessageID') ?? ''}/${textIn(body, 'ChangedAt') ?? ''}/${address ?? ''}`;
  return [{ id: `${kind}/${own}`, said: about ? [{ messageId, address, ...about }] : [] }];
}

/** Bounce types that say enough by themselves; the others are read in the host's words. */
const types: Record<string, BounceClass> = {
  HardBounce: 'hard',
  BadEmailAddress: 'hard',
  ManuallyDeactivated: 'hard',
  SpamNotification: 'policy',
  Blocked: 'policy',
  ISPNotDelivered: 'policy',
  DMARCPolicy: 'policy',
  VirusNotification: 'content',
  TemplateRenderingFailed: 'content',
  DnsError: 'routing',
  SoftBounce: 'soft',
};

function saidByPostmark(kind: string, body: unknown): Omit<Said, 'messageId' | 'address'> | null {
  if (kind === 'Delivery') return { kind: 'delivered' };
  if (kind === 'SpamComplaint') return { kind: 'complained' };
  if (kind === 'SubscriptionChange') return changeOf(body);
  if (kind !== 'Bounce') return null;
  const type = textIn(body, 'Type') ?? '';
  const says = textIn(body, 'Details') ?? textIn(body, 'Description') ?? '';
  if (type === 'SpamComplaint') return { kind: 'complained', says };
  if (type === 'Unsubscribe') return { kind: 'unsubscribed' };
  if (type === 'AutoResponder' || type === 'ChallengeVerification' || type === 'AddressChange')
    return { kind: 'auto-replied', says: type };
  if (type === 'Transient') return { kind: 'deferred', says };
  const status = statusIn(says);
  const read = classifyBounce({ code: codeIn(says), status, text: says });
  // Postmark calls many things a soft or a hard bounce; a host that refuses us says so in its own words.
  const told = types[type] ?? read;
  const final =
    told === 'hard' && read === 'policy'
      ? 'policy'
      : told === 'soft' && read !== 'unknown' && read !== 'hard'
        ? read
        : told;
  return { kind: 'bounced', class: final, says, ...(status === undefined ? {} : { status }) };
}

function changeOf(body: unknown): Omit<Said, 'messageId' | 'address'> | null {
  if (valueIn(body, 'SuppressSending') !== true) return null;
  const reason = textIn(body, 'SuppressionReason');
  if (reason === 'SpamComplaint') return { kind: 'complained' };
  if (reason === 'HardBounce') return { kind: 'bounced', class: 'hard', says: 'suppressed by Postmark' };
  return { kind: 'unsubscribed' };
}
