import { parentPort, workerData } from 'node:worker_threads';
import { elapsed, SystemClock, SystemRandom, UuidIds, type Log } from './base/index.ts';
import { EventLog } from './event/index.ts';
import { keptOf, mailLineOf, packWords, type SimulationResult } from './journey/index.ts';
import { Profiles } from './profile/index.ts';
import { Simulator, type ShopSeen } from './simulating.ts';
import type { ThreadOrder, ThreadSaid } from './simulating-thread.ts';
import { openStore } from './store/index.ts';

/** The thread of one simulation: does it, says how far it is, and ends with what came of it. */
const { ground, work } = workerData as ThreadOrder;
/** Between two notes of how far it is, real time. */
const sayEveryMs = 150;
/** People, or mails, that are said at once. */
const piece = 200;

const say = (said: ThreadSaid) => parentPort!.postMessage(said, []);
const logAs =
  (level: 'info' | 'warn' | 'error'): Log['info'] =>
  (event, fields) =>
    say({ log: { level, event, ...(fields ? { fields: fields as Record<string, unknown> } : {}) } });
const log: Log = { info: logAs('info'), warn: logAs('warn'), error: logAs('error') };

let goesOn = true;
parentPort!.on('message', () => (goesOn = false));

try {
  await begin();
} catch (error) {
  const { name, message, code } = error as Error & { code?: string };
  say({ failed: { name, message, ...(typeof code === 'string' ? { code } : {}) } });
}
parentPort!.close();

async function begin(): Promise<void> {
  const simulator = new Simulator({ ...ground, log });
  if (work.kind === 'tell') return say({ told: await simulator.tell(work.story, work.journeys) });
  const store = await openStore(ground.databaseUrl, { connections: 2 });
  try {
    let saidAt = 0;
    const onProgress = (done: number, of: number) => {
      if (elapsed() - saidAt >= sayEveryMs) {
        saidAt = elapsed();
        say({ progress: { done, of } });
      }
      return goesOn;
    };
    const { request, journeys, now } = work;
    const shop = seen(store, now);
    sayResult(keptOf(await simulator.run(request, { shop, journeys, onProgress })));
  } finally {
    await store.close();
  }
}

/** The installation to read in; nothing here writes to it. */
function seen(store: ShopSeen['store'], now: number): ShopSeen {
  const clock = { now: () => now, real: () => new SystemClock().real() };
  const ids = new UuidIds(clock, new SystemRandom());
  const events = new EventLog({ store, ids });
  const profiles = new Profiles({
    store,
    clock,
    ids,
    log: events,
    onMerge: () => Promise.reject(new Error('Read only')),
  });
  return { store, clock, events, profiles };
}

function sayResult({ summary, people, mails }: SimulationResult): void {
  for (let i = 0; i < people.length; i += piece) say({ people: people.slice(i, i + piece) });
  for (let i = 0; i < mails.length; i += piece) {
    const some = mails.slice(i, i + piece);
    say({ mails: some.map((mail) => ({ line: mailLineOf(mail), packed: mail.packed ?? packWords(mail) })) });
  }
  say({ summary });
}
