import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { buildServer, routesOf } from '../../src/api/index.ts';
import { evaluateHelp } from '../../src/evaluating.ts';
import { journeysHelp } from '../../src/journeys-command.ts';
import { messagesHelp } from '../../src/messages-command.ts';
import { exportHelp, importHelp } from '../../src/moving.ts';
import { helpText } from '../../src/settings-help.ts';
import { simulateHelp } from '../../src/simulate-command.ts';
import { teamHelp } from '../../src/team-command.ts';
import { sourcesBelow } from '../../tool/source.ts';
import { fakeHouse } from '../support/house.ts';
import { repository } from '../support/tree.ts';

/** Pages for users of Beckon; CHANGELOG.md tells of what was, too. */
const pages = new Map(
  [
    'README.md',
    'SECURITY.md',
    'CONTRIBUTING.md',
    'ARCHITECTURE.md',
    ...readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => join('docs', path)),
  ]
    .filter((path) => path.endsWith('.md'))
    .map((path) => [path, readFileSync(join(repository, path), 'utf8')]),
);

/** Of others: what a page says to call there. */
const elsewhere = new Set(['GET /api/events']);

/** Of what is mistyped: the page of that error. */
const mistyped = new Set(['docter']);

let routes: { methods: string[]; url: string; pattern: RegExp }[] = [];
beforeAll(async () => {
  // Nothing is asked of it; the doors to what is sold are there where there is one.
  const house = { ...fakeHouse(), catalog: {} as never, rules: {} as never };
  const app = await buildServer(house);
  await app.ready();
  routes = routesOf(app).map(({ method, url }) => ({ methods: [method].flat(), url, pattern: patternOf(url) }));
  await app.close();
});

/** `/v1/items/:id` → what a call of it looks like. */
function patternOf(url: string): RegExp {
  const parts = url.split(/((?<!:):(?!:)\w+(?:\([^)]*\))?|\*)/).map((part, i) => {
    if (i % 2 === 1) return part === '*' ? '.*' : '[^/]+';
    return part.replaceAll('::', ':').replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`${parts.join('')}$`);
}

/** `/v1/{collections,exclusions}/{key}` → one path for each of the list. */
function pathsOf(path: string): string[] {
  const list = /\{(\w+(?:,\w+)+)\}/.exec(path);
  return list ? list[1]!.split(',').flatMap((one) => pathsOf(path.replace(list[0], one))) : [path];
}

it('each door that a page of the docs names is there', () => {
  const missing: string[] = [];
  let found = 0;
  for (const [page, text] of pages)
    for (const [, list, written] of text.matchAll(
      /`((?:GET|POST|PUT|DELETE|PATCH)(?:, (?:GET|POST|PUT|DELETE|PATCH))*) ((?:\/|…\/)[^\s`]+)/g,
    ))
      for (const path of pathsOf(written!.split('?')[0]!))
        for (const method of list!.split(', ')) {
          if (elsewhere.has(`${method} ${path}`)) continue;
          found++;
          // `…/versions` is the end of one that was named before.
          const isEnd = path.startsWith('…');
          const asked = path.replace(/^…/, '').replaceAll('…', 'x');
          const there = routes.some(({ methods, pattern }) => {
            const from = methods.includes(method) ? asked.search(pattern) : -1;
            return from === 0 || (isEnd && methods.includes(method) && endsLike(pattern, asked));
          });
          if (!there) missing.push(`${page}: ${method} ${path}`);
        }
  expect(missing).toEqual([]);
  expect(found).toBeGreaterThan(200);
});

/** Does a route end like this, whatever comes before? */
function endsLike(pattern: RegExp, end: string): boolean {
  return ['/v1/x', '/v1/x/x', '/v1/x/x/x', '/x/target/recs', '/x/target/recs/x', '/x'].some(
    (begin) => `${begin}${end}`.search(pattern) === 0,
  );
}

it('each variable that a page of the docs names is read somewhere', () => {
  const known = new Set(
    ['src', 'test', 'bench', 'tool']
      .flatMap((folder) => sourcesBelow(repository, folder))
      .filter(({ path }) => !path.endsWith('house/named.test.ts'))
      .flatMap(({ text }) => text.match(/\b(?:BECKON|OTEL)_[A-Z_]+\b/g) ?? []),
  );
  const missing = [...pages].flatMap(([page, text]) =>
    [...text.matchAll(/\bBECKON_[A-Z_]+\b/g)].filter(([name]) => !known.has(name)).map(([name]) => `${page}: ${name}`),
  );
  expect(missing).toEqual([]);
});

it('each command and flag that a page of the docs names is one that `beckon` takes', () => {
  const ofServe = helpText('serve');
  const helps: Record<string, string> = {
    ...Object.fromEntries(
      ['serve', 'demo', 'backtest', 'migrate', 'doctor'].map((name) => [name, helpText(name as 'serve')]),
    ),
    simulate: simulateHelp,
    evaluate: evaluateHelp,
    journeys: journeysHelp,
    messages: messagesHelp,
    export: `${exportHelp}${ofServe}`,
    import: `${importHelp}${ofServe}`,
    team: `${teamHelp}${ofServe}`,
    help: ofServe,
  };
  const missing: string[] = [];
  let found = 0;
  for (const [page, text] of pages)
    for (const [, command, rest] of text.matchAll(/(?:^|[`\s])(?:npx )?beckon ([a-z]+)([^`\n#|]*)/g)) {
      const help = helps[command!];
      // "Beckon" in a sentence is written large; `beckon` is the program.
      if (help === undefined && !mistyped.has(command!)) missing.push(`${page}: beckon ${command}`);
      for (const [flag] of (rest ?? '').matchAll(/(?<![\w-])--[a-z][a-z-]*/g)) {
        found++;
        const isTaken = flag === '--help' || new RegExp(`${flag}(?![\\w-])`).test(help ?? '');
        if (!isTaken) missing.push(`${page}: beckon ${command} ${flag}`);
      }
    }
  expect(missing).toEqual([]);
  expect(found).toBeGreaterThan(30);
});
