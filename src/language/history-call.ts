import { BeckonError, durationMs, nearest } from '../base/index.ts';
import { errorAt, errors, shown } from './error.ts';
import type { Source } from './error.ts';
import type { Expr, NamedArgument } from './tree.ts';

/** Functions over stored events. Under these names the list functions go on for other arguments. */
export const historyFunctions = ['happened', 'count', 'sum', 'last', 'first', 'daysSince'] as const;

export type HistoryFunction = (typeof historyFunctions)[number];

/** A call over stored events, read and checked. */
export interface HistoryCall {
  name: HistoryFunction;
  at: number;
  types: string[];
  /** Which of them; sees `event` and `item`. */
  where: Expr | null;
  /** From this moment on, the moment itself included. */
  since: Expr | null;
  /** Not older than this many milliseconds: `at > now - within`; null without a limit. */
  within: number | null;
  /** What `sum` adds. */
  of: Expr | null;
  /** Does `where` look at the event's items? Then it asks whether one of them fits. */
  whereItem: boolean;
  /** Does `of` look at them? Then the fitting items are added up, otherwise each fitting event once. */
  ofItem: boolean;
}

type CallExpr = Expr & { kind: 'call' };

const eventType = /^\p{L}[\p{L}\p{N}_$:-]*(?:\.[\p{L}\p{N}_$:-]+)+$/u;

/**
 * Does this call ask the history? Its only argument is then an event type with a dot in it as a literal text, or a list
 * of such; or it has a named part; or it is `happened`. `daysSince("2026-11-01")` and `count(["red", "blue"])` are what
 * they were.
 */
export function isHistoryCall({ name, args, named }: CallExpr): boolean {
  if (!historyFunctions.some((known) => known === name)) return false;
  if (name === 'happened' || named.length > 0) return true;
  const [first] = args;
  if (args.length !== 1 || first === undefined) return false;
  const items = first.kind === 'list' ? first.items : [first];
  return items.length > 0 && items.every((item) => eventType.test(textOf(item)));
}

function textOf(expr: Expr): string {
  return expr.kind === 'value' && typeof expr.value === 'string' ? expr.value : '';
}

/** Reads a call for which `isHistoryCall` said yes. Throws LANGUAGE_ARGUMENTS. */
export function readHistoryCall(call: CallExpr, source: Source): HistoryCall {
  const name = call.name as HistoryFunction;
  const where = partOf(call, 'where');
  const of = partOf(call, 'of');
  checkParts(call, source);
  const within = call.named.find((part) => part.name === 'within');
  return {
    name,
    at: call.at,
    types: typesOf(call, source),
    where,
    since: partOf(call, 'since'),
    within: within === undefined ? null : windowOf(within, source),
    of,
    whereItem: where !== null && mentions(where, 'item'),
    ofItem: of !== null && mentions(of, 'item'),
  };
}

function partOf(call: CallExpr, name: string): Expr | null {
  return call.named.find((part) => part.name === name)?.expr ?? null;
}

function checkParts({ name, args, named, at }: CallExpr, source: Source): void {
  const known = name === 'sum' ? ['of', 'where', 'since', 'within'] : ['where', 'since', 'within'];
  const odd = named.find((part) => !known.includes(part.name));
  if (odd !== undefined) {
    const near = nearest(odd.name, known);
    const hint =
      near === undefined ? `it takes ${known.map((word) => `${word}:`).join(', ')}` : `did you mean ${near}:?`;
    throw errorAt(errors.LANGUAGE_ARGUMENTS, { source, at: odd.at }, `${name} has no part ${odd.name}:; ${hint}`);
  }
  const sentence =
    args.length !== 1
      ? `${name} was given ${args.length} arguments where one event type, or a list of them, was expected`
      : name === 'sum' && !named.some((part) => part.name === 'of')
        ? 'sum over events needs of:, what to add, as in sum("commerce.purchases", of: event.order.total)'
        : null;
  if (sentence !== null) throw errorAt(errors.LANGUAGE_ARGUMENTS, { source, at }, sentence);
}

function typesOf({ name, args }: CallExpr, source: Source): string[] {
  const first = args[0]!;
  const items = first.kind === 'list' ? first.items : [first];
  const odd =
    items.length === 0 ? first : items.find((item) => textOf(item) === '' || !/^[^\p{C}]+$/u.test(textOf(item)));
  if (odd === undefined) return [...new Set(items.map(textOf))];
  const sentence = `${name} over events needs an event type as a text, as in "commerce.purchases", or a list of such`;
  throw errorAt(errors.LANGUAGE_ARGUMENTS, { source, at: odd.at }, sentence);
}

const units: Record<string, number> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 };
const plainWindow = /^\s*(\d{1,9})\s+(second|minute|hour|day|week)s?\s*$/;

function windowOf({ expr, at }: NamedArgument, source: Source): number {
  const text = textOf(expr);
  const plain = plainWindow.exec(text);
  const ms = plain ? Number(plain[1]) * units[plain[2]!]! * 1000 : isoOf(text);
  if (ms !== null && ms > 0) return ms;
  const found = expr.kind === 'value' ? shown(expr.value) : 'an expression';
  const sentence = `found ${found} where within: needs a length of time as a text, such as "P30D", "PT4H" or "7 days"; months and years have no fixed length`;
  throw errorAt(errors.LANGUAGE_ARGUMENTS, { source, at }, sentence);
}

function isoOf(text: string): number | null {
  try {
    return durationMs(text);
  } catch (error) {
    if (error instanceof BeckonError) return null;
    throw error;
  }
}

/** The parts of an expression, one step down. */
export function partsOf(expr: Expr): Expr[] {
  switch (expr.kind) {
    case 'value':
      return [];
    case 'name':
      return expr.segments.filter((segment) => typeof segment !== 'string');
    case 'member':
      return [expr.of, ...expr.segments.filter((segment) => typeof segment !== 'string')];
    case 'map':
      return expr.entries.map((entry) => entry.expr);
    case 'range':
      return [expr.from, expr.to];
    case 'select':
      return [expr.of, expr.where];
    case 'call':
      return [...expr.args, ...expr.named.map((part) => part.expr)];
    case 'is':
    case 'not':
    case 'negate':
      return [expr.of];
    case 'binary':
      return [expr.left, expr.right];
    default:
      return expr.items;
  }
}

/** Does an expression read this root anywhere? */
export function mentions(expr: Expr, root: string): boolean {
  return (expr.kind === 'name' && expr.name === root) || partsOf(expr).some((part) => mentions(part, root));
}

/** The types of events that the questions in an expression are about. */
export function historyTypesOf(expr: Expr, source: Source): string[] {
  const inner = partsOf(expr).flatMap((part) => historyTypesOf(part, source));
  return expr.kind === 'call' && isHistoryCall(expr) ? [...readHistoryCall(expr, source).types, ...inner] : inner;
}
