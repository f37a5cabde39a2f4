/** Shapes of recommendations: the question, the answer, and how it came about. */
import { Type, type Static } from 'typebox';

const count = Type.Integer({ minimum: 0 });
const texts = Type.Record(Type.String(), Type.String());
const anything = Type.Record(Type.String(), Type.Unknown());
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** POST /v1/recommendations */
export const RecommendationRequest = Type.Object({
  criterion: Type.String({ minLength: 1, maxLength: 128 }),
  identities: Type.Optional(texts),
  profileId: Type.Optional(Type.String()),
  cart: Type.Optional(Type.Array(Type.String(), { maxItems: 500 })),
  item: Type.Optional(Type.String()),
  /** For criteria about the current category; left out, it is that of `item`. */
  category: Type.Optional(Type.String({ maxLength: 1000 })),
  /** The item whose page asks: it is not shown. */
  pageItem: Type.Optional(Type.String()),
  excludedIds: Type.Optional(Type.Array(Type.String(), { maxItems: 1000 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  /** Slots the criterion leaves empty: `fill` them with its backups, only when it has none (`empty`), or `none`; left out, as the criterion says. */
  backup: Type.Optional(Type.Union([Type.Literal('fill'), Type.Literal('empty'), Type.Literal('none')])),
  /** May there be fewer items than `limit`? Otherwise there are none then. Left out, as the criterion says. */
  partial: Type.Optional(Type.Boolean()),
  /** Only items of this collection. */
  collection: Type.Optional(Type.String({ maxLength: 128 })),
  /** Promotions by key, before and after the items of the criterion. */
  promotions: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 20 })),
  /** By name, for rules that compare with the request. */
  parameters: Type.Optional(anything),
  /** Whose values of the items count. */
  environment: Type.Optional(Type.String({ maxLength: 64 })),
  /** In which language titles and reasons are (`en`, `sv`, `de`); left out, the person's own. */
  language: Type.Optional(Type.String({ maxLength: 35 })),
  /** Tell how the answer came about. */
  reasons: Type.Optional(Type.Boolean()),
});
export type RecommendationRequest = Static<typeof RecommendationRequest>;

const shownItem = {
  id: Type.String(),
  name: Type.String(),
  url: textOrNull,
  imageUrl: textOrNull,
  price: numberOrNull,
  currency: textOrNull,
  category: Type.String(),
};

export const RecommendedItem = Type.Object({
  ...shownItem,
  source: Type.Union([Type.Literal('criteria'), Type.Literal('backup'), Type.Literal('promotion')]),
  /** Which criterion of the chain brought it, or which promotion. */
  criterion: Type.String(),
  score: Type.Number(),
  rank: Type.Integer(),
  /** One plain sentence for shoppers. */
  reason: Type.String(),
  /** What it rests on: key item, kind of evidence, counts. */
  because: Type.Array(
    Type.Object({
      key: textOrNull,
      algorithm: Type.String(),
      count: Type.Number(),
      /** As its own algorithm reckons it. */
      weight: Type.Optional(Type.Number()),
      /** The category, or the value of an attribute, within which it was counted. */
      within: Type.Optional(Type.String()),
    }),
  ),
  /** Where it stood in its list before rules and weights acted; null: far down. With `reasons` only. */
  rankBefore: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
});
export type RecommendedItem = Static<typeof RecommendedItem>;

const filtered = Type.Array(Type.Object({ rule: Type.String(), count }));

/** How an answer came about. */
export const RecommendationReasons = Type.Object({
  /** Criteria in the order in which they were asked: its own, members of a sequence, backups. */
  asked: Type.Array(
    Type.Object({
      criterion: Type.String(),
      as: Type.Union([
        Type.Literal('criterion'),
        Type.Literal('member'),
        Type.Literal('backup'),
        Type.Literal('popular'),
        Type.Literal('range'),
      ]),
      key: Type.Array(Type.String()),
      slots: count,
      items: count,
      /** Why it gave nothing, where that is known. */
      note: Type.Optional(Type.String()),
    }),
  ),
  filtered,
  promotions: Type.Array(Type.Object({ promotion: Type.String(), items: count })),
  /** Why there is nothing, when there is nothing. */
  empty: textOrNull,
  /** Recipient and day, on which chance hangs. */
  seed: textOrNull,
  age: Type.Number(),
  learned: count,
  /** Items of which is known what they are; until all are, lists by content may lack some. */
  described: Type.Optional(Type.Object({ items: count, whole: Type.Boolean() })),
});

export const RecommendationAnswer = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('partial'), Type.Literal('backup'), Type.Literal('empty')]),
  count,
  filledBy: Type.Object({ criteria: count, promotion: count, backup: count }),
  criterion: Type.Object({ key: Type.String(), title: Type.String() }),
  /** The key items the answer rests on. */
  key: Type.Array(Type.String()),
  /** The cart's own lines, as they are in the catalogue now (cart-based only). */
  cart: Type.Array(Type.Object({ ...shownItem, quantity: Type.Number(), inStock: Type.Boolean() })),
  items: Type.Array(RecommendedItem),
  /** How many of the items that were looked at each rule kept out. */
  filtered,
  requestId: Type.String(),
  /** Recommendation id: clicks carry it back. */
  trackingToken: Type.String(),
  /** How old the data may be: whatever was acknowledged so many seconds ago is in the answer. */
  age: Type.Number(),
  /** When it was asked for. */
  reasons: Type.Optional(RecommendationReasons),
});
export type RecommendationAnswer = Static<typeof RecommendationAnswer>;
