import { nearest } from '../base/index.ts';
import { errorAt, errors, shown } from './error.ts';
import type { Source } from './error.ts';
import { arity, finite, signatureOf } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { insteadOf } from './elsewhere.ts';
import { functionNamed, functionNames } from './functions.ts';
import { isHistoryCall, readHistoryCall } from './history-call.ts';
import { compileFilter, compileHistory, forgiving, sinceGet } from './history-run.ts';
import { millisecondsOf, unzoned } from './moment.ts';
import { Names } from './name.ts';
import type { Get, Run } from './run.ts';
import type { BinaryOp, Expr, IsTest, NamedArgument, Segment } from './tree.ts';
import { compare, equal, isEmpty, isMap, lookInto, ownField, truthy } from './value.ts';

/** What compiling needs to know around an expression. */
export interface Around {
  source: Source;
  names: Names;
  /** Values of the wrong kind give nothing instead of an error: in `where:` and in rules of audiences. */
  forgives?: boolean;
  /** Takes over what an audience's rule reads from its own memory of the history; null leaves it. */
  history?: (expr: Expr & { kind: 'call' | 'member' }) => Get | null;
}

/** Turns an expression into a closure. Unknown functions and wrong numbers of arguments are refused here. */
export function compile(expr: Expr, around: Around): Get {
  const taken = expr.kind === 'call' || expr.kind === 'member' ? (around.history?.(expr) ?? null) : null;
  if (taken !== null) return taken;
  const get = compileStrictly(expr, around);
  return around.forgives && mayFail(expr) ? forgiving(get) : get;
}

function mayFail(expr: Expr): boolean {
  if (expr.kind === 'binary') return !['=', '!=', '<', '<=', '>', '>='].includes(expr.op);
  return ['call', 'negate', 'range', 'select'].includes(expr.kind);
}

function compileStrictly(expr: Expr, around: Around): Get {
  switch (expr.kind) {
    case 'value': {
      const { value } = expr;
      return () => value;
    }
    case 'list':
      return compileList(expr.items, around);
    case 'map':
      return compileMap(expr.entries, around);
    case 'range':
      return compileRange(expr, around);
    case 'select':
      return compileSelect(expr, around);
    case 'is':
      return compileIs(expr, around);
    case 'name':
      return around.names.read(expr, around.source, (segments, get) => steps(get, segments, around));
    case 'member':
      around.names.noteMember(expr);
      return steps(compile(expr.of, around), expr.segments, around);
    case 'call':
      return compileCall(expr, around);
    case 'not': {
      const of = compile(expr.of, around);
      return (run) => !truthy(of(run));
    }
    case 'negate':
      return arithmetic('-', { at: expr.at, left: () => 0, right: compile(expr.of, around) });
    case 'binary':
      return compileBinary(expr, around);
    default:
      return compileSeries(
        expr.kind,
        expr.items.map((item) => compile(item, around)),
      );
  }
}

function compileList(items: Expr[], around: Around): Get {
  const gets = items.map((item) => compile(item, around));
  return (run) => {
    run.charge(gets.length);
    return gets.map((get) => get(run));
  };
}

function compileMap(entries: NamedArgument[], around: Around): Get {
  const gets = entries.map(({ name, expr }) => [name, compile(expr, around)] as const);
  return (run) => {
    run.charge(gets.length);
    return Object.fromEntries(gets.map(([name, get]) => [name, get(run)]));
  };
}

/** The end of a range as a number, or null for nothing. */
function rangeEnd(run: Run, value: unknown): number | null {
  if (typeof value === 'number' || value === null || value === undefined) return value ?? null;
  throw run.error(errors.RENDER_TYPE, `${shown(value)} was given where a range needs a number`);
}

function compileRange(expr: Expr & { kind: 'range' }, around: Around): Get {
  const [from, to] = [compile(expr.from, around), compile(expr.to, around)];
  return (run) => {
    run.at = expr.at;
    const [first, last] = [rangeEnd(run, from(run)), rangeEnd(run, to(run))];
    if (first === null || last === null) return null;
    const count = Math.max(0, Math.floor(last - first) + 1);
    run.charge(count);
    return Array.from({ length: count }, (_, i) => first + i);
  };
}

/** After `in` a range is not made: any number between its ends is in it, whole or not. */
function isBetween({ right, at }: Expr & { kind: 'binary' }, value: Get, around: Around): Get {
  const range = right as Expr & { kind: 'range' };
  const [from, to] = [compile(range.from, around), compile(range.to, around)];
  return (run) => {
    run.at = at;
    const [given, first, last] = [value(run), rangeEnd(run, from(run)), rangeEnd(run, to(run))];
    return typeof given === 'number' && first !== null && last !== null && given >= first && given <= last;
  };
}

