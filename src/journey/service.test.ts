import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { CallAnswer } from './call.ts';
import { CallTimeout } from './call.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import { Services } from './service.ts';

const second = 1000;
const minute = 60 * second;
const action: CustomAction = {
  kind: 'action',
  name: 'Recs',
  method: 'POST',
  url: 'https://recs.example.com/v1',
  body: { list: 'best' },
  next: 'done',
  onError: 'failed',
};
const journey = (more: Partial<CustomAction> = {}, key = 'asks'): JourneyDefinition => ({
  key,
  name: 'Asks',
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'ask',
  activities: {
    ask: { ...action, ...more },
    done: { kind: 'end', label: 'Done' },
    failed: { kind: 'end', label: 'Failed' },
  },
});
const ok: CallAnswer = { status: 200, headers: {}, text: '{"items":[1]}' };
const broken: CallAnswer = { status: 503, headers: {}, text: '{}' };

let office: Office;
beforeEach(async () => {
  office = await Office.open();
});

/** So many people come in. */
const come = (from: number, to: number) =>
  office.happens(...Array.from({ length: to - from + 1 }, (_, i) => office.add('coat', from + i)));
/** Does what is due, and moves on to what is due next, until a time has passed. */
async function pass(ms: number): Promise<void> {
  const end = office.clock.now() + ms;
  for (;;) {
    while ((await office.runner.act()) > 0);
    const due = await office.runner.nextDue();
    if (due === null || due > end) break;
    office.clock.set(Math.max(due, office.clock.now()));
  }
  office.clock.set(end);
}
const counts = async () => {
  const states = await office.states();
  return Object.fromEntries([...new Set(states)].sort().map((one) => [one, states.filter((s) => s === one).length]));
};

describe('a call in the history (journeys C16)', () => {
  it('tells how often it was tried, where it went, how long it took and how long it had waited; no data of the question', async () => {
    const url = 'https://recs.example.com/v1?who={{profile.id}}';
    await office.live(journey({ url, method: 'GET', cache: 'PT1H' }));
    let tried = 0;
    office.respond = () => {
      office.clock.advance(300);
      return ++tried === 1 ? broken : ok;
    };
    await come(1, 1);
    await pass(minute);
    await come(1, 1);
    await pass(minute);
    const rows = await office.store.rows<{ detail: Record<string, unknown> }>({
      text: "select detail from journey_step where kind = 'action' order by at",
    });
    const [called, again] = rows.map(({ detail }) => detail);
    expect(called).toMatchObject({ status: 'http_200', tries: 2, method: 'GET', to: 'https://recs.example.com/v1' });
    expect(called).toMatchObject({ tookMs: 300 });
    expect(called!['waitedMs']).toBeGreaterThanOrEqual(1100);
    expect(again).toEqual({ action: 'Recs', status: 'http_200', cached: true });
  });
});

describe('a rate (journeys §5 21)', () => {
  it('lets so many calls go in a second, those who wait keep their turn, and a pause saves nothing up', async () => {
    await office.live(journey({ rate: 0.5 }));
    await come(1, 9);
    const at: number[] = [];
    office.respond = () => (at.push(office.clock.now()), ok);
    const begin = office.clock.now();
    await pass(4 * second);
    expect(at.map((one) => one - begin)).toEqual([0, 2000, 4000]);
    expect((await office.runner.stuck('asks')).runs, 'to wait for a turn is no trouble').toEqual([]);
    office.clock.advance(minute); // nothing runs meanwhile
    await pass(20 * second);
    const late = at.slice(3).map((one) => one - begin - 64 * second);
    expect(late, 'those whose turn passed meanwhile get another').toEqual([0, 2000, 4000, 6000, 8000, 10_000]);
    expect(await counts()).toEqual({ Done: 9 });
  });

  it('holds for all processes together', async () => {
    const processes = [1, 2, 3, 4].map(() => new Services(office));
    const wanted = { rate: 10, latest: Array.from({ length: 5 }, () => Infinity), placed: [], callMs: second };
    const places = (await Promise.all(processes.map((one) => one.admit('recs', wanted)))).flat();
    const now = office.clock.now();
    const when = places.map((place) => (place.go ? now : place.until!) - now).sort((a, b) => a - b);
    expect(when).toEqual(Array.from({ length: 20 }, (_, i) => i * 100));
  });

  it('is shared by actions that name the same service, and by no others', async () => {
    await office.live(journey({ rate: 1, service: 'recs' }, 'one'));
    await office.live(journey({ rate: 1, service: 'recs' }, 'two'));
    await office.live(journey({ rate: 1 }, 'three'));
    await come(1, 1);
    await office.runner.act();
    expect(office.asked).toHaveLength(2);
  });

  it('sends by the way of an error whose turn would come after the deadline, as capped (journeys C9)', async () => {
    await office.live(journey({ rate: 1, deadline: 'PT2S' }));
    await come(1, 5);
    await pass(10 * second);
    expect(await counts()).toEqual({ Done: 3, Failed: 2 });
    const rows = await office.store.rows<{ status: string }>({
      text: "select distinct context#>>'{actions,Recs,jo_status_code}' as status from journey_run order by 1",
    });
    expect(rows.map(({ status }) => status)).toEqual(['capped', 'http_200']);
  });
});

