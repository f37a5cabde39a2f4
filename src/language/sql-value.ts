/** A value in SQL: jsonb, never SQL null; what is missing is `'null'`. */
export interface SqlValue {
  sql: string;
  /** What it is unless it is nothing; left out when only the row knows. */
  kind?: 'number' | 'text' | 'truth' | 'list';
  /** A number in milliseconds that is a moment for sure. */
  moment?: boolean;
  /** Of a truth value: the condition itself, which the planner sees through where it does not see through jsonb. */
  truth?: string;
  /** A condition under which the value is not known; null when it always is. */
  unsure: string | null;
}

/** A question in SQL: where it may be true, and where it is true for sure. The same text when both are one. */
export interface SqlTest {
  may: string;
  must: string;
}

export const missing: SqlValue = { sql: `'null'::jsonb`, unsure: null };
/** What SQL cannot say. */
export const unsaid: SqlValue = { sql: `'null'::jsonb`, unsure: 'true' };

/** A question that is settled unless one of the values is not known. */
export function settled(sql: string, values: readonly SqlValue[] = []): SqlTest {
  const unsure = eitherUnsure(values);
  if (unsure === null) return { may: sql, must: sql };
  if (unsure === 'true') return { may: 'true', must: 'false' };
  return { may: `((${unsure}) or (${sql}))`, must: `(not (${unsure}) and (${sql}))` };
}

export function eitherUnsure(values: readonly SqlValue[]): string | null {
  const all = [...new Set(values.flatMap(({ unsure }) => unsure ?? []))];
  if (all.includes('true')) return 'true';
  return all.length === 0 ? null : all.map((one) => `(${one})`).join(' or ');
}

export function negated({ may, must }: SqlTest): SqlTest {
  return may === must ? settled(`not (${may})`) : { may: `not (${must})`, must: `not (${may})` };
}

export function joined(tests: readonly SqlTest[], word: 'and' | 'or'): SqlTest {
  const all = (side: 'may' | 'must') => `(${tests.map((test) => `(${test[side]})`).join(` ${word} `)})`;
  return { may: all('may'), must: all('must') };
}

/** A question as a value. */
export function truthValue({ may, must }: SqlTest): SqlValue {
  return {
    sql: `to_jsonb(${must})`,
    kind: 'truth',
    truth: must,
    unsure: may === must ? null : `(${may}) and not (${must})`,
  };
}

/** Is it anything but null, false, 0, an empty text or an empty list? */
export function truthTest(value: SqlValue): SqlTest {
  if (value.truth !== undefined) return settled(value.truth, [value]);
  return settled(`${value.sql} not in ('null'::jsonb, 'false'::jsonb, '0'::jsonb, '""'::jsonb, '[]'::jsonb)`, [value]);
}

/** Nothing, an empty text and an empty list as SQL null. */
export function orNull({ sql }: SqlValue): string {
  return `nullif(nullif(nullif(${sql}, 'null'::jsonb), '""'::jsonb), '[]'::jsonb)`;
}

function isKind({ sql, kind }: SqlValue, wanted: 'number' | 'text'): string {
  if (kind !== undefined && kind !== wanted) return 'false';
  return `jsonb_typeof(${sql}) = '${wanted === 'text' ? 'string' : 'number'}'`;
}

/**
 * Texts in the order of UTF-16 code units, in which the language compares them. Bytes of UTF-8 have the same order but for
 * U+E000 to U+FFFF, which stand after all that needs two units; so these get the last character there is before them.
 */
export function codeUnitOrder(text: string): string {
  const last = `U&'\\+10FFFF'`;
  return `regexp_replace(replace(${text}, ${last}, ${last} || chr(1)), U&'([\\E000-\\FFFF])', ${last} || chr(2) || '\\1', 'g') collate "C"`;
}

/** `<` and its like: two numbers or two texts, otherwise false. */
export function ordered(op: '<' | '<=' | '>' | '>=', a: SqlValue, b: SqlValue): SqlTest {
  const ways: string[] = [];
  const both = (kind: 'number' | 'text') => [isKind(a, kind), isKind(b, kind)];
  const numbers = both('number');
  if (!numbers.includes('false')) ways.push(`(${numbers.join(' and ')} and ${a.sql} ${op} ${b.sql})`);
  const texts = both('text');
  if (!texts.includes('false')) {
    const [x, y] = [a, b].map(({ sql }) => codeUnitOrder(`(${sql} #>> '{}')`));
    ways.push(`(${texts.join(' and ')} and ${x} ${op} ${y})`);
  }
  return settled(ways.length === 0 ? 'false' : `(${ways.join(' or ')})`, [a, b]);
}

/** `=`: jsonb agrees with the language on everything but maps, which are equal only to themselves. */
export function equals(a: SqlValue, b: SqlValue): SqlTest {
  const plain = a.kind !== undefined || b.kind !== undefined;
  const same = `${a.sql} = ${b.sql}`;
  if (plain) return settled(`(${same})`, [a, b]);
  const deep = `(jsonb_typeof(${a.sql}) in ('array', 'object') and jsonb_typeof(${b.sql}) in ('array', 'object'))`;
  const test = settled(`(${same})`, [a, b]);
  return { may: `(${test.may} or ${deep})`, must: `(${test.must} and not ${deep})` };
}

/** A text constant of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
