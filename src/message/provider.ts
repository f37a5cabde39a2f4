import { isUuid } from '../base/index.ts';
import type { NewNotice } from './hear.ts';
import type { Said } from './heard.ts';
import { readMailgun } from './provider-mailgun.ts';
import { readPostmark } from './provider-postmark.ts';
import { readResend } from './provider-resend.ts';
import { readSendgrid } from './provider-sendgrid.ts';
import { readSes } from './provider-ses.ts';
import { readVerp } from './verp.ts';

/** Providers of mail that tell what became of it, each in its own words. */
export const providers = ['ses', 'postmark', 'sendgrid', 'mailgun', 'resend'] as const;
export type Provider = (typeof providers)[number];

/** Whose message it is: by the tag that went with it, or by one of our own addresses in what is told. */
export type NameOf = (clue: { tag?: unknown; addresses?: readonly unknown[] }) => string | null;

/** The same, read with the key of our own addresses. */
export function namesBy(verpKey: Uint8Array): NameOf {
  return ({ tag, addresses = [] }) => {
    if (typeof tag === 'string' && isUuid(tag)) return tag;
    const texts = addresses.filter((one): one is string => typeof one === 'string');
    return texts.map((one) => readVerp(verpKey, one)).find((own) => own !== null)?.message ?? null;
  };
}

/** One event of a provider: its own id of it, and what it says; nothing for what we have no use for. */
export interface ProviderEvent {
  id: string;
  said: Said[];
}

export interface ProviderCall {
  /** The body, parsed. */
  body: unknown;
  /** The provider's id of the call, if it stands in a header. */
  id: string | null;
}

const readers: Record<Provider, (call: ProviderCall, nameOf: NameOf) => ProviderEvent[]> = {
  ses: readSes,
  postmark: readPostmark,
  sendgrid: readSendgrid,
  mailgun: readMailgun,
  resend: readResend,
};

/**
 * What a provider's call says, event by event, in our words. The call is genuine already. Total: what nobody knows is an
 * event that says nothing, with its raw words kept.
 */
export function readProvider(
  provider: Provider,
  call: ProviderCall,
  how: { source: string; nameOf: NameOf },
): NewNotice[] {
  return readers[provider](call, how.nameOf).map(({ id, said }) => ({
    source: how.source,
    id: id.slice(0, 200),
    said,
    ...(said.length === 0 ? { raw: JSON.stringify(call.body) } : {}),
  }));
}

/** What a call of a provider came to: events taken, and events that were known. */
export interface Told {
  taken: number;
  repeated: number;
}
