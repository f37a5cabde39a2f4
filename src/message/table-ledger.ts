import type { Runner } from '../store/index.ts';
import type { HeardKind } from './heard.ts';
import type { MessageClass, MessageState } from './message.ts';
import type { SendResult } from './result.ts';
import { isWord } from './table-heard.ts';

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

async function ledgerLines(runner: Runner, filter: LedgerFilter): Promise<LedgerLine[]> {
  const { text, values } = conditions(filter);
  return runner.rows<LedgerLine>({
    text: `select state, class, journey, to_char(planned_at at time zone 'UTC', 'YYYY-MM-DD') as day,
        (state = 'skipped' and arm is not distinct from 'control') as "heldOut", count(*)::int as count
      from message where not test ${text} group by 1, 2, 3, 4, 5 order by 4, 3, 2, 1`,
    values,
  });
}

/** A reason without what is special in it: the code of a host's answer, or the words before a colon. */
const primary = String.raw`coalesce(substring(reason from '^[245]\d\d(?=[ -])'), split_part(reason, ':', 1))`;

/** How many messages are in a state for one primary reason; null where nothing was to be said. The counts add up to `total`. */
export interface LedgerReason {
  state: MessageState;
  heldOut: boolean;
  reason: string | null;
  count: number;
}

async function ledgerReasons(runner: Runner, filter: LedgerFilter): Promise<LedgerReason[]> {
  const { text, values } = conditions(filter);
  return runner.rows<LedgerReason>({
    text: `select state, (state = 'skipped' and arm is not distinct from 'control') as "heldOut", ${primary} as reason, count(*)::int as count
      from message where not test ${text} group by 1, 2, 3 order by 4 desc, 1, 3`,
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

async function ledgerDoubt(runner: Runner, filter: LedgerFilter): Promise<LedgerDoubt> {
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

/** What became of every message, in lines that add up, by primary reason as well. */
export interface LedgerNumbers {
  lines: LedgerLine[];
  reasons: LedgerReason[];
  doubt: LedgerDoubt;
}

export async function ledgerNumbers(runner: Runner, filter: LedgerFilter): Promise<LedgerNumbers> {
  const [lines, reasons] = [await ledgerLines(runner, filter), await ledgerReasons(runner, filter)];
  return { lines, reasons, doubt: await ledgerDoubt(runner, filter) };
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
    filter.reason === undefined ? '' : `and $${more.push(filter.reason)} in (reason, ${primary})`,
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

/** Everything the ledger has of one message. Times are UTC ms; those of attempts are real, all others business time. */
export interface LedgerStory extends LedgerMessage {
  template: string;
  subject: string | null;
  recipient: string | null;
  arm: 'treated' | 'control' | null;
  due: number;
  deadline: number;
  acceptedAt: number | null;
  /** Sent once more after doubt. */
  resent: boolean;
  /** Claims whose worker was lost. */
  crashes: number;
  wire: {
    no: number;
    startedAt: number;
    endedAt: number | null;
    mailId: string;
    transport: string;
    result: SendResult | null;
    /** What came after the attempt was given up. */
    late: SendResult | null;
  }[];
  heard: { kind: HeardKind; at: number; class: string | null; status: string | null; says: string | null }[];
}

/** One message with its attempts and what was heard of it; null when there is none. */
export async function ledgerStory(runner: Runner, id: string): Promise<LedgerStory | null> {
  const ms = (column: string) => `extract(epoch from ${column})::float8 * 1000`;
  const [row] = await runner.rows<LedgerStory>({
    text: `select id, key, journey, activity, class, state, reason, profile_id as "profileId", ${ms('planned_at')} as "plannedAt",
        ${ms('changed_at')} as "changedAt", test, template, subject, recipient, arm, ${ms('due')} as due, ${ms('deadline')} as deadline,
        ${ms('accepted_at')} as "acceptedAt", resent, crashes,
        (select coalesce(jsonb_agg(jsonb_build_object('no', no, 'startedAt', ${ms('started_at')}, 'endedAt', ${ms('ended_at')},
          'mailId', mail_id, 'transport', transport, 'result', result, 'late', late_result) order by no), '[]')
          from attempt where shard = m.shard and message_id = m.id) as wire,
        (select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'at', ${ms('at')}, 'class', class, 'status', status, 'says', says)
          order by at), '[]') from message_heard where shard = m.shard and message_id = m.id and ${isWord}) as heard
      from message m where id = $1`,
    values: [id],
  });
  return row ? { ...row, attempts: row.wire.length } : null;
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
