/** Shapes of `/v1/simulations`: journeys run over many people on a moved clock. */
import { Type, type Static } from 'typebox';

const orNull = <T extends Parameters<typeof Type.Optional>[0]>(type: T) => Type.Union([type, Type.Null()]);
const oneOf = <const T extends string>(...words: T[]) =>
  Type.Unsafe<T>(Type.Union(words.map((word) => Type.Literal(word))));
const strict = { additionalProperties: false } as const;
const text = Type.String();
const when = Type.String({ description: 'ISO 8601, UTC' });
const count = Type.Integer({ minimum: 0 });
const counts = Type.Record(text, count);
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'A day of the shop’s clock' });
const anything = Type.Record(text, Type.Unknown());

/** An answer of a call: its status and body, or none in time. */
const Answer = Type.Union([
  Type.Object({ status: Type.Optional(Type.Integer()), body: Type.Optional(Type.Unknown()) }, strict),
  Type.Literal('no answer'),
]);

/** POST /v1/simulations */
export const SimulationAsked = Type.Object(
  {
    journeys: Type.Optional(
      Type.Array(
        Type.Object(
          { key: text, version: Type.Optional(oneOf('draft', 'live')) },
          { ...strict, description: 'By key, as draft unless said otherwise' },
        ),
        { maxItems: 20 },
      ),
    ),
    documents: Type.Optional(
      Type.Array(anything, { maxItems: 20, description: 'Journeys that are sent along, in place of stored ones' }),
    ),
    over: Type.Union([
      Type.Object(
        {
          kind: Type.Literal('history'),
          from: day,
          to: day,
          people: Type.Optional(Type.Array(text, { description: 'Profile ids; left out: everybody' })),
          learnDays: Type.Optional(
            Type.Integer({ description: 'Days before that are learned from; 30 when left out' }),
          ),
        },
        strict,
      ),
      Type.Object(
        {
          kind: Type.Literal('invented'),
          people: Type.Integer(),
          days: Type.Integer(),
          begins: Type.Optional(day),
          react: Type.Optional(Type.Boolean({ description: 'Do they answer their mails? Yes when left out' })),
        },
        strict,
      ),
      Type.Object({ kind: Type.Literal('story'), story: anything }, strict),
    ]),
    answers: Type.Optional(
      Type.Record(text, Type.Array(Answer), { description: 'By activity, answers of its calls in order' }),
    ),
    actions: Type.Optional(
      Type.Union([Type.Literal('engine'), Answer], {
        description: 'What answers other calls: our own service (`engine`), or one answer for all',
      }),
    ),
    seed: Type.Optional(Type.Integer()),
    step: Type.Optional(Type.String({ description: 'Steps of the clock, ISO duration, or `exact`' })),
  },
  strict,
);
export type SimulationAsked = Static<typeof SimulationAsked>;

const SimulationTotals = Type.Object({
  journey: text,
  name: text,
  came: count,
  entered: count,
  refused: counts,
  inside: counts,
  ended: counts,
  passed: counts,
  messages: count,
  sent: count,
  heldOut: count,
  waiting: counts,
  notSent: counts,
});
export type SimulationTotals = Static<typeof SimulationTotals>;

const SimulationSummary = Type.Object({
  from: when,
  to: when,
  seed: Type.Integer(),
  /** Steps of the clock in seconds; 0 is from due time to due time. */
  stepSeconds: count,
  people: count,
  untouched: count,
  events: count,
  mails: count,
  /** Kept one by one; the rest is in the totals only. */
  kept: Type.Object({ people: count, mails: count }),
  totals: Type.Array(SimulationTotals),
  /** Where everybody stood, by journey and activity; only of a single simulation. */
  frames: Type.Array(
    Type.Object({
      at: when,
      here: Type.Record(text, counts),
      sent: count,
      /** Of each journey; simulations of earlier versions have only the whole. */
      sentBy: Type.Optional(counts),
    }),
  ),
  unanswered: counts,
  misses: Type.Array(text),
});

export const SimulationView = Type.Object({
  id: text,
  state: oneOf('waiting', 'running', 'done', 'failed', 'cancelled'),
  askedAt: when,
  beganAt: orNull(when),
  endedAt: orNull(when),
  /** Share of the time that is over, 0–1. */
  progress: Type.Number(),
  journeys: Type.Array(text),
  over: anything,
  summary: orNull(SimulationSummary),
  fault: orNull(text),
});
export type SimulationView = Static<typeof SimulationView>;

export const SimulatedPersonView = Type.Object({
  no: count,
  profileId: text,
  label: text,
  runs: Type.Array(
    Type.Object({
      journey: text,
      enteredAt: when,
      path: Type.Array(Type.Object({ activity: text, at: when })),
      end: orNull(Type.Object({ reason: text, at: when })),
      activity: text,
    }),
  ),
  whyNot: Type.Array(Type.Object({ journey: text, activity: text, at: when, reason: text })),
  held: Type.Array(Type.Object({ journey: text, activity: text, at: when, reason: text, until: when }), {
    description: 'Where a mail to them waited, such as in quiet hours',
  }),
  mails: Type.Array(count),
  acts: Type.Array(
    Type.Object({ at: when, does: text, items: Type.Optional(Type.Array(text)), what: Type.Optional(text) }),
    { description: 'What they did, the last 200 of it, in the words of stories' },
  ),
});
export type SimulatedPersonView = Static<typeof SimulatedPersonView>;

const mailLine = {
  no: count,
  person: count,
  journey: text,
  activity: text,
  message: text,
  at: when,
  subject: text,
  items: Type.Array(Type.Object({ item: text, position: count, recommendation: text })),
};
export const SimulatedMailLine = Type.Object(mailLine);
export type SimulatedMailLine = Static<typeof SimulatedMailLine>;
export const SimulatedMailView = Type.Object({ ...mailLine, html: text, text });
export type SimulatedMailView = Static<typeof SimulatedMailView>;
