import { point, seal } from '../base/index.ts';
import type { EventType } from '../event/index.ts';
import type { Tx } from '../store/index.ts';
import { addressKey, judgeAddress } from './address.ts';
import { classifyBounce, codeIn, judgeTrail, statusIn } from './bounce.ts';
import { bounceWeights, type Heard, type Said } from './heard.ts';
import type { MessageRow } from './message.ts';
import { messageEvent, type Kit } from './part.ts';
import { followUp } from './settle.ts';
import { liftDoubt, messageById } from './table.ts';
import { suppress, type SuppressionReason } from './table-gate.ts';
import {
  endNotice,
  failNotice,
  forgetNotices,
  keepHeard,
  lockNotice,
  openNotices,
  putNotice,
  repliesSince,
  trailOf,
  type NoticeRow,
} from './table-heard.ts';
import type { SuppressionScope } from './table-gate.ts';
import { cancelUnsent, unsubscribeRow } from './unsubscribe.ts';

/** What came in at once from one source: a mail, or one event of a provider. */
export interface NewNotice {
  /** Who said it: `smtp`, `imap`, or the key of a mail source. */
  source: string;
  /** The source's own id of it; the same one has an effect once. */
  id: string;
  said: readonly Said[];
  /** The words as they came, of what nobody understood; kept for 30 days. */
  raw?: string;
}

/** Tries before a notice is set aside. */
const lastTry = 5;
const rawLimit = 64 * 1024;

/**
 * Puts down what was said, durably, and then lets it take effect. Should this process die between the two, whoever sends
 * next does it first: what was acknowledged holds before the next claim. @returns false when it was known
 */
export async function takeNotice(kit: Kit, notice: NewNotice): Promise<boolean> {
  const at = kit.clock.now();
  const { source, id, said, raw } = notice;
  const fresh = await putNotice(kit.store, { source, id, said, raw: raw?.slice(0, rawLimit) ?? null, at });
  point('message.noticed');
  if (said.length > 0) await hearPending(kit);
  return fresh;
}

/** Lets everything that was put down take effect. @returns how many notices did */
export async function hearPending(kit: Kit): Promise<number> {
  let done = 0;
  for (;;) {
    const open = await openNotices(kit.store, 100);
    let heard = 0;
    for (const notice of open) heard += (await hearOne(kit, notice)) ? 1 : 0;
    done += heard;
    if (heard === 0 || open.length < 100) return done;
  }
}

/** Forgets notices that were done long ago. */
export function tidyNotices(kit: Kit): Promise<number> {
  return forgetNotices(kit.store, kit.clock.now());
}

async function hearOne(kit: Kit, notice: NoticeRow): Promise<boolean> {
  try {
    return await kit.store.inTransaction(async (tx) => {
      if (!(await lockNotice(tx, notice))) return false;
      const outcomes: string[] = [];
      for (const said of notice.said) outcomes.push(await hearSaid(kit, tx, said));
      await endNotice(tx, notice, { outcome: [...new Set(outcomes)].join(', '), now: kit.clock.now() });
      tx.afterCommit(() => point('message.heard'));
      return true;
    });
  } catch (error) {
    kit.log.error('message.notice_failed', { source: notice.source, id: notice.id, error });
    const outcome = (error as Error).message.slice(0, 300);
    await failNotice(kit.store, notice, { outcome, now: kit.clock.now(), last: lastTry });
    return false;
  }
}

/** One thing that was said takes effect, in its notice's transaction. @returns what it came to, in a word */
async function hearSaid(kit: Kit, tx: Tx, said: Said): Promise<string> {
  const row = said.messageId === null ? null : await messageById(tx, said.messageId);
  if (!row) return hearOfAddress(kit, tx, said);
  // The person comes first, as everywhere: who claims their mails waits until this holds.
  await kit.profiles.lock(tx, [row.profileId]);
  const fresh = (await messageById(tx, row.id))!;
  return hearOf(kit, tx, fresh, isElsewhere(fresh, said) ? { ...said, class: 'hinted' } : said);
}

/** A mailbox that sends its mail on, to another that does not exist: one such word is not enough to end it. */
function isElsewhere(row: MessageRow, { class: kind, failedFor }: Said): boolean {
  if (kind !== 'hard' || failedFor === undefined || row.recipient === null) return false;
  return failedFor.toLowerCase() !== row.recipient.toLowerCase();
}

/** A mail that is not in the ledger any more, or never was: what is sure of the address holds all the same (row 22). */
async function hearOfAddress(kit: Kit, tx: Tx, said: Said): Promise<string> {
  const reason = said.kind === 'complained' ? 'complained' : said.class === 'hard' ? 'bounced' : null;
  if (said.address === null || reason === null || 'refused' in judgeAddress(said.address)) return 'not ours';
  const key = addressKey(kit.addressSecret, said.address);
  const scope = reason === 'complained' ? 'marketing' : 'all';
  await suppress(tx, { key, scope, reason, messageId: null, now: kit.clock.now() });
  return reason;
}

