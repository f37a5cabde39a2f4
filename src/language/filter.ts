import { BeckonError } from '../base/index.ts';
import { compile } from './compile.ts';
import { errorAt, errors } from './error.ts';
import type { Source } from './error.ts';
import { print } from './format.ts';
import { functionNamed } from './functions.ts';
import { isHistoryCall, partsOf } from './history-call.ts';
import { matches } from './match.ts';
import type { Match } from './match.ts';
import { Names } from './name.ts';
import { parseExpression } from './parse.ts';
import { evenFunctions, unplannedFunctions } from './rule-plan.ts';
import { Run } from './run.ts';
import type { Get, RenderOptions, Scope } from './run.ts';
import type { Expr } from './tree.ts';
import { isEmpty, truthy } from './value.ts';

/** A question of a filter that is not made of smaller ones, with everything besides the subject settled. */
export interface SettledAtom {
  /** Two of one atom with the same text answer the same for the same value; null when that cannot be told. */
  readonly key: string | null;
  /** @param value what the subject has in the atom's `field`, or the subject itself where there is no one field */
  test(value: unknown): boolean;
}

export interface FilterAtom {
  readonly kind: 'atom';
  readonly text: string;
  /** The only field of the subject that is looked at, step by step; null when there are several, or it is computed. */
  readonly field: readonly string[] | null;
  /** Does the answer hang on the subject alone, so that it is the same for every request? */
  readonly fixed: boolean;
  settle(scope: Scope, options: RenderOptions): SettledAtom;
}

/** A part of a filter. `given` does not look at the subject: it is true or false for a whole request. */
export type FilterNode =
  | FilterAtom
  | { readonly kind: 'and' | 'or'; readonly of: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly of: FilterNode }
  | { readonly kind: 'given'; holds(scope: Scope, options: RenderOptions): boolean };

/** A condition about one thing among many (the subject, such as `item`), taken apart so that it can be indexed. */
export interface Filter {
  readonly source: string;
  readonly tree: FilterNode;
  /** Is every part of it about the subject alone? */
  readonly fixed: boolean;
  /** The whole at once: what the parts together must agree with. */
  test(scope: Scope, options: RenderOptions): boolean;
}

/**
 * Reads a filter over `subject`. Values of the wrong kind give nothing instead of an error, as in rules of audiences.
 *
 * @throws LANGUAGE_* errors; LANGUAGE_RULE for chance and for questions to the history, which a filter cannot ask
 */
export function planFilter(text: string, subject: string): Filter {
  const { source, expr } = parseExpression(text);
  refuse(source, expr);
  const whole = getOf(expr, source);
  const tree = nodeOf(expr, { source, subject });
  return { source: text, tree, fixed: isFixed(tree), test: (scope, options) => holds(whole, scope, options) };
}

interface Around {
  source: Source;
  subject: string;
}

interface Compiled {
  source: Source;
  vars: number;
  get: Get;
}

function refuse(source: Source, expr: Expr): void {
  if (expr.kind === 'call') {
    const name = functionNamed(expr.name)?.name ?? expr.name;
    const mend =
      'Write the rule over item, key, request and profile; a profile attribute or an audience says what was done';
    if (isHistoryCall(expr))
      throw errorAt(errors.LANGUAGE_RULE, { source, at: expr.at, mend }, 'a rule over items cannot ask the history');
    if (name === 'random' || name === 'uuid')
      throw errorAt(errors.LANGUAGE_RULE, { source, at: expr.at, mend }, `${expr.name} gives another value each time`);
  }
  for (const part of partsOf(expr)) refuse(source, part);
}

function getOf(expr: Expr, source: Source): Compiled {
  const names = new Names();
  const get = compile(expr, { source, names, forgives: true });
  return { source, vars: names.count, get };
}

function valueOf({ source, vars, get }: Compiled, scope: Scope, options: RenderOptions): unknown {
  return get(new Run(source, vars, scope, options)) ?? null;
}

/** What cannot be worked out within the limits does not hold, so that one odd item does not stop an answer. */
function holds(compiled: Compiled, scope: Scope, options: RenderOptions): boolean {
  try {
    return truthy(valueOf(compiled, scope, options));
  } catch (error) {
    if (error instanceof BeckonError) return false;
    throw error;
  }
}

function isFixed(node: FilterNode): boolean {
  if (node.kind === 'given') return false;
  if (node.kind === 'atom') return node.fixed;
  return node.kind === 'not' ? isFixed(node.of) : node.of.every(isFixed);
}

function nodeOf(expr: Expr, around: Around): FilterNode {
  const read = readsOf(expr, around.subject);
  if (!read.subject) {
    const compiled = getOf(expr, around.source);
    return { kind: 'given', holds: (scope, options) => holds(compiled, scope, options) };
  }
  if (expr.kind === 'and' || expr.kind === 'or') {
    return { kind: expr.kind, of: expr.items.map((item) => nodeOf(item, around)) };
  }
  if (expr.kind === 'not') return { kind: 'not', of: nodeOf(expr.of, around) };
  const text = print(expr);
  const { field } = read;
  const direct = field === null ? null : directOf(expr, field, around);
  const settle = direct ?? generalOf(expr, field, around);
  return { kind: 'atom', text, field, fixed: !read.others, settle };
}

interface Reads {
  subject: boolean;
  field: readonly string[] | null;
  /** Does it look at anything else, the clock among it? */
  others: boolean;
}

