import { nearest } from '../base/index.ts';
import { parseTemplate } from './block.ts';
import { compile } from './compile.ts';
import { errorAt, errors, shown } from './error.ts';
import type { Source } from './error.ts';
import { groundOf } from './ground.ts';
import { historyTypesOf } from './history-call.ts';
import type { EscapeMode, Ground } from './ground.ts';
import { unzoned } from './moment.ts';
import { Names } from './name.ts';
import { withOutput } from './output.ts';
import type { Output } from './output.ts';
import { parseExpression } from './parse.ts';
import { blank, Run } from './run.ts';
import type { Get, RenderOptions, Scope, Write } from './run.ts';
import { bodiesOf } from './tree.ts';
import type { Node } from './tree.ts';
import { isEmpty, toText, truthy } from './value.ts';

/** A compiled condition or value. Make it once, evaluate it often. */
export interface Expression {
  readonly source: string;
  /** Dotted paths it reads, sorted; places in lists are left out, so `items[0].id` is `items.id`. */
  readonly paths: readonly string[];
  /** Types of events it asks the history for; none when it can do without. */
  readonly asks: readonly string[];
  /** Missing data gives null, a moment its milliseconds. Throws RENDER_TYPE and RENDER_LIMIT. */
  evaluate(scope: Scope, options: RenderOptions): unknown;
}

/** A compiled template. Make it once, render it often. */
export interface Template {
  readonly source: string;
  /** Dotted paths it and its fragments read, sorted. */
  readonly paths: readonly string[];
  /** Throws RENDER_VALUE_MISSING, RENDER_TYPE, RENDER_ADDRESS, RENDER_HEADER and RENDER_LIMIT. */
  render(scope: Scope, options: RenderOptions): string;
  /** The same in UTF-8, without the way through a string: for what goes out as bytes. The caller owns them. */
  renderBytes(scope: Scope, options: RenderOptions): Uint8Array;
}

/** A component: its own parameters and the roots are all it sees (journeys.md §5, 49). */
export interface Fragment {
  parameters: string[];
  source: string;
}

export interface TemplateOptions {
  mode: EscapeMode;
  /** By the id that `{{fragment id="…"}}` names. */
  fragments?: Record<string, Fragment>;
}

/** Compiles an expression. Throws LANGUAGE_* errors whose `where` is such as `line 1, column 7`. */
export function compileExpression(text: string): Expression {
  const { source, expr } = parseExpression(text);
  const names = new Names();
  const get = compile(expr, { source, names });
  return {
    source: text,
    paths: [...names.paths].sort(),
    asks: [...new Set(historyTypesOf(expr, source))].sort(),
    evaluate: (scope, options) => unzoned(get(new Run(source, names.count, scope, options))) ?? null,
  };
}

/** Compiles a template with the fragments it includes. Throws LANGUAGE_* errors, with the fragment in `where`. */
export function compileTemplate(text: string, options: TemplateOptions): Template {
  const source: Source = { text, name: '' };
  const ground = groundOf(options.mode);
  const nodes = parseTemplate(source);
  const names = new Names([], letsOf(nodes, options.fragments ?? {}));
  const builder = new Builder(source, names, { ground, fragments: options.fragments ?? {}, open: [], made: new Map() });
  const write = builder.block(nodes);
  const unfinished = ground.unfinished();
  if (unfinished !== null) throw errorAt(errors.LANGUAGE_SLOT, { source, at: text.length }, `at the end ${unfinished}`);
  const written = <T>(scope: Scope, options: RenderOptions, finish: (output: Output) => T): T => {
    const run = new Run(source, names.count, scope, options);
    return withOutput(run.outputLimit, (output) => {
      run.output = output;
      write(run);
      return finish(output);
    });
  };
  return {
    source: text,
    paths: [...names.paths].sort(),
    render: (scope, options) => written(scope, options, finishText),
    renderBytes: (scope, options) => written(scope, options, finishBytes),
  };
}

const finishText = (output: Output) => output.finishText();
const finishBytes = (output: Output) => output.finishBytes();

/** The names of all variables that are set anywhere in a template, also by fragments that only set variables. */
function letsOf(nodes: Node[], fragments: Record<string, Fragment>, seen: ReadonlySet<string> = new Set()): string[] {
  return nodes.flatMap((node): string[] => {
    if (node.kind === 'let') return [node.name];
    if (node.kind === 'fragment') {
      if (!node.silent || seen.has(node.id) || !Object.hasOwn(fragments, node.id)) return [];
      const inner = parseTemplate(sourceOf(node.id, fragments[node.id]!));
      return letsOf(inner, fragments, new Set([...seen, node.id]));
    }
    return bodiesOf(node).flatMap((body) => letsOf(body, fragments, seen));
  });
}

function sourceOf(id: string, fragment: Fragment): Source {
  return { text: fragment.source, name: `fragment "${id}"` };
}

