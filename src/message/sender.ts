import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { Compile } from 'typebox/compile';
import { Type, type Static } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { domainOf, readMailbox, type Mailbox } from './address.ts';
import { dkimKey, type DkimKey } from './dkim.ts';
import { errors } from './error.ts';
import type { RenderSetting } from './render.ts';

/** In whose name mails go out: a brand with its address, its looks, its links and its way out. */

const domain = (description: string) =>
  Type.String({ pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$', maxLength: 190, description });
const place = (description: string) =>
  Type.String({ pattern: '^https?://[^\\s"<>\\\\]+$', maxLength: 500, description });
const closed = { additionalProperties: false };

/** One key that signs; the private key itself is given once and shown by nobody. */
const Signature = Type.Object(
  {
    selector: Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$', description: 'Names the key in DNS' }),
    domain: Type.Optional(domain('d= of the signature; that of the address when left out')),
    privateKey: Type.Optional(
      Type.String({
        maxLength: 20_000,
        description: 'PEM, RSA or Ed25519; kept sealed. Left out: the one there is, or a new one of 2048 bits',
      }),
    ),
  },
  closed,
);

export const Sender = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 120, description: 'The brand, as its readers know it' }),
    from: Type.String({ minLength: 3, maxLength: 400, description: 'Name <address>' }),
    replyTo: Type.Optional(Type.String({ minLength: 3, maxLength: 400 })),
    shopUrl: Type.Optional(place('Where {{shop.url}} leads; the shop’s when left out')),
    linkUrl: Type.Optional(
      place('Host of the links in its mails, of unsubscribing and of the mail in a browser; it must lead to Beckon'),
    ),
    returnDomain: Type.Optional(domain('Where bounces come back to; that of the address when left out')),
    listDomain: Type.Optional(domain('End of the List-Id; the domain of the address when left out')),
    postalAddress: Type.Optional(
      Type.String({ minLength: 5, maxLength: 500, description: 'In the footer; that of the settings when left out' }),
    ),
    theme: Type.Optional(Type.String({ maxLength: 128, description: 'Of mails that name none themselves' })),
    language: Type.Optional(
      Type.String({
        pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$',
        description: 'For readers whose language is not known',
      }),
    ),
    way: Type.Optional(
      Type.String({ maxLength: 60, description: 'A way out named in BECKON_WAYS; the usual one when left out' }),
    ),
    dkim: Type.Optional(Type.Array(Signature, { maxItems: 2 })),
  },
  closed,
);
export type Sender = Static<typeof Sender>;
const form = Compile(Sender);

/** A sender with everything read and derived that does not change. */
export interface Brand {
  key: string;
  name: string;
  from: Mailbox;
  reply: Mailbox | null;
  /** Domain of return paths. */
  returns: string;
  /** Does somebody read there? */
  reads: boolean;
  /** What List-Id ends in. */
  listDomain: string;
  theme: string | null;
  /** A way out besides the usual one; null: that. */
  way: string | null;
  dkim: readonly DkimKey[];
  render: RenderSetting;
}

/** A value as a sender. Throws MESSAGE_SENDER_INVALID, MESSAGE_ADDRESS_REFUSED, MESSAGE_HEADER_REFUSED. */
export function senderOf(value: unknown): Sender {
  if (!form.Check(value)) {
    const [first] = form.Errors(value);
    const where = first?.instancePath || '/';
    throw new BeckonError(errors.MESSAGE_SENDER_INVALID, `The sender at ${where} ${first?.message ?? 'is not valid'}`, {
      where,
    });
  }
  readMailbox(value.from);
  if (value.replyTo !== undefined) readMailbox(value.replyTo);
  return value;
}

/** The brand of a sender, beside that of the settings, which lends what the sender does not say. */
export function brandOf(
  { key, sender, keys }: { key: string; sender: Sender; keys: readonly DkimKey[] },
  home: Brand,
): Brand {
  const from = readMailbox(sender.from);
  const publicUrl = (sender.linkUrl ?? home.render.publicUrl).replace(/\/$/, '');
  const url = (sender.shopUrl ?? home.render.shop.url).replace(/\/$/, '');
  return {
    key,
    name: sender.name,
    from,
    reply: sender.replyTo === undefined ? home.reply : readMailbox(sender.replyTo),
    returns: sender.returnDomain ?? (home.reads ? home.returns : domainOf(from.address)),
    reads: sender.returnDomain !== undefined || home.reads,
    listDomain: sender.listDomain ?? domainOf(from.address),
    theme: sender.theme ?? null,
    way: sender.way ?? null,
    dkim: keys,
    render: {
      ...home.render,
      shop: { name: sender.name, url },
      publicUrl,
      postalAddress: sender.postalAddress ?? home.render.postalAddress,
      hosts: new Set([...home.render.hosts, new URL(publicUrl).host, new URL(url).host]),
      language: sender.language ?? null,
    },
  };
}

/** A private key of 2048 bits as PEM. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** Reads a key of a sender. Throws MESSAGE_SENDER_INVALID. */
export function signatureOf(given: { domain: string; selector: string; pem: string }): DkimKey {
  try {
    return dkimKey(given);
  } catch (cause) {
    const says = `The key "${given.selector}": ${(cause as Error).message}`;
    throw new BeckonError(errors.MESSAGE_SENDER_INVALID, says, { where: '/dkim' });
  }
}

/** The TXT record that a key needs in DNS. Pure. */
export function dkimRecord({ key }: Pick<DkimKey, 'key'>): string {
  const open = createPublicKey(key);
  if (key.asymmetricKeyType === 'ed25519') {
    const { x } = open.export({ format: 'jwk' });
    return `v=DKIM1; k=ed25519; p=${Buffer.from(x!, 'base64url').toString('base64')}`;
  }
  return `v=DKIM1; k=rsa; p=${open.export({ type: 'spki', format: 'der' }).toString('base64')}`;
}
