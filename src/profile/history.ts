import {
  historyEvent,
  historyOfVisitors,
  historyTables,
  type HistoryOwners,
  type VisitorSpan,
} from '../event/index.ts';
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
  const moved = await tx.rows<{ visitor: string; until: string }>({
    text: `update identity_past set profile_id = $2 where profile_id = $1
      returning visitor, (extract(epoch from until) * 1000)::float8::text as until`,
    values: [from, into],
  });
  // What is kept under the name of the profile itself is from now on the other's, for ever.
  await tx.run({
    text: `insert into identity_past (visitor, until, shard, profile_id) values ($1, 'infinity', $2, $3) on conflict do nothing`,
    values: [`profile:${from}`, shardOf(`profile:${from}`), into],
  });
  return moved;
}

export async function pastBack(
  tx: Tx,
  from: string,
  past: readonly { visitor: string; until: string }[],
): Promise<void> {
  await tx.run({
    text: `delete from identity_past where visitor = $1 and until = 'infinity'`,
    values: [`profile:${from}`],
  });
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

/** Under which names these people are in the log, each for the time it was theirs. */
export async function visitorSpans(runner: Runner, profileIds: readonly string[]): Promise<VisitorSpan[]> {
  return (await spansOf(runner, profileIds)).map(({ visitor, begun, until }) => ({
    visitor,
    from: begun?.getTime() ?? null,
    until: until?.getTime() ?? null,
  }));
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
        (select max(q.until) from identity_past q where q.visitor = p.visitor and q.until < p.until), nullif(p.until, 'infinity')
      from identity_past p where p.profile_id = any($1)
      union all
      select id, 'profile:' || id, null, null from unnest($1::uuid[]) as own(id)`,
    values: [profileIds],
  });
}

/** Types that only what we keep under a profile's own name can have. */
const pagesAndShops = /^(web|commerce|decisioning)\./;

/**
 * Everybody's history for a query over all: the same events, each with the same person, as `eventsOfPeople` finds one by
 * one. Whether it goes from people to events or the other way round is the database's choice.
 *
 * @param rule the expression that will ask, and the types it asks for
 */
export function historyTablesOf({ source, types }: { source: string; types: readonly string[] }): RuleTables['events'] {
  const owners: HistoryOwners = {
    spans: `select i.profile_id as owner, i.shard, i.namespace || ':' || i.id as visitor, null::timestamptz as until from identity i
      union all select p.profile_id, p.shard, p.visitor, p.until from identity_past p`,
    earlier: `exists (select 1 from identity_past q where q.visitor = e.visitor and q.until > e.received_at
      and q.until < coalesce(o.until, 'infinity'))`,
    own: `select p.id as owner, 'profile:' || p.id as visitor from profile p where p.merged_into is null`,
  };
  const { own: _own, ...shops } = owners;
  return historyTables(types.every((type) => pagesAndShops.test(type)) ? shops : owners, source);
}
