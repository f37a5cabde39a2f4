import { pause } from '../base/index.ts';
import type { FilterAtom, FilterNode, RenderOptions, Scope, SettledAtom } from '../language/index.ts';
import type { Item } from './item.ts';
import { inStock, viewOf } from './item.ts';
import { Bits } from './rule-bits.ts';
import { Column } from './rule-column.ts';
import type { Field } from './rule-column.ts';
import type { Standing } from './rule.ts';

/** Where the index reads items from: the catalogue, as one environment sees it. */
export interface ItemSource {
  all(): Iterable<Item>;
  get(id: string): Item | undefined;
}

/** Items by small numbers, the same in all environments. A number stays when its item goes, and is its again. */
export class ItemNumbers {
  readonly #ids: string[] = [];
  readonly #numbers = new Map<string, number>();
  #lastId: string | null = null;
  #last: number | undefined = undefined;

  /** Numbers are below this. */
  get end(): number {
    return this.#ids.length;
  }

  /** Several rules ask for the same item one after another. */
  find(id: string): number | undefined {
    if (id === this.#lastId) return this.#last;
    this.#lastId = id;
    return (this.#last = this.#numbers.get(id));
  }

  idOf(number: number): string {
    return this.#ids[number]!;
  }

  /** The item's number, a new one if it has none. */
  take(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#ids.push(id) - 1;
    this.#numbers.set(id, number);
    this.#lastId = null;
    return number;
  }
}

/** Does the item with this number pass? True and false: all do, or none. */
export type Test = boolean | ((number: number) => boolean);

/** What a request brings: where a filter looks besides the item, and the moment. */
export interface Request {
  scope: Scope;
  options: RenderOptions;
  /**
   * Told of each part that was settled: the same texts in the same order mean the same answers while the items are the
   * same; null means that this cannot be told.
   */
  sign?: (text: string | null) => void;
}

/** Sets kept at most; each costs one bit an item. */
const mostSets = 1024;
/** With more distinct values than this, answers are not kept by value. */
const mostVerdicts = 4096;
/** Settled forms of one atom whose answers are kept. */
const mostSettled = 64;
/** Items read before others get their turn. */
const slice = 8192;

/** The items for which a filter about nothing but the item holds; changed with each item that changes. */
interface LiveSet {
  bits: Bits;
  test: (number: number) => boolean;
  filled: number;
}

/**
 * The items of one environment by small numbers, with what rules ask about them: columns of the fields that rules look
 * at, and a set for each rule that hangs on the item alone. A change of an item costs the columns and sets that there
 * are, a request nothing for the former and one look for the latter.
 */
export class RuleIndex {
  readonly #source: ItemSource;
  readonly numbers: ItemNumbers;
  readonly #present = new Bits();
  /** Those of them that are in stock. */
  readonly #inStock = new Bits();
  readonly #columns = new Map<string, Column>();
  readonly #sets = new Map<FilterNode, LiveSet>();
  readonly #verdicts = new WeakMap<FilterAtom, Map<string, Verdicts>>();
  #version = 0;

  constructor(source: ItemSource, numbers: ItemNumbers) {
    this.#source = source;
    this.numbers = numbers;
    for (const item of source.all()) this.#stand(numbers.take(item.id), item);
  }

  /** How many items there are. */
  get size(): number {
    return this.#present.count;
  }

  /** Numbers are below this. */
  get end(): number {
    return this.numbers.end;
  }

  /** Rises with each change of an item. */
  get version(): number {
    return this.#version;
  }

  has(number: number): boolean {
    return this.#present.has(number);
  }

  /** May it be shown, as far as the item itself says? */
  standing(number: number): Standing {
    if (this.#inStock.has(number)) return 'in stock';
    return this.#present.has(number) ? 'out of stock' : 'gone';
  }

  itemOf(number: number): Item | undefined {
    return this.#source.get(this.numbers.idOf(number));
  }

  /** Takes in that an item is new, different or gone. */
  changed(id: string): void {
    const item = this.#source.get(id);
    if (item === undefined && this.numbers.find(id) === undefined) return;
    const number = this.numbers.take(id);
    this.#version++;
    this.#stand(number, item);
    for (const column of this.#columns.values()) {
      if (number < column.filled) column.take(number, item);
      else if (number === column.filled) this.#fill(column, this.end);
    }
    for (const set of this.#sets.values()) {
      if (number < set.filled) set.bits.set(number, item !== undefined && set.test(number));
      else if (number === set.filled) this.#fillSet(set, this.end);
    }
    for (const column of this.#columns.values()) column.tidy();
  }

  /** One field of all items. */
  column(field: Field): Column {
    const column = this.#columnOf(field);
    if (column.filled < this.end) this.#fill(column, this.end);
    return column;
  }

  /** A filter made ready for one request. */
  bind(node: FilterNode, request: Request): Test {
    if (isFixed(node) && !isBare(node)) {
      const { bits } = this.setOf(node);
      return (number) => bits.has(number);
    }
    return this.#combine(node, (part) => this.bind(part, request), request);
  }

  /** The items for which a fixed filter holds. */
  setOf(node: FilterNode): { bits: Bits } {
    const set = this.#setFor(node);
    if (set.filled < this.end) this.#fillSet(set, this.end);
    return set;
  }

  /** The items there are, by their numbers, rising. */
  members(): Iterable<number> {
    return this.#present.members();
  }

  /** Gets ready what binding these will need, without holding others up for long. */
  async prepare(nodes: readonly FilterNode[]): Promise<void> {
    for (const field of nodes.flatMap(fieldsOf)) {
      const column = this.#columnOf(field);
      while (column.filled < this.end) {
        this.#fill(column, Math.min(column.filled + slice, this.end));
        await pause(0);
      }
    }
    for (const node of nodes.flatMap(fixedParts)) {
      const set = this.#setFor(node);
      while (set.filled < this.end) {
        this.#fillSet(set, Math.min(set.filled + slice, this.end));
        await pause(0);
      }
    }
  }

  #stand(number: number, item: Item | undefined): void {
    this.#present.set(number, item !== undefined);
    this.#inStock.set(number, item !== undefined && inStock(item));
  }

  #columnOf(field: Field): Column {
    const name = field.join('\u0000');
    let column = this.#columns.get(name);
    if (column === undefined) this.#columns.set(name, (column = new Column(field)));
    return column;
  }

  #fill(column: Column, to: number): void {
    for (let number = column.filled; number < to; number++) column.take(number, this.itemOf(number));
    column.filled = Math.max(column.filled, to);
  }

  #setFor(node: FilterNode): LiveSet {
    const known = this.#sets.get(node);
    if (known !== undefined) {
      // The most lately asked stands last, so the first is the one to let go.
      this.#sets.delete(node);
      this.#sets.set(node, known);
      return known;
    }
    const nothing: Request = { scope: {}, options: { now: 0 } };
    const test = this.#combine(node, (part) => this.#part(part, nothing), nothing);
    const set = { bits: new Bits(), test: typeof test === 'boolean' ? () => test : test, filled: 0 };
    this.#sets.set(node, set);
    if (this.#sets.size > mostSets) this.#sets.delete(this.#sets.keys().next().value!);
    return set;
  }

  #part(node: FilterNode, request: Request): Test {
    return this.#combine(node, (part) => this.#part(part, request), request);
  }

