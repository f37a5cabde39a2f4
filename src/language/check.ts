import { nearest } from '../base/index.ts';
import { functionOf } from './compile.ts';
import { contradictionIn } from './contradiction.ts';
import { errors, shown } from './error.ts';
import type { Source } from './error.ts';
import { print } from './format.ts';
import type { LanguageFunction } from './function.ts';
import { isHistoryCall, readHistoryCall } from './history-call.ts';
import { problemAt, tried } from './problem.ts';
import type { Finding, Problem } from './problem.ts';
import type { Sight } from './sight.ts';
import type { Expr, Segment } from './tree.ts';
import {
  any,
  comparable,
  describeType,
  elementOf,
  fieldNames,
  fieldOf,
  fits,
  kindsOf,
  listOf,
  mapOf,
  number,
  oneOf,
  parseType,
  text,
  truth,
} from './type.ts';
import type { Field, Type } from './type.ts';

type Of<K extends Expr['kind']> = Expr & { kind: K };

/** Functions that have a number for nothing. */
const counting = new Set(['count', 'length', 'sum', 'coalesce']);
const moment: Type = { kind: 'moment', as: 'number' };
/** What a function over stored events sees and gives: the events are as the shop sends them. */
const anyEvent = mapOf({ type: text, types: listOf(text), at: moment, id: text }, any);

/** Finds the type of expressions, and what is wrong with them. */
export class Checker {
  readonly problems: Problem[] = [];
  readonly #source: Source;
  sight: Sight;

  constructor(source: Source, sight: Sight) {
    this.#source = source;
    this.sight = sight;
  }

  say(kind: (typeof errors)[keyof typeof errors], at: number, finding: Finding): void {
    this.problems.push(problemAt(kind, { source: this.#source, at }, finding));
  }

  /** The type of an expression, and whether it may well be missing. */
  known(expr: Expr): Field {
    const field = this.#field(expr);
    return field.maybe && this.sight.isPresent(print(expr)) ? { type: field.type } : field;
  }

  type(expr: Expr): Type {
    return this.known(expr).type;
  }

  #field(expr: Expr): Field {
    switch (expr.kind) {
      case 'value':
        return { type: literalType(expr.value) };
      case 'name':
        return this.#name(expr);
      case 'member': {
        const of = this.known(expr.of);
        return this.#path(of.type, { expr, start: print(expr.of), maybe: of.maybe ?? false });
      }
      case 'call':
        return this.#call(expr);
      case 'select':
        return this.#select(expr);
      case 'fallback': {
        const parts = expr.items.map((item) => this.known(item));
        return { type: oneOf(parts.map(({ type }) => type)), maybe: parts.at(-1)!.maybe ?? false };
      }
      case 'binary':
        return this.#binary(expr);
      default:
        return { type: this.#made(expr) };
    }
  }

  /** Of what always gives a value. */
  #made(expr: Expr): Type {
    switch (expr.kind) {
      case 'list':
        return listOf(oneOf(expr.items.map((item) => this.type(item))));
      case 'map':
        return mapOf(Object.fromEntries(expr.entries.map((entry) => [entry.name, this.known(entry.expr)])));
      case 'range':
        this.wants(expr.from, number, 'a range');
        this.wants(expr.to, number, 'a range');
        return listOf(number);
      case 'negate':
        this.wants(expr.of, number, '-');
        return number;
      case 'and':
        this.#series(expr.items, true);
        return truth;
      case 'or':
        this.#series(expr.items, false);
        return truth;
      case 'not':
      case 'is':
        this.type(expr.of);
        return truth;
      default:
        return any;
    }
  }

  /** In `a and b`, `b` is only asked when `a` holds, so what `a` says is known there. */
  #series(items: readonly Expr[], holds: boolean): void {
    const before = this.sight;
    const never = holds ? contradictionIn(items) : null;
    if (never !== null) {
      const { expr, path } = never;
      const sentence = `this is always false: ${print(expr)} cannot hold together with what is asked of ${path} before`;
      this.say(errors.LANGUAGE_NEVER_TRUE, expr.at, { found: print(expr), expected: `a part that can hold`, sentence });
    }
    for (const item of items) {
      this.type(item);
      this.sight = this.sight.given(item, holds);
    }
    this.sight = before;
  }

  #name(expr: Of<'name'>): Field {
    const root = this.sight.root(expr.name);
    if (root === null) {
      const names = this.sight.names();
      this.#unknown(expr.at, { key: expr.name, names, of: null });
      return { type: any };
    }
    return this.#path(root.type, { expr, start: expr.name, maybe: root.maybe ?? false });
  }

