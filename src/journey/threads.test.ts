import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { Activity, JourneyDefinition } from './definition.ts';

/** What users of other systems have reported (docs/reliability.md names every thread and its test). */

const hour = 3_600_000;

let office: Office;
beforeEach(async () => {
  office = await Office.open();
});

function journey(activities: Record<string, Activity>, more: Partial<JourneyDefinition> = {}): JourneyDefinition {
  return {
    key: 'cart',
    name: 'Cart',
    entry: { kind: 'event', event: 'commerce.productListAdds', key: 'event.cartId' },
    start: Object.keys(activities)[0]!,
    activities: { ...activities, done: { kind: 'end', label: 'Done' }, other: { kind: 'end', label: 'Other' } },
    ...more,
  };
}

const wait = (next: string): Activity => ({ kind: 'wait', for: 'PT1H', next });
const mail: Activity = { kind: 'message', message: 'reminder', next: 'done' };
const adds = (cartId: string, no = 1) =>
  office.event(['commerce.productListAdds'], { items: [{ id: 'coat' }], cartId }, no);
const checksOut = (cartId: string) => office.event(['commerce.checkouts'], { items: [{ id: 'coat' }], cartId });
const tell = (outcome: 'failed' | 'accepted') => {
  const { runId, visit } = office.planned.at(-1)!;
  return office.store.inTransaction((tx) => office.runner.messaged(tx, { runId, visit, outcome, reason: null }));
};

describe('keyed events (Dittofeed #1463, #1596, PR #682; PostHog #45743)', () => {
  const listening: Record<string, Activity> = {
    hear: {
      kind: 'listen',
      events: [{ event: 'commerce.checkouts', key: 'event.cartId', label: 'Checked out', next: 'done' }],
      timeout: 'PT4H',
      otherwise: 'other',
    },
  };

  it('a journey that begins by an event waits for another one with the same key', async () => {
    await office.live(journey(listening));
    await office.happens(adds('a'), adds('b'));
    await office.happens(checksOut('a'));
    expect((await office.runs()).map(({ key, endReason }) => [key, endReason])).toEqual([
      ['a', 'Done'],
      ['b', null],
    ]);
    office.clock.advance(4 * hour);
    await office.runner.wake();
    expect((await office.states()).sort()).toEqual(['Done', 'Other']);
  });

  it('an exit takes only the run of its own cart, though all are one person’s', async () => {
    const exits = [{ event: 'commerce.checkouts', key: 'event.cartId', reason: 'Checked out' }];
    await office.live(journey({ wait: wait('mail'), mail }, { exits }));
    await office.happens(adds('a'), adds('b'), checksOut('b'));
    office.clock.advance(hour);
    await office.runner.wake();
    expect(office.planned).toHaveLength(1);
    expect((await office.runs()).find(({ key }) => key === 'b')!.endReason).toBe('Checked out');
  });

  it('an event that comes in the same moment as the end of the time is not lost, and moves the run once', async () => {
    await office.live(journey(listening));
    await office.happens(adds('a'));
    office.clock.advance(4 * hour);
    await Promise.all([office.happens(checksOut('a')), office.runner.wake(), office.runner.wake()]);
    const [run] = await office.runs();
    expect(['Done', 'Other']).toContain(run!.endReason);
    const history = await office.history(run!.profileId);
    expect(history.filter((line) => line.startsWith('ended'))).toHaveLength(1);
  });
});

describe('a person and a journey', () => {
  it('comes in again each time, where nothing forbids it (Dittofeed #958)', async () => {
    await office.live(journey({ wait: wait('done') }));
    for (let n = 0; n < 3; n++) {
      await office.happens(adds('a'));
      office.clock.advance(hour);
      await office.runner.wake();
    }
    expect(await office.states()).toEqual(['Done', 'Done', 'Done']);
  });

  it('waits on though they leave the audience and come back (Mautic #150, #2004)', async () => {
    const entry = { kind: 'audience', audience: 'profile.attributes.vip == true', at: '10:30' } as const;
    const days: Activity = { kind: 'wait', for: 'P3D', next: 'mail' };
    await office.live(journey({ days, mail }, { entry }));
    const is = (vip: boolean) => office.happens(office.named('ada@example.com', 1, { attributes: { vip } }));
    await is(true);
    office.clock.advance(hour);
    await office.runner.read();
    const [before] = await office.runs();
    for (const vip of [false, true]) {
      office.clock.advance(24 * hour);
      await is(vip);
      await office.runner.read();
    }
    expect(await office.runs()).toEqual([before]);
    office.clock.set(before!.due!);
    await office.runner.wake();
    expect(office.planned).toHaveLength(1);
  });
});

describe('what ends a wait', () => {
  it('is an order meanwhile: nobody who bought is told of their cart (Mautic #5468)', async () => {
    const exits = [{ event: 'ordered', reason: 'Bought' }];
    await office.live(journey({ wait: wait('mail'), mail }, { exits }));
    await office.happens(adds('a'), adds('b', 2));
    await office.happens(office.bought());
    office.clock.advance(hour);
    await office.runner.wake();
    expect((await office.states()).sort()).toEqual(['Bought', 'mail']);
    expect(office.planned).toHaveLength(1);
  });
});

