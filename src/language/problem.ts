import { BeckonError } from '../base/index.ts';
import type { ErrorKind } from '../base/index.ts';
import { errorAt, errors, whereIn } from './error.ts';
import type { Source } from './error.ts';

/** Something that a check found. An error must be mended before saving; a warning may stay. */
export interface Problem {
  severity: 'error' | 'warning';
  /** A registered code, with a page in docs/error. */
  code: string;
  /** Both from one; in a fragment, of its own source. */
  line: number;
  column: number;
  /** Empty in the main text, otherwise such as `fragment "card"`. */
  source: string;
  found: string;
  expected: string;
  /** The name that may have been meant. */
  near: string | null;
  /** A sentence with the place in it. */
  message: string;
  mend: string;
}

/** What a problem says beside its place. The sentence is made of it when none is given. */
export interface Finding {
  found: string;
  expected: string;
  near?: string | undefined;
  sentence?: string;
  mend?: string;
}

/** The kinds that are only worth a warning. */
const mild: ReadonlySet<ErrorKind> = new Set([
  errors.LANGUAGE_FALLBACK_MISSING,
  errors.LANGUAGE_ELSE_MISSING,
  errors.LANGUAGE_NEVER_TRUE,
]);

/** A problem at a place of a source. */
export function problemAt(kind: ErrorKind, place: { source: Source; at: number }, finding: Finding): Problem {
  const { found, expected, near } = finding;
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  const sentence = finding.sentence ?? `found ${found} where ${expected} was expected`;
  const error = errorAt(kind, place, sentence + hint);
  return {
    severity: mild.has(kind) ? 'warning' : 'error',
    code: kind.code,
    ...placeOf(error.where ?? ''),
    found,
    expected,
    near: near ?? null,
    message: error.message,
    mend: finding.mend ?? kind.mend,
  };
}

/** `fragment "card", line 3, column 7`, as `whereIn` writes it. */
function placeOf(where: string): Pick<Problem, 'line' | 'column' | 'source'> {
  const [, source = '', line = '1', column = '1'] = /^(?:(.*), )?line (\d+), column (\d+)$/s.exec(where) ?? [];
  return { source, line: Number(line), column: Number(column) };
}

/** What an error of parsing or compiling says, as a problem. Found, expected and near are read out of its sentence. */
export function problemOf(error: BeckonError, source: Source): Problem {
  const said = error.message.replace(/^At .*?line \d+, column \d+: /s, '');
  const [, found, expected] =
    /^(?:found )?(.*?)(?: was given| were given)? where (.*?)(?: was| were)? expected/s.exec(said) ?? [];
  const near = /did you mean "?(.*?)"?\?$/.exec(said)?.[1];
  return {
    severity: 'error',
    code: error.code,
    ...placeOf(error.where ?? whereIn(source, 0)),
    found: found ?? said,
    expected: expected ?? error.mend,
    near: near ?? null,
    message: error.message,
    mend: error.mend,
  };
}

/** What the work gives, or the problem it ends with. */
export function tried<T>(source: Source, work: () => T): { value: T } | { problem: Problem } {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof BeckonError) return { problem: problemOf(error, source) };
    throw error;
  }
}
