import { elapsed } from '../base/index.ts';
import type { Reference, Step, VelocityExpr, VelocityNode } from './velocity.ts';
import { allNodes, referencesIn, refsIn, VelocityFault } from './velocity.ts';
import { call, type Budget } from './velocity-method.ts';
import { Entity, isSame, isTrue, numberIn, Real, textOf, type Value } from './velocity-value.ts';

/** Where a design is written to. */
export interface VelocityOutput {
  /** What stands in the script. */
  literal(text: string): void;
  /** A value; `trusted` when nothing but the script itself went into it. */
  value(text: string, trusted: boolean): void;
}

/** What a design sees. */
export interface VelocityScope {
  /** `entities`, `key`, `criteria`, `algorithm`, `entity1` … */
  roots: ReadonlyMap<string, Value>;
  token(name: string): string;
  /** A loop reached its next entity and did not break off there. */
  onTurn?(turn: Value): void;
}

/** What one answer may use up (recommendations DES-7; trust row 93). */
export interface VelocityLimits {
  steps: number;
  /** Characters of the result, and of any text on the way. */
  output: number;
  /** Milliseconds. */
  time: number;
}

export const usualVelocityLimits: VelocityLimits = { steps: 200_000, output: 400_000, time: 250 };
const mostTurns = 1000;
const mostNames = 500;

/** Ends a loop or the whole. */
type Signal = 'break' | 'stop' | null;

/** Names whose value comes from the script alone, so that it is printed as it is. */
export function trustedNames(nodes: readonly VelocityNode[]): ReadonlySet<string> {
  const counters = ['foreach', 'velocityCount'];
  if (fillsLists(nodes)) return new Set(counters);
  const made = new Map<string, VelocityExpr[]>();
  for (const node of allNodes(nodes)) {
    if (node.kind !== 'set' && node.kind !== 'foreach') continue;
    const from = node.kind === 'set' ? node.to : node.of;
    made.set(node.name, [...(made.get(node.name) ?? []), from]);
  }
  const trusted = new Set([...made.keys(), ...counters]);
  for (let before = -1; before !== trusted.size;) {
    before = trusted.size;
    for (const [name, sources] of made) {
      if (!sources.every((expr) => !hasToken(expr) && refsIn(expr).every(({ root }) => trusted.has(root))))
        trusted.delete(name);
    }
  }
  return trusted;
}

/** Does it put anything but fixed values into a list or map? Then no name is sure to hold none of it. */
function fillsLists(nodes: readonly VelocityNode[]): boolean {
  return referencesIn(nodes).some(({ path }) =>
    path.some(
      (step) => step.kind === 'method' && ['add', 'put'].includes(step.name) && step.args.flatMap(refsIn).length > 0,
    ),
  );
}

/** One run of a design, within its limits. Nothing of a script is ever run as code. */
export class VelocityRun implements Budget {
  readonly #scope: VelocityScope;
  readonly #output: VelocityOutput;
  readonly #trusted: ReadonlySet<string>;
  readonly #limits: VelocityLimits;
  readonly #deadline: number;
  readonly #names = new Map<string, Value>();
  #steps: number;
  #written = 0;
  #at = 0;

  constructor(
    scope: VelocityScope,
    output: VelocityOutput,
    options: { trusted: ReadonlySet<string>; limits?: VelocityLimits },
  ) {
    this.#scope = scope;
    this.#output = output;
    this.#trusted = options.trusted;
    this.#limits = options.limits ?? usualVelocityLimits;
    this.#steps = this.#limits.steps;
    this.#deadline = elapsed() + this.#limits.time;
  }

  /** Throws VelocityFault when a limit is passed. */
  run(nodes: readonly VelocityNode[]): void {
    this.#block(nodes);
  }

