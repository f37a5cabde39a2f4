import { beforeEach, describe, expect, it } from 'vitest';
import { Office, opening } from '../../test/support/journeys.ts';
import type { Activity, JourneyDefinition } from './definition.ts';

const hour = 3_600_000;
const day = 24 * hour;

let office: Office;

beforeEach(async () => {
  office = await Office.open();
});

/** A journey that begins when something is put in a cart, with these activities; the first is its start. */
function journey(activities: Record<string, Activity>, more: Partial<JourneyDefinition> = {}): JourneyDefinition {
  return {
    key: 'cart',
    name: 'Cart',
    entry: { kind: 'event', event: 'cart.changed', key: 'event.cartId' },
    start: Object.keys(activities)[0]!,
    activities: { ...activities, done: { kind: 'end', label: 'Done' }, other: { kind: 'end', label: 'Other' } },
    ...more,
  };
}

describe('listening (journeys A8)', () => {
  const listening = journey({
    listen: {
      kind: 'listen',
      events: [
        { event: 'ordered', label: 'Ordered', next: 'done' },
        { event: 'web.categoryViews', when: 'event.page.section = "coats"', label: 'Looked at coats', next: 'coats' },
      ],
      timeout: 'P2D',
      otherwise: 'other',
    },
    coats: {
      kind: 'condition',
      paths: [{ label: 'Known', when: 'context.journey.events.listen.page.section = "coats"', next: 'done' }],
      otherwise: 'other',
    },
  });

  it('goes on by the first that happens, with its data', async () => {
    await office.live(listening);
    await office.happens(office.add('coat', 1), office.add('coat', 2), office.add('coat', 3));
    await office.happens(office.event(['web.categoryViews'], { page: { section: 'watches' } }, 1));
    expect(await office.states()).toEqual(['listen', 'listen', 'listen']);
    await office.happens(office.event(['web.categoryViews'], { page: { section: 'coats' } }, 1), office.bought(2));
    expect(await office.states()).toEqual(['Done', 'Done', 'listen']);
    const [first] = await office.runs();
    expect(await office.history(first!.profileId)).toEqual([
      'entered',
      'waiting',
      'heard: Looked at coats',
      'passed: Known',
      'ended: Done',
    ]);
  });

  it('goes on by otherwise when its time is over, and is not moved by what comes before it was reached (F12)', async () => {
    await office.live(listening);
    await office.happens(office.event(['web.categoryViews'], { page: { section: 'coats' } }));
    await office.happens(office.add('coat'));
    expect((await office.runs())[0]).toMatchObject({ activity: 'listen', due: opening + 2 * day });
    office.clock.advance(2 * day);
    await office.runner.wake();
    expect(await office.states()).toEqual(['Other']);
  });

  it('without a timeout waits as long as the run may last (journeys F7)', async () => {
    const [listen] = Object.values(listening.activities) as [Extract<Activity, { kind: 'listen' }>];
    const { timeout: _timeout, otherwise: _otherwise, ...endless } = listen;
    const activities = { ...listening.activities, listen: endless };
    await office.live({ ...listening, activities });
    await office.live({ ...listening, key: 'short', activities, life: 'P7D' });
    await office.happens(office.add('coat'));
    expect((await office.runs()).map(({ due }) => due)).toEqual([null, opening + 7 * day]);
    office.clock.advance(7 * day);
    expect(await office.runner.wake()).toBe(1);
    expect((await office.states()).sort()).toEqual(['Its time was over', 'listen']);
  });

  it('takes a reaction to this run’s own mail only (Parcelvoy #548)', async () => {
    await office.live(
      journey({
        mail: { kind: 'message', message: 'reminder', next: 'listen' },
        listen: {
          kind: 'listen',
          events: [{ event: 'message.clicked', message: 'mail', label: 'Clicked', next: 'done' }],
          timeout: 'P3D',
          otherwise: 'other',
        },
      }),
    );
    await office.happens(office.add('coat'));
    await office.tell();
    const [run] = await office.runs();
    const click = (about: { run?: string; activity?: string }) =>
      office.event(['message.clicked'], {
        level: 2,
        source: 'message',
        message: { id: 'm', journey: 'cart', ...about },
      });
    await office.happens(
      click({ run: 'another', activity: 'mail' }),
      click({ run: run!.id, activity: 'second' }),
      click({}),
    );
    expect(await office.states()).toEqual(['listen']);
    await office.happens({ ...click({ run: run!.id, activity: 'mail' }), bot: true });
    expect(await office.states()).toEqual(['listen']);
    await office.happens(click({ run: run!.id, activity: 'mail' }));
    expect(await office.states()).toEqual(['Done']);
  });

  it.each(['message.opened', 'message.bounced'])(
    'takes the reaction %s, and asks for openings only then',
    async (event) => {
      await office.live(
        journey({
          mail: { kind: 'message', message: 'reminder', next: 'listen' },
          listen: { kind: 'listen', events: [{ event, message: 'mail', label: 'So', next: 'done' }] },
        }),
      );
      await office.happens(office.add('coat'));
      expect(office.planned[0]!.rank.opens).toBe(event === 'message.opened' ? true : undefined);
      await office.tell();
      const message = { id: 'm', journey: 'cart', run: (await office.runs())[0]!.id, activity: 'mail' };
      await office.happens(office.event([event], { level: 2, source: 'message', message }));
      expect(await office.states()).toEqual(['Done']);
    },
  );
});

