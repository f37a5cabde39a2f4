import type { QuietHours } from '../journey/index.ts';

/** One intended mail and the states it passes through. Source: trust.md §2.2 with the changes of design §7 "Sending". */

/** A proof is sent by hand: no gate but suppression is asked, and nothing of it is counted. */
export type MessageClass = 'marketing' | 'transactional' | 'proof';

export type MessageState =
  | 'planned'
  | 'held'
  | 'ready'
  | 'leased'
  | 'sending'
  | 'deferred'
  | 'in_doubt'
  | 'accepted'
  | 'rejected'
  | 'render_failed'
  | 'skipped'
  | 'expired'
  | 'cancelled'
  | 'abandoned'
  | 'quarantined';

/** The sender that the settings make; it is always there, and nobody writes it but they. */
export const homeKey = 'default';

/** States that may be claimed once their time has come. */
export const claimable: readonly MessageState[] = ['planned', 'held', 'ready', 'deferred'];
/** States before the first byte: these can still be cancelled without anybody having got anything. */
export const unsent: readonly MessageState[] = ['planned', 'held', 'ready', 'leased', 'deferred'];

/** What a journey asks for: one mail to one profile at one visit of one activity. Times are UTC ms. */
export interface Plan {
  runId: string;
  journey: string;
  journeyVersion: number;
  activity: string;
  visit: number;
  profileId: string;
  shard: number;
  /** Key of the message template. */
  message: string;
  /** `{ journey: { events, actions } }`, as the template sees it under `context`. */
  context: Record<string, unknown>;
  /** Not sent after this moment. */
  deadline: number;
  class: MessageClass;
  /** Share held out, 0–0.9. */
  holdout: number;
  quietHours: QuietHours | null;
  /** Which of several mails to one person goes before, and how many of its group there may be; a notice has none. */
  rank?: Rank;
  test?: boolean;
  /** Which of several messages that are compared it is, and how likely that was. */
  variant?: Variant;
  /** Key of the sender it goes out for; absent: the template’s. */
  sender?: string | undefined;
  /** The address a notice goes to, whoever has it; absent: the profile's own, as it is when the mail leaves. */
  to?: string;
}

/** Why no mail was sent to somebody who gets none at all for a quarter of a year. */
export const heldOutOfAll = 'held out of all mail';

/** One of several messages of an activity that are compared. */
export interface Variant {
  label: string;
  /** How likely somebody gets it, 0–1. */
  share: number;
}

/** How a mail stands among the others to the same person. */
export interface Rank {
  /** 0–100, the higher first. */
  priority: number;
  /** Its place is counted under this name, together with those of other mails of the group. */
  group: string;
  /** At most so many of its group within the window, ms; null: as many as all mails may be. */
  cap: { count: number; windowMs: number } | null;
  /** Its journey listens for the opening: it carries a picture of one point that tells of it. */
  opens?: boolean;
}

/** A transactional mail to an address of which no profile need be known; `id` stands where a profile's would. */
export interface Notice {
  /** Names what it is about, such as `sign-up:<id>`; with `turn` it makes the notice the same one when asked again. */
  about: string;
  turn: number;
  id: string;
  to: string;
  /** Key of a transactional template. */
  message: string;
  context: Record<string, unknown>;
  /** Not sent after this moment, UTC ms. */
  deadline: number;
}

/** A place a mail's link leads to, stored with the message; `item…` are set for a link of a product card. */
export interface StoredLink {
  to: string;
  item?: string;
  position?: number;
  recommendation?: string;
  /** Which criterion recommended it. */
  criterion?: string;
}

/** A message as the ledger has it. Times are UTC ms of business time. */
export interface MessageRow {
  id: string;
  shard: number;
  key: string;
  runId: string;
  journey: string;
  journeyVersion: number;
  activity: string;
  visit: number;
  profileId: string;
  template: string;
  /** Which sender it goes out for: the journey’s word, and once it has left the one it left for. */
  sender: string | null;
  context: Record<string, unknown>;
  class: MessageClass;
  holdout: number;
  quietHours: QuietHours | null;
  rank: Rank | null;
  test: boolean;
  variant: Variant | null;
  /** Where a notice goes; null for mail to a profile. */
  to: string | null;
  arm: 'treated' | 'control' | null;
  state: MessageState;
  /** Why it is held, skipped, deferred, rejected …; null while nothing is to be said. */
  reason: string | null;
  plannedAt: number;
  /** When it may be looked at next. */
  due: number;
  deadline: number;
  /** Rises with each claim; a result that carries an older one comes from a worker that was given up. */
  fence: number;
  /** Claims whose lease ran out or has not ended yet. */
  crashes: number;
  /** Answers of the kind "later". */
  tries: number;
  resent: boolean;
  /** It was put aside and let go by a person; its run was told that it failed and has gone on. */
  released: boolean;
  told: boolean;
  recipient: string | null;
  /** Keyed hash of the address; survives erasure, so that an old unsubscribe link still works. */
  addressKey: string | null;
  subject: string | null;
  links: StoredLink[];
  acceptedAt: number | null;
  changedAt: number;
}

/** `run/activity/visit/channel`: without version and profile, so that migration and merge cannot double a mail. */
export function messageKey(plan: Pick<Plan, 'runId' | 'activity' | 'visit'>): string {
  return `${plan.runId}/${plan.activity}/${plan.visit}/email`;
}
