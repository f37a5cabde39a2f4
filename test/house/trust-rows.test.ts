import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const rows = Array.from({ length: 115 }, (_, i) => i + 1);

/** Rows of trust.md §4 that a text names one by one: `trust row 84`, `trust rows 41, 42`, `trust M4, row 6`. */
function rowsNamed(text: string): number[] {
  return [...text.matchAll(/trust\b[^.\n]{0,40}?\brows? (\d+(?:(?:, | and )\d+)*)(?!\d|[–-]\d)/gi)].flatMap(
    ([, list]) => list!.split(/, | and /).map(Number),
  );
}

it('each of the 115 things to try (trust.md §4) is tried by a test that names it, or docs/reliability.md says why not', () => {
  const tests = ['src', 'test', 'studio', 'shop'].flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
      .filter(
        (name) => name.endsWith('.test.ts') && !name.includes('node_modules') && !name.endsWith('trust-rows.test.ts'),
      )
      .map((name) => join(root, dir, name)),
  );
  const tried = new Set(tests.flatMap((file) => rowsNamed(readFileSync(file, 'utf8'))));
  const said = [...readFileSync(join(root, 'docs/reliability.md'), 'utf8').matchAll(/^\| trust row (\d+) \|/gm)];
  const excused = new Set(said.map(([, no]) => Number(no)));
  expect(rows.filter((no) => !tried.has(no) && !excused.has(no))).toEqual([]);
});

it('a row that is only within a span is not named', () => {
  expect(rowsNamed('(trust rows 9–11) (trust row 84) (trust M4, row 6) (trust rows 41, 42 and 43)')).toEqual([
    84, 6, 41, 42, 43,
  ]);
});