describe('the time of a step', () => {
  it('is neither later nor sooner than was said (Mautic #6614, #7640, #14613)', async () => {
    await office.live(journey({ wait: wait('mail'), mail }));
    await office.happens(adds('a'));
    const due = office.clock.now() + hour;
    expect(await office.runner.nextDue()).toBe(due);
    office.clock.set(due - 1);
    await office.runner.wake();
    expect(office.planned).toEqual([]);
    office.clock.set(due);
    await office.runner.wake();
    expect(office.planned).toHaveLength(1);
  });

  it('adds no wait twice, and a late waking does not shift the next one (Mautic #6919)', async () => {
    await office.live(journey({ first: wait('second'), second: wait('mail'), mail }));
    await office.happens(adds('a'));
    const began = office.clock.now();
    office.clock.advance(hour + 600_000);
    await office.runner.wake();
    await office.runner.wake();
    expect((await office.runs())[0]!.due).toBe(began + 2 * hour);
  });
});

describe('a mail of a run', () => {
  it('that failed does not stop the run (Parcelvoy PR #434), and the last one goes as the first does (#432)', async () => {
    await office.live(journey({ one: { ...mail, next: 'two' } as Activity, two: mail }));
    await office.happens(adds('a'));
    await tell('failed');
    expect(office.planned.map(({ activity }) => activity)).toEqual(['one', 'two']);
    await tell('accepted');
    expect(await office.states()).toEqual(['Done']);
  });

  it('is planned once, whoever wakes the run and however often it was paused (Mautic #7226, #7881; listmonk #2070)', async () => {
    await office.live(journey({ wait: wait('mail'), mail }));
    await office.happens(adds('a'), adds('b', 2));
    for (let n = 0; n < 2; n++) {
      await office.lifecycle.pause('cart');
      await office.lifecycle.resume('cart', { waits: 'late' });
    }
    office.clock.advance(hour);
    await Promise.all([office.runner.wake(), office.runner.wake(), office.runner.wake()]);
    await office.lifecycle.pause('cart');
    await office.lifecycle.resume('cart', { waits: 'late' });
    await office.runner.wake();
    expect(new Set(office.planned.map(({ runId }) => runId)).size).toBe(2);
    expect(office.planned).toHaveLength(2);
  });

  it('of one is not held up by another whose service does not answer (Mautic #6612, Parcelvoy #533)', async () => {
    const ask = { kind: 'action', name: 'Ask', method: 'POST', url: '/v1/recommendations', next: 'mail' } as const;
    await office.live(
      journey({ ask: { ...ask, body: { cart: '=context.journey.technicalProperties.supplementalId' } }, mail }),
    );
    office.respond = ({ body }) =>
      body!.includes('bad') ? { status: 503, headers: {}, text: '' } : { status: 200, headers: {}, text: '{}' };
    await office.happens(adds('bad'), adds('good', 2));
    await office.runner.act();
    expect(office.planned).toHaveLength(1);
    expect((await office.states()).sort()).toEqual(['ask', 'mail']);
  });
});

describe('what goes wrong with time and versions', () => {
  it('a clock set back by an hour wakes nobody twice (trust row 55)', async () => {
    await office.live(journey({ wait: wait('mail'), mail }));
    await office.happens(adds('a'));
    office.clock.advance(hour);
    await office.runner.wake();
    office.clock.advance(-hour);
    await office.runner.wake();
    office.clock.advance(2 * hour);
    await office.runner.wake();
    expect(office.planned).toHaveLength(1);
  });

  it('after three days of standstill many are late: each ends as late or goes on once, and none gets two mails (trust row 56)', async () => {
    await office.live(journey({ wait: wait('mail'), mail }, { lateness: 'P2D' }));
    for (let no = 1; no < 10; no++) await office.happens(adds('a', no));
    office.clock.advance(36 * hour);
    for (let no = 1; no < 10; no++) await office.happens(adds('b', no));
    office.clock.advance(36 * hour);
    while ((await office.runner.wake()) > 0);
    expect(office.planned.map(({ runId }) => runId)).toHaveLength(9);
    expect(new Set(office.planned.map(({ profileId }) => profileId)).size).toBe(9);
    const ends = (await office.runs()).map(({ key, endReason }) => `${key} ${endReason ?? 'goes on'}`);
    expect([...new Set(ends)].sort()).toEqual(['a Too late: the wait ended while the system was down', 'b goes on']);
  });

  it('an activity that is taken out while people wait at it stays theirs (trust row 59)', async () => {
    await office.live(journey({ wait: wait('mail'), mail }));
    await office.happens(adds('a'), adds('a', 2));
    await office.live(journey({ other: { kind: 'end', label: 'Other' } }));
    office.clock.advance(hour);
    await office.runner.wake();
    expect(office.planned.map(({ journeyVersion }) => journeyVersion)).toEqual([1, 1]);
  });

  it('a disk that is full in the middle of a saving leaves no part of a run, and what is told again has its whole effect (trust row 53)', async () => {
    await office.live(journey({ wait: wait('mail'), mail }));
    await office.happens(adds('a'));
    const full = async (is: boolean) =>
      office.store.run({
        text: is
          ? 'alter table journey_step add constraint full_disk check (false) not valid'
          : 'alter table journey_step drop constraint full_disk',
      });
    const count = async () => {
      const tables = ['journey_run', 'journey_wait', 'journey_entry', 'journey_step', 'profile'];
      const counts = tables.map((table) => `(select count(*)::int from ${table}) as ${table}`).join(', ');
      return (await office.store.rows({ text: `select ${counts}` }))[0];
    };
    const before = await count();
    await full(true);
    const event = adds('a', 2);
    await expect(office.happens(event)).rejects.toThrow('full_disk');
    office.clock.advance(hour);
    await expect(office.runner.wake()).rejects.toThrow('full_disk');
    expect(await count()).toEqual(before);
    await full(false);
    await office.happens(event);
    office.clock.advance(hour);
    await office.runner.wake();
    expect(office.planned).toHaveLength(2);
  });
});
