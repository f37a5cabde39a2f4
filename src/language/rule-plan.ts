import { errorAt, errors } from './error.ts';
import type { Source } from './error.ts';
import { functionNamed } from './functions.ts';
import { isHistoryCall, partsOf, readHistoryCall } from './history-call.ts';
import type { HistoryCall } from './history-call.ts';
import type { Expr } from './tree.ts';

export type CallExpr = Expr & { kind: 'call' };
export type MemberExpr = Expr & { kind: 'member' };

/** One question to the history in a rule. */
export interface Atom {
  call: HistoryCall;
  /** Which events a memory of it keeps: the oldest one, the newest few, or all there is room for. */
  keep: 'oldest' | 'newest' | 'all';
  /** `since:` depends on the profile or on another question. */
  moving: boolean;
  /** The fields that are read of the event `last` and `first` find. */
  picks: string[][];
}

/** A comparison whose sides move with time, evenly. */
export interface TimedComparison {
  expr: Expr & { kind: 'binary' };
}

/** A rule, taken apart. */
export interface Plan {
  source: Source;
  expr: Expr;
  atoms: Map<CallExpr, Atom>;
  /** Reads of a field of an atom: which atom, which of its picks. */
  fields: Map<MemberExpr, { atom: CallExpr; pick: number }>;
  timed: TimedComparison[];
}

/** Functions whose value grows evenly with time. */
export const evenFunctions: Readonly<Record<string, number>> = {
  now: 1,
  daysSince: 1 / 86_400_000,
  hoursSince: 1 / 3_600_000,
};
/** Functions that read the clock, or chance, in ways nobody can plan. A test holds this list to the function table. */
export const unplannedFunctions: ReadonlySet<string> = new Set([
  'random',
  'uuid',
  'nowWithDelta',
  'age',
  'ageInDays',
  'ageInMonths',
  'inLastHours',
  'inLastDays',
  'inLastMonths',
  'inLastYears',
  'inNextHours',
  'inNextDays',
  'inNextMonths',
  'inNextYears',
]);

const comparisons = new Set(['=', '!=', '<', '<=', '>', '>=']);

/** The one name of the function a call means. */
export function functionOf(call: CallExpr): string {
  return functionNamed(call.name)?.name ?? call.name;
}

/** Does the value move with time by itself? What stands in `where:` does not count: it is judged once. */
export function isTimed(expr: Expr): boolean {
  if (expr.kind !== 'call') return partsOf(expr).some(isTimed);
  if (isHistoryCall(expr))
    return expr.name === 'daysSince' || expr.named.some((part) => part.name === 'since' && isTimed(part.expr));
  return Object.hasOwn(evenFunctions, functionOf(expr)) || partsOf(expr).some(isTimed);
}

/** Does it neither ask the history nor move with time? */
export function isSettled(expr: Expr): boolean {
  if (expr.kind === 'call' && (isHistoryCall(expr) || Object.hasOwn(evenFunctions, functionOf(expr)))) return false;
  return partsOf(expr).every(isSettled);
}

/** Does it read nothing but literals? */
export function isConstant(expr: Expr): boolean {
  if (expr.kind === 'name') return false;
  if (expr.kind === 'call' && (isHistoryCall(expr) || (functionNamed(expr.name)?.reads ?? []).length > 0)) return false;
  return partsOf(expr).every(isConstant);
}

/** Takes a rule apart. Throws LANGUAGE_RULE where an audience could not keep it fresh. */
export function planOf(source: Source, expr: Expr): Plan {
  const plan: Plan = { source, expr, atoms: new Map(), fields: new Map(), timed: [] };
  new Planner(plan).whole();
  return plan;
}

class Planner {
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  whole(): void {
    this.#visit(this.#plan.expr, false);
    this.#timed(this.#plan.expr);
  }

