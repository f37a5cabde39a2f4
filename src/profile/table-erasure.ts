import type { Identity } from '../event/index.ts';
import type { Runner, Tx } from '../store/index.ts';
import type { Subject } from './erasure.ts';
import { audiencePersonTables } from './table-audience.ts';
import { profileOf, type ProfileRow } from './table-row.ts';

/** An erasure as stored. `subject` names the person until it is done, and holds keyed hashes afterwards. */
export interface ErasureRow {
  id: string;
  shard: number;
  requestedAt: number;
  doneAt: number | null;
  subject: Subject | string[];
  steps: { room: string; at: number }[];
}

export async function insertErasure(tx: Tx, row: ErasureRow): Promise<void> {
  await tx.run({
    text: 'insert into erasure (id, shard, requested_at, subject, steps) values ($1, $2, $3, $4, $5)',
    values: [row.id, row.shard, new Date(row.requestedAt), JSON.stringify(row.subject), JSON.stringify(row.steps)],
  });
}

export async function erasureById(runner: Runner, id: string): Promise<ErasureRow | null> {
  const [row] = await runner.rows<{
    id: string;
    shard: number;
    requested_at: Date;
    done_at: Date | null;
    subject: Subject | string[];
    steps: ErasureRow['steps'];
  }>({ text: 'select id, shard, requested_at, done_at, subject, steps from erasure where id = $1', values: [id] });
  if (!row) return null;
  const { requested_at: requested, done_at: done, ...rest } = row;
  return { ...rest, requestedAt: requested.getTime(), doneAt: done?.getTime() ?? null };
}

/** The next erasures after this id. */
export async function erasuresAfter(runner: Runner, after: string | null, limit: number): Promise<ErasureRow[]> {
  const rows = await runner.rows<Omit<ErasureRow, 'requestedAt' | 'doneAt'> & { at: Date; done: Date | null }>({
    text: `select id, shard, requested_at as at, done_at as done, subject, steps from erasure
      where $1::uuid is null or id > $1 order by id limit $2`,
    values: [after, limit],
  });
  return rows.map(({ at, done, ...rest }) => ({ ...rest, requestedAt: at.getTime(), doneAt: done?.getTime() ?? null }));
}

/** Which of these erasures are known here. */
export async function knownErasures(runner: Runner, ids: readonly string[]): Promise<Set<string>> {
  const rows = await runner.rows<{ id: string }>({
    text: 'select id from erasure where id = any($1)',
    values: [ids],
  });
  return new Set(rows.map(({ id }) => id));
}

/** The next living profiles after this id, with the names they go by. */
export function namesAfter(
  runner: Runner,
  after: string | null,
  limit: number,
): Promise<{ id: string; names: Identity[] }[]> {
  return runner.rows({
    text: `select p.id, coalesce((select jsonb_agg(jsonb_build_object('namespace', i.namespace, 'id', i.id)) from identity i
        where i.profile_id = p.id), '[]') as names
      from profile p where ($1::uuid is null or p.id > $1) order by p.id limit $2`,
    values: [after, limit],
  });
}

/**
 * The next of those who ever took a consent to mail or to being known back, after this id: whether that holds still of who they are by
 * now, and their addresses. Times are UTC ms.
 */
export function withdrawnAfter(
  runner: Runner,
  after: string | null,
  limit: number,
): Promise<{ id: string; purposes: string[]; addresses: string[]; at: number }[]> {
  return runner.rows({
    text: `with recursive said as (
        select profile_id as id, max(at) as at from consent_record
          where state = 'out' and purpose in ('email-marketing', 'collect') and ($1::uuid is null or profile_id > $1)
          group by profile_id order by profile_id limit $2),
      walk as (
        select said.id as first, p.id, p.merged_into from said join profile p on p.id = said.id
        union
        select walk.first, p.id, p.merged_into from walk join profile p on p.id = walk.merged_into)
      select said.id, floor(extract(epoch from said.at) * 1000)::float8 as at,
        array(select purpose from unnest(array['email-marketing', 'collect']) purpose
          where p.state #>> array['consent', purpose, 'state'] = 'out') as purposes,
        array(select p.email where p.email is not null
          union select i.id from identity i where i.profile_id = p.id and i.namespace = 'email') as addresses
      from said left join walk on walk.first = said.id and walk.merged_into is null left join profile p on p.id = walk.id
      order by said.id`,
    values: [after, limit],
  });
}

