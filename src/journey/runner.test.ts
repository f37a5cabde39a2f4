import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { EventLog, migrations as eventMigrations, emptyLog, type ShopEvent } from '../event/index.ts';
import { emptyJobs, Jobs, migrations as jobMigrations } from '../job/index.ts';
import { emptyProfiles, migrations as profileMigrations, Profiles } from '../profile/index.ts';
import type { Store, Tx } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import type { CallAnswer, CallRequest } from './call.ts';
import { stepsOf } from './census.ts';
import type { OrderedMessage, UpdateProfile } from './change.ts';
import type { JourneyDefinition } from './definition.ts';
import { Journeys } from './journeys.ts';
import type { Run } from './run.ts';
import type { CarriedRuns } from './merge.ts';
import { Runner } from './runner.ts';
import { emptyJourneys } from './table-journey.ts';
import { migrations, runsById } from './table.ts';

const start = Date.UTC(2026, 10, 24, 9);
const hour = 3_600_000;
const day = 24 * hour;
const device = (no: number) => String(no).repeat(38);
const answer = (status: number, body: unknown): CallAnswer => ({ status, headers: {}, text: JSON.stringify(body) });

let shared: Promise<Store> | undefined;
let store: Store;
let clock: FakeClock;
let profiles: Profiles;
let journeys: Journeys;
let runner: Runner;
let planned: OrderedMessage[];
let cancelled: { runId: string; reason: string }[];
let asked: CallRequest[];
let written: Parameters<UpdateProfile>[1][];
let respond: (request: CallRequest) => CallAnswer | Promise<CallAnswer>;
let count = 0;

beforeEach(async () => {
  shared ??= freshStore([...jobMigrations, ...eventMigrations, ...profileMigrations, ...migrations]);
  store = await shared;
  await Promise.all([emptyLog(store), emptyJobs(store), emptyProfiles(store), emptyJourneys(store)]);
  await store.run({ text: 'delete from journey' });
  [planned, cancelled, asked, written, count] = [[], [], [], [], 0];
  respond = () => answer(200, { items: ['scarf'] });
  clock = new FakeClock(start);
  ({ profiles, journeys, runner } = office());
});

/** The rooms of one process, on the one database. */
function office() {
  const random = new SeededRandom(++count);
  const ids = new UuidIds(clock, random);
  const log = new EventLog({ store, ids });
  const people: Profiles = new Profiles({
    store,
    clock,
    ids,
    log,
    onMerge: (tx, from, into) => worker.merge(tx, from, into),
    onUnmerge: (tx, { from, into, carried }) => worker.unmerge(tx, { from, into, carried: carried as CarriedRuns }),
  });
  const plans = new Journeys({ store, clock, zone: 'Europe/Stockholm', templates: () => new Set(['reminder']) });
  const worker: Runner = new Runner({
    store,
    clock,
    ids,
    random,
    log: quietLog,
    profiles: people,
    jobs: new Jobs({ store, clock, ids }),
    journeys: plans,
    callOwn: async (request) => {
      asked.push(request);
      return respond(request);
    },
    plan: async (_tx, orders) => void planned.push(...orders),
    cancel: async (_tx, runId, reason) => void cancelled.push({ runId, reason }),
    callOutside: () => Promise.reject(new Error('nobody outside is called')),
    update: async (_tx, update) => void written.push(update),
  });
  return { profiles: people, journeys: plans, runner: worker };
}

function cartJourney(more: Partial<JourneyDefinition> = {}): JourneyDefinition {
  return {
    key: 'cart',
    name: 'Cart',
    entry: { kind: 'event', event: 'cart.changed', key: 'event.cartId', onRepeat: 'restart' },
    exits: [
      { event: 'ordered', reason: 'Bought' },
      { event: 'cart.replaced', key: 'event.cartId', reason: 'The cart went on as another one' },
    ],
    start: 'wait',
    activities: {
      wait: { kind: 'wait', for: 'PT4H', next: 'ask' },
      ask: {
        kind: 'action',
        name: 'Ask',
        method: 'POST',
        url: '/v1/recommendations',
        body: { who: '=profile.id' },
        next: 'mail',
        onError: 'silent',
      },
      mail: { kind: 'message', message: 'reminder', next: 'done', onExcluded: 'unsent' },
      done: { kind: 'end', label: 'Reminded' },
      unsent: { kind: 'end', label: 'Not sent' },
      silent: { kind: 'end', label: 'No answer' },
    },
    ...more,
  };
}

