import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinRooms } from '../../src/app.ts';
import { quietLog } from '../../src/base/index.ts';
import { settingsOf } from './ground.ts';
import { Crew } from './process.ts';
import { added, setScene, type Scene } from './scene.ts';

/** Where the writer dies, and whether what it wrote is in force then. */
const cases = [
  { point: 'recommend.snapshot-piece', isInForce: false },
  { point: 'recommend.snapshot-written', isInForce: false },
  { point: 'recommend.snapshot-whole', isInForce: true },
];

let scene: Scene;
let crew: Crew;
let shopper = 0;
beforeAll(async () => {
  scene = await setScene();
  crew = new Crew(
    scene.where,
    cases.flatMap(({ point }) => [undefined, point, undefined]),
  );
});
afterAll(async () => {
  await crew.dismiss();
  await scene.close();
});

describe('kill -9 while a snapshot of the recommender is written', () => {
  for (const { point, isInForce } of cases) {
    it(`at ${point}: one that is whole is in force, nothing learned is lost, and another process writes the next`, async () => {
      const first = await crew.next();
      await happens(first);
      expect(await first.tell({ do: 'snapshot' })).toBe(true);
      await happens(first);
      await first.stop();
      const before = await inForce();

      const victim = await crew.next();
      await victim.tell({ do: 'snapshot' });
      expect(await victim.ended()).toBe('SIGKILL');
      const after = await inForce();
      expect(after).toHaveLength(1);
      expect(after[0] === before[0]).toBe(!isInForce);
      await startsWhole();

      await scene.letLeasesLapse();
      const heir = await crew.next();
      expect(await heir.tell({ do: 'snapshot' })).toBe(true);
      await heir.stop();
      const all = await scene.store.rows<{ state: string }>({ text: 'select state from recommend_snapshot' });
      expect(all, 'nothing half is left').toEqual([{ state: 'whole' }]);
      await startsWhole();
    });
  }
});

/** Somebody puts two things in a cart, and that takes effect. */
async function happens(worker: Awaited<ReturnType<Crew['next']>>): Promise<void> {
  const name = `s${++shopper}`;
  const at = await scene.now();
  const events = ['coat-1', 'scarf'].map((item, i) => added(name, { item, quantity: 1 }, at + i));
  await worker.tell({ do: 'receive', events });
  await worker.tell({ do: 'settle' });
}

async function inForce(): Promise<string[]> {
  const rows = await scene.store.rows<{ id: string }>({
    text: `select id from recommend_snapshot where state = 'whole'`,
  });
  return rows.map(({ id }) => id);
}

/** A process that starts now loads a snapshot, and knows after the tail of the feed all that was ever taught. */
async function startsWhole(): Promise<void> {
  const said: string[] = [];
  const note = (event: string) => void said.push(event);
  const rooms = await joinRooms(settingsOf(scene.where), {
    store: scene.store,
    log: { ...quietLog, info: note, warn: note },
  });
  await rooms.learning.follower.catchUp();
  expect(said).toContain('recommend.snapshot-loaded');
  const [taught] = await scene.store.rows<{ n: number }>({
    text: 'select coalesce(sum(jsonb_array_length(payload::jsonb)), 0)::int as n from feed',
  });
  expect(rooms.recommender.learned).toBe(taught!.n);
  await rooms.learning.stop();
  await rooms.transport.close();
}