  #fillSet(set: LiveSet, to: number): void {
    // Numbers may have been given out since by another environment; what a set asks must have been read first.
    for (const column of this.#columns.values()) if (column.filled < to) this.#fill(column, to);
    for (let number = set.filled; number < to; number++) {
      if (this.#present.has(number) && set.test(number)) set.bits.set(number, true);
    }
    set.filled = Math.max(set.filled, to);
  }

  #combine(node: FilterNode, each: (part: FilterNode) => Test, request: Request): Test {
    switch (node.kind) {
      case 'given': {
        const holds = node.holds(request.scope, request.options);
        request.sign?.(String(holds));
        return holds;
      }
      case 'atom':
        return this.#atom(node, request);
      case 'not': {
        const of = each(node.of);
        return typeof of === 'boolean' ? !of : (number) => !of(number);
      }
      default:
        return joined(node.kind, node.of, each);
    }
  }

  #atom(atom: FilterAtom, { scope, options, sign }: Request): Test {
    const settled = atom.settle(scope, options);
    if (!atom.fixed) sign?.(settled.key);
    if (atom.field === null) {
      return (number) => {
        const item = this.itemOf(number);
        return item !== undefined && settled.test(viewOf(item));
      };
    }
    const verdicts = this.#verdictsOf(atom, settled, this.column(atom.field));
    return (number) => verdicts.at(number);
  }

  #verdictsOf(atom: FilterAtom, settled: SettledAtom, column: Column): Verdicts {
    if (settled.key === null || settled.key.length > 10_000) return new Verdicts(column, settled);
    let byKey = this.#verdicts.get(atom);
    if (byKey === undefined) this.#verdicts.set(atom, (byKey = new Map<string, Verdicts>()));
    const known = byKey.get(settled.key);
    if (known !== undefined) return known;
    const made = new Verdicts(column, settled);
    byKey.set(settled.key, made);
    if (byKey.size > mostSettled) byKey.delete(byKey.keys().next().value!);
    return made;
  }
}