  /** Follows steps; a step that was asked for before is there. */
  #path(from: Type, how: { expr: Of<'name'> | Of<'member'>; start: string; maybe: boolean }): Field {
    let [type, { maybe, start: path }] = [from, how];
    for (const [i, segment] of how.expr.segments.entries()) {
      const next = this.#step(type, segment, { at: how.expr.at, path });
      const sofar = print({ ...how.expr, segments: how.expr.segments.slice(0, i + 1) });
      type = next.type;
      maybe = (maybe || next.maybe === true) && !this.sight.isPresent(sofar);
      path = sofar;
    }
    return { type, maybe };
  }

  #step(type: Type, segment: Segment, place: { at: number; path: string }): Field {
    if (typeof segment !== 'string') {
      this.type(segment);
      return { type: elementOf(type), maybe: true };
    }
    const field = fieldOf(type, segment);
    if (field !== null) return field;
    this.#unknown(place.at, { key: segment, names: fieldNames(type), of: { path: place.path, type } });
    return { type: any };
  }

  #unknown(at: number, what: { key: string; names: string[]; of: { path: string; type: Type } | null }): void {
    const { key, names, of } = what;
    const shownNames = names.slice(0, 8).join(', ') + (names.length > 8 ? ', …' : '');
    const there =
      of === null ? shownNames : names.length > 0 ? `one of ${shownNames}` : `no field: it is ${describeType(of.type)}`;
    const isList = of?.type.kind === 'list';
    const sentence = of === null ? `there is no ${key} here` : `${of.path} has no field ${key}`;
    const hint = isList
      ? `; it is a list: use each, [0] or .first(…)`
      : names.length > 0
        ? ''
        : `; it is ${of === null ? 'empty' : describeType(of.type)}`;
    this.say(errors.LANGUAGE_PATH_UNKNOWN, at, {
      found: key,
      expected: there,
      near: nearest(key, names),
      sentence: sentence + hint,
    });
  }

  /** Says so when an expression cannot be of the type that its user wants. */
  wants(expr: Expr, wanted: Type, by: string): Field {
    const field = this.known(expr);
    if (fits(field.type, wanted)) return field;
    const [found, expected] = [describeType(field.type), describeType(wanted)];
    const sentence = `${by} needs ${expected}, and ${print(expr)} is ${found}`;
    const mend = found === 'text' && expected === 'number' ? { mend: `Write toNumber(${print(expr)})` } : {};
    this.say(errors.LANGUAGE_TYPE, expr.at, { found, expected, sentence, ...mend });
    return field;
  }

  #call(expr: Of<'call'>): Field {
    if (isHistoryCall(expr)) return this.#history(expr);
    const row = tried(this.#source, () => functionOf(expr, this.#source));
    if ('problem' in row) {
      this.problems.push(row.problem);
      for (const arg of expr.args) this.type(arg);
      return { type: any };
    }
    return this.#applied(row.value, expr);
  }

  #applied(fn: LanguageFunction, expr: Of<'call'>): Field {
    let same: Type | null = null;
    const given: Field[] = [];
    for (const [i, arg] of expr.args.entries()) {
      const place = Math.min(i, fn.parameters.length - 1);
      if (fn.parameters[place]!.endsWith(':field')) {
        this.#fieldName(arg, elementOf(given[0]?.type ?? any), print(expr.args[0]!));
        continue;
      }
      const wanted = parseType(fn.types?.[place] ?? 'any');
      const field = this.wants(arg, wanted, `${expr.name}()`);
      given.push(field);
      same ??= bound(wanted, field.type);
    }
    const type = filled(parseType(fn.gives ?? 'any'), same ?? any);
    // What gives a truth or a count has an answer for nothing, too.
    const certain = type.kind === 'truth' || counting.has(fn.name);
    return { type, maybe: !certain && given.length > 0 && given.every((field) => field.maybe) };
  }

  /** `topN(items, price, 3)`: is there a field `price` in the items? */
  #fieldName(arg: Expr, item: Type, list: string): void {
    const steps =
      arg.kind === 'value' ? String(arg.value).split('.') : arg.kind === 'name' ? [arg.name, ...arg.segments] : [];
    let type = item;
    for (const key of steps) {
      if (typeof key === 'string') type = this.#step(type, key, { at: arg.at, path: `an item of ${list}` }).type;
    }
  }

  #history(expr: Of<'call'>): Field {
    const call = tried(this.#source, () => readHistoryCall(expr, this.#source));
    if ('problem' in call) {
      this.problems.push(call.problem);
      return { type: any };
    }
    const { name, where, since, of } = call.value;
    if (since !== null) this.wants(since, { kind: 'moment' }, 'since:');
    const outside = this.sight;
    this.sight = outside.with({ event: anyEvent, item: any });
    if (where !== null) this.type(where);
    if (of !== null) this.wants(of, number, 'of:');
    this.sight = outside;
    if (name === 'happened') return { type: truth };
    if (name === 'first' || name === 'last') return { type: anyEvent, maybe: true };
    return { type: number, maybe: name === 'daysSince' };
  }

  #select({ of, where, pick }: Of<'select'>): Field {
    const list = this.wants(of, listOf(any), `.${pick}()`);
    const item = elementOf(list.type);
    const outside = this.sight;
    this.sight = outside.selecting(item);
    this.type(where);
    this.sight = outside;
    return pick === 'all' ? { ...list, type: listOf(item) } : { type: item, maybe: true };
  }

  #binary(expr: Of<'binary'>): Field {
    switch (expr.op) {
      case 'in':
      case 'not in':
        return this.#membership(expr);
      case '=':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
        return this.#comparison(expr);
      default:
        return this.#arithmetic(expr);
    }
  }

  #membership({ left, right, op, at }: Of<'binary'>): Field {
    const given = this.type(left);
    const list = this.wants(right, listOf(any), op).type;
    const item = right.kind === 'range' ? number : elementOf(list);
    if (list.kind === 'list' && !meets(given, item)) {
      this.#never(at, {
        left: given,
        right: item,
        always: op === 'in' ? 'false' : 'true',
        near: nearValue(left, item, given),
      });
    }
    return { type: truth };
  }

  #comparison({ left, right, op, at }: Of<'binary'>): Field {
    const [a, b] = [this.type(left), this.type(right)];
    const order = op !== '=' && op !== '!=';
    const nothing = [a, b].some(({ kind }) => kind === 'nothing');
    if (order ? nothing || !ordered(a, b) : !nothing && !meets(a, b)) {
      const near = nearValue(left, b, a) ?? nearValue(right, a, b);
      this.#never(at, { left: a, right: b, always: op === '!=' ? 'true' : 'false', near });
    }
    return { type: truth };
  }

  #never(at: number, how: { left: Type; right: Type; always: string; near: string | undefined }): void {
    const [found, expected] = [describeType(how.left), describeType(how.right)];
    const moments = [how.left, how.right].some(({ kind }) => kind === 'moment') && found !== 'text';
    this.say(errors.LANGUAGE_NEVER_TRUE, at, {
      found,
      expected,
      near: how.near,
      sentence: `this is always ${how.always}: ${found} is compared with ${expected}`,
      ...(moments ? { mend: 'Write toDateTime(…) around the side that is a text' } : {}),
    });
  }

  #arithmetic({ left, right, op }: Of<'binary'>): Field {
    const fields = [this.known(left), this.known(right)];
    const [a, b] = fields.map(({ type }) => type) as [Type, Type];
    const maybe = fields.some((field) => field.maybe);
    const duration = [a, b].some(({ kind }) => kind === 'duration');
    const dated = [a, b].some(({ kind }) => kind === 'moment');
    if (duration && dated && (op === '+' || op === '-')) return { type: moment, maybe };
    if (a.kind === 'moment' && b.kind === 'moment' && op === '-') return { type: { kind: 'duration' }, maybe };
    if (op === '+' && fits(a, text) && fits(b, text)) {
      const joined = [a, b].some((type) => kindsOf(type).some(({ kind }) => kind === 'text' || kind === 'any'));
      return { type: joined ? oneOf([a, b].every(({ kind }) => kind === 'any') ? [any] : [text]) : number, maybe };
    }
    this.#again(left, a, op);
    this.#again(right, b, op);
    return { type: duration && op !== '/' ? { kind: 'duration' } : number, maybe };
  }

  /** The side of an operator is a number; its own problems were said before. */
  #again(expr: Expr, given: Type, op: string): void {
    if (fits(given, number)) return;
    const sentence = `${op} needs a number, and ${print(expr)} is ${describeType(given)}`;
    this.say(errors.LANGUAGE_TYPE, expr.at, { found: describeType(given), expected: 'number', sentence });
  }
}

