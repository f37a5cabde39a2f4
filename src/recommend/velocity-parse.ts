import { nearest } from '../base/index.ts';
import type { Reference, VelocityExpr, VelocityNode } from './velocity.ts';
import { VelocityFault } from './velocity.ts';
import { VelocityReader } from './velocity-expr.ts';

/** Longest script (recommendations DES-1). */
export const longestScript = 65_000;
/** Blocks inside one another. */
const deepest = 40;
const refused = ['macro', 'parse', 'include', 'evaluate', 'define'];
const openers = ['set', 'if', 'foreach', 'elseif', 'else', 'end', 'break', 'stop'] as const;
type Directive = (typeof openers)[number];

/** Roots of tokens that are filled in after everything else (recommendations DES-5). */
const tokenForm =
  /\\\$!?\{((?:user|profile|campaign|offer|activity|experience|option|mbox)(?:\.[A-Za-z0-9_-]+){1,6})\}/y;
const special = /[#$\\]/g;

/**
 * Reads a script in Velocity 1.7 as far as designs use it (recommendations DES-2…5): one pass over the text, in time
 * that grows with its length only.
 *
 * @throws VelocityFault with the place
 */
export function parseVelocity(script: string): VelocityNode[] {
  if (script.length > longestScript) {
    throw new VelocityFault(`The script has ${script.length} characters; ${longestScript} are allowed`, 0);
  }
  return new Parser(script).whole();
}

/** Where a block ended. */
type End = Directive | 'text-end';

class Parser {
  readonly #reader: VelocityReader;
  readonly #text: string;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#reader = new VelocityReader(text, (inner, at) => parseQuoted(inner, at));
  }

  whole(): VelocityNode[] {
    const { nodes, end, at } = this.#block();
    if (end === 'text-end') return nodes;
    throw new VelocityFault(`#${end} has no #if or #foreach before it`, at);
  }

  /** Nodes until a directive that ends a block; the reader stands behind that. */
  #block(): { nodes: VelocityNode[]; end: End; at: number } {
    const reader = this.#reader;
    const nodes: VelocityNode[] = [];
    for (;;) {
      special.lastIndex = reader.at;
      const next = special.exec(this.#text)?.index ?? this.#text.length;
      addText(nodes, this.#text.slice(reader.at, next));
      reader.at = next;
      if (next === this.#text.length) return { nodes, end: 'text-end', at: next };
      const char = this.#text[next]!;
      if (char === '\\') this.#escaped(nodes);
      else if (char === '$') this.#reference(nodes);
      else {
        const end = this.#directive(nodes);
        if (end !== null) return { nodes, end, at: next };
      }
    }
  }

  /** `\${user.x}` is a token; `\$name` and `\#if` are printed without the backslash. */
  #escaped(nodes: VelocityNode[]): void {
    const reader = this.#reader;
    tokenForm.lastIndex = reader.at;
    const token = tokenForm.exec(this.#text);
    if (token) {
      nodes.push({ kind: 'token', name: token[1]! });
      reader.at += token[0].length;
      return;
    }
    const rest = this.#text.slice(reader.at + 1, reader.at + 12);
    const hides = /^(?:\$!?\{?[A-Za-z]|#\{?(?:set|if|foreach|else|end|break|stop))/.test(rest);
    addText(nodes, hides ? rest[0]! : '\\');
    reader.at += hides ? 2 : 1;
  }

  #reference(nodes: VelocityNode[]): void {
    const reader = this.#reader;
    const from = reader.at;
    const read = reader.reference();
    if (read === null) {
      addText(nodes, '$');
      reader.at = from + 1;
      return;
    }
    nodes.push({ kind: 'print', ref: read.ref, quiet: read.quiet, source: this.#text.slice(from, reader.at) });
  }

  /** Reads one directive; gives it back when it ends the block. */
  #directive(nodes: VelocityNode[]): End | null {
    const reader = this.#reader;
    const from = reader.at;
    if (this.#comment(nodes)) return null;
    const name = this.#directiveName(from);
    if (name === null) {
      addText(nodes, '#');
      reader.at = from + 1;
      return null;
    }
    switch (name) {
      case 'set':
        nodes.push(this.#set(from));
        break;
      case 'if':
        nodes.push(this.#if(from));
        break;
      case 'foreach':
        nodes.push(this.#foreach(from));
        break;
      case 'break':
      case 'stop':
        nodes.push({ kind: name });
        break;
      default:
        if (name !== 'elseif') reader.endOfLine();
        return name;
    }
    return null;
  }

  /** `##` to the end of its line, `#* … *#`, and `#[[ … ]]#`, which is printed as it is. */
  #comment(nodes: VelocityNode[]): boolean {
    const reader = this.#reader;
    const from = reader.at;
    const kind = this.#text.slice(from, from + 3);
    if (kind.startsWith('##')) {
      const end = this.#text.indexOf('\n', from);
      reader.at = end === -1 ? this.#text.length : end + 1;
      return true;
    }
    const isRaw = kind === '#[[';
    if (!isRaw && !kind.startsWith('#*')) return false;
    const closing = isRaw ? ']]#' : '*#';
    const end = this.#text.indexOf(closing, from + 2);
    if (end === -1)
      throw new VelocityFault(`What began with ${isRaw ? '#[[' : '#*'} is not closed by ${closing}`, from);
    if (isRaw) addText(nodes, this.#text.slice(from + 3, end));
    reader.at = end + closing.length;
    return true;
  }

  /** The directive at `#`, the reader behind its name; null for a `#` that is none, as in a colour. */
  #directiveName(from: number): Directive | null {
    const reader = this.#reader;
    const found = /^#(\{)?([a-z]+)(\})?/.exec(this.#text.slice(from, from + 14));
    if (!found) return null;
    const [whole, open, word, close] = found;
    if ((open === undefined) !== (close === undefined)) return null;
    const takesArguments = (name: string) => /^[ \t]*\(/.test(this.#text.slice(from + 1 + name.length, from + 60));
    if (open === undefined && refused.includes(word!) && takesArguments(word!)) {
      throw new VelocityFault(`#${word} is not read here; designs are made of #set, #if and #foreach`, from);
    }
    const exact = openers.find((one) => one === word);
    const name =
      exact ?? (open === undefined ? openers.find((one) => isClosing(one) && word!.startsWith(one)) : undefined);
    if (name === undefined) return this.#nearMiss(word!, from, takesArguments);
    if (['set', 'if', 'elseif', 'foreach'].includes(name) && !takesArguments(name)) return null;
    reader.at = from + (exact ? whole!.length : 1 + name.length);
    return name;
  }

  /** `#forech(` was meant as something. */
  #nearMiss(word: string, from: number, takesArguments: (name: string) => boolean): null {
    const near = takesArguments(word) ? nearest(word, [...openers]) : undefined;
    if (near === undefined) return null;
    throw new VelocityFault(`There is no #${word}; did you mean #${near}?`, from);
  }

  #set(at: number): VelocityNode {
    const reader = this.#reader;
    reader.take('(');
    const target = reader.target();
    reader.take('=');
    const to = reader.expression();
    reader.take(')');
    reader.endOfLine();
    return { kind: 'set', name: target, to, at };
  }

  #if(at: number): VelocityNode {
    this.#enter(at);
    const branches = [];
    let otherwise: VelocityNode[] = [];
    let when: VelocityExpr = this.#condition();
    for (;;) {
      const { nodes, end } = this.#block();
      branches.push({ when, body: nodes });
      if (end === 'elseif') {
        when = this.#condition();
        continue;
      }
      if (end === 'else') otherwise = this.#last(at);
      else if (end !== 'end') throw new VelocityFault('#if is not closed by #end', at);
      this.#depth--;
      return { kind: 'if', branches, otherwise };
    }
  }

  #condition(): VelocityExpr {
    const reader = this.#reader;
    reader.take('(');
    const when = reader.expression();
    reader.take(')');
    reader.endOfLine();
    return when;
  }

  #last(at: number): VelocityNode[] {
    const { nodes, end } = this.#block();
    if (end !== 'end') throw new VelocityFault('#else is not closed by #end', at);
    return nodes;
  }

  #foreach(at: number): VelocityNode {
    this.#enter(at);
    const reader = this.#reader;
    reader.take('(');
    const name = reader.target();
    reader.word('in');
    const of = reader.expression();
    reader.take(')');
    reader.endOfLine();
    const { nodes, end } = this.#block();
    if (end !== 'end') throw new VelocityFault('#foreach is not closed by #end', at);
    this.#depth--;
    return { kind: 'foreach', name, of, body: nodes, at };
  }

  #enter(at: number): void {
    if (++this.#depth > deepest) throw new VelocityFault(`More than ${deepest} blocks stand inside one another`, at);
  }
}

/** Velocity reads these without what follows: `#endMore` is `#end`, then text. */
function isClosing(name: Directive): boolean {
  return name === 'else' || name === 'end';
}

function addText(nodes: VelocityNode[], text: string): void {
  if (text === '') return;
  const last = nodes.at(-1);
  if (last?.kind === 'text') last.text += text;
  else nodes.push({ kind: 'text', text });
}

/** The text between double quotes: references and tokens, no directives. `at` is its offset in the script. */
function parseQuoted(text: string, at: number): VelocityNode[] {
  const nodes: VelocityNode[] = [];
  const reader = new VelocityReader(text, () => []);
  for (;;) {
    special.lastIndex = reader.at;
    const next = special.exec(text)?.index ?? text.length;
    addText(nodes, text.slice(reader.at, next));
    reader.at = next;
    if (next === text.length) return nodes;
    tokenForm.lastIndex = next;
    const token = tokenForm.exec(text);
    const read = token || text[next] !== '$' ? null : reader.reference();
    if (token) nodes.push({ kind: 'token', name: token[1]! });
    else if (read)
      nodes.push({ kind: 'print', ref: moved(read.ref, at), quiet: read.quiet, source: text.slice(next, reader.at) });
    else addText(nodes, text[next]!);
    if (!read) reader.at = next + (token?.[0].length ?? 1);
  }
}

function moved(ref: Reference, by: number): Reference {
  return { ...ref, at: ref.at + by };
}
