import { parseTemplate } from './block.ts';
import type { Source } from './error.ts';
import { lex } from './lex.ts';
import { constants, Parser, parseExpression, reserved } from './parse.ts';
import { split } from './split.ts';
import type { Piece } from './split.ts';
import type { Expr, NamedArgument, Segment } from './tree.ts';

/** Wider conditions are broken before `and` and `or`. */
const width = 100;

/** How strongly an expression holds together; brackets stand around what holds less than its place asks for. */
const strength = {
  fallback: 0,
  or: 1,
  and: 2,
  not: 3,
  comparison: 4,
  range: 5,
  sum: 6,
  product: 7,
  unary: 8,
  postfix: 9,
};

/**
 * Writes an expression in the one form of the language: one space around operators, `=`, `and`, `or`, `not`, double
 * quotes, our names for what has several. Formatting again changes nothing, and neither does what it means.
 * Throws LANGUAGE_SYNTAX.
 */
export function formatExpression(text: string): string {
  const { expr } = parseExpression(text);
  const line = print(expr, 0);
  if (line.length <= width || (expr.kind !== 'and' && expr.kind !== 'or')) return line;
  const parts = flattened(expr, expr.kind).map((item) => print(item, strength[expr.kind] + 1));
  return parts.join(`\n${expr.kind} `);
}

/** Writes every tag of a template in the one form, and leaves all text as it is. Throws LANGUAGE_SYNTAX. */
export function formatTemplate(text: string): string {
  const source: Source = { text, name: '' };
  parseTemplate(source);
  let made = '';
  let at = 0;
  for (const piece of split(source)) {
    if (piece.kind === 'text' || piece.kind === 'comment') continue;
    made += text.slice(at, piece.at) + tag(source, piece);
    at = piece.end;
  }
  return made + text.slice(at);
}

function tag(source: Source, piece: Piece): string {
  const percent = source.text.startsWith('{%', piece.at);
  const [open, close] = percent ? ['{%', '%}'] : ['{{', '}}'];
  const parser = new Parser(source, piece.from, piece.to);
  const inner = source.text.slice(piece.from, piece.to).trim();
  switch (piece.kind) {
    case 'close':
      return `${open}/${inner}${close}`;
    case 'else':
      return `${open}else${inner === '' ? '' : ` if ${print((parser.take(), parser.whole()), 0)}`}${close}`;
    case 'open':
      return `${open}#${opened(parser)}${close}`;
    case 'raw':
      return `{{{${apart(print(parser.whole(), 0))}}}}`;
    case 'expression':
      return `{%= ${print(parser.whole(), 0)} %}`;
    case 'statement': {
      parser.take();
      const name = word(parser.take().text);
      parser.needSign('=');
      return `{% let ${name} = ${print(parser.whole(), 0)} %}`;
    }
    default:
      return /^fragment\s/.test(inner) ? `{{${fragment(parser)}}}` : `{{${apart(print(parser.whole(), 0))}}}`;
  }
}

/** Braces of a map keep away from those of the tag. */
function apart(text: string): string {
  return `${/^[{!]/.test(text) ? ' ' : ''}${text}${text.endsWith('}') ? ' ' : ''}`;
}

function opened(parser: Parser): string {
  const { text: block } = parser.take();
  const of = print(parser.expression(), 0);
  if (!parser.takeWord('as')) return `${block} ${of}`;
  parser.needSign('|');
  return `${block} ${of} as |${word(parser.take().text)}|`;
}

function fragment(parser: Parser): string {
  const parts = [parser.take().text];
  while (parser.token.kind !== 'end') {
    const name = word(parser.take().text);
    parser.needSign('=');
    parts.push(`${name}=${print(parser.sum(), strength.sum)}`);
  }
  return parts.join(' ');
}

/** A name as it is written: in back-ticks when it is no plain word. */
export function word(name: string): string {
  return isPlain(name) && !reserved.has(name) && !constants.has(name) ? name : `\`${name}\``;
}

function isPlain(name: string): boolean {
  try {
    const [token, end] = lex({ text: name, name: '' }, 0, name.length);
    return token!.kind === 'name' && token!.text === name && end?.kind === 'end';
  } catch {
    return false;
  }
}

