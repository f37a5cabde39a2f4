import { shardOf } from '../base/index.ts';
import type { ConsentWord, Identity, ShopEvent } from '../event/index.ts';
import type { Migration, Runner } from '../store/index.ts';
import type { ProfileState } from './profile.ts';
import { profileColumns, profileOf, type ProfileRow } from './table-row.ts';

/** Tables of the identity graph, of traits and of erasures; `table.ts` appends them to the room's migrations. */
export const graphMigrations: Migration[] = [
  {
    name: '0202-identity-graph',
    sql: `
alter table identity add column source text not null default '';
alter table identity_audit add column undone_at timestamptz;
alter table consent_record add column channel text not null default 'email';
alter table consent_record add column basis text;
alter table consent_record add column wording text;
create table identity_claim (
  shard smallint not null,
  device text not null,
  namespace text not null,
  id text not null,
  profile_id uuid not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (shard, device, namespace, id)
);
create index identity_claim_profile on identity_claim (profile_id);
create index identity_claim_first on identity_claim (first_at);
create index identity_claim_name on identity_claim (namespace, id);
create index profile_merged on profile (merged_into) where merged_into is not null;
create table trait (
  key text primary key,
  definition jsonb not null,
  updated_at timestamptz not null
);
create table erasure (
  id uuid primary key,
  shard smallint not null,
  requested_at timestamptz not null,
  done_at timestamptz,
  subject jsonb not null,
  steps jsonb not null
);
`,
  },
];

/** What a merge wrote down, so that it can be undone. */
export interface MergeDetail {
  identities: Identity[];
  into: ProfileState;
  from: ProfileState;
  source: string;
  /** The event that joined the two, and when it came in, UTC ms. */
  event?: { source: string; id: string; receivedAt: number };
  /** What other rooms carried over, as they gave it. */
  carried?: unknown;
}

export interface AuditRow<D = unknown> {
  id: string;
  kind: string;
  at: number;
  profileId: string;
  otherId: string | null;
  detail: D;
}

interface StoredAudit {
  id: string;
  kind: string;
  at: Date;
  profile_id: string;
  other_id: string | null;
  detail: unknown;
}

function auditOf<D>(row: StoredAudit): AuditRow<D> {
  const { id, kind, at, profile_id: profileId, other_id: otherId, detail } = row;
  return { id, kind, at: at.getTime(), profileId, otherId, detail: detail as D };
}

const auditColumns = 'id, kind, at, profile_id, other_id, detail';

/** A merge that has not been undone. */
export async function mergeById(tx: Runner, id: string): Promise<AuditRow<MergeDetail> | undefined> {
  const rows = await tx.rows<StoredAudit>({
    text: `select ${auditColumns} from identity_audit where id = $1 and kind = 'merge' and undone_at is null for update`,
    values: [id],
  });
  return rows.map((row) => auditOf<MergeDetail>(row))[0];
}

/** The merge by which a profile became part of another. */
export async function mergeOf(tx: Runner, profileId: string): Promise<AuditRow<MergeDetail> | undefined> {
  const rows = await tx.rows<StoredAudit>({
    text: `select ${auditColumns} from identity_audit where other_id = $1 and kind = 'merge' and undone_at is null
      order by id desc limit 1`,
    values: [profileId],
  });
  return rows.map((row) => auditOf<MergeDetail>(row))[0];
}

/** Everything written down about who belongs to a profile, oldest first; merges that were undone are left out. */
export async function auditsOf(runner: Runner, profileId: string): Promise<AuditRow[]> {
  const rows = await runner.rows<StoredAudit>({
    text: `select ${auditColumns} from identity_audit where (profile_id = $1 or (other_id = $1 and kind = 'relink'))
      and undone_at is null order by id`,
    values: [profileId],
  });
  return rows.map((row) => auditOf(row));
}

/** From how many devices more names came than one may claim, since a moment. */
export async function claimantsSince(runner: Runner, at: number): Promise<number> {
  const [row] = await runner.rows<{ n: number }>({
    text: `select count(distinct detail->>'device')::int as n from identity_audit where kind = 'claims-refused' and at >= $1`,
    values: [new Date(at)],
  });
  return row!.n;
}

export async function addAudit(tx: Runner, row: AuditRow & { shard: number }): Promise<void> {
  await tx.run({
    name: 'profile.audit',
    text: 'insert into identity_audit (id, shard, at, kind, profile_id, other_id, detail) values ($1, $2, $3, $4, $5, $6, $7)',
    values: [row.id, row.shard, new Date(row.at), row.kind, row.profileId, row.otherId, JSON.stringify(row.detail)],
  });
}

