#!/usr/bin/env -S node --max-semi-space-size=64 --no-allocation-site-pretenuring
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { ensureInstalled, requireNode } from './install.mjs';
import { root } from './run.mjs';

/** `npx beckon …` in a checkout: like `npm start`, but silent about the build, so that output can be piped. */
requireNode();
await ensureInstalled(console.error);
if (!(await build(console.error))) process.exit(1);
const program = join(root, 'dist', 'src', 'main.js');
process.argv = [process.execPath, program, ...process.argv.slice(2)];
await import(pathToFileURL(program).href);
