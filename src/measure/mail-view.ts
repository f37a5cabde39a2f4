import type { JourneyReport, MessageCounts } from './report.ts';

const heldOutReason = 'held out';
const pendingStates = ['planned', 'held', 'ready', 'leased', 'sending', 'deferred', 'quarantined'];

const endedUnsent = {
  rejected: 'refused by the mail host',
  render_failed: 'could not be written',
  expired: 'its time had passed',
  cancelled: 'called off',
};

/** Each intended message stands in exactly one of accepted, held out, in doubt, excluded and pending. */
export function messageView({ byState, excluded, heldOut }: MessageCounts): JourneyReport['messages'] {
  const planned = Object.values(byState).reduce((total, count) => total + count, 0);
  const accepted = byState['accepted'] ?? 0;
  const inDoubt = (byState['in_doubt'] ?? 0) + (byState['abandoned'] ?? 0);
  const pending = pendingStates.reduce((total, state) => total + (byState[state] ?? 0), 0);
  const reasons = Object.entries(excluded)
    .filter(([reason]) => reason !== heldOutReason)
    .map(([reason, count]) => ({ reason, count }));
  for (const [state, reason] of Object.entries(endedUnsent)) {
    if ((byState[state] ?? 0) > 0) reasons.push({ reason, count: byState[state]! });
  }
  const named = reasons.reduce((total, { count }) => total + count, 0);
  const rest = planned - accepted - heldOut - inDoubt - pending - named;
  if (rest > 0) reasons.push({ reason: 'other', count: rest });
  return {
    planned,
    byState,
    accepted,
    heldOut,
    inDoubt,
    excluded: reasons.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
    pending,
  };
}

export const opensOf = ({ opened }: MessageCounts): JourneyReport['opens'] => ({
  reader: opened?.openedByReader ?? 0,
  unknown: opened?.openedUnknown ?? 0,
  machine: opened?.openedByMachine ?? 0,
});
