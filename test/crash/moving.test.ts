import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shardOf } from '../../src/base/index.ts';
import { migrations } from '../../src/schema.ts';
import { checkSecret, openStore, type Store } from '../../src/store/index.ts';
import { contentsOf } from '../support/contents.ts';
import { freshDatabase, freshStore } from '../support/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'beckon-moving-'));
const file = join(folder, 'shop.beckon');
let source: Store;

beforeAll(async () => {
  source = await freshStore(migrations, { connections: 2 });
  await checkSecret(source, 's'.repeat(40));
  // Enough that a table takes several frames.
  await source.run({
    text: `insert into event (shard, id, visitor, received_at, happened_at, body)
      select i % 64, gen_random_uuid(), 'v' || i, now(), now(), jsonb_build_object('id', i, 'text', repeat(md5(i::text), 60))
      from generate_series(1, 2500) i`,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A command of the built program, killed at a point. @returns how it ended, and what it said */
async function beckon(args: string[], databaseUrl: string, crashAt?: string) {
  const child = spawn(process.execPath, ['dist/src/main.js', ...args], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      BECKON_SECRET: 's'.repeat(40),
      ...(crashAt === undefined ? {} : { BECKON_CRASH_AT: crashAt }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (said += piece.toString()));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { end: signal ?? code, said };
}

it('an export that is killed leaves no file that looks whole, and an import that is killed goes on where it stood', async () => {
  expect(await beckon(['export', file], source.url, 'store.dumped:2')).toMatchObject({ end: 'SIGKILL' });
  const none = await beckon(['import', file], source.url);
  expect(none.said).toContain('STORE_DUMP_BROKEN');
  expect(await beckon(['export', file], source.url)).toMatchObject({ end: 0 });

  const target = await freshDatabase();
  expect(await beckon(['import', file], target, 'store.frame-loading:2')).toMatchObject({ end: 'SIGKILL' });
  expect((await beckon(['migrate'], target)).said).toContain('STORE_HALF_LOADED');
  for (const point of ['store.frame-loaded:3', 'store.loaded'])
    expect(await beckon(['import', file], target, point), point).toMatchObject({ end: 'SIGKILL' });
  const last = await beckon(['import', file], target);

  expect(last).toMatchObject({ end: 0 });
  expect(last.said).toContain('An earlier import had brought in all of it');
  const store = await openStore(target, { connections: 2 });
  expect(await contentsOf(store)).toEqual(await contentsOf(source));
  await store.close();
}, 120_000);

it('a restore that is killed while it learns who unsubscribed since is held back, and learns all of it when it is called again (trust row 67)', async () => {
  const [backup, list] = [join(folder, 'old.beckon'), join(folder, 'new.ndjson')];
  expect(await beckon(['export', backup], source.url)).toMatchObject({ end: 0 });
  await source.run({
    text: `insert into suppression (shard, key, scope, reason, at, weight) values ($1, 'k', 'all', 'complained', now(), 8)`,
    values: [shardOf('k')],
  });
  expect(await beckon(['export', '--stops', list], source.url)).toMatchObject({ end: 0 });
  const target = await freshDatabase();
  const restore = ['import', backup, '--stops', list];
  const store = await openStore(target, { connections: 2 });
  const stands = async () => [
    (await store.rows<{ frozen: boolean }>({ text: 'select frozen from sending' }))[0]?.frozen,
    (await store.rows({ text: 'select from suppression' })).length,
  ];

  expect(await beckon(restore, target, 'store.loaded')).toMatchObject({ end: 'SIGKILL' });
  expect(await stands(), 'nothing may start on it before it is frozen').toEqual([true, 0]);
  expect(await beckon(restore, target, 'stops.held')).toMatchObject({ end: 'SIGKILL' });
  expect(await beckon(restore, target)).toMatchObject({ end: 0 });
  expect(await stands()).toEqual([true, 1]);
  await store.close();
}, 120_000);
