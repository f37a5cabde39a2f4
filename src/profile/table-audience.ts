import type { Migration, Runner, Tx } from '../store/index.ts';
import type { RuleState } from '../language/index.ts';
import type { AudienceRow, BuildState } from './audience.ts';

/** Tables of audiences; `table.ts` appends them to the room's migrations. */
export const audienceMigrations: Migration[] = [
  {
    name: '0220-audiences',
    sql: `
create table audience (
  id int generated always as identity primary key,
  key text not null unique,
  name text not null,
  rule text,
  revision int not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  built_at timestamptz,
  build text,
  build_after uuid,
  build_done int not null default 0,
  build_of int not null default 0
);
create table audience_member (
  audience int not null,
  profile_id uuid not null,
  shard smallint not null,
  since timestamptz not null,
  primary key (audience, profile_id)
) with (autovacuum_vacuum_scale_factor = 0.05);
create index audience_member_profile on audience_member (profile_id);
create table audience_watch (
  profile_id uuid not null,
  audience int not null,
  shard smallint not null,
  state jsonb,
  due timestamptz,
  primary key (profile_id, audience)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
create index audience_watch_due on audience_watch (due) where due is not null;
create table audience_change (
  profile_id uuid not null,
  at timestamptz not null,
  audience int not null,
  shard smallint not null,
  entered boolean not null,
  primary key (profile_id, at, audience)
);
create index audience_change_at on audience_change using brin (at);
`,
  },
];

/** Tables of audiences that name a person. */
export const audiencePersonTables = ['audience_member', 'audience_watch', 'audience_change'] as const;

interface StoredAudience {
  id: number;
  key: string;
  name: string;
  rule: string | null;
  revision: number;
  created_at: Date;
  updated_at: Date;
  built_at: Date | null;
  build: BuildState['step'] | null;
  build_done: number;
  build_of: number;
}

const columns = 'id, key, name, rule, revision, created_at, updated_at, built_at, build, build_done, build_of';

function rowOf(row: StoredAudience): AudienceRow {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    rule: row.rule,
    revision: row.revision,
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    builtAt: row.built_at?.getTime() ?? null,
    build: row.build && { step: row.build, done: row.build_done, of: row.build_of },
  };
}

/** What every pass asks: which definitions hold. */
export function audienceMarks(runner: Runner): Promise<unknown[]> {
  return runner.rows({
    name: 'audience.marks',
    text: 'select id, revision, updated_at, built_at is not null as built from audience order by id',
  });
}

export async function audienceRows(runner: Runner): Promise<AudienceRow[]> {
  const rows = await runner.rows<StoredAudience>({
    name: 'audience.list',
    text: `select ${columns} from audience order by key`,
  });
  return rows.map(rowOf);
}

/** Saves a definition. Another rule is a new revision, to be built; a list is whole at once, and so is a rule over nobody. */
export async function saveAudience(
  runner: Runner,
  { key, name, rule }: { key: string; name: string; rule: string | null },
  now: number,
): Promise<void> {
  await runner.run({
    text: `insert into audience as a (key, name, rule, revision, created_at, updated_at, built_at, build)
      select $1, $2, $3, 1, $4, $4, case when whole then $4::timestamptz end, case when not whole then 'members' end
      from (select $3::text is null or not exists (select 1 from profile) as whole) as it
      on conflict (key) do update set name = excluded.name, rule = excluded.rule, updated_at = excluded.updated_at,
        revision = case when a.rule is distinct from excluded.rule then a.revision + 1 else a.revision end,
        build = case when a.rule is distinct from excluded.rule then excluded.build else a.build end,
        built_at = case when a.rule is distinct from excluded.rule then excluded.built_at else a.built_at end,
        build_after = case when a.rule is distinct from excluded.rule then null else a.build_after end,
        build_done = case when a.rule is distinct from excluded.rule then 0 else a.build_done end`,
    values: [key, name, rule, new Date(now)],
  });
}

/** Has everybody looked at anew; the membership stays in force meanwhile. @returns whether there is such a rule */
export async function askBuild(runner: Runner, key: string): Promise<boolean> {
  const text = `update audience set build = 'members', build_after = null, build_done = 0 where key = $1 and rule is not null`;
  return (await runner.run({ text, values: [key] })) > 0;
}

/** Takes an audience away, with all that was remembered for it. @returns whether there was one */
export async function removeAudience(tx: Tx, key: string): Promise<boolean> {
  const [gone] = await tx.rows<{ id: number }>({
    text: 'delete from audience where key = $1 returning id',
    values: [key],
  });
  if (!gone) return false;
  for (const table of audiencePersonTables)
    await tx.run({ text: `delete from ${table} where audience = $1`, values: [gone.id] });
  return true;
}

