import { parseTemplate } from './block.ts';
import { Checker } from './check.ts';
import { errors } from './error.ts';
import type { Source } from './error.ts';
import { print } from './format.ts';
import { parseExpression } from './parse.ts';
import { tried } from './problem.ts';
import type { Problem } from './problem.ts';
import { compileExpression, compileTemplate } from './render.ts';
import type { Fragment, TemplateOptions } from './render.ts';
import { Sight } from './sight.ts';
import type { Expr, Node } from './tree.ts';
import { any, describeType, elementOf, kindsOf, listOf, oneOf, openSchema, parseType } from './type.ts';
import type { Field, Schema, Type } from './type.ts';

/** Inclusions of fragments that a check looks into. */
const mostWalks = 500;
/**
 * Checks an expression before it is saved: its grammar, its functions, and each name and type against the schema.
 * Gives everything it finds, in the order of the source; nothing is thrown.
 *
 * @param more.wants the type the value is used as, in the notation of the function table, such as `list`
 */
export function checkExpression(source: string, schema: Schema = openSchema, more: { wants?: string } = {}): Problem[] {
  const main: Source = { text: source, name: '' };
  const parsed = tried(main, () => parseExpression(source).expr);
  if ('problem' in parsed) return [parsed.problem];
  const checker = new Checker(main, new Sight(schema));
  checker.wants(parsed.value, parseType(more.wants ?? 'any'), 'this place');
  return complete(
    checker.problems,
    tried(main, () => compileExpression(source)),
  );
}

/** The schema a template is checked against, with what it is compiled with. */
export interface TemplateCheck extends TemplateOptions {
  schema?: Schema;
}

/**
 * Checks a template before it is saved, and the fragments it includes with the values they are given: as
 * `checkExpression`, and warns of a value printed without a fallback that may be missing, of a list without `else`, and
 * of comparisons that are always false.
 */
export function checkTemplate(source: string, options: TemplateCheck): Problem[] {
  const main: Source = { text: source, name: '' };
  const parsed = tried(main, () => parseTemplate(main));
  if ('problem' in parsed) return [parsed.problem];
  const fragments = options.fragments ?? {};
  const walker = new Walker(main, new Sight(options.schema ?? openSchema), {
    fragments,
    open: [],
    walks: { left: mostWalks },
    json: options.mode === 'json',
  });
  walker.nodes(parsed.value);
  return complete(
    walker.checker.problems,
    tried(main, () => compileTemplate(source, options)),
  );
}

/** With what only compiling finds, such as a slot in a script; what was found already is not said twice. */
function complete(problems: Problem[], compiled: { value: unknown } | { problem: Problem }): Problem[] {
  const key = ({ code, message }: Problem) => `${code} ${message}`;
  const found = new Map(problems.map((problem) => [key(problem), problem]));
  if (
    'problem' in compiled &&
    !problems.some(({ code, line, column }) => same(compiled.problem, { code, line, column }))
  )
    found.set(key(compiled.problem), compiled.problem);
  return [...found.values()].sort((a, b) =>
    a.source < b.source ? -1 : a.source > b.source ? 1 : a.line - b.line || a.column - b.column,
  );
}

function same(problem: Problem, { code, line, column }: Pick<Problem, 'code' | 'line' | 'column'>): boolean {
  return problem.code === code && problem.line === line && problem.column === column;
}

interface Shared {
  fragments: Record<string, Fragment>;
  /** Fragments around this place, so that a circle ends; compiling refuses it. */
  open: readonly string[];
  /** How many inclusions are still looked into: fragments in fragments would multiply without end. */
  walks: { left: number };
  /** In JSON a list or map is printed whole. */
  json: boolean;
}

class Walker {
  readonly checker: Checker;
  readonly #shared: Shared;
  /** Variables set so far; where settings differ, either type. */
  readonly lets = new Map<string, Type>();

  constructor(source: Source, sight: Sight, shared: Shared) {
    this.#shared = shared;
    this.checker = new Checker(source, sight);
  }

  nodes(nodes: readonly Node[]): void {
    for (const node of nodes) this.#node(node);
  }