/** What follows from something heard of a message of ours. Its person is locked. */
export async function hearOf(kit: Kit, tx: Tx, row: MessageRow, heard: Heard): Promise<string> {
  const now = kit.clock.now();
  if (heard.kind === 'unsubscribed') return (await unsubscribeRow(kit, tx, { row })) ? 'unsubscribed' : 'known';
  const kind = heard.kind === 'replied' && (await isStorm(tx, row, now)) ? 'auto-replied' : heard.kind;
  const kept = await keepHeard(tx, {
    ...placeOf(row),
    kind,
    at: now,
    ...(heard.class ? { class: heard.class } : {}),
    ...(heard.status === undefined ? {} : { status: heard.status }),
    ...(heard.says === undefined ? {} : { says: withoutAddress(heard.says, row.recipient) }),
    weight: heard.class ? bounceWeights[heard.class] : 0,
  });
  // Whoever says anything of a mail has had it: there is no doubt any more (trust §2.2).
  if (row.state === 'in_doubt' && kind !== 'deferred') await followUp(kit, tx, await liftDoubt(tx, [row.id], now));
  if (!kept) return 'known';
  if (kind === 'bounced') await judgeAddressOf(kit, tx, row);
  if (kind === 'complained') {
    await suppressRow(kit, tx, row, { scope: 'marketing', reason: 'complained' });
    await cancelUnsent(kit, tx, { profileId: row.profileId, state: 'cancelled', reason: 'complained' });
  }
  await tell(kit, tx, row, kind);
  return kind;
}

/** A mail host refused the mail at once (5xx): the same as a bounce that comes later. Its person is locked. */
export async function hearRefused(kit: Kit, tx: Tx, rows: readonly MessageRow[]): Promise<void> {
  for (const row of rows) {
    const text = row.reason ?? '';
    const status = statusIn(text);
    const kind = classifyBounce({ code: codeIn(text), status, text });
    await hearOf(kit, tx, row, { kind: 'bounced', class: kind, ...(status ? { status } : {}), says: text });
  }
}

/** Where a message stands, as what is heard of it is kept. */
export function placeOf(row: MessageRow) {
  const { shard, id: messageId, addressKey: key, journey, activity, profileId, test } = row;
  return { shard, messageId, addressKey: key, journey, activity, profileId, test };
}

async function judgeAddressOf(kit: Kit, tx: Tx, row: MessageRow): Promise<void> {
  if (row.addressKey === null) return;
  const { addressKey: key, profileId } = row;
  const verdict = judgeTrail(await trailOf(tx, { addressKey: key, profileId, now: kit.clock.now() }));
  if (verdict === null) return;
  const until = 'until' in verdict ? { until: verdict.until } : {};
  await suppressRow(kit, tx, row, { scope: 'all', reason: verdict.suppress, ...until });
}

async function suppressRow(
  kit: Kit,
  tx: Tx,
  row: MessageRow,
  why: { scope: SuppressionScope; reason: SuppressionReason; until?: number },
): Promise<void> {
  if (row.addressKey === null) return;
  const address = row.recipient === null ? null : sealedAddress(kit, row.addressKey, row.recipient);
  await suppress(tx, { ...why, key: row.addressKey, messageId: row.id, now: kit.clock.now(), address });
}

/** The address as the list keeps it while the person exists: sealed, and bound to its own row. */
export function sealedAddress(kit: Pick<Kit, 'secret' | 'random'>, key: string, address: string): string {
  return seal(address, { secret: kit.secret, random: kit.random, place: `suppression:address:${key}` });
}

/** More answers of one person within a day than a person gives: two machines that answer each other. */
const stormReplies = 3;
/** Nobody reads a mail and answers it within this time, ms. */
const readingMs = 20_000;

async function isStorm(tx: Tx, row: MessageRow, now: number): Promise<boolean> {
  if (row.acceptedAt !== null && now - row.acceptedAt < readingMs) return true;
  return (await repliesSince(tx, row.profileId, now - 86_400_000)) >= stormReplies;
}

const told: Partial<Record<Heard['kind'], EventType>> = {
  bounced: 'message.bounced',
  complained: 'message.complained',
  replied: 'message.replied',
};

/** The log hears once of each, whatever is told again; a notice is about nobody whom the log knows. */
async function tell(kit: Kit, tx: Tx, row: MessageRow, kind: Heard['kind']): Promise<void> {
  const type = told[kind];
  if (type === undefined || row.to !== null) return;
  const level = kind === 'replied' ? 2 : 3;
  await kit.append(tx, [messageEvent(row, { id: `${kind}:${row.id}`, types: [type], at: kit.clock.now(), level })]);
}

/** Hosts repeat the address in what they say; it is kept in one place only. */
function withoutAddress(text: string, address: string | null): string {
  const short = text.replace(/\s+/g, ' ').slice(0, 300);
  const named = address === null ? short : short.replaceAll(new RegExp(escaped(address), 'gi'), 'the recipient');
  return named.replace(/[^\s<>@:;,]+@[^\s<>@:;,]+/g, 'an address');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
