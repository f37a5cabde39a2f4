import type { Runner } from '../store/index.ts';
import type { MessageRow } from './message.ts';
import type { RunPlace } from './part.ts';

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
        a.attempts, a.accepted, a.newest
      from page p cross join lateral (
        select count(*)::int as attempts, max(no) as newest,
          count(*) filter (where coalesce(late_result, result) ->> 'kind' = 'accepted')::int as accepted
        from attempt where shard = p.shard and message_id = p.id) a
      order by p.id`,
    values: [after, limit],
  });
  return rows.map((row) => ({ ...row, deadline: row.deadline.getTime() }));
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
