import { shardOf, Slices } from '../base/index.ts';
import {
  bigintColumn,
  doubleColumn,
  smallintColumn,
  textColumn,
  timeColumn,
  uuidColumn,
  type Migration,
  type Runner,
} from '../store/index.ts';
import { identityKey, type Identity } from '../event/index.ts';
import { historyMigrations } from './history.ts';
import { audienceMigrations } from './table-audience.ts';
import { graphMigrations } from './table-graph.ts';
import { visitSilenceMs, type Profile, type ProfileState } from './profile.ts';
import { packed, profileColumns, profileOf, type Packed, type ProfileRow } from './table-row.ts';
import { searchMigrations } from './table-search.ts';

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
  ...historyMigrations,
  ...audienceMigrations,
  {
    // Profiles are written whole, again and again: room on the page for the next version, and a quick compression.
    name: '0209-profile-storage',
    sql: `
alter table profile set (fillfactor = 60, toast_tuple_target = 4080);
do $$ begin alter table profile alter column state set compression lz4; exception when feature_not_supported then null; end $$;
`,
  },
  {
    // The long lists of busy people, written with each event: as text and unpacked (table-row.ts).
    name: '0219-profile-recent',
    sql: `
alter table profile add column recent text;
alter table profile alter column recent set storage external;
`,
  },
  {
    // What changes with nearly each event stands beside the state, which is then seldom written (table-row.ts).
    name: '0222-profile-seen',
    sql: 'alter table profile add column seen_at float8, add column visit_at float8, add column visit_pages integer;',
  },
  {
    // Who took a consent back is looked for every few minutes, to be kept apart from backups.
    name: '0223-consent-withdrawn',
    sql: `create index consent_withdrawn on consent_record (profile_id) where state = 'out';`,
  },
  ...searchMigrations,
];

/** So many rows are put together in one go; while the database writes them, requests are answered. */
const savedAtOnce = 250;
/** Steps in which times that stand in an index move, milliseconds. */
const visitStepMs = 5 * 60_000;
export const seenStepMs = 10 * 60_000;

/** Profiles by id, locked in id order for the rest of the transaction. */
export async function lockProfiles(tx: Runner, ids: readonly string[]): Promise<Profile[]> {
  if (ids.length === 0) return [];
  const rows = await tx.rows<ProfileRow>({
    name: 'profile.lock',
    text: `select ${profileColumns} from profile where id = any($1) and merged_into is null order by id for update`,
    values: [[...new Set(ids)].sort()],
  });
  return rows.map(profileOf);
}

/** As `lockProfiles`; of those that are still as `seen` only the version is read, which rises with each change. */
export async function lockSeenProfiles(
  tx: Runner,
  ids: readonly string[],
  seen: ReadonlyMap<string, Profile>,
): Promise<Profile[]> {
  if (ids.length === 0) return [];
  const held = await tx.rows<{ id: string; version: number }>({
    name: 'profile.lock-seen',
    text: 'select id, version from profile where id = any($1) and merged_into is null order by id for update',
    values: [[...new Set(ids)].sort()],
  });
  const isSame = ({ id, version }: { id: string; version: number }) => seen.get(id)?.version === version;
  const changed = await lockProfiles(
    tx,
    held.filter((one) => !isSame(one)).map(({ id }) => id),
  );
  const now = new Map(changed.map((profile) => [profile.id, profile]));
  return held.map(({ id }) => now.get(id) ?? seen.get(id)!);
}

/** As `lockProfiles`, leaving out those another transaction holds. */
export async function lockFreeProfiles(tx: Runner, ids: readonly string[]): Promise<Profile[]> {
  if (ids.length === 0) return [];
  const rows = await tx.rows<ProfileRow>({
    name: 'profile.lock-free',
    text: `select ${profileColumns} from profile where id = any($1) and merged_into is null order by id for update skip locked`,
    values: [[...new Set(ids)].sort()],
  });
  return rows.map(profileOf);
}

/** Writes changed profiles: one statement, new rows and old. Each carries its raised version. */
export async function saveProfiles(tx: Runner, profiles: readonly Profile[]): Promise<void> {
  if (profiles.length === 0) return;
  await tx.run({
    name: 'profile.save',
    text: `insert into profile (id, shard, version, state, recent, seen_at, visit_at, visit_pages, email, name, last_seen_at, visit_due)
      select id, shard, version, state::jsonb, recent, seen_at, visit_at, visit_pages, email, name, last_seen_at, visit_due
      from ${columns} as u(${columnNames})
      on conflict (id) do update set version = excluded.version, state = excluded.state, recent = excluded.recent,
        seen_at = excluded.seen_at, visit_at = excluded.visit_at, visit_pages = excluded.visit_pages, email = excluded.email,
        name = excluded.name, last_seen_at = excluded.last_seen_at, visit_due = excluded.visit_due`,
    values: columnsOf(profiles, await packedAll(profiles)),
  });
}

