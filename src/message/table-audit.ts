import { shardOf } from '../base/index.ts';
import type { Runner } from '../store/index.ts';
import type { MessageRow } from './message.ts';
import type { RunPlace } from './part.ts';
import { isWord } from './table-heard.ts';

/** A message with what its attempts say, as one statement saw them. */
export interface AuditedMessage extends Pick<
  MessageRow,
  'id' | 'state' | 'class' | 'resent' | 'told' | 'arm' | 'fence' | 'deadline'
> {
  /** It is no notice: a run waits for it. */
  hasRun: boolean;
  attempts: number;
  accepted: number;
  /** Number of the newest attempt; null when there is none. */
  newest: number | null;
  /** Somebody has said something of it that proves that it had left. */
  isHeard: boolean;
  /** The address that must be on the list for what was heard of this message; null when it need not. */
  owes: string | null;
}

/** The next messages by id. */
export async function auditedMessages(
  runner: Runner,
  { after, limit }: { after: string | null; limit: number },
): Promise<AuditedMessage[]> {
  const rows = await runner.rows<Omit<AuditedMessage, 'deadline'> & { deadline: Date }>({
    name: 'message-audit',
    text: `with page as (select * from message where id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) order by id limit $2)
      select p.id, p.state, p.class, p.resent, p.told, p.arm, p.fence, p.deadline, p.addressed_to is null as "hasRun",
        a.attempts, a.accepted, a.newest, coalesce(h.any, false) as "isHeard", h.owes
      from page p cross join lateral (
        select count(*)::int as attempts, max(no) as newest,
          count(*) filter (where coalesce(late_result, result) ->> 'kind' = 'accepted')::int as accepted
        from attempt where shard = p.shard and message_id = p.id) a
      cross join lateral (
        select bool_or(kind <> 'deferred' and ${isWord}) as any,
          max(address_key) filter (where counts and (kind = 'complained' or kind = 'bounced' and class = 'hard')) as owes
        from message_heard where shard = p.shard and message_id = p.id) h
      order by p.id`,
    values: [after, limit],
  });
  return rows.map((row) => ({ ...row, deadline: row.deadline.getTime() }));
}

/** Of these addresses, by key, those that are on the list for any reason. */
export async function listedKeys(runner: Runner, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await runner.rows<{ key: string }>({
    name: 'message-listed',
    text: 'select key from suppression where shard = any($1::smallint[]) and key = any($2)',
    values: [[...new Set(keys.map(shardOf))], keys],
  });
  return new Set(rows.map(({ key }) => key));
}

/** Where runs of this list have messages of which they have not heard yet. */
export function untoldPlaces(runner: Runner, runIds: readonly string[]): Promise<RunPlace[]> {
  return runner.rows({
    name: 'message-untold',
    text: `select run_id as "runId", activity, visit from message
      where run_id = any($1) and not told and state not in ('cancelled', 'abandoned')`,
    values: [runIds],
  });
}

/** Messages with more accepted attempts than their class may have (invariant I1); late ones count. */
export async function overAccepted(
  tx: Runner,
  messages: readonly Pick<MessageRow, 'shard' | 'id' | 'class' | 'resent'>[],
): Promise<string[]> {
  if (messages.length === 0) return [];
  // Each is looked up by itself, by the whole key: a join may read all attempts there are.
  const rows = await tx.rows<{ id: string }>({
    name: 'message-over-accepted',
    text: `select c.id from unnest($1::smallint[], $2::uuid[], $3::int[]) as c(shard, id, most)
      cross join lateral (select count(*) as accepted from attempt a where a.shard = c.shard and a.message_id = c.id
        and coalesce(a.late_result, a.result) ->> 'kind' = 'accepted') a where a.accepted > c.most`,
    values: [
      messages.map(({ shard }) => shard),
      messages.map(({ id }) => id),
      messages.map(({ class: kind, resent }) => (kind === 'transactional' && resent ? 2 : 1)),
    ],
  });
  return rows.map(({ id }) => id);
}
