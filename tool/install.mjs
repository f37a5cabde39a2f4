import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inSeconds, root, run } from './run.mjs';

/** Ends with a clear sentence when this Node is too old for Beckon. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(
    `Beckon needs Node 20.19 or later, and this is Node ${process.versions.node}.\nGet one from https://nodejs.org and start again.`,
  );
  process.exit(1);
}

/** Brings node_modules to what package-lock.json says, when it differs. No install scripts are run; none is needed. */
export async function ensureInstalled(say = console.log) {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lock).digest('hex');
  const stamp = join(root, 'node_modules', '.beckon-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  if (!isInstalled(JSON.parse(lock))) {
    say('Installing packages (npm ci) …');
    const { code, seconds } = await npm([
      'ci',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--include=dev',
      '--include=optional',
      '--loglevel=error',
    ]);
    if (code !== 0) {
      console.error('npm ci failed; its message is above. Check the network and the disk, and start again.');
      process.exit(code);
    }
    say(`Installed packages … ${inSeconds(seconds)}`);
  }
  writeFileSync(stamp, hash);
}

/** Is every package of the lock that this machine needs there, in its version? Read from npm's own list of what it did. */
function isInstalled(lock) {
  const list = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return false;
  const there = JSON.parse(readFileSync(list, 'utf8')).packages ?? {};
  return Object.entries(lock.packages).every(
    ([path, { version, optional, link }]) => path === '' || optional || link || there[path]?.version === version,
  );
}

function npm(args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js') && existsSync(script)) return run(process.execPath, [script, ...args]);
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
}
