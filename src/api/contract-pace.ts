/** What the doors of rates, warm-ups and brakes take and answer. */
import { Type, type Static, type TSchema } from 'typebox';

const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const time = Type.String({ description: 'ISO 8601' });
const count = Type.Integer({ minimum: 0 });
const caps = Type.Array(Type.Integer({ minimum: 1, maximum: 100_000_000 }), {
  minItems: 1,
  maxItems: 60,
  description: 'mails a day, day by day',
});
const words = (longest: number) => Type.String({ minLength: 1, maxLength: longest });

const LaneView = Type.Object({
  /** `all`, `way:<transport>`, `host:<mailbox host>` or `journey:<key>`. */
  lane: Type.String(),
  /** Mails a minute now; null: as fast as the connections are. */
  perMinute: nullable(Type.Number()),
  /** What a person set. */
  ceiling: nullable(Type.Number()),
  /** Nothing goes until then: the host named the time, or refuses us. */
  closedUntil: nullable(time),
  /** When the host last asked for less. */
  loweredAt: nullable(time),
  /** Its words. */
  why: nullable(Type.String()),
});

const WarmUpView = Type.Object({
  domain: Type.String(),
  caps,
  /** Counted from 0. */
  step: count,
  /** The day of that step in the shop’s zone; null: not begun. */
  day: nullable(Type.String()),
  /** Mails that left on that day. */
  used: count,
  /** Marketing mails that may still leave on it; null: no limit any more. */
  room: nullable(count),
  /** Why the last step was taken once more. */
  kept: nullable(Type.String()),
  begunAt: time,
  endedAt: nullable(time),
});

const BrakeView = Type.Object({
  /** `all` marketing mail, `domain:<sending domain>` or `journey:<key>`. */
  scope: Type.String(),
  why: Type.String(),
  counts: Type.Object({ sent: count, hard: count, complained: count }),
  pulledAt: time,
  releasedAt: nullable(time),
  releasedBy: nullable(Type.String()),
  note: nullable(Type.String()),
});

const share = Type.Number({ minimum: 0, maximum: 1, description: '0.003 is three of a thousand' });
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });

const ToldView = Type.Object({
  domain: Type.String(),
  host: Type.String(),
  day,
  share,
  toldAt: time,
  toldBy: Type.String(),
});

/** GET /v1/sending/pace */
export const PaceView = Type.Object({
  lanes: Type.Array(LaneView),
  warmUps: Type.Array(WarmUpView),
  /** Those that are pulled first, then the newest. */
  brakes: Type.Array(BrakeView),
  /** Shares of complaints that were typed in, of the days that count. */
  told: Type.Array(ToldView),
  /** Domains that mail goes out from. */
  domains: Type.Array(Type.String()),
});
export type PaceView = Static<typeof PaceView>;

/** PUT /v1/sending/rates/{lane} */
export const RateInput = Type.Object({ perMinute: nullable(Type.Number({ minimum: 1, maximum: 1_000_000 })) });

/** PUT /v1/sending/warm-ups/{domain} */
export const WarmUpInput = Type.Object({
  caps: Type.Optional(caps),
  step: Type.Optional(Type.Integer({ minimum: 0, maximum: 59 })),
});

/** PUT /v1/sending/complaints */
export const ToldInput = Type.Object({
  domain: words(190),
  host: Type.String({ pattern: '^[a-z0-9.-]{1,190}$', description: 'gmail, yahoo, …' }),
  day,
  share,
});

/** POST /v1/sending/brakes/release */
export const ReleaseInput = Type.Object({ scope: words(200), by: Type.Optional(words(200)), note: words(1000) });
