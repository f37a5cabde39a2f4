import { classifyBounce, codeIn, statusIn, type BounceClass } from './bounce.ts';
import type { Said } from './heard.ts';
import { messageTag } from './provider-tag.ts';
import { listIn, textIn, valueIn } from './provider-value.ts';
import type { NameOf, ProviderCall, ProviderEvent } from './provider.ts';

/**
 * Resend: one event a call, signed as Svix does; its id stands in a header.
 * Source: resend.com/docs, "Webhooks" and `email.bounced`.
 */
export function readResend({ body, id: header }: ProviderCall, nameOf: NameOf): ProviderEvent[] {
  const data = valueIn(body, 'data');
  const type = textIn(body, 'type') ?? '';
  const messageId = nameOf({ tag: tagIn(data), addresses: [textIn(data, 'message_id')] });
  const to = listIn(data, 'to').filter((one): one is string => typeof one === 'string');
  const about = saidByResend(type, data);
  const id = header ?? `${type}/${textIn(data, 'email_id') ?? ''}`;
  const addresses = to.length > 0 ? to : [null];
  const one = to.length > 1 ? null : messageId;
  return [{ id, said: about ? addresses.map((address) => ({ messageId: one, address, ...about })) : [] }];
}

/** Tags come as an object, or as they were given: a list of names and values. */
function tagIn(data: unknown): string | undefined {
  const listed = listIn(data, 'tags').find((one) => textIn(one, 'name') === messageTag);
  return listed === undefined ? textIn(data, 'tags', messageTag) : textIn(listed, 'value');
}

function saidByResend(type: string, data: unknown): Omit<Said, 'messageId' | 'address'> | null {
  switch (type) {
    case 'email.delivered':
      return { kind: 'delivered' };
    case 'email.delivery_delayed':
      return { kind: 'deferred' };
    case 'email.complained':
      return { kind: 'complained' };
    case 'email.suppressed':
      return { kind: 'bounced', class: 'hard', says: textIn(data, 'suppressed', 'message') ?? 'suppressed by Resend' };
    case 'email.bounced':
      return bounceOf(valueIn(data, 'bounce'));
    default:
      return null;
  }
}

function bounceOf(bounce: unknown): Omit<Said, 'messageId' | 'address'> {
  const said = [textIn(bounce, 'diagnosticCode'), ...listIn(bounce, 'diagnosticCode'), textIn(bounce, 'message')];
  const says = said.filter((one): one is string => typeof one === 'string').join(' ');
  const status = statusIn(says);
  const read = classifyBounce({ code: codeIn(says), status, text: says });
  const kind = textIn(bounce, 'type');
  const subType = textIn(bounce, 'subType') ?? '';
  const weak = read === 'unknown' || read === 'hinted';
  const final: BounceClass =
    kind === 'Permanent' && weak
      ? 'hard'
      : subType === 'MailboxFull'
        ? 'soft'
        : kind !== 'Permanent' && read === 'hard'
          ? 'hinted'
          : read;
  return { kind: 'bounced', class: final, says, ...(status === undefined ? {} : { status }) };
}
