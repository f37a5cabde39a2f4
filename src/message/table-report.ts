import { isUuid } from '../base/index.ts';
import type { Runner } from '../store/index.ts';
import type { MessageRow, MessageState } from './message.ts';
import { messageById } from './table.ts';

/** What others read of the ledger: what is held, what falls due, and the mailbox. */

/**
 * Messages that wait at a gate or for another try, by reason and by the hour in which they may go on, soonest first;
 * `until` is the earliest moment in that hour.
 */
export async function heldBy(runner: Runner): Promise<{ reason: string; count: number; until: number | null }[]> {
  const rows = await runner.rows<{ reason: string; count: number; until: Date | null }>({
    text: `select coalesce(reason, state) as reason, count(*)::int as count, min(due) as until from message
      where state in ('held', 'deferred') group by 1, date_trunc('hour', due, 'UTC') order by 3, 1 limit 200`,
  });
  return rows.map((row) => ({ ...row, until: row.until?.getTime() ?? null }));
}

/** Whose messages lost workers have left, by profile id. */
export async function lostPeople(runner: Runner): Promise<string[]> {
  const rows = await runner.rows<{ id: string }>({
    name: 'message-lost-people',
    text: `select distinct profile_id as id from message where state = 'leased' and lease_until < now()
      union select profile_id from message where state = 'sending' and lease_until < now() order by id`,
  });
  return rows.map(({ id }) => id);
}

/** What there is to do; `heard`: something was said of mails and has not taken effect. */
export interface ToDo {
  lost: boolean;
  doubt: boolean;
  due: boolean;
  overdue: boolean;
  heard: boolean;
}

/** What there is to do now: lost workers' messages, doubt to settle, and what is due or overdue. One look for all. */
export async function toDo(runner: Runner, query: { now: number; recoveryMs: number }): Promise<ToDo> {
  const [row] = await runner.rows<ToDo>({
    name: 'message-to-do',
    text: `select exists (select 1 from message where state = 'leased' and lease_until < now())
        or exists (select 1 from message where state = 'sending' and lease_until < now()) as lost,
      exists (select 1 from message where state = 'in_doubt' and doubt_at < now() - $2 * interval '1 millisecond') as doubt,
      exists (select 1 from message where state in ('planned', 'held', 'ready', 'deferred') and due <= $1
        and not exists (select 1 from sending where frozen)) as due,
      exists (select 1 from message where state in ('planned', 'held', 'ready', 'deferred') and deadline <= $1) as overdue,
      exists (select 1 from provider_notice where done_at is null) as heard`,
    values: [new Date(query.now), query.recoveryMs],
  });
  return row!;
}

/** The next moment of business time at which something falls due; while sending is frozen only deadlines do. */
export async function nextDueAt(runner: Runner): Promise<number | null> {
  const rows = await runner.rows<{ due: Date | null }>({
    name: 'message-next-due',
    text: `select least((select min(due) from message where state in ('planned', 'held', 'ready', 'deferred')
        and not exists (select 1 from sending where frozen)),
      (select min(deadline) from message where state in ('planned', 'held', 'ready', 'deferred'))) as due`,
  });
  return rows[0]?.due?.getTime() ?? null;
}

/** Whose messages may go on by `at`, and when the first of each may, UTC ms. */
export async function duesBy(runner: Runner, at: number): Promise<Map<string, number>> {
  const rows = await runner.rows<{ profile_id: string; due: Date }>({
    name: 'message-dues-by',
    text: `select profile_id, min(due) as due from message where state in ('planned', 'held', 'ready', 'deferred')
      and due <= $1 group by profile_id`,
    values: [new Date(at)],
  });
  return new Map(rows.map(({ profile_id, due }) => [profile_id, due.getTime()]));
}

/** What became of every message of these people. */
export async function endsOf(runner: Runner, profileIds: readonly string[]): Promise<MessageEnd[]> {
  const rows = await runner.rows<Omit<MessageEnd, 'at'> & { at: Date }>({
    text: `select key, profile_id as "profileId", journey, activity, template, state, reason, arm, changed_at as at from message
      where profile_id = any($1) order by planned_at, id`,
    values: [profileIds],
  });
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** Where a message stands, and why. */
export interface MessageEnd {
  key: string;
  profileId: string;
  journey: string;
  activity: string;
  template: string;
  state: MessageState;
  reason: string | null;
  arm: 'treated' | 'control' | null;
  at: number;
}

export interface MailboxRow {
  id: string;
  to: string;
  subject: string;
  /** Business time, UTC ms. */
  at: number;
}

export interface MailboxMail extends MailboxRow {
  from: string;
  headers: Record<string, string>;
  text: string;
  html: string;
  raw: Buffer;
}

export function insertMail(runner: Runner, mail: MailboxMail): Promise<number> {
  return runner.run({
    name: 'mailbox-put',
    text: `insert into mailbox (id, recipient, sender, subject, at, headers, body_text, html, raw)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      mail.id,
      mail.to,
      mail.from,
      mail.subject,
      new Date(mail.at),
      JSON.stringify(mail.headers),
      mail.text,
      mail.html,
      mail.raw,
    ],
  });
}

export async function mailList(runner: Runner, to: string | null, limit: number): Promise<MailboxRow[]> {
  const rows = await runner.rows<Omit<MailboxRow, 'at'> & { at: Date }>({
    text: `select id, recipient as to, subject, at from mailbox where $1::text is null or lower(recipient) = $1
      order by at desc, id desc limit $2`,
    values: [to, limit],
  });
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

export async function mailById(runner: Runner, id: string): Promise<MailboxMail | null> {
  if (!isUuid(id)) return null;
  const rows = await runner.rows<Omit<MailboxMail, 'at'> & { at: Date }>({
    text: `select id, recipient as to, sender as from, subject, at, headers, body_text as text, html, raw
      from mailbox where id = $1`,
    values: [id],
  });
  return rows[0] ? { ...rows[0], at: rows[0].at.getTime() } : null;
}

/** Forgets mails that are older. @returns how many */
export function forgetMails(runner: Runner, before: number): Promise<number> {
  return runner.run({ text: 'delete from mailbox where at < $1', values: [new Date(before)] });
}

/** Messages accepted since a moment, test messages aside. */
export async function acceptedSince(runner: Runner, since: number): Promise<number> {
  const [row] = await runner.rows<{ n: number }>({
    text: `select count(*)::int as n from message where accepted_at >= $1 and class <> 'proof' and not test`,
    values: [new Date(since)],
  });
  return row!.n;
}

/** Takes the ledger and the mailbox away; templates and the suppression list stay. For leaving the demo. */
export async function emptyLedger(runner: Runner): Promise<void> {
  await runner.run({
    text: `truncate message, message_open, message_hour, message_day, attempt, slot, mailbox, message_heard, provider_notice, mail_lane,
      mail_brake`,
  });
}

/** The one message of something that has one. */
export async function messageOfRun(runner: Runner, runId: string): Promise<MessageRow | null> {
  const [row] = await runner.rows<{ id: string }>({
    text: 'select id from message where run_id = $1 order by planned_at limit 1',
    values: [runId],
  });
  return row ? messageById(runner, row.id) : null;
}
