import { joinRooms, migrations } from '../src/app.ts';
import { elapsed, pause, quietLog, type Clock } from '../src/base/index.ts';
import type { JourneyDefinition, Runner } from '../src/journey/index.ts';
import { readSettings } from '../src/settings.ts';
import { migrate, openStore, type Store } from '../src/store/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';

/** Figures of timers that are about a whole running Beckon, or about what it finds when it comes back. */
const bench = 'timers';
/** Events a second, and for how long. */
const rate = 100;
const seconds = 10;

/** An event lets somebody in, and the first activity is a call. */
const atOnce: JourneyDefinition = {
  key: 'at-once',
  name: 'At once',
  entry: { kind: 'event', event: 'web.siteSearches' },
  start: 'ask',
  activities: {
    ask: { kind: 'action', name: 'Ask', method: 'POST', url: '/ask', body: { no: '=event.data.no' }, next: 'done' },
    done: { kind: 'end', label: 'Done' },
  },
};

/** From the word that an event is kept to the call of the first action (journeys E23), in one process with everything in it. */
export async function measureFirstAction(databaseUrl: string): Promise<void> {
  const store = await openStore(databaseUrl, { connections: 10 });
  await migrate(store, migrations);
  const settings = { ...readSettings([], {}), secret: 'b'.repeat(40), databaseUrl };
  const rooms = await joinRooms(settings, { store, log: quietLog });
  const called = new Map<number, number>();
  rooms.slots.callOwn = async ({ body }) => {
    called.set((JSON.parse(body!) as { no: number }).no, elapsed());
    return { status: 200, headers: {}, text: '{}' };
  };
  await rooms.journeys.put(atOnce);
  await rooms.journeys.publish(atOnce.key);
  const works = [rooms.folder, rooms.pulse, rooms.slots.calling];
  for (const work of works) await work.start();
  const kept = new Map<number, number>();
  const tell = async (no: number) => {
    const [at, ecid] = [rooms.clock.now(), String(no).padStart(38, '7')];
    const who = { visitor: `ecid:${ecid}`, identities: [{ namespace: 'ecid', id: ecid }], level: 0 as const };
    const what = { id: `e${no}`, source: 'edge:bench', types: ['web.siteSearches'], data: { no } };
    await rooms.events.receive([{ ...what, ...who, happenedAt: at, receivedAt: at }]);
    kept.set(no, elapsed());
  };
  const began = elapsed();
  const told: Promise<void>[] = [];
  for (let no = 0; no < rate * seconds; no++) {
    await pause(Math.max(0, began + (no * 1000) / rate - elapsed()));
    told.push(tell(no));
  }
  await Promise.all(told);
  for (let left = 300; called.size < kept.size && left > 0; left--) await pause(100);
  for (const work of works.reverse()) await work.stop();
  await rooms.transport.close();
  await store.close();
  const times = [...called].map(([no, at]) => Math.max(0, at - kept.get(no)!)).sort((a, b) => a - b);
  const note = `${times.length} of ${kept.size} events, ${rate} a second for ${seconds} s, each lets somebody in whose first activity is a call; from the word that the event is kept to the call, median ${percentile(times, 0.5).toFixed(1)} ms; everything in one process; limit: 2000 ms, the goal`;
  figure({ bench, figure: 'first-action-p95-ms', value: percentile(times, 0.95), unit: 'ms', limit: 2000, note });
}

/**
 * After an hour in which nothing ran: so many waits are over, and are taken up a page at a time. Everything else has its turn
 * between two pages, so the longest page is how long it waits.
 */
export async function measureBacklog(store: Store, runner: Runner, clock: Clock): Promise<void> {
  const count = numberFlag('backlog', 0);
  if (count === 0) return;
  await store.run({
    text: `with w as (
        update journey_wait w set due = $1::timestamptz - p.place * interval '1 hour' / $2::int from
          (select run_id, row_number() over (order by due desc, run_id) as place from journey_wait where not held order by due desc, run_id limit $2) p
        where p.run_id = w.run_id returning w.run_id, w.due
      ) update journey_run r set due = w.due from w where w.run_id = r.id`,
    values: [new Date(clock.now()), count],
  });
  await store.run({ text: 'vacuum analyze journey_wait' });
  const pages: number[] = [];
  const began = elapsed();
  let done = 0;
  for (let moved = 1; moved > 0; done += moved) {
    const from = elapsed();
    moved = await runner.wake();
    pages.push(elapsed() - from);
  }
  const value = done / ((elapsed() - began) / 1000);
  pages.sort((a, b) => a - b);
  const memory = process.memoryUsage().rss / 2 ** 20;
  const note = `${done} waits that were over within the last hour, woken and decided ${Math.round(done / pages.length)} at a time; a page took ${percentile(pages, 0.5).toFixed(0)} ms, at p99 ${percentile(pages, 0.99).toFixed(0)}, at most ${pages.at(-1)!.toFixed(0)}; ${memory.toFixed(0)} MB afterwards; one worker; calls and mails that follow go by the rates of their services; no limit`;
  figure({ bench, figure: 'backlog', value, unit: 'runs/s', limit: null, note });
}