const dailyJourney = (more: Partial<JourneyDefinition> = {}): JourneyDefinition => ({
  key: 'daily',
  name: 'Daily',
  entry: { kind: 'audience', audience: 'count(profile.orders) = 0', at: '10:00' },
  start: 'mail',
  activities: { mail: { kind: 'message', message: 'reminder', next: 'done' }, done: { kind: 'end', label: 'Done' } },
  ...more,
});

async function live(definition: JourneyDefinition, at = journeys): Promise<void> {
  await at.put(definition);
  await at.publish(definition.key);
}

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

const add = (item: string, no = 1, more: Partial<ShopEvent> = {}) =>
  event(['commerce.productListAdds'], { items: [{ id: item }], ...more }, no);
const bought = (no = 1) =>
  event(
    ['commerce.purchases'],
    {
      level: 3,
      source: 'server',
      items: [{ id: 'coat' }],
      order: { id: `o${++count}`, totalMinor: 100, currency: 'EUR' },
    },
    no,
  );
const named = (email: string, no = 1) =>
  event(
    ['profile.asserted'],
    {
      level: 3,
      source: 'server',
      identities: [
        { namespace: 'email', id: email },
        { namespace: 'ecid', id: device(no) },
      ],
    },
    no,
  );

/** One fold, as app.ts does it. */
async function happens(...events: ShopEvent[]): Promise<void> {
  await store.inTransaction(async (tx) => {
    const folded = await profiles.fold(
      tx,
      events.map((one) => ({ shard: 0, event: one })),
    );
    await runner.listen(tx, folded.facts, folded.profiles);
  });
}

async function runs(): Promise<Run[]> {
  const rows = await store.rows<{ id: string }>({ text: 'select id from journey_run order by entered_at, id' });
  const all = await runsById(
    store,
    rows.map(({ id }) => id),
  );
  return rows.map(({ id }) => all.find((run) => run.id === id)!);
}
const states = async () => (await runs()).map(({ state, endReason }) => endReason ?? state);
const tell = (result: Partial<Parameters<Runner['messaged']>[1]> = {}) =>
  store.inTransaction((tx: Tx) => {
    const { runId, visit } = planned.at(-1)!;
    return runner.messaged(tx, { runId, visit, outcome: 'accepted', reason: null, ...result });
  });
const drop = (column: string) => store.run({ text: `update job set ${column} = now() - interval '1 hour'` });

