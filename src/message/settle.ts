import type { Tx } from '../store/index.ts';
import type { MessageRow, MessageState } from './message.ts';
import { messageEvent, tell, type Kit, type MessageOutcome } from './part.ts';
import { change, markTold, type Change } from './table.ts';
import { freeSlots } from './table-gate.ts';

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
  for (const row of rows) await followUp(kit, tx, row);
  return new Set(rows.map(({ id }) => id));
}

/** What follows from a message's new state: its run is told once, its slot given back, the log gets its event. */
export async function followUp(kit: Kit, tx: Tx, row: MessageRow): Promise<void> {
  const heldOut = row.state === 'skipped' && row.arm === 'control';
  const outcome = heldOut ? 'accepted' : endings[row.state];
  if (outcome === undefined) return;
  if (heldOut) {
    const at = kit.clock.now();
    await kit.append(tx, [messageEvent(row, { id: `heldOut:${row.id}`, types: ['message.heldOut'], at, level: 3 })]);
  } else await freeSlots(tx, [row]);
  await tellOnce(kit, tx, row, outcome);
}

/** Tells the run unless it was told before: a run goes on once, whatever a late answer says. */
export async function tellOnce(kit: Kit, tx: Tx, row: MessageRow, outcome: MessageOutcome): Promise<void> {
  const told = (await markTold(tx, row.id)) === 0;
  await tell(kit, tx, { row, outcome, reason: row.reason, told });
}
