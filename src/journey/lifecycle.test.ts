import { beforeEach, describe, expect, it } from 'vitest';
import { Office, opening } from '../../test/support/journeys.ts';
import type { Activity, JourneyDefinition } from './definition.ts';

const hour = 3_600_000;
const day = 24 * hour;

let office: Office;

beforeEach(async () => {
  office = await Office.open();
});

const activities: Record<string, Activity> = {
  wait: { kind: 'wait', for: 'PT4H', next: 'ask' },
  ask: { kind: 'action', name: 'Ask', method: 'POST', url: '/v1/recommendations', next: 'mail', onError: 'silent' },
  mail: { kind: 'message', message: 'reminder', next: 'done', onExcluded: 'unsent' },
  done: { kind: 'end', label: 'Reminded' },
  unsent: { kind: 'end', label: 'Not sent' },
  silent: { kind: 'end', label: 'No answer' },
};

function cart(more: Partial<JourneyDefinition> = {}): JourneyDefinition {
  return {
    key: 'cart',
    name: 'Cart',
    entry: { kind: 'event', event: 'cart.changed', key: 'event.cartId' },
    exits: [{ event: 'ordered', reason: 'Bought' }],
    start: 'wait',
    activities,
    ...more,
  };
}

describe('a pause (journeys F6, §5 25)', () => {
  it('really holds: nobody comes in, no wait ends, no call and no mail goes, and an exit ends all the same', async () => {
    await office.live(cart());
    await office.happens(office.add('coat', 1), office.add('coat', 2));
    await office.lifecycle.pause('cart');
    await office.happens(office.add('coat', 3));
    office.clock.advance(5 * hour);
    expect([await office.runner.wake(), await office.runner.nextDue()]).toEqual([0, null]);
    await office.happens(office.bought(2));
    expect((await office.states()).sort()).toEqual(['Bought', 'wait']);
    const third = await office.store.rows<{ reason: string }>({ text: 'select reason from journey_refusal' });
    expect(third).toEqual([{ reason: 'The journey is paused' }]);
  });

  it('holds the call and the mail that it finds on their way, without counting a try', async () => {
    await office.live(cart());
    await office.happens(office.add('coat'));
    office.clock.advance(4 * hour);
    await office.runner.wake();
    await office.lifecycle.pause('cart');
    for (let n = 0; n < 6; n++) {
      await office.runner.act();
      office.clock.advance(hour);
    }
    expect(office.asked).toEqual([]);
    await office.lifecycle.resume('cart', { waits: 'shift' });
    await office.runner.act();
    expect(office.asked).toHaveLength(1);
    expect(office.planned).toHaveLength(1);
    await office.lifecycle.pause('cart');
    const { runId, activity, visit } = office.planned[0]!;
    const [asked] = await office.store.inTransaction((tx) => office.runner.stillTrue(tx, [{ runId, activity, visit }]));
    expect(asked).toMatchObject({ hold: 'the journey is paused' });
  });

  it('shifts the waits that it froze, but no time of the wall (journeys F6, §5 25)', async () => {
    await office.live(cart());
    await office.live(
      cart({ key: 'nine', activities: { ...activities, wait: { kind: 'wait', at: '09:00', next: 'ask' } } }),
    );
    await office.happens(office.add('coat'));
    office.clock.advance(hour);
    for (const key of ['cart', 'nine']) await office.lifecycle.pause(key);
    office.clock.advance(3 * day);
    for (const key of ['cart', 'nine']) await office.lifecycle.resume(key, { waits: 'shift' });
    const due = new Map((await office.runs()).map((run) => [run.journey, run.due]));
    expect(due.get('cart')).toBe(opening + 3 * day + 4 * hour);
    expect(due.get('nine')).toBe(office.clock.now());
    expect(await office.runner.wake()).toBe(1);
  });

  it('on request sends late what fell due, or leaves out what is too old', async () => {
    await office.live(cart());
    await office.happens(office.add('coat', 1));
    office.clock.advance(3 * hour);
    await office.happens(office.add('coat', 2));
    await office.lifecycle.pause('cart');
    office.clock.advance(5 * hour); // the first fell due 4 hours ago, the second 1 hour ago
    await office.lifecycle.resume('cart', { waits: 'skip', olderThan: 'PT2H' });
    expect(await office.states()).toEqual(['Its time had passed when the pause ended', 'wait']);
    expect(await office.runner.wake()).toBe(1);
    const [first] = await office.runs();
    expect((await office.history(first!.profileId)).at(-1)).toBe('exited: Its time had passed when the pause ended');
  });

  it('is refused for what is not live, and resuming for what is not paused (journeys F1)', async () => {
    await office.journeys.put(cart());
    await expect(office.lifecycle.pause('cart')).rejects.toThrow('is draft, so you cannot pause it');
    await office.live(cart());
    await expect(office.lifecycle.resume('cart', { waits: 'late' })).rejects.toThrow(
      'is live, so you cannot resume it',
    );
  });
});

