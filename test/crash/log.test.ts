import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShopEvent } from '../../src/event/index.ts';
import { openStore } from '../../src/store/index.ts';
import { Database } from '../chaos/database.ts';
import { adminKey, Beckon } from '../support/beckon.ts';
import { Nats, natsServer } from '../support/nats.ts';
import { Crew } from './process.ts';
import { ecidOf, setScene, type Scene } from './scene.ts';

/**
 * With NATS JetStream before the table: a process is killed between the log and the table, and one that took events while the
 * database was away is killed before it comes back. Each event that was acknowledged has its effect once.
 */
const points = ['event.accepted', 'event.carrying', 'event.carried'] as const;

let nats: Nats;
beforeAll(async () => {
  if (natsServer() !== null) nats = await Nats.start(1);
});
afterAll(() => nats?.stop());

const ordered = (id: string, at: number): ShopEvent => ({
  id,
  source: 'server',
  types: ['commerce.purchases'],
  happenedAt: at,
  receivedAt: at,
  level: 3,
  visitor: `ecid:${ecidOf('buyer')}`,
  identities: [{ namespace: 'ecid', id: ecidOf('buyer') }],
  items: [{ id: 'scarf', quantity: 1, priceMinor: 1290, currency: 'EUR' }],
  order: { id, totalMinor: 1290, currency: 'EUR' },
});

describe.skipIf(natsServer() === null)('kill -9 between the log and the table', () => {
  let scene: Scene;
  let crew: Crew;
  beforeAll(async () => {
    scene = await setScene();
    const where = { ...scene.where, logUrl: nats.url('CRASH') };
    // After each that is killed comes one that goes on.
    crew = new Crew(
      where,
      points.flatMap((name) => [name, undefined]),
    );
  });
  afterAll(async () => {
    await crew.dismiss();
    await scene.close();
  });

  for (const [no, name] of points.entries()) {
    it(`at ${name}: each order counts once`, async () => {
      const at = await scene.now();
      const events = Array.from({ length: 12 }, (_, one) => ordered(`order-${no}-${one}`, at));
      const victim = await crew.next();
      const answer = await victim.tell({ do: 'receive', events });
      expect(await victim.ended()).toBe('SIGKILL');
      if (name === 'event.accepted') expect(answer).toBe(null);

      await scene.letLeasesLapse();
      await scene.store.run({ text: 'update event_part set lease_until = now()' });
      const heir = await crew.next();
      // Whoever got no answer sends it again; whoever got one does not.
      if (answer === null) await heir.tell({ do: 'receive', events });
      const orders = async () => {
        await heir.tell({ do: 'settle' });
        const text = `select order_id as id from measure_order where order_id like 'order-${no}-%' order by 1`;
        return (await scene.store.rows<{ id: string }>({ text })).map(({ id }) => id);
      };
      const wanted = events.map(({ id }) => id).sort();
      await expect.poll(orders, { timeout: 20_000 }).toEqual(wanted);
      const log = `select count(*)::int as n from event where body ->> 'id' like 'order-${no}-%'`;
      expect(await scene.store.rows({ text: log })).toEqual([{ n: wanted.length }]);
      await heir.stop();
    });
  }
});

/** What the Web SDK of a visitor's page sends. @returns the status */
async function page(url: string): Promise<number> {
  const xdm = { eventType: 'commerce.productViews', productListItems: [{ SKU: 'scarf' }] };
  const answer = await fetch(`${url}/ee/v1/collect?configId=default&requestId=page-1`, {
    method: 'POST',
    body: JSON.stringify({ events: [{ xdm }] }),
  });
  return answer.status;
}

it.skipIf(natsServer() === null)('what the doors took while the database was away outlives kill -9', async () => {
  const database = await Database.make();
  const env = { DATABASE_URL: database.url, BECKON_LOG_URL: nats.url('AWAY') };
  const beckon = await Beckon.start(['--no-demo'], env);
  try {
    const send = async (no: number) => {
      const events = [{ id: `away-${no}`, type: 'asked', identities: { email: `p${no}@people.example` } }];
      return beckon.api<{ kept: number }>('POST', '/v1/events', events);
    };
    expect(await send(0)).toMatchObject({ kept: 1 });
    await database.end();
    for (let no = 1; no <= 30; no++) expect(await send(no)).toMatchObject({ kept: 1 });
    expect(await page(beckon.url)).toBe(204);
    expect((await fetch(`${beckon.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${beckon.url}/readyz`)).status).toBe(200);
    await beckon.kill();
    await database.start();
    await beckon.run(env);
    expect(await send(30)).toMatchObject({ kept: 0, repeated: 1 });
    const store = await openStore(database.url, { connections: 1 });
    const text = `select count(*)::int as n, count(distinct body ->> 'id')::int as ids from event where body ->> 'id' like 'away-%'`;
    await expect.poll(() => store.rows({ text }), { timeout: 20_000 }).toEqual([{ n: 31, ids: 31 }]);
    const viewed = `select from event where body -> 'types' ? 'commerce.productViews'`;
    await expect.poll(() => store.rows({ text: viewed }).then(({ length }) => length)).toBe(1);
    await store.close();
    const numbers = await (
      await fetch(`${beckon.url}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } })
    ).text();
    expect(numbers).toMatch(/^beckon_log_reachable 1$/m);
    expect(numbers).toMatch(/^beckon_log_carried_total [1-9]/m);
  } finally {
    await beckon.stop();
    await database.remove();
  }
});
