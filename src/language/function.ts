import { errors, shown } from './error.ts';
import { Zoned } from './moment.ts';
import type { Run } from './run.ts';

/** A row of the function table: the one list of functions for conditions, rules and mails (journeys.md §5, 48). */
export interface LanguageFunction {
  name: string;
  /** Other names, mostly of Journey Optimizer's two languages. */
  aliases?: string[];
  /**
   * Names of the parameters; `?` after a name: may be left out; `...` before it: any number;
   * `:field` after it: the name of a field of each item, as in `topN(items, price, 3)`.
   */
  parameters: string[];
  /** The types of the parameters in the notation of type.ts; `any` where the row says nothing. */
  types?: readonly string[];
  /** The type of the value, in the same notation; left out means `any`. */
  gives?: string;
  /** Paths it reads without being given them, as `profile.audiences`. */
  reads?: readonly string[];
  /** One sentence. */
  doc: string;
  /** An example and its value; a test runs it. */
  example: string;
  result: unknown;
  run: (run: Run, args: unknown[]) => unknown;
}

const signaturePattern = /^([^(]+)\((.*)\)(?::\s*(.+))?$/;
const parameterPattern = /^((?:\.\.\.)?\w+\??)(?::\s*(.+))?$/;

/**
 * A row without the repetition of its field names. The signature is `name|alias(first: type, second?: type): type`;
 * types are `text`, `number`, `truth`, `moment`, `duration`, `any`, `list`, `list<number>`, `map`, `map<text>`,
 * `field` (the name of a field), `T` (any type, the same wherever it stands in the row), and `text or list` for one of
 * several. Types may be left out.
 */
export function row(
  [signature, doc]: [signature: string, doc: string],
  example: [source: string, result: unknown],
  run: LanguageFunction['run'],
): LanguageFunction {
  const [, head, inside, gives] = signaturePattern.exec(signature) ?? [];
  if (head === undefined) throw new Error(`"${signature}" is no signature of a function`);
  const [name, ...aliases] = head.split('|') as [string, ...string[]];
  const pairs = inside!
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => parameterOf(part, signature));
  const parameters = pairs.map(({ parameter, type }) => (type.startsWith('field') ? `${parameter}:field` : parameter));
  const types = pairs.map(({ type }) => type);
  return { name, aliases, parameters, types, gives: gives ?? 'any', doc, example: example[0], result: example[1], run };
}

function parameterOf(part: string, signature: string): { parameter: string; type: string } {
  const [, parameter, type = 'any'] = parameterPattern.exec(part) ?? [];
  if (parameter === undefined) throw new Error(`"${part}" is no parameter in "${signature}"`);
  return { parameter, type };
}

/** Fewest and most arguments. */
export function arity({ parameters }: LanguageFunction): { least: number; most: number } {
  const needed = parameters.filter((name) => !name.includes('?') && !name.startsWith('...')).length;
  return { least: needed, most: parameters.some((name) => name.startsWith('...')) ? Infinity : parameters.length };
}

/** As written in documents: `topN(list, field, n)`. */
export function signatureOf({ name, parameters }: LanguageFunction): string {
  return `${name}(${parameters.map((parameter) => parameter.replace(':field', '')).join(', ')})`;
}

function wrongKind(run: Run, value: unknown, wanted: string): Error {
  return run.error(errors.RENDER_TYPE, `${shown(value)} was given where ${wanted} was expected`);
}

/** The argument as text; numbers and truth values become text, nothing stays null. */
export function asText(run: Run, value: unknown): string | null {
  if (value === null || value === undefined || typeof value === 'string') return value ?? null;
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof Zoned) return String(value);
  throw wrongKind(run, value, 'a text');
}

/** The argument as a number; nothing stays null. */
export function asNumber(run: Run, value: unknown): number | null {
  if (value === null || value === undefined || typeof value === 'number') return value ?? null;
  if (value instanceof Zoned) return value.at;
  throw wrongKind(run, value, 'a number');
}

/** The argument as a list; nothing stays null. */
export function asList(run: Run, value: unknown): unknown[] | null {
  if (value === null || value === undefined || Array.isArray(value)) return value ?? null;
  throw wrongKind(run, value, 'a list');
}

/** The argument as a count: a whole number from 0. */
export function asCount(run: Run, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw wrongKind(run, value, 'a whole number from 0');
}

/** The argument as a whole number, below 0 too; nothing stays null. */
export function asWhole(run: Run, value: unknown): number | null {
  const number = asNumber(run, value);
  if (number === null || Number.isSafeInteger(number)) return number;
  throw wrongKind(run, value, 'a whole number');
}

/** The numbers of a list; nothing is left out, anything else is refused. */
export function numbersOf(run: Run, list: unknown[]): number[] {
  return list.flatMap((item) => asNumber(run, item) ?? []);
}

/** A number that is one; not-a-number and infinity become null. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
