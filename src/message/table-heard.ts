import { shardOf } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import type { Runner, Tx } from '../store/index.ts';
import type { BounceClass, Trail } from './bounce.ts';
import type { Heard, HeardKind, Said } from './heard.ts';

/** Statements of what is heard of mails after they left. */

export interface HeardRow extends Pick<Heard, 'kind' | 'class' | 'status' | 'says'> {
  shard: number;
  messageId: string;
  at: number;
  weight: number;
  addressKey: string | null;
  journey: string;
  activity: string;
  profileId: string;
  test: boolean;
}

/**
 * Keeps what was heard, once a message and kind: told again in other words the weightier stays, and the earliest time, so
 * that order and number of the reports change nothing (invariant I16). @returns whether it is new, or weightier
 */
export async function keepHeard(tx: Runner, row: HeardRow): Promise<boolean> {
  const kept = await tx.run({
    name: 'heard-keep',
    text: `insert into message_heard as h (shard, message_id, kind, at, class, weight, status, says, address_key, journey,
        activity, profile_id, test)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
      on conflict (shard, message_id, kind) do update set at = least(h.at, excluded.at), class = excluded.class,
        weight = excluded.weight, status = excluded.status, says = excluded.says
      where excluded.weight > h.weight`,
    values: [
      row.shard,
      row.messageId,
      row.kind,
      new Date(row.at),
      row.class ?? null,
      row.weight,
      row.status ?? null,
      row.says ?? null,
      row.addressKey,
      row.journey,
      row.activity,
      row.profileId,
      row.test,
    ],
  });
  return kept > 0;
}

/** By whom the picture of a mail was loaded; they stand beside what was heard, for counting, and prove nothing (trust.md §1.9). */
export const openingKinds = ['openedByReader', 'openedUnknown', 'openedByMachine'] as const;
export type OpeningKind = (typeof openingKinds)[number];
/** Is it no opening? An opening says nothing of whether a mail left or came back. */
export const isWord = `kind not like 'opened%'`;

const openedBy = (by: string | undefined): OpeningKind =>
  by === 'reader' ? 'openedByReader' : by === 'scanner' || by === 'prefetch' ? 'openedByMachine' : 'openedUnknown';

/** Keeps the openings among these events, each kind once a message. */
export async function keepOpenings(tx: Tx, events: readonly ShopEvent[]): Promise<void> {
  const opened = events.flatMap(({ types, message, happenedAt }) =>
    message && types.includes('message.opened') ? [{ id: message.id, kind: openedBy(message.by), at: happenedAt }] : [],
  );
  if (opened.length === 0) return;
  await tx.run({
    name: 'heard-opened',
    text: `insert into message_heard (shard, message_id, kind, at, journey, activity, profile_id, test)
      select m.shard, m.id, g.kind, g.at, m.journey, m.activity, m.profile_id, m.test
      from (select message_id, kind, min(at) as at from unnest($1::text[], $2::text[], $3::timestamptz[]) as o(message_id, kind, at)
          where message_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' group by 1, 2) g
        cross join lateral (select * from message where id = g.message_id::uuid limit 1) m
      order by 1, 2, 3 on conflict do nothing`,
    values: [opened.map(({ id }) => id), opened.map(({ kind }) => kind), opened.map(({ at }) => new Date(at))],
  });
}

/** Mails accepted so long ago that a host would have given up on them, ms; one that never came back has arrived. */
const silenceMs = 5 * 86_400_000;

