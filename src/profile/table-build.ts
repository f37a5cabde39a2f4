import { BeckonError } from '../base/index.ts';
import type { RuleSql } from '../language/index.ts';
import { bigintColumn, boolColumn, uuidColumn, type Runner, type Tx } from '../store/index.ts';
import type { IdRange } from './audience-sql.ts';
import { errors } from './error.ts';
import type { Profile } from './profile.ts';
import type { Member } from './table-audience.ts';
import { profileColumns, profileOf, type ProfileRow } from './table-row.ts';

/** A build that waits: which audience, which of its revisions, and how far it has come. */
export interface BuildRow {
  id: number;
  key: string;
  revision: number;
  step: 'members' | 'moments';
  after: string | null;
  done: number;
  of: number;
}

/** The build to go on with: who belongs comes before the moments at which that changes; then the one begun first. */
export async function nextBuild(runner: Runner): Promise<BuildRow | undefined> {
  const [row] = await runner.rows<BuildRow>({
    name: 'audience.next-build',
    text: `select id, key, revision, build as step, build_after as after, build_done as done, build_of as of
      from audience where build is not null order by build, updated_at, id limit 1`,
  });
  return row;
}

/**
 * Takes the build for the rest of the transaction; false when it is no longer where it was, because another process has
 * gone on with it or the rule has changed.
 */
export async function holdBuild(tx: Tx, { id, revision, step, after }: BuildRow): Promise<boolean> {
  const rows = await tx.rows({
    name: 'audience.hold-build',
    text: `select 1 from audience where id = $1 and revision = $2 and build = $3 and build_after is not distinct from $4 for update`,
    values: [id, revision, step, after],
  });
  return rows.length > 0;
}

/** Notes how far the build is; with a null `step` it is over. */
export async function noteBuild(
  tx: Tx,
  build: BuildRow,
  next: { step: BuildRow['step'] | null; after: string | null; done: number; of: number; builtAt: number | null },
): Promise<void> {
  await tx.run({
    name: 'audience.note-build',
    text: `update audience set build = $2, build_after = $3, build_done = $4, build_of = $5, built_at = coalesce(built_at, $6) where id = $1`,
    values: [
      build.id,
      next.step,
      next.after,
      next.done,
      next.of,
      next.builtAt === null ? null : new Date(next.builtAt),
    ],
  });
}

/** How many profiles there are, and the last of the next `limit` ids after `after`. */
export async function nextRange(
  runner: Runner,
  after: string | null,
  limit: number,
): Promise<{ upTo: string | null; count: number }> {
  const [row] = await runner.rows<{ upTo: string | null; count: number }>({
    name: 'audience.range',
    text: `select (array_agg(id order by id desc))[1] as "upTo", count(*)::int as count
      from (select id from profile where id > $1 order by id limit $2) p`,
    values: [after ?? '00000000-0000-0000-0000-000000000000', limit],
  });
  return row!;
}

export async function profileCount(runner: Runner): Promise<number> {
  const [row] = await runner.rows<{ n: number }>({ text: 'select count(*)::int as n from profile' });
  return row!.n;
}

/** Where the rule and the membership differ. `sure` is null for a member the rule does not find. */
export interface Difference {
  id: string;
  version: number;
  sure: boolean | null;
  member: boolean;
}

/** One core is left to whoever sends; hashing a million people takes more than the usual memory. */
const usualPlan = [
  `set local work_mem = '128MB'`,
  'set local max_parallel_workers_per_gather = 0',
  'set local jit = off',
  // All of it is fetched.
  'set local cursor_tuple_fraction = 1',
];

/**
 * Compares what a rule finds in a part of everybody with the members there, and hands out where they differ in pages, by id:
 * a first build may find millions. It locks nothing; the transaction is open until the last page is done with.
 */
export async function* differences(
  tx: Tx,
  audience: number,
  { query, range, page }: { query: RuleSql; range: IdRange; page: number },
): AsyncGenerator<Difference[]> {
  for (const text of usualPlan) await tx.run({ text });
  const bounds = [
    ...(range.after === null ? [] : [`profile_id > '${range.after}'::uuid`]),
    ...(range.upTo === null ? [] : [`profile_id <= '${range.upTo}'::uuid`]),
  ];
  await tx.run({
    text: `declare differing no scroll cursor for select p.id, p.version, it.sure, it.member from (
        select coalesce(r.id, m.profile_id) as id, r.sure, m.profile_id is not null as member
        from (${query.text}) r full join (select profile_id from audience_member
          where ${[`audience = ${audience}`, ...bounds].join(' and ')}) m on m.profile_id = r.id
        where r.id is null or not r.sure or m.profile_id is null
      ) it join profile p on p.id = it.id order by p.id`,
    values: query.values,
  });
  for (;;) {
    const rows = await tx.rows<Difference>({ text: `fetch ${page} from differing` });
    if (rows.length > 0) yield rows;
    if (rows.length < page) return;
  }
}

/** The commit of this transaction waits for no disk: should it be lost, so is what is noted of the build after it. */
export async function unwaited(tx: Tx): Promise<void> {
  await tx.run({ text: 'set local synchronous_commit = off' });
}

