import type { CartLine, LineMoves, Move } from './profile.ts';

/** A line holds no more than this. */
const quantityLimit = 10_000;
/** Moves of one line that are remembered; older ones are settled into its base. */
const moveLimit = 50;
/** Moves older than this, seen from the newest, are settled: nothing as late as that is put in its place. */
const unsettledMs = 60 * 60 * 1000;
/**
 * A removal that finds nothing waits this long for the add it has overtaken on its way here. Both were sent within
 * moments, and the time of an event is that of its arrival where the sender does not say how long it queued.
 */
export const overtakeMs = 5000;

/** What one event does to a line. `change` as in `Move`. */
export type LineChange = { item: string; change: number; ensure?: true };

/** Lines and the moves behind them. */
export interface Ledger {
  lines: CartLine[];
  moves: LineMoves[];
}

/** How many pieces an event means: at least one. */
export function quantityOf(given: number | undefined): number {
  return given !== undefined && given > 0 ? Math.min(Math.floor(given) || 1, quantityLimit) : 1;
}

/**
 * Lines after changes at one moment. Pure. Each line is worked out from its recent moves in order of their time, so that
 * it does not matter in which order they come; those of one instant keep the order in which they came.
 *
 * @param limit lines that may be held; further new ones are ignored, the oldest stay
 */
export function moved(before: Ledger, changes: readonly LineChange[], when: { at: number; limit: number }): Ledger {
  const lines = new Map(before.lines.map((line) => [line.item, line]));
  const moves = new Map(before.moves.map((one) => [one.item, one]));
  for (const { item, change, ensure } of changes) {
    const line = lines.get(item);
    if (!line && change > 0 && lines.size >= when.limit) continue;
    const known = moves.get(item) ?? { item, base: line?.quantity ?? 0, since: line?.addedAt ?? 0, list: [] };
    const move: Move = ensure ? [when.at, change, 1] : [when.at, change];
    const next = settled({ ...known, list: [...known.list, move].sort((a, b) => a[0] - b[0]) });
    moves.set(item, next);
    const { quantity, addedAt } = workedOut(next);
    if (quantity === 0) lines.delete(item);
    else if (line?.quantity !== quantity || line.addedAt !== addedAt) lines.set(item, { item, quantity, addedAt });
  }
  const newest = Math.max(when.at, ...[...moves.values()].map(({ list }) => list.at(-1)![0]));
  return {
    lines: [...lines.values()].sort((a, b) => a.addedAt - b.addedAt),
    moves: [...moves.values()].filter(({ list }) => list.at(-1)![0] > newest - unsettledMs),
  };
}

function settled(group: LineMoves): LineMoves {
  if (group.list.length <= moveLimit) return group;
  const early = { ...group, list: group.list.slice(0, -moveLimit) };
  const { quantity, addedAt } = workedOut(early);
  return { item: group.item, base: quantity, since: addedAt, list: group.list.slice(-moveLimit) };
}

/** The quantity that the moves leave, and since when there has been any. */
function workedOut({ base, since, list }: LineMoves): { quantity: number; addedAt: number } {
  let [quantity, addedAt] = [base, since];
  let owed: { count: number; until: number } | null = null;
  for (const [at, change, ensure] of list) {
    // What was settled after this moment is not touched by what is older.
    if (base > 0 && at < since && change <= 0) continue;
    if (change <= 0) {
      if (quantity === 0) owed = { count: change === 0 ? Infinity : -change, until: at + overtakeMs };
      else quantity = change === 0 ? 0 : Math.max(0, quantity + change);
      continue;
    }
    if (owed && at <= owed.until) {
      const left = Math.max(0, change - owed.count);
      owed = null;
      if (left === 0) continue;
      [quantity, addedAt] = [left, at];
      continue;
    }
    if (quantity === 0) addedAt = at;
    quantity = Math.min(ensure ? Math.max(quantity, change) : quantity + change, quantityLimit);
  }
  return { quantity, addedAt };
}
