/** Shapes of the doors to what actions call: the services, and the secrets that are shown to them. */
import { Type, type Static, type TSchema } from 'typebox';

const when = Type.String({ description: 'ISO 8601' });

/** GET /v1/secrets: never the value. */
export const SecretRow = Type.Object({
  name: Type.String(),
  madeAt: when,
  rotatedAt: Type.Union([when, Type.Null()]),
  usedBy: Type.Array(Type.String(), { description: 'Keys of the journeys whose draft or live version names it' }),
});
export type SecretRow = Static<typeof SecretRow>;

/** PUT /v1/secrets/{name} */
export const SecretInput = Type.Object(
  { value: Type.String({ description: 'Kept sealed, and never shown again; counts from the next call on' }) },
  { additionalProperties: false },
);

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** GET /v1/services: what the actions of live journeys call. */
export const ServiceState = Type.Object({
  service: Type.String({ description: 'As the actions name it, otherwise `journey/activity`' }),
  state: Type.Union([Type.Literal('up'), Type.Literal('down')], {
    description: '`down`: it failed too often, so nobody calls it until `until`, and then one call tries it',
  }),
  since: orNull(when),
  until: orNull(when),
  lastFailure: orNull(Type.Object({ at: when, status: Type.String(), reason: orNull(Type.String()) })),
  lastMinute: Type.Object({ calls: Type.Integer(), failed: Type.Integer() }),
  turnsUntil: orNull(Type.String({ description: 'By its rate the next call may go then' })),
  waiting: Type.Integer({ description: 'Runs that wait for its answer' }),
  actions: Type.Array(Type.Object({ journey: Type.String(), activity: Type.String() })),
});
export type ServiceState = Static<typeof ServiceState>;

/** POST /v1/journeys/{key}/actions/{activity}/test */
export const ActionTest = Type.Object(
  {
    profileId: Type.String({ description: 'For whom' }),
    event: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Data of the entry event; left out: what the person’s last run in the journey had gathered',
      }),
    ),
    action: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'The action as it is to be; left out: that of the draft',
      }),
    ),
    dry: Type.Optional(Type.Boolean({ description: 'Only fill in the request, and call nobody' })),
  },
  { additionalProperties: false },
);
export type ActionTest = Static<typeof ActionTest>;

const headers = Type.Record(Type.String(), Type.String());

/** What was sent, with marks for secrets, what came back, and what a run would make of it. */
export const ActionTrial = Type.Object({
  request: orNull(
    Type.Object({
      method: Type.String(),
      url: Type.String(),
      headers,
      body: orNull(Type.String()),
      timeoutMs: Type.Number(),
    }),
  ),
  answer: orNull(Type.Object({ status: Type.Integer(), headers, text: Type.String(), ms: Type.Integer() })),
  ok: Type.Boolean(),
  status: Type.String({ description: '`jo_status_code`, or `notSent`' }),
  why: orNull(Type.String()),
  kept: orNull(Type.Record(Type.String(), Type.Unknown())),
  misfits: Type.Array(Type.String(), { description: 'Where the answer is not as it was declared' }),
  recording: Type.Unknown({ description: 'The same answer for the `answers` of a story' }),
});
export type ActionTrial = Static<typeof ActionTrial>;
