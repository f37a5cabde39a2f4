/** Shapes of the doors that change how a journey goes on. */
import { Type, type Static } from 'typebox';

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

/** GET /v1/journeys/{key}/stuck */
export const StuckRun = Type.Object({
  runId: Type.String(),
  profileId: Type.String(),
  label: Type.String(),
  activity: Type.String(),
  since: Type.String(),
  why: Type.String(),
});
export type StuckRun = Static<typeof StuckRun>;

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
