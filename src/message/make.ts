import { createHash } from 'node:crypto';
import type { ProfileView } from '../profile/index.ts';
import type { CompiledTemplate } from './compiled.ts';
import { signMail } from './dkim.ts';
import type { FreshContext } from './fresh.ts';
import type { MessageClass, StoredLink } from './message.ts';
import { composeMail, type ComposedMail } from './mime.ts';
import { asProof, nobody } from './proof.ts';
import { renderMail, type RenderedMail } from './render.ts';
import type { Brand } from './sender.ts';
import { verpAddress, verpToken, type VerpPurpose } from './verp.ts';

/** One mail that is to be made, with all that it says: nothing is looked up while it is made. Plain data. */
export interface MakeOrder {
  message: { id: string; key: string; journey: string; class: MessageClass };
  address: string;
  profile: ProfileView;
  /** With its items as they are at this moment. */
  fresh: FreshContext;
  codes: Readonly<Record<string, string>>;
  timeZone: string;
  /** With the picture that tells of the opening. */
  opens: boolean;
  /** Business time, UTC ms. */
  at: number;
  /** Is what it says asked for beside its octets? Some ways out take it apart. */
  words: boolean;
}

/** An order with what many mails have in common. */
export interface MakeJob {
  order: MakeOrder;
  template: CompiledTemplate;
  brand: Brand;
}

/** Keys that every mail of an installation hangs on. */
export interface MakeKeys {
  secret: Uint8Array;
  verpKey: Uint8Array;
}

/** A mail ready for the wire, or why there is none. */
export type Made =
  | { skip: string }
  | { failed: string }
  | {
      mail: ComposedMail;
      /** Of the octets of the mail, in hexadecimal. */
      sha256: string;
      subject: string;
      links: StoredLink[];
      /** Octets of the HTML. */
      size: number;
      says: RenderedMail | null;
    };

/** Renders, composes and signs a mail; the same job gives the same mail. Never throws: what cannot be one says why. */
export async function makeMail({ order, template, brand }: MakeJob, keys: MakeKeys): Promise<Made> {
  const isProof = order.message.class === 'proof';
  const { profile, fresh, timeZone, opens, codes } = order;
  const shown = isProof ? { messageId: nobody, sent: [] } : { messageId: order.message.id };
  const rendering = renderMail(
    { template, ...shown, context: fresh.context, fresh, profile, now: order.at, timeZone, opens, codes },
    brand.render,
  );
  if (!('mail' in rendering)) return rendering;
  const says = isProof ? asProof(rendering.mail, { sample: Object.keys(codes).length > 0 }) : rendering.mail;
  try {
    const composed = compose({ order, brand, says }, keys);
    const mail =
      brand.dkim.length === 0 ? composed : { ...composed, ...(await signMail(composed, brand.dkim, order.at)) };
    return {
      mail,
      sha256: createHash('sha256').update(mail.raw).digest('hex'),
      subject: says.subject,
      links: says.links,
      size: says.size,
      says: order.words ? says : null,
    };
  } catch (error) {
    return { failed: (error as Error).message };
  }
}

function compose(
  { order, brand, says }: { order: MakeOrder; brand: Brand; says: RenderedMail },
  { secret, verpKey }: MakeKeys,
): ComposedMail {
  const { id, key, journey, class: kind } = order.message;
  const { returns: domain, reads } = brand;
  const named = (purpose: VerpPurpose) => verpAddress(verpKey, purpose, { message: id, domain });
  const feedback = named('fbl');
  return composeMail({
    from: brand.from,
    replyTo: brand.reply,
    to: order.address,
    subject: says.subject,
    html: says.html,
    text: says.text,
    at: order.at,
    message: { key, journey, class: kind },
    unsubscribeUrl: kind === 'marketing' ? says.unsubscribeUrl : null,
    stream: { name: brand.name, domain: brand.listDomain, sender: brand.key },
    returns: {
      path: named('bounce'),
      unsubscribe: reads ? named('unsub') : null,
      feedback: reads ? feedback : null,
      tag: feedback.slice(0, feedback.lastIndexOf('@')),
      id: `mail+${verpToken(verpKey, 'mail', id)}`,
    },
    secret,
  });
}
