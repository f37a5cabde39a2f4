import { nearest } from '../base/index.ts';
import { errorAt, errors } from './error.ts';
import type { Source } from './error.ts';
import { Parser } from './parse.ts';
import { split } from './split.ts';
import type { Piece } from './split.ts';
import type { Expr, NamedArgument, Node } from './tree.ts';

/** How deep blocks may stand in one another in a source; the limit on a run is lower by default. */
const blockDepth = 64;
/** Characters of a source. */
const sourceLimit = 1_000_000;
/** The blocks there are. */
export const blockWords = ['if', 'unless', 'each', 'with'];
/** Forms of other languages, with ours. */
const foreign: [RegExp, string][] = [
  [/^(?:if|elsif|elseif|elif)\b/, '{%#if …%} and {%else if …%}'],
  [/^(?:endif|fi)\b/, '{%/if%}'],
  [/^unless\b/, '{%#unless …%}'],
  [/^endunless\b/, '{%/unless%}'],
  [/^for\b/, '{{#each list as |item|}}'],
  [/^endfor\b/, '{{/each}}'],
  [/^(?:assign|set)\b/, '{% let name = … %}'],
  [/^(?:include|render|partial)\b/, '{{fragment id="…"}}'],
];

/** Tags of Journey Optimizer that have no place here, with what to use instead (journeys.md §2.1). */
const refused = new Map([
  ['datasetLookup', 'call an action before the message and read context.journey.actions.NAME'],
  ['externalDataLookup', 'call an action before the message and read context.journey.actions.NAME'],
  ['executionMetadata', 'the send log keeps the run, the activity and the message by itself'],
  ['encrypt', 'send an opaque id in the link and look it up on your server'],
]);

/** Reads a template: text, prints and blocks. */
export function parseTemplate(source: Source): Node[] {
  if (source.text.length > sourceLimit) {
    const sentence = `the template has ${source.text.length} characters where at most ${sourceLimit} are allowed`;
    throw errorAt(errors.LANGUAGE_SYNTAX, { source, at: 0 }, sentence);
  }
  return new TemplateParser(source, split(source)).whole();
}

class TemplateParser {
  readonly #source: Source;
  readonly #pieces: Piece[];
  #position = 0;
  #depth = 0;

  constructor(source: Source, pieces: Piece[]) {
    this.#source = source;
    this.#pieces = pieces;
  }

  whole(): Node[] {
    const nodes = this.#body();
    const piece = this.#pieces[this.#position];
    if (piece === undefined) return nodes;
    throw this.#error(`found ${this.#text(piece)} without the block it belongs to`, piece.at);
  }

  #error(sentence: string, at: number): Error {
    return errorAt(errors.LANGUAGE_SYNTAX, { source: this.#source, at }, sentence);
  }

  #text(piece: Piece): string {
    const text = this.#source.text.slice(piece.at, piece.end).replace(/\s+/g, ' ');
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  }

