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