describe('a wait until (journeys A2)', () => {
  it('goes by the person’s own clock where the journey says so and it is known, otherwise by the shop’s', async () => {
    await office.live(journey({ wait: { kind: 'wait', at: '18:00', next: 'done' } }, { zone: 'profile' }));
    await office.happens(office.named('ada@example.com', 1, { attributes: { timeZone: 'America/New_York' } }));
    await office.happens(office.add('coat', 1), office.add('coat', 2));
    const dues = (await office.runs()).map(({ due }) => new Date(due!).toISOString());
    expect(dues.sort()).toEqual(['2026-11-24T17:00:00.000Z', '2026-11-24T23:00:00.000Z']);
  });

  it('asks the entry and the profile for the moment, and waits no more for what is over', async () => {
    const until = 'event.at + 7200000';
    await office.live(journey({ wait: { kind: 'wait', until, next: 'done' } }));
    await office.live(journey({ wait: { kind: 'wait', until: 'event.at - 1', next: 'done' } }, { key: 'past' }));
    await office.happens(office.add('coat'));
    expect((await office.runs()).map(({ journey: key, due }) => [key, due])).toEqual(
      expect.arrayContaining([
        ['cart', opening + 2 * hour],
        ['past', null],
      ]),
    );
    expect((await office.states()).sort()).toEqual(['Done', 'wait']);
  });

  it('waits on when the law of the zone has moved the hour meanwhile (trust §2.4)', async () => {
    await office.live(journey({ wait: { kind: 'wait', at: '09:00', next: 'done' } }));
    await office.happens(office.add('coat'));
    const [waiting] = await office.runs();
    const [id, due] = [waiting!.id, waiting!.due!];
    // As if the hour had been reckoned by a law that put the clock an hour forward.
    await office.store.run({
      text: `update journey_run set due = due - interval '1 hour' where id = $1`,
      values: [id],
    });
    await office.store.run({
      text: `update journey_wait set due = due - interval '1 hour' where run_id = $1`,
      values: [id],
    });
    office.clock.set(due - hour);
    expect(await office.runner.wake()).toBe(1);
    expect(await office.runs()).toMatchObject([{ activity: 'wait', due }]);
    office.clock.set(due);
    await office.runner.wake();
    expect(await office.states()).toEqual(['Done']);
  });
});

describe('a cap (journeys A7)', () => {
  const capped = (within?: string) =>
    journey({
      cap: { kind: 'cap', max: 2, next: 'done', otherwise: 'other', ...(within === undefined ? {} : { within }) },
    });

  it('lets exactly so many by, also when they come at once', async () => {
    await office.live(capped());
    await office.happens(...[1, 2, 3, 4, 5].map((no) => office.add('coat', no)));
    expect(await office.runner.act()).toBe(5);
    expect((await office.states()).sort()).toEqual(['Done', 'Done', 'Other', 'Other', 'Other']);
  });

  it('begins anew when its window is over, and counts over versions', async () => {
    await office.live(capped('P1D'));
    await office.happens(office.add('coat', 1), office.add('coat', 2));
    await office.runner.act();
    await office.live({ ...capped('P1D'), name: 'Cart, second' });
    await office.happens(office.add('coat', 3));
    await office.runner.act();
    office.clock.advance(day);
    await office.happens(office.add('coat', 4));
    await office.runner.act();
    expect(await office.states()).toEqual(expect.arrayContaining(['Done', 'Done', 'Other', 'Done']));
    expect((await office.states()).filter((state) => state === 'Other')).toHaveLength(1);
  });
});