/** What is known of a profile and an audience: what the rule remembers, and since when it is a member (UTC ms). */
export interface Standing {
  profileId: string;
  audience: number;
  watched: boolean;
  /** Null: what the rule remembers of somebody who did nothing. */
  state: RuleState | null;
  due: number | null;
  since: number | null;
}

export async function standingsOf(runner: Runner, profileIds: readonly string[]): Promise<Standing[]> {
  const rows = await runner.rows<{
    profile_id: string;
    audience: number;
    watched: boolean;
    state: RuleState | null;
    due: Date | null;
    since: Date | null;
  }>({
    name: 'audience.standings',
    text: `select profile_id, audience, w.shard is not null as watched, w.state, w.due, m.since
      from (select * from audience_watch where profile_id = any($1)) w
      full join (select * from audience_member where profile_id = any($1)) m using (profile_id, audience)`,
    values: [profileIds],
  });
  return rows.map(({ profile_id: profileId, due, since, ...row }) => ({
    ...row,
    profileId,
    due: due?.getTime() ?? null,
    since: since?.getTime() ?? null,
  }));
}

/** What is to be written of one profile and one audience. */
export interface StandingChange {
  profileId: string;
  shard: number;
  audience: number;
  /** Becomes a member, ceases to be one, or neither. */
  turn: 'in' | 'out' | null;
  /** Told to journeys and on the timeline. */
  told: boolean;
  /** To be remembered; absent when that has not changed. */
  watch?: { state: RuleState | null; due: number | null };
}

/** Writes what has changed, in one statement whatever its number. */
export async function saveStandings(tx: Tx, changes: readonly StandingChange[], now: number): Promise<void> {
  if (changes.length === 0) return;
  const turned = changes.filter(({ turn }) => turn !== null);
  const watched = changes.filter(({ watch }) => watch !== undefined);
  await tx.run({
    name: 'audience.save',
    text: `with t as (
        select * from unnest($1::uuid[], $2::int[], $3::smallint[], $4::bool[], $5::bool[]) as t(profile_id, audience, shard, entered, told)
      ), gone as (
        delete from audience_member m using t where m.audience = t.audience and m.profile_id = t.profile_id and not t.entered
      ), came as (
        insert into audience_member (audience, profile_id, shard, since) select audience, profile_id, shard, $6 from t where entered
        on conflict do nothing
      ), said as (
        insert into audience_change (profile_id, at, audience, shard, entered) select profile_id, $6, audience, shard, entered from t where told
        on conflict (profile_id, at, audience) do update set entered = excluded.entered
      )
      insert into audience_watch (profile_id, audience, shard, state, due)
      select * from unnest($7::uuid[], $8::int[], $9::smallint[], $10::jsonb[], $11::timestamptz[])
      on conflict (profile_id, audience) do update set state = excluded.state, due = excluded.due`,
    values: [
      turned.map(({ profileId }) => profileId),
      turned.map(({ audience }) => audience),
      turned.map(({ shard }) => shard),
      turned.map(({ turn }) => turn === 'in'),
      turned.map(({ told }) => told),
      new Date(now),
      watched.map(({ profileId }) => profileId),
      watched.map(({ audience }) => audience),
      watched.map(({ shard }) => shard),
      watched.map(({ watch }) => (watch!.state === null ? null : JSON.stringify(watch!.state))),
      watched.map(({ watch }) => (watch!.due === null ? null : new Date(watch!.due))),
    ],
  });
}

/** Who is to be asked again because time has passed, the longest due first. */
export async function duePeople(runner: Runner, now: number, limit: number): Promise<string[]> {
  const rows = await runner.rows<{ profile_id: string }>({
    name: 'audience.due',
    text: 'select profile_id from audience_watch where due <= $1 order by due limit $2',
    values: [new Date(now), limit],
  });
  return [...new Set(rows.map(({ profile_id }) => profile_id))];
}

export async function nextDueOf(runner: Runner): Promise<number | null> {
  const [row] = await runner.rows<{ due: Date | null }>({
    name: 'audience.next',
    text: 'select min(due) as due from audience_watch where due is not null',
  });
  return row?.due?.getTime() ?? null;
}

/** How many are in each audience, by id. */
export async function audienceSizes(runner: Runner): Promise<Map<number, number>> {
  const rows = await runner.rows<{ audience: number; n: number }>({
    text: 'select audience, count(*)::int as n from audience_member group by 1',
  });
  return new Map(rows.map(({ audience, n }) => [audience, n]));
}

/** The keys of the audiences these people are in, sorted. */
export async function audiencesOf(runner: Runner, profileIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await runner.rows<{ profile_id: string; keys: string[] }>({
    name: 'audience.of',
    text: `select m.profile_id, array_agg(a.key order by a.key) as keys from audience_member m
      join audience a on a.id = m.audience where m.profile_id = any($1) group by 1`,
    values: [profileIds],
  });
  return new Map(rows.map(({ profile_id, keys }) => [profile_id, keys]));
}