/**
 * Writes profiles that are as this process remembers them: each only if it still has the version it had in `from`.
 * Times in indexes move in steps, so that most writes touch no index: a visit may fall due up to `visitStepMs` early and
 * is put off then, and `last_seen_at` lies up to `seenStepMs` back.
 *
 * @returns how many were as remembered; when they are fewer than given the transaction must not commit
 */
export async function saveRemembered(
  tx: Runner,
  profiles: readonly Profile[],
  from: ReadonlyMap<string, Profile>,
): Promise<number> {
  let saved = 0;
  for (let place = 0; place < profiles.length; place += savedAtOnce)
    saved += await saveSome(tx, profiles.slice(place, place + savedAtOnce), from);
  return saved;
}

async function saveSome(tx: Runner, profiles: readonly Profile[], from: ReadonlyMap<string, Profile>): Promise<number> {
  const rows = await packedAll(profiles, from);
  return tx.run({
    name: 'profile.save-remembered',
    text: `update profile p set version = u.version, state = coalesce(u.state::jsonb, p.state), recent = u.recent,
        seen_at = u.seen_at, visit_at = u.visit_at, visit_pages = u.visit_pages, email = u.email, name = u.name,
        last_seen_at = case when u.last_seen_at >= p.last_seen_at
          and u.last_seen_at < p.last_seen_at + interval '${seenStepMs} milliseconds' then p.last_seen_at else u.last_seen_at end,
        visit_due = case when u.visit_due >= p.visit_due
          and u.visit_due < p.visit_due + interval '${visitStepMs} milliseconds' then p.visit_due else u.visit_due end
      from ${columns.replace(')', ', $13::bigint[])')} as u(${columnNames}, was)
      where p.id = u.id and p.version = u.was and p.merged_into is null`,
    values: [...columnsOf(profiles, rows), bigintColumn(profiles.map(({ id }) => from.get(id)?.version ?? -1))],
  });
}

/** Puts off visits whose end was stored early and is not due at `now` after all. @returns how many */
export function putOffVisits(tx: Runner, now: number): Promise<number> {
  const end = `(coalesce(visit_at, (state->'visit'->>'lastAt')::float8) + ${visitSilenceMs})`;
  return tx.run({
    name: 'profile.put-off-visits',
    text: `update profile set visit_due = to_timestamp(${end} / 1000.0) where id in (
      select id from profile where visit_due <= $1 and merged_into is null and ${end} > $2 for update skip locked)`,
    values: [new Date(now), now],
  });
}

/** What `columnsOf` gives, as a row source and its names. */
const columns = `unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::float8[],
        $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[])`;
const columnNames =
  'id, shard, version, state, recent, seen_at, visit_at, visit_pages, email, name, last_seen_at, visit_due';

/** @param from what the rows hold now, of those of whom it is known: a state that says the same is not written again */
async function packedAll(profiles: readonly Profile[], from?: ReadonlyMap<string, Profile>): Promise<Packed[]> {
  const rows: Packed[] = [];
  const slices = new Slices();
  for (const { id, state } of profiles) {
    if (slices.isOver) await slices.next();
    rows.push(packed(state, from?.get(id)?.state));
  }
  return rows;
}

