/**
 * All that the outside may know of Beckon's own API (`/v1`): the JSON shapes of studio, shop and users.
 * Times are ISO 8601 in UTC; money is decimal major units with a currency.
 *
 * Each shape is one schema: it validates at the door, types the code and stands in /openapi.json.
 */
import { Type, type Static } from 'typebox';
import { Said } from './contract-said.ts';
import { Lasting, RatioOfDevice } from './contract-report.ts';
import { ClaimView, ConsentView, IdentityView, MergeView, OriginView, TraitValueView } from './contract-person.ts';

const count = Type.Integer({ minimum: 0 });
const texts = Type.Record(Type.String(), Type.String());
const anything = Type.Record(Type.String(), Type.Unknown());
const textOrNull = Type.Union([Type.String(), Type.Null()]);

export const MoneyView = Type.Object({ amount: Type.Number(), currency: Type.String() });
export type MoneyView = Static<typeof MoneyView>;

export const JourneyStatus = Type.Union([
  Type.Literal('draft'),
  Type.Literal('live'),
  Type.Literal('paused'),
  Type.Literal('closed'),
  Type.Literal('stopped'),
]);
export type JourneyStatus = Static<typeof JourneyStatus>;

/** GET /v1/journeys → { journeys: JourneyRow[] } */
export const JourneyRow = Type.Object({
  key: Type.String(),
  name: Type.String(),
  description: Type.String(),
  status: JourneyStatus,
  version: Type.Integer(),
  /** Runs inside now, entered ever, ended ever. */
  active: count,
  entered: count,
  ended: count,
  sent: count,
  heldOut: count,
  orders: count,
  revenue: Type.Array(MoneyView),
});
export type JourneyRow = Static<typeof JourneyRow>;

/** GET /v1/journeys/{key} */
export const JourneyDetail = Type.Object({
  key: Type.String(),
  status: JourneyStatus,
  version: Type.Integer(),
  publishedAt: textOrNull,
  pausedAt: textOrNull,
  /** Numbers of the published versions, the newest first. */
  versions: Type.Array(Type.Integer()),
  /** The document as written (JourneyDefinition): what is live, or was last; of a draft that never was, the draft. */
  definition: anything,
  /** The draft, if it says something else than that; otherwise null. */
  draft: Type.Union([anything, Type.Null()]),
  /** Of the draft: another text once it says something else. */
  revision: Type.String(),
  /** Per activity: runs here now, runs that have passed today and ever. The entry has the name "entry". */
  counts: Type.Record(Type.String(), Type.Object({ now: count, today: count, ever: count })),
});
export type JourneyDetail = Static<typeof JourneyDetail>;

/** GET /v1/journeys/{key}/people?activity=wait */
export const PersonHere = Type.Object({
  profileId: Type.String(),
  label: Type.String(),
  activity: Type.String(),
  since: Type.String(),
  /** When the wait ends, if it is one. */
  due: textOrNull,
});
export type PersonHere = Static<typeof PersonHere>;

/** GET /v1/people?q= → { people: PersonRow[], left: number } */
export const PersonRow = Type.Object({
  id: Type.String(),
  label: Type.String(),
  email: textOrNull,
  lastSeenAt: Type.String(),
  cartItems: count,
  viewed: count,
  orders: count,
  reachable: Type.Boolean(),
});
export type PersonRow = Static<typeof PersonRow>;

/** GET /v1/profiles/{namespace}:{id} — namespace `id` takes the profile id. */
export const ProfileDetail = Type.Object({
  id: Type.String(),
  identities: Type.Array(IdentityView),
  email: textOrNull,
  attributes: anything,
  timeZone: textOrNull,
  language: textOrNull,
  /** Where `email`, `timeZone`, `language` and `attributes.<name>` came from. */
  origins: Type.Record(Type.String(), OriginView),
  /** When a click on a signed link of ours last proved the mailbox. */
  mailboxProvenAt: textOrNull,
  consent: Type.Record(
    Type.String(),
    Type.Object({
      state: Type.Union([Type.Literal('in'), Type.Literal('out'), Type.Literal('pending')]),
      at: Type.String(),
      source: Type.String(),
    }),
  ),
  cart: Type.Object({
    id: textOrNull,
    lines: Type.Array(
      Type.Object({ item: Type.String(), name: Type.String(), quantity: Type.Number(), imageUrl: textOrNull }),
    ),
  }),
  viewed: Type.Array(
    Type.Object({ item: Type.String(), name: Type.String(), at: Type.String(), imageUrl: textOrNull }),
  ),
  orders: Type.Array(
    Type.Object({
      id: Type.String(),
      at: Type.String(),
      total: MoneyView,
      /** What of it went back. */
      refunded: MoneyView,
      cancelled: Type.Boolean(),
      items: Type.Array(Type.String()),
    }),
  ),
  lastViewed: textOrNull,
  mostViewed: textOrNull,
  favouriteCategory: textOrNull,
  categories: Type.Array(Type.Object({ id: Type.String(), score: Type.Number() })),
  traits: Type.Record(Type.String(), TraitValueView),
  visits: count,
  /** The running visit or the last one; `endedAt` is null while it runs. */
  visit: Type.Union([
    Type.Object({ startedAt: Type.String(), endedAt: textOrNull, pages: count, views: count, orders: count }),
    Type.Null(),
  ]),
  consents: Type.Array(ConsentView),
  merges: Type.Array(MergeView),
  claims: Type.Array(ClaimView),
  firstSeenAt: Type.String(),
  lastSeenAt: Type.String(),
});
export type ProfileDetail = Static<typeof ProfileDetail>;

