import { rmSync } from 'node:fs';
import { run, makeWorkerUtils, Logger, type Runner as Worker } from 'graphile-worker';
import PgBoss from 'pg-boss';
import { elapsed, FakeClock, quietLog, SystemRandom, UuidIds } from '../src/base/index.ts';
import { Jobs, migrations } from '../src/job/index.ts';
import { launch, migrate, openStore, type Store } from '../src/store/index.ts';
import { figure, numberFlag } from './figure.ts';
import { passingFolder } from './folder.ts';

/**
 * Jobs that wait, beside the two queues on PostgreSQL that shops in Node use: `npm run bench -- queue`. Flags: --jobs, --rounds.
 * Each keeps jobs that are due at a time, and then does them; the work is nothing, so that the queue is what is measured.
 * Left out: what a run of a journey is beside its job (see the bench `timers`), priorities, and names of queues.
 */
const bench = 'queue';
const count = numberFlag('jobs', 20_000);
const rounds = numberFlag('rounds', 3);
/** Jobs in one statement, on every side. */
const batch = 200;
const due = new Date(Date.UTC(2026, 10, 30, 9));

interface Queue {
  name: string;
  add: () => Promise<void>;
  /** Does what waits. */
  work: () => Promise<void>;
  close: () => Promise<void>;
}

const dataDir = passingFolder();
const database = await launch({ dataDir, log: quietLog, say: () => {} });
const store = await openStore(database.url, { connections: 10 });
try {
  const queues = [await ours(store), await graphileWorker(database.url, store), await pgBoss(database.url)];
  const best = new Map(queues.map(({ name }) => [name, { add: 0, work: 0 }]));
  for (let round = 0; round < rounds; round++) {
    for (const queue of queues) {
      const seen = best.get(queue.name)!;
      seen.add = Math.max(seen.add, await rateOf(queue.add));
      seen.work = Math.max(seen.work, await rateOf(queue.work));
    }
  }
  const [beckon, ...peers] = queues.map(({ name }) => ({ name, ...best.get(name)! }));
  const how = `${count} jobs, ${batch} in a statement, best of ${rounds} rounds in turn, the embedded PostgreSQL as it comes`;
  for (const { name, add, work } of peers) {
    const limit = `limit: ${name} in the same run`;
    figure({
      bench,
      figure: `add-beside-${name}`,
      value: beckon!.add,
      unit: 'jobs/s',
      limit: add,
      note: `jobs kept until they are due; ${how}; ${limit}`,
    });
    figure({
      bench,
      figure: `work-beside-${name}`,
      value: beckon!.work,
      unit: 'jobs/s',
      limit: work,
      note: `due jobs claimed, done and gone, the work being nothing; ${how}; ${limit}`,
    });
  }
  for (const queue of queues) await queue.close();
} finally {
  await store.close();
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function rateOf(act: () => Promise<void>): Promise<number> {
  const began = elapsed();
  await act();
  return count / ((elapsed() - began) / 1000);
}

/** In pieces of a batch, as many as make the whole. */
async function inBatches(work: (from: number, size: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += batch) await work(from, Math.min(batch, count - from));
}

async function ours(own: Store): Promise<Queue> {
  const clock = new FakeClock(due.getTime());
  const jobs = new Jobs({ store: own, clock, ids: new UuidIds(clock, new SystemRandom()) });
  await migrate(own, migrations);
  const job = (n: number) => ({ shard: n % 64, kind: 'bench', key: `${n}`, due: due.getTime(), payload: { n } });
  const add = (from: number, size: number) =>
    own.inTransaction((tx) =>
      jobs.enqueue(
        tx,
        Array.from({ length: size }, (_, n) => job(from + n)),
      ),
    );
  return {
    name: 'beckon',
    add: () => inBatches(add),
    work: async () => {
      for (let done = 0; done < count;) {
        const claimed = await jobs.claim('bench', batch);
        done += (await own.inTransaction((tx) => jobs.finishAll(tx, claimed))).size;
      }
    },
    close: async () => {},
  };
}

async function graphileWorker(connectionString: string, own: Store): Promise<Queue> {
  const logger = new Logger(() => () => {});
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  await utils.release();
  const add = (_from: number, size: number) =>
    own.run({
      name: 'graphile.add',
      text: `select graphile_worker.add_jobs(array(select row('bench', json_build_object('n', n), null, $2::timestamptz, null, null, null, null)::graphile_worker.job_spec
        from generate_series(1, $1::int) n))`,
      values: [size, due],
    });
  return {
    name: 'graphile-worker',
    add: () => inBatches(add),
    work: async () => {
      let worker: Worker | undefined;
      await new Promise<void>((finished, failed) => {
        let done = 0;
        // It claims and completes each job by itself; ten at once, as many connections as the others have.
        const task = () => void (++done === count && finished());
        const options = { connectionString, logger, concurrency: 10, noHandleSignals: true, taskList: { bench: task } };
        run(options).then((started) => (worker = started), failed);
      });
      await worker?.stop();
    },
    close: async () => {},
  };
}

async function pgBoss(connectionString: string): Promise<Queue> {
  const boss = new PgBoss({ connectionString, max: 10, supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue('bench');
  const add = (from: number, size: number) =>
    boss.insert(Array.from({ length: size }, (_, n) => ({ name: 'bench', data: { n: from + n }, startAfter: due })));
  return {
    name: 'pg-boss',
    add: () => inBatches(add),
    work: async () => {
      for (let done = 0; done < count;) {
        const ids = (await boss.fetch('bench', { batchSize: batch })).map(({ id }) => id);
        await boss.complete('bench', ids);
        done += ids.length;
      }
    },
    close: () => boss.stop({ graceful: false }),
  };
}