describe('a service that is down (trust row 65)', () => {
  it('is left alone after five failures; people wait, and go by the way of an error at their deadline (journeys C12)', async () => {
    await office.live(journey({ retries: 0, deadline: 'PT10M' }));
    office.respond = () => broken;
    await come(1, 5);
    await pass(0);
    expect(await counts()).toEqual({ Failed: 5 });
    await come(6, 9);
    await pass(9 * minute);
    expect(await counts(), 'vain probes: after 30 s, 1 min, 2 min, 4 min').toEqual({ Failed: 9 });
    expect(office.asked.length - 5, 'each probe is one call').toBe(4);
  });

  it('brings people back once it answers, and not before', async () => {
    await office.live(journey({ retries: 0 }));
    office.respond = () => Promise.reject(new CallTimeout('late'));
    await come(1, 5);
    await pass(0);
    office.respond = () => ok;
    await come(6, 9);
    await pass(29 * second);
    expect(office.asked).toHaveLength(5);
    expect((await office.runner.stuck('asks')).runs).toMatchObject([
      { why: expect.stringContaining('does not answer') },
      {},
      {},
      {},
    ]);
    await pass(2 * minute);
    expect(await counts()).toEqual({ Done: 4, Failed: 5 });
    expect((await office.runner.services.list())[0]!.breaker).toMatchObject({
      since: null,
      last: { status: 'timedout' },
    });
  });

  it('whose deadline is over gives its people the status of the last failure', async () => {
    await office.live(journey({ retries: 0 }));
    office.respond = () => broken;
    await come(1, 5);
    await pass(0);
    await office.live(journey({ retries: 0, deadline: 'PT20S' }));
    await come(6, 6);
    await pass(minute);
    expect(office.asked).toHaveLength(5);
    const [row] = await office.store.rows({
      text: "select context#>'{actions,Recs}' as got from journey_run where version = 2",
    });
    expect(row).toEqual({ got: { jo_status_code: 'http_503' } });
  });

  it('can be said to be well again by hand', async () => {
    await office.live(journey({ retries: 0 }));
    office.respond = () => broken;
    await come(1, 5);
    await pass(0);
    expect(await office.runner.services.close('asks/ask')).toBe(true);
    office.respond = () => ok;
    await come(6, 6);
    await pass(0);
    expect(await counts()).toEqual({ Done: 1, Failed: 5 });
  });

  it('is not what answers that a call was wrong: 4xx is of one profile alone', async () => {
    await office.live(journey());
    office.respond = () => ({ ...broken, status: 404 });
    await come(1, 9);
    await pass(0);
    expect(await counts()).toEqual({ Failed: 9 });
    expect(office.asked).toHaveLength(9);
  });
});

describe('a step', () => {
  it('tries no more once its deadline would be over', async () => {
    await office.live(journey({ retries: 9, backOff: { first: 'PT10S' }, deadline: 'PT20S' }));
    office.respond = () => broken;
    await come(1, 1);
    await pass(minute);
    expect(office.asked).toHaveLength(2);
    expect(await counts()).toEqual({ Failed: 1 });
    expect(office.asked.map(({ headers }) => headers['x-beckon-attempt'])).toEqual(['1', '2']);
    expect(new Set(office.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });
});

describe('a cache (journeys §5 17)', () => {
  it('asks once for everybody who asks the same, at once and for as long as it says', async () => {
    await office.live(journey({ cache: 'PT10M' }));
    office.respond = () => ok;
    await come(1, 5);
    await office.runner.act();
    expect(office.asked).toHaveLength(1);
    office.clock.advance(9 * minute);
    await come(6, 7);
    await office.runner.act();
    expect(office.asked).toHaveLength(1);
    office.clock.advance(2 * minute);
    await come(8, 8);
    await office.runner.act();
    expect(office.asked).toHaveLength(2);
    expect(await counts()).toEqual({ Done: 8 });
  });

  it('keeps different requests apart, and no failures', async () => {
    await office.live(journey({ cache: 'PT10M', retries: 0, body: { for: '=event.cartId' } }));
    office.respond = () => broken;
    await come(1, 2);
    await office.runner.act();
    expect(office.asked).toHaveLength(2);
    await office.live(journey({ cache: 'PT10M', retries: 0 }));
    for (const no of [3, 4]) {
      await come(no, no);
      await office.runner.act();
    }
    expect(office.asked).toHaveLength(4);
  });
});

it('that a service is well is written down every few seconds only, and still counts when it begins to fail (trust §2.4)', async () => {
  const { store, clock } = office;
  const services = new Services({ store, clock });
  const note = async (...heard: ('up' | 'down')[]) => {
    await services.admit('recs', { rate: null, latest: heard.map(() => clock.now()), placed: [], callMs: 1000 });
    await services.note('recs', heard, { isProbe: false, failure: null });
  };
  const calls = async () => (await services.breakerOf('recs')).recent.reduce((sum, [, n]) => sum + n, 0);
  await note('up');
  for (let n = 0; n < 40; n++) await note('up');
  expect(await calls()).toBe(1);

  // Half of what is written down failed, but few of all that was called: it stays closed.
  for (let n = 0; n < 12; n++) await note('down', 'up');

  expect(await calls()).toBe(41 + 24);
  expect((await services.breakerOf('recs')).since).toBeNull();
});
