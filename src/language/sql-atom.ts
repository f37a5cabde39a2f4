import { compile } from './compile.ts';
import type { HistoryCall } from './history-call.ts';
import { dayMs, sinceGet } from './history-run.ts';
import { Names } from './name.ts';
import type { Atom, Plan } from './rule-plan.ts';
import { Run } from './run.ts';
import { codeUnitOrder, eitherUnsure, missing, settled } from './sql-value.ts';
import type { SqlTest, SqlValue } from './sql-value.ts';
import { guarded, stepInto } from './sql-write.ts';
import type { Column } from './sql-join.ts';
import type { SqlWriter } from './sql-write.ts';

/** What a question is when nothing fits. */
function none({ call }: Atom): string {
  if (call.name === 'happened') return `'false'::jsonb`;
  return call.name === 'count' || call.name === 'sum' ? `'0'::jsonb` : `'null'::jsonb`;
}

/**
 * Joins one question to everybody: a table of profile and value, made in one go over the events; for a `since:` that
 * differs from profile to profile, and for what few are asked, one look into the events for each.
 */
export function atomSql(writer: SqlWriter, atom: Atom): SqlValue {
  const { events, profiles } = writer.tables;
  const gate = gateOf(writer.plan, atom);
  const call = gate?.same ? { ...atom.call, within: gate.within } : atom.call;
  const since = call.since !== null && atom.moving ? writer.value(call.since) : null;
  const conditions = windowSql(writer, { ...atom, call });
  if (conditions === null) return { sql: none(atom), unsure: null };
  const fits = fitting(writer, atom);
  if (fits.may !== 'true') conditions.push(fits.may);
  if (since !== null)
    conditions.push(
      `case when ${guarded(since.sql)} then ${epoch(events.at)} >= (${since.sql})::numeric else false end`,
    );
  const { value, doubt } = aggregate(writer, atom, fits);
  const from = `from ${events.from} where ${conditions.join(' and ')} and ${events.profile}`;
  const each = since !== null || (gate !== null && !gate.same);
  const column = each
    ? writer.joins.toEach((columns) => `select ${columns} ${from} = ${profiles.id}`, { value, doubt })
    : writer.joins.toAll(
        scanOf(call),
        (columns) => `select ${events.profile} as k, ${columns} ${from} is not null group by 1`,
        { value, doubt },
      );
  const made = result(atom, column.v, writer);
  // A text may be a moment in ISO 8601; that is left to `test`.
  const odd = since === null || since.kind === 'number' ? null : `jsonb_typeof(${since.sql}) = 'string'`;
  const unsure = eitherUnsure([
    made,
    { ...missing, unsure: doubt === null ? null : inDoubt(atom, column) },
    { ...missing, unsure: odd },
    ...(since === null ? [] : [since]),
  ]);
  return { ...made, unsure };
}

/**
 * A question to the whole history, asked only of those whom a question to a short time has left: each of them is looked up,
 * instead of going through all that ever happened. When the short question asks for the same events (`same`), the last of
 * them lies in its time, too, and both are answered in one go.
 */
function gateOf({ expr, atoms }: Plan, { call }: Atom): { within: number; same: boolean } | null {
  if (call.within !== null || call.since !== null || expr.kind !== 'and') return null;
  const gates = expr.items.flatMap((item) => {
    const gate = item.kind === 'call' ? atoms.get(item)?.call : undefined;
    return gate?.name === 'happened' && gate.since === null && gate.within !== null ? [gate] : [];
  });
  if (gates.length === 0) return null;
  const twin = call.name === 'last' ? gates.find((gate) => eventsOf(gate) === eventsOf(call)) : undefined;
  return { within: (twin ?? gates[0]!).within!, same: twin !== undefined };
}

/** Which events a call asks for, time aside; equal texts mean the same events. */
function eventsOf({ types, where }: HistoryCall): string {
  return JSON.stringify([types, where], (key, value: unknown) => (key === 'at' ? undefined : value));
}

/** Calls for which this is one text go through the same events. */
function scanOf(call: HistoryCall): string {
  const plain = (key: string, value: unknown) => (key === 'at' ? undefined : value);
  return JSON.stringify([eventsOf(call), call.within, call.since], plain);
}

function picksMoment({ picks: [path] }: Atom): boolean {
  return path!.length === 1 && path![0] === 'at';
}

/** That something happened is settled by one event that fits for sure, whatever else there may be. */
function inDoubt({ call }: Atom, { v, u }: Column): string {
  return call.name === 'happened' ? `(${u} and not ${v}) is true` : `coalesce(${u}, false)`;
}

function epoch(at: string): string {
  return `(extract(epoch from ${at}) * 1000)`;
}

/** The conditions of type and time; null when nothing can fit. */
function windowSql(writer: SqlWriter, { call, moving }: Atom): string[] | null {
  const { events } = writer.tables;
  const conditions = [`${events.types} ?| ${writer.param(call.types, 'text[]')}`];
  conditions.push(`${events.at} <= ${writer.param(timestamp(writer.now), 'timestamptz')}`);
  if (call.within !== null) {
    conditions.push(`${events.at} > ${writer.param(timestamp(writer.now - call.within), 'timestamptz')}`);
  }
  if (call.since === null || moving) return conditions;
  const { source } = writer.plan;
  const names = new Names();
  const get = compile(call.since, { source, names });
  const at = sinceGet(get, true)(new Run(source, names.count, {}, { now: 0 }));
  if (typeof at !== 'number') return null;
  conditions.push(`${epoch(events.at)} >= ${writer.param(at, 'numeric')}`);
  return conditions;
}

