import type { Runner } from '../store/index.ts';
import type { MessageRow, MessageState, StoredLink } from './message.ts';

/** All statements of the ledger. Leases compare with the database's clock, due times with the business time passed in. */

type Raw = Omit<MessageRow, 'plannedAt' | 'due' | 'deadline' | 'acceptedAt' | 'changedAt' | 'links'> & {
  plannedAt: Date;
  due: Date;
  deadline: Date;
  acceptedAt: Date | null;
  changedAt: Date;
  links: StoredLink[] | null;
};

const columns = `id, shard, key, run_id as "runId", journey, journey_version as "journeyVersion", activity, visit,
  profile_id as "profileId", template, sender, context, class, holdout, quiet as "quietHours", rank, test, variant, addressed_to as "to", arm, state, reason,
  planned_at as "plannedAt", due, deadline, fence, crashes, tries, resent, released, told, recipient,
  address_key as "addressKey", subject, links,
  accepted_at as "acceptedAt", changed_at as "changedAt"`;

/** The same without the two long values, for changes of state, which need neither. */
const lean = columns.replace(' context,', ` '{}'::jsonb as context,`).replace(' links,', ` '[]'::jsonb as links,`);

const pending = `state in ('planned', 'held', 'ready', 'deferred')`;

function rowOf(raw: Raw): MessageRow {
  return {
    ...raw,
    plannedAt: raw.plannedAt.getTime(),
    due: raw.due.getTime(),
    deadline: raw.deadline.getTime(),
    acceptedAt: raw.acceptedAt?.getTime() ?? null,
    changedAt: raw.changedAt.getTime(),
    links: raw.links ?? [],
  };
}

export interface Candidate {
  id: string;
  profileId: string;
  crashes: number;
}

/** Who could be claimed now, without a lock. Those whose last claim did not end come one at a time, last. */
export function peekDue(store: Runner, now: number, limit: number): Promise<Candidate[]> {
  return store.rows({
    name: 'message-peek',
    text: `select id, profile_id as "profileId", crashes from message
      where ${pending} and due <= $1 and deadline > $1 and not exists (select 1 from sending where frozen)
      order by crashes, due limit $2`,
    values: [new Date(now), limit],
  });
}

/** The candidates that are still free, locked. The profiles are locked before (lock order: profile, then message). */
export async function lockDue(tx: Runner, ids: string[], now: number): Promise<MessageRow[]> {
  const rows = await tx.rows<Raw>({
    name: 'message-lock',
    text: `select ${columns} from message where id = any($1) and ${pending} and due <= $2 and deadline > $2
      order by due, id for update skip locked`,
    values: [ids, new Date(now)],
  });
  return rows.map(rowOf);
}

/** T2: claimed with a lease, and counted before the work begins, so that a mail that kills its worker is noticed. */
export function lease(
  tx: Runner,
  claims: { id: string; shard: number; recipient: string; addressKey: string }[],
  leaseMs: number,
): Promise<number> {
  return tx.run({
    name: 'message-lease',
    text: `update message m set state = 'leased', reason = null, fence = m.fence + 1, crashes = m.crashes + 1,
        lease_until = now() + $4 * interval '1 millisecond', recipient = c.recipient, address_key = c.key
      from unnest($1::uuid[], $2::text[], $3::text[], $5::smallint[]) as c(id, recipient, key, shard)
      where m.shard = c.shard and m.id = c.id`,
    values: [
      claims.map(({ id }) => id),
      claims.map(({ recipient }) => recipient),
      claims.map(({ addressKey }) => addressKey),
      leaseMs,
      claims.map(({ shard }) => shard),
    ],
  });
}

/** A change of state before anything is on the wire. `fence` guards changes made after the claim's transaction. */
export interface Change {
  id: string;
  state: MessageState;
  reason: string | null;
  due?: number;
  arm?: 'treated' | 'control';
  fence?: number;
  /** What it would have led to, of a mail that somebody held out does not get. */
  links?: StoredLink[];
}

