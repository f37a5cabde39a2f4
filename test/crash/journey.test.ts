import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JourneyDefinition } from '../../src/journey/index.ts';
import { Crew } from './process.ts';
import { added, setScene, type Scene } from './scene.ts';
import type { Order } from './worker.ts';

/** A journey that people wait in for a month. */
const month = (key: string, entry: JourneyDefinition['entry']): JourneyDefinition => ({
  key,
  name: key,
  entry,
  start: 'wait',
  activities: { wait: { kind: 'wait', for: 'P30D', next: 'done' }, done: { kind: 'end', label: 'Done' } },
});
const byAdds = { kind: 'event', event: 'commerce.productListAdds' } as const;

/** How a journey stands: its status, its version, and of its runs the version, and whether they wait, are held, or have ended. */
type Standing = [status: string, version: number, runs: string[]];

/**
 * What is done with a journey that two people are in, killed at each durable step: found exactly as before the step or as
 * after it; then another process does the same again or goes on with it, and the end is the same.
 */
const cases: { point: string; before?: Order[]; victim: Order; found: Standing; again: boolean; end: Standing }[] = (
  [
    [
      'store.before-commit',
      [],
      'pause',
      ['live', 1, ['1 waits', '1 waits']],
      true,
      ['paused', 1, ['1 held', '1 held']],
    ],
    ['journey.changed', [], 'pause', ['paused', 1, ['1 held', '1 held']], false, ['paused', 1, ['1 held', '1 held']]],
    [
      'store.before-commit',
      ['pause'],
      'resume',
      ['paused', 1, ['1 held', '1 held']],
      true,
      ['live', 1, ['1 waits', '1 waits']],
    ],
    [
      'journey.changed',
      ['pause'],
      'resume',
      ['live', 1, ['1 waits', '1 waits']],
      false,
      ['live', 1, ['1 waits', '1 waits']],
    ],
    [
      'journey.changed',
      [],
      'stop',
      ['stopped', 1, ['1 waits', '1 waits']],
      false,
      ['stopped', 1, ['1 ended', '1 ended']],
    ],
    [
      'journey.page-changed',
      [],
      'stop',
      ['stopped', 1, ['1 ended', '1 ended']],
      false,
      ['stopped', 1, ['1 ended', '1 ended']],
    ],
    [
      'store.before-commit',
      ['draft'],
      'publish',
      ['live', 1, ['1 waits', '1 waits']],
      true,
      ['live', 2, ['1 waits', '1 waits']],
    ],
    [
      'journey.published',
      ['draft'],
      'publish',
      ['live', 2, ['1 waits', '1 waits']],
      false,
      ['live', 2, ['1 waits', '1 waits']],
    ],
    [
      'journey.changed',
      ['draft', 'publish'],
      'migrate',
      ['live', 2, ['1 waits', '1 waits']],
      false,
      ['live', 2, ['2 waits', '2 waits']],
    ],
    [
      'journey.page-changed',
      ['draft', 'publish'],
      'migrate',
      ['live', 2, ['2 waits', '2 waits']],
      false,
      ['live', 2, ['2 waits', '2 waits']],
    ],
  ] as [string, string[], string, Standing, boolean, Standing][]
).map(([point, before, victim, found, again, end], no) => {
  const order = (what: string): Order => ({ do: 'life', key: `life-${no}`, what: what as 'pause' });
  return { point, before: before.map(order), victim: order(victim), found, again, end };
});

const readings = [
  { point: 'store.before-commit', runs: 0 },
  { point: 'journey.read-planned', runs: 0 },
  { point: 'journey.read-page', runs: 2 },
];

let scene: Scene;
let crew: Crew;
beforeAll(async () => {
  scene = await setScene();
  for (const who of ['ada', 'bo']) await scene.person(who);
  await scene.rooms.lifecycle.close('abandoned-cart');
  crew = new Crew(
    scene.where,
    [...cases, ...readings].flatMap(({ point }) => [point, undefined]),
  );
});
afterAll(async () => {
  await crew.dismiss();
  await scene.close();
});

describe('kill -9 while something is done with a journey', () => {
  for (const [no, { point, before = [], victim, found, again, end }] of cases.entries()) {
    const { what } = victim as Extract<Order, { do: 'life' }>;
    it(`at ${point}, to ${what}: it stands before or after, and the next process brings it to its end`, async () => {
      const key = `life-${no}`;
      await enter(key);
      for (const order of before) await prepare(key, (order as Extract<Order, { do: 'life' }>).what);
      const worker = await crew.next();
      await worker.tell(victim);
      expect(await worker.ended()).toBe('SIGKILL');
      expect(await standing(key)).toEqual(found);
      await scene.letLeasesLapse();
      const heir = await crew.next();
      if (again) await heir.tell(victim);
      await heir.tell({ do: 'settle' });
      await heir.stop();
      expect(await standing(key)).toEqual(end);
      await scene.rooms.journeys.load();
      if (end[0] !== 'stopped') await scene.rooms.lifecycle.stop(key);
      await scene.rooms.lifecycle.work();
    });
  }
});

describe('kill -9 while an audience is read', () => {
  for (const [no, { point, runs }] of readings.entries()) {
    it(`at ${point}: ${runs} are in, and in the end each once, and the journey that is read once has closed`, async () => {
      const key = `read-${no}`;
      const at = new Date((await scene.now()) + 3_600_000).toISOString().slice(11, 16);
      const entry = { kind: 'audience', audience: 'profile.reachable', at, zone: 'UTC', every: 'once' } as const;
      await scene.rooms.journeys.put(month(key, entry));
      await scene.rooms.journeys.publish(key);
      const worker = await crew.next();
      await worker.tell({ do: 'pass', ms: 2 * 3_600_000 });
      expect(await worker.ended()).toBe('SIGKILL');
      expect((await standing(key))[2]).toHaveLength(runs);
      await scene.letLeasesLapse();
      const heir = await crew.next();
      await heir.tell({ do: 'settle' });
      await heir.stop();
      expect(await standing(key)).toEqual(['closed', 1, ['1 waits', '1 waits']]);
    });
  }
});

/** Both come into a journey of their own. */
async function enter(key: string): Promise<void> {
  const { journeys, events, folder } = scene.rooms;
  await journeys.put(month(key, byAdds));
  await journeys.publish(key);
  const at = await scene.now();
  const add = (who: string) => ({ ...added(who, { item: 'coat-1', quantity: 1 }, at), id: `${key}-${who}` });
  await events.receive(['ada', 'bo'].map(add));
  await folder.drain();
  await folder.stop();
}

/** What is done before, by whoever watches. */
async function prepare(key: string, what: string): Promise<void> {
  const { journeys, lifecycle } = scene.rooms;
  if (what === 'pause') await lifecycle.pause(key);
  if (what === 'draft') await journeys.put({ ...month(key, byAdds), description: 'Changed' });
  if (what === 'publish') await journeys.publish(key);
}

async function standing(key: string): Promise<Standing> {
  const [row] = await scene.store.rows<{ status: string; version: number; runs: string[] | null }>({
    text: `select status, version, (select json_agg(r.version || case when r.ended_at is not null then ' ended' when w.held then ' held' when w.run_id is null then ' lost' else ' waits' end)
        from journey_run r left join journey_wait w on w.run_id = r.id where r.journey = j.key) as runs from journey j where key = $1`,
    values: [key],
  });
  return [row!.status, row!.version, row!.runs ?? []];
}
