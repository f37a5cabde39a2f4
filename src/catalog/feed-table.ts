import type { Migration, Runner, Tx } from '../store/index.ts';
import {
  activeStates,
  noCounts,
  type Alarm,
  type Feed,
  type FeedCounts,
  type FeedPreview,
  type FeedRun,
  type FeedSettings,
  type RunState,
} from './feed.ts';

/** Tables of feeds; part of the room's migrations. */
export const feedMigrations: Migration[] = [
  {
    name: '0320-feed',
    sql: `
create table feed_source (
  key text primary key,
  name text not null,
  settings jsonb not null,
  secret text,
  next_due timestamptz,
  etag text,
  modified text,
  runs bigint not null default 0,
  items bigint not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index feed_source_due on feed_source (next_due) where next_due is not null;
create table feed_run (
  id uuid primary key,
  feed text not null,
  number bigint not null,
  state text not null,
  how text not null,
  dry boolean not null,
  file uuid,
  forecast jsonb,
  counts jsonb not null,
  octets bigint not null default 0,
  read bigint not null default 0,
  alarms jsonb not null default '[]',
  approved boolean not null default false,
  preview jsonb,
  error jsonb,
  note text,
  tries int not null default 0,
  seen jsonb,
  started_at timestamptz not null,
  changed_at timestamptz not null,
  ended_at timestamptz,
  unique (feed, number)
) with (fillfactor = 70);
create table feed_file (
  id uuid primary key,
  feed text not null,
  name text,
  packed boolean not null,
  octets bigint not null default 0,
  whole boolean not null default false,
  at timestamptz not null
);
create index feed_file_feed on feed_file (feed, at);
create table feed_part (
  file uuid not null,
  part int not null,
  octets bytea not null,
  primary key (file, part)
);
alter table feed_part alter column octets set storage external;
create table feed_fault (
  run uuid not null,
  row bigint not null,
  code text not null,
  item text,
  why text not null,
  primary key (run, row, code)
);
create table feed_item (
  feed text not null,
  item text not null,
  primary key (feed, item)
);
create index feed_item_item on feed_item (item);
`,
  },
];

interface FeedRow {
  key: string;
  name: string;
  settings: FeedSettings;
  secret: string | null;
  next_due: Date | null;
  etag: string | null;
  modified: string | null;
  created_at: Date;
  updated_at: Date;
  items: number;
}

const feedColumns = `f.key, f.name, f.settings, f.secret, f.next_due, f.etag, f.modified, f.created_at, f.updated_at, f.items`;

function feedOf(row: FeedRow): Feed {
  return {
    key: row.key,
    name: row.name,
    settings: row.settings,
    secret: row.secret,
    nextDue: row.next_due?.getTime() ?? null,
    etag: row.etag,
    modified: row.modified,
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    items: row.items,
  };
}

export async function listFeeds(runner: Runner): Promise<Feed[]> {
  const rows = await runner.rows<FeedRow>({
    text: `select ${feedColumns} from feed_source f order by f.created_at, f.key`,
  });
  return rows.map(feedOf);
}

export async function findFeed(runner: Runner, key: string): Promise<Feed | undefined> {
  const rows = await runner.rows<FeedRow>({
    text: `select ${feedColumns} from feed_source f where f.key = $1`,
    values: [key],
  });
  return rows.map(feedOf)[0];
}

export async function saveFeed(
  runner: Runner,
  feed: Pick<Feed, 'key' | 'name' | 'settings' | 'secret' | 'nextDue' | 'updatedAt'>,
): Promise<void> {
  await runner.run({
    text: `insert into feed_source (key, name, settings, secret, next_due, created_at, updated_at)
      values ($1, $2, $3, $4, $5, $6, $6)
      on conflict (key) do update set name = excluded.name, settings = excluded.settings, secret = excluded.secret,
        next_due = excluded.next_due, updated_at = excluded.updated_at, etag = null, modified = null`,
    values: [
      feed.key,
      feed.name,
      JSON.stringify(feed.settings),
      feed.secret,
      feed.nextDue === null ? null : new Date(feed.nextDue),
      new Date(feed.updatedAt),
    ],
  });
}

/** Takes a feed out with all that is kept of it; the items stay in the catalogue. @returns whether there was one */
export async function dropFeed(tx: Tx, key: string): Promise<boolean> {
  await tx.run({
    text: 'delete from feed_fault where run in (select id from feed_run where feed = $1)',
    values: [key],
  });
  await tx.run({
    text: 'delete from feed_part where file in (select id from feed_file where feed = $1)',
    values: [key],
  });
  for (const table of ['feed_file', 'feed_run', 'feed_item']) {
    await tx.run({ text: `delete from ${table} where feed = $1`, values: [key] });
  }
  return (await tx.run({ text: 'delete from feed_source where key = $1', values: [key] })) > 0;
}

/** Feeds whose schedule has fallen due, locked, so that one process begins each. */
export async function lockDue(tx: Tx, now: number): Promise<Feed[]> {
  const rows = await tx.rows<FeedRow>({
    text: `select ${feedColumns} from feed_source f where f.next_due <= $1 order by f.next_due limit 20 for update skip locked`,
    values: [new Date(now)],
  });
  return rows.map(feedOf);
}

export async function setNextDue(runner: Runner, key: string, due: number | null): Promise<void> {
  await runner.run({
    text: 'update feed_source set next_due = $2 where key = $1',
    values: [key, due === null ? null : new Date(due)],
  });
}