function columnsOf(profiles: readonly Profile[], rows: readonly Packed[]): unknown[] {
  return [
    uuidColumn(profiles.map(({ id }) => id)),
    smallintColumn(profiles.map(({ shard }) => shard)),
    bigintColumn(profiles.map(({ version }) => version)),
    textColumn(rows.map(({ state }) => state)),
    textColumn(rows.map(({ recent }) => recent)),
    doubleColumn(rows.map(({ seenAt }) => seenAt)),
    doubleColumn(rows.map(({ visitAt }) => visitAt)),
    doubleColumn(rows.map(({ visitPages }) => visitPages)),
    textColumn(profiles.map(({ state }) => state.email)),
    textColumn(profiles.map(({ state }) => nameOf(state))),
    timeColumn(profiles.map(({ state }) => state.lastSeenAt)),
    timeColumn(
      profiles.map(({ state }) => (state.visiting && state.visit ? state.visit.lastAt + visitSilenceMs : null)),
    ),
  ];
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

/** Profiles by the ids they are asked for by: who was merged into another is that one. */
export async function profilesOf(runner: Runner, ids: readonly string[]): Promise<Map<string, Profile>> {
  const found = new Map<string, Profile>();
  if (ids.length === 0) return found;
  const rows = await runner.rows<ProfileRow & { asked: string }>({
    name: 'profile.many',
    text: `with recursive way as (
        select id as asked, id, merged_into from profile where id = any($1)
        union all select w.asked, p.id, p.merged_into from way w join profile p on p.id = w.merged_into)
      select w.asked, p.* from way w join (select ${profileColumns} from profile) p on p.id = w.id
      where w.merged_into is null`,
    values: [ids],
  });
  const made = new Map<string, Profile>();
  for (const { asked, ...row } of rows) {
    const profile = made.get(row.id) ?? profileOf(row);
    made.set(profile.id, profile);
    found.set(asked, profile);
  }
  return found;
}

/** What the people behind these devices last said about being recorded, by identity key; who said nothing is absent. */
export async function collectConsents(
  runner: Runner,
  devices: readonly Identity[],
): Promise<Map<string, 'in' | 'out'>> {
  const rows = await runner.rows<{ namespace: string; id: string; state: 'in' | 'out' }>({
    name: 'profile.collect-consents',
    // One look into each index for each device: a join might be planned as a pass over everybody.
    text: `select x.namespace, x.id, said.state from unnest($1::text[], $2::text[]) as x(namespace, id)
      cross join lateral (select i.profile_id from identity i where i.namespace = x.namespace and i.id = x.id offset 0) as own
      cross join lateral (select p.state->'consent'->'collect'->>'state' as state from profile p where p.id = own.profile_id offset 0) as said
      where said.state is not null`,
    values: [textColumn(devices.map(({ namespace }) => namespace)), textColumn(devices.map(({ id }) => id))],
  });
  return new Map(rows.map((row) => [identityKey(row), row.state]));
}

/**
 * Has the person behind the device `input.visitor` declined to be recorded? For the log, which asks as it stores. One look
 * into each index: a join might be planned as a pass over everybody.
 */
export const declinedSql = `coalesce((select (select p.state->'consent'->'collect'->>'state' from profile p where p.id = i.profile_id)
    from identity i where i.namespace = split_part(input.visitor, ':', 1)
      and i.id = substr(input.visitor, strpos(input.visitor, ':') + 1)), '') = 'out'`;

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

/** Somebody else linked the same identity or changed the same person at the same moment: the transaction is to be tried again. */
export class IdentityRace extends Error {
  readonly code = '40001';
}

/** What was done to the identity graph, so that it can be looked at and undone. */
export interface AuditEntry {
  at: number;
  kind: string;
  profileId: string;
  otherId: string | null;
  detail: unknown;
}

/** Notes what was done to the identity graph. */
export async function insertAudit(tx: Runner, id: string, entry: AuditEntry): Promise<void> {
  const { at, kind, profileId, otherId, detail } = entry;
  await tx.run({
    name: 'profile.audit',
    text: 'insert into identity_audit (id, shard, at, kind, profile_id, other_id, detail) values ($1, $2, $3, $4, $5, $6, $7)',
    values: [id, shardOf(profileId), new Date(at), kind, profileId, otherId, JSON.stringify(detail)],
  });
}

/** A profile has become part of another: it keeps its row, and its identities name the other one. */
export async function retireProfile(tx: Runner, id: string, into: string): Promise<void> {
  await tx.run({
    name: 'profile.retire',
    text: 'update profile set merged_into = $2, visit_due = null where id = $1',
    values: [id, into],
  });
  await tx.run({
    name: 'profile.repoint',
    text: 'update identity set profile_id = $2 where profile_id = $1',
    values: [id, into],
  });
}

/** An identity is nobody's from here on. */
export async function unlinkIdentity(tx: Runner, { namespace, id }: Identity): Promise<void> {
  await tx.run({
    name: 'profile.unlink',
    text: 'delete from identity where namespace = $1 and id = $2',
    values: [namespace, id],
  });
}

/** Takes all people away. For leaving the demo. */
export async function emptyProfiles(runner: Runner): Promise<void> {
  await runner.run({
    text: 'truncate identity_past, audience_member, audience_watch, audience_change, profile, identity, identity_audit, identity_claim, consent_record, erasure',
  });
}
