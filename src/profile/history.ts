import { historyEvent, historyOfVisitors, historyTables } from '../event/index.ts';
import { historyOf, type History, type HistoryEvent, type RuleTables } from '../language/index.ts';
import type { Migration, Runner, Tx } from '../store/index.ts';
import { shardOf } from '../base/index.ts';

/** A device that stood with a profile and then with another one, or with nobody: what came in before is still his. */
export interface PastOwner {
  /** As the log names it: `ecid:…`. */
  visitor: string;
  profileId: string;
  /** What was received from here on is another's, UTC ms. */
  until: number;
}

export const historyMigrations: Migration[] = [
  {
    name: '0210-identity-past',
    sql: `
create table identity_past (
  visitor text not null,
  until timestamptz not null,
  shard smallint not null,
  profile_id uuid not null,
  primary key (visitor, until)
);
create index identity_past_profile on identity_past (profile_id);
insert into identity_past (visitor, until, shard, profile_id)
  select x.namespace || ':' || x.id, a.at, a.shard, a.profile_id
  from identity_audit a, jsonb_to_recordset(a.detail -> 'identities') as x(namespace text, id text)
  where a.kind in ('unlink', 'relink') on conflict do nothing;
`,
  },
];

export async function savePast(tx: Runner, past: readonly PastOwner[]): Promise<void> {
  if (past.length === 0) return;
  await tx.run({
    name: 'profile.past',
    text: `insert into identity_past (visitor, until, shard, profile_id)
      select * from unnest($1::text[], $2::timestamptz[], $3::smallint[], $4::uuid[]) on conflict do nothing`,
    values: [
      past.map(({ visitor }) => visitor),
      past.map(({ until }) => new Date(until)),
      past.map(({ visitor }) => shardOf(visitor)),
      past.map(({ profileId }) => profileId),
    ],
  });
}

/** One profile has become part of another: what its devices did goes along. @returns what `pastBack` needs */
export async function pastAlong(tx: Tx, from: string, into: string): Promise<{ visitor: string; until: string }[]> {
  return tx.rows({
    text: `update identity_past set profile_id = $2 where profile_id = $1
      returning visitor, (extract(epoch from until) * 1000)::bigint::text as until`,
    values: [from, into],
  });
}

export async function pastBack(
  tx: Tx,
  from: string,
  past: readonly { visitor: string; until: string }[],
): Promise<void> {
  await tx.run({
    text: `update identity_past p set profile_id = $1 from unnest($2::text[], $3::float8[]) as x(visitor, until)
      where p.visitor = x.visitor and p.until = to_timestamp(x.until / 1000)`,
    values: [from, past.map(({ visitor }) => visitor), past.map(({ until }) => until)],
  });
}

/** What is asked of somebody's history. */
export interface HistoryQuery {
  types: readonly string[];
  /** UTC ms; `-Infinity` for all the log holds. */
  since: number;
}

interface Span {
  profile_id: string;
  visitor: string;
  begun: Date | null;
  until: Date | null;
}

/**
 * What these people did, by the log: on every device of theirs, for the time it was theirs, and under the profiles that
 * became part of them. In the caller's transaction; what was acknowledged and not folded yet is in it.
 */
export async function eventsOfPeople(
  runner: Runner,
  profileIds: readonly string[],
  query: HistoryQuery,
): Promise<Map<string, HistoryEvent[]>> {
  const found = new Map<string, HistoryEvent[]>(profileIds.map((id) => [id, []]));
  if (query.types.length === 0 || profileIds.length === 0) return found;
  const spans = await spansOf(runner, profileIds);
  const byVisitor = new Map<string, Span[]>();
  for (const span of spans) byVisitor.set(span.visitor, [...(byVisitor.get(span.visitor) ?? []), span]);
  const events = await historyOfVisitors(runner, { ...query, visitors: [...byVisitor.keys()] });
  for (const event of events) {
    const made = historyEvent(event);
    if (made === null) continue;
    for (const { profile_id, begun, until } of byVisitor.get(event.visitor) ?? []) {
      if (begun !== null && event.receivedAt < begun.getTime()) continue;
      if (until !== null && event.receivedAt >= until.getTime()) continue;
      found.get(profile_id)?.push(made);
    }
  }
  return found;
}

/** The same as histories, for conditions. */
export async function historiesOf(
  runner: Runner,
  profileIds: readonly string[],
  query: HistoryQuery,
): Promise<Map<string, History>> {
  const events = await eventsOfPeople(runner, profileIds, query);
  return new Map([...events].map(([id, list]) => [id, historyOf(list)]));
}

function spansOf(runner: Runner, profileIds: readonly string[]): Promise<Span[]> {
  return runner.rows<Span>({
    name: 'profile.spans',
    text: `select i.profile_id, i.namespace || ':' || i.id as visitor,
        (select max(p.until) from identity_past p where p.visitor = i.namespace || ':' || i.id) as begun, null::timestamptz as until
      from identity i where i.profile_id = any($1)
      union all
      select p.profile_id, p.visitor,
        (select max(q.until) from identity_past q where q.visitor = p.visitor and q.until < p.until), p.until
      from identity_past p where p.profile_id = any($1)
      union all
      select root, 'profile:' || id, null, null from (
        with recursive family as (
          select id as root, id from profile where id = any($1)
          union all
          select family.root, p.id from family join profile p on p.merged_into = family.id
        ) select root, id from family) family`,
    values: [profileIds],
  });
}

const living = `(with recursive walk as (
    select p.id, p.merged_into from profile p where p.id = substr(e.visitor, 9)::uuid
    union all
    select p.id, p.merged_into from walk join profile p on p.id = walk.merged_into
  ) select id from walk where merged_into is null)`;

/**
 * Everybody's history for a query over all: the same events, each with the same person, as `eventsOfPeople` finds one by one.
 *
 * @param source the expression that will ask
 */
export function historyTablesOf(source: string): RuleTables['events'] {
  const past = `(select visitor, profile_id, until, lag(until) over (partition by visitor order by until) as begun from identity_past) was`;
  return historyTables(
    {
      join: `left join identity i on i.shard = e.shard and i.namespace || ':' || i.id = e.visitor
    left join ${past} on was.visitor = e.visitor and e.received_at < was.until and (was.begun is null or e.received_at >= was.begun)`,
      profile: `coalesce(was.profile_id, i.profile_id, case when e.visitor ~ '^profile:[0-9a-f-]{36}$' then ${living} end)`,
    },
    source,
  );
}
