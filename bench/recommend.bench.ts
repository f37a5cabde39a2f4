import { build } from './built.ts';
import { numberFlag } from './figure.ts';
import { httpFigures } from './recommend-http.ts';
import { InventedHistory } from './recommend-data.ts';
import { ask, learn } from './recommend-learned.ts';
import { snapshotFigures } from './recommend-snapshot.ts';

/**
 * The recommender: learning, lists and snapshots in process, then answers over HTTP, all as built: `npm run bench -- recommend`.
 * Flags: --events, --items, --queries, --seed; over HTTP --http-events, --http-items, --rate, --seconds, --rounds, --probes.
 */
await build();
await inProcess();
await httpFigures();

async function inProcess(): Promise<void> {
  const history = new InventedHistory({
    events: numberFlag('events', 10_000_000),
    items: numberFlag('items', 500_000),
    seed: numberFlag('seed', 1),
    now: Date.UTC(2026, 10, 30),
  });
  const ground = await learn(history);
  ask(ground, numberFlag('queries', 10_000));
  await snapshotFigures(ground);
}
