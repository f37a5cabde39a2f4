/** Shapes of the doors to comparisons, credits and recommendations. Money in major units of `currency`. */
import { Type, type Static } from 'typebox';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);
const count = Type.Integer({ minimum: 0 });
const number = Type.Number();
const text = Type.String();

const Sums = Type.Object({
  profiles: count,
  buyers: count,
  orders: count,
  revenue: number,
  revenueSquares: number,
  otherCurrency: count,
  before: number,
  beforeSquares: number,
  products: number,
  capped: number,
  cappedSquares: number,
  later: number,
  laterSquares: number,
});

/** A comparison of the paths or messages of a journey, or of all mail with none. */
export const ComparisonView = Type.Object({
  key: text,
  /** Null for all mail against none. */
  journey: nullable(text),
  activity: nullable(text),
  /** The arm that the others are read against. */
  base: text,
  /** Its shares follow what it comes to: only sums and shares are given, since no interval holds for them. */
  bandit: Type.Boolean(),
  currency: text,
  arms: Type.Array(
    Type.Object({
      arm: text,
      all: Sums,
      /** Those watched for the window: only these decide. */
      matured: Sums,
      expected: nullable(number),
    }),
  ),
  against: Type.Array(
    Type.Object({
      arm: text,
      reading: Type.Union([Type.Literal('revenue'), Type.Literal('conversion')]),
      word: Type.Union([Type.Literal('too early'), Type.Literal('clear'), Type.Literal('no clear effect')]),
      effect: nullable(number),
      low: nullable(number),
      high: nullable(number),
      p: nullable(number),
    }),
  ),
  /** How often each reading may be wrong, so that all together keep 5 %. */
  alpha: number,
  conflicted: count,
  ratio: nullable(Type.Object({ p: number, peekP: number, alarm: Type.Boolean() })),
  /** What a bandit went by, the newest first. */
  weights: Type.Array(Type.Object({ day: text, shares: Type.Record(text, number) })),
});
export type ComparisonView = Static<typeof ComparisonView>;

const Figures = Type.Object({
  from: text,
  until: text,
  planned: count,
  heldOut: count,
  excluded: count,
  accepted: count,
  clickedByPeople: count,
  creditedOrders: count,
  creditedRevenue: number,
  treated: count,
  control: count,
  treatedEach: nullable(number),
  controlEach: nullable(number),
});

/** Two spans of a journey side by side. */
export const PeriodsView = Type.Object({
  currency: text,
  now: Figures,
  before: Figures,
  /** 0.1 is a tenth more; null where there was nothing before. */
  change: Type.Record(text, nullable(number)),
});
export type PeriodsView = Static<typeof PeriodsView>;

export const CreditsView = Type.Object({
  credits: Type.Array(
    Type.Object({
      model: text,
      /** A click counts so long after the mail, and an order so long after the click. */
      days: number,
      orders: count,
      revenue: number,
    }),
  ),
});
export type CreditsView = Static<typeof CreditsView>;

export const ItemsView = Type.Object({
  items: Type.Array(
    Type.Object({
      item: text,
      name: text,
      position: nullable(Type.Integer()),
      /** By which it was recommended; empty: by none, as the lines of a cart. */
      criterion: text,
      /** Mails that were sent with it, and that people held out would have got with it. */
      shown: count,
      heldOut: count,
      /** Mails in which a person clicked it. */
      clicks: count,
      /** Mails in which nobody knows whether a person did. */
      unknown: count,
      orders: count,
      /** Of them, those that had the item itself in them. */
      ordersWithIt: count,
      revenue: number,
    }),
  ),
});
export type ItemsView = Static<typeof ItemsView>;

export const RecommendationsView = Type.Object({
  currency: text,
  rows: Type.Array(
    Type.Object({
      criterion: text,
      group: text,
      /** On pages displays; in mails the mails that were sent with it. */
      shown: count,
      /** In mails: those that people held out would have got with it. */
      heldOut: count,
      clicked: count,
      /** In mails: of how many nobody knows whether a person clicked. */
      unknown: count,
      /** Different items among those shown, and what share of the catalogue that is. */
      items: count,
      coverage: nullable(number),
      orders: count,
      ordersWithIt: count,
      revenue: number,
    }),
  ),
});
export type RecommendationsView = Static<typeof RecommendationsView>;

/** PUT /v1/event-webhook */
export const OutletInput = Type.Object(
  {
    url: Type.String({ maxLength: 2000, description: 'https, or a host of your own network that may be called' }),
    types: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 50, description: 'Left out: all' })),
    whole: Type.Optional(Type.Boolean({ description: 'From the beginning of the log on; left out, from now on' })),
  },
  { additionalProperties: false },
);
export const OutletView = Type.Object({
  url: text,
  types: Type.Array(text),
  /** Up to here it was taken. */
  cursor: text,
  sent: count,
  /** Why the last call was not taken; it is made again. */
  fault: nullable(text),
});
export type OutletView = Static<typeof OutletView>;

const model = Type.Union([Type.Literal('last'), Type.Literal('first')]);
const days = Type.Number({ exclusiveMinimum: 0, maximum: 30 });

/** PUT /v1/credit-rule */
export const CreditRuleInput = Type.Object(
  { model, clickDays: days, orderDays: days },
  { additionalProperties: false },
);
export const CreditRules = Type.Object({
  rules: Type.Array(
    Type.Object({
      version: Type.Integer(),
      name: text,
      model,
      clickDays: number,
      orderDays: number,
      /** Orders from here on; null: from the beginning. */
      since: nullable(text),
    }),
  ),
});
export type CreditRules = Static<typeof CreditRules>;
