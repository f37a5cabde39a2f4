import { errorAt, errors } from './error.ts';
import type { Source } from './error.ts';
import { lex } from './lex.ts';
import type { Token } from './lex.ts';
import { isReference, parseReference } from './reference.ts';
import type { BinaryOp, Expr, IsTest, NamedArgument, Pick, Segment } from './tree.ts';

/** How deep an expression may nest; keeps the parser and the compiled closures off the end of the stack. */
export const expressionDepth = 100;
const comparisons = new Map<string, BinaryOp>(
  (['=', '!=', '>', '>=', '<', '<=', 'in'] as const).map((op) => [op as string, op as BinaryOp]),
).set('==', '=');
/** Words that are no names. */
export const reserved: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'as', 'else']);
/** Words that are values. */
export const constants: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', null],
]);

const tests: readonly IsTest[] = ['null', 'empty', 'numeric', 'integer', 'decimal'];
const picks: readonly Pick[] = ['all', 'first', 'last'];

/** Reads expressions out of a part of a source. Grammar: journeys.md §2.7, joined with the operators of §2.8. */
export class Parser {
  readonly #source: Source;
  readonly #tokens: Token[];
  #position = 0;
  #depth = 0;

  constructor(source: Source, from: number, to: number) {
    this.#source = source;
    this.#tokens = lex(source, from, to);
  }

  get token(): Token {
    return this.#tokens[this.#position]!;
  }

  /** The whole rest must be one expression. */
  whole(): Expr {
    const expr = this.expression();
    this.end();
    return expr;
  }

  end(): void {
    if (this.token.kind === 'end') return;
    const before = this.#tokens[this.#position - 1];
    const call = before?.kind === 'name' && ['name', 'text', 'number', 'quoted'].includes(this.token.kind);
    throw this.unexpected(call ? `an operator, or brackets as in ${before.text}(…),` : 'an operator or the end');
  }

  unexpected(expected: string): Error {
    const { token } = this;
    const found = token.kind === 'end' ? 'the end' : token.text;
    return this.error(`found ${found} where ${expected} was expected`, token.at);
  }

  error(sentence: string, at: number): Error {
    return errorAt(errors.LANGUAGE_SYNTAX, { source: this.#source, at }, sentence);
  }

  take(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.#position++;
    return token;
  }

  /** Takes the sign if it is next. */
  takeSign(text: string): boolean {
    if (this.token.kind !== 'sign' || this.token.text !== text) return false;
    this.#position++;
    return true;
  }

  takeWord(text: string): boolean {
    if (this.token.kind !== 'name' || this.token.text !== text) return false;
    this.#position++;
    return true;
  }

  needSign(text: string): void {
    if (!this.takeSign(text)) throw this.unexpected(text);
  }

  /** A plain name: of a variable, a loop item, a parameter. */
  needName(what: string): Token {
    const { token } = this;
    const plain = token.kind === 'quoted' || (token.kind === 'name' && !reserved.has(token.text));
    if (!plain || constants.has(token.text) || token.text === 'this') throw this.unexpected(what);
    return this.take();
  }

  expression(): Expr {
    return this.#series('fallback', ['?:'], () => this.#or());
  }

  #or(): Expr {
    return this.#series('or', ['or', '||'], () => this.#and());
  }

  #and(): Expr {
    return this.#series('and', ['and', '&&'], () => this.#not());
  }

  #series(kind: 'fallback' | 'or' | 'and', words: string[], part: () => Expr): Expr {
    const first = this.#deeper(part);
    const items = [first];
    while (this.#takeAny(words) !== null) items.push(this.#deeper(part));
    return items.length === 1 ? first : { kind, at: first.at, items };
  }

  #deeper(part: () => Expr): Expr {
    if (++this.#depth > expressionDepth * 4) throw this.error('the expression is nested too deep', this.token.at);
    const expr = part();
    this.#depth--;
    return expr;
  }

