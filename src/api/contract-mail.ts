/** Shapes of what is heard of mails: `/v1/mail-sources`, `/v1/suppressions`, harm. */
import { Type, type Static } from 'typebox';

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const count = Type.Integer({ minimum: 0 });

export const MailProvider = Type.Union([
  Type.Literal('ses'),
  Type.Literal('postmark'),
  Type.Literal('sendgrid'),
  Type.Literal('mailgun'),
  Type.Literal('resend'),
]);
export type MailProvider = Static<typeof MailProvider>;

/** PUT /v1/mail-sources/{key}: a provider that tells what became of our mails, at `/hooks/mail/{key}`. */
export const MailSourceInput = Type.Object(
  {
    provider: MailProvider,
    name: Type.Optional(text(100)),
    /**
     * What its calls are known by: of SendGrid the verification key, of Mailgun the signing key, of Resend the signing
     * secret (`whsec_…`), of Postmark `user:password` of the address. SES has none. Left out: as it was.
     */
    secret: Type.Optional(text(4096)),
    /** Of SES: the topics of SNS that may call. */
    topics: Type.Optional(Type.Array(text(256), { minItems: 1, maxItems: 20 })),
  },
  { additionalProperties: false },
);
export type MailSourceInput = Static<typeof MailSourceInput>;

export const MailSourceView = Type.Object({
  key: Type.String(),
  provider: MailProvider,
  name: Type.String(),
  topics: Type.Array(Type.String()),
  /** Where the provider calls. */
  address: Type.String(),
  /** Events taken, known before, and calls turned away. */
  taken: count,
  repeated: count,
  turnedAway: count,
  lastAt: textOrNull,
  lastRefusal: textOrNull,
  lastRefusalAt: textOrNull,
});
export type MailSourceView = Static<typeof MailSourceView>;