describe('the walk of a run', () => {
  it('enters by a fact, waits, asks, orders the mail once, and ends when it was sent (journeys E1, A1, A10, A17)', async () => {
    await live(cartJourney());
    await happens(add('coat'));
    expect(await runner.nextDue()).toBe(start + 4 * hour);
    clock.advance(4 * hour - 1);
    expect(await runner.wake()).toBe(0);
    clock.advance(1);
    expect([await runner.wake(), await runner.wake()]).toEqual([1, 0]);
    expect([await runner.act(), await runner.act()]).toEqual([1, 0]);
    const [run] = await runs();
    expect(JSON.parse(asked[0]!.body!)).toEqual({ who: run!.profileId });
    expect(planned).toMatchObject([{ runId: run!.id, message: 'reminder', visit: run!.moves, holdout: 0.1 }]);
    expect(planned[0]!.context).toMatchObject({ journey: { actions: { Ask: { items: ['scarf'] } } } });
    await tell();
    expect(await states()).toEqual(['Reminded']);
    expect(await runner.nextDue()).toBeNull();
    const kinds = (await stepsOf(store, run!.profileId, { limit: 50 })).map(({ kind }) => kind).reverse();
    expect(kinds).toEqual(['entered', 'waiting', 'action', 'planned', 'messaged', 'ended']);
  });

  it('restarts the wait with each change of the cart, and keeps one run (journeys E11, §5 8)', async () => {
    await live(cartJourney());
    await happens(add('coat'));
    clock.advance(3 * hour);
    await happens(add('scarf'));
    clock.advance(2 * hour);
    expect(await runner.wake()).toBe(0);
    expect((await runs()).map(({ due }) => due)).toEqual([start + 7 * hour]);
  });

  it('ends at once by an exit, in whatever state, also when it stands in an older version (journeys F8, §5 28)', async () => {
    await live(cartJourney());
    await happens(add('coat'));
    await live(cartJourney({ name: 'Cart, second', exits: [] }));
    await happens(add('watch', 2));
    await happens(bought(1), bought(2));
    expect(await states()).toEqual(['Bought', 'waiting']);
  });

  it('calls the planned mail off when the exit comes while it is being sent', async () => {
    await live(cartJourney());
    await happens(add('coat'));
    clock.advance(4 * hour);
    await runner.wake();
    await runner.act();
    await happens(bought());
    expect(cancelled).toMatchObject([{ reason: 'Bought' }]);
    const { runId, activity, visit } = planned[0]!;
    expect(await store.inTransaction((tx) => runner.stillTrue(tx, [{ runId, activity, visit }]))).toEqual(['Bought']);
    await tell();
    expect(await states()).toEqual(['Bought']);
  });

  it('neither enters nor restarts by what a machine does', async () => {
    await live(cartJourney());
    await happens(add('coat', 2, { bot: true }));
    await happens(add('coat'));
    clock.advance(hour);
    await happens(add('scarf', 1, { bot: true }));
    expect((await runs()).map(({ due }) => due)).toEqual([start + 4 * hour]);
  });

  it('ends a wait found too late after the system was down (trust §2.4)', async () => {
    await live(cartJourney({ lateness: 'PT2H' }));
    await happens(add('coat'));
    clock.advance(7 * hour);
    await runner.wake();
    expect((await states())[0]).toMatch(/^Too late/);
  });

  it('refuses a new entry before its time and says why, and lets in after it (journeys E6, E10, R20, §5 12)', async () => {
    await live(cartJourney({ reentry: { after: 'P7D' } }));
    await happens(add('coat'));
    await happens(bought());
    clock.advance(day);
    await happens(add('watch'));
    expect(await states()).toEqual(['Bought']);
    const [run] = await runs();
    expect((await stepsOf(store, run!.profileId, { limit: 1 }))[0]).toMatchObject({
      kind: 'refused',
      reason: 'Was in this journey less than P7D ago',
    });
    clock.advance(7 * day);
    await happens(add('scarf'));
    expect(await states()).toEqual(['Bought', 'waiting']);
  });
});