export async function saveSteps(tx: Tx, id: string, steps: ErasureRow['steps']): Promise<void> {
  await tx.run({ text: 'update erasure set steps = $2 where id = $1', values: [id, JSON.stringify(steps)] });
}

export async function saveSubject(runner: Runner, id: string, subject: Subject): Promise<void> {
  await runner.run({ text: 'update erasure set subject = $2 where id = $1', values: [id, JSON.stringify(subject)] });
}

/** From here on the row names nobody. */
export async function markErased(
  tx: Tx,
  id: string,
  { at, subject }: { at: number; subject: string[] },
): Promise<void> {
  await tx.run({
    text: 'update erasure set done_at = $2, subject = $3 where id = $1',
    values: [id, new Date(at), JSON.stringify(subject)],
  });
}

/** The profiles that these live on as. */
export async function livingOf(runner: Runner, ids: readonly string[]): Promise<string[]> {
  const rows = await runner.rows<{ id: string }>({
    text: `with recursive walk as (
        select id, merged_into from profile where id = any($1)
        union
        select p.id, p.merged_into from walk join profile p on p.id = walk.merged_into
      ) select id from walk where merged_into is null`,
    values: [ids],
  });
  return rows.map(({ id }) => id);
}

/** Every identity these profiles have or had, and their addresses. */
export async function profileRows(
  runner: Runner,
  ids: readonly string[],
): Promise<{ identities: Identity[]; emails: string[] }> {
  const identities = await runner.rows<Identity>({
    text: `select namespace, id from identity where profile_id = any($1)
      union select x->>'namespace', x->>'id' from profile, jsonb_array_elements(state->'identities') x where profile.id = any($1)`,
    values: [ids],
  });
  const rows = await runner.rows<{ email: string }>({
    text: 'select email from profile where id = any($1) and email is not null',
    values: [ids],
  });
  return { identities, emails: rows.map(({ email }) => email) };
}

/**
 * Removes these profiles and all that names them: identities, audit with its copies of states, consents, claims.
 *
 * @param claimed names, `namespace:id`, that devices of others may have claimed
 */
export async function deleteProfiles(tx: Tx, ids: readonly string[], claimed: readonly string[] = []): Promise<void> {
  await tx.rows({ text: 'select 1 from profile where id = any($1) order by id for update', values: [ids] });
  for (const table of ['identity', 'identity_past', 'identity_claim', 'consent_record', ...audiencePersonTables])
    await tx.run({ text: `delete from ${table} where profile_id = any($1)`, values: [ids] });
  if (claimed.length > 0)
    await tx.run({ text: `delete from identity_claim where namespace || ':' || id = any($1)`, values: [claimed] });
  await tx.run({ text: 'delete from identity_audit where profile_id = any($1) or other_id = any($1)', values: [ids] });
  await tx.run({ text: 'delete from profile where id = any($1)', values: [ids] });
}

/** Every row of the room that names these profiles, by table, as stored; lists that are kept beside a state stand in it. */
export async function rowsOfProfiles(
  runner: Runner,
  ids: readonly string[],
): Promise<Record<string, Record<string, unknown>[]>> {
  const found: Record<string, Record<string, unknown>[]> = {};
  const rows = await runner.rows<ProfileRow>({ text: 'select * from profile where id = any($1)', values: [ids] });
  found['profile'] = rows.map(({ recent, ...row }) => ({ ...row, state: profileOf({ ...row, recent }).state }));
  for (const table of [
    'identity',
    'identity_past',
    'identity_claim',
    'consent_record',
    'identity_audit',
    ...audiencePersonTables,
  ])
    found[table] = await runner.rows({ text: `select * from ${table} where profile_id = any($1)`, values: [ids] });
  return found;
}
