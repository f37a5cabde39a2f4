import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium, ensureNats, ensurePostgres15 } from './debian.mjs';
import { ensureInstalled, requireNode } from './install.mjs';
import { inSeconds, node, root, tools } from './run.mjs';

/**
 * `npm test`: installs what is missing, builds, runs the gate, then the walk and the Web SDK in a real browser, the fault run, the crashes, and
 * forty seconds of chaos. The last line is the count: each check of the gate, the build and the browser count as one, tests one by one.
 */
requireNode();
await ensureInstalled();
const { build } = await import('./build.mjs');
const { add, gate, vitest } = await import('./ok.mjs');

const one = (good) => ({ passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 });
const count = { passed: 0, failed: 0, skipped: 0 };
const built = await build();
add(count, one(built));
if (!(await ensureNats())) {
  console.log('skip  the log with NATS JetStream before it: there is no nats-server (apt-get install nats-server)');
}
add(count, await gate());
add(count, await onOtherPostgres());
const inBrowser = ['walk', 'compat'].filter((project) => has(`test/${project}`));
const chromium = inBrowser.length > 0 ? await ensureChromium() : null;
for (const project of inBrowser) {
  add(count, chromium ? await vitest(project, 15 * 60_000, { BECKON_CHROMIUM: chromium }) : one(false));
}
if (has('test/fault')) add(count, await vitest('fault', 15 * 60_000));
if (has('test/crash')) add(count, await vitest('crash', 15 * 60_000));
add(count, await chaos(40));
console.log(`\n${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exitCode = count.failed === 0 ? 0 : 1;

/** The program that was built, in ten processes, harmed at random for so many seconds; it counts as one test. */
async function chaos(length) {
  const { code, seconds } = await node(tools.tsx, ['test/chaos/chaos.ts', '--seconds', String(length)], {
    limit: 10 * 60_000,
  });
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  chaos, ${length} s … ${inSeconds(seconds)}`);
  return one(code === 0);
}

function has(folder) {
  const path = join(root, folder);
  return existsSync(path) && readdirSync(path, { recursive: true }).some((name) => String(name).endsWith('.test.ts'));
}

/** What lives by the database, once more on the PostgreSQL 15 of the machine, where it has one; the gate runs on npm's. */
async function onOtherPostgres() {
  const files = ['src/event', 'src/job', 'src/store/dump.test.ts', 'src/store/migrate.test.ts', 'src/company.test.ts'];
  if (await ensurePostgres15()) {
    const name = 'PostgreSQL 15';
    return vitest('unit', 5 * 60_000, { BECKON_TEST_POSTGRES: '15' }, { files, name });
  }
  console.log('skip  PostgreSQL 15 tests: it is not installed (apt-get install postgresql-15)');
  return { passed: 0, failed: 0, skipped: 1 };
}
