import { RE2JS } from 're2js';
import type { Budget } from './velocity-method.ts';

const longest = 200;
/** Counted repetitions, multiplied: written out, a pattern grows by so much. */
const mostRepeats = 300;
const known = new Map<string, RE2JS | null>();
const mostKnown = 200;

/** A pattern as Java writes it, on the engine of decision 18; null for one that is none, or too large. */
function patternOf(source: string): RE2JS | null {
  const found = known.get(source);
  if (found !== undefined) return found;
  const made = isSmall(source) ? compiled(source) : null;
  if (known.size >= mostKnown) known.clear();
  known.set(source, made);
  return made;
}

function compiled(source: string): RE2JS | null {
  try {
    return RE2JS.compile(source);
  } catch {
    return null;
  }
}

function isSmall(source: string): boolean {
  if (source.length > longest) return false;
  let product = 1;
  for (const [, from, to] of source.matchAll(/\{(\d+)(?:,(\d*))?\}/g))
    product *= Math.max(1, Number(from), Number(to ?? 0));
  return product <= mostRepeats;
}

/** Where a pattern is found, one after the other; each search is charged for before it begins. None for what is no pattern. */
export function* matchesOf(text: string, source: string, budget: Budget): Generator<{ start: number; end: number }> {
  budget.charge(50);
  const pattern = patternOf(source);
  if (!pattern) return;
  const cost = (pattern.programSize() + 40) / 128;
  const matcher = pattern.matcher(text);
  for (let at = 0; at <= text.length;) {
    budget.charge(8 + Math.ceil((text.length - at) * cost));
    if (!matcher.find()) return;
    const [start, end] = [matcher.start(), matcher.end()];
    yield { start, end };
    at = Math.max(end, at + 1);
  }
}

/** Is the whole text as the pattern says? */
export function isWhole(text: string, source: string, budget: Budget): boolean {
  budget.charge(50);
  const pattern = patternOf(source);
  if (!pattern) return false;
  budget.charge(Math.ceil(text.length * ((pattern.programSize() + 40) / 128)));
  return pattern.matcher(text).matches();
}
