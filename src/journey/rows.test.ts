import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { Activity, JourneyDefinition } from './definition.ts';
import { missingHere } from './ready.ts';
import { problemsOf } from './validate.ts';

/** Rows of journeys.md that no other test of this room names, each tried as a shop would meet it. */
let office: Office;
beforeEach(async () => {
  office = await Office.open();
});

const hour = 3_600_000;
const day = 24 * hour;
const mail: Activity = { kind: 'message', message: 'reminder', next: 'done' };
const wait = (next: string, time = 'PT1H'): Activity => ({ kind: 'wait', for: time, next });
const plan = (activities: Record<string, Activity>, more: Partial<JourneyDefinition> = {}): JourneyDefinition => ({
  key: 'cart',
  name: 'Cart',
  entry: { kind: 'event', event: 'cart.changed' },
  start: Object.keys(activities)[0]!,
  activities: { ...activities, done: { kind: 'end', label: 'Done' } },
  ...more,
});
const refusals = async () =>
  (await office.store.rows<{ reason: string }>({ text: 'select reason from journey_refusal order by at' })).map(
    ({ reason }) => reason,
  );

describe('entries', () => {
  it('one raw event lets into each journey whose rule holds, and none knows of the others (journeys E2, E5)', async () => {
    const of = (key: string, when: string) =>
      plan({ wait: wait('done') }, { key, entry: { kind: 'event', event: 'commerce.productViews', when } });
    await office.live(of('dear', 'event.items[0].quantity > 1'));
    await office.live(of('coats', 'event.items[0].id = "coat"'));
    await office.live(of('hats', 'event.items[0].id = "hat"'));
    for (let n = 0; n < 30; n++) await office.live(of(`many-${n}`, 'true'));
    await office.happens(office.event(['commerce.productViews'], { items: [{ id: 'coat', quantity: 2 }] }));
    const inside = (await office.runs()).map(({ journey }) => journey);
    expect(inside).toHaveLength(32);
    expect(inside).not.toContain('hats');
  });

  it('a value of another kind than the rule wants lets nobody in and fails nothing (journeys E6)', async () => {
    const entry = { kind: 'event', event: 'web.siteSearches', when: 'event.data.price > 10' } as const;
    await office.live(plan({ wait: wait('done') }, { entry }));
    await office.happens(office.event(['web.siteSearches'], { data: { price: 'twelve' } }));
    await office.happens(office.event(['web.siteSearches'], { data: {} }, 2));
    expect(await office.runs()).toEqual([]);
  });

  it('somebody is inside once, counted over all versions (journeys E8, F3), as often as there are keys (E9)', async () => {
    const keyed = (label: string): JourneyDefinition =>
      plan(
        { wait: wait('end', 'P1D'), end: { kind: 'end', label } },
        { entry: { kind: 'event', event: 'commerce.productListAdds', key: 'event.cartId' } },
      );
    const adds = (cartId: string) => office.event(['commerce.productListAdds'], { items: [{ id: 'coat' }], cartId });
    await office.live(keyed('One'));
    await office.happens(adds('a'), adds('a'));
    await office.live(keyed('Two'));
    await office.happens(adds('a'));
    expect((await office.runs()).map(({ key, version }) => `${key} ${version}`)).toEqual(['a 1']);
    for (let n = 0; n < 12; n++) await office.happens(adds(`b${n}`));
    expect(await office.runs()).toHaveLength(13);
    office.clock.advance(day);
    await office.runner.wake();
    const ends = (await office.runs()).map(({ endReason }) => endReason);
    expect(
      ends.filter((one) => one === 'One'),
      'it finishes on the version it began',
    ).toHaveLength(1);
    expect(ends.filter((one) => one === 'Two')).toHaveLength(12);
  });

  it('what one person does under several names is of one run: the device enters, the customer number ends it (journeys E3)', async () => {
    const entry = { kind: 'event', event: 'cart.changed', key: 'event.cartId' } as const;
    await office.live(plan({ wait: wait('done', 'P1D') }, { entry, exits: [{ event: 'ordered', reason: 'Bought' }] }));
    const known = office.named('ada@example.com');
    const crm = { namespace: 'crm', id: '4711' };
    await office.happens({ ...known, identities: [...known.identities, crm] }, office.add('coat'));
    expect(await office.runs()).toHaveLength(1);
    await office.happens({ ...office.bought(), identities: [crm], visitor: 'crm:4711' });
    expect(await office.states()).toEqual(['Bought']);
  });

  it('events told in one batch count as those told one by one, and what became of our own mails counts too (journeys E4)', async () => {
    await office.live(plan({ wait: wait('done') }, { entry: { kind: 'event', event: 'commerce.productViews' } }));
    await office.live(
      plan({ wait: wait('done') }, { key: 'clicked', entry: { kind: 'event', event: 'message.clicked' } }),
    );
    const seen = (no: number) => office.event(['commerce.productViews'], { items: [{ id: 'coat' }] }, no);
    await office.happens(seen(1), seen(2), seen(3), { ...seen(4), bot: true } as never);
    await office.happens(office.event(['message.clicked'], { source: 'message', level: 2 }, 2));
    const inside = (await office.runs()).map(({ journey }) => journey).sort();
    expect(inside).toEqual(['cart', 'cart', 'cart', 'clicked']);
  });

  it('a daily reading takes who has come a second before it, and waits for no snapshot (journeys E16)', async () => {
    const entry = { kind: 'audience', audience: 'profile.visits > 0', at: '11:00' } as const;
    await office.live(plan({ wait: wait('done') }, { entry }));
    office.clock.advance(hour - 1000);
    await office.happens(office.event(['web.webpagedetails.pageViews']));
    office.clock.advance(1000);
    await office.runner.read();
    expect(await office.runs()).toHaveLength(1);
  });

  it('the ledger of entries forgets nothing: once in a lifetime is once (journeys E10, §5 29)', async () => {
    await office.live(plan({ wait: wait('done') }, { reentry: { never: true } }));
    await office.happens(office.add('coat'));
    office.clock.advance(hour);
    await office.runner.wake();
    await office.store.run({ text: 'delete from journey_step; delete from journey_run' });
    office.clock.advance(5 * 365 * day);
    await office.live(plan({ wait: wait('done', 'PT2H') }, { reentry: { never: true } }));
    await office.happens(office.add('hat'));
    expect(await office.runs()).toEqual([]);
    expect(await refusals()).toEqual(['Has been in this journey before']);
  });
});

