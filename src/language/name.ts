import { errorAt, errors } from './error.ts';
import type { Source } from './error.ts';
import type { Get } from './run.ts';
import type { Expr, Segment } from './tree.ts';
import { lookInto } from './value.ts';

type NameExpr = Expr & { kind: 'name' };
/** Continues a path from its first value. */
type Continue = (segments: readonly Segment[], get: Get) => Get;

/** Functions whose items are those of their first argument, so that paths go on through them. */
const passing = new Set(
  'limit skip chunk topN bottomN distinct distinctWithNull sort filter intersect head first last'.split(' '),
);

/** How Journey Optimizer calls the item a condition of `.all`, `.first` and `.last` looks at; here also `this`. */
const currentNames = new Set([
  'currentEventField',
  'currentActionField',
  'currentDataPackField',
  'currentDatasetLookupField',
]);
/** The alias of a selection's item: no name, so that bare names keep their meaning inside it. */
const selection = '';

/** A block around the place: `each` or `with`. */
interface Block {
  /** The name of its item, or null: then bare names are looked for in the item first. */
  alias: string | null;
  item: number;
  /** Numbers of the variables of `@index` and the count; null in `with`. */
  loop: { index: number; count: number } | null;
  /** The path the items come from, if it is one. */
  path: string | null;
}

/**
 * What names mean at a place of a template. Everything is settled while compiling: variables become numbers, and
 * `paths` gathers the data that is read.
 */
export class Names {
  readonly paths: Set<string>;
  /** Variables and parameters: their numbers. */
  readonly #lets = new Map<string, number>();
  /** Those that were set before this place of the source. */
  readonly #set = new Set<string>();
  /** The paths variables stand for, while all settings agree. */
  readonly #pathOfLet = new Map<string, string | null>();
  readonly #blocks: Block[] = [];
  #count = 0;

  /** @param parameters are the fragment's own, the first variables; @param lets the names of all variables */
  constructor(parameters: readonly string[] = [], lets: readonly string[] = [], paths: Set<string> = new Set()) {
    this.paths = paths;
    for (const name of parameters) this.#set.add(name);
    for (const name of [...parameters, ...lets]) {
      if (!this.#lets.has(name)) this.#lets.set(name, this.#count++);
    }
  }

  /** How many variables there are. */
  get count(): number {
    return this.#count;
  }

  /** The number of a variable or parameter. */
  numberOf(name: string): number {
    return this.#lets.get(name)!;
  }

  /** The variable that a `let` sets; one a template, wherever it stands, so that sums in loops are seen after them. */
  declare(name: string, place: { source: Source; at: number }, expr: Expr): number {
    if (this.#blocks.some(({ alias }) => alias === name)) {
      throw errorAt(errors.LANGUAGE_SYNTAX, place, `${name} is the loop's item here; give the variable another name`);
    }
    const path = this.#pathOf(expr);
    this.#pathOfLet.set(name, this.#set.has(name) && this.#pathOfLet.get(name) !== path ? null : path);
    this.#set.add(name);
    return this.#lets.get(name)!;
  }

  /** Steps into a block; its variables are given back. */
  enter(of: Expr, alias: string | null, loops: boolean): { item: number; index: number; count: number } {
    const [item, index, count] = [this.#count++, this.#count++, this.#count++];
    const path = this.#pathOf(of);
    this.#blocks.push({ alias, item, loop: loops ? { index, count } : null, path });
    return { item, index, count };
  }

  /** Steps into the condition of `.all`, `.first` or `.last`; the variable of its item is given back. */
  select(of: Expr): number {
    return this.enter(of, selection, false).item;
  }

  leave(): void {
    this.#blocks.pop();
  }

  /** Compiles the reading of a name and of what follows it. */
  read(expr: NameExpr, source: Source, next: Continue): Get {
    if (expr.name.startsWith('@')) return next(expr.segments, this.#special(expr, source));
    if (expr.name === 'this') return this.#this(expr, source, next);
    const variable = this.#variable(expr.name);
    if (variable === null && currentNames.has(expr.name)) {
      const sentence = `${expr.name} has a meaning only inside .all(…), .first(…) and .last(…)`;
      throw errorAt(errors.LANGUAGE_SYNTAX, { source, at: expr.at }, sentence);
    }
    this.#note(expr);
    const bare = this.#bare(expr.name);
    if (variable === null) return next(expr.segments, bare);
    // A variable that no `let` has set yet is not there: the name means what it would without it.
    return next(expr.segments, (run) => {
      const value = run.vars[variable];
      return value === undefined ? bare(run) : value;
    });
  }

  #blockOf(name: string): Block | undefined {
    const alias = currentNames.has(name) ? selection : name;
    return this.#blocks.findLast((block) => block.alias === alias);
  }

  #variable(name: string): number | null {
    return this.#blockOf(name)?.item ?? this.#lets.get(name) ?? null;
  }

  /** In the items of the blocks without a name, from the inside out, then among the roots. */
  #bare(name: string): Get {
    const items = this.#blocks
      .filter(({ alias }) => alias === null)
      .map(({ item }) => item)
      .reverse();
    if (items.length === 0) return (run) => lookInto(run.scope, name);
    return (run) => {
      for (const item of items) {
        const value = lookInto(run.vars[item], name);
        if (value !== null) return value;
      }
      return lookInto(run.scope, name);
    };
  }