/** A moment as PostgreSQL takes it; what lies before its time is its beginning. */
function timestamp(at: number): string {
  const floor = Math.floor(at);
  if (floor < -210_000_000_000_000) return '-infinity';
  if (floor > 8_000_000_000_000_000) return 'infinity';
  const ms = new Date(floor).toISOString().replace('Z', '');
  // A part of a millisecond, as "PT0.0005S" makes it, is kept: events stand on whole ones.
  return at === floor ? `${ms}Z` : `${ms}5Z`;
}

const noTest: SqlTest = settled('true');

function itemsSql(writer: SqlWriter): string {
  const items = stepInto(`(${writer.tables.events.data})`, ['items']).sql;
  return `jsonb_array_elements(case jsonb_typeof(${items}) when 'array' then ${items} else '[]'::jsonb end) as item(v)`;
}

function fitting(writer: SqlWriter, { call }: Atom): SqlTest {
  const { where } = call;
  if (where === null) return noTest;
  if (!call.whereItem) return writer.inside({ item: null }, () => writer.test(where));
  const test = writer.inside({ item: 'item.v' }, () => writer.test(where));
  const some = (one: string) => `exists (select 1 from ${itemsSql(writer)} where ${one})`;
  return test.may === test.must ? settled(some(test.may)) : { may: some(test.may), must: some(test.must) };
}

/** The value over the events, and when it is in doubt. */
function aggregate(writer: SqlWriter, atom: Atom, fits: SqlTest): { value: string; doubt: string | null } {
  const { call } = atom;
  const { events } = writer.tables;
  const sure = fits.may === fits.must;
  const only = sure ? '' : ` filter (where ${fits.must})`;
  const doubt = sure ? null : `not (${fits.must})`;
  switch (call.name) {
    case 'happened':
      return { value: `bool_or(${sure ? 'true' : fits.must})`, doubt };
    case 'count':
      return { value: `count(*)${only}`, doubt };
    case 'daysSince':
      return { value: `max(${events.at})${only}`, doubt };
    case 'sum':
      return sumSql(writer, atom, { only, doubt });
    default: {
      // Events of one moment have one moment: which of them is the last does not matter.
      if (picksMoment(atom)) return { value: `${call.name === 'last' ? 'max' : 'min'}(${events.at})${only}`, doubt };
      const path = atom.picks[0]!;
      const picked = writer.inside({ item: null }, () =>
        writer.value({ kind: 'name', at: 0, name: 'event', segments: path }),
      );
      const order = call.name === 'last' ? 'desc' : 'asc';
      const by = `${events.at} ${order}, ${codeUnitOrder(`(${events.id})::text`)} ${order}`;
      const value = `(array_agg(${picked.sql} order by ${by})${only})[1]`;
      return { value, doubt: eitherUnsure([picked, { ...missing, unsure: doubt }]) };
    }
  }
}

function sumSql(writer: SqlWriter, { call }: Atom, { only, doubt }: { only: string; doubt: string | null }) {
  const of = call.of!;
  const number = (sql: string) => `case jsonb_typeof(${sql}) when 'number' then (${sql})::numeric end`;
  if (!call.ofItem) {
    const value = writer.inside({ item: null }, () => writer.value(of));
    return { value: `sum(${number(value.sql)})${only}`, doubt: eitherUnsure([value, { ...missing, unsure: doubt }]) };
  }
  const [value, test] = writer.inside({ item: 'item.v' }, () => [
    writer.value(of),
    call.where === null ? noTest : writer.test(call.where),
  ]);
  const sum = `(select sum(${number(value.sql)}) from ${itemsSql(writer)} where ${test.must})`;
  const odd = eitherUnsure([value, { ...missing, unsure: test.may === test.must ? null : `not (${test.must})` }]);
  const unsure = odd === null ? null : `exists (select 1 from ${itemsSql(writer)} where (${test.may}) and (${odd}))`;
  return {
    value: `sum(${sum})${only}`,
    doubt: eitherUnsure([
      { ...missing, unsure: doubt },
      { ...missing, unsure },
    ]),
  };
}

/** The joined column as a value of the language. */
function result(atom: Atom, v: string, writer: SqlWriter): SqlValue {
  switch (atom.call.name) {
    case 'happened':
      // Said so that who has no such event drops out of the join by itself.
      return { sql: `to_jsonb(coalesce(${v}, false))`, kind: 'truth', truth: `(${v} is true)`, unsure: null };
    case 'count':
      return { sql: `to_jsonb(coalesce(${v}, 0))`, kind: 'number', unsure: null };
    case 'sum': {
      const large = `abs(${v}) >= 1.797693134862315807937e308`;
      const small = `abs(${v}) < 2.4703282292062328e-324`;
      const number = `case when ${large} then 'null'::jsonb when ${small} then '0'::jsonb else to_jsonb((${v})::float8) end`;
      return { sql: `coalesce(${number}, '0'::jsonb)`, kind: 'number', unsure: null };
    }
    case 'daysSince': {
      const past = `to_jsonb((${writer.param(writer.now, 'numeric')} - ${epoch(v)})::float8 / ${dayMs}::float8)`;
      return { sql: `coalesce(${past}, 'null'::jsonb)`, kind: 'number', unsure: null };
    }
    default: {
      if (!picksMoment(atom)) return { sql: `coalesce(${v}, 'null'::jsonb)`, unsure: null };
      const moment = `to_jsonb(${epoch(v)}::bigint)`;
      return { sql: `coalesce(${moment}, 'null'::jsonb)`, kind: 'number', moment: true, unsure: null };
    }
  }
}
