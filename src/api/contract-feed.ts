/** Shapes of `/v1/feeds`: files of items that are sent again and again, or asked for on a schedule. */
import { Type, type Static } from 'typebox';

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const orNull = <T extends Parameters<typeof Type.Optional>[0]>(type: T) => Type.Union([type, Type.Null()]);
const count = Type.Integer({ minimum: 0 });
const share = orNull(Type.Number({ minimum: 0, maximum: 1 }));
const oneOf = <const T extends string>(...words: T[]) =>
  Type.Unsafe<T>(Type.Union(words.map((word) => Type.Literal(word))));
const strict = { additionalProperties: false } as const;

export const FieldSource = Type.Object(
  {
    /** The column, or several of which the first that says something holds. */
    column: Type.Optional(Type.Union([text(200), Type.Array(text(200), { minItems: 1, maxItems: 10 })])),
    /** In Beckon's language, over `row` and `value`. */
    expression: Type.Optional(text(4000)),
    separator: Type.Optional(text(10)),
  },
  strict,
);

export const FeedMapping = Type.Object(
  {
    /** By field: `id`, `name`, `price` …, `attributes.colour`. */
    fields: Type.Record(text(120), FieldSource, { maxProperties: 200 }),
    others: oneOf('attributes', 'leave'),
    decimal: oneOf('.', ','),
  },
  strict,
);
export type FeedMapping = Static<typeof FeedMapping>;

/** `weeks`: only in every second to eighth week, of which that of the day `from` is one. */
export const FeedSchedule = Type.Object(
  {
    cron: text(100),
    zone: text(60),
    weeks: Type.Optional(Type.Integer({ minimum: 1, maximum: 8 })),
    from: Type.Optional(Type.String({ maxLength: 10 })),
  },
  strict,
);
export type FeedSchedule = Static<typeof FeedSchedule>;

const guard = { removed: share, cleared: share, priced: share, refused: share };
const reading = {
  format: orNull(oneOf('csv', 'xml', 'json', 'ndjson')),
  encoding: orNull(text(40)),
  delimiter: orNull(oneOf(',', ';', '\t', '|')),
  header: Type.Boolean(),
  element: orNull(text(100)),
};

/** PUT /v1/feeds/{key}; what is left out stays as it was, null clears. */
export const FeedInput = Type.Object(
  {
    name: Type.Optional(text(200)),
    url: Type.Optional(orNull(text(2000))),
    schedule: Type.Optional(orNull(FeedSchedule)),
    paused: Type.Optional(Type.Boolean()),
    mode: Type.Optional(oneOf('merge', 'replace')),
    environment: Type.Optional(orNull(text(64))),
    reading: Type.Optional(Type.Partial(Type.Object(reading, strict))),
    mapping: Type.Optional(orNull(FeedMapping)),
    guard: Type.Optional(Type.Partial(Type.Object(guard, strict))),
    user: Type.Optional(orNull(Type.String({ maxLength: 200 }))),
    password: Type.Optional(orNull(Type.String({ maxLength: 400 }))),
    headers: Type.Optional(orNull(Type.Record(text(100), Type.String({ maxLength: 4096 }), { maxProperties: 20 }))),
  },
  strict,
);
export type FeedInput = Static<typeof FeedInput>;

export const FeedCounts = Type.Object({
  rows: count,
  kept: count,
  refused: count,
  repeated: count,
  created: count,
  changed: count,
  priced: count,
  cleared: count,
  removed: count,
  known: count,
  codes: Type.Record(Type.String(), count),
});
export type FeedCounts = Static<typeof FeedCounts>;

export const FeedPreview = Type.Object({
  format: Type.String(),
  dialect: Type.String(),
  encoding: Type.String(),
  delimiter: orNull(Type.String()),
  packed: Type.Boolean(),
  columns: Type.Array(
    Type.Object({ name: Type.String(), samples: Type.Array(Type.String()), field: orNull(Type.String()) }),
  ),
  mapping: FeedMapping,
  items: Type.Array(
    Type.Object({
      row: count,
      item: orNull(Type.Record(Type.String(), Type.Unknown())),
      why: orNull(Type.String()),
    }),
  ),
});
export type FeedPreview = Static<typeof FeedPreview>;

export const FeedRunView = Type.Object({
  id: Type.String(),
  number: count,
  state: oneOf(
    'waiting',
    'downloading',
    'checking',
    'held',
    'importing',
    'removing',
    'done',
    'partial',
    'checked',
    'unchanged',
    'failed',
    'cancelled',
  ),
  how: oneOf('schedule', 'push', 'asked'),
  dry: Type.Boolean(),
  /** What would be done; null until the file has been read. */
  forecast: orNull(FeedCounts),
  counts: FeedCounts,
  /** How far the present step is, from 0 to 1. */
  progress: Type.Number(),
  alarms: Type.Array(Type.Object({ what: Type.String(), count, of: count, limit: Type.Number() })),
  approved: Type.Boolean(),
  preview: orNull(FeedPreview),
  error: orNull(Type.Object({ code: Type.String(), why: Type.String(), mend: Type.String() })),
  note: orNull(Type.String()),
  startedAt: Type.String(),
  endedAt: orNull(Type.String()),
});
export type FeedRunView = Static<typeof FeedRunView>;

export const FeedView = Type.Object({
  key: Type.String(),
  name: Type.String(),
  url: orNull(Type.String()),
  schedule: orNull(FeedSchedule),
  paused: Type.Boolean(),
  mode: oneOf('merge', 'replace'),
  environment: orNull(Type.String()),
  reading: Type.Object(reading),
  mapping: orNull(FeedMapping),
  guard: Type.Object(guard),
  user: orNull(Type.String()),
  /** Names only. */
  headers: Type.Array(Type.String()),
  items: count,
  status: oneOf(
    'no-run',
    'waiting',
    'downloading',
    'checking',
    'importing',
    'asks',
    'imported',
    'partial',
    'unchanged',
    'failed',
    'server-not-found',
    'cancelled',
    'late',
  ),
  dot: oneOf('green', 'yellow', 'white', 'red'),
  nextDue: orNull(Type.String()),
  last: orNull(FeedRunView),
  createdAt: Type.String(),
  updatedAt: Type.String(),
});
export type FeedView = Static<typeof FeedView>;

export const FeedFault = Type.Object({
  row: count,
  id: orNull(Type.String()),
  code: Type.String(),
  why: Type.String(),
});
export type FeedFault = Static<typeof FeedFault>;
