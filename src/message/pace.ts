import { classifyBounce, codeIn, statusIn } from './bounce.ts';
import type { SendResult } from './result.ts';

/**
 * How fast mail may go, lane by lane: `all`, `way:smtp` (a next hop), `host:gmail` (a mailbox host), `journey:<key>`. A lane
 * without a number is as fast as the connections are. Pure; times are UTC ms of business time, rates mails a minute.
 */
export interface Lane {
  name: string;
  /** What a person set; null: nothing. */
  ceiling: number | null;
  /** What the host left us when it last asked for less; null: it never did. */
  rate: number | null;
  /** How fast it was when it first asked; what a tenth more is a tenth of. */
  base: number | null;
  /** When it last asked for less. */
  loweredAt: number | null;
  /** The first place in time that nobody has. */
  freeAt: number | null;
  /** Until when nothing goes: the host named a time, or refuses us. */
  closedUntil: number | null;
  /** Refusals of us since `refusedSince`, and how often in a row that closed the lane. */
  refusals: number;
  refusedSince: number | null;
  closures: number;
  /** The host's words. */
  why: string | null;
}

export function openLane(name: string): Lane {
  const never = { loweredAt: null, freeAt: null, closedUntil: null, refusedSince: null };
  return { name, ceiling: null, rate: null, base: null, ...never, refusals: 0, closures: 0, why: null };
}

const minuteMs = 60_000;
/** Trust §1.13: half at once, a tenth more every ten minutes, never less than one a minute. */
export const paceRules = {
  cut: 0.5,
  raise: 0.1,
  raiseMs: 10 * minuteMs,
  least: 1,
  /** What counts as usual where hardly anything went in the last minute. */
  usual: 60,
  /** Answers within this time of a cut are of the same burst. */
  burstMs: minuteMs,
  /** Places are given so far ahead; who comes later stands in line and asks again. */
  aheadMs: 10 * minuteMs,
  /** A place is kept so long after its time; then it is given anew, so that what piled up does not go all at once. */
  keptMs: 10_000,
  /** The longest wait that a host may ask for. */
  longestMs: 60 * minuteMs,
  /** So many refusals of us within ten minutes close a lane, for 15 minutes, then twice that, up to six hours. */
  refusals: 5,
  refusedMs: 10 * minuteMs,
  closedMs: 15 * minuteMs,
  longestClosedMs: 6 * 60 * minuteMs,
};

/** Mails a minute now; null: no limit. What was cut rises with time, up to the ceiling, or away once it is twice what it was. */
export function rateOf({ ceiling, rate, base, loweredAt }: Lane, now: number): number | null {
  if (rate === null || base === null || loweredAt === null) return ceiling;
  const rises = Math.max(0, Math.floor((now - loweredAt) / paceRules.raiseMs));
  const risen = rate + rises * paceRules.raise * base;
  if (ceiling !== null) return Math.min(ceiling, risen);
  return risen >= 2 * base ? null : risen;
}

/** What a host said that is about our pace, and of which lane: the whole way, or the one mailbox host. */
export interface SlowDown {
  of: 'way' | 'host';
  /** Asked for less, or refuses us whatever we send. */
  kind: 'slower' | 'refused';
  retryAfterMs: number | null;
  why: string;
}

/** Words by which a host asks for fewer mails where its code does not say so. */
const slowerWords =
  /too many (?:connections|messages|recipients|mails|requests)|rate[ -]?limit|throttl|slow(?:ing)? down|try (?:again )?later[^.\n]{0,40}(?:volume|rate)|(?:unusual|exceed\w*)[^.\n]{0,40}(?:rate|volume|limit)|resources? (?:temporarily|restricted)|deferred due to/i;

/** Does an answer ask for fewer mails? What is said of one mailbox (4.1, 4.2, greylisting) is not about our pace. */
export function slowDownOf(result: SendResult): SlowDown | null {
  if (result.kind !== 'answered') return null;
  const { stage, code, response, retryAfterMs = null } = result;
  const said = { retryAfterMs, why: response.replace(/\s+/g, ' ').slice(0, 200) };
  if (stage === 'session') return { of: 'way', kind: code < 500 ? 'slower' : 'refused', ...said };
  const status = statusIn(response);
  if (code >= 500) {
    const kind = classifyBounce({ code: codeIn(response) ?? code, status, text: response });
    return kind === 'policy' ? { of: 'host', kind: 'refused', ...said } : null;
  }
  if (/grey-?list/i.test(response) || (status !== undefined && /^4\.[12]\./.test(status)) || code === 452) return null;
  const asks = code === 421 || (status !== undefined && /^4\.(?:7\.|3\.2|4\.5|5\.3)/.test(status));
  return asks || slowerWords.test(response) ? { of: 'host', kind: 'slower', ...said } : null;
}

/** A host has asked for less: half of what was, once a burst. @param measured mails of the last minute */
export function lowered(lane: Lane, said: SlowDown, { now, measured }: { now: number; measured: number }): Lane {
  const { retryAfterMs, why } = said;
  const asked = retryAfterMs === null ? null : now + Math.min(retryAfterMs, paceRules.longestMs);
  const closedUntil = later(lane.closedUntil, asked);
  if (lane.loweredAt !== null && now - lane.loweredAt < paceRules.burstMs) return { ...lane, closedUntil, why };
  const was = rateOf(lane, now);
  const current = was ?? Math.max(measured, paceRules.usual);
  const rate = Math.max(paceRules.least, current * paceRules.cut);
  // Where it still was below what it had been, that stays the measure of its rises.
  const base = lane.ceiling ?? (was === null ? current : (lane.base ?? current));
  return { ...lane, rate, base, loweredAt: now, freeAt: now + minuteMs / rate, closedUntil, why };
}

