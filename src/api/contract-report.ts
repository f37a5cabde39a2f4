/** Shapes of the doors to reports besides a journey's own: rates, and how many people it takes. */
import { Type, type Static } from 'typebox';
import { Said } from './contract-said.ts';

/** What one unit of a currency was worth on a day, in the currency of the reports. */
export const RateRow = Type.Object(
  {
    currency: Type.String({ description: 'ISO 4217, another one than that of the reports' }),
    day: Type.String({ description: 'A calendar day: 2026-11-30' }),
    rate: Type.Number({ description: '1 SEK = 0.088 EUR: 0.088' }),
  },
  { additionalProperties: false },
);
export type RateRow = Static<typeof RateRow>;

/** PUT /v1/rates */
export const Rates = Type.Object(
  { rates: Type.Array(RateRow, { minItems: 1, maxItems: 10_000 }) },
  { additionalProperties: false },
);

/** GET /v1/reports/plan */
export const SizePlan = Type.Object({
  /** People per arm for a decision at one look, with 80 % power at 5 %. */
  control: Type.Integer(),
  treated: Type.Integer(),
  /** How many times as many it takes for the same certainty when one may look at any time. */
  decidedAnytime: Type.Object({ low: Type.Number(), high: Type.Number() }),
});

const count = Type.Integer({ minimum: 0 });

/** Whether a clear gain within 7 days is still there after 28. */
export const Lasting = Type.Object({
  word: Type.Union([Type.Literal('lasts'), Type.Literal('fades'), Type.Literal('too early')]),
  why: Type.String(),
  said: Said,
});

/** The sizes of the arms among people last seen on one kind of device: phone, tablet, computer or unknown. */
export const RatioOfDevice = Type.Object({
  device: Type.String(),
  treated: count,
  control: count,
  expected: Type.Number(),
  p: Type.Number(),
});

/** GET /v1/journeys/{key}/report/funnel: heldOut, excluded, inDoubt, failed, pending and accepted add up to planned. */
export const FunnelLine = Type.Object({
  /** A day in the shop's zone, the name of the activity, an item’s id and so on. */
  group: Type.String(),
  /** Of an item: what it is called. */
  name: Type.Union([Type.String(), Type.Null()]),
  planned: count,
  heldOut: count,
  excluded: Type.Array(Type.Object({ reason: Type.String(), count })),
  inDoubt: count,
  failed: count,
  pending: count,
  accepted: count,
  bounced: count,
  complained: count,
  unsubscribed: count,
  replied: count,
  /** Mails whose picture was loaded: by a mail program, by a proxy that hides for whom, by a machine. A mail may stand in each; none is evidence. */
  openedByReader: Type.Union([count, Type.Null()]),
  openedUnknown: Type.Union([count, Type.Null()]),
  openedByMachine: Type.Union([count, Type.Null()]),
  clickedByPeople: count,
  /** Mails with a click of which nobody knows whether a person made it. */
  clickedUnknown: count,
  orders: count,
  /** Credited, net of refunds. */
  revenue: Type.Number(),
});
export type FunnelLine = Static<typeof FunnelLine>;
