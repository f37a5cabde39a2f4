import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipes, type JourneyDefinition } from '../../src/journey/index.ts';
import { Crew } from './process.ts';
import { added, compare, setScene, type Scene } from './scene.ts';

const recipe = recipes().find(({ key }) => key === 'abandoned-cart')!;
const minute = 60_000;
const hour = 60 * minute;
const later = 4 * hour + minute;

interface Case {
  name: string;
  point: string;
  /** The recipe's action, as it is for this case. */
  action: Record<string, unknown>;
  /** More activities, such as a wait before the mail. */
  activities?: JourneyDefinition['activities'];
  people: number;
  /** Business time passes for the victim after four hours, ms. */
  victimPasses?: number;
  /** The service is held to be down, and may be tried. */
  isDown?: boolean;
  /** How often which call is made in all: by its place in the order of first calls. */
  calls: number[];
}

/** The durable steps of a call: its place by the rate, the probe of a breaker, a call for many, a fresh answer for a mail. */
const cases: Case[] = [
  {
    name: 'a place of its rate was taken',
    point: 'journey.action-admitted',
    action: { rate: 0.5 },
    people: 1,
    calls: [1],
  },
  { name: 'it was noted how the service is', point: 'journey.action-noted', action: {}, people: 1, calls: [2] },
  { name: 'a probe was let by', point: 'journey.action-admitted', action: {}, people: 1, isDown: true, calls: [1] },
  {
    name: 'a call for many was answered',
    point: 'journey.action-called',
    action: {
      body: { recipients: '=batch' },
      batch: { most: 9, each: '=profile.id', answers: '[response, response]' },
    },
    people: 2,
    calls: [2],
  },
  {
    name: 'a fresh answer came for a mail',
    point: 'journey.action-called:2',
    action: { maxAge: 'PT15M', next: 'pause' },
    activities: { pause: { kind: 'wait', for: 'PT1H', next: 'mail' } },
    people: 1,
    victimPasses: hour + minute,
    calls: [1, 2],
  },
];

let scene: Scene;
let crew: Crew;
beforeAll(async () => {
  scene = await setScene();
  crew = new Crew(
    scene.where,
    cases.flatMap(({ point }) => [point, undefined]),
  );
});
afterAll(async () => {
  await crew.dismiss();
  await scene.close();
});

describe('kill -9 while an action calls', () => {
  for (const [no, one] of cases.entries()) {
    it(`after ${one.name}: nobody is lost, nobody goes on twice, and a call that is made again has its key`, async () => {
      await publish(one);
      await scene.store.run({ text: 'truncate crash_call' });
      const names = Array.from({ length: one.people }, (_, i) => `a${no}${i}`);
      const people = [];
      for (const name of names) people.push(await scene.person(name));
      const at = await scene.now();
      const victim = await crew.next();
      await victim.tell({
        do: 'receive',
        events: names.map((name) => added(name, { item: 'coat-1', quantity: 1 }, at)),
      });
      await victim.tell({ do: 'settle' });
      if (one.isDown) await takeDown(at);
      await victim.tell({ do: 'pass', ms: later });
      if (one.victimPasses) await victim.tell({ do: 'pass', ms: one.victimPasses });
      expect(await victim.ended()).toBe('SIGKILL');
      const ids = people.map(({ id }) => id);
      expect((await runsOf(ids)).map(({ state }) => state)).toEqual(names.map(() => 'acting'));

      await scene.letLeasesLapse();
      const heir = await crew.next();
      for (const ms of [0, 2 * minute, 2 * minute]) await heir.tell({ do: 'pass', ms });
      await heir.stop();

      const runs = await runsOf(ids);
      expect(runs).toEqual(names.map(() => expect.objectContaining({ state: 'ended', endReason: 'Reminded' })));
      expect(await callCounts(), 'each call by its key').toEqual(one.calls);
      const mails = (await compare(scene)).filter(({ row }) => runs.some(({ id }) => id === row.runId));
      expect(mails.map(({ row, mails: n }) => [row.state, n])).toEqual(names.map(() => ['accepted', 1]));
      const [service] = await scene.store.rows<{ since: number | null }>({
        text: "select (breaker->>'since')::float as since from journey_service where service = 'abandoned-cart/recommend'",
      });
      expect(service!.since, 'the service is held to be well').toBeNull();
    });
  }
});

async function publish({ action, activities = {} }: Case): Promise<void> {
  const recommend = { ...recipe.activities['recommend'], ...action } as JourneyDefinition['activities'][string];
  const all = { ...recipe.activities, recommend, ...activities };
  await scene.rooms.journeys.put({ ...recipe, holdout: 0, quietHours: null, activities: all });
  await scene.rooms.journeys.publish(recipe.key);
}

/** Five failures were heard a while ago, and its rest is over. */
async function takeDown(now: number): Promise<void> {
  const breaker = { inRow: 0, recent: [], since: now, until: now, openMs: 30_000, probe: null, last: null };
  await scene.store.run({
    text: `insert into journey_service (service, breaker, updated_at) values ('abandoned-cart/recommend', $1, now())
      on conflict (service) do update set breaker = excluded.breaker`,
    values: [JSON.stringify(breaker)],
  });
}

async function runsOf(profiles: string[]) {
  return scene.store.rows<{ id: string; state: string; endReason: string | null }>({
    text: 'select id, state, end_reason as "endReason" from journey_run where profile_id = any($1) order by id',
    values: [profiles],
  });
}

/** How often each call was made, in the order in which they were first made. */
async function callCounts(): Promise<number[]> {
  const rows = await scene.store.rows<{ n: number }>({
    text: 'select count(*)::int as n from crash_call group by key order by min(ctid)',
  });
  return rows.map(({ n }) => n);
}
