import { nearest } from '../base/index.ts';
import type { Reference, Step, VelocityExpr, VelocityNode } from './velocity.ts';
import { VelocityFault } from './velocity.ts';
import { isMethod, methodNames } from './velocity-method.ts';

/** Brackets inside one another. */
const deepest = 40;
const levels: readonly (readonly [RegExp, Readonly<Record<string, string>>])[] = [
  [/(?:\|\||or\b)/y, { or: '||' }],
  [/(?:&&|and\b)/y, { and: '&&' }],
  [/(?:==|!=|eq\b|ne\b)/y, { eq: '==', ne: '!=' }],
  [/(?:<=|>=|<|>|lt\b|le\b|gt\b|ge\b)/y, { lt: '<', le: '<=', gt: '>', ge: '>=' }],
  [/[+-]/y, {}],
  [/[*/%]/y, {}],
];
const nameForm = /[A-Za-z][A-Za-z0-9_-]*/y;
const numberForm = /\d+(?:\.\d+)?/y;
const wordForm = /(?:true|false|null)\b/y;

/** Reads expressions and references, from `at` on. `quoted` reads what stands between double quotes. */
export class VelocityReader {
  readonly #text: string;
  readonly #quoted: (inner: string, at: number) => VelocityNode[];
  #depth = 0;
  at = 0;

  constructor(text: string, quoted: (inner: string, at: number) => VelocityNode[]) {
    this.#text = text;
    this.#quoted = quoted;
  }

  /** The rest of a line of white space with its end, which a directive swallows. */
  endOfLine(): void {
    this.#match(/[ \t]*\r?\n/y);
  }