describe('the end of a journey (journeys F4, F5)', () => {
  it('closed, lets nobody new in and brings those inside to their end', async () => {
    await office.live(cart());
    await office.happens(office.add('coat'));
    await office.lifecycle.close('cart');
    await office.happens(office.add('watch', 2));
    office.clock.advance(4 * hour);
    await office.runner.wake();
    await office.runner.act();
    await office.tell();
    expect(await office.states()).toEqual(['Reminded']);
  });

  it('stopped, ends every run where it is and calls off what is on its way', async () => {
    await office.live(cart());
    await office.happens(office.add('coat', 1));
    office.clock.advance(4 * hour);
    await office.runner.wake();
    await office.runner.act();
    await office.happens(office.add('coat', 2));
    await office.lifecycle.stop('cart');
    expect(await office.lifecycle.work()).toBe(2);
    expect(await office.lifecycle.work()).toBe(0);
    expect(await office.states()).toEqual(['The journey was stopped', 'The journey was stopped']);
    expect(office.cancelled).toMatchObject([{ reason: 'The journey was stopped' }]);
    expect(await office.runner.nextDue()).toBeNull();
  });
});

describe('versions (journeys F3, §5 26, 27)', () => {
  const second = cart({
    name: 'Cart, second',
    start: 'pause',
    activities: { ...activities, pause: { kind: 'wait', for: 'PT8H', next: 'mail' } },
  });

  it('an earlier one comes back as a new version', async () => {
    await office.live(cart());
    await office.live(second);
    const row = await office.lifecycle.rollback('cart', 1);
    expect([row.version, row.draft.name, office.journeys.version('cart', 3)]).toEqual([3, 'Cart', cart()]);
    await expect(office.lifecycle.rollback('cart', 9)).rejects.toThrow('has no version 9');
  });

  it('are told of with how many go by each still, the newest first', async () => {
    await office.live(cart());
    await office.happens(office.add('coat', 1), office.add('coat', 2));
    office.clock.advance(hour);
    await office.live(second);
    expect(await office.journeys.versionsInside('cart')).toEqual([
      { version: 2, publishedAt: opening + hour, inside: 0 },
      { version: 1, publishedAt: opening, inside: 2 },
    ]);
  });

  it('published while the journey is paused let nobody in and nobody go on, until it is resumed', async () => {
    await office.live(cart());
    await office.happens(office.add('coat'));
    await office.lifecycle.pause('cart');
    await office.live(second);
    expect(office.journeys.get('cart')).toMatchObject({ status: 'paused', version: 2 });
    office.clock.advance(4 * hour);
    expect(await office.runner.wake()).toBe(0);
    await office.lifecycle.resume('cart', { waits: 'late' });
    expect(await office.runner.wake()).toBe(1);
    expect(office.journeys.get('cart').status).toBe('live');
  });

  it('bring those inside over by a map: a wait goes on until it would have ended, everything else is come to anew', async () => {
    const { wait: _wait, ...rest } = second.activities;
    await office.live(cart());
    await office.happens(office.add('coat', 1), office.add('coat', 2));
    office.clock.advance(hour);
    await office.live({ ...second, activities: rest });
    await expect(office.lifecycle.migrate('cart', {})).rejects.toThrow('2 stand at "wait" of version 1');
    await expect(office.lifecycle.migrate('cart', { wait: 'nowhere' })).rejects.toThrow('has no activity "nowhere"');
    expect(await office.lifecycle.migration('cart', { wait: 'pause' })).toEqual([
      { from: 1, activity: 'wait', count: 2, to: 'pause' },
    ]);
    await office.lifecycle.migrate('cart', { wait: 'pause' });
    expect(await office.lifecycle.work()).toBe(2);
    await office.lifecycle.work();
    expect(await office.runs()).toMatchObject([
      { version: 2, activity: 'pause', due: opening + 4 * hour },
      { version: 2, activity: 'pause', due: opening + 4 * hour },
    ]);
    expect(office.journeys.get('cart').moving).toBeNull();
    office.clock.advance(3 * hour);
    await office.runner.wake();
    expect(office.planned).toHaveLength(2);
    expect(office.asked).toEqual([]);
  });

  it('end the runs that the map sends nowhere', async () => {
    await office.live(cart());
    await office.happens(office.add('coat'));
    await office.live(second);
    await office.lifecycle.migrate('cart', { wait: null });
    await office.lifecycle.work();
    expect(await office.states()).toEqual(['Ended when version 2 came']);
  });
});

