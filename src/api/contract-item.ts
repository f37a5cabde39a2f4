/** Shapes of the doors that read the catalogue, for people who look at it. */
import { Type, type Static } from 'typebox';
import { PreviewItem } from './contract-rule.ts';

const AttributeType = Type.Union([
  Type.Literal('string'),
  Type.Literal('number'),
  Type.Literal('money'),
  Type.Literal('boolean'),
  Type.Literal('date'),
]);

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** Visits in which it was viewed, put in the cart, bought; windows fade, so they are about so many. */
const Numbers = Type.Object({ viewed: Type.Integer(), carted: Type.Integer(), bought: Type.Integer() });

export const ItemRow = Type.Object({
  ...PreviewItem.properties,
  category: Type.String(),
  stock: numberOrNull,
  /** In the last 30 days. */
  lately: Numbers,
});
export type ItemRow = Static<typeof ItemRow>;

/** GET /v1/items */
export const ItemList = Type.Object({
  items: Type.Array(ItemRow),
  /** Items that fit what was asked. */
  matches: Type.Integer(),
  /** Items there are; with `ids` how many were asked for. */
  of: Type.Integer(),
});
export type ItemList = Static<typeof ItemList>;

const Named = Type.Object({
  key: Type.String(),
  name: Type.String(),
  /** It hangs on who asks; for nobody known it is so. */
  dynamic: Type.Boolean(),
});

/** GET /v1/items/{id} */
export const ItemPage = Type.Object({
  ...ItemRow.properties,
  categories: Type.Array(Type.String()),
  url: textOrNull,
  variantOf: textOrNull,
  attributes: Type.Record(Type.String(), Type.Unknown()),
  updatedAt: Type.String(),
  numbers: Type.Object({ day: Numbers, week: Numbers, month: Numbers, ever: Numbers }),
  /** Other variants of the same parent. */
  variants: Type.Array(PreviewItem),
  /** Why it is shown nowhere, if so. */
  hiddenBy: Type.Object({ stock: Type.Boolean(), exclusions: Type.Array(Named) }),
  collections: Type.Array(Named),
  promotions: Type.Array(Named),
  /** On whose pages it is recommended by what is viewed together: the place in the list, and visits that had both. */
  shownWith: Type.Array(
    Type.Object({ item: PreviewItem, place: Type.Integer(), visits: Type.Integer(), reason: Type.String() }),
  ),
});
export type ItemPage = Static<typeof ItemPage>;

/** GET /v1/item-attributes */
export const ItemAttributes = Type.Object({
  attributes: Type.Array(
    Type.Object({
      /** As rules name it: `brand`, `category`, `value`. */
      name: Type.String(),
      kind: Type.Union([
        Type.Literal('text'),
        Type.Literal('number'),
        Type.Literal('truth'),
        Type.Literal('list'),
        Type.Literal('mixed'),
      ]),
      /** What the shop declared, or was taken from the first value; null for fields that every item has. */
      type: Type.Union([AttributeType, Type.Null()]),
      multi: Type.Boolean(),
      label: textOrNull,
      /** Is it held to this type? */
      declared: Type.Boolean(),
      /** Items that say something there. */
      items: Type.Integer(),
      /** Its most frequent values, as texts. */
      values: Type.Array(Type.Object({ value: Type.String(), items: Type.Integer() })),
    }),
  ),
  /** Items that were looked at, of how many. */
  looked: Type.Integer(),
  of: Type.Integer(),
});
export type ItemAttributes = Static<typeof ItemAttributes>;

/** PUT /v1/item-attributes/{name} */
export const AttributeDeclaration = Type.Object({
  type: AttributeType,
  multi: Type.Optional(Type.Boolean({ description: 'Holds a list' })),
  label: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()])),
  clear: Type.Optional(Type.Boolean({ description: 'Take out stored values that do not fit, instead of refusing' })),
});
export type AttributeDeclaration = Static<typeof AttributeDeclaration>;

/** What a declaration did: items that became others, and values that were taken out. */
export const AttributeDeclared = Type.Object({ changed: Type.Integer(), cleared: Type.Integer() });
export type AttributeDeclared = Static<typeof AttributeDeclared>;

/** GET /v1/item-settings */
export const ItemSettings = Type.Object({
  imageBase: Type.Union([Type.String({ maxLength: 4096 }), Type.Null()], {
    description: 'Stands before addresses of pictures that name no host; null: nothing does',
  }),
  fromPages: Type.Boolean({ description: 'May pages say what is sold? What feeds and the API say, they never change' }),
  environment: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()], {
    description: 'The environment of all who name none; null: what holds everywhere',
  }),
});
export type ItemSettings = Static<typeof ItemSettings>;

/** PUT /v1/item-settings */
export const ItemSettingsChange = Type.Partial(ItemSettings, { additionalProperties: false });
export type ItemSettingsChange = Static<typeof ItemSettingsChange>;
