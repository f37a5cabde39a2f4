import { print } from './format.ts';
import { parseExpression } from './parse.ts';
import type { Expr } from './tree.ts';

/** A part of an expression as forms and other editors read it: its kind, its parts, and how it is written. */
export interface Outline {
  kind: Expr['kind'];
  /** The part in the one form of the language. */
  text: string;
  [part: string]: unknown;
}

/**
 * The tree of an expression without its places. Every part carries its own text, so that whoever does not know a kind can
 * still show it, and put it back unchanged. Throws LANGUAGE_SYNTAX.
 */
export function outlineExpression(source: string): Outline {
  return outlineOf(parseExpression(source).expr);
}

function outlineOf(expr: Expr): Outline {
  const { kind, at: _at, ...parts } = expr;
  const outlined = Object.entries(parts).map(([name, part]) => [name, partOf(part)] as const);
  return { kind, text: print(expr), ...Object.fromEntries(outlined) };
}

/** Parts are expressions, lists of them, pairs of a name and one, or plain values. */
function partOf(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(partOf);
  if (typeof part !== 'object' || part === null) return part;
  if ('expr' in part) {
    const { name, expr } = part as { name: string; expr: Expr };
    return { name, expr: outlineOf(expr) };
  }
  return outlineOf(part as Expr);
}
