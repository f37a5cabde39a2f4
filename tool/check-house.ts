import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPlan } from './check-rooms.ts';
import { closing, filesBelow, type Finding, lineOf, type Source, sourcesBelow, tell } from './source.ts';

/** Reasoned exceptions, tool/exceptions.json: each names a path or a room and says why. */
export interface Exceptions {
  /** Files over 400 lines, at most 600. */
  files: Record<string, string>;
  /** Rooms with a profile_id that do not offer forget and exportFor yet. */
  forget: Record<string, string>;
}

export const limits = { functionLines: 80, fileLines: 400, fileLinesWithReason: 600, scripts: 12 };

/** Everything that test/house holds the house to, besides imports. */
export function checkHouse(root: string): Finding[] {
  const exceptions = JSON.parse(readFileSync(join(root, 'tool/exceptions.json'), 'utf8')) as Exceptions;
  const server = sourcesBelow(root, 'src');
  const all = [
    ...server,
    ...['studio', 'shop', 'test', 'bench', 'tool'].flatMap((folder) => sourcesBelow(root, folder)),
  ];
  return [
    ...checkSigns(root, server),
    ...checkSizes(all, exceptions),
    ...checkNames(root),
    ...checkClock(server),
    ...checkErrorPages(root, server),
    ...checkForget(root, server, exceptions),
    ...checkScripts(root),
    ...checkTraces(root),
  ];
}

const headings = ['In', 'Out', 'Owns', 'Knows', 'Never', 'Start'];

/** Each room's index.ts begins with its sign: a line with the name, six headings, and "Knows" as in rooms.json. */
export function checkSigns(root: string, server: readonly Source[]): Finding[] {
  return readPlan(root).rooms.flatMap(({ name, may }) => {
    const path = `src/${name}/index.ts`;
    const file = server.find((source) => source.path === path);
    if (!file) return [{ path, line: 1, says: `room ${name} has no door` }];
    const sign = /^\/\*\*([\s\S]*?)\*\//.exec(file.text)?.[1] ?? '';
    const lines = sign.split('\n').map((line) => line.replace(/^\s*\*\s?/, ''));
    const found = (says: string): Finding => ({ path, line: 1, says });
    const missing = headings.filter((heading) => !lines.some((line) => line.startsWith(`${heading}:`)));
    const knows = lines
      .find((line) => line.startsWith('Knows:'))
      ?.slice('Knows:'.length)
      .trim();
    const should = may.length === 0 ? 'nothing' : may.join(', ');
    return [
      ...(lines.some((line) => line.startsWith(`${name} — `)) ? [] : [found(`the sign does not begin "${name} — …"`)]),
      ...missing.map((heading) => found(`the sign lacks "${heading}:"`)),
      ...(knows === undefined || knows === should ? [] : [found(`"Knows: ${knows}", but rooms.json says ${should}`)]),
    ];
  });
}

/** Files and functions that have grown too long. Tests, JSX and SQL text do not count into a function. */
export function checkSizes(files: readonly Source[], exceptions: Pick<Exceptions, 'files'>): Finding[] {
  const findings = files.flatMap((file) => [...fileSize(file, exceptions.files[file.path]), ...functionSizes(file)]);
  const paths = new Set(files.map(({ path }) => path));
  const idle = Object.keys(exceptions.files).filter(
    (path) => !paths.has(path) || lengthOf(files.find((file) => file.path === path)!) <= limits.fileLines,
  );
  return [
    ...findings,
    ...idle.map((path) => ({ path: 'tool/exceptions.json', line: 1, says: `${path} no longer needs its exception` })),
  ];
}

function lengthOf({ text }: Source): number {
  return text.split('\n').length - 1;
}

function fileSize(file: Source, reason: string | undefined): Finding[] {
  const long = reason !== undefined || file.path.endsWith('.test.ts'); // one suite may be read in one go
  const limit = long ? limits.fileLinesWithReason : limits.fileLines;
  const length = lengthOf(file);
  const mend = long ? 'split it' : 'split it, or name it with a reason in tool/exceptions.json';
  return length <= limit ? [] : [{ path: file.path, line: 1, says: `${length} lines, limit ${limit}; ${mend}` }];
}

function functionSizes(file: Source): Finding[] {
  if (/\.test\.tsx?$/.test(file.path)) return [];
  const findings: Finding[] = [];
  for (let at = file.code.indexOf('{'); at !== -1; at = file.code.indexOf('{', at + 1)) {
    if (!beginsFunction(file.code, at)) continue;
    const lines = countedLines(file, at, closing(file.code, at));
    if (lines > limits.functionLines) {
      const says = `a function of ${lines} lines, limit ${limits.functionLines}`;
      findings.push({ path: file.path, line: lineOf(file.text, at), says });
    }
  }
  return findings;
}

