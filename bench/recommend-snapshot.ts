import { readFileSync, rmSync } from 'node:fs';
import { elapsed, quietLog, SystemClock, SystemRandom, UuidIds, type Log } from '../src/base/index.ts';
import { Engine, migrations, Snapshots } from '../src/recommend/index.ts';
import { launch, migrate, openStore, type Store } from '../src/store/index.ts';
import { figure } from './figure.ts';
import { passingFolder } from './folder.ts';
import { mb, type Ground } from './recommend-learned.ts';

const bench = 'recommend';

/** Writes a snapshot of the engine into a database of its own, while the event loop is watched, and loads it again. */
export async function snapshotFigures({ engine, history, size }: Ground): Promise<void> {
  const dataDir = passingFolder();
  const database = await launch({ dataDir, log: quietLog, say: () => {} });
  const store = await openStore(database.url);
  try {
    await migrate(store, migrations);
    const made = await write(store, engine);
    const loaded = await load(store);
    if (loaded.engine.learned !== history.size) throw new Error('The snapshot lost lessons');
    const shared = `${size}, ${mb(made.bytes)} MB in ${made.pieces} pieces, into an embedded PostgreSQL with default settings`;
    const note = `${shared}; the most processor time of the thread that answers between two turns of its event loop, copying and the collecting of garbage included, while another thread writes; limit: the 20 ms that were set as the goal; written in ${seconds(made.ms)} s, learning rested for ${seconds(made.restMs)} s of it; by the clock the longest wait for a turn was ${Math.round(made.gap.wallMs)} ms, and ${Math.round(made.idle.wallMs)} ms while nothing was done, as other work kept the machine busy`;
    figure({ bench, figure: 'snapshot-pause-ms', value: made.gap.cpuMs, unit: 'ms', limit: 20, note });
    figure({
      bench,
      figure: 'snapshot-load-s',
      value: loaded.ms / 1000,
      unit: 's',
      limit: 5,
      note: `${shared}, read and put in place, checksums included; limit: the 5 s that were set as the goal; wall time`,
    });
  } finally {
    await store.close();
    await database.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

interface Made {
  bytes: number;
  pieces: number;
  ms: number;
  restMs: number;
  gap: Gap;
  idle: Gap;
}

/** The most between two turns of the event loop. */
interface Gap {
  cpuMs: number;
  wallMs: number;
}

async function write(store: Store, engine: Engine): Promise<Made> {
  let made: Made | null = null;
  const snapshots = keeper(store, engine, (event, fields) => {
    if (event === 'recommend.snapshot-made') made = fields as unknown as Made;
  });
  const learner = { hold: <T>(work: () => Promise<T>) => work(), cursors: new Map(), isCaughtUp: true };
  const idle = watchLoop();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const quiet = idle();
  const busy = watchLoop();
  await snapshots.make(learner);
  return { ...(made as unknown as Made), gap: busy(), idle: quiet };
}

async function load(store: Store): Promise<{ engine: Engine; ms: number }> {
  const engine = new Engine();
  const began = elapsed();
  const cursors = await keeper(store, engine, () => {}).load();
  if (cursors.size === 0) throw new Error('The snapshot was not taken');
  return { engine, ms: elapsed() - began };
}

function keeper(store: Store, engine: Engine, note: Log['info']): Snapshots {
  const clock = new SystemClock();
  const ids = new UuidIds(clock, new SystemRandom());
  const reach = async () => Array.from({ length: 64 }, () => ({ oldest: null, newest: 0 }));
  const log: Log = { info: note, warn: console.error, error: console.error };
  return new Snapshots({ store, ids, clock, log, engine: () => engine, reach });
}

/** Asks for a turn again and again; the answer ends it. */
function watchLoop(): () => Gap {
  const gap: Gap = { cpuMs: 0, wallMs: 0 };
  let [last, used, ended] = [elapsed(), ownThreadMs(), false];
  const look = () => {
    const [now, spent] = [elapsed(), ownThreadMs()];
    gap.wallMs = Math.max(gap.wallMs, now - last);
    gap.cpuMs = Math.max(gap.cpuMs, spent - used);
    [last, used] = [now, ownThreadMs()];
    if (!ended) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    ended = true;
    return gap;
  };
}

/** Processor time of the thread that answers, without those that write and collect garbage beside it; Linux only. */
function ownThreadMs(): number {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ', 1)[0]) / 1e6;
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
