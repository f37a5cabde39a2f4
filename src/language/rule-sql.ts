import { SqlWriter } from './sql-write.ts';
import type { Plan } from './rule-plan.ts';

/** A column of the profile whose kind is known; `sql` gives jsonb, or null for nothing. `moment` is in milliseconds. */
export interface TypedSql {
  sql: string;
  kind: 'number' | 'text' | 'truth' | 'moment';
}

/**
 * Where a query finds people and events. All are pieces of SQL of the caller's own making, never of a user's: they are put
 * into the text as they are. Nothing else in the text is not a parameter.
 */
export interface RuleTables {
  profiles: {
    /** `profile p` */
    from: string;
    /** `p.id`; never null, unique. */
    id: string;
    /** `p.merged_into is null` */
    where?: string;
    /** jsonb of `profile.<path>`, such as `p.state #> '{cart,id}'`, for the longest beginning of a path it knows; null if there is none: then the database leaves that part to `test`. */
    view(path: readonly string[]): string | TypedSql | null;
  };
  events: {
    /** `event e join identity i on …`; an event a profile, each once. */
    from: string;
    /** Of the type of `profiles.id`. */
    profile: string;
    /** jsonb list of texts. */
    types: string;
    /** timestamptz in whole milliseconds. */
    at: string;
    /** text */
    id: string;
    /** jsonb map: the event's own fields, as `HistoryEvent` has them beside `id`, `types` and `at`. */
    data: string;
    /** Fields of the event's items that are texts wherever they are. */
    itemTexts?: readonly string[];
  };
}

/** A query, its parameters, and whether all rows it gives are sure. */
export interface RuleSql {
  text: string;
  values: unknown[];
  exact: boolean;
}

/** A rule as a query over everybody: rows `{ id, sure }`. */
export function ruleSql(plan: Plan, tables: RuleTables, now: number): RuleSql {
  const writer = new SqlWriter(plan, tables, now);
  const { may, must } = writer.test(plan.expr);
  const { profiles } = tables;
  const only = profiles.where === undefined ? '' : ` and (${profiles.where})`;
  const text = `select ${profiles.id} as id, (${must}) as sure
from ${profiles.from}${writer.joins.texts.map((join) => `\n${join}`).join('')}
where (${may})${only}`;
  return { ...writer.numbered(text), exact: may === must };
}