describe('writing to the profile (journeys A13)', () => {
  it('is seen at once by what follows, and goes to the log once for each pass', async () => {
    await office.live(
      journey({
        update: {
          kind: 'update',
          attributes: { tier: '"gold"', carts: 'profile.visits + 1', gone: 'null' },
          next: 'ask',
        },
        ask: {
          kind: 'condition',
          paths: [{ label: 'Gold', when: 'profile.attributes.tier = "gold"', next: 'done' }],
          otherwise: 'other',
        },
      }),
    );
    await office.happens(office.add('coat'));
    expect(await office.states()).toEqual(['Done']);
    const [run] = await office.runs();
    expect(office.written).toEqual([
      {
        id: `update:${run!.id}/update/1`,
        profileId: run!.profileId,
        at: opening,
        attributes: { tier: 'gold', carts: 2, gone: null },
      },
    ]);
  });
});

describe('a jump (journeys A12)', () => {
  const second = journey(
    { wait: { kind: 'wait', for: 'P1D', next: 'done' } },
    { key: 'second', entry: { kind: 'event', event: 'jumped', when: 'event.cart != null', key: 'event.cart' } },
  );
  const first = journey({ jump: { kind: 'jump', journey: 'second', data: { cart: 'event.cartId' }, next: 'done' } });

  it('lets them into the other journey with its data, while this one goes on (Parcelvoy #607: the wait is the other’s)', async () => {
    await office.live(second);
    await office.live(first);
    await office.happens(office.add('coat'));
    const runs = await office.runs();
    expect(runs.map(({ journey: key, endReason, due }) => [key, endReason, due]).sort()).toEqual([
      ['cart', 'Done', null],
      ['second', null, opening + day],
    ]);
    expect(runs.find((run) => run.journey === 'second')!.key).toBe(runs.find((run) => run.journey === 'cart')!.key);
  });

  it('says why where the other journey lets nobody in', async () => {
    await office.live(first);
    await office.happens(office.add('coat'));
    const [run] = await office.runs();
    expect(await office.history(run!.profileId)).toContain('refused: There is no live journey "second"');
  });

  it('ends a circle of jumps', async () => {
    const again = (key: string, to: string) =>
      journey(
        { jump: { kind: 'jump', journey: to, next: 'done' } },
        { key, entry: { kind: 'event', event: key === 'cart' ? 'cart.changed' : 'jumped' } },
      );
    await office.live(again('second', 'third'));
    await office.live(again('third', 'second'));
    await office.live(again('cart', 'second'));
    await office.happens(office.add('coat'));
    const runs = await office.runs();
    expect(runs.length).toBeLessThan(14);
    expect(runs.every(({ endReason }) => endReason === 'Done')).toBe(true);
    expect(await office.history(runs[0]!.profileId)).toContain('refused: The journeys jump in a circle');
  });
});

describe('somebody without an address (journeys §5 11)', () => {
  const waiting = journey({
    mail: { kind: 'message', message: 'reminder', addressWithin: 'P7D', next: 'done', onExcluded: 'other' },
  });

  it('waits for one, and gets the mail at once when it is known', async () => {
    await office.live(waiting);
    await office.happens(office.add('coat'));
    expect(office.planned).toEqual([]);
    expect(await office.runs()).toMatchObject([{ activity: 'mail', due: opening + 7 * day }]);
    office.clock.advance(day);
    await office.happens(office.named('ada@example.com'));
    expect(office.planned).toMatchObject([{ message: 'reminder' }]);
    await office.tell();
    expect(await office.states()).toEqual(['Done']);
  });

  it('gets it also when two profiles turn out to be one person', async () => {
    await office.live(waiting);
    await office.happens(office.named('ada@example.com', 2));
    await office.happens(office.add('coat', 1));
    await office.happens(office.named('ada@example.com', 1));
    await office.runner.wake();
    expect(office.planned).toMatchObject([{ message: 'reminder' }]);
  });

  it('goes on without when none came in time', async () => {
    await office.live(waiting);
    await office.happens(office.add('coat'));
    office.clock.advance(7 * day);
    await office.runner.wake();
    expect(await office.states()).toEqual(['Other']);
    const [run] = await office.runs();
    expect(await office.history(run!.profileId)).toContain('messaged: No address came in time');
  });
});

