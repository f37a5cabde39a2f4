/** Shapes of `/v1/webhooks`: how a shop platform or any other sender comes in by `POST /hooks/{key}`. */
import { Type, type Static } from 'typebox';

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const expression = text(4000);
const optional = Type.Optional(expression);
const textOrNull = Type.Union([Type.String(), Type.Null()]);

export const WebhookKind = Type.Union([Type.Literal('shopify'), Type.Literal('woocommerce'), Type.Literal('generic')]);
export type WebhookKind = Static<typeof WebhookKind>;

/** How the sender signs. HMAC-SHA-256 of the raw body, or of what `signs` says. */
export const WebhookSignature = Type.Object(
  {
    /** Header that carries the signature. */
    header: Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
    algorithm: Type.Optional(Type.Literal('sha256')),
    encoding: Type.Union([Type.Literal('hex'), Type.Literal('base64')]),
    /** What stands before the signature in its header, such as `sha256=` or `v1,`. */
    prefix: Type.Optional(Type.String({ maxLength: 32 })),
    /** `base64` when the secret is the base64 text of its bytes (`whsec_…`). */
    secretEncoding: Type.Optional(Type.Union([Type.Literal('utf8'), Type.Literal('base64')])),
    /** Header with the moment of signing, in seconds, milliseconds or ISO 8601; then it must be signed too. */
    timestampHeader: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' })),
    /** Header with the delivery's own id, for `{id}` in `signs`. */
    idHeader: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' })),
    /** What is signed, of `{body}`, `{timestamp}` and `{id}`; `{body}`, or with a timestamp `{timestamp}.{body}`. */
    signs: Type.Optional(Type.String({ pattern: '^[^{}]*(\\{(body|timestamp|id)\\}[^{}]*)+$', maxLength: 100 })),
    /** Seconds that the timestamp may be off, either way; 300. */
    tolerance: Type.Optional(Type.Integer({ minimum: 1, maximum: 86_400 })),
  },
  { additionalProperties: false },
);
export type WebhookSignature = Static<typeof WebhookSignature>;

/** One event that a body makes: each field an expression over `body` and `headers`, and in `items` over `line`. */
export const WebhookMapping = Type.Object(
  {
    /** Makes the event only when this holds. */
    when: optional,
    type: expression,
    id: expression,
    at: optional,
    identities: Type.Record(text(64), expression),
    items: Type.Optional(
      Type.Object(
        { each: expression, id: expression, quantity: optional, price: optional, currency: optional },
        { additionalProperties: false },
      ),
    ),
    order: Type.Optional(
      Type.Object(
        { id: expression, total: expression, currency: expression, refundId: optional },
        { additionalProperties: false },
      ),
    ),
    cartId: optional,
    attributes: Type.Optional(Type.Record(text(128), expression)),
    consent: Type.Optional(Type.Record(text(64), expression)),
  },
  { additionalProperties: false },
);
export type WebhookMapping = Static<typeof WebhookMapping>;

/** What a shop platform leaves open. */
export const WebhookSettings = Type.Object(
  {
    /** What an item is: a product, one variant of it, or the stock-keeping unit. It must be what the pages send. */
    itemId: Type.Optional(Type.Union([Type.Literal('product'), Type.Literal('variant'), Type.Literal('sku')])),
    /** Currency of prices in product bodies, which carry none. */
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
    /** Where products are sold, for their links: `https://shop.example`. */
    shopUrl: Type.Optional(Type.String({ pattern: '^https?://[^/?#\\s]+$' })),
    /** Note attribute or meta field of an order with the Web SDK's ECID, so that the device and the buyer meet. */
    deviceField: Type.Optional(text(128)),
    /** WooCommerce: meta field of an order or a new customer that says whether mail is welcome. */
    consentField: Type.Optional(text(128)),
  },
  { additionalProperties: false },
);
export type WebhookSettings = Static<typeof WebhookSettings>;

/** PUT /v1/webhooks/{key} */
export const WebhookInput = Type.Object(
  {
    kind: WebhookKind,
    name: Type.Optional(text(128)),
    /** Kept sealed and never shown; left out, the old one stays. */
    secret: Type.Optional(Type.String({ minLength: 8, maxLength: 512 })),
    /** With a new secret: how long the one before counts beside it, such as `P1D`; left out, it ends at once. */
    oldSecretFor: Type.Optional(Type.String({ minLength: 3, maxLength: 32 })),
    settings: Type.Optional(WebhookSettings),
    /** Of `generic`, and needed there. */
    signature: Type.Optional(WebhookSignature),
    mapping: Type.Optional(Type.Array(WebhookMapping, { minItems: 1, maxItems: 20 })),
  },
  { additionalProperties: false },
);
export type WebhookInput = Static<typeof WebhookInput>;

export const WebhookView = Type.Object({
  key: Type.String(),
  kind: WebhookKind,
  name: Type.String(),
  /** Where the sender posts to. */
  url: Type.String(),
  settings: WebhookSettings,
  signature: Type.Union([WebhookSignature, Type.Null()]),
  mapping: Type.Array(WebhookMapping),
  createdAt: Type.String(),
  /** Until when the secret before this one counts as well; null when there is none. */
  oldSecretUntil: textOrNull,
  /** Bodies that took effect; that were known; that mean nothing here; with something refused; with a wrong signature. */
  counts: Type.Object({
    taken: Type.Integer(),
    repeated: Type.Integer(),
    ignored: Type.Integer(),
    refused: Type.Integer(),
    turnedAway: Type.Integer(),
  }),
  lastAt: textOrNull,
  lastRefusal: Type.Union([Type.Object({ at: Type.String(), why: Type.String() }), Type.Null()]),
});
export type WebhookView = Static<typeof WebhookView>;

/** GET /v1/webhooks/{key}/requests: what a platform asked about people's data. */
export const WebhookRequest = Type.Object({
  id: Type.String(),
  topic: Type.String(),
  at: Type.String(),
  doneAt: textOrNull,
  body: Type.Unknown(),
});
export type WebhookRequest = Static<typeof WebhookRequest>;