  #within(sight: Sight, nodes: readonly Node[]): void {
    const before = this.checker.sight;
    this.checker.sight = sight;
    this.nodes(nodes);
    this.checker.sight = this.#withLets(before);
  }

  /** A variable set inside a block is seen after it. */
  #withLets(sight: Sight): Sight {
    return this.lets.size === 0 ? sight : sight.setting(Object.fromEntries(this.lets));
  }

  #set(name: string, type: Type): void {
    const before = this.lets.get(name);
    this.lets.set(name, before === undefined ? type : oneOf([before, type]));
    this.checker.sight = this.#withLets(this.checker.sight);
  }

  #node(node: Node): void {
    switch (node.kind) {
      case 'text':
        return;
      case 'print':
        return this.#print(node);
      case 'let':
        return this.#set(node.name, this.checker.type(node.expr));
      case 'if':
        return this.#if(node);
      case 'each':
        return this.#each(node);
      case 'with':
        return this.#with(node);
      case 'fragment':
        return this.#fragment(node);
    }
  }

  #print({ expr, at }: Node & { kind: 'print' }): void {
    const { type, maybe } = this.checker.known(expr);
    const shown = print(expr);
    if (!this.#shared.json && kindsOf(type).every(({ kind }) => kind === 'list' || kind === 'map')) {
      const found = describeType(type);
      const isList = type.kind === 'list';
      this.checker.say(errors.LANGUAGE_TYPE, expr.at, {
        found,
        expected: 'text or number',
        sentence: `${shown} is ${found}, which cannot be printed`,
        mend: isList ? 'Use {{#each}} or join(list, ", ")' : 'Name one of its fields',
      });
    } else if (maybe && type.kind !== 'any') {
      this.checker.say(errors.LANGUAGE_FALLBACK_MISSING, at, {
        found: shown,
        expected: `${shown} ?: "…"`,
        sentence: `${shown} may be missing, and nothing is said for that case`,
        mend: `Write {%= ${shown} ?: "…" %}, or ask before with {%#if ${shown}%}`,
      });
    }
  }

  #if({ branches, otherwise }: Node & { kind: 'if' }): void {
    const before = this.checker.sight;
    let sight = before;
    for (const { when, body } of branches) {
      this.checker.sight = sight;
      this.checker.type(when);
      this.#within(sight.given(when, true), body);
      sight = this.#withLets(sight.given(when, false));
    }
    this.#within(sight, otherwise);
    // After the block only what held before it is known.
    this.checker.sight = this.#withLets(before);
  }

  #each(node: Node & { kind: 'each' }): void {
    const { of, alias, body, otherwise, at } = node;
    const before = this.checker.sight;
    const list = this.checker.wants(of, listOf(any), 'each');
    if (otherwise.length === 0 && !isWritten(of) && !before.isPresent(print(of))) {
      const shown = print(of);
      this.checker.say(errors.LANGUAGE_ELSE_MISSING, at, {
        found: `{{#each ${shown}}}`,
        expected: '{{else}}',
        sentence: `nothing is said for the case that ${shown} is empty`,
      });
    }
    this.#within(before.inside(elementOf(list.type), alias, true), body);
    this.#within(this.#withLets(before), otherwise);
  }

  #with({ of, alias, body, otherwise }: Node & { kind: 'with' }): void {
    const before = this.checker.sight;
    const { type } = this.checker.known(of);
    this.#within(before.given(of, true).inside(type, alias, false), body);
    this.#within(this.#withLets(before), otherwise);
  }

  #fragment({ id, args, silent }: Node & { kind: 'fragment' }): void {
    const given = new Map(args.map(({ name, expr }) => [name, this.checker.known(expr)]));
    const { fragments, open, walks } = this.#shared;
    // An unknown fragment or parameter, and a circle, are found by compiling.
    if (!Object.hasOwn(fragments, id) || open.includes(id) || walks.left-- <= 0) return;
    const fragment = fragments[id]!;
    const source: Source = { text: fragment.source, name: `fragment "${id}"` };
    const parsed = tried(source, () => parseTemplate(source));
    if ('problem' in parsed) return void this.checker.problems.push(parsed.problem);
    const names = fragment.parameters.map((name): [string, Field] => [
      name,
      given.get(name) ?? { type: any, maybe: true },
    ]);
    const sight = this.checker.sight.only().with(Object.fromEntries(names));
    const walker = new Walker(source, sight, { ...this.#shared, open: [...open, id] });
    walker.nodes(parsed.value);
    this.checker.problems.push(...walker.checker.problems);
    if (silent) for (const [name, type] of walker.lets) this.#set(name, type);
  }
}

/** A list that is written out is not empty by surprise. */
function isWritten(expr: Expr): boolean {
  return expr.kind === 'range' || (expr.kind === 'list' && expr.items.length > 0);
}
