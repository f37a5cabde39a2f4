/** An answer in a join: its value, and whether it is in doubt; null when it never is. */
export interface Column {
  v: string;
  u: string | null;
}

/** What a column is made of: an aggregate, and the condition under which a row makes it doubtful. */
export interface Aggregate {
  value: string;
  doubt: string | null;
}

interface Join {
  key: string | null;
  columns: string[];
  text: (columns: string, name: string) => string;
}

/** The queries over events that a rule joins to its profiles. */
export class SqlJoins {
  readonly #id: string;
  readonly #joins: Join[] = [];

  /** @param id the profile's id in SQL */
  constructor(id: string) {
    this.#id = id;
  }

  /** As they stand in the query. */
  get texts(): string[] {
    return this.#joins.map(({ columns, text }, place) => text(columns.join(', '), `a${place}`));
  }

  /** Joins a query with a row and `k` for each profile it finds. What goes through the same events (`key`) shares one. */
  toAll(key: string, query: (columns: string) => string, column: Aggregate): Column {
    const known = this.#joins.findIndex((join) => join.key === key);
    if (known !== -1) return this.#column(known, column);
    const text = (columns: string, name: string) => `left join (${query(columns)}) ${name} on ${name}.k = ${this.#id}`;
    return this.#column(this.#joins.push({ key, columns: [], text }) - 1, column);
  }

  /** Joins a query that is asked for each profile and gives one row. */
  toEach(query: (columns: string) => string, column: Aggregate): Column {
    const text = (columns: string, name: string) => `left join lateral (${query(columns)}) ${name} on true`;
    return this.#column(this.#joins.push({ key: null, columns: [], text }) - 1, column);
  }

  #column(join: number, { value, doubt }: Aggregate): Column {
    const { columns } = this.#joins[join]!;
    const no = columns.length;
    columns.push(`${value} as v${no}`);
    if (doubt !== null) columns.push(`coalesce(bool_or(${doubt}), false) as u${no}`);
    return { v: `a${join}.v${no}`, u: doubt === null ? null : `a${join}.u${no}` };
  }
}
