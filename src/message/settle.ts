import type { Tx } from '../store/index.ts';
import { heldOutOfAll, type MessageRow, type MessageState } from './message.ts';
import { messageEvent, type Kit, type MessageOutcome } from './part.ts';
import { shownItems } from './shown.ts';
import { change, liftDoubt, markTold, type Change } from './table.ts';
import { freeCodes } from './table-coupon.ts';
import { freeSlots } from './table-gate.ts';
import { leftAsHeard } from './table-heard.ts';

/** States that end a message without anybody having got it; their runs go on, their cap slots are free again. */
const endings: Partial<Record<MessageState, MessageOutcome>> = {
  skipped: 'excluded',
  cancelled: 'excluded',
  render_failed: 'failed',
  quarantined: 'failed',
  rejected: 'failed',
  expired: 'expired',
};

/** Writes changes of state and all that follows from them, in the caller's transaction. Gives the ids that changed. */
export async function applyChanges(kit: Kit, tx: Tx, changes: Change[]): Promise<Set<string>> {
  const rows = await change(tx, changes, kit.clock.now());
  await followUp(kit, tx, rows);
  if (kit.onHeld) {
    const held = rows.flatMap(({ key, state, reason, due, to }) =>
      state === 'held' && to === null ? [{ key, reason: reason ?? '', at: kit.clock.now(), until: due }] : [],
    );
    tx.afterCommit(() => held.forEach((one) => kit.onHeld!(one)));
  }
  return new Set(rows.map(({ id }) => id));
}

/**
 * What follows from messages' new states: their runs are told once, slots of mails that nobody got are given back, and
 * the log hears of acceptances and of those held out.
 */
export async function followUp(kit: Kit, tx: Tx, changed: MessageRow[]): Promise<void> {
  const rows = await withoutDoubt(kit, tx, changed);
  const at = kit.clock.now();
  const about = { at, level: 3 } as const;
  const events = rows.flatMap((row) => {
    if (row.to !== null) return []; // a notice is about nobody whom the log knows
    if (isGhost(row)) {
      return [
        { ...messageEvent(row, { id: `heldOut:${row.id}`, types: ['message.heldOut'], ...about }), data: kindOf(row) },
      ];
    }
    if (row.state !== 'accepted') return [];
    return [
      { ...messageEvent(row, { id: `accepted:${row.id}`, types: ['message.accepted'], ...about }), data: kindOf(row) },
    ];
  });
  if (events.length > 0) await kit.append(tx, events);
  const lost = rows.filter((row) => endings[row.state] !== undefined && !isGhost(row));
  if (lost.length > 0) await freeSlots(tx, lost);
  const ended = rows.filter((row) => endings[row.state] !== undefined);
  if (ended.length > 0) await freeCodes(tx, ended);
  await tellRuns(kit, tx, rows);
}

/** Whoever has said anything of a mail has had it, also when it was said before there was a doubt (invariant I16). */
async function withoutDoubt(kit: Kit, tx: Tx, rows: MessageRow[]): Promise<MessageRow[]> {
  const doubtful = rows.filter(({ state }) => state === 'in_doubt');
  const had = doubtful.length > 0 ? await leftAsHeard(tx, doubtful) : new Set<string>();
  if (had.size === 0) return rows;
  const lifted = new Map((await liftDoubt(tx, [...had], kit.clock.now())).map((row) => [row.id, row]));
  return rows.map((row) => lifted.get(row.id) ?? row);
}

/** A run goes on once, at the first thing it can be told, whatever a late answer says afterwards. */
async function tellRuns(kit: Kit, tx: Tx, rows: MessageRow[]): Promise<void> {
  const outcomes = rows.flatMap((row) => {
    const outcome = row.to === null ? outcomeOf(row) : undefined;
    return outcome === undefined ? [] : [{ row, outcome }];
  });
  if (outcomes.length === 0) return;
  const untold = await markTold(
    tx,
    outcomes.map(({ row }) => row.id),
  );
  const results = outcomes.flatMap(({ row, outcome }) => {
    const { id, runId, activity, visit, reason } = row;
    return untold.has(id) ? [{ runId, activity, visit, messageId: id, outcome, reason }] : [];
  });
  if (results.length > 0) await kit.onResult(tx, ...results);
}

function outcomeOf(row: MessageRow): MessageOutcome | undefined {
  if (isGhost(row) || row.state === 'accepted') return 'accepted';
  return row.state === 'in_doubt' ? 'in_doubt' : endings[row.state];
}

/** Held out: skipped by the last gate of all, so its run must not notice. */
function isGhost(row: MessageRow): boolean {
  return row.state === 'skipped' && row.arm === 'control';
}

/** What reports tell mails apart by, and the items that stand in them. */
function kindOf({
  journeyVersion: version,
  template: message,
  variant,
  plannedAt,
  reason,
  links,
}: MessageRow): Record<string, unknown> {
  const shown = shownItems(links);
  return {
    version,
    message,
    plannedAt,
    ...(variant ? { variant: variant.label } : {}),
    ...(shown.length > 0 ? { shown } : {}),
    ...(reason === heldOutOfAll ? { heldOutOf: 'all' } : {}),
  };
}
