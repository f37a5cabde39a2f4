import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inSeconds, node, root, tools } from './run.mjs';

/**
 * Builds what is older than its sources into dist. Each part has inputs; a stamp in dist keeps a hash of their names,
 * sizes and times, so that a start with nothing changed costs a few milliseconds.
 */
const parts = {
  server: {
    inputs: ['src', 'shop', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    only: (path) => !/\.test\.ts$|^shop\/(?!.*\.ts$)|^shop\/.+\//.test(path),
    output: 'dist/src/main.js',
    make: () => buildServer(),
  },
  studio: {
    inputs: ['studio', 'src/api', 'package-lock.json'],
    only: (path) => !/\.test\.tsx?$/.test(path),
    needs: 'studio/vite.config.ts',
    output: 'dist/studio/index.html',
    make: () => node(tools.vite, ['build', '-c', 'studio/vite.config.ts', '--logLevel', 'error'], { quiet: true }),
  },
  shop: {
    inputs: ['shop', 'src/api', 'package-lock.json'],
    only: (path) => !/\.test\.tsx?$/.test(path),
    needs: 'shop/vite.config.ts',
    make: () => node(tools.vite, ['build', '-c', 'shop/vite.config.ts', '--logLevel', 'error'], { quiet: true }),
  },
  docs: {
    inputs: [
      'docs',
      'README.md',
      'ARCHITECTURE.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      'tool/build-docs.mjs',
      'tool/docs-map.mjs',
      'tool/docs.css',
      'tool/docs.js',
    ],
    output: 'dist/docs/index.html',
    make: () => node('tool/build-docs.mjs', [], { quiet: true }),
  },
  sdk: {
    inputs: ['node_modules/@adobe/alloy/dist/alloy.min.js'],
    output: 'dist/alloy.min.js',
    make: copySdk,
  },
};

/** The pictures are drawn by what the server part compiled, so they come after it. */
const pictures = {
  inputs: ['shop'],
  only: (path) => /^shop\/(?!server)[^/]+\.ts$/.test(path) && !path.endsWith('.test.ts'),
  needs: 'shop/draw.ts',
  output: 'dist/shop/picture',
  make: () =>
    // Node 20 may stop for good when a thread that compiles asks for memory just as the program runs out of events: seen here once.
    node(
      '--no-concurrent-recompilation',
      [
        '--input-type=module',
        '-e',
        "const { drawAll } = await import(process.cwd() + '/dist/shop/draw.js'); await drawAll('dist/shop/picture');",
      ],
      { quiet: true },
    ),
};

/** Benches that measure this very process, compiled beside the server, so that they run what a shop runs. */
const benches = {
  inputs: [...parts.server.inputs, 'bench', 'tsconfig.bench.json'],
  only: (path) => parts.server.only(path) && !path.startsWith('bench/result/'),
  output: 'dist/bench/figure.js',
  make: () => buildServer('tsconfig.bench.json'),
};

const stampFile = join(root, 'dist', '.built.json');

/** Builds every part that changed. Gives false, after printing why, when one does not build. */
export async function build(say = console.log) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const results = await Promise.all([
    makePart('server', parts.server, say).then((ok) => ok && makePart('pictures', pictures, say)),
    makePart('studio', parts.studio, say).then((ok) => ok && makePart('shop', parts.shop, say)),
    makePart('sdk', parts.sdk, say).then((ok) => ok && makePart('docs', parts.docs, say)),
  ]);
  return results.every(Boolean);
}

/** Builds the server and the benches. Gives false, after printing why, when they do not build. */
export function buildBenches(say = console.error) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  return makePart('benches', benches, say);
}

let announced = false;

/** Somebody waits: say so once, before the first slow step. */
function announce(say) {
  if (!announced) say('Building what changed …');
  announced = true;
}

async function makePart(name, part, say) {
  if (part.needs && !existsSync(join(root, part.needs))) return true;
  const hash = hashOf(part);
  if (readStamps()[name] === hash && (!part.output || existsSync(join(root, part.output)))) return true;
  announce(say);
  const { code, text, seconds } = await part.make();
  if (code !== 0) {
    console.error(`Building the ${name} failed:\n${text}`);
    return false;
  }
  writeFileSync(stampFile, JSON.stringify({ ...readStamps(), [name]: hash }));
  say(`Built the ${name} … ${inSeconds(seconds)}`);
  return true;
}

function hashOf({ inputs, only = () => true }) {
  const hash = createHash('sha256').update(process.versions.node);
  for (const path of inputs.flatMap(filesBelow).filter(only)) {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

async function buildServer(project = 'tsconfig.build.json') {
  const result = await node(tools.tsc, ['-p', project], { quiet: true });
  if (result.code !== 0) return result;
  for (const path of filesBelow('src').filter((one) => !one.endsWith('.ts'))) {
    const to = join(root, 'dist', path);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(root, path), to);
  }
  removeOrphans();
  return result;
}

/** What was compiled from a source that is gone. */
function removeOrphans() {
  for (const path of filesBelow('dist/src').filter((one) => /\.(js(\.map)?|d\.ts)$/.test(one))) {
    const source = relative('dist', path).replace(/\.(js(\.map)?|d\.ts)$/, '.ts');
    if (!existsSync(join(root, source)) && !existsSync(join(root, relative('dist', path)))) rmSync(join(root, path));
  }
}

async function copySdk() {
  const began = performance.now();
  copyFileSync(join(root, parts.sdk.inputs[0]), join(root, parts.sdk.output));
  return { code: 0, text: '', seconds: (performance.now() - began) / 1000 };
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

/** Paths from the root, with slashes, sorted; of a file itself when it is one. */
function filesBelow(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  const entries = readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const below = `${path}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(below) : [below];
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = (await build()) ? 0 : 1;
}