export async function markUndone(tx: Runner, id: string, at: number): Promise<void> {
  await tx.run({ text: 'update identity_audit set undone_at = $2 where id = $1', values: [id, new Date(at)] });
}

/** Two profiles, one of them merged into the other, locked in id order. */
export async function lockPair(
  tx: Runner,
  ids: [string, string],
): Promise<Map<string, { shard: number; version: number; state: ProfileState; mergedInto: string | null }>> {
  const rows = await tx.rows<ProfileRow & { merged_into: string | null }>({
    text: `select ${profileColumns}, merged_into from profile where id = any($1) order by id for update`,
    values: [ids],
  });
  return new Map(rows.map(({ merged_into: mergedInto, ...row }) => [row.id, { ...profileOf(row), mergedInto }]));
}

/** Lets a merged profile live again. */
export async function revive(tx: Runner, id: string): Promise<void> {
  await tx.run({ text: 'update profile set merged_into = null where id = $1', values: [id] });
}

/** Gives identities back, as far as they still stand with `from`. */
export async function giveBack(
  tx: Runner,
  move: { identities: readonly Identity[]; from: string; to: string },
): Promise<void> {
  await tx.run({
    text: `update identity i set profile_id = $4 from unnest($1::text[], $2::text[]) as x(namespace, id)
      where i.namespace = x.namespace and i.id = x.id and i.profile_id = $3`,
    values: [
      move.identities.map(({ namespace }) => namespace),
      move.identities.map(({ id }) => id),
      move.from,
      move.to,
    ],
  });
}

/** An identity and why it is believed. */
export interface LinkedIdentity extends Identity {
  level: number;
  source: string;
  linkedAt: number;
}

export async function identitiesOf(runner: Runner, profileId: string): Promise<LinkedIdentity[]> {
  const rows = await runner.rows<Identity & { level: number; source: string; linked_at: Date }>({
    text: `select namespace, id, level, source, linked_at from identity where profile_id = $1 order by linked_at, namespace, id`,
    values: [profileId],
  });
  return rows.map(({ linked_at: linkedAt, ...row }) => ({ ...row, linkedAt: linkedAt.getTime() }));
}

/** A profile's own id and those of all that have become part of it. */
export async function familyOf(runner: Runner, profileId: string): Promise<string[]> {
  const rows = await runner.rows<{ id: string }>({
    text: `with recursive walk as (
        select id from profile where id = $1
        union all
        select p.id from walk join profile p on p.merged_into = walk.id
      ) select id from walk`,
    values: [profileId],
  });
  return rows.length === 0 ? [profileId] : rows.map(({ id }) => id);
}

/** A consent with what proves it. Never changed, never removed but with the person. */
export interface ConsentRecord {
  purpose: string;
  channel: string;
  state: ConsentWord;
  at: number;
  source: string;
  level: number;
  basis: string | null;
  wording: string | null;
  proof: Record<string, unknown>;
}

/** All that a person ever said of consent, newest first. */
export async function consentsOf(runner: Runner, profileIds: readonly string[]): Promise<ConsentRecord[]> {
  const rows = await runner.rows<Omit<ConsentRecord, 'at'> & { at: Date }>({
    text: `select purpose, channel, state, at, source, level, basis, wording, proof from consent_record
      where profile_id = any($1) order by at desc, id desc`,
    values: [profileIds],
  });
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** What was said of one purpose, to be kept with its proof. */
export interface StatedConsent {
  id: string;
  profileId: string;
  event: ShopEvent;
  purpose: string;
  state: ConsentWord;
}

export async function saveConsentRecords(tx: Runner, rows: readonly StatedConsent[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.run({
    name: 'profile.consent',
    text: `insert into consent_record (id, shard, profile_id, purpose, state, level, source, at, proof, channel, basis, wording)
      select * from unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::timestamptz[], $9::jsonb[],
        $10::text[], $11::text[], $12::text[])`,
    values: [
      rows.map(({ id }) => id),
      rows.map(({ profileId }) => shardOf(profileId)),
      rows.map(({ profileId }) => profileId),
      rows.map(({ purpose }) => purpose),
      rows.map(({ state }) => state),
      rows.map(({ event }) => event.level),
      rows.map(({ event }) => event.source),
      rows.map(({ event }) => new Date(event.happenedAt)),
      rows.map(({ event: { id, page, proof } }) =>
        JSON.stringify({ event: id, page: proof?.place ?? page?.url ?? null, ipPrefix: proof?.ipPrefix ?? null }),
      ),
      rows.map(({ event, purpose }) => event.proof?.channel ?? (purpose === 'email-marketing' ? 'email' : 'web')),
      rows.map(({ event }) => event.proof?.basis ?? null),
      rows.map(({ event }) => event.proof?.wording ?? textOf(event.data?.['wording'])),
    ],
  });
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
