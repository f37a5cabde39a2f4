/** Shapes of the doors to collections, exclusions and promotions. */
import { Type, type Static, type TSchema } from 'typebox';

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const name = Type.String({ minLength: 1, maxLength: 250 });
const description = Type.Optional(Type.String({ maxLength: 1000 }));
const anything = Type.Record(Type.String(), Type.Unknown());

/** A condition of the language, or a matcher of Target Recommendations. */
export const RuleShape = Type.Union([
  Type.String({ description: 'A condition over `item`, `key`, `request` and `profile`' }),
  Type.Object(
    {
      attribute: Type.String(),
      operation: Type.String(),
      values: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
      lowRange: Type.Optional(Type.Union([Type.String(), Type.Number()])),
      highRange: Type.Optional(Type.Union([Type.String(), Type.Number()])),
      source: Type.Optional(
        Type.Object({
          name: Type.String(),
          type: Type.Union([Type.Literal('ENTITY'), Type.Literal('PROFILE'), Type.Literal('MBOX')]),
          defaultValue: Type.Optional(Type.Union([Type.String(), Type.Number()])),
          excludeAllWhenEmpty: Type.Optional(Type.Boolean()),
        }),
      ),
    },
    { additionalProperties: false },
  ),
]);
const rules = Type.Array(RuleShape, { maxItems: 1000 });

/** PUT /v1/collections/{key} */
export const CollectionInput = Type.Object({ name, description, rules }, { additionalProperties: false });

/** PUT /v1/exclusions/{key} */
export const ExclusionInput = Type.Object(
  { name, description, rules, on: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);

const slots = Type.Optional(Type.Integer({ minimum: 0, maximum: 20 }));

/** PUT /v1/promotions/{key}. One of `ids`, or `collection` and `rules`, of which either may be left out. */
export const PromotionInput = Type.Object(
  {
    name,
    description,
    on: Type.Optional(Type.Boolean()),
    front: slots,
    back: slots,
    starts: Type.Optional(textOrNull),
    ends: Type.Optional(textOrNull),
    ids: Type.Optional(Type.Union([Type.Array(Type.String(), { maxItems: 1000 }), Type.Null()])),
    collection: Type.Optional(textOrNull),
    rules: Type.Optional(rules),
    randomise: Type.Optional(Type.Boolean()),
    keyItem: Type.Optional(
      Type.Union([
        Type.Literal('CURRENT'),
        Type.Literal('LAST_VIEWED'),
        Type.Literal('LAST_PURCHASED'),
        Type.Literal('MOST_VIEWED'),
        Type.Literal('PROFILE_ATTRIBUTE'),
        Type.Null(),
      ]),
    ),
    keyAttribute: Type.Optional(textOrNull),
  },
  { additionalProperties: false },
);

const noted = {
  key: Type.String(),
  /** For Target's admin API. */
  number: Type.Integer(),
  version: Type.Integer(),
  name: Type.String(),
  description: Type.String(),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  updatedBy: textOrNull,
  rules,
  /** Each rule as the language says it. */
  conditions: Type.Array(Type.String()),
  /** Items for which all rules hold; null when that hangs on who asks. */
  matches: Type.Union([Type.Integer(), Type.Null()]),
  /** Items there are. */
  of: Type.Integer(),
};

export const CollectionView = Type.Object(noted);
export const ExclusionView = Type.Object({ ...noted, on: Type.Boolean() });
export const PromotionView = Type.Object({
  ...noted,
  on: Type.Boolean(),
  /** It is on, and now lies between its dates. */
  running: Type.Boolean(),
  front: Type.Integer(),
  back: Type.Integer(),
  starts: textOrNull,
  ends: textOrNull,
  ids: Type.Union([Type.Array(Type.String()), Type.Null()]),
  collection: textOrNull,
  randomise: Type.Boolean(),
  keyItem: textOrNull,
  keyAttribute: textOrNull,
});
export type CollectionView = Static<typeof CollectionView>;
export type ExclusionView = Static<typeof ExclusionView>;
export type PromotionView = Static<typeof PromotionView>;

/** An item as previews show it. */
export const PreviewItem = Type.Object({
  id: Type.String(),
  name: Type.String(),
  price: Type.Union([Type.Number(), Type.Null()]),
  currency: textOrNull,
  imageUrl: textOrNull,
  inStock: Type.Boolean(),
});
export type PreviewItem = Static<typeof PreviewItem>;

/** For whom rules are asked. All of it may be left out. */
const whom = {
  environment: Type.Optional(Type.String({ maxLength: 64 })),
  /** Id of the key item. */
  item: Type.Optional(Type.String({ maxLength: 256 })),
  request: Type.Optional(anything),
  profile: Type.Optional(anything),
  /** A person whose attributes count beside `profile`, which goes before them. */
  profileId: Type.Optional(Type.String({ maxLength: 64 })),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
};

/** POST /v1/collections/preview and /v1/exclusions/preview */
export const RulePreviewRequest = Type.Object({ rules, ...whom }, { additionalProperties: false });

export const RulePreviewView = Type.Object({
  matches: Type.Integer(),
  of: Type.Integer(),
  /** What a collection of these rules leaves, and what an exclusion of them leaves. */
  leaves: Type.Object({ asCollection: Type.Integer(), asExclusion: Type.Integer() }),
  rules: Type.Array(
    Type.Object({
      condition: Type.String(),
      matches: Type.Integer(),
      ignored: Type.Boolean(),
      dynamic: Type.Boolean(),
    }),
  ),
  items: Type.Array(PreviewItem),
});
export type RulePreviewView = Static<typeof RulePreviewView>;

/** POST /v1/promotions/{key}/preview */
export const PromotionPreviewRequest = Type.Object(
  { ...whom, seed: Type.Optional(Type.String({ maxLength: 200 })), at: Type.Optional(Type.String()) },
  { additionalProperties: false },
);
/** POST /v1/promotions/preview */
export const PromotionTryRequest = Type.Object(
  { promotion: PromotionInput, ...whom, seed: Type.Optional(Type.String({ maxLength: 200 })) },
  { additionalProperties: false },
);
export const PromotionPreviewView = Type.Object({
  front: Type.Integer(),
  back: Type.Integer(),
  items: Type.Array(PreviewItem),
});
export type PromotionPreviewView = Static<typeof PromotionPreviewView>;
export type PromotionInput = Static<typeof PromotionInput>;

/** GET /v1/{kind}/{key}/versions */
export function versionsOf(view: TSchema) {
  return Type.Object({
    versions: Type.Array(Type.Object({ version: Type.Integer(), at: Type.String(), by: textOrNull, content: view })),
  });
}