/** Writes changes; a row that was claimed by somebody else meanwhile, or cancelled, is left alone and not returned. */
export async function change(tx: Runner, changes: Change[], now: number): Promise<MessageRow[]> {
  if (changes.length === 0) return [];
  const rows = await tx.rows<Raw>({
    name: 'message-change',
    text: `with c as (select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::int[], $8::jsonb[])
        as c(c_id, c_state, c_reason, c_due, c_arm, c_fence, c_links))
      update message set state = c_state, reason = c_reason, due = coalesce(c_due, due), arm = coalesce(c_arm, arm),
        links = coalesce(c_links, links), lease_until = null, changed_at = $7, crashes = case when c_fence is null then crashes else 0 end
      from c where id = c_id and (c_fence is null or (fence = c_fence and state = 'leased'))
      returning ${lean}`,
    values: [
      changes.map(({ id }) => id),
      changes.map(({ state }) => state),
      changes.map(({ reason }) => reason),
      changes.map(({ due }) => (due === undefined ? null : new Date(due))),
      changes.map(({ arm }) => arm ?? null),
      changes.map(({ fence }) => fence ?? null),
      new Date(now),
      changes.map(({ links }) => (links ? JSON.stringify(links) : null)),
    ],
  });
  return withLinks(rows.map(rowOf), changes);
}

/** Rows that were read without their links, with those that are known anyway. */
export function withLinks(rows: MessageRow[], known: readonly { id: string; links?: StoredLink[] }[]): MessageRow[] {
  const links = new Map(known.map((one) => [one.id, one.links]));
  return rows.map((row) => ({ ...row, links: links.get(row.id) ?? row.links }));
}

/** What T3 needs of a finished mail. */
export interface WireRow {
  id: string;
  shard: number;
  fence: number;
  addressKey: string;
  /** Of its address, under which the suppression list has it. */
  keyShard: number;
  subject: string;
  /** JSON of what the mail leads to. */
  links: string;
  templateVersion: number;
  mailId: string;
  sha256: string;
  /** For which sender it leaves, and by which way. */
  sender: string;
  transport: string;
}

/**
 * T3: `sending` and its attempt row, before the first byte (invariant I10). Suppression is looked at once more in the
 * same statement (I2), and a held-out message cannot pass (I7). Gives the ids that may go on the wire.
 */
export async function beginSending(
  tx: Runner,
  wires: WireRow[],
  options: { leaseMs: number; now: number },
): Promise<Set<string>> {
  const rows = await tx.rows<{ id: string }>({
    name: 'message-sending',
    text: `with c as (select * from unnest($1::uuid[], $2::int[], $3::smallint[], $4::text[], $5::text[], $6::jsonb[], $7::int[], $10::text[], $11::smallint[])
        as c(c_id, c_fence, c_key_shard, c_key, c_subject, c_links, c_version, c_sender, c_shard))
      update message set state = 'sending', arm = coalesce(arm, 'treated'), subject = c_subject, links = c_links,
        template_version = c_version, sender = c_sender, lease_until = now() + $8 * interval '1 millisecond', changed_at = $9
      from c where shard = c_shard and id = c_id and fence = c_fence and state = 'leased' and arm is distinct from 'control'
        and not exists (select 1 from suppression s where s.shard = c_key_shard and s.key = c_key
          and (s.scope = 'all' or (class = 'marketing' and s.scope in ('marketing', 'list:' || c_sender))) and (s.until is null or s.until > $9))
      returning id`,
    values: [
      wires.map(({ id }) => id),
      wires.map(({ fence }) => fence),
      wires.map(({ keyShard }) => keyShard),
      wires.map(({ addressKey }) => addressKey),
      wires.map(({ subject }) => subject),
      wires.map(({ links }) => links),
      wires.map(({ templateVersion }) => templateVersion),
      options.leaseMs,
      new Date(options.now),
      wires.map(({ sender }) => sender),
      wires.map(({ shard }) => shard),
    ],
  });
  const going = new Set(rows.map(({ id }) => id));
  const attempts = wires.filter(({ id }) => going.has(id));
  if (attempts.length > 0) await insertAttempts(tx, attempts);
  return going;
}

function insertAttempts(tx: Runner, wires: WireRow[]): Promise<number> {
  return tx.run({
    name: 'message-attempt',
    text: `insert into attempt (shard, message_id, no, mail_id, mime_sha256, transport)
      select * from unnest($1::smallint[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[])`,
    values: [
      wires.map(({ shard }) => shard),
      wires.map(({ id }) => id),
      wires.map(({ fence }) => fence),
      wires.map(({ mailId }) => mailId),
      wires.map(({ sha256 }) => sha256),
      wires.map(({ transport }) => transport),
    ],
  });
}

