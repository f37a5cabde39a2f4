/**
 * All that the outside may know of Beckon's own API (`/v1`): the JSON shapes of studio, shop and users.
 * Times are ISO 8601 in UTC; money is decimal major units with a currency.
 */

export interface MoneyView {
  amount: number;
  currency: string;
}

export type JourneyStatus = 'draft' | 'live' | 'closed';

/** GET /v1/journeys → { journeys: JourneyRow[] } */
export interface JourneyRow {
  key: string;
  name: string;
  description: string;
  status: JourneyStatus;
  version: number;
  /** Runs inside now, entered ever, ended ever. */
  active: number;
  entered: number;
  ended: number;
  sent: number;
  heldOut: number;
  orders: number;
  revenue: MoneyView[];
}

/** GET /v1/journeys/{key} */
export interface JourneyDetail {
  key: string;
  status: JourneyStatus;
  version: number;
  publishedAt: string | null;
  /** The document as written (JourneyDefinition). */
  definition: Record<string, unknown>;
  /** Per activity: runs here now, runs that have passed today and ever. The entry has the name "entry". */
  counts: Record<string, { now: number; today: number; ever: number }>;
}

/** GET /v1/journeys/{key}/people?activity=wait */
export interface PersonHere {
  profileId: string;
  label: string;
  activity: string;
  since: string;
  /** When the wait ends, if it is one. */
  due: string | null;
}

/** GET /v1/people?q= → { people: PersonRow[], left: number } */
export interface PersonRow {
  id: string;
  label: string;
  email: string | null;
  lastSeenAt: string;
  cartItems: number;
  viewed: number;
  orders: number;
  reachable: boolean;
}

/** GET /v1/profiles/{namespace}:{id} — namespace `id` takes the profile id. */
export interface ProfileDetail {
  id: string;
  identities: { namespace: string; id: string }[];
  email: string | null;
  attributes: Record<string, unknown>;
  timeZone: string | null;
  consent: Record<string, { state: 'in' | 'out'; at: string; source: string }>;
  cart: { id: string | null; lines: { item: string; name: string; quantity: number; imageUrl: string | null }[] };
  viewed: { item: string; name: string; at: string; imageUrl: string | null }[];
  orders: { id: string; at: string; total: MoneyView; items: string[] }[];
  firstSeenAt: string;
  lastSeenAt: string;
}

export type TimelineKind =
  | 'event'
  | 'entered'
  | 'waiting'
  | 'action'
  | 'planned'
  | 'held'
  | 'heldOut'
  | 'sent'
  | 'clicked'
  | 'ordered'
  | 'refused'
  | 'exited'
  | 'ended'
  | 'consent'
  | 'identified';

/** GET /v1/profiles/{namespace}:{id}/timeline → { entries: TimelineEntry[] }, newest first. */
export interface TimelineEntry {
  at: string;
  kind: TimelineKind;
  /** One plain sentence. */
  text: string;
  journey?: string;
  activity?: string;
  /** Why not, for `refused`, `held`, `heldOut`, `exited`. */
  reason?: string;
  /** Names and pictures where the entry is about items. */
  items?: { id: string; name: string; imageUrl: string | null; quantity?: number }[];
  messageId?: string;
  detail?: Record<string, unknown>;
}

/** GET /v1/mailbox → MailRow[] */
export interface MailRow {
  id: string;
  to: string;
  subject: string;
  at: string;
}

/** GET /v1/mailbox/{id} */
export interface Mail extends MailRow {
  from: string;
  headers: Record<string, string>;
  text: string;
  html: string;
}

/** GET /v1/clock */
export interface ClockView {
  kind: 'system' | 'virtual';
  now: string;
  /** The shop's zone, for showing "10:00 shop time". */
  zone: string;
  /** What waits, and for what: the next things to fall due. */
  next: { at: string; text: string; count: number }[];
  /** Messages that are held, with the reason and until when. */
  held: { reason: string; count: number; until: string | null }[];
}

/** POST /v1/clock/advance { by: "PT24H" } */
export interface AdvanceReport {
  now: string;
  /** Steps taken from due time to due time. */
  steps: number;
  sent: number;
  heldOut: number;
  /** What was still running when the bound was reached; empty when all is done. */
  running: string[];
}

export interface ArmSums {
  /** Profiles assigned. */
  profiles: number;
  /** Profiles with at least one order within the window after assignment. */
  buyers: number;
  orders: number;
  /** Sum and sum of squares of revenue per assigned profile, major units, in `currency`. */
  revenue: number;
  revenueSquares: number;
}

/** GET /v1/journeys/{key}/report */
export interface JourneyReport {
  journey: string;
  name: string;
  version: number;
  status: JourneyStatus;
  at: string;
  runs: {
    entered: number;
    active: number;
    ended: number;
    byState: Record<string, number>;
    byEnd: { reason: string; count: number }[];
  };
  messages: {
    /** All intended messages; the other numbers add up to it. */
    planned: number;
    byState: Record<string, number>;
    accepted: number;
    heldOut: number;
    inDoubt: number;
    excluded: { reason: string; count: number }[];
    pending: number;
  };
  arms: { treated: ArmSums; control: ArmSums };
  currency: string;
  windowDays: number;
  clicks: { human: number; unknown: number };
  /** Orders whose last human click was on a mail of this journey. Credited, not caused. */
  credited: { orders: number; revenue: MoneyView };
  caused: {
    word: 'too early' | 'clear' | 'no clear effect';
    why: string;
    /** Revenue per assigned profile, treated minus control; null while too early. */
    perProfile: number | null;
    total: number | null;
    low: number | null;
    high: number | null;
    confidence: 0.95;
  };
}

/** GET /v1/overview: the first line of the studio. */
export interface Overview {
  now: string;
  demo: boolean;
  shopUrl: string | null;
  people: number;
  reachable: number;
  items: number;
  eventsToday: number;
  inJourneys: number;
  sentToday: number;
  needHand: { text: string; link: string }[];
}

/** POST /v1/recommendations */
export interface RecommendationRequest {
  criterion: string;
  identities?: Record<string, string>;
  profileId?: string;
  cart?: string[];
  item?: string;
  excludedIds?: string[];
  limit?: number;
}

export interface RecommendedItem {
  id: string;
  name: string;
  url: string | null;
  imageUrl: string | null;
  price: number | null;
  currency: string | null;
  category: string;
  source: 'criteria' | 'backup' | 'promotion';
  score: number;
  rank: number;
  /** One plain sentence for shoppers. */
  reason: string;
  /** What it rests on: key item, kind of evidence, counts. */
  because: { key: string | null; algorithm: string; count: number }[];
}

export interface RecommendationAnswer {
  status: 'ok' | 'partial' | 'backup' | 'empty';
  count: number;
  filledBy: { criteria: number; promotion: number; backup: number };
  criterion: { key: string; title: string };
  /** The key items the answer rests on. */
  key: string[];
  /** The cart's own lines, as they are in the catalogue now (cart-based only). */
  cart: (Omit<RecommendedItem, 'source' | 'score' | 'rank' | 'reason' | 'because'> & {
    quantity: number;
    inStock: boolean;
  })[];
  items: RecommendedItem[];
  requestId: string;
  /** Recommendation id: clicks carry it back. */
  trackingToken: string;
  /** Seconds since the newest learned event. */
  age: number;
}

/** Every error of /v1, application/problem+json. */
export interface Problem {
  type: string;
  code: string;
  status: number;
  title: string;
  detail: string;
  mend: string;
  where?: string;
}