export async function firstDue(runner: Runner): Promise<number | null> {
  const [row] = await runner.rows<{ due: Date | null }>({
    name: 'feed.first-due',
    text: 'select min(next_due) as due from feed_source',
  });
  return row?.due?.getTime() ?? null;
}

/** Counts the items of a feed anew. */
export async function countItems(runner: Runner, key: string): Promise<void> {
  await runner.run({
    text: 'update feed_source set items = (select count(*) from feed_item where feed = $1) where key = $1',
    values: [key],
  });
}

/** Remembers what the address said of the file that has been taken. */
export async function setSeen(
  runner: Runner,
  key: string,
  seen: { etag: string | null; modified: string | null },
): Promise<void> {
  await runner.run({
    text: 'update feed_source set etag = $2, modified = $3 where key = $1',
    values: [key, seen.etag, seen.modified],
  });
}

interface RunRow {
  id: string;
  feed: string;
  number: number;
  state: RunState;
  how: FeedRun['how'];
  dry: boolean;
  file: string | null;
  forecast: FeedCounts | null;
  counts: FeedCounts;
  octets: number;
  read: number;
  alarms: Alarm[];
  approved: boolean;
  preview: FeedPreview | null;
  error: FeedRun['error'];
  note: string | null;
  tries: number;
  seen: FeedRun['seen'];
  started_at: Date;
  changed_at: Date;
  ended_at: Date | null;
}

function runOf({ started_at, changed_at, ended_at, ...row }: RunRow): FeedRun {
  return {
    ...row,
    startedAt: started_at.getTime(),
    changedAt: changed_at.getTime(),
    endedAt: ended_at?.getTime() ?? null,
  };
}

/** Locks the feed and gives its run that is under way, if there is one; null when there is no such feed. */
export async function lockFeed(tx: Tx, key: string): Promise<{ active: FeedRun | null } | null> {
  const found = await tx.run({ text: 'select 1 from feed_source where key = $1 for update', values: [key] });
  if (found === 0) return null;
  const rows = await tx.rows<RunRow>({
    text: 'select * from feed_run where feed = $1 and state = any($2) limit 1',
    values: [key, activeStates],
  });
  return { active: rows.map(runOf)[0] ?? null };
}

/** Begins a run; runs of the feed that still wait for somebody's word are over. */
export async function beginRun(
  tx: Tx,
  run: Pick<FeedRun, 'id' | 'feed' | 'how' | 'dry' | 'file' | 'octets' | 'startedAt'>,
): Promise<FeedRun> {
  const at = new Date(run.startedAt);
  await tx.run({
    text: `update feed_run set state = 'cancelled', note = 'A newer run has begun', ended_at = $2, changed_at = $2
      where feed = $1 and state = 'held'`,
    values: [run.feed, at],
  });
  const rows = await tx.rows<RunRow>({
    text: `with next as (update feed_source set runs = runs + 1 where key = $2 returning runs)
      insert into feed_run (id, feed, number, state, how, dry, file, octets, counts, started_at, changed_at)
      select $1, $2, runs, 'waiting', $3, $4, $5, $6, $7, $8, $8 from next returning *`,
    values: [run.id, run.feed, run.how, run.dry, run.file, run.octets, JSON.stringify(noCounts), at],
  });
  return runOf(rows[0]!);
}

export async function findRun(runner: Runner, id: string): Promise<FeedRun | undefined> {
  const rows = await runner.rows<RunRow>({ text: 'select * from feed_run where id = $1', values: [id] });
  return rows.map(runOf)[0];
}

/** Newest first, without their previews. */
export async function listRuns(runner: Runner, feed: string, limit: number): Promise<FeedRun[]> {
  const rows = await runner.rows<RunRow>({
    text: `select id, feed, number, state, how, dry, file, forecast, counts, octets, read, alarms, approved, null as preview,
      error, note, tries, seen, started_at, changed_at, ended_at
      from feed_run where feed = $1 order by number desc limit $2`,
    values: [feed, limit],
  });
  return rows.map(runOf);
}

/** The newest run of each feed. */
export async function lastRuns(runner: Runner): Promise<Map<string, FeedRun>> {
  const rows = await runner.rows<RunRow>({
    text: `select distinct on (feed) id, feed, number, state, how, dry, file, forecast, counts, octets, read, alarms, approved,
      null as preview, error, note, tries, seen, started_at, changed_at, ended_at
      from feed_run order by feed, number desc`,
  });
  return new Map(rows.map((row) => [row.feed, runOf(row)]));
}

/** Writes what has become of a run. The preview is made once and large: while rows are written it stays as it is. */
export async function saveRun(runner: Runner, run: FeedRun, at: number): Promise<void> {
  await runner.run({
    name: 'feed.save-run',
    text: `update feed_run set state = $2, file = $3, forecast = $4, counts = $5, octets = $6, read = $7, alarms = $8,
      approved = $9, preview = coalesce($10, preview), error = $11, note = $12, tries = $13, changed_at = $14, ended_at = $15, seen = $16,
      dry = $17 where id = $1`,
    values: [
      run.id,
      run.state,
      run.file,
      jsonOrNull(run.forecast),
      JSON.stringify(run.counts),
      run.octets,
      run.read,
      JSON.stringify(run.alarms),
      run.approved,
      run.state === 'importing' || run.state === 'removing' ? null : jsonOrNull(run.preview),
      jsonOrNull(run.error),
      run.note,
      run.tries,
      new Date(at),
      run.endedAt === null ? null : new Date(run.endedAt),
      jsonOrNull(run.seen),
      run.dry,
    ],
  });
}

function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
