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

/** Each file's own, so that files beside this one are not in the way. */
const mark = process.hrtime.bigint().toString(16);

async function make(seconds: number, n: number): Promise<string> {
  const name = `beckon_story_${seconds}_${mark}${n}`;
  await admin.query(`create database ${name}`);
  return name;
}

async function standing(): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select datname as name from pg_database where datname like 'beckon_story_%' || $1 || '%' order by 1`,
    [mark],
  );
  return rows.map(({ name }) => name);
}

it('what a simulation of a dead process left behind is dropped; what is in use, or has just been made, is not', async () => {
  const now = Math.floor(Date.now() / 1000);
  const left = await make(now - 3600, 1);
  const used = await make(now - 3600, 2);
  const young = await make(now, 3);
  const url = new URL(ground.databaseUrl);
  url.pathname = `/${used}`;
  const user = new Client({ connectionString: url.href });
  await user.connect();
  try {
    expect(await dropLeftovers(ground)).toContain(left);
    expect(await standing()).toEqual([used, young].sort());
  } finally {
    await user.end();
    for (const name of await standing()) await admin.query(`drop database ${name}`);
  }
});

it('a simulation keeps one connection of its own for as long as it runs, so that nobody takes it for a leftover', async () => {
  await onScratch(ground, { publicUrl: 'http://localhost' }, async (rooms) => {
    const rows = await rooms.store.rows<{ name: string; by: string }>({
      text: `select datname as name, application_name as by from pg_stat_activity
        where datname = current_database() and application_name <> 'beckon'`,
    });
    expect(rows).toEqual([{ name: expect.stringMatching(/^beckon_story_\d+_/), by: 'beckon simulation' }]);
    expect(await dropLeftovers(ground)).not.toContain(rows[0]!.name);
  });
});
