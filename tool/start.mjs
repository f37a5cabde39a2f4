import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, requireNode } from './install.mjs';
import { root } from './run.mjs';

/** `npm start`: installs what is missing, builds what changed, and is then Beckon itself, in this process. */
requireNode();
await ensureInstalled();
const args = process.argv.slice(2);
if (process.env.npm_lifecycle_event) stopWithParent();
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

/**
 * npm runs scripts through a shell, and a signal to npm ends that shell and not us. So when our parent is gone, we take
 * it as the signal.
 */
function stopWithParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}