/** What became of the mails to an address, as far as it weighs. */
export async function trailOf(tx: Runner, of: { addressKey: string; profileId: string; now: number }): Promise<Trail> {
  const heard = await tx.rows<{ kind: HeardKind; class: BounceClass | null; at: Date }>({
    name: 'heard-trail',
    text: `select kind, class, at from message_heard
      where address_key = $1 and counts and kind in ('bounced', 'delivered', 'replied') order by at desc limit 200`,
    values: [of.addressKey],
  });
  const silent = await tx.rows<{ at: Date }>({
    name: 'heard-silent',
    text: `select accepted_at as at from message m where profile_id = $1 and address_key = $2
        and accepted_at < $3 and not exists (select 1 from message_heard h
          where h.shard = m.shard and h.message_id = m.id and h.kind = 'bounced')
      order by accepted_at desc limit 50`,
    values: [of.profileId, of.addressKey, new Date(of.now - silenceMs)],
  });
  return {
    bounces: heard.flatMap(({ kind, class: of, at }) =>
      kind === 'bounced' && of ? [{ at: at.getTime(), class: of }] : [],
    ),
    arrivals: [...heard.filter(({ kind }) => kind !== 'bounced'), ...silent].map(({ at }) => at.getTime()),
  };
}

/** From here on what an address did before weighs no more: somebody has taken it off the list. */
export function forgiveTrail(tx: Runner, addressKey: string): Promise<number> {
  return tx.run({ text: 'update message_heard set counts = false where address_key = $1', values: [addressKey] });
}

/** Replies of one person that were taken for a person's, since a moment. */
export async function repliesSince(tx: Runner, profileId: string, since: number): Promise<number> {
  const [row] = await tx.rows<{ n: number }>({
    text: `select count(*)::int as n from message_heard where profile_id = $1 and kind = 'replied' and at > $2`,
    values: [profileId, new Date(since)],
  });
  return row!.n;
}