describe('what a run sees', () => {
  it('after a wait the person is as they are then, not as they came (journeys A4, D3)', async () => {
    const asks: Activity = {
      kind: 'condition',
      paths: [{ label: 'Gold', when: 'profile.attributes.level = "gold"', next: 'mail' }],
      otherwise: 'done',
    };
    await office.live(plan({ wait: wait('asks'), asks, mail }));
    const level = (text: string) => office.happens(office.named('ada@example.com', 1, { attributes: { level: text } }));
    await level('silver');
    await office.happens(office.add('coat'));
    await level('gold');
    office.clock.advance(hour);
    await office.runner.wake();
    expect(office.planned).toHaveLength(1);
  });

  it('the first true path wins; whoever fits none goes by the other, also by time and weekday (journeys A5)', async () => {
    const path = (label: string, when: string) => ({ label, when, next: 'end' });
    const asks: Activity = {
      kind: 'condition',
      paths: [
        path('Weekend', 'dayOfWeek(now()) > 5'),
        path('Before nine', 'extractHours(now()) < 9'),
        path('November', 'extractMonth(now()) = 11'),
        path('Always', 'true'),
      ],
      otherwise: 'end',
    };
    await office.live(plan({ asks, end: { kind: 'end', label: 'End' } }));
    await office.happens(office.add('coat'));
    const [run] = await office.runs();
    expect(await office.history(run!.profileId)).toContain('passed: November');
  });

  it('what is not there is null, and `?:` says what to take instead (journeys D5)', async () => {
    const path = (label: string, when: string) => ({ label, when, next: 'end' });
    const asks: Activity = {
      kind: 'condition',
      paths: [
        path('Some level', 'profile.attributes.level = "none"'),
        path('Some words', 'event.lines[7].item = "x"'),
        path('Neither', '(profile.attributes.level ?: "none") = "none" and (event.lines[7].quantity ?: 3) = 3'),
      ],
      otherwise: 'end',
    };
    await office.live(plan({ asks, end: { kind: 'end', label: 'End' } }));
    await office.happens(office.add('coat'));
    const [run] = await office.runs();
    expect(await office.history(run!.profileId)).toContain('passed: Neither');
  });

  it('an action is called as the version of the run declares it, whatever the draft or a later version says (journeys C1)', async () => {
    const ask = (url: string): Activity => ({
      kind: 'action',
      name: 'Ask',
      method: 'GET',
      url,
      retries: 0,
      next: 'done',
    });
    await office.live(plan({ wait: wait('ask'), ask: ask('https://a.example/one') }));
    await office.happens(office.add('coat'));
    await office.live(plan({ wait: wait('ask'), ask: ask('https://a.example/two') }));
    await office.journeys.put(plan({ wait: wait('ask'), ask: ask('https://a.example/three') }));
    await office.happens(office.add('hat', 2));
    office.clock.advance(hour);
    await office.runner.wake();
    await office.runner.act();
    expect(office.asked.map(({ url }) => url).sort()).toEqual(['https://a.example/one', 'https://a.example/two']);
  });

  it('which run, version, place and last failed call it is (journeys D8)', async () => {
    const ask: Activity = {
      kind: 'action',
      name: 'Ask',
      method: 'POST',
      url: 'https://a.example/v1',
      body: '=context.journey.technicalProperties',
      retries: 0,
      next: 'mail',
    };
    await office.live(plan({ first: { ...ask, name: 'First', next: 'ask' }, ask, mail }));
    office.respond = () => ({ status: 404, headers: {}, text: '{}' });
    await office.happens(office.add('coat'));
    await office.runner.act();
    await office.runner.act();
    const [run] = await office.runs();
    const known = { journeyUID: 'cart', journeyVersion: 1, instanceID: run!.id, profileID: run!.profileId };
    expect(office.asked.map(({ body }) => JSON.parse(body!) as unknown)).toMatchObject([
      { ...known, currentNode: 'first' },
      { ...known, currentNode: 'ask', lastActionError: { action: 'First', activity: 'first', status: 'http_404' } },
    ]);
    expect(office.planned[0]!.context).toMatchObject({
      journey: { technicalProperties: { currentNode: 'mail', lastActionError: { action: 'Ask' } } },
    });
  });
});