/** A brace begins a function when an arrow or a closed parameter list (with or without a result type) stands before it. */
function beginsFunction(code: string, at: number): boolean {
  const before = code.slice(Math.max(0, at - 300), at);
  return /=>\s*$/.test(before) || /\)\s*(:\s*[^;={}()]+)?$/.test(before);
}

/** Lines of code from one brace to the other; lines inside a text or inside parenthesised JSX are left out. */
function countedLines(file: Source, from: number, to: number): number {
  const skipped: [number, number][] = file.literals
    .filter(({ at, end }) => at > from && end < to)
    .map(({ at, end }) => [at, end]);
  if (file.path.endsWith('.tsx')) {
    for (const match of file.code.slice(from, to).matchAll(/\((?=\s*<)/g)) {
      skipped.push([from + match.index, closing(file.code, from + match.index)]);
    }
  }
  const rest = new Set<number>();
  const first = lineOf(file.text, from);
  const last = lineOf(file.text, to);
  for (let line = first; line <= last; line++) rest.add(line);
  for (const [start, end] of skipped) {
    for (let line = lineOf(file.text, start) + 1; line < lineOf(file.text, end); line++) rest.delete(line);
  }
  return rest.size;
}

const emptyWords = /^(utils?|helpers?|common|managers?|types|misc|shared)$/;

/** Names that say nothing, and folders deeper than two in `src`. */
export function checkNames(root: string): Finding[] {
  const folders = ['src', 'studio', 'shop', 'test', 'bench', 'tool'];
  return folders
    .flatMap((folder) => filesBelow(root, folder))
    .flatMap((path) => {
      const words = path.split('/').map((part) => basename(part).split('.')[0]!);
      const empty = words.find((word) => emptyWords.test(word));
      const deep = path.startsWith('src/') && path.split('/').length > 4;
      return [
        ...(empty ? [{ path, line: 1, says: `"${empty}" says nothing; name it by what it holds` }] : []),
        ...(deep ? [{ path, line: 1, says: 'more than two folders deep in src' }] : []),
      ];
    });
}

const forbidden: { form: RegExp; name: string; mend: string; inTests: boolean }[] = [
  { form: /\bDate\.now\b/g, name: 'Date.now', mend: 'take a Clock', inTests: false },
  { form: /\bnew Date(?!\s*\()/g, name: 'new Date', mend: 'take a Clock', inTests: false },
  { form: /\bnew Date\(\s*\)/g, name: 'new Date()', mend: 'take a Clock', inTests: false },
  { form: /(?<!new )\bDate\(\s*\)/g, name: 'Date()', mend: 'take a Clock', inTests: false },
  { form: /\bMath\.random\b/g, name: 'Math.random', mend: 'take a Random', inTests: true },
  { form: /\brandomUUID\b/g, name: 'randomUUID', mend: 'take an Ids', inTests: false },
  { form: /\bset(Timeout|Interval)\b/g, name: 'a timer', mend: 'use after or pause of base', inTests: true },
  { form: /(?<![.\w#])fetch\s*\(/g, name: 'fetch', mend: 'call out from a transport only', inTests: false },
  { form: /\bglobalThis\.fetch\b/g, name: 'fetch', mend: 'call out from a transport only', inTests: false },
];

/** Where the machine's clock, chance, timers and the network may be touched. */
function mayTouch(path: string): boolean {
  return (
    path.startsWith('src/base/') || /^src\/message\/transport[^/]*\.ts$/.test(path) || path === 'src/journey/call.ts'
  );
}

/** Clock, chance, timers and bare fetch outside base and the transports; tests may not sleep either. */
export function checkClock(server: readonly Source[]): Finding[] {
  return server
    .filter(({ path }) => !mayTouch(path))
    .flatMap((file) => {
      const isTest = file.path.endsWith('.test.ts');
      return forbidden
        .filter(({ inTests }) => inTests || !isTest)
        .flatMap(({ form, name, mend }) =>
          [...file.code.matchAll(form)].map((match) => ({
            path: file.path,
            line: lineOf(file.text, match.index),
            says: `${name} is not for this file; ${mend}`,
          })),
        );
    });
}

/** The codes a source declares with defineErrors, with their lines. */
export function declaredCodes({ text, code }: Source): { code: string; line: number }[] {
  const found: { code: string; line: number }[] = [];
  for (const match of code.matchAll(/\bdefineErrors\s*\(\s*\{/g)) {
    const open = match.index + match[0].length - 1;
    const end = closing(code, open);
    let depth = 0;
    for (let at = open; at < end; at++) {
      if ('{(['.includes(code[at]!)) depth++;
      else if ('})]'.includes(code[at]!)) depth--;
      const key = depth === 1 ? /^[{,]\s*([A-Z][A-Z0-9_]*)\s*:/.exec(code.slice(at, at + 120)) : null;
      const name = key?.[1];
      if (name) found.push({ code: name, line: lineOf(text, at + key[0].indexOf(name)) });
    }
  }
  return found;
}

/** Codes without a page, and pages without a code. */
export function checkErrorPages(root: string, server: readonly Source[]): Finding[] {
  const codes = server
    .filter(({ path }) => !path.endsWith('.test.ts'))
    .flatMap((file) => declaredCodes(file).map((found) => ({ ...found, path: file.path })));
  const pages = filesBelow(root, 'docs/error').filter((path) => path.endsWith('.md') && !path.endsWith('README.md'));
  const pageCodes = new Set(pages.map((path) => basename(path, '.md')));
  const known = new Set(codes.map(({ code }) => code));
  return [
    ...codes
      .filter(({ code }) => !pageCodes.has(code))
      .map(({ code, path, line }) => ({ path, line, says: `${code} has no page docs/error/${code}.md` })),
    ...pages
      .filter((path) => !known.has(basename(path, '.md')))
      .map((path) => ({ path, line: 1, says: 'a page for a code that nothing declares' })),
  ];
}

/** A room whose tables name a person offers forget and exportFor at its door, or is listed with the reason why not yet. */
export function checkForget(
  root: string,
  server: readonly Source[],
  exceptions: Pick<Exceptions, 'forget'>,
): Finding[] {
  return readPlan(root).rooms.flatMap(({ name }) => {
    const files = server.filter(({ path }) => path.startsWith(`src/${name}/`) && !path.endsWith('.test.ts'));
    const holder = files.find(({ literals }) => literals.some(({ value }) => namesPerson(value)));
    const offers = ['forget', 'exportFor'].every((verb) =>
      files.some(({ code }) => new RegExp(`\\b${verb}\\s*\\(`).test(code)),
    );
    const listed = exceptions.forget[name] !== undefined;
    if (holder && !offers && !listed) {
      const says = `tables with profile_id, but ${name} offers no forget and exportFor at its door`;
      return [{ path: holder.path, line: 1, says }];
    }
    if (listed && (offers || !holder)) {
      return [{ path: 'tool/exceptions.json', line: 1, says: `room ${name} no longer needs its exception` }];
    }
    return [];
  });
}

function namesPerson(sql: string): boolean {
  return /create table [^;]*\bprofile_id\b/i.test(sql);
}

/** At most a dozen npm scripts: more are commands of `beckon` or files in tool. */
export function checkScripts(root: string): Finding[] {
  const { scripts = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts?: object };
  const count = Object.keys(scripts).length;
  return count <= limits.scripts
    ? []
    : [{ path: 'package.json', line: 1, says: `${count} scripts, limit ${limits.scripts}` }];
}

/** Marks that belong to one machine; put together here, so that this file does not carry them itself. */
const traces = [
  {
    name: 'a path of somebody’s machine',
    form: new RegExp(`(?<![\\w./-])/(?:${['home', 'Users', 'work', 'root'].join('|')})/[\\w.-]+`),
  },
  {
    name: 'the host of a package registry',
    form: new RegExp(`\\bregistry\\.(?:${['npmjs', 'yarnpkg', 'npmmirror'].join('|')})\\.`),
  },
];
const textual = /\.(?:ts|tsx|mjs|js|json|md|html|css|ya?ml|mjml|txt|svg|csv|sh)$|(?:^|\/)(?:\.npmrc|\.ci\/run)$/;

/** Nothing in the repository names a machine or a package registry. */
export function checkTraces(root: string): Finding[] {
  return filesBelow(root)
    .filter((path) => textual.test(path))
    .flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return traces.flatMap(({ name, form }) => {
        const found = form.exec(text);
        return found ? [{ path, line: lineOf(text, found.index), says: `holds ${name}` }] : [];
      });
    });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = tell('house', checkHouse(process.argv[2] ?? process.cwd()), console.log);
}
