/** Shapes of the doors that change how a journey goes on. */
import { Type, type Static } from 'typebox';
import { Said } from './contract-said.ts';

const Problems = Type.Array(
  Type.Object({
    where: Type.String({ description: 'Place in the document, such as activities.wait.for' }),
    what: Type.String(),
  }),
);

/** POST /v1/journeys/{key}/check */
export const JourneyCheck = Type.Object({
  /** What keeps it from being saved. */
  problems: Problems,
  /** What is missing for it to be published; told once nothing keeps it from being saved. */
  missing: Problems,
});
export type JourneyCheck = Static<typeof JourneyCheck>;

/** POST /v1/journeys/{key}/resume */
export const JourneyResume = Type.Object(
  {
    waits: Type.Union([Type.Literal('shift'), Type.Literal('late'), Type.Literal('skip')], {
      description:
        '`shift`: the pause counts as no time; `late`: what fell due meanwhile is due now; `skip`: it ends instead, if it fell due longer ago than `olderThan`',
    }),
    olderThan: Type.Optional(Type.String({ description: 'ISO duration' })),
  },
  { additionalProperties: false },
);
export type JourneyResume = Static<typeof JourneyResume>;

/** GET /v1/journeys/{key}/versions: the newest first. */
export const JourneyVersions = Type.Object({
  versions: Type.Array(
    Type.Object({
      version: Type.Integer(),
      publishedAt: Type.String(),
      inside: Type.Integer({ description: 'Runs that go by it still' }),
    }),
  ),
});
export type JourneyVersions = Static<typeof JourneyVersions>;

const Document = Type.Record(Type.String(), Type.Unknown());

/** GET /v1/journeys/{key}/versions/{version}, where `draft` is one too: its document, and what it changes of the live one. */
export const JourneyVersion = Type.Object({
  definition: Document,
  live: Type.Union([Document, Type.Null()], { description: 'The version published last; null before the first' }),
  differences: Type.Array(
    Type.Object({
      where: Type.String({ description: 'Place in the document, such as activities.wait.for' }),
      before: Type.Optional(
        Type.Unknown({ description: 'In the version published last; absent where it has nothing' }),
      ),
      after: Type.Optional(Type.Unknown({ description: 'In this one' })),
    }),
  ),
});
export type JourneyVersion = Static<typeof JourneyVersion>;

/** POST /v1/journeys/{key}/rollback */
export const JourneyRollback = Type.Object({ version: Type.Integer({ minimum: 1 }) }, { additionalProperties: false });

/** POST /v1/journeys/{key}/migrate: by activity of the older version one of the live one, or null to end its runs. */
export const JourneyMigrate = Type.Object(
  {
    map: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]))),
    dry: Type.Optional(Type.Boolean({ description: 'Only tell who would go where' })),
  },
  { additionalProperties: false },
);

/** Who would go where; without `to` nobody has said. */
export const JourneyMigration = Type.Object({
  places: Type.Array(
    Type.Object({
      from: Type.Integer(),
      activity: Type.String(),
      count: Type.Integer(),
      to: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    }),
  ),
});

/** A run that needs a hand. */
export const StuckRun = Type.Object({
  runId: Type.String(),
  journey: Type.String(),
  /** The version it goes by. */
  version: Type.Integer(),
  profileId: Type.String(),
  label: Type.String(),
  activity: Type.String(),
  since: Type.String(),
  why: Type.String(),
  said: Said,
});
export type StuckRun = Static<typeof StuckRun>;

/** GET /v1/stuck, GET /v1/journeys/{key}/stuck: the longest there first; `total` counts those left out too. */
export const StuckList = Type.Object({ stuck: Type.Array(StuckRun), total: Type.Integer() });
export type StuckList = Static<typeof StuckList>;

/** GET /v1/journeys/{key}/fields */
export const JourneyFields = Type.Object({
  runs: Type.Integer({ description: 'How many of the last runs were looked at' }),
  fields: Type.Array(
    Type.Object({
      path: Type.String({ description: 'As an expression names it, such as event.cartId' }),
      kind: Type.Union([
        Type.Literal('text'),
        Type.Literal('number'),
        Type.Literal('flag'),
        Type.Literal('list'),
        Type.Literal('nothing'),
      ]),
      sample: Type.String({ description: 'A value as it was, shortened; of a list how many it had' }),
      runs: Type.Integer({ description: 'In how many of them it had a value' }),
    }),
  ),
});
export type JourneyFields = Static<typeof JourneyFields>;

/** POST /v1/journeys/{key}/runs */
export const RunMoves = Type.Object(
  {
    do: Type.Union([Type.Literal('retry'), Type.Literal('skip'), Type.Literal('exit')]),
    runs: Type.Array(Type.String(), { minItems: 1, maxItems: 500, description: 'Ids of runs' }),
  },
  { additionalProperties: false },
);

/** POST /v1/journeys/{key}/runs/{run} */
export const RunMove = Type.Object(
  { do: Type.Union([Type.Literal('retry'), Type.Literal('skip'), Type.Literal('exit')]) },
  { additionalProperties: false },
);

/** POST /v1/business-events: something that happened to no person, such as a sale that begins. */
export const BusinessEvent = Type.Object(
  {
    /** The same id lets nobody in twice. */
    id: Type.String({ minLength: 1, maxLength: 200 }),
    type: Type.String({ pattern: '^[a-z][A-Za-z0-9_.-]{0,99}$', description: 'As the entry of a journey names it' }),
    data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: false },
);

/** POST /v1/stories */
export const StoryRequest = Type.Object(
  {
    story: Type.Record(Type.String(), Type.Unknown()),
    journeys: Type.Optional(
      Type.Array(Type.Record(Type.String(), Type.Unknown()), {
        maxItems: 20,
        description: 'Documents; left out, the drafts of those that the story names',
      }),
    ),
  },
  { additionalProperties: false },
);

const when = Type.String();

/** What a story came to: where it ended otherwise than expected, and what happened to whom. */
export const ToldStory = Type.Object({
  name: Type.String(),
  misses: Type.Array(Type.String()),
  people: Type.Record(
    Type.String(),
    Type.Object({
      mails: Type.Array(
        Type.Object({
          journey: Type.String(),
          message: Type.String(),
          activity: Type.String(),
          at: when,
          subject: Type.String(),
          items: Type.Array(Type.String()),
          text: Type.String(),
        }),
      ),
      runs: Type.Array(
        Type.Object({
          journey: Type.String(),
          path: Type.Array(Type.String()),
          end: Type.Union([Type.String(), Type.Null()]),
          activity: Type.String(),
        }),
      ),
      refused: Type.Array(Type.Object({ journey: Type.String(), at: when, reason: Type.String() })),
    }),
  ),
});
export type ToldStory = Static<typeof ToldStory>;
