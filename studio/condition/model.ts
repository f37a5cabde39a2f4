/** What a condition of the language says, as a form shows it. Its text is `write.ts`, the way back `read.ts`. */
export type Condition = Group | Did | Compared | Member | Written;

/** All of its conditions hold, or one of them. */
export interface Group {
  kind: 'group';
  negated: boolean;
  join: 'and' | 'or';
  items: Condition[];
}

/** What is asked of the history. */
export const asks = ['happened', 'count', 'sum', 'daysSince'] as const;
export type Ask = (typeof asks)[number];

/** What somebody did or did not do: which of it, how often, within how long. */
export interface Did {
  kind: 'did';
  negated: boolean;
  ask: Ask;
  types: string[];
  /** What a sum adds, as it is written; null for all others. */
  of: string | null;
  /** Which of those events, over `event` and `item`. */
  where: Group | null;
  /** From which moment on, as it is written. */
  since: string | null;
  /** Not older than this, as it is written: `P30D`, `7 days`. */
  within: string | null;
  /** What the number is compared with; null for what has happened or not. */
  than: { by: Order; value: number } | null;
}

export const orders = ['>=', '>', '=', '!=', '<', '<='] as const;
export type Order = (typeof orders)[number];

/** How a value may be compared. */
export type Test = Order | 'in' | 'not in' | 'between' | Called | Bare;
export const called = ['startsWith', 'endsWith', 'contains', 'containsIgnoreCase'] as const;
export type Called = (typeof called)[number];
export const bare = ['true', 'is empty', 'is not empty', 'is null', 'is not null', 'isEmpty', 'isNotEmpty'] as const;
export type Bare = (typeof bare)[number];

export type Plain = string | number | boolean;

/** What is taken of a field before it is compared. */
export const measures = ['daysSince', 'hoursSince', 'count'] as const;
export type Measure = (typeof measures)[number];

/** A field, and what it is compared with. */
export interface Compared {
  kind: 'compared';
  negated: boolean;
  /** As it is written: `profile.cart.count`. */
  path: string;
  of: Measure | null;
  test: Test;
  /** None for what needs none, two for `between`, any number for lists, otherwise one. */
  values: Plain[];
}

/** Being in another audience. */
export interface Member {
  kind: 'member';
  negated: boolean;
  audience: string;
}

/** What fields cannot say: it stays as it is written. */
export interface Written {
  kind: 'written';
  negated: boolean;
  text: string;
}

export const isBare = (test: Test): test is Bare => (bare as readonly string[]).includes(test);
export const isCalled = (test: Test): test is Called => (called as readonly string[]).includes(test);
export const isOrder = (word: string): word is Order => (orders as readonly string[]).includes(word);

export const groupOf = (items: Condition[], join: Group['join'] = 'and', negated = false): Group => ({
  kind: 'group',
  negated,
  join,
  items,
});

/** The same without groups that say nothing: as it is read back from its own text. Pure. */
export function tidy(root: Group): Group {
  const made = tidied(root);
  if (made === null) return groupOf([]);
  return made.kind === 'group' && !made.negated ? made : groupOf([made]);
}

function tidied(condition: Condition): Condition | null {
  if (condition.kind === 'did' && condition.where !== null) {
    const where = tidy(condition.where);
    return { ...condition, where: where.items.length === 0 ? null : where };
  }
  if (condition.kind !== 'group') return condition;
  const { join, negated } = condition;
  const items = condition.items.flatMap((item) => {
    const made = tidied(item);
    if (made === null) return [];
    return made.kind === 'group' && !made.negated && made.join === join ? made.items : [made];
  });
  const [only] = items;
  if (only === undefined) return null;
  if (items.length > 1) return groupOf(items, join, negated);
  if (!negated) return only;
  return only.negated ? groupOf([only], 'and', true) : { ...only, negated: true };
}

/** How many conditions it has that fields cannot show. Pure. */
export function writtenIn(condition: Condition): number {
  if (condition.kind === 'written') return 1;
  if (condition.kind === 'did') return condition.where === null ? 0 : writtenIn(condition.where);
  return condition.kind === 'group' ? condition.items.reduce((sum, item) => sum + writtenIn(item), 0) : 0;
}