/** What is left of a fragment that prints nothing: its variables, and the blocks around them. */
function silenced(nodes: Node[]): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (node.kind === 'text' || node.kind === 'print') return [];
    if (node.kind === 'let') return [node];
    if (node.kind === 'fragment') return [{ ...node, silent: true }];
    const otherwise = silenced(node.otherwise);
    if (node.kind !== 'if') return [{ ...node, body: silenced(node.body), otherwise }];
    return [{ ...node, branches: node.branches.map(({ when, body }) => ({ when, body: silenced(body) })), otherwise }];
  });
}

interface Compiled {
  write: Write;
  source: Source;
  names: Names;
  /** The names of its variables. */
  lets: string[];
}

/** What a template shares with its fragments. */
interface Shared {
  ground: Ground;
  fragments: Record<string, Fragment>;
  /** Ids of the fragments being compiled, outermost first. */
  open: string[];
  /** By id and place: a fragment is compiled once for each kind of place it stands in. */
  made: Map<string, Compiled>;
}

function tooManyTurns(length: number, limit: number): string {
  return `each was given a list of ${length} where a loop may take ${limit} turns`;
}

/** Turns nodes into closures that write. */
class Builder {
  readonly #source: Source;
  readonly #names: Names;
  readonly #shared: Shared;

  constructor(source: Source, names: Names, shared: Shared) {
    this.#source = source;
    this.#names = names;
    this.#shared = shared;
  }