function compileSelect(expr: Expr & { kind: 'select' }, around: Around): Get {
  const { pick, at } = expr;
  const of = compile(expr.of, around);
  const item = around.names.select(expr.of);
  const where = compile(expr.where, around);
  around.names.leave();
  return (run) => {
    const list = of(run);
    if (list === null) return null;
    run.at = at;
    if (!Array.isArray(list))
      throw run.error(errors.RENDER_TYPE, `${shown(list)} was given where ${pick} needs a list`);
    run.charge(1 + list.length);
    const holds = (value: unknown) => {
      run.vars[item] = value ?? null;
      return truthy(where(run));
    };
    if (pick === 'all') return list.filter(holds);
    return (pick === 'first' ? list.find(holds) : list.findLast(holds)) ?? null;
  };
}

const tests: Record<IsTest, (value: unknown) => boolean> = {
  null: (value) => value === null,
  empty: isEmpty,
  numeric: (value) => typeof value === 'number',
  integer: Number.isInteger,
  decimal: (value) => typeof value === 'number' && !Number.isInteger(value),
  'has null': (value) => Array.isArray(value) && value.some((item) => item === null || item === undefined),
};

function compileIs({ of, test, negated }: Expr & { kind: 'is' }, around: Around): Get {
  const get = compile(of, around);
  const holds = tests[test];
  return (run) => {
    const value = get(run) ?? null;
    run.chargeFor(value);
    return holds(value) !== negated;
  };
}

/** `and` and `or` give true or false; `?:` gives the first value that is not empty, or the last. */
function compileSeries(kind: 'and' | 'or' | 'fallback', gets: Get[]): Get {
  if (kind !== 'fallback') {
    const stop = kind === 'or';
    return (run) => {
      for (let i = 0; i < gets.length; i++) if (truthy(gets[i]!(run)) === stop) return stop;
      return !stop;
    };
  }
  return (run) => {
    let value: unknown = null;
    for (const get of gets) {
      value = get(run);
      if (!isEmpty(value)) return value;
    }
    return value;
  };
}

function steps(start: Get, segments: readonly Segment[], around: Around): Get {
  return segments.reduce<Get>((from, segment) => {
    if (typeof segment === 'string') return namedStep(from, segment);
    const key = compile(segment, around);
    return (run) => lookInto(from(run), key(run));
  }, start);
}

/** A step whose name is known: nothing about it is left to be asked while running, unless the value is a list. */
function namedStep(from: Get, name: string): Get {
  if (name === '__proto__') return () => null;
  return (run) => {
    const value = from(run);
    return isMap(value) ? ownField(value, name) : lookInto(value, name);
  };
}

/** The row of a call's function. Throws when there is none, or when its arguments are too few, too many or named. */
export function functionOf(expr: Expr & { kind: 'call' }, source: Source): LanguageFunction {
  const fn = functionNamed(expr.name);
  if (fn === undefined) throw unknownFunction(expr, source);
  checkCount(fn, expr, source);
  checkNamed(expr, source);
  return fn;
}

function compileCall(expr: Expr & { kind: 'call' }, around: Around): Get {
  if (isHistoryCall(expr)) return compileHistoryCall(expr, around);
  const fn = functionOf(expr, around.source);
  const gets = expr.args.map((arg, i) =>
    fn.parameters[i]?.endsWith(':field') ? compileField(arg, { fn, i, around }) : compile(arg, around),
  );
  for (const path of fn.reads ?? []) around.names.paths.add(path);
  const { at } = expr;
  return (run) => {
    const args: unknown[] = [];
    for (let i = 0; i < gets.length; i++) args.push(gets[i]!(run));
    run.at = at;
    for (let i = 0; i < args.length; i++) run.chargeFor(args[i]);
    run.charge(1);
    return fn.run(run, args) ?? null;
  };
}

function compileHistoryCall(expr: Expr & { kind: 'call' }, around: Around): Get {
  const call = readHistoryCall(expr, around.source);
  const since = call.since && sinceGet(compile(call.since, around), around.forgives === true);
  const filter = compileFilter(call, around.names, (part) => compile(part, { ...around, forgives: true }));
  return compileHistory(call, filter, since);
}

function unknownFunction(expr: Expr & { kind: 'call' }, source: Source): Error {
  const instead = insteadOf(expr.name);
  if (instead !== null) {
    const place = { source, at: expr.at, mend: instead };
    return errorAt(errors.LANGUAGE_FUNCTION_UNKNOWN, place, `there is no function ${expr.name}; ${instead}`);
  }
  const near = nearest(expr.name, functionNames());
  const sentence = `there is no function ${expr.name}${near === undefined ? '' : `; did you mean ${near}?`}`;
  return errorAt(errors.LANGUAGE_FUNCTION_UNKNOWN, { source, at: expr.at }, sentence);
}

function checkCount(fn: LanguageFunction, expr: Expr & { kind: 'call' }, source: Source): void {
  const { least, most } = arity(fn);
  const given = expr.args.length;
  if (given >= least && given <= most) return;
  const wanted = least === most ? String(least) : most === Infinity ? `${least} or more` : `${least} to ${most}`;
  const sentence = `${expr.name} was given ${given} argument${given === 1 ? '' : 's'} where ${wanted} ${wanted === '1' ? 'was' : 'were'} expected: ${signatureOf(fn)}`;
  throw errorAt(errors.LANGUAGE_ARGUMENTS, { source, at: expr.at }, sentence);
}

