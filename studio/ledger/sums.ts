import type { LedgerView } from '../../src/api/contract-ledger.ts';

export type Fate = 'left' | 'heldOut' | 'onWay' | 'doubt' | 'notSent';

/** Under which of five words a state stands. */
const fates: Record<string, Fate> = {
  accepted: 'left',
  planned: 'onWay',
  held: 'onWay',
  ready: 'onWay',
  leased: 'onWay',
  sending: 'onWay',
  deferred: 'onWay',
  in_doubt: 'doubt',
  abandoned: 'doubt',
};

export const fateOrder: readonly Fate[] = ['left', 'heldOut', 'onWay', 'doubt', 'notSent'];

export interface ReasonRow {
  state: LedgerView['reasons'][number]['state'];
  reason: string | null;
  count: number;
}

/** The ledger by five fates, each with its states and reasons, the most first. The counts add up to the total. Pure. */
export function fatesOf(reasons: LedgerView['reasons']): { fate: Fate; count: number; rows: ReasonRow[] }[] {
  return fateOrder.flatMap((fate) => {
    const rows = reasons.filter((row) => (row.heldOut ? 'heldOut' : (fates[row.state] ?? 'notSent')) === fate);
    const count = rows.reduce((sum, row) => sum + row.count, 0);
    return count === 0 ? [] : [{ fate, count, rows: rows.map(({ heldOut: _heldOut, ...row }) => row) }];
  });
}
