import { beforeEach, describe, expect, it } from 'vitest';
import { asked } from '../../test/support/asked.ts';
import { Office } from '../../test/support/journeys.ts';
import type { ShopEvent } from '../event/index.ts';
import type { JourneyDefinition } from './definition.ts';

/** What a run costs hangs on how often the database is asked for a batch of them, and by which plan it answers. */
let office: Office;
beforeEach(async () => {
  office = await Office.open();
});

const day = 86_400_000;
const plan: JourneyDefinition = {
  key: 'cart',
  name: 'Cart',
  entry: { kind: 'event', event: 'cart.changed' },
  exits: [{ event: 'ordered', reason: 'Bought' }],
  start: 'wait',
  activities: {
    wait: { kind: 'wait', for: 'P1D', next: 'ask' },
    ask: { kind: 'action', name: 'Ask', method: 'GET', url: 'https://a.example/', retries: 0, next: 'done' },
    done: { kind: 'end', label: 'Done' },
  },
};

const adds = (no: number): ShopEvent => {
  const ecid = String(no).padStart(38, '1');
  const who = { visitor: `ecid:${ecid}`, identities: [{ namespace: 'ecid', id: ecid }] };
  return office.event(['commerce.productListAdds'], { items: [{ id: 'coat' }], ...who });
};

/** The life of so many runs, part by part. */
async function live(count: number) {
  await office.live(plan);
  const enter = await asked(() => office.happens(...Array.from({ length: count }, (_, no) => adds(no))));
  office.clock.advance(day);
  const wake = await asked(() => office.runner.wake(200));
  const act = await asked(() => office.runner.act(200));
  expect((await office.states()).every((state) => state === 'Done')).toBe(true);
  return { enter, wake, act };
}

describe('a batch of runs', () => {
  it('is woken, called for and recorded by as many statements as one run', async () => {
    const one = await live(1);
    office = await Office.open();
    const many = await live(200);
    expect(many.wake.names).toEqual(one.wake.names);
    expect(many.enter.names).toEqual(one.enter.names);
    expect(many.act.names).toEqual(one.act.names);
    expect(one.wake.names).toEqual([
      'journey.due',
      'begin',
      'profile.lock-free',
      'journey.free-runs',
      'journey.move',
      'job.enqueue',
      'commit',
    ]);
    expect(one.enter.names.filter((name) => name.startsWith('journey.'))).toEqual(['journey.active', 'journey.begin']);
    expect(one.act.names.slice(one.act.names.lastIndexOf('begin'))).toEqual([
      'begin',
      'journey.places',
      'profile.lock',
      'journey.runs',
      'job.finish-all',
      'journey.move',
      'commit',
    ]);
  });

  it('is found by indexes, however many others wait', async () => {
    const { enter, wake, act } = await live(3);
    const { store } = office;
    const [{ server_version_num: version } = { server_version_num: '0' }] = await store.rows<{
      server_version_num: string;
    }>({ text: 'show server_version_num' });
    if (Number(version) < 160_000) return; // without GENERIC_PLAN
    await crowd();
    const texts = new Map([...enter.texts, ...wake.texts, ...act.texts]);
    const looked: string[] = [];
    for (const [name, text] of texts) {
      if (!/^(journey|job)\./.test(name) || name === 'journey.paused') continue;
      const rows = await store.rows<{ 'QUERY PLAN': string }>({ text: `explain (generic_plan) ${text}` });
      const lines = rows.map((row) => row['QUERY PLAN']);
      const through = lines.filter((line) =>
        /Seq Scan on (journey_run|journey_wait|journey_step|job|profile)\b/.test(line),
      );
      expect(through, `${name}\n${lines.join('\n')}`).toEqual([]);
      looked.push(name);
    }
    expect(looked).toEqual(expect.arrayContaining(['journey.due', 'journey.free-runs', 'journey.move', 'job.claim']));
  });
});

/** Many that wait, written at once. */
async function crowd(): Promise<void> {
  for (const text of [
    `insert into journey_run (id, shard, journey, version, profile_id, key, state, activity, moves, context, entered_at, moved_at, due)
      select gen_random_uuid(), n % 64, 'cart', 1, gen_random_uuid(), '', 'waiting', 'wait', 1, '{}', now(), now(), now() + n * interval '1 minute'
      from generate_series(1, 20000) n`,
    `insert into journey_wait (run_id, shard, profile_id, due, journey) select id, shard, profile_id, due, journey from journey_run where due is not null`,
    `insert into job (id, shard, kind, key, due, payload) select gen_random_uuid(), n % 64, 'journey.action', 'k' || n, now() + n * interval '1 minute', '{}'
      from generate_series(1, 20000) n`,
    'analyze journey_run',
    'analyze journey_wait',
    'analyze job',
  ])
    await office.store.run({ text });
}
