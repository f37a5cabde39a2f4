/** Shapes of the doors to criteria. */
import { Type, type Static } from 'typebox';
import { RuleShape } from './contract-rule.ts';

const closed = { additionalProperties: false };
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const key = Type.String({ minLength: 1, maxLength: 128 });
const name = Type.String({ minLength: 1, maxLength: 250 });

function oneOf<const T extends string>(...words: T[]) {
  return Type.Unsafe<T>(Type.Union(words.map((word) => Type.Literal(word))));
}

const KeyChoice = Type.Union([
  Type.Object({ from: oneOf('current', 'last-viewed', 'last-purchased', 'most-viewed') }, closed),
  Type.Object({ from: Type.Literal('attribute'), attribute: name }, closed),
]);
const CategoryChoice = Type.Object({ from: oneOf('current', 'favourite') }, closed);
const KeyUse = Type.Object(
  { when: Type.Optional(oneOf('none', 'next', 'whole')), nth: Type.Optional(Type.Integer()) },
  closed,
);
const basis = Type.Optional(oneOf('session', 'visitor'));
const keys = Type.Optional(KeyUse);

const Within = Type.Union([
  Type.Object({ category: CategoryChoice }, closed),
  Type.Object({ item: name, profile: name }, closed),
  Type.Object({ visitors: Type.Array(name, { minItems: 1, maxItems: 10 }), as: oneOf('in-turn', 'together') }, closed),
]);

/** How a criterion finds its items; docs/recommend/criteria.md explains each kind. */
const Algorithm = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('cart'),
      action: Type.Optional(oneOf('viewed-viewed', 'viewed-bought', 'bought-bought')),
      basis,
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('item'),
      action: oneOf('viewed-viewed', 'viewed-bought', 'bought-bought', 'site-affinity'),
      item: KeyChoice,
      basis,
      likeness: Type.Optional(oneOf('rate', 'llr', 'cosine', 'jaccard')),
      support: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
      keys,
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('similar'),
      item: KeyChoice,
      weights: Type.Optional(Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 100 }))),
      least: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      keys,
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('recent') }, closed),
  Type.Object({ kind: Type.Literal('for-you'), leftInCart: Type.Optional(Type.Boolean()) }, closed),
  Type.Object({ kind: Type.Literal('session') }, closed),
  Type.Object({ kind: Type.Literal('next-basket') }, closed),
  Type.Object(
    {
      kind: Type.Literal('popular'),
      action: oneOf('viewed', 'bought', 'carted', 'event'),
      event: Type.Optional(
        Type.String({ maxLength: 128, description: 'With the action `event`: the type whose events are counted' }),
      ),
      metric: Type.Optional(Type.Literal('revenue')),
      within: Type.Optional(Within),
      keys,
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('custom'),
      list: name,
      by: Type.Optional(
        Type.Union([
          Type.Object({ item: KeyChoice }, closed),
          Type.Object({ category: CategoryChoice }, closed),
          Type.Object({ attribute: name }, closed),
        ]),
      ),
    },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('sequence'),
      members: Type.Array(Type.Object({ criterion: key, slots: Type.Optional(Type.Integer()) }, closed), {
        maxItems: 100,
      }),
    },
    closed,
  ),
]);

const content = {
  name,
  title: Type.Optional(Type.String({ maxLength: 250 })),
  /** By language, where there are several. */
  titles: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 250 }))),
  description: Type.Optional(Type.String({ maxLength: 1000 })),
  vertical: Type.Optional(Type.String({ maxLength: 100 })),
  pageTypes: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 20 })),
  algorithm: Algorithm,
  window: Type.Optional(oneOf('6h', '1d', '2d', '7d', '14d', '30d', '61d', 'ever')),
  rules: Type.Optional(Type.Array(RuleShape, { maxItems: 1000 })),
  rulesKey: Type.Optional(KeyChoice),
  price: Type.Optional(
    Type.Object(
      { min: Type.Optional(Type.Number({ minimum: 0 })), max: Type.Optional(Type.Number({ minimum: 0 })) },
      closed,
    ),
  ),
  leastStock: Type.Optional(Type.Integer({ minimum: 0 })),
  hide: Type.Optional(
    Type.Object(
      {
        purchased: Type.Optional(Type.Boolean()),
        viewed: Type.Optional(Type.Boolean()),
        cart: Type.Optional(Type.Boolean()),
        variants: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
  ),
  weights: Type.Optional(
    Type.Array(
      Type.Object(
        {
          rule: RuleShape,
          weight: Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2), Type.Literal(3), Type.Literal(4)]),
        },
        closed,
      ),
      { maxItems: 100 },
    ),
  ),
  explore: Type.Optional(Type.Boolean()),
  partial: Type.Optional(Type.Boolean()),
  backup: Type.Optional(
    Type.Object(
      {
        when: Type.Optional(oneOf('fill', 'empty', 'none')),
        ruled: Type.Optional(Type.Boolean()),
        chain: Type.Optional(Type.Array(key, { maxItems: 100 })),
      },
      closed,
    ),
  ),
};

/** PUT /v1/criteria/{key} */
export const CriterionInput = Type.Object(content, closed);

/** GET /v1/criteria */
export const CriterionView = Type.Object({
  key: Type.String(),
  /** For Target's admin API. */
  number: Type.Integer(),
  version: Type.Integer(),
  /** Comes with Beckon: can be copied, not changed. */
  shipped: Type.Boolean(),
  ...content,
  /** Above the items, in English where there are several languages. */
  title: Type.String(),
  description: Type.String(),
  /** What a request must name besides: an item, a category, or nothing. */
  needs: Type.Union([Type.Literal('item'), Type.Literal('category'), Type.Null()]),
  /** Can it find items at all? What is missing, or a list that is there and could not be fetched anew (`feed`). */
  ready: Type.Boolean(),
  lacks: Type.Union([oneOf('views', 'carts', 'purchases', 'events', 'descriptions', 'list', 'feed'), Type.Null()]),
  createdAt: textOrNull,
  updatedAt: textOrNull,
  updatedBy: textOrNull,
});
export type CriterionView = Static<typeof CriterionView>;

/** GET /v1/criteria/{key}/versions */
export const CriterionVersions = Type.Object({
  versions: Type.Array(
    Type.Object({
      version: Type.Integer(),
      at: textOrNull,
      by: textOrNull,
      content: CriterionInput,
    }),
  ),
});