function strengthOf(expr: Expr): number {
  switch (expr.kind) {
    case 'fallback':
    case 'or':
    case 'and':
    case 'not':
    case 'range':
      return strength[expr.kind];
    case 'is':
      return strength.comparison;
    case 'negate':
      return strength.unary;
    case 'binary':
      return expr.op === '+' || expr.op === '-'
        ? strength.sum
        : '*/%'.includes(expr.op)
          ? strength.product
          : strength.comparison;
    default:
      return strength.postfix;
  }
}

/** The text of an expression that stands where at least this strength is asked for. */
export function print(expr: Expr, needed: number = 0): string {
  const text = bare(expr);
  return strengthOf(expr) < needed ? `(${text})` : text;
}

function bare(expr: Expr): string {
  switch (expr.kind) {
    case 'value':
      return typeof expr.value === 'string' ? quoted(expr.value) : String(expr.value);
    case 'list':
      return `[${list(expr.items)}]`;
    case 'map':
      return `{${expr.entries.map(({ name, expr: value }) => `${quoted(name)}: ${print(value)}`).join(', ')}}`;
    case 'range':
      return `${print(expr.from, strength.sum)}..${print(expr.to, strength.sum)}`;
    case 'name':
      return (expr.name.startsWith('@') ? expr.name : word(expr.name)) + steps(expr.segments);
    case 'member':
      return base(expr.of) + steps(expr.segments);
    case 'select':
      return `${base(expr.of)}.${expr.pick}(${print(expr.where)})`;
    case 'call':
      return call(expr);
    case 'is':
      if (expr.test === 'has null') return `${print(expr.of, strength.range)} has null`;
      return `${print(expr.of, strength.range)} is ${expr.negated ? 'not ' : ''}${expr.test}`;
    case 'not':
      return `not ${print(expr.of, strength.not)}`;
    case 'negate':
      return `-${print(expr.of, strength.unary)}`;
    case 'binary':
      return binary(expr);
    default:
      return flattened(expr, expr.kind)
        .map((item) => print(item, strength[expr.kind] + 1))
        .join(expr.kind === 'fallback' ? ' ?: ' : ` ${expr.kind} `);
  }
}

/** `(a and b) and c` is `a and b and c`. */
function flattened(expr: Expr, kind: 'and' | 'or' | 'fallback'): Expr[] {
  return expr.kind === kind ? expr.items.flatMap((item) => flattened(item, kind)) : [expr];
}

function binary({ op, left, right }: Expr & { kind: 'binary' }): string {
  const own = strengthOf({ kind: 'binary', at: 0, op, left, right });
  // Sums and products hold from the left; comparisons cannot be chained.
  const before = own === strength.comparison ? own + 1 : own;
  return `${print(left, before)} ${op} ${print(right, own + 1)}`;
}

function list(items: readonly Expr[]): string {
  return items.map((item) => print(item)).join(', ');
}

/** What stands before a step: a number needs brackets, so that its dot is not read as a decimal point. */
function base(expr: Expr): string {
  return expr.kind === 'value' ? `(${bare(expr)})` : print(expr, strength.postfix);
}

function steps(segments: readonly Segment[]): string {
  return segments.map(stepText).join('');
}

function stepText(segment: Segment): string {
  if (typeof segment !== 'string') return `[${print(segment)}]`;
  if (isPlain(segment)) return `.${segment}`;
  return segment === '' || segment.includes('`') ? `[${quoted(segment)}]` : `.\`${segment}\``;
}

function call({ name, args, named }: Expr & { kind: 'call' }): string {
  const words = named.map((part: NamedArgument) => `${part.name}: ${print(part.expr)}`);
  const [first, ...rest] = args;
  // A word that cannot begin a call can still follow a dot.
  const odd = name !== 'in' && name !== 'not' && (reserved.has(name) || constants.has(name));
  if (odd && first !== undefined)
    return `${base(first)}.${name}(${[...rest.map((arg) => print(arg)), ...words].join(', ')})`;
  return `${name}(${[...args.map((arg) => print(arg)), ...words].join(', ')})`;
}

const escapes: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

function quoted(text: string): string {
  return `"${text.replace(/[\\"\n\t\r]/g, (char) => escapes[char]!)}"`;
}
