import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root, tools } from './run.mjs';

/** `npm run dev`: the server from its sources, again after each change, and the studio with its own live server. */
export async function develop(args) {
  await build();
  const children = [begin([tools.tsx, 'watch', '--clear-screen=false', 'src/main.ts', ...args])];
  if (existsSync(join(root, 'studio/vite.config.ts')))
    children.push(begin([tools.vite, '-c', 'studio/vite.config.ts']));
  const end = () => children.forEach((child) => child.kill('SIGTERM'));
  process.on('SIGINT', end).on('SIGTERM', end);
  await Promise.all(children.map((child) => new Promise((done) => child.once('close', done))));
}

function begin(args) {
  return spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
}