  charge(steps: number): void {
    const before = this.#steps;
    this.#steps -= steps;
    if (this.#steps < 0) throw new VelocityFault('It takes more steps than one answer may', this.#at);
    if (before >> 10 !== this.#steps >> 10 && elapsed() > this.#deadline) {
      throw new VelocityFault(`It takes longer than ${this.#limits.time} ms`, this.#at);
    }
  }

  fits(length: number): void {
    this.charge(1 + (length >> 6));
    if (length > this.#limits.output) {
      throw new VelocityFault(`It grows over ${this.#limits.output} characters`, this.#at);
    }
  }

  #block(nodes: readonly VelocityNode[]): Signal {
    for (const node of nodes) {
      this.charge(1);
      const signal = this.#node(node);
      if (signal !== null) return signal;
    }
    return null;
  }

  #node(node: VelocityNode): Signal {
    switch (node.kind) {
      case 'text':
        this.#count(node.text);
        this.#output.literal(node.text);
        return null;
      case 'print':
        this.#print(node);
        return null;
      case 'token':
        this.#write(this.#scope.token(node.name), false);
        return null;
      case 'set':
        this.#at = node.at;
        this.#set(node.name, this.#value(node.to));
        return null;
      case 'if': {
        const found = node.branches.find(({ when }) => (this.charge(1), isTrue(this.#value(when))));
        return this.#block(found ? found.body : node.otherwise);
      }
      case 'foreach':
        return this.#foreach(node);
      default:
        return node.kind;
    }
  }

  #print({ ref, source, quiet }: VelocityNode & { kind: 'print' }): void {
    this.#at = ref.at;
    // A dollar sign before a name that nobody has set: prices in prose, and scripts of the page.
    if (!this.#isKnown(ref.root)) {
      if (!quiet) this.#write(source, true);
      return;
    }
    this.#write(
      textOf(this.#reference(ref)),
      this.#trusted.has(ref.root) && ref.path.every((step) => this.#isTrusted(step)),
    );
  }

  #isTrusted(step: Step): boolean {
    return argumentsOf(step).every(({ kind }) => kind === 'value' || kind === 'real');
  }

  #isKnown(root: string): boolean {
    return this.#names.has(root) || this.#scope.roots.has(root) || /^entity[1-9]\d?$/.test(root);
  }

  #write(text: string, trusted: boolean): void {
    this.#count(text);
    this.#output.value(text, trusted);
  }

  #count(text: string): void {
    this.#written += text.length;
    this.charge(text.length >> 6);
    if (this.#written > this.#limits.output) this.fits(this.#written);
  }

  #set(name: string, value: Value): void {
    if (!this.#names.has(name) && this.#names.size >= mostNames) {
      throw new VelocityFault(`More than ${mostNames} names are set`, this.#at);
    }
    this.#names.set(name, value);
  }

