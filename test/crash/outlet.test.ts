import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ShopEvent } from '../../src/event/index.ts';
import { Worker } from './process.ts';
import { setScene, type Scene } from './scene.ts';

/**
 * The log, sent on to an address: a process is killed after the other side has taken a batch, and before that is written down. Whoever goes on
 * sends the same batch again, under the same id, and then what comes after it: nothing is left out, and what comes twice can be told.
 */
let scene: Scene;
let victim: Worker;
let heir: Worker;
beforeAll(async () => {
  scene = await setScene();
  victim = new Worker(scene.where, 'outlet.sent');
  heir = new Worker(scene.where);
});
afterAll(async () => {
  await victim.kill();
  await heir.stop();
  await scene.close();
});

it('kill -9 at outlet.sent: the batch comes again under its id, and nothing is left out', async () => {
  const now = await scene.now();
  const events = Array.from({ length: 250 }, (_, no): ShopEvent => ({
    id: `e${no}`,
    source: 'edge:default',
    types: ['commerce.productViews'],
    happenedAt: now,
    receivedAt: now + no,
    level: 0,
    visitor: `ecid:${no % 7}`,
    identities: [{ namespace: 'ecid', id: String(no % 7) }],
    items: [{ id: 'coat-1' }],
  }));
  await heir.tell({ do: 'receive', events });
  await heir.tell({ do: 'later', ms: 120_000 });
  await scene.rooms.outlet.put({
    url: 'https://warehouse.example/events',
    types: ['commerce.productViews'],
    whole: true,
  });

  await victim.tell({ do: 'outlet' });
  expect(await victim.ended()).toBe('SIGKILL');
  expect(await scene.rooms.outlet.view()).toMatchObject({ sent: 0 });
  expect(await heir.tell({ do: 'outlet' })).toBe(0); // its turn is still the victim's
  await scene.store.run({ text: 'update event_outlet set lease_until = now()' });
  expect(await heir.tell({ do: 'outlet' })).toBe(250);

  const calls = await scene.store.rows<{ key: string; body: string }>({ text: 'select key, body from crash_call' });
  expect(calls).toHaveLength(3);
  const [first, again, rest] = calls;
  expect(again).toEqual(first);
  expect(rest!.key).not.toBe(first!.key);
  const taken = new Map(calls.map(({ key, body }) => [key, (JSON.parse(body) as { events: { id: string }[] }).events]));
  const ids = [...taken.values()].flat().map(({ id }) => id);
  expect([ids.length, new Set(ids).size]).toEqual([250, 250]);
  expect(await scene.rooms.outlet.view()).toMatchObject({ sent: 250, fault: null });
});
