import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { EventLog, migrations as eventMigrations, type ShopEvent } from '../event/index.ts';
import { Jobs, migrations as jobMigrations } from '../job/index.ts';
import { migrations as profileMigrations, Profiles } from '../profile/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { asksOf } from './asked.ts';
import type { JourneyDefinition } from './definition.ts';
import { Journeys } from './journeys.ts';
import { Runner } from './runner.ts';
import { migrations } from './table.ts';

const hour = 3_600_000;
const day = 24 * hour;
const device = (no: number) => String(no).repeat(38).slice(0, 38);

let store: Store;
let clock: FakeClock;
let log: EventLog;
let profiles: Profiles;
let journeys: Journeys;
let runner: Runner;
let count = 0;

beforeEach(async () => {
  store = await freshStore([...jobMigrations, ...eventMigrations, ...profileMigrations, ...migrations]);
  clock = new FakeClock(Date.UTC(2026, 10, 24, 9));
  const random = new SeededRandom(7);
  const ids = new UuidIds(clock, random);
  log = new EventLog({ store, ids });
  profiles = new Profiles({ store, clock, ids, log, onMerge: async () => {} });
  journeys = new Journeys({
    store,
    clock,
    zone: 'Europe/Stockholm',
    templates: () => new Set(['reminder']),
    audiences: () => profiles.audiences.keys,
  });
  runner = new Runner({
    store,
    clock,
    ids,
    random,
    log: quietLog,
    profiles,
    jobs: new Jobs({ store, clock, ids }),
    journeys,
    callOwn: () => Promise.reject(new Error('nobody calls here')),
    plan: async () => {},
    cancel: async () => {},
    callOutside: () => Promise.reject(new Error('nobody outside is called')),
    update: async () => {},
  });
});

function event(types: string[], more: Partial<ShopEvent> = {}, no = 1): ShopEvent {
  return {
    id: `e${++count}`,
    source: 'edge:demo',
    types,
    happenedAt: clock.now(),
    receivedAt: clock.now(),
    level: 0,
    visitor: `ecid:${device(no)}`,
    identities: [{ namespace: 'ecid', id: device(no) }],
    ...more,
  };
}

const add = (item: string, no = 1) => event(['commerce.productListAdds'], { items: [{ id: item }] }, no);

async function kept(...events: ShopEvent[]): Promise<void> {
  await log.receive(events);
  await store.inTransaction(async (tx) => {
    const folded = await profiles.fold(
      tx,
      events.map((one) => ({ shard: 0, event: one })),
    );
    await runner.listen(tx, folded.facts, folded.profiles);
  });
}

async function live(definition: JourneyDefinition): Promise<void> {
  await journeys.put(definition);
  await journeys.publish(definition.key);
}

const end = { kind: 'end', label: 'Done' } as const;
const wait = { kind: 'wait', for: 'PT4H', next: 'end' } as const;
const plain = (entry: JourneyDefinition['entry']): JourneyDefinition => ({
  key: 'it',
  name: 'It',
  entry,
  start: 'wait',
  activities: { wait, end },
});

describe('the past in conditions', () => {
  const asking = (when: string) =>
    ({
      ...plain({ kind: 'event', event: 'cart.changed', key: 'event.cartId', when }),
      activities: {
        wait: { kind: 'wait', for: 'PT4H', next: 'look' },
        look: {
          kind: 'condition',
          paths: [
            { label: 'Came back', when: 'happened("commerce.productViews", since: context.entry)', next: 'back' },
          ],
          otherwise: 'away',
        },
        back: { kind: 'end', label: 'Came back' },
        away: { kind: 'end', label: 'Stayed away' },
      },
    }) satisfies JourneyDefinition;
  const ends = async () =>
    (await store.rows<{ end_reason: string | null }>({ text: 'select end_reason from journey_run order by id' })).map(
      (row) => row.end_reason,
    );

  it('lets in by what happened, and looks at what happened since the entry (journeys D6, §5 9)', async () => {
    await live(asking('count("commerce.productListAdds") >= 2'));
    await kept(add('coat'), add('coat', 2));
    clock.advance(1000);
    await kept(add('scarf'), add('scarf', 2));
    expect(await ends()).toEqual([null, null]);
    clock.advance(hour);
    await kept(event(['commerce.productViews'], { items: [{ id: 'coat' }] }, 2));
    clock.advance(4 * hour);
    await runner.wake();
    expect((await ends()).sort()).toEqual(['Came back', 'Stayed away']);
  });

  it('reads nothing for journeys that ask nothing', () => {
    expect(asksOf(plain({ kind: 'event', event: 'cart.changed', when: 'event.cartId = "1"' }))).toEqual([]);
    expect(asksOf(asking('event.cartId = "1"'))).toEqual(['commerce.productViews']);
  });
});

describe('an audience by its key', () => {
  it('is read as it stands at that moment, and only where it is whole', async () => {
    const begun = async () => {
      const count = async () => (await store.rows({ text: 'select from journey_run' })).length;
      const before = await count();
      await runner.read();
      return (await count()) - before;
    };
    await profiles.audiences.put({
      key: 'lookers',
      name: 'Lookers',
      rule: 'happened("commerce.productViews", within: "P2D")',
    });
    await live(plain({ kind: 'audience', audience: 'lookers', when: 'startsWith(profile.ecid, "1")', at: '10:00' }));
    await kept(event(['commerce.productViews'], {}, 1), event(['commerce.productViews'], {}, 2));
    await kept(event(['web.webpagedetails.pageViews'], {}, 3));
    clock.advance(day);
    expect(await begun()).toBe(1);
    clock.advance(2 * day);
    await store.inTransaction((tx) => profiles.audiences.lapse(tx));
    expect(await begun()).toBe(0);
    await kept(event(['commerce.productViews'], {}, 12));
    await profiles.audiences.rebuild('lookers');
    await store.run({ text: 'update audience set built_at = null' });
    await profiles.audiences.current(store);
    clock.advance(day);
    expect(await begun()).toBe(0);
    await profiles.audiences.builds.finish();
    clock.advance(5000);
    expect(await begun()).toBe(1);
  });

  it('lets people in as they come into it, and asks for membership in conditions (journeys U3, §5 31, 32)', async () => {
    await profiles.audiences.put({ key: 'lookers', name: 'Lookers', rule: 'happened("commerce.productViews")' });
    await live(
      plain({
        kind: 'event',
        event: 'audience.entered',
        when: 'event.audience = "lookers" and inAudience("lookers")',
      }),
    );
    await kept(event(['commerce.productViews'], {}, 1), event(['web.webpagedetails.pageViews'], {}, 2));
    expect(await store.rows({ text: 'select journey from journey_run' })).toEqual([{ journey: 'it' }]);
  });

  it('lets people in as they leave it, also when only time has passed (journeys E19)', async () => {
    const rule = 'happened("commerce.productViews", within: "P1D")';
    await profiles.audiences.put({ key: 'lookers', name: 'Lookers', rule });
    await live(plain({ kind: 'event', event: 'audience.left', when: 'event.audience = "lookers"' }));
    await kept(event(['commerce.productViews'], {}, 1));
    expect(await store.rows({ text: 'select journey from journey_run' })).toEqual([]);
    clock.advance(2 * 86_400_000);
    await store.inTransaction(async (tx) => {
      const lapsed = await profiles.audiences.lapse(tx);
      await runner.listen(tx, lapsed.facts, lapsed.profiles);
    });
    expect(await store.rows({ text: 'select journey from journey_run' })).toEqual([{ journey: 'it' }]);
  });
});
