import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildBenches } from './build.mjs';
import { ensureInstalled, requireNode } from './install.mjs';
import { engineFlags, root, tools } from './run.mjs';

/**
 * `npm run bench -- NAME [--json] [--save] [flags of the bench]`. A bench is bench/NAME.bench.ts; it prints one JSON line
 * a figure, {figure, value, unit, limit, ratio, note}, and whatever else it says is passed on to standard error.
 */
requireNode();
await ensureInstalled(console.error);
const folder = join(root, 'bench');
const known = existsSync(folder)
  ? readdirSync(folder).flatMap((name) => /^(.+)\.bench\.ts$/.exec(name)?.[1] ?? [])
  : [];
const [name, ...flags] = process.argv.slice(2);
if (name === undefined || !known.includes(name)) {
  console.error(
    `${name === undefined ? 'Name a bench' : `There is no bench "${name}"`}: ${known.join(', ') || 'none yet'}`,
  );
  process.exit(2);
}
const own = new Set(['--json', '--save']);
/** What these measure happens in their own process: they run compiled, with the flags of `npm start`. */
const compiled = new Set(['timers', 'mail']);
const figures = [];
const code = await measure(await programOf());
if (!flags.includes('--json')) {
  console.table(figures, ['figure', 'value', 'unit', 'limit', 'ratio']);
  for (const { figure, note } of figures) if (note) console.log(`${figure}: ${note}`);
}
if (flags.includes('--save') && code === 0) save();
process.exitCode = code;

async function programOf() {
  if (!compiled.has(name)) return [tools.tsx, join('bench', `${name}.bench.ts`)];
  if (!(await buildBenches())) process.exit(1);
  return [...engineFlags, join('dist', 'bench', `${name}.bench.js`)];
}

function measure(program) {
  const args = [...program, ...flags.filter((flag) => !own.has(flag))];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', take);
  const read = new Promise((done) => lines.once('close', done));
  return new Promise((done) => child.once('close', (status) => void read.then(() => done(status ?? 1))));
}

function take(line) {
  const figure = readFigure(line);
  if (figure === null) return console.error(line);
  figures.push(figure);
  if (flags.includes('--json')) console.log(JSON.stringify(figure));
}

function readFigure(line) {
  try {
    const value = JSON.parse(line);
    return typeof value?.figure === 'string' ? { bench: name, ...value } : null;
  } catch {
    return null;
  }
}

function save() {
  const result = join(folder, 'result');
  mkdirSync(result, { recursive: true });
  const path = join(result, `${name}-${new Date().toISOString().slice(0, 10)}.json`);
  const machine = { node: process.versions.node, platform: `${process.platform}-${process.arch}` };
  writeFileSync(path, `${JSON.stringify({ bench: name, at: new Date().toISOString(), machine, figures }, null, 2)}\n`);
  console.error(`Saved ${path}`);
}