/** What was heard of one message. */
export async function heardOfMessage(
  runner: Runner,
  messageId: string,
): Promise<{ kind: HeardKind; class: BounceClass | null; at: number }[]> {
  const rows = await runner.rows<{ kind: HeardKind; class: BounceClass | null; at: Date }>({
    text: `select kind, class, at from message_heard where message_id = $1 and ${isWord} order by at, kind`,
    values: [messageId],
  });
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** Of which mails of a journey, planned in a span, something was heard that reports tell of, each kind once. */
export async function heardIn(
  runner: Runner,
  { journey, from, until }: { journey: string; from: number | null; until: number | null },
): Promise<{ messageId: string; kind: string }[]> {
  const at = (time: number | null) => (time === null ? null : new Date(time));
  return runner.rows({
    text: `select h.message_id::text as "messageId", h.kind from message_heard h join message m on m.shard = h.shard and m.id = h.message_id
      where h.journey = $1 and not h.test and h.kind in ('bounced', 'complained', 'unsubscribed', 'replied')
        and ($2::timestamptz is null or m.planned_at >= $2) and ($3::timestamptz is null or m.planned_at < $3)`,
    values: [journey, at(from), at(until)],
  });
}

/** Of these messages, those that somebody has said anything of which proves that the mail had left. */
export async function leftAsHeard(
  tx: Runner,
  messages: readonly { shard: number; id: string }[],
): Promise<Set<string>> {
  const rows = await tx.rows<{ id: string }>({
    name: 'heard-left',
    text: `select distinct message_id as id from message_heard where shard = any($1::smallint[]) and message_id = any($2::uuid[])
      and kind <> 'deferred' and ${isWord}`,
    values: [messages.map(({ shard }) => shard), messages.map(({ id }) => id)],
  });
  return new Set(rows.map(({ id }) => id));
}

/** Puts down what a source said, before anything follows from it; false when it is known. */
export async function putNotice(
  runner: Runner,
  notice: { source: string; id: string; said: readonly Said[]; raw: string | null; at: number },
): Promise<boolean> {
  const put = await runner.run({
    name: 'notice-put',
    text: `insert into provider_notice (shard, source, id, received_at, said, raw, done_at, outcome)
      values ($1, $2, $3, $4, $5, $6, case when $7 then $4::timestamptz end, case when $7 then 'nothing for us' end)
      on conflict do nothing`,
    values: [
      noticeShard(notice),
      notice.source,
      notice.id,
      new Date(notice.at),
      JSON.stringify(notice.said),
      notice.raw,
      notice.said.length === 0,
    ],
  });
  return put > 0;
}

const noticeShard = ({ source, id }: { source: string; id: string }) => shardOf(`${source}/${id}`);

export interface NoticeRow {
  shard: number;
  source: string;
  id: string;
  said: Said[];
  tries: number;
  at: number;
}

/** Notices whose effects are not there yet, the oldest first. */
export async function openNotices(runner: Runner, limit: number): Promise<NoticeRow[]> {
  const rows = await runner.rows<Omit<NoticeRow, 'at'> & { at: Date }>({
    name: 'notice-open',
    text: `select shard, source, id, said, tries, received_at as at from provider_notice where done_at is null
      order by tries, received_at limit $1`,
    values: [limit],
  });
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** Takes a notice that nobody else has taken; false when it is done, or somebody works on it. */
export async function lockNotice(
  tx: Tx,
  { shard, source, id }: Pick<NoticeRow, 'shard' | 'source' | 'id'>,
): Promise<boolean> {
  const rows = await tx.rows({
    text: `select 1 from provider_notice where shard = $1 and source = $2 and id = $3 and done_at is null
      for update skip locked`,
    values: [shard, source, id],
  });
  return rows.length > 0;
}

/** Its effects are there; what it said is kept in them, and no longer here. */
export function endNotice(
  tx: Runner,
  { shard, source, id }: Pick<NoticeRow, 'shard' | 'source' | 'id'>,
  end: { outcome: string; now: number },
): Promise<number> {
  return tx.run({
    text: `update provider_notice set done_at = $4, outcome = $5, said = null
      where shard = $1 and source = $2 and id = $3`,
    values: [shard, source, id, new Date(end.now), end.outcome],
  });
}

/** One try more has failed; the last one ends it. */
export function failNotice(
  runner: Runner,
  { shard, source, id }: Pick<NoticeRow, 'shard' | 'source' | 'id'>,
  why: { outcome: string; now: number; last: number },
): Promise<number> {
  return runner.run({
    text: `update provider_notice set tries = tries + 1, outcome = $5,
        done_at = case when tries + 1 >= $6 then $4::timestamptz end
      where shard = $1 and source = $2 and id = $3 and done_at is null`,
    values: [shard, source, id, new Date(why.now), why.outcome, why.last],
  });
}

/** Notices are kept so long, so that one told again is known again, ms. */
export const noticeKeptMs = 30 * 86_400_000;

/** Forgets what was heard and done long ago. */
export function forgetNotices(runner: Runner, now: number): Promise<number> {
  return runner.run({
    name: 'notice-forget',
    text: 'delete from provider_notice where done_at < $1',
    values: [new Date(now - noticeKeptMs)],
  });
}

/** Since a moment: refusals of us by recipient domain, for alerts. */
export interface HarmCounts {
  sent: number;
  delivered: number;
  complained: number;
  unsubscribed: number;
  replied: number;
  bounced: Record<string, number>;
}

/** What the mails of a journey (null: all) did to those who got them since a moment; test messages aside. */
export async function harmOf(runner: Runner, of: { journey: string | null; since: number }): Promise<HarmCounts> {
  const [sent] = await runner.rows<{ n: number }>({
    text: `select count(*)::int as n from message where accepted_at >= $2 and not test and ($1::text is null or journey = $1)`,
    values: [of.journey, new Date(of.since)],
  });
  const rows = await runner.rows<{ kind: HeardKind; class: string | null; n: number }>({
    text: `select kind, case when kind = 'bounced' then class end as class, count(*)::int as n from message_heard
      where at >= $2 and not test and ${isWord} and ($1::text is null or journey = $1) group by 1, 2`,
    values: [of.journey, new Date(of.since)],
  });
  const count = (kind: HeardKind) => rows.filter((row) => row.kind === kind).reduce((sum, { n }) => sum + n, 0);
  return {
    sent: sent!.n,
    delivered: count('delivered'),
    complained: count('complained'),
    unsubscribed: count('unsubscribed'),
    replied: count('replied'),
    bounced: Object.fromEntries(
      rows.filter(({ kind }) => kind === 'bounced').map((row) => [row.class ?? 'unknown', row.n]),
    ),
  };
}
