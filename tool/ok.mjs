import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inSeconds, node, root, tools } from './run.mjs';

/** The gate: what must hold before a change is taken. Runs everything, so that one go shows all that is wrong. */
const checks = [
  ['format', tools.prettier, ['--check', '--log-level', 'warn', '.']],
  ['types', tools.tsc, ['--noEmit']],
  ['types of the studio', tools.tsc, ['--noEmit', '-p', 'studio']],
  ['types of the shop', tools.tsc, ['--noEmit', '-p', 'shop/web']],
  ['lint', tools.oxlint, ['--deny-warnings']],
  ['rooms', tools.tsx, ['tool/check-rooms.ts']],
  ['house', tools.tsx, ['tool/check-house.ts']],
  ['sql', tools.tsx, ['tool/check-sql.ts']],
  ['docs and their examples', tools.tsx, ['tool/check-docs.ts']],
];

/** Runs the gate. Each check counts as one; the unit tests count one by one. */
export async function gate() {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, tool, args] of checks) add(count, await check(name, tool, args));
  add(count, await vitest('unit', 20 * 60_000));
  return count;
}

/** Adds the counts of `more` to `count`. */
export function add(count, more) {
  for (const key of Object.keys(count)) count[key] += more[key];
}

async function check(name, tool, args) {
  const { code, text, seconds } = await node(tool, args, { quiet: true, limit: 120_000 });
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name} … ${inSeconds(seconds)}`);
  if (code !== 0) console.log(text.trim().replaceAll(/^/gm, '      '));
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/**
 * Runs one vitest project, or some files of it, and counts its tests; a file that does not load, and a run that does not end, count as one failed.
 */
export async function vitest(project, limit, env, { files = [], name = project } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-count-'));
  const file = join(folder, 'count.json');
  const flags = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...files,
  ];
  const { code, seconds } = await node(tools.vitest, flags, { limit, env });
  const count = existsSync(file)
    ? readCount(JSON.parse(readFileSync(file, 'utf8')))
    : { passed: 0, failed: 1, skipped: 0 };
  if (code !== 0 && count.failed === 0) count.failed = 1;
  rmSync(folder, { recursive: true, force: true });
  const ended = code === 124 ? `, ended after ${limit / 60_000} minutes` : '';
  console.log(`${count.failed === 0 ? 'ok  ' : 'FAIL'}  ${name} tests … ${inSeconds(seconds)}${ended}`);
  return count;
}

function readCount(report) {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.chdir(root);
  const count = await gate();
  console.log(`\n${count.passed} passed, ${count.failed} failed`);
  process.exitCode = count.failed === 0 ? 0 : 1;
}
