import { smallintColumn, textColumn, timeColumn, type Runner } from '../store/index.ts';
import { shardOf } from '../base/index.ts';

/** Statements of suppression and caps. */

/** Of which mail an address is free: all, all marketing, or that of one sender, which is its list (trust §1.6). */
export type SuppressionScope = 'marketing' | 'all' | `list:${string}`;

/** Can this be a scope? */
export function isScope(text: string): text is SuppressionScope {
  return text === 'marketing' || text === 'all' || /^list:[a-z0-9][a-z0-9-]{0,59}$/.test(text);
}

/** Which of these address keys may not get mail now, and of which kind. */
export async function suppressedKeys(
  runner: Runner,
  keys: string[],
  now: number,
): Promise<Map<string, SuppressionScope[]>> {
  const rows = await runner.rows<{ key: string; scope: SuppressionScope }>({
    name: 'suppression-read',
    text: `select key, scope from suppression where shard = any($1::smallint[]) and key = any($2)
      and (until is null or until > $3)`,
    values: [[...new Set(keys.map(shardOf))], keys, new Date(now)],
  });
  const found = new Map<string, SuppressionScope[]>();
  for (const { key, scope } of rows) found.set(key, [...(found.get(key) ?? []), scope]);
  return found;
}

/** Why an address gets no mail of a sender now; empty when it does. */
export async function suppressedReasons(
  runner: Runner,
  { key, sender }: { key: string; sender: string },
  now: number,
): Promise<{ reason: SuppressionReason; scope: SuppressionScope }[]> {
  return runner.rows({
    text: `select reason, scope from suppression where shard = $1 and key = $2 and (until is null or until > $3)
      and scope in ('all', 'marketing', 'list:' || $4)`,
    values: [shardOf(key), key, new Date(now), sender],
  });
}

/** Why an address gets no mail; a weightier reason takes the place of a lighter one. */
export const suppressionWeights = {
  unsubscribed: 1,
  cooling: 1,
  imported: 2,
  manual: 3,
  bounced: 4,
  complained: 8,
  erased: 9,
} as const;
export type SuppressionReason = keyof typeof suppressionWeights;

export interface NewSuppression {
  key: string;
  scope: SuppressionScope;
  reason: SuppressionReason;
  messageId: string | null;
  now: number;
  /** Until when, UTC ms; absent: for good. */
  until?: number;
  /** The address, sealed. */
  address?: string | null;
  note?: string | null;
}

/** Adds a key; false when it stands there already for as good a reason, so that the caller's other effects happen once. */
export async function suppress(tx: Runner, entry: NewSuppression): Promise<boolean> {
  const until = entry.until === undefined ? null : new Date(entry.until);
  const added = await tx.run({
    text: `insert into suppression as s (shard, key, scope, reason, at, message_id, weight, until, address, note)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      on conflict (shard, key, scope) do update set reason = excluded.reason, at = excluded.at, weight = excluded.weight,
        message_id = excluded.message_id, until = excluded.until, note = excluded.note,
        address = coalesce(excluded.address, s.address)
      where excluded.weight > s.weight or s.until <= excluded.at`,
    values: [
      shardOf(entry.key),
      entry.key,
      entry.scope,
      entry.reason,
      new Date(entry.now),
      entry.messageId,
      suppressionWeights[entry.reason],
      until,
      entry.address ?? null,
      entry.note ?? null,
    ],
  });
  return added > 0;
}

/** Lifts unsubscriptions, from all marketing and from a sender's, that are older than their `at`; other reasons stay. @returns how many */
export async function liftUnsubscribes(
  tx: Runner,
  lifts: readonly { key: string; sender: string; at: number }[],
): Promise<number> {
  if (lifts.length === 0) return 0;
  return tx.run({
    name: 'suppression-lift',
    text: `delete from suppression s using unnest($1::smallint[], $2::text[], $3::timestamptz[], $4::text[])
        as l(shard, key, at, sender)
      where s.shard = l.shard and s.key = l.key and s.scope in ('marketing', 'list:' || l.sender) and s.reason = 'unsubscribed' and s.at < l.at`,
    values: [
      smallintColumn(lifts.map(({ key }) => shardOf(key))),
      textColumn(lifts.map(({ key }) => key)),
      timeColumn(lifts.map(({ at }) => at)),
      textColumn(lifts.map(({ sender }) => sender)),
    ],
  });
}

/** A taken slot of a frequency cap. */
export interface Slot {
  profileId: string;
  messageId: string;
  /** The name under which it is counted together with others. */
  group: string;
  at: number;
}

