import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { contentsOf } from '../test/support/contents.ts';
import { freshDatabase } from '../test/support/database.ts';
import { repository } from '../test/support/tree.ts';
import { bringBack, releaseSecret, releaseSettings, type Release } from '../tool/release-schema.ts';
import { quietLog } from './base/index.ts';
import { exportTo, importFrom, readMovingFlags } from './moving.ts';
import { checkSecret, launch, openStore, type Store } from './store/index.ts';
import { systemBinaries } from './store/launch-binary.ts';

vi.setConfig({ testTimeout: 120_000 }); // a cluster is made, on a machine that may be busy

const majorOf = async (store: Store) =>
  Number(
    (await store.rows<{ no: string }>({ text: `select current_setting('server_version_num') as no` }))[0]!.no.slice(
      0,
      2,
    ),
  );

/** The tests' own server is of the newest version where npm brings one. */
it('an installation moves from a PostgreSQL of one major version to another by export and import', async ({ skip }) => {
  const old = systemBinaries().at(-1);
  if (!old) return skip('no PostgreSQL is installed beside that of npm');
  const folder = mkdtempSync(join(tmpdir(), 'beckon-upgrade-'));
  chmodSync(folder, 0o755); // PostgreSQL's own user must get into it
  const server = await launch({ dataDir: join(folder, 'data'), candidates: [old], log: quietLog, say: () => {} });
  onTestFinished(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const source = await openStore(server.url, { connections: 4 });
  const release = JSON.parse(readFileSync(join(repository, 'test/migrate/0.1.0.json'), 'utf8')) as Release;
  await bringBack(source, release);
  await checkSecret(source, releaseSecret);
  const hands = (url: string) => ({ settings: releaseSettings(url), log: quietLog, say: () => {} });
  const file = await exportTo(readMovingFlags([join(folder, 'whole.beckon')]), hands(source.url));

  const url = await freshDatabase();
  await importFrom(readMovingFlags([file]), hands(url));

  const target = await openStore(url, { connections: 4 });
  expect(await majorOf(source)).toBe(Number(old.major));
  expect(await majorOf(target)).toBeGreaterThanOrEqual(Number(old.major));
  // What a release brings beside the tables there were has no counterpart in the older one.
  const were = await contentsOf(source);
  const tables = new Set(were.map(tableOf));
  expect((await contentsOf(target)).filter((line) => tables.has(tableOf(line)))).toEqual(were);
  await target.close();
  await source.close();
});

/** The name at the begin of a line of contents. */
function tableOf(line: string): string {
  return line.split(' ', 1)[0]!;
}
