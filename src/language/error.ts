import { BeckonError, defineErrors } from '../base/index.ts';
import type { ErrorKind } from '../base/index.ts';

export const errors = defineErrors({
  LANGUAGE_SYNTAX: { status: 422, mend: 'Correct the text at the place named; docs/guide/language.md has every form' },
  LANGUAGE_FUNCTION_UNKNOWN: {
    status: 422,
    mend: 'Use a function from the table in docs/guide/language.md; names tell capitals from small letters',
  },
  LANGUAGE_ARGUMENTS: { status: 422, mend: 'Give the function the arguments its row in docs/guide/language.md names' },
  LANGUAGE_FRAGMENT: { status: 422, mend: 'Name a fragment that exists, and only the parameters it declares' },
  LANGUAGE_SLOT: {
    status: 422,
    mend: 'Print values only into text and into quoted attribute values; never into scripts, style sheets or comments',
  },
  LANGUAGE_RULE: {
    status: 422,
    mend: 'Write the rule over profile.* and stored events; docs/guide/language.md says what an audience can ask',
  },
  RENDER_HISTORY_MISSING: {
    status: 422,
    mend: 'Ask the history in conditions of journeys and in rules of audiences; elsewhere pass its answer on as a value',
  },
  LANGUAGE_PATH_UNKNOWN: { status: 422, mend: 'Use a name the schema declares, or declare this one in it' },
  LANGUAGE_TYPE: {
    status: 422,
    mend: 'Give a value of the type named, or convert it first, as with toNumber or toDateTime',
  },
  LANGUAGE_FALLBACK_MISSING: {
    status: 422,
    mend: 'Give a fallback, {%= path ?: "text" %}, or ask before with {%#if path%}',
  },
  LANGUAGE_ELSE_MISSING: { status: 422, mend: 'Say after {{else}} what stands there when the list is empty' },
  LANGUAGE_NEVER_TRUE: { status: 422, mend: 'Compare values of the same type that can be equal' },
  RENDER_VALUE_MISSING: {
    status: 422,
    mend: 'Give a fallback, {%= path ?: "text" %}, or ask before with {%#if path%}',
  },
  RENDER_TYPE: { status: 422, mend: 'Give a value of the kind named, or convert it first' },
  RENDER_ADDRESS: { status: 422, mend: 'Links and pictures may only be http, https, mailto or tel addresses' },
  RENDER_HEADER: { status: 422, mend: 'Remove the line break or control character from the value before it is used' },
  RENDER_LIMIT: {
    status: 422,
    mend: 'Print fewer items, or shorten the value; the limits keep one mail from stopping all',
  },
});

/** A text with its name, so that errors can say where. */
export interface Source {
  readonly text: string;
  /** Empty for the main text, otherwise such as `fragment "card"`. */
  readonly name: string;
}

/** `line 3, column 7`, both counted from one; with the fragment's name before it when there is one. */
export function whereIn(source: Source, offset: number): string {
  const before = source.text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - (before.lastIndexOf('\n') + 1) + 1;
  return `${source.name === '' ? '' : `${source.name}, `}line ${line}, column ${column}`;
}

/** A place of a source, with a mend that fits better than the kind's own if there is one. */
export interface ErrorPlace {
  source: Source;
  at: number;
  mend?: string;
}

/** An error at a place of a source. The sentence begins small and has no full stop. */
export function errorAt(kind: ErrorKind, { source, at, mend }: ErrorPlace, sentence: string): BeckonError {
  const where = whereIn(source, at);
  return new BeckonError(kind, `At ${where}: ${sentence}`, mend === undefined ? { where } : { where, mend });
}

/** A value as an error shows it: short, on one line. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return String(value);
  const line = value.slice(0, 60).replace(/[\s\p{Cc}]+/gu, ' ');
  return `"${line}${value.length > 60 ? '…' : ''}"`;
}
