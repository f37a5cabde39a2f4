import type { Said } from '../base/index.ts';

/** What may be wrong. */
export const alertKinds = ['stuck', 'action', 'breaker', 'mails', 'reading', 'feed', 'coupons', 'invariant'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Something that is wrong now; the same `key` means the same trouble for as long as it lasts. */
export interface Trouble {
  key: string;
  kind: AlertKind;
  /** One line: what is wrong, and where. */
  title: string;
  /** What was seen, and what can be done. */
  text: string;
  /** Key of the journey it is about. */
  journey: string | null;
  /** Mail addresses that hear of it beside the shop's. */
  owners: readonly string[];
  /** The same title and text by their codes, to be told in another language; absent: only as they are. */
  said?: { title: Said; text: Said } | null;
}

/** A trouble that has been noted. Times are UTC ms. */
export interface Alert extends Trouble {
  raisedAt: number;
  /** When it was seen last. */
  seenAt: number;
  /** When it was told last. */
  toldAt: number;
  /** Null while it lasts. */
  resolvedAt: number | null;
}

/** One thing to tell. */
export interface Notice extends Trouble {
  what: 'raised' | 'reminder' | 'resolved' | 'test';
  at: number;
}

/** What is away for so long is over, ms: what comes and goes is told once. */
export const settleMs = 15 * 60_000;
/** What lasts is told again after so long, ms. */
export const remindMs = 24 * 3_600_000;
/** Between two mails, or two calls of the webhook, ms: what comes meanwhile goes with the next. */
export const pauseMs = 5 * 60_000;

export interface Judged {
  /** As they are to be stored. */
  alerts: Alert[];
  notices: Notice[];
}

/**
 * What becomes of what is known by what was found now. Pure.
 * @param known those that last
 */
export function judge(known: readonly Alert[], found: readonly Trouble[], now: number): Judged {
  const before = new Map(known.map((alert) => [alert.key, alert]));
  const made: Judged = { alerts: [], notices: [] };
  const tell = (trouble: Trouble, what: Notice['what']) => {
    const { key, kind, title, text, journey, owners } = trouble;
    made.notices.push({ key, kind, title, text, journey, owners, what, at: now });
  };
  const seen = new Map(found.map((trouble) => [trouble.key, trouble]));
  for (const trouble of seen.values()) {
    const alert = before.get(trouble.key);
    const isDue = alert === undefined || now - alert.toldAt >= remindMs;
    if (isDue) tell(trouble, alert === undefined ? 'raised' : 'reminder');
    const [raisedAt, toldAt] = [alert?.raisedAt ?? now, isDue ? now : alert.toldAt];
    made.alerts.push({ ...trouble, raisedAt, toldAt, seenAt: now, resolvedAt: null });
  }
  for (const alert of known) {
    if (seen.has(alert.key) || now - alert.seenAt < settleMs) continue;
    tell(alert, 'resolved');
    made.alerts.push({ ...alert, resolvedAt: now });
  }
  return made;
}

/** Who hears what: each address the notices that concern it, the shop's all of them. Pure. */
export function lettersOf(notices: readonly Notice[], mails: readonly string[]): Map<string, Notice[]> {
  const letters = new Map<string, Notice[]>();
  for (const notice of notices) {
    for (const to of new Set([...mails, ...notice.owners].map((one) => one.toLowerCase())))
      letters.set(to, [...(letters.get(to) ?? []), notice]);
  }
  return letters;
}
