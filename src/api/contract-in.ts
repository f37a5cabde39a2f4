/** What comes in by /v1: rows of items, profiles and events, datastreams and keys. One schema each, as in contract.ts. */
import { Type, type Static } from 'typebox';

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const purpose = Type.Union([Type.Literal('in'), Type.Literal('out')]);

/** Names of somebody by namespace: `{"email": "ada@example.com", "ECID": "38 digits", "crm": "42"}`. */
export const Identities = Type.Record(text(64), Type.Union([text(254), Type.Array(text(254), { maxItems: 10 })]));
export type Identities = Static<typeof Identities>;

/** POST /v1/profiles: what the shop's server says of somebody. null clears an attribute. */
export const ProfileInput = Type.Object({
  /** Makes a repeated call harmless; absent: each call is a statement of its own. */
  id: Type.Optional(text(128)),
  at: Type.Optional(text(40)),
  identities: Identities,
  attributes: Type.Optional(
    Type.Record(text(128), Type.Union([Type.String({ maxLength: 4096 }), Type.Number(), Type.Boolean(), Type.Null()])),
  ),
  consent: Type.Optional(
    Type.Object(
      {
        collect: Type.Optional(purpose),
        personalize: Type.Optional(purpose),
        /** `pending` is the first half of a double opt-in; it is not in force until `in` follows. */
        'email-marketing': Type.Optional(Type.Union([...purpose.anyOf, Type.Literal('pending')])),
      },
      { additionalProperties: false },
    ),
  ),
  /** How the consent was given; kept with its record. */
  proof: Type.Optional(
    Type.Object(
      {
        channel: Type.Optional(text(32)),
        basis: Type.Optional(
          Type.Union([Type.Literal('consent'), Type.Literal('soft_opt_in'), Type.Literal('contract')]),
        ),
        wording: Type.Optional(text(4000)),
        place: Type.Optional(text(2048)),
        ipPrefix: Type.Optional(text(64)),
      },
      { additionalProperties: false },
    ),
  ),
});
export type ProfileInput = Static<typeof ProfileInput>;

/** POST /v1/events: what the shop's server says has happened, with its own time. */
export const EventInput = Type.Object({
  /** Unique for the shop's server; the same id is kept once. */
  id: text(128),
  /** When it happened, ISO 8601; absent: now. */
  at: Type.Optional(text(40)),
  /** An XDM commerce name such as `commerce.purchases`. */
  type: Type.Union([text(128), Type.Array(text(128), { minItems: 1, maxItems: 10 })]),
  identities: Identities,
  items: Type.Optional(
    Type.Array(
      Type.Object({
        id: text(128),
        quantity: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
        /** Unit price in major units. */
        price: Type.Optional(Type.Number({ minimum: 0 })),
        currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
      }),
      { maxItems: 1000 },
    ),
  ),
  order: Type.Optional(
    Type.Object({
      id: text(128),
      /** Of commerce.refunds: what this refund gives back. */
      total: Type.Number({ minimum: 0 }),
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
      /** Of commerce.refunds: the refund's own id. */
      refundId: Type.Optional(text(128)),
    }),
  ),
  cartId: Type.Optional(text(128)),
  page: Type.Optional(
    Type.Object({
      url: Type.Optional(Type.String({ maxLength: 2048 })),
      name: Type.Optional(Type.String({ maxLength: 256 })),
      section: Type.Optional(Type.String({ maxLength: 256 })),
      referrer: Type.Optional(Type.String({ maxLength: 2048 })),
    }),
  ),
  timeZone: Type.Optional(text(64)),
  /** Categories the visitor showed interest in: they feed the favourite category. */
  categories: Type.Optional(Type.Array(text(250), { maxItems: 20 })),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type EventInput = Static<typeof EventInput>;

/** A row that was refused; nothing else of the call is lost by it. `row` counts from 1. */
export const RefusedRow = Type.Object({
  row: Type.Integer(),
  id: Type.Union([Type.String(), Type.Null()]),
  code: Type.String(),
  why: Type.String(),
});
export type RefusedRow = Static<typeof RefusedRow>;

/** Answer of the doors that take many rows. `repeated`: rows already known by their id. */
export const IntakeReport = Type.Object({
  kept: Type.Integer(),
  repeated: Type.Integer(),
  refused: Type.Array(RefusedRow),
  /** Refused rows beyond those; of NDJSON only. */
  more: Type.Optional(Type.Integer()),
});
export type IntakeReport = Static<typeof IntakeReport>;

/** What a scope or a surface of the page answers (docs/guide/web-sdk.md). */
export const ScopeInput = Type.Object(
  {
    criterion: text(128),
    format: Type.Union([Type.Literal('json'), Type.Literal('html')]),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    /** HTML in the one language over `items`, `cart`, `criterion`, `recommendation`. */
    template: Type.Optional(text(65_536)),
    /** CSS selector of the element that the SDK fills by itself. */
    selector: Type.Optional(text(512)),
    /** Who fills the slots that the criterion leaves empty. */
    backup: Type.Optional(Type.Union([Type.Literal('fill'), Type.Literal('empty'), Type.Literal('none')])),
  },
  { additionalProperties: false },
);

const Scopes = Type.Record(text(256), ScopeInput, { maxProperties: 100 });

/** PUT /v1/datastreams/{id} */
export const DatastreamInput = Type.Object({
  name: Type.Optional(text(128)),
  /** The org id the page's SDK is configured with; names the cookies. */
  orgId: Type.Optional(
    Type.Union([Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}(@[A-Za-z0-9._-]{1,32})?$' }), Type.Null()]),
  ),
  /** Origins such as `https://shop.example`; empty: any while Beckon is on loopback, else its own only. */
  allowedOrigins: Type.Optional(Type.Array(Type.String({ pattern: '^https?://[^/?#\\s]+$' }), { maxItems: 200 })),
  fpidCookie: Type.Optional(Type.Union([Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }), Type.Null()])),
  /** By the name that the page asks for in `decisionScopes`; replaces what was there. */
  scopes: Type.Optional(Scopes),
  /** By surface: `web://host/path#place`, or `#place` on any page; replaces what was there. */
  surfaces: Type.Optional(Scopes),
});
export type DatastreamInput = Static<typeof DatastreamInput>;

export const DatastreamView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  orgId: Type.Union([Type.String(), Type.Null()]),
  allowedOrigins: Type.Array(Type.String()),
  fpidCookie: Type.Union([Type.String(), Type.Null()]),
  scopes: Type.Record(Type.String(), ScopeInput),
  surfaces: Type.Record(Type.String(), ScopeInput),
});
export type DatastreamView = Static<typeof DatastreamView>;