/** Makes members of those the rule finds and lets the others go, of those who are as they were compared. Tells nobody, locks nobody. */
export async function turnMembers(
  tx: Tx,
  audience: number,
  { clear, now }: { clear: readonly Difference[]; now: number },
): Promise<void> {
  if (clear.length === 0) return;
  await tx.run({
    name: 'audience.turn',
    text: `with same as (select x.id, x.come, p.shard from unnest($2::uuid[], $3::bigint[], $4::bool[]) as x(id, version, come)
        cross join lateral (select shard from profile where profile.id = x.id and version = x.version and merged_into is null offset 0) p
      ), gone as (
        delete from audience_member where audience = $1 and profile_id = any(array(select id from same where not come))
      )
      insert into audience_member (audience, profile_id, shard, since) select $1, id, shard, $5 from same where come
      on conflict do nothing`,
    values: [
      audience,
      uuidColumn(clear.map(({ id }) => id)),
      bigintColumn(clear.map(({ version }) => version)),
      boolColumn(clear.map(({ sure }) => sure === true)),
      new Date(now),
    ],
  });
}

/**
 * Which of these profiles are not as they were compared, or may be held by a transaction that is under way: its number stands
 * on the row, and is no older than the oldest that is under way. To ask for the lock would write to each of their pages.
 */
export async function changedSince(runner: Runner, found: readonly Difference[]): Promise<string[]> {
  if (found.length === 0) return [];
  const rows = await runner.rows<{ id: string }>({
    name: 'audience.changed',
    text: `select x.id from unnest($1::uuid[], $2::bigint[]) as x(id, version)
      left join lateral (select version, merged_into, xmax as holder from profile where profile.id = x.id offset 0) p on true
      where p.version is distinct from x.version or p.merged_into is not null
        or age(p.holder) <= age(pg_snapshot_xmin(pg_current_snapshot())::xid)`,
    values: [uuidColumn(found.map(({ id }) => id)), bigintColumn(found.map(({ version }) => version))],
  });
  return rows.map(({ id }) => id);
}

/** Takes memberships of people who are no more. */
export async function removeMembers(tx: Tx, audience: number, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.run({
    name: 'audience.remove-members',
    text: 'delete from audience_member where audience = $1 and profile_id = any($2)',
    values: [audience, ids],
  });
}

/** The next profiles by id that are not merged. */
export async function profileIds(runner: Runner, after: string | null, limit: number): Promise<string[]> {
  const rows = await runner.rows<{ id: string }>({
    name: 'audience.profile-ids',
    text: 'select id from profile where id > $1 and merged_into is null order by id limit $2',
    values: [after ?? '00000000-0000-0000-0000-000000000000', limit],
  });
  return rows.map(({ id }) => id);
}

/** The ids a query over everybody gives; it may take seconds, and locks nothing. */
export async function idsOf(tx: Tx, query: { text: string; values: unknown[] }): Promise<string[]> {
  for (const text of usualPlan) await tx.run({ text });
  return (await tx.rows<{ id: string }>(query)).map(({ id }) => id);
}

/** How many a query over everybody finds, the first ids it is sure of, and those that only the rule can judge. Throws AUDIENCE_SLOW. */
export async function previewOf(
  tx: Tx,
  query: RuleSql,
  { limit, tests, ms }: { limit: number; tests: number; ms: number },
): Promise<{ sure: number; unsure: number; ids: string[]; open: string[] }> {
  await tx.run({ text: `set local statement_timeout = ${Math.trunc(ms)}` });
  await tx.run({ text: `set local work_mem = '128MB'` });
  try {
    const [row] = await tx.rows<{ sure: number; unsure: number; ids: string[]; open: string[] }>({
      text: `with it as materialized (${query.text})
        select count(*) filter (where sure)::int as sure, count(*) filter (where not sure)::int as unsure,
          array(select id from it where sure order by id limit ${Math.trunc(limit)}) as ids,
          array(select id from it where not sure order by id limit ${Math.trunc(tests)}) as open from it`,
      values: query.values,
    });
    return row!;
  } catch (error) {
    if ((error as { code?: string }).code !== '57014') throw error;
    throw new BeckonError(errors.AUDIENCE_SLOW, `Counting took longer than ${ms / 1000} seconds`, { cause: error });
  }
}

/** These people as members of what is only thought of, by id. */
export async function peopleByIds(runner: Runner, ids: readonly string[], now: number): Promise<Member[]> {
  const rows = await runner.rows<Omit<Member, 'lastSeenAt' | 'since'> & { last_seen_at: Date }>({
    text: 'select id, email, name, last_seen_at from profile where id = any($1) order by id',
    values: [ids],
  });
  return rows.map(({ last_seen_at, ...row }) => ({ ...row, lastSeenAt: last_seen_at.getTime(), since: now }));
}

export async function profilesByIds(runner: Runner, ids: readonly string[]): Promise<Profile[]> {
  const rows = await runner.rows<ProfileRow>({
    text: `select ${profileColumns} from profile where id = any($1) and merged_into is null order by id`,
    values: [ids],
  });
  return rows.map(profileOf);
}
