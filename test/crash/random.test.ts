import { afterAll, beforeAll, expect, it } from 'vitest';
import { SeededRandom } from '../../src/base/index.ts';
import { Worker } from './process.ts';
import { expectHonest } from './honest.ts';
import { compare, planOf, setScene, workOff, type Scene } from './scene.ts';

/**
 * Two workers on one database, killed again and again at points and moments that a seed chooses (trust §2.6), while mails
 * keep being planned. BECKON_CRASH_SEED repeats a run, BECKON_CRASH_KILLS makes it longer.
 */
const seed = Number(process.env['BECKON_CRASH_SEED'] ?? 20_261_123);
const killsWanted = Number(process.env['BECKON_CRASH_KILLS'] ?? 8);
const points = ['claimed', 'rendered', 'sending', 'body', 'dot', 'answered', 'recorded'].map(
  (name) => `message.${name}`,
);

let scene: Scene;
beforeAll(async () => {
  const slow = new SeededRandom(seed + 1);
  scene = await setScene(() => Math.floor(slow.next() * 30));
});
afterAll(() => scene.close());

it(
  `loses nothing unseen and doubles nothing, killed ${killsWanted} times at random (seed ${seed})`,
  async () => {
    const going = { on: true };
    const planning = planAll(going);
    const fallen = await Promise.all([seed, seed + 2].map((one) => lane(new SeededRandom(one), killsWanted / 2)));
    const sentMeanwhile = scene.sink.mails.size;
    going.on = false;
    const planned = await planning;

    const heir = new Worker(scene.where);
    await workOff(scene, () => heir.tell({ do: 'send' }).then(() => heir.tell({ do: 'later', ms: 60_000 })));
    await heir.stop();

    const kept = await compare(scene);
    const count: Record<string, number> = {};
    for (const { row } of kept) count[`${row.class} ${row.state}`] = (count[`${row.class} ${row.state}`] ?? 0) + 1;
    const mails = sum(kept.map((one) => one.mails));
    process.stdout.write(
      `seed ${seed}: ${killsWanted} kills, ${sum(fallen)} of them at a point, ${planned} planned, ${mails} mails, ${JSON.stringify(count)}\n`,
    );

    expect(sum(fallen), 'some were killed in the middle of their work').toBeGreaterThan(0);
    expect(sentMeanwhile, 'those who were killed did work').toBeGreaterThan(0);
    expect(kept, 'Σ states = Σ planned (I4)').toHaveLength(planned);
    expectHonest(kept);
    const told = await scene.store.rows<{ n: number }>({ text: 'select count(*)::int as n from crash_told' });
    expect(told[0]!.n, 'every run was told what became of its mail, once').toBe(planned);
  },
  60_000 + killsWanted * 60_000,
);

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);

/** Plans mails, a few people at a time, each one marketing and one transactional. @returns how many */
async function planAll(going: { on: boolean }): Promise<number> {
  let planned = 0;
  for (let no = 0; going.on; no++) {
    const profile = await scene.person(`r${no}`);
    for (const kind of ['marketing', 'transactional'] as const) {
      const plan = planOf(profile, await scene.now(), { class: kind, runId: `${kind}-${no}` });
      await scene.store.inTransaction((tx) => scene.rooms.messages.plan(tx, plan));
      planned++;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return planned;
}

/**
 * One place at which a worker works: when it is killed, the next one, loaded meanwhile, takes over.
 *
 * @returns how many fell at their point, not at a moment of ours; a worker that failed at its work fails the test
 */
async function lane(random: SeededRandom, kills: number): Promise<number> {
  let fallen = 0;
  const start = () => {
    const at = points[Math.floor(random.next() * points.length)]!;
    const isPointed = random.next() < 0.7;
    const passes = 1 + Math.floor(random.next() * 3);
    return { isPointed, worker: new Worker(scene.where, isPointed ? `${at}:${passes}` : undefined) };
  };
  let spare = start();
  for (let left = kills; left > 0; left--) {
    const { worker, isPointed } = spare;
    spare = start();
    await worker.tell({ do: 'later', ms: 0 }); // its rooms are open: from here on it is killed at its work
    const work = worker.tell({ do: 'send', forEver: true });
    // Mails keep being planned, so whoever has a point comes to it, however busy the machine is; the others go at a moment.
    const lasts = isPointed ? 60_000 : 200 + random.next() * 1500;
    const end = await Promise.race([worker.ended(), work, new Promise((resolve) => setTimeout(resolve, lasts))]);
    if (end === 'SIGKILL') fallen++;
    await worker.kill();
    await work;
  }
  await spare.worker.kill();
  return fallen;
}
