import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freshDatabase } from '../test/support/database.ts';
import { quietLog } from './base/index.ts';
import { dropLeftovers, onScratch, type SimulationGround } from './scratch.ts';
import { readSettings } from './settings.ts';

let ground: SimulationGround;
let admin: Client;

beforeAll(async () => {
  const settings = { ...readSettings([], {}), secret: 's'.repeat(40) };
  ground = { settings, databaseUrl: await freshDatabase(), log: quietLog };
  admin = new Client({ connectionString: ground.databaseUrl });
  await admin.connect();
});

afterAll(() => admin.end());
vi.setConfig({ testTimeout: 90_000 });

const isThere = async (name: string) =>
  (await admin.query('select from pg_database where datname = $1', [name])).rowCount === 1;

/** A connection to the database itself, or one that bears its name. */
async function connected(to: { database?: string; name?: string }): Promise<Client> {
  const url = new URL(ground.databaseUrl);
  if (to.database) url.pathname = `/${to.database}`;
  const client = new Client({ connectionString: url.href, application_name: to.name ?? 'somebody' });
  await client.connect();
  return client;
}

it('what nobody uses any more is dropped; what somebody is connected to, or is just making, is not', async () => {
  const mark = process.hrtime.bigint().toString(16);
  const [left, used, made] = ['a', 'b', 'c'].map((one) => `beckon_story_${mark}${one}`) as [string, string, string];
  const maker = await connected({ name: made });
  // Files beside this one look for leftovers too, so nothing may be without its user before it is meant to be.
  const keeper = await connected({ name: used });
  for (const name of [used, made]) await admin.query(`create database ${name}`);
  const user = await connected({ database: used });
  await keeper.end();
  await admin.query(`create database ${left}`);
  try {
    await dropLeftovers(ground);
    expect([await isThere(left), await isThere(used), await isThere(made)]).toEqual([false, true, true]);
  } finally {
    await user.end();
    await maker.end();
    for (const name of [used, made]) await admin.query(`drop database if exists ${name} with (force)`);
  }
});

it('a simulation is seen to be in use for as long as it runs, whatever its pool does', async () => {
  const seen = async (name: string) =>
    (await admin.query('select from pg_stat_activity where application_name = $1', [name])).rowCount;
  const name = await onScratch(ground, { publicUrl: 'http://localhost' }, async (rooms) => {
    const [row] = await rooms.store.rows<{ name: string }>({ text: 'select current_database() as name' });
    expect(await seen(row!.name)).toBe(1);
    expect(await dropLeftovers(ground)).not.toContain(row!.name);
    return row!.name;
  });
  expect([await isThere(name), await seen(name)]).toEqual([false, 0]);
});

it('what a killed process has left in the middle of a simulation is dropped', async () => {
  const script = `
    const { onScratch } = await import('./src/scratch.ts');
    const { readSettings } = await import('./src/settings.ts');
    const { quietLog } = await import('./src/base/index.ts');
    const settings = { ...readSettings([], {}), secret: 's'.repeat(40) };
    const ground = { settings, databaseUrl: process.env.DATABASE, log: quietLog };
    await onScratch(ground, { publicUrl: 'http://localhost' }, async (rooms) => {
      const [row] = await rooms.store.rows({ text: 'select current_database() as name' });
      process.stdout.write(row.name);
      await new Promise((done) => setTimeout(done, 600_000));
    });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    env: { ...process.env, DATABASE: ground.databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const name = String((await once(child.stdout, 'data'))[0]);
  expect(await isThere(name)).toBe(true);
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  await vi.waitFor(
    async () => {
      await dropLeftovers(ground);
      expect(await isThere(name)).toBe(false);
    },
    { timeout: 20_000 },
  );
});
