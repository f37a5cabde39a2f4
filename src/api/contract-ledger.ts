/** What the doors of the send ledger answer. */
import { Type, type Static, type TSchema } from 'typebox';

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const time = Type.String({ description: 'ISO 8601' });
const count = Type.Integer({ minimum: 0 });

/** In the order in which a message passes through them; the ends last. */
export const ledgerStates = [
  'planned',
  'held',
  'ready',
  'leased',
  'sending',
  'deferred',
  'in_doubt',
  'accepted',
  'rejected',
  'skipped',
  'render_failed',
  'expired',
  'cancelled',
  'abandoned',
  'quarantined',
] as const;
export type LedgerState = (typeof ledgerStates)[number];
export const LedgerState = Type.Unsafe<LedgerState>(Type.Union(ledgerStates.map((state) => Type.Literal(state))));

const MailClass = Type.Union([Type.Literal('marketing'), Type.Literal('transactional'), Type.Literal('proof')]);
const counts = Type.Record(Type.String(), count);

const causes = ['hand', 'restored', 'copied', 'brake'] as const;
type SendingCause = (typeof causes)[number];

export const SendingView = Type.Object({
  frozen: Type.Boolean(),
  cause: nullable(Type.Unsafe<SendingCause>(Type.Union(causes.map((cause) => Type.Literal(cause))))),
  reason: nullable(Type.String()),
  since: nullable(time),
  by: nullable(Type.String()),
});
export type SendingView = Static<typeof SendingView>;

/** GET /v1/ledger: what became of every message that was planned. Each group adds up to `total`. */
export const LedgerView = Type.Object({
  total: count,
  states: counts,
  classes: Type.Record(Type.String(), counts),
  journeys: Type.Array(Type.Object({ journey: Type.String(), total: count, states: counts })),
  days: Type.Array(Type.Object({ day: Type.String(), total: count, states: counts })),
  /** By state and primary reason, the most first; `reason` is null where nothing was to be said. They add up to `total` too. */
  reasons: Type.Array(
    Type.Object({ state: LedgerState, heldOut: Type.Boolean(), reason: nullable(Type.String()), count }),
  ),
  /** Skipped because their arm is the control group; part of `states.skipped`. */
  heldOut: count,
  /** Nobody knew whether it had arrived. */
  doubt: Type.Object({ open: count, abandoned: count, resent: count, late: count }),
  sending: SendingView,
});
export type LedgerView = Static<typeof LedgerView>;

const message = {
  id: Type.String(),
  key: Type.String(),
  journey: Type.String(),
  activity: Type.String(),
  class: MailClass,
  state: LedgerState,
  reason: nullable(Type.String()),
  profileId: Type.String(),
  plannedAt: time,
  changedAt: time,
  attempts: count,
  test: Type.Boolean(),
};

const Result = nullable(
  Type.Object({
    kind: Type.Union([Type.Literal('accepted'), Type.Literal('answered'), Type.Literal('lost')]),
    code: Type.Optional(Type.Integer()),
    says: nullable(Type.String({ description: 'The host’s words, or why there were none' })),
    bodyEnded: Type.Optional(Type.Boolean({ description: 'Of a lost one: the host may have the mail' })),
  }),
);

/** GET /v1/ledger/messages/{id}: one mail's history. Times of attempts are real, all others the shop's. */
export const LedgerStory = Type.Object({
  ...message,
  template: Type.String(),
  subject: nullable(Type.String()),
  recipient: nullable(Type.String()),
  arm: nullable(Type.Union([Type.Literal('treated'), Type.Literal('control')])),
  due: time,
  deadline: time,
  acceptedAt: nullable(time),
  resent: Type.Boolean(),
  crashes: count,
  wire: Type.Array(
    Type.Object({
      no: Type.Integer(),
      startedAt: time,
      endedAt: nullable(time),
      mailId: Type.String(),
      transport: Type.String(),
      result: Result,
      late: Result,
    }),
  ),
  heard: Type.Array(
    Type.Object({
      kind: Type.String(),
      at: time,
      class: nullable(Type.String()),
      status: nullable(Type.String()),
      says: nullable(Type.String()),
    }),
  ),
});
export type LedgerStory = Static<typeof LedgerStory>;

/** GET /v1/ledger/messages */
export const LedgerPage = Type.Object({
  messages: Type.Array(Type.Object(message)),
  /** Give it as `after` for the next page; null: this was the last. */
  next: nullable(Type.String()),
});
export type LedgerPage = Static<typeof LedgerPage>;

/** POST /v1/sending/freeze */
export const FreezeInput = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) });
