import { BeckonError, point } from '../base/index.ts';
import { errors } from './error.ts';
import { settleDoubt } from './result.ts';
import type { Kit } from './part.ts';
import { followUp } from './settle.ts';
import {
  expireRows,
  lockDoubt,
  messageById,
  peekExpired,
  releaseRow,
  rescueLeased,
  rescueSending,
  settleDoubtRow,
} from './table.ts';
import { keysKnown } from './table-sending.ts';
import { lostPeople } from './table-report.ts';

/** Takes up what lost workers left: nothing waits for ever, and nothing that may have left is sent again unasked. */
export async function rescueLost(kit: Kit): Promise<number> {
  const lost = await lostPeople(kit.store);
  const { leased, sending } = await kit.store.inTransaction(async (tx) => {
    await kit.profiles.lock(tx, lost);
    const leased = await rescueLeased(tx, kit.set.crashLimit);
    const sending = await rescueSending(tx);
    await followUp(kit, tx, [...leased, ...sending]);
    return { leased, sending };
  });
  for (const row of leased.filter(({ state }) => state === 'quarantined')) {
    kit.log.error('message.quarantined', { message: row.id, journey: row.journey });
  }
  return leased.length + sending.length;
}

/**
 * Doubt older than the recovery time is settled: a next hop that knows the key is asked again, otherwise marketing is
 * abandoned and transactional sent once more.
 */
export async function settleOldDoubt(kit: Kit): Promise<number> {
  return kit.store.inTransaction(async (tx) => {
    const rows = await lockDoubt(tx, kit.set.recoveryMs);
    const known = await keysKnown(tx, rows, kit.transport);
    for (const { id, class: kind, resent } of rows) {
      const state = settleDoubt(kind, { resent, keyKnown: known.has(id) });
      await settleDoubtRow(tx, id, state, kit.clock.now());
    }
    return rows.length;
  });
}

/** Ends what could not leave before its deadline (invariant I3). The profiles are locked first, as everywhere. */
export async function expireOverdue(kit: Kit): Promise<number> {
  const now = kit.clock.now();
  const due = await peekExpired(kit.store, now, 500);
  if (due.length === 0) return 0;
  return kit.store.inTransaction(async (tx) => {
    await kit.profiles.lock(tx, [...new Set(due.map(({ profileId }) => profileId))]);
    const rows = await expireRows(
      tx,
      due.map(({ id }) => id),
      now,
    );
    await followUp(kit, tx, rows);
    return rows.length;
  });
}

/**
 * Lets a mail go that was put aside, through all its gates once more. Nothing of it was on the wire: what dies while a mail
 * is sending leaves doubt, and no quarantine. Its run was told that it failed, and is not told again.
 *
 * @throws MESSAGE_RELEASE_REFUSED
 */
export async function releaseQuarantined(kit: Kit, id: string): Promise<void> {
  const now = kit.clock.now();
  const row = await messageById(kit.store, id);
  const released =
    row !== null &&
    (await kit.store.inTransaction(async (tx) => {
      // The profile comes first, as everywhere.
      await kit.profiles.lock(tx, [row.profileId]);
      return releaseRow(tx, id, now);
    }));
  point('message.released');
  if (released) return;
  const why = row?.state === 'quarantined' ? 'past its deadline' : `${row?.state ?? 'unknown'}, not quarantined`;
  throw new BeckonError(errors.MESSAGE_RELEASE_REFUSED, `The mail ${id} is ${why}`);
}
