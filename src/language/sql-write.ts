import { compile } from './compile.ts';
import { functionOf, isConstant } from './rule-plan.ts';
import type { CallExpr, MemberExpr, Plan } from './rule-plan.ts';
import type { RuleTables } from './rule-sql.ts';
import { isHistoryCall } from './history-call.ts';
import { Names } from './name.ts';
import { Run } from './run.ts';
import { atomSql } from './sql-atom.ts';
import { SqlJoins } from './sql-join.ts';
import {
  eitherUnsure,
  equals,
  joined,
  missing,
  negated,
  ordered,
  orNull,
  settled,
  truthTest,
  truthValue,
  unsaid,
} from './sql-value.ts';
import type { SqlTest, SqlValue } from './sql-value.ts';
import type { Expr, Segment } from './tree.ts';

/** What `event` and `item` are at a place: inside `where:` and `of:` they are something. */
export interface SqlPlace {
  item: string | null;
}

/** How deep values nest in one another before the rest is left to `test`; keeps the text of the query short. */
const depthLimit = 6;

/** Writes a rule as SQL. Whatever has no exact twin there becomes unsure, never wrong. */
export class SqlWriter {
  readonly #values: unknown[] = [];
  readonly joins: SqlJoins;
  readonly plan: Plan;
  readonly tables: RuleTables;
  readonly now: number;
  readonly #atoms = new Map<CallExpr, SqlValue>();
  #place: SqlPlace | null = null;
  #depth = 0;

  constructor(plan: Plan, tables: RuleTables, now: number) {
    this.plan = plan;
    this.tables = tables;
    this.joins = new SqlJoins(tables.profiles.id);
    this.now = now;
  }

  /** A parameter with its type; it gets its number when the text is whole, for parts of it may be dropped. */
  param(value: unknown, type: string): string {
    this.#values.push(value);
    return `\uE001${this.#values.length}\uE001::${type}`;
  }

  /** The text with its parameters numbered in the order they stand in, and their values. */
  numbered(text: string): { text: string; values: unknown[] } {
    const values: unknown[] = [];
    const places = new Map<string, number>();
    const made = text.replace(/\uE001(\d+)\uE001/g, (_, number: string) => {
      if (!places.has(number)) places.set(number, values.push(this.#values[Number(number) - 1]));
      return `$${places.get(number)}`;
    });
    return { text: made, values };
  }

  /** Writes what stands in `where:` or `of:`. */
  inside<T>(place: SqlPlace, write: () => T): T {
    const before = this.#place;
    this.#place = place;
    const made = write();
    this.#place = before;
    return made;
  }

  test(expr: Expr): SqlTest {
    switch (expr.kind) {
      case 'and':
      case 'or':
        return joined(
          expr.items.map((item) => this.test(item)),
          expr.kind,
        );
      case 'not':
        return negated(this.test(expr.of));
      case 'binary':
        return this.#binary(expr) ?? truthTest(this.value(expr));
      case 'is':
        return this.#is(expr);
      case 'call':
        return this.#asked(expr) ?? truthTest(this.value(expr));
      default:
        return truthTest(this.value(expr));
    }
  }

  value(expr: Expr): SqlValue {
    if (this.#depth >= depthLimit) return unsaid;
    this.#depth++;
    const made = isConstant(expr) ? this.#constant(expr) : this.#written(expr);
    this.#depth--;
    return made;
  }

  #written(expr: Expr): SqlValue {
    switch (expr.kind) {
      case 'name':
        return this.#name(expr);
      case 'member':
        return this.#member(expr);
      case 'call':
        return isHistoryCall(expr) ? this.#atom(expr) : this.#call(expr);
      case 'fallback': {
        const values = expr.items.map((item) => this.value(item));
        const [kind] = values.map((value) => value.kind);
        const parts = [...values.slice(0, -1).map(orNull), values.at(-1)!.sql];
        const made: SqlValue = { sql: `coalesce(${parts.join(', ')})`, unsure: eitherUnsure(values) };
        if (kind !== undefined && values.every((value) => value.kind === kind)) made.kind = kind;
        if (values.every((value) => value.moment)) made.moment = true;
        return made;
      }
      case 'and':
      case 'or':
      case 'not':
      case 'is':
        return truthValue(this.test(expr));
      case 'binary': {
        const mayBeNothing = expr.op === 'in' || expr.op === 'not in';
        const test = mayBeNothing ? null : this.#binary(expr);
        return test === null ? unsaid : truthValue(test);
      }
      default:
        return unsaid;
    }
  }

  /** What needs no data is worked out here. */
  #constant(expr: Expr): SqlValue {
    const { source } = this.plan;
    const names = new Names();
    const get = compile(expr, { source, names, forgives: true });
    return this.literal(get(new Run(source, names.count, {}, { now: this.now })) ?? null);
  }

  literal(value: unknown): SqlValue {
    if (value === null) return missing;
    // A moment with a zone compares as a moment and writes itself as a text.
    if (holdsObject(value)) return unsaid;
    const json = JSON.stringify(value);
    // PostgreSQL keeps neither NUL nor half a pair of surrogates.
    if (/\\u0000|\\ud[89a-f]/i.test(json)) return unsaid;
    const kinds = { number: 'number', string: 'text', boolean: 'truth', object: 'list' } as const;
    const kind = kinds[typeof value as keyof typeof kinds];
    const made: SqlValue = { sql: this.param(json, 'jsonb'), kind, unsure: null };
    return typeof value === 'number' && Math.abs(value) <= 8.64e15 ? { ...made, moment: true } : made;
  }

  #name(expr: Expr & { kind: 'name' }): SqlValue {
    const path = this.#constantPath(expr.segments);
    if (path === null || expr.name === 'this') return unsaid;
    if (expr.name === 'item') return this.#place?.item ? this.#item(this.#place.item, path) : missing;
    return expr.name === 'event' ? this.#event(path) : this.#profile(path);
  }