/** The result of one attempt, as it is to be recorded. */
export interface Result {
  id: string;
  shard: number;
  fence: number;
  state: MessageState;
  reason: string | null;
  due: number | null;
  /** What the wire said, whole. */
  detail: unknown;
}

/**
 * T4: results of attempts, each believed only while its fence is the newest and its message still `sending`. Gives the
 * messages that changed; the others' results are kept with their attempts as late ones.
 */
export async function recordResults(tx: Runner, results: Result[], now: number): Promise<MessageRow[]> {
  const rows = await tx.rows<Raw>({
    name: 'message-results',
    text: `with c as (select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::timestamptz[], $7::smallint[])
        as c(c_id, c_fence, c_state, c_reason, c_due, c_shard))
      update message set state = c_state, reason = c_reason, due = coalesce(c_due, due), crashes = 0, lease_until = null,
        tries = tries + case when c_state = 'deferred' then 1 else 0 end,
        accepted_at = case when c_state = 'accepted' then $6 else accepted_at end,
        doubt_at = case when c_state = 'in_doubt' then now() else null end, changed_at = $6
      from c where shard = c_shard and id = c_id and fence = c_fence and state = 'sending' returning ${lean}`,
    values: [
      results.map(({ id }) => id),
      results.map(({ fence }) => fence),
      results.map(({ state }) => state),
      results.map(({ reason }) => reason),
      results.map(({ due }) => (due === null ? null : new Date(due))),
      new Date(now),
      results.map(({ shard }) => shard),
    ],
  });
  const believed = new Set(rows.map(({ id }) => id));
  await tx.run({
    name: 'message-attempt-results',
    text: `update attempt set ended_at = now(), result = case when c_late then result else c_detail end,
        late_result = case when c_late then c_detail else late_result end
      from unnest($1::uuid[], $2::int[], $3::jsonb[], $4::bool[], $5::smallint[]) as c(c_id, c_fence, c_detail, c_late, c_shard)
      where shard = c_shard and message_id = c_id and no = c_fence`,
    values: [
      results.map(({ id }) => id),
      results.map(({ fence }) => fence),
      results.map(({ detail }) => JSON.stringify(detail)),
      results.map(({ id }) => !believed.has(id)),
      results.map(({ shard }) => shard),
    ],
  });
  return rows.map(rowOf);
}

/** A late "accepted" of a worker that was given up lifts the doubt; nothing else changes (trust §2.2 T4). */
export async function liftDoubt(tx: Runner, ids: string[], now: number): Promise<MessageRow[]> {
  if (ids.length === 0) return [];
  const rows = await tx.rows<Raw>({
    text: `update message set state = 'accepted', reason = null, accepted_at = $2, doubt_at = null, changed_at = $2
      where id = any($1::uuid[]) and state = 'in_doubt' returning ${columns}`,
    values: [ids, new Date(now)],
  });
  return rows.map(rowOf);
}

/** Claims whose lease ran out before anything was on the wire: free again, or quarantined after the third. */
export async function rescueLeased(tx: Runner, limit: number): Promise<MessageRow[]> {
  const rows = await tx.rows<Raw>({
    name: 'message-rescue-leased',
    text: `update message set state = case when crashes >= $1 then 'quarantined' else 'ready' end,
        reason = case when crashes >= $1 then 'three workers died on it' else 'its worker was lost' end, lease_until = null
      where id in (select id from message where state = 'leased' and lease_until < now() for update skip locked)
      returning ${lean}`,
    values: [limit],
  });
  return rows.map(rowOf);
}

/** Attempts whose worker was lost: nobody knows whether the next hop has the mail. */
export async function rescueSending(tx: Runner): Promise<MessageRow[]> {
  const rows = await tx.rows<Raw>({
    name: 'message-rescue-sending',
    text: `update message set state = 'in_doubt', reason = 'the worker was lost while sending', lease_until = null,
        doubt_at = now()
      where id in (select id from message where state = 'sending' and lease_until < now() for update skip locked)
      returning ${lean}`,
  });
  return rows.map(rowOf);
}