/** One member. `since` is UTC ms. */
export interface Member {
  id: string;
  email: string | null;
  name: string | null;
  lastSeenAt: number;
  since: number;
}

/** A page of the members, by id; `after` is exclusive. */
export async function memberPage(
  runner: Runner,
  audience: number,
  { after, limit }: { after: string | null; limit: number },
): Promise<Member[]> {
  const rows = await runner.rows<Omit<Member, 'lastSeenAt' | 'since'> & { last_seen_at: Date; since: Date }>({
    name: 'audience.members',
    text: `select p.id, p.email, p.name, p.last_seen_at, m.since from audience_member m join profile p on p.id = m.profile_id
      where m.audience = $1 and m.profile_id > $2 and p.merged_into is null order by m.profile_id limit $3`,
    values: [audience, after ?? '00000000-0000-0000-0000-000000000000', limit],
  });
  return rows.map(({ last_seen_at, since, ...row }) => ({
    ...row,
    lastSeenAt: last_seen_at.getTime(),
    since: since.getTime(),
  }));
}

/** An entry or an exit. `at` is UTC ms. */
export interface AudienceChange {
  at: number;
  key: string;
  name: string;
  entered: boolean;
}

/** When somebody came into audiences and left them, newest first. */
export async function changesOf(
  runner: Runner,
  profileId: string,
  { before, limit }: { before: number | null; limit: number },
): Promise<AudienceChange[]> {
  const rows = await runner.rows<Omit<AudienceChange, 'at'> & { at: Date }>({
    text: `select c.at, a.key, a.name, c.entered from audience_change c join audience a on a.id = c.audience
      where c.profile_id = $1 and ($2::timestamptz is null or c.at < $2) order by c.at desc limit $3`,
    values: [profileId, before === null ? null : new Date(before), limit],
  });
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** A membership that a merge carried over. */
export interface CarriedMembership {
  audience: number;
  since: string;
  /** Was the one that lives on a member already? */
  shared: boolean;
}

/** Both are one person: in what either was. What rules remembered of them is let go; it is learned anew. */
export async function carryMemberships(tx: Tx, from: string, into: string): Promise<CarriedMembership[]> {
  const rows = await tx.rows<{ audience: number; since: Date; shared: boolean }>({
    text: `with gone as (delete from audience_member where profile_id = $1 returning audience, shard, since),
      put as (insert into audience_member (audience, profile_id, shard, since) select audience, $2, shard, since from gone on conflict do nothing)
      select audience, since, exists (select 1 from audience_member m where m.audience = gone.audience and m.profile_id = $2) as shared from gone`,
    values: [from, into],
  });
  await tx.run({ text: 'delete from audience_watch where profile_id = any($1)', values: [[from, into]] });
  await tx.run({
    text: `insert into audience_change (profile_id, at, audience, shard, entered)
      select $2, at, audience, shard, entered from audience_change where profile_id = $1 on conflict do nothing`,
    values: [from, into],
  });
  return rows.map((row) => ({ ...row, since: row.since.toISOString() }));
}

/** Gives memberships back to whom they came from. */
export async function giveMembershipsBack(
  tx: Tx,
  { from, into, shard }: { from: string; into: string; shard: number },
  carried: readonly CarriedMembership[],
): Promise<void> {
  await tx.run({
    text: `insert into audience_member (audience, profile_id, shard, since)
      select x.audience, $1, $2, x.since from unnest($3::int[], $4::timestamptz[]) as x(audience, since)
      join audience a on a.id = x.audience on conflict do nothing`,
    values: [from, shard, carried.map(({ audience }) => audience), carried.map(({ since }) => since)],
  });
  await tx.run({
    text: 'delete from audience_member where profile_id = $1 and audience = any($2)',
    values: [into, carried.filter(({ shared }) => !shared).map(({ audience }) => audience)],
  });
  await tx.run({ text: 'delete from audience_watch where profile_id = any($1)', values: [[from, into]] });
}

/** Entries and exits older than `before`, UTC ms. */
export function deleteOldChanges(runner: Runner, before: number): Promise<number> {
  return runner.run({ text: 'delete from audience_change where at < $1', values: [new Date(before)] });
}

/**
 * Lets go of what is due and cannot come true: of audiences without a rule now, and of profiles that are no more.
 * @returns how many
 */
export async function clearStale(
  tx: Tx,
  { ids, rules, now }: { ids: readonly string[]; rules: readonly number[]; now: number },
): Promise<number> {
  if (ids.length === 0) return 0;
  return tx.run({
    name: 'audience.clear',
    text: `delete from audience_watch w where w.profile_id = any($1) and w.due <= $3 and (not w.audience = any($2)
      or not exists (select 1 from profile p where p.id = w.profile_id and p.merged_into is null))`,
    values: [ids, rules, new Date(now)],
  });
}
