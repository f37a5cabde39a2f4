import type { JourneyReport } from '../../src/api/contract.ts';

export type FunnelTone = 'signal' | 'control' | 'wait' | 'harm' | 'quiet';

export interface FunnelRow {
  key: 'accepted' | 'heldOut' | 'inDoubt' | 'pending' | 'other' | 'excluded';
  /** Why, for excluded ones. */
  reason: string | null;
  count: number;
  tone: FunnelTone;
}

/**
 * The rows under "messages planned". They always add up to `planned`: what no named row covers stands in `other`
 * (failed, expired, cancelled). Rows of nothing are left out, except the sent ones. Pure.
 */
export function funnelOf(messages: JourneyReport['messages']): FunnelRow[] {
  const named: FunnelRow[] = [
    { key: 'accepted', reason: null, count: messages.accepted, tone: 'signal' },
    { key: 'heldOut', reason: null, count: messages.heldOut, tone: 'control' },
    { key: 'pending', reason: null, count: messages.pending, tone: 'wait' },
    { key: 'inDoubt', reason: null, count: messages.inDoubt, tone: 'harm' },
    ...messages.excluded.map(({ reason, count }): FunnelRow => ({ key: 'excluded', reason, count, tone: 'quiet' })),
  ];
  const covered = named.reduce((sum, row) => sum + row.count, 0);
  const rest: FunnelRow = { key: 'other', reason: null, count: messages.planned - covered, tone: 'quiet' };
  return [...named, rest].filter((row) => row.count !== 0 || row.key === 'accepted');
}

/** Where the interval, its point and zero lie on a line of 0–100, with a little air on both sides. */
export function intervalOf(
  low: number,
  high: number,
  point: number,
): { low: number; high: number; point: number; zero: number } {
  const from = Math.min(low, 0);
  const to = Math.max(high, 0);
  const span = to - from || 1;
  const at = (value: number) => 6 + ((value - from) / span) * 88;
  return { low: at(low), high: at(high), point: at(point), zero: at(0) };
}
