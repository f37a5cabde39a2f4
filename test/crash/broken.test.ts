import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../../src/app.ts';
import { quietLog, SeededRandom } from '../../src/base/index.ts';
import { launch, migrate, openStore, type Launched, type Store } from '../../src/store/index.ts';
import { expectHonest } from './honest.ts';
import { Worker } from './process.ts';
import { compare, planOf, setScene, workOff, type Kept, type Scene } from './scene.ts';

/**
 * Two workers on one database with leases of a second, the embedded PostgreSQL as the product starts it, a real mail
 * server, and everything around them breaks while mails are on their way. BECKON_CRASH_ROUNDS repeats each fault with
 * other moments; the sums are printed.
 */
const rounds = Number(process.env['BECKON_CRASH_ROUNDS'] ?? 1);
const seed = Number(process.env['BECKON_CRASH_SEED'] ?? 20_261_130);
const chance = new SeededRandom(seed);
const people = 6;

let server: Launched;
let store: Store;
let scene: Scene;
let one: Worker;
let other: Worker;
let slowMs = () => 0;
const data = mkdtempSync(join(tmpdir(), 'beckon-broken-'));
const planned: string[] = [];
beforeAll(async () => {
  chmodSync(data, 0o755); // PostgreSQL may run as somebody else
  server = await launch({ dataDir: data, log: quietLog, say: () => {} });
  store = await openStore(server.url, { connections: 6 });
  await migrate(store, migrations);
  scene = await setScene(() => slowMs(), store);
  [one, other] = [new Worker(scene.where), new Worker(scene.where)];
  await Promise.all([one, other].map((worker) => worker.tell({ do: 'later', ms: 0 })));
});
afterAll(async () => {
  await tellSums().catch(() => {});
  await Promise.all([one.kill(), other.kill()]);
  await scene.close();
  await store.close();
  await server.stop();
  rmSync(data, { recursive: true, force: true });
});
afterEach(() => {
  slowMs = () => 0;
});