export const TimelineKind = Type.Union([
  Type.Literal('event'),
  Type.Literal('entered'),
  Type.Literal('waiting'),
  Type.Literal('passed'),
  Type.Literal('action'),
  Type.Literal('planned'),
  Type.Literal('held'),
  Type.Literal('heldOut'),
  Type.Literal('sent'),
  Type.Literal('clicked'),
  Type.Literal('ordered'),
  Type.Literal('refused'),
  Type.Literal('exited'),
  Type.Literal('ended'),
  Type.Literal('consent'),
  Type.Literal('identified'),
]);
export type TimelineKind = Static<typeof TimelineKind>;

/** GET /v1/profiles/{namespace}:{id}/timeline → { entries: TimelineEntry[] }, newest first. */
export const TimelineEntry = Type.Object({
  at: Type.String(),
  kind: TimelineKind,
  /** One plain sentence, and the same by its code; null for what is told as it came. */
  text: Type.String(),
  said: Type.Union([Said, Type.Null()]),
  /** Judged to be a machine. */
  bot: Type.Optional(Type.Boolean()),
  /** Key of the journey, and the name it goes by. */
  journey: Type.Optional(Type.String()),
  journeyName: Type.Optional(Type.String()),
  activity: Type.Optional(Type.String()),
  /** Why not, for `refused`, `held`, `heldOut`, `exited`. */
  reason: Type.Optional(Type.String()),
  /** Names and pictures where the entry is about items. */
  items: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        imageUrl: textOrNull,
        quantity: Type.Optional(Type.Number()),
      }),
    ),
  ),
  messageId: Type.Optional(Type.String()),
  detail: Type.Optional(anything),
});
export type TimelineEntry = Static<typeof TimelineEntry>;

/** GET /v1/mailbox → MailRow[] */
export const MailRow = Type.Object({ id: Type.String(), to: Type.String(), subject: Type.String(), at: Type.String() });
export type MailRow = Static<typeof MailRow>;

/** GET /v1/mailbox/{id} */
export const Mail = Type.Object({
  id: Type.String(),
  to: Type.String(),
  subject: Type.String(),
  at: Type.String(),
  from: Type.String(),
  headers: texts,
  text: Type.String(),
  html: Type.String(),
});
export type Mail = Static<typeof Mail>;

/** GET /v1/clock */
export const ClockView = Type.Object({
  kind: Type.Union([Type.Literal('system'), Type.Literal('virtual')]),
  now: Type.String(),
  /** The shop's zone, for showing "10:00 shop time". */
  zone: Type.String(),
  /** What waits, and for what: the next things to fall due. */
  next: Type.Array(Type.Object({ at: Type.String(), text: Type.String(), said: Said, count })),
  /** Messages that are held, with the reason and until when. */
  held: Type.Array(Type.Object({ reason: Type.String(), count, until: textOrNull })),
});
export type ClockView = Static<typeof ClockView>;

/** POST /v1/clock/advance { by: "PT24H" } */
export const AdvanceReport = Type.Object({
  now: Type.String(),
  /** Steps taken from due time to due time. */
  steps: count,
  sent: count,
  heldOut: count,
  /** What was still running when the bound was reached; empty when all is done. */
  running: Type.Array(Type.String()),
});
export type AdvanceReport = Static<typeof AdvanceReport>;

export const ArmSums = Type.Object({
  /** Profiles assigned. */
  profiles: count,
  /** Profiles with at least one order within the window after assignment. */
  buyers: count,
  orders: count,
  /** Sum and sum of squares of revenue per assigned profile, major units, in `currency`. */
  revenue: Type.Number(),
  revenueSquares: Type.Number(),
  /** Orders in a currency nobody gave a rate for: orders, but no revenue. */
  otherCurrency: count,
  /** Revenue of the 28 days before each one's assignment, its squares, and the sum of its products with revenue. */
  before: Type.Number(),
  beforeSquares: Type.Number(),
  products: Type.Number(),
  /** Revenue with each one's cut where 99.9 % of earlier orders lie below, and over 28 days. */
  capped: Type.Number(),
  cappedSquares: Type.Number(),
  later: Type.Number(),
  laterSquares: Type.Number(),
});
export type ArmSums = Static<typeof ArmSums>;

