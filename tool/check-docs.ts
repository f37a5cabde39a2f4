import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { filesBelow, type Finding, tell } from './source.ts';

/** A fenced block of a page. `marks` is what stands behind the fence: `ts run`, `json journey`, `sh`. */
export interface Example {
  path: string;
  /** Line of the opening fence. */
  line: number;
  marks: string[];
  text: string;
}

/** Judges a journey or a story; null when it is sound, otherwise why not. Filled in by who may know the journey room. */
export type JudgeJourney = (document: unknown, kind: 'journey' | 'story') => string | null;

/** The pages whose examples are held true: README and everything under docs. */
export function pagesOf(root: string): string[] {
  const top = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
  return [...top.filter((path) => existsSync(join(root, path))), ...filesBelow(root, 'docs')].filter((path) =>
    path.endsWith('.md'),
  );
}

/** All fenced blocks of a page. */
export function examplesOf(path: string, page: string): Example[] {
  const found: Example[] = [];
  let open: Example | null = null;
  let indent = '';
  for (const [index, line] of page.split('\n').entries()) {
    const fence = /^( *)```(.*)$/.exec(line);
    if (!fence) {
      // In a list the whole block stands to the right.
      if (open) open.text += `${line.startsWith(indent) ? line.slice(indent.length) : line}\n`;
    } else if (open) {
      found.push(open);
      open = null;
    } else {
      indent = fence[1]!;
      open = { path, line: index + 1, marks: fence[2]!.trim().split(/\s+/), text: '' };
    }
  }
  return open ? [...found, open] : found;
}

/** Examples that do not hold: `ts run` that fails, `json journey` and `json story` that are none, `json` that is not JSON; and links that lead nowhere. */
export function checkDocs(root: string, judge: JudgeJourney): Finding[] {
  const pages = pagesOf(root).map((path) => ({ path, page: readFileSync(join(root, path), 'utf8') }));
  const examples = pages.flatMap(({ path, page }) => examplesOf(path, page));
  return [
    ...examples.flatMap((example) => judgeJson(example, judge)),
    ...runAll(
      root,
      examples.filter(({ marks }) => marks[0] === 'ts' && marks[1] === 'run'),
    ),
    ...pages.flatMap(({ path, page }) => deadLinks(root, path, page)),
  ];
}

function judgeJson({ path, line, marks, text }: Example, judge: JudgeJourney): Finding[] {
  if (marks[0] !== 'json') return [];
  try {
    const document: unknown = JSON.parse(text);
    const kind = marks[1] === 'journey' || marks[1] === 'story' ? marks[1] : null;
    const why = kind === null ? null : judge(document, kind);
    return why === null ? [] : [{ path, line, says: `not a ${kind}: ${why}` }];
  } catch (error) {
    return [{ path, line, says: `not JSON: ${(error as Error).message}` }];
  }
}

/** Runs each example as a file of its own, with `./src/…` meaning this repository, and `beckon/journey` what the package exports. */
function runAll(root: string, examples: Example[]): Finding[] {
  if (examples.length === 0) return [];
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'examples-'));
  try {
    return examples.flatMap((example, index) => runOne(root, join(folder, `${index}.ts`), example));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runOne(root: string, file: string, { path, line, text }: Example): Finding[] {
  const base = pathToFileURL(`${root}/`).href;
  const builder = `$1${base}src/journey/build.ts`;
  writeFileSync(
    file,
    text.replaceAll(/(from\s+['"])\.\//g, `$1${base}`).replaceAll(/(from\s+['"])beckon\/journey(?=['"])/g, builder),
  );
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const { status, stderr } = spawnSync(process.execPath, ['--import', loader, file], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  });
  const reason = stderr.split('\n').find((text) => /^\w*Error\b/.test(text)) ?? stderr.split('\n')[0];
  return status === 0 ? [] : [{ path, line, says: `the example fails: ${reason}` }];
}

function deadLinks(root: string, path: string, page: string): Finding[] {
  const prose = page.replaceAll(/^ *```[\s\S]*?^ *```/gm, (block) => block.replaceAll(/[^\n]/g, ' '));
  return [...prose.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].flatMap((match) => {
    const target = match[1]!;
    if (/^[a-z]+:/.test(target) || target.startsWith('/')) return [];
    if (existsSync(join(root, normalize(join(dirname(path), target))))) return [];
    const line = prose.slice(0, match.index).split('\n').length;
    return [{ path, line, says: `links to ${target}, which is not there` }];
  });
}

/** The judge of the journey room, loaded when asked for, so that the tests of this check need no room. */
export async function journeyJudge(root: string): Promise<JudgeJourney> {
  const room = (await import(pathToFileURL(join(root, 'src/journey/index.ts')).href)) as {
    problemsOf(document: unknown, templates: ReadonlySet<string>): { where: string; what: string }[];
    storyOf(document: unknown): unknown;
  };
  const { recipeTemplates } = (await import(pathToFileURL(join(root, 'src/message/recipe.ts')).href)) as {
    recipeTemplates: readonly { key: string }[];
  };
  const templates = recipeTemplates.map(({ key }) => key);
  return (document, kind) => {
    if (kind === 'story') {
      try {
        room.storyOf(document);
        return null;
      } catch (error) {
        return (error as Error).message;
      }
    }
    const problems = room.problemsOf(document, new Set(templates));
    return problems.length === 0 ? null : problems.map(({ where, what }) => `${where}: ${what}`).join('; ');
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = process.argv[2] ?? process.cwd();
  process.exitCode = tell('docs', checkDocs(root, await journeyJudge(root)), console.log);
}
