/** Shapes of `/v1/backtests` and `/v1/recommendations/tuning`: the shop's own history, replayed. */
import { Type, type Static } from 'typebox';

const orNull = <T extends Parameters<typeof Type.Optional>[0]>(type: T) => Type.Union([type, Type.Null()]);
const oneOf = <const T extends string>(...words: T[]) =>
  Type.Unsafe<T>(Type.Union(words.map((word) => Type.Literal(word))));
const strict = { additionalProperties: false } as const;
const number = Type.Number();
/** A value with its standard error; a 95 % interval is the value ± 1.96 of it. */
const Figure = Type.Object({ value: number, error: number });
const byLength = Type.Record(Type.String(), Figure);

/** The ways to recommend that a backtest tries side by side. */
export const Tried = oneOf(
  'session',
  'for-you',
  'cart',
  'next-basket',
  'viewed-viewed',
  'viewed-bought',
  'bought-bought',
  'similar',
  'recent',
  'popular-viewed',
  'popular-bought',
);
export type Tried = Static<typeof Tried>;

/** POST /v1/recommendations/tuning */
export const TuningRequest = Type.Object(
  {
    /** False: what it finds is shown, and used only once somebody says so; true when absent. */
    adopt: Type.Optional(Type.Boolean()),
  },
  strict,
);

/** POST /v1/backtests */
export const BacktestRequest = Type.Object(
  {
    /** Questions at most, evenly spread over the days asked about; 4000 when absent. */
    questions: Type.Optional(Type.Integer({ minimum: 100, maximum: 100_000 })),
    /** Newest share of the history that is asked about; 0.5 when absent. */
    share: Type.Optional(Type.Number({ minimum: 0.05, maximum: 0.95 })),
    /** Asks about the newest so many days instead of a share. */
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
    /**
     * Only these: built-in ways, and criteria of the shop or of Beckon by key, tried with their rules, members and what they
     * hide, and the shop's exclusions. A criterion whose key is also a way's name is asked for as `criterion:key`. Absent: all
     * built-in ways.
     */
    criteria: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 120 }), { minItems: 1, maxItems: 60, uniqueItems: true }),
    ),
  },
  strict,
);
export type BacktestRequest = Static<typeof BacktestRequest>;

/** What of a criterion the past does not tell; `removed`: it was gone before its turn. */
const Lack = oneOf(
  'profile',
  'request',
  'stock',
  'uploaded-list',
  'visitor-attributes',
  'favourite-category',
  'removed',
);

/** A criterion of the shop as it was when it was tried. */
const TriedCriterion = Type.Object({
  /** As it was asked for, and as the rows name it. */
  criterion: Type.String(),
  name: Type.String(),
  version: number,
  /** False: it needs what the past does not tell, so it has no rows. */
  evaluated: Type.Boolean(),
  /** What it was tried without, or could not be tried for. */
  lacks: Type.Array(Lack),
});

const BacktestRow = Type.Object({
  /** A built-in way, or a criterion as it was asked for. */
  criterion: Type.String(),
  target: oneOf('view', 'cart', 'purchase'),
  scores: Type.Object({
    lists: number,
    answered: number,
    /** By list length: the share of questions whose item was among the first k. */
    hitRate: byLength,
    reciprocalRank: Figure,
    ndcg: byLength,
    averagePrecision: Figure,
    coverage: number,
    novelty: number,
    popularityBias: number,
  }),
});

const BacktestResult = Type.Object({
  events: number,
  visitors: number,
  items: number,
  described: Type.Optional(number),
  from: Type.String(),
  split: Type.String(),
  until: Type.String(),
  questions: Type.Record(Type.String(), number),
  rows: Type.Array(BacktestRow),
  /** Of the criteria asked for by key; absent where only built-in ways were tried. */
  criteria: Type.Optional(Type.Array(TriedCriterion)),
  /** By target: questions about items that the catalogue holds no more, which criteria of the shop cannot show. */
  gone: Type.Optional(Type.Record(Type.String(), number)),
});

const TuningResult = Type.Object({
  events: number,
  from: Type.String(),
  split: Type.String(),
  until: Type.String(),
  /** Constants of the shop's own; what is not named is as shipped. */
  own: Type.Record(Type.String(), Type.Unknown()),
  outcomes: Type.Array(
    Type.Object({
      part: oneOf('session', 'person', 'cart', 'related'),
      questions: Type.Object({ chosen: number, judged: number }),
      trials: number,
      before: Figure,
      after: Figure,
      gain: Figure,
      taken: Type.Boolean(),
    }),
  ),
});

const base = {
  id: Type.String(),
  state: oneOf('waiting', 'running', 'done', 'failed', 'cancelled'),
  askedAt: Type.String(),
  beganAt: orNull(Type.String()),
  endedAt: orNull(Type.String()),
  progress: Type.Object({ done: number, of: number }),
  fault: orNull(Type.String()),
};

export const BacktestView = Type.Object({
  ...base,
  settings: Type.Object({
    questions: number,
    share: number,
    days: Type.Optional(number),
    criteria: Type.Optional(Type.Array(Type.String())),
  }),
  /** Null until it is done, and where there was nothing to ask about. */
  result: orNull(BacktestResult),
});
export type BacktestView = Static<typeof BacktestView>;

export const TuningView = Type.Object({
  ...base,
  /** Its constants are in use. */
  inUse: Type.Boolean(),
  /** Null until it is done, and where there were too few questions to tell anything. */
  result: orNull(TuningResult),
});
export type TuningView = Static<typeof TuningView>;
