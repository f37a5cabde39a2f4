import { ensureInstalled, requireNode } from './install.mjs';
import { node, tools } from './run.mjs';

/** `npm run chaos -- --seconds 600 --seed 7 --json`: the built program in several processes, harmed at random (test/chaos). */
requireNode();
await ensureInstalled(console.error);
const { build } = await import('./build.mjs');
if (!(await build(console.error))) process.exit(1);
const { code } = await node(tools.tsx, ['test/chaos/chaos.ts', ...process.argv.slice(2)]);
process.exitCode = code;