  /** Nodes up to an `else` or a closing tag. */
  #body(): Node[] {
    const nodes: Node[] = [];
    for (;;) {
      const piece = this.#pieces[this.#position];
      if (piece === undefined || piece.kind === 'close' || piece.kind === 'else') return nodes;
      this.#position++;
      const node = this.#node(piece);
      if (node !== null) nodes.push(node);
    }
  }

  #node(piece: Piece): Node | null {
    switch (piece.kind) {
      case 'text':
        return { kind: 'text', at: piece.at, text: this.#source.text.slice(piece.at, piece.end) };
      case 'print':
      case 'raw':
      case 'expression':
        return this.#print(piece);
      case 'statement':
        return this.#statement(piece);
      case 'open':
        return this.#block(piece);
      default:
        return null;
    }
  }

  #parser(piece: Piece): Parser {
    return new Parser(this.#source, piece.from, piece.to);
  }

  #print(piece: Piece): Node {
    const inner = this.#source.text.slice(piece.from, piece.to).trim();
    if (piece.kind === 'print' && /^fragment\s/.test(inner)) return this.#fragment(piece);
    const instead = refused.get(/^\w+(?=\s)/.exec(inner)?.[0] ?? '');
    if (piece.kind === 'print' && instead !== undefined) {
      throw this.#error(`found ${this.#text(piece)}, which is not part of this language; ${instead}`, piece.at);
    }
    if (piece.kind === 'print' && /^[>^&~]/.test(inner)) {
      const form = inner[0] === '>' ? '{{fragment id="…"}}' : inner[0] === '^' ? '{{else}}' : '{{ }} or {{{ }}}';
      throw this.#error(`found {{${inner[0]} where ${form} was expected`, piece.at);
    }
    if (inner.startsWith('../')) {
      throw this.#error('found ../ ; name the outer item, {{#each … as |x|}}, and write x.name', piece.at);
    }
    return {
      kind: 'print',
      at: piece.at,
      end: piece.end,
      expr: this.#parser(piece).whole(),
      raw: piece.kind === 'raw',
    };
  }

  #statement(piece: Piece): Node {
    const inner = this.#source.text.slice(piece.from, piece.to).trim();
    const form = foreign.find(([pattern]) => pattern.test(inner))?.[1];
    if (form !== undefined) throw this.#error(`found ${this.#text(piece)}; the form here is ${form}`, piece.at);
    const parser = this.#parser(piece);
    if (!parser.takeWord('let')) {
      throw this.#error(`found ${this.#text(piece)} where {% let name = … %} or {%= … %} was expected`, piece.at);
    }
    const name = parser.needName('the name of a variable');
    parser.needSign('=');
    return { kind: 'let', at: name.at, name: name.text, expr: parser.whole() };
  }

  #fragment(piece: Piece): Node {
    const parser = this.#parser(piece);
    parser.take();
    const node: Node & { kind: 'fragment' } = { kind: 'fragment', at: piece.at, id: '', args: [], silent: false };
    const given = new Set<string>();
    while (parser.token.kind !== 'end') {
      const { text: name, at } = parser.needName('the name of a parameter');
      parser.needSign('=');
      const expr = parser.sum();
      if (given.has(name)) throw this.#error(`${name} is given twice`, at);
      given.add(name);
      if (!this.#settled(node, { name, expr, at })) node.args.push({ name, expr, at });
    }
    if (node.id === '') throw this.#error('the fragment has no id="…"', piece.at);
    return node;
  }

  /** Is it one of the words that belong to the tag, and not to the fragment? */
  #settled(node: Node & { kind: 'fragment' }, { name, expr, at }: NamedArgument): boolean {
    const value = expr.kind === 'value' ? expr.value : undefined;
    if (name === 'id') {
      if (typeof value !== 'string' || value === '')
        throw this.#error('the id of a fragment is one text in quotes', at);
      node.id = value;
    } else if (name === 'mode') {
      if (value !== 'inline') throw this.#error('the mode of a fragment can only be "inline"', at);
    } else if (name === 'render') {
      if (typeof value !== 'boolean') throw this.#error('render is either true or false', at);
      node.silent = !value;
    } else return false;
    return true;
  }

  #block(piece: Piece): Node {
    if (++this.#depth > blockDepth) throw this.#error(`more than ${blockDepth} blocks stand in one another`, piece.at);
    const parser = this.#parser(piece);
    const { text: word } = parser.take();
    const node = this.#opened(word, { piece, parser });
    this.#depth--;
    return node;
  }

  #opened(word: string, { piece, parser }: { piece: Piece; parser: Parser }): Node {
    if (word === 'if') return this.#if(piece, parser.whole());
    if (word === 'unless') {
      const when: Expr = { kind: 'not', at: piece.at, of: parser.whole() };
      return this.#branches(piece, { word: 'unless', when });
    }
    if (word !== 'each' && word !== 'with') {
      const near = nearest(word, blockWords);
      const expected = near === undefined ? 'if, unless, each or with' : near;
      throw this.#error(`there is no block ${word}; ${expected} was expected`, piece.at);
    }
    const of = parser.expression();
    const alias = this.#alias(parser);
    parser.end();
    const body = this.#body();
    const otherwise = this.#else(piece, word);
    return { kind: word, at: piece.at, of, alias, body, otherwise };
  }

  #alias(parser: Parser): string | null {
    if (!parser.takeWord('as')) return null;
    parser.needSign('|');
    const name = parser.needName('a name for the item').text;
    parser.needSign('|');
    return name;
  }

  #if(piece: Piece, when: Expr): Node {
    return this.#branches(piece, { word: 'if', when });
  }

  #branches(piece: Piece, { word, when }: { word: string; when: Expr }): Node {
    const branches = [{ when, body: this.#body() }];
    for (;;) {
      const next = this.#pieces[this.#position];
      if (next?.kind !== 'else' || this.#source.text.slice(next.from, next.to).trim() === '') break;
      this.#position++;
      const parser = this.#parser(next);
      if (!parser.takeWord('if')) throw parser.unexpected('if, or the end of the tag,');
      branches.push({ when: parser.whole(), body: this.#body() });
    }
    return { kind: 'if', at: piece.at, branches, otherwise: this.#else(piece, word) };
  }

  /** The part after a plain `else`, if there is one, and the closing tag. */
  #else(open: Piece, word: string): Node[] {
    let piece = this.#pieces[this.#position];
    let otherwise: Node[] = [];
    if (piece?.kind === 'else') {
      if (this.#source.text.slice(piece.from, piece.to).trim() !== '') {
        throw this.#error(`found ${this.#text(piece)} where {{else}} or {{/${word}}} was expected`, piece.at);
      }
      this.#position++;
      otherwise = this.#body();
      piece = this.#pieces[this.#position];
    }
    if (piece === undefined) throw this.#error(`the block ${this.#text(open)} has no {{/${word}}}`, open.at);
    const closing = this.#source.text.slice(piece.from, piece.to).trim();
    if (piece.kind !== 'close' || closing !== word) {
      throw this.#error(`found ${this.#text(piece)} where {{/${word}}} was expected`, piece.at);
    }
    this.#position++;
    return otherwise;
  }
}