  #takeAny(words: readonly string[]): string | null {
    const { token } = this;
    if ((token.kind !== 'name' && token.kind !== 'sign') || !words.includes(token.text)) return null;
    return this.take().text;
  }

  #not(): Expr {
    const at = this.token.at;
    if (this.takeWord('not')) return { kind: 'not', at, of: this.#deeper(() => this.#not()) };
    return this.#comparison();
  }

  #comparison(): Expr {
    const left = this.#range();
    const word = this.#operator();
    if (word === 'is' || word === 'has') return this.#test(left);
    const op = comparisons.get(word) ?? this.#notIn(word);
    if (op === null) return left;
    const { at } = this.take();
    const right = this.#range();
    this.#unchained();
    return { kind: 'binary', at, op, left, right };
  }

  #unchained(): void {
    const word = this.#operator();
    if (!comparisons.has(word) && word !== 'is' && word !== 'has') return;
    throw this.error('comparisons cannot be chained; join them with and', this.token.at);
  }

  /** `not in`: takes the `not`, so that `in` is next. */
  #notIn(word: string): BinaryOp | null {
    if (word !== 'not') return null;
    this.take();
    if (this.#operator() !== 'in') throw this.unexpected('in, as in x not in [1, 2],');
    return 'not in';
  }

  /** `is null`, `is not empty`, `is numeric`, `has null`. */
  #test(of: Expr): Expr {
    const { at, text } = this.take();
    const negated = text === 'is' && this.takeWord('not');
    const word = this.#operator();
    const test = text === 'has' ? (word === 'null' ? 'has null' : undefined) : tests.find((name) => name === word);
    if (test === undefined) throw this.unexpected(text === 'has' ? 'null' : `${tests.join(', ')} or not`);
    this.take();
    this.#unchained();
    return { kind: 'is', at, of, test, negated };
  }

  #range(): Expr {
    const from = this.sum();
    if (!this.takeSign('..')) return from;
    return { kind: 'range', at: from.at, from, to: this.sum() };
  }

  /** The next word if it may be an operator; a name in back-ticks never is. */
  #operator(): string {
    return this.token.kind === 'name' || this.token.kind === 'sign' ? this.token.text : '';
  }

  /** A value without comparison: what a fragment's parameter takes. */
  sum(): Expr {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/', '%'], () => this.#unary()));
  }

  #chain(signs: BinaryOp[], part: () => Expr): Expr {
    let left = part();
    for (let length = 0; ; length++) {
      if (length >= expressionDepth) throw this.error('the expression is too long; use concat or sum', this.token.at);
      const { at } = this.token;
      const op = this.token.kind === 'sign' ? this.#takeAny(signs) : null;
      if (op === null) return left;
      left = { kind: 'binary', at, op: op as BinaryOp, left, right: part() };
    }
  }

  #unary(): Expr {
    const { at } = this.token;
    if (this.takeSign('!')) return { kind: 'not', at, of: this.#deeper(() => this.#unary()) };
    if (this.takeSign('-')) return { kind: 'negate', at, of: this.#deeper(() => this.#unary()) };
    return this.postfix(this.#primary());
  }

  #primary(): Expr {
    const { token } = this;
    const { at } = token;
    if (token.kind === 'text' || token.kind === 'number') return { kind: 'value', at, value: this.take().value };
    if (isReference(token, this.#tokens[this.#position + 1])) return parseReference(this);
    if (token.kind === 'special') return { kind: 'name', at, name: this.take().text, segments: [] };
    if (this.takeSign('('))
      return this.#closed(
        this.#deeper(() => this.expression()),
        ')',
      );
    if (this.takeSign('[')) return { kind: 'list', at, items: this.#items(']') };
    if (this.takeSign('{')) return { kind: 'map', at, entries: this.#entries() };
    if (token.kind === 'name' && constants.has(token.text)) {
      return { kind: 'value', at, value: constants.get(this.take().text)! };
    }
    if (token.kind === 'sign' && token.text === '.') {
      throw this.error('found a dot at the beginning; name the loop item, {{#each … as |x|}}, and write x.name', at);
    }
    const callsWord = token.text === 'in' || token.text === 'not';
    if (token.kind === 'name' && callsWord && this.#tokens[this.#position + 1]?.text === '(')
      return this.#call(this.take());
    if (token.kind !== 'quoted' && (token.kind !== 'name' || reserved.has(token.text))) {
      throw this.unexpected('a value, a name or a function');
    }
    this.take();
    return this.#isCall(token) ? this.#call(token) : { kind: 'name', at, name: token.text, segments: [] };
  }

  #isCall(name: Token): boolean {
    return name.kind === 'name' && this.token.kind === 'sign' && this.token.text === '(';
  }

  #closed(expr: Expr, close: string): Expr {
    this.needSign(close);
    return expr;
  }

  #call(name: Token): Expr {
    this.needSign('(');
    const named: NamedArgument[] = [];
    return { kind: 'call', at: name.at, name: name.text, args: this.#items(')', named), named };
  }

  /** `where:` before an argument; after the first of these all are named. */
  #argumentName(named: NamedArgument[]): Token | null {
    const { token } = this;
    const after = this.#tokens[this.#position + 1];
    if (token.kind !== 'name' || after?.kind !== 'sign' || after.text !== ':') {
      if (named.length > 0) throw this.unexpected(`a named argument, such as ${named[0]!.name}: …,`);
      return null;
    }
    if (named.some(({ name }) => name === token.text)) throw this.error(`${token.text}: is given twice`, token.at);
    this.#position += 2;
    return token;
  }

  #items(close: string, named: NamedArgument[] | null = null): Expr[] {
    const items: Expr[] = [];
    if (this.takeSign(close)) return items;
    do {
      const name = named && this.#argumentName(named);
      const expr = this.#deeper(() => this.expression());
      if (name) named.push({ name: name.text, expr, at: name.at });
      else items.push(expr);
    } while (this.takeSign(','));
    if (!this.takeSign(close)) throw this.unexpected(`, or ${close}`);
    return items;
  }

  /** `"key": value` up to the closing brace. */
  #entries(): NamedArgument[] {
    const entries: NamedArgument[] = [];
    if (this.takeSign('}')) return entries;
    do {
      const { token } = this;
      if (token.kind !== 'text' && token.kind !== 'name' && token.kind !== 'quoted') throw this.unexpected('a key');
      this.take();
      const name = token.kind === 'text' ? String(token.value) : token.text;
      if (entries.some((entry) => entry.name === name))
        throw this.error(`the key ${token.text} is given twice`, token.at);
      this.needSign(':');
      entries.push({ name, expr: this.#deeper(() => this.expression()), at: token.at });
    } while (this.takeSign(','));
    if (!this.takeSign('}')) throw this.unexpected(', or }');
    return entries;
  }

  /** What may follow a value: `.name`, `[index]`, `.function(…)`. */
  postfix(start: Expr): Expr {
    let expr = start;
    for (let length = 0; ; length++) {
      if (length > expressionDepth) throw this.error('the path is too long', this.token.at);
      if (this.takeSign('.')) expr = this.#dotted(expr);
      else if (this.#indexed() && this.takeSign('[')) {
        expr = extended(
          expr,
          this.#closed(
            this.#deeper(() => this.expression()),
            ']',
          ),
        );
      } else return expr;
    }
  }

  /** `a [1]` with a space is no index; it would read as one only by accident. */
  #indexed(): boolean {
    return this.token.kind === 'sign' && this.token.text === '[' && !this.token.space;
  }

  #dotted(expr: Expr): Expr {
    const { token } = this;
    if (token.kind === 'number' && /^\d+$/.test(token.text)) {
      throw this.error(`found .${token.text}; write [${token.text}] for a place in a list`, token.at);
    }
    // Quotes around odd names, as in the references of journeys (journeys.md §2.8).
    if (token.kind === 'text') return extended(expr, String(this.take().value));
    if (token.kind !== 'name' && token.kind !== 'quoted') throw this.unexpected('a name after the dot');
    this.take();
    if (!this.#isCall(token)) return extended(expr, token.text);
    const call = this.#call(token);
    return call.kind === 'call' ? this.#method(expr, call) : call;
  }

  /** A function after a dot; some are forms of the language of Journey Optimizer's conditions (journeys.md §2.8). */
  #method(of: Expr, call: Expr & { kind: 'call' }): Expr {
    const [only] = call.args;
    if (call.named.length === 0 && call.args.length === 1 && only !== undefined) {
      const pick = picks.find((name) => name === call.name);
      if (pick !== undefined) return { kind: 'select', at: call.at, of, pick, where: only };
      if (call.name === 'at' || call.name === 'entry') return extended(of, only);
    }
    if (call.name === 'firstEntryKey' && call.args.length === 0) {
      const first: Expr = { kind: 'value', at: call.at, value: 0 };
      return extended({ ...call, name: 'keys', args: [of] }, first);
    }
    return { ...call, args: [of, ...call.args] };
  }
}

/** One step further along a path. */
export function extended(expr: Expr, segment: Segment): Expr {
  const plain = typeof segment === 'object' && segment.kind === 'value' && typeof segment.value === 'string';
  const step = plain ? String(segment.value) : segment;
  if (expr.kind === 'name' || expr.kind === 'member') return { ...expr, segments: [...expr.segments, step] };
  return { kind: 'member', at: expr.at, of: expr, segments: [step] };
}

/** Parses a whole text as one expression. */
export function parseExpression(text: string): { source: Source; expr: Expr } {
  const source = { text, name: '' };
  return { source, expr: new Parser(source, 0, text.length).whole() };
}
