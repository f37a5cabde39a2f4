import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** A program of node_modules/.bin, by its JavaScript, so that no shell and no executable bit is needed. */
export const tools = {
  oxlint: 'node_modules/oxlint/bin/oxlint',
  prettier: 'node_modules/prettier/bin/prettier.cjs',
  tsc: 'node_modules/typescript/bin/tsc',
  tsx: 'node_modules/tsx/dist/cli.mjs',
  vite: 'node_modules/vite/bin/vite.js',
  vitest: 'node_modules/vitest/vitest.mjs',
};

/** With what `npm start` and `beckon` run Node: package.json and tool/beckon.mjs say the same. */
export const engineFlags = ['--max-semi-space-size=64', '--no-allocation-site-pretenuring'];

/**
 * Runs a program to its end. `quiet` keeps its output back and gives it as `text`; else it goes where ours goes.
 * After `limit` milliseconds the program and its children are ended and `code` is 124.
 */
export function run(command, args, { quiet = false, limit, env } = {}) {
  const began = performance.now();
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      detached: limit !== undefined && process.platform !== 'win32',
    });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    let late = false;
    const timer = limit && setTimeout(() => (late = endGroup(child)), limit);
    const forget = limit === undefined ? () => {} : passSignals(child);
    const end = (code, why = '') => {
      clearTimeout(timer);
      forget();
      const text = Buffer.concat(chunks).toString() + why + (late ? `\nended after ${limit / 1000} s` : '');
      done({ code: late ? 124 : (code ?? 1), text, seconds: (performance.now() - began) / 1000 });
    };
    child.once('error', (error) => end(127, String(error)));
    child.once('close', (code) => end(code));
  });
}

/** Runs JavaScript with this very Node. */
export const node = (script, args, options) => run(process.execPath, [script, ...args], options);

/** "1.2 s". */
export const inSeconds = (seconds) => `${seconds.toFixed(1)} s`;

function endGroup(child) {
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // it ended by itself just now
  }
  return true;
}

/** A child in a group of its own does not get the terminal's control-C, so it is passed on. */
function passSignals(child) {
  const pass = () => {
    endGroup(child);
    process.exit(130);
  };
  process.on('SIGINT', pass).on('SIGTERM', pass);
  return () => process.off('SIGINT', pass).off('SIGTERM', pass);
}