  take(char: string): void {
    this.#space();
    if (this.#text[this.at] !== char) this.#fail(`"${char}" is missing here`);
    this.at++;
  }

  word(word: string): void {
    this.#space();
    if (this.#match(/[a-z]+/y) !== word) this.#fail(`"${word}" is missing here`);
  }

  /** `$name` or `${name}`, to be set. */
  target(): string {
    this.#space();
    const from = this.at;
    const read = this.reference();
    if (read === null) this.#fail('A name such as $count is missing here');
    if (read.ref.path.length > 0) {
      throw new VelocityFault('Only whole names can be set, such as #set($count = 1)', from);
    }
    return read.ref.root;
  }

  /** `$name.path`, `$!name`, `${name.path}`; null, with `at` unmoved, for a dollar sign that is none. */
  reference(): { ref: Reference; quiet: boolean } | null {
    const from = this.at;
    const opening = this.#match(/\$!?\{?/y);
    const root = opening === null ? null : this.#match(nameForm);
    if (opening === null || root === null) return this.#back(from);
    const isFormal = opening.endsWith('{');
    const path = this.#path();
    if (isFormal && this.#match(/\}/y) === null) return this.#back(from);
    return { ref: { root, path, at: from }, quiet: opening.includes('!') };
  }

  #back(to: number): null {
    this.at = to;
    return null;
  }

  #path(): Step[] {
    const path: Step[] = [];
    for (;;) {
      if (path.length > 20) this.#fail('A reference has more than 20 parts');
      const char = this.#text[this.at];
      const from = this.at;
      if (char === '.') {
        this.at++;
        const name = this.#match(nameForm);
        if (name === null) {
          this.at = from;
          return path;
        }
        if (this.#text[this.at] === '(')
          path.push({ kind: 'method', name, args: this.#arguments(name, from), at: from });
        else path.push({ kind: 'property', name });
      } else if (char === '[') {
        const of = this.#index();
        if (of === null) return path;
        path.push({ kind: 'index', of });
      } else return path;
    }
  }

  /** `[0]`, `["name"]`, `[$i]`; null where a bracket is mere text. */
  #index(): VelocityExpr | null {
    const from = this.at;
    if (!/^\[[ \t]*["'$\d-]/.test(this.#text.slice(from, from + 20))) return null;
    this.at++;
    const of = this.expression();
    this.take(']');
    return of;
  }

  #arguments(name: string, from: number): VelocityExpr[] {
    if (!isMethod(name)) {
      const near = nearest(name, methodNames());
      const hint = near === undefined ? '' : `; did you mean .${near}()?`;
      throw new VelocityFault(`There is no method .${name.slice(0, 40)}()${hint}`, from);
    }
    this.take('(');
    return this.#list(')');
  }

  /** Expressions with commas, up to and with the closing sign. */
  #list(closing: string): VelocityExpr[] {
    const items: VelocityExpr[] = [];
    this.#space();
    while (this.#text[this.at] !== closing) {
      if (items.length > 0) this.take(',');
      items.push(this.expression());
      this.#space();
    }
    this.at++;
    return items;
  }

  expression(): VelocityExpr {
    if (++this.#depth > deepest) this.#fail(`More than ${deepest} brackets stand inside one another`);
    const read = this.#level(0);
    this.#depth--;
    return read;
  }

  /** Operators of one rank, from the left; as loops, so that a long sum is not a deep one. */
  #level(rank: number): VelocityExpr {
    const level = levels[rank];
    if (level === undefined) return this.#unary();
    const [form, names] = level;
    let left = this.#level(rank + 1);
    for (let count = 0; ; count++) {
      this.#space();
      const operator = this.#match(form);
      if (operator === null) return left;
      if (count >= 200) this.#fail('More than 200 operators stand in a row');
      left = { kind: 'binary', operator: names[operator] ?? operator, left, right: this.#level(rank + 1) };
    }
  }

  #unary(): VelocityExpr {
    this.#space();
    if (this.#text.startsWith('!=', this.at)) this.#fail('Something to compare is missing here');
    const sign = this.#match(/(?:!|not\b|-)/y);
    if (sign === null) return this.#primary();
    if (++this.#depth > deepest) this.#fail(`More than ${deepest} signs stand in a row`);
    const of = this.#unary();
    this.#depth--;
    return { kind: sign === '-' ? 'minus' : 'not', of };
  }

  #primary(): VelocityExpr {
    const char = this.#text[this.at];
    if (char === '$') {
      const read = this.reference();
      if (read) return { kind: 'ref', ref: read.ref };
    }
    if (char === '"' || char === "'") return this.#string(char);
    if (char === '(') {
      this.at++;
      const inner = this.expression();
      this.take(')');
      return inner;
    }
    if (char === '[') return this.#listOrRange();
    if (char === '{') return this.#map();
    const number = this.#match(numberForm);
    if (number !== null) return numberOf(number);
    const word = this.#match(wordForm);
    if (word !== null) return { kind: 'value', value: word === 'null' ? null : word === 'true' };
    return this.#fail('A value is missing here: a reference, a text in quotes or a number');
  }

  /** A doubled quote stands for one, as Velocity 1.7 has it. */
  #string(quote: string): VelocityExpr {
    const from = this.at + 1;
    let end = from - 1;
    do end = this.#text.indexOf(quote, end === from - 1 ? from : end + 2);
    while (end !== -1 && this.#text[end + 1] === quote);
    if (end === -1) this.#fail('A text is not closed');
    this.at = end + 1;
    const inner = this.#text.slice(from, end).replaceAll(quote + quote, quote);
    if (quote === "'" || !/[$\\]/.test(inner)) return { kind: 'value', value: inner };
    return { kind: 'text', nodes: this.#quoted(inner, from) };
  }

  #listOrRange(): VelocityExpr {
    this.at++;
    this.#space();
    if (this.#text[this.at] === ']') return { kind: 'list', items: this.#list(']') };
    const first = this.expression();
    this.#space();
    if (this.#match(/\.\./y) !== null) {
      const to = this.expression();
      this.take(']');
      return { kind: 'range', from: first, to };
    }
    if (this.#text[this.at] === ',') this.at++;
    return { kind: 'list', items: [first, ...this.#list(']')] };
  }

  #map(): VelocityExpr {
    this.at++;
    const entries: [VelocityExpr, VelocityExpr][] = [];
    this.#space();
    while (this.#text[this.at] !== '}') {
      if (entries.length > 0) this.take(',');
      const key = this.expression();
      this.take(':');
      entries.push([key, this.expression()]);
      this.#space();
    }
    this.at++;
    return { kind: 'map', entries };
  }

  #space(): void {
    this.#match(/\s+/y);
  }

  #match(form: RegExp): string | null {
    form.lastIndex = this.at;
    const found = form.exec(this.#text);
    if (!found) return null;
    this.at += found[0].length;
    return found[0];
  }

  #fail(message: string): never {
    throw new VelocityFault(message, Math.min(this.at, this.#text.length));
  }
}

function numberOf(text: string): VelocityExpr {
  const value = Number(text);
  return text.includes('.') ? { kind: 'real', value } : { kind: 'value', value: Math.min(value, 2 ** 53 - 1) };
}
