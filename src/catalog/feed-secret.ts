import { BeckonError, seal, unseal, type Random } from '../base/index.ts';
import type { Feed } from './feed.ts';
import { feedErrors } from './feed-error.ts';

/** What an address wants to see before it gives its file. Kept sealed, never shown (trust.md §3.8). */
export interface FeedCredentials {
  user?: string;
  password?: string;
  headers?: Record<string, string>;
}

const placeOf = (key: string) => `feed_source:secret:${key}`;

export function sealCredentials(
  key: string,
  credentials: FeedCredentials,
  how: { secret: Uint8Array; random: Random },
): string | null {
  const isNone = credentials.user === undefined && Object.keys(credentials.headers ?? {}).length === 0;
  return isNone ? null : seal(JSON.stringify(credentials), { ...how, place: placeOf(key) });
}

/** The credentials of a feed. @throws FEED_SECRET_LOST */
export function openCredentials(
  { key, secret: sealed }: Pick<Feed, 'key' | 'secret'>,
  secret: Uint8Array,
): FeedCredentials {
  if (sealed === null) return {};
  const text = unseal(sealed, { secret, place: placeOf(key) });
  if (text !== null) return JSON.parse(text) as FeedCredentials;
  throw new BeckonError(feedErrors.FEED_SECRET_LOST, `The credentials of feed "${key}" cannot be opened`);
}

/** The headers that a call of the feed carries. @throws FEED_SECRET_LOST */
export function headersOf(feed: Pick<Feed, 'key' | 'secret'>, secret: Uint8Array): Record<string, string> {
  const { user, password, headers = {} } = openCredentials(feed, secret);
  if (user === undefined) return headers;
  const basic = Buffer.from(`${user}:${password ?? ''}`, 'utf8').toString('base64');
  return { ...headers, authorization: `Basic ${basic}` };
}
