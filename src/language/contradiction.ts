import { print } from './format.ts';
import type { BinaryOp, Expr } from './tree.ts';

type Literal = string | number;
/** What the parts read so far leave possible for one value: bounds, the one value it equals, values it is not. */
interface Room {
  least: Literal | null;
  most: Literal | null;
  /** May the value equal its bound? */
  with: { least: boolean; most: boolean };
  not: Set<Literal>;
}
/** `x > 5`, turned so that the literal stands to the right. */
interface Bound {
  path: string;
  op: BinaryOp;
  value: Literal;
}

const turned: Partial<Record<BinaryOp, BinaryOp>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/**
 * The first part of `a and b and …` that can not hold together with those before it, as in `x > 5 and x < 3`;
 * null when there is none. Looks at comparisons of one value with numbers and texts written out.
 */
export function contradictionIn(items: readonly Expr[]): { expr: Expr; path: string } | null {
  const rooms = new Map<string, Room>();
  for (const expr of items) {
    for (const bound of boundsOf(expr)) {
      const room = rooms.get(bound.path) ?? {
        least: null,
        most: null,
        with: { least: true, most: true },
        not: new Set(),
      };
      rooms.set(bound.path, room);
      narrow(room, bound);
      if (isEmptyRoom(room)) return { expr, path: bound.path };
    }
  }
  return null;
}

function boundsOf(expr: Expr): Bound[] {
  if (expr.kind === 'and') return expr.items.flatMap(boundsOf);
  if (expr.kind !== 'binary') return [];
  const { op, left, right } = expr;
  if (op === 'in' && right.kind === 'range') {
    const [from, to] = [literalOf(right.from), literalOf(right.to)];
    const path = print(left);
    return from === null || to === null || !isPath(left)
      ? []
      : [
          { path, op: '>=', value: from },
          { path, op: '<=', value: to },
        ];
  }
  if (isPath(left) && literalOf(right) !== null) return [{ path: print(left), op, value: literalOf(right)! }];
  if (isPath(right) && literalOf(left) !== null) {
    return [{ path: print(right), op: turned[op] ?? op, value: literalOf(left)! }];
  }
  return [];
}

/** Only what has the same value each time it is read: a path whose steps are written out. */
function isPath(expr: Expr): boolean {
  return expr.kind === 'name' && expr.segments.every((step) => typeof step === 'string' || literalOf(step) !== null);
}

function literalOf(expr: Expr): Literal | null {
  if (expr.kind === 'negate') {
    const value = literalOf(expr.of);
    return typeof value === 'number' ? -value : null;
  }
  return expr.kind === 'value' && (typeof expr.value === 'string' || typeof expr.value === 'number')
    ? expr.value
    : null;
}

function narrow(room: Room, { op, value }: Bound): void {
  if (op === '!=') room.not.add(value);
  if (op === '=' || op === '>' || op === '>=') raise(room, value, op !== '>');
  if (op === '=' || op === '<' || op === '<=') lower(room, value, op !== '<');
}

function raise(room: Room, value: Literal, inclusive: boolean): void {
  const beyond = room.least === null || typeof room.least !== typeof value || value > room.least;
  if (beyond || value === room.least) room.with.least = beyond ? inclusive : room.with.least && inclusive;
  if (beyond) room.least = value;
}

function lower(room: Room, value: Literal, inclusive: boolean): void {
  const beyond = room.most === null || typeof room.most !== typeof value || value < room.most;
  if (beyond || value === room.most) room.with.most = beyond ? inclusive : room.with.most && inclusive;
  if (beyond) room.most = value;
}

function isEmptyRoom({ least, most, with: ends, not }: Room): boolean {
  if (least === null || most === null) return false;
  if (typeof least !== typeof most) return true;
  if (least !== most) return least > most;
  return !ends.least || !ends.most || not.has(least);
}
