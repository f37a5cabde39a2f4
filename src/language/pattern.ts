import { RE2JS } from 're2js';
import { errors, shown } from './error.ts';
import type { Run } from './run.ts';

/**
 * Regular expressions of users. They run on an engine that needs time in proportion to text × pattern, whatever the
 * two are; the pattern's size is bounded here, and each use is charged for by the product.
 */
export interface Pattern {
  readonly expression: RE2JS;
  /** Instructions of the compiled pattern. */
  readonly size: number;
}

const known = new Map<string, Pattern>();
const knownMost = 200;
const longest = 500;
const mostSize = 1000;

/** A pattern as Java writes it, compiled once. Refused with RENDER_TYPE: too large, not a pattern, look-around. */
export function patternOf(run: Run, source: string): Pattern {
  const found = known.get(source);
  if (found !== undefined) return found;
  const size = source.length > longest ? Infinity : sizeOf(source);
  if (size > mostSize) throw run.error(errors.RENDER_TYPE, `the pattern ${shown(source)} is too large`);
  run.charge(200 + size * 8);
  const made = compiled(run, source);
  if (known.size >= knownMost) known.clear();
  known.set(source, made);
  return made;
}

function compiled(run: Run, source: string): Pattern {
  try {
    const expression = RE2JS.compile(source);
    return { expression, size: expression.programSize() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw run.error(errors.RENDER_TYPE, `${shown(source)} is not a pattern: ${shown(reason).slice(1, -1)}`);
  }
}

/** Uses up steps for one walk of a pattern over a text. */
export function chargePattern(run: Run, pattern: Pattern, length: number): void {
  run.charge(8 + Math.ceil((length * (pattern.size + 40)) / 256));
}

/** How large a pattern becomes when its counted repetitions are written out: at least as large as the engine makes it. */
function sizeOf(source: string): number {
  const groups: number[] = [0];
  let atom = 0;
  let at = 0;
  const add = (size: number) => {
    atom = size;
    groups[groups.length - 1]! += size;
  };
  while (at < source.length && groups[0]! <= mostSize) {
    const rest = source.slice(at, at + longest);
    const piece =
      /^(?:\\Q.*?(?:\\E|$)|\\[pPx]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\{\d{1,4}(?:,\d{0,4})?\}|.)/su.exec(
        rest,
      )![0];
    at += piece.length;
    if (piece === '(') groups.push(0);
    else if (piece === ')' && groups.length > 1) add(groups.pop()! + 2);
    else if (/^\{\d/.test(piece)) {
      const times = Math.max(...piece.slice(1, -1).split(',').map(Number), 1);
      add(atom * times);
    } else add(piece.startsWith('\\Q') ? piece.length : 1);
  }
  return groups.reduce((a, b) => a + b, 0);
}
