/** Shapes of `/{tenant}/target/recs`, the admin API of Target Recommendations (recommendations §3). */
import { Type, type Static, type TProperties, type TSchema } from 'typebox';

const text = (maxLength: number) => Type.String({ maxLength });
const name = Type.String({ minLength: 1, maxLength: 250 });
const description = Type.Optional(text(1000));
const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** What every resource has, read-only; taken in a body and not looked at, so that what was read may be sent again. */
export const noted = {
  id: Type.Integer(),
  lastModified: Type.String(),
  lastModifiersName: Type.String(),
  lastModifiersEmail: Type.String(),
};
/** What we keep of a resource beyond Target's model; read-only. */
export const beyond = { beckon: Type.Optional(Type.Record(Type.String(), Type.Unknown())) };

const seen = Object.fromEntries(
  [...Object.keys(noted), 'beckon'].map((field) => [field, Type.Optional(Type.Unknown())]),
);

/** A body with these fields, and read-only ones that are passed over. */
export function bodyOf<P extends TProperties>(fields: P) {
  return Type.Object({ ...seen, ...fields } as P, { additionalProperties: false });
}

/** An error as Target says it. */
export const RecsError = Type.Object({
  key: Type.String(),
  keyArguments: Type.Array(Type.String()),
  text: Type.String(),
});
export type RecsError = Static<typeof RecsError>;

/** What is answered when something cannot be done. */
export const RecsProblem = Type.Object({
  status: Type.Integer(),
  errors: Type.Array(RecsError),
});

/** A page of a list. */
export function pageOf(view: TSchema) {
  return Type.Object({
    offset: Type.Integer(),
    limit: Type.Integer(),
    total: Type.Integer(),
    list: Type.Array(view),
  });
}

/** POST entities. Each row is judged alone. */
export const EntitiesInput = Type.Object(
  {
    entities: Type.Array(
      Type.Unknown({
        description:
          'id, name, categories, environment (a number or a name), attributes: inventory, margin, message, pageUrl, thumbnailUrl, value, brand, and the shop’s own',
      }),
      { minItems: 1, maxItems: 10_000 },
    ),
  },
  { additionalProperties: false },
);

export const EntitiesReport = Type.Object({
  'inserted/updated': Type.Integer(),
  rejected: Type.Integer(),
  rejectCauses: Type.Array(Type.Object({ cause: RecsError, occurrences: Type.Integer() })),
});
export type EntitiesReport = Static<typeof EntitiesReport>;

export const EntityView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  categories: Type.Array(Type.String()),
  environment: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
  attributes: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
});
export type EntityView = Static<typeof EntityView>;

/** POST catalogsearch. The filters of a compound query are queries themselves. */
export const SearchInput = Type.Object(
  {
    meta: Type.Optional(
      Type.Object(
        {
          environmentId: Type.Optional(Type.Union([Type.Integer(), text(64)])),
          limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 500 })),
          /** From 1. */
          start: Type.Optional(Type.Integer({ minimum: 0 })),
          displayFields: Type.Optional(Type.Array(text(100), { maxItems: 200 })),
        },
        { additionalProperties: false },
      ),
    ),
    query: Type.Union([
      Type.Object({
        type: Type.Literal('simple'),
        queryFields: Type.Array(text(100), { minItems: 1, maxItems: 100 }),
        operator: Type.String(),
        matchValue: Type.Optional(Type.Union([scalar, Type.Array(scalar, { maxItems: 1000 })])),
      }),
      Type.Object({
        type: Type.Literal('compound'),
        joinOperator: Type.Union([Type.Literal('AND'), Type.Literal('OR')]),
        filters: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 100 }),
      }),
    ]),
  },
  { additionalProperties: false },
);
export type SearchInput = Static<typeof SearchInput>;

export const SearchView = Type.Object({
  timeMs: Type.Integer(),
  hits: Type.Array(Type.Record(Type.String(), Type.Unknown())),
  start: Type.Integer(),
});