/** The slots of these profiles since `since`; in doubt or held out, they count (invariant I5). */
export async function slotsSince(tx: Runner, profileIds: string[], since: number): Promise<Slot[]> {
  const rows = await tx.rows<Omit<Slot, 'at'> & { at: Date }>({
    name: 'slot-read',
    text: `select profile_id as "profileId", message_id as "messageId", coalesce(kin, 'journey:' || journey) as "group", at from slot
      where profile_id = any($1::uuid[]) and at > $2`,
    values: [profileIds, new Date(since)],
  });
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** A mail that waits and goes before others to the same person. */
export interface WaitingMail {
  id: string;
  profileId: string;
  priority: number;
  group: string;
  due: number;
}

/** Marketing mails to these people that wait for their time. Their profiles are locked. */
export async function waitingMails(tx: Runner, profileIds: string[]): Promise<WaitingMail[]> {
  const rows = await tx.rows<Omit<WaitingMail, 'due'> & { due: Date }>({
    name: 'mail-waiting',
    text: `select id, profile_id as "profileId", (rank->>'priority')::int as priority, rank->>'group' as "group", due from message
      where profile_id = any($1::uuid[]) and state in ('planned', 'held', 'ready', 'deferred') and class = 'marketing' and rank is not null
        and reason is distinct from 'the journey is paused' and coalesce(reason, '') not like 'brake:%'`,
    values: [profileIds],
  });
  return rows.map((row) => ({ ...row, due: row.due.getTime() }));
}

/** Reserves slots, in the transaction that claims the messages. */
export function takeSlots(
  tx: Runner,
  slots: { shard: number; profileId: string; messageId: string; journey: string; group: string }[],
  now: number,
): Promise<number> {
  return tx.run({
    name: 'slot-take',
    text: `insert into slot (shard, profile_id, message_id, journey, kin, at)
      select s, p, m, j, k, $6 from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) as c(s, p, m, j, k)
      on conflict do nothing`,
    values: [
      slots.map(({ shard }) => shard),
      slots.map(({ profileId }) => profileId),
      slots.map(({ messageId }) => messageId),
      slots.map(({ journey }) => journey),
      slots.map(({ group }) => group),
      new Date(now),
    ],
  });
}

/** Gives back the slots of mails that nobody got. */
export function freeSlots(tx: Runner, messages: { shard: number; id: string }[]): Promise<number> {
  return tx.run({
    name: 'slot-free',
    text: 'delete from slot where shard = any($1::smallint[]) and message_id = any($2::uuid[])',
    values: [[...new Set(messages.map(({ shard }) => shard))], messages.map(({ id }) => id)],
  });
}

/** Erases what names a person in the ledger and the mailbox; the keyed hash and the bare states stay (trust §1.12). */
export async function eraseProfile(tx: Runner, profileId: string): Promise<void> {
  await tx.run({
    text: `delete from mailbox where recipient in (select recipient from message where profile_id = $1)`,
    values: [profileId],
  });
  // What a mail host answered may repeat the address.
  await tx.run({
    text: `update attempt a set result = null, late_result = null from message m
      where m.profile_id = $1 and a.shard = m.shard and a.message_id = m.id`,
    values: [profileId],
  });
  await tx.run({
    text: `update suppression s set address = null from message m
      where m.profile_id = $1 and m.address_key is not null and s.key = m.address_key`,
    values: [profileId],
  });
  await tx.run({ text: 'update message_heard set says = null where profile_id = $1', values: [profileId] });
  await tx.run({
    text: 'update coupon set message_id = null where message_id in (select id from message where profile_id = $1)',
    values: [profileId],
  });
  await tx.run({
    text: `update message set context = '{}', recipient = null, subject = null, links = '[]' where profile_id = $1`,
    values: [profileId],
  });
}

/** Notices keep no address and no words once what they were about is forgotten. */
export async function eraseNotices(tx: Runner, ids: readonly string[]): Promise<void> {
  await tx.run({
    text: `update message set context = '{}', recipient = null, subject = null, links = '[]', addressed_to = ''
      where profile_id = any($1::uuid[]) and addressed_to is not null`,
    values: [ids],
  });
}

/** Mails that were asked for to an address: those not sent are cancelled, the others keep no word and no address. */
export async function eraseAddressed(tx: Runner, address: string, now: number): Promise<void> {
  await tx.run({
    text: `update message set state = case when state in ('planned', 'held', 'ready', 'leased', 'deferred')
          then 'cancelled' else state end, reason = null, context = '{}', recipient = null, subject = null, links = '[]',
        addressed_to = '', changed_at = $2
      where lower(addressed_to) = lower($1) and addressed_to <> ''`,
    values: [address.trim(), new Date(now)],
  });
}
