/** Shapes of what is heard of mails: `/v1/mail-sources`, `/v1/suppressions`, harm. */
import { Type, type Static } from 'typebox';
import type { SuppressionScope } from '../message/index.ts';

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

const Scope = Type.Unsafe<SuppressionScope>(
  Type.String({
    pattern: '^(marketing|all|list:[a-z0-9][a-z0-9-]{0,59})$',
    description: '`all` mail, all `marketing`, or `list:` and the key of a sender, whose marketing it is then',
  }),
);

/** An entry of the suppression list. */
export const SuppressionView = Type.Object({
  /** `hmac:…` under this installation's secret, or `sha256:…` as another system gave it. */
  id: Type.String(),
  scope: Scope,
  reason: Type.String(),
  at: Type.String(),
  /** When it ends by itself; null: never. */
  until: textOrNull,
  /** Null when the person was erased, or only a hash was ever known. */
  address: textOrNull,
  note: textOrNull,
  /** Complaints and erased people stay. */
  removable: Type.Boolean(),
});
export type SuppressionView = Static<typeof SuppressionView>;

/** GET /v1/suppressions */
export const SuppressionPage = Type.Object({
  entries: Type.Array(SuppressionView),
  /** Give it as `after` to read on; null at the end. */
  next: textOrNull,
  /** How many entries hold, by reason. */
  counts: Type.Record(Type.String(), count),
});
export type SuppressionPage = Static<typeof SuppressionPage>;

/** POST /v1/suppressions */
export const SuppressionInput = Type.Object(
  {
    address: Type.Optional(text(254)),
    /** SHA-256 of the trimmed lower-case address, hex. */
    sha256: Type.Optional(Type.String({ pattern: '^[0-9A-Fa-f]{64}$' })),
    /** `marketing` if left out: mails about orders still come. */
    scope: Type.Optional(Scope),
    note: Type.Optional(text(300)),
  },
  { additionalProperties: false },
);
export type SuppressionInput = Static<typeof SuppressionInput>;

/** POST /v1/suppressions/import */
export const SuppressionReport = Type.Object({
  dryRun: Type.Boolean(),
  rows: count,
  /** New entries. */
  added: count,
  /** On the list already. */
  known: count,
  refused: count,
  /** The first refused rows, at most 500; `row` is the line in the file. */
  faults: Type.Array(Type.Object({ row: count, why: Type.String() })),
});
export type SuppressionReport = Static<typeof SuppressionReport>;

const Share = Type.Object({
  count,
  /** Of the mails that were accepted; null while there are none. */
  share: Type.Union([Type.Number(), Type.Null()]),
  /** 95 % interval of Wilson. */
  low: Type.Number(),
  high: Type.Number(),
  level: Type.Union([Type.Literal('fine'), Type.Literal('watch'), Type.Literal('harm'), Type.Literal('too early')]),
});

/** GET /v1/journeys/{key}/harm */
export const HarmView = Type.Object({
  days: count,
  sent: count,
  delivered: count,
  replied: count,
  complaints: Share,
  unsubscribes: Share,
  /** Mailboxes that do not exist. */
  hardBounces: Share,
  /** Full mailboxes and unnamed reasons. */
  softBounces: Share,
  /** Refusals of us: policy, content, addresses that need SMTPUTF8. */
  policyBounces: Share,
});
export type HarmView = Static<typeof HarmView>;

const Name = Type.Object({ en: text(80), sv: Type.Optional(text(80)), de: Type.Optional(text(80)) });
const About = Type.Object({
  en: Type.Optional(text(200)),
  sv: Type.Optional(text(200)),
  de: Type.Optional(text(200)),
});

/** PUT /v1/topics/{key}: what some of the mails are about. */
export const TopicInput = Type.Object(
  {
    name: Name,
    about: Type.Optional(About),
    /** Keys of the journeys whose mails belong to it. A mail of several topics is left out when all of them are. */
    journeys: Type.Array(text(128), { maxItems: 200 }),
    /** Its order on the page. */
    place: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  },
  { additionalProperties: false },
);
export type TopicInput = Static<typeof TopicInput>;

export const TopicView = Type.Object({
  key: Type.String(),
  name: Name,
  about: About,
  journeys: Type.Array(Type.String()),
  place: Type.Integer(),
});
export type TopicView = Static<typeof TopicView>;

/** POST /v1/messages: one mail to one address, such as a receipt. */
export const PostingInput = Type.Object(
  {
    /** Makes it one mail for ever, such as `receipt:1001`. */
    key: text(200),
    to: text(254),
    /** Key of a published transactional template; or `subject` and `paragraphs` instead. */
    template: Type.Optional(text(128)),
    /** What the template sees under `context`. */
    data: Type.Optional(Type.Record(Type.String({ minLength: 1, maxLength: 128 }), Type.Unknown())),
    subject: Type.Optional(text(200)),
    /** Plain words, in the shop's theme. */
    paragraphs: Type.Optional(Type.Array(text(4000), { minItems: 1, maxItems: 50 })),
    /** Not sent after this time, such as `PT1H`; three days if left out, a week at most. */
    within: Type.Optional(text(40)),
  },
  { additionalProperties: false },
);
export type PostingInput = Static<typeof PostingInput>;

export const PostingView = Type.Object({
  id: Type.String(),
  key: Type.String(),
  /** As in the send ledger: planned, sending, accepted, rejected, in_doubt … */
  state: Type.String(),
  reason: textOrNull,
  template: Type.String(),
  plannedAt: Type.String(),
  acceptedAt: textOrNull,
  /** What came back of it: delivered, bounced, complained … */
  heard: Type.Array(Type.Object({ kind: Type.String(), class: textOrNull, at: Type.String() })),
});
export type PostingView = Static<typeof PostingView>;
