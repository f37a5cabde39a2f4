import type { MessageClass, MessageState } from './message.ts';

/** What became of one wire attempt, told without error codes of the mail library (trust §2.3). */
export type SendResult =
  /** 2xx after the final dot: the next hop took responsibility. */
  | { kind: 'accepted'; response: string }
  /** The server answered with another code; `stage` is whether the session or this mail was refused. */
  | {
      kind: 'answered';
      stage: 'session' | 'mail';
      code: number;
      response: string;
      /** It named a time before which it wants nothing more (`Retry-After`), ms. */
      retryAfterMs?: number;
    }
  /** No answer. `bodyEnded`: had the whole body been handed over, so that the next hop may have it? */
  | { kind: 'lost'; bodyEnded: boolean; why: string };

/** Where a message goes after an attempt. */
export interface Outcome {
  state: Extract<MessageState, 'accepted' | 'rejected' | 'deferred' | 'in_doubt'>;
  reason: string | null;
}

/**
 * The rule of trust §2.3: an answer is definite; without one, a body that never ended was never delivered and may be
 * tried again, and a body that ended leaves us in doubt. A refused session (banner, login) says nothing about the
 * recipient, so it defers whatever its code (trust row 46). Pure.
 */
export function judgeResult(result: SendResult): Outcome {
  if (result.kind === 'accepted') return { state: 'accepted', reason: null };
  if (result.kind === 'lost') {
    return result.bodyEnded
      ? { state: 'in_doubt', reason: `no answer after the mail was handed over: ${result.why}` }
      : { state: 'deferred', reason: `not handed over: ${result.why}` };
  }
  const refused = result.stage === 'mail' && result.code >= 500 && result.code < 600;
  return { state: refused ? 'rejected' : 'deferred', reason: short(result.response) };
}

/** Delays before the next try, ms; the last one repeats until the deadline. Source: trust §1.5, where the reasons are. */
export const ladder: readonly number[] = [5, 15, 30, 60, 120, 240, 480, 720].map((minutes) => minutes * 60_000);
/** A delay is this much shorter or longer, so that those who were put off together do not come back together. */
const spread = 0.2;

/**
 * When a deferred message is tried again. `tries` counts the answers "later" before this one.
 *
 * @param chance from 0 to 1, the message's own
 */
export function nextTry(now: number, tries: number, chance: number): number {
  const delay = ladder[Math.min(tries, ladder.length - 1)]!;
  return now + Math.round(delay * (1 + spread * (2 * chance - 1)));
}

/**
 * What to do with doubt that nobody resolved: a next hop that knows the key again is asked once more, whatever the class;
 * otherwise marketing at most once, the rest once more (design §7).
 */
export function settleDoubt(kind: MessageClass, about: { resent: boolean; keyKnown: boolean }): 'abandoned' | 'ready' {
  if (about.keyKnown) return 'ready';
  return kind === 'transactional' && !about.resent ? 'ready' : 'abandoned';
}

function short(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 200);
}
