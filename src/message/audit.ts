import type { Runner } from '../store/index.ts';
import { claimable, type MessageState } from './message.ts';
import { auditedMessages, listedKeys, untoldPlaces, type AuditedMessage } from './table-audit.ts';
import type { RunPlace } from './part.ts';

/** Something that is always true, and here is not: `which` names the invariant (trust.md §2.5). */
export interface BrokenMessage {
  which: 'I1' | 'I3' | 'I4' | 'I7' | 'I10' | 'I16' | 'told' | 'mover';
  messageId: string;
  what: string;
}

/** Every state, and what a message in it must have. `told`: its run has heard; `attempted`: an attempt was announced. */
const states: Record<MessageState, { told?: true; attempted?: true }> = {
  planned: {},
  held: {},
  ready: {},
  leased: {},
  sending: { attempted: true },
  deferred: { attempted: true },
  in_doubt: { told: true, attempted: true },
  accepted: { told: true, attempted: true },
  rejected: { told: true, attempted: true },
  render_failed: { told: true },
  skipped: { told: true },
  expired: { told: true },
  cancelled: {},
  abandoned: { attempted: true },
  quarantined: { told: true },
};

const hourMs = 3_600_000;

/** Looks through a page of the ledger for what must never be. @returns what was found, and where the next page begins */
export async function auditMessages(
  runner: Runner,
  page: { after: string | null; limit: number; now: number },
): Promise<{ broken: BrokenMessage[]; cursor: string | null }> {
  const audited = await auditedMessages(runner, page);
  const listed = await listedKeys(
    runner,
    audited.flatMap(({ owes }) => owes ?? []),
  );
  const rows = audited.map((row) => ({ ...row, isListed: row.owes === null || listed.has(row.owes) }));
  const broken = rows.flatMap((row) => faultsOf(row, page.now).map((fault) => ({ ...fault, messageId: row.id })));
  return { broken, cursor: rows.length < page.limit ? null : rows.at(-1)!.id };
}

/** Of runs that wait for what becomes of a mail, those of whose mail nothing will ever be heard. */
export async function auditSending(runner: Runner, places: readonly RunPlace[]): Promise<RunPlace[]> {
  const open = new Set(
    (
      await untoldPlaces(
        runner,
        places.map(({ runId }) => runId),
      )
    ).map(placeKey),
  );
  return places.filter((place) => !open.has(placeKey(place)));
}

const placeKey = ({ runId, activity, visit }: RunPlace) => `${runId}/${activity}/${visit}`;

/** What is wrong with a message as it lies in the ledger. Pure. */
export function faultsOf(row: AuditedMessage & { isListed: boolean }, now: number): Omit<BrokenMessage, 'messageId'>[] {
  const faults: Omit<BrokenMessage, 'messageId'>[] = [];
  const fault = (which: BrokenMessage['which'], what: string) => void faults.push({ which, what });
  const must = states[row.state];
  if (!must) return [{ which: 'I4', what: `It is "${String(row.state)}", which is no state` }];
  const most = row.class === 'transactional' && row.resent ? 2 : 1;
  if (row.accepted > most) fault('I1', `It was accepted ${row.accepted} times`);
  if (claimable.includes(row.state) && row.deadline < now - hourMs) fault('I3', 'It is an hour past its deadline');
  if (row.arm === 'control' && row.attempts > 0) fault('I7', 'It was held out, and has an attempt');
  if (must.attempted && row.attempts === 0) fault('I10', `It is ${row.state}, and has no attempt`);
  if (row.state === 'sending' && row.newest !== row.fence) fault('I10', 'It is sending without an attempt of its own');
  // Whatever was said, in whatever order and however often, ends in the same.
  if (row.state === 'in_doubt' && row.isHeard) fault('I16', 'It is in doubt, and somebody has had it');
  if (!row.isListed)
    fault('I16', 'It came back for good or was complained of, and its address may still be written to');
  if (must.told && row.hasRun && !row.told) fault('told', `It is ${row.state}, and its run has never heard`);
  return faults;
}
