import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Activity, JourneyDefinition } from '../../src/journey/index.ts';
import { Crew } from './process.ts';
import { added, ecidOf, setScene, type Scene } from './scene.ts';
import type { Order } from './worker.ts';

/**
 * What runs do on their way, killed in the transaction that does it, when all is written, or right after its commit: found exactly as before
 * or as after, and the next process brings it to the same end, nothing lost and nothing done twice.
 */
interface Passage {
  name: string;
  activities: Record<string, Activity>;
  /** What the victim and the heir are told. */
  order: Order;
  /** What was done before by whoever watches; people are in by then. */
  before?: 'armed' | 'acting';
  /** Where it dies, and how the runs stand then. */
  deaths: [point: string, found: string[]][];
  end: string[];
}

const hour = 3_600_000;
const pass: Order = { do: 'pass', ms: 2 * hour };
const settle: Order = { do: 'settle' };
const done: Activity = { kind: 'end', label: 'Done' };
const pause: Activity = { kind: 'wait', for: 'PT1H', next: 'act' };
const listening: Record<string, Activity> = {
  hear: {
    kind: 'listen',
    events: [{ label: 'Opened', event: 'commerce.productListOpens', next: 'done' }],
    timeout: 'P1D',
    otherwise: 'done',
  },
  done,
};
const ask: Activity = {
  kind: 'action',
  name: 'Ask',
  method: 'POST',
  url: '/v1/recommendations',
  body: '{}',
  next: 'done',
};

const passages: Passage[] = [
  {
    name: 'a listen is armed',
    activities: listening,
    order: settle,
    deaths: [['event.folded', []]],
    end: ['hear', 'hear'],
  },
  {
    name: 'a listen hears',
    activities: listening,
    order: settle,
    before: 'armed',
    deaths: [['event.folded', ['hear', 'hear']]],
    end: ['Done', 'Done'],
  },
  {
    name: 'places of a cap are taken',
    activities: {
      pause,
      act: { kind: 'cap', max: 1, next: 'done', otherwise: 'full' },
      done,
      full: { kind: 'end', label: 'Full' },
    },
    order: pass,
    deaths: [
      ['journey.moved:2', ['act', 'act']],
      ['journey.action-recorded', ['Done', 'Full']],
    ],
    end: ['Done', 'Full'],
  },
  {
    name: 'a profile is updated',
    activities: { pause, act: { kind: 'update', attributes: { reminded: "'yes'" }, next: 'done' }, done },
    order: pass,
    deaths: [['journey.moved', ['pause', 'pause']]],
    end: ['Done', 'Done'],
  },
  {
    name: 'a run jumps',
    activities: { pause, act: { kind: 'jump', journey: 'target', data: { from: "'here'" }, next: 'done' }, done },
    order: pass,
    deaths: [
      ['journey.moved', ['pause', 'pause']],
      ['journey.woken', ['Done', 'Done']],
    ],
    end: ['Done', 'Done'],
  },
  {
    name: 'a call is tried again by hand',
    activities: { ask, done },
    order: { do: 'life', key: '', what: 'retry' },
    before: 'acting',
    deaths: [
      ['journey.moved', ['ask', 'ask']],
      ['journey.redirected', ['ask', 'ask']],
    ],
    end: ['Done', 'Done'],
  },
];

/** What is done with a journey that has two versions, as status and version. */
const lives: [what: 'close' | 'rollback', deaths: [point: string, found: string][], end: string][] = [
  ['close', [['journey.changed', 'closed 2']], 'closed 2'],
  [
    'rollback',
    [
      ['store.before-commit:2', 'live 2'],
      ['journey.published', 'live 3'],
    ],
    'live 3',
  ],
];

/** How many troubles are noted and letters written where it dies. */
const alarms: [point: string, found: [noted: number, letters: number]][] = [
  ['store.before-commit', [0, 0]],
  ['alert.noted', [1, 0]],
  ['alert.told', [1, 1]],
];

let scene: Scene;
let crew: Crew;
let count = 0;
beforeAll(async () => {
  scene = await setScene();
  for (const who of ['ada', 'bo']) await scene.person(who);
  await scene.rooms.lifecycle.close('abandoned-cart');
  const waits: Record<string, Activity> = { wait: { kind: 'wait', for: 'P30D', next: 'done' }, done };
  await live('target', waits, { kind: 'event', event: 'shop.jumped' });
  const deaths = [...passages.flatMap((one) => one.deaths), ...lives.flatMap(([, each]) => each), ...alarms];
  crew = new Crew(
    scene.where,
    deaths.flatMap(([point]) => [point, undefined]),
  );
});
afterAll(async () => {
  await crew.dismiss();
  await scene.close();
});
beforeEach(() => void count++);