describe('limits that are not there (journeys §4, §5 30)', () => {
  it('a journey of 300 activities, with waits of a second and of ten years, is published and walked', async () => {
    const chain = Array.from({ length: 300 }, (_, n): [string, Activity] => [
      `step-${n}`,
      {
        kind: 'condition',
        paths: [{ label: 'On', when: 'true', next: n % 60 === 59 ? `rest-${n}` : `step-${n + 1}` }],
        otherwise: 'done',
      },
    ]);
    const rests = [59, 119, 179, 239, 299].map((n): [string, Activity] => [
      `rest-${n}`,
      wait(n === 299 ? 'done' : `step-${n + 1}`, n === 299 ? 'P3650D' : 'PT1S'),
    ]);
    await office.live(plan(Object.fromEntries([...chain, ...rests]), { lateness: 'P1D' }));
    await office.happens(office.add('coat'));
    for (let n = 0; n < 4; n++) {
      office.clock.advance(1000);
      await office.runner.wake();
    }
    expect(await office.states()).toEqual(['rest-299']);
    office.clock.advance(3650 * day);
    await office.runner.wake();
    expect(await office.states()).toEqual(['Done']);
  });

  it('many waves a minute apart, listening for a second, no pause before coming again', () => {
    const waves = Array.from({ length: 1000 }, (_, n) => ({ share: 0.001, after: `PT${n}M` }));
    const entry = { kind: 'audience', audience: 'true', at: '10:00', every: 'once', waves } as const;
    const listen: Activity = {
      kind: 'listen',
      events: [{ event: 'ordered', label: 'Bought', next: 'done' }],
      timeout: 'PT1S',
      otherwise: 'done',
    };
    const more = { entry: { ...entry, waves }, reentry: { after: 'PT0S' } };
    expect(problemsOf(plan({ listen }, more), new Set())).toEqual([]);
  });

  it('a hundred events that come while a call is under way are all worked in (journeys F11, §5 14)', async () => {
    const ask: Activity = { kind: 'action', name: 'Ask', method: 'GET', url: 'https://a.example/', next: 'hear' };
    const hear: Activity = { kind: 'listen', events: [{ event: 'ordered', label: 'Bought', next: 'done' }] };
    const entry = { kind: 'event', event: 'cart.changed', onRepeat: 'update' } as const;
    await office.live(plan({ ask, hear }, { entry }));
    await office.happens(office.add('item-0'));
    for (let n = 1; n <= 100; n++) await office.happens(office.add(`item-${n}`));
    const rows = await office.store.rows<{ lines: number }>({
      text: "select jsonb_array_length(context#>'{events,entry,lines}') as lines from journey_run",
    });
    expect(rows).toEqual([{ lines: 101 }]);
    await office.runner.act();
    await office.happens(office.bought());
    expect(await office.states()).toEqual(['Done']);
  });
});