/** Messages whose doubt is older than the recovery time, locked. */
export async function lockDoubt(tx: Runner, recoveryMs: number): Promise<MessageRow[]> {
  const rows = await tx.rows<Raw>({
    name: 'message-lock-doubt',
    text: `select ${columns} from message where state = 'in_doubt'
      and doubt_at < now() - $1 * interval '1 millisecond' for update skip locked`,
    values: [recoveryMs],
  });
  return rows.map(rowOf);
}

export function settleDoubtRow(tx: Runner, id: string, state: 'abandoned' | 'ready', now: number): Promise<number> {
  return tx.run({
    text: `update message set state = $2, doubt_at = null, changed_at = $3, due = $3,
      resent = resent or $2 = 'ready' where id = $1`,
    values: [id, state, new Date(now)],
  });
}

/** Messages past their deadline that never left. */
export function peekExpired(store: Runner, now: number, limit: number): Promise<Candidate[]> {
  return store.rows({
    name: 'message-peek-expired',
    text: `select id, profile_id as "profileId", crashes from message where ${pending} and deadline <= $1
      order by deadline limit $2`,
    values: [new Date(now), limit],
  });
}

export async function expireRows(tx: Runner, ids: string[], now: number): Promise<MessageRow[]> {
  const rows = await tx.rows<Raw>({
    name: 'message-expire',
    text: `update message set state = case when resent then 'abandoned' else 'expired' end, changed_at = $2
      where id = any($1) and ${pending} and deadline <= $2 returning ${lean}`,
    values: [ids, new Date(now)],
  });
  return rows.map(rowOf);
}

/** Cancels what is not on the wire yet, of a run or of a profile's marketing. */
export async function cancelRows(
  tx: Runner,
  which: { runId: string } | { profileId: string; sender?: string },
  change: { state: 'cancelled' | 'skipped'; reason: string; now: number },
): Promise<MessageRow[]> {
  const [column, value] =
    'runId' in which
      ? ['run_id = $1', which.runId]
      : [
          "class = 'marketing' and profile_id = $1::uuid and ($5::text is null or $5 = " + senderSql + ')',
          which.profileId,
        ];
  const sender = 'sender' in which ? which.sender : undefined;
  const rows = await tx.rows<Raw>({
    text: `update message set state = case when resent then 'abandoned' else $2 end, reason = $3, lease_until = null,
        changed_at = $4 where ${column} and state in ('planned', 'held', 'ready', 'leased', 'deferred') returning ${lean}`,
    values: [value, change.state, change.reason, new Date(change.now), ...('runId' in which ? [] : [sender ?? null])],
  });
  return rows.map(rowOf);
}

/** Whom a mail that has not left goes out for: the journey’s word, then that of the template as it is published. */
const senderSql = `coalesce(sender, (select t.body->>'sender' from message_template t
  where t.key = template and t.published_at is not null order by t.version desc limit 1), 'default')`;

/** Marks messages whose runs are told now, and gives those that were not told before. */
export async function markTold(tx: Runner, ids: string[]): Promise<Set<string>> {
  const rows = await tx.rows<{ id: string }>({
    name: 'message-told',
    text: 'update message set told = true where id = any($1::uuid[]) and not told returning id',
    values: [ids],
  });
  return new Set(rows.map(({ id }) => id));
}

export async function messageById(runner: Runner, id: string): Promise<MessageRow | null> {
  const rows = await runner.rows<Raw>({
    name: 'message-by-id',
    text: `select ${columns} from message where id = $1`,
    values: [id],
  });
  return rows[0] ? rowOf(rows[0]) : null;
}

/** Newest first. */
export async function messagesOf(runner: Runner, profileId: string): Promise<MessageRow[]> {
  const rows = await runner.rows<Raw>({
    text: `select ${columns} from message where profile_id = $1 order by planned_at desc, id desc limit 500`,
    values: [profileId],
  });
  return rows.map(rowOf);
}

/** A mail that was put aside may be claimed again, from its first try on. @returns false: it is not put aside, or too late */
export async function releaseRow(tx: Runner, id: string, now: number): Promise<boolean> {
  const released = await tx.run({
    text: `update message set state = 'ready', reason = 'released by a person', released = true, crashes = 0, tries = 0,
        due = $2, changed_at = $2 where id = $1 and state = 'quarantined' and deadline > $2`,
    values: [id, new Date(now)],
  });
  return released > 0;
}