/** What an expression looks at. */
function readsOf(expr: Expr, subject: string): Reads {
  const fields: (readonly string[] | null)[] = [];
  let others = false;
  const walk = (part: Expr): void => {
    if (part.kind === 'name' && part.name === subject) fields.push(fieldIn(part));
    else if (part.kind === 'name' && !isLocal(part.name)) others = true;
    else if (part.kind === 'call' && looksAround(part)) others = true;
    partsOf(part).forEach(walk);
  };
  walk(expr);
  const [first = null, ...rest] = fields;
  const same = rest.every((field) => field !== null && first !== null && field.join('\n') === first.join('\n'));
  return { subject: fields.length > 0, field: same ? first : null, others };
}

/** The item of `.all`, `.first` and `.last`. */
function isLocal(name: string): boolean {
  return name === 'this' || name.startsWith('current');
}

function looksAround(call: Expr & { kind: 'call' }): boolean {
  const fn = functionNamed(call.name);
  const name = fn?.name ?? call.name;
  return (fn?.reads ?? []).length > 0 || Object.hasOwn(evenFunctions, name) || unplannedFunctions.has(name);
}

/** `item.attributes.brand` is a field; `item`, `item[x]` and `item.attributes` are the whole. */
function fieldIn({ segments }: Expr & { kind: 'name' }): readonly string[] | null {
  const steps: string[] = [];
  for (const segment of segments) {
    if (typeof segment !== 'string') break;
    steps.push(segment);
  }
  if (steps.length === 0 || (steps[0] === 'attributes' && steps.length === 1)) return null;
  return steps.slice(0, steps[0] === 'attributes' ? 2 : 1);
}

/** With the whole language: slower, and always right. */
function generalOf(expr: Expr, field: readonly string[] | null, { source, subject }: Around): FilterAtom['settle'] {
  const compiled = getOf(expr, source);
  const others = readsOf(expr, subject).others;
  return (scope, options) => ({
    key: others ? null : '',
    test(value) {
      const seen = field === null ? value : field.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value);
      return holds(compiled, { ...scope, [subject]: seen }, options);
    },
  });
}

/** Forms that need no evaluation once what stands beside the field is settled; null for all others. */
function directOf(expr: Expr, field: readonly string[], { source, subject }: Around): FilterAtom['settle'] | null {
  const isField = (part: Expr) =>
    part.kind === 'name' && part.name === subject && part.segments.length === field.length;
  if (expr.kind === 'call' && Object.hasOwn(matches, expr.name)) {
    const [first, ...given] = expr.args;
    if (first === undefined || !isField(first) || given.some((part) => readsOf(part, subject).subject)) return null;
    return settledBy(given, source, matches[expr.name]!);
  }
  if (expr.kind === 'is' && isField(expr.of) && (expr.test === 'null' || expr.test === 'empty')) {
    const { negated } = expr;
    const asks = expr.test === 'null' ? (value: unknown) => value === null : isEmpty;
    return () => ({ key: '', test: (value) => asks(value ?? null) !== negated });
  }
  if (expr.kind !== 'binary' || !Object.hasOwn(comparisons, expr.op)) return null;
  const turned = !isField(expr.left);
  const [own, other] = turned ? [expr.right, expr.left] : [expr.left, expr.right];
  if (!isField(own) || readsOf(other, subject).subject) return null;
  return comparing(expr, { other, turned, field }, { source, subject });
}

/** Settles the arguments, and makes the match of them. What cannot be settled within the limits is nothing. */
function settledBy(
  given: readonly Expr[],
  source: Source,
  make: (given: readonly unknown[]) => Match,
): FilterAtom['settle'] {
  const compiled = given.map((part) => getOf(part, source));
  return (scope, options) => {
    const values = compiled.map((part) => {
      try {
        return valueOf(part, scope, options);
      } catch (error) {
        if (error instanceof BeckonError) return null;
        throw error;
      }
    });
    return { key: JSON.stringify(values), test: make(values) };
  };
}

type Plain = string | number | boolean | null;

/** Comparisons of plain values as compile.ts has them; `turned` when the field stands on the right. */
const comparisons: Record<string, (value: Plain, other: Plain, turned: boolean) => boolean> = {
  '=': (value, other) => value === other,
  '!=': (value, other) => value !== other,
  '<': (value, other, turned) => ordered(value, other) && (turned ? other! < value! : value! < other!),
  '<=': (value, other, turned) => ordered(value, other) && (turned ? other! <= value! : value! <= other!),
  '>': (value, other, turned) => ordered(value, other) && (turned ? other! > value! : value! > other!),
  '>=': (value, other, turned) => ordered(value, other) && (turned ? other! >= value! : value! >= other!),
};

function ordered(a: Plain, b: Plain): boolean {
  return (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string');
}

function isPlain(value: unknown): value is Plain {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** Lists and moments are left to the language, the plain values are compared here. */
function comparing(
  expr: Expr & { kind: 'binary' },
  { other, turned, field }: { other: Expr; turned: boolean; field: readonly string[] },
  around: Around,
): FilterAtom['settle'] {
  const compare = comparisons[expr.op]!;
  const side = getOf(other, around.source);
  const general = generalOf(expr, field, around);
  return (scope, options) => {
    let against: unknown;
    try {
      against = valueOf(side, scope, options);
    } catch (error) {
      if (!(error instanceof BeckonError)) throw error;
      return { key: null, test: () => false };
    }
    const slow = general(scope, options);
    if (!isPlain(against)) return slow;
    const fixed = against;
    return {
      key: JSON.stringify(fixed),
      test: (value) => (isPlain(value ?? null) ? compare((value ?? null) as Plain, fixed, turned) : slow.test(value)),
    };
  };
}