function checkNamed({ name, named }: Expr & { kind: 'call' }, source: Source): void {
  const [first] = named;
  if (first === undefined) return;
  const sentence = `${name} takes no named argument ${first.name}:`;
  throw errorAt(errors.LANGUAGE_ARGUMENTS, { source, at: first.at }, sentence);
}

/** `price`, `attributes.size` or `"price"`: the name of a field, never its value. */
function compileField(arg: Expr, { fn, i, around }: { fn: LanguageFunction; i: number; around: Around }): Get {
  const kinds = fn.types?.[i] === 'field or truth' ? ['string', 'boolean'] : ['string'];
  if (arg.kind === 'value' && kinds.includes(typeof arg.value)) {
    const { value } = arg;
    return () => value;
  }
  if (arg.kind === 'name' && arg.segments.every((segment) => typeof segment === 'string')) {
    const path = [arg.name, ...arg.segments].join('.');
    return () => path;
  }
  const sentence = `${fn.name} needs the name of a field here, as in ${fn.example}`;
  throw errorAt(errors.LANGUAGE_ARGUMENTS, { source: around.source, at: arg.at }, sentence);
}

function compileBinary(expr: Expr & { kind: 'binary' }, around: Around): Get {
  const { op, at } = expr;
  const left = compile(expr.left, around);
  if (op === 'in') return membership(expr, left, around);
  if (op === 'not in') return negated(membership(expr, left, around));
  const right = compile(expr.right, around);
  switch (op) {
    case '=':
      return (run) => same(run, left(run), right(run));
    case '!=':
      return (run) => !same(run, left(run), right(run));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(op, left, right);
    default:
      return arithmetic(op, { at, ...dated(expr, left, right) });
  }
}

function same(run: Run, a: unknown, b: unknown): boolean {
  return equal(run, a ?? null, b ?? null);
}

/** Values that cannot be ordered, nothing among them, make every comparison false. */
function comparison(op: '<' | '<=' | '>' | '>=', left: Get, right: Get): Get {
  const inclusive = op.length === 2;
  const sign = op[0] === '<' ? -1 : 1;
  return (run) => {
    const order = compare(run, left(run), right(run));
    return order !== null && (order * sign > 0 || (inclusive && order === 0));
  };
}

function negated(get: Get): Get {
  return (run) => !get(run);
}

function membership(expr: Expr & { kind: 'binary' }, value: Get, around: Around): Get {
  if (expr.right.kind === 'range') return isBetween(expr, value, around);
  const list = compile(expr.right, around);
  return (run) => isIn(run, value(run), { at: expr.at, list: list(run) });
}

function isIn(run: Run, value: unknown, { at, list }: { at: number; list: unknown }): boolean {
  run.at = at;
  if (list === null) return false;
  if (!Array.isArray(list)) throw run.error(errors.RENDER_TYPE, `${shown(list)} was given where in needs a list`);
  run.chargeFor(list);
  return list.some((item) => equal(run, item ?? null, value));
}

/** `"2026-11-23" + toDuration("P1D")`: beside a duration a text is a moment, and is not joined to it. */
function dated({ op, ...expr }: Expr & { kind: 'binary' }, left: Get, right: Get): { left: Get; right: Get } {
  const adds = op === '+' || op === '-';
  return {
    left: adds && isDuration(expr.right) ? momentGet(left) : left,
    right: adds && isDuration(expr.left) ? momentGet(right) : right,
  };
}

function isDuration(expr: Expr): boolean {
  return expr.kind === 'call' && functionNamed(expr.name)?.gives === 'duration';
}

function momentGet(get: Get): Get {
  return (run) => {
    const value = get(run);
    return typeof value === 'string' ? millisecondsOf(run, value) : value;
  };
}

const operations: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // Division by zero gives 0, as in Journey Optimizer (journeys.md §2.8).
  '/': (a, b) => (b === 0 ? 0 : a / b),
  '%': (a, b) => (b === 0 ? 0 : a % b),
};

/** Nothing with anything gives nothing; `+` also joins texts. */
function arithmetic(op: BinaryOp, { at, left, right }: { at: number; left: Get; right: Get }): Get {
  const operate = operations[op]!;
  return (run) => {
    const [a, b] = [left(run), right(run)];
    if (typeof a !== 'number' || typeof b !== 'number') return mixed(run, op, { at, a: unzoned(a), b: unzoned(b) });
    const result = operate(a, b);
    return Number.isFinite(result) ? result : null;
  };
}

function mixed(run: Run, op: BinaryOp, { at, a, b }: { at: number; a: unknown; b: unknown }): unknown {
  if (a === null || b === null) return null;
  if (typeof a === 'number' && typeof b === 'number') return finite(operations[op]!(a, b));
  run.at = at;
  if (op === '+' && joins(a) && joins(b)) return run.bounded(String(a) + String(b));
  const wrong = typeof a === 'number' ? b : a;
  throw run.error(errors.RENDER_TYPE, `${shown(wrong)} was given where ${op} needs a number`);
}

function joins(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}
