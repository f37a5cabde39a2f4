import { hmac, sameText, sha256 } from '../base/index.ts';

/** A recommendation as it went to a page. */
export interface Shown {
  /** Recommendation id (`trackingToken` of the answer). */
  recommendation: string;
  criterion: string;
  /** Item ids in their places. */
  items: readonly string[];
  /** The activity that showed it, and which of its experiences. */
  activity?: string;
  experience?: string;
}

/** The same as it came back with a notice. */
export interface ReadShown {
  recommendation: string;
  criterion: string;
  activity?: string;
  experience?: string;
  /** Place of an item from 1; undefined for one that was not shown. */
  positionOf(item: string): number | undefined;
}

/** Places that a token carries; what stands behind them counts without its place. */
const maxPlaces = 60;
const markLength = 4;
const macLength = 22;

/**
 * What a proposition carries to the page and back in its `scopeDetails` (edge-protocol §8.2): which recommendation, by
 * which criterion, and four characters for each item, so that a click tells its place without our keeping the answer.
 * Signed: a page cannot tell of recommendations that were never made.
 */
export function shownToken(secret: Uint8Array, shown: Shown): string {
  const marks = shown.items.slice(0, maxPlaces).map(markOf).join('');
  const { activity, experience = '' } = shown;
  const place = activity === undefined ? '' : `.${encoded(`${activity}\n${experience}`)}`;
  const body = `${shown.recommendation}.${encoded(shown.criterion)}.${marks}${place}`;
  return `${body}.${macOf(secret, body)}`;
}

/** Reads it; null for anything that is not a token of ours. */
export function readShownToken(secret: Uint8Array, token: unknown): ReadShown | null {
  const found =
    typeof token === 'string'
      ? /^([\w-]{1,64})\.([\w-]{1,400})\.([\w-]{0,240})(?:\.([\w-]{1,400}))?\.([\w-]{22})$/.exec(token)
      : null;
  if (!found) return null;
  const [text, recommendation, criterion, marks, place, mac] = found as unknown as string[] &
    [string, string, string, string, string | undefined, string];
  if (!sameText(mac, macOf(secret, text.slice(0, -macLength - 1)))) return null;
  return {
    recommendation,
    criterion: decoded(criterion),
    ...(place === undefined ? {} : placeOfActivity(decoded(place))),
    positionOf: (item) => placeOf(markOf(item), marks),
  };
}

function placeOfActivity(text: string): { activity: string; experience: string } {
  const [activity = '', experience = ''] = text.split('\n');
  return { activity, experience };
}

function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64url').toString('utf8');
}

function placeOf(mark: string, marks: string): number | undefined {
  for (let at = 0; at < marks.length; at += markLength) {
    if (marks.startsWith(mark, at)) return at / markLength + 1;
  }
  return undefined;
}

function markOf(item: string): string {
  return Buffer.from(sha256(item), 'hex').toString('base64url').slice(0, markLength);
}

function macOf(secret: Uint8Array, body: string): string {
  return hmac(secret, `shown:${body}`).slice(0, macLength);
}