  #refused(expr: Expr, sentence: string, mend?: string): Error {
    const { source } = this.#plan;
    const place = mend === undefined ? { source, at: expr.at } : { source, at: expr.at, mend };
    return errorAt(errors.LANGUAGE_RULE, place, sentence);
  }

  /** @param inside is it in `where:` or `of:`? */
  #visit(expr: Expr, inside: boolean): void {
    if (expr.kind === 'name') this.#name(expr, inside);
    if (expr.kind === 'call' && isHistoryCall(expr)) return this.#history(expr, inside);
    if (expr.kind === 'call' && unplannedFunctions.has(functionOf(expr))) {
      throw this.#refused(
        expr,
        `${expr.name} gives another value each time, which an audience cannot keep fresh`,
        mendTime,
      );
    }
    const found = expr.kind === 'member' && expr.of.kind === 'call' && isHistoryCall(expr.of) ? expr.of : null;
    if (found !== null && (found.name === 'last' || found.name === 'first')) {
      return this.#field(expr as MemberExpr, found, inside);
    }
    for (const part of partsOf(expr)) this.#visit(part, inside);
  }

  #name(expr: Expr & { kind: 'name' }, inside: boolean): void {
    const known = inside ? ['event', 'item', 'this'] : ['profile', 'this'];
    if (known.includes(expr.name)) return;
    const sees = inside
      ? 'where: and of: in the rule of an audience see event and item'
      : 'the rule of an audience sees profile';
    throw this.#refused(expr, `found ${expr.name}, but ${sees} and nothing else`);
  }

  #field(expr: MemberExpr, call: CallExpr, inside: boolean): void {
    const path = expr.segments.map((segment) => {
      if (typeof segment === 'string') return segment;
      if (segment.kind === 'value' && typeof segment.value === 'number') return String(segment.value);
      throw this.#refused(segment, `${call.name}(…) in a rule needs a field that is written out, as in .order.total`);
    });
    this.#history(call, inside, path);
    const { picks } = this.#plan.atoms.get(call)!;
    this.#plan.fields.set(expr, { atom: call, pick: picks.length - 1 });
  }

  #history(expr: CallExpr, inside: boolean, pick: string[] | null = null): void {
    if (inside)
      throw this.#refused(expr, 'a question to the history stands in where: of another; a rule cannot ask that');
    const call = readHistoryCall(expr, this.#plan.source);
    if ((call.name === 'last' || call.name === 'first') && pick === null) {
      const mend = 'Ask happened(…), or read a field, as in last(…).at';
      throw this.#refused(expr, `${call.name}(…) is a whole event, which a rule can neither compare nor keep`, mend);
    }
    for (const part of [call.where, call.of]) if (part !== null) this.#part(part);
    if (call.since !== null) this.#since(call.since);
    const moving = call.since !== null && !isConstant(call.since);
    const bounded = call.within !== null || moving;
    const oldest = !bounded && (call.name === 'happened' || call.name === 'first');
    const newest = ['happened', 'last', 'daysSince'].includes(call.name);
    const keep = oldest ? 'oldest' : newest ? 'newest' : 'all';
    this.#plan.atoms.set(expr, { call, keep, moving, picks: pick === null ? [] : [pick] });
  }

  #part(expr: Expr): void {
    this.#visit(expr, true);
    if (isTimed(expr))
      throw this.#refused(
        expr,
        'where: and of: look at the event, not at the clock',
        'Write within: "P30D" for a length of time',
      );
  }

  #since(expr: Expr): void {
    this.#visit(expr, false);
    if (isTimed(expr))
      throw this.#refused(expr, 'since: moves with the clock', 'Write within: "P30D" for a length of time');
  }

  /** Time may move the answer only through comparisons of what grows evenly. */
  #timed(expr: Expr): void {
    if (!isTimed(expr)) return;
    if (expr.kind === 'and' || expr.kind === 'or') return expr.items.forEach((item) => this.#timed(item));
    if (expr.kind === 'not') return this.#timed(expr.of);
    const compares = expr.kind === 'binary' && comparisons.has(expr.op);
    if (!compares || !isEven(expr.left) || !isEven(expr.right)) {
      throw this.#refused(expr, 'the answer changes with time here in a way that cannot be planned', mendTime);
    }
    this.#plan.timed.push({ expr });
  }
}

const mendTime =
  'Compare now(), daysSince(…) or hoursSince(…) directly with a value, or write within: in a question to the history';

/** Does it stay, or grow evenly with time? */
export function isEven(expr: Expr): boolean {
  if (!isTimed(expr)) return true;
  switch (expr.kind) {
    case 'call':
      return (isHistoryCall(expr) || Object.hasOwn(evenFunctions, functionOf(expr))) && !expr.args.some(isTimed);
    case 'negate':
      return isEven(expr.of);
    case 'fallback':
      return expr.items.every(isEven);
    case 'binary':
      if (expr.op === '+' || expr.op === '-') return isEven(expr.left) && isEven(expr.right);
      if (expr.op === '*')
        return (isNumber(expr.left) && isEven(expr.right)) || (isNumber(expr.right) && isEven(expr.left));
      return expr.op === '/' && isNumber(expr.right) && isEven(expr.left);
    default:
      return false;
  }
}

function isNumber(expr: Expr): expr is Expr & { kind: 'value'; value: number } {
  return expr.kind === 'value' && typeof expr.value === 'number' && expr.value !== 0;
}
