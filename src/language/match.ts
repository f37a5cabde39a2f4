/** A question about a value, or about each value of a list, with everything else settled. */
export type Match = (value: unknown) => boolean;

/** Values on one side of a match: a list as it is, anything else alone, nothing none. */
function valuesOf(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return given as unknown[];
  return given === null || given === undefined ? [] : [given];
}

const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?\s*$/i;

/** A number, or a text that is one, as a double; anything else is none and is passed over (recommendations INC-6). */
export function doubleOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.length > 40 || !decimal.test(value)) return null;
  return Number(value);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Texts of numbers and truth values; they are compared as texts. */
function textOf(value: unknown): string | null {
  return isScalar(value) ? String(value) : null;
}

/** Any value of the one side passes (INC-7): asked of a list, the first that does ends it. */
function any(passes: (value: unknown) => boolean): Match {
  return (given) => {
    if (!Array.isArray(given)) return given !== null && given !== undefined && passes(given);
    for (const value of given as unknown[]) if (passes(value)) return true;
    return false;
  };
}

/**
 * Equal are the same texts, the same numbers, and a number and a text that reads as it; capitals count (INC-16).
 * What is wanted is looked up, so that a thousand values cost as much as one.
 */
function equalTo(wanted: unknown): (value: unknown) => boolean {
  const texts = new Set<string>();
  const numbers = new Set<number>();
  const wantedNumbers = new Set<number>();
  for (const value of valuesOf(wanted)) {
    const number = doubleOf(value);
    if (number !== null) numbers.add(number);
    if (typeof value === 'number') wantedNumbers.add(value);
    else if (isScalar(value)) texts.add(String(value));
  }
  return (value) => {
    if (typeof value === 'number') return numbers.has(value);
    if (typeof value === 'boolean') return texts.has(String(value));
    if (typeof value !== 'string') return false;
    if (texts.has(value)) return true;
    if (wantedNumbers.size === 0) return false;
    const number = doubleOf(value);
    return number !== null && wantedNumbers.has(number);
  };
}

function textual(wanted: unknown, test: (text: string, part: string) => boolean): Match {
  const parts = valuesOf(wanted).flatMap((value) => textOf(value) ?? []);
  return any((value) => {
    const text = textOf(value);
    return text !== null && parts.some((part) => test(text, part));
  });
}

/** The values of several bounds are alternatives, so the easiest one decides. */
function bounded(wanted: unknown, pick: (...numbers: number[]) => number, test: (a: number, b: number) => boolean) {
  const bounds = valuesOf(wanted).flatMap((value) => doubleOf(value) ?? []);
  if (bounds.length === 0) return () => false;
  const bound = bounds.reduce((a, b) => pick(a, b));
  return any((value) => {
    const number = doubleOf(value);
    return number !== null && test(number, bound);
  });
}

/** What percentages of decimals may be off by, so that 110 % of 19.90 is 21.89. */
const tolerance = 1e-9;

function between([reference, low, high]: readonly unknown[]): Match {
  const [least, most] = [doubleOf(low) ?? 0, doubleOf(high) ?? Infinity];
  const ranges = valuesOf(reference).flatMap((value) => {
    const number = doubleOf(value);
    if (number === null) return [];
    const ends = [number * Math.max(0, least), number * most].map((end) => (Number.isNaN(end) ? 0 : end / 100));
    return [[Math.min(...ends), Math.max(...ends)] as const];
  });
  return any((value) => {
    const number = doubleOf(value);
    if (number === null) return false;
    const slack = Math.abs(number) * tolerance;
    return ranges.some(([from, to]) => number >= from - slack && number <= to + slack);
  });
}

/** Is each of the wanted among the values? Nothing wanted: no. */
function all(wanted: unknown): Match {
  const tests = valuesOf(wanted).map((value) => equalTo(value));
  return (given) => {
    const values = valuesOf(given);
    return tests.length > 0 && tests.every((test) => values.some(test));
  };
}

/**
 * Matches by the name of their function. Given is what follows the first argument; the answer takes the first. Meant for
 * values of which one or several may be there: a match holds when any of them passes, and its negation when none does,
 * which is what recommendations INC-7 asks of negative operators.
 */
export const matches: Readonly<Record<string, (given: readonly unknown[]) => Match>> = {
  anyEqual: ([wanted]) => any(equalTo(wanted)),
  anyContain: ([wanted]) => textual(wanted, (text, part) => text.includes(part)),
  anyStartWith: ([wanted]) => textual(wanted, (text, part) => text.startsWith(part)),
  anyEndWith: ([wanted]) => textual(wanted, (text, part) => text.endsWith(part)),
  anyAtLeast: ([wanted]) => bounded(wanted, Math.min, (a, b) => a >= b),
  anyAtMost: ([wanted]) => bounded(wanted, Math.max, (a, b) => a <= b),
  anyAbove: ([wanted]) => bounded(wanted, Math.min, (a, b) => a > b),
  anyBelow: ([wanted]) => bounded(wanted, Math.max, (a, b) => a < b),
  anyBetween: between,
  hasAll: ([wanted]) => all(wanted),
};