  #this(expr: NameExpr, source: Source, next: Continue): Get {
    const block = this.#blocks.at(-1);
    if (block === undefined) {
      const sentence = 'this has a meaning only inside {{#each}}, {{#with}}, .all(…), .first(…) and .last(…)';
      throw errorAt(errors.LANGUAGE_SYNTAX, { source, at: expr.at }, sentence);
    }
    this.#note(expr);
    return next(expr.segments, (run) => run.vars[block.item]);
  }

  #special(expr: NameExpr, source: Source): Get {
    const loop = this.#blocks.findLast(({ loop }) => loop !== null)?.loop;
    const known = ['@index', '@first', '@last'].includes(expr.name);
    if (!known || !loop) {
      const sentence = known
        ? `${expr.name} has a meaning only inside {{#each}}`
        : `found ${expr.name} where @index, @first or @last was expected`;
      throw errorAt(errors.LANGUAGE_SYNTAX, { source, at: expr.at }, sentence);
    }
    const { index, count } = loop;
    if (expr.name === '@index') return (run) => run.vars[index];
    if (expr.name === '@first') return (run) => run.vars[index] === 0;
    return (run) => run.vars[index] === (run.vars[count] as number) - 1;
  }

  /** Gathers the path that is read out of the result of another expression, as in `head(items).url`. */
  noteMember(expr: Expr & { kind: 'member' }): void {
    const path = this.#pathOf(expr);
    if (path !== null) this.paths.add(path);
  }

  #note(expr: NameExpr): void {
    const path = this.#pathOf(expr);
    if (path !== null) this.paths.add(path);
    const bare = expr.name !== 'this' && this.#rootOf(expr.name) !== null && !this.#isItem(expr.name);
    const block = bare ? this.#blocks.findLast(({ alias }) => alias === null) : undefined;
    if (block?.path) this.paths.add([block.path, expr.name, ...plainSteps(expr.segments)].join('.'));
  }

  /** The dotted path from a root that a value comes from; places in lists are left out; null when it is computed. */
  #pathOf(expr: Expr): string | null {
    if (expr.kind === 'name') return joined(this.#startOf(expr.name), expr.segments);
    if (expr.kind === 'member') return joined(this.#pathOf(expr.of), expr.segments);
    if (expr.kind === 'select') return this.#pathOf(expr.of);
    if (expr.kind === 'fallback') return this.#pathOf(expr.items[0]!);
    return expr.kind === 'call' && passing.has(expr.name) && expr.args[0] ? this.#pathOf(expr.args[0]) : null;
  }

  #startOf(name: string): string | null {
    const block = name === 'this' ? this.#blocks.at(-1) : this.#blockOf(name);
    return block === undefined ? (this.#pathOfLet.get(name) ?? this.#rootOf(name)) : block.path;
  }

  #isItem(name: string): boolean {
    return this.#blockOf(name) !== undefined;
  }

  #rootOf(name: string): string | null {
    return this.#set.has(name) || name.startsWith('@') || name === 'this' ? null : name;
  }
}

function joined(start: string | null, segments: readonly Segment[]): string | null {
  return start === null ? null : [start, ...plainSteps(segments)].join('.');
}

function plainSteps(segments: readonly Segment[]): string[] {
  const end = segments.findIndex((segment) => typeof segment !== 'string' && segment.kind !== 'value');
  const known = end < 0 ? segments : segments.slice(0, end);
  return known.filter((segment) => typeof segment === 'string');
}