describe('somebody of the shop moves a run', () => {
  it('on, past what it stands at, or once more', async () => {
    await office.live(cart());
    await office.happens(office.add('coat'));
    const id = (await office.runs())[0]!.id;
    await office.runner.change([id], () => ({ kind: 'moved', how: 'skip', by: 'Mira' }));
    expect(await office.states()).toEqual(['ask']);
    await office.runner.change([id], () => ({ kind: 'moved', how: 'retry', by: 'Mira' }));
    expect(await office.runner.act()).toBe(1);
    expect(office.planned).toHaveLength(1);
    await office.runner.change([id], () => ({ end: 'Taken out by Mira' }));
    expect(await office.states()).toEqual(['Taken out by Mira']);
    expect(office.cancelled).toMatchObject([{ runId: id, reason: 'Taken out by Mira' }]);
  });
});

describe('the stuck list', () => {
  it('has runs whose service does not answer, and those whose wait is over unseen, but none that a pause holds', async () => {
    office.respond = () => ({ status: 503, headers: {}, text: '' });
    await office.live(cart());
    await office.happens(office.add('coat', 1));
    office.clock.advance(4 * hour);
    await office.runner.wake();
    await office.runner.act();
    await office.happens(office.add('coat', 2));
    const stuck = async (journey: string | null = 'cart') => (await office.runner.stuck(journey)).runs;
    const said = { code: 'stuck.call', values: { count: 1, error: 'http_503' } };
    expect(await stuck()).toMatchObject([{ activity: 'ask', why: 'Tried 1 times: http_503', said }]);
    office.clock.advance(5 * hour);
    const both = [{ activity: 'ask' }, { journey: 'cart', version: 1, activity: 'wait', why: 'Its wait is over' }];
    expect(await stuck()).toMatchObject(both);
    expect(await stuck(null)).toMatchObject(both);
    expect(await stuck('other')).toEqual([]);
    expect(await office.runner.stuck(null, 1)).toMatchObject({ runs: [{ activity: 'ask' }], total: 2 });
    await office.lifecycle.pause('cart');
    expect(await stuck()).toMatchObject([{ activity: 'ask' }]);
  });
});

describe('a pause that another process commits in the middle of a saving', () => {
  /** Somebody comes in while the pause is committed: their transaction began before it and ends after it. */
  async function comesInMeanwhile(): Promise<void> {
    await office.store.inTransaction(async (tx) => {
      const events = [{ shard: 0, event: office.add('coat') }];
      const folded = await office.profiles.fold(tx, events);
      await office.runner.listen(tx, folded.facts, folded.profiles);
      await office.lifecycle.pause('cart');
    });
  }
  const held = async () => (await office.store.rows({ text: 'select from journey_wait where held' })).length;

  it('holds the wait of that saving too, as soon as it would end', async () => {
    await office.live(cart());
    await comesInMeanwhile();
    expect(await held()).toBe(0);
    office.clock.advance(5 * hour);
    await office.runner.wake();
    expect(await office.states()).toEqual(['wait']);
    expect([await held(), await office.runner.wake(), await office.runner.nextDue()]).toEqual([1, 0, null]);
  });

  it('and the end of the pause shifts it with all others', async () => {
    await office.live(cart());
    await comesInMeanwhile();
    office.clock.advance(3 * day);
    await office.lifecycle.resume('cart', { waits: 'shift' });
    expect(await office.runner.wake()).toBe(0);
    office.clock.advance(4 * hour);
    expect(await office.runner.wake()).toBe(1);
  });

  it('is seen by a process that has not read it: no wait ends, no call is made, no mail is let go', async () => {
    await office.live(cart());
    await office.happens(office.add('coat'), office.add('coat', 2));
    office.clock.advance(4 * hour);
    await office.runner.wake(1);
    await office.store.run({ text: `update journey set status = 'paused', paused_at = now()` });
    expect(office.journeys.get('cart').status).toBe('live');
    await office.runner.act();
    await office.runner.wake();
    expect([office.asked, (await office.states()).sort()]).toEqual([[], ['ask', 'wait']]);
  });

  it('is refused when the journey has been stopped meanwhile', async () => {
    await office.live(cart());
    await office.store.run({ text: `update journey set status = 'stopped'` });
    await expect(office.lifecycle.pause('cart')).rejects.toMatchObject({ code: 'JOURNEY_NOT_SO' });
  });
});