describe('actions (journeys A11, C10, C11, F9)', () => {
  const toAction = async () => {
    await live(cartJourney());
    await happens(add('coat'));
    clock.advance(4 * hour);
    await runner.wake();
  };

  it('tries again after a growing while, with the same key, and then goes on', async () => {
    await toAction();
    respond = () => (asked.length < 3 ? answer(503, {}) : answer(200, { items: [] }));
    await runner.act();
    expect(await runner.act()).toBe(0);
    const first = (await runner.nextDue())! - clock.now();
    clock.advance(first);
    await runner.act();
    const second = (await runner.nextDue())! - clock.now();
    expect(second).toBeGreaterThan(first);
    clock.advance(second);
    await runner.act();
    expect(new Set(asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(planned).toHaveLength(1);
  });

  it('takes the way of errors when the tries are used up', async () => {
    await toAction();
    respond = () => answer(500, {});
    for (let i = 0; i < 4; i++) {
      await runner.act();
      clock.advance(20_000);
    }
    expect(asked).toHaveLength(4);
    expect(await states()).toEqual(['No answer']);
  });

  it('records the answer once when two workers have called: the first lost its lease (trust §2.4)', async () => {
    await toAction();
    const second = office();
    await second.journeys.load();
    respond = async () => {
      if (asked.length === 1) {
        await drop('lease_until');
        await second.runner.act();
      }
      return answer(200, { items: [] });
    };
    await runner.act();
    expect(asked).toHaveLength(2);
    expect(planned).toHaveLength(1);
    expect((await runs())[0]!.state).toBe('sending');
  });

  it('does not count what another worker calls as due, so that nobody spins on it', async () => {
    await toAction();
    respond = async () => {
      expect(await runner.nextDue()).toBeNull();
      return answer(200, {});
    };
    await runner.act();
    expect(asked).toHaveLength(1);
  });

  it('drops the answer of a call during which the person bought', async () => {
    await toAction();
    respond = async () => {
      await happens(bought());
      return answer(200, { items: [] });
    };
    await runner.act();
    expect(planned).toEqual([]);
    expect(await states()).toEqual(['Bought']);
  });
});

describe('messaged()', () => {
  it('never brings a run back that ended while it waited for the profile', async () => {
    await live(cartJourney());
    await happens(add('coat'));
    clock.advance(4 * hour);
    await runner.wake();
    await runner.act();
    const [run] = await runs();
    let told: Promise<unknown> = Promise.resolve();
    await store.inTransaction(async (tx) => {
      const folded = await profiles.fold(tx, [{ shard: 0, event: bought() }]);
      await runner.listen(tx, folded.facts, folded.profiles);
      told = tell();
      await waitForLock();
    });
    await told;
    expect(await states()).toEqual(['Bought']);
    expect((await stepsOf(store, run!.profileId, { limit: 9 })).map(({ kind }) => kind)).not.toContain('messaged');
  });

  it('takes the way of the excluded, and each result once (journeys §6, G7)', async () => {
    await live(cartJourney());
    await happens(add('coat'));
    clock.advance(4 * hour);
    await runner.wake();
    await runner.act();
    await tell({ outcome: 'excluded', reason: 'no consent' });
    await tell();
    expect(await states()).toEqual(['Not sent']);
  });
});

/** Until some transaction of this database waits for a lock. */
async function waitForLock(): Promise<void> {
  for (;;) {
    const waiting = await store.rows({
      text: "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    });
    if (waiting.length > 0) return;
  }
}

describe('read()', () => {
  const morning = Date.UTC(2026, 10, 25, 9);
  beforeEach(async () => {
    await live(dailyJourney());
    await happens(add('coat', 1), add('coat', 2), bought(2), add('coat', 3));
  });

  it('reads the audience once an occurrence, at its hour', async () => {
    expect(await runner.nextDue()).toBe(morning);
    expect(await runner.read()).toBe(0);
    clock.set(morning);
    expect([await runner.read(), await runner.read()]).toEqual([2, 0]);
    expect(planned).toHaveLength(2);
    for (const { runId, visit } of planned)
      await store.inTransaction((tx) => runner.messaged(tx, { runId, visit, outcome: 'accepted', reason: null }));
    expect(await runner.nextDue()).toBe(morning + day);
    clock.set(morning + day);
    expect(await runner.read()).toBe(2);
  });

  it('read again after a crash before the end, lets nobody in twice (journeys E17)', async () => {
    clock.set(morning);
    await runner.read();
    await store.run({ text: 'update journey set read_due = $1', values: [new Date(morning)] });
    const next = office();
    await next.journeys.load();
    expect(await next.runner.read()).toBe(0);
    expect(planned).toHaveLength(2);
  });

  it('leaves out a reading found far too late, and reads at the next hour', async () => {
    clock.set(morning + 3 * day + hour);
    expect(await runner.read()).toBe(0);
    expect(await runner.nextDue()).toBe(morning + 4 * day);
  });
});

describe('merge()', () => {
  it('carries runs, waits and history over, and ends the second of two runs under one key', async () => {
    const perPerson = { kind: 'event', event: 'cart.changed', onRepeat: 'restart' } as const;
    await live(cartJourney({ entry: perPerson }));
    await happens(named('ada@example.com', 1), add('coat', 1));
    clock.advance(60_000);
    await happens(add('scarf', 2));
    await happens(named('ada@example.com', 2));
    const all = await runs();
    expect(new Set(all.map(({ profileId }) => profileId)).size).toBe(1);
    expect(all.filter(({ state }) => state !== 'ended')).toHaveLength(1);
    expect(await store.rows({ text: 'select 1 from journey_wait' })).toHaveLength(1);
    clock.advance(4 * hour);
    await runner.wake();
    await runner.act();
    expect(planned).toMatchObject([{ profileId: all[0]!.profileId }]);
  });

  it('says in its history that a run came along', async () => {
    await live(cartJourney());
    await happens(named('ada@example.com', 1));
    await happens(add('scarf', 2));
    await happens(named('ada@example.com', 2));
    expect(await states()).toEqual(['waiting']);
    const steps = await store.rows<{ kind: string; reason: string }>({
      text: `select kind, reason from journey_step where kind = 'carried'`,
    });
    expect(steps).toEqual([{ kind: 'carried', reason: 'Came along when two profiles of one person became one' }]);
  });

  it('is undone by unmerge(): what came along goes back, and what it had ended waits again', async () => {
    const perPerson = { kind: 'event', event: 'cart.changed', onRepeat: 'restart' } as const;
    await live(cartJourney({ entry: perPerson }));
    await happens(named('ada@example.com', 1), add('coat', 1));
    clock.advance(60_000);
    await happens(add('scarf', 2));
    const before = await runs();
    await happens(named('ada@example.com', 2));
    const { id } = (await profiles.find({ namespace: 'email', id: 'ada@example.com' }))!;
    const [merge] = (await profiles.storyOf(id)).merges;
    await profiles.unmerge(id, merge!.id);
    const after = await runs();
    expect(after.map((run) => [run.id, run.profileId, run.state])).toEqual(
      before.map((run) => [run.id, run.profileId, run.state]),
    );
    expect(await store.rows({ text: 'select 1 from journey_wait' })).toHaveLength(2);
    expect(await store.rows({ text: 'select 1 from journey_entry' })).toHaveLength(2);
  });

  it('of two carts that become one, reminds once', async () => {
    await live(cartJourney());
    await happens(named('ada@example.com', 1), add('coat', 1));
    clock.advance(60_000);
    await happens(add('scarf', 2));
    await happens(named('ada@example.com', 2));
    expect(await states()).toEqual(['The cart went on as another one', 'waiting']);
  });

  it('finds the run under its new profile when the answer comes after the merge', async () => {
    await live(cartJourney());
    await happens(named('ada@example.com', 1));
    await happens(add('scarf', 2));
    clock.advance(4 * hour);
    await runner.wake();
    respond = async () => {
      await happens(event(['profile.asserted'], { ...named('ada@example.com', 2), types: ['profile.asserted'] }));
      return answer(200, { items: [] });
    };
    await runner.act();
    const ada = await profiles.find({ namespace: 'email', id: 'ada@example.com' });
    expect((await runs()).map(({ profileId }) => profileId)).toEqual([ada!.id]);
  });
});

describe('two processes', () => {
  it('see what the other has published, and end runs of versions they had not known', async () => {
    await live(cartJourney({ exits: [] }));
    const other = office();
    await other.journeys.load();
    await live(cartJourney());
    await happens(add('coat'));
    await store.inTransaction(async (tx) => {
      const folded = await other.profiles.fold(tx, [{ shard: 0, event: bought() }]);
      other.journeys.listened = new Set(['ordered']);
      await other.runner.listen(tx, folded.facts, folded.profiles);
    });
    expect(await states()).toEqual(['Bought']);
    await live(dailyJourney());
    await other.journeys.refresh();
    expect(other.journeys.list().map(({ key }) => key)).toEqual(['cart', 'daily']);
  });
});
