import type { Migration, Runner } from '../store/index.ts';
import type { ListFeedNote, ListFeedSchedule } from './list-feeds.ts';

/** From which address an uploaded list is fetched again and again. */
export const listFeedMigrations: Migration[] = [
  {
    name: '0431-custom-list-feed',
    sql: `
create table custom_list_feed (
  list text primary key references custom_list (key) on delete cascade,
  url text not null,
  schedule jsonb not null,
  next_due timestamptz,
  tries integer not null default 0,
  etag text,
  modified text,
  history jsonb not null default '[]',
  fence bigint not null default 0,
  lease_until timestamptz
);`,
  },
];

/** A feed as it is stored. */
export interface StoredListFeed {
  list: string;
  url: string;
  schedule: ListFeedSchedule;
  /** Newest first. */
  history: ListFeedNote[];
}

/** A feed that is due, leased to who asks. */
export interface ClaimedListFeed extends StoredListFeed {
  etag: string | null;
  modified: string | null;
  tries: number;
  fence: number;
}

export function storedListFeeds(runner: Runner): Promise<StoredListFeed[]> {
  return runner.rows<StoredListFeed>({
    name: 'recommend.list-feeds',
    text: 'select list, url, schedule, history from custom_list_feed order by list',
  });
}

/** Makes a feed, or changes it; it is due at `due`. What was known of another address is forgotten. */
export async function writeListFeed(
  runner: Runner,
  { list, url, schedule, due }: { list: string; url: string; schedule: ListFeedSchedule; due: number },
): Promise<void> {
  await runner.run({
    text: `insert into custom_list_feed (list, url, schedule, next_due) values ($1, $2, $3, $4)
      on conflict (list) do update set url = $2, schedule = $3, next_due = $4, tries = 0, etag = null, modified = null,
        lease_until = null, fence = custom_list_feed.fence + 1`,
    values: [list, url, JSON.stringify(schedule), new Date(due)],
  });
}

export async function removeListFeed(runner: Runner, list: string): Promise<void> {
  await runner.run({ text: 'delete from custom_list_feed where list = $1', values: [list] });
}

/** One that is due, for as long as the lease; of two who ask at once each gets another. */
export async function claimListFeed(
  runner: Runner,
  { now, leaseMs }: { now: number; leaseMs: number },
): Promise<ClaimedListFeed | null> {
  const [row] = await runner.rows<ClaimedListFeed & { fence: string | number }>({
    name: 'recommend.claim-list-feed',
    text: `update custom_list_feed set fence = fence + 1, lease_until = now() + $2 * interval '1 millisecond'
      where list = (select list from custom_list_feed
        where next_due <= $1 and (lease_until is null or lease_until < now())
        order by next_due limit 1 for update skip locked)
      returning list, url, schedule, history, etag, modified, tries, fence`,
    values: [new Date(now), leaseMs],
  });
  return row ? { ...row, fence: Number(row.fence) } : null;
}

/** Ends a claim; of one that was changed or claimed since nothing is written. */
export async function finishListFeed(
  runner: Runner,
  { list, fence }: Pick<ClaimedListFeed, 'list' | 'fence'>,
  end: { due: number | null; tries: number; etag: string | null; modified: string | null; history: ListFeedNote[] },
): Promise<void> {
  await runner.run({
    text: `update custom_list_feed set next_due = $3, tries = $4, etag = $5, modified = $6, history = $7, lease_until = null
      where list = $1 and fence = $2`,
    values: [
      list,
      fence,
      end.due === null ? null : new Date(end.due),
      end.tries,
      end.etag,
      end.modified,
      JSON.stringify(end.history),
    ],
  });
}

/** When the next one falls due, UTC ms. */
export async function nextListFeed(runner: Runner): Promise<number | null> {
  const [row] = await runner.rows<{ due: Date | null }>({
    name: 'recommend.next-list-feed',
    text: 'select min(next_due) as due from custom_list_feed',
  });
  return row?.due?.getTime() ?? null;
}
