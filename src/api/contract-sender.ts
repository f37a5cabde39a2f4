/** Shapes of `/v1/senders` and `/v1/coupon-pools`. */
import { Type, type Static } from 'typebox';
import { CouponPool, Sender } from '../message/index.ts';

export type { CouponPool, Sender };
const { dkim: _dkim, ...shown } = Sender.properties;

export const SenderView = Type.Object({
  key: Type.String(),
  origin: Type.String({ description: '`settings` made the default one; `shop` was written here' }),
  sender: Type.Object(shown),
  /** Keys that sign, with what DNS must say at which name; no private key is ever shown. */
  dkim: Type.Array(
    Type.Object({ selector: Type.String(), domain: Type.String(), host: Type.String(), record: Type.String() }),
  ),
  savedAt: Type.Union([Type.String(), Type.Null()]),
});
export type SenderView = Static<typeof SenderView>;

export const SenderList = Type.Object({
  senders: Type.Array(SenderView),
  /** Ways out that a sender may choose, besides the usual one. */
  ways: Type.Array(Type.String()),
});
export type SenderList = Static<typeof SenderList>;

export const SenderCheck = Type.Object({
  findings: Type.Array(
    Type.Object({
      level: Type.Union([Type.Literal('ok'), Type.Literal('warn'), Type.Literal('fail')]),
      what: Type.String(),
      mend: Type.Optional(Type.String()),
    }),
  ),
});
export type SenderCheck = Static<typeof SenderCheck>;

export const PoolView = Type.Object({
  key: Type.String(),
  pool: CouponPool,
  free: Type.Integer(),
  used: Type.Integer({ description: 'Given to a mail, or tried on the wire; never free again' }),
  expired: Type.Integer({ description: 'Past their time before anybody got them' }),
  /** When the next free code expires; null: none does. */
  nextExpiry: Type.Union([Type.String(), Type.Null()]),
  low: Type.Boolean({ description: 'Fewer are free than the pool’s low water' }),
});
export type PoolView = Static<typeof PoolView>;

export const PoolReport = Type.Object({
  dryRun: Type.Boolean(),
  rows: Type.Integer(),
  added: Type.Integer(),
  /** In the pool already, given out or not. */
  known: Type.Integer(),
  refused: Type.Integer(),
  faults: Type.Array(Type.Object({ row: Type.Integer(), why: Type.String() })),
});
export type PoolReport = Static<typeof PoolReport>;