describe('entries', () => {
  it('begin one run for each element of a list (journeys E9, §5 18)', async () => {
    const each = journey(
      { wait: { kind: 'wait', for: 'PT1H', next: 'done' } },
      { entry: { kind: 'event', event: 'ordered', each: 'event.items', key: 'event.each.id' } },
    );
    await office.live(each);
    await office.happens({ ...office.bought(), items: [{ id: 'coat' }, { id: 'scarf' }] });
    expect((await office.runs()).map(({ key }) => key).sort()).toEqual(['coat', 'scarf']);
  });

  it('keep the newest data without beginning anew, where the entry says so (journeys §5 8)', async () => {
    const kept = journey(
      {
        wait: { kind: 'wait', for: 'PT4H', next: 'ask' },
        ask: {
          kind: 'condition',
          paths: [{ label: 'Two', when: 'count(event.lines) = 2', next: 'done' }],
          otherwise: 'other',
        },
      },
      { entry: { kind: 'event', event: 'cart.changed', key: 'event.cartId', onRepeat: 'update' } },
    );
    await office.live(kept);
    await office.happens(office.add('coat'));
    office.clock.advance(hour);
    await office.happens(office.add('scarf'));
    expect((await office.runs()).map(({ due }) => due)).toEqual([opening + 4 * hour]);
    office.clock.advance(3 * hour);
    await office.runner.wake();
    expect(await office.states()).toEqual(['Done']);
  });

  it('begin by any event of the log under its own name', async () => {
    await office.live(
      journey(
        { wait: { kind: 'wait', for: 'P1D', next: 'done' } },
        { entry: { kind: 'event', event: 'web.siteSearches', when: 'event.data.term = "coat"' } },
      ),
    );
    await office.happens(
      office.event(['web.siteSearches'], { data: { term: 'watch' } }, 1),
      office.event(['web.siteSearches'], { data: { term: 'coat' } }, 2),
    );
    expect(await office.states()).toEqual(['wait']);
  });

  it('do not begin by a purchase that only a browser claims (trust §3.5)', async () => {
    await office.live(
      journey(
        { wait: { kind: 'wait', for: 'P1D', next: 'done' } },
        { entry: { kind: 'event', event: 'commerce.purchases' } },
      ),
    );
    const claimed = { ...office.bought(1), level: 0 as const, source: 'edge:demo' };
    await office.happens(claimed, office.bought(2));
    expect(await office.runs()).toHaveLength(1);
  });
});

describe('loops', () => {
  it('whose wait is over already end soon, also with a call in them', async () => {
    const round = journey({
      wait: { kind: 'wait', until: 'event.at', next: 'ask' },
      ask: { kind: 'action', name: 'Ask', method: 'POST', url: '/v1/recommendations', next: 'wait' },
    });
    await office.live(round);
    await office.happens(office.add('coat'));
    for (let n = 0; n < 60; n++) await office.runner.act();
    expect(await office.states()).toEqual(['It goes round without waiting']);
    expect(office.asked).toHaveLength(50);
  });

  it('go round with a wait in them, and a circle without one ends (journeys A19)', async () => {
    const round = journey({
      wait: { kind: 'wait', for: 'P1D', next: 'ask' },
      ask: {
        kind: 'condition',
        paths: [{ label: 'Bought', when: 'count(profile.orders) > 0', next: 'done' }],
        otherwise: 'wait',
      },
    });
    await office.live(round);
    await office.happens(office.add('coat'));
    for (let n = 0; n < 5; n++) {
      office.clock.advance(day);
      await office.runner.wake();
    }
    expect(await office.states()).toEqual(['wait']);
    await office.happens(office.bought());
    office.clock.advance(day);
    await office.runner.wake();
    expect(await office.states()).toEqual(['Done']);
  });

  it('have a bound of their own, and a mail in them is written once a round (trust row 61)', async () => {
    const round = journey(
      {
        wait: { kind: 'wait', for: 'P1D', next: 'mail' },
        mail: { kind: 'message', message: 'reminder', next: 'wait' },
      },
      { rounds: 3 },
    );
    await office.live(round);
    await office.happens(office.add('coat'));
    for (let n = 0; n < 5; n++) {
      office.clock.advance(day);
      await office.runner.wake();
      if (office.planned.length === n + 1) await office.tell();
    }
    expect(await office.states()).toEqual(['It went round 3 times']);
    expect(office.planned.map(({ visit }) => visit)).toEqual([2, 4, 6]);
  });

  it('begin anew with a repeated entry, and a second try by hand is no round', async () => {
    const round = journey(
      { wait: { kind: 'wait', for: 'P1D', next: 'done' } },
      { rounds: 1, entry: { kind: 'event', event: 'cart.changed', onRepeat: 'restart' } },
    );
    await office.live(round);
    for (let n = 0; n < 3; n++) {
      office.clock.advance(1000);
      await office.happens(office.add(`coat-${n}`));
    }
    const [run] = await office.runs();
    await office.runner.change([run!.id], () => ({ kind: 'moved', how: 'retry', by: 'somebody' }));
    expect(await office.states()).toEqual(['wait']);
    office.clock.advance(day);
    await office.runner.wake();
    expect(await office.states()).toEqual(['Done']);
  });
});
