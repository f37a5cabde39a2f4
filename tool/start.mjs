import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, requireNode } from './install.mjs';
import { root } from './run.mjs';

/** `npm start`: installs what is missing, builds what changed, and is then Beckon itself, in this process. */
requireNode();
await ensureInstalled();
const args = process.argv.slice(2);
if (args.includes('--dev')) {
  const { develop } = await import('./develop.mjs');
  await develop(args.filter((arg) => arg !== '--dev'));
} else {
  const { build } = await import('./build.mjs');
  if (!(await build())) process.exit(1);
  const program = join(root, 'dist', 'src', 'main.js');
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program).href);
}