describe('a mail of a journey that somebody waits for', () => {
  const receipt: Activity = { kind: 'message', message: 'reminder', class: 'transactional', next: 'done' };

  it('is transactional where its activity says so: nobody is held out, and it keeps for three days (journeys B3, M2)', async () => {
    await office.live(plan({ mail, receipt }, { start: 'receipt', holdout: 0.5 }));
    await office.happens(office.add('coat'));
    const now = office.clock.now();
    expect(office.planned).toMatchObject([{ class: 'transactional', holdout: 0, deadline: now + 3 * day }]);
    await office.live(plan({ mail }, { key: 'other', holdout: 0.5 }));
    await office.happens(office.add('hat', 2));
    expect(office.planned.at(-1)).toMatchObject({ class: 'marketing', holdout: 0.5, deadline: now + day });
  });

  it('is published only with a message of that class, and marketing only with one that can be left (journeys M2)', async () => {
    const classes = async () => new Map([['reminder', 'marketing']]);
    const here = { secrets: office.secrets, allowed: new Set<string>(), classes };
    expect(await missingHere(plan({ mail }), here)).toEqual([]);
    expect(await missingHere(plan({ receipt }), here)).toEqual([
      {
        where: 'activities.receipt.class',
        what: 'The message "reminder" is marketing, and is to be sent as transactional',
      },
    ]);
    const other = { ...here, classes: async () => new Map([['reminder', 'transactional']]) };
    expect((await missingHere(plan({ mail }), other)).map(({ where }) => where)).toEqual(['activities.mail.class']);
  });
});

describe('quiet hours', () => {
  it('are checked span by span, and go with the mail as they are written (journeys G6)', async () => {
    const quietHours = { from: '20:00', to: '09:00', also: [{ from: '00:00', to: '00:00', days: [7] }] };
    await office.live(plan({ mail }, { quietHours }));
    await office.happens(office.add('coat'));
    expect(office.planned[0]!.quietHours).toEqual(quietHours);
    const bad = { from: '20:00', to: '25:00', also: [{ from: '1', to: '09:00', days: [0], dates: ['2026-02-30'] }] };
    expect(problemsOf(plan({ mail }, { quietHours: bad }), new Set(['reminder'])).map(({ where }) => where)).toEqual([
      'quietHours.to',
      'quietHours.also[0].from',
      'quietHours.also[0].days',
      'quietHours.also[0].dates[0]',
    ]);
  });
});

describe('what has no way for an error', () => {
  it('goes on without the answer, or without the mail (journeys A10, C10, §5 24)', async () => {
    const ask: Activity = {
      kind: 'action',
      name: 'Ask',
      method: 'GET',
      url: 'https://a.example/',
      retries: 0,
      next: 'mail',
    };
    await office.live(plan({ ask, mail }));
    office.respond = () => ({ status: 500, headers: {}, text: 'no' });
    await office.happens(office.add('coat'));
    await office.runner.act();
    expect(office.planned).toHaveLength(1);
    await office.tell('excluded', 'cap');
    expect(await office.states()).toEqual(['Done']);
  });
});
