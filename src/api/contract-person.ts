/** What the doors to one person answer besides the profile: where it came from, merges, traits, erasures. */
import { Type, type Static } from 'typebox';

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });

/** An identity and why it is believed: the level of trust, who said so, since when. */
export const IdentityView = Type.Object({
  namespace: Type.String(),
  id: Type.String(),
  level: Type.Integer(),
  source: Type.String(),
  since: Type.String(),
});
export type IdentityView = Static<typeof IdentityView>;

/** A merge that can be undone by POST /v1/profiles/{…}/unmerge. */
export const MergeView = Type.Object({
  id: Type.String(),
  at: Type.String(),
  from: Type.String(),
  identities: Type.Array(Type.Object({ namespace: Type.String(), id: Type.String() })),
  source: Type.String(),
});
export type MergeView = Static<typeof MergeView>;

/** One statement of consent with what proves it; the newest of a purpose is in force. */
export const ConsentView = Type.Object({
  purpose: Type.String(),
  channel: Type.String(),
  state: Type.Union([Type.Literal('in'), Type.Literal('out'), Type.Literal('pending')]),
  at: Type.String(),
  source: Type.String(),
  level: Type.Integer(),
  basis: textOrNull,
  wording: textOrNull,
  proof: Type.Record(Type.String(), Type.Unknown()),
});
export type ConsentView = Static<typeof ConsentView>;

/** Where a value came from. */
export const OriginView = Type.Object({ source: Type.String(), at: Type.String(), level: Type.Integer() });

/** What browsers merely claimed, by device: used for nothing. */
export const ClaimView = Type.Object({
  device: Type.String(),
  namespace: Type.String(),
  id: Type.String(),
  firstAt: Type.String(),
  lastAt: Type.String(),
});
export type ClaimView = Static<typeof ClaimView>;

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);
export const TraitValueView = Type.Union([scalar, Type.Null(), Type.Array(scalar)]);
export type TraitValueView = Static<typeof TraitValueView>;

/** PUT /v1/traits/{key}: a computed trait. */
export const TraitInput = Type.Object(
  {
    name: Type.Optional(text(128)),
    /** The event type it counts, such as `commerce.purchases`. */
    event: text(128),
    of: Type.Union([Type.Literal('count'), Type.Literal('sum'), Type.Literal('last'), Type.Literal('list')]),
    /** Expression over `event`, such as `event.order.total` or `event.items`. Not for counts. */
    value: Type.Optional(text(2000)),
    /** Expression over `event` that must hold. */
    where: Type.Optional(text(2000)),
    /** ISO 8601 duration such as `P30D`; absent: for ever. */
    window: Type.Optional(text(32)),
    /** Values of a list, 1 to 100; 10 unless said. */
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  { additionalProperties: false },
);
export type TraitInput = Static<typeof TraitInput>;

/** GET /v1/traits */
export const TraitView = Type.Object({ key: Type.String(), ...TraitInput.properties, name: Type.String() });
export type TraitView = Static<typeof TraitView>;

/** GET /v1/erasures/{id}: what was done to forget somebody. It names nobody: `subject` are keyed hashes. */
export const CertificateView = Type.Object({
  id: Type.String(),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('running'), Type.Literal('done')]),
  requestedAt: Type.String(),
  doneAt: textOrNull,
  subject: Type.Array(Type.String()),
  steps: Type.Array(Type.Object({ room: Type.String(), at: Type.String() })),
});
export type CertificateView = Static<typeof CertificateView>;

/** POST /v1/profiles/{namespace}:{id}/export: everything known of a person, by room. */
export const PersonExport = Type.Object({
  exportedAt: Type.String(),
  profile: Type.Record(Type.String(), Type.Unknown()),
  rooms: Type.Record(Type.String(), Type.Unknown()),
});
export type PersonExport = Static<typeof PersonExport>;

export const UnmergeInput = Type.Object({ merge: Type.String({ format: 'uuid' }) }, { additionalProperties: false });
export const UnmergeView = Type.Object({ into: Type.String(), from: Type.String() });
export type UnmergeView = Static<typeof UnmergeView>;
