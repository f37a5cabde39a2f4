/** Shapes of the doors to what actions call: their secrets. */
import { Type, type Static } from 'typebox';

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
