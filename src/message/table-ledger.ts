import type { Runner } from '../store/index.ts';
import type { MessageClass, MessageState } from './message.ts';

/** Statements of the ledger's public numbers. Messages of test profiles are counted apart, never among the others. */

export interface LedgerFilter {
  /** Planned from here on, UTC ms of business time. */
  from?: number;
  /** And before this. */
  to?: number;
  journey?: string;
  class?: MessageClass;
}

/** How many messages share all of these. The sums over any of them add up to `total`. */
export interface LedgerLine {
  state: MessageState;
  class: MessageClass;
  journey: string;
  /** UTC day of the plan, `2026-11-23`. */
  day: string;
  heldOut: boolean;
  count: number;
}

export async function ledgerLines(runner: Runner, filter: LedgerFilter): Promise<LedgerLine[]> {
  const { text, values } = conditions(filter);
  return runner.rows<LedgerLine>({
    text: `select state, class, journey, to_char(planned_at at time zone 'UTC', 'YYYY-MM-DD') as day,
        (state = 'skipped' and arm is not distinct from 'control') as "heldOut", count(*)::int as count
      from message where not test ${text} group by 1, 2, 3, 4, 5 order by 4, 3, 2, 1`,
    values,
  });
}

/** Doubt, and what came of it: how often nobody knew, whether it was lifted, given up or sent once more. */
export interface LedgerDoubt {
  open: number;
  abandoned: number;
  resent: number;
  /** Attempts whose answer came after they were given up. */
  late: number;
}

export async function ledgerDoubt(runner: Runner, filter: LedgerFilter): Promise<LedgerDoubt> {
  const { text, values } = conditions(filter);
  const rows = await runner.rows<LedgerDoubt>({
    text: `select count(*) filter (where state = 'in_doubt')::int as open,
        count(*) filter (where state = 'abandoned')::int as abandoned, count(*) filter (where resent)::int as resent,
        (select count(*)::int from attempt a where a.late_result is not null
          and exists (select 1 from message m where m.shard = a.shard and m.id = a.message_id and not m.test ${text})) as late
      from message where not test ${text}`,
    values,
  });
  return rows[0]!;
}

export interface LedgerMessage {
  id: string;
  key: string;
  journey: string;
  activity: string;
  class: MessageClass;
  state: MessageState;
  reason: string | null;
  profileId: string;
  plannedAt: number;
  changedAt: number;
  attempts: number;
  test: boolean;
}

/** Single messages, the newest plan first. @param page `after` is the id of the last one of the page before */
export async function ledgerMessages(
  runner: Runner,
  filter: LedgerFilter & { state?: MessageState; reason?: string },
  page: { after: string | null; limit: number },
): Promise<LedgerMessage[]> {
  const { text, values } = conditions(filter);
  const more = [...values];
  const also = [
    filter.state === undefined ? '' : `and state = $${more.push(filter.state)}`,
    filter.reason === undefined ? '' : `and reason = $${more.push(filter.reason)}`,
    page.after === null ? '' : `and id < $${more.push(page.after)}`,
  ].join(' ');
  const rows = await runner.rows<Omit<LedgerMessage, 'plannedAt' | 'changedAt'> & { plannedAt: Date; changedAt: Date }>(
    {
      text: `select id, key, journey, activity, class, state, reason, profile_id as "profileId", planned_at as "plannedAt",
        changed_at as "changedAt", test,
        (select count(*)::int from attempt a where a.shard = m.shard and a.message_id = m.id) as attempts
      from message m where true ${text} ${also} order by id desc limit $${more.push(page.limit)}`,
      values: more,
    },
  );
  return rows.map((row) => ({ ...row, plannedAt: row.plannedAt.getTime(), changedAt: row.changedAt.getTime() }));
}

function conditions({ from, to, journey, class: kind }: LedgerFilter): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const text = [
    from === undefined ? '' : `and planned_at >= $${values.push(new Date(from))}`,
    to === undefined ? '' : `and planned_at < $${values.push(new Date(to))}`,
    journey === undefined ? '' : `and journey = $${values.push(journey)}`,
    kind === undefined ? '' : `and class = $${values.push(kind)}`,
  ].join(' ');
  return { text, values };
}