  /** Segments as keys; null when one depends on data. */
  #constantPath(segments: readonly Segment[]): string[] | null {
    const keys = segments.map((segment) => {
      if (typeof segment === 'string') return segment;
      return segment.kind === 'value' && typeof segment.value === 'number' && segment.value >= 0
        ? String(segment.value)
        : null;
    });
    return keys.every((key) => key !== null) ? keys : null;
  }

  #item(item: string, path: string[]): SqlValue {
    const made = stepInto(item, path);
    return path.length === 1 && this.tables.events.itemTexts?.includes(path[0]!) ? { ...made, kind: 'text' } : made;
  }

  #event([first, ...rest]: string[]): SqlValue {
    const { events } = this.tables;
    if (first === undefined) return unsaid;
    if (first === 'at') return rest.length > 0 ? missing : { ...atOf(events.at), unsure: null };
    if (first === 'id')
      return rest.length > 0 ? missing : { sql: `to_jsonb((${events.id})::text)`, kind: 'text', unsure: null };
    if (first === 'types') return stepInto(`(${events.types})`, rest);
    return stepInto(`(${events.data})`, [first, ...rest]);
  }

  #profile(path: string[]): SqlValue {
    for (let known = path.length; known > 0; known--) {
      const found = this.tables.profiles.view(path.slice(0, known));
      if (found === null) continue;
      const rest = path.slice(known);
      if (typeof found === 'string') return stepInto(`(${found})`, rest);
      if (rest.length > 0) return missing;
      const made: SqlValue = { sql: `coalesce(${found.sql}, 'null'::jsonb)`, unsure: null };
      return { ...made, kind: found.kind === 'moment' ? 'number' : found.kind, moment: found.kind === 'moment' };
    }
    return unsaid;
  }

  #member(expr: MemberExpr): SqlValue {
    const field = this.plan.fields.get(expr);
    if (field !== undefined) return this.#atom(field.atom);
    const path = this.#constantPath(expr.segments);
    if (path === null) return unsaid;
    const of = this.value(expr.of);
    return { ...stepInto(of.sql, path), unsure: of.unsure };
  }

  #atom(call: CallExpr): SqlValue {
    const known = this.#atoms.get(call);
    if (known !== undefined) return known;
    const made = atomSql(this, this.plan.atoms.get(call)!);
    this.#atoms.set(call, made);
    return made;
  }

  #binary(expr: Expr & { kind: 'binary' }): SqlTest | null {
    const { op, left, right } = expr;
    if (op === 'in')
      return right.kind === 'range' ? this.#between(left, right) : this.#within(this.value(left), this.value(right));
    if (op === 'not in') return this.#without(left, right);
    if (['+', '-', '*', '/', '%'].includes(op)) return null;
    const [a, b] = [this.value(left), this.value(right)];
    if (op === '=') return equals(a, b);
    return op === '!=' ? negated(equals(a, b)) : ordered(op as '<', a, b);
  }

  #between(value: Expr, { from, to }: Expr & { kind: 'range' }): SqlTest {
    const [it, low, high] = [this.value(value), this.value(from), this.value(to)];
    const unsure = [low, high].filter(({ kind, sql }) => kind !== 'number' && sql !== missing.sql);
    if (unsure.length > 0) return settled('false', [unsaid]);
    return joined(
      [
        ordered('>=', { ...it, kind: it.kind ?? 'number' }, low),
        ordered('<=', { ...it, kind: it.kind ?? 'number' }, high),
      ],
      'and',
    );
  }

  /** What is no list is neither in nor not in: then `not in` is nothing, so it is not true. */
  #without(left: Expr, right: Expr): SqlTest {
    if (right.kind === 'range') return negated(this.#between(left, right));
    const [value, list] = [this.value(left), this.value(right)];
    const isList = settled(`jsonb_typeof(${list.sql}) in ('array', 'null')`, [list]);
    return joined([isList, negated(this.#within(value, list))], 'and');
  }

  /** Is one of the list's items equal? A list of the data may hold lists and maps, which are left to `test`. */
  #within(value: SqlValue, list: SqlValue): SqlTest {
    const items = `jsonb_array_elements(case jsonb_typeof(${list.sql}) when 'array' then ${list.sql} else '[]'::jsonb end) as x(v)`;
    const found = `exists (select 1 from ${items} where x.v = ${value.sql})`;
    const test = settled(found, [value, list]);
    if (value.kind !== undefined || list.kind === 'list') return test;
    const deep = `jsonb_typeof(${value.sql}) in ('array', 'object')`;
    return { may: `(${test.may} or ${deep})`, must: `(${test.must} and not ${deep})` };
  }

  #is({ of, test, negated: not }: Expr & { kind: 'is' }): SqlTest {
    const value = this.value(of);
    const made =
      test === 'null'
        ? settled(`${value.sql} = 'null'::jsonb`, [value])
        : test === 'empty'
          ? emptyTest(value)
          : test === 'numeric'
            ? settled(`jsonb_typeof(${value.sql}) = 'number'`, [value])
            : settled('false', [unsaid]);
    return not ? negated(made) : made;
  }

  /** Functions that ask something, with their twins in SQL. */
  #asked(expr: CallExpr): SqlTest | null {
    if (isHistoryCall(expr) || expr.args.length === 0) return null;
    const name = functionOf(expr);
    if (!['isNull', 'isNotNull', 'isEmpty', 'isNotEmpty'].includes(name)) return this.#textAsked(expr, name);
    const value = this.value(expr.args[0]!);
    const test = name.endsWith('Null') ? settled(`${value.sql} = 'null'::jsonb`, [value]) : emptyTest(value);
    return name.includes('Not') ? negated(test) : test;
  }

  #textAsked({ args }: CallExpr, name: string): SqlTest | null {
    if (name === 'in' && args.length === 2) {
      const list = this.value(args[1]!);
      return this.#within(this.value(args[0]!), list);
    }
    if (!['contains', 'startsWith'].includes(name) || args.length !== 2) return null;
    const [text, part] = [this.value(args[0]!), this.value(args[1]!)];
    if (part.kind !== 'text') return settled('false', [unsaid]);
    const [whole, sought] = [`(${text.sql} #>> '{}')`, `(${part.sql} #>> '{}')`];
    const found = name === 'contains' ? `strpos(${whole}, ${sought}) > 0` : `starts_with(${whole}, ${sought})`;
    // Numbers and truth values are searched as texts, and lists by their items: that is left to `test`.
    const other = text.kind === 'text' ? null : `jsonb_typeof(${text.sql}) not in ('string', 'null')`;
    const isText = `(jsonb_typeof(${text.sql}) = 'string' and ${found})`;
    return settled(isText, [text, part, { ...missing, unsure: other }]);
  }

  #call(expr: CallExpr): SqlValue {
    const test = this.#asked(expr);
    if (test !== null) return functionOf(expr) === 'in' ? unsaid : truthValue(test);
    const name = functionOf(expr);
    if (name === 'coalesce') {
      const values = expr.args.map((arg) => this.value(arg));
      const parts = values.map(({ sql }) => `nullif(${sql}, 'null'::jsonb)`);
      return { sql: `coalesce(${parts.join(', ')}, 'null'::jsonb)`, unsure: eitherUnsure(values) };
    }
    if (name === 'daysSince') return this.#elapsed(expr.args[0]!, 86_400_000);
    return name === 'hoursSince' ? this.#elapsed(expr.args[0]!, 3_600_000) : unsaid;
  }

  /** Of a text the language reads ISO 8601; that is left to `test`. */
  #elapsed(of: Expr, unit: number): SqlValue {
    const value = this.value(of);
    const moment = value.moment
      ? 'true'
      : `jsonb_typeof(${value.sql}) = 'number' and abs((${value.sql})::numeric) <= 8.64e15`;
    const kind = value.moment ? `${value.sql} <> 'null'::jsonb` : moment;
    const past = `to_jsonb((${this.param(this.now, 'float8')} - (${value.sql})::float8) / ${unit}::float8)`;
    const unsure = value.moment ? null : `(jsonb_typeof(${value.sql}) <> 'null' and not (${guarded(value.sql)}))`;
    const sql = `case when ${value.moment ? kind : guarded(value.sql)} then ${past} else 'null'::jsonb end`;
    return { sql, kind: 'number', unsure: eitherUnsure([value, { ...missing, unsure }]) };
  }
}