/** One attribute, one operator, its values: `{"brand": {"contains": ["Nord"]}}`. */
export const AttributeRule = Type.Record(
  Type.String(),
  Type.Record(Type.String(), Type.Union([scalar, Type.Array(scalar, { maxItems: 1000 })])),
);
export type AttributeRule = Static<typeof AttributeRule>;
const AttributeRuleView = Type.Record(Type.String(), Type.Record(Type.String(), Type.Array(Type.String())));
export type AttributeRuleView = Static<typeof AttributeRuleView>;

export const RecsCollectionInput = bodyOf({
  name,
  description,
  rules: Type.Array(AttributeRule, { minItems: 1, maxItems: 1000 }),
});
export const RecsCollectionView = Type.Object({
  ...noted,
  name: Type.String(),
  description: Type.String(),
  rules: Type.Array(AttributeRuleView),
});

export const RecsExclusionInput = bodyOf({ name, description, rule: AttributeRule });
export const RecsExclusionView = Type.Object({
  ...noted,
  ...beyond,
  name: Type.String(),
  description: Type.String(),
  rule: AttributeRuleView,
});

/** A rule of criteria and promotions. */
export const InclusionMatcher = Type.Object(
  {
    attribute: text(100),
    operation: Type.String(),
    values: Type.Optional(Type.Array(scalar, { maxItems: 1000 })),
    lowRange: Type.Optional(Type.Union([Type.String(), Type.Number()])),
    highRange: Type.Optional(Type.Union([Type.String(), Type.Number()])),
    source: Type.Optional(
      Type.Object(
        {
          name: Type.String(),
          type: Type.Union([Type.Literal('ENTITY'), Type.Literal('PROFILE'), Type.Literal('MBOX')]),
          defaultValue: Type.Optional(Type.Union([Type.String(), Type.Number()])),
          excludeAllWhenEmpty: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type InclusionMatcher = Static<typeof InclusionMatcher>;

const key = Type.Union(
  ['CURRENT', 'LAST_PURCHASED', 'LAST_VIEWED', 'MOST_VIEWED', 'PROFILE_ATTRIBUTE'].map((one) => Type.Literal(one)),
);
const promotion = {
  name,
  type: Type.Optional(Type.Literal('EXTERNAL')),
  key: Type.Optional(key),
  attribute: Type.Optional(text(250)),
  schedule: Type.Optional(
    Type.Object({ start: Type.Optional(text(40)), end: Type.Optional(text(40)) }, { additionalProperties: false }),
  ),
  order: Type.Optional(
    Type.Object(
      { type: Type.Union([Type.Literal('ORIGINAL'), Type.Literal('RANDOM')]) },
      { additionalProperties: false },
    ),
  ),
  configuration: Type.Optional(
    Type.Object({ collectionId: Type.Optional(Type.Integer()) }, { additionalProperties: false }),
  ),
  rules: Type.Optional(Type.Array(InclusionMatcher, { maxItems: 1000 })),
};
export const RecsPromotionInput = bodyOf(promotion);
export type RecsPromotionInput = Static<typeof RecsPromotionInput>;
export const RecsPromotionView = Type.Object({ ...noted, ...beyond, ...promotion });

const type = Type.Union([Type.Literal('HTML'), Type.Literal('JSON'), Type.Literal('OTHER')]);
export const RecsDesignInput = bodyOf({ name, script: text(65_000), type: Type.Optional(type) });
export type RecsDesignInput = Static<typeof RecsDesignInput>;
export const RecsDesignView = Type.Object({
  ...noted,
  ...beyond,
  name: Type.String(),
  type,
  script: Type.Optional(Type.String()),
});
export const RecsDesignCheck = Type.Object({
  entityCount: Type.Integer(),
  valid: Type.Boolean(),
  errors: Type.Array(RecsError),
});
