/** Shapes of the doors to audiences. */
import { Type, type Static } from 'typebox';

const maybeText = Type.Union([Type.String(), Type.Null()]);
const ruleText = Type.String({
  minLength: 1,
  maxLength: 20_000,
  description: 'In the one language, over `profile` and the history',
});

/** PUT /v1/audiences/{key}. Without a rule it is a list, to which people are added by hand. */
export const AudienceInput = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    rule: Type.Optional(Type.Union([ruleText, Type.Null()])),
  },
  { additionalProperties: false },
);
export type AudienceInput = Static<typeof AudienceInput>;

export const AudienceView = Type.Object({
  key: Type.String(),
  name: Type.String(),
  kind: Type.Union([Type.Literal('rule'), Type.Literal('list')]),
  rule: maybeText,
  /** How many are in it now. */
  size: Type.Integer(),
  /** `building` until the rule has been asked about everybody; until then the membership is not whole. */
  state: Type.Union([Type.Literal('ready'), Type.Literal('building')]),
  /** What is being worked out: who belongs, then the moments at which time changes it. Null when nothing is. */
  build: Type.Union([
    Type.Object({
      step: Type.Union([Type.Literal('members'), Type.Literal('moments')]),
      done: Type.Integer(),
      of: Type.Integer(),
    }),
    Type.Null(),
  ]),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  builtAt: maybeText,
});
export type AudienceView = Static<typeof AudienceView>;

export const AudienceMember = Type.Object({
  id: Type.String(),
  email: maybeText,
  name: maybeText,
  lastSeenAt: Type.String(),
  /** Member since. */
  since: Type.String(),
});
export type AudienceMember = Static<typeof AudienceMember>;

/** GET /v1/audiences/{key}/members */
export const AudienceMembers = Type.Object({
  members: Type.Array(AudienceMember),
  /** `after` of the next page; null on the last. */
  next: maybeText,
});
export type AudienceMembers = Static<typeof AudienceMembers>;

/** POST /v1/audiences/preview */
export const AudiencePreviewRequest = Type.Object(
  { rule: ruleText, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })) },
  { additionalProperties: false },
);

export const AudiencePreview = Type.Object({
  size: Type.Integer(),
  /** False when part of it is estimated. */
  exact: Type.Boolean(),
  sample: Type.Array(Type.Omit(AudienceMember, ['since'])),
});
export type AudiencePreview = Static<typeof AudiencePreview>;

const seenFields = Type.Array(
  Type.Object({
    path: Type.String({ description: 'As an expression names it, such as event.order.total' }),
    kind: Type.Union(['text', 'number', 'flag', 'list', 'nothing'].map((kind) => Type.Literal(kind))),
    sample: Type.String({ description: 'A value as it was, shortened; of a list how many it had' }),
    seen: Type.Integer({ description: 'In how many of them it had a value' }),
  }),
);

/** GET /v1/language/fields: what rules can look into, as events and people lately really had it. */
export const AudienceFields = Type.Object({
  /** Types of the last events, the most frequent first. */
  events: Type.Array(
    Type.Object({
      type: Type.String(),
      count: Type.Integer({ description: 'How many of the events looked at' }),
      fields: seenFields,
    }),
  ),
  people: Type.Integer({ description: 'How many people were looked at: those seen last' }),
  profile: seenFields,
});
export type AudienceFields = Static<typeof AudienceFields>;

/** POST /v1/audiences/{key}/members */
export const AudienceListReport = Type.Object({
  rows: Type.Integer(),
  /** Came in, or went out. */
  changed: Type.Integer(),
  refused: Type.Integer(),
  /** The first 500 refused rows: line in the file, and why. */
  faults: Type.Array(Type.Object({ line: Type.Integer(), code: Type.String(), why: Type.String() })),
  columns: Type.Object({ used: Type.Array(Type.String()), ignored: Type.Array(Type.String()) }),
});
export type AudienceListReport = Static<typeof AudienceListReport>;