/** What a settled atom says of each value of a column, asked once. */
class Verdicts {
  readonly #column: Column;
  readonly #settled: SettledAtom;
  #generation: number;
  /** By code: 0 not asked yet, 1 no, 2 yes. */
  #said = new Uint8Array(64);

  constructor(column: Column, settled: SettledAtom) {
    this.#column = column;
    this.#settled = settled;
    this.#generation = column.generation;
  }

  at(number: number): boolean {
    const code = this.#column.codeAt(number);
    if (code >= mostVerdicts) return this.#settled.test(this.#column.valueOf(code));
    if (this.#generation !== this.#column.generation) this.#forget();
    if (code >= this.#said.length) this.#grow(code);
    const said = this.#said[code]!;
    if (said !== 0) return said === 2;
    const holds = this.#settled.test(this.#column.valueOf(code));
    this.#said[code] = holds ? 2 : 1;
    return holds;
  }

  #forget(): void {
    this.#said = new Uint8Array(64);
    this.#generation = this.#column.generation;
  }

  #grow(code: number): void {
    const said = new Uint8Array(Math.max(code + 1, Math.min(this.#said.length * 2, mostVerdicts)));
    said.set(this.#said);
    this.#said = said;
  }
}

function joined(kind: 'and' | 'or', of: readonly FilterNode[], each: (part: FilterNode) => Test): Test {
  const decides = kind === 'or';
  const tests: ((number: number) => boolean)[] = [];
  for (const part of of) {
    const test = each(part);
    if (test === decides) return decides;
    if (typeof test !== 'boolean') tests.push(test);
  }
  const [first, second, ...more] = tests;
  if (first === undefined) return !decides;
  if (second === undefined) return first;
  if (more.length === 0) return decides ? (n) => first(n) || second(n) : (n) => first(n) && second(n);
  return decides ? (n) => tests.some((test) => test(n)) : (n) => tests.every((test) => test(n));
}

/** `and` and `or` of nothing need no set. */
function isBare(node: FilterNode): boolean {
  return (node.kind === 'and' || node.kind === 'or') && node.of.length === 0;
}

/** Does a part hang on the item alone? */
export function isFixed(node: FilterNode): boolean {
  if (node.kind === 'given') return false;
  if (node.kind === 'atom') return node.fixed;
  return node.kind === 'not' ? isFixed(node.of) : node.of.every(isFixed);
}

/** The largest parts that hang on the item alone; for each a set is kept. */
function fixedParts(node: FilterNode): FilterNode[] {
  if (isFixed(node)) return isBare(node) ? [] : [node];
  if (node.kind === 'not') return fixedParts(node.of);
  return node.kind === 'and' || node.kind === 'or' ? node.of.flatMap(fixedParts) : [];
}

function fieldsOf(node: FilterNode): Field[] {
  if (node.kind === 'atom') return node.field === null ? [] : [node.field];
  if (node.kind === 'given') return [];
  return node.kind === 'not' ? fieldsOf(node.of) : node.of.flatMap(fieldsOf);
}

/**
 * The same filter with the parts that hang on the item alone side by side in one, so that one set answers for all of
 * them. What `and` and `or` join may stand in any order.
 */
export function grouped(node: FilterNode): FilterNode {
  if (node.kind === 'not') return { kind: 'not', of: grouped(node.of) };
  if (node.kind !== 'and' && node.kind !== 'or') return node;
  const fixed = node.of.filter(isFixed);
  if (fixed.length < 2 || fixed.length === node.of.length) return { kind: node.kind, of: node.of.map(grouped) };
  const others = node.of.filter((part) => !isFixed(part)).map(grouped);
  return { kind: node.kind, of: [{ kind: node.kind, of: fixed }, ...others] };
}