  #foreach({ name, of, body, at }: VelocityNode & { kind: 'foreach' }): Signal {
    const list = listOf(this.#value(of));
    const outer = ['foreach', 'velocityCount', name].map((one) => [one, this.#names.get(one)] as const);
    let signal: Signal = null;
    for (let i = 0; i < list.length && signal === null; i++) {
      this.#at = at;
      this.charge(5);
      if (i >= mostTurns) throw new VelocityFault(`A loop takes more than ${mostTurns} turns`, at);
      this.#set(name, list[i]!);
      this.#set('velocityCount', i + 1);
      this.#set('foreach', placeOf(i, list.length));
      signal = this.#block(body);
      if (signal === null) this.#scope.onTurn?.(list[i]!);
    }
    for (const [one, value] of outer) {
      if (value === undefined) this.#names.delete(one);
      else this.#names.set(one, value);
    }
    return signal === 'stop' ? 'stop' : null;
  }

  #value(expr: VelocityExpr): Value {
    this.charge(1);
    switch (expr.kind) {
      case 'value':
        return expr.value;
      case 'real':
        return new Real(expr.value);
      case 'text':
        return this.#quoted(expr.nodes);
      case 'ref':
        this.#at = expr.ref.at;
        return this.#reference(expr.ref);
      case 'list':
        return expr.items.map((item) => this.#value(item));
      case 'map':
        return new Map(expr.entries.map(([key, value]) => [textOf(this.#value(key)), this.#value(value)]));
      case 'range':
        return this.#range(expr);
      case 'not':
        return !isTrue(this.#value(expr.of));
      case 'minus':
        return calculated('-', 0, this.#value(expr.of));
      case 'binary':
        return this.#binary(expr);
    }
  }

  #quoted(nodes: readonly VelocityNode[]): string {
    let made = '';
    for (const node of nodes) {
      if (node.kind === 'text') made += node.text;
      else if (node.kind === 'token') made += this.#scope.token(node.name);
      else if (node.kind === 'print') {
        if (this.#isKnown(node.ref.root)) made += textOf(this.#reference(node.ref));
        else if (!node.quiet) made += node.source;
      }
      this.fits(made.length);
    }
    return made;
  }

  #range({ from, to }: VelocityExpr & { kind: 'range' }): Value {
    const [first, last] = [numberIn(this.#value(from)), numberIn(this.#value(to))];
    if (first === null || last === null) return [];
    const length = Math.abs(last - first) + 1;
    if (length > mostTurns) throw new VelocityFault(`A range holds more than ${mostTurns} numbers`, this.#at);
    this.charge(length);
    const step = last < first ? -1 : 1;
    return Array.from({ length }, (_, i) => first + i * step);
  }

  #binary({ operator, left, right }: VelocityExpr & { kind: 'binary' }): Value {
    const a = this.#value(left);
    if (operator === '||') return isTrue(a) || isTrue(this.#value(right));
    if (operator === '&&') return isTrue(a) && isTrue(this.#value(right));
    const b = this.#value(right);
    if (operator === '==') return isSame(a, b);
    if (operator === '!=') return !isSame(a, b);
    if (operator === '+' && (typeof a === 'string' || typeof b === 'string')) {
      const made = textOf(a) + textOf(b);
      this.fits(made.length);
      return made;
    }
    return calculated(operator, a, b);
  }

  #reference({ root, path }: Reference): Value {
    let value = this.#names.get(root) ?? this.#scope.roots.get(root) ?? null;
    for (const step of path) {
      this.charge(1);
      value = this.#step(value, step);
    }
    return value;
  }

  #step(own: Value, step: Step): Value {
    if (step.kind === 'method')
      return call(own, { name: step.name, args: step.args.map((arg) => this.#value(arg)) }, this);
    const name = step.kind === 'property' ? step.name : this.#value(step.of);
    if (own instanceof Entity) return own.get(textOf(name));
    if (own instanceof Map) return own.get(textOf(name)) ?? null;
    if (!Array.isArray(own)) return null;
    if (name === 'size') return own.length;
    const index = numberIn(name);
    return index === null ? null : (own[index] ?? null);
  }
}

/** Tokens tell of people: never the script's own. Such a text is looked for wherever it stands. */
function hasToken(expr: VelocityExpr): boolean {
  if (expr.kind === 'text') return expr.nodes.some(({ kind }) => kind === 'token');
  if (expr.kind === 'list') return expr.items.some(hasToken);
  if (expr.kind === 'map') return expr.entries.flat().some(hasToken);
  if (expr.kind === 'binary') return hasToken(expr.left) || hasToken(expr.right);
  if (expr.kind === 'not' || expr.kind === 'minus') return hasToken(expr.of);
  return (
    expr.kind === 'ref' &&
    !expr.ref.path.every((step) => argumentsOf(step).every(({ kind }) => kind === 'value' || kind === 'real'))
  );
}

function argumentsOf(step: Step): VelocityExpr[] {
  if (step.kind === 'property') return [];
  return step.kind === 'method' ? step.args : [step.of];
}

function listOf(value: Value): Value[] {
  if (Array.isArray(value)) return [...value];
  return value instanceof Map ? [...value.values()] : [];
}

function placeOf(i: number, length: number): Value {
  return new Map<string, Value>([
    ['count', i + 1],
    ['index', i],
    ['hasNext', i + 1 < length],
    ['first', i === 0],
    ['last', i + 1 === length],
  ]);
}

/** Whole numbers stay whole, as in Java; what has no number, or none as its result, gives nothing. */
function calculated(operator: string, a: Value, b: Value): Value {
  const [left, right] = [numberIn(a), numberIn(b)];
  if (left === null || right === null) return '<=>='.includes(operator) ? false : null;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  if (operator === '>') return left > right;
  if (operator === '>=') return left >= right;
  const isReal = [a, b].some(
    (one) => one instanceof Real || (typeof one === 'string' && !Number.isInteger(numberIn(one))),
  );
  const made = arithmetic(operator, left, right);
  if (!Number.isFinite(made)) return null;
  return isReal ? new Real(made) : Math.trunc(made);
}

function arithmetic(operator: string, left: number, right: number): number {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  return operator === '/' ? left / right : left % right;
}
