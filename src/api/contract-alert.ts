/** Shapes of the doors to alerts: what is wrong, and who is told. */
import { Type, type Static } from 'typebox';
import { Said } from './contract-said.ts';
import { alertKinds, type AlertKind } from '../alert/index.ts';

const textOrNull = Type.Union([Type.String(), Type.Null()]);
const Kind = Type.Unsafe<AlertKind>(Type.Union(alertKinds.map((kind) => Type.Literal(kind))));

/** GET /v1/alerts */
export const AlertRow = Type.Object({
  /** The same for as long as the same trouble lasts. */
  key: Type.String(),
  kind: Kind,
  title: Type.String(),
  text: Type.String(),
  journey: textOrNull,
  /** Title and text by their codes; null: only as they are. */
  said: Type.Union([Type.Object({ title: Said, text: Said }), Type.Null()]),
  raisedAt: Type.String(),
  seenAt: Type.String(),
  /** When it was over; null while it lasts. */
  resolvedAt: textOrNull,
});
export type AlertRow = Static<typeof AlertRow>;

/** PUT /v1/alerts/settings */
export const AlertSettingsInput = Type.Object(
  {
    mails: Type.Array(Type.String({ maxLength: 254 }), {
      maxItems: 20,
      description: 'Addresses that hear of everything',
    }),
    webhook: Type.Union([Type.String({ maxLength: 2000 }), Type.Null()], {
      description: 'An https address that is called with what is told, signed as Standard Webhooks says',
    }),
    off: Type.Optional(Type.Array(Kind, { description: 'Kinds of which nobody is told' })),
    newSecret: Type.Optional(Type.Boolean({ description: 'Make a new secret for the webhook' })),
  },
  { additionalProperties: false },
);

export const AlertSettingsView = Type.Object({
  mails: Type.Array(Type.String()),
  webhook: textOrNull,
  off: Type.Array(Kind),
  secret: Type.Optional(Type.String({ description: 'Of the webhook: shown once, when it is made' })),
});
export type AlertSettingsView = Static<typeof AlertSettingsView>;
