import { beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../base/index.ts';
import type { ShopEvent } from '../event/index.ts';
import type { Fact, Profile } from '../profile/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { Measure, migrations, type MeasureParts, type StepLine, type MessageLine } from './index.ts';

const monday = Date.parse('2026-11-23T10:00:00Z');
const hour = 3_600_000;
const day = 24 * hour;

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
let made = 0;

function event(types: string[], at: number, more: Partial<ShopEvent> = {}): ShopEvent {
  made++;
  return {
    id: `e${made}`,
    source: 'message',
    types,
    happenedAt: at,
    receivedAt: at,
    level: 3,
    visitor: 'ecid:1',
    identities: [{ namespace: 'ecid', id: '1' }],
    ...more,
  };
}

const seen = (profile: number, of: ShopEvent): ShopEvent => ({
  ...of,
  identities: [{ namespace: 'profile', id: id(profile) }],
});
const mail = (type: string, message: string, at: number, journey = 'abandoned-cart') =>
  event([`message.${type}`], at, { message: { id: message, journey } });
const click = (message: string, clickId: string, at: number, journey = 'abandoned-cart') =>
  event(['message.clicked'], at, { message: { id: message, journey, item: 'coat-1', position: 1 }, data: { clickId } });
const landing = (clickId: string, at: number) =>
  event(['web.webpagedetails.pageViews'], at, {
    level: 0,
    page: { url: `https://shop.example/cart?bk_click=${clickId}` },
  });

function ordered(profile: number, orderId: string, at: number, total = 129): Fact {
  const data = { orderId, total, currency: 'EUR', items: [{ id: 'coat-1', quantity: 1 }], cartId: null };
  return { name: 'ordered', profileId: id(profile), at, id: `server:${orderId}`, data, bot: false };
}

let store: Store;
const clock = new FakeClock(monday);
const steps: StepLine[] = [];
const messages: MessageLine[] = [];
const history: ShopEvent[] = [];

const parts = (): MeasureParts => ({
  store,
  clock,
  currency: 'EUR',
  zone: 'Europe/Berlin',
  journeys: {
    counts: async (key) =>
      key === 'unknown'
        ? null
        : {
            name: key,
            version: 1,
            status: 'live',
            holdout: 0.1,
            entered: 3,
            active: 1,
            ended: 2,
            byState: {},
            byEnd: [],
          },
    nameOf: (key) => (key === 'abandoned-cart' ? 'Abandoned cart' : undefined),
    stepsOf: async () => steps,
  },
  messages: {
    counts: {
      of: async () => ({
        byState: { accepted: 5, skipped: 4, held: 1, in_doubt: 1, rejected: 2 },
        excluded: { 'held out': 3, 'no consent': 1 },
        heldOut: 3,
      }),
      funnel: async () => ({ states: [], heard: [] }),
    },
    ofProfile: async () => messages,
  },
  profiles: {
    visitorsOf: async () => [],
    get: async (profileId) =>
      profileId === id(999)
        ? null
        : ({ id: profileId, state: { identities: [{ namespace: 'ecid', id: '1' }] } } as unknown as Profile),
  },
  log: { history: async () => history },
  catalog: { get: (item) => (item === 'coat-1' ? { name: 'Winter coat', imageUrl: '/coat-1.png' } : undefined) },
});

const testProfile = { id: id(23), state: { test: true, identities: [] } } as unknown as Profile;
let measure: Measure;
beforeAll(async () => {
  store = await freshStore(migrations);
  measure = new Measure(parts());
  await measure.open();
});

const listen = (facts: Fact[], events: ShopEvent[], more: ReadonlyMap<string, Profile> = new Map()) =>
  store.inTransaction((tx) =>
    measure.listen(tx, facts, events, { profiles: new Map([[id(23), testProfile], ...more]) }),
  );
async function creditOfOrder(orderId: string): Promise<string | null> {
  const rows = await store.rows<{ message_id: string }>({
    text: 'select message_id from measure_credit where order_id = $1',
    values: [orderId],
  });
  return rows[0]?.message_id ?? null;
}

describe('listen()', () => {
  it('credits an order to the last human click, and not to the scanner before it (trust 6.13)', async () => {
    await listen([], [seen(1, mail('accepted', 'm1', monday)), seen(1, click('m1', 'scan', monday + 3000))]);
    await listen([ordered(1, 'o-early', monday + hour)], []);
    expect(await creditOfOrder('o-early')).toBeNull();

    await listen(
      [],
      [seen(1, click('m1', 'c1', monday + 23 * hour)), seen(1, landing('c1', monday + 23 * hour + 900))],
    );
    await listen(
      [
        ordered(1, 'o-a', monday + 23.5 * hour),
        ordered(1, 'o-b', monday + 23 * hour + 5 * day),
        ordered(1, 'o-c', monday + 23 * hour + 5 * day + 1),
      ],
      [],
    );
    expect(await creditOfOrder('o-a')).toBe('m1');
    expect(await creditOfOrder('o-b')).toBe('m1');
    expect(await creditOfOrder('o-c')).toBeNull();
  });

  it('credits the same when landing, click, order and mail come in the opposite order, and by another visitor', async () => {
    await listen([], [seen(77, landing('c2', monday + 2 * hour))]);
    await listen([ordered(2, 'o-2', monday + 3 * hour)], []);
    await listen([], [seen(78, click('m2', 'c2', monday + 2 * hour - 900))]);
    expect(await creditOfOrder('o-2')).toBeNull();
    await listen([], [seen(2, mail('accepted', 'm2', monday))]);
    expect(await creditOfOrder('o-2')).toBe('m2');
  });

  it('finds whose click it is by the message when the click does not say', async () => {
    await listen(
      [ordered(5, 'o-5', monday + 3 * hour)],
      [landing('c5', monday + 2 * hour), click('m5', 'c5', monday + 2 * hour)],
    );
    expect(await creditOfOrder('o-5')).toBeNull();
    await listen([], [seen(5, mail('accepted', 'm5', monday))]);
    expect(await creditOfOrder('o-5')).toBe('m5');
  });

  it('changes nothing when the same is taken in twice', async () => {
    const again = [
      seen(3, mail('accepted', 'm3', monday)),
      seen(3, click('m3', 'c3', monday + hour)),
      seen(3, landing('c3', monday + hour)),
    ];
    await listen([ordered(3, 'o-3', monday + 2 * hour)], again);
    await listen([ordered(3, 'o-3', monday + 2 * hour)], again);
    const [row] = await store.rows<{ orders: number; credits: number }>({
      text: `select (select count(*)::int from measure_order where order_id = 'o-3') as orders,
        (select count(*)::int from measure_credit where order_id = 'o-3') as credits`,
    });
    expect(row).toEqual({ orders: 1, credits: 1 });
  });

  it('sees a click and an order that two transactions take in at once', async () => {
    for (let i = 0; i < 8; i++) {
      const n = 100 + i;
      await listen([], [seen(n, mail('accepted', `m${n}`, monday)), seen(n, landing(`c${n}`, monday + hour))]);
      await Promise.all([
        listen([], [seen(n, click(`m${n}`, `c${n}`, monday + hour))]),
        listen([ordered(n, `o-${n}`, monday + 2 * hour)], []),
      ]);
      expect(await creditOfOrder(`o-${n}`)).toBe(`m${n}`);
    }
  });
});

describe('report()', () => {
  it('sums both arms over the window of seven days and never counts test profiles (journeys X5)', async () => {
    const journey = 'sums';
    await listen(
      [
        ordered(21, 's1', monday + day, 100),
        ordered(21, 's2', monday + 8 * day, 50),
        ordered(22, 's3', monday + day, 10.5),
        ordered(23, 's4', monday + day, 999),
      ],
      [
        seen(21, mail('accepted', 's-m1', monday, journey)),
        seen(22, mail('heldOut', 's-m2', monday, journey)),
        seen(23, mail('accepted', 's-m3', monday, journey)),
        seen(24, mail('accepted', 's-m4', monday, journey)),
      ],
    );
    clock.set(monday + 9 * day);
    const report = await measure.report(journey);
    expect(report?.arms.treated).toMatchObject({
      profiles: 2,
      buyers: 1,
      orders: 1,
      revenue: 100,
      revenueSquares: 10000,
    });
    expect(report?.arms.control).toMatchObject({
      profiles: 1,
      buyers: 1,
      orders: 1,
      revenue: 10.5,
      revenueSquares: 110.25,
    });
    expect(report?.caused).toMatchObject({ word: 'too early', perProfile: null, low: null });
    expect(report?.caused.why).toBe(
      'Of those watched for 7 days, 1 treated and 1 held-out people have bought; 50 in each arm are needed',
    );
  });

  it('accounts for every intended message once', async () => {
    const report = await measure.report('sums');
    expect(report?.messages).toEqual({
      planned: 13,
      byState: { accepted: 5, skipped: 4, held: 1, in_doubt: 1, rejected: 2 },
      accepted: 5,
      heldOut: 3,
      inDoubt: 1,
      excluded: [
        { reason: 'refused by the mail host', count: 2 },
        { reason: 'no consent', count: 1 },
      ],
      pending: 1,
    });
  });

  it('counts credited orders and human clicks of its own journey only', async () => {
    const report = await measure.report('abandoned-cart');
    expect(report?.credited.orders).toBe(13);
    expect(report?.credited.revenue).toEqual({ amount: 1677, currency: 'EUR' });
    expect(report?.clicks).toEqual({ human: 12, unknown: 1 });
  });

  it('is null for an unknown journey', async () => {
    expect(await measure.report('unknown')).toBeNull();
  });
});

describe('merge()', () => {
  it('keeps the earlier arm, and leaves out and counts who met both arms (trust 5.1)', async () => {
    const journey = 'merged';
    await listen(
      [],
      [
        seen(31, mail('accepted', 'x1', monday, journey)),
        seen(32, mail('heldOut', 'x2', monday + hour, journey)),
        seen(33, mail('accepted', 'x3', monday + day, journey)),
        seen(34, mail('accepted', 'x4', monday, journey)),
        seen(35, mail('heldOut', 'x5', monday, journey)),
      ],
    );
    await store.inTransaction(async (tx) => {
      await measure.merge(tx, id(31), id(32)); // conflicting arms
      await measure.merge(tx, id(33), id(34)); // same arm
    });
    const report = await measure.report(journey);
    expect([report?.arms.treated.profiles, report?.arms.control.profiles, report?.conflicted]).toEqual([1, 1, 1]);
    expect(report?.caused.why).toContain('1 people who met both arms are left out');
    const rows = await store.rows<{ arm: string; at: Date }>({
      text: 'select arm, assigned_at as at from measure_unit where profile_id = $1',
      values: [id(34)],
    });
    expect(rows[0]?.at.getTime()).toBe(monday);
  });

  it('lets an order of the one be credited to the mail of the other', async () => {
    await listen(
      [],
      [
        seen(41, mail('accepted', 'm41', monday)),
        seen(41, click('m41', 'c41', monday + hour)),
        seen(41, landing('c41', monday + hour)),
      ],
    );
    await listen([ordered(42, 'o-42', monday + 2 * hour)], []);
    expect(await creditOfOrder('o-42')).toBeNull();
    await store.inTransaction((tx) => measure.merge(tx, id(42), id(41)));
    expect(await creditOfOrder('o-42')).toBe('m41');
  });

  it('takes what is still said of the merged profile for the one it became part of', async () => {
    await store.inTransaction((tx) => measure.merge(tx, id(43), id(44)));
    await store.inTransaction((tx) => measure.merge(tx, id(44), id(45)));
    await listen([], [seen(43, mail('accepted', 'm43', monday, 'late'))]);
    const rows = await store.rows({ text: `select profile_id from measure_unit where journey = 'late'` });
    expect(rows).toEqual([{ profile_id: id(45) }]);
  });
});

it('forget() leaves no row that names the person, and exportFor() gives them all before', async () => {
  await listen(
    [
      ordered(60, 'o-60', monday + 2 * hour),
      { ...ordered(60, 'o-60', monday + 3 * hour), name: 'order.cancelled', data: { orderId: 'o-60' } },
    ],
    [
      seen(60, mail('accepted', 'm60', monday, 'forgotten')),
      seen(60, click('m60', 'c60', monday + hour, 'forgotten')),
      landing('c60', monday + hour),
      event(['decisioning.propositionInteract'], monday, {
        recommendation: { id: 'r60', criterion: 'popular', item: 'coat-1', position: 1 },
      }),
    ],
    new Map([[id(60), { id: id(60), state: { identities: [{ namespace: 'ecid', id: '1' }] } } as unknown as Profile]]),
  );
  const before = await measure.exportFor(id(60));
  expect(Object.values(before).map((rows) => rows.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  await store.inTransaction((tx) => measure.forget(tx, id(60)));
  expect(Object.values(await measure.exportFor(id(60))).flat()).toEqual([]);
});

describe('timeline()', () => {
  it('tells one story from events, steps, messages, clicks and orders, newest first', async () => {
    const person = 50;
    history.push(
      event(['commerce.productListAdds'], monday, {
        source: 'edge:default',
        level: 0,
        items: [{ id: 'coat-1', quantity: 2 }],
      }),
    );
    for (const [at, orderId] of [
      [monday + 6 * hour + 5, 'o-50'],
      [monday + 7 * hour, 'only the page knows'],
    ] as const) {
      const order = { id: orderId, totalMinor: 25_850, currency: 'EUR' };
      const items = [{ id: 'coat-1', quantity: 1 }];
      history.push(event(['commerce.purchases'], at, { source: 'edge:default', level: 0, items, order }));
    }
    steps.push({ at: monday + 1, journey: 'abandoned-cart', activity: null, kind: 'entered', reason: null });
    steps.push({
      at: monday + 2,
      journey: 'abandoned-cart',
      activity: 'wait',
      kind: 'waiting',
      reason: null,
      detail: { until: monday + 4 * hour },
    });
    steps.push({
      at: monday + 4 * hour,
      journey: 'abandoned-cart',
      activity: 'reachable',
      kind: 'passed',
      reason: 'Address and consent',
    });
    messages.push({
      id: 'm50',
      journey: 'abandoned-cart',
      activity: 'mail',
      state: 'accepted',
      reason: null,
      arm: 'treated',
      subject: 'Your coats',
      plannedAt: monday + 4 * hour,
      acceptedAt: monday + 4 * hour + 5,
      changedAt: monday + 4 * hour + 5,
      due: monday,
    });
    await listen(
      [ordered(person, 'o-50', monday + 6 * hour, 258.5)],
      [
        seen(person, mail('accepted', 'm50', monday + 4 * hour)),
        seen(person, click('m50', 'c50', monday + 5 * hour)),
        seen(person, landing('c50', monday + 5 * hour)),
      ],
    );
    const entries = await measure.timeline(id(person), { limit: 20 });
    expect(entries.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'event: The browser says Winter coat was bought; the shop has not confirmed it',
      'ordered: Ordered Winter coat for 258.50 EUR, credited to a mail of “Abandoned cart”',
      'clicked: Clicked Winter coat in the mail and came to the shop',
      'sent: The mail “Your coats” was sent',
      'passed: Took the path “Address and consent”',
      'waiting: Waits in “Abandoned cart”',
      'entered: Entered the journey “Abandoned cart”',
      'event: Put 2 × Winter coat in the cart',
    ]);
    expect(entries[5]).toMatchObject({
      journey: 'abandoned-cart',
      journeyName: 'Abandoned cart',
      detail: { until: new Date(monday + 4 * hour).toISOString() },
    });
    expect(entries[7]?.items).toEqual([{ id: 'coat-1', name: 'Winter coat', imageUrl: '/coat-1.png', quantity: 2 }]);
    expect(await measure.timeline(id(person), { limit: 1, before: monday + 5 * hour })).toMatchObject([
      { kind: 'sent' },
    ]);
  });

  it('is empty for an unknown profile', async () => {
    expect(await measure.timeline(id(999), { limit: 5 })).toEqual([]);
  });
});

describe('funnel() by what stood in mails', () => {
  it('says of how many mails each item was part, what was heard of them, and what a click on it was credited with', async () => {
    const shelf = (message: string, person: number, items: string[], type = 'accepted') => {
      const shown = items.map((item, place) => ({ item, position: place + 1, criterion: 'goes-with' }));
      return { ...seen(person, mail(type, message, monday, 'shelf')), data: { shown, plannedAt: monday } };
    };
    const told = (list: { messageId: string; kind: string }[]) =>
      new Measure({
        ...parts(),
        messages: { ...parts().messages, counts: { ...parts().messages.counts, heard: async () => list } },
      });
    await listen(
      [],
      [shelf('s1', 61, ['coat-1', 'hat']), shelf('s2', 62, ['hat']), shelf('s3', 63, ['hat'], 'heldOut')],
    );
    await listen([], [shelf('s1', 61, ['coat-1', 'hat'])]); // told twice
    await listen(
      [ordered(61, 'o-61', monday + 3 * hour, 40)],
      [seen(61, click('s1', 'c61', monday + hour, 'shelf')), seen(61, landing('c61', monday + hour))],
    );
    const rows = await told([{ messageId: 's2', kind: 'unsubscribed' }]).funnel('shelf', { by: 'item' });
    expect(rows).toMatchObject([
      { group: 'coat-1', name: 'Winter coat', planned: 1, accepted: 1, clickedByPeople: 1, orders: 1, revenue: 40 },
      { group: 'hat', name: null, planned: 3, heldOut: 1, accepted: 2, unsubscribed: 1, clickedByPeople: 0, orders: 0 },
    ]);
    expect(await told([]).funnel('shelf', { by: 'slot', from: monday + day })).toEqual([]);
  });
});

describe('a new rule of credit', () => {
  it('credits orders from its moment on, and leaves older ones as they were, also when they are credited anew', async () => {
    const person = 71;
    const clicked = (message: string, at: number) => [
      seen(person, mail('accepted', message, at - hour, 'rules')),
      seen(person, click(message, `c-${message}`, at, 'rules')),
      seen(person, landing(`c-${message}`, at)),
    ];
    const changed = monday + 60 * day;
    await listen([], [...clicked('r1', changed - day), ...clicked('r2', changed - hour)]);
    await listen([ordered(person, 'o-old', changed - 1)], []);
    clock.set(changed);
    await measure.crediting.change({ model: 'first', clickDays: 5, orderDays: 2 });
    clock.set(monday);
    // The first click is not two days old yet; three days later neither is in time.
    await listen([ordered(person, 'o-new', changed + hour), ordered(person, 'o-late', changed + 3 * day)], []);
    const credits = async () =>
      store.rows({
        text: `select order_id, message_id, rule from measure_credit where profile_id = $1 order by 1`,
        values: [id(person)],
      });
    const expected = [
      { order_id: 'o-new', message_id: 'r1', rule: 'first-human-click-5d-2d/2' },
      { order_id: 'o-old', message_id: 'r2', rule: 'last-human-click-5d/1' },
    ];
    expect(await credits()).toEqual(expected);
    await listen([], clicked('r3', changed + 30 * day)); // whatever comes, all their orders are credited anew
    expect(await credits()).toEqual(expected);
    expect((await measure.crediting.beside('rules')).map(({ model, days, orders }) => [model, days, orders])).toEqual([
      ['last', 1, 2],
      ['last', 5, 3],
      ['last', 14, 3],
      ['first', 5, 3],
      ['any', 5, 3],
    ]);
  });
});