/**
 * A host has refused us, not the person: after five it gets nothing for a while, and then one mail a minute to try
 * (trust row 19). @param taken mails it took since the first of these refusals
 */
export function refused(
  lane: Lane,
  { why }: SlowDown,
  { now, measured, taken }: { now: number; measured: number; taken: number },
): Lane {
  const isFresh = lane.refusedSince === null || now - lane.refusedSince > paceRules.refusedMs;
  const refusals = isFresh ? 1 : lane.refusals + 1;
  const counted = { ...lane, refusals, refusedSince: isFresh ? now : lane.refusedSince, why };
  if (lane.closedUntil !== null && lane.closedUntil > now) return counted;
  // Where it refuses again soon after it was tried, it closes for longer.
  const isTrial = lane.closures > 0 && lane.closedUntil !== null && now - lane.closedUntil < paceRules.longestClosedMs;
  if (!isTrial && (refusals < paceRules.refusals || taken > refusals)) return counted;
  const closures = isTrial ? lane.closures + 1 : 1;
  const closedUntil = now + Math.min(paceRules.closedMs * 2 ** (closures - 1), paceRules.longestClosedMs);
  const base = lane.ceiling ?? (lane.rate === null ? Math.max(measured, paceRules.usual) : lane.base);
  const tried = { rate: paceRules.least, base, loweredAt: closedUntil, freeAt: closedUntil };
  return { ...counted, ...tried, refusals: 0, refusedSince: null, closures, closedUntil };
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** A mail that asks for its place. */
export interface Asking {
  /** Its lanes, by name. */
  lanes: readonly string[];
  /** It does not stand in line: receipts and the like. It takes its place all the same. */
  first: boolean;
  /** The place it was given before, and when; null: it has none. */
  placed: { at: number; given: number } | null;
}

/** It goes; or it has a place of its own, or stands in line and asks again, until then. */
export type Turn = { go: true } | { go: false; until: number; lane: string; why: 'closed' | 'placed' | 'line' };

/** Those who go within a second of each other go together. */
const togetherMs = 1000;

/** Gives a mail its turn in all of its lanes, and moves these on (they are changed in place). */
export function turnOf(lanes: ReadonlyMap<string, Lane>, asking: Asking, now: number): Turn {
  const mine = asking.lanes.flatMap((name) => lanes.get(name) ?? []);
  const closed = mine.find(({ closedUntil }) => closedUntil !== null && closedUntil > now);
  if (closed) return { go: false, until: closed.closedUntil!, lane: closed.name, why: 'closed' };
  const paced = mine.flatMap((lane) => {
    const rate = rateOf(lane, now);
    return rate === null ? [] : [{ lane, rate, at: Math.max(lane.freeAt ?? now, now) }];
  });
  if (paced.length === 0 || hasPlace(asking, mine, now)) return { go: true };
  const last = paced.reduce((a, b) => (b.at > a.at ? b : a));
  const wait = last.at - now;
  if (!asking.first && wait > paceRules.aheadMs) {
    const until = now + Math.min(Math.max(wait, paceRules.aheadMs), 6 * paceRules.aheadMs);
    return { go: false, until, lane: last.lane.name, why: 'line' };
  }
  for (const { lane, rate, at } of paced) lane.freeAt = at + minuteMs / rate;
  if (asking.first || wait < togetherMs) return { go: true };
  return { go: false, until: Math.ceil(last.at / togetherMs) * togetherMs, lane: last.lane.name, why: 'placed' };
}

/** The first place that nobody has, once so many have given theirs back; what is past cannot be had any more. */
export function freedAt(lane: Lane, { count, now }: { count: number; now: number }): number | null {
  const rate = rateOf(lane, now);
  if (rate === null || lane.freeAt === null || lane.freeAt <= now) return lane.freeAt;
  return Math.max(now, lane.freeAt - (count * minuteMs) / rate);
}

/** Its place counts, unless its time is long past, or a host has asked for less since it was given. */
function hasPlace({ placed }: Asking, lanes: readonly Lane[], now: number): boolean {
  if (placed === null || now - placed.at > paceRules.keptMs) return false;
  return lanes.every(({ loweredAt }) => loweredAt === null || loweredAt <= placed.given);
}

/** Mailbox hosts that take mail for many domains, by the domains that people know them by. */
const groups: readonly [string, RegExp][] = [
  ['gmail', /^(?:gmail|googlemail)\.com$/],
  ['yahoo', /^(?:(?:yahoo|ymail|rocketmail|myyahoo)\.[a-z.]+|aol\.[a-z.]+)$/],
  ['microsoft', /^(?:(?:outlook|hotmail|live)\.[a-z.]+|msn\.com|passport\.com)$/],
  ['apple', /^(?:icloud|me|mac)\.com$/],
  ['gmx', /^(?:gmx\.[a-z.]+|web\.de|mail\.com)$/],
];

/** The mailbox host of an address: a group, or the domain itself. */
export function hostOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return groups.find(([, is]) => is.test(domain))?.[0] ?? domain;
}
