import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * Reads TypeScript well enough for the checks of the house: comments and the insides of texts are blanked, so that a
 * rule looks at code only. TypeScript 7 offers no compiler API to JavaScript, and a check that needs none cannot break
 * with it. Lines and columns stay where they were.
 */
export interface Source {
  /** Path from the root of the repository, with `/`. */
  path: string;
  text: string;
  /** The text with comments and the insides of strings, templates and regular expressions as blanks. */
  code: string;
  /** String and template literals in order: where the opening quote stands, and the raw inside. */
  literals: Literal[];
}

export interface Literal {
  at: number;
  end: number;
  value: string;
}

/** What a rule found wrong: where, what, and how to mend it. */
export interface Finding {
  path: string;
  line: number;
  says: string;
}

/** Reads a file below `root`. */
export function readSource(root: string, path: string): Source {
  return source(path, readFileSync(join(root, path), 'utf8'));
}

/** Blanks comments, strings, templates and regular expressions of `text`. Never fails: at worst it blanks a line too much. */
export function source(path: string, text: string): Source {
  const state: Scan = { text, out: [...text], literals: [], at: 0, holes: [], last: '' };
  while (state.at < text.length) step(state);
  return { path, text, code: state.out.join(''), literals: state.literals.sort((a, b) => a.at - b.at) };
}

interface Scan {
  text: string;
  out: string[];
  literals: Literal[];
  at: number;
  /** For each template that is open around us: how many braces are open inside its hole. */
  holes: number[];
  /** The last character of code that was not a blank. */
  last: string;
}

function step(scan: Scan): void {
  const { text, at } = scan;
  const here = text[at]!;
  const two = text.slice(at, at + 2);
  if (two === '//') return blankTo(scan, lineEnd(text, at));
  if (two === '/*') return blankTo(scan, endOf(text, '*/', at + 2));
  if (here === '"' || here === "'") return quoted(scan, here);
  if (here === '`') return template(scan, at + 1);
  if (here === '/' && startsPattern(scan)) return pattern(scan);
  if (here === '{' && scan.holes.length > 0) scan.holes[scan.holes.length - 1]!++;
  if (here === '}' && scan.holes.length > 0 && scan.holes[scan.holes.length - 1]!-- === 0) {
    scan.holes.pop();
    return template(scan, at + 1);
  }
  if (here.trim() !== '') scan.last = here;
  scan.at++;
}

function quoted(scan: Scan, quote: string): void {
  const { text, at } = scan;
  let end = at + 1;
  while (end < text.length && text[end] !== quote && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
  scan.literals.push({ at, end, value: text.slice(at + 1, end) });
  blank(scan, at + 1, end);
  scan.last = quote;
  scan.at = text[end] === quote ? end + 1 : end;
}

function template(scan: Scan, from: number): void {
  const { text } = scan;
  let end = from;
  while (end < text.length && text[end] !== '`' && !(text[end] === '$' && text[end + 1] === '{')) {
    end += text[end] === '\\' ? 2 : 1;
  }
  scan.literals.push({ at: from - 1, end, value: text.slice(from, end) });
  blank(scan, from, end);
  scan.last = '`';
  if (text[end] === '$') {
    scan.holes.push(0);
    scan.last = '{';
    scan.at = end + 2;
  } else scan.at = end + 1;
}

/** A slash begins a regular expression unless a value stands before it. `<` is for JSX, where `</b>` closes a tag. */
function startsPattern({ text, at, last }: Scan): boolean {
  if (last === '<' || text[at + 1] === '>') return false;
  if (!/[\w$)\]}'"`]/.test(last)) return true;
  return /\b(return|case|typeof|of|in|do|else)\s*$/.test(text.slice(Math.max(0, at - 12), at));
}

function pattern(scan: Scan): void {
  const { text, at } = scan;
  let end = at + 1;
  let inClass = false;
  while (end < text.length && text[end] !== '\n' && (inClass || text[end] !== '/')) {
    if (text[end] === '[') inClass = true;
    if (text[end] === ']') inClass = false;
    end += text[end] === '\\' ? 2 : 1;
  }
  blank(scan, at + 1, end);
  scan.last = '"';
  scan.at = text[end] === '/' ? end + 1 : end;
}

function blankTo(scan: Scan, end: number): void {
  blank(scan, scan.at, end);
  scan.at = end;
}

function blank(scan: Scan, from: number, to: number): void {
  for (let i = from; i < to && i < scan.out.length; i++) if (scan.out[i] !== '\n') scan.out[i] = ' ';
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function endOf(text: string, mark: string, at: number): number {
  const end = text.indexOf(mark, at);
  return end === -1 ? text.length : end + mark.length;
}

/** Line (from 1) of a position. */
export function lineOf(text: string, at: number): number {
  let line = 1;
  for (let i = 0; i < at; i++) if (text[i] === '\n') line++;
  return line;
}

/** Where the bracket at `at` closes, in blanked code; the end of the text if it never does. */
export function closing(code: string, at: number): number {
  const pairs: Record<string, string> = { '{': '}', '(': ')', '[': ']' };
  const open = code[at]!;
  const close = pairs[open]!;
  let depth = 0;
  for (let i = at; i < code.length; i++) {
    if (code[i] === open) depth++;
    else if (code[i] === close && --depth === 0) return i;
  }
  return code.length;
}

const notOurs = new Set(['node_modules', 'dist', 'data', 'coverage', '.git']);

/** All files below `folder` of `root`, as sorted paths from `root`; never what is installed or built. */
export function filesBelow(root: string, folder = '.'): string[] {
  const found: string[] = [];
  const walk = (at: string) => {
    for (const name of readdirSync(at)) {
      if (notOurs.has(name)) continue;
      const path = join(at, name);
      if (statSync(path).isDirectory()) walk(path);
      else found.push(relative(root, path).split(sep).join('/'));
    }
  };
  try {
    walk(join(root, folder));
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
  }
  return found.sort();
}

/** TypeScript files below `folder`, generated ones left out. */
export function sourcesBelow(root: string, folder: string): Source[] {
  return filesBelow(root, folder)
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => readSource(root, path));
}

/** Prints findings one a line and gives the exit code. */
export function tell(title: string, findings: readonly Finding[], print: (line: string) => void): number {
  for (const { path, line, says } of findings) print(`${path}:${line}  ${says}`);
  print(findings.length === 0 ? `${title}: as it should be` : `${title}: ${findings.length} to mend`);
  return findings.length === 0 ? 0 : 1;
}
