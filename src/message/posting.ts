import { BeckonError, sha256, shardOf, stableJson } from '../base/index.ts';
import type { Tx } from '../store/index.ts';
import { requireAddress } from './address.ts';
import type { BounceClass } from './bounce.ts';
import { errors } from './error.ts';
import type { HeardKind } from './heard.ts';
import type { MessageRow, MessageState, Plan } from './message.ts';
import type { Kit } from './part.ts';
import { messageById } from './table.ts';
import { messageOfRun } from './table-report.ts';
import { heardOfMessage } from './table-heard.ts';

/** One mail that a program of the shop asks for, such as a receipt. */
export interface Posting {
  /** Names the mail for ever: the same key is the same mail, however often it is asked for. */
  key: string;
  to: string;
  /** Key of a transactional template. */
  template: string;
  /** What the template sees under `context`. */
  data: Record<string, unknown>;
  /** Not sent after so long, ms. */
  within: number;
}

/** Where such a mail stands. Times are UTC ms. */
export interface PostingState {
  id: string;
  key: string;
  state: MessageState;
  reason: string | null;
  template: string;
  plannedAt: number;
  acceptedAt: number | null;
  heard: { kind: HeardKind; class: BounceClass | null; at: number }[];
}

/**
 * Plans the mail, or finds the one that was planned under its key.
 *
 @throws MESSAGE_ADDRESS_REFUSED, MESSAGE_TEMPLATE_UNKNOWN, MESSAGE_KEY_USED
 */
export async function post(
  kit: Kit,
  posting: Posting,
  how: {
    /** Is this a published template of mails that nobody may unsubscribe from? */
    isTransactional(template: string): Promise<boolean>;
    plan(tx: Tx, plan: Plan): Promise<string>;
  },
): Promise<PostingState> {
  requireAddress(posting.to);
  const { to, template, data } = posting;
  const mark = sha256(stableJson({ to: to.trim(), template, data }));
  if (!(await how.isTransactional(template))) {
    const why = `There is no published transactional template "${template}"`;
    throw new BeckonError(errors.MESSAGE_TEMPLATE_UNKNOWN, why);
  }
  const runId = `post:${posting.key}`;
  const plan: Plan = {
    runId,
    journey: 'post',
    journeyVersion: 0,
    activity: 'post',
    visit: 1,
    profileId: kit.ids.next(),
    // The key alone says where it lies, so that it is one mail whatever else is asked for under it.
    shard: shardOf(runId),
    message: template,
    context: { ...data, $mark: mark },
    deadline: kit.clock.now() + posting.within,
    class: 'transactional',
    holdout: 0,
    quietHours: null,
    to: to.trim(),
  };
  const id = await kit.store.inTransaction((tx) => how.plan(tx, plan));
  const row = (await messageById(kit.store, id))!;
  // What an erasure has emptied is the same mail all the same.
  if (row.context['$mark'] !== undefined && row.context['$mark'] !== mark) {
    const why = `The key "${posting.key.slice(0, 80)}" belongs to another mail`;
    throw new BeckonError(errors.MESSAGE_KEY_USED, why);
  }
  return stateOf(kit, row, posting.key);
}

/** Where a mail of this kind stands, by its id or its key; null when there is none. */
export async function postingState(kit: Kit, by: { id: string } | { key: string }): Promise<PostingState | null> {
  const row = 'id' in by ? await messageById(kit.store, by.id) : await messageOfRun(kit.store, `post:${by.key}`);
  if (!row || !row.runId.startsWith('post:')) return null;
  return stateOf(kit, row, row.runId.slice('post:'.length));
}

async function stateOf(kit: Kit, row: MessageRow, key: string): Promise<PostingState> {
  const { id, state, reason, template, plannedAt, acceptedAt } = row;
  return { id, key, state, reason, template, plannedAt, acceptedAt, heard: await heardOfMessage(kit.store, id) };
}
