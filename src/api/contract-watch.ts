/** What the doors that watch the intake answer: what just came in, and what could not be folded. */
import { Type, type Static, type TSchema } from 'typebox';

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const time = Type.String({ description: 'ISO 8601' });
const texts = Type.Array(Type.String());
const count = Type.Integer({ minimum: 0 });

/** What an event says, in short; ids of people and values of attributes stay out of it. */
export const IntakeSummary = Type.Object({
  id: Type.String(),
  types: texts,
  happenedAt: time,
  /** How much the source is believed, 0 to 3. */
  level: Type.Integer(),
  /** Namespaces of the identities it asserts, and of those it merely claims. */
  identities: texts,
  claims: texts,
  /** The first ten, of `itemCount`. */
  items: Type.Array(Type.Object({ id: Type.String(), quantity: nullable(Type.Number()) })),
  itemCount: count,
  order: nullable(Type.String()),
  cart: nullable(Type.String()),
  page: nullable(Type.String()),
  consent: Type.Record(Type.String(), Type.String()),
  attributes: texts,
  bot: Type.Boolean(),
});

export const IntakeOutcome = Type.Union([Type.Literal('kept'), Type.Literal('repeated'), Type.Literal('refused')]);
export type IntakeOutcome = Static<typeof IntakeOutcome>;

export const IntakeLine = Type.Object({
  /** Tells lines of one process apart; the newest has the highest. */
  number: Type.Integer(),
  at: time,
  source: Type.String(),
  /** The name of the key it came with, where the source is a key's id. */
  sender: nullable(Type.String()),
  datastream: nullable(Type.String()),
  type: nullable(Type.String()),
  visitor: nullable(Type.String()),
  outcome: IntakeOutcome,
  door: nullable(Type.String()),
  code: nullable(Type.String()),
  why: nullable(Type.String()),
  what: nullable(IntakeSummary),
});
export type IntakeLine = Static<typeof IntakeLine>;

/** GET /v1/intake: what just came in at this process, newest first, and who sent anything. */
export const IntakeView = Type.Object({
  lines: Type.Array(IntakeLine),
  /** Of each source, how many lines are remembered, and how many of them were refused. */
  sources: Type.Array(
    Type.Object({ source: Type.String(), sender: nullable(Type.String()), lines: count, refused: count }),
  ),
});
export type IntakeView = Static<typeof IntakeView>;

/** GET /v1/quarantine: events that could not be folded. */
export const QuarantineView = Type.Object({
  total: Type.Integer(),
  rows: Type.Array(
    Type.Object({ id: Type.String(), at: time, error: Type.String(), events: Type.Array(Type.Unknown()) }),
  ),
});
export type QuarantineView = Static<typeof QuarantineView>;

/** POST /v1/quarantine */
export const PutBack = Type.Object({
  /** Ids of rows; absent: all. */
  ids: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 1000 })),
});
