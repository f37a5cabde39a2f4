import type { Migration, Runner } from '../store/index.ts';
import { identityKey, type Identity } from '../event/index.ts';
import { graphMigrations } from './table-graph.ts';
import { visitSilenceMs, type Profile, type ProfileState } from './profile.ts';

export const migrations: Migration[] = [
  {
    name: '0201-profile-tables',
    sql: `
create table profile (
  id uuid primary key,
  shard smallint not null,
  version bigint not null,
  state jsonb not null,
  email text,
  name text,
  last_seen_at timestamptz not null,
  visit_due timestamptz,
  merged_into uuid
) with (fillfactor = 80);
create index profile_visit_due on profile (visit_due) where visit_due is not null;
create index profile_last_seen on profile (last_seen_at);
create index profile_email on profile (lower(email) text_pattern_ops) where email is not null;
create table identity (
  namespace text not null,
  id text not null,
  shard smallint not null,
  profile_id uuid not null,
  level smallint not null,
  linked_at timestamptz not null,
  primary key (namespace, id)
);
create index identity_profile on identity (profile_id);
create table identity_audit (
  id uuid primary key,
  shard smallint not null,
  at timestamptz not null,
  kind text not null,
  profile_id uuid not null,
  other_id uuid,
  detail jsonb not null
);
create index identity_audit_profile on identity_audit (profile_id);
create table consent_record (
  id uuid primary key,
  shard smallint not null,
  profile_id uuid not null,
  purpose text not null,
  state text not null,
  level smallint not null,
  source text not null,
  at timestamptz not null,
  proof jsonb not null
);
create index consent_record_profile on consent_record (profile_id, at);
`,
  },
  ...graphMigrations,
];

interface ProfileRow {
  id: string;
  shard: number;
  version: number;
  state: ProfileState;
}

const columns = 'id, shard, version, state';

/** Profiles by id, locked in id order for the rest of the transaction. */
export async function lockProfiles(tx: Runner, ids: readonly string[]): Promise<Profile[]> {
  if (ids.length === 0) return [];
  return tx.rows<ProfileRow>({
    name: 'profile.lock',
    text: `select ${columns} from profile where id = any($1) and merged_into is null order by id for update`,
    values: [[...new Set(ids)].sort()],
  });
}

/** The same, leaving out those another transaction holds. */
export async function lockFreeProfiles(tx: Runner, ids: readonly string[]): Promise<Profile[]> {
  if (ids.length === 0) return [];
  return tx.rows<ProfileRow>({
    name: 'profile.lock-free',
    text: `select ${columns} from profile where id = any($1) and merged_into is null order by id for update skip locked`,
    values: [[...new Set(ids)].sort()],
  });
}

/** Writes changed profiles: one statement, new rows and old. Each carries its raised version. */
export async function saveProfiles(tx: Runner, profiles: readonly Profile[]): Promise<void> {
  if (profiles.length === 0) return;
  await tx.run({
    name: 'profile.save',
    text: `insert into profile (id, shard, version, state, email, name, last_seen_at, visit_due)
      select * from unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::jsonb[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[])
      on conflict (id) do update set version = excluded.version, state = excluded.state, email = excluded.email,
        name = excluded.name, last_seen_at = excluded.last_seen_at, visit_due = excluded.visit_due`,
    values: [
      profiles.map(({ id }) => id),
      profiles.map(({ shard }) => shard),
      profiles.map(({ version }) => version),
      profiles.map(({ state }) => JSON.stringify(state)),
      profiles.map(({ state }) => state.email),
      profiles.map(({ state }) => nameOf(state)),
      profiles.map(({ state }) => new Date(state.lastSeenAt)),
      profiles.map(({ state }) =>
        state.visiting && state.visit ? new Date(state.visit.lastAt + visitSilenceMs) : null,
      ),
    ],
  });
}

function nameOf({ attributes }: ProfileState): string | null {
  const name = attributes['firstName'];
  return typeof name === 'string' && name !== '' ? name : null;
}

/** Who these identities belong to, following merges; unknown ones are absent. Key: `namespace:id`. */
export async function ownersOf(runner: Runner, identities: readonly Identity[]): Promise<Map<string, string>> {
  if (identities.length === 0) return new Map();
  const rows = await runner.rows<{ namespace: string; id: string; profile_id: string }>({
    name: 'profile.owners',
    text: `select i.namespace, i.id, i.profile_id from unnest($1::text[], $2::text[]) as x(namespace, id)
      join identity i on i.namespace = x.namespace and i.id = x.id`,
    values: [identities.map(({ namespace }) => namespace), identities.map(({ id }) => id)],
  });
  return new Map(rows.map((row) => [`${row.namespace}:${row.id}`, row.profile_id]));
}

/** What the people behind these devices last said about being recorded, by identity key; who said nothing is absent. */
export async function collectConsents(
  runner: Runner,
  devices: readonly Identity[],
): Promise<Map<string, 'in' | 'out'>> {
  const rows = await runner.rows<{ namespace: string; id: string; state: 'in' | 'out' }>({
    name: 'profile.collect-consents',
    text: `select i.namespace, i.id, p.state->'consent'->'collect'->>'state' as state
      from unnest($1::text[], $2::text[]) as x(namespace, id)
      join identity i on i.namespace = x.namespace and i.id = x.id join profile p on p.id = i.profile_id
      where p.state->'consent'->'collect' is not null`,
    values: [devices.map(({ namespace }) => namespace), devices.map(({ id }) => id)],
  });
  return new Map(rows.map((row) => [identityKey(row), row.state]));
}

/** Where merged profiles live now: old id → the id that lives on. */
export async function mergedInto(runner: Runner, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await runner.rows<{ start: string; id: string }>({
    name: 'profile.merged',
    text: `with recursive walk as (
        select id as start, id, merged_into from profile where id = any($1)
        union all
        select walk.start, p.id, p.merged_into from walk join profile p on p.id = walk.merged_into
      ) select start, id from walk where merged_into is null`,
    values: [ids],
  });
  return new Map(rows.map(({ start, id }) => [start, id]));
}

/** Takes all people away. For leaving the demo. */
export async function emptyProfiles(runner: Runner): Promise<void> {
  await runner.run({ text: 'truncate profile, identity, identity_audit, identity_claim, consent_record, erasure' });
}