const numberOrNull = Type.Union([Type.Number(), Type.Null()]);
const Word = Type.Union([Type.Literal('too early'), Type.Literal('clear'), Type.Literal('no clear effect')]);
const Lift = Type.Union([Type.Object({ value: Type.Number(), low: Type.Number(), high: Type.Number() }), Type.Null()]);

/** GET /v1/journeys/{key}/report */
export const JourneyReport = Type.Object({
  journey: Type.String(),
  name: Type.String(),
  version: Type.Integer(),
  status: JourneyStatus,
  at: Type.String(),
  runs: Type.Object({
    entered: count,
    active: count,
    ended: count,
    byState: Type.Record(Type.String(), Type.Number()),
    byEnd: Type.Array(Type.Object({ reason: Type.String(), count })),
  }),
  messages: Type.Object({
    /** All intended messages; the other numbers add up to it. */
    planned: count,
    byState: Type.Record(Type.String(), Type.Number()),
    accepted: count,
    heldOut: count,
    inDoubt: count,
    excluded: Type.Array(Type.Object({ reason: Type.String(), count })),
    pending: count,
  }),
  arms: Type.Object({ treated: ArmSums, control: ArmSums }),
  /** Those assigned at least `windowDays` ago: only these decide about the cause. */
  matured: Type.Object({ treated: ArmSums, control: ArmSums }),
  /** People left out on both sides because they met both arms. */
  conflicted: count,
  currency: Type.String(),
  windowDays: Type.Number(),
  clicks: Type.Object({ human: count, unknown: count }),
  /** Mails whose picture was loaded: by a mail program, by a proxy that hides for whom, by a machine. A mail may stand in each; none is evidence. */
  opens: Type.Object({ reader: count, unknown: count, machine: count }),
  /** Orders whose last human click was on a mail of this journey. Credited, not caused. */
  credited: Type.Object({ orders: count, revenue: MoneyView }),
  caused: Type.Object({
    word: Word,
    why: Type.String(),
    /** The same sentence by its code, and what is said after it. */
    said: Type.Array(Said),
    /** Revenue per assigned profile, treated minus control; null while too early. */
    perProfile: numberOrNull,
    total: numberOrNull,
    low: numberOrNull,
    high: numberOrNull,
    perThousandMails: numberOrNull,
    /** Valid however often one looks. */
    p: numberOrNull,
    lift: Lift,
    confidence: Type.Literal(0.95),
  }),
  /** Credited to caused revenue, flagged over 3; null while the effect is not known. */
  creditedToCaused: Type.Union([Type.Object({ ratio: Type.Number(), flagged: Type.Boolean() }), Type.Null()]),
  /** The deciding reading first; per assigned profile, major units, `conversion` as a share. `pHolm` for those beside it. */
  readings: Type.Array(
    Type.Object({
      reading: Type.Union([
        Type.Literal('revenue'),
        Type.Literal('conversion'),
        Type.Literal('adjusted'),
        Type.Literal('capped'),
        Type.Literal('later'),
      ]),
      word: Word,
      effect: numberOrNull,
      low: numberOrNull,
      high: numberOrNull,
      p: numberOrNull,
      pHolm: numberOrNull,
      lift: Lift,
    }),
  ),
  /** The effect by week of assignment, per assigned profile. */
  weeks: Type.Array(
    Type.Object({
      from: Type.String(),
      treated: count,
      control: count,
      effect: Type.Number(),
      low: Type.Number(),
      high: Type.Number(),
    }),
  ),
  /** Are the arms in their proportion? `expected` is the share to be held out. */
  ratio: Type.Union([
    Type.Object({ expected: Type.Number(), p: Type.Number(), peekP: Type.Number(), alarm: Type.Boolean() }),
    Type.Null(),
  ]),
  lasting: Type.Union([Lasting, Type.Null()]),
  /** The same day by day: all days together, and the one that fits least, its p set right for how many there are. */
  ratioByDay: Type.Union([
    Type.Object({
      days: Type.Integer(),
      p: Type.Number(),
      worst: Type.Object({ day: Type.String(), p: Type.Number() }),
    }),
    Type.Null(),
  ]),
  /** The same by the kind of device people were last seen on, of the kinds with enough people. */
  ratioByDevice: Type.Array(RatioOfDevice),
  /** What decides, written down before anybody was compared. */
  decided: Type.Union([
    Type.Object({
      at: Type.String(),
      hash: Type.String(),
      cap: numberOrNull,
      plan: Type.Record(Type.String(), Type.Unknown()),
    }),
    Type.Null(),
  ]),
});
export type JourneyReport = Static<typeof JourneyReport>;

export * from './contract-overview.ts';
export * from './contract-recommend.ts';
export * from './contract-said.ts';

/** Every error of /v1, application/problem+json. */
export const Problem = Type.Object({
  type: Type.String(),
  code: Type.String(),
  status: Type.Integer(),
  title: Type.String(),
  detail: Type.String(),
  mend: Type.String(),
  where: Type.Optional(Type.String()),
});
export type Problem = Static<typeof Problem>;
