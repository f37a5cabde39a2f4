import type { Migration, Runner } from '../store/index.ts';
import type { Profile } from './profile.ts';
import { profileColumns, profileOf, type ProfileRow } from './table-row.ts';

export const searchMigrations: Migration[] = [
  {
    name: '0231-profile-name',
    sql: 'create index concurrently profile_name on profile (lower(name) text_pattern_ops) where name is not null;',
  },
];

/** So many people that fit are put in order; of more than that the newest are looked for by time. */
const mostSorted = 10_000;

/** People found, and how many more fit; `more` when even that is only a part. */
export interface Found {
  found: Profile[];
  left: number;
  more: boolean;
}

/**
 * People whose address, name or identity begins with a text, the latest seen first. Each is looked up in an index of its own;
 * a text that very many fit is found soonest by going through everybody from the latest on.
 */
export async function searchPeople(runner: Runner, text: string, limit: number): Promise<Found> {
  const like = `${text
    .trim()
    .toLowerCase()
    .replace(/[\\%_]/g, '\\$&')}%`;
  const ids = await runner.rows<{ id: string }>({
    text: `with recursive space(namespace) as (select min(namespace) from identity union all
        select (select min(i.namespace) from identity i where i.namespace > s.namespace) from space s where s.namespace is not null)
      select id from (
        (select id from profile where email is not null and lower(email) like $1 limit $2)
        union (select id from profile where name is not null and lower(name) like $1 limit $2)
        union (select i.profile_id from space s cross join lateral (
          select profile_id from identity where namespace = s.namespace and id like $1 limit $2) i)) fits limit $2`,
    values: [like, mostSorted + 1],
  });
  const more = ids.length > mostSorted;
  const fits = more
    ? `(lower(email) like $1 or lower(name) like $1 or exists (select 1 from identity i where i.profile_id = p.id and i.id like $1))`
    : 'id = any($1)';
  const rows = await runner.rows<ProfileRow & { n: number }>({
    text: `select ${profileColumns}, ${more ? '0' : 'count(*) over ()::int'} as n from profile p
      where merged_into is null and ${fits} order by last_seen_at desc limit $2`,
    values: [more ? like : ids.map(({ id }) => id), limit],
  });
  const all = more ? mostSorted : (rows[0]?.n ?? 0);
  return { found: rows.map(({ n: _n, ...row }) => profileOf(row)), left: Math.max(0, all - rows.length), more };
}

/** Everybody, the latest seen first. */
export async function latestPeople(runner: Runner, limit: number): Promise<Profile[]> {
  const rows = await runner.rows<ProfileRow>({
    name: 'profile.seen-last',
    text: `select ${profileColumns} from profile where merged_into is null order by last_seen_at desc limit $1`,
    values: [limit],
  });
  return rows.map(profileOf);
}

/** How many people there are, and how many may be written to. */
export async function countPeople(runner: Runner): Promise<{ people: number; reachable: number }> {
  const [row] = await runner.rows<{ people: number; reachable: number }>({
    text: `select count(*)::int as people, count(*) filter (where email is not null
      and state->'consent'->'email-marketing'->>'state' = 'in')::int as reachable from profile where merged_into is null`,
  });
  return row!;
}