function literalType(value: unknown): Type {
  if (typeof value === 'string') return { kind: 'text', values: [value] };
  if (typeof value === 'number') return number;
  return typeof value === 'boolean' ? truth : { kind: 'nothing' };
}

/** May two values be equal? Types that list their values must share one. */
function meets(a: Type, b: Type): boolean {
  if (!comparable(a, b)) return [a, b].some(({ kind }) => kind === 'nothing');
  const [left, right] = [a, b].map((type) => (type.kind === 'text' ? type.values : undefined));
  return left === undefined || right === undefined || left.some((value) => right.includes(value));
}

/** May two values be ordered? Two numbers or two texts may. */
function ordered(a: Type, b: Type): boolean {
  return (
    comparable(a, b) &&
    ![a, b].some((type) => kindsOf(type).every(({ kind }) => ['truth', 'list', 'map'].includes(kind)))
  );
}

/** For a text that is none of the values there are: the one that may have been meant. */
function nearValue(expr: Expr, type: Type, given: Type): string | undefined {
  if (expr.kind === 'value' && typeof expr.value === 'string' && type.kind === 'text') {
    const near = nearest(expr.value, type.values ?? []);
    return near === undefined ? undefined : shown(near);
  }
  return type.kind === 'text' && type.values?.length === 1 && given.kind === 'text'
    ? nearQuoted(type.values[0]!, given.values ?? [])
    : undefined;
}

function nearQuoted(value: string, values: readonly string[]): string | undefined {
  const near = nearest(value, values);
  return near === undefined ? undefined : shown(near);
}

/** What `T` stands for, once a parameter with it was given a type. */
function bound(wanted: Type, given: Type): Type | null {
  if (wanted.kind === 'same') return given;
  if (wanted.kind === 'list' && wanted.of.kind === 'same') return elementOf(given);
  return null;
}

function filled(type: Type, same: Type): Type {
  if (type.kind === 'same') return same;
  if (type.kind === 'list') return listOf(filled(type.of, same));
  return type;
}
