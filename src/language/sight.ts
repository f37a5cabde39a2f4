import { print } from './format.ts';
import type { Expr } from './tree.ts';
import { any, fieldNames, fieldOf, number, truth } from './type.ts';
import type { Field, Schema, Type } from './type.ts';

/** How the item of a selection may be called besides `this` (journeys.md §2.8). */
const currentNames = ['currentEventField', 'currentActionField', 'currentDataPackField', 'currentDatasetLookupField'];

interface Layer {
  /** The names it brings. */
  names: Readonly<Record<string, Field>>;
  /** An item whose fields are found by bare names, as in {{#each}} without a name. */
  bare: Type | null;
  /** The variables of the template: the outermost layer. */
  variables?: boolean;
}

/** What names mean at a place, and which paths are known to be there. Unchanging: each step gives a new one. */
export class Sight {
  readonly #roots: Schema;
  readonly #layers: readonly Layer[];
  readonly #present: ReadonlySet<string>;

  constructor(roots: Schema, layers: readonly Layer[] = [], present: ReadonlySet<string> = new Set()) {
    this.#roots = roots;
    this.#layers = layers;
    this.#present = present;
  }

  /** With these names before all others. */
  with(names: Record<string, Type | Field>): Sight {
    const fields = Object.entries(names).map(
      ([name, given]) => [name, 'kind' in given ? { type: given } : given] as const,
    );
    return this.#layered({ names: Object.fromEntries(fields), bare: null });
  }

  /** Inside {{#each}} or {{#with}}; a loop also has its marks. */
  inside(item: Type, alias: string | null, loops: boolean): Sight {
    const marks: Record<string, Field> = loops
      ? { '@index': { type: number }, '@first': { type: truth }, '@last': { type: truth } }
      : {};
    const own: Record<string, Field> = alias === null ? {} : { [alias]: { type: item } };
    return this.#layered({ names: { ...marks, ...own, this: { type: item } }, bare: alias === null ? item : null });
  }

  /** Inside the condition of .all, .first or .last. */
  selecting(item: Type): Sight {
    const names = Object.fromEntries(['this', ...currentNames].map((name) => [name, { type: item }]));
    return this.#layered({ names, bare: null });
  }

  #layered(layer: Layer): Sight {
    // What was known of a name is not known of another thing of the same name.
    const present = [...this.#present].filter((path) => !Object.hasOwn(layer.names, /^[^.[]*/.exec(path)![0]));
    return new Sight(this.#roots, [...this.#layers, layer], new Set(present));
  }

  /** Where a condition held, or did not. */
  given(condition: Expr, held: boolean): Sight {
    const paths = presentBy(condition, held).map((expr) => print(expr));
    return new Sight(this.#roots, this.#layers, new Set([...this.#present, ...paths]));
  }

  /** With variables: behind the items and parameters of blocks, before the roots. */
  setting(variables: Record<string, Type>): Sight {
    const fields = Object.entries(variables).map(([name, type]) => [name, { type }] as const);
    const [first, ...rest] = this.#layers;
    const below = first?.variables === true ? rest : this.#layers;
    const own = first?.variables === true ? first.names : {};
    const names = { ...own, ...Object.fromEntries(fields) };
    return new Sight(this.#roots, [{ names, bare: null, variables: true }, ...below], this.#present);
  }

  /** Only the roots: what a fragment sees beside its parameters. */
  only(): Sight {
    return new Sight(this.#roots);
  }

  isPresent(path: string): boolean {
    return this.#present.has(path);
  }

  /** What a name means; null when nothing here has it. */
  root(name: string): Field | null {
    for (const { names, bare } of this.#layers.toReversed()) {
      if (Object.hasOwn(names, name)) return names[name]!;
      const field = bare && fieldOf(bare, name);
      // An item of which nothing is known may have the name or not; the roots are asked next.
      if (field && bare.kind !== 'any') return field;
    }
    const found = fieldOf(this.#roots, name);
    if (found !== null) return found;
    return this.#layers.some(({ bare }) => bare !== null && fieldOf(bare, name) !== null) ? { type: any } : null;
  }

  /** All names that mean something here, the nearest first. */
  names(): string[] {
    const layered = this.#layers
      .toReversed()
      .flatMap(({ names, bare }) => [...Object.keys(names), ...(bare ? fieldNames(bare) : [])]);
    return [...new Set([...layered, ...fieldNames(this.#roots)])];
  }
}

/** The paths that surely have a value when a condition held, or did not. */
function presentBy(expr: Expr, held: boolean): Expr[] {
  switch (expr.kind) {
    case 'name':
    case 'member':
    case 'select':
      return held ? [expr] : [];
    case 'and':
      return held ? expr.items.flatMap((item) => presentBy(item, true)) : [];
    case 'or':
      return held ? [] : expr.items.flatMap((item) => presentBy(item, false));
    case 'not':
      return presentBy(expr.of, !held);
    case 'is':
      if (expr.test === 'null' || expr.test === 'empty') return held === expr.negated ? [expr.of] : [];
      return held && !expr.negated && expr.test !== 'has null' ? [expr.of] : [];
    case 'call':
      return presentByCall(expr, held);
    case 'binary':
      return held ? presentByComparison(expr) : [];
    default:
      return [];
  }
}

function presentByCall({ name, args }: Expr & { kind: 'call' }, held: boolean): Expr[] {
  const asks = held ? ['isNotEmpty', 'isNotNull', 'count', 'listSize', 'size', 'length'] : ['isEmpty', 'isNull'];
  return asks.includes(name) ? args.slice(0, 1) : [];
}

/** Nothing is neither before nor after anything, and equal to nothing only. */
function presentByComparison({ op, left, right }: Expr & { kind: 'binary' }): Expr[] {
  if (['<', '<=', '>', '>='].includes(op)) {
    // `count(x) > 0` says that x is there; `count(x) < 5` does not.
    const [larger, smaller] = op.startsWith('>') ? [left, right] : [right, left];
    return [...presentBy(larger, true), ...notCall(smaller)];
  }
  if (op === 'in') return notCall(left);
  const [a, b] = [left, right].map((side) => side.kind === 'value' && side.value === null);
  if (op === '!=') return [...(a ? notCall(right) : []), ...(b ? notCall(left) : [])];
  if (op !== '=' || a || b) return [];
  return [...(right.kind === 'value' ? notCall(left) : []), ...(left.kind === 'value' ? notCall(right) : [])];
}

function notCall(expr: Expr): Expr[] {
  return expr.kind === 'call' ? [] : presentBy(expr, true);
}