/** A map equals nothing but itself. */
function holdsObject(value: unknown): boolean {
  return Array.isArray(value) ? value.some(holdsObject) : typeof value === 'object' && value !== null;
}

/** A number that is a moment; nothing is cast before it is known to be a number. */
export function guarded(sql: string): string {
  return `case jsonb_typeof(${sql}) when 'number' then abs((${sql})::numeric) <= 8.64e15 else false end`;
}

function emptyTest(value: SqlValue): SqlTest {
  return settled(`${value.sql} in ('null'::jsonb, '""'::jsonb, '[]'::jsonb)`, [value]);
}

/** The milliseconds of a timestamptz. */
export function atOf(at: string): SqlValue {
  return { sql: `to_jsonb((extract(epoch from ${at}) * 1000)::bigint)`, kind: 'number', moment: true, unsure: null };
}

/** Follows a path the way the language does; what PostgreSQL would take differently is unsure. */
export function stepInto(start: string, path: readonly string[]): SqlValue {
  if (path.includes('__proto__')) return missing;
  // PostgreSQL counts places from the end below zero, and takes signs and spaces; the language does neither.
  if (
    path.some((key) => /^\s*[+-]?\s*\d/.test(key) && !/^\d{1,9}$/.test(key)) ||
    path.some((key) => /\p{C}/u.test(key))
  )
    return unsaid;
  let sql = start;
  let run: string[] = [];
  const walk = () => {
    if (run.length > 0) sql = `(${sql} #> array[${run.map((key) => `'${key.replaceAll("'", "''")}'`).join(', ')}])`;
    run = [];
  };
  for (const key of path) {
    if (key !== 'length') run.push(key);
    else {
      walk();
      sql = `(case jsonb_typeof(${sql}) when 'array' then to_jsonb(jsonb_array_length(${sql})) else ${sql} #> '{length}' end)`;
    }
  }
  walk();
  return { sql: `coalesce(${sql}, 'null'::jsonb)`, unsure: null };
}
