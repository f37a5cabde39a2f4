import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildBenches } from './build.mjs';
import { ensureInstalled, requireNode } from './install.mjs';
import { engineFlags, inSeconds, root, tools } from './run.mjs';

/**
 * `npm run bench -- NAME [--json] [--save] [flags of the bench]` runs one bench, `npm run bench` all of them, saved, and then writes
 * docs/measured.md, its charts and the README's table; `--growth` runs those that grow in three sizes each, `--page` only writes.
 * A bench is bench/NAME.bench.ts; it prints one JSON line a figure, {figure, value, unit, limit, ratio, note}, and whatever
 * else it says is passed on to standard error.
 */
requireNode();
await ensureInstalled(console.error);
const folder = join(root, 'bench');
const known = readdirSync(folder).flatMap((name) => /^(.+)\.bench\.ts$/.exec(name)?.[1] ?? []);
const [name, ...flags] = process.argv.slice(2);
/** What these measure happens in their own process: they run compiled, with the flags of `npm start`. */
const compiled = new Set(['timers', 'mail']);
/** What the whole report runs, with what; about twenty minutes. The others need data of their own or come as a part of these. */
const whole = {
  start: [],
  ingest: ['--warm', '12000', '--seconds', '6', '--rounds', '2', '--probes', '150'],
  timers: [],
  queue: [],
  mail: [],
  language: [],
  recommend: [],
  reports: ['--people', '1000000'],
  feed: [],
};

if (name === undefined || name === '--growth' || name === '--page') await report(name);
else if (known.includes(name)) await one();
else {
  console.error(`There is no bench "${name}": ${known.join(', ')}; without a name all are run`);
  process.exitCode = 2;
}

async function one() {
  const own = new Set(['--json', '--save']);
  const asked = flags.filter((flag) => !own.has(flag));
  const isJson = flags.includes('--json');
  const { code, figures } = await measure(
    name,
    asked,
    isJson ? (figure) => console.log(JSON.stringify(figure)) : undefined,
  );
  if (!isJson) show(figures);
  if (flags.includes('--save') && code === 0) save(name, { flags: asked, figures });
  process.exitCode = code;
}

/** A bench that fails is said and leaves its last figures as they stand. */
async function report(which) {
  const failed = which === '--growth' ? await grow() : which === '--page' ? [] : await all();
  const { writePage } = await import('./bench-page.mjs');
  for (const path of writePage()) console.error(`Wrote ${path}`);
  if (failed.length > 0) console.error(`FAIL  ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

async function all() {
  const failed = [];
  for (const [bench, asked] of Object.entries(whole)) {
    const { code, figures, seconds } = await measure(bench, asked);
    console.error(`${code === 0 ? 'ok  ' : 'FAIL'}  ${bench} … ${inSeconds(seconds)}`);
    if (code === 0) save(bench, { flags: asked, figures });
    else failed.push(bench);
  }
  return failed;
}

/** Each size is a run of its own; what they said is kept as one run of the bench "growth". */
async function grow() {
  const { growth } = await import('./bench-rows.mjs');
  const [figures, failed] = [[], []];
  for (const { bench, of, flags: sizes, figures: wanted } of growth) {
    for (const [size, asked] of sizes.entries()) {
      const run = await measure(bench, asked);
      console.error(`${run.code === 0 ? 'ok  ' : 'FAIL'}  ${bench}, ${of[size]} … ${inSeconds(run.seconds)}`);
      if (run.code !== 0) failed.push(`${bench}, ${of[size]}`);
      const seen = run.figures.filter(({ figure }) => figure in wanted);
      figures.push(...seen.map((figure) => ({ ...figure, of: bench, size })));
    }
  }
  save('growth', { figures });
  return failed;
}

async function measure(bench, asked, tell = () => {}) {
  const began = performance.now();
  const child = spawn(process.execPath, [...(await programOf(bench)), ...asked], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const figures = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const figure = readFigure(bench, line);
    if (figure === null) return console.error(line);
    figures.push(figure);
    tell(figure);
  });
  const read = new Promise((done) => lines.once('close', done));
  const code = await new Promise((done) => child.once('close', (status) => void read.then(() => done(status ?? 1))));
  return { code, figures, seconds: (performance.now() - began) / 1000 };
}

async function programOf(bench) {
  if (!compiled.has(bench)) return [tools.tsx, join('bench', `${bench}.bench.ts`)];
  if (!(await buildBenches())) process.exit(1);
  return [...engineFlags, join('dist', 'bench', `${bench}.bench.js`)];
}

function readFigure(bench, line) {
  try {
    const value = JSON.parse(line);
    return typeof value?.figure === 'string' ? { bench, ...value } : null;
  } catch {
    return null;
  }
}

function show(figures) {
  console.table(figures, ['figure', 'value', 'unit', 'limit', 'ratio']);
  for (const { figure, note } of figures) if (note) console.log(`${figure}: ${note}`);
}

/** By its day; what was saved before on that day stays. */
function save(bench, run) {
  const result = join(folder, 'result');
  mkdirSync(result, { recursive: true });
  const at = new Date().toISOString();
  const names = Array.from({ length: 100 }, (_, n) => `${bench}-${at.slice(0, 10)}${n === 0 ? '' : `-${n + 1}`}.json`);
  const path = join(
    result,
    names.find((one) => !existsSync(join(result, one))),
  );
  const machine = { node: process.versions.node, platform: `${process.platform}-${process.arch}` };
  writeFileSync(path, `${JSON.stringify({ bench, at, machine, ...run }, null, 2)}\n`);
  console.error(`Saved ${path}`);
}