async function tellSums(): Promise<void> {
  const sums: Record<string, number> = {};
  for (const { row, mails } of await compare(scene)) {
    const name = `${row.class} ${row.state}, ${mails} at the server`;
    sums[name] = (sums[name] ?? 0) + 1;
  }
  process.stdout.write(`broken, seed ${seed}, ${rounds} rounds: ${JSON.stringify(sums)}\n`);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One marketing and one transactional mail for each of so many people. */
async function planMails(name: string, count = people): Promise<string[]> {
  const runs: string[] = [];
  for (let no = 0; no < count; no++) {
    const profile = await scene.person(`${name}-${no}`);
    for (const kind of ['marketing', 'transactional'] as const) {
      const plan = planOf(profile, await scene.now(), { class: kind, runId: `${name}-${no}-${kind}` });
      await scene.store.inTransaction((tx) => scene.rooms.messages.plan(tx, plan));
      runs.push(plan.runId);
    }
  }
  planned.push(...runs);
  return runs;
}

/** Works to the end of all; then the ledger must say what the server has, and nothing may be missing. */
async function settled(runs: readonly string[]): Promise<Kept[]> {
  await workOff(scene, () => one.tell({ do: 'send' }).then(() => one.tell({ do: 'later', ms: 60_000 })));
  await one.tell({ do: 'send' });
  const kept = await compare(scene);
  expect(kept.map(({ row }) => row.runId).sort(), 'Σ states = Σ planned (I4)').toEqual([...planned].sort());
  expectHonest(kept);
  const told = await scene.store.rows<{ id: string }>({ text: 'select run_id as id from crash_told' });
  expect(told.map(({ id }) => id).sort(), 'every run is told once').toEqual([...planned].sort());
  return kept.filter(({ row }) => runs.includes(row.runId));
}

/** Both send for a while, and meanwhile something breaks. */
async function sendWhile(ms: number, breaking: () => Promise<unknown>): Promise<void> {
  const work = [one, other].map((worker) => worker.tell({ do: 'send', forMs: ms }));
  await pause(50 + chance.next() * 150);
  await breaking();
  await Promise.all(work);
}

const each = (name: string, test: (name: string) => Promise<void>) =>
  Array.from({ length: rounds }, (_, round) =>
    it(rounds === 1 ? name : `${name}, round ${round}`, () =>
      test(`${name.replace(/\W+/g, '-').slice(0, 20)}${round}`),
    ),
  );

describe('while mails are on their way, with two workers,', () => {
  each('PostgreSQL dies and recovers (trust row 51)', async (name) => {
    const runs = await planMails(name);
    slowMs = () => 40 + chance.next() * 80;
    await sendWhile(2500, async () => {
      const [row] = await store.rows<{ pid: number }>({
        text: `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() limit 1`,
      });
      // One of its processes is killed, so that it ends them all and comes back from its log.
      process.kill(row!.pid, 'SIGKILL');
      while (await isUp()) await pause(5);
      while (!(await isUp())) await pause(25);
    });
    await settled(runs);
  });

  each('all connections to PostgreSQL are cut, again and again (trust row 52)', async (name) => {
    const runs = await planMails(name);
    slowMs = () => chance.next() * 60;
    await sendWhile(2000, async () => {
      for (let n = 0; n < 6; n++) {
        await store
          .run({
            text: `select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()`,
          })
          .catch(() => {});
        await pause(chance.next() * 200);
      }
    });
    await settled(runs);
  });

  each('the mail server’s connections are cut, wherever they are (trust rows 40, 45)', async (name) => {
    const runs = await planMails(name);
    slowMs = () => chance.next() * 80;
    await sendWhile(1500, async () => {
      for (let n = 0; n < 8; n++) {
        scene.sink.cut();
        await pause(chance.next() * 60);
      }
    });
    await settled(runs);
  });

  each('their clocks are two hours apart (trust rows 54, 55)', async (name) => {
    const runs = await planMails(name);
    slowMs = () => chance.next() * 60;
    await one.tell({ do: 'later', ms: -3_600_000 });
    await other.tell({ do: 'later', ms: 3_600_000 });
    await sendWhile(1000, async () => {});
    await other.tell({ do: 'later', ms: -3_600_000 });
    await one.tell({ do: 'later', ms: 3_600_000 });
    const kept = await settled(runs);
    expect(
      kept.map(({ row, mails }) => `${row.state} ${mails}`),
      'nobody’s lease was taken early',
    ).toEqual(runs.map(() => 'accepted 1'));
  });

  each('the server’s answers take longer than their leases', async (name) => {
    const runs = await planMails(name, 3);
    slowMs = () => 900 + chance.next() * 900;
    await sendWhile(2500, async () => {});
    await settled(runs);
  });
});

const isUp = () =>
  store.rows({ text: 'select 1' }).then(
    () => true,
    () => false,
  );

describe('a worker that stood still while its mails were at the server (SIGSTOP),', () => {
  /** Both mails of somebody are at the server, and the worker stands still before it hears the answers. */
  async function standStill(name: string) {
    const before = scene.sink.mails.size;
    const runs = await planMails(name, 1);
    slowMs = () => 600;
    const work = one.tell({ do: 'send' });
    while (scene.sink.mails.size < before + 2) await pause(5);
    one.freeze();
    slowMs = () => 0;
    await scene.store.run({ text: `update message set lease_until = now() where state = 'sending'` });
    await other.tell({ do: 'send' });
    return { runs, goOn: () => (one.wake(), work) };
  }

  it('lifts the doubt with the answer it hears when it goes on, and nothing is sent again (trust rows 41, 42)', async () => {
    const { runs, goOn } = await standStill('stood');
    const doubtful = (await compare(scene)).filter(({ row }) => runs.includes(row.runId));
    expect(doubtful.map(({ row }) => row.state)).toEqual(['in_doubt', 'in_doubt']);
    await goOn();
    const kept = await settled(runs);
    expect(kept.map(({ row, mails, attempts }) => [row.state, mails, attempts])).toEqual([
      ['accepted', 1, 1],
      ['accepted', 1, 1],
    ]);
  });

  it('changes nothing that was settled without it, and its answer is kept (trust row 42)', async () => {
    const { runs, goOn } = await standStill('slept');
    await workOff(scene, () => other.tell({ do: 'send' }));
    await goOn();
    const kept = await settled(runs);
    expect(kept.map(({ row, mails, attempts }) => [row.class, row.state, mails, attempts]).sort()).toEqual([
      ['marketing', 'abandoned', 1, 1],
      ['transactional', 'accepted', 2, 2],
    ]);
    const [late] = await scene.store.rows<{ n: number }>({
      text: 'select count(*)::int as n from attempt where late_result is not null',
    });
    expect(late!.n).toBeGreaterThanOrEqual(2);
  });
});