describe('kill -9 while', () => {
  for (const { name, activities, order, before, deaths, end } of passages) {
    for (const [point, found] of deaths) {
      it(`${name}, at ${point}: before or after, and once in the end`, async () => {
        const key = `passage-${count}`;
        await live(key, activities, { kind: 'event', event: 'commerce.productListAdds' });
        await happen(key, 'commerce.productListAdds', name !== 'a listen is armed');
        if (before === 'armed') await happen(key, 'commerce.productListOpens', false);
        const mine = order.do === 'life' ? { ...order, key } : order;
        await die(mine);
        expect(await standing(key)).toEqual(found);
        const isBefore = point === 'journey.moved';
        await inherit(mine.do === 'life' && !isBefore ? [settle] : mine.do === 'life' ? [mine, settle] : [settle]);
        expect(await standing(key)).toEqual(end);
        await checkEffects(name, key);
        await scene.rooms.journeys.load();
        await scene.rooms.lifecycle.stop(key);
        await scene.rooms.lifecycle.work();
      });
    }
  }

  for (const [what, deaths, end] of lives) {
    for (const [point, found] of deaths) {
      it(`${what}, at ${point}: ${found}, and ${end} in the end`, async () => {
        const key = `life-${count}`;
        const first: Record<string, Activity> = { wait: { kind: 'wait', for: 'P30D', next: 'done' }, done };
        await live(key, first, { kind: 'event', event: 'shop.none' });
        await live(
          key,
          { ...first, wait: { kind: 'wait', for: 'P2D', next: 'done' } },
          { kind: 'event', event: 'shop.none' },
        );
        const order: Order = { do: 'life', key, what };
        await die(order);
        expect(await status(key)).toBe(found);
        await inherit(found === end ? [settle] : [order, settle]);
        expect(await status(key)).toBe(end);
      });
    }
  }

  for (const [point, found] of alarms) {
    it(`owners are told, at ${point}: noted once and told once`, async () => {
      await alarming();
      await die({ do: 'look' });
      expect(await told()).toEqual(found);
      await inherit([{ do: 'look' }]);
      expect(await told()).toEqual([1, 1]);
    });
  }
});

async function die(order: Order): Promise<void> {
  const victim = await crew.next();
  await victim.tell(order);
  expect(await victim.ended()).toBe('SIGKILL');
  await scene.letLeasesLapse();
}

async function inherit(orders: readonly Order[]): Promise<void> {
  const heir = await crew.next();
  for (const order of orders) await heir.tell(order);
  await heir.stop();
}

async function live(
  key: string,
  activities: Record<string, Activity>,
  entry: JourneyDefinition['entry'],
): Promise<void> {
  const start = Object.keys(activities)[0]!;
  await scene.rooms.journeys.put({ key, name: key, entry, start, activities });
  await scene.rooms.journeys.publish(key);
}

/** Both do something; `folded` at once by whoever watches, or left for the victim. */
async function happen(key: string, type: string, folded: boolean): Promise<void> {
  const { events, folder } = scene.rooms;
  const at = await scene.now();
  await events.receive(
    ['ada', 'bo'].map((who) => ({
      ...added(who, { item: 'coat-1', quantity: 1 }, at),
      id: `${key}-${type}-${who}`,
      types: [type],
    })),
  );
  if (!folded) return;
  await folder.drain();
  await folder.stop();
}

/** How the runs of a journey stand: where they are, or how they ended. */
async function standing(key: string): Promise<string[]> {
  const rows = await scene.store.rows<{ at: string }>({
    text: 'select coalesce(end_reason, activity) as at from journey_run where journey = $1 order by 1',
    values: [key],
  });
  return rows.map(({ at }) => at);
}

async function one(text: string, ...values: unknown[]): Promise<number> {
  const [row] = await scene.store.rows<{ n: number }>({ text, values });
  return row!.n;
}

/** What the runs have done outside of themselves, each once. */
async function checkEffects(name: string, key: string): Promise<void> {
  const mine = `(select id::text from journey_run where journey = $1)`;
  if (name.startsWith('places')) {
    expect(await one('select taken as n from journey_cap where journey = $1', key)).toBe(1);
  }
  if (name.startsWith('a profile')) {
    const events = `select count(*)::int as n from event where split_part(substr(body->>'id', 8), '/', 1) in ${mine}`;
    expect(await one(events, key)).toBe(2);
    for (const who of ['ada', 'bo']) {
      const profile = await scene.rooms.profiles.find({ namespace: 'ecid', id: ecidOf(who) });
      expect(profile!.state.attributes['reminded']).toBe('yes');
    }
  }
  if (name.startsWith('a run jumps')) {
    expect(await one(`select count(*)::int as n from journey_run where journey = 'target' and ended_at is null`)).toBe(
      2,
    );
    await emptied('target');
  }
  if (name.startsWith('a call')) {
    expect(
      await one(
        `select count(*)::int as n from crash_call where split_part(key, ':', 1) in ${mine} or split_part(key, '/', 1) in ${mine}`,
        key,
      ),
    ).toBe(2);
    expect(await one(`select count(*)::int as n from journey_step where kind = 'moved' and journey = $1`, key)).toBe(2);
  }
  expect(await one(`select count(*)::int as n from job where kind = 'journey.action'`), 'nothing is left').toBe(0);
}

/** Everybody leaves a journey. */
async function emptied(key: string): Promise<void> {
  const inside = 'select id from journey_run where journey = $1 and ended_at is null';
  const rows = await scene.store.rows<{ id: string }>({ text: inside, values: [key] });
  await scene.rooms.runner.change(
    rows.map(({ id }) => id),
    () => ({ end: 'Over' }),
  );
}

async function status(key: string): Promise<string> {
  const [row] = await scene.store.rows<{ is: string }>({
    text: `select status || ' ' || version as is from journey where key = $1`,
    values: [key],
  });
  return row!.is;
}

/** A run of whom nobody takes notice, and an owner who has not been told of anything yet. */
async function alarming(): Promise<void> {
  const { store, rooms } = scene;
  await store.run({ text: 'truncate alert, alert_notice, message' });
  await rooms.watching.alerts.put({ mails: ['owner@shop.example'], webhook: null });
  await store.run({ text: `update alert_setting set told_at = '-infinity'` });
  await store.run({
    text: `insert into journey_wait (run_id, shard, profile_id, due, journey, held)
      select gen_random_uuid(), 0, gen_random_uuid(), $1, 'target', false where not exists (select from journey_wait where due = $1)`,
    values: [new Date('2020-01-01T00:00:00Z')],
  });
}

async function told(): Promise<[number, number]> {
  return [
    await one(`select count(*)::int as n from alert where key = 'stuck:target'`),
    await one('select count(*)::int as n from message where addressed_to is not null'),
  ];
}