  block(nodes: Node[]): Write {
    const writes = nodes.flatMap((node) => this.#node(node));
    const count = writes.length;
    return (run) => {
      run.charge(1 + count);
      for (let i = 0; i < count; i++) writes[i]!(run);
    };
  }

  #get(expr: Parameters<typeof compile>[0]): Get {
    return compile(expr, { source: this.#source, names: this.#names });
  }

  #node(node: Node): Write[] {
    switch (node.kind) {
      case 'text':
        return this.#shared.ground.text(node.text, { source: this.#source, at: node.at });
      case 'print':
        return [this.#print(node)];
      case 'let':
        return [this.#let(node)];
      case 'if':
        return [this.#if(node)];
      case 'each':
        return [this.#each(node)];
      case 'with':
        return [this.#with(node)];
      case 'fragment':
        return [this.#fragment(node)];
    }
  }

  #print({ at, end, expr, raw }: Node & { kind: 'print' }): Write {
    const get = this.#get(expr);
    const slot = this.#shared.ground.slot(raw, { source: this.#source, at });
    if ('value' in slot) return (run) => slot.value(run, get(run));
    const tag = this.#source.text.slice(at, end).replace(/\s+/g, ' ');
    const { escaping, ready } = slot;
    return (run) => {
      const value = get(run);
      run.at = at;
      const text = typeof value === 'string' ? value : toText(run, value);
      if (text === null) throw run.error(errors.RENDER_VALUE_MISSING, `${tag} has no value`);
      // Before anything looks through it.
      if (text.length > run.outputLimit) throw run.tooLong();
      run.write(ready === undefined ? text : ready(run, text), escaping);
    };
  }

  #let({ at, name, expr }: Node & { kind: 'let' }): Write {
    const get = this.#get(expr);
    const variable = this.#names.declare(name, { source: this.#source, at }, expr);
    return (run) => void (run.vars[variable] = get(run) ?? null);
  }

  /** Compiles ways that meet again: all must leave the text at the same kind of place. */
  #ways(at: number, bodies: Node[][]): Write[] {
    const { ground } = this.#shared;
    const start = ground.save();
    const ends = new Set<string>();
    return bodies.map((body) => {
      ground.restore(start);
      const write = this.block(body);
      ends.add(ground.key());
      if (ends.size > 1) throw this.#apart(at);
      return write;
    });
  }

  #apart(at: number): Error {
    const sentence =
      'the branches of this block end at different places of the markup, such as inside and outside a tag';
    const mend = 'Open and close each tag and each pair of quotes within the same branch';
    return errorAt(errors.LANGUAGE_SLOT, { source: this.#source, at, mend }, sentence);
  }

  #if({ at, branches, otherwise }: Node & { kind: 'if' }): Write {
    const bodies = this.#branches(at, branches, otherwise);
    const conditions = bodies.conditions;
    return (run) => {
      run.charge(conditions.length);
      run.enter();
      let found = 0;
      while (found < conditions.length && !truthy(conditions[found]!(run))) found++;
      bodies.writes[found]!(run);
      run.leave();
    };
  }

  #branches(at: number, branches: (Node & { kind: 'if' })['branches'], otherwise: Node[]) {
    const conditions = branches.map(({ when }) => this.#get(when));
    const writes = this.#ways(at, [...branches.map(({ body }) => body), otherwise]);
    return { conditions, writes };
  }

  #each({ at, of, alias, body, otherwise }: Node & { kind: 'each' }): Write {
    const get = this.#get(of);
    const vars = this.#names.enter(of, alias, true);
    const [repeat] = this.#ways(at, [body, []]) as [Write, Write];
    this.#names.leave();
    const [instead] = this.#ways(at, [otherwise, []]) as [Write, Write];
    return (run) => {
      const list = get(run);
      if (!truthy(list)) return instead(run);
      run.at = at;
      if (!Array.isArray(list)) throw run.error(errors.RENDER_TYPE, `${shown(list)} was given where each needs a list`);
      const { length } = list;
      if (length > run.loopLimit) throw run.error(errors.RENDER_LIMIT, tooManyTurns(length, run.loopLimit));
      run.enter();
      run.vars[vars.count] = length;
      for (let i = 0; i < length; i++) {
        run.vars[vars.item] = list[i] ?? null;
        run.vars[vars.index] = i;
        repeat(run);
      }
      run.leave();
    };
  }

  #with({ at, of, alias, body, otherwise }: Node & { kind: 'with' }): Write {
    const get = this.#get(of);
    const { item } = this.#names.enter(of, alias, false);
    const [inside] = this.#ways(at, [body, []]) as [Write, Write];
    this.#names.leave();
    const [instead] = this.#ways(at, [otherwise, []]) as [Write, Write];
    return (run) => {
      const value = get(run);
      if (isEmpty(value) || value === false) return instead(run);
      run.enter();
      run.vars[item] = value;
      inside(run);
      run.leave();
    };
  }

  #fragment(node: Node & { kind: 'fragment' }): Write {
    const fragment = this.#find(node);
    const args = node.args.map((arg) => ({
      get: this.#get(arg.expr),
      variable: this.#parameter(fragment, node.id, arg),
    }));
    const compiled = this.#compiled(node, fragment);
    const exported = node.silent ? this.#exported(node, compiled) : [];
    return (run) => {
      const values = args.map(({ get }) => get(run));
      const { vars, source } = run;
      run.at = node.at;
      run.enter();
      run.vars = blank(compiled.names.count);
      run.charge(compiled.names.count);
      run.vars.fill(null, 0, fragment.parameters.length);
      args.forEach(({ variable }, i) => (run.vars[variable] = values[i] ?? null));
      run.source = compiled.source;
      compiled.write(run);
      for (const [from, to] of exported) vars[to] = run.vars[from] ?? null;
      run.vars = vars;
      run.source = source;
      run.leave();
    };
  }

  /** The variables of a fragment that only sets them, with ours of the same names. */
  #exported({ at }: Node & { kind: 'fragment' }, compiled: Compiled): [number, number][] {
    const value = { kind: 'value', at, value: null } as const;
    const place = { source: this.#source, at };
    return [...new Set(compiled.lets)].map((name) => [
      compiled.names.numberOf(name),
      this.#names.declare(name, place, value),
    ]);
  }

  #find({ id, at }: Node & { kind: 'fragment' }): Fragment {
    const { fragments } = this.#shared;
    if (Object.hasOwn(fragments, id)) return fragments[id]!;
    const near = nearest(id, Object.keys(fragments));
    const sentence = `there is no fragment ${shown(id)}${near === undefined ? '' : `; did you mean "${near}"?`}`;
    throw errorAt(errors.LANGUAGE_FRAGMENT, { source: this.#source, at }, sentence);
  }

  #parameter(fragment: Fragment, id: string, { name, at }: { name: string; at: number }): number {
    const place = fragment.parameters.indexOf(name);
    if (place >= 0) return place;
    const near = nearest(name, fragment.parameters);
    const known =
      near === undefined ? `its parameters are ${fragment.parameters.join(', ') || 'none'}` : `did you mean ${near}?`;
    const sentence = `the fragment "${id}" has no parameter ${name}; ${known}`;
    throw errorAt(errors.LANGUAGE_FRAGMENT, { source: this.#source, at }, sentence);
  }

  /** The fragment compiled for the place it stands in; it must leave the markup where it found it. */
  #compiled({ id, at, silent }: Node & { kind: 'fragment' }, fragment: Fragment): Compiled {
    const { ground, open, made } = this.#shared;
    const start = ground.save();
    const key = JSON.stringify([id, start, silent]);
    const known = made.get(key);
    if (known !== undefined) return known;
    if (open.includes(id)) {
      const circle = [...open.slice(open.indexOf(id)), id].join(' → ');
      throw errorAt(errors.LANGUAGE_FRAGMENT, { source: this.#source, at }, `fragments include themselves: ${circle}`);
    }
    const source = sourceOf(id, fragment);
    const whole = parseTemplate(source);
    const nodes = silent ? silenced(whole) : whole;
    const lets = letsOf(nodes, this.#shared.fragments);
    const names = new Names(fragment.parameters, lets, this.#names.paths);
    const builder = new Builder(source, names, { ...this.#shared, open: [...open, id] });
    const [write] = builder.#ways(0, [nodes, []]) as [Write, Write];
    const compiled = { write, source, names, lets };
    made.set(key, compiled);
    return compiled;
  }
}