/** POST /v1/identity-tokens: who sits before a device, vouched for by the shop's server. */
export const IdentityTokenInput = Type.Object({
  ecid: text(38),
  /** `email`, or a namespace of the shop's own such as `crm`. */
  namespace: text(64),
  id: text(254),
  /** How long it holds; 3600 when absent, 30 days at most. */
  seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_592_000 })),
});
export type IdentityTokenInput = Static<typeof IdentityTokenInput>;

export const IdentityTokenView = Type.Object({ token: Type.String(), expiresAt: Type.String() });
export type IdentityTokenView = Static<typeof IdentityTokenView>;

/** GET /v1/identity-key: `kid` and `key` of docs/guide/web-sdk.md, "Who is it?". */
export const IdentityKeyView = Type.Object({ kid: Type.String(), key: Type.String() });
export type IdentityKeyView = Static<typeof IdentityKeyView>;

/** What a key may do; `*` is everything. A publishable key only collects and has none of these. */
export const scopes = [
  '*',
  'read',
  'people',
  'privacy',
  'items',
  'profiles',
  'events',
  'journeys',
  'messages',
  'recommend',
  'settings',
  'clock',
] as const;
export const KeyScope = Type.Union(scopes.map((scope) => Type.Literal(scope)));
export type KeyScope = (typeof scopes)[number];

/** POST /v1/keys */
export const KeyInput = Type.Object({
  kind: Type.Union([Type.Literal('publishable'), Type.Literal('secret')]),
  name: Type.Optional(text(128)),
  scopes: Type.Optional(Type.Array(KeyScope, { maxItems: scopes.length })),
  /** Of a publishable key: the datastream that its events belong to, whose allowed origins then hold for it. */
  datastream: Type.Optional(text(64)),
});
export type KeyInput = Static<typeof KeyInput>;

export const KeyView = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  datastream: Type.Union([Type.String(), Type.Null()]),
  createdAt: Type.String(),
  lastUsedAt: Type.Union([Type.String(), Type.Null()]),
});
export type KeyView = Static<typeof KeyView>;

/** The one answer that carries the key itself. */
export const NewKey = Type.Object({ ...KeyView.properties, key: Type.String() });
export type NewKey = Static<typeof NewKey>;

export const AdvanceRequest = Type.Object({ by: text(32) });
export type AdvanceRequest = Static<typeof AdvanceRequest>;
