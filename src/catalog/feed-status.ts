import type { Feed, FeedRun } from './feed.ts';

/** How a feed stands, in the words of recommendations FEED-7. */
export type FeedStatus =
  | 'no-run'
  | 'waiting'
  | 'downloading'
  | 'checking'
  | 'importing'
  | 'asks'
  | 'imported'
  | 'partial'
  | 'unchanged'
  | 'failed'
  | 'server-not-found'
  | 'cancelled'
  | 'late';

export type FeedDot = 'green' | 'yellow' | 'white' | 'red';

const day = 86_400_000;

/**
 * The status and the dot of a feed: green after a good run, yellow when it asks, took only a part, or is late by more than
 * a quarter of its period (a day at most), red when its last run failed, white while nothing has run. Pure.
 *
 * @param period milliseconds between two scheduled runs; null without a schedule
 */
export function statusOf(
  feed: Pick<Feed, 'nextDue'>,
  last: Pick<FeedRun, 'state' | 'error' | 'dry'> | null,
  { now, period }: { now: number; period: number | null },
): { status: FeedStatus; dot: FeedDot } {
  const late = feed.nextDue !== null && period !== null && now - feed.nextDue > Math.min(day, period / 4);
  if (last === null) return { status: late ? 'late' : 'no-run', dot: late ? 'yellow' : 'white' };
  switch (last.state) {
    case 'waiting':
    case 'downloading':
    case 'checking':
      return { status: last.state, dot: 'white' };
    case 'importing':
    case 'removing':
      return { status: 'importing', dot: 'white' };
    case 'held':
      return { status: 'asks', dot: 'yellow' };
    case 'failed':
      return { status: last.error?.code === 'FEED_UNREACHABLE' ? 'server-not-found' : 'failed', dot: 'red' };
    case 'cancelled':
      return { status: 'cancelled', dot: 'white' };
    case 'partial':
      return { status: 'partial', dot: 'yellow' };
    default: {
      const status = last.state === 'unchanged' ? 'unchanged' : last.state === 'checked' ? 'no-run' : 'imported';
      return late ? { status: 'late', dot: 'yellow' } : { status, dot: status === 'no-run' ? 'white' : 'green' };
    }
  }
}
